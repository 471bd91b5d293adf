/*
 * WHEP sessions. Nothing of an SDP is kept: the publisher's page has it.
 */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/steady.h"
#include "live/audience.h"
#include "live/whep.h"
#include "live/wire.h"

#define DATA_MAX (4 * 1024 * 1024)
#define ALIVE_MAX_S 15
#define ALIVE_PARTS 3 /* of a lease: two signs may be lost */

const char *const WHEP_EVENT_NAMES[WHEP_EVENT__MAX] = {
	[WHEP_ACTIVE] = "active",
	[WHEP_INACTIVE] = "inactive",
	[WHEP_VIEWERCOUNT] = "viewercount",
	[WHEP_RECONNECT] = "reconnect",
};

static void
add_text(struct json_object *to, const char *name, struct text text)
{
	(void)json_object_object_add(
	    to, name, json_object_new_string_len(text.at, (int)text.size));
}

/* The object as a text; it is put away. */
static void
data_write(struct buf *to, struct json_object *data)
{
	const char *text = NULL;

	buf_init(to, DATA_MAX);
	if (data != NULL)
		text = json_object_to_json_string_ext(data,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text != NULL)
		buf_text(to, text);
	else
		to->failed = true;
	(void)json_object_put(data);
}

/* What every offer's message has. */
static struct json_object *
data_begin(int64_t attempt)
{
	struct json_object *data = json_object_new_object();

	(void)json_object_object_add(
	    data, "type", json_object_new_string(MAIL_TYPE_NAMES[MAIL_OFFER]));
	(void)json_object_object_add(
	    data, "attempt", json_object_new_int64(attempt));
	/* A player can't be told candidates behind the answer. */
	(void)json_object_object_add(
	    data, "trickle", json_object_new_boolean(false));
	return data;
}

void
whep_offer_data(struct buf *to, struct text sdp, int64_t attempt)
{
	struct json_object *data = data_begin(attempt);

	add_text(data, "sdp", sdp);
	data_write(to, data);
}

void
whep_restart_data(struct buf *to, struct text fragment, int64_t attempt)
{
	struct json_object *data = data_begin(attempt);

	(void)json_object_object_add(
	    data, "restart", json_object_new_boolean(true));
	add_text(data, "sdpfrag", fragment);
	data_write(to, data);
}

/* Takes the SDP out of {type, sdp, attempt?}. 1, 0, or -1, as said above. */
static int
answer_take(struct json_object *data, int64_t attempt,
    struct whep_answer *answer, struct error *err)
{
	struct json_object *sdp, *echo;

	if (json_object_object_get_ex(data, "attempt", &echo) &&
	    json_object_get_int64(echo) != attempt)
		return 0;
	if (!json_object_object_get_ex(data, "sdp", &sdp) ||
	    !json_object_is_type(sdp, json_type_string))
		return error_set(err, ERROR_ANSWER, NULL,
		    "The broadcaster's page answered without an SDP.");
	answer->text = strdup(json_object_get_string(sdp));
	if (answer->text == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	if (sdp_parse(&answer->sdp, answer->text, strlen(answer->text), err) ==
	    0)
		return 1;
	err->code = ERROR_ANSWER;
	return -1;
}

int
whep_answer_read(const struct mail *mail, int64_t attempt,
    struct whep_answer *answer, struct error *err)
{
	struct json_object *data;
	int rc;

	memset(answer, 0, sizeof(*answer));
	answer->is_offer = mail->type == MAIL_OFFER;
	data = json_tokener_parse(mail->data);
	rc = answer_take(data, attempt, answer, err);
	(void)json_object_put(data);
	if (rc != 1)
		whep_answer_free(answer);
	return rc;
}

void
whep_answer_free(struct whep_answer *answer)
{
	free(answer->text);
	answer->text = NULL;
}

/* Sends an object, which is put away, to the publisher. */
static int
session_send(struct live *live, const struct call *call, enum mail_type type,
    struct json_object *data, struct error *err)
{
	struct signal signal = { .type = type };
	struct buf text;
	int rc;

	data_write(&text, data);
	signal.data = text.data;
	rc = text.failed ? error_set(err, ERROR_SYSTEM, NULL, "out of memory")
			 : signaling_send(live, call, &signal, err);
	buf_free(&text);
	return rc;
}

/* One candidate as pages hand it to RTCPeerConnection. */
static int
trickle_one(struct live *live, const struct call *call, const struct sdp *from,
    const struct sdp_candidate *candidate, struct error *err)
{
	const struct text mid = from->media[candidate->media].mid;
	const struct text ufrag = sdp_ice(from).ufrag;
	struct json_object *data = json_object_new_object();

	add_text(data, "candidate", candidate->text);
	if (mid.at != NULL)
		add_text(data, "sdpMid", mid);
	else
		(void)json_object_object_add(data, "sdpMLineIndex",
		    json_object_new_int(candidate->media));
	if (ufrag.at != NULL)
		add_text(data, "usernameFragment", ufrag);
	return session_send(live, call, MAIL_ICE_CANDIDATE, data, err);
}

int
whep_trickle(struct live *live, const struct call *call,
    const struct sdp *fragment, struct error *err)
{
	const struct sdp_candidate end = { .text = { "", 0 } };
	int i;

	for (i = 0; i < fragment->candidate_count; i++)
		if (trickle_one(live, call, fragment, &fragment->candidates[i],
			err) != 0)
			return -1;
	if (!fragment->ended)
		return 0;
	return trickle_one(live, call, fragment, &end, err);
}

/* One change of a session's row, which must be there. */
static int
session_write(struct live *live, const struct peer *peer,
    int (*write)(struct store *, const struct peer *, int64_t, struct error *),
    int64_t number, struct error *err)
{
	struct change change;
	int was;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	was = change_wakes(&change, live_stream_topic(peer->stream_id), err);
	if (was == 0)
		was = write(live->store, peer, number, err);
	if (was == 0)
		was = error_set(
		    err, ERROR_SESSION_UNKNOWN, NULL, "The session has ended.");
	return change_end(&change, was < 0 ? -1 : 0, err);
}

int
whep_restarted(
    struct live *live, const struct peer *peer, int64_t ice, struct error *err)
{
	return session_write(live, peer, store_peer_set_ice, ice, err);
}

int
whep_countered(struct live *live, const struct peer *peer, struct error *err)
{
	return session_write(live, peer, store_peer_set_offer,
	    steady_now_ms() + WHEP_OFFER_S * 1000, err);
}

int
whep_accept(struct live *live, const struct call *call, struct text sdp,
    struct error *err)
{
	const struct peer *peer = &call->caller.peer;
	struct json_object *data;

	if (peer->offer_until_steady_ms == 0)
		return error_set(err, ERROR_NO_OFFER, NULL,
		    "This session has no counter-offer to answer.");
	if (peer->offer_until_steady_ms <= steady_now_ms())
		return error_set(err, ERROR_EXPIRED, NULL,
		    "The counter-offer stood for %d seconds. POST anew.",
		    WHEP_OFFER_S);
	data = json_object_new_object();
	(void)json_object_object_add(
	    data, "type", json_object_new_string(MAIL_TYPE_NAMES[MAIL_ANSWER]));
	add_text(data, "sdp", sdp);
	if (session_send(live, call, MAIL_ANSWER, data, err) != 0)
		return -1;
	return session_write(live, peer, store_peer_set_offer, 0, err);
}

int
whep_want(struct live *live, const struct call *call, unsigned int events,
    struct error *err)
{
	return session_write(
	    live, &call->caller.peer, store_peer_set_events, events, err);
}

int
whep_state(struct live *live, const struct call *call, struct whep_state *state,
    struct error *err)
{
	struct audience audience;
	int64_t session = 0;
	int present;

	present = signaling_publisher(live, call->stream.id, &session, err);
	if (present < 0 ||
	    audience_get(live, call->stream.id, &audience, err) != 0)
		return -1;
	state->active = call->stream.status == STREAM_LIVE && present == 1;
	state->orphaned = state->active && session != call->caller.peer.session;
	state->viewers = audience.viewers;
	return 0;
}

/* Renews a peer's lease, and its viewer's. 1, 0 if it left, -1 with *err. */
static int
peer_renew(struct live *live, const struct stream *stream,
    const struct peer *peer, struct error *err)
{
	struct change change;
	int rc;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	rc = change_end(
	    &change, signaling_renew_peer(&change, stream, peer, 0, err), err);
	if (rc == 0)
		return 1;
	return err->code == ERROR_TOKEN_WRONG ? 0 : -1;
}

int
whep_alive(struct live *live, const struct call *call, struct error *err)
{
	/* One that is on its way out isn't kept. */
	return peer_renew(live, &call->stream, &call->caller.peer, err) < 0 ? -1
									    : 0;
}

int64_t
whep_alive_s(const struct live *live)
{
	const int64_t part = live->config->viewer_timeout_s / ALIVE_PARTS;

	if (part < 1)
		return 1;
	return part < ALIVE_MAX_S ? part : ALIVE_MAX_S;
}

int
whep_peer_alive(struct live *live, const struct call *call, const char *peer_id,
    struct error *err)
{
	struct peer peer;
	int found;

	found =
	    store_peer_get(live->store, call->stream.id, peer_id, &peer, err);
	if (found != 1)
		return found;
	return peer_renew(live, &call->stream, &peer, err);
}
