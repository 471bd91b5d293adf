/*
 * Starting other programs. A door has threads, so it spawns: between fork and
 * exec a copy of a program with threads may do next to nothing. The worker has
 * one, so it forks, which lets it tie the helper's life to its own.
 */
#define _GNU_SOURCE /* POSIX_SPAWN_SETSID, which POSIX took up later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/process.h"

#define NICE 10
#define LINK_BYTES 4096

extern char **environ; /* POSIX: declared by the program */

/* What a program may see of the environment; settings hold secrets. */
static const char *const PLAIN[] = { "PATH=", "HOME=", "TMPDIR=", "LANG=",
	"LC_ALL=", "TZ=", "ASAN_OPTIONS=", "LSAN_OPTIONS=", "TSAN_OPTIONS=",
	"UBSAN_OPTIONS=" };

static bool
environment_fits(const char *variable, bool settings)
{
	size_t i;

	if (settings && strncmp(variable, "LIVEBIN_", 8) == 0)
		return true;
	for (i = 0; i < sizeof(PLAIN) / sizeof(PLAIN[0]); i++)
		if (strncmp(variable, PLAIN[i], strlen(PLAIN[i])) == 0)
			return true;
	return false;
}

/* The caller frees the list; its texts are the environment's. NULL: *err. */
static char **
environment_make(bool settings, struct error *err)
{
	size_t count = 0, used = 0, i;
	char **list;

	while (environ[count] != NULL)
		count++;
	list = calloc(count + 1, sizeof(*list));
	if (list == NULL) {
		error_set(err, ERROR_SYSTEM, NULL, "Out of memory.");
		return NULL;
	}
	for (i = 0; i < count; i++)
		if (environment_fits(environ[i], settings))
			list[used++] = environ[i];
	return list;
}

/* argv for exec: it takes pointers to char, and changes nothing. */
static char *const *
arguments(const char *const *argv)
{
	return (char *const *)(const void *)argv;
}

/* In the new process, which ends here whatever happens. */
static void
helper_become(const struct process_plan *plan, char **environment, pid_t parent)
{
	sigset_t none;
	int null;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setpgid(0, 0);
	if (getppid() != parent)
		_exit(PROCESS_NOT_FOUND);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(plan->out, STDOUT_FILENO) < 0 ||
	    dup2(plan->err, STDERR_FILENO) < 0 || chdir(plan->folder) != 0)
		_exit(PROCESS_NOT_FOUND);
	closefrom(STDERR_FILENO + 1);
	if (nice(NICE) == -1 && errno == EPERM)
		_exit(PROCESS_NOT_FOUND);
	environ = environment;
	(void)execvp(plan->argv[0], arguments(plan->argv));
	_exit(PROCESS_NOT_FOUND);
}

pid_t
process_start(const struct process_plan *plan, struct error *err)
{
	char **environment = environment_make(false, err);
	const pid_t self = getpid();
	pid_t pid;

	if (environment == NULL)
		return -1;
	pid = fork();
	if (pid == 0)
		helper_become(plan, environment, self);
	/* Here too, or it could be ended before it has done so itself. */
	if (pid > 0)
		(void)setpgid(pid, pid);
	free(environment);
	if (pid < 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "Can't start a program: %s.", strerror(errno));
	return pid;
}

/* Descriptor 0 of a FastCGI program is its socket: it is replaced. */
static int
detach_files(posix_spawn_file_actions_t *files)
{
	int rc;

	rc = posix_spawn_file_actions_addopen(
	    files, STDIN_FILENO, "/dev/null", O_RDWR, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(
		    files, STDIN_FILENO, STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(
		    files, STDIN_FILENO, STDERR_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(
		    files, STDERR_FILENO + 1);
	return rc;
}

/* The engine blocks the signals that would end it, and ignores SIGPIPE. */
static int
detach_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, defaults;
	int rc;

	(void)sigemptyset(&none);
	(void)sigemptyset(&defaults);
	(void)sigaddset(&defaults, SIGPIPE);
	(void)sigaddset(&defaults, SIGTERM);
	(void)sigaddset(&defaults, SIGINT);
	rc = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID |
						      POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(attributes, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attributes, &defaults);
	return rc;
}

pid_t
process_detach(const char *const *argv, struct error *err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	char **environment;
	pid_t pid = -1;
	int rc;

	environment = environment_make(true, err);
	if (environment == NULL)
		return -1;
	rc = posix_spawn_file_actions_init(&files);
	if (rc != 0)
		goto out;
	rc = posix_spawnattr_init(&attributes);
	if (rc == 0) {
		rc = detach_files(&files);
		if (rc == 0)
			rc = detach_attributes(&attributes);
		if (rc == 0)
			rc = posix_spawn(&pid, argv[0], &files, &attributes,
			    arguments(argv), environment);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&files);
out:
	free(environment);
	if (rc != 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "Can't start a program: %s.", strerror(rc));
	return pid;
}

int
process_sibling(
    const char *relative, char *path, size_t size, struct error *err)
{
	char self[LINK_BYTES], *slash;
	ssize_t length;
	int written;

	length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (length <= 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "Can't tell where this program stands.");
	self[length] = '\0';
	slash = strrchr(self, '/');
	if (slash == NULL)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "Can't tell where this program stands.");
	*slash = '\0';
	written = snprintf(path, size, "%s/%s", self, relative);
	if (written < 0 || (size_t)written >= size)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "The path of this program is too long.");
	return 0;
}
