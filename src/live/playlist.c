/*
 * Pushed playlists, line by line. A first pass holds the text to its bounds
 * and counts, so that one piece of memory has room for all that is kept; the
 * second takes the lines apart.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "live/playlist.h"
#include "live/playlist_parse.h"

/* Names that are kept: segments, init sections, variants. */
#define NAMES_MAX (PLAYLIST_SEGMENTS_MAX + 4096)
#define LIST_BEGIN 16
#define BOM "\xef\xbb\xbf"

int
parse_fault(const struct parse *parse, struct error *err, const char *what)
{
	return error_set(
	    err, ERROR_INPUT, NULL, "Line %zu: %s.", parse->line, what);
}

const char *
parse_keep(struct parse *parse, struct text before, struct text text)
{
	char *kept = parse->playlist->memory + parse->used;

	assert(before.size + text.size < parse->capacity - parse->used);
	if (before.size > 0)
		memcpy(kept, before.at, before.size);
	if (text.size > 0)
		memcpy(kept + before.size, text.at, text.size);
	kept[before.size + text.size] = '\0';
	parse->used += before.size + text.size + 1;
	return kept;
}

int
parse_name(struct parse *parse, struct text uri, enum media_kind *kind,
    const char **name, struct error *err)
{
	const struct text nothing = { "", 0 };
	struct text path;
	bool relative;

	if (parse->names++ == NAMES_MAX)
		return parse_fault(parse, err, "the playlist lists too much");
	if (!text_path(uri, &path, &relative))
		return parse_fault(parse, err,
		    "the name is neither relative to the playlist nor one that "
		    "media is pushed to");
	if (path.size >= MEDIA_NAME_BYTES)
		return parse_fault(parse, err, "the name is too long");
	*name = parse_keep(parse, relative ? parse->folder : nothing, path);
	if (probe_name(*name, kind, err) != 0)
		return parse_fault(parse, err,
		    "the name isn't one that media can be pushed under");
	return 0;
}

void *
parse_grow(void *list, size_t count, size_t *max, size_t size)
{
	size_t more;
	void *grown;

	if (count < *max)
		return list;
	more = *max == 0 ? LIST_BEGIN : *max * 2;
	grown = realloc(list, more * size);
	if (grown != NULL)
		*max = more;
	return grown;
}

/* Takes the next line off the text, without its end. */
static struct text
parse_line(struct parse *parse, struct text *rest)
{
	parse->line++;
	return text_cut(rest, '\n');
}

/* The first pass: bounds, and how many lines there are. */
static int
parse_scan(struct parse *parse, struct text text, struct error *err)
{
	struct text line;

	if (text.size > PLAYLIST_BYTES_MAX)
		return error_set(
		    err, ERROR_INPUT, NULL, "The playlist is too long.");
	while (text.size > 0) {
		line = parse_line(parse, &text);
		if (line.size > PLAYLIST_LINE_MAX)
			return parse_fault(parse, err, "it is too long");
		if (!text_utf8(line))
			return parse_fault(parse, err, "it isn't UTF-8 text");
	}
	return 0;
}

/*
 * What is kept are parts of the text that don't overlap, and behind each there
 * is at least one byte that isn't kept (a quote, the line's end) in whose
 * place its NUL goes; names alone grow, by the folder.
 */
static int
parse_room(struct parse *parse, size_t size, struct error *err)
{
	const size_t names =
	    parse->line < NAMES_MAX ? parse->line : (size_t)NAMES_MAX;

	parse->capacity = size + 2 + names * parse->folder.size;
	parse->playlist->memory = malloc(parse->capacity);
	if (parse->playlist->memory == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "Out of memory.");
	parse->line = 0;
	return 0;
}

/* #EXTM3U comes before all else. */
static int
parse_first(struct parse *parse, struct text *rest, struct error *err)
{
	struct text line = { "", 0 };

	while (line.size == 0 && rest->size > 0)
		line = text_trim(parse_line(parse, rest));
	if (parse->line == 0)
		parse->line = 1; /* of an empty text */
	return text_is(line, "#EXTM3U")
		   ? 0
		   : parse_fault(parse, err, "a playlist begins with #EXTM3U");
}

static int
parse_lines(struct parse *parse, struct text rest, struct error *err)
{
	struct text line;
	int rc = 0;

	while (rc == 0 && rest.size > 0) {
		line = text_trim(parse_line(parse, &rest));
		if (line.size == 0)
			continue;
		if (line.at[0] != '#')
			rc = parse_listed(parse, line, err);
		else if (line.size > 4 && memcmp(line.at, "#EXT", 4) == 0)
			rc = parse_tag(parse, line, err);
	}
	return rc;
}

static bool
group_listed(const struct playlist *playlist, const char *group)
{
	size_t i;

	for (i = 0; i < playlist->audio_count; i++)
		if (strcmp(playlist->audios[i].group, group) == 0)
			return true;
	return false;
}

/* Sound without a list of its own is in the variant's: no group remains. */
static void
parse_groups(struct playlist *playlist)
{
	size_t i;

	for (i = 0; i < playlist->variant_count; i++)
		if (playlist->variants[i].audio != NULL &&
		    !group_listed(playlist, playlist->variants[i].audio))
			playlist->variants[i].audio = NULL;
}

/* What can be said once the last line was read. */
static int
parse_end(struct parse *parse, struct error *err)
{
	struct playlist *playlist = parse->playlist;
	const int64_t longest_s = (parse->longest_us + 500000) / 1000000;

	if (parse->segment_begun || parse->variant_begun)
		return parse_fault(
		    parse, err, "the playlist ends before a name");
	playlist->multivariant = parse->is_multivariant;
	if (parse->is_multivariant) {
		if (playlist->variant_count == 0)
			return parse_fault(parse, err,
			    "the playlist ends without EXT-X-STREAM-INF");
		parse_groups(playlist);
		return 0;
	}
	if (!parse->has_target)
		return parse_fault(parse, err,
		    "the playlist ends without EXT-X-TARGETDURATION");
	if (playlist->target_s < longest_s)
		playlist->target_s = longest_s;
	if (playlist->target_s < 1)
		playlist->target_s = 1;
	playlist->unused = parse->has_subtitles;
	return 0;
}

int
playlist_parse(struct playlist *playlist, const char *text, size_t size,
    const char *own_name, struct error *err)
{
	const char *slash = strchr(own_name, '/');
	struct parse parse = { .playlist = playlist };
	struct text rest = { text, size };

	memset(playlist, 0, sizeof(*playlist));
	if (size >= 3 && memcmp(text, BOM, 3) == 0)
		rest = (struct text){ text + 3, size - 3 };
	parse.folder = (struct text){ own_name,
		slash != NULL ? (size_t)(slash - own_name) + 1 : 0 };
	if (parse_scan(&parse, rest, err) != 0 ||
	    parse_room(&parse, size, err) != 0 ||
	    parse_first(&parse, &rest, err) != 0 ||
	    parse_lines(&parse, rest, err) != 0 ||
	    parse_end(&parse, err) != 0) {
		playlist_free(playlist);
		return -1;
	}
	return 0;
}

void
playlist_free(struct playlist *playlist)
{
	free(playlist->segments);
	free(playlist->variants);
	free(playlist->audios);
	free(playlist->memory);
	memset(playlist, 0, sizeof(*playlist));
}
