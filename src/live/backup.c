/*
 * Backups. The draft's folder is held by a lock of its own, so that one which
 * nobody holds is known to be left over.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "live/backup.h"
#include "store/upkeep.h"

#define LOCK_NAME ".lock"
#define DRAFT_FILES_MAX 100

struct backup {
	char path[FILE_PATH_BYTES];   /* where it is to be */
	char folder[FILE_PATH_BYTES]; /* what that is in */
	char draft[FILE_PATH_BYTES];
};

/* "<folder>/<name>", or "<folder>/.<name>.part" for the draft. */
static int
backup_name(struct backup *backup, const char *path, struct error *err)
{
	const char *name;
	size_t size = strlen(path);

	while (size > 1 && path[size - 1] == '/')
		size--;
	if (size == 0 || size >= sizeof(backup->path) - 16)
		return error_set(err, ERROR_INPUT, NULL,
		    "a backup's path is empty or too long");
	memcpy(backup->path, path, size);
	backup->path[size] = '\0';
	name = strrchr(backup->path, '/');
	size = name != NULL ? (size_t)(name - backup->path) + 1 : 0;
	(void)snprintf(backup->folder, sizeof(backup->folder), "%.*s%s",
	    (int)size, backup->path, size == 0 ? "." : "");
	(void)snprintf(backup->draft, sizeof(backup->draft), "%.*s.%.*s.part",
	    (int)size, backup->path, (int)(sizeof(backup->path) - size - 8),
	    backup->path + size);
	return 0;
}

static int
draft_file(const struct backup *backup, const char *name,
    char path[FILE_PATH_BYTES], struct error *err)
{
	if (snprintf(path, FILE_PATH_BYTES, "%s/%s", backup->draft, name) >=
	    FILE_PATH_BYTES)
		return error_set(
		    err, ERROR_INPUT, NULL, "a backup's path is too long");
	return 0;
}

/* Takes the draft's folder for this one. The lock, or -1 with *err. */
static int
draft_open(const struct backup *backup, struct error *err)
{
	static const char *const LEFT[] = { BACKUP_DATABASE,
		BACKUP_DATABASE "-wal", BACKUP_DATABASE "-shm",
		BACKUP_DATABASE "-journal", BACKUP_SECRET };
	char path[FILE_PATH_BYTES];
	struct stat status;
	size_t i;
	int lock;

	if (stat(backup->folder, &status) != 0)
		return error_set(err, ERROR_INPUT, NULL, "%.150s: %s",
		    backup->folder, strerror(errno));
	if (lstat(backup->path, &status) == 0)
		return error_set(err, ERROR_INPUT, NULL,
		    "%.150s is there already, and isn't overwritten",
		    backup->path);
	if (file_make_folder(backup->draft, err) != 0 ||
	    draft_file(backup, LOCK_NAME, path, err) != 0)
		return -1;
	lock = file_lock(path, 0, err);
	if (lock == -2)
		return error_set(err, ERROR_BUSY, NULL,
		    "another backup to that path is being made");
	for (i = 0; lock >= 0 && i < sizeof(LEFT) / sizeof(LEFT[0]); i++)
		if (draft_file(backup, LEFT[i], path, err) == 0)
			(void)unlink(path);
	return lock;
}

static int
draft_add_secret(
    const struct config *config, const struct backup *backup, struct error *err)
{
	char from[CONFIG_TEXT_BYTES], to[FILE_PATH_BYTES];
	struct secret secret;
	int fd, found, rc = -1;

	if (config_path(config, BACKUP_SECRET, from, err) != 0 ||
	    draft_file(backup, BACKUP_SECRET, to, err) != 0)
		return -1;
	found = secret_find(&secret, from, err);
	if (found == 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "the site's secret file is missing, and no key opens "
		    "anything without it");
	if (found < 0)
		return -1;
	fd = file_create(to, err);
	if (fd >= 0) {
		rc = file_write(fd, secret.bytes, sizeof(secret.bytes), err);
		(void)close(fd);
	}
	secret_wipe(&secret, sizeof(secret));
	return rc == 0 ? file_sync(to, err) : -1;
}

static void
draft_log(void *context, const char *line)
{
	(void)context;
	log_write(LOG_LEVEL_ERROR, NULL, "%s", line);
}

/* What can't be gone back to is worse than none. */
static int
draft_add_database(
    const struct config *config, const struct backup *backup, struct error *err)
{
	struct findings findings = { .say = draft_log };
	char from[CONFIG_TEXT_BYTES], to[FILE_PATH_BYTES];
	const int timeout_ms = (int)config->busy_timeout_ms;

	if (config_path(config, BACKUP_DATABASE, from, err) != 0 ||
	    draft_file(backup, BACKUP_DATABASE, to, err) != 0 ||
	    upkeep_copy(from, to, timeout_ms, err) != 0)
		return -1;
	(void)upkeep_examine(to, STORE_LASTING, timeout_ms, &findings);
	if (findings.count > 0)
		return error_set(err, ERROR_STORE, NULL,
		    "no backup was made, for its database isn't sound: "
		    "the site's is damaged (\"livebin check\" says so, and "
		    "docs/operate.md the way back), or memory is out");
	return file_sync(to, err);
}

static int
draft_put(const struct backup *backup, struct error *err)
{
	char path[FILE_PATH_BYTES];

	if (draft_file(backup, LOCK_NAME, path, err) != 0)
		return -1;
	(void)unlink(path);
	if (file_sync(backup->draft, err) != 0)
		return -1;
	/* One that came meanwhile stays: a folder with files can't be lost. */
	if (rename(backup->draft, backup->path) != 0)
		return error_set(err, ERROR_SYSTEM, NULL, "%.150s: %s",
		    backup->path, strerror(errno));
	return file_sync(backup->folder, err);
}

int
backup_make(const struct config *config, const char *path, struct error *err)
{
	struct backup backup;
	struct error ignored;
	int lock, rc;

	if (backup_name(&backup, path, err) != 0)
		return -1;
	lock = draft_open(&backup, err);
	if (lock < 0)
		return -1;
	rc = draft_add_database(config, &backup, err);
	if (rc == 0)
		rc = draft_add_secret(config, &backup, err);
	if (rc == 0)
		rc = draft_put(&backup, err);
	if (rc != 0 &&
	    file_remove_folder(backup.draft, DRAFT_FILES_MAX, &ignored) != 1)
		log_write(LOG_LEVEL_WARN, NULL, "%s is left", backup.draft);
	(void)close(lock);
	return rc;
}
