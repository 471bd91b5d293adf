/*
 * The arguments that ffmpeg is started with. Every one is ours: constant
 * words, numbers, and names of files that the server itself has named. It runs
 * in the recording's folder, so that no path is among them.
 */
#ifndef LIVEBIN_WORKER_ARGV_H
#define LIVEBIN_WORKER_ARGV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/probe.h"

#define ARGV_MAX 256
#define ARGV_TEXT_BYTES 16384

/* Marks itself failed when something doesn't fit. */
struct argv {
	const char *list[ARGV_MAX + 1]; /* ends in NULL */
	size_t count;
	char text[ARGV_TEXT_BYTES];
	size_t used;
	bool failed;
};

/* What every run begins with: quiet, asking nothing, overwriting. */
void argv_begin(struct argv *argv, const char *program);

/* Appends an argument; `format` as in printf. */
void argv_add(struct argv *argv, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends several constant words, separated by one space each. */
void argv_words(struct argv *argv, const char *words);

/* Progress to standard output. */
void argv_progress(struct argv *argv);

/*
 * A playlist, a list of files for the concat demuxer, or an MP4, as input: read
 * as what it is known to be, so that pushed bytes don't choose how.
 */
void argv_playlist(struct argv *argv, const char *name);
void argv_list(struct argv *argv, const char *name);
void argv_file(struct argv *argv, const char *name);

/*
 * One segment, of which key frames alone are read; `init` is the name of its
 * init section, which is read for MEDIA_FMP4 alone.
 */
void argv_segment(struct argv *argv, enum media_kind kind, const char *init,
    const char *segment);

/* Copies into an MP4 that begins to play before it is loaded. */
void argv_copy_to(struct argv *argv, const char *name);

/* What of a filter's outputs [v] and [a] there is. */
struct argv_encode {
	bool video, audio;
	bool old; /* for ffmpeg before 5.1, which knows no -fps_mode */
};

/* Encodes them into such; no picture is left out or shown twice. */
void argv_encode_to(
    struct argv *argv, const struct argv_encode *encode, const char *name);

/* The input's first picture as a PGM on standard output: it tells its size. */
void argv_pgm(struct argv *argv);

/* Nothing at all, unless the input has sound. */
void argv_sound(struct argv *argv);

/* The input's first picture as a JPEG of at most 1280 pixels' width. */
void argv_poster_to(struct argv *argv, const char *name);

/*
 * The first picture that is at least `offset_ms` behind the input's begin, as
 * a raw tile on standard output: 160 pixels wide and `height` high (0: as high
 * as its shape wants it).
 */
void argv_tile(struct argv *argv, int height, int64_t offset_ms);

/* Puts raw tiles in a file together as one JPEG. */
struct sprite;
void argv_sprite(struct argv *argv, const struct sprite *sprite,
    const char *tiles, const char *name);

#endif
