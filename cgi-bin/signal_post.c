/*
 * POST /api/live/:id/signal. Most messages are stored and acknowledged; a
 * viewer's offer is stored and parked until the publisher's answer is there:
 *
 *	FIRST -> offered -> parked -EVENT-> answer there? 200 : parked
 *	                           -DEADLINE-> 504   -STOP-> 503
 */
#include <string.h>

#include <json-c/json.h>

#include "base/clock.h"
#include "door.h"
#include "live/limit.h"
#include "live/signaling.h"
#include "live/wire.h"
#include "signal_handlers.h"

#define SENT_TYPES (MAIL_BYE + 1) /* those a client may send */

struct signal_body {
	int type;
	const char *data, *to, *viewer_id;
};

static const struct field FIELDS[] = {
	{ .name = "type",
	    .type = FIELD_WORD,
	    .required = true,
	    .words = MAIL_TYPE_NAMES,
	    .word_count = SENT_TYPES,
	    .offset = offsetof(struct signal_body, type) },
	{ .name = "data",
	    .type = FIELD_JSON,
	    .max = 2 * 1024 * 1024,
	    .offset = offsetof(struct signal_body, data) },
	{ .name = "to",
	    .type = FIELD_ID,
	    .offset = offsetof(struct signal_body, to) },
	{ .name = "viewerId",
	    .type = FIELD_ID,
	    .offset = offsetof(struct signal_body, viewer_id) },
};

/* An offer on its way. */
struct offer_state {
	struct grant grant;
	char token[KEY_BYTES]; /* what the viewer shows from now on */
	int64_t deadline_mono_ms;
};

static void
offer_release(void *memory)
{
	secret_wipe(memory, sizeof(struct offer_state));
}

static int
signal_decode(struct request *request, struct signal *signal, struct error *err)
{
	const struct config *config = door_live(request)->config;
	struct signal_body body = { .data = NULL };

	if (body_decode(request, FIELDS, sizeof(FIELDS) / sizeof(FIELDS[0]),
		&body, err) != 0)
		return -1;
	signal->type = (enum mail_type)body.type;
	signal->data = body.data != NULL ? body.data : "null";
	signal->to = body.to;
	signal->viewer_id = body.viewer_id;
	if (strlen(signal->data) > (size_t)config->signal_bytes_max)
		return error_set(err, ERROR_TOO_LARGE, "data",
		    "data may have %lld bytes; it has %zu.",
		    (long long)config->signal_bytes_max, strlen(signal->data));
	if (signal->data == body.data || signal->type == MAIL_BYE ||
	    signal->type == MAIL_ICE_CANDIDATE)
		return 0;
	return error_set(err, ERROR_INPUT, "data", "data is missing.");
}

static void
grant_add(struct request *request, struct json_object *reply,
    const struct offer_state *state)
{
	(void)json_object_object_add(
	    reply, "peerId", json_object_new_string(state->grant.peer.peer_id));
	(void)json_object_object_add(
	    reply, "peerToken", json_object_new_string(state->token));
	(void)json_object_object_add(reply, "iceServers",
	    json_object_get(door_live(request)->ice_servers));
}

static enum verdict
offer_accepted(
    struct request *request, const struct offer_state *state, struct error *err)
{
	struct json_object *reply = json_object_new_object();

	grant_add(request, reply, state);
	reply_header(request, "Preference-Applied", "respond-async");
	return reply_json(request, 202, reply, err);
}

static enum verdict
offer_answered(struct request *request, const struct offer_state *state,
    struct mail *mail, struct error *err)
{
	struct json_object *reply = json_object_new_object();

	(void)json_object_object_add(reply, "type",
	    json_object_new_string(MAIL_TYPE_NAMES[MAIL_ANSWER]));
	(void)json_object_object_add(reply, "data", wire_data(mail->data));
	mail_free(mail);
	grant_add(request, reply, state);
	return reply_json(request, 200, reply, err);
}

/* Is the answer there? Else it waits on. */
static enum verdict
offer_look(
    struct request *request, struct offer_state *state, struct error *err)
{
	const struct topic topic = live_mail_topic(
	    state->grant.peer.stream_id, state->grant.peer.peer_id);
	const uint32_t version = topic_version(topic);
	struct mail mail = { .data = NULL };
	int found;

	if (door_call(request)->stream.status != STREAM_LIVE)
		found = error_set_retry(err, ERROR_NOT_LIVE, 5,
		    "The stream stopped before it was answered.");
	else
		found = signaling_take_answer(
		    door_live(request), &state->grant, &mail, err);
	if (found == 1)
		return offer_answered(request, state, &mail, err);
	if (found == 0 && request_wake(request) == WAKE_STOP)
		found = error_set_retry(err, ERROR_SHUTDOWN, 1,
		    "The server restarts. Offer again.");
	else if (found == 0 && clock_mono_ms() >= state->deadline_mono_ms)
		found = error_set_retry(err, ERROR_NO_ANSWER, 1,
		    "The broadcaster's page didn't answer in time. "
		    "Offer again.");
	if (found < 0)
		return REQUEST_FAILED;
	return request_park(
	    request, topic, version, state->deadline_mono_ms, err);
}

/* A peer whose client never gets its token is nobody's: taken back. */
static enum verdict
offer_wait(struct request *request, struct error *err)
{
	struct offer_state *state =
	    request_state(request, sizeof(*state), offer_release);
	enum verdict verdict = REQUEST_FINISHED;

	if (request_wake(request) != WAKE_GONE)
		verdict = offer_look(request, state, err);
	if ((verdict == REQUEST_FAILED || request_wake(request) == WAKE_GONE) &&
	    state->grant.token[0] != '\0')
		signaling_abandon(door_live(request), &state->grant);
	return verdict;
}

static enum verdict
offer_post(
    struct request *request, const struct signal *signal, struct error *err)
{
	const struct call *call = door_call(request);
	struct live *live = door_live(request);
	struct offer_state *state;
	int shown = 0;

	state = request_state(request, sizeof(*state), offer_release);
	if (state == NULL) {
		error_set(err, ERROR_SYSTEM, NULL, "out of memory");
		return REQUEST_FAILED;
	}
	if (limit_take(live, LIMIT_OFFER, request_client(request), err) != 0 ||
	    signaling_offer(live, call, signal, &state->grant, err) != 0)
		return REQUEST_FAILED;
	if (state->grant.token[0] != '\0')
		memcpy(state->token, state->grant.token, sizeof(state->token));
	else
		shown = request_secret(
		    request, state->token, sizeof(state->token), err);
	if (shown < 0)
		return REQUEST_FAILED;
	if (request_prefers(request, "respond-async"))
		return offer_accepted(request, state, err);
	state->deadline_mono_ms =
	    clock_mono_ms() + live->config->answer_wait_s * 1000;
	return offer_wait(request, err);
}

static enum verdict
message_post(
    struct request *request, const struct signal *signal, struct error *err)
{
	const struct call *call = door_call(request);
	struct live *live = door_live(request);
	struct json_object *reply;

	if (call->caller.role == ROLE_VIEWER &&
	    limit_take(live, LIMIT_SIGNAL, call->caller.peer.peer_id, err) != 0)
		return REQUEST_FAILED;
	if (signaling_send(live, call, signal, err) != 0)
		return REQUEST_FAILED;
	reply = json_object_new_object();
	(void)json_object_object_add(
	    reply, "success", json_object_new_boolean(true));
	return reply_json(request, 200, reply, err);
}

enum verdict
signal_post(struct request *request, struct error *err)
{
	const bool publisher =
	    door_call(request)->caller.role == ROLE_PUBLISHER;
	struct signal signal;

	if (request_wake(request) != WAKE_FIRST)
		return offer_wait(request, err);
	if (signal_decode(request, &signal, err) != 0)
		return REQUEST_FAILED;
	if (signal.type == MAIL_OFFER && (!publisher || signal.to == NULL))
		return offer_post(request, &signal, err);
	return message_post(request, &signal, err);
}
