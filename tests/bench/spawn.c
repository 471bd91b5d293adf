/*
 * How long a program takes from its start to its end, as a web server starts
 * CGI: a new process, input from /dev/null, output thrown away.
 *
 *	spawn RUNS PROGRAM
 *
 * The program inherits the environment. Prints `name value` lines.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

#define RUNS_MAX 10000

extern char **environ;

static int64_t
run_once(const char *program, const posix_spawn_file_actions_t *actions)
{
	char *arguments[2];
	int64_t begun;
	pid_t pid;
	int status;

	arguments[0] = (char *)(uintptr_t)program;
	arguments[1] = NULL;
	begun = now_ns();
	if (posix_spawn(&pid, program, actions, NULL, arguments, environ) != 0)
		die("%s does not start", program);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("%s: %s", program, strerror(errno));
	if (status != 0)
		die("%s ended with %d", program, status);
	return now_ns() - begun;
}

int
main(int argc, char **argv)
{
	static int64_t times[RUNS_MAX];
	posix_spawn_file_actions_t actions;
	int runs, i;

	if (argc != 3)
		die("usage: spawn RUNS PROGRAM");
	runs = argument(argv[1], 1, RUNS_MAX);
	if (posix_spawn_file_actions_init(&actions) != 0 ||
	    posix_spawn_file_actions_addopen(
		&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) != 0 ||
	    posix_spawn_file_actions_addopen(
		&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) != 0)
		die("no file actions");
	for (i = 0; i < runs; i++)
		times[i] = run_once(argv[2], &actions);
	(void)posix_spawn_file_actions_destroy(&actions);
	sort_times(times, (size_t)runs);
	(void)printf("p50_us %.0f\n", time_at(times, (size_t)runs, 0.5) / 1e3);
	(void)printf("p90_us %.0f\n", time_at(times, (size_t)runs, 0.9) / 1e3);
	return 0;
}
