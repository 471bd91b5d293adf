/*
 * live/probe.h: names, and whether a file is what its name says.
 */
#include "live/probe.h"
#include "unit.h"
#include "unit_boxes.h"

#define LETTERS_64                         \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LETTERS_61                         \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
a_name_says_a_kind(void **state)
{
	static const struct {
		const char *name;
		enum media_kind kind;
	} NAMES[] = {
		{ "index.m3u8", MEDIA_PLAYLIST },
		{ "v0/index.m3u8", MEDIA_PLAYLIST },
		{ "init.mp4", MEDIA_FMP4 },
		{ "chunk-stream0-00001.m4s", MEDIA_FMP4 },
		{ "a.m4v", MEDIA_FMP4 },
		{ "a.m4a", MEDIA_FMP4 },
		{ "seg.1.ts", MEDIA_TS },
		{ "_/-.ts", MEDIA_TS },
		{ "A_b-9.aac", MEDIA_AAC },
		{ "poster.jpg", MEDIA_PICTURE },
		{ "manifest.mpd", MEDIA_UNUSED },
		{ "subs.vtt", MEDIA_UNUSED },
		{ "a..ts", MEDIA_TS },
		{ LETTERS_64 "/" LETTERS_61 ".ts", MEDIA_TS },
	};
	enum media_kind kind;
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(NAMES); i++) {
		unit_ok(probe_name(NAMES[i].name, &kind, &err), &err);
		assert_int_equal(kind, NAMES[i].kind);
	}
}

static void
other_names_are_refused(void **state)
{
	static const char *const WRONG[] = { "", "/", ".", "..", "/a.ts", "a/",
		"a//b.ts", "a/b/c.ts", "../a.ts", "a/../b.ts", "./a.ts",
		".a.ts", "a/.b.ts", ".ts", "a/.ts", "a b.ts", "a%2eb.ts",
		"a\\b.ts", "a.ts\n", "\xc3\xa4.ts", "a?b.ts", "a.ts/", "a:b.ts",
		LETTERS_64 "a/b.ts", LETTERS_64 ".ts", "a/" LETTERS_64 ".ts" };
	static const char *const UNKNOWN[] = { "a", "m3u8", "ts", "a.exe",
		"a.ts.", "a.TS", "a.html", "a.ts/b", "a.tsx", "a.m3u" };
	enum media_kind kind;
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		if (probe_name(WRONG[i], &kind, &err) == 0)
			fail_msg("\"%s\" was taken", WRONG[i]);
		assert_int_equal(err.code, ERROR_INPUT);
		assert_string_equal(err.field, "name");
	}
	for (i = 0; i < UNIT_COUNT(UNKNOWN); i++) {
		if (probe_name(UNKNOWN[i], &kind, &err) == 0)
			fail_msg("\"%s\" was taken", UNKNOWN[i]);
		assert_int_equal(err.code, ERROR_MEDIA_KIND);
	}
}

/* probe_content of a file of these bytes; the kind, or -1 with *err. */
static int
look(const char *name, const void *bytes, size_t size, struct error *err)
{
	const int fd = unit_file(bytes, size);
	enum media_kind kind;
	int rc;

	rc = probe_content(fd, name, &kind, err);
	(void)close(fd);
	return rc == 0 ? (int)kind : -1;
}

static int
look_boxes(const struct boxes *boxes, struct error *err)
{
	return look("a.mp4", boxes->bytes, boxes->size, err);
}

static const struct boxes_traf TRAF = { .id = 1, .samples = 2, .duration = 5 };

static void
boxes_make_an_init_section_or_a_segment(void **state)
{
	const struct boxes_track both[] = { BOXES_VIDEO, BOXES_AUDIO };
	struct boxes boxes;
	struct error err;
	int kind;

	(void)state;
	boxes_init(&boxes, both, 2);
	kind = look_boxes(&boxes, &err);
	unit_ok(kind, &err);
	assert_int_equal(kind, MEDIA_INIT);
	boxes.size = 0;
	boxes_empty(&boxes, "styp", 8);
	boxes_empty(&boxes, "sidx", 44);
	boxes_empty(&boxes, "prft", 16);
	boxes_empty(&boxes, "emsg", 16);
	boxes_fragment(&boxes, &TRAF, 1);
	boxes_fragment(&boxes, &TRAF, 1);
	kind = look_boxes(&boxes, &err);
	unit_ok(kind, &err);
	assert_int_equal(kind, MEDIA_FMP4);
}

static void
an_init_section_needs_its_boxes(void **state)
{
	static const char *const NEEDED[] = { "mvhd", "mvex", "trak", "tkhd",
		"mdia", "mdhd", "hdlr", "minf", "stbl", "stsd" };
	struct boxes boxes;
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(NEEDED); i++) {
		boxes_init(&boxes, &BOXES_VIDEO, 1);
		boxes_hide(&boxes, NEEDED[i]);
		if (look_boxes(&boxes, &err) != -1)
			fail_msg("without %s it was taken", NEEDED[i]);
		assert_int_equal(err.code, ERROR_INIT);
	}
	/* A file that was recorded whole has no mvex. */
	boxes_init(&boxes, &BOXES_VIDEO, 1);
	boxes_hide(&boxes, "mvex");
	boxes_empty(&boxes, "mdat", 20);
	unit_fails(look_boxes(&boxes, &err), &err, ERROR_INIT);
}

static void
neither_is_not_media(void **state)
{
	struct boxes boxes = { .size = 0 };
	struct error err;

	(void)state;
	boxes_empty(&boxes, "ftyp", 8);
	boxes_empty(&boxes, "mdat", 8);
	unit_fails(look_boxes(&boxes, &err), &err, ERROR_INIT);
	unit_fails(look("a.m4s", "\0\0\0\x08what", 8, &err), &err, ERROR_INIT);
	unit_fails(
	    look("a.m4s", "<!doctype html>", 15, &err), &err, ERROR_INPUT);
}

static void
both_in_one_file_are_refused(void **state)
{
	struct boxes boxes;
	struct error err;

	(void)state;
	boxes_init(&boxes, &BOXES_VIDEO, 1);
	boxes_fragment(&boxes, &TRAF, 1);
	unit_fails(look_boxes(&boxes, &err), &err, ERROR_INPUT);
	assert_non_null(strstr(err.detail, "files of their own"));
}

static void
a_segment_that_is_cut_off_is_refused(void **state)
{
	struct boxes boxes = { .size = 0 };
	struct error err;
	size_t whole;

	(void)state;
	boxes_empty(&boxes, "styp", 8);
	boxes_fragment(&boxes, &TRAF, 1);
	whole = boxes.size;
	assert_int_equal(look_boxes(&boxes, &err), MEDIA_FMP4);
	while (--boxes.size > 16) {
		if (boxes.size == whole - 12)
			continue; /* the mdat is gone as a whole: below */
		unit_fails(look_boxes(&boxes, &err), &err, ERROR_INPUT);
	}
	boxes.size = whole - 12;
	unit_fails(look_boxes(&boxes, &err), &err, ERROR_INPUT);
	assert_non_null(strstr(err.detail, "mdat"));
}

static void
a_fragment_needs_a_track(void **state)
{
	static const char *const NEEDED[] = { "traf", "tfhd" };
	struct boxes boxes;
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(NEEDED); i++) {
		boxes.size = 0;
		boxes_fragment(&boxes, &TRAF, 1);
		boxes_hide(&boxes, NEEDED[i]);
		unit_fails(look_boxes(&boxes, &err), &err, ERROR_INPUT);
	}
}

/* `count` packets of a transport stream. */
static size_t
packets(unsigned char *bytes, size_t count)
{
	size_t i;

	memset(bytes, 0, count * 188);
	for (i = 0; i < count; i++)
		bytes[i * 188] = 0x47;
	return count * 188;
}

static void
a_transport_stream_is_whole_packets(void **state)
{
	unsigned char bytes[100 * 188];
	struct error err;

	(void)state;
	assert_int_equal(
	    look("a.ts", bytes, packets(bytes, 1), &err), MEDIA_TS);
	assert_int_equal(
	    look("a.ts", bytes, packets(bytes, 100), &err), MEDIA_TS);
	unit_fails(
	    look("a.ts", bytes, sizeof(bytes) - 1, &err), &err, ERROR_INPUT);
	unit_fails(look("a.ts", bytes, 187, &err), &err, ERROR_INPUT);
	bytes[0] = 0x46;
	unit_fails(look("a.ts", bytes, sizeof(bytes), &err), &err, ERROR_INPUT);
	(void)packets(bytes, 100);
	bytes[99 * 188] = 0;
	unit_fails(look("a.ts", bytes, sizeof(bytes), &err), &err, ERROR_INPUT);
}

/* An ADTS frame of 9 bytes. */
#define FRAME "\xff\xf1\x50\x80\x01\x3f\xfc\xaa\xbb"
/* An ID3 tag of 10 + 2 bytes. */
#define TAG "ID3\4\0\0\0\0\0\2xx"

static void
aac_is_whole_frames_behind_tags(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(look("a.aac", FRAME, 9, &err), MEDIA_AAC);
	assert_int_equal(look("a.aac", FRAME FRAME, 18, &err), MEDIA_AAC);
	assert_int_equal(look("a.aac", TAG FRAME, 21, &err), MEDIA_AAC);
	assert_int_equal(look("a.aac", TAG TAG FRAME, 33, &err), MEDIA_AAC);
	/* A tag with a footer. */
	assert_int_equal(look("a.aac",
			     "ID3\4\0\x10\0\0\0\0"
			     "3DI0000000" FRAME,
			     29, &err),
	    MEDIA_AAC);
}

static void
other_sound_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} WRONG[] = {
		{ FRAME, 8 },
		{ FRAME FRAME, 17 },
		{ FRAME "abc", 12 },
		{ TAG, 12 },
		{ TAG TAG TAG TAG TAG TAG TAG TAG TAG FRAME, 117 },
		{ "ID3\4\0\0\0\0\x7f\x7fxx" FRAME, 21 },
		{ "\xff\xfb\x90\x64\0\0\0\0\0", 9 },	   /* MP3 */
		{ "\xff\xf1\x7c\x80\x01\x3f\xfc\0\0", 9 }, /* no such rate */
		{ "\xff\xf1\x50\x80\x00\x1f\xfc", 7 },	   /* no frame size */
		{ "RIFF....", 8 },
	};
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		if (look("a.aac", WRONG[i].bytes, WRONG[i].size, &err) != -1)
			fail_msg("number %zu was taken", i);
		assert_int_equal(err.code, ERROR_INPUT);
	}
}

static void
a_picture_is_a_jpeg(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(
	    look("poster.jpg", "\xff\xd8\xff\xe0", 4, &err), MEDIA_PICTURE);
	unit_fails(look("poster.jpg", "\x89PNG", 4, &err), &err, ERROR_INPUT);
	unit_fails(look("poster.jpg", "\xff\xd8", 2, &err), &err, ERROR_INPUT);
}

static void
an_empty_file_is_nothing(void **state)
{
	static const char *const NAMES[] = { "a.mp4", "a.m4s", "a.ts", "a.aac",
		"a.jpg" };
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(NAMES); i++)
		unit_fails(look(NAMES[i], "", 0, &err), &err, ERROR_INPUT);
	/* Of these the content isn't looked at here. */
	assert_int_equal(look("a.m3u8", "", 0, &err), MEDIA_PLAYLIST);
	assert_int_equal(look("a.mpd", "", 0, &err), MEDIA_UNUSED);
	unit_fails(look("a.exe", "", 0, &err), &err, ERROR_MEDIA_KIND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_says_a_kind),
		cmocka_unit_test(other_names_are_refused),
		cmocka_unit_test(boxes_make_an_init_section_or_a_segment),
		cmocka_unit_test(an_init_section_needs_its_boxes),
		cmocka_unit_test(neither_is_not_media),
		cmocka_unit_test(both_in_one_file_are_refused),
		cmocka_unit_test(a_segment_that_is_cut_off_is_refused),
		cmocka_unit_test(a_fragment_needs_a_track),
		cmocka_unit_test(a_transport_stream_is_whole_packets),
		cmocka_unit_test(aac_is_whole_frames_behind_tags),
		cmocka_unit_test(other_sound_is_refused),
		cmocka_unit_test(a_picture_is_a_jpeg),
		cmocka_unit_test(an_empty_file_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
