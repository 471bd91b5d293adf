/*
 * base/process.h: other programs get what they need, and nothing else.
 */
#include <fcntl.h>
#include <signal.h>

#include "base/process.h"
#include "unit.h"

static char folder[64];

static int
begin(void **state)
{
	(void)state;
	unit_folder_make(folder);
	assert_int_equal(setenv("LIVEBIN_DATA", "somewhere", 1), 0);
	assert_int_equal(setenv("HTTP_AUTHORIZATION", "Bearer x", 1), 0);
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
read_file(const char *name, char text[4096])
{
	char path[UNIT_PATH_BYTES];
	size_t size;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	assert_non_null(file);
	size = fread(text, 1, 4095, file);
	text[size] = '\0';
	(void)fclose(file);
}

static int
out_open(void)
{
	char path[UNIT_PATH_BYTES];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/out", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	return fd;
}

/* Runs a helper to its end; what it ended with. */
static int
help(const char *const *argv)
{
	const int fd = out_open();
	const struct process_plan plan = {
		.argv = argv, .folder = folder, .out = fd, .err = fd
	};
	struct error err;
	int status;
	pid_t pid;

	pid = process_start(&plan, &err);
	unit_ok(pid, &err);
	(void)close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
a_helper_sees_no_setting_and_no_secret(void **state)
{
	static const char *const ARGV[] = { "env", NULL };
	char text[4096];

	(void)state;
	assert_int_equal(help(ARGV), 0);
	read_file("out", text);
	assert_non_null(strstr(text, "PATH="));
	assert_null(strstr(text, "LIVEBIN_"));
	assert_null(strstr(text, "HTTP_"));
}

static void
a_helper_runs_in_its_folder_with_three_descriptors(void **state)
{
	static const char *const ARGV[] = { "sh", "-c",
		"pwd; cat; exec ls /proc/self/fd", NULL };
	const int other = open("/dev/null", O_RDONLY); /* not close-on-exec */
	char text[4096], wanted[128];

	/* Number 3 is the folder that ls itself looks into. */
	(void)state;
	assert_true(other >= 0);
	assert_int_equal(help(ARGV), 0);
	(void)close(other);
	read_file("out", text);
	(void)snprintf(wanted, sizeof(wanted), "%s\n0\n1\n2\n3\n", folder);
	assert_string_equal(text, wanted);
}

static void
a_helper_that_is_not_there_says_so_as_a_shell_does(void **state)
{
	static const char *const ARGV[] = { "no-such-program", NULL };

	(void)state;
	assert_int_equal(help(ARGV), PROCESS_NOT_FOUND);
}

static int
start_and_vanish(void *context)
{
	static const char *const ARGV[] = { "sleep", "600", NULL };
	const int fd = out_open();
	const struct process_plan plan = {
		.argv = ARGV, .folder = folder, .out = fd, .err = fd
	};
	struct error err;
	pid_t *pid = context;

	*pid = process_start(&plan, &err);
	if (*pid < 0 || dprintf(fd, "%d\n", (int)*pid) < 0)
		return 1;
	return kill(getpid(), SIGKILL);
}

static void
a_helper_dies_with_its_starter(void **state)
{
	char text[4096], path[64];
	struct stat status;
	pid_t pid = 0;
	int i;

	(void)state;
	assert_int_equal(unit_in_child(start_and_vanish, &pid), -SIGKILL);
	read_file("out", text);
	pid = (pid_t)strtol(text, NULL, 10);
	assert_true(pid > 1);
	/* A zombie of nobody's is no life: its files are gone. */
	(void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	for (i = 0; i < 3000 && stat(path, &status) == 0; i++)
		unit_nap_ms(10);
	assert_int_not_equal(stat(path, &status), 0);
}

static void
a_detached_program_has_settings_and_a_session(void **state)
{
	char script[256], text[4096];
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	const int other = open("/dev/null", O_RDONLY);
	struct error err;
	int status;
	pid_t pid;

	(void)state;
	assert_true(other >= 0);
	(void)snprintf(script, sizeof(script),
	    "exec 8>%s/out; env >&8; ls -l /proc/$$/fd >&8; "
	    "cut -d' ' -f6 /proc/$$/stat >&8",
	    folder);
	pid = process_detach(argv, &err);
	unit_ok(pid, &err);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	(void)close(other);
	read_file("out", text);
	assert_non_null(strstr(text, "LIVEBIN_DATA=somewhere\n"));
	assert_null(strstr(text, "HTTP_"));
	assert_non_null(strstr(text, " 0 -> /dev/null\n"));
	assert_non_null(strstr(text, " 2 -> /dev/null\n"));
	assert_null(strstr(text, " 3 -> "));
	/* The last line is its session: itself. */
	(void)snprintf(script, sizeof(script), "\n%d\n", (int)pid);
	assert_non_null(strstr(text, script));
}

static void
a_program_that_is_not_there_can_not_be_detached(void **state)
{
	static const char *const ARGV[] = { "/nowhere/program", NULL };
	struct error err;

	(void)state;
	unit_fails(process_detach(ARGV, &err), &err, ERROR_SYSTEM);
}

static void
a_sibling_is_told_from_where_the_program_stands(void **state)
{
	char path[1024], small[8];
	struct error err;

	(void)state;
	unit_ok(process_sibling("../bin/x", path, sizeof(path), &err), &err);
	assert_non_null(strstr(path, "/unit/../bin/x"));
	unit_fails(process_sibling("../bin/x", small, sizeof(small), &err),
	    &err, ERROR_SYSTEM);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_helper_sees_no_setting_and_no_secret),
		TEST(a_helper_runs_in_its_folder_with_three_descriptors),
		TEST(a_helper_that_is_not_there_says_so_as_a_shell_does),
		TEST(a_helper_dies_with_its_starter),
		TEST(a_detached_program_has_settings_and_a_session),
		TEST(a_program_that_is_not_there_can_not_be_detached),
		TEST(a_sibling_is_told_from_where_the_program_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
