/*
 * store/schema.h and the opening of files: what the tables refuse, and which
 * files a program opens.
 */
#include <pthread.h>

#include "schema_sql.h"
#include "store/schema.h"
#include "unit.h"

#define RACERS 8
#define ROUNDS 20
#define HASH "zeroblob(32)"

static struct {
	char folder[64];
	char lasting[UNIT_PATH_BYTES], passing[UNIT_PATH_BYTES];
	sqlite3 *db;
} place;

static int
begin(void **state)
{
	(void)state;
	unit_folder_make(place.folder);
	(void)snprintf(
	    place.lasting, sizeof(place.lasting), "%s/lasting", place.folder);
	(void)snprintf(
	    place.passing, sizeof(place.passing), "%s/passing", place.folder);
	log_open("unit", "/dev/null", LOG_LEVEL_DEBUG);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	(void)sqlite3_close(place.db);
	place.db = NULL;
	unit_folder_remove(place.folder);
	return 0;
}

static int
open_and_close(struct error *err)
{
	struct store *store;

	if (store_open(&store, place.lasting, place.passing, 5000, err) != 0)
		return -1;
	store_close(store);
	return 0;
}

static int
run(const char *path, const char *sql)
{
	int rc;

	if (place.db == NULL)
		assert_int_equal(sqlite3_open(path, &place.db), SQLITE_OK);
	rc = sqlite3_exec(place.db, sql, NULL, NULL, NULL);
	return rc;
}

static int
number(const char *path, const char *sql)
{
	sqlite3_stmt *statement;
	sqlite3 *db;
	int found;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	found = sqlite3_column_int(statement, 0);
	(void)sqlite3_finalize(statement);
	(void)sqlite3_close(db);
	return found;
}

static void
every_part_has_a_text_that_applies(void **state)
{
	sqlite3 *db;
	int i;

	(void)state;
	for (i = 0; i < STORE_PART__MAX; i++) {
		assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
		assert_int_equal(
		    sqlite3_exec(
			db, schema_text((enum store_part)i), NULL, NULL, NULL),
		    SQLITE_OK);
		(void)sqlite3_close(db);
	}
}

static void
no_schema_has_changed_since_the_first(void **state)
{
	(void)state;
	assert_int_equal(schema_version(STORE_LASTING), 4);
	assert_int_equal(schema_version(STORE_PASSING), 4);
}

static void
a_new_file_has_the_version_and_write_ahead_logging(void **state)
{
	struct error err;

	(void)state;
	unit_ok(open_and_close(&err), &err);
	assert_int_equal(number(place.lasting, "PRAGMA user_version"), 4);
	assert_int_equal(number(place.passing, "PRAGMA user_version"), 4);
	assert_int_equal(number(place.lasting, "SELECT journal_mode = 'wal'"
					       " FROM pragma_journal_mode"),
	    1);
}

static void
every_table_is_strict(void **state)
{
	struct error err;

	(void)state;
	unit_ok(open_and_close(&err), &err);
	assert_int_equal(number(place.lasting,
			     "SELECT count(*) FROM pragma_table_list"
			     " WHERE schema = 'main' AND type = 'table'"
			     " AND name NOT LIKE 'sqlite%' AND NOT strict"),
	    0);
	assert_int_equal(number(place.passing,
			     "SELECT count(*) FROM pragma_table_list"
			     " WHERE schema = 'main' AND type = 'table'"
			     " AND name NOT LIKE 'sqlite%' AND NOT strict"),
	    0);
}

#define STREAM(id, key, title, status, visibility, record)                     \
	"INSERT INTO stream (id, key_hash, title, status, visibility, record," \
	" created_ms) VALUES ('" id "', " key ", " title ", " status           \
	", " visibility ", " record ", 0)"

static void
a_stream_row_is_checked(void **state)
{
	static const char *const WRONG[] = {
		STREAM("b", "zeroblob(31)", "''", "0", "0", "0"),
		STREAM("b", "NULL", "''", "0", "0", "0"),
		STREAM("b", HASH, "NULL", "0", "0", "0"),
		STREAM("b", HASH, "x'00'", "0", "0", "0"),
		STREAM("b", HASH, "''", "4", "0", "0"),
		STREAM("b", HASH, "''", "-1", "0", "0"),
		STREAM("b", HASH, "''", "0", "3", "0"),
		STREAM("b", HASH, "''", "'LIVE'", "0", "0"),
		STREAM("b", HASH, "''", "0", "0", "2"),
		STREAM("a", HASH, "''", "0", "0", "0"),
	};
	struct error err;
	size_t i;

	(void)state;
	unit_ok(open_and_close(&err), &err);
	assert_int_equal(
	    run(place.lasting, STREAM("a", HASH, "''", "3", "2", "1")),
	    SQLITE_OK);
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		assert_int_equal(
		    run(place.lasting, WRONG[i]), SQLITE_CONSTRAINT);
}

static void
a_passing_row_is_checked(void **state)
{
	static const char *const WRONG[] = {
		"INSERT INTO audience (stream_id, viewers) VALUES ('s', -1)",
		"INSERT INTO peer VALUES ('s', 'p', zeroblob(31), 'v', 0,"
		" 0, 0, 0, 0, 0, 0)",
		"INSERT INTO peer VALUES ('s', 'p', 'text', 'v', 0, 0, 0, 0, "
		"0, 0, 0)",
		"INSERT INTO viewer VALUES ('s', 'v', 'soon', 0)",
		"INSERT INTO rate VALUES ('b', NULL)",
		"INSERT INTO sweep VALUES (1, 0, 0, 0)",
		"INSERT INTO sweep VALUES (0, 0, 0, 0)",
		"INSERT INTO publisher VALUES ('s', 1, NULL)",
		"INSERT INTO rtmp VALUES ('s', 'v', 'c', zeroblob(31), 0, 0)",
		"INSERT INTO rtmp VALUES ('s', NULL, 'c', zeroblob(32), 0, 0)",
	};
	struct error err;
	size_t i;

	(void)state;
	unit_ok(open_and_close(&err), &err);
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		assert_int_equal(
		    run(place.passing, WRONG[i]), SQLITE_CONSTRAINT);
}

static void
two_peers_cannot_have_one_token(void **state)
{
	struct error err;

	(void)state;
	unit_ok(open_and_close(&err), &err);
	assert_int_equal(
	    run(place.passing,
		"INSERT INTO peer VALUES ('s', 'p', zeroblob(32), 'v', 0,"
		" 0, 0, 0, 0, 0, 0)"),
	    SQLITE_OK);
	assert_int_equal(
	    run(place.passing,
		"INSERT INTO peer VALUES ('s', 'q', zeroblob(32), 'v', 0,"
		" 0, 0, 0, 0, 0, 0)"),
	    SQLITE_CONSTRAINT);
}

static void
message_ids_begin_at_the_clock(void **state)
{
	const int before = (int)time(NULL);
	struct error err;
	int seconds;

	(void)state;
	unit_ok(open_and_close(&err), &err);
	seconds = number(place.passing,
	    "SELECT seq / 1000000 FROM sqlite_sequence WHERE name = 'mail'");
	assert_in_range(seconds, before - 1, before + 60);
}

static void
opening_again_keeps_what_is_there(void **state)
{
	struct error err;

	(void)state;
	unit_ok(open_and_close(&err), &err);
	assert_int_equal(
	    run(place.lasting, STREAM("a", HASH, "''", "0", "0", "0")),
	    SQLITE_OK);
	unit_ok(open_and_close(&err), &err);
	assert_int_equal(
	    number(place.lasting, "SELECT count(*) FROM stream"), 1);
}

static void
a_newer_file_is_refused_in_words(void **state)
{
	struct error err;

	(void)state;
	unit_ok(open_and_close(&err), &err);
	assert_int_equal(
	    run(place.lasting, "PRAGMA user_version = 99"), SQLITE_OK);
	unit_fails(open_and_close(&err), &err, ERROR_STORE);
	assert_non_null(strstr(err.detail, "newer (99)"));
	assert_non_null(strstr(err.detail, "update livebin"));
	assert_non_null(strstr(err.detail, "docs/operate.md"));
	assert_int_equal(number(place.lasting, "PRAGMA user_version"), 99);
}

static void
a_file_that_is_no_database_is_refused(void **state)
{
	struct error err;
	FILE *file;

	(void)state;
	file = fopen(place.passing, "wb");
	assert_non_null(file);
	(void)fprintf(file, "%04096d", 7);
	(void)fclose(file);
	unit_fails(open_and_close(&err), &err, ERROR_STORE);
	assert_null(strstr(err.detail, place.folder));
	assert_non_null(strstr(err.detail, "damaged"));
	assert_non_null(strstr(err.detail, "backup"));
}

static void
a_folder_that_is_missing_is_an_error(void **state)
{
	struct store *store;
	struct error err;

	(void)state;
	unit_fails(store_open(&store, "/nowhere/a", "/nowhere/b", 100, &err),
	    &err, ERROR_STORE);
	assert_null(store);
}

/* What makes a file: all of its schema, in the order of names. */
static void
schema_of(const char *path, char *into, size_t room)
{
	sqlite3_stmt *statement;
	size_t used = 0;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
			     "SELECT type, name, sql, tbl_name"
			     " FROM sqlite_schema ORDER BY type, name",
			     -1, &statement, NULL),
	    SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const unsigned char *sql = sqlite3_column_text(statement, 2);

		used += (size_t)snprintf(into + used, room - used,
		    "%s %s of %s: %s\n", sqlite3_column_text(statement, 0),
		    sqlite3_column_text(statement, 1),
		    sqlite3_column_text(statement, 3),
		    sql != NULL ? (const char *)sql : "");
		assert_true(used < room);
	}
	(void)sqlite3_finalize(statement);
	(void)sqlite3_close(db);
}

/* A file as an older version made it. */
static void
make_old(const char *path, const char *text, const char *version)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, version, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}

/* What the first version's files were made by. */
static const char *const FIRST[STORE_PART__MAX] = {
	[STORE_LASTING] = SCHEMA_LASTING_1,
	[STORE_PASSING] =
	    SCHEMA_PASSING_1 "CREATE TABLE peer (peer_id TEXT, lease_ms);"
			     "CREATE INDEX peer_lease ON peer (lease_ms);",
};

/* A file as that version made it, or brought it up to. */
static void
make_version(const char *path, enum store_part part, int version)
{
	char pragma[64];
	int step;

	(void)snprintf(
	    pragma, sizeof(pragma), "PRAGMA user_version = %d", version);
	make_old(path, FIRST[part], pragma);
	for (step = 1; step < version; step++)
		assert_int_equal(
		    run(path, schema_migration(part, step)), SQLITE_OK);
	(void)sqlite3_close(place.db);
	place.db = NULL;
}

static void
a_file_of_any_older_version_becomes_a_new_one(void **state)
{
	static char fresh[32768], brought[32768];
	struct error err;
	int part, version;

	(void)state;
	for (part = 0; part < STORE_PART__MAX; part++) {
		const char *path =
		    part == STORE_LASTING ? place.lasting : place.passing;
		const int newest = schema_version((enum store_part)part);

		unit_ok(open_and_close(&err), &err);
		schema_of(path, fresh, sizeof(fresh));
		assert_true(strlen(fresh) > 1000);
		for (version = 1; version < newest; version++) {
			unit_folder_clear(place.folder, "");
			make_version(path, (enum store_part)part, version);
			schema_of(path, brought, sizeof(brought));
			assert_string_not_equal(brought, fresh);
			unit_ok(open_and_close(&err), &err);
			schema_of(path, brought, sizeof(brought));
			assert_string_equal(brought, fresh);
			assert_int_equal(
			    number(path, "PRAGMA user_version"), newest);
		}
	}
}

static void
a_file_of_the_first_version_becomes_a_new_one(void **state)
{
	static char fresh[2][32768], brought[32768];
	struct error err;

	(void)state;
	unit_ok(open_and_close(&err), &err);
	schema_of(place.lasting, fresh[0], sizeof(fresh[0]));
	schema_of(place.passing, fresh[1], sizeof(fresh[1]));
	unit_folder_clear(place.folder, "lasting");
	unit_folder_clear(place.folder, "passing");
	make_old(place.lasting, SCHEMA_LASTING_1, "PRAGMA user_version = 1");
	make_old(
	    place.passing, FIRST[STORE_PASSING], "PRAGMA user_version = 1");
	assert_int_equal(
	    run(place.lasting, STREAM("a", HASH, "'Kept'", "2", "0", "0")),
	    SQLITE_OK);
	unit_ok(open_and_close(&err), &err);
	assert_int_equal(number(place.lasting, "PRAGMA user_version"), 4);
	assert_int_equal(number(place.passing, "PRAGMA user_version"), 4);
	schema_of(place.lasting, brought, sizeof(brought));
	assert_string_equal(brought, fresh[0]);
	schema_of(place.passing, brought, sizeof(brought));
	assert_string_equal(brought, fresh[1]);
	assert_int_equal(
	    number(place.lasting,
		"SELECT count(*) FROM stream WHERE title = 'Kept'"),
	    1);
	assert_int_equal(
	    number(place.lasting, "SELECT media_bytes FROM site"), 0);
}

static void
a_file_of_the_second_version_keeps_its_streams(void **state)
{
	static char fresh[32768], brought[32768];
	struct error err;

	(void)state;
	unit_ok(open_and_close(&err), &err);
	schema_of(place.lasting, fresh, sizeof(fresh));
	unit_folder_clear(place.folder, "lasting");
	make_old(place.lasting, SCHEMA_LASTING_1 SCHEMA_LASTING_2,
	    "PRAGMA user_version = 2");
	assert_int_equal(
	    run(place.lasting, STREAM("a", HASH, "'Kept'", "2", "0", "0")),
	    SQLITE_OK);
	unit_ok(open_and_close(&err), &err);
	schema_of(place.lasting, brought, sizeof(brought));
	assert_string_equal(brought, fresh);
	assert_int_equal(
	    number(place.lasting,
		"SELECT count(*) FROM stream INDEXED BY stream_status"
		" WHERE status = 2 AND title = 'Kept'"),
	    1);
	assert_int_equal(
	    number(place.lasting, "SELECT count(*) FROM token"), 0);
}

#define TOKEN(name, hash, scopes, per_hour)                              \
	"INSERT INTO token (name, token_hash, scopes, per_hour,"         \
	" created_ms) VALUES (" name ", " hash ", " scopes ", " per_hour \
	", 0)"

static void
a_token_row_is_checked(void **state)
{
	static const char *const WRONG[] = {
		TOKEN("'a'", "randomblob(32)", "1", "0"),
		TOKEN("'b'", HASH, "1", "0"),
		TOKEN("'b'", "randomblob(31)", "1", "0"),
		TOKEN("'b'", "randomblob(32)", "0", "0"),
		TOKEN("'b'", "randomblob(32)", "4", "0"),
		TOKEN("'b'", "randomblob(32)", "1", "-1"),
		TOKEN("NULL", "randomblob(32)", "1", "0"),
	};
	struct error err;
	size_t i;

	(void)state;
	unit_ok(open_and_close(&err), &err);
	assert_int_equal(
	    run(place.lasting, TOKEN("'a'", HASH, "3", "0")), SQLITE_OK);
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		assert_int_equal(
		    run(place.lasting, WRONG[i]), SQLITE_CONSTRAINT);
}

static int
open_in_child(void *unused)
{
	struct error err;

	(void)unused;
	return open_and_close(&err) == 0 ? 0 : 1;
}

static void
racing_processes_all_open_a_new_store(void **state)
{
	int round, i, status;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		(void)fflush(NULL);
		for (i = 0; i < RACERS; i++)
			if (fork() == 0)
				_exit(open_in_child(NULL));
		for (i = 0; i < RACERS; i++) {
			assert_true(wait(&status) > 0);
			assert_int_equal(status, 0);
		}
		assert_int_equal(
		    number(place.passing, "SELECT count(*) FROM sweep"), 1);
		unit_folder_clear(place.folder, "lasting");
		unit_folder_clear(place.folder, "passing");
	}
}

static void *
open_in_thread(void *argument)
{
	struct error *err = argument;

	err->code = ERROR_NONE;
	(void)open_and_close(err);
	return NULL;
}

static void
racing_threads_all_open_a_new_store(void **state)
{
	pthread_t threads[RACERS];
	struct error errs[RACERS];
	int i;

	(void)state;
	for (i = 0; i < RACERS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, open_in_thread, &errs[i]),
		    0);
	for (i = 0; i < RACERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (i = 0; i < RACERS; i++)
		assert_int_equal(errs[i].code, ERROR_NONE);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_part_has_a_text_that_applies),
		TEST(no_schema_has_changed_since_the_first),
		TEST(a_new_file_has_the_version_and_write_ahead_logging),
		TEST(every_table_is_strict),
		TEST(a_stream_row_is_checked),
		TEST(a_passing_row_is_checked),
		TEST(two_peers_cannot_have_one_token),
		TEST(message_ids_begin_at_the_clock),
		TEST(opening_again_keeps_what_is_there),
		TEST(a_file_of_any_older_version_becomes_a_new_one),
		TEST(a_file_of_the_first_version_becomes_a_new_one),
		TEST(a_file_of_the_second_version_keeps_its_streams),
		TEST(a_token_row_is_checked),
		TEST(a_newer_file_is_refused_in_words),
		TEST(a_file_that_is_no_database_is_refused),
		TEST(a_folder_that_is_missing_is_an_error),
		TEST(racing_processes_all_open_a_new_store),
		TEST(racing_threads_all_open_a_new_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
