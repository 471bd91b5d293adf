/*
 * The handlers of WHEP's door.
 */
#ifndef LIVEBIN_WHEP_HANDLERS_H
#define LIVEBIN_WHEP_HANDLERS_H

#include "door_offer.h"
#include "live/whep.h"

/* What a PATCH of a session takes. */
#define WHEP_PATCH_TYPES SDP_FRAGMENT_TYPE ", " SDP_TYPE

/* /api/live/:id/whep, and :id/alive for the publisher. */
request_handler whep_post, whep_alive_post;

/* /whep/:id, a session. */
request_handler whep_session_get, whep_session_patch, whep_session_delete;

/* /whep/:id/events, and its one stream. */
request_handler whep_events_post, whep_stream_get, whep_stream_delete;

/*
 * Sends an offer, or a restart, whose message is `data` (released); the
 * attempt in it is the offer's.
 */
int whep_send(struct request *request, struct offer *offer,
    const struct signal *signal, struct buf *data, struct error *err)
    __attribute__((warn_unused_result));

/* The session's address, absolute; `token` stands for it. */
#define WHEP_URL_BYTES 512
void whep_url(struct request *request, const char *token, const char *rest,
    char url[WHEP_URL_BYTES]);

#endif
