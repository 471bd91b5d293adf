/*
 * Segments: where they lie in time, and putting them one behind the other.
 *
 * A session's tracks share one clock, which begins anywhere. It is moved as a
 * whole, by a number of nanoseconds, so that picture and sound stay together;
 * what that is in a track's units is rounded up, so that no track steps back
 * into what is there. A segment is looked at in full before its first byte is
 * written.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live/fmp4.h"
#include "live/fmp4_moof.h"

#define MFHD BOX_TYPE('m', 'f', 'h', 'd')
#define NANOS INT64_C(1000000000)
#define COPY_BYTES (64 * 1024)
/* Above any time that is, and in nanoseconds below what overflows. */
#define SECONDS_MAX UINT64_C(4000000000)

static int
segment_fault(struct error *err, const char *what)
{
	return error_set(err, ERROR_INPUT, NULL, "The segment %s.", what);
}

/* What is done with the fragments, and with all boxes of a segment. */
struct visitor {
	int (*moof)(void *context, struct moof *moof, struct error *err);
	int (*other)(void *context, const struct box *box, struct error *err);
	void *context;
};

/* Calls the visitor for every box; `other` may be NULL. */
static int
segment_walk(const struct box_source *source, const struct visitor *visitor,
    struct error *err)
{
	struct moof moof;
	struct box box;
	uint64_t at = 0;
	size_t i;
	int rc;

	for (i = 0; i < FMP4_BOXES_MAX; i++) {
		rc = box_next(source, at, source->size, &box, err);
		if (rc <= 0)
			return rc;
		at = box.end;
		if (box.type == MOOF) {
			if (moof_read(&moof, source, &box, err) != 0)
				return -1;
			rc = visitor->moof(visitor->context, &moof, err);
			moof_free(&moof);
		} else if (visitor->other != NULL) {
			rc = visitor->other(visitor->context, &box, err);
		}
		if (rc < 0)
			return -1;
	}
	return segment_fault(err, "holds too many boxes");
}

static int
check_moof(void *context, struct moof *moof, struct error *err)
{
	size_t *fragments = context;
	uint64_t at = moof->box.body;
	size_t trafs = 0;
	struct traf traf;
	int rc;

	while ((rc = moof_next(moof, NULL, &at, &traf, err)) == 1)
		trafs++;
	if (rc < 0)
		return -1;
	++*fragments;
	return trafs > 0 ? 0 : segment_fault(err, "has a fragment of nothing");
}

int
fmp4_check(const struct box_source *source, struct error *err)
{
	size_t fragments = 0;
	const struct visitor visitor = { .moof = check_moof,
		.context = &fragments };

	if (segment_walk(source, &visitor, err) != 0)
		return -1;
	return fragments > 0 ? 0 : segment_fault(err, "has no fragment");
}

struct spanning {
	struct moof_defaults defaults;
	struct fmp4_span *spans;
	bool any;
};

/*
 * Joins what a fragment has of a track to the span. The end is that of the
 * latest fragment: between two there may be a hole.
 */
static int
span_grow(struct fmp4_span *span, const struct traf *traf, struct error *err)
{
	const uint64_t end = traf->begin + traf->duration;

	if (!traf->timed)
		return segment_fault(err, "has a fragment without time (tfdt)");
	if (!span->present)
		*span = (struct fmp4_span){ true, traf->begin, 0 };
	if (traf->begin < span->begin)
		return segment_fault(err, "goes back in time");
	if (end - span->begin > span->duration)
		span->duration = end - span->begin;
	return 0;
}

static int
span_moof(void *context, struct moof *moof, struct error *err)
{
	struct spanning *spanning = context;
	uint64_t at = moof->box.body;
	struct traf traf;
	int rc, index;

	while (
	    (rc = moof_next(moof, &spanning->defaults, &at, &traf, err)) == 1) {
		index = fmp4_find(spanning->defaults.tracks,
		    spanning->defaults.rendition, traf.id);
		if (index < 0)
			return segment_fault(err,
			    "has a track that its init section doesn't have");
		if (span_grow(&spanning->spans[index], &traf, err) != 0)
			return -1;
		spanning->any = true;
	}
	return rc;
}

/* Does a track's time, in seconds, stay far from what overflows? */
static bool
span_sane(const struct fmp4_span *span, uint32_t timescale)
{
	return (span->begin + span->duration) / timescale < SECONDS_MAX;
}

int
fmp4_span(const struct fmp4_segment *segment, const struct fmp4_tracks *tracks,
    struct fmp4_span *spans, struct error *err)
{
	struct spanning spanning = {
		.defaults = { tracks, segment->rendition },
		.spans = spans,
	};
	const struct visitor visitor = { .moof = span_moof,
		.context = &spanning };
	size_t i;

	memset(spans, 0, FMP4_TRACKS_MAX * sizeof(*spans));
	if (segment_walk(segment->source, &visitor, err) != 0)
		return -1;
	if (!spanning.any)
		return segment_fault(err, "has no fragment");
	for (i = 0; i < tracks->count; i++)
		if (!span_sane(&spans[i], tracks->list[i].timescale))
			return segment_fault(err, "has a time that can't be");
	return 0;
}

void
fmp4_timeline_init(
    struct fmp4_timeline *timeline, const struct fmp4_tracks *tracks)
{
	memset(timeline, 0, sizeof(*timeline));
	timeline->tracks = tracks;
}

/* Ticks as nanoseconds, rounded down, or up by `up` = timescale - 1. */
static int64_t
nanos(uint64_t ticks, uint32_t timescale, uint32_t up)
{
	const uint64_t whole = ticks / timescale, part = ticks % timescale;

	return (int64_t)whole * NANOS +
	       (int64_t)((part * (uint64_t)NANOS + up) / timescale);
}

/* Nanoseconds, of either sign, as ticks, rounded up. */
static int64_t
ticks_up(int64_t ns, uint32_t timescale)
{
	int64_t whole = ns / NANOS, part = ns % NANOS;

	if (part < 0) {
		part += NANOS;
		whole--;
	}
	return whole * timescale + (part * timescale + NANOS - 1) / NANOS;
}

/* Where the next session begins: behind the end of every track. */
static int64_t
timeline_end_ns(const struct fmp4_timeline *timeline)
{
	int64_t end, latest = 0;
	uint32_t timescale;
	size_t i;

	for (i = 0; i < timeline->tracks->count; i++) {
		timescale = timeline->tracks->list[i].timescale;
		end = nanos(timeline->end[i], timescale, timescale - 1);
		if (end > latest)
			latest = end;
	}
	return latest;
}

void
fmp4_session(struct fmp4_timeline *timeline, const struct fmp4_span *spans)
{
	const int64_t end_ns = timeline_end_ns(timeline);
	int64_t begin, earliest = INT64_MAX;
	size_t i;

	for (i = 0; i < timeline->tracks->count; i++) {
		if (!spans[i].present)
			continue;
		begin = nanos(
		    spans[i].begin, timeline->tracks->list[i].timescale, 0);
		if (begin < earliest)
			earliest = begin;
	}
	if (earliest == INT64_MAX)
		return; /* nothing that could be moved */
	for (i = 0; i < timeline->tracks->count; i++)
		timeline->shift[i] = ticks_up(
		    end_ns - earliest, timeline->tracks->list[i].timescale);
}

int64_t
fmp4_timeline_us(const struct fmp4_timeline *timeline)
{
	return timeline_end_ns(timeline) / 1000;
}

/* A segment on its way into the file. */
struct copying {
	struct fmp4_timeline *timeline;
	const struct fmp4_segment *segment;
	int to;
	bool writes; /* false: only whether it could be */
	bool behind; /* a fragment whose media is still to come */
	unsigned char *buffer;
};

static int
copy_write(int to, const unsigned char *bytes, size_t size, struct error *err)
{
	ssize_t put;

	while (size > 0) {
		put = write(to, bytes, size);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return error_set(err,
			    errno == ENOSPC || errno == EDQUOT ? ERROR_NO_ROOM
							       : ERROR_SYSTEM,
			    NULL, "The file can't be written.");
		bytes += put;
		size -= (size_t)put;
	}
	return 0;
}

/* The last box of a file may say no size: among others it must. */
static int
copy_header(unsigned char *header, const struct box *box, struct error *err)
{
	if (box_u32(header) != 0)
		return 0;
	if (box->end - box->at > UINT32_MAX)
		return segment_fault(err, "is too large");
	box_put_u32(header, (uint32_t)(box->end - box->at));
	return 0;
}

/* Writes a fragment's time over, moved by the session's shift. */
static int
copy_time(const struct copying *copying, struct moof *moof,
    const struct traf *traf, size_t index, struct error *err)
{
	const int64_t shift = copying->timeline->shift[index];
	uint64_t *end = &copying->timeline->end[index], begin;

	if (!traf->timed)
		return segment_fault(err, "has a fragment without time (tfdt)");
	if (shift < 0 && traf->begin < (uint64_t)-shift)
		return segment_fault(
		    err, "lies before the beginning of its session");
	begin = traf->begin + (uint64_t)shift;
	if ((begin + traf->duration) /
		    copying->timeline->tracks->list[index].timescale >=
		SECONDS_MAX ||
	    (!traf->wide && begin > UINT32_MAX))
		return segment_fault(
		    err, "has a time that has no room for a later one");
	if (traf->wide)
		box_put_u64(moof->bytes + traf->time_at, begin);
	else
		box_put_u32(moof->bytes + traf->time_at, (uint32_t)begin);
	if (begin + traf->duration > *end)
		*end = begin + traf->duration;
	return 0;
}

static int
copy_trafs(struct copying *copying, struct moof *moof, struct error *err)
{
	const struct moof_defaults defaults = { copying->timeline->tracks,
		copying->segment->rendition };
	uint64_t at = moof->box.body;
	struct traf traf;
	int rc, index;

	while ((rc = moof_next(moof, &defaults, &at, &traf, err)) == 1) {
		index = fmp4_find(defaults.tracks, defaults.rendition, traf.id);
		if (index < 0)
			return segment_fault(err,
			    "has a track that its init section doesn't have");
		if (traf.absolute)
			return segment_fault(err,
			    "finds its media by its place in the file, and "
			    "can't be put together with others");
		box_put_u32(
		    moof->bytes + traf.id_at, defaults.tracks->list[index].as);
		if (copy_time(copying, moof, &traf, (size_t)index, err) != 0)
			return -1;
	}
	return rc;
}

static int
copy_moof(void *context, struct moof *moof, struct error *err)
{
	struct copying *copying = context;
	struct box mfhd;
	int rc;

	rc = box_child(&moof->source, &moof->box, MFHD, &mfhd, err);
	if (rc < 0)
		return -1;
	if (rc == 0 || mfhd.end - mfhd.body < 8)
		return segment_fault(err, "has a fragment without number");
	box_put_u32(
	    moof->bytes + mfhd.body + 4, ++copying->timeline->fragments);
	if (copy_trafs(copying, moof, err) != 0 ||
	    copy_header(moof->bytes, &moof->box, err) != 0)
		return -1;
	copying->behind = true;
	return copying->writes
		   ? copy_write(copying->to, moof->bytes, moof->size, err)
		   : 0;
}

/*
 * Media, and what lies between a fragment and its media, whose distance must
 * stay. All else is left out.
 */
static int
copy_other(void *context, const struct box *box, struct error *err)
{
	struct copying *copying = context;
	const struct box_source *source = copying->segment->source;
	uint64_t at, part;

	if (!copying->behind && box->type != MDAT)
		return 0;
	if (box->type == MDAT)
		copying->behind = false;
	for (at = box->at; at < box->end && copying->writes; at += part) {
		part = box->end - at;
		if (part > COPY_BYTES)
			part = COPY_BYTES;
		if (source->read(source->context, at, copying->buffer,
			(size_t)part) != 0)
			return error_set(
			    err, ERROR_SYSTEM, NULL, "The file can't be read.");
		if (at == box->at &&
		    copy_header(copying->buffer, box, err) != 0)
			return -1;
		if (copy_write(
			copying->to, copying->buffer, (size_t)part, err) != 0)
			return -1;
	}
	return 0;
}

/* Once over a segment: to see whether it can be copied, or to copy it. */
static int
copy_pass(struct copying *copying, struct error *err)
{
	const struct visitor visitor = {
		.moof = copy_moof, .other = copy_other, .context = copying
	};

	copying->behind = false;
	return segment_walk(copying->segment->source, &visitor, err);
}

/* Does a segment go on where its session was? */
static bool
copy_continues(
    const struct fmp4_timeline *timeline, const struct fmp4_span *spans)
{
	const struct fmp4_track *list = timeline->tracks->list;
	uint64_t earliest;
	size_t i;

	for (i = 0; i < timeline->tracks->count; i++) {
		if (!spans[i].present)
			continue;
		/* The first moment that it may begin at. */
		earliest = timeline->end[i];
		earliest -= earliest < list[i].timescale / 2
				? earliest
				: list[i].timescale / 2;
		if ((int64_t)spans[i].begin + timeline->shift[i] <
		    (int64_t)earliest)
			return false;
	}
	return true;
}

int
fmp4_copy(struct fmp4_timeline *timeline, const struct fmp4_segment *segment,
    int to, struct error *err)
{
	struct fmp4_span spans[FMP4_TRACKS_MAX];
	struct fmp4_timeline done = *timeline, trial;
	struct copying copying = {
		.timeline = &trial, .segment = segment, .to = to
	};
	int rc;

	if (fmp4_span(segment, timeline->tracks, spans, err) != 0)
		return -1;
	if (!copy_continues(timeline, spans))
		fmp4_session(&done, spans);
	trial = done;
	if (copy_pass(&copying, err) != 0)
		return -1;
	copying.buffer = malloc(COPY_BYTES);
	if (copying.buffer == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "Out of memory.");
	copying.timeline = &done;
	copying.writes = true;
	rc = copy_pass(&copying, err);
	free(copying.buffer);
	if (rc == 0)
		*timeline = done;
	return rc;
}
