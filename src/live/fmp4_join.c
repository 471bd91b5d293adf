/*
 * Making the init section of a file that is put together: the tracks of
 * several renditions in one moov, and durations once they are known. Boxes are
 * copied as they are; only numbers are written over.
 */
#include <string.h>

#include "live/fmp4_init.h"

#define HEADER_BYTES 8
#define FREE BOX_TYPE('f', 'r', 'e', 'e')
#define MICROS 1000000
#define TOTAL_US_MAX INT64_C(315360000000000) /* ten years */

/* Copying out of one rendition's init section. */
struct join {
	const struct box_source *source;
	const struct fmp4_tracks *tracks;
	int rendition;
	struct buf *out;
	struct box moov;
	uint32_t timescale; /* the movie's, of the first rendition */
	bool same_clock;    /* is it this one's too? */
};

static int
join_copy(struct join *join, const struct box *box, struct error *err)
{
	const size_t size = (size_t)(box->end - box->at);
	char *room = buf_room(join->out, size);

	if (room == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "Out of memory.");
	if (join->source->read(join->source->context, box->at, room, size) != 0)
		return init_fault(err, "can't be read");
	join->out->size += size;
	return 0;
}

static unsigned char *
join_at(struct join *join, size_t at)
{
	return (unsigned char *)join->out->data + at;
}

/* The id that a track of this rendition has in what is made; 0: no such. */
static uint32_t
join_as(const struct join *join, uint32_t id)
{
	size_t i;

	for (i = 0; i < join->tracks->count; i++)
		if (join->tracks->list[i].rendition == join->rendition &&
		    join->tracks->list[i].id == id)
			return join->tracks->list[i].as;
	return 0;
}

/* A box with a track's id in it, `at` bytes from its begin on. */
static int
join_renumber(
    struct join *join, const struct box *box, uint64_t at, struct error *err)
{
	const size_t begin = join->out->size;
	uint32_t as;

	if (at + 4 > box->end - box->at)
		return init_fault(err, "has a box that is too short");
	if (join_copy(join, box, err) != 0)
		return -1;
	as = join_as(join, box_u32(join_at(join, begin + at)));
	if (as == 0)
		return init_fault(err, "changed while it was read");
	box_put_u32(join_at(join, begin + at), as);
	return 0;
}

/*
 * A trak. Edit lists count in the movie's timescale: under another one they
 * would be wrong, and are blotted out.
 */
static int
join_trak(struct join *join, const struct box *trak, struct error *err)
{
	const size_t begin = join->out->size;
	struct box tkhd, edts;
	bool wide;
	int rc;

	if (init_need(join->source, trak, TKHD, &tkhd, err) != 0 ||
	    init_wide(join->source, &tkhd, &wide, err) != 0 ||
	    join_renumber(
		join, trak, tkhd.body + TKHD_ID(wide) - trak->at, err) != 0)
		return -1;
	if (join->same_clock)
		return 0;
	rc = box_child(join->source, trak, EDTS, &edts, err);
	if (rc == 1)
		box_put_u32(
		    join_at(join, begin + (size_t)(edts.at - trak->at) + 4),
		    FREE);
	return rc < 0 ? -1 : 0;
}

static int
join_traks(struct join *join, struct error *err)
{
	struct box trak = { .type = TRAK };
	uint64_t at = join->moov.body;
	int rc;

	while (
	    (rc = init_next(join->source, &join->moov, &at, &trak, err)) == 1)
		if (join_trak(join, &trak, err) != 0)
			return -1;
	return rc;
}

/* The trex of a rendition's tracks; those of no track are left behind. */
static int
join_trexes(struct join *join, struct error *err)
{
	struct box mvex, trex = { .type = TREX };
	uint64_t at;
	uint32_t id;
	int rc;

	if (init_need(join->source, &join->moov, MVEX, &mvex, err) != 0)
		return -1;
	at = mvex.body;
	while ((rc = init_next(join->source, &mvex, &at, &trex, err)) == 1) {
		if (init_u32(join->source, &trex, TREX_ID, &id, err) != 0)
			return -1;
		if (join_as(join, id) != 0 &&
		    join_renumber(
			join, &trex, trex.body + TREX_ID - trex.at, err) != 0)
			return -1;
	}
	return rc;
}

/* Looks at a rendition's own movie header. */
static int
join_open(struct join *join, const struct box_source *source, int rendition,
    struct error *err)
{
	struct box mvhd;
	uint32_t timescale;
	bool wide;

	join->source = source;
	join->rendition = rendition;
	if (init_moov(source, &join->moov, err) != 0 ||
	    init_need(source, &join->moov, MVHD, &mvhd, err) != 0 ||
	    init_wide(source, &mvhd, &wide, err) != 0 ||
	    init_u32(source, &mvhd, MVHD_TIMESCALE(wide), &timescale, err) != 0)
		return -1;
	if (rendition == 0)
		join->timescale = timescale;
	join->same_clock = timescale == join->timescale;
	return 0;
}

/* The movie header, and the number that a further track would have. */
static int
join_mvhd(struct join *join, struct error *err)
{
	uint32_t most = 0;
	struct box mvhd;
	size_t i;

	for (i = 0; i < join->tracks->count; i++)
		if (join->tracks->list[i].as > most)
			most = join->tracks->list[i].as;
	if (init_need(join->source, &join->moov, MVHD, &mvhd, err) != 0 ||
	    join_copy(join, &mvhd, err) != 0)
		return -1;
	/* next_track_ID is the last field of both versions. */
	box_put_u32(join_at(join, join->out->size - 4), most + 1);
	return 0;
}

/* A box's header, whose size join_close fills in. */
static size_t
join_begin(struct join *join, uint32_t type)
{
	const size_t begin = join->out->size;
	unsigned char head[HEADER_BYTES] = { 0 };

	box_put_u32(head + 4, type);
	buf_add(join->out, head, sizeof(head));
	return begin;
}

static int
join_close(struct join *join, size_t begin, struct error *err)
{
	if (join->out->failed)
		return error_set(err, ERROR_SYSTEM, NULL, "Out of memory.");
	box_put_u32(join_at(join, begin), (uint32_t)(join->out->size - begin));
	return 0;
}

typedef int (*join_part)(struct join *join, struct error *err);

/* Calls one part for every rendition. */
static int
join_each(struct join *join, const struct box_source *inits, join_part part,
    struct error *err)
{
	int i;

	for (i = 0; i < join->tracks->renditions; i++)
		if (join_open(join, &inits[i], i, err) != 0 ||
		    part(join, err) != 0)
			return -1;
	return 0;
}

static int
join_moov(struct join *join, const struct box_source *inits, struct error *err)
{
	const size_t moov = join_begin(join, MOOV);
	size_t mvex;
	struct box mehd, first;
	int rc;

	if (join_open(join, &inits[0], 0, err) != 0 ||
	    join_mvhd(join, err) != 0 ||
	    join_each(join, inits, join_traks, err) != 0)
		return -1;
	mvex = join_begin(join, MVEX);
	if (join_open(join, &inits[0], 0, err) != 0 ||
	    init_need(join->source, &join->moov, MVEX, &first, err) != 0)
		return -1;
	rc = box_child(join->source, &first, MEHD, &mehd, err);
	if (rc < 0 || (rc == 1 && join_copy(join, &mehd, err) != 0) ||
	    join_each(join, inits, join_trexes, err) != 0 ||
	    join_close(join, mvex, err) != 0)
		return -1;
	return join_close(join, moov, err);
}

int
fmp4_join(const struct box_source *inits, const struct fmp4_tracks *tracks,
    struct buf *out, struct error *err)
{
	const struct box whole = { .end = inits[0].size };
	struct join join = {
		.source = &inits[0], .tracks = tracks, .out = out
	};
	struct box ftyp;
	int rc;

	rc = box_child(&inits[0], &whole, FTYP, &ftyp, err);
	if (rc < 0 || (rc == 1 && join_copy(&join, &ftyp, err) != 0))
		return -1;
	return join_moov(&join, inits, err);
}

/* A total, in a timescale, for a field of 32 or 64 bits. */
struct total {
	int64_t us;
	uint32_t timescale;
};

/* Writes a total over a full box's field; `at` is for either version. */
static int
total_put(unsigned char *init, const struct box *box, const unsigned at[2],
    const struct total *total, struct error *err)
{
	const bool wide = init[box->body] == 1;
	const uint64_t whole = (uint64_t)total->us / MICROS,
		       part = (uint64_t)total->us % MICROS,
		       units = whole * total->timescale +
			       part * total->timescale / MICROS;
	unsigned char *field = init + box->body + at[wide];

	if (box->end - box->body < at[wide] + (wide ? 8U : 4U))
		return init_fault(err, "has a box that is too short");
	if (wide)
		box_put_u64(field, units);
	else
		box_put_u32(
		    field, units < UINT32_MAX ? (uint32_t)units : UINT32_MAX);
	return 0;
}

static int
total_tracks(unsigned char *init, const struct box_source *source,
    const struct box *moov, const struct total *total, struct error *err)
{
	static const unsigned AT[2] = { TKHD_DURATION(0), TKHD_DURATION(1) };
	struct box tkhd, trak = { .type = TRAK };
	uint64_t at = moov->body;
	bool wide;
	int rc;

	while ((rc = init_next(source, moov, &at, &trak, err)) == 1)
		if (init_need(source, &trak, TKHD, &tkhd, err) != 0 ||
		    init_wide(source, &tkhd, &wide, err) != 0 ||
		    total_put(init, &tkhd, AT, total, err) != 0)
			return -1;
	return rc;
}

static int
total_mehd(unsigned char *init, const struct box_source *source,
    const struct box *moov, const struct total *total, struct error *err)
{
	static const unsigned AT[2] = { 4, 4 };
	struct box mvex, mehd;
	bool wide;
	int rc;

	if (init_need(source, moov, MVEX, &mvex, err) != 0)
		return -1;
	rc = box_child(source, &mvex, MEHD, &mehd, err);
	if (rc <= 0)
		return rc;
	if (init_wide(source, &mehd, &wide, err) != 0)
		return -1;
	return total_put(init, &mehd, AT, total, err);
}

int
fmp4_set_duration(
    unsigned char *init, size_t size, int64_t duration_us, struct error *err)
{
	static const unsigned AT[2] = { MVHD_DURATION(0), MVHD_DURATION(1) };
	const struct box_bytes bytes = { init, size };
	struct total total = { .us = duration_us };
	struct box_source source;
	struct box moov, mvhd;
	bool wide;

	if (total.us < 0 || total.us > TOTAL_US_MAX)
		total.us = total.us < 0 ? 0 : TOTAL_US_MAX;
	box_memory(&source, &bytes);
	if (init_moov(&source, &moov, err) != 0 ||
	    init_need(&source, &moov, MVHD, &mvhd, err) != 0 ||
	    init_wide(&source, &mvhd, &wide, err) != 0 ||
	    init_u32(&source, &mvhd, MVHD_TIMESCALE(wide), &total.timescale,
		err) != 0)
		return -1;
	if (total_put(init, &mvhd, AT, &total, err) != 0 ||
	    total_tracks(init, &source, &moov, &total, err) != 0)
		return -1;
	return total_mehd(init, &source, &moov, &total, err);
}
