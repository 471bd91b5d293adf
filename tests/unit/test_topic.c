/*
 * base/topic.h: versions that move in every process, marks that stay, and the
 * bell.
 */
#include <poll.h>
#include <pthread.h>

#include "unit.h"

#define WAKERS 4
#define WAKES_EACH 1000

static char folder[64];

static int
begin(void **state)
{
	char path[UNIT_PATH_BYTES];
	struct error err;

	(void)state;
	unit_folder_make(folder);
	(void)snprintf(path, sizeof(path), "%s/wake", folder);
	return topic_open(path, &err);
}

static int
end(void **state)
{
	(void)state;
	unit_folder_remove(folder);
	return 0;
}

static void
wake(struct topic topic)
{
	topic_intend(topic);
	topic_wake(topic);
	topic_ring();
}

static void
a_wake_moves_the_version(void **state)
{
	const struct topic topic = topic_of("mail", "a");
	const uint32_t before = topic_version(topic);

	(void)state;
	assert_int_equal(topic_version(topic), before);
	wake(topic);
	assert_int_equal(topic_version(topic), before + 1);
}

static void
a_wake_leaves_other_topics_alone(void **state)
{
	const struct topic topic = topic_of("mail", "a");
	struct topic other = topic_of("mail", "b");
	uint32_t before;

	(void)state;
	assert_int_not_equal(topic.slot, other.slot);
	before = topic_version(other);
	wake(topic);
	assert_int_equal(topic_version(other), before);
	other = topic_of("stream", "a");
	assert_int_not_equal(topic.slot, other.slot);
}

static void
kind_and_name_do_not_run_together(void **state)
{
	(void)state;
	assert_int_equal(
	    topic_of("mail", "a").slot, topic_of("mail", "a").slot);
	assert_int_not_equal(
	    topic_of("mail", "a").slot, topic_of("mai", "la").slot);
}

static void
names_spread_over_the_slots(void **state)
{
	static uint8_t used[65536];
	char name[16];
	int i, distinct = 0;

	(void)state;
	for (i = 0; i < 1000; i++) {
		struct topic topic;

		(void)snprintf(name, sizeof(name), "n%d", i);
		topic = topic_of("mail", name);
		assert_true(topic.slot < sizeof(used));
		distinct += used[topic.slot]++ == 0;
	}
	/* 1,000 of 16,384 at random would share some 30. */
	assert_true(distinct > 900);
}

static void
an_intended_change_is_marked_until_its_wake(void **state)
{
	const struct topic topic = topic_of("mail", "mark");
	const uint32_t before = topic_version(topic);

	(void)state;
	assert_false(topic_marked(topic));
	topic_intend(topic);
	assert_true(topic_marked(topic));
	assert_int_equal(topic_version(topic), before);
	topic_intend(topic);
	topic_wake(topic);
	assert_true(topic_marked(topic));
	topic_wake(topic);
	assert_false(topic_marked(topic));
}

static int
wake_and_leave_a_mark(void *context)
{
	(void)context;
	wake(topic_of("mail", "child"));
	topic_intend(topic_of("mail", "died"));
	return 0;
}

static void
another_process_moves_the_version(void **state)
{
	const struct topic topic = topic_of("mail", "child");
	const uint32_t before = topic_version(topic);

	(void)state;
	assert_int_equal(unit_in_child(wake_and_leave_a_mark, NULL), 0);
	assert_int_equal(topic_version(topic), before + 1);
}

static void
a_writer_that_died_leaves_its_mark(void **state)
{
	const struct topic topic = topic_of("mail", "died");

	(void)state;
	assert_int_equal(unit_in_child(wake_and_leave_a_mark, NULL), 0);
	assert_true(topic_marked(topic));
}

static void
a_file_that_is_there_keeps_its_versions(void **state)
{
	const struct topic topic = topic_of("mail", "kept");
	char path[UNIT_PATH_BYTES];
	struct error err;
	uint32_t before;

	(void)state;
	wake(topic);
	before = topic_version(topic);
	(void)snprintf(path, sizeof(path), "%s/wake", folder);
	unit_ok(topic_open(path, &err), &err);
	assert_int_equal(topic_version(topic), before);
}

static bool
readable(int fd)
{
	struct pollfd one = { .fd = fd, .events = POLLIN };

	return poll(&one, 1, 0) == 1;
}

static void
drain(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

static void
the_bell_is_quiet_until_somebody_rings(void **state)
{
	int fd;

	(void)state;
	fd = topic_watch();
	assert_true(fd >= 0);
	assert_false(readable(fd));
	topic_intend(topic_of("mail", "a"));
	assert_false(readable(fd));
	topic_wake(topic_of("mail", "a"));
	assert_false(readable(fd));
	topic_ring();
	assert_true(readable(fd));
	drain(fd);
	assert_false(readable(fd));
	(void)close(fd);
}

static void
another_process_rings_the_bell(void **state)
{
	int fd;

	(void)state;
	fd = topic_watch();
	assert_true(fd >= 0);
	assert_int_equal(unit_in_child(wake_and_leave_a_mark, NULL), 0);
	assert_true(readable(fd));
	(void)close(fd);
}

static void
every_watcher_hears_the_bell(void **state)
{
	int fds[3], i;

	(void)state;
	for (i = 0; i < 3; i++)
		fds[i] = topic_watch();
	wake(topic_of("mail", "a"));
	for (i = 0; i < 3; i++) {
		assert_true(readable(fds[i]));
		(void)close(fds[i]);
	}
}

static void *
wake_often(void *unused)
{
	int i;

	(void)unused;
	for (i = 0; i < WAKES_EACH; i++)
		wake(topic_of("mail", "many"));
	return NULL;
}

static int
wake_often_in_child(void *unused)
{
	(void)wake_often(unused);
	return 0;
}

static void
no_wake_is_lost_among_threads_and_processes(void **state)
{
	const struct topic topic = topic_of("mail", "many");
	const uint32_t before = topic_version(topic);
	pthread_t threads[WAKERS];
	int i, status;
	pid_t pid;

	(void)state;
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		_exit(wake_often_in_child(NULL));
	for (i = 0; i < WAKERS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, wake_often, NULL), 0);
	for (i = 0; i < WAKERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(
	    topic_version(topic), before + (WAKERS + 1) * WAKES_EACH);
	assert_false(topic_marked(topic));
}

/* What is mapped and has no place on a disk that is full kills who touches it.
 */
static void
the_file_has_its_place_on_the_disk(void **state)
{
	char path[UNIT_PATH_BYTES];
	struct stat status;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/wake", folder);
	assert_int_equal(stat(path, &status), 0);
	assert_true((int64_t)status.st_blocks * 512 >= 16384 * 8);
}

static void
a_wake_file_that_cannot_be_made_is_an_error(void **state)
{
	struct error err;

	(void)state;
	unit_fails(topic_open("/nowhere/at/all", &err), &err, ERROR_SYSTEM);
	/* What was open before still works. */
	a_wake_moves_the_version(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wake_moves_the_version),
		cmocka_unit_test(a_wake_leaves_other_topics_alone),
		cmocka_unit_test(kind_and_name_do_not_run_together),
		cmocka_unit_test(names_spread_over_the_slots),
		cmocka_unit_test(an_intended_change_is_marked_until_its_wake),
		cmocka_unit_test(another_process_moves_the_version),
		cmocka_unit_test(a_writer_that_died_leaves_its_mark),
		cmocka_unit_test(a_file_that_is_there_keeps_its_versions),
		cmocka_unit_test(the_bell_is_quiet_until_somebody_rings),
		cmocka_unit_test(another_process_rings_the_bell),
		cmocka_unit_test(every_watcher_hears_the_bell),
		cmocka_unit_test(no_wake_is_lost_among_threads_and_processes),
		cmocka_unit_test(the_file_has_its_place_on_the_disk),
		cmocka_unit_test(a_wake_file_that_cannot_be_made_is_an_error),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
