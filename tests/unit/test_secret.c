/*
 * base/id.h: the site's secret, a file that racing programs make once.
 */
#include <fcntl.h>
#include <pthread.h>

#include "unit.h"

#define RACERS 8

static struct {
	char folder[64];
	char path[UNIT_PATH_BYTES];
} place;

static int
begin(void **state)
{
	struct error err;

	(void)state;
	unit_folder_make(place.folder);
	(void)snprintf(
	    place.path, sizeof(place.path), "%s/secret", place.folder);
	return id_init(&err);
}

static int
end(void **state)
{
	(void)state;
	unit_folder_remove(place.folder);
	return 0;
}

static void
write_file(const char *bytes, size_t size)
{
	FILE *file = fopen(place.path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static size_t
count_files(void)
{
	struct dirent *entry;
	size_t count = 0;
	DIR *list;

	list = opendir(place.folder);
	assert_non_null(list);
	while ((entry = readdir(list)) != NULL)
		count += entry->d_name[0] != '.';
	(void)closedir(list);
	return count;
}

static void
the_first_to_ask_makes_the_secret(void **state)
{
	struct secret first, second, zeroes = { { 0 } };
	struct error err;
	struct stat status;

	(void)state;
	unit_ok(secret_load(&first, place.path, &err), &err);
	unit_ok(secret_load(&second, place.path, &err), &err);
	assert_memory_equal(&first, &second, sizeof(first));
	assert_memory_not_equal(&first, &zeroes, sizeof(first));
	assert_int_equal(stat(place.path, &status), 0);
	assert_int_equal(status.st_size, SECRET_BYTES);
}

static void
nobody_else_may_read_the_secret(void **state)
{
	const mode_t before = umask(0);
	struct secret secret;
	struct error err;
	struct stat status;

	(void)state;
	unit_ok(secret_load(&secret, place.path, &err), &err);
	(void)umask(before);
	assert_int_equal(stat(place.path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void
a_secret_that_is_there_is_kept(void **state)
{
	struct secret secret;
	struct error err;

	(void)state;
	write_file("0123456789abcdef0123456789abcdef", SECRET_BYTES);
	unit_ok(secret_load(&secret, place.path, &err), &err);
	assert_memory_equal(
	    &secret, "0123456789abcdef0123456789abcdef", SECRET_BYTES);
}

static void
a_short_or_empty_secret_is_refused(void **state)
{
	struct secret secret;
	struct error err;

	(void)state;
	write_file("", 0);
	unit_fails(secret_load(&secret, place.path, &err), &err, ERROR_SYSTEM);
	write_file("0123456789abcdef0123456789abcde", 31);
	unit_fails(secret_load(&secret, place.path, &err), &err, ERROR_SYSTEM);
	assert_non_null(strstr(err.detail, "32"));
}

static void
a_long_secret_is_refused(void **state)
{
	struct secret secret;
	struct error err;

	(void)state;
	write_file("0123456789abcdef0123456789abcdef\n", 33);
	unit_fails(secret_load(&secret, place.path, &err), &err, ERROR_SYSTEM);
}

static void
a_folder_that_is_missing_is_an_error(void **state)
{
	struct secret secret;
	struct error err;

	(void)state;
	unit_fails(
	    secret_load(&secret, "/nowhere/at/all", &err), &err, ERROR_SYSTEM);
	assert_null(strstr(err.detail, "/nowhere"));
}

struct racer {
	pthread_t thread;
	struct secret secret;
	struct error err;
	int rc;
};

static void *
race(void *argument)
{
	struct racer *racer = argument;

	racer->rc = secret_load(&racer->secret, place.path, &racer->err);
	return NULL;
}

static void
racing_threads_get_the_same_secret(void **state)
{
	struct racer racers[RACERS];
	int i;

	(void)state;
	for (i = 0; i < RACERS; i++)
		assert_int_equal(
		    pthread_create(&racers[i].thread, NULL, race, &racers[i]),
		    0);
	for (i = 0; i < RACERS; i++)
		assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
	for (i = 0; i < RACERS; i++) {
		unit_ok(racers[i].rc, &racers[i].err);
		assert_memory_equal(&racers[i].secret, &racers[0].secret,
		    sizeof(racers[0].secret));
	}
	assert_int_equal(count_files(), 1);
}

static void
racing_processes_get_the_same_secret(void **state)
{
	struct secret secrets[RACERS];
	struct racer racer;
	int ends[2], i, status;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	(void)fflush(NULL);
	for (i = 0; i < RACERS; i++) {
		if (fork() != 0)
			continue;
		(void)race(&racer);
		_exit(racer.rc != 0 ||
		      write(ends[1], &racer.secret, sizeof(racer.secret)) !=
			  (ssize_t)sizeof(racer.secret));
	}
	for (i = 0; i < RACERS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	for (i = 0; i < RACERS; i++) {
		assert_int_equal(read(ends[0], &secrets[i], sizeof(*secrets)),
		    sizeof(*secrets));
		assert_memory_equal(&secrets[i], &secrets[0], sizeof(*secrets));
	}
	(void)close(ends[0]);
	(void)close(ends[1]);
	assert_int_equal(count_files(), 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_to_ask_makes_the_secret),
		TEST(nobody_else_may_read_the_secret),
		TEST(a_secret_that_is_there_is_kept),
		TEST(a_short_or_empty_secret_is_refused),
		TEST(a_long_secret_is_refused),
		TEST(a_folder_that_is_missing_is_an_error),
		TEST(racing_threads_get_the_same_secret),
		TEST(racing_processes_get_the_same_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
