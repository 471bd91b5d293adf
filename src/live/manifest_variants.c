/*
 * Multivariant playlists (RFC 8216, 4.3.4): what the renditions are.
 */
#include <inttypes.h>
#include <string.h>

#include "live/manifest.h"

#define TEXT_BYTES_MAX (256 * 1024)

/* A rendition and what was said of it. */
struct described {
	struct rendition rendition;
	struct variant variant;
};

static int
variants_load(struct live *live, const struct recording *recording,
    struct described *all, struct error *err)
{
	struct rendition renditions[RENDITIONS_MAX];
	int count, i, used = 0;

	count =
	    store_rendition_list(live->store, recording->seq, renditions, err);
	for (i = 0; i < count; i++) {
		/* One without a segment has no playlist yet. */
		if (renditions[i].segments == 0)
			continue;
		all[used].rendition = renditions[i];
		if (store_variant_get(live->store, recording->seq,
			renditions[i].name, &all[used].variant, err) < 0)
			return -1;
		used++;
	}
	return count < 0 ? -1 : used;
}

static bool
variants_have_group(const struct described *all, int count, const char *group)
{
	int i;

	for (i = 0; i < count; i++)
		if (all[i].variant.audio &&
		    strcmp(all[i].variant.group, group) == 0)
			return true;
	return false;
}

static void
variants_audio(struct buf *text, const struct variant *variant, const char *uri)
{
	buf_format(text, "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"%s\",NAME=\"%s\"",
	    variant->group,
	    variant->label[0] != '\0' ? variant->label : "audio");
	if (variant->language[0] != '\0')
		buf_format(text, ",LANGUAGE=\"%s\"", variant->language);
	buf_format(text, ",DEFAULT=%s,AUTOSELECT=YES,URI=\"%s\"\n",
	    variant->is_default ? "YES" : "NO", uri);
}

/*
 * BANDWIDTH is required, and is the peak: what the encoder said, unless what
 * has come is more. ffmpeg leaves out what it encodes by quality.
 */
static int64_t
variants_bandwidth(const struct described *one)
{
	const struct rendition *rendition = &one->rendition;
	int64_t measured;

	measured =
	    rendition->bytes * 8 / (rendition->duration_us / 1000 + 1) * 1100 +
	    1;
	return one->variant.bandwidth > measured ? one->variant.bandwidth
						 : measured;
}

static void
variants_stream(struct buf *text, const struct described *one, bool grouped,
    const char *uri)
{
	const struct variant *variant = &one->variant;

	buf_format(text, "#EXT-X-STREAM-INF:BANDWIDTH=%" PRId64,
	    variants_bandwidth(one));
	if (variant->codecs[0] != '\0')
		buf_format(text, ",CODECS=\"%s\"", variant->codecs);
	if (variant->width > 0 && variant->height > 0)
		buf_format(text, ",RESOLUTION=%" PRId64 "x%" PRId64,
		    variant->width, variant->height);
	if (variant->frame_rate_milli > 0)
		buf_format(text, ",FRAME-RATE=%" PRId64 ".%03" PRId64,
		    variant->frame_rate_milli / 1000,
		    variant->frame_rate_milli % 1000);
	if (grouped)
		buf_format(text, ",AUDIO=\"%s\"", variant->group);
	buf_format(text, "\n%s\n", uri);
}

static void
variants_text(struct buf *text, enum manifest_kind kind,
    const struct recording *recording, const struct described *all, int count)
{
	char uri[MEDIA_FILE_BYTES];
	int pass, i;

	buf_text(text, "#EXTM3U\n#EXT-X-VERSION:7\n");
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < count; i++) {
			const struct variant *variant = &all[i].variant;

			if (variant->audio != (pass == 0))
				continue;
			manifest_name(
			    kind, recording, all[i].rendition.number, uri);
			if (variant->audio)
				variants_audio(text, variant, uri);
			else
				variants_stream(text, &all[i],
				    variant->group[0] != '\0' &&
					variants_have_group(
					    all, count, variant->group),
				    uri);
		}
	}
}

int
manifest_write_variants(struct live *live, const struct recording *recording,
    enum manifest_kind kind, struct error *err)
{
	struct described all[RENDITIONS_MAX];
	char name[MEDIA_FILE_BYTES], path[FILE_PATH_BYTES];
	struct buf text;
	int count, rc;

	if (recording->renditions <= 1)
		return 0;
	count = variants_load(live, recording, all, err);
	manifest_name(kind, recording, -1, name);
	if (count < 0 ||
	    media_file(live->config, recording->id, name, path, err) != 0)
		return -1;
	buf_init(&text, TEXT_BYTES_MAX);
	variants_text(&text, kind, recording, all, count);
	if (text.failed)
		rc = error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	else
		rc = file_replace(path, text.data, text.size, err);
	buf_free(&text);
	return rc;
}
