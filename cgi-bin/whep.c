/*
 * /api/live/:id/whep: plays by one HTTP POST (WHEP). No media server stands
 * behind it: the broadcaster's page answers. docs/whep.md.
 */
#include <stdio.h>

#include "door.h"
#include "live/sdp.h"
#include "door_webrtc.h"
#include "whep_handlers.h"

#define ENDPOINT "/api/live/:id/whep"
#define SESSION "/whep/:id"
#define ALIVE_MAX 65536
#define EVENTS_MAX 1024

static const struct route TABLE[] = {
	{ .method = "POST",
	    .path = ENDPOINT,
	    .handler = whep_post,
	    .who = WHO_VISIBLE,
	    .type = SDP_TYPE,
	    .body_max = WEBRTC_BODY_MAX,
	    .waits = true },
	{ .method = "GET",
	    .path = ENDPOINT,
	    .handler = webrtc_get,
	    .who = WHO_VISIBLE },
	{ .method = "OPTIONS",
	    .path = ENDPOINT,
	    .handler = webrtc_options,
	    .who = WHO_ANYONE },
	{ .method = "POST",
	    .path = "/api/live/:id/alive",
	    .handler = whep_alive_post,
	    .who = WHO_KEY,
	    .body_max = ALIVE_MAX },
	{ .method = "PATCH",
	    .path = SESSION,
	    .handler = whep_session_patch,
	    .who = WHO_SESSION,
	    .type = WHEP_PATCH_TYPES,
	    .body_max = WEBRTC_BODY_MAX,
	    .waits = true,
	    .secret = true },
	{ .method = "GET",
	    .path = SESSION,
	    .handler = whep_session_get,
	    .who = WHO_SESSION,
	    .secret = true },
	{ .method = "DELETE",
	    .path = SESSION,
	    .handler = whep_session_delete,
	    .who = WHO_SESSION,
	    .secret = true },
	{ .method = "POST",
	    .path = SESSION "/events",
	    .handler = whep_events_post,
	    .who = WHO_SESSION,
	    .body_max = EVENTS_MAX,
	    .secret = true },
	{ .method = "GET",
	    .path = SESSION "/events/stream",
	    .handler = whep_stream_get,
	    .who = WHO_SESSION,
	    .waits = true,
	    .secret = true },
	{ .method = "DELETE",
	    .path = SESSION "/events/stream",
	    .handler = whep_stream_delete,
	    .who = WHO_SESSION,
	    .secret = true },
};

void
whep_url(struct request *request, const char *token, const char *rest,
    char url[WHEP_URL_BYTES])
{
	(void)snprintf(url, WHEP_URL_BYTES, "%s/whep/%s%s",
	    request_base(request), token, rest);
}

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "whep", ROUTES(TABLE) });
}
