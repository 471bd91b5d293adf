/*
 * Names and places of media. No name here comes from outside: ids and file
 * names are made by us.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "live/media.h"
#include "live/probe.h"

static const char *const AREAS[MEDIA_AREA__MAX] = {
	[MEDIA_INCOMING] = "incoming",
	[MEDIA_LIVE] = "live",
	[MEDIA_TRASH] = "trash",
};

/* "<root>/<area>" and, where they are given, "/<name>" and "/<file>". */
static int
media_join(const struct config *config, enum media_area area,
    const char *names[2], char path[FILE_PATH_BYTES], struct error *err)
{
	const bool own = config->media[0] != '\0';
	int size;

	size = snprintf(path, FILE_PATH_BYTES, "%s%s/%s%s%s%s%s",
	    own ? config->media : config->data, own ? "" : "/media",
	    AREAS[area], names[0] != NULL ? "/" : "",
	    names[0] != NULL ? names[0] : "", names[1] != NULL ? "/" : "",
	    names[1] != NULL ? names[1] : "");
	if (size >= FILE_PATH_BYTES)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "the media folder's path is too long");
	return 0;
}

int
media_prepare(const struct config *config, struct error *err)
{
	const char *names[2] = { NULL, NULL };
	char path[FILE_PATH_BYTES];
	int i;

	for (i = 0; i < MEDIA_AREA__MAX; i++)
		if (media_join(config, (enum media_area)i, names, path, err) !=
			0 ||
		    file_make_folder(path, err) != 0)
			return -1;
	return 0;
}

int
media_path(const struct config *config, enum media_area area, const char *name,
    char path[FILE_PATH_BYTES], struct error *err)
{
	const char *names[2] = { name, NULL };

	return media_join(config, area, names, path, err);
}

int
media_file(const struct config *config, const char *playback_id,
    const char *file, char path[FILE_PATH_BYTES], struct error *err)
{
	const char *names[2] = { playback_id, file };

	return media_join(config, MEDIA_LIVE, names, path, err);
}

void
media_segment_name(const struct segment *segment, char name[MEDIA_FILE_BYTES])
{
	const char *end = "m4s";

	if (segment->kind == MEDIA_TS)
		end = "ts";
	else if (segment->kind == MEDIA_AAC)
		end = "aac";
	(void)snprintf(name, MEDIA_FILE_BYTES, "r%" PRId64 "-%" PRId64 ".%s",
	    segment->rendition, segment->seq, end);
}

void
media_init_name(int64_t rendition, int64_t init, char name[MEDIA_FILE_BYTES])
{
	(void)snprintf(name, MEDIA_FILE_BYTES,
	    "r%" PRId64 "-init%" PRId64 ".mp4", rendition, init);
}

int
media_lock(
    const struct config *config, const char *playback_id, struct error *err)
{
	char path[FILE_PATH_BYTES];

	if (media_file(config, playback_id, MEDIA_LOCK, path, err) != 0)
		return -1;
	return file_lock(path, 1, err);
}
