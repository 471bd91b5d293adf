/*
 * live/manifest.h: the text of playlists, and the files that hold it.
 */
#include "unit_media.h"

#define PAGE 4096

static char text[UNIT_TEXT_BYTES]; /* one thread */

static struct segment
segment_of(int64_t seq, int64_t duration_us)
{
	return (struct segment){
		.seq = seq,
		.duration_us = duration_us,
		.at_unix_ms = INT64_C(1700000000000) + seq * 1000,
		.kind = MEDIA_FMP4,
		.init = 0,
	};
}

static void
heads_say_what_a_playlist_is(void **state)
{
	const struct rendition rendition = {
		.target_s = 3,
		.window_seq = 7,
		.window_breaks = 2,
	};
	static const char *const WANTED[MANIFEST_KIND__MAX] = {
		"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:3\n"
		"#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-DISCONTINUITY-SEQUENCE:2\n",
		"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:3\n"
		"#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:EVENT\n",
		"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:3\n"
		"#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n",
	};
	struct buf buf;
	int kind;

	(void)state;
	for (kind = 0; kind < MANIFEST_KIND__MAX; kind++) {
		buf_init(&buf, 4096);
		manifest_head(&buf, (enum manifest_kind)kind, &rendition);
		assert_string_equal(buf.data, WANTED[kind]);
		buf_free(&buf);
	}
}

static void
an_entry_says_what_changed(void **state)
{
	struct manifest_place place = { .init = -1, .top = true };
	struct segment segment = segment_of(0, 2000000);
	struct buf buf;

	(void)state;
	buf_init(&buf, 4096);
	manifest_entry(&buf, &place, &segment);
	segment = segment_of(1, 1999999);
	manifest_entry(&buf, &place, &segment);
	segment = segment_of(2, 1);
	segment.gap = true;
	manifest_entry(&buf, &place, &segment);
	segment = segment_of(3, 1500000);
	segment.discontinuity = true;
	segment.init = 1;
	manifest_entry(&buf, &place, &segment);
	assert_string_equal(buf.data,
	    "#EXT-X-MAP:URI=\"r0-init0.mp4\"\n"
	    "#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:20.000Z\n"
	    "#EXTINF:2.000000,\nr0-0.m4s\n"
	    "#EXTINF:1.999999,\nr0-1.m4s\n"
	    "#EXT-X-GAP\n#EXTINF:0.000001,\nr0-2.m4s\n"
	    "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"r0-init1.mp4\"\n"
	    "#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:23.000Z\n"
	    "#EXTINF:1.500000,\nr0-3.m4s\n");
	buf_free(&buf);
}

static void
names_tell_one_rendition_from_several(void **state)
{
	const struct recording one = { .renditions = 1 },
			       two = { .renditions = 2 };
	char name[MEDIA_FILE_BYTES];

	(void)state;
	manifest_name(MANIFEST_LIVE, &one, 0, name);
	assert_string_equal(name, "index.m3u8");
	manifest_name(MANIFEST_DVR, &two, 1, name);
	assert_string_equal(name, "r1-dvr.m3u8");
	manifest_name(MANIFEST_LIVE, &two, 0, name);
	assert_string_equal(name, "r0.m3u8");
	manifest_name(MANIFEST_REPLAY, &two, -1, name);
	assert_string_equal(name, "replay.m3u8");
}

/* No entry of the text begins on one page and ends on another. */
static void
assert_pages(const char *at, size_t size)
{
	size_t begin = 0, end, line;
	bool inside = false;

	for (line = 0; line < size; line = end + 1) {
		end = line + strcspn(at + line, "\n");
		if (end == line)
			continue;
		if (!inside && strncmp(at + line, "#EXTINF", 7) != 0 &&
		    strncmp(at + line, "#EXT-X-DISCONTINUITY\n", 21) != 0)
			continue;
		if (!inside)
			begin = line;
		inside = at[line] == '#';
		if (!inside)
			assert_int_equal(begin / PAGE, end / PAGE);
	}
}

static void
no_entry_crosses_a_page_however_it_is_grown(void **state)
{
	struct manifest_place place = { .init = -1, .top = true };
	struct rendition rendition = { .target_s = 1 };
	struct segment batch[7];
	struct buf all, buf;
	int64_t seq = 0;
	int round, i;

	(void)state;
	buf_init(&all, 1 << 20);
	for (round = 0; round < 300; round++) {
		const int count = round % 7 + 1;

		for (i = 0; i < count; i++, seq++) {
			batch[i] = segment_of(seq, 1000000);
			batch[i].discontinuity = seq % 11 == 5;
		}
		buf_init(&buf, 1 << 20);
		manifest_grow(&buf, &rendition, &place, batch, count);
		buf_add(&all, buf.data, buf.size);
		buf_free(&buf);
		assert_int_equal(rendition.dvr_bytes, all.size);
	}
	assert_false(all.failed);
	assert_true(all.size > 8 * PAGE);
	assert_pages(all.data, all.size);
	assert_int_equal(unit_count_text(all.data, "#EXTINF"), seq);
	assert_int_equal(unit_count_text(all.data, "#EXTM3U"), 1);
	buf_free(&all);
}

static void
what_is_grown_bit_by_bit_is_what_is_grown_at_once(void **state)
{
	struct manifest_place one = { .init = -1, .top = true }, many = one;
	struct rendition first = { .target_s = 1 }, second = first;
	static struct segment segments[500];
	struct buf whole, parts;
	int i;

	(void)state;
	for (i = 0; i < 500; i++)
		segments[i] = segment_of(i, 1000000);
	buf_init(&whole, 1 << 20);
	manifest_grow(&whole, &first, &one, segments, 500);
	buf_init(&parts, 1 << 20);
	for (i = 0; i < 500; i++)
		manifest_grow(&parts, &second, &many, &segments[i], 1);
	assert_int_equal(whole.size, parts.size);
	assert_memory_equal(whole.data, parts.data, whole.size);
	buf_free(&whole);
	buf_free(&parts);
}

/* A live broadcast with segments 0 to `last` of a second. */
static void
broadcast(struct unit *unit, int last, struct stream *stream,
    struct recording *recording)
{
	unit_create(unit, VISIBILITY_PUBLIC, stream, NULL);
	unit_push(unit, stream, "a", 0, last);
	unit_again(unit, stream);
	unit_recording(unit, stream, recording);
}

static void
the_window_moves_and_counts_discontinuities(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct rendition rendition;
	struct stream stream;
	struct error err;

	unit->config.media_window_s = 6;
	broadcast(unit, 3, &stream, &recording);
	unit_sql(unit, STORE_LASTING,
	    "UPDATE segment SET discontinuity = 1 WHERE seq = 2");
	unit_push(unit, &stream, "a", 4, 11);
	assert_int_equal(store_rendition_get(unit->live.store, recording.seq, 0,
			     &rendition, &err),
	    1);
	assert_int_equal(rendition.segments, 12);
	assert_int_equal(rendition.window_seq, 6);
	assert_int_equal(rendition.window_breaks, 1);
	assert_true(unit_media_text(unit, &recording, "index.m3u8", text) > 0);
	assert_non_null(strstr(text, "#EXT-X-MEDIA-SEQUENCE:6\n"));
	assert_non_null(strstr(text, "#EXT-X-DISCONTINUITY-SEQUENCE:1\n"));
	assert_int_equal(unit_count_text(text, "#EXTINF"), 6);
	stream_free(&stream);
}

static void
the_window_is_never_shorter_than_three_targets(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;

	unit->config.media_window_s = 6;
	broadcast(unit, 0, &stream, &recording);
	unit_sql(unit, STORE_PASSING, "UPDATE encoder SET target_s = 4");
	unit_sql(unit, STORE_LASTING, "UPDATE rendition SET target_s = 4");
	unit_push(unit, &stream, "a", 1, 19);
	unit_ok(
	    unit_media_text(unit, &recording, "index.m3u8", text) > 0 ? 0 : -1,
	    &err);
	assert_int_equal(unit_count_text(text, "#EXTINF"), 12);
	stream_free(&stream);
}

/* Harms dvr.m3u8; the next segment must bring back all of it. */
static void
assert_mended(struct unit *unit, void (*harm)(const char *path))
{
	struct recording recording;
	char path[FILE_PATH_BYTES];
	struct stream stream;
	struct error err;

	broadcast(unit, 4, &stream, &recording);
	unit_ok(media_file(&unit->config, recording.id, "dvr.m3u8", path, &err),
	    &err);
	harm(path);
	unit_push(unit, &stream, "a", 5, 6);
	assert_true(unit_media_text(unit, &recording, "dvr.m3u8", text) > 0);
	assert_int_equal(unit_count_text(text, "#EXTINF"), 7);
	assert_int_equal(unit_count_text(text, "#EXTM3U"), 1);
	assert_non_null(strstr(text, "r0-6.ts\n"));
	stream_free(&stream);
}

static void
cut_short(const char *path)
{
	assert_int_equal(truncate(path, 100), 0);
}

static void
make_longer(const char *path)
{
	FILE *file = fopen(path, "ab");

	assert_non_null(file);
	(void)fputs("#EXTINF:1.0,\nr0-5", file);
	(void)fclose(file);
}

static void
take_away(const char *path)
{
	assert_int_equal(unlink(path), 0);
}

static void
a_playlist_that_ends_elsewhere_is_written_anew(void **state)
{
	assert_mended(*state, cut_short);
	assert_mended(*state, make_longer);
	assert_mended(*state, take_away);
}

static void
closing_twice_is_closing_once(void **state)
{
	static char before[UNIT_TEXT_BYTES];
	static const char *const NAMES[] = { "index.m3u8", "dvr.m3u8",
		"replay.m3u8" };
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;
	size_t i;

	broadcast(unit, 4, &stream, &recording);
	unit_ok(manifest_close(&unit->live, &recording, true, &err), &err);
	for (i = 0; i < UNIT_COUNT(NAMES); i++) {
		assert_true(
		    unit_media_text(unit, &recording, NAMES[i], before) > 0);
		assert_int_equal(unit_count_text(before, "#EXT-X-ENDLIST"), 1);
		assert_int_equal(unit_count_text(before, "#EXTINF"), 5);
		unit_ok(
		    manifest_close(&unit->live, &recording, true, &err), &err);
		assert_true(
		    unit_media_text(unit, &recording, NAMES[i], text) > 0);
		assert_string_equal(text, before);
	}
	assert_non_null(strstr(before, "#EXT-X-PLAYLIST-TYPE:VOD\n"));
	stream_free(&stream);
}

static void
closing_brings_back_what_is_missing(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	char path[FILE_PATH_BYTES];
	struct stream stream;
	struct error err;

	broadcast(unit, 4, &stream, &recording);
	unit_ok(media_file(&unit->config, recording.id, "dvr.m3u8", path, &err),
	    &err);
	cut_short(path);
	unit_ok(manifest_close(&unit->live, &recording, true, &err), &err);
	assert_true(unit_media_text(unit, &recording, "dvr.m3u8", text) > 0);
	assert_int_equal(unit_count_text(text, "#EXTINF"), 5);
	assert_true(unit_media_text(unit, &recording, "replay.m3u8", text) > 0);
	assert_int_equal(unit_count_text(text, "#EXTINF"), 5);
	stream_free(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_say_what_a_playlist_is),
		cmocka_unit_test(an_entry_says_what_changed),
		cmocka_unit_test(names_tell_one_rendition_from_several),
		cmocka_unit_test(no_entry_crosses_a_page_however_it_is_grown),
		cmocka_unit_test(
		    what_is_grown_bit_by_bit_is_what_is_grown_at_once),
		UNIT_LIVE(the_window_moves_and_counts_discontinuities),
		UNIT_LIVE(the_window_is_never_shorter_than_three_targets),
		UNIT_LIVE(a_playlist_that_ends_elsewhere_is_written_anew),
		UNIT_LIVE(closing_twice_is_closing_once),
		UNIT_LIVE(closing_brings_back_what_is_missing),
	};

	return UNIT_RUN(tests);
}
