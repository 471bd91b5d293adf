/*
 * /whep/:id/events: what a session wants to hear, and the event stream that
 * says it. All is said from how things stand, so an event that was missed in a
 * break is said again, and one that came and went isn't.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "base/clock.h"
#include "door.h"
#include "live/whep.h"
#include "whep_handlers.h"

/* The event of that name, or WHEP_EVENT__MAX. */
static unsigned int
event_named(const char *name)
{
	unsigned int i = 0;

	while (i < WHEP_EVENT__MAX && strcmp(WHEP_EVENT_NAMES[i], name) != 0)
		i++;
	return i;
}

/* An array of names into bits; an empty one asks for all. */
static int
events_read(struct json_object *list, unsigned int *events, struct error *err)
{
	struct json_object *name;
	unsigned int event;
	size_t i;

	if (!json_object_is_type(list, json_type_array))
		return error_set(err, ERROR_INPUT, NULL,
		    "Send a JSON array of event names.");
	for (i = 0; i < json_object_array_length(list); i++) {
		name = json_object_array_get_idx(list, i);
		if (!json_object_is_type(name, json_type_string))
			return error_set(err, ERROR_INPUT, NULL,
			    "An event's name is a string.");
		event = event_named(json_object_get_string(name));
		if (event == WHEP_EVENT__MAX)
			return error_set(err, ERROR_INPUT, NULL,
			    "There is no event \"%.40s\".",
			    json_object_get_string(name));
		*events |= 1u << event;
	}
	if (*events == 0)
		*events = WHEP_EVENTS_ALL;
	return 0;
}

enum verdict
whep_events_post(struct request *request, struct error *err)
{
	struct json_object *list;
	char url[WHEP_URL_BYTES];
	unsigned int events = 0;
	const char *body;
	size_t size;
	int rc;

	body = request_body(request, &size);
	if (size == 0) {
		body = "[]";
		size = strlen(body);
	}
	if (body_parse(body, size, &list, err) != 0)
		return REQUEST_FAILED;
	rc = events_read(list, &events, err);
	(void)json_object_put(list);
	if (rc != 0 ||
	    whep_want(door_live(request), door_call(request), events, err) != 0)
		return REQUEST_FAILED;
	whep_url(request, request_param(request), "/events/stream", url);
	reply_header(request, "Location", url);
	return reply_empty(request, 201);
}

static int
no_stream(struct error *err)
{
	return error_set(err, ERROR_SESSION_UNKNOWN, NULL,
	    "This session has no event stream; POST to its events first.");
}

enum verdict
whep_stream_delete(struct request *request, struct error *err)
{
	if (door_call(request)->caller.peer.events == 0)
		no_stream(err);
	else if (whep_want(door_live(request), door_call(request), 0, err) == 0)
		return reply_empty(request, 200);
	return REQUEST_FAILED;
}

/* What was said last. */
struct stream_state {
	int64_t ends_mono_ms; /* 0: it hasn't begun */
	int64_t alive_mono_ms;
	struct whep_state said;
};

static void
say(struct request *request, enum whep_event event, const char *data)
{
	if ((door_call(request)->caller.peer.events & 1u << event) != 0)
		reply_event(request, NULL, WHEP_EVENT_NAMES[event], data);
}

/* Says what changed. At the beginning, only what is: never `inactive`. */
static void
say_changes(struct request *request, const struct stream_state *state,
    const struct whep_state *now)
{
	const struct whep_state *said = &state->said;
	const bool first = state->ends_mono_ms == 0;
	char data[WHEP_URL_BYTES + 32];

	if (now->active && !said->active)
		say(request, WHEP_ACTIVE, "{}");
	if (!now->active && said->active)
		say(request, WHEP_INACTIVE, "{}");
	if (first || now->viewers != said->viewers) {
		(void)snprintf(data, sizeof(data),
		    "{\"viewercount\":%" PRId64 "}", now->viewers);
		say(request, WHEP_VIEWERCOUNT, data);
	}
	if (now->orphaned && !said->orphaned) {
		(void)snprintf(data, sizeof(data),
		    "{\"url\":\"%s/api/live/%s/whep\"}", request_base(request),
		    door_call(request)->stream.id);
		say(request, WHEP_RECONNECT, data);
	}
}

/* One turn of the stream: says, renews the session, waits on. */
static enum verdict
stream_turn(
    struct request *request, struct stream_state *state, struct error *err)
{
	struct live *live = door_live(request);
	const int64_t now = clock_mono_ms(), alive_s = whep_alive_s(live);
	struct whep_state stands;

	if (request_place(request, err) != 0 ||
	    whep_state(live, door_call(request), &stands, err) != 0)
		return REQUEST_FAILED;
	say_changes(request, state, &stands);
	state->said = stands;
	if (state->ends_mono_ms == 0)
		state->ends_mono_ms = now + live->config->sse_max_s * 1000;
	reply_events_begin(request);
	if (request_wake(request) == WAKE_DEADLINE)
		reply_event_comment(request);
	if (reply_events_flush(request) != 0 || now >= state->ends_mono_ms)
		return REQUEST_FINISHED;
	/* The write went through, so somebody is there. */
	if (now >= state->alive_mono_ms) {
		if (whep_alive(live, door_call(request), err) != 0)
			return REQUEST_FAILED;
		state->alive_mono_ms = now + alive_s * 1000;
	}
	return request_park(request,
	    live_stream_topic(door_call(request)->stream.id),
	    door_call(request)->version, state->alive_mono_ms, err);
}

enum verdict
whep_stream_get(struct request *request, struct error *err)
{
	const enum wake wake = request_wake(request);
	struct stream_state *state;

	state = request_state(request, sizeof(*state), NULL);
	if (state == NULL || wake == WAKE_GONE || wake == WAKE_STOP)
		return REQUEST_FINISHED;
	if (door_call(request)->caller.peer.events == 0) {
		no_stream(err);
		return REQUEST_FAILED;
	}
	return stream_turn(request, state, err);
}
