/*
 * Pushed playlists (RFC 8216): text from outside into structs. Known tags
 * alone; every name is checked and brought to the form that the push path
 * has ("folder/file"), every number is bounded. What is unknown is passed
 * over; what would have to be understood and isn't (byte ranges, encryption)
 * is an error.
 */
#ifndef LIVEBIN_LIVE_PLAYLIST_H
#define LIVEBIN_LIVE_PLAYLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Bounds of one playlist. A day of seconds fits. */
#define PLAYLIST_BYTES_MAX (8 * 1024 * 1024)
#define PLAYLIST_LINE_MAX 2000 /* bytes */
#define PLAYLIST_SEGMENTS_MAX 100000
#define PLAYLIST_VARIANTS_MAX 64
#define PLAYLIST_AUDIOS_MAX 64

/* A segment of a media playlist. Texts are the playlist's. */
struct playlist_segment {
	const char *name;
	const char *map;     /* its init section's name, or NULL */
	int64_t duration_us; /* 1 ms to an hour; less counts as 1 ms */
	int64_t at_unix_ms;  /* EXT-X-PROGRAM-DATE-TIME, 0: none */
	bool discontinuity, gap;
};

/* A variant of a multivariant playlist (EXT-X-STREAM-INF). */
struct playlist_variant {
	const char *name;
	const char *audio;	  /* GROUP-ID of one of `audios`, or NULL */
	const char *codecs;	  /* RFC 6381, characters checked, or NULL */
	int64_t bandwidth;	  /* bits per second, above 0 */
	int64_t width, height;	  /* 0: not said */
	int64_t frame_rate_milli; /* frames in 1,000 s; 0: not said */
};

/* EXT-X-MEDIA of TYPE=AUDIO with a URI. */
struct playlist_audio {
	const char *name, *group;
	const char *label;    /* NAME: no quotes, no controls */
	const char *language; /* or NULL */
	bool is_default;
};

struct playlist {
	bool multivariant;
	/*
	 * A media playlist's. The target is what the list says, or what its
	 * segments need if that is more: encoders round it down to 0.
	 */
	int64_t target_s, sequence;
	bool ended;
	bool unused; /* lists subtitles (.vtt) alone: no segments are given */
	struct playlist_segment *segments;
	size_t segment_count;
	/* A multivariant playlist's. */
	struct playlist_variant *variants;
	size_t variant_count;
	struct playlist_audio *audios;
	size_t audio_count;
	char *memory; /* that the texts are in */
};

/*
 * Parses `size` bytes of text. `own_name` is the name that the playlist was
 * pushed under (probe_name has passed it): what it lists is relative to its
 * folder. An absolute URL is taken if its path is one that media is pushed to
 * (/push/<token>/<name>, /api/live/<id>/media/<name>), whatever the host and
 * the token: the name alone counts. Queries are cut off. 0 and *playlist (the
 * caller frees it); -1 with *err and an empty *playlist: ERROR_INPUT (the
 * line's number in the detail), or ERROR_SYSTEM without memory.
 */
int playlist_parse(struct playlist *playlist, const char *text, size_t size,
    const char *own_name, struct error *err)
    __attribute__((warn_unused_result));

/* Releases what a playlist owns and empties it. An empty one is allowed. */
void playlist_free(struct playlist *playlist);

#endif
