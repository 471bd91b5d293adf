/*
 * GET /api/live/active: the PUBLIC streams that are live, newest first; and
 * GET /api/live/replays: those that can be watched again.
 */
#include <stdint.h>

#include "door.h"
#include "live/listing.h"

static enum verdict
active_list(struct request *request, bool replays, struct error *err)
{
	static const int64_t LIMITS[2] = { 1, LISTING_LIMIT_MAX };
	static const int64_t CURSORS[2] = { 1, INT64_MAX };
	struct listing_request wanted = { .replays = replays,
		.below_seq = INT64_MAX,
		.limit = LISTING_LIMIT_DEFAULT,
		.base = request_base(request) };
	const struct listing *found;

	if (request_query_int(request, "limit", LIMITS, &wanted.limit, err) !=
		0 ||
	    request_query_int(
		request, "cursor", CURSORS, &wanted.below_seq, err) != 0 ||
	    listing_get(door_live(request), &wanted, &found, err) != 0)
		return REQUEST_FAILED;
	return reply_tagged(
	    request, found->digest, found->json.data, found->json.size);
}

static enum verdict
active_get(struct request *request, struct error *err)
{
	return active_list(request, false, err);
}

static enum verdict
replays_get(struct request *request, struct error *err)
{
	return active_list(request, true, err);
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
};

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "active", ROUTES(TABLE) });
}
