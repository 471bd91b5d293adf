/*
 * The lists of what is live now, and of replays, as JSON text.
 */
#ifndef LIVEBIN_LIVE_LISTING_H
#define LIVEBIN_LIVE_LISTING_H

#include "live/live.h"

#define LISTING_LIMIT_DEFAULT 20
#define LISTING_LIMIT_MAX 100

/* Which page; `below_seq` is the cursor of the page before, or INT64_MAX. */
struct listing_request {
	bool replays; /* what can be watched again, not what is live */
	int64_t below_seq;
	int64_t limit;	  /* 1 to LISTING_LIMIT_MAX */
	const char *base; /* scheme and host that links begin with */
};

/*
 * `{streams, nextCursor}` of PUBLIC streams: those that are live, or those that
 * aren't and have a replay; newest first.
 * *found is the live's own and lasts until the next call; the first page of
 * what is live is kept while the listing's topic stands still. 0, or -1 with
 * *err.
 */
int listing_get(struct live *live, const struct listing_request *wanted,
    const struct listing **found, struct error *err)
    __attribute__((warn_unused_result));

#endif
