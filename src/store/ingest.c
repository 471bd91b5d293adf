/*
 * Encoders, the entries of their lists, and the files that came.
 */
#include <string.h>

#include "store/ingest.h"
#include "store/statement.h"

/* The columns are ENCODER_COLUMNS of statement.c, in that order. */
static int
encoder_take(
    struct store *store, enum statement which, int rc, struct encoder *encoder)
{
	if (rc == 1) {
		statement_copy(store, which, 0, encoder->stream_id,
		    sizeof(encoder->stream_id));
		statement_copy(
		    store, which, 1, encoder->name, sizeof(encoder->name));
		encoder->rendition = statement_int(store, which, 2);
		encoder->session = statement_int(store, which, 3);
		encoder->sequence = statement_int(store, which, 4);
		statement_copy(
		    store, which, 5, encoder->last, sizeof(encoder->last));
		encoder->heard_steady_ms = statement_int(store, which, 6);
		encoder->segment_ms = statement_int(store, which, 7);
		encoder->target_s = statement_int(store, which, 8);
		encoder->began_steady_ms = statement_int(store, which, 9);
		encoder->ended =
		    (enum encoder_ended)statement_int(store, which, 10);
		statement_copy(
		    store, which, 11, encoder->sender, sizeof(encoder->sender));
	}
	statement_reset(store, which);
	return rc;
}

int
store_encoder_find(struct store *store, const char *stream_id, const char *name,
    struct encoder *encoder, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_ENCODER_FIND, err, "tt", stream_id, name);
	return encoder_take(store, STATEMENT_ENCODER_FIND, rc, encoder);
}

int
store_encoder_newest(struct store *store, const char *stream_id,
    struct encoder *encoder, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_ENCODER_NEWEST, err, "t", stream_id);
	return encoder_take(store, STATEMENT_ENCODER_NEWEST, rc, encoder);
}

int
store_encoder_of_rendition(struct store *store, const char *stream_id,
    int64_t rendition, struct encoder *encoder, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_ENCODER_OF_RENDITION, err, "ti",
	    stream_id, rendition);
	return encoder_take(store, STATEMENT_ENCODER_OF_RENDITION, rc, encoder);
}

int
store_encoder_put(
    struct store *store, const struct encoder *encoder, struct error *err)
{
	const struct encoder *e = encoder;
	int rc;

	rc = statement_run(store, STATEMENT_ENCODER_PUT, err, "ttiiitiiiiit",
	    e->stream_id, e->name, e->rendition, e->session, e->sequence,
	    e->last, e->heard_steady_ms, e->segment_ms, e->target_s,
	    e->began_steady_ms, (int64_t)e->ended, e->sender);
	return rc < 0 ? -1 : 0;
}

int
store_encoder_delete(
    struct store *store, const struct encoder *encoder, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_ENCODER_DELETE, err, "tt",
	    encoder->stream_id, encoder->name);
	return rc < 0 ? -1 : 0;
}

/* One number that is counted of a stream's rows, or -1. */
static int
ingest_count(struct store *store, enum statement which, const char *stream_id,
    struct error *err)
{
	int rc, count = 0;

	rc = statement_step(store, which, err, "t", stream_id);
	if (rc == 1)
		count = (int)statement_int(store, which, 0);
	statement_reset(store, which);
	return rc < 0 ? -1 : count;
}

int
store_encoder_sending(
    struct store *store, const char *stream_id, struct error *err)
{
	return ingest_count(store, STATEMENT_ENCODER_SENDING, stream_id, err);
}

int
store_encoder_stop_all(
    struct store *store, const char *stream_id, struct error *err)
{
	int rc;

	rc = statement_run(
	    store, STATEMENT_ENCODER_STOP_ALL, err, "t", stream_id);
	return rc < 0 ? -1 : 0;
}

int
store_encoder_lapse_all(
    struct store *store, const char *stream_id, struct error *err)
{
	int rc;

	rc = statement_run(
	    store, STATEMENT_ENCODER_LAPSE_ALL, err, "t", stream_id);
	return rc < 0 ? -1 : 0;
}

int
store_encoder_silent(struct store *store, int64_t steady_ms,
    struct encoder *encoder, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_ENCODER_SILENT, err, "i", steady_ms);
	return encoder_take(store, STATEMENT_ENCODER_SILENT, rc, encoder);
}

int
store_ingest_forget(
    struct store *store, const char *stream_id, struct error *err)
{
	if (statement_run(store, STATEMENT_LISTED_FORGET, err, "t", stream_id) <
		0 ||
	    statement_run(
		store, STATEMENT_ENCODER_FORGET, err, "t", stream_id) < 0)
		return -1;
	return 0;
}

int
store_listed_insert(struct store *store, const struct encoder *encoder,
    const struct listed *listed, struct error *err)
{
	const struct listed *l = listed;
	int rc;

	rc = statement_run(store, STATEMENT_LISTED_INSERT, err, "ttittiiiii",
	    encoder->stream_id, encoder->name, l->sequence, l->segment,
	    l->map[0] != '\0' ? l->map : NULL, l->duration_us, l->at_unix_ms,
	    (int64_t)l->discontinuity, (int64_t)l->gap, l->since_steady_ms);
	return rc < 0 ? -1 : 0;
}

static void
listed_read(struct store *store, struct listed *listed)
{
	const enum statement which = STATEMENT_LISTED_LIST;

	listed->sequence = statement_int(store, which, 0);
	statement_copy(
	    store, which, 1, listed->segment, sizeof(listed->segment));
	statement_copy(store, which, 2, listed->map, sizeof(listed->map));
	listed->duration_us = statement_int(store, which, 3);
	listed->at_unix_ms = statement_int(store, which, 4);
	listed->discontinuity = statement_int(store, which, 5) != 0;
	listed->gap = statement_int(store, which, 6) != 0;
	listed->since_steady_ms = statement_int(store, which, 7);
}

int
store_listed_list(struct store *store, const struct encoder *encoder, int max,
    struct listed *listed, struct error *err)
{
	int rc, count = 0;

	rc = statement_step(store, STATEMENT_LISTED_LIST, err, "tti",
	    encoder->stream_id, encoder->name, (int64_t)max);
	while (rc == 1 && count < max) {
		listed_read(store, &listed[count++]);
		rc = statement_step(store, STATEMENT_LISTED_LIST, err, NULL);
	}
	statement_reset(store, STATEMENT_LISTED_LIST);
	return rc < 0 ? -1 : count;
}

int
store_listed_delete(struct store *store, const struct encoder *encoder,
    int64_t up_to, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_LISTED_DELETE, err, "tti",
	    encoder->stream_id, encoder->name, up_to);
	return rc < 0 ? -1 : 0;
}

int
store_listed_count(
    struct store *store, const char *stream_id, struct error *err)
{
	return ingest_count(store, STATEMENT_LISTED_COUNT, stream_id, err);
}

int
store_listed_awaits(struct store *store, const char *stream_id,
    const char *segment, char playlist[PUSH_NAME_BYTES], struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_LISTED_AWAITS, err, "tt", stream_id, segment);
	if (rc == 1)
		statement_copy(store, STATEMENT_LISTED_AWAITS, 0, playlist,
		    PUSH_NAME_BYTES);
	statement_reset(store, STATEMENT_LISTED_AWAITS);
	return rc;
}

/* The columns are UPLOAD_COLUMNS of statement.c, in that order. */
static void
upload_read(struct store *store, enum statement which, struct upload *upload)
{
	statement_copy(
	    store, which, 0, upload->stream_id, sizeof(upload->stream_id));
	statement_copy(store, which, 1, upload->name, sizeof(upload->name));
	upload->newcomer = statement_int(store, which, 2) != 0;
	statement_copy(store, which, 3, upload->file, sizeof(upload->file));
	upload->kind = statement_int(store, which, 4);
	upload->digest = statement_int(store, which, 5);
	upload->bytes = statement_int(store, which, 6);
	statement_copy(store, which, 7, upload->sender, sizeof(upload->sender));
	upload->at_steady_ms = statement_int(store, which, 8);
	upload->published = statement_int(store, which, 9) != 0;
}

/* Where a list of uploads goes. */
struct upload_rows {
	struct upload *uploads;
	int max;
};

static int
upload_take(struct store *store, enum statement which, int rc,
    struct upload_rows *rows, struct error *err)
{
	int count = 0;

	while (rc == 1 && count < rows->max) {
		upload_read(store, which, &rows->uploads[count++]);
		rc = statement_step(store, which, err, NULL);
	}
	statement_reset(store, which);
	return rc < 0 ? -1 : count;
}

static int
upload_one(
    struct store *store, enum statement which, int rc, struct upload *upload)
{
	if (rc == 1)
		upload_read(store, which, upload);
	statement_reset(store, which);
	return rc;
}

int
store_upload_find(struct store *store, const char *stream_id, const char *name,
    struct upload *upload, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_UPLOAD_FIND, err, "tt", stream_id, name);
	return upload_one(store, STATEMENT_UPLOAD_FIND, rc, upload);
}

int
store_upload_aside(struct store *store, const char *stream_id, const char *name,
    struct upload *upload, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_UPLOAD_ASIDE, err, "tt", stream_id, name);
	return upload_one(store, STATEMENT_UPLOAD_ASIDE, rc, upload);
}

int
store_upload_newcomer(struct store *store, const char *stream_id,
    struct upload *upload, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_UPLOAD_NEWCOMER, err, "t", stream_id);
	return upload_one(store, STATEMENT_UPLOAD_NEWCOMER, rc, upload);
}

int
store_upload_old(struct store *store, int64_t steady_ms, int max,
    struct upload *uploads, struct error *err)
{
	struct upload_rows rows = { uploads, max };
	int rc;

	rc = statement_step(
	    store, STATEMENT_UPLOAD_OLD, err, "ii", steady_ms, (int64_t)max);
	return upload_take(store, STATEMENT_UPLOAD_OLD, rc, &rows, err);
}

int
store_upload_list(struct store *store, const char *stream_id, int max,
    struct upload *uploads, struct error *err)
{
	struct upload_rows rows = { uploads, max };
	int rc;

	rc = statement_step(
	    store, STATEMENT_UPLOAD_LIST, err, "ti", stream_id, (int64_t)max);
	return upload_take(store, STATEMENT_UPLOAD_LIST, rc, &rows, err);
}

int
store_upload_put(
    struct store *store, const struct upload *upload, struct error *err)
{
	const struct upload *u = upload;
	int rc;

	rc = statement_run(store, STATEMENT_UPLOAD_PUT, err, "ttitiiitii",
	    u->stream_id, u->name, (int64_t)u->newcomer, u->file, u->kind,
	    u->digest, u->bytes, u->sender, u->at_steady_ms,
	    (int64_t)u->published);
	return rc < 0 ? -1 : 0;
}

int
store_upload_published(struct store *store, const char *stream_id,
    const char *name, const char *file, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_UPLOAD_PUBLISHED, err, "ttt",
	    stream_id, name, file);
	return rc < 0 ? -1 : 0;
}

int
store_upload_delete(
    struct store *store, const struct upload *upload, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_UPLOAD_DELETE, err, "tti",
	    upload->stream_id, upload->name, (int64_t)upload->newcomer);
	return rc < 0 ? -1 : 0;
}

int
store_upload_forget(struct store *store, const char *stream_id,
    int64_t but_kind, struct error *err)
{
	int rc;

	rc = statement_run(
	    store, STATEMENT_UPLOAD_FORGET, err, "ti", stream_id, but_kind);
	return rc < 0 ? -1 : 0;
}

int
store_upload_has_file(struct store *store, const char *file, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_UPLOAD_OF_FILE, err, "t", file);
	statement_reset(store, STATEMENT_UPLOAD_OF_FILE);
	return rc;
}

int
store_waiting_bytes(struct store *store, const char *stream_id, int64_t *bytes,
    struct error *err)
{
	int rc;

	*bytes = 0;
	rc = statement_step(store, STATEMENT_WAITING, err, "t", stream_id);
	if (rc == 1)
		*bytes = statement_int(store, STATEMENT_WAITING, 0);
	statement_reset(store, STATEMENT_WAITING);
	return rc < 0 ? -1 : 0;
}

int
store_listed_forget(
    struct store *store, const char *stream_id, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_LISTED_FORGET, err, "t", stream_id);
	return rc < 0 ? -1 : 0;
}
