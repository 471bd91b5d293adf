/*
 * Rate limits.
 */
#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/clock.h"
#include "live/limit.h"
#include "store/rate.h"

#define BUCKET_BYTES 80

struct allowance {
	const char *name;
	size_t offset; /* of the count in struct config */
	int64_t window_ms;
};

static const struct allowance ALLOWANCES[] = {
	[LIMIT_CREATE] = { "create", offsetof(struct config, create_per_hour),
	    3600000 },
	[LIMIT_OFFER] = { "offer", offsetof(struct config, offers_per_minute),
	    60000 },
	[LIMIT_SIGNAL] = { "signal",
	    offsetof(struct config, signals_per_minute), 60000 },
	[LIMIT_VIEW] = { "view", offsetof(struct config, views_per_minute),
	    60000 },
	[LIMIT_FAILURE] = { "failure",
	    offsetof(struct config, failures_per_minute), 60000 },
	[LIMIT_MEDIA] = { "media", offsetof(struct config, media_per_minute),
	    60000 },
};

static_assert(sizeof(ALLOWANCES) / sizeof(ALLOWANCES[0]) == LIMIT__MAX,
    "an allowance for each limit");

/* An address counts as its network. */
static void
limit_bucket(const char *name, const char *subject, char bucket[BUCKET_BYTES])
{
	struct address address;
	char network[ADDRESS_BYTES];

	if (address_parse(
		(struct text){ subject, strlen(subject) }, &address)) {
		address_network(&address);
		address_format(&address, network);
		subject = network;
	}
	(void)snprintf(bucket, BUCKET_BYTES, "%s:%.60s", name, subject);
}

static int
limit_spend(struct live *live, const struct allowance *allowance,
    const char *subject, int64_t count, struct error *err)
{
	const int64_t now = clock_unix_ms();
	const int64_t step =
	    allowance->window_ms / count > 0 ? allowance->window_ms / count : 1;
	char bucket[BUCKET_BYTES];
	int64_t empty, over;

	limit_bucket(allowance->name, subject, bucket);
	if (store_rate_get(live->store, bucket, &empty, err) != 0)
		return -1;
	if (empty < now)
		empty = now;
	/* The clock was set back: never lock out for more than a window. */
	if (empty > now + allowance->window_ms)
		empty = now + allowance->window_ms;
	over = empty + step - now - step * count;
	if (over > 0)
		return error_set_retry(err, ERROR_RATE,
		    (int)((over + 999) / 1000),
		    "More than %" PRId64 " in %" PRId64
		    " seconds from one client. Try again later.",
		    count, allowance->window_ms / 1000);
	return store_rate_put(live->store, bucket, empty + step, err);
}

int
limit_take(
    struct live *live, enum limit limit, const char *subject, struct error *err)
{
	const struct allowance *allowance = &ALLOWANCES[limit];
	struct change change;
	int64_t count;

	memcpy(&count, (const char *)live->config + allowance->offset,
	    sizeof(count));
	if (count == 0)
		return 0;
	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	return change_end(
	    &change, limit_spend(live, allowance, subject, count, err), err);
}
