/*
 * live/publish.h: order, gaps, and what a program leaves behind that is killed
 * between two steps. A kill is simulated by taking back what would have come
 * behind it.
 */
#include "unit_media.h"

static char text[UNIT_TEXT_BYTES]; /* one thread */

static void
begin(struct unit *unit, struct stream *stream)
{
	unit_create(unit, VISIBILITY_PUBLIC, stream, NULL);
}

static void
send(struct unit *unit, const struct stream *stream, int n)
{
	char name[32];
	struct error err;

	(void)snprintf(name, sizeof(name), "a%d.ts", n);
	unit_ok(unit_send(unit, stream, name, name, &err), &err);
}

static void
list(struct unit *unit, const struct stream *stream, int first, int last)
{
	const struct unit_list sent = { "index.m3u8", "a", first, last, NULL };
	struct error err;

	unit_ok(unit_list(unit, stream, &sent, &err), &err);
}

/*
 * dvr.m3u8 has segments 0 to count - 1, each once and in order, with what was
 * sent under these numbers; those of `gaps` ("2 5") are gaps.
 */
static void
assert_dvr(
    struct unit *unit, const struct stream *stream, int count, const char *gaps)
{
	char name[MEDIA_FILE_BYTES], held[32], number[16], bytes[64];
	struct recording recording;
	const char *at = text;
	FILE *file;
	int n;

	unit_recording(unit, stream, &recording);
	assert_true(unit_media_text(unit, &recording, "dvr.m3u8", text) > 0);
	assert_int_equal(unit_count_text(text, "#EXTINF"), count);
	assert_int_equal(unit_count_text(text, "#EXT-X-GAP"),
	    gaps[0] == '\0' ? 0 : unit_count_text(gaps, " ") + 1);
	for (n = 0; n < count; n++) {
		char path[FILE_PATH_BYTES];
		struct error err;

		(void)snprintf(name, sizeof(name), "\nr0-%d.ts\n", n);
		at = strstr(at, name);
		assert_non_null(at);
		(void)snprintf(name, sizeof(name), "r0-%d.ts", n);
		unit_ok(
		    media_file(&unit->config, recording.id, name, path, &err),
		    &err);
		(void)snprintf(number, sizeof(number), "%d", n);
		file = fopen(path, "rb");
		if (strstr(gaps, number) != NULL) {
			assert_null(file);
			continue;
		}
		assert_non_null(file);
		(void)snprintf(held, sizeof(held), "a%d.ts", n);
		assert_non_null(fgets(bytes, sizeof(bytes), file));
		assert_string_equal(bytes, held);
		(void)fclose(file);
	}
}

static void
segments_are_in_the_order_of_the_list(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	begin(unit, &stream);
	send(unit, &stream, 2);
	send(unit, &stream, 0);
	list(unit, &stream, 0, 3);
	send(unit, &stream, 3);
	assert_dvr(unit, &stream, 1, "");
	send(unit, &stream, 1);
	assert_dvr(unit, &stream, 4, "");
	stream_free(&stream);
}

static void
more_than_a_batch_is_published_at_once(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	int n;

	begin(unit, &stream);
	for (n = 199; n > 0; n--)
		send(unit, &stream, n);
	list(unit, &stream, 0, 199);
	send(unit, &stream, 0);
	assert_dvr(unit, &stream, 200, "");
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM listed"),
	    0);
	stream_free(&stream);
}

static void
what_is_missing_is_a_gap_after_some_time(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	begin(unit, &stream);
	send(unit, &stream, 0);
	list(unit, &stream, 0, 2);
	send(unit, &stream, 2);
	assert_dvr(unit, &stream, 1, "");
	unit_sql(unit, STORE_PASSING, "UPDATE listed SET since_ms = 1");
	list(unit, &stream, 0, 2);
	assert_dvr(unit, &stream, 3, "1");
	send(unit, &stream, 1);
	assert_dvr(unit, &stream, 3, "");
	stream_free(&stream);
}

static void
the_last_is_waited_for_however_long(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	begin(unit, &stream);
	send(unit, &stream, 0);
	list(unit, &stream, 0, 1);
	unit_sql(unit, STORE_PASSING, "UPDATE listed SET since_ms = 1");
	list(unit, &stream, 0, 1);
	assert_dvr(unit, &stream, 1, "");
	send(unit, &stream, 1);
	assert_dvr(unit, &stream, 2, "");
	stream_free(&stream);
}

static void
what_has_left_the_list_is_a_gap_at_once(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	begin(unit, &stream);
	send(unit, &stream, 0);
	list(unit, &stream, 0, 2);
	send(unit, &stream, 2);
	list(unit, &stream, 2, 2);
	assert_dvr(unit, &stream, 3, "1");
	stream_free(&stream);
}

static void
the_rest_is_published_at_the_end(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	send(unit, &stream, 0);
	list(unit, &stream, 0, 3);
	send(unit, &stream, 3);
	unit_ok(publish_rest(&unit->live, stream.id, &err), &err);
	assert_dvr(unit, &stream, 4, "1 2");
	stream_free(&stream);
}

static void
a_name_that_comes_again_is_published_once(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	begin(unit, &stream);
	unit_push(unit, &stream, "x", 0, 0);
	unit_again(unit, &stream);
	stream_free(&stream);
	begin(unit, &stream);
	send(unit, &stream, 0);
	send(unit, &stream, 0);
	list(unit, &stream, 0, 0);
	send(unit, &stream, 0);
	list(unit, &stream, 0, 0);
	send(unit, &stream, 1);
	list(unit, &stream, 0, 1);
	assert_dvr(unit, &stream, 2, "");
	stream_free(&stream);
}

/* Segments 0 to 2 are published; 3 has been sent, and its list not. */
static void
half_way(struct unit *unit, struct stream *stream)
{
	int n;

	begin(unit, stream);
	for (n = 0; n < 3; n++) {
		send(unit, stream, n);
		list(unit, stream, 0, n);
	}
	send(unit, stream, 3);
}

/* What each step adds: saved before, and put back to take the step back. */
static void
save_rows(struct unit *unit)
{
	unit_sql(unit, STORE_PASSING,
	    "CREATE TABLE old_upload AS SELECT * FROM upload");
	unit_sql(unit, STORE_PASSING,
	    "CREATE TABLE old_encoder AS SELECT * FROM encoder");
	unit_sql(unit, STORE_LASTING,
	    "CREATE TABLE old_rendition AS SELECT * FROM rendition");
}

static void
take_back_forgetting(struct unit *unit)
{
	unit_sql(unit, STORE_PASSING,
	    "DELETE FROM upload; INSERT INTO upload SELECT * FROM old_upload;"
	    "INSERT INTO listed SELECT stream_id, name, 3, 'a3.ts', NULL,"
	    " 1000000, 0, 0, 0, 1 FROM encoder");
}

static void
take_back_rows(struct unit *unit)
{
	take_back_forgetting(unit);
	unit_sql(unit, STORE_LASTING,
	    "DELETE FROM segment WHERE seq = 3; DELETE FROM rendition;"
	    "INSERT INTO rendition SELECT * FROM old_rendition");
}

static void
cut_dvr(struct unit *unit, const struct stream *stream, int64_t bytes)
{
	struct recording recording;
	char path[FILE_PATH_BYTES];
	struct error err;

	unit_recording(unit, stream, &recording);
	unit_ok(media_file(&unit->config, recording.id, "dvr.m3u8", path, &err),
	    &err);
	assert_int_equal(truncate(path, bytes), 0);
}

static int64_t
dvr_bytes(struct unit *unit)
{
	return unit_sql_int(
	    unit, STORE_LASTING, "SELECT dvr_bytes FROM rendition");
}

static void
killed_behind_the_move(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	int64_t before;

	half_way(unit, &stream);
	save_rows(unit);
	before = dvr_bytes(unit);
	list(unit, &stream, 0, 3);
	take_back_rows(unit);
	cut_dvr(unit, &stream, before);
	list(unit, &stream, 0, 3);
	assert_dvr(unit, &stream, 4, "");
	unit_push(unit, &stream, "a", 4, 4);
	stream_free(&stream);
}

static void
killed_behind_the_commit(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	int64_t before;

	half_way(unit, &stream);
	save_rows(unit);
	before = dvr_bytes(unit);
	list(unit, &stream, 0, 3);
	take_back_forgetting(unit);
	cut_dvr(unit, &stream, before);
	list(unit, &stream, 0, 3);
	send(unit, &stream, 4);
	list(unit, &stream, 0, 4);
	assert_dvr(unit, &stream, 5, "");
	stream_free(&stream);
}

static void
killed_before_the_playlists(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	int64_t before;

	half_way(unit, &stream);
	before = dvr_bytes(unit);
	list(unit, &stream, 0, 3);
	cut_dvr(unit, &stream, before);
	send(unit, &stream, 4);
	list(unit, &stream, 0, 4);
	assert_dvr(unit, &stream, 5, "");
	stream_free(&stream);
}

static void
killed_in_the_middle_of_a_line(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	half_way(unit, &stream);
	list(unit, &stream, 0, 3);
	cut_dvr(unit, &stream, dvr_bytes(unit) - 7);
	send(unit, &stream, 4);
	list(unit, &stream, 0, 4);
	assert_dvr(unit, &stream, 5, "");
	stream_free(&stream);
}

static void
killed_before_a_filled_gap_is_told_of(void **state)
{
	static char stale[UNIT_TEXT_BYTES];
	struct unit *unit = *state;
	struct recording recording;
	char path[FILE_PATH_BYTES];
	struct stream stream;
	struct error err;

	begin(unit, &stream);
	send(unit, &stream, 0);
	list(unit, &stream, 0, 2);
	send(unit, &stream, 2);
	list(unit, &stream, 2, 2);
	unit_recording(unit, &stream, &recording);
	assert_true(unit_media_text(unit, &recording, "dvr.m3u8", stale) > 0);
	send(unit, &stream, 1);
	/* The playlist as it was, and the row as it is before it is written. */
	unit_ok(media_file(&unit->config, recording.id, "dvr.m3u8", path, &err),
	    &err);
	unit_ok(file_replace(path, stale, strlen(stale), &err), &err);
	unit_sql(unit, STORE_LASTING, "UPDATE rendition SET dvr_bytes = 0");
	send(unit, &stream, 3);
	list(unit, &stream, 2, 3);
	assert_dvr(unit, &stream, 4, "");
	stream_free(&stream);
}

static void
killed_before_a_late_file_is_published(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	begin(unit, &stream);
	send(unit, &stream, 0);
	list(unit, &stream, 0, 2);
	send(unit, &stream, 2);
	list(unit, &stream, 2, 2);
	/* It came, and nobody looked whether a gap waits for it. */
	unit_sql(unit, STORE_LASTING, "UPDATE recording SET state = 1");
	send(unit, &stream, 1);
	unit_sql(unit, STORE_LASTING, "UPDATE recording SET state = 0");
	assert_dvr(unit, &stream, 3, "1");
	send(unit, &stream, 1);
	assert_dvr(unit, &stream, 3, "");
	stream_free(&stream);
}

/* Two renditions, of which the second has just come. */
static void
two(struct unit *unit, struct stream *stream, struct recording *recording)
{
	const struct unit_list second = { "b.m3u8", "b", 0, 0, NULL };
	struct error err;

	begin(unit, stream);
	send(unit, stream, 0);
	list(unit, stream, 0, 0);
	unit_ok(unit_send(unit, stream, "b0.ts", "b0.ts", &err), &err);
	unit_ok(unit_list(unit, stream, &second, &err), &err);
	unit_recording(unit, stream, recording);
	assert_int_equal(recording->renditions, 2);
}

static void
killed_before_a_rendition_is_told_of(void **state)
{
	static const char *const LATE[] = { "r0.m3u8", "r1.m3u8", "r0-dvr.m3u8",
		"r1-dvr.m3u8" };
	struct unit *unit = *state;
	struct recording recording;
	char path[FILE_PATH_BYTES];
	struct stream stream;
	struct error err;
	size_t i;

	two(unit, &stream, &recording);
	for (i = 0; i < UNIT_COUNT(LATE); i++) {
		unit_ok(media_file(
			    &unit->config, recording.id, LATE[i], path, &err),
		    &err);
		assert_int_equal(unlink(path), 0);
	}
	unit_ok(
	    media_file(&unit->config, recording.id, "index.m3u8", path, &err),
	    &err);
	unit_ok(file_replace(path, "#EXTM3U\n", 8, &err), &err);
	send(unit, &stream, 1);
	list(unit, &stream, 0, 1);
	assert_true(unit_media_text(unit, &recording, "index.m3u8", text) > 0);
	assert_non_null(strstr(text, "\nr0.m3u8\n"));
	assert_non_null(strstr(text, "\nr1.m3u8\n"));
	for (i = 0; i < UNIT_COUNT(LATE); i++)
		assert_true(
		    unit_media_text(unit, &recording, LATE[i], text) > 0);
	stream_free(&stream);
}

static void
what_is_published_is_what_the_recording_weighs(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;

	begin(unit, &stream);
	unit_push(unit, &stream, "a", 0, 9);
	unit_recording(unit, &stream, &recording);
	assert_int_equal(recording.bytes, 10 * 3);
	assert_int_equal(recording.duration_ms, 10000);
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "SELECT media_bytes FROM site"),
	    30);
	stream_free(&stream);
}

static void
a_recording_that_is_over_is_left_alone(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	half_way(unit, &stream);
	unit_again(unit, &stream);
	unit_ok(lifecycle_stop(&unit->live, &stream, true, &err), &err);
	send(unit, &stream, 4);
	unit_ok(publish_rest(&unit->live, stream.id, &err), &err);
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "SELECT count(*) FROM segment"),
	    3);
	stream_free(&stream);
}

/* What the playlists were before the last segment: then it was killed. */
static void
put_back(struct unit *unit, const struct recording *recording, const char *name,
    const char *before)
{
	char path[FILE_PATH_BYTES];
	struct error err;

	unit_ok(
	    media_file(&unit->config, recording->id, name, path, &err), &err);
	unit_ok(file_replace(path, before, strlen(before), &err), &err);
}

static void
a_list_that_comes_again_mends_what_was_unwritten(void **state)
{
	static char dvr[UNIT_TEXT_BYTES], live[UNIT_TEXT_BYTES];
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;

	begin(unit, &stream);
	unit_push(unit, &stream, "a", 0, 1);
	unit_recording(unit, &stream, &recording);
	assert_true(unit_media_text(unit, &recording, "dvr.m3u8", dvr) > 0);
	assert_true(unit_media_text(unit, &recording, "index.m3u8", live) > 0);
	send(unit, &stream, 2);
	list(unit, &stream, 0, 2);
	put_back(unit, &recording, "dvr.m3u8", dvr);
	put_back(unit, &recording, "index.m3u8", live);
	list(unit, &stream, 0, 2);
	assert_true(unit_media_text(unit, &recording, "dvr.m3u8", text) > 0);
	assert_int_equal(unit_count_text(text, "r0-2.ts\n"), 1);
	assert_true(unit_media_text(unit, &recording, "index.m3u8", text) > 0);
	assert_int_equal(unit_count_text(text, "r0-2.ts\n"), 1);
	stream_free(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(segments_are_in_the_order_of_the_list),
		UNIT_LIVE(a_list_that_comes_again_mends_what_was_unwritten),
		UNIT_LIVE(more_than_a_batch_is_published_at_once),
		UNIT_LIVE(what_is_missing_is_a_gap_after_some_time),
		UNIT_LIVE(the_last_is_waited_for_however_long),
		UNIT_LIVE(what_has_left_the_list_is_a_gap_at_once),
		UNIT_LIVE(the_rest_is_published_at_the_end),
		UNIT_LIVE(a_name_that_comes_again_is_published_once),
		UNIT_LIVE(killed_behind_the_move),
		UNIT_LIVE(killed_behind_the_commit),
		UNIT_LIVE(killed_before_the_playlists),
		UNIT_LIVE(killed_in_the_middle_of_a_line),
		UNIT_LIVE(killed_before_a_filled_gap_is_told_of),
		UNIT_LIVE(killed_before_a_late_file_is_published),
		UNIT_LIVE(killed_before_a_rendition_is_told_of),
		UNIT_LIVE(what_is_published_is_what_the_recording_weighs),
		UNIT_LIVE(a_recording_that_is_over_is_left_alone),
	};

	return UNIT_RUN(tests);
}
