/*
 * /whep/:id, a WHEP session: candidates, ICE restarts, the answer to a
 * counter-offer, its end.
 */
#include <string.h>

#include <json-c/json.h>

#include "base/buf.h"
#include "door.h"
#include "door_offer.h"
#include "live/limit.h"
#include "live/whep.h"
#include "door_webrtc.h"
#include "whep_handlers.h"

#define FRAGMENT_MAX 65536

struct alive_body {
	const char *peers;
};

static const struct field FIELDS[] = {
	{ .name = "peers",
	    .type = FIELD_JSON,
	    .required = true,
	    .max = 65536,
	    .offset = offsetof(struct alive_body, peers) },
};

enum verdict
whep_session_get(struct request *request, struct error *err)
{
	(void)err;
	return reply_empty(request, 204);
}

/* The publisher's fragment, under a new tag. */
static enum verdict
restart_reply(struct request *request, const struct offer *offer,
    const struct whep_answer *answer, struct error *err)
{
	struct content content = { .type = SDP_FRAGMENT_TYPE };
	struct buf fragment;

	buf_init(&fragment, FRAGMENT_MAX);
	sdp_write_fragment(&answer->sdp, &fragment);
	if (fragment.failed) {
		buf_free(&fragment);
		error_set(err, ERROR_SYSTEM, NULL, "out of memory");
		return REQUEST_FAILED;
	}
	webrtc_tag(request, offer->ice);
	content.bytes = fragment.data;
	content.size = fragment.size;
	(void)reply_content(request, 200, &content);
	buf_free(&fragment);
	return REQUEST_FINISHED;
}

static enum verdict
restart_answered(struct request *request, const struct offer *offer,
    const struct mail *mail, struct error *err)
{
	struct whep_answer answer;
	enum verdict verdict = REQUEST_FAILED;
	int rc;

	rc = whep_answer_read(mail, offer->attempt, &answer, err);
	if (rc != 1)
		return rc == 0 ? REQUEST_PARKED : REQUEST_FAILED;
	if (answer.is_offer)
		error_set(err, ERROR_ANSWER, NULL,
		    "The broadcaster's page can't restart ICE.");
	else if (whep_restarted(door_live(request), &offer->grant.peer,
		     offer->ice, err) == 0)
		verdict = restart_reply(request, offer, &answer, err);
	whep_answer_free(&answer);
	return verdict;
}

static enum verdict
session_restart(struct request *request, struct text fragment, int64_t ice,
    struct error *err)
{
	const struct signal signal = { .type = MAIL_OFFER };
	struct offer *offer = offer_state(request, err);
	struct buf data;

	if (offer == NULL)
		return REQUEST_FAILED;
	offer->attempt = id_number();
	offer->ice = ice;
	whep_restart_data(&data, fragment, offer->attempt);
	if (whep_send(request, offer, &signal, &data, err) != 0)
		return REQUEST_FAILED;
	return offer_wait(request, restart_answered, err);
}

/* New credentials are a restart, whatever else the fragment holds. */
static enum verdict
session_trickle(struct request *request, struct error *err)
{
	const struct call *call = door_call(request);
	const int64_t ice = call->caller.peer.ice;
	struct text text;
	struct sdp fragment;

	if (webrtc_match(request, ice, err) != 0 ||
	    webrtc_fragment(request, &text, &fragment, err) != 0)
		return REQUEST_FAILED;
	if (sdp_ice(&fragment).ufrag.at != NULL &&
	    sdp_ice_tag(&fragment) != ice)
		return session_restart(
		    request, text, sdp_ice_tag(&fragment), err);
	if (limit_take(door_live(request), LIMIT_SIGNAL,
		call->caller.peer.peer_id, err) != 0 ||
	    whep_trickle(door_live(request), call, &fragment, err) != 0)
		return REQUEST_FAILED;
	return reply_empty(request, 204);
}

/* The answer to a counter-offer: no If-Match, for it is no ICE session yet. */
static enum verdict
session_accept(struct request *request, struct error *err)
{
	struct text text;
	struct sdp sdp;

	if (webrtc_body(request, &text, err) != 0 ||
	    sdp_parse(&sdp, text.at, text.size, err) != 0 ||
	    whep_accept(door_live(request), door_call(request), text, err) != 0)
		return REQUEST_FAILED;
	return reply_empty(request, 204);
}

enum verdict
whep_session_patch(struct request *request, struct error *err)
{
	if (request_wake(request) != WAKE_FIRST)
		return offer_wait(request, restart_answered, err);
	if (request_body_is(request, SDP_TYPE))
		return session_accept(request, err);
	return session_trickle(request, err);
}

enum verdict
whep_session_delete(struct request *request, struct error *err)
{
	const struct signal bye = { .type = MAIL_BYE, .data = "null" };

	if (signaling_send(door_live(request), door_call(request), &bye, err) !=
	    0)
		return REQUEST_FAILED;
	return reply_empty(request, 200);
}

/* Renews those that are named; gives those that nobody knows. */
static int
alive_each(struct request *request, struct json_object *peers,
    struct json_object *gone, struct error *err)
{
	struct json_object *peer;
	const char *id;
	size_t i;
	int there;

	for (i = 0; i < json_object_array_length(peers); i++) {
		peer = json_object_array_get_idx(peers, i);
		id = json_object_get_string(peer);
		if (!json_object_is_type(peer, json_type_string) ||
		    !id_valid(id, ID_CHARS))
			return error_set(err, ERROR_INPUT, "peers",
			    "peers is an array of peerIds.");
		there = whep_peer_alive(
		    door_live(request), door_call(request), id, err);
		if (there < 0)
			return -1;
		if (there == 0)
			(void)json_object_array_add(
			    gone, json_object_get(peer));
	}
	return 0;
}

enum verdict
whep_alive_post(struct request *request, struct error *err)
{
	struct alive_body body = { .peers = NULL };
	struct json_object *peers = NULL, *gone, *reply;
	int rc = -1;

	if (body_decode(request, FIELDS, 1, &body, err) != 0 ||
	    body_parse(body.peers, strlen(body.peers), &peers, err) != 0)
		return REQUEST_FAILED;
	gone = json_object_new_array();
	if (json_object_is_type(peers, json_type_array))
		rc = alive_each(request, peers, gone, err);
	else
		error_set(
		    err, ERROR_INPUT, "peers", "peers is an array of peerIds.");
	(void)json_object_put(peers);
	if (rc != 0) {
		(void)json_object_put(gone);
		return REQUEST_FAILED;
	}
	reply = json_object_new_object();
	(void)json_object_object_add(reply, "gone", gone);
	(void)json_object_object_add(reply, "intervalSeconds",
	    json_object_new_int64(whep_alive_s(door_live(request))));
	return reply_json(request, 200, reply, err);
}
