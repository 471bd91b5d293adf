/*
 * One fragment (moof) in memory. For src/live alone: fmp4_moof.c reads it,
 * fmp4.c makes spans of it and writes it anew.
 */
#ifndef LIVEBIN_LIVE_FMP4_MOOF_H
#define LIVEBIN_LIVE_FMP4_MOOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "live/box.h"
#include "live/fmp4.h"

#define MOOF BOX_TYPE('m', 'o', 'o', 'f')
#define MDAT BOX_TYPE('m', 'd', 'a', 't')

/* A fragment: its bytes, and a source of them that begins at its header. */
struct moof {
	unsigned char *bytes;
	size_t size;
	struct box_bytes memory;
	struct box_source source;
	struct box box;
};

/* What a fragment has of a track (a traf). */
struct traf {
	uint32_t id;
	size_t id_at;  /* where the id stands in the fragment's bytes */
	bool absolute; /* data is found by its place in the file */
	bool timed;    /* has a tfdt: */
	bool wide;     /* of 64 bits */
	size_t time_at;
	uint64_t begin;
	uint64_t duration; /* of all its samples */
};

/*
 * Reads a fragment into memory. 0 (the caller frees it with moof_free), or -1
 * with *err: ERROR_INPUT if it is over FMP4_MOOF_MAX, ERROR_SYSTEM.
 */
int moof_read(struct moof *moof, const struct box_source *source,
    const struct box *box, struct error *err)
    __attribute__((warn_unused_result));
void moof_free(struct moof *moof);

/*
 * The traf that begins at or behind *at, which is moved behind it; begin with
 * moof->box.body. `defaults` (or NULL) are the tracks of the init section and
 * the rendition whose default durations count. 1 and *traf, 0 when there is no
 * more, -1 with *err (ERROR_INPUT).
 */
struct moof_defaults {
	const struct fmp4_tracks *tracks;
	int rendition;
};
int moof_next(const struct moof *moof, const struct moof_defaults *defaults,
    uint64_t *at, struct traf *traf, struct error *err)
    __attribute__((warn_unused_result));

/* The index of a track in the list, or -1. */
int fmp4_find(const struct fmp4_tracks *tracks, int rendition, uint32_t id);

#endif
