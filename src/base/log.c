/*
 * The log. Its state (descriptor, level, name) is set once before threads
 * start and only read afterwards, so it needs no lock.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define LINE_BYTES 1000

static struct {
	const char *program;
	int fd;
	enum log_level level;
} log_state = { "livebin", STDERR_FILENO, LOG_LEVEL_INFO };

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
	/* A full disk must not stop a broadcast: a lost line is all. */
	if (write(log_state.fd, line, used) < 0)
		return;
}
