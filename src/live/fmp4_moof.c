/*
 * Fragments: which tracks, from when on, for how long. Sample tables are
 * summed, never kept.
 */
#include <stdlib.h>

#include "live/fmp4_moof.h"

#define TRAF BOX_TYPE('t', 'r', 'a', 'f')
#define TFHD BOX_TYPE('t', 'f', 'h', 'd')
#define TFDT BOX_TYPE('t', 'f', 'd', 't')
#define TRUN BOX_TYPE('t', 'r', 'u', 'n')

#define TFHD_BASE_OFFSET 0x1U
#define TFHD_DESCRIPTION 0x2U
#define TFHD_DURATION 0x8U
#define TRUN_OFFSET 0x1U
#define TRUN_FIRST_FLAGS 0x4U
#define TRUN_DURATION 0x100U
#define TRUN_SIZE 0x200U
#define TRUN_FLAGS 0x400U
#define TRUN_COMPOSITION 0x800U

#define TIME_MAX (UINT64_C(1) << 62)
#define DURATION_MAX (UINT64_C(1) << 53)

static int
moof_fault(struct error *err, const char *what)
{
	return error_set(err, ERROR_INPUT, NULL, "A fragment %s.", what);
}

int
moof_read(struct moof *moof, const struct box_source *source,
    const struct box *box, struct error *err)
{
	const uint64_t size = box->end - box->at;

	moof->bytes = NULL;
	if (size > FMP4_MOOF_MAX)
		return moof_fault(err, "is too large");
	moof->size = (size_t)size;
	moof->bytes = malloc(moof->size);
	if (moof->bytes == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "Out of memory.");
	if (source->read(source->context, box->at, moof->bytes, moof->size) !=
	    0) {
		moof_free(moof);
		return error_set(
		    err, ERROR_SYSTEM, NULL, "The file can't be read.");
	}
	moof->memory = (struct box_bytes){ moof->bytes, moof->size };
	box_memory(&moof->source, &moof->memory);
	moof->box = (struct box){ .type = box->type,
		.at = 0,
		.body = box->body - box->at,
		.end = size };
	return 0;
}

void
moof_free(struct moof *moof)
{
	free(moof->bytes);
	moof->bytes = NULL;
}

static uint32_t
moof_u32(const struct moof *moof, uint64_t at)
{
	return box_u32(moof->bytes + at);
}

static uint64_t
box_room(const struct box *box)
{
	return box->end - box->body;
}

/* The track that it is of, and the duration of samples that say none. */
static int
traf_header(const struct moof *moof, const struct box *traf, struct traf *into,
    uint32_t *duration, struct error *err)
{
	uint64_t at;
	struct box tfhd;
	uint32_t flags;
	int rc;

	rc = box_child(&moof->source, traf, TFHD, &tfhd, err);
	if (rc < 0)
		return -1;
	if (rc == 0 || box_room(&tfhd) < 8)
		return moof_fault(err, "has no track (tfhd)");
	flags = moof_u32(moof, tfhd.body);
	into->absolute = (flags & TFHD_BASE_OFFSET) != 0;
	into->id_at = (size_t)tfhd.body + 4;
	into->id = moof_u32(moof, into->id_at);
	if ((flags & TFHD_DURATION) == 0)
		return 0;
	at = tfhd.body + 8 + (into->absolute ? 8U : 0U) +
	     ((flags & TFHD_DESCRIPTION) != 0 ? 4U : 0U);
	if (at + 4 > tfhd.end)
		return moof_fault(err, "has a tfhd that is too short");
	*duration = moof_u32(moof, at);
	return 0;
}

static int
traf_time(const struct moof *moof, const struct box *traf, struct traf *into,
    struct error *err)
{
	struct box tfdt;
	int rc;

	rc = box_child(&moof->source, traf, TFDT, &tfdt, err);
	if (rc <= 0)
		return rc;
	into->wide = box_room(&tfdt) > 0 && moof->bytes[tfdt.body] == 1;
	if (box_room(&tfdt) < (into->wide ? 12U : 8U))
		return moof_fault(err, "has a tfdt that is too short");
	into->timed = true;
	into->time_at = (size_t)tfdt.body + 4;
	into->begin = into->wide ? box_u64(moof->bytes + into->time_at)
				 : moof_u32(moof, into->time_at);
	if (into->begin > TIME_MAX)
		return moof_fault(err, "has a time that can't be");
	return 0;
}

/* Adds up the durations of one trun's samples. */
static int
traf_run(const struct moof *moof, const struct box *trun, uint32_t duration,
    uint64_t *sum, struct error *err)
{
	uint64_t at = trun->body + 8, count, each, i;
	uint32_t flags;

	if (box_room(trun) < 8)
		return moof_fault(err, "has a trun that is too short");
	flags = moof_u32(moof, trun->body);
	count = moof_u32(moof, trun->body + 4);
	at += (flags & TRUN_OFFSET) != 0 ? 4U : 0U;
	at += (flags & TRUN_FIRST_FLAGS) != 0 ? 4U : 0U;
	each = ((flags & TRUN_DURATION) != 0 ? 4U : 0U) +
	       ((flags & TRUN_SIZE) != 0 ? 4U : 0U) +
	       ((flags & TRUN_FLAGS) != 0 ? 4U : 0U) +
	       ((flags & TRUN_COMPOSITION) != 0 ? 4U : 0U);
	if (at > trun->end || count * each > trun->end - at)
		return moof_fault(err, "has a trun that is too short");
	/* Before they are added, so that the sum can't wrap. */
	if ((flags & TRUN_DURATION) == 0 && count * duration > DURATION_MAX)
		return moof_fault(err, "has a duration that can't be");
	if ((flags & TRUN_DURATION) == 0)
		*sum += count * duration;
	else
		for (i = 0; i < count; i++) /* the box bounds it */
			*sum += moof_u32(moof, at + i * each);
	if (*sum > DURATION_MAX)
		return moof_fault(err, "has a duration that can't be");
	return 0;
}

static int
traf_runs(const struct moof *moof, const struct box *traf, uint32_t duration,
    struct traf *into, struct error *err)
{
	struct box box;
	uint64_t at = traf->body;
	int rc;

	while ((rc = box_next(&moof->source, at, traf->end, &box, err)) == 1) {
		if (box.type == TRUN &&
		    traf_run(moof, &box, duration, &into->duration, err) != 0)
			return -1;
		at = box.end;
	}
	return rc;
}

int
fmp4_find(const struct fmp4_tracks *tracks, int rendition, uint32_t id)
{
	size_t i;

	for (i = 0; i < tracks->count; i++)
		if (tracks->list[i].rendition == rendition &&
		    tracks->list[i].id == id)
			return (int)i;
	return -1;
}

/* What trex says of a track's samples; an unknown track has no defaults. */
static uint32_t
moof_default(const struct moof_defaults *defaults, uint32_t id)
{
	int index = -1;

	if (defaults != NULL)
		index = fmp4_find(defaults->tracks, defaults->rendition, id);
	return index >= 0 ? defaults->tracks->list[index].default_duration : 0;
}

int
moof_next(const struct moof *moof, const struct moof_defaults *defaults,
    uint64_t *at, struct traf *traf, struct error *err)
{
	struct box rest = moof->box, box;
	uint32_t duration = 0;
	int rc;

	rest.body = *at;
	rc = box_child(&moof->source, &rest, TRAF, &box, err);
	if (rc <= 0)
		return rc;
	*at = box.end;
	*traf = (struct traf){ .id = 0 };
	if (traf_header(moof, &box, traf, &duration, err) != 0)
		return -1;
	if (duration == 0)
		duration = moof_default(defaults, traf->id);
	if (traf_time(moof, &box, traf, err) != 0 ||
	    traf_runs(moof, &box, duration, traf, err) != 0)
		return -1;
	return 1;
}
