/*
 * The statements: every SQL text of the product stands in one table
 * (src/store/statement.c), is prepared when a store opens, and is run by its
 * name. For src/store alone.
 */
#ifndef LIVEBIN_STORE_STATEMENT_H
#define LIVEBIN_STORE_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

struct sqlite3;

enum statement {
	STATEMENT_STREAM_INSERT,
	STATEMENT_STREAM_GET,
	STATEMENT_STREAM_START,
	STATEMENT_STREAM_STOP,
	STATEMENT_STREAM_UPDATE,
	STATEMENT_STREAM_KEY,
	STATEMENT_STREAM_DELETE,
	STATEMENT_STREAM_LISTED,
	STATEMENT_STREAM_LIVE,
	STATEMENT_STREAM_COUNT,
	STATEMENT_PUBLISHER_GET,
	STATEMENT_PUBLISHER_PUT,
	STATEMENT_PUBLISHER_LEASE,
	STATEMENT_PUBLISHER_LEASE_BREAK,
	STATEMENT_PUBLISHER_DELETE,
	STATEMENT_PUBLISHER_EXPIRED,
	STATEMENT_BROADCAST_PUT,
	STATEMENT_BROADCAST_KEEP,
	STATEMENT_BROADCAST_DEADLINE,
	STATEMENT_BROADCAST_DELETE,
	STATEMENT_BROADCAST_DUE,
	STATEMENT_BROADCAST_EXPIRED,
	STATEMENT_PEER_INSERT,
	STATEMENT_PEER_FIND,
	STATEMENT_PEER_EXISTS,
	STATEMENT_PEER_LEASE,
	STATEMENT_PEER_LEASE_BREAK,
	STATEMENT_PEER_LEASE_VIEWER,
	STATEMENT_PEER_LEASE_CUT,
	STATEMENT_PEER_DELETE,
	STATEMENT_PEER_DELETE_ALL,
	STATEMENT_PEER_COUNT,
	STATEMENT_PEER_LIST,
	STATEMENT_PEER_EXPIRED,
	STATEMENT_MAIL_INSERT,
	STATEMENT_MAIL_LIST,
	STATEMENT_MAIL_LAST,
	STATEMENT_MAIL_COUNT,
	STATEMENT_MAIL_ANSWER,
	STATEMENT_MAIL_DELETE,
	STATEMENT_MAIL_READ,
	STATEMENT_MAIL_DELETE_BOX,
	STATEMENT_MAIL_DELETE_STREAM,
	STATEMENT_MAIL_OLD,
	STATEMENT_MAIL_MARK,
	STATEMENT_MAIL_MARK_SET,
	STATEMENT_VIEWER_PUT,
	STATEMENT_VIEWER_DELETE,
	STATEMENT_VIEWER_DELETE_ALL,
	STATEMENT_VIEWER_EXPIRED,
	STATEMENT_VIEWED_PUT,
	STATEMENT_VIEWED_OLD,
	STATEMENT_AUDIENCE_GET,
	STATEMENT_AUDIENCE_CHANGED,
	STATEMENT_AUDIENCE_SETTLE,
	STATEMENT_AUDIENCE_IDLE,
	STATEMENT_AUDIENCE_ADD,
	STATEMENT_RATE_GET,
	STATEMENT_RATE_PUT,
	STATEMENT_RATE_OLD,
	STATEMENT_SWEEP_DUE,
	STATEMENT_SWEEP_CLAIM,
	STATEMENT__MAX
};

/* Which file a statement runs in, and its text; for tests of its plan. */
enum store_part statement_part(enum statement which);
const char *statement_sql(enum statement which);

/*
 * Binds the arguments by `format`, in order of ?1, ?2 ...: t = const char *
 * (NULL binds NULL), i = int64_t, h = a hash of HASH_BYTES, n = NULL without
 * an argument. Then steps: 1 = a row to read, 0 = done, -1 with *err.
 * Call again with the format NULL for the next row. After the last use:
 * statement_reset. Bound text must stay until then.
 */
int statement_step(struct store *store, enum statement which, struct error *err,
    const char *format, ...) __attribute__((warn_unused_result));
void statement_reset(struct store *store, enum statement which);

/* Step and reset of one that yields no row. Rows changed, or -1 with *err. */
int statement_run(struct store *store, enum statement which, struct error *err,
    const char *format, ...) __attribute__((warn_unused_result));

/* The row's columns, from 0. Text and blobs are borrowed until the reset. */
int64_t statement_int(struct store *store, enum statement which, int column);
const char *statement_text(
    struct store *store, enum statement which, int column);
bool statement_null(struct store *store, enum statement which, int column);
void statement_hash(
    struct store *store, enum statement which, int column, unsigned char *hash);

#endif
