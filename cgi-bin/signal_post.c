/*
 * POST /api/live/:id/signal. Most messages are stored and acknowledged; a
 * viewer's offer is stored and parked until the publisher's answer is there
 * (door_offer.h).
 */
#include <string.h>

#include <json-c/json.h>

#include "door.h"
#include "door_offer.h"
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
    const struct offer *offer)
{
	(void)json_object_object_add(
	    reply, "peerId", json_object_new_string(offer->grant.peer.peer_id));
	(void)json_object_object_add(
	    reply, "peerToken", json_object_new_string(offer->token));
	(void)json_object_object_add(reply, "iceServers",
	    json_object_get(door_live(request)->ice_servers));
}

static enum verdict
offer_accepted(
    struct request *request, const struct offer *offer, struct error *err)
{
	struct json_object *reply = json_object_new_object();

	grant_add(request, reply, offer);
	reply_header(request, "Preference-Applied", "respond-async");
	return reply_json(request, 202, reply, err);
}

static enum verdict
offer_answered(struct request *request, const struct offer *offer,
    const struct mail *mail, struct error *err)
{
	struct json_object *reply = json_object_new_object();

	(void)json_object_object_add(reply, "type",
	    json_object_new_string(MAIL_TYPE_NAMES[MAIL_ANSWER]));
	(void)json_object_object_add(reply, "data", wire_data(mail->data));
	grant_add(request, reply, offer);
	return reply_json(request, 200, reply, err);
}

static enum verdict
offer_post(
    struct request *request, const struct signal *signal, struct error *err)
{
	struct offer *offer = offer_state(request, err);

	if (offer == NULL || offer_begin(request, signal, offer, err) != 0)
		return REQUEST_FAILED;
	if (request_prefers(request, "respond-async"))
		return offer_accepted(request, offer, err);
	return offer_wait(request, offer_answered, err);
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
	struct signal signal = { .type = MAIL_OFFER };

	if (request_wake(request) != WAKE_FIRST)
		return offer_wait(request, offer_answered, err);
	if (signal_decode(request, &signal, err) != 0)
		return REQUEST_FAILED;
	if (signal.type == MAIL_OFFER && (!publisher || signal.to == NULL))
		return offer_post(request, &signal, err);
	return message_post(request, &signal, err);
}
