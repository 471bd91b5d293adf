/*
 * A stream with all that is shown of it: its numbers, and its newest
 * recording.
 */
#ifndef LIVEBIN_LIVE_VIEW_H
#define LIVEBIN_LIVE_VIEW_H

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
	struct job_state jobs;
};

/* 0 and *view, or -1 with *err. */
int view_load(struct live *live, const struct stream *stream,
    struct stream_view *view, struct error *err)
    __attribute__((warn_unused_result));

#endif
