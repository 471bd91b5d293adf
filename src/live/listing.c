/*
 * The list of live streams. Home pages ask for its first page all the time,
 * so its text is kept while the listing's topic stands still: a look at
 * shared memory instead of some hundred microseconds for 20 streams.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/clock.h"
#include "base/digest.h"
#include "live/listing.h"
#include "live/wire.h"

/*
 * Day and month turn without a change in the store, and a writer that dies
 * behind its commit wakes nobody.
 */
#define KEEP_MS 1000

static int
listing_add(struct live *live, struct json_object *list,
    const struct stream *stream, const char *base, struct error *err)
{
	struct stream_view view;

	if (view_load(live, stream, &view, err) != 0)
		return -1;
	if (json_object_array_add(list, wire_stream(&view, base)) != 0)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	return 0;
}

/* What the query found: one more than asked for if there are more. */
struct found {
	struct stream streams[LISTING_LIMIT_MAX + 1];
	int64_t seqs[LISTING_LIMIT_MAX + 1]; /* what the cursor counts */
	int count;
};

static int
listing_fill(struct live *live, struct json_object *body,
    const struct found *found, const struct listing_request *wanted,
    struct error *err)
{
	const int limit = (int)wanted->limit;
	struct json_object *list = json_object_new_array();
	struct json_object *next = NULL;
	char cursor[24];
	int i;

	(void)json_object_object_add(body, "streams", list);
	for (i = 0; i < found->count && i < limit; i++)
		if (listing_add(
			live, list, &found->streams[i], wanted->base, err) != 0)
			return -1;
	if (found->count > limit) {
		(void)snprintf(
		    cursor, sizeof(cursor), "%" PRId64, found->seqs[limit - 1]);
		next = json_object_new_string(cursor);
	}
	(void)json_object_object_add(body, "nextCursor", next);
	return 0;
}

static int
listing_write(struct live *live, struct json_object *body, struct error *err)
{
	const char *text;
	size_t size;

	text = json_object_to_json_string_length(body,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &size);
	buf_free(&live->listing.json);
	if (text != NULL)
		buf_add(&live->listing.json, text, size);
	if (text == NULL || live->listing.json.failed)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	live->listing.digest = digest_add(DIGEST_START, text, size);
	return 0;
}

static int
listing_find(struct live *live, const struct listing_request *wanted,
    struct found *found, struct error *err)
{
	const int max = (int)wanted->limit + 1;
	const struct stream_rows rows = { found->streams, NULL, max };
	int count, i;

	if (wanted->kind == LISTING_REPLAYS)
		return store_stream_replays(live->store, wanted->below_seq,
		    &(struct stream_rows){ found->streams, found->seqs, max },
		    err);
	if (wanted->kind == LISTING_ALL)
		count = store_stream_list_all(
		    live->store, wanted->status, wanted->below_seq, &rows, err);
	else
		count = store_stream_list(
		    live->store, wanted->below_seq, max, found->streams, err);
	for (i = 0; i < count; i++)
		found->seqs[i] = found->streams[i].seq;
	return count;
}

static int
listing_build(
    struct live *live, const struct listing_request *wanted, struct error *err)
{
	struct json_object *body = json_object_new_object();
	struct found *found = calloc(1, sizeof(*found));
	int i, rc = -1;

	if (found == NULL || body == NULL) {
		error_set(err, ERROR_SYSTEM, NULL, "out of memory");
		goto out;
	}
	found->count = listing_find(live, wanted, found, err);
	if (found->count >= 0)
		rc = listing_fill(live, body, found, wanted, err);
	if (rc == 0)
		rc = listing_write(live, body, err);
	for (i = 0; i < found->count; i++)
		stream_free(&found->streams[i]);
out:
	free(found);
	(void)json_object_put(body);
	return rc;
}

static bool
listing_kept(const struct listing *listing, const char *base, uint32_t version)
{
	return listing->first_page && listing->json.size > 0 &&
	       listing->until_mono_ms > clock_mono_ms() &&
	       listing->version == version && strcmp(listing->base, base) == 0;
}

int
listing_get(struct live *live, const struct listing_request *wanted,
    const struct listing **found, struct error *err)
{
	/* Before the query: a change in between makes it look again. */
	const uint32_t version = topic_version(live_listing_topic());
	struct listing *listing = &live->listing;
	const bool first_page = wanted->kind == LISTING_ACTIVE &&
				wanted->below_seq == INT64_MAX &&
				wanted->limit == LISTING_LIMIT_DEFAULT;

	*found = listing;
	if (first_page && listing_kept(listing, wanted->base, version))
		return 0;
	if (listing_build(live, wanted, err) != 0)
		return -1;
	listing->first_page = first_page;
	listing->version = version;
	listing->until_mono_ms = clock_mono_ms() + KEEP_MS;
	(void)snprintf(
	    listing->base, sizeof(listing->base), "%s", wanted->base);
	return 0;
}
