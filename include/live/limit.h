/*
 * Rate limits: so many in a window for each subject, over all processes and
 * restarts. The generic cell rate algorithm (ITU-T I.371), one number for
 * each bucket: a burst of the whole allowance, then an even trickle.
 */
#ifndef LIVEBIN_LIVE_LIMIT_H
#define LIVEBIN_LIVE_LIMIT_H

#include "live/live.h"
#include "store/token.h"

/* The kinds; each has its row in the configuration and its window. */
enum limit {
	LIMIT_CREATE,  /* by client address, an hour */
	LIMIT_OFFER,   /* by client address, a minute */
	LIMIT_SIGNAL,  /* by peer, a minute */
	LIMIT_VIEW,    /* by client address, a minute */
	LIMIT_FAILURE, /* wrong keys, by client address, a minute */
	LIMIT_MEDIA,   /* by stream, a minute */
	LIMIT__MAX
};

/*
 * Takes one from a bucket. `subject` is a client address as the web server
 * gives it (an IPv6 address counts as its /64), a peerId or a videoId.
 * ERROR_RATE with the seconds to wait if there is none left. 0, or -1 with
 * *err. Runs a transaction of its own.
 */
int limit_take(struct live *live, enum limit limit, const char *subject,
    struct error *err) __attribute__((warn_unused_result));

/* The same for a stream to create by an API token, by its own limit. */
int limit_take_token(struct live *live, const struct token *token,
    struct error *err) __attribute__((warn_unused_result));

#endif
