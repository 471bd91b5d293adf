/*
 * Where media is: the folders of docs/media.md, the names of what is in
 * them, and the lock over one recording's files.
 */
#ifndef LIVEBIN_LIVE_MEDIA_H
#define LIVEBIN_LIVE_MEDIA_H

#include "base/file.h"
#include "live/live.h"
#include "store/recording.h"

#define MEDIA_FILE_BYTES 64

/* Files of a recording that have one name always. */
#define MEDIA_MP4 "replay.mp4"
#define MEDIA_POSTER "poster.jpg"
#define MEDIA_THUMBS "thumbs.vtt"
#define MEDIA_SPRITE "thumbs.jpg"
#define MEDIA_LOCK ".lock"

/* The folders under the setting `media`. */
enum media_area {
	MEDIA_INCOMING, /* what isn't published yet */
	MEDIA_KEPT,	/* a folder for each recording */
	MEDIA_LIVE,	/* what the web server hands out: links to those */
	MEDIA_TRASH,	/* what is being removed */
	MEDIA_AREA__MAX
};

/*
 * Makes the folders where they are missing. Where recordings are folders of
 * live/ still, as they once were, they are moved to kept/. 0 or -1.
 */
int media_prepare(const struct config *config, struct error *err)
    __attribute__((warn_unused_result));

/* "<media>/<area>/<name>": a folder of kept/ or trash/, a file of incoming/. */
int media_path(const struct config *config, enum media_area area,
    const char *name, char path[FILE_PATH_BYTES], struct error *err)
    __attribute__((warn_unused_result));

/* "<media>/kept/<playbackId>/<file>". 0 or -1. */
int media_file(const struct config *config, const char *playback_id,
    const char *file, char path[FILE_PATH_BYTES], struct error *err)
    __attribute__((warn_unused_result));

/*
 * Puts a recording in the web server's sight under a name, its playbackId or a
 * pass, and takes it out; either is fine if it was done before. Who may see
 * what is told by rows: inside a change on the "lasting" part alone, but for
 * one that is GOING. 0 or -1.
 */
int media_show(const struct config *config, const char *name,
    const char *playback_id, struct error *err)
    __attribute__((warn_unused_result));
int media_hide(const struct config *config, const char *name, struct error *err)
    __attribute__((warn_unused_result));
bool media_shown(const struct config *config, const char *name);

/* "r0-17.m4s", "r0-init2.mp4". */
void media_segment_name(
    const struct segment *segment, char name[MEDIA_FILE_BYTES]);
void media_init_name(
    int64_t rendition, int64_t init, char name[MEDIA_FILE_BYTES]);

/*
 * Takes the lock over a recording's playlists and rows, waiting some seconds
 * for another at the most (ERROR_BUSY). A descriptor to close, or -1.
 */
int media_lock(const struct config *config, const char *playback_id,
    struct error *err) __attribute__((warn_unused_result));

#endif
