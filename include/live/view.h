/*
 * A stream with all that is shown of it: its numbers, and its newest
 * recording.
 */
#ifndef LIVEBIN_LIVE_VIEW_H
#define LIVEBIN_LIVE_VIEW_H

#include "live/access.h"
#include "live/live.h"
#include "store/audience.h"
#include "store/job.h"
#include "store/recording.h"
#include "store/stream.h"

struct stream_view {
	const struct stream *stream; /* borrowed */
	struct audience audience;
	bool recorded; /* there is a recording that has a segment */
	struct recording recording;
	char place[KEY_BYTES]; /* its name in addresses; "": not to be shown */
	struct job_state jobs;
};

/*
 * 0 and *view, or -1 with *err. As anybody sees it, for whom the media of a
 * PRIVATE stream has no place; and as this caller does.
 */
int view_load(struct live *live, const struct stream *stream,
    struct stream_view *view, struct error *err)
    __attribute__((warn_unused_result));
int view_load_for(struct live *live, const struct call *call,
    struct stream_view *view, struct error *err)
    __attribute__((warn_unused_result));

#endif
