/*
 * A store: two connections, their statements, their transactions.
 *
 * Threads of one process that write the same file wait for each other at a
 * mutex, which wakes the next one at once; SQLite's own lock, which can only
 * be polled, is then contended by other processes alone.
 */
#include <pthread.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/connection.h"

/* Held from store_begin to store_commit or store_rollback. */
static pthread_mutex_t writers[STORE_PART__MAX] = {
	PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER,
};

static int
store_prepare(struct sqlite3 *db, const char *sql, sqlite3_stmt **handle,
    struct error *err)
{
	int rc;

	rc = sqlite3_prepare_v3(
	    db, sql, -1, SQLITE_PREPARE_PERSISTENT, handle, NULL);
	if (rc == SQLITE_OK)
		return 0;
	log_write(LOG_LEVEL_ERROR, NULL, "prepare: %s", sqlite3_errmsg(db));
	return connection_error(rc, err);
}

static int
store_prepare_all(struct store *store, struct error *err)
{
	struct sqlite3 *db;
	int i;

	for (i = 0; i < STORE_PART__MAX; i++) {
		db = store->parts[i];
		if (store_prepare(
			db, "BEGIN IMMEDIATE", &store->begin[i], err) != 0 ||
		    store_prepare(db, "COMMIT", &store->commit[i], err) != 0 ||
		    store_prepare(db, "ROLLBACK", &store->rollback[i], err) !=
			0)
			return -1;
	}
	for (i = 0; i < STATEMENT__MAX; i++) {
		db = store->parts[statement_part((enum statement)i)];
		if (store_prepare(db, statement_sql((enum statement)i),
			&store->statements[i], err) != 0)
			return -1;
	}
	return 0;
}

int
store_open(struct store **store, const char *lasting_path,
    const char *passing_path, int busy_timeout_ms, struct error *err)
{
	struct store *made;

	*store = NULL;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	made->busy_timeout_ms = busy_timeout_ms;
	if (connection_open(&made->parts[STORE_LASTING], STORE_LASTING,
		lasting_path, &made->busy_timeout_ms, err) != 0 ||
	    connection_open(&made->parts[STORE_PASSING], STORE_PASSING,
		passing_path, &made->busy_timeout_ms, err) != 0 ||
	    store_prepare_all(made, err) != 0) {
		store_close(made);
		return -1;
	}
	*store = made;
	return 0;
}

void
store_close(struct store *store)
{
	int i;

	if (store == NULL)
		return;
	for (i = 0; i < STATEMENT__MAX; i++)
		(void)sqlite3_finalize(store->statements[i]);
	for (i = 0; i < STORE_PART__MAX; i++) {
		(void)sqlite3_finalize(store->begin[i]);
		(void)sqlite3_finalize(store->commit[i]);
		(void)sqlite3_finalize(store->rollback[i]);
		(void)sqlite3_close(store->parts[i]);
	}
	free(store);
}

static int
store_step(sqlite3_stmt *handle)
{
	int rc;

	rc = sqlite3_step(handle);
	(void)sqlite3_reset(handle);
	return rc;
}

int
store_begin(struct store *store, enum store_part part, struct error *err)
{
	int rc;

	if (clock_lock(&writers[part], store->busy_timeout_ms) != 0)
		return connection_error(SQLITE_BUSY, err);
	rc = store_step(store->begin[part]);
	if (rc == SQLITE_DONE)
		return 0;
	(void)pthread_mutex_unlock(&writers[part]);
	log_write(LOG_LEVEL_ERROR, NULL, "begin: %s",
	    sqlite3_errmsg(store->parts[part]));
	return connection_error(rc, err);
}

int
store_commit(struct store *store, enum store_part part, struct error *err)
{
	int rc;

	rc = store_step(store->commit[part]);
	if (rc == SQLITE_DONE) {
		(void)pthread_mutex_unlock(&writers[part]);
		return 0;
	}
	log_write(LOG_LEVEL_ERROR, NULL, "commit: %s",
	    sqlite3_errmsg(store->parts[part]));
	store_rollback(store, part);
	return connection_error(rc, err);
}

void
store_rollback(struct store *store, enum store_part part)
{
	if (!sqlite3_get_autocommit(store->parts[part]))
		(void)store_step(store->rollback[part]);
	(void)pthread_mutex_unlock(&writers[part]);
}

int
store_check(struct store *store, enum store_part part, struct error *err)
{
	int rc;

	if (store_begin(store, part, err) != 0)
		return -1;
	rc = sqlite3_exec(store->parts[part],
	    "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
	store_rollback(store, part);
	return rc == SQLITE_OK ? 0 : connection_error(rc, err);
}
