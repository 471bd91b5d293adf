/*
 * base/outside.h: what another program wrote is opened as it should be, or not
 * at all.
 */
#include "base/outside.h"
#include "unit.h"

#define PATH_BYTES 80

static char folder[64];
static struct error err;

static int
begin(void **state)
{
	(void)state;
	unit_folder_make(folder);
	log_open("unit", "/dev/null", LOG_LEVEL_DEBUG);
	return id_init(&err);
}

static void
path_of(const char *name, char path[PATH_BYTES])
{
	(void)snprintf(path, PATH_BYTES, "%s/%s", folder, name);
}

static int
end(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	path_of("inner", path);
	unit_folder_remove(path);
	unit_folder_remove(folder);
	return 0;
}

static void
make_inner(char inner[PATH_BYTES])
{
	path_of("inner", inner);
	assert_int_equal(mkdir(inner, 0700), 0);
}

static void
a_folder_that_is_none_is_an_error(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	path_of("none", path);
	unit_fails(outside_folder(path, &err), &err, ERROR_SYSTEM);
	unit_ok(file_replace(path, "", 0, &err), &err);
	unit_fails(outside_folder(path, &err), &err, ERROR_SYSTEM);
}

static void
a_plain_file_is_opened_with_its_size_and_time(void **state)
{
	char path[PATH_BYTES], text[8] = "";
	const int64_t before = clock_unix_ms();
	struct outside file;
	int at;

	(void)state;
	path_of("a", path);
	unit_ok(file_replace(path, "hello", 5, &err), &err);
	at = outside_folder(folder, &err);
	unit_ok(at, &err);
	assert_int_equal(outside_open(at, "none", &file, &err), 0);
	assert_int_equal(outside_open(at, "a", &file, &err), 1);
	assert_int_equal(file.bytes, 5);
	/* The file system's clock is a coarse one. */
	assert_in_range(file.changed_unix_ms, (uint64_t)before - 1000,
	    (uint64_t)clock_unix_ms());
	assert_int_equal(read(file.fd, text, sizeof(text)), 5);
	assert_string_equal(text, "hello");
	(void)close(file.fd);
	(void)close(at);
}

static void
what_is_no_plain_file_is_an_error_and_nobody_waits(void **state)
{
	static const char *const WRONG[] = { "link", "pipe", "inner" };
	char inner[PATH_BYTES], path[PATH_BYTES];
	struct outside file;
	size_t i;
	int at;

	(void)state;
	make_inner(inner);
	path_of("link", path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	path_of("pipe", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	at = outside_folder(folder, &err);
	unit_ok(at, &err);
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		unit_fails(outside_open(at, WRONG[i], &file, &err), &err,
		    ERROR_SYSTEM);
	(void)close(at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_folder_that_is_none_is_an_error, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_plain_file_is_opened_with_its_size_and_time, begin, end),
		cmocka_unit_test_setup_teardown(
		    what_is_no_plain_file_is_an_error_and_nobody_waits, begin,
		    end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
