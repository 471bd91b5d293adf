/*
 * The work that is left when a broadcast is over: claimed by one worker at a
 * time with a lease, tried again with back-off, given up after some attempts
 * with the reason kept. What a job makes is put in place by rename, so that
 * doing it twice does no harm.
 */
#ifndef LIVEBIN_LIVE_JOBS_H
#define LIVEBIN_LIVE_JOBS_H

#include "live/live.h"
#include "store/job.h"
#include "store/recording.h"

#define JOBS_LEASE_MS (60 * 1000)
#define JOBS_REASON_BYTES 200
#define JOBS_NEXT 3 /* how many follow a replay */

/* A kind's name for the log: "mp4". */
const char *jobs_name(enum job_kind kind);

/* What a worker with nothing to do waits for. */
struct topic jobs_topic(void);

/*
 * Claims the job that is due first, for JOBS_LEASE_MS. One whose workers ended
 * without a word job_attempts times is given up. 1 with *job and its
 * recording, 0 if none is due, -1 with *err.
 */
int jobs_claim(struct live *live, struct job *job, struct recording *recording,
    struct error *err) __attribute__((warn_unused_result));

/* The same, of those alone that jobs_replay and jobs_remove do whole. */
int jobs_claim_quick(struct live *live, struct job *job,
    struct recording *recording, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Does what is due of those, but for long removals, which are left for later:
 * while a worker waits for a helper, and in programs where no worker may be
 * running, so that a replay never waits behind another's download.
 */
void jobs_quick(struct live *live);

/* When the next is due: 1 and *due_steady_ms, 0 if there is none, or -1. */
int jobs_next(struct live *live, int64_t *due_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The lease begins anew, and how far it is (thousandths) is told. 1; 0 if the
 * claim is lost, and the work must be dropped; -1 with *err.
 */
int jobs_renew(struct live *live, const struct job *job, int64_t progress,
    struct error *err) __attribute__((warn_unused_result));

/*
 * A worker that is told to stop gives its job back: the next may have it at
 * once, and it counts as not tried. 1, 0 if the claim was lost, -1 with *err.
 */
int jobs_release(struct live *live, const struct job *job, struct error *err)
    __attribute__((warn_unused_result));

/* What a job has made. */
struct job_result {
	int64_t mp4_bytes;  /* JOB_MP4: of replay.mp4, 0: none could be made */
	bool made;	    /* JOB_POSTER, JOB_THUMBS: the files are there */
	const char *detail; /* why something can't be made here, or NULL */
};

/*
 * It is done, or will never be: the result is written and the job is gone, in
 * one transaction; the stream's viewers hear of it. 1; 0 if the claim was
 * lost; -1 with *err.
 */
int jobs_done(struct live *live, const struct job *job,
    const struct job_result *result, struct error *err)
    __attribute__((warn_unused_result));

/*
 * It failed, and why in words: it is tried again later, or given up for good
 * (JOB_REPLAY: the recording and the stream are FAILED then). 0 or -1.
 */
int jobs_failed(struct live *live, const struct job *job, const char *reason,
    struct error *err) __attribute__((warn_unused_result));

/*
 * The two that need no other program, whole: JOB_REPLAY publishes the replay,
 * adds the jobs that follow it and ends itself: 1, 0 if the claim was lost;
 * JOB_REMOVE removes a batch of files and rows: 1 done, 0 call again. -1 with
 * *err.
 */
int jobs_replay(struct live *live, const struct job *job,
    const struct recording *recording, struct error *err)
    __attribute__((warn_unused_result));
int jobs_remove(struct live *live, const struct job *job,
    const struct recording *recording, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Retention: recordings, READY or FAILED, that are older than keep_days, or the
 * oldest beyond keep_max, are taken away and get a JOB_REMOVE. How many, or -1.
 */
int jobs_retain(struct live *live, struct error *err)
    __attribute__((warn_unused_result));

#endif
