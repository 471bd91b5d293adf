/*
 * A playlist while it is parsed. For src/live alone: playlist.c goes through
 * the lines, playlist_tags.c knows the tags.
 */
#ifndef LIVEBIN_LIVE_PLAYLIST_PARSE_H
#define LIVEBIN_LIVE_PLAYLIST_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "live/playlist.h"
#include "live/playlist_value.h"
#include "live/probe.h"

struct parse {
	struct playlist *playlist;
	struct text folder; /* the playlist's own, with its slash, or empty */
	size_t line;	    /* 1 is the first */
	bool is_media, is_multivariant;
	bool has_target, has_sequence;
	bool has_subtitles;
	int64_t longest_us;
	/* What the lines before a name have said. */
	bool segment_begun, variant_begun;
	struct playlist_segment segment;
	struct playlist_variant variant;
	const char *map; /* goes on until the next */
	/* Room in playlist->memory, and in the lists. */
	size_t used, capacity, names;
	size_t segments_max, variants_max, audios_max;
};

/* Sets *err to ERROR_INPUT, "Line <n>: <what>." Returns -1. */
int parse_fault(const struct parse *parse, struct error *err, const char *what)
    __attribute__((warn_unused_result));

/* A copy of the text in the playlist's memory, which has room for it. */
const char *parse_keep(struct parse *parse, struct text before,
    struct text text) __attribute__((warn_unused_result));

/*
 * The name of a pushed file that a URI of this playlist means, and its kind.
 * 0, or -1 with *err.
 */
int parse_name(struct parse *parse, struct text uri, enum media_kind *kind,
    const char **name, struct error *err) __attribute__((warn_unused_result));

/*
 * Makes room for one more in a list of `count` of `size` bytes each. The list,
 * perhaps moved, or NULL without memory (the old one stays).
 */
void *parse_grow(void *list, size_t count, size_t *max, size_t size)
    __attribute__((warn_unused_result));

/* A line that begins with #EXT; an unknown tag is passed over. 0 or -1. */
int parse_tag(struct parse *parse, struct text line, struct error *err)
    __attribute__((warn_unused_result));

/* A line with a name. 0 or -1. */
int parse_listed(struct parse *parse, struct text uri, struct error *err)
    __attribute__((warn_unused_result));

#endif
