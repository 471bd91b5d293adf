/*
 * Looking at what an encoder sent before anybody plays it. It is not a
 * decoder: it tells a file that is what its name says from one that isn't,
 * or that was cut off, and leaves the pictures to the players.
 */
#include <string.h>

#include "live/fmp4.h"
#include "live/probe.h"

#define SEGMENT_BYTES_MAX 64 /* of a name's part */
#define TS_PACKET_BYTES 188
#define TS_PACKETS_SEEN 32 /* at either end */
#define ID3_TAGS_MAX 8
#define ADTS_FRAMES_SEEN 16

/* What a name's end says. */
static const struct {
	const char *end;
	enum media_kind kind;
} ENDS[] = {
	{ ".m3u8", MEDIA_PLAYLIST },
	{ ".mp4", MEDIA_FMP4 },
	{ ".m4s", MEDIA_FMP4 },
	{ ".m4v", MEDIA_FMP4 },
	{ ".m4a", MEDIA_FMP4 },
	{ ".ts", MEDIA_TS },
	{ ".aac", MEDIA_AAC },
	{ ".jpg", MEDIA_PICTURE },
	{ ".mpd", MEDIA_UNUSED },
	{ ".vtt", MEDIA_UNUSED },
};
#define END_COUNT (sizeof(ENDS) / sizeof(ENDS[0]))

static const char NAME_CHARS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz"
				 "0123456789._-";

/* Bytes of the part that begins there, or 0 for one that may not be. */
static size_t
probe_part(const char *part)
{
	const size_t size = strspn(part, NAME_CHARS);

	return part[0] == '.' || size > SEGMENT_BYTES_MAX ? 0 : size;
}

int
probe_name(const char *name, enum media_kind *kind, struct error *err)
{
	const char *file = name;
	size_t size = probe_part(name), end, i;

	if (size > 0 && name[size] == '/') {
		file = name + size + 1;
		size = probe_part(file);
	}
	if (size == 0 || file[size] != '\0')
		return error_set(err, ERROR_INPUT, "name",
		    "A name is one or two segments of letters, digits, '.', "
		    "'_' and '-', of 64 bytes at the most, that don't begin "
		    "with a dot.");
	for (i = 0; i < END_COUNT; i++) {
		end = strlen(ENDS[i].end);
		if (size > end && strcmp(file + size - end, ENDS[i].end) == 0) {
			*kind = ENDS[i].kind;
			return 0;
		}
	}
	return error_set(err, ERROR_MEDIA_KIND, "name",
	    "Media ends in .m3u8, .mpd, .mp4, .m4s, .m4v, .m4a, .ts, .aac, "
	    ".vtt or .jpg.");
}

static int
probe_unreadable(struct error *err)
{
	return error_set(err, ERROR_SYSTEM, NULL, "The file can't be read.");
}

/* What stands on the top level of a file of boxes. */
struct found {
	bool moov, moof, mdat;
};

static int
probe_walk(
    const struct box_source *source, struct found *found, struct error *err)
{
	struct box box;
	uint64_t at = 0;
	size_t i;
	int rc;

	for (i = 0; i < FMP4_BOXES_MAX; i++) {
		rc = box_next(source, at, source->size, &box, err);
		if (rc <= 0)
			return rc;
		found->moov |= box.type == BOX_TYPE('m', 'o', 'o', 'v');
		found->moof |= box.type == BOX_TYPE('m', 'o', 'o', 'f');
		found->mdat |= box.type == BOX_TYPE('m', 'd', 'a', 't');
		at = box.end;
	}
	return error_set(
	    err, ERROR_INPUT, NULL, "The file holds too many boxes.");
}

static int
probe_boxes(
    const struct box_source *source, enum media_kind *kind, struct error *err)
{
	struct fmp4_tracks tracks = { .count = 0 };
	struct found found = { false, false, false };

	if (probe_walk(source, &found, err) != 0)
		return -1;
	if (found.moov && found.moof)
		return error_set(err, ERROR_INPUT, NULL,
		    "The file holds an init section and fragments: send the "
		    "init section (moov) and each segment (moof) as files of "
		    "their own.");
	if (found.moov) {
		*kind = MEDIA_INIT;
		return fmp4_tracks(source, &tracks, err);
	}
	if (!found.moof)
		return error_set(err, ERROR_INIT, NULL,
		    "The file is neither an init section (moov) nor a segment "
		    "(moof) of fragmented MP4.");
	if (!found.mdat)
		return error_set(
		    err, ERROR_INPUT, NULL, "The segment has no media (mdat).");
	*kind = MEDIA_FMP4;
	return fmp4_check(source, err);
}

/* `count` packets from `first` on begin with the sync byte. */
static int
probe_sync(const struct box_source *source, uint64_t first, uint64_t count,
    struct error *err)
{
	unsigned char byte;
	uint64_t i;

	for (i = first; i < first + count; i++) {
		if (source->read(
			source->context, i * TS_PACKET_BYTES, &byte, 1) != 0)
			return probe_unreadable(err);
		if (byte != 0x47)
			return error_set(err, ERROR_INPUT, NULL,
			    "The segment isn't an MPEG transport stream: a "
			    "packet doesn't begin with its sync byte.");
	}
	return 0;
}

static int
probe_ts(const struct box_source *source, struct error *err)
{
	const uint64_t packets = source->size / TS_PACKET_BYTES;
	const uint64_t seen =
	    packets < TS_PACKETS_SEEN ? packets : TS_PACKETS_SEEN;

	if (source->size % TS_PACKET_BYTES != 0)
		return error_set(err, ERROR_INPUT, NULL,
		    "The segment isn't whole packets of an MPEG transport "
		    "stream (188 bytes).");
	if (probe_sync(source, 0, seen, err) != 0)
		return -1;
	return probe_sync(source, packets - seen, seen, err);
}

/*
 * Passes over ID3 tags (ID3v2.4, 3.1), in which a packed segment carries its
 * time. *at is moved behind them.
 */
static int
probe_id3(const struct box_source *source, uint64_t *at, struct error *err)
{
	unsigned char head[10];
	uint64_t size;
	int i;

	for (i = 0; i < ID3_TAGS_MAX; i++) {
		if (source->size - *at < sizeof(head))
			return 0;
		if (source->read(source->context, *at, head, sizeof(head)) != 0)
			return probe_unreadable(err);
		if (memcmp(head, "ID3", 3) != 0)
			return 0;
		size = (uint64_t)(head[6] & 0x7f) << 21 |
		       (uint64_t)(head[7] & 0x7f) << 14 |
		       (uint64_t)(head[8] & 0x7f) << 7 | (head[9] & 0x7f);
		size += sizeof(head);
		if ((head[5] & 0x10) != 0)
			size += sizeof(head); /* a footer */
		if (size > source->size - *at)
			return error_set(err, ERROR_INPUT, NULL,
			    "The segment's ID3 tag is cut off.");
		*at += size;
	}
	return error_set(
	    err, ERROR_INPUT, NULL, "The segment has too many ID3 tags.");
}

/* The bytes of an ADTS frame (ISO/IEC 14496-3, 1.A.3.2), or 0. */
static uint64_t
probe_adts(const unsigned char head[7])
{
	const uint64_t size = (uint64_t)(head[3] & 3) << 11 |
			      (uint64_t)head[4] << 3 | head[5] >> 5;

	if (head[0] != 0xff || (head[1] & 0xf6) != 0xf0)
		return 0;
	if ((head[2] >> 2 & 0xf) > 12 || size < 7)
		return 0; /* no such sample rate */
	return size;
}

static int
probe_aac(const struct box_source *source, struct error *err)
{
	unsigned char head[7];
	uint64_t at = 0, size;
	int i;

	if (probe_id3(source, &at, err) != 0)
		return -1;
	for (i = 0; i < ADTS_FRAMES_SEEN && (i == 0 || at < source->size);
	     i++) {
		size = 0;
		if (source->size - at >= sizeof(head)) {
			if (source->read(
				source->context, at, head, sizeof(head)) != 0)
				return probe_unreadable(err);
			size = probe_adts(head);
		}
		if (size == 0 || size > source->size - at)
			return error_set(err, ERROR_INPUT, NULL,
			    "The segment isn't AAC in whole ADTS frames.");
		at += size;
	}
	return 0;
}

static int
probe_picture(const struct box_source *source, struct error *err)
{
	unsigned char head[3];

	if (source->size < sizeof(head))
		memset(head, 0, sizeof(head));
	else if (source->read(source->context, 0, head, sizeof(head)) != 0)
		return probe_unreadable(err);
	if (head[0] != 0xff || head[1] != 0xd8 || head[2] != 0xff)
		return error_set(
		    err, ERROR_INPUT, NULL, "The picture isn't a JPEG.");
	return 0;
}

int
probe_source(
    const struct box_source *source, enum media_kind *kind, struct error *err)
{
	if (*kind == MEDIA_PLAYLIST || *kind == MEDIA_UNUSED)
		return 0;
	if (source->size == 0)
		return error_set(err, ERROR_INPUT, NULL, "The file is empty.");
	switch (*kind) {
	case MEDIA_INIT:
	case MEDIA_FMP4:
		return probe_boxes(source, kind, err);
	case MEDIA_TS:
		return probe_ts(source, err);
	case MEDIA_AAC:
		return probe_aac(source, err);
	case MEDIA_PICTURE:
		return probe_picture(source, err);
	case MEDIA_PLAYLIST:
	case MEDIA_UNUSED:
	case MEDIA__MAX:
		break;
	}
	return 0;
}

int
probe_content(
    int fd, const char *name, enum media_kind *kind, struct error *err)
{
	struct box_source source;

	if (probe_name(name, kind, err) != 0 ||
	    box_file(&source, &fd, err) != 0)
		return -1;
	return probe_source(&source, kind, err);
}
