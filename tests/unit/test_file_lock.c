/*
 * base/file.h: the lock of a file, among threads and processes.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>

#include "base/file.h"
#include "unit.h"

static char folder[64], lock[UNIT_PATH_BYTES], other[UNIT_PATH_BYTES];
static struct error err;

static int
begin(void **state)
{
	(void)state;
	log_open("unit", "/dev/null", LOG_LEVEL_DEBUG);
	unit_folder_make(folder);
	(void)snprintf(lock, sizeof(lock), "%s/lock", folder);
	(void)snprintf(other, sizeof(other), "%s/other", folder);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unit_folder_remove(folder);
	return 0;
}

static void
a_lock_is_one_descriptor_s_at_a_time(void **state)
{
	int first, second;

	(void)state;
	first = file_lock(lock, 0, &err);
	unit_ok(first, &err);
	assert_true((fcntl(first, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(file_lock(lock, 0, &err), -2);
	second = file_lock(other, 0, &err);
	unit_ok(second, &err);
	(void)close(second);
	(void)close(first);
	second = file_lock(lock, 1, &err);
	unit_ok(second, &err);
	(void)close(second);
	unit_fails(file_lock("/nowhere/at/all", 1, &err), &err, ERROR_SYSTEM);
}

static int
lock_is_taken(void *path)
{
	struct error mine;

	return file_lock(path, 0, &mine) == -2 ? 0 : 1;
}

static int
lock_and_end(void *path)
{
	struct error mine;

	return file_lock(path, 0, &mine) >= 0 ? 0 : 1;
}

static void
a_lock_holds_among_processes_and_ends_with_its_own(void **state)
{
	int fd;

	(void)state;
	fd = file_lock(lock, 0, &err);
	unit_ok(fd, &err);
	assert_int_equal(unit_in_child(lock_is_taken, lock), 0);
	(void)close(fd);
	assert_int_equal(unit_in_child(lock_and_end, lock), 0);
	fd = file_lock(lock, 0, &err);
	unit_ok(fd, &err);
	(void)close(fd);
}

/* Read and written in two steps: without the lock some would get lost. */
static struct {
	_Atomic int number, failures;
} counted;

static void *
race_to_count(void *path)
{
	struct error mine;
	int i, fd, seen;

	for (i = 0; i < 50; i++) {
		fd = file_lock(path, 1, &mine);
		if (fd < 0) {
			counted.failures++;
			continue;
		}
		seen = counted.number;
		(void)sched_yield();
		counted.number = seen + 1;
		(void)close(fd);
	}
	return NULL;
}

static void
who_waits_gets_the_lock_in_the_end(void **state)
{
	pthread_t threads[4];
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(threads); i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, race_to_count, lock), 0);
	for (i = 0; i < UNIT_COUNT(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(counted.failures, 0);
	assert_int_equal(counted.number, 50 * (int)UNIT_COUNT(threads));
}

static void
a_lock_on_a_file_that_was_removed_is_nobody_s(void **state)
{
	int first, second;

	(void)state;
	first = file_lock(lock, 0, &err);
	unit_ok(first, &err);
	assert_int_equal(unlink(lock), 0);
	second = file_lock(lock, 0, &err);
	unit_ok(second, &err);
	assert_int_equal(file_lock(lock, 0, &err), -2);
	(void)close(first);
	assert_int_equal(file_lock(lock, 0, &err), -2);
	(void)close(second);
}

#define LOCK_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOCK_TEST(a_lock_is_one_descriptor_s_at_a_time),
		LOCK_TEST(a_lock_holds_among_processes_and_ends_with_its_own),
		LOCK_TEST(who_waits_gets_the_lock_in_the_end),
		LOCK_TEST(a_lock_on_a_file_that_was_removed_is_nobody_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
