/*
 * One claimed job while it is worked on: its lease, its temporary files, and
 * what becomes of it.
 */
#ifndef LIVEBIN_WORKER_WORK_H
#define LIVEBIN_WORKER_WORK_H

#include "base/file.h"
#include "live/jobs.h"
#include "live/media.h"

/* Why work ends before it is done. */
enum work_end {
	WORK_GOES_ON,
	WORK_LOST,    /* another has the job now, or it is gone */
	WORK_STOPPED, /* the worker was told to stop */
	WORK_END__MAX
};

struct work {
	struct live *live; /* borrowed, as is the rest */
	const struct job *job;
	const struct recording *recording;
	const char *ffmpeg; /* "": there is none */
	enum work_end end;
	int64_t renewed_mono_ms;
	int64_t progress; /* thousandths, as last told */
	char folder[FILE_PATH_BYTES];
	struct job_result result;
	char detail[JOBS_REASON_BYTES];
};

/*
 * Begins, and removes what an attempt that was killed has left. Zero the
 * struct and set what is borrowed. 0 or -1.
 */
int work_begin(struct work *work, struct error *err)
    __attribute__((warn_unused_result));

/* Removes the attempt's temporary files. */
void work_finish(struct work *work);

/*
 * Called often: renews the lease when it is time. 0: go on; -1 with *err and
 * work->end: drop it.
 */
int work_beat(struct work *work, int64_t progress, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The name of a temporary file of this attempt, in the recording's folder,
 * beginning with a dot so that it is never served; a file's path there.
 */
void work_name(
    const struct work *work, const char *what, char name[MEDIA_FILE_BYTES]);
int work_path(const struct work *work, const char *name,
    char path[FILE_PATH_BYTES], struct error *err)
    __attribute__((warn_unused_result));

/* The size of a file in the recording's folder; -1: there is none. */
int64_t work_size(const struct work *work, const char *name);

/*
 * Puts a temporary file in its place once it is on disk. 0 or -1. Nothing is
 * put unless the lease is renewed just before.
 */
int work_put(struct work *work, const char *from, const char *to,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Is there room for so many bytes more, and for what must stay free? 0, or -1
 * (ERROR_NO_ROOM).
 */
int work_room(const struct work *work, int64_t bytes, struct error *err)
    __attribute__((warn_unused_result));

/* Sets the result's detail: a sentence for people. */
void work_say(struct work *work, const char *sentence);

#endif
