/*
 * base/file.h: files that are there whole or not at all; full disks.
 */
#define _GNU_SOURCE /* unshare: a mount that nobody else sees */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "base/file.h"
#include "unit.h"

#define RACERS 2
#define RACES 300
#define LARGE 20000

static char folder[64];
static char paths[4][UNIT_PATH_BYTES];
static struct error err;

/* A path in the test's folder. A few of them last at once. */
static const char *
at(const char *name)
{
	static size_t next;
	char *path = paths[next++ % UNIT_COUNT(paths)];

	(void)snprintf(path, UNIT_PATH_BYTES, "%s/%s", folder, name);
	return path;
}

static int
begin(void **state)
{
	(void)state;
	log_open("unit", "/dev/null", LOG_LEVEL_DEBUG);
	unit_folder_make(folder);
	return id_init(&err);
}

static int
end(void **state)
{
	(void)state;
	unit_folder_remove(folder);
	return 0;
}

/* What stands in a file, as text; "(none)" where there is no file. */
static const char *
content(const char *path)
{
	static char bytes[LARGE + 1];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (file == NULL)
		return "(none)";
	size = fread(bytes, 1, LARGE, file);
	bytes[size] = '\0';
	(void)fclose(file);
	return bytes;
}

/* All entries of a folder, those that begin with a dot among them. */
static int
entries(const char *path)
{
	struct dirent *entry;
	int count = -2; /* itself and the one above */
	DIR *list;

	list = opendir(path);
	if (list == NULL)
		return -1;
	while ((entry = readdir(list)) != NULL)
		count++;
	(void)closedir(list);
	return count;
}

static void
put(const char *path, const char *text)
{
	unit_ok(file_replace(path, text, strlen(text), &err), &err);
}

/* An error says nothing of where. */
static void
fails_without_its_path(int rc, enum error_code wanted)
{
	unit_fails(rc, &err, wanted);
	assert_true(strlen(err.detail) > 0);
	assert_null(strchr(err.detail, '/'));
	assert_null(strstr(err.detail, "livebin"));
}

static void
a_folder_is_made_with_those_above_it(void **state)
{
	struct stat status;
	const mode_t before = umask(0);

	(void)state;
	unit_ok(file_make_folder(at("a/b//c/"), &err), &err);
	unit_ok(file_make_folder(at("a/b"), &err), &err);
	(void)umask(before);
	assert_int_equal(stat(at("a/b/c"), &status), 0);
	assert_true(S_ISDIR(status.st_mode));
	assert_int_equal(status.st_mode & 07777, 0700);
	assert_int_equal(rmdir(at("a/b/c")), 0);
	assert_int_equal(rmdir(at("a/b")), 0);
	assert_int_equal(rmdir(at("a")), 0);
}

static void
a_folder_cannot_be_made_where_a_file_is(void **state)
{
	char endless[FILE_PATH_BYTES + 1];

	(void)state;
	put(at("file"), "x");
	fails_without_its_path(
	    file_make_folder(at("file"), &err), ERROR_SYSTEM);
	fails_without_its_path(
	    file_make_folder(at("file/below"), &err), ERROR_SYSTEM);
	memset(endless, 'x', sizeof(endless));
	endless[sizeof(endless) - 1] = '\0';
	fails_without_its_path(file_make_folder(endless, &err), ERROR_SYSTEM);
	fails_without_its_path(file_make_folder("", &err), ERROR_SYSTEM);
}

static void
a_file_is_made_once_for_its_owner_alone(void **state)
{
	const mode_t before = umask(0);
	struct stat status;
	int fd;

	(void)state;
	fd = file_create(at("new"), &err);
	(void)umask(before);
	unit_ok(fd, &err);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	(void)close(fd);
	fails_without_its_path(file_create(at("new"), &err), ERROR_SYSTEM);
}

static void
what_is_written_can_be_read(void **state)
{
	char bytes[8] = "";
	int fd;

	(void)state;
	fd = file_create(at("new"), &err);
	unit_ok(fd, &err);
	unit_ok(file_write(fd, "abc", 3, &err), &err);
	unit_ok(file_write(fd, "", 0, &err), &err);
	unit_ok(file_write(fd, "def", 3, &err), &err);
	unit_ok(file_write_at(fd, "XY", 2, 1, &err), &err);
	unit_ok(file_write_at(fd, "g", 1, 6, &err), &err);
	(void)close(fd);
	fd = file_open(at("new"), &err);
	unit_ok(fd, &err);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), 7);
	assert_string_equal(bytes, "aXYdefg");
	fails_without_its_path(file_write(fd, "a", 1, &err), ERROR_SYSTEM);
	fails_without_its_path(
	    file_write_at(fd, "a", 1, -1, &err), ERROR_SYSTEM);
	(void)close(fd);
	fails_without_its_path(file_open(at("none"), &err), ERROR_SYSTEM);
}

static void
a_file_is_replaced_and_nothing_is_left_over(void **state)
{
	struct stat status;

	(void)state;
	put(at("list"), "a longer text");
	assert_string_equal(content(at("list")), "a longer text");
	put(at("list"), "short");
	assert_string_equal(content(at("list")), "short");
	put(at("list"), "");
	assert_string_equal(content(at("list")), "");
	assert_int_equal(entries(folder), 1);
	assert_int_equal(stat(at("list"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void
who_reads_the_old_file_goes_on_reading_it(void **state)
{
	char bytes[8] = "";
	int fd;

	(void)state;
	put(at("list"), "old");
	fd = file_open(at("list"), &err);
	unit_ok(fd, &err);
	put(at("list"), "newer");
	assert_int_equal(read(fd, bytes, sizeof(bytes)), 3);
	assert_string_equal(bytes, "old");
	(void)close(fd);
}

static void
a_file_without_a_folder_is_that_of_the_working_folder(void **state)
{
	char before[UNIT_PATH_BYTES];

	(void)state;
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(folder), 0);
	put("list", "here");
	assert_int_equal(chdir(before), 0);
	assert_string_equal(content(at("list")), "here");
}

/* The mode of a folder is no hindrance for root; a file above always is. */
static void
where_nothing_can_be_written_nothing_is_replaced(void **state)
{
	char endless[FILE_PATH_BYTES];

	(void)state;
	put(at("file"), "x");
	fails_without_its_path(
	    file_replace(at("file/list"), "y", 1, &err), ERROR_SYSTEM);
	fails_without_its_path(
	    file_replace(at("none/list"), "y", 1, &err), ERROR_SYSTEM);
	memset(endless, 'x', sizeof(endless));
	endless[0] = '/';
	endless[10] = '/';
	endless[sizeof(endless) - 1] = '\0';
	fails_without_its_path(
	    file_replace(endless, "y", 1, &err), ERROR_SYSTEM);
	/* The draft is written, and then can't be put over a folder. */
	unit_ok(file_make_folder(at("folder"), &err), &err);
	fails_without_its_path(
	    file_replace(at("folder"), "y", 1, &err), ERROR_SYSTEM);
	assert_int_equal(rmdir(at("folder")), 0);
	assert_int_equal(entries(folder), 1);
	assert_string_equal(content(at("file")), "x");
}

struct racer {
	pthread_t thread;
	char letter;
	int failures;
};

static void *
race_to_replace(void *argument)
{
	struct racer *racer = argument;
	char bytes[LARGE], path[UNIT_PATH_BYTES];
	struct error mine;
	int i;

	(void)snprintf(path, sizeof(path), "%s/list", folder);
	memset(bytes, racer->letter, sizeof(bytes));
	for (i = 0; i < RACES; i++)
		if (file_replace(path, bytes, sizeof(bytes), &mine) != 0)
			racer->failures++;
	return NULL;
}

/* The file as a reader finds it is one racer's, from end to end. */
static void
is_whole(const char *text)
{
	const char letter[2] = { text[0], '\0' };

	assert_int_equal(strlen(text), LARGE);
	assert_int_equal(strspn(text, letter), LARGE);
}

static void
of_racing_writers_each_file_is_one_s_and_whole(void **state)
{
	struct racer racers[RACERS] = { { .letter = 'a' }, { .letter = 'b' } };
	const char *path = at("list");
	char first[LARGE];
	size_t i;

	(void)state;
	memset(first, 'c', sizeof(first));
	unit_ok(file_replace(path, first, sizeof(first), &err), &err);
	for (i = 0; i < RACERS; i++)
		assert_int_equal(pthread_create(&racers[i].thread, NULL,
				     race_to_replace, &racers[i]),
		    0);
	for (i = 0; i < RACES; i++)
		is_whole(content(path));
	for (i = 0; i < RACERS; i++) {
		assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
		assert_int_equal(racers[i].failures, 0);
	}
	is_whole(content(path));
	assert_int_equal(entries(folder), 1);
}

static void
a_file_is_moved_over_another(void **state)
{
	(void)state;
	put(at("from"), "new");
	put(at("to"), "old");
	assert_int_equal(file_move(at("from"), at("to"), &err), 1);
	assert_string_equal(content(at("to")), "new");
	assert_string_equal(content(at("from")), "(none)");
	assert_int_equal(file_move(at("from"), at("to"), &err), 0);
	assert_string_equal(content(at("to")), "new");
	fails_without_its_path(
	    file_move(at("to"), at("none/to"), &err), ERROR_SYSTEM);
	assert_string_equal(content(at("to")), "new");
	assert_int_equal(file_move(at("none/x"), at("none/y"), &err), 0);
}

static void
a_size_is_that_of_a_file(void **state)
{
	(void)state;
	put(at("file"), "12345");
	assert_int_equal(file_size(at("file")), 5);
	put(at("file"), "");
	assert_int_equal(file_size(at("file")), 0);
	assert_int_equal(file_size(at("none")), -1);
	assert_int_equal(file_size(at("file/x")), -1);
	assert_int_equal(file_size(folder), -1);
}

static void
a_folder_is_removed_bit_by_bit(void **state)
{
	char name[32];
	int i;

	(void)state;
	unit_ok(file_make_folder(at("old"), &err), &err);
	for (i = 0; i < 7; i++) {
		(void)snprintf(
		    name, sizeof(name), "old/%s%d", i == 0 ? "." : "r0-", i);
		put(at(name), "x");
	}
	assert_int_equal(file_remove_folder(at("old"), 3, &err), 0);
	assert_int_equal(entries(at("old")), 4);
	assert_int_equal(file_remove_folder(at("old"), 3, &err), 0);
	assert_int_equal(file_remove_folder(at("old"), 3, &err), 1);
	assert_int_equal(entries(at("old")), -1);
	assert_int_equal(file_remove_folder(at("old"), 3, &err), 1);
}

static void
a_folder_in_a_folder_is_not_removed(void **state)
{
	(void)state;
	unit_ok(file_make_folder(at("old/below"), &err), &err);
	fails_without_its_path(
	    file_remove_folder(at("old"), 10, &err), ERROR_SYSTEM);
	put(at("file"), "x");
	fails_without_its_path(
	    file_remove_folder(at("file"), 10, &err), ERROR_SYSTEM);
	assert_string_equal(content(at("file")), "x");
	assert_int_equal(rmdir(at("old/below")), 0);
	assert_int_equal(file_remove_folder(at("old"), 0, &err), 1);
}

static void
free_room_is_that_of_a_disk(void **state)
{
	int64_t mb = -1;

	(void)state;
	unit_ok(file_free_mb(folder, &mb, &err), &err);
	assert_true(mb >= 0);
	fails_without_its_path(
	    file_free_mb(at("none"), &mb, &err), ERROR_SYSTEM);
}

static void
a_full_device_is_no_room(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	fails_without_its_path(file_write(fd, "a", 1, &err), ERROR_NO_ROOM);
	(void)close(fd);
}

/* Numbers each step, for the parent to see which went wrong. */
static int
replace_over_the_limit(void *path)
{
	const struct rlimit limit = { LARGE / 2, LARGE / 2 };
	static char bytes[LARGE];
	struct error mine;

	memset(bytes, 'y', sizeof(bytes));
	(void)signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 1;
	if (file_replace(path, bytes, sizeof(bytes), &mine) != -1)
		return 2;
	if (mine.code != ERROR_NO_ROOM)
		return 3;
	if (strcmp(content(path), "old") != 0)
		return 4;
	return entries(folder) == 1 ? 0 : 5;
}

static void
a_file_over_its_limit_is_no_room_and_the_old_one_stays(void **state)
{
	char path[UNIT_PATH_BYTES];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/list", folder);
	put(path, "old");
	assert_int_equal(unit_in_child(replace_over_the_limit, path), 0);
}

#define NO_MOUNT 77

/* In a process and a mount of its own, both gone when it ends. */
static int
fill_a_disk(void *unused)
{
	static char bytes[300 * 1024];
	const char *path = at("list");
	struct error mine;
	int64_t mb;
	int fd;

	(void)unused;
	if (unshare(CLONE_NEWNS) != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("livebin", folder, "tmpfs", 0, "size=256k") != 0)
		return NO_MOUNT;
	if (file_replace(path, "old", 3, &mine) != 0)
		return 1;
	if (file_replace(path, bytes, sizeof(bytes), &mine) != -1 ||
	    mine.code != ERROR_NO_ROOM)
		return 2;
	if (strcmp(content(path), "old") != 0 || entries(folder) != 1)
		return 3;
	fd = file_create(at("segment"), &mine);
	if (fd < 0 || file_write(fd, bytes, sizeof(bytes), &mine) != -1 ||
	    mine.code != ERROR_NO_ROOM)
		return 4;
	(void)close(fd);
	if (file_free_mb(folder, &mb, &mine) != 0 || mb != 0)
		return 5;
	/* Once there is room again, it works again. */
	if (unlink(at("segment")) != 0 ||
	    file_replace(path, bytes, 100 * 1024, &mine) != 0)
		return 6;
	return file_size(path) == 100 * 1024 ? 0 : 7;
}

static void
a_full_disk_is_no_room_and_the_old_file_stays(void **state)
{
	const int rc = unit_in_child(fill_a_disk, NULL);

	(void)state;
	if (rc == NO_MOUNT) {
		print_message("a small disk can't be mounted here\n");
		skip();
	}
	assert_int_equal(rc, 0);
}

#define FILE_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILE_TEST(a_folder_is_made_with_those_above_it),
		FILE_TEST(a_folder_cannot_be_made_where_a_file_is),
		FILE_TEST(a_file_is_made_once_for_its_owner_alone),
		FILE_TEST(what_is_written_can_be_read),
		FILE_TEST(a_file_is_replaced_and_nothing_is_left_over),
		FILE_TEST(who_reads_the_old_file_goes_on_reading_it),
		FILE_TEST(
		    a_file_without_a_folder_is_that_of_the_working_folder),
		FILE_TEST(where_nothing_can_be_written_nothing_is_replaced),
		FILE_TEST(of_racing_writers_each_file_is_one_s_and_whole),
		FILE_TEST(a_file_is_moved_over_another),
		FILE_TEST(a_size_is_that_of_a_file),
		FILE_TEST(a_folder_is_removed_bit_by_bit),
		FILE_TEST(a_folder_in_a_folder_is_not_removed),
		FILE_TEST(free_room_is_that_of_a_disk),
		FILE_TEST(a_full_device_is_no_room),
		FILE_TEST(
		    a_file_over_its_limit_is_no_room_and_the_old_one_stays),
		FILE_TEST(a_full_disk_is_no_room_and_the_old_file_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
