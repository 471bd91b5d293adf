/*
 * Who watches, how many, and whose view was counted: the "passing" part,
 * where triggers keep one row of numbers for each stream.
 */
#ifndef LIVEBIN_STORE_AUDIENCE_H
#define LIVEBIN_STORE_AUDIENCE_H

#include "base/id.h"
#include "store/store.h"

/* A stream's numbers; views and peak are those not yet settled. */
struct audience {
	char stream_id[ID_BYTES];
	int64_t viewers; /* now; never negative */
	int64_t peak;	 /* the most since the last settling */
	int64_t views;	 /* counted since the last settling */
};

/* One that watches. Text is borrowed. */
struct viewer {
	const char *stream_id, *viewer_id;
	int64_t lease_steady_ms;
	int64_t playback; /* what it may by, as struct peer has it; 0 */
};

/* Adds a viewer or renews its lease. 0, or -1 with *err. */
int store_viewer_put(struct store *store, const struct viewer *viewer,
    struct error *err) __attribute__((warn_unused_result));

/* How many other viewers watch by the same right, or -1 with *err. */
int64_t store_viewer_others(struct store *store, const struct viewer *viewer,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Rows removed, or -1 with *err: one; those of a stream; those of them without
 * a right of their own; those whose lease is over.
 */
int store_viewer_delete(struct store *store, const char *stream_id,
    const char *viewer_id, struct error *err)
    __attribute__((warn_unused_result));
int store_viewer_delete_all(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));
int store_viewer_delete_unbidden(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));
int store_viewer_delete_expired(struct store *store, int64_t steady_ms,
    struct error *err) __attribute__((warn_unused_result));

/* Counts a view unless it was counted already. 1, 0, or -1 with *err. */
int store_view_count(struct store *store, const char *stream_id,
    const char *viewer_id, int64_t until_steady_ms, struct error *err)
    __attribute__((warn_unused_result));
int store_view_delete_expired(struct store *store, int64_t steady_ms,
    struct error *err) __attribute__((warn_unused_result));

/* 0 and *audience (zeroes where nobody is or was), or -1 with *err. */
int store_audience_get(struct store *store, const char *stream_id,
    struct audience *audience, struct error *err)
    __attribute__((warn_unused_result));

/* Up to `max` that moved since they were settled. Their number, or -1. */
int store_audience_changed(
    struct store *store, int max, struct audience *audiences, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Takes note that the numbers were handed on: views are 0 again, peak begins
 * at the viewers there are. A row without viewers goes. 0, or -1 with *err.
 */
int store_audience_settle(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/* Puts a peak and views back that could not be handed on. 0 or -1. */
int store_audience_return(struct store *store, const struct audience *audience,
    struct error *err) __attribute__((warn_unused_result));

#endif
