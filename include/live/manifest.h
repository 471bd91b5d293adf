/*
 * The playlists that players read, written by us from what is published (RFC
 * 8216). docs/media.md says which there are and how they are replaced.
 */
#ifndef LIVEBIN_LIVE_MANIFEST_H
#define LIVEBIN_LIVE_MANIFEST_H

#include "base/buf.h"
#include "live/live.h"
#include "live/media.h"

enum manifest_kind {
	MANIFEST_LIVE,	 /* index.m3u8: the live window */
	MANIFEST_DVR,	 /* dvr.m3u8: EVENT, from the beginning */
	MANIFEST_REPLAY, /* replay.m3u8: VOD */
	MANIFEST_KIND__MAX
};

/*
 * The file of a media playlist: "index.m3u8" where the recording has one
 * rendition, else "r<N>.m3u8".
 */
void manifest_name(enum manifest_kind kind, const struct recording *recording,
    int64_t rendition, char name[MEDIA_FILE_BYTES]);

/* The top of a media playlist, as far as its first segment. */
void manifest_head(struct buf *text, enum manifest_kind kind,
    const struct rendition *rendition);

/* What the entries so far have said. Begin with { .init = -1, .top = true }. */
struct manifest_place {
	int64_t init; /* the EXT-X-MAP in force, -1: none */
	bool top;     /* no entry yet */
};

/* One entry: its tags and its URI. */
void manifest_entry(struct buf *text, struct manifest_place *place,
    const struct segment *segment);

/*
 * Adds new segments to what dvr.m3u8 holds up to rendition->dvr_bytes, which
 * is moved: empty lines keep an entry inside one page of 4,096 bytes. The
 * caller has the place of what is there (manifest_place of the last segment).
 */
void manifest_grow(struct buf *text, struct rendition *rendition,
    struct manifest_place *place, const struct segment *segments, int count);

/*
 * Moves the live window's beginning, as far as media_window allows. Inside a
 * change on the "lasting" part, behind the new segments. 0 or -1.
 */
int manifest_slide(struct live *live, struct rendition *rendition,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Under the recording's lock, after the commit: appends `text` to dvr.m3u8,
 * which ended at `from` before; writes it anew from the rows where that isn't
 * so, or `anew` says so. 0 or -1.
 */
struct manifest_change {
	const struct buf *text;
	int64_t from;
	bool anew;
};
int manifest_write_dvr(struct live *live, const struct recording *recording,
    struct rendition *rendition, const struct manifest_change *change,
    struct error *err) __attribute__((warn_unused_result));

/* The live window's playlist, `ended` with EXT-X-ENDLIST. 0 or -1. */
int manifest_write_live(struct live *live, const struct recording *recording,
    const struct rendition *rendition, bool ended, struct error *err)
    __attribute__((warn_unused_result));

/* The multivariant playlists of one kind, if there are renditions. 0 or -1. */
int manifest_write_variants(struct live *live,
    const struct recording *recording, enum manifest_kind kind,
    struct error *err) __attribute__((warn_unused_result));

/*
 * It is over: ends the live playlists, and `replay`: writes the VOD ones.
 * Takes the lock itself; doing it twice does no harm. 0 or -1.
 */
int manifest_close(struct live *live, const struct recording *recording,
    bool replay, struct error *err) __attribute__((warn_unused_result));

#endif
