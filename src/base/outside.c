/*
 * Opening what another program wrote.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/outside.h"

static int
outside_failed(struct error *err, const char *name, int reason)
{
	log_write(
	    LOG_LEVEL_WARN, NULL, "can't read %s: %s", name, strerror(reason));
	return error_set(err, ERROR_SYSTEM, NULL,
	    "The server can't read a file that another program wrote.");
}

int
outside_folder(const char *path, struct error *err)
{
	int fd;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return outside_failed(err, path, errno);
	return fd;
}

int
outside_open(
    int folder, const char *name, struct outside *file, struct error *err)
{
	struct stat status;
	int reason = 0;

	/* Nothing waits for whoever writes into a pipe. */
	file->fd = openat(
	    folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file->fd < 0)
		return errno == ENOENT ? 0 : outside_failed(err, name, errno);
	if (fstat(file->fd, &status) != 0)
		reason = errno;
	else if (!S_ISREG(status.st_mode))
		reason = EINVAL;
	if (reason != 0) {
		(void)close(file->fd);
		return outside_failed(err, name, reason);
	}
	file->bytes = status.st_size;
	file->changed_unix_ms = (int64_t)status.st_mtim.tv_sec * 1000 +
				status.st_mtim.tv_nsec / 1000000;
	return 1;
}
