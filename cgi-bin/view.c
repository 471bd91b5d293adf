/*
 * A viewer's heartbeat, and the events of a stream for whoever shows it:
 * POST /api/live/:id/view and GET /api/live/:id/events.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "base/clock.h"
#include "base/digest.h"
#include "door.h"
#include "live/audience.h"
#include "live/limit.h"
#include "live/wire.h"

struct view_body {
	const char *viewer_id;
	bool leaving;
};

static const struct field FIELDS[] = {
	{ .name = "viewerId",
	    .type = FIELD_ID,
	    .offset = offsetof(struct view_body, viewer_id) },
	{ .name = "leaving",
	    .type = FIELD_BOOL,
	    .offset = offsetof(struct view_body, leaving) },
};

/* A PRIVATE stream's peer has the right of one viewer. */
static bool
view_is_anothers(
    struct request *request, const char *viewer_id, struct error *err)
{
	const struct call *call = door_call(request);

	if (call->stream.visibility != VISIBILITY_PRIVATE ||
	    call->caller.role != ROLE_VIEWER ||
	    (viewer_id != NULL &&
		strcmp(viewer_id, call->caller.peer.viewer_id) == 0))
		return false;
	error_set(err, ERROR_INPUT, "viewerId",
	    "A peer's heartbeat names the viewerId that it offered with, or "
	    "its peerId.");
	return true;
}

static enum verdict
view_post(struct request *request, struct error *err)
{
	const struct stream *stream = &door_call(request)->stream;
	struct live *live = door_live(request);
	struct view_body body = { .viewer_id = NULL };
	struct audience audience;
	struct json_object *reply;
	struct heartbeat heartbeat;
	char fresh[ID_BYTES];

	if (body_decode(request, FIELDS, sizeof(FIELDS) / sizeof(FIELDS[0]),
		&body, err) != 0 ||
	    limit_take(live, LIMIT_VIEW, request_client(request), err) != 0)
		return REQUEST_FAILED;
	if (view_is_anothers(request, body.viewer_id, err))
		return REQUEST_FAILED;
	if (body.viewer_id == NULL) {
		id_make(fresh, ID_CHARS);
		body.viewer_id = fresh;
	}
	heartbeat.viewer_id = body.viewer_id;
	heartbeat.leaving = body.leaving;
	heartbeat.playback = door_call(request)->playback;
	if (audience_heartbeat(live, stream, &heartbeat, &audience, err) != 0)
		return REQUEST_FAILED;
	reply = json_object_new_object();
	(void)json_object_object_add(
	    reply, "viewerId", json_object_new_string(body.viewer_id));
	(void)json_object_object_add(
	    reply, "viewers", json_object_new_int64(audience.viewers));
	(void)json_object_object_add(reply, "isLiveNow",
	    json_object_new_boolean(stream->status == STREAM_LIVE));
	return reply_json(request, 200, reply, err);
}

/* What an event stream has said, so that it says only what is new. */
struct events_state {
	int64_t ends_mono_ms; /* 0: it hasn't begun */
	int64_t viewers;
	uint64_t stream; /* a digest of what `stream` showed, counts aside */
};

static uint64_t
events_digest(const struct stream_view *view)
{
	const struct stream *stream = view->stream;
	const struct recording *recording = &view->recording;
	const char *description =
	    stream->description != NULL ? stream->description : "";
	const int64_t numbers[] = { stream->status, stream->visibility,
		stream->started_unix_ms, stream->stopped_unix_ms,
		view->recorded, recording->seq, recording->state,
		recording->mp4_bytes, recording->poster, recording->thumbs,
		view->jobs.open, view->jobs.progress };
	uint64_t digest;

	digest = digest_add(DIGEST_START, numbers, sizeof(numbers));
	digest = digest_add(
	    digest, recording->detail, strlen(recording->detail) + 1);
	digest = digest_add(digest, view->place, strlen(view->place) + 1);
	digest = digest_add(digest, stream->title, strlen(stream->title) + 1);
	return digest_add(digest, description, strlen(description));
}

static void
events_say_stream(struct request *request, const struct stream_view *shown)
{
	struct json_object *view;

	view = wire_stream(shown, request_base(request));
	reply_event(request, NULL, "stream",
	    json_object_to_json_string_ext(
		view, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	(void)json_object_put(view);
}

/* Says what changed since the last call. 0, or -1 with *err. */
static int
events_say(
    struct request *request, struct events_state *state, struct error *err)
{
	const struct call *call = door_call(request);
	const bool first = state->ends_mono_ms == 0;
	struct stream_view view;
	uint64_t digest;
	char text[48];

	if (view_load_for(door_live(request), call, &view, err) != 0)
		return -1;
	digest = events_digest(&view);
	if (first || digest != state->stream)
		events_say_stream(request, &view);
	if (first || view.audience.viewers != state->viewers) {
		(void)snprintf(text, sizeof(text), "{\"viewers\":%" PRId64 "}",
		    view.audience.viewers);
		reply_event(request, NULL, "viewers", text);
	}
	state->stream = digest;
	state->viewers = view.audience.viewers;
	return 0;
}

static enum verdict
events_get(struct request *request, struct error *err)
{
	const struct config *config = door_live(request)->config;
	const enum wake wake = request_wake(request);
	const int64_t now = clock_mono_ms();
	struct events_state *state;
	struct topic topic;

	state = request_state(request, sizeof(*state), NULL);
	if (state == NULL || wake == WAKE_GONE || wake == WAKE_STOP)
		return REQUEST_FINISHED;
	topic = live_stream_topic(door_call(request)->stream.id);
	if (request_place(request, err) != 0 ||
	    events_say(request, state, err) != 0)
		return REQUEST_FAILED;
	if (state->ends_mono_ms == 0)
		state->ends_mono_ms = now + config->sse_max_s * 1000;
	reply_events_begin(request);
	if (wake == WAKE_DEADLINE)
		reply_event_comment(request);
	if (reply_events_flush(request) != 0 || now >= state->ends_mono_ms)
		return REQUEST_FINISHED;
	return request_park(request, topic, door_call(request)->version,
	    now + config->sse_ping_s * 1000, err);
}

static const struct route TABLE[] = {
	{ .method = "POST",
	    .path = "/api/live/:id/view",
	    .handler = view_post,
	    .who = WHO_VISIBLE,
	    .body_max = 1024 },
	{ .method = "GET",
	    .path = "/api/live/:id/events",
	    .handler = events_get,
	    .who = WHO_VISIBLE,
	    .waits = true },
};

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "view", ROUTES(TABLE) });
}
