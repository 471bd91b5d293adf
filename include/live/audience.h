/*
 * The audience: heartbeats, counts, and the sweep that lets go of whoever was
 * not heard of.
 */
#ifndef LIVEBIN_LIVE_AUDIENCE_H
#define LIVEBIN_LIVE_AUDIENCE_H

#include "live/live.h"
#include "live/playback.h"
#include "store/audience.h"
#include "store/stream.h"

/* When the lease of a viewer that is heard now is over. */
int64_t audience_lease_steady_ms(const struct live *live);

/* A viewer's sign of life, or its goodbye. Borrowed. */
struct heartbeat {
	const char *viewer_id;
	bool leaving;
	struct playback playback; /* what it may watch by */
};

/*
 * Takes a heartbeat; it also renews the leases of the viewer's peers. A live
 * stream's view is counted once in half an hour for each viewer.
 * ERROR_VIEWERS_MAX. 0 and *audience, or -1 with *err.
 */
int audience_heartbeat(struct live *live, const struct stream *stream,
    const struct heartbeat *heartbeat, struct audience *audience,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Inside a change on the "passing" part: a viewer is there, by whatever way,
 * and its lease begins anew. Counts the view as above. ERROR_VIEWERS_MAX if as
 * many others as `playback` allows watch by it. 0, or -1 with *err.
 */
int audience_arrive(struct live *live, const struct stream *stream,
    const char *viewer_id, const struct playback *playback, struct error *err)
    __attribute__((warn_unused_result));

/* A stream's numbers now. 0 and *audience, or -1 with *err. */
int audience_get(struct live *live, const char *stream_id,
    struct audience *audience, struct error *err)
    __attribute__((warn_unused_result));

/*
 * If a second has passed since any process last did it: lets go of viewers,
 * peers and publishers whose lease is over, stops broadcasts whose deadline
 * is, hands the audience's numbers on and wakes who waits for them. Errors are
 * logged; what could not be done is done by the next. True if it swept.
 */
bool audience_sweep(struct live *live);

#endif
