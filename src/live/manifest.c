/*
 * The playlists as files: appended to, replaced, ended.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live/manifest.h"

#define BATCH 64
#define TEXT_BYTES_MAX (256 * 1024 * 1024)
#define END_TAG "#EXT-X-ENDLIST\n"

static int
manifest_path(struct live *live, const struct recording *recording,
    const char *name, char path[FILE_PATH_BYTES], struct error *err)
{
	return media_file(live->config, recording->id, name, path, err);
}

static int
manifest_replace(struct live *live, const struct recording *recording,
    const char *name, const struct buf *text, struct error *err)
{
	char path[FILE_PATH_BYTES];

	if (text->failed)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	if (manifest_path(live, recording, name, path, err) != 0)
		return -1;
	return file_replace(path, text->data, text->size, err);
}

/* Whole, out of the rows. */
static int
manifest_rebuild_dvr(struct live *live, struct rendition *rendition,
    struct buf *text, struct error *err)
{
	struct manifest_place place = { .init = -1, .top = true };
	struct segment segments[BATCH], from;
	int count;

	memset(&from, 0, sizeof(from));
	from.recording = rendition->recording;
	from.rendition = rendition->number;
	rendition->dvr_bytes = 0;
	do {
		count = store_segment_list(
		    live->store, &from, BATCH, segments, err);
		if (count < 0)
			return -1;
		manifest_grow(text, rendition, &place, segments, count);
		from.seq += count;
	} while (count == BATCH && !text->failed);
	return 0;
}

static int
manifest_rewrite_dvr(struct live *live, const struct recording *recording,
    struct rendition *rendition, struct error *err)
{
	char name[MEDIA_FILE_BYTES];
	struct change change;
	struct buf text;
	int rc;

	buf_init(&text, TEXT_BYTES_MAX);
	rc = manifest_rebuild_dvr(live, rendition, &text, err);
	if (rc == 0)
		rc = change_begin(&change, live, STORE_LASTING, err);
	if (rc == 0)
		rc = change_end(&change,
		    store_rendition_put(live->store, rendition, err), err);
	manifest_name(MANIFEST_DVR, recording, rendition->number, name);
	if (rc == 0)
		rc = manifest_replace(live, recording, name, &text, err);
	buf_free(&text);
	return rc;
}

static int
manifest_append(
    const char *path, const struct buf *text, int64_t at, struct error *err)
{
	int fd, rc;

	fd = file_open_write(path, err);
	if (fd < 0)
		return -1;
	rc = file_write_at(fd, text->data, text->size, (off_t)at, err);
	(void)close(fd);
	return rc;
}

int
manifest_write_dvr(struct live *live, const struct recording *recording,
    struct rendition *rendition, const struct manifest_change *change,
    struct error *err)
{
	char name[MEDIA_FILE_BYTES], path[FILE_PATH_BYTES];
	int64_t size;

	if (change->text->failed)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	manifest_name(MANIFEST_DVR, recording, rendition->number, name);
	if (manifest_path(live, recording, name, path, err) != 0)
		return -1;
	size = file_size(path);
	if (change->anew || (size < 0 ? 0 : size) != change->from)
		return manifest_rewrite_dvr(live, recording, rendition, err);
	if (size < 0)
		return file_replace(
		    path, change->text->data, change->text->size, err);
	return manifest_append(path, change->text, change->from, err);
}

/* The rows of the live window, which the caller frees. Their number, or -1. */
static int
manifest_window(struct live *live, const struct rendition *rendition,
    struct segment **segments, struct error *err)
{
	const int64_t count = rendition->segments - rendition->window_seq;
	struct segment from;

	*segments = calloc((size_t)count + 1, sizeof(**segments));
	if (*segments == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	memset(&from, 0, sizeof(from));
	from.recording = rendition->recording;
	from.rendition = rendition->number;
	from.seq = rendition->window_seq;
	return store_segment_list(
	    live->store, &from, (int)count, *segments, err);
}

int
manifest_slide(
    struct live *live, struct rendition *rendition, struct error *err)
{
	int64_t wanted_us = live->config->media_window_s * 1000000;
	int64_t total_us = 0;
	struct segment *segments;
	int count, i;

	/* RFC 8216, 6.2.2: never shorter than three target durations. */
	if (wanted_us < 3 * rendition->target_s * 1000000)
		wanted_us = 3 * rendition->target_s * 1000000;
	count = manifest_window(live, rendition, &segments, err);
	for (i = 0; i < count; i++)
		total_us += segments[i].duration_us;
	for (i = 0; i < count; i++) {
		total_us -= segments[i].duration_us;
		if (total_us < wanted_us)
			break;
		rendition->window_seq++;
		rendition->window_breaks += segments[i].discontinuity;
	}
	free(segments);
	return count < 0 ? -1 : 0;
}

int
manifest_write_live(struct live *live, const struct recording *recording,
    const struct rendition *rendition, bool ended, struct error *err)
{
	struct manifest_place place = { .init = -1, .top = true };
	char name[MEDIA_FILE_BYTES];
	struct segment *segments;
	struct buf text;
	int count, i, rc = -1;

	buf_init(&text, TEXT_BYTES_MAX);
	manifest_head(&text, MANIFEST_LIVE, rendition);
	count = manifest_window(live, rendition, &segments, err);
	for (i = 0; i < count; i++)
		manifest_entry(&text, &place, &segments[i]);
	if (ended)
		buf_text(&text, END_TAG);
	manifest_name(MANIFEST_LIVE, recording, rendition->number, name);
	if (count >= 0)
		rc = manifest_replace(live, recording, name, &text, err);
	free(segments);
	buf_free(&text);
	return rc;
}

/* The file's bytes up to where its row says it ends; 0 if it isn't so. */
static int
manifest_read_dvr(const char *path, const struct rendition *rendition,
    struct buf *text, struct error *err)
{
	const int64_t size = file_size(path);
	char *room;
	ssize_t got;
	int fd;

	/* It may have its end already. */
	if (size < rendition->dvr_bytes ||
	    size > rendition->dvr_bytes + (int64_t)strlen(END_TAG))
		return 0;
	room = buf_room(text, (size_t)rendition->dvr_bytes);
	fd = room != NULL ? file_open(path, err) : -1;
	if (fd < 0)
		return 0;
	got = pread(fd, room, (size_t)rendition->dvr_bytes, 0);
	(void)close(fd);
	if (got != (ssize_t)rendition->dvr_bytes)
		return 0;
	text->size += (size_t)got;
	return 1;
}

/* The same playlist under another head, and ended: no row is read. */
static int
manifest_write_replay(struct live *live, const struct recording *recording,
    const struct rendition *rendition, const struct buf *dvr, struct error *err)
{
	char name[MEDIA_FILE_BYTES];
	struct buf head, text;
	int rc;

	buf_init(&head, TEXT_BYTES_MAX);
	buf_init(&text, TEXT_BYTES_MAX);
	manifest_head(&head, MANIFEST_DVR, rendition);
	manifest_head(&text, MANIFEST_REPLAY, rendition);
	if (!head.failed && dvr->size >= head.size)
		buf_add(&text, dvr->data + head.size, dvr->size - head.size);
	buf_text(&text, END_TAG);
	manifest_name(MANIFEST_REPLAY, recording, rendition->number, name);
	rc = manifest_replace(live, recording, name, &text, err);
	buf_free(&head);
	buf_free(&text);
	return rc;
}

static int
manifest_close_one(struct live *live, const struct recording *recording,
    struct rendition *rendition, bool replay, struct error *err)
{
	const struct buf end = { .data = (char[]){ END_TAG },
		.size = strlen(END_TAG) };
	char name[MEDIA_FILE_BYTES], path[FILE_PATH_BYTES];
	struct buf dvr;
	int rc;

	if (rendition->segments == 0)
		return 0;
	buf_init(&dvr, TEXT_BYTES_MAX);
	manifest_name(MANIFEST_DVR, recording, rendition->number, name);
	rc = manifest_path(live, recording, name, path, err);
	if (rc == 0 && manifest_read_dvr(path, rendition, &dvr, err) == 0) {
		buf_free(&dvr);
		rc = manifest_rewrite_dvr(live, recording, rendition, err);
		if (rc == 0 &&
		    manifest_read_dvr(path, rendition, &dvr, err) == 0)
			rc = error_set(err, ERROR_SYSTEM, NULL,
			    "The playlist can't be read back.");
	}
	if (rc == 0 && replay)
		rc = manifest_write_replay(
		    live, recording, rendition, &dvr, err);
	buf_free(&dvr);
	if (rc == 0)
		rc = manifest_append(path, &end, rendition->dvr_bytes, err);
	/* Who watches live must see the end, whatever became of the others. */
	rc |= manifest_write_live(live, recording, rendition, true, err);
	return rc;
}

static int
manifest_close_all(struct live *live, const struct recording *recording,
    bool replay, struct error *err)
{
	const int kinds = replay ? MANIFEST_REPLAY + 1 : MANIFEST_DVR + 1;
	struct rendition renditions[RENDITIONS_MAX];
	int count, i, rc = 0;

	count =
	    store_rendition_list(live->store, recording->seq, renditions, err);
	for (i = 0; i < count; i++)
		rc |= manifest_close_one(
		    live, recording, &renditions[i], replay, err);
	/* One that was killed may have left the live ones undone. */
	for (i = 0; i < kinds && count > 1; i++)
		rc |= manifest_write_variants(
		    live, recording, (enum manifest_kind)i, err);
	return count < 0 ? -1 : rc;
}

int
manifest_close(struct live *live, const struct recording *recording,
    bool replay, struct error *err)
{
	char folder[FILE_PATH_BYTES];
	int lock, rc;

	if (media_path(live->config, MEDIA_LIVE, recording->id, folder, err) !=
	    0)
		return -1;
	lock = media_lock(live->config, recording->id, err);
	if (lock < 0)
		return -1;
	file_remove_drafts(folder);
	rc = manifest_close_all(live, recording, replay, err);
	(void)close(lock);
	return rc;
}
