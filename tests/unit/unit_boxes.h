/*
 * Boxes of ISO media, made by hand for the tests: an init section and segments
 * of any tracks, small enough to be read. Sizes are filled in by boxes_end.
 */
#ifndef LIVEBIN_UNIT_BOXES_H
#define LIVEBIN_UNIT_BOXES_H

#include "live/box.h"
#include "live/fmp4.h"
#include "unit.h"

struct boxes {
	unsigned char bytes[8192];
	size_t size;
};

struct boxes_track {
	uint32_t id, timescale, handler, default_duration;
	bool wide; /* boxes of version 1 */
};

static const struct boxes_track BOXES_VIDEO = {
	.id = 1, .timescale = 1000, .handler = FMP4_VIDEO
};
static const struct boxes_track BOXES_AUDIO = {
	.id = 2, .timescale = 800, .handler = FMP4_AUDIO, .default_duration = 16
};

static inline void
boxes_u32(struct boxes *boxes, uint32_t number)
{
	assert_true(boxes->size + 4 <= sizeof(boxes->bytes));
	box_put_u32(boxes->bytes + boxes->size, number);
	boxes->size += 4;
}

static inline void
boxes_zeros(struct boxes *boxes, size_t count)
{
	assert_true(boxes->size + count <= sizeof(boxes->bytes));
	memset(boxes->bytes + boxes->size, 0, count);
	boxes->size += count;
}

static inline size_t
boxes_begin(struct boxes *boxes, const char *type)
{
	const size_t begin = boxes->size;

	boxes_u32(boxes, 0);
	boxes_u32(boxes, box_u32((const unsigned char *)type));
	return begin;
}

static inline void
boxes_end(struct boxes *boxes, size_t begin)
{
	box_put_u32(boxes->bytes + begin, (uint32_t)(boxes->size - begin));
}

/* A box of nothing but zeros, or of nothing. */
static inline void
boxes_empty(struct boxes *boxes, const char *type, size_t zeros)
{
	const size_t begin = boxes_begin(boxes, type);

	boxes_zeros(boxes, zeros);
	boxes_end(boxes, begin);
}

static inline void
boxes_entries(struct boxes *boxes, uint32_t format)
{
	const size_t minf = boxes_begin(boxes, "minf");
	const size_t stbl = boxes_begin(boxes, "stbl");
	const size_t stsd = boxes_begin(boxes, "stsd");
	size_t entry;

	boxes_u32(boxes, 0);
	boxes_u32(boxes, 1);
	entry = boxes_begin(boxes, "mp4v");
	boxes_u32(boxes, format);
	boxes_end(boxes, entry);
	boxes_end(boxes, stsd);
	boxes_end(boxes, stbl);
	boxes_end(boxes, minf);
}

/* Version, flags, and two times of a full box. */
static inline void
boxes_times(struct boxes *boxes, bool wide)
{
	boxes_u32(boxes, wide ? 1U << 24 : 0);
	boxes_zeros(boxes, wide ? 16 : 8);
}

static inline void
boxes_trak(struct boxes *boxes, const struct boxes_track *track)
{
	const size_t trak = boxes_begin(boxes, "trak");
	const size_t tkhd = boxes_begin(boxes, "tkhd");
	size_t mdia, box;

	boxes_times(boxes, track->wide);
	boxes_u32(boxes, track->id);
	boxes_zeros(boxes, track->wide ? 72 : 68);
	boxes_end(boxes, tkhd);
	boxes_empty(boxes, "edts", 16);
	mdia = boxes_begin(boxes, "mdia");
	box = boxes_begin(boxes, "mdhd");
	boxes_times(boxes, track->wide);
	boxes_u32(boxes, track->timescale);
	boxes_zeros(boxes, track->wide ? 12 : 8);
	boxes_end(boxes, box);
	box = boxes_begin(boxes, "hdlr");
	boxes_zeros(boxes, 8);
	boxes_u32(boxes, track->handler);
	boxes_zeros(boxes, 13);
	boxes_end(boxes, box);
	boxes_entries(boxes, track->id);
	boxes_end(boxes, mdia);
	boxes_end(boxes, trak);
}

static inline void
boxes_mvex(struct boxes *boxes, const struct boxes_track *tracks, size_t count)
{
	const size_t mvex = boxes_begin(boxes, "mvex");
	size_t i, trex, box;

	box = boxes_begin(boxes, "mehd");
	boxes_u32(boxes, tracks[0].wide ? 1U << 24 : 0);
	boxes_zeros(boxes, tracks[0].wide ? 8 : 4);
	boxes_end(boxes, box);
	for (i = 0; i < count; i++) {
		trex = boxes_begin(boxes, "trex");
		boxes_u32(boxes, 0);
		boxes_u32(boxes, tracks[i].id);
		boxes_u32(boxes, 1);
		boxes_u32(boxes, tracks[i].default_duration);
		boxes_zeros(boxes, 8);
		boxes_end(boxes, trex);
	}
	boxes_end(boxes, mvex);
}

/* ftyp and moov with a movie timescale of 1000; replaces what was there. */
static inline void
boxes_init(struct boxes *boxes, const struct boxes_track *tracks, size_t count)
{
	size_t moov, mvhd, i;

	boxes->size = 0;
	boxes_empty(boxes, "ftyp", 8);
	moov = boxes_begin(boxes, "moov");
	mvhd = boxes_begin(boxes, "mvhd");
	boxes_times(boxes, tracks[0].wide);
	boxes_u32(boxes, 1000);
	boxes_zeros(boxes, tracks[0].wide ? 84 : 80);
	boxes_u32(boxes, 3);
	boxes_end(boxes, mvhd);
	for (i = 0; i < count; i++)
		boxes_trak(boxes, &tracks[i]);
	boxes_mvex(boxes, tracks, count);
	boxes_end(boxes, moov);
}

/* What a fragment has of one track. */
struct boxes_traf {
	uint32_t id;
	uint64_t begin;
	uint32_t samples, duration; /* of each; 0: that of the init section */
	bool narrow;		    /* a tfdt of 32 bits */
	bool each;		    /* the trun says it for each sample */
};

static inline void
boxes_trun(struct boxes *boxes, const struct boxes_traf *traf)
{
	const size_t trun = boxes_begin(boxes, "trun");
	uint32_t i;

	boxes_u32(boxes, traf->each ? 0x101 : 1);
	boxes_u32(boxes, traf->samples);
	boxes_u32(boxes, 0); /* data_offset: nobody here looks */
	for (i = 0; traf->each && i < traf->samples; i++)
		boxes_u32(boxes, traf->duration);
	boxes_end(boxes, trun);
}

static inline void
boxes_traf(struct boxes *boxes, const struct boxes_traf *traf)
{
	const bool given = traf->duration != 0 && !traf->each;
	const size_t begin = boxes_begin(boxes, "traf");
	size_t box = boxes_begin(boxes, "tfhd");

	boxes_u32(boxes, given ? 0x20008 : 0x20000);
	boxes_u32(boxes, traf->id);
	if (given)
		boxes_u32(boxes, traf->duration);
	boxes_end(boxes, box);
	box = boxes_begin(boxes, "tfdt");
	boxes_u32(boxes, traf->narrow ? 0 : 1U << 24);
	if (!traf->narrow)
		boxes_u32(boxes, (uint32_t)(traf->begin >> 32));
	boxes_u32(boxes, (uint32_t)traf->begin);
	boxes_end(boxes, box);
	boxes_trun(boxes, traf);
	boxes_end(boxes, begin);
}

/* Adds moof and mdat, of 4 bytes of media. */
static inline void
boxes_fragment(
    struct boxes *boxes, const struct boxes_traf *trafs, size_t count)
{
	const size_t moof = boxes_begin(boxes, "moof");
	const size_t mfhd = boxes_begin(boxes, "mfhd");
	size_t i;

	boxes_u32(boxes, 0);
	boxes_u32(boxes, 77);
	boxes_end(boxes, mfhd);
	for (i = 0; i < count; i++)
		boxes_traf(boxes, &trafs[i]);
	boxes_end(boxes, moof);
	boxes_empty(boxes, "mdat", 4);
}

/* Is there a box of this type? *at is where its name is found first. */
static inline bool
boxes_has(const struct boxes *boxes, const char *type, size_t *at)
{
	for (*at = 0; *at + 4 <= boxes->size; ++*at)
		if (memcmp(boxes->bytes + *at, type, 4) == 0)
			return true;
	return false;
}

/* Where a type's name is found first; its box begins 4 bytes before. */
static inline size_t
boxes_find(const struct boxes *boxes, const char *type)
{
	size_t at;

	if (!boxes_has(boxes, type, &at))
		fail_msg("there is no %s", type);
	return at;
}

/* Gives a box another type: it is gone. */
static inline void
boxes_hide(struct boxes *boxes, const char *type)
{
	memcpy(boxes->bytes + boxes_find(boxes, type), "free", 4);
}

/* A source of the boxes; both are the caller's. */
static inline const struct box_source *
boxes_source(const struct boxes *boxes, struct box_bytes *bytes,
    struct box_source *source)
{
	*bytes = (struct box_bytes){ boxes->bytes, boxes->size };
	box_memory(source, bytes);
	return source;
}

/* An open file of these bytes, whose name is gone already. */
static inline int
unit_file(const void *bytes, size_t size)
{
	char path[] = "/tmp/livebin-unit-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	return fd;
}

#endif
