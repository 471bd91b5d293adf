/*
 * Recordings, and what was made of them. Their renditions, variants and
 * segments are in rendition.c.
 */
#include <string.h>

#include "store/recording.h"
#include "store/statement.h"

/* The columns are RECORDING_COLUMNS of statement.c, in that order. */
static void
recording_read(
    struct store *store, enum statement which, struct recording *recording)
{
	memset(recording, 0, sizeof(*recording));
	recording->seq = statement_int(store, which, 0);
	statement_copy(store, which, 1, recording->id, sizeof(recording->id));
	statement_copy(store, which, 2, recording->stream_id,
	    sizeof(recording->stream_id));
	recording->state = (enum recording_state)statement_int(store, which, 3);
	recording->started_unix_ms = statement_int(store, which, 4);
	recording->ended_unix_ms = statement_int(store, which, 5);
	recording->duration_ms = statement_int(store, which, 6);
	recording->bytes = statement_int(store, which, 7);
	recording->renditions = statement_int(store, which, 8);
	recording->mp4_bytes = statement_int(store, which, 9);
	recording->poster = statement_int(store, which, 10) != 0;
	recording->thumbs = statement_int(store, which, 11) != 0;
	statement_copy(
	    store, which, 12, recording->detail, sizeof(recording->detail));
}

/* Reads the one row of a step that was made, and ends it. */
static int
recording_take(struct store *store, enum statement which, int rc,
    struct recording *recording)
{
	if (rc == 1)
		recording_read(store, which, recording);
	statement_reset(store, which);
	return rc;
}

int
store_recording_insert(
    struct store *store, struct recording *recording, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_RECORDING_INSERT, err, "tti",
	    recording->id, recording->stream_id, recording->started_unix_ms);
	rc = recording_take(store, STATEMENT_RECORDING_INSERT, rc, recording);
	return rc == 1 ? 0 : -1;
}

int
store_recording_get(struct store *store, int64_t seq,
    struct recording *recording, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_RECORDING_GET, err, "i", seq);
	return recording_take(store, STATEMENT_RECORDING_GET, rc, recording);
}

int
store_recording_newest(struct store *store, const char *stream_id,
    struct recording *recording, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_RECORDING_NEWEST, err, "t", stream_id);
	return recording_take(store, STATEMENT_RECORDING_NEWEST, rc, recording);
}

int
store_recording_shown(struct store *store, const char *stream_id,
    struct recording *recording, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_RECORDING_SHOWN, err, "t", stream_id);
	return recording_take(store, STATEMENT_RECORDING_SHOWN, rc, recording);
}

int
store_recording_ended(struct store *store, const char *stream_id,
    struct recording *recording, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_RECORDING_ENDED, err, "t", stream_id);
	return recording_take(store, STATEMENT_RECORDING_ENDED, rc, recording);
}

int
store_recording_next(struct store *store, const char *stream_id,
    int64_t after_seq, struct recording *recording, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_RECORDING_NEXT, err, "ti", stream_id, after_seq);
	return recording_take(store, STATEMENT_RECORDING_NEXT, rc, recording);
}

int
store_recording_after(struct store *store, int64_t after_seq,
    struct recording *recording, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_RECORDING_AFTER, err, "i", after_seq);
	return recording_take(store, STATEMENT_RECORDING_AFTER, rc, recording);
}

int
store_recording_find(struct store *store, const char *id,
    struct recording *recording, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_RECORDING_FIND, err, "t", id);
	return recording_take(store, STATEMENT_RECORDING_FIND, rc, recording);
}

int
store_recording_turn(struct store *store, int64_t seq,
    const enum recording_state states[2], int64_t unix_ms, struct error *err)
{
	return statement_run(store, STATEMENT_RECORDING_TURN, err, "iiii", seq,
	    (int64_t)states[0], (int64_t)states[1], unix_ms);
}

int
store_recording_grow(struct store *store, int64_t seq, int64_t bytes,
    int64_t duration_ms, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_RECORDING_GROW, err, "iii", seq,
	    bytes, duration_ms);
	return rc < 0 ? -1 : 0;
}

int
store_recording_set_renditions(
    struct store *store, int64_t seq, int64_t renditions, struct error *err)
{
	int rc;

	rc = statement_run(
	    store, STATEMENT_RECORDING_RENDITIONS, err, "ii", seq, renditions);
	return rc < 0 ? -1 : 0;
}

int
store_recording_set_mp4(
    struct store *store, int64_t seq, int64_t bytes, struct error *err)
{
	int rc;

	rc = statement_run(
	    store, STATEMENT_RECORDING_MP4, err, "ii", seq, bytes);
	return rc < 0 ? -1 : 0;
}

int
store_recording_set_pictures(struct store *store, int64_t seq, bool poster,
    bool thumbs, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_RECORDING_PICTURES, err, "iii", seq,
	    (int64_t)poster, (int64_t)thumbs);
	return rc < 0 ? -1 : 0;
}

int
store_recording_add_detail(
    struct store *store, int64_t seq, const char *detail, struct error *err)
{
	int rc;

	rc = statement_run(
	    store, STATEMENT_RECORDING_DETAIL, err, "it", seq, detail);
	return rc < 0 ? -1 : 0;
}

int
store_recording_delete(
    struct store *store, int64_t seq, int64_t max, struct error *err)
{
	int rc;

	rc =
	    statement_run(store, STATEMENT_SEGMENT_DELETE, err, "ii", seq, max);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (statement_run(store, STATEMENT_RENDITION_DELETE, err, "i", seq) <
		0 ||
	    statement_run(store, STATEMENT_VARIANT_DELETE, err, "i", seq) < 0 ||
	    statement_run(store, STATEMENT_RECORDING_DELETE, err, "i", seq) < 0)
		return -1;
	return 1;
}

int
store_recording_oldest(struct store *store, int64_t ended_before_unix_ms,
    struct recording *recording, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_RECORDING_OLDEST, err, "i", ended_before_unix_ms);
	return recording_take(store, STATEMENT_RECORDING_OLDEST, rc, recording);
}

/* One number out of one row. */
static int
recording_number(struct store *store, enum statement which, int64_t *number,
    struct error *err)
{
	int rc;

	rc = statement_step(store, which, err, "");
	if (rc == 1)
		*number = statement_int(store, which, 0);
	statement_reset(store, which);
	return rc < 0 ? -1 : 0;
}

int
store_recording_kept_bytes(
    struct store *store, int64_t *bytes, struct error *err)
{
	*bytes = 0;
	return recording_number(store, STATEMENT_RECORDING_KEPT, bytes, err);
}

int
store_site_media_bytes(struct store *store, int64_t *bytes, struct error *err)
{
	*bytes = 0;
	return recording_number(store, STATEMENT_SITE_BYTES, bytes, err);
}
