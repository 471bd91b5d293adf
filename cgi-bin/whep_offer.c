/*
 * POST /api/live/:id/whep: the player's offer goes to the publisher by the
 * same rule as any viewer's; the answer, a counter-offer or a refusal comes
 * back as the protocol has it.
 */
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/buf.h"
#include "door.h"
#include "door_offer.h"
#include "live/whep.h"
#include "live/wire.h"
#include "door_webrtc.h"
#include "whep_handlers.h"

#define EVENTS_REL "urn:ietf:params:whep:ext:core:server-sent-events"
#define LINK_BYTES (WHEP_URL_BYTES + WIRE_URL_BYTES)

/* The events extension, and which events there are. */
static void
events_link(struct request *request, const char *token)
{
	char url[WHEP_URL_BYTES], link[LINK_BYTES];

	whep_url(request, token, "/events", url);
	(void)snprintf(link, sizeof(link),
	    "<%s>; rel=\"" EVENTS_REL "\"; events=\"%s,%s,%s,%s\"", url,
	    WHEP_EVENT_NAMES[WHEP_ACTIVE], WHEP_EVENT_NAMES[WHEP_INACTIVE],
	    WHEP_EVENT_NAMES[WHEP_VIEWERCOUNT],
	    WHEP_EVENT_NAMES[WHEP_RECONNECT]);
	reply_header(request, "Link", link);
}

static enum verdict
answer_reply(struct request *request, const struct offer *offer,
    const struct whep_answer *answer)
{
	const struct content content = {
		.type = SDP_TYPE,
		.bytes = answer->text,
		.size = strlen(answer->text),
	};
	char url[WHEP_URL_BYTES];

	whep_url(request, offer->token, "", url);
	reply_header(request, "Location", url);
	reply_header(request, "Accept-Patch", WHEP_PATCH_TYPES);
	webrtc_tag(request, offer->ice);
	webrtc_links(request);
	events_link(request, offer->token);
	return reply_content(request, answer->is_offer ? 406 : 201, &content);
}

static enum verdict
whep_answered(struct request *request, const struct offer *offer,
    const struct mail *mail, struct error *err)
{
	struct whep_answer answer;
	enum verdict verdict = REQUEST_FAILED;
	int rc;

	rc = whep_answer_read(mail, offer->attempt, &answer, err);
	if (rc != 1)
		return rc == 0 ? REQUEST_PARKED : REQUEST_FAILED;
	if (!answer.is_offer ||
	    whep_countered(door_live(request), &offer->grant.peer, err) == 0)
		verdict = answer_reply(request, offer, &answer);
	whep_answer_free(&answer);
	return verdict;
}

/* Who can't play from the page may by HLS, where there is any. */
static void
hls_link(struct request *request)
{
	char url[WIRE_URL_BYTES], link[LINK_BYTES];
	struct stream_view view;
	struct error err;

	if (view_load_for(
		door_live(request), door_call(request), &view, &err) != 0 ||
	    !wire_hls_url(&view, request_base(request), url))
		return;
	(void)snprintf(link, sizeof(link),
	    "<%s>; rel=\"alternate\"; type=\"application/vnd.apple.mpegurl\"",
	    url);
	reply_header(request, "Link", link);
}

int
whep_send(struct request *request, struct offer *offer,
    const struct signal *signal, struct buf *data, struct error *err)
{
	struct signal sent = *signal;
	int rc;

	sent.data = data->data;
	rc = data->failed ? error_set(err, ERROR_SYSTEM, NULL, "out of memory")
			  : offer_begin(request, &sent, offer, err);
	buf_free(data);
	return rc;
}

static enum verdict
whep_begin(struct request *request, struct offer *offer, struct error *err)
{
	struct signal signal = { .type = MAIL_OFFER };
	char viewer[ID_BYTES];
	struct text text;
	struct sdp sdp;
	struct buf data;
	int found;

	if (webrtc_offer(request, SDP_PLAYS, &text, &sdp, err) != 0)
		return REQUEST_FAILED;
	found = request_query(request, "viewerId", viewer, sizeof(viewer), err);
	if (found == 1 && !id_valid(viewer, ID_CHARS))
		found = error_set(err, ERROR_INPUT, "viewerId",
		    "viewerId is what POST .../view gave.");
	if (found < 0)
		return REQUEST_FAILED;
	offer->attempt = id_number();
	offer->ice = signal.ice = sdp_ice_tag(&sdp);
	signal.viewer_id = found == 1 ? viewer : NULL;
	whep_offer_data(&data, text, offer->attempt);
	if (whep_send(request, offer, &signal, &data, err) != 0)
		return REQUEST_FAILED;
	return offer_wait(request, whep_answered, err);
}

enum verdict
whep_post(struct request *request, struct error *err)
{
	struct offer *offer = offer_state(request, err);
	enum verdict verdict;

	if (offer == NULL)
		return REQUEST_FAILED;
	if (request_wake(request) == WAKE_FIRST)
		verdict = whep_begin(request, offer, err);
	else
		verdict = offer_wait(request, whep_answered, err);
	if (verdict == REQUEST_FAILED &&
	    (err->code == ERROR_PEERS_MAX || err->code == ERROR_REFUSED ||
		err->code == ERROR_NO_PUBLISHER ||
		err->code == ERROR_NO_ANSWER))
		hls_link(request);
	return verdict;
}
