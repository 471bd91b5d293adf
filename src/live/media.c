/*
 * Names and places of media. No name here comes from outside: ids and file
 * names are made by us.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live/media.h"
#include "live/probe.h"

static const char *const AREAS[MEDIA_AREA__MAX] = {
	[MEDIA_INCOMING] = "incoming",
	[MEDIA_KEPT] = "kept",
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

/* Moving recordings from where they once were. */
struct move {
	const struct config *config;
	const char *to; /* a folder */
};

static int
move_one(void *context, const char *name, struct error *err)
{
	const struct move *move = context;
	const char *names[2] = { name, NULL };
	char from[FILE_PATH_BYTES], to[FILE_PATH_BYTES];
	struct stat status;

	if (media_join(move->config, MEDIA_LIVE, names, from, err) != 0)
		return -1;
	if (lstat(from, &status) != 0 || !S_ISDIR(status.st_mode))
		return 0;
	if (snprintf(to, sizeof(to), "%s/%s", move->to, name) >=
	    (int)sizeof(to))
		return error_set(err, ERROR_SYSTEM, NULL, "path too long");
	return file_move(from, to, err) < 0 ? -1 : 0;
}

/*
 * Until kept/ has its name, what was moved is in its draft: a kill in between
 * is gone on from. Who may see them is put right as they are looked at.
 */
static int
media_make_kept(
    const struct config *config, const char *kept, struct error *err)
{
	const char *names[2] = { NULL, NULL };
	char live[FILE_PATH_BYTES], draft[FILE_PATH_BYTES + 8];
	struct move move = { config, draft };
	int lock, rc = 0;

	if (media_join(config, MEDIA_LIVE, names, live, err) != 0 ||
	    file_make_folder(live, err) != 0)
		return -1;
	(void)snprintf(draft, sizeof(draft), "%s.lock", kept);
	lock = file_lock(draft, 1, err);
	if (lock < 0)
		return -1;
	(void)snprintf(draft, sizeof(draft), "%s.part", kept);
	if (!file_there(kept)) {
		rc = file_make_folder(draft, err);
		if (rc == 0)
			rc = file_each(live, move_one, &move, err);
		if (rc == 0 && file_move(draft, kept, err) < 0)
			rc = -1;
	}
	(void)close(lock);
	return rc;
}

int
media_prepare(const struct config *config, struct error *err)
{
	const char *names[2] = { NULL, NULL };
	char path[FILE_PATH_BYTES];
	int i;

	for (i = 0; i < MEDIA_AREA__MAX; i++) {
		if (media_join(config, (enum media_area)i, names, path, err) !=
		    0)
			return -1;
		if (i == MEDIA_KEPT && !file_there(path) &&
		    media_make_kept(config, path, err) != 0)
			return -1;
		if (file_make_folder(path, err) != 0)
			return -1;
	}
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

	return media_join(config, MEDIA_KEPT, names, path, err);
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

int
media_show(const struct config *config, const char *name,
    const char *playback_id, struct error *err)
{
	const char *names[2] = { name, NULL };
	char path[FILE_PATH_BYTES], target[ID_BYTES + 16];

	if (media_join(config, MEDIA_LIVE, names, path, err) != 0)
		return -1;
	(void)snprintf(
	    target, sizeof(target), "../%s/%s", AREAS[MEDIA_KEPT], playback_id);
	return file_point(target, path, err);
}

int
media_hide(const struct config *config, const char *name, struct error *err)
{
	const char *names[2] = { name, NULL };
	char path[FILE_PATH_BYTES];

	if (media_join(config, MEDIA_LIVE, names, path, err) != 0)
		return -1;
	return file_remove(path, err);
}

bool
media_shown(const struct config *config, const char *name)
{
	const char *names[2] = { name, NULL };
	char path[FILE_PATH_BYTES];
	struct error ignored;

	return media_join(config, MEDIA_LIVE, names, path, &ignored) == 0 &&
	       file_there(path);
}
