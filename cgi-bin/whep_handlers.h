/*
 * The handlers of WHEP's door.
 */
#ifndef LIVEBIN_WHEP_HANDLERS_H
#define LIVEBIN_WHEP_HANDLERS_H

#include "http/request.h"

/* /api/live/:id/whep, and :id/alive for the publisher. */
request_handler whep_post, whep_alive_post;

/* /whep/:id, a session. */
request_handler whep_session_get, whep_session_patch, whep_session_delete;

/* /whep/:id/events, and its one stream. */
request_handler whep_events_post, whep_stream_get, whep_stream_delete;

/* The session's address, absolute; `token` stands for it. */
#define WHEP_URL_BYTES 512
void whep_url(struct request *request, const char *token, const char *rest,
    char url[WHEP_URL_BYTES]);

#endif
