/*
 * Fragmented MP4 (ISO/IEC 14496-12, 8.8): what is in an init section and a
 * segment, and putting one MP4 together out of the segments of a broadcast.
 * Memory is bounded whatever the number of segments.
 *
 * How a worker does it:
 *	fmp4_tracks for the init section (and for that of an audio rendition),
 *	fmp4_join, which makes the file's own init section: written first;
 *	fmp4_session at the beginning and at each discontinuity,
 *	fmp4_copy for each segment, in the order of time;
 *	fmp4_set_duration over the init section, written again in its place.
 */
#ifndef LIVEBIN_LIVE_FMP4_H
#define LIVEBIN_LIVE_FMP4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "live/box.h"

#define FMP4_TRACKS_MAX 16
#define FMP4_INIT_MAX (256 * 1024) /* bytes of a moov */
#define FMP4_MOOF_MAX (4 * 1024 * 1024)
#define FMP4_TIMESCALE_MAX 1000000000
#define FMP4_BOXES_MAX 65536 /* on the top level of one file */

#define FMP4_VIDEO BOX_TYPE('v', 'i', 'd', 'e')
#define FMP4_AUDIO BOX_TYPE('s', 'o', 'u', 'n')

/* A track of an init section. */
struct fmp4_track {
	int rendition;	    /* which fmp4_tracks call it came from: 0, 1, ... */
	uint32_t id;	    /* there */
	uint32_t as;	    /* in what is put together: unique */
	uint32_t timescale; /* units a second, 1 to FMP4_TIMESCALE_MAX */
	uint32_t handler;   /* FMP4_VIDEO, FMP4_AUDIO, or another */
	uint32_t default_duration; /* of a sample, from trex; 0: none */
};

/* Zero it before the first fmp4_tracks. */
struct fmp4_tracks {
	struct fmp4_track list[FMP4_TRACKS_MAX];
	size_t count;
	int renditions;
};

/*
 * Adds the tracks of an init section. 0; -1 with *err and nothing added:
 * ERROR_INIT if it isn't one (a moov with mvex and a track of video or audio,
 * each with tkhd, mdhd, hdlr and a sample entry), ERROR_INPUT if its boxes
 * can't be walked, ERROR_SYSTEM if it can't be read.
 */
int fmp4_tracks(const struct box_source *init, struct fmp4_tracks *tracks,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Do two init sections describe the same tracks (ids, timescales, handlers,
 * sample entries byte for byte), so that segments of one can follow those of
 * the other? 1, 0, or -1 as fmp4_tracks.
 */
int fmp4_same(const struct box_source *one, const struct box_source *other,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Writes into *out (the caller's, initialised, with a ceiling that fits) one
 * init section with the tracks of all `inits`, one for each rendition of
 * `tracks`. With one rendition it is that init section's ftyp and moov. 0;
 * -1 with *err as fmp4_tracks, or ERROR_SYSTEM without memory.
 */
int fmp4_join(const struct box_source *inits, const struct fmp4_tracks *tracks,
    struct buf *out, struct error *err) __attribute__((warn_unused_result));

/*
 * Sets the durations (mvhd, tkhd, mehd where it is) of an init section in
 * memory; its size stays. What doesn't fit a 32 bit field becomes "unknown"
 * (all ones). 0; -1 with *err as fmp4_tracks.
 */
int fmp4_set_duration(unsigned char *init, size_t size, int64_t duration_us,
    struct error *err) __attribute__((warn_unused_result));

/* Where a track of a segment lies, in the track's timescale. */
struct fmp4_span {
	bool present;
	uint64_t begin;	   /* baseMediaDecodeTime of its first fragment */
	uint64_t duration; /* to the end of its last sample */
};

/* A segment, and the rendition whose init section it belongs to. */
struct fmp4_segment {
	const struct box_source *source;
	int rendition;
};

/*
 * Is every fragment of a segment one that could be put together: a track with
 * its samples, inside its bounds? For any init section. 0; -1 as fmp4_span.
 */
int fmp4_check(const struct box_source *source, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Fills `spans` (FMP4_TRACKS_MAX, in the order of tracks->list; absent where
 * the segment has nothing). 0; -1 with *err: ERROR_INPUT for a segment that
 * has no fragment, a track that the init section doesn't have, or numbers
 * that can't be; ERROR_SYSTEM if it can't be read or without memory.
 */
int fmp4_span(const struct fmp4_segment *segment,
    const struct fmp4_tracks *tracks, struct fmp4_span *spans,
    struct error *err) __attribute__((warn_unused_result));

/* What is being put together. Borrows the tracks. */
struct fmp4_timeline {
	const struct fmp4_tracks *tracks;
	int64_t shift[FMP4_TRACKS_MAX]; /* of the session, added to times */
	uint64_t end[FMP4_TRACKS_MAX];	/* behind the last sample written */
	uint32_t fragments;		/* written so far */
};

/* Nothing put together yet: the first session begins at 0. */
void fmp4_timeline_init(
    struct fmp4_timeline *timeline, const struct fmp4_tracks *tracks);

/*
 * Begins an encoder's session: the earliest of `spans` (of the session's first
 * segment; with several renditions, of the first of each, merged) will follow
 * the latest end of what there is, and the tracks keep their distance.
 */
void fmp4_session(
    struct fmp4_timeline *timeline, const struct fmp4_span *spans);

/*
 * Appends a segment's fragments to the descriptor `to`: times shifted,
 * fragments counted on, tracks renumbered. What isn't a fragment (styp, sidx,
 * emsg, ...) is left out. A segment that goes back in time by more than half a
 * second is taken for the first of a session that nobody told of. 0; -1 with
 * *err as fmp4_span, also ERROR_INPUT where a fragment has an absolute offset,
 * no time, or a time that doesn't fit; ERROR_SYSTEM or (a full disk)
 * ERROR_NO_ROOM where writing fails. On an error *timeline is as before, and
 * the caller cuts `to` to its old size.
 */
int fmp4_copy(struct fmp4_timeline *timeline,
    const struct fmp4_segment *segment, int to, struct error *err)
    __attribute__((warn_unused_result));

/* The latest end so far, in microseconds. */
int64_t fmp4_timeline_us(const struct fmp4_timeline *timeline);

#endif
