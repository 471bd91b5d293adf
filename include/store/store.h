/*
 * A thread's way to the store: two SQLite files ("lasting" and "passing", see
 * schema.sql), their statements prepared once. The rest of include/store/
 * speaks of streams, peers and mail; only src/store knows SQL.
 *
 * A store belongs to the thread that opened it. Functions of this floor never
 * begin a transaction: the rule that calls them does, with store_begin.
 */
#ifndef LIVEBIN_STORE_STORE_H
#define LIVEBIN_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct store;

enum store_part {
	STORE_LASTING, /* survives a power cut */
	STORE_PASSING, /* may be forgotten in one */
	STORE_PART__MAX
};

/*
 * Opens both files, making them where they are missing (several processes may
 * race), bringing old ones up to date, refusing newer ones. Paths are copied.
 * 0 and *store (the caller closes it), or -1 with *err.
 */
int store_open(struct store **store, const char *lasting_path,
    const char *passing_path, int busy_timeout_ms, struct error *err)
    __attribute__((warn_unused_result));

/* Closes; NULL is allowed. No transaction may be open. */
void store_close(struct store *store);

/*
 * Begins a write transaction on one part, waiting at the most the busy
 * timeout for other threads, and once more for other processes. 0, or -1 with
 * *err. Pair it with store_commit or store_rollback; a failed commit has rolled
 * back.
 */
int store_begin(struct store *store, enum store_part part, struct error *err)
    __attribute__((warn_unused_result));
int store_commit(struct store *store, enum store_part part, struct error *err)
    __attribute__((warn_unused_result));
void store_rollback(struct store *store, enum store_part part);

/* 0 if the part can be read and its write lock be had, or -1 with *err. */
int store_check(struct store *store, enum store_part part, struct error *err)
    __attribute__((warn_unused_result));

#endif
