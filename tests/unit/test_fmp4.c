/*
 * live/fmp4.h: init sections and segments made by hand. What real encoders
 * send is put together in test_fmp4_files.c.
 */
#include <fcntl.h>

#include "live/fmp4.h"
#include "unit.h"
#include "unit_boxes.h"

/* Boxes with a source of them, at one address from the first use on. */
struct sample {
	struct boxes boxes;
	struct box_bytes bytes;
	struct box_source source;
};

static const struct box_source *
sample_source(struct sample *sample)
{
	return boxes_source(&sample->boxes, &sample->bytes, &sample->source);
}

static const struct boxes_track *
both_tracks(void)
{
	static struct boxes_track both[2];

	both[0] = BOXES_VIDEO;
	both[1] = BOXES_AUDIO;
	return both;
}

/* An init section of video and audio, and its tracks. */
static void
both_init(struct sample *init, struct fmp4_tracks *tracks)
{
	struct error err;

	boxes_init(&init->boxes, both_tracks(), 2);
	memset(tracks, 0, sizeof(*tracks));
	unit_ok(fmp4_tracks(sample_source(init), tracks, &err), &err);
}

static void
tracks_are_read(void **state)
{
	struct boxes_track wide = BOXES_VIDEO;
	struct fmp4_tracks tracks;
	struct sample init;
	struct error err;

	(void)state;
	both_init(&init, &tracks);
	assert_int_equal(tracks.count, 2);
	assert_int_equal(tracks.renditions, 1);
	assert_int_equal(tracks.list[0].id, 1);
	assert_int_equal(tracks.list[0].as, 1);
	assert_int_equal(tracks.list[0].timescale, 1000);
	assert_int_equal(tracks.list[0].handler, FMP4_VIDEO);
	assert_int_equal(tracks.list[0].default_duration, 0);
	assert_int_equal(tracks.list[1].id, 2);
	assert_int_equal(tracks.list[1].timescale, 800);
	assert_int_equal(tracks.list[1].default_duration, 16);
	wide.wide = true;
	wide.id = 9;
	boxes_init(&init.boxes, &wide, 1);
	memset(&tracks, 0, sizeof(tracks));
	unit_ok(fmp4_tracks(sample_source(&init), &tracks, &err), &err);
	assert_int_equal(tracks.list[0].id, 9);
	assert_int_equal(tracks.list[0].timescale, 1000);
}

static void
renditions_get_ids_of_their_own(void **state)
{
	struct fmp4_tracks tracks;
	struct sample init;
	struct error err;

	(void)state;
	both_init(&init, &tracks);
	boxes_init(&init.boxes, &BOXES_VIDEO, 1);
	unit_ok(fmp4_tracks(sample_source(&init), &tracks, &err), &err);
	assert_int_equal(tracks.count, 3);
	assert_int_equal(tracks.renditions, 2);
	assert_int_equal(tracks.list[2].rendition, 1);
	assert_int_equal(tracks.list[2].id, 1);
	assert_int_equal(tracks.list[2].as, 3);
}

static void
odd_init_sections_are_refused(void **state)
{
	struct boxes_track list[FMP4_TRACKS_MAX + 1];
	const struct {
		struct boxes_track track;
		size_t count;
	} WRONG[] = {
		{ { .id = 0, .timescale = 1, .handler = FMP4_VIDEO }, 1 },
		{ { .id = 1, .timescale = 0, .handler = FMP4_VIDEO }, 1 },
		{ { .id = 1, .timescale = 2000000000, .handler = FMP4_VIDEO },
		    1 },
		{ { .id = UINT32_MAX, .timescale = 1, .handler = FMP4_VIDEO },
		    1 },
		{ { .id = 1, .timescale = 1, .handler = 1 }, 1 },
		{ { .id = 1, .timescale = 1, .handler = FMP4_VIDEO }, 2 },
	};
	struct fmp4_tracks tracks = { .count = 0 };
	struct sample init;
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		list[0] = list[1] = WRONG[i].track;
		boxes_init(&init.boxes, list, WRONG[i].count);
		unit_fails(fmp4_tracks(sample_source(&init), &tracks, &err),
		    &err, ERROR_INIT);
		assert_int_equal(tracks.count, 0);
		assert_int_equal(tracks.renditions, 0);
	}
	for (i = 0; i < UNIT_COUNT(list); i++) {
		list[i] = BOXES_VIDEO;
		list[i].id = (uint32_t)i + 1;
	}
	boxes_init(&init.boxes, list, FMP4_TRACKS_MAX);
	unit_ok(fmp4_tracks(sample_source(&init), &tracks, &err), &err);
	tracks = (struct fmp4_tracks){ .count = 0 };
	boxes_init(&init.boxes, list, FMP4_TRACKS_MAX + 1);
	unit_fails(
	    fmp4_tracks(sample_source(&init), &tracks, &err), &err, ERROR_INIT);
}

static void
the_same_tracks_are_told_from_others(void **state)
{
	struct boxes_track track = BOXES_VIDEO;
	struct sample one, other;
	struct error err;

	(void)state;
	boxes_init(&one.boxes, both_tracks(), 2);
	boxes_init(&other.boxes, both_tracks(), 2);
	/* A movie's times may differ. */
	other.boxes.bytes[boxes_find(&other.boxes, "mvhd") + 9] = 1;
	(void)sample_source(&one);
	(void)sample_source(&other);
	assert_int_equal(fmp4_same(&one.source, &other.source, &err), 1);
	other.boxes.bytes[boxes_find(&other.boxes, "mp4v") + 5] = 1;
	assert_int_equal(fmp4_same(&one.source, &other.source, &err), 0);
	boxes_init(&other.boxes, both_tracks(), 1);
	assert_int_equal(
	    fmp4_same(&one.source, sample_source(&other), &err), 0);
	boxes_init(&one.boxes, &track, 1);
	track.timescale++;
	boxes_init(&other.boxes, &track, 1);
	assert_int_equal(
	    fmp4_same(sample_source(&one), sample_source(&other), &err), 0);
	boxes_hide(&other.boxes, "mvex");
	unit_fails(
	    fmp4_same(&one.source, &other.source, &err), &err, ERROR_INIT);
}

/* The spans of a segment of rendition 0. */
static int
spans_of(struct sample *segment, const struct fmp4_tracks *tracks,
    struct fmp4_span *spans, struct error *err)
{
	const struct fmp4_segment of = { sample_source(segment), 0 };

	return fmp4_span(&of, tracks, spans, err);
}

static void
a_segments_span_is_summed(void **state)
{
	const struct boxes_traf first[] = {
		{ .id = 1,
		    .begin = 1000,
		    .samples = 4,
		    .duration = 40,
		    .each = true },
		{ .id = 2, .begin = UINT64_C(1) << 40, .samples = 3 },
	};
	const struct boxes_traf second[] = {
		{ .id = 1,
		    .begin = 1200,
		    .samples = 2,
		    .duration = 25,
		    .narrow = true },
	};
	struct fmp4_span spans[FMP4_TRACKS_MAX];
	struct sample init, segment = { .boxes = { .size = 0 } };
	struct fmp4_tracks tracks;
	struct error err;

	(void)state;
	both_init(&init, &tracks);
	boxes_empty(&segment.boxes, "styp", 8);
	boxes_fragment(&segment.boxes, first, 2);
	unit_ok(spans_of(&segment, &tracks, spans, &err), &err);
	assert_true(spans[0].present && spans[1].present);
	assert_int_equal(spans[0].begin, 1000);
	assert_int_equal(spans[0].duration, 160);
	assert_true(spans[1].begin == UINT64_C(1) << 40);
	assert_int_equal(spans[1].duration, 48);
	assert_false(spans[2].present);
	/* A hole before the next fragment belongs to the segment. */
	boxes_fragment(&segment.boxes, second, 1);
	unit_ok(spans_of(&segment, &tracks, spans, &err), &err);
	assert_int_equal(spans[0].begin, 1000);
	assert_int_equal(spans[0].duration, 250);
}

static void
odd_segments_have_no_span(void **state)
{
	static const struct boxes_traf WRONG[] = {
		{ .id = 3, .samples = 1 }, /* no such track */
		{ .id = 1, .begin = UINT64_C(1) << 63, .samples = 1 },
		{ .id = 1, .begin = UINT64_C(1) << 61, .samples = 1 },
		{ .id = 1, .samples = UINT32_MAX, .duration = UINT32_MAX },
	};
	struct boxes_traf traf = { .id = 1, .begin = 5, .samples = 1 };
	struct fmp4_span spans[FMP4_TRACKS_MAX];
	struct sample init, segment;
	struct fmp4_tracks tracks;
	struct error err;
	size_t i, at;

	(void)state;
	both_init(&init, &tracks);
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		segment.boxes.size = 0;
		boxes_fragment(&segment.boxes, &WRONG[i], 1);
		unit_fails(spans_of(&segment, &tracks, spans, &err), &err,
		    ERROR_INPUT);
	}
	segment.boxes.size = 0;
	boxes_empty(&segment.boxes, "mdat", 4);
	unit_fails(spans_of(&segment, &tracks, spans, &err), &err, ERROR_INPUT);
	segment.boxes.size = 0;
	boxes_fragment(&segment.boxes, &traf, 1);
	/* More samples than the run has room for. */
	at = boxes_find(&segment.boxes, "trun");
	segment.boxes.bytes[at + 6] = 0x0f;
	segment.boxes.bytes[at + 11] = 1;
	unit_fails(spans_of(&segment, &tracks, spans, &err), &err, ERROR_INPUT);
	/* A later fragment that lies before the first. */
	segment.boxes.size = 0;
	boxes_fragment(&segment.boxes, &traf, 1);
	traf.begin = 4;
	boxes_fragment(&segment.boxes, &traf, 1);
	unit_fails(spans_of(&segment, &tracks, spans, &err), &err, ERROR_INPUT);
	boxes_hide(&segment.boxes, "tfdt");
	unit_fails(spans_of(&segment, &tracks, spans, &err), &err, ERROR_INPUT);
	assert_non_null(strstr(err.detail, "tfdt"));
}

/* Copies a segment to the end of a file; what is there now comes back. */
static int
copy(struct fmp4_timeline *timeline, struct sample *segment,
    struct sample *made, struct error *err)
{
	const struct fmp4_segment of = { sample_source(segment), 0 };
	const int fd = unit_file("", 0);
	ssize_t size;
	int rc;

	rc = fmp4_copy(timeline, &of, fd, err);
	size = pread(fd, made->boxes.bytes, sizeof(made->boxes.bytes), 0);
	assert_true(size >= 0);
	made->boxes.size = (size_t)size;
	(void)close(fd);
	return rc;
}

static void
a_session_follows_the_last(void **state)
{
	struct boxes_traf trafs[] = {
		{ .id = 1, .begin = 5000, .samples = 10, .duration = 40 },
		{ .id = 2, .begin = 4080, .samples = 20 }, /* 100 ms later */
	};
	struct fmp4_span spans[FMP4_TRACKS_MAX];
	struct sample init, segment = { .boxes = { .size = 0 } }, made;
	struct fmp4_timeline timeline;
	struct fmp4_tracks tracks;
	struct error err;

	(void)state;
	both_init(&init, &tracks);
	fmp4_timeline_init(&timeline, &tracks);
	assert_int_equal(fmp4_timeline_us(&timeline), 0);
	boxes_fragment(&segment.boxes, trafs, 2);
	unit_ok(spans_of(&segment, &tracks, spans, &err), &err);
	fmp4_session(&timeline, spans);
	unit_ok(copy(&timeline, &segment, &made, &err), &err);
	unit_ok(spans_of(&made, &tracks, spans, &err), &err);
	assert_int_equal(spans[0].begin, 0);
	assert_int_equal(spans[0].duration, 400);
	assert_int_equal(spans[1].begin, 80);
	assert_int_equal(spans[1].duration, 320);
	assert_int_equal(fmp4_timeline_us(&timeline), 500000);
	/* Another encoder, whose clock begins at 0. */
	trafs[0].begin = 0;
	trafs[1].begin = 80;
	segment.boxes.size = 0;
	boxes_fragment(&segment.boxes, trafs, 2);
	unit_ok(spans_of(&segment, &tracks, spans, &err), &err);
	fmp4_session(&timeline, spans);
	unit_ok(copy(&timeline, &segment, &made, &err), &err);
	unit_ok(spans_of(&made, &tracks, spans, &err), &err);
	assert_int_equal(spans[0].begin, 500);
	assert_int_equal(spans[1].begin, 480);
	assert_int_equal(fmp4_timeline_us(&timeline), 1000000);
	assert_int_equal(timeline.fragments, 2);
}

static void
a_session_that_nobody_told_of_is_noticed(void **state)
{
	struct boxes_traf traf = {
		.id = 1, .begin = 7000, .samples = 100, .duration = 40
	};
	struct fmp4_span spans[FMP4_TRACKS_MAX];
	struct sample init, segment = { .boxes = { .size = 0 } }, made;
	struct fmp4_timeline timeline;
	struct fmp4_tracks tracks;
	struct error err;

	(void)state;
	both_init(&init, &tracks);
	fmp4_timeline_init(&timeline, &tracks);
	boxes_fragment(&segment.boxes, &traf, 1);
	unit_ok(spans_of(&segment, &tracks, spans, &err), &err);
	fmp4_session(&timeline, spans);
	unit_ok(copy(&timeline, &segment, &made, &err), &err);
	/* A little overlap is the encoder's rounding: it stays. */
	traf.begin = 7000 + 4000 - 100;
	segment.boxes.size = 0;
	boxes_fragment(&segment.boxes, &traf, 1);
	unit_ok(copy(&timeline, &segment, &made, &err), &err);
	unit_ok(spans_of(&made, &tracks, spans, &err), &err);
	assert_int_equal(spans[0].begin, 3900);
	traf.begin = 0;
	segment.boxes.size = 0;
	boxes_fragment(&segment.boxes, &traf, 1);
	unit_ok(copy(&timeline, &segment, &made, &err), &err);
	unit_ok(spans_of(&made, &tracks, spans, &err), &err);
	assert_int_equal(spans[0].begin, 7900);
}

static void
only_fragments_and_their_media_are_copied(void **state)
{
	static const struct boxes_traf TRAF = {
		.id = 1, .samples = 1, .duration = 40
	};
	struct sample init, segment = { .boxes = { .size = 0 } }, made;
	struct boxes wanted = { .size = 0 };
	struct fmp4_timeline timeline;
	struct fmp4_tracks tracks;
	struct error err;

	(void)state;
	both_init(&init, &tracks);
	fmp4_timeline_init(&timeline, &tracks);
	boxes_empty(&segment.boxes, "styp", 8);
	boxes_empty(&segment.boxes, "sidx", 44);
	boxes_fragment(&segment.boxes, &TRAF, 1);
	boxes_empty(&segment.boxes, "emsg", 10);
	boxes_fragment(&segment.boxes, &TRAF, 1);
	/* The last box says no size of its own. */
	box_put_u32(segment.boxes.bytes + segment.boxes.size - 12, 0);
	boxes_fragment(&wanted, &TRAF, 1);
	box_put_u32(wanted.bytes + boxes_find(&wanted, "mfhd") + 8, 1);
	unit_ok(copy(&timeline, &segment, &made, &err), &err);
	assert_int_equal(made.boxes.size, 2 * wanted.size);
	assert_memory_equal(made.boxes.bytes, wanted.bytes, wanted.size);
	box_put_u32(wanted.bytes + boxes_find(&wanted, "mfhd") + 8, 2);
	assert_memory_equal(
	    made.boxes.bytes + wanted.size, wanted.bytes, wanted.size);
}

/* Between a fragment and its media nothing is taken away. */
static void
the_way_to_the_media_stays(void **state)
{
	static const struct boxes_traf TRAF = {
		.id = 1, .samples = 1, .duration = 40
	};
	struct sample init, segment = { .boxes = { .size = 0 } }, made;
	struct fmp4_timeline timeline;
	struct fmp4_tracks tracks;
	struct error err;

	(void)state;
	both_init(&init, &tracks);
	fmp4_timeline_init(&timeline, &tracks);
	boxes_fragment(&segment.boxes, &TRAF, 1);
	segment.boxes.size -= 12;
	boxes_empty(&segment.boxes, "uuid", 20);
	boxes_empty(&segment.boxes, "mdat", 4);
	unit_ok(copy(&timeline, &segment, &made, &err), &err);
	assert_int_equal(made.boxes.size, segment.boxes.size);
}

static void
what_cannot_be_put_together_changes_nothing(void **state)
{
	struct boxes_traf traf = { .id = 1,
		.begin = 0,
		.samples = 10,
		.duration = 40,
		.narrow = true };
	struct sample init, segment = { .boxes = { .size = 0 } }, made;
	struct fmp4_timeline timeline, before;
	struct fmp4_tracks tracks;
	struct error err;

	(void)state;
	both_init(&init, &tracks);
	fmp4_timeline_init(&timeline, &tracks);
	boxes_fragment(&segment.boxes, &traf, 1);
	/* 32 bits have no room behind this end. */
	timeline.end[0] = UINT64_C(5000000000);
	before = timeline;
	unit_fails(copy(&timeline, &segment, &made, &err), &err, ERROR_INPUT);
	assert_int_equal(made.boxes.size, 0);
	assert_memory_equal(&timeline, &before, sizeof(before));
	fmp4_timeline_init(&timeline, &tracks);
	before = timeline;
	/* An absolute offset. */
	segment.boxes.bytes[boxes_find(&segment.boxes, "tfhd") + 7] |= 1;
	unit_fails(copy(&timeline, &segment, &made, &err), &err, ERROR_INPUT);
	segment.boxes.bytes[boxes_find(&segment.boxes, "tfhd") + 7] = 8;
	boxes_hide(&segment.boxes, "mfhd");
	unit_fails(copy(&timeline, &segment, &made, &err), &err, ERROR_INPUT);
	assert_int_equal(made.boxes.size, 0);
	assert_memory_equal(&timeline, &before, sizeof(before));
}

static void
writing_that_fails_is_told(void **state)
{
	static const struct boxes_traf TRAF = {
		.id = 1, .samples = 1, .duration = 40
	};
	struct sample init, segment = { .boxes = { .size = 0 } };
	struct fmp4_segment of;
	struct fmp4_timeline timeline;
	struct fmp4_tracks tracks;
	struct error err;
	int fd;

	(void)state;
	both_init(&init, &tracks);
	fmp4_timeline_init(&timeline, &tracks);
	boxes_fragment(&segment.boxes, &TRAF, 1);
	of = (struct fmp4_segment){ sample_source(&segment), 0 };
	fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	unit_fails(fmp4_copy(&timeline, &of, fd, &err), &err, ERROR_NO_ROOM);
	(void)close(fd);
	unit_fails(fmp4_copy(&timeline, &of, fd, &err), &err, ERROR_SYSTEM);
	assert_int_equal(timeline.fragments, 0);
}

static uint32_t
field(const struct boxes *boxes, const char *type, size_t at)
{
	return box_u32(boxes->bytes + boxes_find(boxes, type) + 4 + at);
}

static void
durations_are_put_in_place(void **state)
{
	struct boxes_track wide = BOXES_VIDEO;
	struct boxes init;
	struct error err;

	(void)state;
	boxes_init(&init, both_tracks(), 2);
	unit_ok(fmp4_set_duration(init.bytes, init.size, 61234567, &err), &err);
	assert_int_equal(field(&init, "mvhd", 16), 61234);
	assert_int_equal(field(&init, "tkhd", 20), 61234);
	assert_int_equal(field(&init, "mehd", 4), 61234);
	/* 32 bits don't hold 50 days of milliseconds: it isn't known. */
	unit_ok(fmp4_set_duration(
		    init.bytes, init.size, INT64_C(4320000000000), &err),
	    &err);
	assert_int_equal(field(&init, "mvhd", 16), UINT32_MAX);
	wide.wide = true;
	boxes_init(&init, &wide, 1);
	unit_ok(fmp4_set_duration(
		    init.bytes, init.size, INT64_C(4320000000000), &err),
	    &err);
	assert_int_equal(field(&init, "mvhd", 24), 1);
	assert_int_equal(field(&init, "mvhd", 28), 4320000000 - 4294967296);
	assert_int_equal(field(&init, "tkhd", 32), 4320000000 - 4294967296);
	assert_int_equal(field(&init, "mehd", 8), 4320000000 - 4294967296);
	boxes_hide(&init, "mvhd");
	unit_fails(fmp4_set_duration(init.bytes, init.size, 1, &err), &err,
	    ERROR_INIT);
}

static void
init_sections_are_joined(void **state)
{
	struct box_source inits[2];
	struct boxes_track audio = BOXES_AUDIO;
	struct fmp4_tracks tracks = { .count = 0 }, again = { .count = 0 };
	struct sample video, sound, made;
	struct error err;
	struct buf out;

	(void)state;
	audio.id = 1; /* as encoders do: each rendition's first */
	boxes_init(&video.boxes, &BOXES_VIDEO, 1);
	boxes_init(&sound.boxes, &audio, 1);
	inits[0] = *sample_source(&video);
	inits[1] = *sample_source(&sound);
	unit_ok(fmp4_tracks(&inits[0], &tracks, &err), &err);
	unit_ok(fmp4_tracks(&inits[1], &tracks, &err), &err);
	buf_init(&out, sizeof(made.boxes.bytes));
	unit_ok(fmp4_join(inits, &tracks, &out, &err), &err);
	made.boxes.size = out.size;
	memcpy(made.boxes.bytes, out.data, out.size);
	buf_free(&out);
	unit_ok(fmp4_tracks(sample_source(&made), &again, &err), &err);
	assert_int_equal(again.count, 2);
	assert_int_equal(again.list[0].id, 1);
	assert_int_equal(again.list[0].handler, FMP4_VIDEO);
	assert_int_equal(again.list[1].id, 2);
	assert_int_equal(again.list[1].handler, FMP4_AUDIO);
	assert_int_equal(again.list[1].timescale, 800);
	assert_int_equal(again.list[1].default_duration, 16);
	assert_int_equal(field(&made.boxes, "mvhd", 96), 3);
	(void)boxes_find(&made.boxes, "ftyp");
	(void)boxes_find(&made.boxes, "mehd");
	(void)boxes_find(&made.boxes, "edts");
	/* What doesn't fit under the ceiling is an error. */
	buf_init(&out, 200);
	unit_fails(fmp4_join(inits, &tracks, &out, &err), &err, ERROR_SYSTEM);
	buf_free(&out);
}

/* An edit list that counts in another movie's units is blotted out. */
static void
edits_of_another_clock_are_left_out(void **state)
{
	struct box_source inits[2];
	struct fmp4_tracks tracks = { .count = 0 };
	struct sample video, sound;
	struct boxes made;
	size_t at;
	struct error err;
	struct buf out;

	(void)state;
	boxes_init(&video.boxes, &BOXES_VIDEO, 1);
	boxes_init(&sound.boxes, &BOXES_AUDIO, 1);
	box_put_u32(
	    sound.boxes.bytes + boxes_find(&sound.boxes, "mvhd") + 16, 90000);
	boxes_hide(&video.boxes, "edts");
	inits[0] = *sample_source(&video);
	inits[1] = *sample_source(&sound);
	unit_ok(fmp4_tracks(&inits[0], &tracks, &err), &err);
	unit_ok(fmp4_tracks(&inits[1], &tracks, &err), &err);
	buf_init(&out, 8192);
	unit_ok(fmp4_join(inits, &tracks, &out, &err), &err);
	made.size = out.size;
	memcpy(made.bytes, out.data, out.size);
	assert_false(boxes_has(&made, "edts", &at));
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tracks_are_read),
		cmocka_unit_test(renditions_get_ids_of_their_own),
		cmocka_unit_test(odd_init_sections_are_refused),
		cmocka_unit_test(the_same_tracks_are_told_from_others),
		cmocka_unit_test(a_segments_span_is_summed),
		cmocka_unit_test(odd_segments_have_no_span),
		cmocka_unit_test(a_session_follows_the_last),
		cmocka_unit_test(a_session_that_nobody_told_of_is_noticed),
		cmocka_unit_test(only_fragments_and_their_media_are_copied),
		cmocka_unit_test(the_way_to_the_media_stays),
		cmocka_unit_test(what_cannot_be_put_together_changes_nothing),
		cmocka_unit_test(writing_that_fails_is_told),
		cmocka_unit_test(durations_are_put_in_place),
		cmocka_unit_test(init_sections_are_joined),
		cmocka_unit_test(edits_of_another_clock_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
