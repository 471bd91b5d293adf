/*
 * The text of playlists: heads and entries, from rows.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "live/manifest.h"

#define PAGE_BYTES 4096
#define ENTRY_BYTES_MAX 1024

void
manifest_name(enum manifest_kind kind, const struct recording *recording,
    int64_t rendition, char name[MEDIA_FILE_BYTES])
{
	static const char *const ALONE[MANIFEST_KIND__MAX] = {
		[MANIFEST_LIVE] = "index",
		[MANIFEST_DVR] = "dvr",
		[MANIFEST_REPLAY] = "replay",
	};
	static const char *const ONE_OF[MANIFEST_KIND__MAX] = {
		[MANIFEST_LIVE] = "",
		[MANIFEST_DVR] = "-dvr",
		[MANIFEST_REPLAY] = "-replay",
	};

	if (recording->renditions <= 1 || rendition < 0)
		(void)snprintf(name, MEDIA_FILE_BYTES, "%s.m3u8", ALONE[kind]);
	else
		(void)snprintf(name, MEDIA_FILE_BYTES, "r%" PRId64 "%s.m3u8",
		    rendition, ONE_OF[kind]);
}

void
manifest_head(struct buf *text, enum manifest_kind kind,
    const struct rendition *rendition)
{
	const bool live = kind == MANIFEST_LIVE;

	buf_format(text,
	    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%" PRId64 "\n"
	    "#EXT-X-MEDIA-SEQUENCE:%" PRId64 "\n",
	    rendition->target_s, live ? rendition->window_seq : 0);
	if (live)
		buf_format(text, "#EXT-X-DISCONTINUITY-SEQUENCE:%" PRId64 "\n",
		    rendition->window_breaks);
	else
		buf_format(text, "#EXT-X-PLAYLIST-TYPE:%s\n",
		    kind == MANIFEST_DVR ? "EVENT" : "VOD");
}

void
manifest_entry(struct buf *text, struct manifest_place *place,
    const struct segment *segment)
{
	char name[MEDIA_FILE_BYTES], time[CLOCK_TEXT_BYTES];

	if (segment->discontinuity)
		buf_text(text, "#EXT-X-DISCONTINUITY\n");
	if (segment->init >= 0 && segment->init != place->init) {
		media_init_name(segment->rendition, segment->init, name);
		buf_format(text, "#EXT-X-MAP:URI=\"%s\"\n", name);
		place->init = segment->init;
	}
	if (place->top || segment->discontinuity) {
		clock_format(segment->at_unix_ms, time);
		buf_format(text, "#EXT-X-PROGRAM-DATE-TIME:%s\n", time);
	}
	if (segment->gap)
		buf_text(text, "#EXT-X-GAP\n");
	media_segment_name(segment, name);
	buf_format(text, "#EXTINF:%" PRId64 ".%06" PRId64 ",\n%s\n",
	    segment->duration_us / 1000000, segment->duration_us % 1000000,
	    name);
	place->top = false;
}

/* Empty lines up to the next page, where `size` bytes would cross into it. */
static void
manifest_pad(struct buf *text, int64_t at, size_t size)
{
	const size_t left = PAGE_BYTES - (size_t)(at % PAGE_BYTES);
	char *room;

	if (size <= left)
		return;
	room = buf_room(text, left);
	if (room == NULL)
		return;
	memset(room, '\n', left);
	text->size += left;
	text->data[text->size] = '\0';
}

void
manifest_grow(struct buf *text, struct rendition *rendition,
    struct manifest_place *place, const struct segment *segments, int count)
{
	const int64_t from = rendition->dvr_bytes - (int64_t)text->size;
	struct buf entry;
	int i;

	if (rendition->dvr_bytes == 0)
		manifest_head(text, MANIFEST_DVR, rendition);
	for (i = 0; i < count; i++) {
		buf_init(&entry, ENTRY_BYTES_MAX);
		manifest_entry(&entry, place, &segments[i]);
		manifest_pad(text, from + (int64_t)text->size, entry.size);
		if (entry.failed)
			text->failed = true;
		else
			buf_add(text, entry.data, entry.size);
		buf_free(&entry);
	}
	rendition->dvr_bytes = from + (int64_t)text->size;
}
