/*
 * Copies by SQLite's backup interface, and its own checks.
 */
#include <stdarg.h>
#include <stdio.h>

#include <sqlite3.h>

#include "base/log.h"
#include "base/text.h"
#include "store/connection.h"
#include "store/schema.h"
#include "store/upkeep.h"

#define FINDING_BYTES 400

void
findings_add(struct findings *findings, const char *format, ...)
{
	char line[FINDING_BYTES];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	findings->count++;
	findings->say(findings->context, line);
}

/* The caller syncs the copy once it is whole: no journal, no syncs before. */
static int
copy_open(struct sqlite3 **db, const char *path)
{
	int rc;

	rc = sqlite3_open_v2(path, db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_EXRESCODE,
	    NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(*db,
		    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL,
		    NULL, NULL);
	return rc;
}

/*
 * In one step: that is one reader's view of a WAL file. Between several steps
 * others might write, and it would begin anew each time.
 */
static int
copy_all(struct sqlite3 *from, struct sqlite3 *to)
{
	sqlite3_backup *backup;
	int rc;

	backup = sqlite3_backup_init(to, "main", from, "main");
	if (backup == NULL)
		return sqlite3_errcode(to);
	rc = sqlite3_backup_step(backup, -1);
	if (rc == SQLITE_DONE)
		return sqlite3_backup_finish(backup);
	(void)sqlite3_backup_finish(backup);
	return rc;
}

int
upkeep_copy(
    const char *from, const char *to, int busy_timeout_ms, struct error *err)
{
	struct sqlite3 *source, *copy = NULL;
	int rc;

	if (connection_open_as_is(&source, from, &busy_timeout_ms, err) != 0)
		return -1;
	rc = copy_open(&copy, to);
	if (rc == SQLITE_OK)
		rc = copy_all(source, copy);
	if (rc != SQLITE_OK)
		log_write(LOG_LEVEL_ERROR, NULL, "copy of a database: %s",
		    sqlite3_errstr(rc));
	(void)sqlite3_close(copy);
	(void)sqlite3_close(source);
	return rc == SQLITE_OK ? 0 : connection_error(rc, err);
}

/* Calls `each` with every row of a question; a failure is a finding. */
static void
examine_each(struct sqlite3 *db, const char *sql,
    void (*each)(sqlite3_stmt *row, struct findings *findings),
    struct findings *findings)
{
	sqlite3_stmt *statement = NULL;
	int rc;

	rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(statement);
		if (rc == SQLITE_ROW)
			each(statement, findings);
	}
	if (rc != SQLITE_DONE)
		findings_add(findings, "%s", sqlite3_errmsg(db));
	(void)sqlite3_finalize(statement);
}

static void
integrity_row(sqlite3_stmt *row, struct findings *findings)
{
	struct text rest = { (const char *)sqlite3_column_text(row, 0), 0 };
	struct text line;

	/* A page's faults are lines of one row, under a heading. */
	rest.size = (size_t)sqlite3_column_bytes(row, 0);
	while (rest.size > 0) {
		line = text_cut(&rest, '\n');
		if (!text_is(line, "ok") && line.size > 0 && line.at[0] != '*')
			findings_add(findings, "%.*s", (int)line.size, line.at);
	}
}

static void
foreign_key_row(sqlite3_stmt *row, struct findings *findings)
{
	findings_add(findings,
	    "row %lld of %s points at a row of %s that is missing",
	    (long long)sqlite3_column_int64(row, 1),
	    (const char *)sqlite3_column_text(row, 0),
	    (const char *)sqlite3_column_text(row, 2));
}

static int
examine_version(
    struct sqlite3 *db, enum store_part part, struct findings *findings)
{
	struct error err;
	int version;

	if (connection_version(db, &version, &err) != 0) {
		findings_add(findings, "%s", sqlite3_errmsg(db));
		return -1;
	}
	if (version == 0)
		findings_add(findings, "this is no database of livebin's");
	if (version > schema_version(part))
		findings_add(findings,
		    "version %d is newer than this program's (%d): update "
		    "livebin",
		    version, schema_version(part));
	return version;
}

int
upkeep_examine(const char *path, enum store_part part, int busy_timeout_ms,
    struct findings *findings)
{
	struct sqlite3 *db;
	struct error err;
	int version;

	if (connection_open_as_is(&db, path, &busy_timeout_ms, &err) != 0) {
		findings_add(findings, "it can't be opened: %s", err.detail);
		return -1;
	}
	version = examine_version(db, part, findings);
	if (version >= 0) {
		examine_each(
		    db, "PRAGMA integrity_check", integrity_row, findings);
		examine_each(
		    db, "PRAGMA foreign_key_check", foreign_key_row, findings);
	}
	(void)sqlite3_close(db);
	return version;
}

int
upkeep_version(enum store_part part)
{
	return schema_version(part);
}
