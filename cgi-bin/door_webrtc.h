/*
 * What the doors of WHEP and WHIP have in common; docs/whep.md.
 */
#ifndef LIVEBIN_DOOR_WEBRTC_H
#define LIVEBIN_DOOR_WEBRTC_H

#include "http/request.h"
#include "live/sdp.h"

/* The most that an SDP's route reads; what is taken is `signal_bytes_max`. */
#define WEBRTC_BODY_MAX (1024 * 1024)

/* GET and HEAD of an endpoint, and what its OPTIONS add: the ICE servers. */
request_handler webrtc_get, webrtc_options;

/* The ICE servers as Link headers, one for each URL (RFC 9725, 4.6). */
void webrtc_links(struct request *request);

/*
 * The body as an offer that this side may make, or as a fragment. *text is the
 * body. 0, or -1 with *err.
 */
int webrtc_offer(struct request *request, enum sdp_side side, struct text *text,
    struct sdp *sdp, struct error *err) __attribute__((warn_unused_result));
int webrtc_fragment(struct request *request, struct text *text, struct sdp *sdp,
    struct error *err) __attribute__((warn_unused_result));

/* The body's bytes within the limit. 0, or -1 with *err. */
int webrtc_body(struct request *request, struct text *text, struct error *err)
    __attribute__((warn_unused_result));

/* The entity tag of ICE credentials (sdp_ice_tag), as the ETag header. */
void webrtc_tag(struct request *request, int64_t ice);

/*
 * If-Match against them: 0 if it names them or is "*", -1 with *err:
 * ERROR_PRECONDITION_MISSING, ERROR_PRECONDITION.
 */
int webrtc_match(struct request *request, int64_t ice, struct error *err)
    __attribute__((warn_unused_result));

#endif
