/*
 * Heartbeats and counts. The sweep is in sweep.c.
 */
#include "base/steady.h"
#include "live/audience.h"
#include "store/presence.h"

#define VIEW_AGAIN_MS (30 * 60 * 1000)

int64_t
audience_lease_steady_ms(const struct live *live)
{
	return steady_now_ms() + live->config->viewer_timeout_s * 1000;
}

/* A right ends with its token; a lease isn't longer. */
static int
arrive_put(struct live *live, struct viewer *viewer,
    const struct playback *playback, struct error *err)
{
	const int64_t until = steady_of_unix(playback->until_unix_ms);
	int64_t others;

	if (playback->id != 0 && viewer->lease_steady_ms > until)
		viewer->lease_steady_ms = until;
	if (playback->max > 0) {
		others = store_viewer_others(live->store, viewer, err);
		if (others < 0)
			return -1;
		if (others >= playback->max)
			return error_set_retry(err, ERROR_VIEWERS_MAX, 15,
			    "This playback token is for %lld at once, and "
			    "that many watch.",
			    (long long)playback->max);
	}
	return store_viewer_put(live->store, viewer, err);
}

int
audience_arrive(struct live *live, const struct stream *stream,
    const char *viewer_id, const struct playback *playback, struct error *err)
{
	struct viewer viewer = { .stream_id = stream->id,
		.viewer_id = viewer_id,
		.lease_steady_ms = audience_lease_steady_ms(live),
		.playback = playback->id };

	if (arrive_put(live, &viewer, playback, err) != 0)
		return -1;
	if (stream->status == STREAM_LIVE &&
	    store_view_count(live->store, stream->id, viewer_id,
		steady_now_ms() + VIEW_AGAIN_MS, err) < 0)
		return -1;
	return 0;
}

static int
heartbeat_take(struct live *live, const struct stream *stream,
    const struct heartbeat *heartbeat, struct error *err)
{
	const int64_t lease = audience_lease_steady_ms(live);

	if (heartbeat->leaving)
		return store_viewer_delete(
		    live->store, stream->id, heartbeat->viewer_id, err);
	if (audience_arrive(live, stream, heartbeat->viewer_id,
		&heartbeat->playback, err) != 0)
		return -1;
	if (stream->status != STREAM_LIVE)
		return 0; /* its peers are on their way out */
	return store_peer_lease_viewer(
	    live->store, stream->id, heartbeat->viewer_id, lease, err);
}

int
audience_heartbeat(struct live *live, const struct stream *stream,
    const struct heartbeat *heartbeat, struct audience *audience,
    struct error *err)
{
	struct change change;
	int rc;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	rc = heartbeat_take(live, stream, heartbeat, err);
	if (rc >= 0)
		rc = store_audience_get(live->store, stream->id, audience, err);
	return change_end(&change, rc < 0 ? -1 : 0, err);
}

int
audience_get(struct live *live, const char *stream_id,
    struct audience *audience, struct error *err)
{
	return store_audience_get(live->store, stream_id, audience, err);
}
