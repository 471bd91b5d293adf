/*
 * Signals. Handlers do no more than set a flag and write a byte, so that a
 * signal that comes between a look at the flag and poll(2) still ends the wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "worker/signals.h"

/* Written by handlers; both types are safe in them. Set up once. */
static int wake[2] = { -1, -1 };
static volatile sig_atomic_t stopping;

static void
signals_handle(int number)
{
	const int saved = errno;

	if (number != SIGCHLD)
		stopping = 1;
	/* A full pipe wakes as well as one more byte does. */
	if (write(wake[1], "", 1) < 0)
		errno = saved;
	errno = saved;
}

int
signals_open(struct error *err)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGCHLD };
	struct sigaction action;
	size_t i;

	if (pipe(wake) != 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "Can't make a pipe: %s.", strerror(errno));
	for (i = 0; i < 2; i++) {
		(void)fcntl(wake[i], F_SETFD, FD_CLOEXEC);
		(void)fcntl(wake[i], F_SETFL, O_NONBLOCK);
	}
	memset(&action, 0, sizeof(action));
	action.sa_handler = signals_handle;
	action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
	(void)sigemptyset(&action.sa_mask);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], &action, NULL) != 0)
			return error_set(err, ERROR_SYSTEM, NULL,
			    "Can't handle signals: %s.", strerror(errno));
	(void)signal(SIGPIPE, SIG_IGN);
	return 0;
}

int
signals_descriptor(void)
{
	return wake[0];
}

void
signals_drain(void)
{
	char bytes[64];

	while (read(wake[0], bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		continue;
}

bool
signals_stopping(void)
{
	return stopping != 0;
}
