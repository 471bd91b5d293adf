/*
 * Rate limits.
 */
#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/steady.h"
#include "live/limit.h"
#include "store/rate.h"

#define BUCKET_BYTES 80
#define HOUR_MS 3600000

struct allowance {
	const char *name;
	size_t offset; /* of the count in struct config */
	int64_t window_ms;
};

static const struct allowance ALLOWANCES[] = {
	[LIMIT_CREATE] = { "create", offsetof(struct config, create_per_hour),
	    HOUR_MS },
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

/* A bucket, and what it holds. */
struct bucket {
	char name[BUCKET_BYTES];
	int64_t count, window_ms;
	const char *whose; /* for people */
};

static int
limit_spend(struct live *live, const struct bucket *bucket, struct error *err)
{
	const int64_t now = steady_now_ms();
	const int64_t count = bucket->count, window_ms = bucket->window_ms;
	const int64_t step = window_ms / count > 0 ? window_ms / count : 1;
	int64_t empty, over;

	if (store_rate_get(live->store, bucket->name, &empty, err) != 0)
		return -1;
	if (empty < now)
		empty = now;
	/* The clock was set back: never lock out for more than a window. */
	if (empty > now + window_ms)
		empty = now + window_ms;
	over = empty + step - now - step * count;
	if (over > 0)
		return error_set_retry(err, ERROR_RATE,
		    (int)((over + 999) / 1000),
		    "More than %" PRId64 " in %" PRId64
		    " seconds from one %s. Try again later.",
		    count, window_ms / 1000, bucket->whose);
	return store_rate_put(live->store, bucket->name, empty + step, err);
}

static int
limit_take_bucket(
    struct live *live, const struct bucket *bucket, struct error *err)
{
	struct change change;

	if (bucket->count == 0)
		return 0;
	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	return change_end(&change, limit_spend(live, bucket, err), err);
}

int
limit_take(
    struct live *live, enum limit limit, const char *subject, struct error *err)
{
	const struct allowance *allowance = &ALLOWANCES[limit];
	struct bucket bucket = { .window_ms = allowance->window_ms,
		.whose = "client" };

	memcpy(&bucket.count, (const char *)live->config + allowance->offset,
	    sizeof(bucket.count));
	limit_bucket(allowance->name, subject, bucket.name);
	return limit_take_bucket(live, &bucket, err);
}

int
limit_take_token(
    struct live *live, const struct token *token, struct error *err)
{
	struct bucket bucket = { .count = token->per_hour,
		.window_ms = HOUR_MS,
		.whose = "API token" };

	limit_bucket("token", token->name, bucket.name);
	return limit_take_bucket(live, &bucket, err);
}
