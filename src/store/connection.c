/*
 * One SQLite file: opened, hardened, its schema made or brought up to date.
 * Statements and transactions are elsewhere (statement.c, store.c).
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>

#include "base/log.h"
#include "store/connection.h"
#include "store/schema.h"

int
connection_error(int rc, struct error *err)
{
	switch (rc) {
	case SQLITE_NOMEM:
	case SQLITE_IOERR_NOMEM:
		return error_set(err, ERROR_SYSTEM, NULL,
		    "The server is out of memory. Nothing was changed.");
	case SQLITE_IOERR_SHMSIZE:
	case SQLITE_IOERR_WRITE:
	case SQLITE_IOERR_TRUNCATE:
		return error_set(err, ERROR_STORE, NULL,
		    "The store's disk is full, or it fails. Nothing was "
		    "changed.");
	default:
		break;
	}
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set_retry(
		    err, ERROR_BUSY, 1, "The store is busy. Try again.");
	case SQLITE_FULL:
		return error_set(err, ERROR_STORE, NULL,
		    "The disk is full. Nothing was changed.");
	case SQLITE_READONLY:
		return error_set(err, ERROR_STORE, NULL,
		    "The store can't be written. Nothing was changed.");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		log_write(LOG_LEVEL_ERROR, NULL,
		    "a database is damaged: \"livebin check\" says which, and "
		    "docs/operate.md how to go back to a backup");
		return error_set(err, ERROR_STORE, NULL,
		    "A database of this site is damaged. Whoever runs it must "
		    "go back to a backup (docs/operate.md).");
	default:
		return error_set(err, ERROR_STORE, NULL,
		    "The store failed. Nothing was changed.");
	}
}

/*
 * SQLite's own handler sleeps up to 100 ms; a transaction here takes a
 * fraction of a millisecond, so a short even sleep loses less.
 */
static int
connection_busy(void *context, int tries)
{
	const struct timespec nap = { .tv_nsec = 500000 };
	const int *timeout_ms = context;

	if (tries >= *timeout_ms * 2)
		return 0;
	(void)nanosleep(&nap, NULL);
	return 1;
}

static int
connection_exec(struct sqlite3 *db, const char *sql, struct error *err)
{
	int rc;

	rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		return 0;
	log_write(LOG_LEVEL_ERROR, NULL, "schema: %s", sqlite3_errmsg(db));
	return connection_error(rc, err);
}

int
connection_version(struct sqlite3 *db, int *version, struct error *err)
{
	sqlite3_stmt *statement;
	int rc;

	rc =
	    sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL);
	if (rc != SQLITE_OK)
		return connection_error(rc, err);
	rc = sqlite3_step(statement);
	*version = rc == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
	(void)sqlite3_finalize(statement);
	return rc == SQLITE_ROW ? 0 : connection_error(rc, err);
}

/* Runs what brings a file from `version` to the newest, one transaction. */
static int
connection_migrate(
    struct sqlite3 *db, enum store_part part, int version, struct error *err)
{
	char pragma[64];
	int step;

	if (version == 0) {
		if (connection_exec(db, schema_text(part), err) != 0)
			return -1;
	} else {
		for (step = version; step < schema_version(part); step++)
			if (connection_exec(
				db, schema_migration(part, step), err) != 0)
				return -1;
	}
	(void)snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d",
	    schema_version(part));
	return connection_exec(db, pragma, err);
}

static int
connection_schema(struct sqlite3 *db, enum store_part part, struct error *err)
{
	int version = 0;

	if (connection_version(db, &version, err) != 0)
		return -1;
	if (version == schema_version(part))
		return 0;
	if (connection_exec(db, "BEGIN IMMEDIATE", err) != 0)
		return -1;
	/* Again, under the lock: another process may have been first. */
	if (connection_version(db, &version, err) != 0)
		goto rollback;
	if (version > schema_version(part)) {
		error_set(err, ERROR_STORE, NULL,
		    "the database is newer (%d) than this program (%d): "
		    "update livebin, or go back to a backup from before "
		    "(docs/operate.md)",
		    version, schema_version(part));
		goto rollback;
	}
	if (version < schema_version(part) &&
	    connection_migrate(db, part, version, err) != 0)
		goto rollback;
	return connection_exec(db, "COMMIT", err);
rollback:
	(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

/*
 * The step to WAL needs the file for itself for a moment, and SQLite doesn't
 * ask the busy handler about it: processes that open a new file at once wait
 * for each other here.
 */
static int
connection_wal(struct sqlite3 *db, int busy_timeout_ms, struct error *err)
{
	int rc, tries = 0;

	do
		rc = sqlite3_exec(
		    db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	while ((rc & 0xff) == SQLITE_BUSY &&
	       connection_busy(&busy_timeout_ms, tries++) != 0);
	if (rc == SQLITE_OK)
		return 0;
	log_write(LOG_LEVEL_ERROR, NULL, "WAL: %s", sqlite3_errmsg(db));
	return connection_error(rc, err);
}

static int
connection_harden(struct sqlite3 *db, enum store_part part, struct error *err)
{
	static const char *const SYNCHRONOUS[STORE_PART__MAX] = {
		[STORE_LASTING] = "PRAGMA synchronous = FULL",
		[STORE_PASSING] = "PRAGMA synchronous = OFF",
	};

	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	if (connection_exec(db, SYNCHRONOUS[part], err) != 0 ||
	    connection_exec(db, "PRAGMA temp_store = MEMORY", err) != 0)
		return -1;
	return 0;
}

/* Opened with these flags and the usual ones, and patient. */
static int
connection_begin(struct sqlite3 **db, const char *path, int flags,
    int *busy_timeout_ms, struct error *err)
{
	int rc;

	flags |=
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	rc = sqlite3_open_v2(path, db, flags, NULL);
	if (rc == SQLITE_OK) {
		(void)sqlite3_busy_handler(
		    *db, connection_busy, busy_timeout_ms);
		return 0;
	}
	(void)sqlite3_close(*db);
	*db = NULL;
	return connection_error(rc, err);
}

int
connection_open_as_is(struct sqlite3 **db, const char *path,
    int *busy_timeout_ms, struct error *err)
{
	return connection_begin(db, path, 0, busy_timeout_ms, err);
}

int
connection_open(struct sqlite3 **db, enum store_part part, const char *path,
    int *busy_timeout_ms, struct error *err)
{
	if (connection_begin(
		db, path, SQLITE_OPEN_CREATE, busy_timeout_ms, err) != 0)
		return -1;
	if (connection_wal(*db, *busy_timeout_ms, err) == 0 &&
	    connection_harden(*db, part, err) == 0 &&
	    connection_schema(*db, part, err) == 0)
		return 0;
	(void)sqlite3_close(*db);
	*db = NULL;
	return -1;
}
