/*
 * The rows of media: recordings, renditions, variants, segments, jobs.
 */
#include "live/probe.h"
#include "store/job.h"
#include "store/recording.h"
#include "unit.h"

static int64_t
count(struct unit *unit, enum store_part part, const char *of)
{
	char sql[160];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", of);
	return unit_sql_int(unit, part, sql);
}

static void
insert(struct unit *unit, const char *id, const char *stream_id,
    struct recording *recording)
{
	struct error err;

	memset(recording, 0, sizeof(*recording));
	(void)snprintf(recording->id, sizeof(recording->id), "%s", id);
	(void)snprintf(recording->stream_id, sizeof(recording->stream_id), "%s",
	    stream_id);
	recording->started_unix_ms = 5;
	unit_ok(
	    store_recording_insert(unit->live.store, recording, &err), &err);
}

static int
turn(struct unit *unit, const struct recording *recording,
    enum recording_state from, enum recording_state to, int64_t unix_ms)
{
	const enum recording_state states[2] = { from, to };
	struct error err;

	return store_recording_turn(
	    unit->live.store, recording->seq, states, unix_ms, &err);
}

static void
a_recording_is_found_by_all_its_names(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct recording first, second, found;
	struct error err;

	insert(unit, "one", "s", &first);
	insert(unit, "two", "s", &second);
	assert_int_equal(first.state, RECORDING_LIVE);
	assert_int_equal(first.ended_unix_ms, 0);
	assert_string_equal(first.id, "one");
	assert_int_equal(
	    store_recording_get(store, second.seq, &found, &err), 1);
	assert_string_equal(found.id, "two");
	assert_int_equal(store_recording_newest(store, "s", &found, &err), 1);
	assert_string_equal(found.id, "two");
	assert_int_equal(store_recording_newest(store, "t", &found, &err), 0);
	assert_int_equal(store_recording_next(store, "s", 0, &found, &err), 1);
	assert_string_equal(found.id, "one");
	assert_int_equal(
	    store_recording_next(store, "s", second.seq, &found, &err), 0);
}

static void
a_recording_turns_from_the_state_that_it_is_in(void **state)
{
	struct unit *unit = *state;
	struct recording first, found;
	struct error err;

	insert(unit, "one", "s", &first);
	assert_int_equal(
	    turn(unit, &first, RECORDING_READY, RECORDING_FAILED, 7), 0);
	assert_int_equal(
	    turn(unit, &first, RECORDING_LIVE, RECORDING_PROCESSING, 7), 1);
	assert_int_equal(
	    turn(unit, &first, RECORDING_PROCESSING, RECORDING_READY, 9), 1);
	assert_int_equal(
	    store_recording_get(unit->live.store, first.seq, &found, &err), 1);
	assert_int_equal(found.state, RECORDING_READY);
	assert_int_equal(found.ended_unix_ms, 7);
	assert_int_equal(
	    turn(unit, &first, RECORDING_READY, RECORDING_GOING, 11), 1);
	assert_int_equal(
	    store_recording_newest(unit->live.store, "s", &found, &err), 0);
}

static void
what_recordings_weigh_is_summed(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct recording first, second, found;
	struct error err;
	int64_t bytes;

	insert(unit, "one", "s", &first);
	insert(unit, "two", "t", &second);
	unit_ok(store_recording_grow(store, first.seq, 100, 5000, &err), &err);
	unit_ok(store_recording_grow(store, first.seq, 20, 4000, &err), &err);
	unit_ok(store_recording_grow(store, second.seq, 3, 1, &err), &err);
	unit_ok(store_recording_set_mp4(store, first.seq, 50, &err), &err);
	unit_ok(store_recording_set_mp4(store, first.seq, 60, &err), &err);
	assert_int_equal(
	    store_recording_get(store, first.seq, &found, &err), 1);
	assert_int_equal(found.bytes, 180);
	assert_int_equal(found.mp4_bytes, 60);
	assert_int_equal(found.duration_ms, 5000);
	unit_ok(store_site_media_bytes(store, &bytes, &err), &err);
	assert_int_equal(bytes, 183);
	unit_ok(store_recording_kept_bytes(store, &bytes, &err), &err);
	assert_int_equal(bytes, 0);
	assert_int_equal(
	    turn(unit, &first, RECORDING_LIVE, RECORDING_READY, 7), 1);
	unit_ok(store_recording_kept_bytes(store, &bytes, &err), &err);
	assert_int_equal(bytes, 180);
	assert_int_equal(
	    store_recording_delete(store, first.seq, 100, &err), 1);
	unit_ok(store_site_media_bytes(store, &bytes, &err), &err);
	assert_int_equal(bytes, 3);
}

static void
details_are_added_once_each(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct recording first, found;
	struct error err;
	int i;

	insert(unit, "one", "s", &first);
	for (i = 0; i < 2; i++) {
		unit_ok(store_recording_add_detail(
			    store, first.seq, "No poster.", &err),
		    &err);
		unit_ok(store_recording_add_detail(
			    store, first.seq, "No MP4.", &err),
		    &err);
	}
	assert_int_equal(
	    store_recording_get(store, first.seq, &found, &err), 1);
	assert_string_equal(found.detail, "No poster. No MP4.");
}

static void
the_oldest_of_those_that_are_ready_is_found(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct recording all[3], found;
	struct error err;

	insert(unit, "one", "s", &all[0]);
	insert(unit, "two", "t", &all[1]);
	insert(unit, "three", "u", &all[2]);
	assert_int_equal(
	    turn(unit, &all[0], RECORDING_LIVE, RECORDING_READY, 20), 1);
	assert_int_equal(
	    turn(unit, &all[1], RECORDING_LIVE, RECORDING_READY, 10), 1);
	assert_int_equal(store_recording_oldest(store, 10, &found, &err), 0);
	assert_int_equal(store_recording_oldest(store, 11, &found, &err), 1);
	assert_string_equal(found.id, "two");
}

static struct rendition
rendition_of(int64_t recording, int64_t number)
{
	return (struct rendition){
		.recording = recording,
		.number = number,
		.name = "v/index.m3u8",
		.target_s = 2,
		.session = 3,
		.sequence = 4,
		.segments = 5,
		.duration_us = 6,
		.bytes = 7,
		.end_unix_ms = 8,
		.inits = 9,
		.init_digest = -10,
		.window_seq = 11,
		.window_breaks = 12,
		.dvr_bytes = 13,
	};
}

static void
a_rendition_is_read_as_it_was_written(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct rendition one = rendition_of(1, 0), two = rendition_of(1, 2);
	struct rendition other = rendition_of(2, 1);
	struct rendition found, all[RENDITIONS_MAX];
	struct error err;

	unit_ok(store_rendition_put(store, &two, &err), &err);
	unit_ok(store_rendition_put(store, &one, &err), &err);
	unit_ok(store_rendition_put(store, &other, &err), &err);
	assert_int_equal(store_rendition_get(store, 1, 0, &found, &err), 1);
	assert_string_equal(found.name, one.name);
	assert_memory_equal(&found.target_s, &one.target_s,
	    sizeof(found) - offsetof(struct rendition, target_s));
	assert_int_equal(store_rendition_get(store, 1, 1, &found, &err), 0);
	one.segments = 99;
	unit_ok(store_rendition_put(store, &one, &err), &err);
	assert_int_equal(store_rendition_list(store, 1, all, &err), 2);
	assert_int_equal(all[0].segments, 99);
	assert_int_equal(all[1].number, 2);
}

static void
a_variant_is_read_as_it_was_written(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct variant sound = {
		.name = "a.m3u8",
		.audio = true,
		.group = "g",
		.label = "Deutsch",
		.language = "de",
		.is_default = true,
	};
	struct variant picture = {
		.name = "v.m3u8",
		.bandwidth = 1000,
		.width = 640,
		.height = 360,
		.frame_rate_milli = 29970,
		.codecs = "avc1.42c00a",
		.group = "g",
	};
	struct variant found;
	struct error err;

	unit_ok(store_variant_put(store, 1, &sound, &err), &err);
	unit_ok(store_variant_put(store, 1, &picture, &err), &err);
	picture.bandwidth = 2000;
	unit_ok(store_variant_put(store, 1, &picture, &err), &err);
	assert_int_equal(store_variant_count(store, 1, &err), 2);
	assert_int_equal(
	    store_variant_get(store, 1, "a.m3u8", &found, &err), 1);
	assert_true(found.audio && found.is_default);
	assert_string_equal(found.label, "Deutsch");
	assert_string_equal(found.codecs, "");
	assert_int_equal(
	    store_variant_get(store, 1, "v.m3u8", &found, &err), 1);
	assert_int_equal(found.bandwidth, 2000);
	assert_int_equal(found.frame_rate_milli, 29970);
	assert_string_equal(found.language, "");
	assert_int_equal(
	    store_variant_get(store, 2, "v.m3u8", &found, &err), 0);
}

static void
segments_are_listed_in_order_and_gaps_are_filled(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct segment segment = {
		.recording = 1, .kind = MEDIA_TS, .init = -1
	};
	struct segment found[8];
	struct error err;
	int i;

	for (i = 0; i < 5; i++) {
		segment.seq = i;
		segment.duration_us = 1000 + i;
		segment.discontinuity = i == 3;
		unit_ok(store_segment_insert(
			    store, &segment, i == 2 ? "x2.ts" : NULL, &err),
		    &err);
	}
	assert_int_equal(store_segment_insert(store, &segment, NULL, &err), -1);
	segment.seq = 1;
	assert_int_equal(
	    store_segment_list(store, &segment, 8, found, &err), 4);
	assert_int_equal(found[0].seq, 1);
	assert_int_equal(found[3].duration_us, 1004);
	assert_true(found[1].gap && !found[0].gap);
	assert_true(found[2].discontinuity && !found[1].discontinuity);
	assert_int_equal(
	    store_segment_list(store, &segment, 2, found, &err), 2);
	assert_int_equal(
	    store_segment_missing(store, 1, "x1.ts", found, &err), 0);
	assert_int_equal(
	    store_segment_missing(store, 2, "x2.ts", found, &err), 0);
	assert_int_equal(
	    store_segment_missing(store, 1, "x2.ts", found, &err), 1);
	found[0].bytes = 77;
	unit_ok(store_segment_fill(store, &found[0], &err), &err);
	assert_int_equal(
	    store_segment_missing(store, 1, "x2.ts", found, &err), 0);
	assert_int_equal(
	    store_segment_list(store, &segment, 8, found, &err), 4);
	assert_true(!found[1].gap && found[1].bytes == 77);
}

static void
a_recording_is_deleted_bit_by_bit(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct segment segment = { .init = -1 };
	struct rendition rendition;
	struct recording first, second;
	struct error err;
	int i;

	insert(unit, "one", "s", &first);
	insert(unit, "two", "s", &second);
	for (i = 0; i < 20; i++) {
		segment.recording = i % 2 ? first.seq : second.seq;
		segment.seq = i;
		unit_ok(
		    store_segment_insert(store, &segment, NULL, &err), &err);
	}
	rendition = rendition_of(first.seq, 0);
	unit_ok(store_rendition_put(store, &rendition, &err), &err);
	assert_int_equal(store_recording_delete(store, first.seq, 6, &err), 0);
	assert_int_equal(count(unit, STORE_LASTING, "segment"), 14);
	assert_int_equal(store_recording_delete(store, first.seq, 6, &err), 0);
	assert_int_equal(store_recording_delete(store, first.seq, 6, &err), 1);
	assert_int_equal(count(unit, STORE_LASTING, "segment"), 10);
	assert_int_equal(count(unit, STORE_LASTING, "rendition"), 0);
	assert_int_equal(count(unit, STORE_LASTING, "recording"), 1);
}

static void
jobs_are_claimed_by_their_due_time(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct job_state open;
	struct job job, again;
	struct error err;
	int64_t due;

	assert_int_equal(store_job_next(store, &due, &err), 0);
	unit_ok(store_job_insert(store, 1, JOB_MP4, 20, &err), &err);
	unit_ok(store_job_insert(store, 1, JOB_POSTER, 10, &err), &err);
	unit_ok(store_job_insert(store, 1, JOB_MP4, 15, &err), &err);
	unit_ok(store_job_insert(store, 1, JOB_MP4, 99, &err), &err);
	unit_ok(store_job_insert(store, 1, JOB_REMOVE, 50, &err), &err);
	assert_int_equal(store_job_next(store, &due, &err), 1);
	assert_int_equal(due, 10);
	assert_int_equal(store_job_claim(store,
			     &(struct job_wish){ 9, 100, false }, &job, &err),
	    0);
	assert_int_equal(store_job_claim(store,
			     &(struct job_wish){ 20, 100, false }, &job, &err),
	    1);
	assert_int_equal(job.kind, JOB_POSTER);
	assert_int_equal(store_job_claim(store,
			     &(struct job_wish){ 20, 100, false }, &job, &err),
	    1);
	assert_int_equal(job.kind, JOB_MP4);
	assert_int_equal(
	    store_job_claim(
		store, &(struct job_wish){ 20, 100, false }, &again, &err),
	    0);
	assert_int_equal(store_job_move(store, &job, 90, 400, &err), 1);
	unit_ok(store_job_state(store, 1, &open, &err), &err);
	assert_int_equal(open.open, 2);
	assert_int_equal(open.progress, 400);
	assert_int_equal(
	    store_job_claim(
		store, &(struct job_wish){ 95, 200, false }, &again, &err),
	    1);
	assert_int_equal(again.kind, JOB_REMOVE);
	assert_int_equal(store_job_delete(store, &job, &err), 1);
	assert_int_equal(store_job_delete(store, &job, &err), 0);
	assert_int_equal(store_job_delete_all(store, 1, JOB_REMOVE, &err), 1);
	assert_int_equal(
	    store_job_delete_all(store, 1, JOB_KIND__MAX, &err), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(a_recording_is_found_by_all_its_names),
		UNIT_LIVE(a_recording_turns_from_the_state_that_it_is_in),
		UNIT_LIVE(what_recordings_weigh_is_summed),
		UNIT_LIVE(details_are_added_once_each),
		UNIT_LIVE(the_oldest_of_those_that_are_ready_is_found),
		UNIT_LIVE(a_rendition_is_read_as_it_was_written),
		UNIT_LIVE(a_variant_is_read_as_it_was_written),
		UNIT_LIVE(segments_are_listed_in_order_and_gaps_are_filled),
		UNIT_LIVE(a_recording_is_deleted_bit_by_bit),
		UNIT_LIVE(jobs_are_claimed_by_their_due_time),
	};

	return UNIT_RUN(tests);
}
