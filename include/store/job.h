/*
 * Jobs: work that is to be done for a recording. A row is a job that is open;
 * `due` is when it may be claimed, which a claim moves behind its lease. The
 * "lasting" part.
 */
#ifndef LIVEBIN_STORE_JOB_H
#define LIVEBIN_STORE_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

/* The numbers are stored. Claimed in the order of their due times. */
enum job_kind {
	JOB_REPLAY, /* the VOD playlists; the stream is READY then */
	JOB_MP4,
	JOB_POSTER,
	JOB_THUMBS,
	JOB_REMOVE, /* files, then rows */
	JOB_KIND__MAX
};

struct job {
	int64_t id;
	int64_t recording; /* its seq */
	enum job_kind kind;
	int64_t claim; /* this claim's number, from 1 */
	int64_t tries; /* with this one, those given back aside */
};

/* Adds a job; one of that kind that is open gets the earlier due time. */
int store_job_insert(struct store *store, int64_t recording, enum job_kind kind,
    int64_t due_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

/* A claim that is wished for. */
struct job_wish {
	int64_t now_steady_ms, lease_steady_ms;
	bool quick; /* of REPLAY and REMOVE alone, which need no helper */
};

/* Claims the job that is due first until its lease. 1 and *job, 0, or -1. */
int store_job_claim(struct store *store, const struct job_wish *wish,
    struct job *job, struct error *err) __attribute__((warn_unused_result));

/* Gives a claim back, as if it had not been tried. 1, 0 if it is lost, -1. */
int store_job_release(struct store *store, const struct job *job,
    int64_t now_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Moves the claim's lease (or next try) and progress (thousandths). 1; 0:
 * another has it; -1.
 */
int store_job_move(struct store *store, const struct job *job,
    int64_t due_steady_ms, int64_t progress, struct error *err)
    __attribute__((warn_unused_result));

/* It is done, or given up. 1, 0 if another claim has it, -1. */
int store_job_delete(struct store *store, const struct job *job,
    struct error *err) __attribute__((warn_unused_result));

/* All of a recording's but `but` (JOB_KIND__MAX: all). How many, or -1. */
int store_job_delete_all(struct store *store, int64_t recording,
    enum job_kind but, struct error *err) __attribute__((warn_unused_result));

/* When the next job is due. 1 and *due_steady_ms, 0 if there is none, -1. */
int store_job_next(struct store *store, int64_t *due_steady_ms,
    struct error *err) __attribute__((warn_unused_result));

/*
 * The open jobs that make something of a recording (not REMOVE): how many,
 * and the sum of their progress. 0 or -1.
 */
struct job_state {
	int64_t open, progress;
};
int store_job_state(struct store *store, int64_t recording,
    struct job_state *state, struct error *err)
    __attribute__((warn_unused_result));

#endif
