/*
 * An offer on its way to the publisher and back, for the doors that take one:
 * the signal door's and WHEP's. It parks until the answer is there.
 */
#ifndef LIVEBIN_DOOR_OFFER_H
#define LIVEBIN_DOOR_OFFER_H

#include "http/request.h"
#include "live/signaling.h"

/* What is kept across the park; the request's state. */
struct offer {
	struct grant grant;
	char token[KEY_BYTES]; /* what the viewer shows from now on */
	int64_t attempt;       /* WHEP: which answer is meant */
	int64_t ice;	       /* WHEP: a number for its ICE credentials */
	int64_t deadline_mono_ms;
};

/* The request's offer, or NULL with *err. */
struct offer *offer_state(struct request *request, struct error *err)
    __attribute__((warn_unused_result));

/* Sends it. 0, or -1 with *err. */
int offer_begin(struct request *request, const struct signal *signal,
    struct offer *offer, struct error *err) __attribute__((warn_unused_result));

/*
 * Answers with what the publisher said. REQUEST_PARKED: this isn't the answer
 * to wait for.
 */
typedef enum verdict offer_reply(struct request *request,
    const struct offer *offer, const struct mail *mail, struct error *err);

/*
 * Waits, from the first call to the last. A peer that was made by an offer
 * that fails is taken back.
 */
enum verdict offer_wait(struct request *request, offer_reply *reply,
    struct error *err) __attribute__((warn_unused_result));

#endif
