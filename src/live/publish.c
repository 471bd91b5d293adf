/*
 * Publishing. The order of things makes a kill at any point harmless:
 *
 *	files are moved to the names that their segments will have;
 *	rows of the "lasting" part say that they are published;
 *	rows of the "passing" part forget that they were listed;
 *	playlists are appended to and replaced.
 *
 * Whoever comes next finds a file moved already, a listed entry that its
 * rendition's session and sequence know, or a playlist that ends elsewhere
 * than its row says; each is put right then. All of it is under the
 * recording's lock.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/steady.h"
#include "live/manifest.h"
#include "live/probe.h"
#include "live/publish.h"
#include "store/ingest.h"

#define BATCH 64

/* One round of publishing. */
struct batch {
	struct live *live;
	struct recording recording;
	struct rendition rendition;
	struct encoder encoder;
	struct listed listed[BATCH];
	struct segment segments[BATCH];
	bool came[BATCH];
	char files[BATCH][ID_BYTES]; /* of those that came, in incoming/ */
	int count; /* listed; then, of them, what is settled */
	int taken; /* segments */
};

/* The rendition as it is, or as it begins. */
static int
batch_rendition(struct batch *batch, struct error *err)
{
	struct rendition *rendition = &batch->rendition;
	const struct encoder *encoder = &batch->encoder;
	int found;

	found = store_rendition_get(batch->live->store, batch->recording.seq,
	    encoder->rendition, rendition, err);
	if (found < 0)
		return -1;
	if (found == 0) {
		memset(rendition, 0, sizeof(*rendition));
		rendition->recording = batch->recording.seq;
		rendition->number = encoder->rendition;
		rendition->target_s = encoder->target_s;
		rendition->session = encoder->session;
		rendition->sequence = -1;
	}
	(void)snprintf(
	    rendition->name, sizeof(rendition->name), "%s", encoder->name);
	if (rendition->session != encoder->session)
		rendition->sequence = -1;
	return 0;
}

static bool
kind_is_segment(int64_t kind)
{
	return kind == MEDIA_FMP4 || kind == MEDIA_TS || kind == MEDIA_AAC;
}

/* Reads what is listed. Their number, 0 where nothing is to be done, -1. */
static int
batch_load(struct batch *batch, struct error *err)
{
	struct store *store = batch->live->store;
	struct upload upload;
	int found, i;

	found = store_recording_newest(
	    store, batch->encoder.stream_id, &batch->recording, err);
	if (found <= 0 || batch->recording.state != RECORDING_LIVE)
		return found < 0 ? -1 : 0;
	batch->count = store_listed_list(
	    store, &batch->encoder, BATCH, batch->listed, err);
	if (batch->count < 0 || batch_rendition(batch, err) != 0)
		return -1;
	for (i = 0; i < batch->count; i++) {
		found = store_upload_find(store, batch->encoder.stream_id,
		    batch->listed[i].segment, &upload, err);
		if (found < 0)
			return -1;
		batch->came[i] = found == 1 && !upload.published &&
				 kind_is_segment(upload.kind);
	}
	return batch->count;
}

/* What is missing at i: is it given up? */
static bool
batch_gives_up(
    const struct batch *batch, int i, const struct publish_extent *extent)
{
	const struct listed *listed = &batch->listed[i];
	const int64_t waited = steady_now_ms() - listed->since_steady_ms;
	int later;

	if (listed->gap || extent->all || listed->sequence < extent->floor)
		return true;
	if (waited < batch->live->config->media_gap_wait_s * 1000)
		return false;
	for (later = i + 1; later < batch->count; later++)
		if (batch->came[later])
			return true;
	return false;
}

/* The init section that an entry needs: its K into *init; -1 with *err. */
static int
batch_init(struct batch *batch, const struct listed *listed, int64_t *init,
    struct error *err)
{
	struct rendition *rendition = &batch->rendition;
	const struct config *config = batch->live->config;
	char from[FILE_PATH_BYTES], to[FILE_PATH_BYTES];
	char name[MEDIA_FILE_BYTES];
	struct upload upload;
	int found;

	found = store_upload_find(batch->live->store, batch->encoder.stream_id,
	    listed->map, &upload, err);
	if (found < 0)
		return -1;
	*init = rendition->inits - 1;
	if (found == 0 || upload.kind != MEDIA_INIT ||
	    (rendition->inits > 0 && upload.digest == rendition->init_digest))
		return 0;
	media_init_name(rendition->number, rendition->inits, name);
	if (media_path(config, MEDIA_INCOMING, upload.file, from, err) != 0 ||
	    media_file(config, batch->recording.id, name, to, err) != 0 ||
	    file_link(from, to, err) != 0)
		return -1;
	*init = rendition->inits++;
	rendition->init_digest = upload.digest;
	rendition->bytes += upload.bytes;
	return 0;
}

/* When a segment began, on the calendar. */
static int64_t
batch_time(const struct batch *batch, const struct listed *listed, bool breaks)
{
	const struct rendition *rendition = &batch->rendition;
	int64_t begun;

	if (rendition->segments > 0 && !breaks)
		return rendition->end_unix_ms;
	if (listed->at_unix_ms > rendition->end_unix_ms &&
	    listed->at_unix_ms < clock_unix_ms() + CLOCK_DAY_MS)
		return listed->at_unix_ms;
	begun = clock_unix_ms() - listed->duration_us / 1000;
	return begun > rendition->end_unix_ms ? begun : rendition->end_unix_ms;
}

/* Moves the file of entry i to the next segment's place. 1, 0 if none, -1. */
static int
batch_move(struct batch *batch, int i, struct error *err)
{
	struct segment *segment = &batch->segments[batch->taken];
	const struct config *config = batch->live->config;
	char from[FILE_PATH_BYTES], to[FILE_PATH_BYTES];
	char file[MEDIA_FILE_BYTES];
	struct upload upload;
	int found;

	found = store_upload_find(batch->live->store, batch->encoder.stream_id,
	    batch->listed[i].segment, &upload, err);
	if (found <= 0)
		return found;
	memcpy(batch->files[i], upload.file, ID_BYTES);
	segment->kind = upload.kind;
	segment->bytes = upload.bytes;
	media_segment_name(segment, file);
	if (media_path(config, MEDIA_INCOMING, upload.file, from, err) != 0 ||
	    media_file(config, batch->recording.id, file, to, err) != 0)
		return -1;
	found = file_move(from, to, err);
	/* It may have been moved by one that was killed behind that. */
	return found == 0 && file_size(to) == upload.bytes ? 1 : found;
}

/* Makes entry i the next segment of the rendition. */
static int
batch_take(struct batch *batch, int i, struct error *err)
{
	struct rendition *rendition = &batch->rendition;
	const struct listed *listed = &batch->listed[i];
	struct segment *segment = &batch->segments[batch->taken];
	enum media_kind kind = MEDIA_FMP4;
	int there = 0;

	memset(segment, 0, sizeof(*segment));
	segment->recording = rendition->recording;
	segment->rendition = rendition->number;
	segment->seq = rendition->segments;
	segment->duration_us = listed->duration_us;
	segment->init = -1;
	segment->discontinuity =
	    rendition->segments > 0 &&
	    (listed->discontinuity ||
		rendition->session != batch->encoder.session);
	if (probe_name(listed->segment, &kind, err) != 0)
		return -1;
	segment->kind = kind;
	if (listed->map[0] != '\0' &&
	    batch_init(batch, listed, &segment->init, err) != 0)
		return -1;
	if (batch->came[i] && !listed->gap &&
	    (kind != MEDIA_FMP4 || segment->init >= 0))
		there = batch_move(batch, i, err);
	if (there < 0)
		return -1;
	/* One that came and can't be used is left to be swept away. */
	batch->came[i] = there == 1;
	segment->gap = there == 0;
	segment->at_unix_ms = batch_time(batch, listed, segment->discontinuity);
	rendition->session = batch->encoder.session;
	rendition->sequence = listed->sequence;
	rendition->end_unix_ms =
	    segment->at_unix_ms + segment->duration_us / 1000;
	rendition->segments++;
	rendition->duration_us += segment->duration_us;
	rendition->bytes += segment->bytes;
	batch->taken++;
	return 0;
}

/* How far the list is to be published: entries are taken until one waits. */
static int
batch_choose(
    struct batch *batch, const struct publish_extent *extent, struct error *err)
{
	int i;

	batch->taken = 0;
	for (i = 0; i < batch->count; i++) {
		/* Published by one that was killed before it forgot it. */
		if (batch->listed[i].sequence <= batch->rendition.sequence)
			continue;
		if (!batch->came[i] && !batch_gives_up(batch, i, extent))
			break;
		if (batch_take(batch, i, err) != 0)
			return -1;
	}
	batch->count = i; /* what may be forgotten */
	return 0;
}

/* Seconds, rounded, as EXTINF is compared with EXT-X-TARGETDURATION. */
static int64_t
segment_target_s(const struct segment *segment)
{
	return (segment->duration_us + 500000) / 1000000;
}

static int
batch_write_rows(
    struct batch *batch, const struct rendition *before, struct error *err)
{
	struct store *store = batch->live->store;
	const char *stream_id = batch->encoder.stream_id;
	struct rendition *rendition = &batch->rendition;
	int64_t renditions = batch->recording.renditions;
	int i;

	for (i = 0; i < batch->taken; i++) {
		const struct segment *segment = &batch->segments[i];
		const int at = batch->count - batch->taken + i;

		if (store_segment_insert(store, segment,
			segment->gap ? batch->listed[at].segment : NULL,
			err) != 0)
			return -1;
	}
	if (manifest_slide(batch->live, rendition, err) != 0 ||
	    store_rendition_put(store, rendition, err) != 0 ||
	    store_recording_grow(store, batch->recording.seq,
		rendition->bytes - before->bytes, rendition->duration_us / 1000,
		err) != 0)
		return -1;
	if (before->segments > 0)
		return 0;
	batch->recording.renditions = renditions + 1;
	log_write(LOG_LEVEL_INFO, NULL, "stream %s: rendition %" PRId64,
	    stream_id, rendition->number);
	return store_recording_set_renditions(
	    store, batch->recording.seq, renditions + 1, err);
}

static int
batch_commit(
    struct batch *batch, const struct rendition *before, struct error *err)
{
	struct change change;

	if (change_begin(&change, batch->live, STORE_LASTING, err) != 0)
		return -1;
	return change_end(&change, batch_write_rows(batch, before, err), err);
}

/* What is published is known by name and digest alone from now on. */
static int
batch_forget_one(struct batch *batch, int i, struct error *err)
{
	const struct listed *listed = &batch->listed[i];
	struct store *store = batch->live->store;
	const char *stream_id = batch->encoder.stream_id;
	int rc = 0;

	if (listed->map[0] != '\0')
		rc = store_upload_published(
		    store, stream_id, listed->map, NULL, err);
	/* One that took its place meanwhile is another. */
	if (rc == 0 && batch->came[i])
		rc = store_upload_published(
		    store, stream_id, listed->segment, batch->files[i], err);
	return rc;
}

static int
batch_forget(struct batch *batch, struct error *err)
{
	struct change change;
	int i, rc;

	if (change_begin(&change, batch->live, STORE_PASSING, err) != 0)
		return -1;
	rc = store_listed_delete(batch->live->store, &batch->encoder,
	    batch->listed[batch->count - 1].sequence, err);
	for (i = 0; i < batch->count && rc == 0; i++)
		rc = batch_forget_one(batch, i, err);
	return change_end(&change, rc, err);
}

/*
 * One rendition more: every playlist has another name, or a new neighbour. The
 * live ones come first here and below: where a dvr.m3u8 is as its row says,
 * they were written too.
 */
static int
batch_write_all(struct batch *batch, struct error *err)
{
	const struct buf nothing = { .size = 0 };
	const struct manifest_change anew = { .text = &nothing, .anew = true };
	struct rendition all[RENDITIONS_MAX];
	int count, i, rc = 0;

	count = store_rendition_list(
	    batch->live->store, batch->recording.seq, all, err);
	for (i = 0; i < count && rc == 0; i++)
		if (all[i].segments > 0)
			rc = manifest_write_live(batch->live, &batch->recording,
			    &all[i], false, err);
	if (rc == 0)
		rc = manifest_write_variants(
		    batch->live, &batch->recording, MANIFEST_LIVE, err);
	for (i = 0; i < count && rc == 0; i++)
		if (all[i].segments > 0)
			rc = manifest_write_dvr(batch->live, &batch->recording,
			    &all[i], &anew, err);
	if (rc == 0)
		rc = manifest_write_variants(
		    batch->live, &batch->recording, MANIFEST_DVR, err);
	return count < 0 ? -1 : rc;
}

/* What is shown of the stream is another now, and there to be fetched. */
static int
batch_tell(struct batch *batch, struct error *err)
{
	struct change change;

	if (change_begin(&change, batch->live, STORE_PASSING, err) != 0)
		return -1;
	return change_end(&change,
	    change_wakes_stream(&change, batch->encoder.stream_id, err), err);
}

static int
batch_write_one(struct batch *batch, const struct rendition *before,
    const struct buf *text, struct error *err)
{
	const struct manifest_change change = {
		.text = text,
		.from = before->dvr_bytes,
		.anew = before->target_s != batch->rendition.target_s,
	};

	if (manifest_write_live(batch->live, &batch->recording,
		&batch->rendition, false, err) != 0)
		return -1;
	return manifest_write_dvr(
	    batch->live, &batch->recording, &batch->rendition, &change, err);
}

/* The size of the rendition's playlist of a kind, -1 if there is none. */
static int
batch_file_size(const struct batch *batch, enum manifest_kind kind,
    int64_t *size, struct error *err)
{
	char name[MEDIA_FILE_BYTES], path[FILE_PATH_BYTES];

	manifest_name(kind, &batch->recording, batch->rendition.number, name);
	if (media_file(
		batch->live->config, batch->recording.id, name, path, err) != 0)
		return -1;
	*size = file_size(path);
	return 0;
}

/*
 * A playlist that isn't there under the name that it has now is a new
 * rendition's, or what one that was killed has left undone.
 */
static int
batch_write_files(struct batch *batch, const struct rendition *before,
    const struct buf *text, struct error *err)
{
	int64_t live, dvr;
	bool first;
	int rc;

	if (batch_file_size(batch, MANIFEST_LIVE, &live, err) != 0 ||
	    batch_file_size(batch, MANIFEST_DVR, &dvr, err) != 0)
		return -1;
	first = live < 0 || dvr < 0;
	if (first && batch->recording.renditions > 1)
		rc = batch_write_all(batch, err);
	else
		rc = batch_write_one(batch, before, text, err);
	return rc == 0 && first ? batch_tell(batch, err) : rc;
}

/*
 * Nothing is new: what a program that was killed had committed and not yet
 * written is written now, for its list comes again.
 */
static int
batch_mend(struct batch *batch, struct error *err)
{
	const struct buf nothing = { .size = 0 };
	int64_t dvr;

	if (batch->recording.state != RECORDING_LIVE ||
	    batch->rendition.segments == 0)
		return 0;
	if (batch_file_size(batch, MANIFEST_DVR, &dvr, err) != 0)
		return -1;
	if (dvr == batch->rendition.dvr_bytes)
		return 0;
	return batch_write_files(batch, &batch->rendition, &nothing, err);
}

/* Rows and files of what was taken. */
static int
batch_publish(
    struct batch *batch, const struct rendition *before, struct error *err)
{
	struct rendition *rendition = &batch->rendition;
	struct manifest_place place = {
		.init = before->inits - 1,
		.top = before->segments == 0,
	};
	struct buf text;
	int i, rc;

	if (rendition->target_s < batch->encoder.target_s)
		rendition->target_s = batch->encoder.target_s;
	for (i = 0; i < batch->taken; i++)
		if (segment_target_s(&batch->segments[i]) > rendition->target_s)
			rendition->target_s =
			    segment_target_s(&batch->segments[i]);
	buf_init(&text, BATCH * 2048);
	manifest_grow(&text, rendition, &place, batch->segments, batch->taken);
	rc = batch_commit(batch, before, err);
	if (rc == 0)
		rc = batch_forget(batch, err);
	if (rc == 0)
		rc = batch_write_files(batch, before, &text, err);
	buf_free(&text);
	return rc;
}

/* One round. How many entries are settled, or -1. */
static int
batch_round(
    struct batch *batch, const struct publish_extent *extent, struct error *err)
{
	struct rendition before;
	int count;

	count = batch_load(batch, err);
	if (count < 0)
		return -1;
	if (count == 0)
		return batch_mend(batch, err);
	before = batch->rendition;
	if (batch_choose(batch, extent, err) != 0)
		return -1;
	if (batch->count == 0)
		return batch_mend(batch, err);
	if (batch->taken == 0) {
		count = batch_forget(batch, err);
		if (count == 0)
			count = batch_mend(batch, err);
	} else {
		count = batch_publish(batch, &before, err);
	}
	return count != 0 ? -1 : batch->count;
}

/* Round after round, under the lock. 0 or -1. */
static int
batch_run(struct batch *batch, const struct recording *recording,
    const struct publish_extent *extent, struct error *err)
{
	int lock, rc;

	lock = media_lock(batch->live->config, recording->id, err);
	if (lock < 0)
		return -1;
	do
		rc = batch_round(batch, extent, err);
	while (rc == BATCH);
	(void)close(lock);
	return rc < 0 ? -1 : 0;
}

int
publish_listed(struct live *live, const struct encoder *encoder,
    const struct publish_extent *extent, struct error *err)
{
	struct recording recording;
	struct batch *batch;
	int found, rc;

	found = store_recording_newest(
	    live->store, encoder->stream_id, &recording, err);
	if (found <= 0 || recording.state != RECORDING_LIVE)
		return found < 0 ? -1 : 0;
	batch = calloc(1, sizeof(*batch));
	if (batch == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	batch->live = live;
	batch->encoder = *encoder;
	rc = batch_run(batch, &recording, extent, err);
	free(batch);
	return rc == 0 || publish_is_gone(live, recording.seq) ? 0 : -1;
}

int
publish_rest(struct live *live, const char *stream_id, struct error *err)
{
	const struct publish_extent extent = { .all = true };
	struct encoder encoder;
	int64_t number;
	int found;

	for (number = 0; number < RENDITIONS_MAX; number++) {
		found = store_encoder_of_rendition(
		    live->store, stream_id, number, &encoder, err);
		if (found < 0 || (found == 1 && publish_listed(live, &encoder,
						    &extent, err) != 0))
			return -1;
	}
	return 0;
}
