/*
 * The rows of what encoders push: encoders, their lists, and files.
 */
#include "live/probe.h"
#include "store/ingest.h"
#include "unit.h"

static int64_t
count(struct unit *unit, const char *of)
{
	char sql[160];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", of);
	return unit_sql_int(unit, STORE_PASSING, sql);
}

static struct encoder
encoder_of(const char *name, int64_t rendition, int64_t heard)
{
	struct encoder encoder = {
		.stream_id = "s",
		.rendition = rendition,
		.session = 77,
		.sequence = 5,
		.last = "a5.ts",
		.began_steady_ms = 1,
		.heard_steady_ms = heard,
		.segment_ms = 2000,
		.target_s = 2,
	};

	(void)snprintf(encoder.name, sizeof(encoder.name), "%s", name);
	return encoder;
}

static void
encoders_are_found_by_name_rendition_and_time(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct encoder a = encoder_of("a.m3u8", 0, 10), found;
	struct encoder b = encoder_of("b.m3u8", 1, 20);
	struct error err;

	unit_ok(store_encoder_put(store, &a, &err), &err);
	unit_ok(store_encoder_put(store, &b, &err), &err);
	assert_int_equal(
	    store_encoder_find(store, "s", "a.m3u8", &found, &err), 1);
	assert_string_equal(found.last, "a5.ts");
	assert_int_equal(found.session, 77);
	assert_int_equal(store_encoder_newest(store, "s", &found, &err), 1);
	assert_string_equal(found.name, "b.m3u8");
	assert_int_equal(
	    store_encoder_of_rendition(store, "s", 0, &found, &err), 1);
	assert_string_equal(found.name, "a.m3u8");
	assert_int_equal(
	    store_encoder_of_rendition(store, "s", 2, &found, &err), 0);
	assert_int_equal(store_encoder_sending(store, "s", &err), 2);
	a.ended = ENCODER_ENDED;
	unit_ok(store_encoder_put(store, &a, &err), &err);
	assert_int_equal(store_encoder_sending(store, "s", &err), 1);
	assert_int_equal(store_encoder_silent(store, 9, &found, &err), 0);
	assert_int_equal(store_encoder_silent(store, 15, &found, &err), 1);
	assert_string_equal(found.name, "a.m3u8");
	unit_ok(store_encoder_stop_all(store, "s", &err), &err);
	assert_int_equal(store_encoder_sending(store, "s", &err), 0);
	unit_ok(store_encoder_delete(store, &b, &err), &err);
	assert_int_equal(count(unit, "encoder"), 1);
}

static void
listed_entries_wait_in_order(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	const struct encoder encoder = encoder_of("a.m3u8", 0, 10);
	struct listed listed = { .duration_us = 1000 }, found[8];
	char playlist[PUSH_NAME_BYTES];
	struct error err;
	int i;

	for (i = 4; i >= 0; i--) {
		listed.sequence = i;
		listed.gap = i == 1;
		(void)snprintf(
		    listed.segment, sizeof(listed.segment), "a%d.ts", i);
		(void)snprintf(listed.map, sizeof(listed.map), "%s",
		    i > 2 ? "init.mp4" : "");
		unit_ok(
		    store_listed_insert(store, &encoder, &listed, &err), &err);
	}
	assert_int_equal(store_listed_count(store, "s", &err), 5);
	assert_int_equal(store_listed_count(store, "t", &err), 0);
	assert_int_equal(store_listed_list(store, &encoder, 3, found, &err), 3);
	assert_string_equal(found[0].segment, "a0.ts");
	assert_string_equal(found[0].map, "");
	assert_true(found[1].gap && !found[2].gap);
	assert_int_equal(
	    store_listed_awaits(store, "s", "a3.ts", playlist, &err), 1);
	assert_string_equal(playlist, "a.m3u8");
	unit_ok(store_listed_delete(store, &encoder, 3, &err), &err);
	assert_int_equal(
	    store_listed_awaits(store, "s", "a3.ts", playlist, &err), 0);
	assert_int_equal(store_listed_list(store, &encoder, 8, found, &err), 1);
	assert_string_equal(found[0].map, "init.mp4");
	unit_ok(store_ingest_forget(store, "s", &err), &err);
	assert_int_equal(count(unit, "listed"), 0);
}

static void
put(struct unit *unit, const char *name, bool newcomer, bool published,
    int64_t at_steady_ms)
{
	struct upload upload = {
		.stream_id = "s",
		.newcomer = newcomer,
		.file = "f",
		.kind = MEDIA_TS,
		.digest = newcomer ? -2 : -1,
		.bytes = 3,
		.at_steady_ms = at_steady_ms,
		.published = published,
	};
	struct error err;

	(void)snprintf(upload.name, sizeof(upload.name), "%s", name);
	unit_ok(store_upload_put(unit->live.store, &upload, &err), &err);
}

static void
files_and_a_newcomers_are_kept_apart(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct upload found, list[8];
	struct error err;

	put(unit, "a.ts", false, true, 10);
	assert_int_equal(store_upload_newcomer(store, "s", &found, &err), 0);
	put(unit, "a.ts", true, false, 20);
	put(unit, "b.ts", false, false, 30);
	assert_int_equal(
	    store_upload_find(store, "s", "a.ts", &found, &err), 1);
	assert_true(found.published && found.digest == -1);
	assert_int_equal(
	    store_upload_aside(store, "s", "a.ts", &found, &err), 1);
	assert_true(!found.published && found.digest == -2);
	assert_int_equal(
	    store_upload_aside(store, "s", "b.ts", &found, &err), 0);
	assert_int_equal(store_upload_newcomer(store, "s", &found, &err), 1);
	assert_string_equal(found.name, "a.ts");
	assert_int_equal(store_upload_old(store, 25, 8, list, &err), 1);
	assert_int_equal(store_upload_old(store, 99, 8, list, &err), 2);
	assert_int_equal(store_upload_list(store, "s", 8, list, &err), 3);
	unit_ok(store_upload_published(store, "s", "b.ts", NULL, &err), &err);
	unit_ok(store_upload_delete(store, &found, &err), &err);
	assert_int_equal(store_upload_old(store, 99, 8, list, &err), 0);
	unit_ok(store_upload_forget(store, "s", MEDIA_INIT, &err), &err);
	assert_int_equal(count(unit, "upload"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(encoders_are_found_by_name_rendition_and_time),
		UNIT_LIVE(listed_entries_wait_in_order),
		UNIT_LIVE(files_and_a_newcomers_are_kept_apart),
	};

	return UNIT_RUN(tests);
}
