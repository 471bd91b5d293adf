/*
 * What a store is made of. For src/store alone.
 */
#ifndef LIVEBIN_STORE_CONNECTION_H
#define LIVEBIN_STORE_CONNECTION_H

#include "store/statement.h"

struct sqlite3;
struct sqlite3_stmt;

struct store {
	struct sqlite3 *parts[STORE_PART__MAX];
	struct sqlite3_stmt *statements[STATEMENT__MAX];
	struct sqlite3_stmt *begin[STORE_PART__MAX];
	struct sqlite3_stmt *commit[STORE_PART__MAX];
	struct sqlite3_stmt *rollback[STORE_PART__MAX];
	int busy_timeout_ms;
};

/* Sets *err for a failed SQLite call and returns -1. */
int connection_error(int rc, struct error *err);

/*
 * Opens one file, hardened, with its schema there and up to date.
 * busy_timeout_ms is borrowed for the connection's life. 0 and *db, or -1
 * with *err.
 */
int connection_open(struct sqlite3 **db, enum store_part part, const char *path,
    int *busy_timeout_ms, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Opens one that is there, as it is: no schema is made, no version refused. For
 * upkeep.c. 0 and *db, or -1 with *err.
 */
int connection_open_as_is(struct sqlite3 **db, const char *path,
    int *busy_timeout_ms, struct error *err)
    __attribute__((warn_unused_result));

/* The version that a file says it has. 0 and *version, or -1 with *err. */
int connection_version(struct sqlite3 *db, int *version, struct error *err)
    __attribute__((warn_unused_result));

#endif
