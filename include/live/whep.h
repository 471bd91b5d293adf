/*
 * WHEP sessions: peers that speak SDP over HTTP and read no mailbox. Offers,
 * answers and goodbyes go through live/signaling.h like any viewer's; here is
 * what they look like to the publisher, and what is a session's own.
 * docs/whep.md is the contract.
 */
#ifndef LIVEBIN_LIVE_WHEP_H
#define LIVEBIN_LIVE_WHEP_H

#include "base/buf.h"
#include "live/sdp.h"
#include "live/signaling.h"

/* How long a counter-offer stands. */
#define WHEP_OFFER_S 30

/* Events of the core extension; bits of struct peer's `events`. */
enum whep_event {
	WHEP_ACTIVE,
	WHEP_INACTIVE,
	WHEP_VIEWERCOUNT,
	WHEP_RECONNECT,
	WHEP_EVENT__MAX
};
extern const char *const WHEP_EVENT_NAMES[WHEP_EVENT__MAX];
#define WHEP_EVENTS_ALL ((1u << WHEP_EVENT__MAX) - 1)

/*
 * The data of an offer's message, or of an ICE restart's, as a JSON text in an
 * empty buffer, which fails where there is no memory. `attempt` comes back in
 * the answer.
 */
void whep_offer_data(struct buf *to, struct text sdp, int64_t attempt);
void whep_restart_data(struct buf *to, struct text fragment, int64_t attempt);

/* What the publisher answered; the text is the answer's own. */
struct whep_answer {
	bool is_offer; /* it would rather offer */
	char *text;
	struct sdp sdp; /* borrows from it */
};

/*
 * Reads an answer's message. 1 and *answer (whep_answer_free), 0 if it belongs
 * to another attempt, -1 with *err: ERROR_ANSWER.
 */
int whep_answer_read(const struct mail *mail, int64_t attempt,
    struct whep_answer *answer, struct error *err)
    __attribute__((warn_unused_result));
void whep_answer_free(struct whep_answer *answer);

/* Hands the fragment's candidates on to the publisher. 0, or -1 with *err. */
int whep_trickle(struct live *live, const struct call *call,
    const struct sdp *fragment, struct error *err)
    __attribute__((warn_unused_result));

/* The session's ICE credentials are others now. 0, or -1 with *err. */
int whep_restarted(struct live *live, const struct peer *peer, int64_t ice,
    struct error *err) __attribute__((warn_unused_result));

/* A counter-offer goes out and stands WHEP_OFFER_S. 0, or -1 with *err. */
int whep_countered(struct live *live, const struct peer *peer,
    struct error *err) __attribute__((warn_unused_result));

/*
 * The player's answer to a counter-offer. ERROR_NO_OFFER, ERROR_EXPIRED. 0, or
 * -1 with *err.
 */
int whep_accept(struct live *live, const struct call *call, struct text sdp,
    struct error *err) __attribute__((warn_unused_result));

/* The events a session wants; 0 ends its stream. 0, or -1 with *err. */
int whep_want(struct live *live, const struct call *call, unsigned int events,
    struct error *err) __attribute__((warn_unused_result));

/* How a session's stream stands. */
struct whep_state {
	bool active;   /* a publisher's page is there */
	bool orphaned; /* it isn't the one that answered */
	int64_t viewers;
};
int whep_state(struct live *live, const struct call *call,
    struct whep_state *state, struct error *err)
    __attribute__((warn_unused_result));

/* A sign of life of the caller's session. 0, or -1 with *err. */
int whep_alive(struct live *live, const struct call *call, struct error *err)
    __attribute__((warn_unused_result));

/* Seconds between two signs of life that keep a lease. */
int64_t whep_alive_s(const struct live *live);

/*
 * The publisher says that a peer is connected: it lives on. 1, 0 if the stream
 * has no such peer (any more), -1 with *err.
 */
int whep_peer_alive(struct live *live, const struct call *call,
    const char *peer_id, struct error *err) __attribute__((warn_unused_result));

#endif
