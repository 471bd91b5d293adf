/*
 * Files by whole steps. Each call that fails says so in general words, and
 * writes the path and the system's own words to the log.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "base/steady.h"

#define LOCK_WAIT_MS 10000
#define LOCK_NAP_MS 2
#define RETRY_S 30 /* somebody must see to the disk */
#define FOLDER_MODE 0700
#define FILE_MODE 0600

/* Sets *err from `reason`, an errno. Returns -1. */
static int
file_failed(struct error *err, const char *deed, const char *path, int reason)
{
	log_write(LOG_LEVEL_WARN, NULL, "can't %s %s: %s", deed, path,
	    strerror(reason));
	if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG)
		return error_set_retry(err, ERROR_NO_ROOM, RETRY_S,
		    "The server's disk has no room left.");
	if (reason == EROFS || reason == EACCES || reason == EPERM)
		return error_set_retry(err, ERROR_NO_ROOM, RETRY_S,
		    "The server's folder can't be written just now.");
	return error_set(
	    err, ERROR_SYSTEM, NULL, "The server can't %s a file.", deed);
}

/* A step of a path; one that is there already is fine. */
static int
folder_step(const char *path, struct error *err)
{
	struct stat status;
	int reason;

	if (mkdir(path, FOLDER_MODE) == 0)
		return 0;
	reason = errno;
	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return 0;
	return file_failed(err, "make", path, reason);
}

int
file_make_folder(const char *path, struct error *err)
{
	char step[FILE_PATH_BYTES];
	struct stat status;
	size_t i, size = strlen(path);

	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return 0;
	if (size == 0 || size >= sizeof(step))
		return file_failed(err, "make", path, ENAMETOOLONG);
	memcpy(step, path, size + 1);
	for (i = 1; i < size; i++) {
		if (step[i] != '/')
			continue;
		step[i] = '\0';
		if (folder_step(step, err) != 0)
			return -1;
		step[i] = '/';
	}
	return folder_step(step, err);
}

int
file_create(const char *path, struct error *err)
{
	int fd;

	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return file_failed(err, "make", path, errno);
	return fd;
}

int
file_open(const char *path, struct error *err)
{
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return file_failed(err, "read", path, errno);
	return fd;
}

int
file_open_write(const char *path, struct error *err)
{
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return file_failed(err, "write", path, errno);
	return fd;
}

/* Writes all of it; 0, or the errno that stopped it. */
static int
write_all(int fd, const char *bytes, size_t size, off_t at)
{
	ssize_t put;

	while (size > 0) {
		put = at < 0 ? write(fd, bytes, size)
			     : pwrite(fd, bytes, size, at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return errno;
		if (put == 0)
			return ENOSPC;
		bytes += put;
		size -= (size_t)put;
		if (at >= 0)
			at += put;
	}
	return 0;
}

int
file_write(int fd, const void *bytes, size_t size, struct error *err)
{
	const int reason = write_all(fd, bytes, size, -1);

	if (reason != 0)
		return file_failed(err, "write", "what is open", reason);
	return 0;
}

int
file_write_at(
    int fd, const void *bytes, size_t size, off_t at, struct error *err)
{
	int reason = EINVAL;

	if (at >= 0)
		reason = write_all(fd, bytes, size, at);
	if (reason != 0)
		return file_failed(err, "write", "what is open", reason);
	return 0;
}

/* A name that nobody else uses, and that no web server gives out. */
static int
draft_name(const char *path, char draft[FILE_PATH_BYTES])
{
	const char *slash = strrchr(path, '/');
	const int folder = slash != NULL ? (int)(slash - path) + 1 : 0;
	char name[ID_BYTES];
	int size;

	id_make_unique(name);
	size = snprintf(draft, FILE_PATH_BYTES, "%.*s.%s", folder, path, name);
	return size < FILE_PATH_BYTES ? 0 : ENAMETOOLONG;
}

/* Makes the draft, whole; 0, or the errno. It leaves none behind. */
static int
draft_write(const char *draft, const void *bytes, size_t size)
{
	int fd, reason;

	fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return errno;
	reason = write_all(fd, bytes, size, -1);
	/* Some file systems tell of a full disk no sooner than here. */
	if (close(fd) != 0 && reason == 0)
		reason = errno;
	if (reason != 0)
		(void)unlink(draft);
	return reason;
}

int
file_replace(
    const char *path, const void *bytes, size_t size, struct error *err)
{
	char draft[FILE_PATH_BYTES];
	int reason;

	reason = draft_name(path, draft);
	if (reason == 0)
		reason = draft_write(draft, bytes, size);
	if (reason == 0 && rename(draft, path) != 0) {
		reason = errno;
		(void)unlink(draft);
	}
	if (reason != 0)
		return file_failed(err, "replace", path, reason);
	return 0;
}

void
file_remove_drafts(const char *folder)
{
	struct dirent *entry;
	DIR *list;

	list = opendir(folder);
	if (list == NULL)
		return;
	while ((entry = readdir(list)) != NULL)
		if (entry->d_name[0] == '.' &&
		    id_valid(entry->d_name + 1, ID_CHARS) &&
		    unlinkat(dirfd(list), entry->d_name, 0) != 0)
			log_write(LOG_LEVEL_WARN, NULL,
			    "can't remove a draft in %s: %s", folder,
			    strerror(errno));
	(void)closedir(list);
}

int
file_move(const char *from, const char *to, struct error *err)
{
	struct stat status;
	int reason;

	if (rename(from, to) == 0)
		return 1;
	reason = errno;
	/* ENOENT is also what a missing folder at `to` gives. */
	if (reason == ENOENT && lstat(from, &status) != 0 && errno == ENOENT)
		return 0;
	return file_failed(err, "move", from, reason);
}

int
file_sync(const char *path, struct error *err)
{
	int fd, reason = 0;

	fd = file_open(path, err);
	if (fd < 0)
		return -1;
	if (fsync(fd) != 0)
		reason = errno;
	(void)close(fd);
	return reason == 0 ? 0 : file_failed(err, "sync", path, reason);
}

int
file_link(const char *from, const char *to, struct error *err)
{
	if (unlink(to) != 0 && errno != ENOENT)
		return file_failed(err, "replace", to, errno);
	if (link(from, to) != 0)
		return file_failed(err, "link", from, errno);
	return 0;
}

int
file_point(const char *target, const char *path, struct error *err)
{
	if (symlink(target, path) != 0 && errno != EEXIST)
		return file_failed(err, "make", path, errno);
	return 0;
}

int
file_remove(const char *path, struct error *err)
{
	if (unlink(path) != 0 && errno != ENOENT)
		return file_failed(err, "remove", path, errno);
	return 0;
}

bool
file_there(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

int64_t
file_size(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return -1;
	return status.st_size;
}

/* Removes up to `max` files of an open folder; 0, or the errno. */
static int
folder_empty(DIR *list, int max)
{
	struct dirent *entry;
	int removed = 0;

	while (removed < max) {
		errno = 0;
		entry = readdir(list);
		if (entry == NULL)
			return errno;
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		/* Another may be removing the same folder. */
		if (unlinkat(dirfd(list), entry->d_name, 0) != 0 &&
		    errno != ENOENT)
			return errno;
		removed++;
	}
	return 0;
}

int
file_remove_folder(const char *path, int max, struct error *err)
{
	DIR *list;
	int reason;

	list = opendir(path);
	if (list == NULL)
		return errno == ENOENT
			   ? 1
			   : file_failed(err, "remove", path, errno);
	reason = folder_empty(list, max);
	(void)closedir(list);
	if (reason != 0)
		return file_failed(err, "remove", path, reason);
	if (rmdir(path) == 0 || errno == ENOENT)
		return 1;
	if (errno == ENOTEMPTY || errno == EEXIST)
		return 0;
	return file_failed(err, "remove", path, errno);
}

int
file_each(const char *path,
    int (*each)(void *context, const char *name, struct error *err),
    void *context, struct error *err)
{
	struct dirent *entry;
	DIR *list;
	int rc = 0;

	list = opendir(path);
	if (list == NULL)
		return file_failed(err, "read", path, errno);
	while (rc == 0 && (entry = readdir(list)) != NULL)
		if (entry->d_name[0] != '.')
			rc = each(context, entry->d_name, err);
	(void)closedir(list);
	return rc;
}

int64_t
file_age_s(const char *path)
{
	const int64_t calendar = clock_unix_ms(), even = steady_now_ms();
	struct stat status;

	if (lstat(path, &status) != 0)
		return -1;
	/* Whichever way the clock was set, it isn't older than this. */
	return (calendar < even ? calendar : even) / 1000 -
	       status.st_mtim.tv_sec;
}

int
file_free_mb(const char *path, int64_t *mb, struct error *err)
{
	struct statvfs disk;

	if (statvfs(path, &disk) != 0)
		return file_failed(err, "look at", path, errno);
	*mb = (int64_t)((uint64_t)disk.f_bavail * disk.f_frsize >> 20);
	return 0;
}

/* True while `path` is the file that `fd` is open on. */
static bool
lock_is_of(int fd, const char *path)
{
	struct stat open_one, named;

	return fstat(fd, &open_one) == 0 && stat(path, &named) == 0 &&
	       open_one.st_ino == named.st_ino &&
	       open_one.st_dev == named.st_dev;
}

/*
 * One try. The descriptor; -1 with errno, which is EWOULDBLOCK where another
 * holds it, or where the file was removed in between.
 */
static int
lock_try(const char *path)
{
	int fd, reason = EWOULDBLOCK;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		reason = errno;
	else if (lock_is_of(fd, path))
		return fd;
	(void)close(fd);
	errno = reason;
	return -1;
}

int
file_lock(const char *path, int wait, struct error *err)
{
	const struct timespec nap = { .tv_nsec = LOCK_NAP_MS * 1000000L };
	const int64_t until = clock_mono_ms() + LOCK_WAIT_MS;
	int fd;

	/* flock(2) itself can't wait for a while only. */
	for (;;) {
		fd = lock_try(path);
		if (fd >= 0)
			return fd;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return file_failed(err, "lock", path, errno);
		if (!wait)
			return -2;
		if (clock_mono_ms() >= until)
			break;
		(void)nanosleep(&nap, NULL);
	}
	log_write(LOG_LEVEL_WARN, NULL, "%s is locked for too long", path);
	return error_set_retry(err, ERROR_BUSY, 1,
	    "Another request is at work on the same broadcast.");
}
