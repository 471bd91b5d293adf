/*
 * GET /api/live/active: the PUBLIC streams that are live, newest first; and
 * GET /api/live/replays: those that can be watched again; and, for an API token
 * of scope admin, GET /api/live/streams: all there are.
 */
#include <stdint.h>

#include "door.h"
#include "live/listing.h"
#include "live/wire.h"

/* Completes *wanted from the query, and finds that page. */
static int
active_find(struct request *request, struct listing_request *wanted,
    const struct listing **found, struct error *err)
{
	static const int64_t LIMITS[2] = { 1, LISTING_LIMIT_MAX };
	static const int64_t CURSORS[2] = { 1, INT64_MAX };

	wanted->below_seq = INT64_MAX;
	wanted->limit = LISTING_LIMIT_DEFAULT;
	wanted->base = request_base(request);
	if (request_query_int(request, "limit", LIMITS, &wanted->limit, err) !=
		0 ||
	    request_query_int(
		request, "cursor", CURSORS, &wanted->below_seq, err) != 0)
		return -1;
	return listing_get(door_live(request), wanted, found, err);
}

static enum verdict
active_list(struct request *request, enum listing_kind kind, struct error *err)
{
	struct listing_request wanted = { .kind = kind };
	const struct listing *found;

	if (active_find(request, &wanted, &found, err) != 0)
		return REQUEST_FAILED;
	return reply_tagged(
	    request, found->digest, found->json.data, found->json.size);
}

static enum verdict
active_get(struct request *request, struct error *err)
{
	return active_list(request, LISTING_ACTIVE, err);
}

static enum verdict
replays_get(struct request *request, struct error *err)
{
	return active_list(request, LISTING_REPLAYS, err);
}

/* Not for caches, as the others are. */
static enum verdict
streams_get(struct request *request, struct error *err)
{
	static const struct field STATUS = {
		.name = "status",
		.type = FIELD_WORD,
		.words = STREAM_STATUS_NAMES,
		.word_count = STREAM_STATUS__MAX,
	};
	struct listing_request wanted = { .kind = LISTING_ALL };
	struct content content = { .type = "application/json" };
	const struct listing *found;
	int status = STREAM_STATUS__MAX;

	if (body_query_word(request, &STATUS, &status, err) != 0)
		return REQUEST_FAILED;
	wanted.status = (enum stream_status)status;
	if (active_find(request, &wanted, &found, err) != 0)
		return REQUEST_FAILED;
	content.bytes = found->json.data;
	content.size = found->json.size;
	return reply_content(request, 200, &content);
}

static const struct route TABLE[] = {
	{ .method = "GET",
	    .path = "/api/live/active",
	    .handler = active_get,
	    .who = WHO_ANYONE },
	{ .method = "GET",
	    .path = "/api/live/replays",
	    .handler = replays_get,
	    .who = WHO_ANYONE },
	{ .method = "GET",
	    .path = "/api/live/streams",
	    .handler = streams_get,
	    .who = WHO_ADMIN },
};

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "active", ROUTES(TABLE) });
}
