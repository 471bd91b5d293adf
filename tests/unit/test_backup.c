/*
 * live/backup.h: what has the name of a backup is whole.
 */
#include <fcntl.h>

#include "base/file.h"
#include "live/backup.h"
#include "unit.h"

static int
backup(struct unit *unit, const char *name, struct error *err)
{
	char path[UNIT_PATH_BYTES];

	unit_path(unit, name, path);
	return backup_make(&unit->config, path, err);
}

static bool
there(const struct unit *unit, const char *name)
{
	char path[UNIT_PATH_BYTES];
	struct stat status;

	unit_path(unit, name, path);
	return stat(path, &status) == 0;
}

static void
forget(const struct unit *unit, const char *name)
{
	char path[UNIT_PATH_BYTES];
	struct error err;

	unit_path(unit, name, path);
	assert_int_equal(file_remove_folder(path, 100, &err), 1);
}

/* A number out of a backup's database. */
static int64_t
backup_int(const struct unit *unit, const char *name, const char *sql)
{
	struct unit copy = *unit;

	(void)snprintf(copy.folder, sizeof(copy.folder), "%.40s/%.20s",
	    unit->folder, name);
	return unit_sql_int(&copy, STORE_LASTING, sql);
}

static void
a_backup_has_what_was_committed_and_the_secret(void **state)
{
	struct unit *unit = *state;
	char theirs[UNIT_PATH_BYTES];
	struct secret secret;
	struct stream stream;
	struct error err;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	unit_ok(backup(unit, "one", &err), &err);
	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	unit_ok(backup(unit, "two", &err), &err);
	assert_int_equal(
	    backup_int(unit, "one", "SELECT count(*) FROM stream"), 1);
	assert_int_equal(
	    backup_int(unit, "two", "SELECT count(*) FROM stream"), 2);
	unit_path(unit, "two/secret", theirs);
	assert_int_equal(secret_find(&secret, theirs, &err), 1);
	assert_memory_equal(&secret, &unit->live.secret, sizeof(secret));
	assert_false(there(unit, ".one.part"));
	assert_false(there(unit, "one/.lock"));
	forget(unit, "one");
	forget(unit, "two");
}

static void
nobody_else_may_read_a_backup(void **state)
{
	static const char *const NAMES[] = { "one", "one/secret",
		"one/livebin.db" };
	struct unit *unit = *state;
	char path[UNIT_PATH_BYTES];
	struct stat status;
	struct error err;
	size_t i;

	unit_ok(backup(unit, "one", &err), &err);
	for (i = 0; i < UNIT_COUNT(NAMES); i++) {
		unit_path(unit, NAMES[i], path);
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 077, 0);
	}
	forget(unit, "one");
}

static void
what_is_there_is_not_overwritten(void **state)
{
	struct unit *unit = *state;
	struct error err;

	unit_ok(backup(unit, "one", &err), &err);
	unit_sql(unit, STORE_LASTING,
	    "INSERT INTO token (name, token_hash, scopes, per_hour,"
	    " created_ms) VALUES ('a', zeroblob(32), 1, 0, 0)");
	unit_fails(backup(unit, "one", &err), &err, ERROR_INPUT);
	assert_int_equal(
	    backup_int(unit, "one", "SELECT count(*) FROM token"), 0);
	unit_fails(backup(unit, "nowhere/one", &err), &err, ERROR_INPUT);
	unit_fails(backup(unit, "secret", &err), &err, ERROR_INPUT);
	forget(unit, "one");
}

static void
what_a_killed_one_left_is_taken_over(void **state)
{
	struct unit *unit = *state;
	char path[UNIT_PATH_BYTES];
	struct error err;

	unit_path(unit, ".one.part", path);
	unit_ok(file_make_folder(path, &err), &err);
	unit_path(unit, ".one.part/livebin.db", path);
	unit_ok(file_replace(path, "half", 4, &err), &err);
	unit_path(unit, ".one.part/secret", path);
	unit_ok(file_replace(path, "half", 4, &err), &err);
	unit_path(unit, ".one.part/.lock", path);
	unit_ok(file_replace(path, "", 0, &err), &err);
	unit_ok(backup(unit, "one", &err), &err);
	assert_false(there(unit, ".one.part"));
	assert_int_equal(
	    backup_int(unit, "one", "SELECT count(*) FROM stream"), 0);
	forget(unit, "one");
}

static void
one_at_a_time_makes_a_backup_of_a_name(void **state)
{
	struct unit *unit = *state;
	char path[UNIT_PATH_BYTES];
	struct error err;
	int lock;

	unit_path(unit, ".one.part", path);
	unit_ok(file_make_folder(path, &err), &err);
	unit_path(unit, ".one.part/.lock", path);
	lock = file_lock(path, 0, &err);
	unit_ok(lock, &err);
	unit_fails(backup(unit, "one", &err), &err, ERROR_BUSY);
	assert_false(there(unit, "one"));
	(void)close(lock);
	unit_ok(backup(unit, "one", &err), &err);
	forget(unit, "one");
}

static void
damage(struct unit *unit)
{
	live_close(&unit->live);
	unit_damage(unit, "livebin.db");
}

static void
a_damaged_database_makes_no_backup(void **state)
{
	struct unit *unit = *state;
	struct error err;

	damage(unit);
	unit_fails(backup(unit, "one", &err), &err, ERROR_STORE);
	assert_non_null(strstr(err.detail, "damaged"));
	assert_false(there(unit, "one"));
	assert_false(there(unit, ".one.part"));
}

static void
a_site_without_its_secret_makes_no_backup(void **state)
{
	struct unit *unit = *state;
	char path[UNIT_PATH_BYTES];
	struct error err;

	unit_path(unit, "secret", path);
	assert_int_equal(unlink(path), 0);
	unit_fails(backup(unit, "one", &err), &err, ERROR_SYSTEM);
	assert_non_null(strstr(err.detail, "secret"));
	assert_false(there(unit, "one"));
	assert_false(there(unit, "secret"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(a_backup_has_what_was_committed_and_the_secret),
		UNIT_LIVE(nobody_else_may_read_a_backup),
		UNIT_LIVE(what_is_there_is_not_overwritten),
		UNIT_LIVE(what_a_killed_one_left_is_taken_over),
		UNIT_LIVE(one_at_a_time_makes_a_backup_of_a_name),
		UNIT_LIVE(a_damaged_database_makes_no_backup),
		UNIT_LIVE(a_site_without_its_secret_makes_no_backup),
	};

	return UNIT_RUN(tests);
}
