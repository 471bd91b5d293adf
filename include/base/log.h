/*
 * The log: one line for each event, `time level program request text`, whole
 * lines by one write() so that those of several processes never mix.
 * Secrets are never handed to it.
 */
#ifndef LIVEBIN_BASE_LOG_H
#define LIVEBIN_BASE_LOG_H

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL__MAX
};

/*
 * Opens the log: appends to `path`, or to standard error where path is NULL
 * or can't be opened (that is said there). `program` is borrowed for the
 * process's life. Call before threads start.
 */
void log_open(const char *program, const char *path, enum log_level level);

/*
 * Writes a line if `level` is wanted: an error or warning at once, others at
 * the next log_flush. `request` is a request's id or NULL.
 * Control characters become '?', lines end at 1,000 bytes. Any thread.
 */
void log_write(enum log_level level, const char *request, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Writes what was gathered. About once a second, and at the end. Any thread. */
void log_flush(void);

#endif
