/*
 * A pushed file's content, through live/probe.h and live/fmp4.h. The first
 * byte says what the name said: 'm' for boxes, 't', 'a', 'j'.
 *
 * What was taken for a segment is put together with itself; what comes out
 * must be taken again, lie behind what was there, and last as long. What was
 * taken for an init section must be one still when it is joined with itself.
 */
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "live/fmp4.h"
#include "live/probe.h"

static int made = -1; /* a file without name; one thread */

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[] = "/tmp/livebin-fuzz-XXXXXX";

	(void)argc;
	(void)argv;
	made = mkstemp(path);
	CHECK(made >= 0);
	CHECK(unlink(path) == 0);
	return 0;
}

static void
check_error(const struct error *err)
{
	CHECK(err->code == ERROR_INPUT || err->code == ERROR_INIT);
	CHECK(err->detail[0] != '\0');
}

/* Boxes lie one behind the other, inside the file. */
static void
check_boxes(const struct box_source *source)
{
	struct error err;
	struct box box;
	uint64_t at = 0;
	int rc;

	while ((rc = box_next(source, at, source->size, &box, &err)) == 1) {
		CHECK(box.at == at && box.body >= at + 8);
		CHECK(box.end >= box.body && box.end <= source->size);
		at = box.end;
	}
	if (rc < 0)
		check_error(&err);
	else
		CHECK(at == source->size);
}

static void
check_tracks(const struct fmp4_tracks *tracks)
{
	size_t i, other;

	CHECK(tracks->count > 0 && tracks->count <= FMP4_TRACKS_MAX);
	for (i = 0; i < tracks->count; i++) {
		CHECK(tracks->list[i].id != 0 && tracks->list[i].as != 0);
		CHECK(tracks->list[i].timescale != 0);
		for (other = 0; other < i; other++)
			CHECK(tracks->list[i].as != tracks->list[other].as);
	}
}

static void
check_init(const struct box_source *source)
{
	const struct box_source inits[2] = { *source, *source };
	struct fmp4_tracks tracks = { .count = 0 }, again = { .count = 0 };
	struct box_bytes bytes;
	struct box_source joined;
	struct error err;
	struct buf out;

	CHECK(fmp4_tracks(source, &tracks, &err) == 0);
	check_tracks(&tracks);
	CHECK(fmp4_same(source, source, &err) == 1);
	if (fmp4_tracks(source, &tracks, &err) != 0)
		return; /* too many tracks */
	check_tracks(&tracks);
	buf_init(&out, 4 * FMP4_INIT_MAX);
	if (fmp4_join(inits, &tracks, &out, &err) != 0) {
		check_error(&err);
		buf_free(&out);
		return;
	}
	bytes = (struct box_bytes){ (unsigned char *)out.data, out.size };
	box_memory(&joined, &bytes);
	if (fmp4_tracks(&joined, &again, &err) == 0) {
		CHECK(again.count == tracks.count);
		check_tracks(&again);
		if (fmp4_set_duration((unsigned char *)out.data, out.size,
			123456789, &err) != 0)
			check_error(&err);
	} else {
		check_error(&err);
	}
	buf_free(&out);
}

/* Tracks 1 and 2, as an init section would have given them. */
static void
guess_tracks(struct fmp4_tracks *tracks)
{
	uint32_t i;

	*tracks = (struct fmp4_tracks){ .count = 2, .renditions = 1 };
	for (i = 0; i < tracks->count; i++)
		tracks->list[i] = (struct fmp4_track){ .id = i + 1,
			.as = i + 5,
			.timescale = i == 0 ? 12800 : 48000,
			.handler = FMP4_VIDEO,
			.default_duration = 1024 };
}

/* The file that was made holds a segment with these spans, moved. */
static void
check_made(const struct fmp4_timeline *timeline, const struct fmp4_span *before)
{
	struct fmp4_tracks tracks = *timeline->tracks;
	struct fmp4_span after[FMP4_TRACKS_MAX];
	struct box_source source;
	const struct fmp4_segment segment = { &source, 0 };
	struct error err;
	size_t i;

	for (i = 0; i < tracks.count; i++)
		tracks.list[i].id = tracks.list[i].as;
	CHECK(box_file(&source, &made, &err) == 0);
	check_boxes(&source);
	CHECK(fmp4_check(&source, &err) == 0);
	CHECK(fmp4_span(&segment, &tracks, after, &err) == 0);
	for (i = 0; i < tracks.count; i++) {
		CHECK(after[i].present == before[i].present);
		CHECK(after[i].duration == before[i].duration);
		if (!after[i].present)
			continue;
		CHECK(after[i].begin ==
		      before[i].begin + (uint64_t)timeline->shift[i]);
		CHECK(after[i].begin + after[i].duration <= timeline->end[i]);
	}
}

static void
check_segment(const struct box_source *source)
{
	const struct fmp4_segment segment = { source, 0 };
	struct fmp4_span spans[FMP4_TRACKS_MAX];
	struct fmp4_timeline timeline;
	struct fmp4_tracks tracks;
	struct error err;
	int64_t us;
	int i;

	CHECK(fmp4_check(source, &err) == 0);
	guess_tracks(&tracks);
	if (fmp4_span(&segment, &tracks, spans, &err) != 0) {
		check_error(&err);
		return;
	}
	fmp4_timeline_init(&timeline, &tracks);
	for (i = 0; i < 3; i++) {
		us = fmp4_timeline_us(&timeline);
		fmp4_session(&timeline, spans);
		CHECK(ftruncate(made, 0) == 0);
		CHECK(lseek(made, 0, SEEK_SET) == 0);
		if (fmp4_copy(&timeline, &segment, made, &err) != 0) {
			check_error(&err);
			CHECK(fmp4_timeline_us(&timeline) == us);
			CHECK(lseek(made, 0, SEEK_CUR) == 0);
			return;
		}
		CHECK(fmp4_timeline_us(&timeline) >= us);
		check_made(&timeline, spans);
	}
}

static enum media_kind
kind_of(uint8_t letter)
{
	switch (letter) {
	case 't':
		return MEDIA_TS;
	case 'a':
		return MEDIA_AAC;
	case 'j':
		return MEDIA_PICTURE;
	default:
		return MEDIA_FMP4;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct box_bytes bytes;
	struct box_source source;
	enum media_kind kind;
	struct error err;

	if (size == 0)
		return 0;
	bytes = (struct box_bytes){ data + 1, size - 1 };
	box_memory(&source, &bytes);
	check_boxes(&source);
	kind = kind_of(data[0]);
	if (probe_source(&source, &kind, &err) != 0) {
		check_error(&err);
		return 0;
	}
	if (kind == MEDIA_INIT)
		check_init(&source);
	else if (kind == MEDIA_FMP4)
		check_segment(&source);
	return 0;
}
