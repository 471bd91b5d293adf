/*
 * What a pushed file is: by its name's end, and by looking whether its
 * content is that. Names are checked here too.
 */
#ifndef LIVEBIN_LIVE_PROBE_H
#define LIVEBIN_LIVE_PROBE_H

#include "base/error.h"
#include "live/box.h"

/* "folder/file" or "file", with its NUL. */
#define MEDIA_NAME_BYTES 130

enum media_kind {
	MEDIA_PLAYLIST, /* .m3u8 */
	MEDIA_INIT,	/* .mp4 .m4s .m4v .m4a with a moov and no moof */
	MEDIA_FMP4,	/* the same with a moof: a segment */
	MEDIA_TS,	/* .ts */
	MEDIA_AAC,	/* .aac: ADTS, perhaps behind an ID3 tag */
	MEDIA_PICTURE,	/* .jpg */
	MEDIA_UNUSED,	/* .mpd .vtt: taken, not used */
	MEDIA__MAX
};

/*
 * Checks the name of a pushed file as it stands in the path: one or two
 * segments of [A-Za-z0-9._-], 64 bytes each at the most, none beginning with
 * a dot. *kind is what its end says (MEDIA_FMP4 for .mp4 .m4s .m4v .m4a: the
 * content decides). 0; -1 with *err: ERROR_INPUT (field "name"), or
 * ERROR_MEDIA_KIND for an end that isn't known.
 */
int probe_name(const char *name, enum media_kind *kind, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Looks at a whole file behind an open descriptor. *kind is what the name
 * says, and becomes MEDIA_INIT where the content says so. 0; -1 with *err: as
 * probe_name; ERROR_INIT for an .mp4 that is nothing of either kind;
 * ERROR_INPUT for what is cut off, holds both, or isn't what its name says;
 * ERROR_SYSTEM if it can't be read. Playlists and what isn't used are not
 * looked at.
 */
int probe_content(int fd, const char *name, enum media_kind *kind,
    struct error *err) __attribute__((warn_unused_result));

/* The same for bytes from anywhere; *kind is what the name said. */
int probe_source(const struct box_source *source, enum media_kind *kind,
    struct error *err) __attribute__((warn_unused_result));

#endif
