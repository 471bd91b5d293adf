/*
 * Fills a database with many streams by copying one that the server made.
 *
 *	fill FILE TABLE COUNT
 *
 * The newest row is the pattern. What the schema says must be unique is made
 * anew (same type, same length), the row's number is left to SQLite; all
 * else is copied. So it follows the schema without knowing it.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

#define COLUMNS_MAX 64
#define SQL_BYTES 8192
#define PER_COMMIT 10000
#define VALUE_BYTES 256

struct table {
	struct sqlite3 *db;
	const char *name;
	int count;
	char columns[COLUMNS_MAX][64];
	bool unique[COLUMNS_MAX], number[COLUMNS_MAX];
};

static struct sqlite3_stmt *
prepare(struct table *table, const char *sql)
{
	struct sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(table->db, sql, -1, &statement, NULL) !=
	    SQLITE_OK)
		die("%s: %s", sqlite3_errmsg(table->db), sql);
	return statement;
}

static void
execute(struct table *table, const char *sql)
{
	if (sqlite3_exec(table->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die("%s: %s", sqlite3_errmsg(table->db), sql);
}

static void
read_columns(struct table *table)
{
	struct sqlite3_stmt *query =
	    prepare(table, "SELECT name, type = 'INTEGER' AND pk = 1 "
			   "FROM pragma_table_info(?1) ORDER BY cid");

	(void)sqlite3_bind_text(query, 1, table->name, -1, SQLITE_STATIC);
	while (sqlite3_step(query) == SQLITE_ROW) {
		if (table->count == COLUMNS_MAX)
			die("%s has too many columns", table->name);
		(void)snprintf(table->columns[table->count],
		    sizeof(table->columns[0]), "%s",
		    (const char *)sqlite3_column_text(query, 0));
		table->number[table->count++] =
		    sqlite3_column_int(query, 1) != 0;
	}
	(void)sqlite3_finalize(query);
	if (table->count == 0)
		die("no table %s", table->name);
}

static void
read_unique(struct table *table)
{
	struct sqlite3_stmt *query = prepare(table,
	    "SELECT column.name FROM pragma_index_list(?1) AS list, "
	    "pragma_index_info(list.name) AS column WHERE list.\"unique\"");
	const char *name;
	int i;

	(void)sqlite3_bind_text(query, 1, table->name, -1, SQLITE_STATIC);
	while (sqlite3_step(query) == SQLITE_ROW) {
		name = (const char *)sqlite3_column_text(query, 0);
		for (i = 0; i < table->count; i++)
			if (strcmp(table->columns[i], name) == 0)
				table->unique[i] = true;
	}
	(void)sqlite3_finalize(query);
}

static void
add(char *sql, const char *format, const char *text)
{
	size_t used = strlen(sql);
	int n;

	n = snprintf(sql + used, SQL_BYTES - used, format, text);
	if (n < 0 || (size_t)n >= SQL_BYTES - used)
		die("the statement is too long");
}

/* INSERT ... SELECT of the pattern; ?1, ?2, ... stand for unique columns. */
static struct sqlite3_stmt *
prepare_copy(struct table *table)
{
	char sql[SQL_BYTES] = "INSERT INTO ";
	int i;

	add(sql, "%s (", table->name);
	for (i = 0; i < table->count; i++)
		add(sql, i > 0 ? ", %s" : "%s", table->columns[i]);
	add(sql, "%s", ") SELECT ");
	for (i = 0; i < table->count; i++) {
		add(sql, "%s", i > 0 ? ", " : "");
		if (table->number[i])
			add(sql, "%s", "NULL");
		else
			add(sql, table->unique[i] ? "?" : "%s",
			    table->columns[i]);
	}
	add(sql, " FROM temp.pattern%s", "");
	return prepare(table, sql);
}

static void
random_value(char *value, int bytes, bool is_text)
{
	static const char CHARS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
				    "qrstuvwxyz0123456789-_";
	int i;

	sqlite3_randomness(bytes, value);
	for (i = 0; is_text && i < bytes; i++)
		value[i] = CHARS[value[i] & 63];
}

/* Binds fresh values of the pattern's types and lengths, in column order. */
static void
bind_fresh(struct table *table, struct sqlite3_stmt *copy,
    struct sqlite3_stmt *pattern)
{
	char value[VALUE_BYTES];
	int i, bytes, type, parameter = 0;

	for (i = 0; i < table->count; i++) {
		if (table->number[i] || !table->unique[i])
			continue;
		parameter++;
		type = sqlite3_column_type(pattern, i);
		bytes = sqlite3_column_bytes(pattern, i);
		if (bytes > VALUE_BYTES || type == SQLITE_INTEGER)
			die("can't make another %s", table->columns[i]);
		random_value(value, bytes, type == SQLITE_TEXT);
		if (type == SQLITE_TEXT)
			(void)sqlite3_bind_text(
			    copy, parameter, value, bytes, SQLITE_TRANSIENT);
		else if (type == SQLITE_BLOB)
			(void)sqlite3_bind_blob(
			    copy, parameter, value, bytes, SQLITE_TRANSIENT);
	}
}

static void
fill(struct table *table, int count)
{
	struct sqlite3_stmt *copy, *pattern;
	int i;

	copy = prepare_copy(table);
	pattern = prepare(table, "SELECT * FROM temp.pattern");
	if (sqlite3_step(pattern) != SQLITE_ROW)
		die("%s is empty: there is no pattern", table->name);
	execute(table, "BEGIN IMMEDIATE");
	for (i = 1; i <= count; i++) {
		bind_fresh(table, copy, pattern);
		if (sqlite3_step(copy) != SQLITE_DONE)
			die("%s", sqlite3_errmsg(table->db));
		(void)sqlite3_reset(copy);
		if (i % PER_COMMIT == 0)
			execute(table, "COMMIT; BEGIN IMMEDIATE");
	}
	execute(table, "COMMIT");
	(void)sqlite3_finalize(copy);
	(void)sqlite3_finalize(pattern);
}

int
main(int argc, char **argv)
{
	struct table table = { .name = argc == 4 ? argv[2] : NULL };
	char sql[256];

	if (argc != 4)
		die("usage: fill FILE TABLE COUNT");
	if (sqlite3_open_v2(argv[1], &table.db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK)
		die("%s: %s", argv[1], sqlite3_errmsg(table.db));
	execute(
	    &table, "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000");
	read_columns(&table);
	read_unique(&table);
	(void)snprintf(sql, sizeof(sql),
	    "CREATE TEMP TABLE pattern AS SELECT * FROM main.%.40s "
	    "ORDER BY rowid DESC LIMIT 1",
	    table.name);
	execute(&table, sql);
	fill(&table, argument(argv[3], 0, 10000000));
	(void)sqlite3_close(table.db);
	return 0;
}
