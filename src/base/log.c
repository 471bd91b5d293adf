/*
 * The log. Its descriptor, level and name are set once before threads start
 * and only read afterwards. Lines of requests are gathered under the lock and
 * written by log_flush, once a second or when there are many: a write for each
 * would be a tenth of a request's cost. Warnings and errors go out at once,
 * behind what was gathered.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define LINE_BYTES 1000
#define GATHER_BYTES 8192

static struct {
	const char *program;
	int fd;
	enum log_level level;
} log_state = { "livebin", STDERR_FILENO, LOG_LEVEL_INFO };

/* Under the lock. */
static struct {
	pthread_mutex_t lock;
	size_t used;
	char bytes[GATHER_BYTES];
} gathered = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const char *const LEVEL_NAMES[LOG_LEVEL__MAX] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

void
log_open(const char *program, const char *path, enum log_level level)
{
	int fd;

	log_state.program = program;
	log_state.level = level;
	if (path == NULL)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd >= 0)
		log_state.fd = fd;
	else
		log_write(LOG_LEVEL_WARN, NULL,
		    "can't open the log file; logging to standard error");
}

static void
log_flush_locked(void)
{
	const size_t used = gathered.used;

	gathered.used = 0;
	/* A full disk must not stop a broadcast: lost lines are all. */
	if (used > 0 && write(log_state.fd, gathered.bytes, used) < 0)
		return;
}

void
log_write(enum log_level level, const char *request, const char *format, ...)
{
	char line[LINE_BYTES + 1], at[CLOCK_TEXT_BYTES];
	va_list args;
	size_t used, i;
	int n;

	if (level > log_state.level)
		return;
	clock_format(clock_unix_ms(), at);
	n = snprintf(line, sizeof(line) - 1, "%s %s %s %s ", at,
	    LEVEL_NAMES[level], log_state.program,
	    request != NULL ? request : "-");
	used = (size_t)n < sizeof(line) - 1 ? (size_t)n : sizeof(line) - 2;
	va_start(args, format);
	n = vsnprintf(line + used, sizeof(line) - 1 - used, format, args);
	va_end(args);
	if (n > 0)
		used += (size_t)n;
	if (used > sizeof(line) - 2)
		used = sizeof(line) - 2;
	for (i = 0; i < used; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[used++] = '\n';
	(void)pthread_mutex_lock(&gathered.lock);
	if (used > sizeof(gathered.bytes) - gathered.used)
		log_flush_locked();
	memcpy(gathered.bytes + gathered.used, line, used);
	gathered.used += used;
	if (level < LOG_LEVEL_INFO)
		log_flush_locked();
	(void)pthread_mutex_unlock(&gathered.lock);
}

void
log_flush(void)
{
	(void)pthread_mutex_lock(&gathered.lock);
	log_flush_locked();
	(void)pthread_mutex_unlock(&gathered.lock);
}
