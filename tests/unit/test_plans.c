/*
 * store/statement.h: no statement reads a whole table, however large the site
 * grows, but for those listed here with a reason.
 */
#include "store/schema.h"
#include "store/statement.h"
#include "unit.h"

static const struct {
	enum statement which;
	const char *plan, *reason;
} SCANS[] = {
	{ STATEMENT_MAIL_LAST, "SCAN sqlite_sequence",
	    "SQLite's own table, with one row: mail is the only one counted" },
	{ STATEMENT_AUDIENCE_CHANGED,
	    "SCAN audience USING INDEX audience_changed",
	    "the index holds those that changed alone, and LIMIT ends it" },
};

/*
 * What is asked with every pushed file must not walk what one broadcast has
 * grown to, nor a list what isn't in it, nor retention all that is kept: a
 * search by the first column of a key does, and is no scan.
 */
static const struct {
	enum statement which;
	const char *plan;
} SEARCHES[] = {
	{ STATEMENT_UPLOAD_FIND, "SEARCH upload USING PRIMARY KEY"
				 " (stream_id=? AND name=? AND newcomer=?)" },
	{ STATEMENT_UPLOAD_NEWCOMER,
	    "SEARCH upload USING INDEX upload_newcomer (stream_id=?)" },
	{ STATEMENT_LISTED_AWAITS,
	    "SEARCH listed USING COVERING INDEX listed_segment"
	    " (stream_id=? AND segment=?)" },
	{ STATEMENT_SEGMENT_MISSING,
	    "SEARCH segment USING INDEX segment_missing"
	    " (recording=? AND missing=?)" },
	{ STATEMENT_RECORDING_REPLAYS,
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid<?)" },
	{ STATEMENT_RECORDING_REPLAYS,
	    "SEARCH s USING INDEX sqlite_autoindex_stream_1 (id=?)" },
	{ STATEMENT_RECORDING_OLDEST,
	    "SEARCH recording USING INDEX recording_kept (ended_ms<?)" },
	{ STATEMENT_RECORDING_KEPT,
	    "SEARCH site USING INTEGER PRIMARY KEY (rowid=?)" },
	{ STATEMENT_STREAM_LISTED,
	    "SEARCH stream USING INDEX stream_listed (seq<?)" },
	{ STATEMENT_STREAM_ALL,
	    "SEARCH stream USING INTEGER PRIMARY KEY (rowid<?)" },
	{ STATEMENT_STREAM_ALL_OF, "SEARCH stream USING INDEX stream_status"
				   " (status=? AND rowid<?)" },
	{ STATEMENT_TOKEN_FIND,
	    "SEARCH token USING INDEX sqlite_autoindex_token_2"
	    " (token_hash=?)" },
	{ STATEMENT_SEGMENT_LIST, "SEARCH segment USING PRIMARY KEY"
				  " (recording=? AND rendition=? AND seq>?)" },
};

static sqlite3 *parts[STORE_PART__MAX];

static int
begin(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < STORE_PART__MAX; i++)
		if (sqlite3_open(":memory:", &parts[i]) != SQLITE_OK ||
		    sqlite3_exec(parts[i], schema_text((enum store_part)i),
			NULL, NULL, NULL) != SQLITE_OK)
			return -1;
	return 0;
}

static int
end(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < STORE_PART__MAX; i++)
		(void)sqlite3_close(parts[i]);
	return 0;
}

static bool
scan_is_listed(enum statement which, const char *plan)
{
	size_t i;

	for (i = 0; i < UNIT_COUNT(SCANS); i++)
		if (SCANS[i].which == which && strcmp(SCANS[i].plan, plan) == 0)
			return true;
	return false;
}

/* Calls `check` with each line of each statement's plan. */
static void
each_plan(void (*check)(enum statement which, const char *plan))
{
	char sql[2048];
	sqlite3_stmt *plan;
	int i;

	for (i = 0; i < STATEMENT__MAX; i++) {
		const enum statement which = (enum statement)i;
		sqlite3 *db = parts[statement_part(which)];

		(void)snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s",
		    statement_sql(which));
		if (sqlite3_prepare_v2(db, sql, -1, &plan, NULL) != SQLITE_OK)
			fail_msg("%s: %s", sql, sqlite3_errmsg(db));
		while (sqlite3_step(plan) == SQLITE_ROW)
			check(
			    which, (const char *)sqlite3_column_text(plan, 3));
		(void)sqlite3_finalize(plan);
	}
}

static void
check_scan(enum statement which, const char *plan)
{
	if (strncmp(plan, "SCAN", 4) == 0 && !scan_is_listed(which, plan))
		fail_msg("%s: %s", statement_sql(which), plan);
}

static void
check_sorting(enum statement which, const char *plan)
{
	if (strstr(plan, "TEMP B-TREE") != NULL ||
	    strstr(plan, "AUTOMATIC") != NULL)
		fail_msg("%s: %s", statement_sql(which), plan);
}

static void
check_search(enum statement which, const char *plan)
{
	bool asked = false, found = false;
	size_t i;

	for (i = 0; i < UNIT_COUNT(SEARCHES); i++) {
		asked |= SEARCHES[i].which == which;
		found |= SEARCHES[i].which == which &&
			 strcmp(plan, SEARCHES[i].plan) == 0;
	}
	if (asked && !found)
		fail_msg("%s: %s", statement_sql(which), plan);
}

static void
no_pushed_file_walks_what_came_before_it(void **state)
{
	(void)state;
	each_plan(check_search);
}

static void
no_statement_scans_a_table_that_grows(void **state)
{
	(void)state;
	each_plan(check_scan);
}

static void
no_statement_sorts_or_builds_an_index(void **state)
{
	(void)state;
	each_plan(check_sorting);
}

static void
a_scan_would_be_seen(void **state)
{
	sqlite3_stmt *plan;

	(void)state;
	assert_int_equal(sqlite3_prepare_v2(parts[STORE_LASTING],
			     "EXPLAIN QUERY PLAN"
			     " SELECT id FROM stream WHERE title = ?1",
			     -1, &plan, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(plan), SQLITE_ROW);
	assert_memory_equal(sqlite3_column_text(plan, 3), "SCAN", 4);
	(void)sqlite3_finalize(plan);
}

static void
a_statement_has_as_many_parameters_as_it_numbers(void **state)
{
	sqlite3_stmt *statement;
	char name[16];
	int i, j;

	(void)state;
	for (i = 0; i < STATEMENT__MAX; i++) {
		assert_int_equal(
		    sqlite3_prepare_v2(parts[statement_part((enum statement)i)],
			statement_sql((enum statement)i), -1, &statement, NULL),
		    SQLITE_OK);
		for (j = 1; j <= sqlite3_bind_parameter_count(statement); j++) {
			(void)snprintf(name, sizeof(name), "?%d", j);
			assert_string_equal(
			    sqlite3_bind_parameter_name(statement, j), name);
		}
		(void)sqlite3_finalize(statement);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_statement_scans_a_table_that_grows),
		cmocka_unit_test(no_pushed_file_walks_what_came_before_it),
		cmocka_unit_test(no_statement_sorts_or_builds_an_index),
		cmocka_unit_test(a_scan_would_be_seen),
		cmocka_unit_test(
		    a_statement_has_as_many_parameters_as_it_numbers),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
