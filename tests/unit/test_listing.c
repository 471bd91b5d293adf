/*
 * live/listing.h: what is live, newest first, and the page that is kept.
 */
#include <json-c/json.h>

#include "base/digest.h"
#include "live/audience.h"
#include "live/listing.h"
#include "unit.h"

#define BASE "https://site.test"

static struct json_object *
list(struct unit *unit, int64_t below_seq, int64_t limit)
{
	const struct listing_request page = {
		.below_seq = below_seq, .limit = limit, .base = BASE
	};
	struct json_object *tree;
	const struct listing *found;
	struct error err;

	unit_ok(listing_get(&unit->live, &page, &found, &err), &err);
	assert_int_equal(strlen(found->json.data), found->json.size);
	tree = json_tokener_parse(found->json.data);
	assert_non_null(tree);
	return tree;
}

static struct json_object *
first_page(struct unit *unit)
{
	return list(unit, INT64_MAX, LISTING_LIMIT_DEFAULT);
}

static struct json_object *
streams_of(struct json_object *tree)
{
	struct json_object *streams;

	assert_true(json_object_object_get_ex(tree, "streams", &streams));
	return streams;
}

static size_t
count(struct json_object *tree)
{
	return json_object_array_length(streams_of(tree));
}

static const char *
id_at(struct json_object *tree, size_t i)
{
	return json_object_get_string(json_object_object_get(
	    json_object_array_get_idx(streams_of(tree), i), "videoId"));
}

/* The cursor of the next page, or 0 where there is none. */
static int64_t
next_of(struct json_object *tree)
{
	struct json_object *next;

	assert_true(json_object_object_get_ex(tree, "nextCursor", &next));
	return next == NULL ? 0 : json_object_get_int64(next);
}

static size_t
count_first_page(struct unit *unit)
{
	struct json_object *tree = first_page(unit);
	const size_t found = count(tree);

	(void)json_object_put(tree);
	return found;
}

static void
nothing_live_is_an_empty_list(void **state)
{
	struct json_object *tree = first_page(*state);

	assert_int_equal(count(tree), 0);
	assert_int_equal(next_of(tree), 0);
	(void)json_object_put(tree);
}

static void
public_streams_that_are_live_are_listed_newest_first(void **state)
{
	struct unit *unit = *state;
	struct json_object *tree;
	struct stream a, b, c;

	unit_start(unit, &a);
	unit_start(unit, &b);
	unit_start(unit, &c);
	tree = first_page(unit);
	assert_int_equal(count(tree), 3);
	assert_string_equal(id_at(tree, 0), c.id);
	assert_string_equal(id_at(tree, 1), b.id);
	assert_string_equal(id_at(tree, 2), a.id);
	(void)json_object_put(tree);
}

static void
what_is_hidden_or_not_live_is_not_listed(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;
	int i;

	for (i = VISIBILITY_UNLISTED; i < VISIBILITY__MAX; i++) {
		unit_create(unit, (enum visibility)i, &stream, NULL);
		unit_ok(lifecycle_start(&unit->live, &stream, &err), &err);
	}
	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	assert_int_equal(count_first_page(unit), 0);
	unit_start(unit, &stream);
	assert_int_equal(count_first_page(unit), 1);
	unit_ok(lifecycle_stop(&unit->live, &stream, false, &err), &err);
	assert_int_equal(count_first_page(unit), 0);
}

static void
pages_follow_each_other_without_gap_or_repeat(void **state)
{
	struct unit *unit = *state;
	struct stream streams[7];
	struct json_object *tree;
	int64_t cursor = INT64_MAX;
	size_t i, seen = 0;

	for (i = 0; i < UNIT_COUNT(streams); i++)
		unit_start(unit, &streams[i]);
	do {
		tree = list(unit, cursor, 3);
		for (i = 0; i < count(tree); i++)
			assert_string_equal(
			    id_at(tree, i), streams[6 - seen++].id);
		cursor = next_of(tree);
		(void)json_object_put(tree);
	} while (cursor != 0);
	assert_int_equal(seen, 7);
}

/* All streams of a state, as many as a page holds; how many. */
static size_t
count_all(struct unit *unit, enum stream_status status)
{
	const struct listing_request page = { .kind = LISTING_ALL,
		.status = status,
		.below_seq = INT64_MAX,
		.limit = LISTING_LIMIT_MAX,
		.base = BASE };
	const struct listing *found;
	struct json_object *tree;
	struct error err;
	size_t seen;

	unit_ok(listing_get(&unit->live, &page, &found, &err), &err);
	tree = json_tokener_parse(found->json.data);
	assert_non_null(tree);
	seen = count(tree);
	(void)json_object_put(tree);
	return seen;
}

static void
all_streams_are_of_any_visibility_and_state(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;
	int i;

	for (i = 0; i < VISIBILITY__MAX; i++) {
		unit_create(unit, (enum visibility)i, &stream, NULL);
		unit_create(unit, (enum visibility)i, &stream, NULL);
		unit_ok(lifecycle_start(&unit->live, &stream, &err), &err);
		stream_free(&stream);
	}
	assert_int_equal(count_all(unit, STREAM_STATUS__MAX), 6);
	assert_int_equal(count_all(unit, STREAM_PENDING), 3);
	assert_int_equal(count_all(unit, STREAM_LIVE), 3);
	assert_int_equal(count_all(unit, STREAM_FAILED), 0);
	assert_int_equal(count_first_page(unit), 1);
}

static void
a_page_that_is_just_full_has_no_next(void **state)
{
	struct unit *unit = *state;
	struct json_object *tree;
	struct stream stream;

	unit_start(unit, &stream);
	unit_start(unit, &stream);
	tree = list(unit, INT64_MAX, 2);
	assert_int_equal(count(tree), 2);
	assert_int_equal(next_of(tree), 0);
	(void)json_object_put(tree);
	tree = list(unit, INT64_MAX, 1);
	assert_int_equal(count(tree), 1);
	assert_int_not_equal(next_of(tree), 0);
	(void)json_object_put(tree);
}

static void
links_begin_with_the_base_that_was_asked(void **state)
{
	struct listing_request page = { .below_seq = INT64_MAX,
		.limit = LISTING_LIMIT_DEFAULT,
		.base = "http://a" };
	struct unit *unit = *state;
	const struct listing *found;
	struct stream stream;
	struct error err;

	unit_start(unit, &stream);
	unit_ok(listing_get(&unit->live, &page, &found, &err), &err);
	assert_non_null(strstr(found->json.data, "\"http://a/watch/"));
	page.base = "http://b";
	unit_ok(listing_get(&unit->live, &page, &found, &err), &err);
	assert_non_null(strstr(found->json.data, "\"http://b/watch/"));
	assert_null(strstr(found->json.data, "http://a"));
}

static void
the_first_page_is_kept_while_nothing_changes(void **state)
{
	const struct listing_request page = { .below_seq = INT64_MAX,
		.limit = LISTING_LIMIT_DEFAULT,
		.base = BASE };
	struct unit *unit = *state;
	const struct listing *found;
	struct stream stream;
	struct error err;

	unit_start(unit, &stream);
	unit_ok(listing_get(&unit->live, &page, &found, &err), &err);
	/* A mark that a page which was kept still has. */
	unit->live.listing.json.data[0] = '!';
	unit->live.listing.until_mono_ms = INT64_MAX;
	unit_ok(listing_get(&unit->live, &page, &found, &err), &err);
	assert_int_equal(found->json.data[0], '!');
	unit->live.listing.until_mono_ms = 0;
	unit_ok(listing_get(&unit->live, &page, &found, &err), &err);
	assert_int_equal(found->json.data[0], '{');
}

static void
another_programs_change_is_seen_at_once(void **state)
{
	const enum visibility hidden = VISIBILITY_PRIVATE;
	struct unit *unit = *state;
	struct stream a, b;
	struct live other;
	struct error err;

	unit_ok(live_open(&other, &unit->config, &err), &err);
	unit_start(unit, &a);
	unit_start(unit, &b);
	assert_int_equal(count_first_page(unit), 2);
	unit->live.listing.until_mono_ms = INT64_MAX;
	unit_ok(lifecycle_stop(&other, &a, false, &err), &err);
	assert_int_equal(count_first_page(unit), 1);
	unit->live.listing.until_mono_ms = INT64_MAX;
	unit_ok(lifecycle_update(&other, &b,
		    &(struct stream_patch){ .visibility = &hidden }, &err),
	    &err);
	assert_int_equal(count_first_page(unit), 0);
	live_close(&other);
}

static void
the_digest_follows_the_text(void **state)
{
	const struct listing_request page = { .below_seq = INT64_MAX,
		.limit = LISTING_LIMIT_DEFAULT,
		.base = BASE };
	struct unit *unit = *state;
	const struct listing *found;
	struct stream stream;
	struct error err;
	uint64_t empty;

	unit_ok(listing_get(&unit->live, &page, &found, &err), &err);
	empty = found->digest;
	unit_start(unit, &stream);
	unit_ok(listing_get(&unit->live, &page, &found, &err), &err);
	assert_true(found->digest != empty);
	assert_true(found->digest == digest_add(DIGEST_START, found->json.data,
					 found->json.size));
	unit_ok(lifecycle_stop(&unit->live, &stream, false, &err), &err);
	unit_ok(listing_get(&unit->live, &page, &found, &err), &err);
	assert_true(found->digest == empty);
}

static void
viewers_are_counted_once_they_were_swept(void **state)
{
	struct unit *unit = *state;
	struct json_object *tree;
	struct audience audience;
	struct stream stream;
	struct error err;

	unit_start(unit, &stream);
	(void)json_object_put(first_page(unit));
	unit_ok(audience_heartbeat(&unit->live, &stream,
		    &(const struct heartbeat){
			"VVVVVVVVVVVVVVVVVVVVV", false, { 0 } },
		    &audience, &err),
	    &err);
	unit_sql(unit, STORE_PASSING, "UPDATE sweep SET due_ms = 0");
	unit->live.listing.until_mono_ms = INT64_MAX;
	assert_true(audience_sweep(&unit->live));
	tree = first_page(unit);
	assert_int_equal(
	    json_object_get_int64(json_object_object_get(
		json_object_array_get_idx(streams_of(tree), 0), "viewers")),
	    1);
	(void)json_object_put(tree);
}

static void
another_page_is_not_taken_for_the_first(void **state)
{
	struct unit *unit = *state;
	struct json_object *tree;
	struct stream a, b;

	unit_start(unit, &a);
	unit_start(unit, &b);
	tree = list(unit, INT64_MAX, 1);
	(void)json_object_put(tree);
	assert_int_equal(count_first_page(unit), 2);
	tree = list(unit, 2, LISTING_LIMIT_DEFAULT);
	assert_int_equal(count(tree), 1);
	(void)json_object_put(tree);
	assert_int_equal(count_first_page(unit), 2);
}

static void
the_largest_page_fits(void **state)
{
	struct unit *unit = *state;
	struct json_object *tree;
	struct stream stream;

	unit_start(unit, &stream);
	/* Titles and descriptions as long as they may be, all escaped. */
	unit_sql(unit, STORE_LASTING,
	    "WITH RECURSIVE n(i) AS"
	    " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 101)"
	    " INSERT INTO stream (id, key_hash, title, description, status,"
	    " visibility, created_ms) SELECT printf('%021d', i),"
	    " zeroblob(32), replace(hex(zeroblob(100)), '0', char(128512)),"
	    " replace(hex(zeroblob(2500)), '0', char(10)), 1, 0, 1 FROM n");
	tree = list(unit, INT64_MAX, LISTING_LIMIT_MAX);
	assert_int_equal(count(tree), LISTING_LIMIT_MAX);
	(void)json_object_put(tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(nothing_live_is_an_empty_list),
		UNIT_LIVE(public_streams_that_are_live_are_listed_newest_first),
		UNIT_LIVE(what_is_hidden_or_not_live_is_not_listed),
		UNIT_LIVE(pages_follow_each_other_without_gap_or_repeat),
		UNIT_LIVE(all_streams_are_of_any_visibility_and_state),
		UNIT_LIVE(a_page_that_is_just_full_has_no_next),
		UNIT_LIVE(links_begin_with_the_base_that_was_asked),
		UNIT_LIVE(the_first_page_is_kept_while_nothing_changes),
		UNIT_LIVE(another_programs_change_is_seen_at_once),
		UNIT_LIVE(the_digest_follows_the_text),
		UNIT_LIVE(viewers_are_counted_once_they_were_swept),
		UNIT_LIVE(another_page_is_not_taken_for_the_first),
		UNIT_LIVE(the_largest_page_fits),
	};

	return UNIT_RUN(tests);
}
