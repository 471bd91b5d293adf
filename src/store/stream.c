/*
 * Streams: rows to structs and back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/statement.h"
#include "store/stream.h"

void
stream_free(struct stream *stream)
{
	free(stream->description);
	memset(stream, 0, sizeof(*stream));
}

int
store_stream_insert(
    struct store *store, const struct stream *stream, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_STREAM_INSERT, err, "thttiii",
	    stream->id, stream->key_hash, stream->title, stream->description,
	    (int64_t)stream->visibility, (int64_t)stream->record,
	    stream->created_unix_ms);
	return rc < 0 ? -1 : 0;
}

/* The columns are STREAM_COLUMNS of statement.c, in that order. */
static int
stream_read(struct store *store, enum statement which, struct stream *stream,
    struct error *err)
{
	memset(stream, 0, sizeof(*stream));
	stream->seq = statement_int(store, which, 0);
	(void)snprintf(stream->id, sizeof(stream->id), "%s",
	    statement_text(store, which, 1));
	statement_hash(store, which, 2, stream->key_hash);
	(void)snprintf(stream->title, sizeof(stream->title), "%s",
	    statement_text(store, which, 3));
	if (!statement_null(store, which, 4)) {
		stream->description = strdup(statement_text(store, which, 4));
		if (stream->description == NULL)
			return error_set(
			    err, ERROR_SYSTEM, NULL, "out of memory");
	}
	stream->status = (enum stream_status)statement_int(store, which, 5);
	stream->visibility = (enum visibility)statement_int(store, which, 6);
	stream->record = statement_int(store, which, 7) != 0;
	stream->created_unix_ms = statement_int(store, which, 8);
	stream->started_unix_ms = statement_int(store, which, 9);
	stream->stopped_unix_ms = statement_int(store, which, 10);
	stream->peak_viewers = statement_int(store, which, 11);
	stream->views_total = statement_int(store, which, 12);
	stream->view_day = statement_int(store, which, 13);
	stream->views_today = statement_int(store, which, 14);
	stream->view_month = statement_int(store, which, 15);
	stream->views_month = statement_int(store, which, 16);
	return 0;
}

int
store_stream_find(struct store *store, const char *id, struct stream *stream,
    struct error *err)
{
	int rc;

	memset(stream, 0, sizeof(*stream));
	rc = statement_step(store, STATEMENT_STREAM_GET, err, "t", id);
	if (rc == 1 &&
	    stream_read(store, STATEMENT_STREAM_GET, stream, err) != 0)
		rc = -1;
	statement_reset(store, STATEMENT_STREAM_GET);
	return rc;
}

int
store_stream_start(
    struct store *store, const char *id, int64_t unix_ms, struct error *err)
{
	return statement_run(
	    store, STATEMENT_STREAM_START, err, "ti", id, unix_ms);
}

int
store_stream_end(struct store *store, const char *id, enum stream_status status,
    int64_t unix_ms, struct error *err)
{
	return statement_run(store, STATEMENT_STREAM_STOP, err, "tii", id,
	    unix_ms, (int64_t)status);
}

int
store_stream_settle(struct store *store, const char *id,
    enum stream_status status, struct error *err)
{
	return statement_run(
	    store, STATEMENT_STREAM_SETTLE, err, "ti", id, (int64_t)status);
}

int
store_push_put(struct store *store, const char *id,
    const unsigned char token_hash[HASH_BYTES], struct error *err)
{
	int rc;

	rc =
	    statement_run(store, STATEMENT_PUSH_PUT, err, "th", id, token_hash);
	return rc < 0 ? -1 : 0;
}

int
store_push_find(struct store *store, const unsigned char token_hash[HASH_BYTES],
    char id[ID_BYTES], struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_PUSH_FIND, err, "h", token_hash);
	if (rc == 1)
		statement_copy(store, STATEMENT_PUSH_FIND, 0, id, ID_BYTES);
	statement_reset(store, STATEMENT_PUSH_FIND);
	return rc;
}

int
store_stream_update(struct store *store, const char *id,
    const struct stream_patch *patch, struct error *err)
{
	int rc;

	if (patch->visibility != NULL)
		rc = statement_run(store, STATEMENT_STREAM_UPDATE, err, "ttiti",
		    id, patch->title, (int64_t)patch->sets_description,
		    patch->description, (int64_t)*patch->visibility);
	else
		rc = statement_run(store, STATEMENT_STREAM_UPDATE, err, "ttitn",
		    id, patch->title, (int64_t)patch->sets_description,
		    patch->description);
	return rc < 0 ? -1 : 0;
}

int
store_stream_set_key(struct store *store, const char *id,
    const unsigned char old[HASH_BYTES], const unsigned char fresh[HASH_BYTES],
    struct error *err)
{
	return statement_run(
	    store, STATEMENT_STREAM_KEY, err, "thh", id, fresh, old);
}

int
store_stream_delete(struct store *store, const char *id, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_STREAM_DELETE, err, "t", id);
	if (rc >= 0)
		rc = statement_run(store, STATEMENT_PUSH_DELETE, err, "t", id);
	return rc < 0 ? -1 : 0;
}

/* Reads the rows of a step that was made; `seqs` gets column 17, or is NULL. */
static int
stream_read_list(struct store *store, enum statement which, int rc,
    const struct stream_rows *rows, struct error *err)
{
	int count = 0;

	while (rc == 1 && count < rows->max) {
		if (rows->seqs != NULL)
			rows->seqs[count] = statement_int(store, which, 17);
		if (stream_read(store, which, &rows->streams[count++], err) !=
		    0)
			rc = -1;
		else
			rc = statement_step(store, which, err, NULL);
	}
	statement_reset(store, which);
	if (rc >= 0)
		return count;
	while (count > 0)
		stream_free(&rows->streams[--count]);
	return -1;
}

int
store_stream_list(struct store *store, int64_t below_seq, int max,
    struct stream *streams, struct error *err)
{
	struct stream_rows rows = { streams, NULL, max };
	int rc;

	rc = statement_step(
	    store, STATEMENT_STREAM_LISTED, err, "ii", below_seq, (int64_t)max);
	return stream_read_list(store, STATEMENT_STREAM_LISTED, rc, &rows, err);
}

int
store_stream_list_all(struct store *store, enum stream_status status,
    int64_t below_seq, const struct stream_rows *rows, struct error *err)
{
	enum statement which = STATEMENT_STREAM_ALL;
	int rc;

	if (status != STREAM_STATUS__MAX)
		which = STATEMENT_STREAM_ALL_OF;
	if (status != STREAM_STATUS__MAX)
		rc = statement_step(store, which, err, "iii", below_seq,
		    (int64_t)rows->max, (int64_t)status);
	else
		rc = statement_step(
		    store, which, err, "ii", below_seq, (int64_t)rows->max);
	return stream_read_list(store, which, rc, rows, err);
}

int
store_stream_replays(struct store *store, int64_t below_seq,
    const struct stream_rows *rows, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_RECORDING_REPLAYS, err, "ii",
	    below_seq, (int64_t)rows->max);
	return stream_read_list(
	    store, STATEMENT_RECORDING_REPLAYS, rc, rows, err);
}

int
store_stream_each_live(struct store *store,
    int (*each)(void *context, const char *id), void *context,
    struct error *err)
{
	int rc, stop = 0;

	rc = statement_step(store, STATEMENT_STREAM_LIVE, err, "");
	while (rc == 1 && stop == 0) {
		stop = each(
		    context, statement_text(store, STATEMENT_STREAM_LIVE, 0));
		if (stop == 0)
			rc = statement_step(
			    store, STATEMENT_STREAM_LIVE, err, NULL);
	}
	statement_reset(store, STATEMENT_STREAM_LIVE);
	return rc < 0 ? -1 : stop;
}

int
store_stream_count(struct store *store, const struct audience *audience,
    int64_t unix_ms, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_STREAM_COUNT, err, "tiiii",
	    audience->stream_id, audience->peak, audience->views,
	    clock_day(unix_ms), clock_month(unix_ms));
	return rc < 0 ? -1 : 0;
}
