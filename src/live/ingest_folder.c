/*
 * From an RTMP server's folder into the ways of pushed media: the playlist is
 * read and parsed, the segments that it names and that aren't known are sent,
 * then the playlist itself.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/outside.h"
#include "base/steady.h"
#include "live/ingest_folder.h"
#include "live/ingest_parts.h"

/* An RTMP server waits ten seconds for its answer; for the last, nobody. */
#define TICK_MS 20 /* a file's time is that of the kernel's last tick */
#define TAKE_MS 5000
#define TAKE_LAST_MS 30000
#define ENDLIST "\n#EXT-X-ENDLIST\n"

struct folder {
	struct live *live;
	const struct stream *stream;
	const struct written *written;
	int fd;
	int64_t until_mono_ms;
	char list[ID_BYTES + 8]; /* the playlist's name */
	struct buf text;	 /* of the playlist */
};

static ssize_t
folder_read(void *context, void *to, size_t size, struct error *err)
{
	struct outside *file = context;
	ssize_t got;

	/* No more than was there when it was looked at. */
	if ((int64_t)size > file->bytes)
		size = (size_t)file->bytes;
	if (size == 0)
		return 0;
	do
		got = read(file->fd, to, size);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return error_set(
		    err, ERROR_INPUT, NULL, "The file ended early.");
	file->bytes -= got;
	return got;
}

/* 1: what is in the file came already, 0: it didn't, or -1. */
static int
folder_knows(struct folder *folder, const char *name,
    const struct outside *file, struct error *err)
{
	struct store *store = folder->live->store;
	struct upload upload;
	int found;

	found =
	    store_upload_find(store, folder->stream->id, name, &upload, err);
	if (found == 0)
		found = store_upload_aside(
		    store, folder->stream->id, name, &upload, err);
	if (found == 1 &&
	    steady_of_unix(file->changed_unix_ms) > upload.at_steady_ms)
		found = 0;
	return found;
}

static int
folder_send(struct folder *folder, const char *name, struct outside *file,
    struct error *err)
{
	const int64_t max = folder->live->config->media_file_max_mb << 20;
	const struct arrival_source source = { folder_read, file };
	struct arrival arrival = {
		.name = name,
		.sender = folder->written->sender,
	};

	if (file->bytes > max)
		return error_set(
		    err, ERROR_TOO_LARGE, NULL, "The file is too large.");
	if (ingest_admit(
		folder->live, folder->stream, name, &arrival.kind, err) != 0 ||
	    ingest_receive(folder->live, &source, &arrival, err) != 0)
		return -1;
	return ingest_file(folder->live, folder->stream, &arrival, err);
}

/* Sends a file that the playlist names, if it is there and new. 0 or -1. */
static int
folder_take_file(struct folder *folder, const char *name, struct error *err)
{
	struct outside file;
	int found, rc;

	/* What has another name is another stream's, or elsewhere. */
	if (strncmp(name, folder->stream->id, ID_CHARS) != 0 ||
	    name[ID_CHARS] != '-' || strchr(name, '/') != NULL)
		return 0;
	found = outside_open(folder->fd, name, &file, err);
	if (found <= 0)
		return found;
	rc = folder_knows(folder, name, &file, err);
	if (rc == 0)
		rc = folder_send(folder, name, &file, err);
	(void)close(file.fd);
	return rc < 0 ? -1 : 0;
}

static void
folder_take_files(struct folder *folder, const struct playlist *list)
{
	const char *map = NULL;
	struct error err;
	size_t i;

	for (i = 0;
	     i < list->segment_count && clock_mono_ms() < folder->until_mono_ms;
	     i++) {
		const struct playlist_segment *segment = &list->segments[i];
		int rc = 0;

		if (segment->map != NULL && segment->map != map)
			rc = folder_take_file(folder, segment->map, &err);
		map = segment->map;
		if (rc == 0)
			rc = folder_take_file(folder, segment->name, &err);
		if (rc != 0)
			log_write(LOG_LEVEL_INFO, NULL, "stream %s: %s: %s",
			    folder->stream->id, segment->name, err.detail);
	}
}

/* Reads the playlist. 1, 0 if there is none of this broadcast, or -1. */
static int
folder_read_list(struct folder *folder, struct error *err)
{
	const int64_t max = folder->live->config->playlist_max_kb << 10;
	struct outside file;
	ssize_t got = 0;
	char *room;
	int found;

	found = outside_open(folder->fd, folder->list, &file, err);
	if (found <= 0)
		return found;
	if (file.changed_unix_ms + TICK_MS < folder->written->since_unix_ms) {
		(void)close(file.fd);
		return 0;
	}
	room = file.bytes <= max ? buf_room(&folder->text, (size_t)file.bytes)
				 : NULL;
	if (room == NULL)
		got = error_set(
		    err, ERROR_TOO_LARGE, NULL, "The playlist is too large.");
	while (got >= 0 && file.bytes > 0) {
		got = folder_read(
		    &file, room + folder->text.size, (size_t)file.bytes, err);
		if (got > 0)
			folder->text.size += (size_t)got;
	}
	(void)close(file.fd);
	return got < 0 ? -1 : 1;
}

/* Files first, then their list, as encoders send them. 1, 0 or -1. */
static int
folder_take_list(struct folder *folder, struct error *err)
{
	struct pushed_text pushed = {
		.name = folder->list,
		.sender = folder->written->sender,
	};
	enum media_kind kind;
	struct playlist list;
	int found;

	found = folder_read_list(folder, err);
	if (found <= 0)
		return found;
	if (folder->written->ended)
		buf_text(&folder->text, ENDLIST);
	if (folder->text.failed)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	pushed.text = folder->text.data;
	pushed.size = folder->text.size;
	if (ingest_admit(
		folder->live, folder->stream, pushed.name, &kind, err) != 0 ||
	    playlist_parse(&list, pushed.text, pushed.size, pushed.name, err) !=
		0)
		return -1;
	folder_take_files(folder, &list);
	found = list.segment_count > 0;
	playlist_free(&list);
	if (ingest_playlist(folder->live, folder->stream, &pushed, err) < 0)
		return -1;
	return found;
}

/* 1: the stream's list was taken, 0: there is none, -1: *err. */
static int
folder_take(struct live *live, const struct stream *stream,
    const struct written *written, struct error *err)
{
	struct folder folder = { live, stream, written, .fd = -1 };
	int rc;

	if (live->config->rtmp_hls[0] == '\0')
		return 0;
	folder.fd = outside_folder(live->config->rtmp_hls, err);
	if (folder.fd < 0)
		return -1;
	(void)snprintf(folder.list, sizeof(folder.list), "%s.m3u8", stream->id);
	folder.until_mono_ms =
	    clock_mono_ms() + (written->ended ? TAKE_LAST_MS : TAKE_MS);
	buf_init(&folder.text,
	    ((size_t)live->config->playlist_max_kb << 10) + sizeof(ENDLIST));
	rc = folder_take_list(&folder, err);
	buf_free(&folder.text);
	(void)close(folder.fd);
	return rc;
}

int
ingest_folder(struct live *live, const struct stream *stream,
    const struct written *written, struct error *err)
{
	int taken;

	taken = folder_take(live, stream, written, err);
	if (taken < 0 && written->ended)
		log_write(LOG_LEVEL_WARN, NULL, "stream %s: the last: %s",
		    stream->id, err->detail);
	if (taken == 1 || !written->ended)
		return taken < 0 ? -1 : 0;
	return ingest_end(live, stream->id, err);
}
