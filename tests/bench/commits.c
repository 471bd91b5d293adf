/*
 * What SQLite itself can do: one row, one commit, WAL, synchronous=FULL, the
 * same number of writers at once. The reference for create, start and stop.
 *
 *	commits FILE CLIENTS SECONDS
 *
 * Every client is a thread with its own connection. Prints `per_second N`.
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client.h"

#define CLIENTS_MAX 64
#define BUSY_MS 30000
/* About what a stream's row weighs. */
#define TEXT_BYTES 150

static const char SETUP[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "CREATE TABLE IF NOT EXISTS row (seq INTEGER PRIMARY"
    " KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);";

/* Set once before the threads start; the counters are atomic. */
static struct {
	const char *file;
	atomic_bool over;
	atomic_llong commits, ids;
} task;

static struct sqlite3 *
open_file(void)
{
	struct sqlite3 *db;

	if (sqlite3_open(task.file, &db) != SQLITE_OK ||
	    sqlite3_busy_timeout(db, BUSY_MS) != SQLITE_OK ||
	    sqlite3_exec(db, SETUP, NULL, NULL, NULL) != SQLITE_OK)
		die("%s: %s", task.file, sqlite3_errmsg(db));
	return db;
}

static struct sqlite3_stmt *
prepare(struct sqlite3 *db, const char *sql)
{
	struct sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		die("%s", sqlite3_errmsg(db));
	return statement;
}

static void
step(struct sqlite3 *db, struct sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) != SQLITE_DONE)
		die("%s", sqlite3_errmsg(db));
	(void)sqlite3_reset(statement);
}

static void *
work(void *unused)
{
	struct sqlite3 *db = open_file();
	struct sqlite3_stmt *begin = prepare(db, "BEGIN IMMEDIATE");
	struct sqlite3_stmt *commit = prepare(db, "COMMIT");
	struct sqlite3_stmt *insert =
	    prepare(db, "INSERT INTO row (id, body) VALUES (?1, ?2)");
	char id[22], body[TEXT_BYTES + 1];
	long long number;

	(void)unused;
	(void)snprintf(body, sizeof(body), "%*s", TEXT_BYTES, "x");
	(void)sqlite3_bind_text(insert, 2, body, -1, SQLITE_STATIC);
	while (!atomic_load(&task.over)) {
		/* Spread over the index, as random names are. */
		number = atomic_fetch_add(&task.ids, 1);
		(void)snprintf(id, sizeof(id), "%08llx%013lld",
		    (number * 2654435761LL) & 0xffffffffLL, number);
		(void)sqlite3_bind_text(insert, 1, id, -1, SQLITE_STATIC);
		step(db, begin);
		step(db, insert);
		step(db, commit);
		atomic_fetch_add(&task.commits, 1);
	}
	(void)sqlite3_finalize(begin);
	(void)sqlite3_finalize(commit);
	(void)sqlite3_finalize(insert);
	(void)sqlite3_close(db);
	return NULL;
}

/* A file of an earlier round goes on where that ended. */
static long long
rows_stored(void)
{
	struct sqlite3 *db = open_file();
	struct sqlite3_stmt *count = prepare(db, "SELECT max(seq) FROM row");
	long long rows;

	if (sqlite3_step(count) != SQLITE_ROW)
		die("%s", sqlite3_errmsg(db));
	rows = sqlite3_column_int64(count, 0);
	(void)sqlite3_finalize(count);
	(void)sqlite3_close(db);
	return rows;
}

int
main(int argc, char **argv)
{
	pthread_t threads[CLIENTS_MAX];
	int64_t begun;
	int clients, i;

	if (argc != 4)
		die("usage: commits FILE CLIENTS SECONDS");
	task.file = argv[1];
	clients = argument(argv[2], 1, CLIENTS_MAX);
	atomic_store(&task.ids, rows_stored() + CLIENTS_MAX);
	begun = now_ns();
	for (i = 0; i < clients; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			die("no thread");
	(void)sleep((unsigned)argument(argv[3], 1, 600));
	atomic_store(&task.over, true);
	for (i = 0; i < clients; i++)
		(void)pthread_join(threads[i], NULL);
	(void)printf(
	    "per_second %.1f\n", (double)atomic_load(&task.commits) /
				     ((double)(now_ns() - begun) / 1e9));
	return 0;
}
