/*
 * Streams as they last: one row each, in the "lasting" part.
 */
#ifndef LIVEBIN_STORE_STREAM_H
#define LIVEBIN_STORE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "base/id.h"
#include "store/audience.h"
#include "store/store.h"

/* Characters are Unicode code points, at most four bytes of UTF-8 each. */
#define TITLE_CHARS_MAX 200
#define DESCRIPTION_CHARS_MAX 5000

/* The numbers are stored. */
enum stream_status {
	STREAM_PENDING, /* created, or being converted */
	STREAM_LIVE,
	STREAM_READY, /* over */
	STREAM_FAILED,
	STREAM_STATUS__MAX
};

struct stream {
	int64_t seq; /* grows with creation */
	char id[ID_BYTES];
	unsigned char key_hash[HASH_BYTES];
	char title[TITLE_CHARS_MAX * 4 + 1];
	char *description; /* NULL: none; freed by stream_free */
	enum stream_status status;
	enum visibility visibility;
	bool record;
	int64_t created_unix_ms;
	int64_t started_unix_ms, stopped_unix_ms; /* 0: not yet */
	int64_t peak_viewers;
	int64_t views_total;
	int64_t view_day, views_today; /* see clock_day */
	int64_t view_month, views_month;
};

/* Releases what a stream owns and empties it. An empty one is allowed. */
void stream_free(struct stream *stream);

/* Adds a stream in state PENDING; seq is not read. 0, or -1 with *err. */
int store_stream_insert(struct store *store, const struct stream *stream,
    struct error *err) __attribute__((warn_unused_result));

/* 1 and *stream (the caller frees it), 0 if there is none, -1 with *err. */
int store_stream_find(struct store *store, const char *id,
    struct stream *stream, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Any state to LIVE. LIVE, or PENDING that never began, to `status`: READY, or
 * PENDING while a replay is made. 1, or 0 if the stream's state was another (or
 * it isn't there), -1 with *err.
 */
int store_stream_start(struct store *store, const char *id, int64_t unix_ms,
    struct error *err) __attribute__((warn_unused_result));
int store_stream_end(struct store *store, const char *id,
    enum stream_status status, int64_t unix_ms, struct error *err)
    __attribute__((warn_unused_result));

/*
 * One that was stopped and is PENDING, to READY or FAILED, unless a replay of
 * it is still to be made. 1, 0, or -1.
 */
int store_stream_settle(struct store *store, const char *id,
    enum stream_status status, struct error *err)
    __attribute__((warn_unused_result));

/* The token that may push a stream's media: writes its hash over another. */
int store_push_put(struct store *store, const char *id,
    const unsigned char token_hash[HASH_BYTES], struct error *err)
    __attribute__((warn_unused_result));

/* The stream that a push token is for. 1 and `id`, 0, or -1 with *err. */
int store_push_find(struct store *store,
    const unsigned char token_hash[HASH_BYTES], char id[ID_BYTES],
    struct error *err) __attribute__((warn_unused_result));

/* What is to change; NULL members stay as they are. Borrowed. */
struct stream_patch {
	const char *title;
	const char *description; /* written, NULL or not, if it is set */
	bool sets_description;
	const enum visibility *visibility;
};

/*
 * Changes a stream's members, and those alone: two changes at once don't undo
 * each other. 0, or -1 with *err.
 */
int store_stream_update(struct store *store, const char *id,
    const struct stream_patch *patch, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Puts another key's hash in the place of `old`. 1, 0 if the key is another
 * one by now, or -1 with *err.
 */
int store_stream_set_key(struct store *store, const char *id,
    const unsigned char old[HASH_BYTES], const unsigned char fresh[HASH_BYTES],
    struct error *err) __attribute__((warn_unused_result));

/* Removes the row. 0, or -1 with *err. */
int store_stream_delete(struct store *store, const char *id, struct error *err)
    __attribute__((warn_unused_result));

/*
 * PUBLIC streams that are live, newest first, those with seq below
 * `below_seq` (INT64_MAX: from the newest): up to `max` into `streams`.
 * Their number (the caller frees each), or -1 with *err.
 */
int store_stream_list(struct store *store, int64_t below_seq, int max,
    struct stream *streams, struct error *err)
    __attribute__((warn_unused_result));

/*
 * PUBLIC streams that aren't live and have a READY recording: those whose
 * newest has a seq below `below_seq`, newest first, with that seq. Their
 * number, or -1 with *err.
 */
struct stream_rows {
	struct stream *streams; /* room for max; the caller frees each */
	int64_t *seqs;		/* the same */
	int max;
};
int store_stream_replays(struct store *store, int64_t below_seq,
    const struct stream_rows *rows, struct error *err)
    __attribute__((warn_unused_result));

/*
 * All streams, whatever they are, or those of one state where `status` isn't
 * STREAM_STATUS__MAX: as store_stream_list has them (`seqs` may be NULL).
 */
int store_stream_list_all(struct store *store, enum stream_status status,
    int64_t below_seq, const struct stream_rows *rows, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Calls `each` with the id of every live stream until it returns other than
 * 0. 0, what `each` returned, or -1 with *err.
 */
int store_stream_each_live(struct store *store,
    int (*each)(void *context, const char *id), void *context,
    struct error *err) __attribute__((warn_unused_result));

/* Adds an audience's views and raises the peak. 0, or -1 with *err. */
int store_stream_count(struct store *store, const struct audience *audience,
    int64_t unix_ms, struct error *err) __attribute__((warn_unused_result));

#endif
