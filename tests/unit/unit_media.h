/*
 * What the tests of pushed media share: files and lists as an encoder sends
 * them, and the playlists that come of it.
 */
#ifndef LIVEBIN_UNIT_MEDIA_H
#define LIVEBIN_UNIT_MEDIA_H

#include <fcntl.h>

#include "base/digest.h"
#include "live/ingest.h"
#include "live/manifest.h"
#include "live/media.h"
#include "live/publish.h"
#include "unit.h"

#define UNIT_TEXT_BYTES 65536

/* The address that what follows is sent from. */
static const char *unit_sender = "192.0.2.1";

/* Files of a folder, but for those that begin with a dot. */
static inline int
unit_media_files(const struct unit *unit, enum media_area area, const char *of)
{
	char path[FILE_PATH_BYTES];
	struct dirent *entry;
	struct error err;
	int count = 0;
	DIR *list;

	unit_ok(media_path(&unit->config, area, of, path, &err), &err);
	list = opendir(path);
	if (list == NULL)
		return -1;
	while ((entry = readdir(list)) != NULL)
		count += entry->d_name[0] != '.';
	(void)closedir(list);
	return count;
}

/* Sends a transport stream that holds `text`. What ingest_file gives. */
static inline int
unit_send(struct unit *unit, const struct stream *stream, const char *name,
    const char *text, struct error *err)
{
	struct arrival arrival = {
		.name = name, .kind = MEDIA_TS, .sender = unit_sender
	};
	char path[FILE_PATH_BYTES];
	int fd;

	id_make_unique(arrival.file);
	arrival.bytes = (int64_t)strlen(text);
	arrival.digest = digest_words(DIGEST_START, text, strlen(text));
	unit_ok(
	    media_path(&unit->config, MEDIA_INCOMING, arrival.file, path, err),
	    err);
	fd = file_create(path, err);
	unit_ok(fd, err);
	unit_ok(file_write(fd, text, strlen(text), err), err);
	(void)close(fd);
	return ingest_file(&unit->live, stream, &arrival, err);
}

/* A list of segments of a second each: "<prefix><n>.ts". */
struct unit_list {
	const char *name, *prefix;
	int first, last;
	const char *end; /* what stands behind them, or NULL */
};

static inline int
unit_list(struct unit *unit, const struct stream *stream,
    const struct unit_list *list, struct error *err)
{
	static char text[UNIT_TEXT_BYTES]; /* one thread */
	const struct pushed_text pushed = {
		.sender = unit_sender, .name = list->name, .text = text
	};
	struct pushed_text sent = pushed;
	int n, size;

	size = snprintf(text, sizeof(text),
	    "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:%d\n",
	    list->first);
	for (n = list->first; n <= list->last; n++)
		size += snprintf(text + size, sizeof(text) - (size_t)size,
		    "#EXTINF:1.0,\n%s%d.ts\n", list->prefix, n);
	size += snprintf(text + size, sizeof(text) - (size_t)size, "%s",
	    list->end != NULL ? list->end : "");
	sent.size = (size_t)size;
	return ingest_playlist(&unit->live, stream, &sent, err);
}

/* Segment and list, as an encoder does: segments `from` to `to`. */
static inline void
unit_push(struct unit *unit, const struct stream *stream, const char *prefix,
    int from, int to)
{
	struct unit_list list = { "index.m3u8", prefix, 0, 0, NULL };
	char name[64], text[64];
	struct error err;

	for (; from <= to; from++) {
		(void)snprintf(name, sizeof(name), "%s%d.ts", prefix, from);
		(void)snprintf(text, sizeof(text), "%s %d", prefix, from);
		unit_ok(unit_send(unit, stream, name, text, &err), &err);
		list.last = from;
		unit_ok(unit_list(unit, stream, &list, &err), &err);
	}
}

/* The stream's newest recording, which must be there. */
static inline void
unit_recording(
    struct unit *unit, const struct stream *stream, struct recording *recording)
{
	struct error err;

	assert_int_equal(store_recording_newest(
			     unit->live.store, stream->id, recording, &err),
	    1);
}

/* A file of a recording into a text that ends in NUL. Its size, or -1. */
static inline int64_t
unit_media_text(struct unit *unit, const struct recording *recording,
    const char *name, char text[UNIT_TEXT_BYTES])
{
	char path[FILE_PATH_BYTES];
	struct error err;
	ssize_t size;
	int fd;

	unit_ok(
	    media_file(&unit->config, recording->id, name, path, &err), &err);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -1;
	size = read(fd, text, UNIT_TEXT_BYTES - 1);
	(void)close(fd);
	assert_true(size >= 0);
	text[size] = '\0';
	return size;
}

/* How often `what` is in a text. */
static inline int
unit_count_text(const char *text, const char *what)
{
	int count = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		count++;
	return count;
}

#endif
