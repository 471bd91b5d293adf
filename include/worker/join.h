/*
 * Putting one MP4 together out of fragmented segments, without any other
 * program: what they hold goes in as it is, its times run on from session to
 * session, and what is missing leaves a hole in time.
 */
#ifndef LIVEBIN_WORKER_JOIN_H
#define LIVEBIN_WORKER_JOIN_H

#include "worker/walk.h"
#include "worker/work.h"

/* What the segments of a choice are. */
struct survey {
	int64_t segments; /* that are there */
	int64_t bytes;
	int64_t duration_us; /* on the playlist's clock, gaps too */
	int sessions;
	bool fmp4, other; /* kinds that there are */
	bool same;	  /* fMP4: all init sections describe the same tracks */
	bool video, audio; /* fMP4: what the first init section has */
};

/* Looks them over. 0 or -1. */
int join_survey(struct work *work, const struct choice *choice,
    struct survey *survey, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Makes the file `name` in the recording's folder; the survey said `same`.
 * Progress goes up to `to` thousandths. What can't be read of a segment is
 * left out: *lost segments. 0 or -1.
 */
struct join_order {
	const struct choice *choice;
	const struct survey *survey;
	const char *name;
	int64_t to;
	int64_t lost;
};
int join_make(struct work *work, struct join_order *order, struct error *err)
    __attribute__((warn_unused_result));

#endif
