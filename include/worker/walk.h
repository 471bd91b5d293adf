/*
 * Walking over a recording in the order of time: which renditions a download
 * is made of, and their segments, session by session. A session is what one
 * encoder sent without a break; it ends at a discontinuity and where the init
 * section changes. Segments are read from the store in batches, so that memory
 * doesn't grow with the length.
 */
#ifndef LIVEBIN_WORKER_WALK_H
#define LIVEBIN_WORKER_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "store/recording.h"

#define WALK_LANES_MAX 2 /* pictures, and sound where it is apart */
#define WALK_BATCH 64

/* The renditions of a download. */
struct choice {
	int64_t numbers[WALK_LANES_MAX];
	int count;
};

/*
 * Chooses: the only one; or the variant with the most bits a second and the
 * default of its audio group. 0, or -1 (ERROR_INPUT if there is none).
 */
int walk_choose(struct store *store, const struct recording *recording,
    struct choice *choice, struct error *err)
    __attribute__((warn_unused_result));

/* One rendition's place. */
struct lane {
	int64_t rendition;
	int64_t clock_us; /* where the segment that is next begins */
	int64_t init;	  /* of the last segment that wasn't a gap; -1: none */
	bool began;	  /* the next one's session has begun */
	bool ended;
	int64_t next_seq;
	int count, at; /* of the batch */
	struct segment batch[WALK_BATCH];
};

struct walk {
	struct store *store; /* borrowed */
	int64_t recording;
	int lane_count;
	int session; /* from 0; -1 before the first */
	struct lane lanes[WALK_LANES_MAX];
};

/* What comes next. */
struct step {
	int lane;
	bool session;  /* it is the first of a session */
	int64_t at_us; /* on the playlist's clock */
	struct segment segment;
};

/* Begins at the first segments. */
void walk_begin(struct walk *walk, struct store *store,
    const struct recording *recording, const struct choice *choice);

/* 1 and *step; 0 at the end; -1 with *err. */
int walk_next(struct walk *walk, struct step *step, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Right behind a step that began a session: the first segment of that session
 * in a lane that isn't a gap, as *step. 1, 0 if the lane has none, -1.
 */
int walk_first(const struct walk *walk, const struct step *began, int lane,
    struct step *step, struct error *err) __attribute__((warn_unused_result));

#endif
