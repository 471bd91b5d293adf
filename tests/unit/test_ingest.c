/*
 * live/ingest.h: whose files and lists are taken. Time is moved by moving the
 * rows' times; segments last a second, so that an encoder is given up four
 * seconds after its last list.
 */
#include "live/audience.h"
#include "unit_media.h"

#define GIVEN_UP_MS 4000

/* A new stream; nothing is in incoming/ yet. */
static void
begin(struct unit *unit, struct stream *stream)
{
	struct error err;

	unit_media_remove(unit, MEDIA_INCOMING);
	unit_ok(media_prepare(&unit->config, &err), &err);
	unit_create(unit, VISIBILITY_PUBLIC, stream, NULL);
}

/* Nothing was heard for so long. */
static void
silence(struct unit *unit, int64_t ms)
{
	char sql[120];

	(void)snprintf(sql, sizeof(sql),
	    "UPDATE encoder SET heard_ms = heard_ms - %lld,"
	    " began_ms = began_ms - %lld",
	    (long long)ms, (long long)ms);
	unit_sql(unit, STORE_PASSING, sql);
}

static int
send_as(struct unit *unit, const struct stream *stream, int n, const char *who,
    struct error *err)
{
	char name[32], text[64];

	(void)snprintf(name, sizeof(name), "a%d.ts", n);
	(void)snprintf(text, sizeof(text), "%s %d", who, n);
	return unit_send(unit, stream, name, text, err);
}

static int
list_of(struct unit *unit, const struct stream *stream, int first, int last,
    struct error *err)
{
	const struct unit_list list = { "index.m3u8", "a", first, last, NULL };

	return unit_list(unit, stream, &list, err);
}

/* An encoder that has sent `count` segments and their lists. */
static void
encode(struct unit *unit, const struct stream *stream, const char *who,
    int from, int to)
{
	struct error err;
	int n;

	for (n = from; n < to; n++) {
		unit_ok(send_as(unit, stream, n, who, &err), &err);
		unit_ok(list_of(unit, stream, 0, n, &err), &err);
	}
}

/* What players have: "one 0|one 1|" and a "/" in front of discontinuities. */
static void
assert_played(
    struct unit *unit, const struct stream *stream, const char *wanted)
{
	struct segment from = { .seq = 0 }, all[64];
	struct recording recording;
	char got[2048] = "", path[FILE_PATH_BYTES], name[MEDIA_FILE_BYTES];
	char held[64];
	struct error err;
	size_t used = 0;
	int count, i;

	unit_recording(unit, stream, &recording);
	from.recording = recording.seq;
	count = store_segment_list(unit->live.store, &from, 64, all, &err);
	unit_ok(count, &err);
	for (i = 0; i < count; i++) {
		FILE *file;

		media_segment_name(&all[i], name);
		unit_ok(
		    media_file(&unit->config, recording.id, name, path, &err),
		    &err);
		file = fopen(path, "rb");
		held[0] = '\0';
		if (file != NULL) {
			assert_non_null(fgets(held, sizeof(held), file));
			(void)fclose(file);
		}
		used += (size_t)snprintf(got + used, sizeof(got) - used,
		    "%s%s|", all[i].discontinuity ? "/" : "",
		    all[i].gap ? "gap" : held);
	}
	assert_string_equal(got, wanted);
}

static void
the_first_media_starts_a_stream(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	assert_int_equal(send_as(unit, &stream, 0, "one", &err), 1);
	assert_int_equal(send_as(unit, &stream, 0, "one", &err), 0);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_LIVE);
	assert_int_equal(list_of(unit, &stream, 0, 0, &err), 1);
	assert_int_equal(list_of(unit, &stream, 0, 0, &err), 0);
	assert_played(unit, &stream, "one 0|");
	stream_free(&stream);
}

static void
another_is_refused_while_the_first_is_heard(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 3);
	silence(unit, GIVEN_UP_MS - 1000);
	unit_fails(send_as(unit, &stream, 0, "two", &err), &err, ERROR_ENCODER);
	assert_in_range(err.retry_after_s, 1, 2);
	unit_fails(list_of(unit, &stream, 0, 0, &err), &err, ERROR_ENCODER);
	encode(unit, &stream, "one", 3, 4);
	assert_played(unit, &stream, "one 0|one 1|one 2|one 3|");
	assert_int_equal(unit_media_files(unit, MEDIA_INCOMING, "."), 0);
	stream_free(&stream);
}

static void
another_takes_over_once_the_first_is_silent(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 2);
	unit_fails(send_as(unit, &stream, 0, "two", &err), &err, ERROR_ENCODER);
	silence(unit, GIVEN_UP_MS + 1);
	unit_ok(list_of(unit, &stream, 0, 0, &err), &err);
	encode(unit, &stream, "two", 1, 3);
	assert_played(unit, &stream, "one 0|one 1|/two 0|two 1|two 2|");
	assert_int_equal(unit_media_files(unit, MEDIA_INCOMING, "."), 0);
	stream_free(&stream);
}

static void
the_same_content_is_another_session_all_the_same(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 3);
	assert_int_equal(send_as(unit, &stream, 0, "one", &err), 0);
	silence(unit, GIVEN_UP_MS + 1);
	unit_ok(list_of(unit, &stream, 0, 0, &err), &err);
	assert_played(unit, &stream, "one 0|one 1|one 2|/one 0|");
	stream_free(&stream);
}

static void
one_that_was_taken_over_is_the_other_then(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 6);
	unit_fails(send_as(unit, &stream, 0, "two", &err), &err, ERROR_ENCODER);
	silence(unit, GIVEN_UP_MS + 1);
	unit_ok(list_of(unit, &stream, 0, 0, &err), &err);
	unit_fails(send_as(unit, &stream, 0, "one", &err), &err, ERROR_ENCODER);
	unit_fails(list_of(unit, &stream, 4, 6, &err), &err, ERROR_ENCODER);
	stream_free(&stream);
}

static void
an_encoder_beside_the_first_changes_nothing(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;
	int n;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 1);
	for (n = 0; n < 3; n++) {
		unit_fails(send_as(unit, &stream, n, "two", &err), &err,
		    ERROR_ENCODER);
		unit_fails(
		    list_of(unit, &stream, 0, n, &err), &err, ERROR_ENCODER);
		encode(unit, &stream, "one", n + 1, n + 2);
	}
	assert_played(unit, &stream, "one 0|one 1|one 2|one 3|");
	stream_free(&stream);
}

/* Under the very list that the first had: all of it was sent again. */
static void
a_list_whose_files_were_all_sent_again_is_a_newcomers(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;
	int n;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 3);
	for (n = 0; n < 3; n++)
		unit_fails(send_as(unit, &stream, n, "two", &err), &err,
		    ERROR_ENCODER);
	unit_ok(send_as(unit, &stream, 3, "two", &err), &err);
	unit_fails(list_of(unit, &stream, 0, 3, &err), &err, ERROR_ENCODER);
	silence(unit, GIVEN_UP_MS + 1);
	unit_ok(list_of(unit, &stream, 0, 3, &err), &err);
	assert_played(
	    unit, &stream, "one 0|one 1|one 2|/two 0|two 1|two 2|two 3|");
	stream_free(&stream);
}

static void
a_list_that_was_overtaken_changes_nothing(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 4);
	assert_int_equal(list_of(unit, &stream, 0, 2, &err), 0);
	silence(unit, GIVEN_UP_MS + 1);
	assert_int_equal(list_of(unit, &stream, 0, 1, &err), 0);
	encode(unit, &stream, "one", 4, 5);
	assert_played(unit, &stream, "one 0|one 1|one 2|one 3|one 4|");
	stream_free(&stream);
}

static void
an_encoder_under_another_name_takes_the_place(void **state)
{
	const struct unit_list other = { "other.m3u8", "b", 0, 0, NULL };
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 1);
	unit_ok(list_of(unit, &stream, 0, 2, &err), &err);
	unit_ok(send_as(unit, &stream, 2, "one", &err), &err);
	silence(unit, GIVEN_UP_MS + 1);
	unit_ok(unit_send(unit, &stream, "b0.ts", "two 0", &err), &err);
	assert_int_equal(unit_list(unit, &stream, &other, &err), 1);
	assert_played(unit, &stream, "one 0|gap|one 2|/two 0|");
	unit_recording(unit, &stream, &recording);
	assert_int_equal(recording.renditions, 1);
	stream_free(&stream);
}

static void
an_encoder_under_another_name_joins_at_the_start_alone(void **state)
{
	const struct unit_list second = { "second.m3u8", "b", 0, 0, NULL };
	const struct unit_list third = { "third.m3u8", "c", 0, 0, NULL };
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 1);
	unit_ok(unit_send(unit, &stream, "b0.ts", "b 0", &err), &err);
	unit_ok(unit_list(unit, &stream, &second, &err), &err);
	unit_sql(unit, STORE_PASSING,
	    "UPDATE encoder SET began_ms = began_ms - 60000");
	unit_ok(unit_send(unit, &stream, "c0.ts", "c 0", &err), &err);
	unit_fails(unit_list(unit, &stream, &third, &err), &err, ERROR_ENCODER);
	unit_recording(unit, &stream, &recording);
	assert_int_equal(recording.renditions, 2);
	stream_free(&stream);
}

static void
a_broadcast_that_was_stopped_is_over_for_its_encoder(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;
	int n;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 3);
	unit_again(unit, &stream);
	unit_ok(lifecycle_stop(&unit->live, &stream, false, &err), &err);
	for (n = 3; n < 12; n++) {
		unit_ok(send_as(unit, &stream, n, "one", &err), &err);
		unit_fails(
		    list_of(unit, &stream, n - 1, n, &err), &err, ERROR_OVER);
		assert_true(err.retry_after_s > 0);
	}
	unit_fails(list_of(unit, &stream, 8, 9, &err), &err, ERROR_OVER);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_READY);
	assert_int_equal(unit_media_files(unit, MEDIA_INCOMING, "."), 0);
	stream_free(&stream);
}

static void
a_new_encoder_begins_another_broadcast(void **state)
{
	struct recording first, second;
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 3);
	unit_recording(unit, &stream, &first);
	unit_again(unit, &stream);
	unit_ok(lifecycle_stop(&unit->live, &stream, true, &err), &err);
	unit_again(unit, &stream);
	encode(unit, &stream, "one", 0, 2);
	unit_recording(unit, &stream, &second);
	assert_string_not_equal(first.id, second.id);
	assert_played(unit, &stream, "one 0|one 1|");
	stream_free(&stream);
}

static void
a_list_that_ends_waits_for_its_segments(void **state)
{
	const struct unit_list last = { "index.m3u8", "a", 0, 2,
		"#EXT-X-ENDLIST\n" };
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 2);
	unit_ok(unit_list(unit, &stream, &last, &err), &err);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_LIVE);
	unit_ok(send_as(unit, &stream, 2, "one", &err), &err);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_READY);
	stream_free(&stream);
}

static void
what_nobody_lists_is_swept_away(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 2);
	unit_ok(send_as(unit, &stream, 7, "one", &err), &err);
	unit_ok(ingest_sweep(&unit->live, steady_now_ms(), &err), &err);
	assert_int_equal(unit_media_files(unit, MEDIA_INCOMING, "."), 1);
	unit_ok(
	    ingest_sweep(&unit->live, steady_now_ms() + 400000, &err), &err);
	assert_int_equal(unit_media_files(unit, MEDIA_INCOMING, "."), 0);
	assert_int_equal(unit_sql_int(unit, STORE_PASSING,
			     "SELECT count(*) FROM upload WHERE published = 0"),
	    0);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM encoder"),
	    1);
	unit_ok(
	    ingest_sweep(&unit->live, steady_now_ms() + 900000, &err), &err);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM encoder"),
	    0);
	stream_free(&stream);
}

/* Two in step, with the same names, can be told by where they are. */
static void
two_in_step_are_told_apart_by_their_addresses(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;
	int n;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 2);
	for (n = 2; n < 5; n++) {
		unit_ok(send_as(unit, &stream, n, "one", &err), &err);
		unit_sender = "192.0.2.2";
		unit_fails(send_as(unit, &stream, n, "two", &err), &err,
		    ERROR_ENCODER);
		unit_sender = "192.0.2.1";
		unit_ok(list_of(unit, &stream, 0, n, &err), &err);
		unit_sender = "192.0.2.2";
		unit_fails(send_as(unit, &stream, n, "two", &err), &err,
		    ERROR_ENCODER);
		unit_fails(
		    list_of(unit, &stream, 0, n, &err), &err, ERROR_ENCODER);
		unit_sender = "192.0.2.1";
	}
	assert_played(unit, &stream, "one 0|one 1|one 2|one 3|one 4|");
}

/* A phone changes its address in the middle of a broadcast. */
static void
an_encoder_may_move_to_another_address(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 2);
	unit_sender = "192.0.2.2";
	encode(unit, &stream, "one", 2, 4);
	unit_sender = "192.0.2.1";
	assert_played(unit, &stream, "one 0|one 1|one 2|one 3|");
}

/* One that was refused all along ends a moment after the first. */
static void
the_last_list_of_one_that_was_refused_begins_nothing(void **state)
{
	struct unit *unit = *state;
	const struct unit_list last = { "index.m3u8", "a", 0, 1,
		"#EXT-X-ENDLIST\n" };
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 3);
	unit_fails(send_as(unit, &stream, 1, "two", &err), &err, ERROR_ENCODER);
	unit_ok(lifecycle_stop_id(&unit->live, stream.id, &err), &err);
	unit_again(unit, &stream);
	unit_fails(unit_list(unit, &stream, &last, &err), &err, ERROR_OVER);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_READY);
}

/* A suspended laptop, a stalled line: the show goes on as another broadcast. */
static void
an_encoder_that_was_silent_too_long_begins_another(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 2);
	unit_sql(unit, STORE_PASSING, "UPDATE broadcast SET deadline_ms = 1");
	(void)audience_sweep(&unit->live);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_READY);
	unit_ok(send_as(unit, &stream, 2, "one", &err), &err);
	unit_ok(list_of(unit, &stream, 0, 2, &err), &err);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_LIVE);
	assert_played(unit, &stream, "one 2|");
}

/* Rows that a list left between a stop's two halves. */
static void
what_waits_when_a_broadcast_stops_is_not_of_the_next(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 2);
	unit_sql(unit, STORE_PASSING,
	    "INSERT INTO listed SELECT stream_id, name, 2, 'a2.ts', NULL,"
	    " 1000000, 0, 0, 0, 0 FROM encoder");
	unit_sql(unit, STORE_LASTING, "UPDATE recording SET state = 4");
	unit_ok(lifecycle_stop(&unit->live, &stream, false, &err), &err);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM listed"),
	    0);
}

/* The list was on its way when the stream was stopped. */
static void
a_stopped_stream_gets_no_recording(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;
	int folders;

	begin(unit, &stream);
	folders = unit_media_files(unit, MEDIA_LIVE, ".");
	unit_ok(lifecycle_start(&unit->live, &stream, &err), &err);
	unit_ok(lifecycle_stop_id(&unit->live, stream.id, &err), &err);
	unit_fails(publish_open(&unit->live, &stream, &recording, &err), &err,
	    ERROR_OVER);
	unit_ok(lifecycle_delete(&unit->live, stream.id, &err), &err);
	unit_fails(publish_open(&unit->live, &stream, &recording, &err), &err,
	    ERROR_STREAM_UNKNOWN);
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "SELECT count(*) FROM recording"),
	    0);
	assert_int_equal(unit_media_files(unit, MEDIA_LIVE, "."), folders);
}

/* Its folder is gone: nothing can be published, and it stops all the same. */
static void
a_broadcast_without_its_folder_stops(void **state)
{
	struct unit *unit = *state;
	struct stream stream, other;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 2);
	unit_start(unit, &other);
	unit_media_remove(unit, MEDIA_LIVE);
	unit_sql(unit, STORE_PASSING, "UPDATE broadcast SET deadline_ms = 1");
	(void)audience_sweep(&unit->live);
	unit_again(unit, &stream);
	unit_again(unit, &other);
	assert_int_equal(stream.status, STREAM_READY);
	assert_int_equal(other.status, STREAM_READY);
	stream_free(&other);
}

/* What no list has named yet weighs as well. */
static void
unlisted_files_count_against_the_broadcasts_limit(void **state)
{
	struct unit *unit = *state;
	enum media_kind kind;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	unit->config.media_broadcast_max_mb = 1;
	unit_ok(send_as(unit, &stream, 0, "one", &err), &err);
	unit_ok(ingest_admit(&unit->live, &stream, "a1.ts", &kind, &err), &err);
	unit_sql(unit, STORE_PASSING, "UPDATE upload SET bytes = 1048576");
	unit_fails(ingest_admit(&unit->live, &stream, "a1.ts", &kind, &err),
	    &err, ERROR_TOO_LARGE);
	unit_sql(unit, STORE_PASSING, "DELETE FROM upload");
	unit_ok(ingest_admit(&unit->live, &stream, "a1.ts", &kind, &err), &err);
}

/* As a program leaves it that is killed in the middle of an upload. */
static void
a_file_that_no_row_knows_is_swept_away(void **state)
{
	struct unit *unit = *state;
	char path[FILE_PATH_BYTES];
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 1);
	unit_ok(send_as(unit, &stream, 1, "one", &err), &err);
	unit_ok(media_path(&unit->config, MEDIA_INCOMING, "orphan", path, &err),
	    &err);
	unit_ok(file_replace(path, "half a", 6, &err), &err);
	unit_ok(ingest_sweep_orphans(&unit->live, 3600, &err), &err);
	assert_int_equal(file_size(path), 6);
	unit_ok(ingest_sweep_orphans(&unit->live, 0, &err), &err);
	assert_int_equal(file_size(path), -1);
	/* What a row knows is there still, and is published. */
	unit_ok(list_of(unit, &stream, 0, 1, &err), &err);
	assert_played(unit, &stream, "one 0|one 1|");
}

/* There would be nothing to watch. */
static void
a_broadcast_of_gaps_alone_is_not_kept(void **state)
{
	struct unit *unit = *state;
	const struct unit_list list = { "index.m3u8", "a", 0, 2,
		"#EXT-X-ENDLIST\n" };
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	unit_ok(unit_list(unit, &stream, &list, &err), &err);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_LIVE);
	unit_ok(lifecycle_stop(&unit->live, &stream, true, &err), &err);
	assert_int_equal(stream.status, STREAM_READY);
	assert_int_equal(unit_sql_int(unit, STORE_LASTING,
			     "SELECT count(*) FROM recording WHERE state <> 4"),
	    0);
}

static void
what_is_taken_back_is_gone(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 2);
	unit_ok(send_as(unit, &stream, 7, "one", &err), &err);
	unit_ok(ingest_delete(&unit->live, &stream, "a7.ts", &err), &err);
	assert_int_equal(unit_media_files(unit, MEDIA_INCOMING, "."), 0);
	unit_fails(ingest_delete(&unit->live, &stream, "a7.ts", &err), &err,
	    ERROR_PATH_UNKNOWN);
	unit_ok(ingest_delete(&unit->live, &stream, "a0.ts", &err), &err);
	unit_ok(ingest_delete(&unit->live, &stream, "index.m3u8", &err), &err);
	assert_played(unit, &stream, "one 0|one 1|");
	stream_free(&stream);
}

static void
what_is_forgotten_leaves_neither_rows_nor_files(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;
	int n;

	begin(unit, &stream);
	encode(unit, &stream, "one", 0, 2);
	for (n = 10; n < 60; n++)
		unit_ok(send_as(unit, &stream, n, "one", &err), &err);
	unit_fails(send_as(unit, &stream, 0, "two", &err), &err, ERROR_ENCODER);
	unit_ok(ingest_forget(&unit->live, stream.id, &err), &err);
	assert_int_equal(unit_media_files(unit, MEDIA_INCOMING, "."), 0);
	assert_int_equal(unit_sql_int(unit, STORE_PASSING,
			     "SELECT (SELECT count(*) FROM upload)"
			     " + (SELECT count(*) FROM encoder)"
			     " + (SELECT count(*) FROM listed)"),
	    0);
	stream_free(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(the_first_media_starts_a_stream),
		UNIT_LIVE(another_is_refused_while_the_first_is_heard),
		UNIT_LIVE(another_takes_over_once_the_first_is_silent),
		UNIT_LIVE(the_same_content_is_another_session_all_the_same),
		UNIT_LIVE(one_that_was_taken_over_is_the_other_then),
		UNIT_LIVE(an_encoder_beside_the_first_changes_nothing),
		UNIT_LIVE(
		    a_list_whose_files_were_all_sent_again_is_a_newcomers),
		UNIT_LIVE(a_list_that_was_overtaken_changes_nothing),
		UNIT_LIVE(an_encoder_under_another_name_takes_the_place),
		UNIT_LIVE(
		    an_encoder_under_another_name_joins_at_the_start_alone),
		UNIT_LIVE(a_broadcast_that_was_stopped_is_over_for_its_encoder),
		UNIT_LIVE(a_new_encoder_begins_another_broadcast),
		UNIT_LIVE(a_list_that_ends_waits_for_its_segments),
		UNIT_LIVE(what_nobody_lists_is_swept_away),
		UNIT_LIVE(two_in_step_are_told_apart_by_their_addresses),
		UNIT_LIVE(an_encoder_may_move_to_another_address),
		UNIT_LIVE(the_last_list_of_one_that_was_refused_begins_nothing),
		UNIT_LIVE(an_encoder_that_was_silent_too_long_begins_another),
		UNIT_LIVE(what_waits_when_a_broadcast_stops_is_not_of_the_next),
		UNIT_LIVE(a_stopped_stream_gets_no_recording),
		UNIT_LIVE(a_broadcast_without_its_folder_stops),
		UNIT_LIVE(unlisted_files_count_against_the_broadcasts_limit),
		UNIT_LIVE(a_file_that_no_row_knows_is_swept_away),
		UNIT_LIVE(a_broadcast_of_gaps_alone_is_not_kept),
		UNIT_LIVE(what_is_taken_back_is_gone),
		UNIT_LIVE(what_is_forgotten_leaves_neither_rows_nor_files),
	};

	return UNIT_RUN(tests);
}
