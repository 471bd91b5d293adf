/*
 * Pushed multivariant playlists: what they say of the media playlists.
 */
#include <stdio.h>
#include <string.h>

#include "live/ingest_parts.h"
#include "live/lifecycle.h"
#include "live/playlist.h"
#include "live/publish.h"

static void
variant_copy(char to[VARIANT_TEXT_BYTES], const char *text)
{
	(void)snprintf(to, VARIANT_TEXT_BYTES, "%s", text != NULL ? text : "");
}

static void
variant_of_stream(struct variant *to, const struct playlist_variant *from)
{
	(void)snprintf(to->name, sizeof(to->name), "%s", from->name);
	to->bandwidth = from->bandwidth;
	to->width = from->width;
	to->height = from->height;
	to->frame_rate_milli = from->frame_rate_milli;
	variant_copy(to->codecs, from->codecs);
	variant_copy(to->group, from->audio);
}

static void
variant_of_audio(struct variant *to, const struct playlist_audio *from)
{
	(void)snprintf(to->name, sizeof(to->name), "%s", from->name);
	to->audio = true;
	to->is_default = from->is_default;
	variant_copy(to->group, from->group);
	variant_copy(to->label, from->label);
	variant_copy(to->language, from->language);
}

/* What a multivariant playlist says; ffmpeg sends it behind the first lists. */
static int
variants_take(struct live *live, const struct stream *stream,
    const struct playlist *list, struct error *err)
{
	struct variant variants[2 * RENDITIONS_MAX];
	struct recording recording;
	size_t i;
	int count = 0, before;

	memset(variants, 0, sizeof(variants));
	for (i = 0; i < list->variant_count && count < RENDITIONS_MAX; i++)
		variant_of_stream(&variants[count++], &list->variants[i]);
	for (i = 0; i < list->audio_count && i < RENDITIONS_MAX; i++)
		variant_of_audio(&variants[count++], &list->audios[i]);
	if (publish_open(live, stream, &recording, err) != 0)
		return -1;
	before = store_variant_count(live->store, recording.seq, err);
	if (before < 0 ||
	    publish_variants(live, &recording, variants, count, err) != 0)
		return -1;
	return before > 0 ? 0 : 1;
}

/* One that comes before anything else starts a stream that never began. */
int
ingest_variants(struct live *live, const struct stream *stream,
    const struct playlist *list, struct error *err)
{
	struct stream copy;
	int rc;

	rc = store_stream_find(live->store, stream->id, &copy, err);
	if (rc == 1 && copy.status == STREAM_PENDING &&
	    copy.stopped_unix_ms == 0 && lifecycle_start(live, &copy, err) != 0)
		rc = -1;
	/* Without a broadcast there is nothing that it could describe. */
	if (rc == 1 && copy.status == STREAM_LIVE)
		rc = variants_take(live, stream, list, err);
	stream_free(&copy);
	return rc;
}
