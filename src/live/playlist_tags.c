/*
 * The tags of RFC 8216 that mean something here, and the names that follow
 * them. A tag that would change how a segment is read, and that can't be
 * honoured, is refused; the rest isn't in the table.
 */
#include <string.h>

#include "live/playlist_parse.h"

#define SECONDS_MAX 3600
#define SEQUENCE_MAX (INT64_C(1) << 53)
#define BANDWIDTH_MAX INT64_C(100000000000)
#define SIDE_MAX 16384
#define FRAMES_MILLI_MAX 1000000
#define DURATION_MIN_US 1000
#define GROUP_MAX 64
#define LABEL_MAX 200
#define LANGUAGE_MAX 35
#define CODECS_MAX 200

static int
out_of_memory(struct error *err)
{
	return error_set(err, ERROR_SYSTEM, NULL, "Out of memory.");
}

/* A media playlist's tag. */
static int
is_media(struct parse *parse, struct error *err)
{
	parse->is_media = true;
	return parse->is_multivariant
		   ? parse_fault(parse, err,
			 "a playlist lists either segments or variants")
		   : 0;
}

static int
is_multivariant(struct parse *parse, struct error *err)
{
	parse->is_multivariant = true;
	return parse->is_media
		   ? parse_fault(parse, err,
			 "a playlist lists either segments or variants")
		   : 0;
}

static int
tag_extinf(struct parse *parse, struct text value, struct error *err)
{
	const struct text number = text_trim(text_cut(&value, ','));
	int64_t *us = &parse->segment.duration_us;

	if (is_media(parse, err) != 0)
		return -1;
	if (parse->segment_begun)
		return parse_fault(
		    parse, err, "an EXTINF comes before the last one's name");
	if (!text_decimal(number, 6, SECONDS_MAX * INT64_C(1000000), us))
		return parse_fault(parse, err,
		    "EXTINF is no number of seconds, or more than an hour");
	/* A segment of one frame may be told to last nothing. */
	if (*us < DURATION_MIN_US)
		*us = DURATION_MIN_US;
	parse->segment_begun = true;
	return 0;
}

static int
tag_target(struct parse *parse, struct text value, struct error *err)
{
	if (is_media(parse, err) != 0)
		return -1;
	if (parse->has_target)
		return parse_fault(
		    parse, err, "EXT-X-TARGETDURATION stands twice");
	parse->has_target = true;
	if (!text_integer(value, SECONDS_MAX, &parse->playlist->target_s))
		return parse_fault(parse, err,
		    "EXT-X-TARGETDURATION is no whole number of seconds up to "
		    "an hour");
	return 0;
}

static int
tag_sequence(struct parse *parse, struct text value, struct error *err)
{
	if (is_media(parse, err) != 0)
		return -1;
	if (parse->has_sequence)
		return parse_fault(
		    parse, err, "EXT-X-MEDIA-SEQUENCE stands twice");
	if (parse->segment_begun || parse->playlist->segment_count > 0)
		return parse_fault(parse, err,
		    "EXT-X-MEDIA-SEQUENCE comes before the first segment");
	parse->has_sequence = true;
	if (!text_integer(value, SEQUENCE_MAX, &parse->playlist->sequence))
		return parse_fault(
		    parse, err, "EXT-X-MEDIA-SEQUENCE is no number up to 2^53");
	return 0;
}

static int
tag_discontinuity(struct parse *parse, struct text value, struct error *err)
{
	(void)value;
	parse->segment.discontinuity = true;
	return is_media(parse, err);
}

static int
tag_gap(struct parse *parse, struct text value, struct error *err)
{
	(void)value;
	parse->segment.gap = true;
	return is_media(parse, err);
}

static int
tag_endlist(struct parse *parse, struct text value, struct error *err)
{
	(void)value;
	parse->playlist->ended = true;
	return is_media(parse, err);
}

static int
tag_time(struct parse *parse, struct text value, struct error *err)
{
	if (is_media(parse, err) != 0)
		return -1;
	if (!text_time(value, &parse->segment.at_unix_ms))
		return parse_fault(parse, err,
		    "EXT-X-PROGRAM-DATE-TIME is no date and time of ISO 8601");
	return 0;
}

static int
bad_list(const struct parse *parse, struct error *err)
{
	return parse_fault(parse, err, "the attributes can't be read");
}

static int
bad_value(const struct parse *parse, struct error *err)
{
	return parse_fault(
	    parse, err, "an attribute has a value that it can't have");
}

static int
tag_map(struct parse *parse, struct text value, struct error *err)
{
	struct attribute attribute;
	struct text uri = { "", 0 };
	enum media_kind kind;
	int rc;

	if (is_media(parse, err) != 0)
		return -1;
	while ((rc = attribute_next(&value, &attribute)) == 1) {
		if (text_is(attribute.name, "BYTERANGE"))
			return parse_fault(parse, err,
			    "byte ranges aren't taken: write the init section "
			    "to a file of its own");
		if (text_is(attribute.name, "URI") && attribute.quoted)
			uri = attribute.value;
	}
	if (rc < 0)
		return bad_list(parse, err);
	if (uri.size == 0)
		return parse_fault(parse, err, "EXT-X-MAP has no URI");
	if (parse_name(parse, uri, &kind, &parse->map, err) != 0)
		return -1;
	return kind == MEDIA_FMP4
		   ? 0
		   : parse_fault(parse, err,
			 "EXT-X-MAP names no .mp4, .m4s, .m4v or .m4a");
}

static int
tag_ranges(struct parse *parse, struct text value, struct error *err)
{
	(void)value;
	return parse_fault(parse, err,
	    "byte ranges aren't taken: write each segment to a file of its "
	    "own");
}

static int
tag_skip(struct parse *parse, struct text value, struct error *err)
{
	(void)value;
	return parse_fault(
	    parse, err, "a playlist that leaves segments out isn't taken");
}

static int
tag_frames(struct parse *parse, struct text value, struct error *err)
{
	(void)value;
	return parse_fault(
	    parse, err, "a playlist of still pictures isn't taken");
}

static int
tag_key(struct parse *parse, struct text value, struct error *err)
{
	struct attribute attribute;
	bool none = false;
	int rc;

	while ((rc = attribute_next(&value, &attribute)) == 1)
		if (text_is(attribute.name, "METHOD"))
			none = text_is(attribute.value, "NONE");
	if (rc < 0)
		return bad_list(parse, err);
	return none
		   ? 0
		   : parse_fault(parse, err, "encrypted segments aren't taken");
}

/* Copies a text into *into if it is plain. False: it isn't. */
static bool
keep_plain(struct parse *parse, struct text text, size_t max, const char **into)
{
	const struct text nothing = { "", 0 };

	if (!text_plain(text, max))
		return false;
	*into = parse_keep(parse, nothing, text);
	return true;
}

static bool
keep_of(struct parse *parse, struct text text, const char *marks, size_t max,
    const char **into)
{
	return text_of(text, marks, max) && keep_plain(parse, text, max, into);
}

static bool
variant_size(struct text value, struct playlist_variant *variant)
{
	const struct text width = text_cut(&value, 'x');

	return text_integer(width, SIDE_MAX, &variant->width) &&
	       text_integer(value, SIDE_MAX, &variant->height) &&
	       variant->width > 0 && variant->height > 0;
}

/* One attribute of EXT-X-STREAM-INF. False: its value can't be. */
static bool
variant_take(struct parse *parse, const struct attribute *attribute)
{
	struct playlist_variant *variant = &parse->variant;

	if (text_is(attribute->name, "BANDWIDTH"))
		return text_integer(
		    attribute->value, BANDWIDTH_MAX, &variant->bandwidth);
	if (text_is(attribute->name, "RESOLUTION"))
		return variant_size(attribute->value, variant);
	if (text_is(attribute->name, "FRAME-RATE"))
		return text_decimal(attribute->value, 3, FRAMES_MILLI_MAX,
		    &variant->frame_rate_milli);
	if (text_is(attribute->name, "CODECS"))
		return attribute->quoted &&
		       keep_of(parse, attribute->value, ".,-_ ", CODECS_MAX,
			   &variant->codecs);
	if (text_is(attribute->name, "AUDIO"))
		return attribute->quoted && keep_plain(parse, attribute->value,
						GROUP_MAX, &variant->audio);
	return true;
}

static int
tag_stream(struct parse *parse, struct text value, struct error *err)
{
	struct attribute attribute;
	int rc;

	if (is_multivariant(parse, err) != 0)
		return -1;
	if (parse->variant_begun)
		return parse_fault(parse, err,
		    "an EXT-X-STREAM-INF comes before the last one's name");
	memset(&parse->variant, 0, sizeof(parse->variant));
	while ((rc = attribute_next(&value, &attribute)) == 1)
		if (!variant_take(parse, &attribute))
			return bad_value(parse, err);
	if (rc < 0)
		return bad_list(parse, err);
	if (parse->variant.bandwidth == 0)
		return parse_fault(
		    parse, err, "EXT-X-STREAM-INF has no BANDWIDTH");
	parse->variant_begun = true;
	return 0;
}

/* What an EXT-X-MEDIA says, before it is known whether it counts. */
struct media {
	struct playlist_audio audio;
	struct text uri;
	bool is_audio;
};

static bool
media_take(
    struct parse *parse, const struct attribute *attribute, struct media *media)
{
	struct playlist_audio *audio = &media->audio;

	if (text_is(attribute->name, "TYPE"))
		media->is_audio = text_is(attribute->value, "AUDIO");
	if (text_is(attribute->name, "DEFAULT"))
		audio->is_default = text_is(attribute->value, "YES");
	if (!attribute->quoted)
		return true;
	if (text_is(attribute->name, "URI"))
		media->uri = attribute->value;
	if (text_is(attribute->name, "GROUP-ID"))
		return keep_plain(
		    parse, attribute->value, GROUP_MAX, &audio->group);
	if (text_is(attribute->name, "NAME"))
		return keep_plain(
		    parse, attribute->value, LABEL_MAX, &audio->label);
	if (text_is(attribute->name, "LANGUAGE") && attribute->value.size > 0)
		return keep_of(parse, attribute->value, "-", LANGUAGE_MAX,
		    &audio->language);
	return true;
}

static int
audio_add(struct parse *parse, struct media *media, struct error *err)
{
	struct playlist *playlist = parse->playlist;
	enum media_kind kind;
	void *grown;

	if (media->audio.group == NULL || media->audio.label == NULL)
		return parse_fault(
		    parse, err, "EXT-X-MEDIA has no GROUP-ID or no NAME");
	if (parse_name(parse, media->uri, &kind, &media->audio.name, err) != 0)
		return -1;
	if (kind != MEDIA_PLAYLIST)
		return parse_fault(
		    parse, err, "EXT-X-MEDIA names no playlist (.m3u8)");
	if (playlist->audio_count == PLAYLIST_AUDIOS_MAX)
		return parse_fault(
		    parse, err, "there are too many EXT-X-MEDIA");
	grown = parse_grow(playlist->audios, playlist->audio_count,
	    &parse->audios_max, sizeof(*playlist->audios));
	if (grown == NULL)
		return out_of_memory(err);
	playlist->audios = grown;
	playlist->audios[playlist->audio_count++] = media->audio;
	return 0;
}

static int
tag_media(struct parse *parse, struct text value, struct error *err)
{
	struct media media = { .is_audio = false };
	struct attribute attribute;
	int rc;

	if (is_multivariant(parse, err) != 0)
		return -1;
	while ((rc = attribute_next(&value, &attribute)) == 1)
		if (!media_take(parse, &attribute, &media))
			return bad_value(parse, err);
	if (rc < 0)
		return bad_list(parse, err);
	return media.is_audio && media.uri.size > 0
		   ? audio_add(parse, &media, err)
		   : 0;
}

static const struct {
	const char *name;
	int (*take)(struct parse *parse, struct text value, struct error *err);
} TAGS[] = {
	{ "#EXTINF", tag_extinf },
	{ "#EXT-X-TARGETDURATION", tag_target },
	{ "#EXT-X-MEDIA-SEQUENCE", tag_sequence },
	{ "#EXT-X-DISCONTINUITY", tag_discontinuity },
	{ "#EXT-X-GAP", tag_gap },
	{ "#EXT-X-ENDLIST", tag_endlist },
	{ "#EXT-X-PROGRAM-DATE-TIME", tag_time },
	{ "#EXT-X-MAP", tag_map },
	{ "#EXT-X-BYTERANGE", tag_ranges },
	{ "#EXT-X-SKIP", tag_skip },
	{ "#EXT-X-I-FRAMES-ONLY", tag_frames },
	{ "#EXT-X-KEY", tag_key },
	{ "#EXT-X-SESSION-KEY", tag_key },
	{ "#EXT-X-STREAM-INF", tag_stream },
	{ "#EXT-X-MEDIA", tag_media },
};

int
parse_tag(struct parse *parse, struct text line, struct error *err)
{
	const struct text name = text_cut(&line, ':');
	size_t i;

	for (i = 0; i < sizeof(TAGS) / sizeof(TAGS[0]); i++)
		if (text_is(name, TAGS[i].name))
			return TAGS[i].take(parse, text_trim(line), err);
	return 0;
}

static int
segment_add(struct parse *parse, struct error *err)
{
	struct playlist *playlist = parse->playlist;
	void *grown;

	if (playlist->segment_count == PLAYLIST_SEGMENTS_MAX)
		return parse_fault(parse, err, "there are too many segments");
	grown = parse_grow(playlist->segments, playlist->segment_count,
	    &parse->segments_max, sizeof(*playlist->segments));
	if (grown == NULL)
		return out_of_memory(err);
	playlist->segments = grown;
	playlist->segments[playlist->segment_count++] = parse->segment;
	if (parse->segment.duration_us > parse->longest_us)
		parse->longest_us = parse->segment.duration_us;
	return 0;
}

static int
segment_listed(struct parse *parse, struct text uri, struct error *err)
{
	struct playlist_segment *segment = &parse->segment;
	enum media_kind kind;

	if (parse_name(parse, uri, &kind, &segment->name, err) != 0)
		return -1;
	segment->map = parse->map;
	parse->segment_begun = false;
	if (kind == MEDIA_UNUSED)
		parse->has_subtitles = true;
	else if (kind != MEDIA_FMP4 && kind != MEDIA_TS && kind != MEDIA_AAC)
		return parse_fault(parse, err, "the name is no segment's");
	else if (kind == MEDIA_FMP4 && segment->map == NULL)
		return parse_fault(parse, err,
		    "a segment of MP4 needs an EXT-X-MAP before it");
	else if (segment_add(parse, err) != 0)
		return -1;
	memset(segment, 0, sizeof(*segment));
	if (parse->has_subtitles && parse->playlist->segment_count > 0)
		return parse_fault(
		    parse, err, "subtitles are among other segments");
	return 0;
}

static int
variant_listed(struct parse *parse, struct text uri, struct error *err)
{
	struct playlist *playlist = parse->playlist;
	enum media_kind kind;
	void *grown;

	if (parse_name(parse, uri, &kind, &parse->variant.name, err) != 0)
		return -1;
	if (kind != MEDIA_PLAYLIST)
		return parse_fault(
		    parse, err, "a variant is no playlist (.m3u8)");
	if (playlist->variant_count == PLAYLIST_VARIANTS_MAX)
		return parse_fault(parse, err, "there are too many variants");
	grown = parse_grow(playlist->variants, playlist->variant_count,
	    &parse->variants_max, sizeof(*playlist->variants));
	if (grown == NULL)
		return out_of_memory(err);
	playlist->variants = grown;
	playlist->variants[playlist->variant_count++] = parse->variant;
	parse->variant_begun = false;
	return 0;
}

int
parse_listed(struct parse *parse, struct text uri, struct error *err)
{
	if (parse->variant_begun)
		return variant_listed(parse, uri, err);
	if (parse->segment_begun)
		return segment_listed(parse, uri, err);
	return parse_fault(parse, err,
	    "a name has neither EXTINF nor EXT-X-STREAM-INF before it");
}
