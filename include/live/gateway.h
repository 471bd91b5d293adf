/*
 * A media gateway: what stands between WHIP publishers and the players where
 * the host has one. One function for each verb of WHIP (RFC 9725). Each may
 * block for as long as the gateway's own time-out, on a worker's thread.
 *
 * There is no implementation yet: gateway_find finds none. The first will add
 * its settings to the configuration, a row to the table in gateway.c, and
 * keep what it calls a session in `handle`.
 */
#ifndef LIVEBIN_LIVE_GATEWAY_H
#define LIVEBIN_LIVE_GATEWAY_H

#include "base/buf.h"
#include "live/access.h"
#include "live/sdp.h"

/* A publisher's session at the gateway; the door keeps it under its URL. */
struct gateway_session {
	char stream_id[ID_BYTES];
	char handle[64]; /* the gateway's own name for it */
	int64_t ice;	 /* a number for the publisher's ICE credentials */
};

struct gateway {
	const char *name; /* as the setting `gateway` has it */

	/*
	 * POST: takes the offer, fills in `session->handle`, and writes an
	 * answer with all candidates to `answer`. ERROR_UNPROCESSABLE for what
	 * it can't take, ERROR_BUSY (with a time to retry), ERROR_NO_GATEWAY
	 * if it can't be reached. 0, or -1 with *err and nothing left behind.
	 */
	int (*offer)(struct live *live, struct gateway_session *session,
	    struct text offer, struct buf *answer, struct error *err);

	/* PATCH: more candidates of the publisher's. 0, or -1 with *err. */
	int (*trickle)(struct live *live, const struct gateway_session *session,
	    const struct sdp *fragment, struct error *err);

	/*
	 * PATCH with new credentials: an ICE restart. Writes its own fragment.
	 * 0, or -1 with *err and the session as it was; NULL if it can't.
	 */
	int (*restart)(struct live *live, struct gateway_session *session,
	    const struct sdp *fragment, struct buf *answer, struct error *err);

	/* DELETE; also when the stream stops. Errors are logged. */
	void (*end)(struct live *live, const struct gateway_session *session);
};

/* The configured gateway, or NULL with *err (ERROR_NO_GATEWAY). */
const struct gateway *gateway_find(const struct config *config,
    struct error *err) __attribute__((warn_unused_result));

#endif
