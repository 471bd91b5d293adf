/*
 * Init sections: reading the tracks of one, and telling whether two describe
 * the same. Nothing is kept of an init section but its numbers.
 */
#include <string.h>

#include "live/fmp4_init.h"

int
init_fault(struct error *err, const char *what)
{
	return error_set(err, ERROR_INIT, NULL, "The init section %s.", what);
}

int
init_need(const struct box_source *source, const struct box *in, uint32_t type,
    struct box *box, struct error *err)
{
	const int rc = box_child(source, in, type, box, err);

	if (rc == 0)
		return error_set(err, ERROR_INIT, NULL,
		    "The init section lacks its box '%c%c%c%c'.",
		    (int)(type >> 24 & 0xff), (int)(type >> 16 & 0xff),
		    (int)(type >> 8 & 0xff), (int)(type & 0xff));
	return rc < 0 ? -1 : 0;
}

/* The same along a path, whose end is a 0. */
static int
init_path(const struct box_source *source, const struct box *in,
    const uint32_t *path, struct box *box, struct error *err)
{
	*box = *in;
	for (; *path != 0; path++)
		if (init_need(source, box, *path, box, err) != 0)
			return -1;
	return 0;
}

int
init_u32(const struct box_source *source, const struct box *box, uint64_t at,
    uint32_t *number, struct error *err)
{
	unsigned char bytes[4];

	*number = 0;
	if (box_get(source, box, at, bytes, sizeof(bytes)) != 0)
		return init_fault(err, "has a box that is too short");
	*number = box_u32(bytes);
	return 0;
}

int
init_wide(const struct box_source *source, const struct box *box, bool *wide,
    struct error *err)
{
	uint32_t flags;

	*wide = false;
	if (init_u32(source, box, 0, &flags, err) != 0)
		return -1;
	*wide = flags >> 24 == 1;
	return flags >> 24 <= 1 ? 0
				: init_fault(err, "has a box of a new version");
}

int
init_moov(const struct box_source *source, struct box *moov, struct error *err)
{
	const struct box whole = { .end = source->size };

	if (init_need(source, &whole, MOOV, moov, err) != 0)
		return -1;
	return moov->end - moov->at <= FMP4_INIT_MAX
		   ? 0
		   : init_fault(err, "is too large");
}

int
init_next(const struct box_source *source, const struct box *in, uint64_t *at,
    struct box *box, struct error *err)
{
	struct box rest = *in;
	int rc;

	rest.body = *at;
	rc = box_child(source, &rest, box->type, box, err);
	if (rc == 1)
		*at = box->end;
	return rc;
}

/* What a trak says of itself but for the sample entries. */
static int
track_numbers(const struct box_source *source, const struct box *trak,
    struct fmp4_track *track, struct error *err)
{
	static const uint32_t MDHD_PATH[] = { MDIA, MDHD, 0 };
	static const uint32_t HDLR_PATH[] = { MDIA, HDLR, 0 };
	struct box box;
	bool wide;

	if (init_need(source, trak, TKHD, &box, err) != 0 ||
	    init_wide(source, &box, &wide, err) != 0 ||
	    init_u32(source, &box, TKHD_ID(wide), &track->id, err) != 0)
		return -1;
	if (init_path(source, trak, MDHD_PATH, &box, err) != 0 ||
	    init_wide(source, &box, &wide, err) != 0 ||
	    init_u32(source, &box, MDHD_TIMESCALE(wide), &track->timescale,
		err) != 0)
		return -1;
	if (track->id == 0 || track->timescale == 0 ||
	    track->timescale > FMP4_TIMESCALE_MAX)
		return init_fault(
		    err, "has a track whose id or timescale can't be");
	if (init_path(source, trak, HDLR_PATH, &box, err) != 0)
		return -1;
	return init_u32(source, &box, 8, &track->handler, err);
}

/* The sample entries of a trak: a box that holds one at the least. */
static int
track_entries(const struct box_source *source, const struct box *trak,
    struct box *stsd, struct error *err)
{
	static const uint32_t PATH[] = { MDIA, MINF, STBL, STSD, 0 };
	struct box entry;
	uint32_t count;
	int rc;

	if (init_path(source, trak, PATH, stsd, err) != 0 ||
	    init_u32(source, stsd, 4, &count, err) != 0)
		return -1;
	rc = box_next(source, stsd->body + 8, stsd->end, &entry, err);
	if (rc < 0)
		return -1;
	return rc == 1 && count > 0 ? 0
				    : init_fault(err, "has no sample entry");
}

/* The default duration that a track's trex gives; 0 without one. */
static int
track_defaults(const struct box_source *source, const struct box *mvex,
    struct fmp4_track *track, struct error *err)
{
	struct box trex = { .type = TREX };
	uint64_t at = mvex->body;
	uint32_t id;
	int rc;

	for (;;) {
		rc = init_next(source, mvex, &at, &trex, err);
		if (rc <= 0)
			return rc;
		if (init_u32(source, &trex, TREX_ID, &id, err) != 0)
			return -1;
		if (id == track->id)
			return init_u32(source, &trex, TREX_DURATION,
			    &track->default_duration, err);
	}
}

/* An id that no track has yet: the track's own if it can be. */
static uint32_t
track_as(const struct fmp4_tracks *tracks, uint32_t id)
{
	uint32_t most = 0;
	bool taken = false;
	size_t i;

	for (i = 0; i < tracks->count; i++) {
		taken |= tracks->list[i].as == id;
		if (tracks->list[i].as > most)
			most = tracks->list[i].as;
	}
	return taken ? most + 1 : id;
}

static int
tracks_add(
    struct fmp4_tracks *tracks, struct fmp4_track *track, struct error *err)
{
	size_t i;

	if (tracks->count == FMP4_TRACKS_MAX)
		return init_fault(err, "has too many tracks");
	for (i = 0; i < tracks->count; i++)
		if (tracks->list[i].rendition == track->rendition &&
		    tracks->list[i].id == track->id)
			return init_fault(err, "has two tracks of one id");
	/* What would come after it must be a number still. */
	if (track->id > UINT32_MAX - FMP4_TRACKS_MAX)
		return init_fault(err, "has a track id that is too large");
	track->as = track_as(tracks, track->id);
	tracks->list[tracks->count++] = *track;
	return 0;
}

static int
tracks_read(const struct box_source *source, struct fmp4_tracks *tracks,
    struct error *err)
{
	struct box moov, mvhd, mvex, stsd, trak = { .type = TRAK };
	struct fmp4_track track = { .rendition = tracks->renditions };
	bool seen = false;
	uint64_t at;
	int rc;

	if (init_moov(source, &moov, err) != 0 ||
	    init_need(source, &moov, MVHD, &mvhd, err) != 0 ||
	    init_need(source, &moov, MVEX, &mvex, err) != 0)
		return -1;
	for (at = moov.body;;) {
		rc = init_next(source, &moov, &at, &trak, err);
		if (rc < 0)
			return -1;
		if (rc == 0)
			break;
		track.default_duration = 0;
		if (track_numbers(source, &trak, &track, err) != 0 ||
		    track_entries(source, &trak, &stsd, err) != 0 ||
		    track_defaults(source, &mvex, &track, err) != 0 ||
		    tracks_add(tracks, &track, err) != 0)
			return -1;
		seen |=
		    track.handler == FMP4_VIDEO || track.handler == FMP4_AUDIO;
	}
	tracks->renditions++;
	return seen ? 0 : init_fault(err, "has neither video nor audio");
}

int
fmp4_tracks(const struct box_source *init, struct fmp4_tracks *tracks,
    struct error *err)
{
	struct fmp4_tracks more = *tracks;

	if (tracks_read(init, &more, err) != 0)
		return -1;
	*tracks = more;
	return 0;
}

/* The n-th trak's sample entries; fmp4_tracks has found as many. */
static int
same_entries(const struct box_source *source, size_t number, struct box *stsd,
    struct error *err)
{
	struct box moov, trak = { .type = TRAK };
	uint64_t at;
	size_t i;

	if (init_moov(source, &moov, err) != 0)
		return -1;
	at = moov.body;
	for (i = 0; i <= number; i++)
		if (init_next(source, &moov, &at, &trak, err) != 1)
			return init_fault(err, "changed while it was read");
	return track_entries(source, &trak, stsd, err);
}

static int
same_bytes(const struct box_source *one, const struct box_source *other,
    size_t number, struct error *err)
{
	unsigned char bytes[2][1024];
	struct box a = { .type = STSD }, b = a;
	uint64_t at, size, part;

	if (same_entries(one, number, &a, err) != 0 ||
	    same_entries(other, number, &b, err) != 0)
		return -1;
	size = a.end - a.body;
	if (b.end - b.body != size)
		return 0;
	for (at = 0; at < size; at += part) {
		part = size - at;
		if (part > sizeof(bytes[0]))
			part = sizeof(bytes[0]);
		if (box_get(one, &a, at, bytes[0], (size_t)part) != 0 ||
		    box_get(other, &b, at, bytes[1], (size_t)part) != 0)
			return init_fault(err, "changed while it was read");
		if (memcmp(bytes[0], bytes[1], (size_t)part) != 0)
			return 0;
	}
	return 1;
}

int
fmp4_same(const struct box_source *one, const struct box_source *other,
    struct error *err)
{
	struct fmp4_tracks a = { .count = 0 }, b = { .count = 0 };
	int rc = 1;
	size_t i;

	if (fmp4_tracks(one, &a, err) != 0 || fmp4_tracks(other, &b, err) != 0)
		return -1;
	if (a.count != b.count)
		return 0;
	for (i = 0; i < a.count && rc == 1; i++) {
		if (a.list[i].id != b.list[i].id ||
		    a.list[i].timescale != b.list[i].timescale ||
		    a.list[i].handler != b.list[i].handler ||
		    a.list[i].default_duration != b.list[i].default_duration)
			return 0;
		rc = same_bytes(one, other, i, err);
	}
	return rc;
}
