/*
 * A pushed playlist, through live/playlist.h. The first byte says whether it
 * was pushed into a folder.
 */
#include <string.h>

#include "fuzz.h"
#include "live/playlist.h"
#include "live/probe.h"

static void
check_name(const char *name, bool is_playlist)
{
	enum media_kind kind;
	struct error err;

	CHECK(name != NULL);
	CHECK(probe_name(name, &kind, &err) == 0);
	CHECK((kind == MEDIA_PLAYLIST) == is_playlist);
	CHECK(kind != MEDIA_PICTURE && kind != MEDIA_UNUSED);
}

/* A text that may be written into another playlist, in quotes. */
static void
check_text(const char *text)
{
	CHECK(text[0] != '\0' && strlen(text) <= 200);
	for (; *text != '\0'; text++)
		CHECK((unsigned char)*text >= 0x20 && *text != '"' &&
		      *text != 0x7f);
}

static void
check_segments(const struct playlist *playlist)
{
	const struct playlist_segment *segment = playlist->segments;
	size_t i;

	CHECK(playlist->target_s >= 1 && playlist->target_s <= 3600);
	CHECK(
	    playlist->sequence >= 0 && playlist->sequence <= INT64_C(1) << 53);
	CHECK(playlist->variant_count == 0 && playlist->audio_count == 0);
	CHECK(!playlist->unused || playlist->segment_count == 0);
	for (i = 0; i < playlist->segment_count; i++, segment++) {
		check_name(segment->name, false);
		if (segment->map != NULL)
			check_name(segment->map, false);
		CHECK(segment->duration_us >= 1000);
		CHECK(segment->duration_us <= INT64_C(3600000000));
		CHECK((segment->duration_us + 500000) / 1000000 <=
		      playlist->target_s);
		CHECK(segment->at_unix_ms >= 0);
		CHECK(segment->at_unix_ms < INT64_C(253402400000000));
	}
}

static void
check_variants(const struct playlist *playlist)
{
	const struct playlist_variant *variant = playlist->variants;
	const struct playlist_audio *audio = playlist->audios;
	size_t i;

	CHECK(playlist->segment_count == 0 && playlist->variant_count > 0);
	for (i = 0; i < playlist->variant_count; i++, variant++) {
		check_name(variant->name, true);
		if (variant->audio != NULL)
			check_text(variant->audio);
		if (variant->codecs != NULL)
			check_text(variant->codecs);
		CHECK(variant->bandwidth > 0);
		CHECK(variant->width >= 0 && variant->width <= 16384);
		CHECK(variant->height >= 0 && variant->height <= 16384);
		CHECK((variant->width == 0) == (variant->height == 0));
		CHECK(variant->frame_rate_milli >= 0);
		CHECK(variant->frame_rate_milli <= 1000000);
	}
	for (i = 0; i < playlist->audio_count; i++, audio++) {
		check_name(audio->name, true);
		check_text(audio->group);
		check_text(audio->label);
		if (audio->language != NULL)
			check_text(audio->language);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *own_name = "index.m3u8", *text = "";
	struct playlist playlist;
	struct error err;

	if (size > 0) {
		if (data[0] == 'f')
			own_name = "folder/index.m3u8";
		text = (const char *)data + 1;
		size--;
	}
	if (playlist_parse(&playlist, text, size, own_name, &err) != 0) {
		CHECK(err.code == ERROR_INPUT);
		CHECK(err.detail[0] != '\0');
		CHECK(playlist.memory == NULL && playlist.segments == NULL);
		return 0;
	}
	if (playlist.multivariant)
		check_variants(&playlist);
	else
		check_segments(&playlist);
	playlist_free(&playlist);
	return 0;
}
