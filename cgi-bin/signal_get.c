/*
 * GET /api/live/:id/signal: the caller's mailbox. A long-poll answers as soon
 * as there is a message, or empty when its wait ends; an event stream goes on.
 * Either way the caller is present while it reads (signaling_attend).
 *
 *	FIRST -> attend, read -> anything? answer : parked -EVENT-> read ...
 */
#include <stdio.h>

#include <json-c/json.h>

#include "base/clock.h"
#include "door.h"
#include "live/signaling.h"
#include "live/wire.h"
#include "signal_handlers.h"

#define WAIT_MAX_S 25
#define SETTLE_MS 15000

struct read_state {
	struct cursor cursor; /* behind what was sent */
	/*
	 * An event stream's client can't say what it has got. What was written
	 * half a minute ago, with writes that succeeded since, counts as read;
	 * until then a client that breaks off can come back for it.
	 */
	struct cursor read, settling;
	int64_t settle_mono_ms;
	int64_t wait_s;
	int64_t deadline_mono_ms; /* of the whole request */
	bool events;
	bool begun;
};

/* The cursor: `after`, or for an event stream what it was last given. */
static int
read_cursor(
    struct request *request, struct read_state *state, struct error *err)
{
	const char *last = request_header(request, "Last-Event-ID");
	char after[CURSOR_BYTES];
	int found;

	if (state->events && last != NULL && last[0] != '\0')
		return cursor_parse(last, &state->cursor, err);
	found = request_query(request, "after", after, sizeof(after), err);
	if (found <= 0)
		return found;
	return cursor_parse(after, &state->cursor, err);
}

static int
read_begin(struct request *request, struct read_state *state, struct error *err)
{
	static const int64_t WAITS[2] = { 0, WAIT_MAX_S };
	const struct config *config = door_live(request)->config;
	const struct call *call = door_call(request);

	state->begun = true;
	state->events = request_wants_events(request);
	if (request_query_int(request, "wait", WAITS, &state->wait_s, err) !=
		0 ||
	    read_cursor(request, state, err) != 0)
		return -1;
	if (state->events)
		state->wait_s = config->sse_ping_s;
	state->deadline_mono_ms =
	    clock_mono_ms() +
	    (state->events ? config->sse_max_s : state->wait_s) * 1000;
	if ((state->wait_s > 0 && request_place(request, err) != 0) ||
	    signaling_attend(door_live(request), call, state->wait_s,
		&state->cursor, err) != 0)
		return -1;
	state->read = state->settling = state->cursor;
	state->settle_mono_ms = clock_mono_ms();
	return 0;
}

static enum verdict
read_answer(struct request *request, const struct read_state *state,
    struct mail *mails, int count, struct error *err)
{
	struct json_object *reply = json_object_new_object();
	struct json_object *list = json_object_new_array();
	char cursor[CURSOR_BYTES];
	int i;

	for (i = 0; i < count; i++) {
		(void)json_object_array_add(list, wire_mail(&mails[i]));
		mail_free(&mails[i]);
	}
	cursor_format(&state->cursor, cursor);
	(void)json_object_object_add(reply, "messages", list);
	(void)json_object_object_add(
	    reply, "cursor", json_object_new_string(cursor));
	if (door_call(request)->caller.role == ROLE_PUBLISHER)
		(void)json_object_object_add(reply, "iceServers",
		    json_object_get(door_live(request)->ice_servers));
	return reply_json(request, 200, reply, err);
}

static void
read_events(struct request *request, const struct read_state *state,
    struct mail *mails, int count)
{
	struct cursor cursor = state->cursor;
	struct json_object *message;
	char id[CURSOR_BYTES];
	int i;

	reply_events_begin(request);
	for (i = 0; i < count; i++) {
		cursor.id = mails[i].id;
		cursor_format(&cursor, id);
		message = wire_mail(&mails[i]);
		reply_event(request, id, MAIL_TYPE_NAMES[mails[i].type],
		    json_object_to_json_string_ext(
			message, JSON_C_TO_STRING_PLAIN |
				     JSON_C_TO_STRING_NOSLASHESCAPE));
		(void)json_object_put(message);
		mail_free(&mails[i]);
	}
}

/* Renews an event stream's presence, and counts as read what may be. */
static int
events_attend(struct request *request, struct read_state *state,
    int64_t now_mono_ms, struct error *err)
{
	if (now_mono_ms - state->settle_mono_ms >= SETTLE_MS) {
		state->read = state->settling;
		state->settling = state->cursor;
		state->settle_mono_ms = now_mono_ms;
	}
	if (signaling_attend(door_live(request), door_call(request),
		state->wait_s, &state->read, err) != 0)
		return -1;
	state->cursor.lease_steady_ms = state->read.lease_steady_ms;
	return 0;
}

/* An event stream's turn is over: send, renew the presence, wait on. */
static enum verdict
events_go_on(struct request *request, struct read_state *state,
    const struct topic *topic, uint32_t version, struct error *err)
{
	struct live *live = door_live(request);
	const struct call *call = door_call(request);
	const int64_t now = clock_mono_ms();

	if (request_wake(request) == WAKE_DEADLINE)
		reply_event_comment(request);
	if (reply_events_flush(request) != 0) {
		signaling_vanished(live, call, &state->cursor);
		return REQUEST_FINISHED;
	}
	if (request_wake(request) == WAKE_STOP ||
	    now >= state->deadline_mono_ms)
		return REQUEST_FINISHED;
	/* The write went through, so somebody is there. */
	if (request_wake(request) != WAKE_FIRST &&
	    events_attend(request, state, now, err) != 0)
		return REQUEST_FAILED;
	return request_park(
	    request, *topic, version, now + state->wait_s * 1000, err);
}

/* A replaced publisher's event stream can't have a problem document. */
static enum verdict
read_failed(struct request *request, const struct read_state *state,
    const struct error *err)
{
	if (state->events && err->code == ERROR_REPLACED &&
	    request_wake(request) != WAKE_FIRST) {
		reply_event(request, NULL, "publisher-replaced", "{}");
		if (reply_events_flush(request) != 0)
			return REQUEST_FINISHED;
	}
	return REQUEST_FAILED;
}

static enum verdict
read_turn(struct request *request, struct read_state *state, struct error *err)
{
	struct call *call = door_call(request);
	const struct topic topic = signaling_topic(call);
	const uint32_t version = topic_version(topic);
	struct mail mails[SIGNALING_READ_MAX];
	int count;

	count = signaling_read(
	    door_live(request), call, &state->cursor, mails, err);
	if (count < 0)
		return read_failed(request, state, err);
	if (state->events) {
		read_events(request, state, mails, count);
		return events_go_on(request, state, &topic, version, err);
	}
	if (count > 0 || request_wake(request) == WAKE_STOP ||
	    clock_mono_ms() >= state->deadline_mono_ms)
		return read_answer(request, state, mails, count, err);
	return request_park(
	    request, topic, version, state->deadline_mono_ms, err);
}

enum verdict
signal_get(struct request *request, struct error *err)
{
	struct call *call = door_call(request);
	struct read_state *state;

	state = request_state(request, sizeof(*state), NULL);
	if (state == NULL) {
		error_set(err, ERROR_SYSTEM, NULL, "out of memory");
		return REQUEST_FAILED;
	}
	if (request_wake(request) == WAKE_GONE) {
		signaling_vanished(door_live(request), call, &state->cursor);
		return REQUEST_FINISHED;
	}
	if (!state->begun && read_begin(request, state, err) != 0)
		return REQUEST_FAILED;
	return read_turn(request, state, err);
}
