/*
 * A job's lease and its files. Temporary names hold the number of the claim,
 * so that a worker that sleeps over its lease and the one that took the job
 * over never write to the same file.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "worker/signals.h"
#include "worker/work.h"

#define RENEW_MS (10 * 1000)
#define PREFIX_BYTES 32

/*
 * Jobs without temporary files have none: a look for those of a replay would
 * take longer than the replay, where the broadcast was long.
 */
static const char *const PREFIXES[JOB_KIND__MAX] = {
	[JOB_MP4] = ".mp4-",
	[JOB_POSTER] = ".poster-",
	[JOB_THUMBS] = ".thumbs-",
};

/* Removes the files whose names begin so. What stays does no harm. */
static void
work_remove(const struct work *work, const char *prefix)
{
	struct dirent *entry;
	DIR *list = opendir(work->folder);

	if (list == NULL)
		return;
	while ((entry = readdir(list)) != NULL)
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
		    unlinkat(dirfd(list), entry->d_name, 0) != 0 &&
		    errno != ENOENT)
			log_write(LOG_LEVEL_WARN, NULL,
			    "can't remove a temporary file: %s",
			    strerror(errno));
	(void)closedir(list);
}

int
work_begin(struct work *work, struct error *err)
{
	work->renewed_mono_ms = clock_mono_ms();
	if (media_path(work->live->config, MEDIA_KEPT, work->recording->id,
		work->folder, err) != 0)
		return -1;
	if (PREFIXES[work->job->kind] != NULL)
		work_remove(work, PREFIXES[work->job->kind]);
	return 0;
}

void
work_finish(struct work *work)
{
	char prefix[MEDIA_FILE_BYTES];

	if (PREFIXES[work->job->kind] == NULL)
		return;
	work_name(work, "", prefix);
	work_remove(work, prefix);
}

static int
work_drop(struct work *work, enum work_end end, struct error *err)
{
	work->end = end;
	return error_set(err, ERROR_SHUTDOWN, NULL, "The work was dropped.");
}

/* 0 once the store has it; -1: it fails, or ->end says that it is lost. */
static int
work_renew(struct work *work, int64_t now, struct error *err)
{
	int rc;

	rc = jobs_renew(work->live, work->job, work->progress, err);
	if (rc == 0)
		return work_drop(work, WORK_LOST, err);
	if (rc == 1)
		work->renewed_mono_ms = now;
	log_flush();
	return rc < 0 ? -1 : 0;
}

int
work_beat(struct work *work, int64_t progress, struct error *err)
{
	const int64_t now = clock_mono_ms();

	if (progress > work->progress)
		work->progress = progress;
	if (signals_stopping())
		return work_drop(work, WORK_STOPPED, err);
	if (now - work->renewed_mono_ms >= JOBS_LEASE_MS)
		return work_drop(work, WORK_LOST, err);
	if (now - work->renewed_mono_ms < RENEW_MS)
		return 0;
	if (work_renew(work, now, err) == 0)
		return 0;
	if (work->end != WORK_GOES_ON)
		return -1;
	/* The lease lasts longer than one failure of the store. */
	log_write(
	    LOG_LEVEL_WARN, NULL, "a lease can't be renewed: %s", err->detail);
	return 0;
}

void
work_name(
    const struct work *work, const char *what, char name[MEDIA_FILE_BYTES])
{
	assert(PREFIXES[work->job->kind] != NULL);
	(void)snprintf(name, MEDIA_FILE_BYTES, "%s%" PRId64 "-%s",
	    PREFIXES[work->job->kind], work->job->claim, what);
}

int
work_path(const struct work *work, const char *name, char path[FILE_PATH_BYTES],
    struct error *err)
{
	return media_file(
	    work->live->config, work->recording->id, name, path, err);
}

int64_t
work_size(const struct work *work, const char *name)
{
	char path[FILE_PATH_BYTES];
	struct error err;

	if (work_path(work, name, path, &err) != 0)
		return -1;
	return file_size(path);
}

int
work_put(struct work *work, const char *from, const char *to, struct error *err)
{
	char source[FILE_PATH_BYTES], target[FILE_PATH_BYTES];
	int rc;

	if (work_path(work, from, source, err) != 0 ||
	    work_path(work, to, target, err) != 0 ||
	    /* Or a power cut may leave an empty file under a good name. */
	    file_sync(source, err) != 0 ||
	    work_renew(work, clock_mono_ms(), err) != 0)
		return -1;
	rc = file_move(source, target, err);
	if (rc == 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "What was made has been removed meanwhile.");
	return rc < 0 ? -1 : 0;
}

int
work_room(const struct work *work, int64_t bytes, struct error *err)
{
	int64_t free_mb;

	if (file_free_mb(work->folder, &free_mb, err) != 0)
		return -1;
	if (free_mb <
	    bytes / (1024 * 1024) + work->live->config->disk_free_min_mb)
		return error_set(err, ERROR_NO_ROOM, NULL,
		    "The server's disk has too little room left.");
	return 0;
}

void
work_say(struct work *work, const char *sentence)
{
	(void)snprintf(work->detail, sizeof(work->detail), "%s", sentence);
	work->result.detail = work->detail;
}
