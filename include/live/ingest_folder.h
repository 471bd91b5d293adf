/*
 * HLS that an RTMP server writes on this machine, taken in as if an encoder
 * had pushed it: the same checks, limits and rules (live/ingest.h). What is
 * taken is a copy, so that what was looked at is what is published, whatever
 * becomes of the original.
 */
#ifndef LIVEBIN_LIVE_INGEST_FOLDER_H
#define LIVEBIN_LIVE_INGEST_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "live/live.h"
#include "store/stream.h"

/* "<rtmp_hls>/<videoId>.m3u8", and segments "<videoId>-...". */
struct written {
	const char *sender;    /* who publishes there */
	int64_t since_unix_ms; /* a playlist from before is another's */
	bool ended;	       /* nothing more will be written */
};

/*
 * Takes in what is new, for some seconds at the most; the rest is for the next
 * time. With `ended` the broadcast ends as behind EXT-X-ENDLIST. A segment
 * that can't be taken is logged, and missing. 0, also where the setting
 * rtmp_hls is empty or there is nothing yet; -1 with *err: as ingest_playlist.
 */
int ingest_folder(struct live *live, const struct stream *stream,
    const struct written *written, struct error *err)
    __attribute__((warn_unused_result));

#endif
