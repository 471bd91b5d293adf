/*
 * What comes beside the segments in their order: a segment that was given up
 * and comes after all, and what is said of the renditions.
 */
#include <string.h>
#include <unistd.h>

#include "live/manifest.h"
#include "live/probe.h"
#include "live/publish.h"

static int
late_commit(struct live *live, const struct segment *segment,
    struct rendition *rendition, struct error *err)
{
	struct change change;
	int rc;

	rendition->bytes += segment->bytes;
	/* Its size alone doesn't tell that dvr.m3u8 is to be written anew. */
	rendition->dvr_bytes = 0;
	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	rc = store_segment_fill(live->store, segment, err);
	if (rc == 0)
		rc = store_rendition_put(live->store, rendition, err);
	if (rc == 0)
		rc = store_recording_grow(live->store, segment->recording,
		    segment->bytes, rendition->duration_us / 1000, err);
	return change_end(&change, rc, err);
}

static int
late_forget(struct live *live, const struct upload *upload, struct error *err)
{
	struct change change;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	return change_end(&change,
	    store_upload_published(live->store, upload->stream_id, upload->name,
		upload->file, err),
	    err);
}

static int
late_playlists(struct live *live, const struct recording *recording,
    struct rendition *rendition, struct error *err)
{
	const struct buf nothing = { .size = 0 };
	const struct manifest_change anew = { .text = &nothing, .anew = true };

	if (manifest_write_dvr(live, recording, rendition, &anew, err) != 0)
		return -1;
	return manifest_write_live(live, recording, rendition, false, err);
}

/* Under the lock: the gap may have been filled by another meanwhile. */
static int
late_fill(struct live *live, const struct recording *recording,
    const struct upload *upload, struct error *err)
{
	char from[FILE_PATH_BYTES], to[FILE_PATH_BYTES];
	char name[MEDIA_FILE_BYTES];
	struct rendition rendition = { .number = 0 };
	struct segment segment = { .seq = 0 };
	int rc;

	rc = store_segment_missing(
	    live->store, recording->seq, upload->name, &segment, err);
	if (rc == 1)
		rc = store_rendition_get(live->store, recording->seq,
		    segment.rendition, &rendition, err);
	if (rc <= 0)
		return rc;
	if (upload->kind == MEDIA_FMP4 && segment.init < 0)
		segment.init = rendition.inits - 1;
	if (upload->kind == MEDIA_FMP4 && segment.init < 0)
		return 0;
	segment.kind = upload->kind;
	segment.bytes = upload->bytes;
	media_segment_name(&segment, name);
	if (media_path(live->config, MEDIA_INCOMING, upload->file, from, err) !=
		0 ||
	    media_file(live->config, recording->id, name, to, err) != 0)
		return -1;
	rc = file_move(from, to, err);
	/* It may have been moved by one that was killed behind that. */
	if (rc < 0 || (rc == 0 && file_size(to) != upload->bytes))
		return rc;
	if (late_commit(live, &segment, &rendition, err) != 0 ||
	    late_forget(live, upload, err) != 0)
		return -1;
	return late_playlists(live, recording, &rendition, err);
}

int
publish_late(struct live *live, const struct upload *upload, struct error *err)
{
	struct recording recording;
	struct segment segment;
	int found, lock, rc;

	found = store_recording_newest(
	    live->store, upload->stream_id, &recording, err);
	if (found == 1 && recording.state == RECORDING_LIVE)
		found = store_segment_missing(
		    live->store, recording.seq, upload->name, &segment, err);
	else if (found == 1)
		found = 0;
	if (found <= 0)
		return found;
	rc = -1;
	lock = media_lock(live->config, recording.id, err);
	if (lock >= 0) {
		rc = late_fill(live, &recording, upload, err);
		(void)close(lock);
	}
	return rc >= 0 || publish_is_gone(live, recording.seq) ? 0 : -1;
}

static int
variants_store(struct live *live, const struct recording *recording,
    const struct variant *variants, int count, struct error *err)
{
	struct change change;
	int i, rc = 0;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	for (i = 0; i < count && rc == 0; i++)
		rc = store_variant_put(
		    live->store, recording->seq, &variants[i], err);
	return change_end(&change, rc, err);
}

/* Under the lock. 0 or -1. */
static int
variants_write(
    struct live *live, const struct recording *recording, struct error *err)
{
	struct recording now;
	int found;

	found = store_recording_get(live->store, recording->seq, &now, err);
	if (found <= 0)
		return found;
	if (manifest_write_variants(live, &now, MANIFEST_DVR, err) != 0)
		return -1;
	return manifest_write_variants(live, &now, MANIFEST_LIVE, err);
}

int
publish_variants(struct live *live, const struct recording *recording,
    const struct variant *variants, int count, struct error *err)
{
	int lock, rc = -1;

	if (variants_store(live, recording, variants, count, err) != 0)
		return -1;
	lock = media_lock(live->config, recording->id, err);
	if (lock >= 0) {
		rc = variants_write(live, recording, err);
		(void)close(lock);
	}
	return rc == 0 || publish_is_gone(live, recording->seq) ? 0 : -1;
}
