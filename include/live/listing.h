/*
 * The lists of what is live now, of replays, and of all streams, as JSON text.
 */
#ifndef LIVEBIN_LIVE_LISTING_H
#define LIVEBIN_LIVE_LISTING_H

#include "live/live.h"
#include "store/stream.h"

#define LISTING_LIMIT_DEFAULT 20
#define LISTING_LIMIT_MAX 100

enum listing_kind {
	LISTING_ACTIVE,	 /* PUBLIC streams that are live */
	LISTING_REPLAYS, /* PUBLIC ones that aren't and have a replay */
	LISTING_ALL,	 /* all there are; for whoever may see them */
};

/* Which page; `below_seq` is the cursor of the page before, or INT64_MAX. */
struct listing_request {
	enum listing_kind kind;
	enum stream_status status; /* LISTING_ALL; STREAM_STATUS__MAX: any */
	int64_t below_seq;
	int64_t limit;	  /* 1 to LISTING_LIMIT_MAX */
	const char *base; /* scheme and host that links begin with */
};

/*
 * `{streams, nextCursor}`, newest first.
 * *found is the live's own and lasts until the next call; the first page of
 * what is live is kept while the listing's topic stands still. 0, or -1 with
 * *err.
 */
int listing_get(struct live *live, const struct listing_request *wanted,
    const struct listing **found, struct error *err)
    __attribute__((warn_unused_result));

#endif
