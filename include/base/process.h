/*
 * Starting other programs: never by a shell, never with a descriptor or an
 * environment variable that they have no use for.
 */
#ifndef LIVEBIN_BASE_PROCESS_H
#define LIVEBIN_BASE_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* A helper that its starter waits for. Borrowed until it runs. */
struct process_plan {
	const char *const *argv; /* ends in NULL; argv[0]: a path or in PATH */
	const char *folder;	 /* where it runs */
	int out, err;		 /* its standard output and error */
};

/* What a helper that could not be executed ends with, as in a shell. */
#define PROCESS_NOT_FOUND 127

/*
 * Starts a helper at low priority, with an empty input and PATH, HOME and the
 * like alone in its environment. It is killed when its starter dies. Its pid,
 * for the caller to wait for, or -1 with *err. In a program of one thread
 * alone.
 */
pid_t process_start(const struct process_plan *plan, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Starts a program that outlives this one: a session of its own, no input, no
 * output, no descriptor, and of the environment what `process_start` gives and
 * the settings. Its pid, for the caller to wait for while he lives, or -1 with
 * *err. Any thread.
 */
pid_t process_detach(const char *const *argv, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The path of a file that stands where `relative` says, seen from the folder of
 * the running program. 0, or -1 with *err.
 */
int process_sibling(const char *relative, char *path, size_t size,
    struct error *err) __attribute__((warn_unused_result));

#endif
