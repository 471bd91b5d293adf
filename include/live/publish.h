/*
 * From what encoders sent to what players fetch: listed segments that have
 * come are moved to their places, written down, and put into the playlists.
 */
#ifndef LIVEBIN_LIVE_PUBLISH_H
#define LIVEBIN_LIVE_PUBLISH_H

#include "live/live.h"
#include "store/ingest.h"
#include "store/recording.h"
#include "store/stream.h"

/*
 * The recording of a stream's live broadcast, made with its folder where there
 * is none yet. 0 and *recording, or -1.
 */
int publish_open(struct live *live, const struct stream *stream,
    struct recording *recording, struct error *err)
    __attribute__((warn_unused_result));

/*
 * After a failure: was the recording removed meanwhile, with its folder? Then
 * there is nothing to publish any more, and nothing failed.
 */
bool publish_is_gone(struct live *live, int64_t seq);

/* How much of an encoder's list is to be published now. */
struct publish_extent {
	int64_t floor; /* what is listed below this won't come any more */
	bool all;      /* nothing more will come: what is missing is a gap */
};

/*
 * Publishes what can be of an encoder's listed segments. The recording is
 * looked up anew under its lock; one that isn't LIVE any more is left alone.
 * 0 or -1.
 */
int publish_listed(struct live *live, const struct encoder *encoder,
    const struct publish_extent *extent, struct error *err)
    __attribute__((warn_unused_result));

/* The broadcast is ending: all that has come, of every rendition. 0 or -1. */
int publish_rest(struct live *live, const char *stream_id, struct error *err)
    __attribute__((warn_unused_result));

/* A file that came late: a gap that waits for it is filled. 0 or -1. */
int publish_late(struct live *live, const struct upload *upload,
    struct error *err) __attribute__((warn_unused_result));

/* Writes what a multivariant playlist said into the store and out. 0 or -1. */
int publish_variants(struct live *live, const struct recording *recording,
    const struct variant *variants, int count, struct error *err)
    __attribute__((warn_unused_result));

#endif
