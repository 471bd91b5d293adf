/*
 * /api/live/:id/whip: publishes by one HTTP POST (WHIP, RFC 9725), where a
 * media gateway is configured; docs/whep.md.
 */
#include "door.h"
#include "live/gateway.h"
#include "live/sdp.h"
#include "door_webrtc.h"

#define ENDPOINT "/api/live/:id/whip"

/* A right offer, and then nobody to take it: there is no gateway yet. */
static enum verdict
whip_post(struct request *request, struct error *err)
{
	struct text text;
	struct sdp sdp;

	if (webrtc_offer(request, SDP_PUBLISHES, &text, &sdp, err) != 0 ||
	    gateway_find(door_live(request)->config, err) == NULL)
		return REQUEST_FAILED;
	/* No kind of gateway is known, so none was found. */
	return reply_empty(request, 501);
}

static const struct route TABLE[] = {
	{ .method = "POST",
	    .path = ENDPOINT,
	    .handler = whip_post,
	    .who = WHO_KEY,
	    .type = SDP_TYPE,
	    .body_max = WEBRTC_BODY_MAX },
	{ .method = "GET",
	    .path = ENDPOINT,
	    .handler = webrtc_get,
	    .who = WHO_VISIBLE },
	{ .method = "OPTIONS",
	    .path = ENDPOINT,
	    .handler = webrtc_options,
	    .who = WHO_ANYONE },
};

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "whip", ROUTES(TABLE) });
}
