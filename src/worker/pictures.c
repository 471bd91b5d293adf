/*
 * The poster and the sprite. Each picture is the first key frame of one
 * segment, and ffmpeg is given that segment alone: so six hours cost as much as
 * ten minutes, and discontinuities and gaps lead nobody astray.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live/probe.h"
#include "worker/helper.h"
#include "worker/make.h"
#include "worker/vtt.h"
#include "worker/walk.h"

#define POSTER_AT_PERCENT 10
#define POSTER_TRIES 6
#define TILE_HEIGHT_MAX 640
#define TILE_BYTES(height) ((size_t)SPRITE_TILE_WIDTH * (size_t)(height)*3 / 2)
#define VTT_BYTES_MAX (64 * 1024)
#define SPRITE_PART 950 /* thousandths that the tiles are */

/* Walks over what has the pictures. 0 or -1. */
static int
pictures_walk(struct work *work, struct walk *walk, struct error *err)
{
	struct choice choice;

	if (walk_choose(work->live->store, work->recording, &choice, err) != 0)
		return -1;
	choice.count = 1;
	walk_begin(walk, work->live->store, work->recording, &choice);
	return 0;
}

/* 1: the next segment that is there; 0: none; -1. */
static int
pictures_next(struct walk *walk, struct step *step, struct error *err)
{
	int rc;

	while ((rc = walk_next(walk, step, err)) == 1)
		if (!step->segment.gap)
			return 1;
	return rc;
}

/* 1: the poster is made; 0: not of this segment; -1. */
static int
poster_try(struct work *work, const struct segment *segment, bool *none,
    struct error *err)
{
	char name[MEDIA_FILE_BYTES];
	struct helper helper = { .out = -1 };
	struct argv argv;

	work_name(work, "poster.jpg", name);
	argv_begin(&argv, work->ffmpeg);
	helper_input(&argv, segment);
	argv_poster_to(&argv, name);
	helper.argv = &argv;
	if (helper_run(work, &helper, err) != 0)
		return -1;
	if (helper.no_room)
		return error_set(err, ERROR_NO_ROOM, NULL,
		    "The server's disk has no room left.");
	*none = helper.no_stream;
	if (helper.code != 0 || work_size(work, name) <= 0)
		return 0;
	return work_put(work, name, MEDIA_POSTER, err) == 0 ? 1 : -1;
}

/* Tries some segments from a time on. As poster_try. */
static int
poster_from(struct work *work, int64_t from_us, bool *none, struct error *err)
{
	struct walk walk;
	struct step step;
	int rc, tries = 0;

	*none = false;
	if (pictures_walk(work, &walk, err) != 0)
		return -1;
	while (tries < POSTER_TRIES && !*none &&
	       (rc = pictures_next(&walk, &step, err)) == 1) {
		if (step.at_us + step.segment.duration_us <= from_us)
			continue;
		if (step.segment.kind == MEDIA_AAC) {
			*none = true;
			return 0;
		}
		rc = poster_try(work, &step.segment, none, err);
		if (rc != 0)
			return rc;
		tries++;
	}
	return rc < 0 ? -1 : 0;
}

int
make_poster(struct work *work, struct error *err)
{
	const int64_t at_us =
	    work->recording->duration_ms * 1000 * POSTER_AT_PERCENT / 100;
	bool none;
	int rc;

	if (work->recording->poster) {
		work->result.made = true;
		return 0;
	}
	rc = helper_there(work, err);
	if (rc < 0)
		return -1;
	if (rc == 0) {
		work_say(work, "No pictures: this host has no ffmpeg.");
		return 0;
	}
	rc = poster_from(work, at_us, &none, err);
	if (rc == 0 && !none)
		rc = poster_from(work, 0, &none, err);
	if (rc < 0)
		return -1;
	if (rc == 0 && !none)
		return error_set(err, ERROR_INPUT, NULL,
		    "ffmpeg finds no picture in this media.");
	work->result.made = rc == 1;
	return 0;
}

/* The tiles so far, in a file of raw pictures. */
struct tiles {
	struct work *work;
	struct sprite sprite;
	struct walk walk;
	int fd, reader;
	int count;   /* in the file */
	int pending; /* in front of the first picture */
	bool none;   /* it has no pictures at all */
	unsigned char last[TILE_BYTES(TILE_HEIGHT_MAX)];
};

/* Forgets what ffmpeg wrote behind the tiles that count. */
static int
tiles_cut(struct tiles *tiles, struct error *err)
{
	const off_t end =
	    (off_t)((size_t)tiles->count * TILE_BYTES(tiles->sprite.height));

	if (ftruncate(tiles->fd, end) != 0 ||
	    lseek(tiles->fd, end, SEEK_SET) < 0)
		return error_set(
		    err, ERROR_SYSTEM, NULL, "The server can't write a file.");
	return 0;
}

/* One run: 1 and the number of bytes that it wrote; 0: no picture; -1. */
static int
tile_run(struct tiles *tiles, const struct segment *segment, int64_t offset_ms,
    off_t *size, struct error *err)
{
	const off_t begin =
	    (off_t)((size_t)tiles->count * TILE_BYTES(tiles->sprite.height));
	struct helper helper = { .out = tiles->fd };
	struct argv argv;

	argv_begin(&argv, tiles->work->ffmpeg);
	helper_input(&argv, segment);
	argv_tile(&argv, tiles->sprite.height, offset_ms);
	helper.argv = &argv;
	if (helper_run(tiles->work, &helper, err) != 0)
		return -1;
	if (helper.no_room)
		return error_set(err, ERROR_NO_ROOM, NULL,
		    "The server's disk has no room left.");
	tiles->none = helper.no_stream;
	*size = lseek(tiles->fd, 0, SEEK_END) - begin;
	return helper.code == 0 && *size > 0;
}

/* The first picture says how high a tile is. As tile_run. */
static int
tile_shape(struct tiles *tiles, const struct segment *segment,
    int64_t offset_ms, struct error *err)
{
	off_t size = 0;
	int rc;

	rc = tile_run(tiles, segment, offset_ms, &size, err);
	if (rc != 1)
		return rc;
	if ((size_t)size % TILE_BYTES(2) != 0 ||
	    (size_t)size > TILE_BYTES(TILE_HEIGHT_MAX))
		tiles->sprite.height = TILE_HEIGHT_MAX;
	else
		tiles->sprite.height = (int)((size_t)size / TILE_BYTES(2)) * 2;
	return tiles_cut(tiles, err) == 0 ? 1 : -1;
}

/* A picture is wanted of that segment. As tile_run. */
static int
tile_take(struct tiles *tiles, const struct segment *segment, int64_t offset_ms,
    struct error *err)
{
	off_t size = 0;
	int rc;

	if (tiles->sprite.height == 0) {
		rc = tile_shape(tiles, segment, offset_ms, err);
		if (rc != 1)
			return rc;
	}
	rc = tile_run(tiles, segment, offset_ms, &size, err);
	if (rc != 1)
		return rc;
	if ((size_t)size != TILE_BYTES(tiles->sprite.height))
		return 0;
	if (pread(tiles->reader, tiles->last, (size_t)size,
		(off_t)tiles->count * size) != size)
		return error_set(
		    err, ERROR_SYSTEM, NULL, "The server can't read a file.");
	return 1;
}

/* The last picture once more; before the first there is nothing yet. */
static int
tile_repeat(struct tiles *tiles, struct error *err)
{
	if (tiles->sprite.height == 0) {
		tiles->pending++;
		return 0;
	}
	if (file_write(tiles->fd, tiles->last, TILE_BYTES(tiles->sprite.height),
		err) != 0)
		return -1;
	tiles->count++;
	return 0;
}

static int
tile_add(struct tiles *tiles, const struct segment *segment, int64_t offset_ms,
    struct error *err)
{
	int rc;

	rc = tile_take(tiles, segment, offset_ms, err);
	if (rc < 0)
		return -1;
	if (tiles->sprite.height > 0 && rc == 0 && tiles_cut(tiles, err) != 0)
		return -1;
	if (rc == 0)
		return tile_repeat(tiles, err);
	tiles->count++;
	for (; tiles->pending > 0; tiles->pending--)
		if (tile_repeat(tiles, err) != 0)
			return -1;
	return 0;
}

/* All tiles whose time is in, or before, that segment. */
static int
tiles_step(struct tiles *tiles, const struct step *step, struct error *err)
{
	const int64_t begin = step->at_us / 1000;
	const int64_t end = begin + step->segment.duration_us / 1000;
	int64_t at;
	int rc = 0;

	while (rc == 0 && !tiles->none &&
	       tiles->count + tiles->pending < tiles->sprite.tiles) {
		at = (tiles->count + tiles->pending) * tiles->sprite.every_ms;
		if (at >= end)
			break;
		if (at + tiles->sprite.every_ms <= begin)
			rc = tile_repeat(tiles, err);
		else
			rc = tile_add(tiles, &step->segment,
			    at > begin ? at - begin : 0, err);
		if (rc == 0)
			rc = work_beat(tiles->work,
			    SPRITE_PART * tiles->count / tiles->sprite.tiles,
			    err);
	}
	return rc;
}

static int
tiles_fill(struct tiles *tiles, struct error *err)
{
	struct step step;
	int rc;

	while (!tiles->none &&
	       (rc = pictures_next(&tiles->walk, &step, err)) == 1) {
		if (step.segment.kind == MEDIA_AAC)
			tiles->none = true;
		else if (tiles_step(tiles, &step, err) != 0)
			return -1;
	}
	if (tiles->none)
		return 0;
	if (rc < 0)
		return -1;
	if (tiles->sprite.height == 0)
		return error_set(err, ERROR_INPUT, NULL,
		    "ffmpeg finds no picture in this media.");
	while (tiles->count < tiles->sprite.tiles)
		if (tile_repeat(tiles, err) != 0)
			return -1;
	return 0;
}

/* The two files. The picture first: the text names it. */
static int
sprite_write(struct tiles *tiles, const char *raw, struct error *err)
{
	char picture[MEDIA_FILE_BYTES], path[FILE_PATH_BYTES];
	struct work *work = tiles->work;
	struct helper helper = { .out = -1 };
	struct argv argv;
	struct buf vtt;
	int rc;

	work_name(work, "sprite.jpg", picture);
	argv_begin(&argv, work->ffmpeg);
	argv_sprite(&argv, &tiles->sprite, raw, picture);
	helper.argv = &argv;
	if (helper_run(work, &helper, err) != 0)
		return -1;
	if (helper.code != 0)
		return error_set(err,
		    helper.no_room ? ERROR_NO_ROOM : ERROR_SYSTEM, NULL,
		    "ffmpeg can't write the pictures of the timeline.");
	if (work_path(work, MEDIA_THUMBS, path, err) != 0 ||
	    work_put(work, picture, MEDIA_SPRITE, err) != 0)
		return -1;
	buf_init(&vtt, VTT_BYTES_MAX);
	sprite_vtt(&tiles->sprite, MEDIA_SPRITE, &vtt);
	rc = vtt.failed ? error_set(err, ERROR_SYSTEM, NULL, "Out of memory.")
			: file_replace(path, vtt.data, vtt.size, err);
	buf_free(&vtt);
	return rc;
}

static int
tiles_make(struct tiles *tiles, struct error *err)
{
	char raw[MEDIA_FILE_BYTES], path[FILE_PATH_BYTES];
	int rc;

	work_name(tiles->work, "tiles.raw", raw);
	if (pictures_walk(tiles->work, &tiles->walk, err) != 0 ||
	    work_path(tiles->work, raw, path, err) != 0)
		return -1;
	tiles->fd = file_create(path, err);
	if (tiles->fd < 0)
		return -1;
	tiles->reader = file_open(path, err);
	rc = tiles->reader < 0 ? -1 : tiles_fill(tiles, err);
	(void)close(tiles->fd);
	if (tiles->reader >= 0)
		(void)close(tiles->reader);
	if (rc == 0 && !tiles->none)
		rc = sprite_write(tiles, raw, err);
	tiles->work->result.made = rc == 0 && !tiles->none;
	return rc;
}

int
make_thumbs(struct work *work, struct error *err)
{
	struct tiles *tiles;
	int rc;

	rc = helper_there(work, err);
	if (rc != 1)
		return rc;
	tiles = calloc(1, sizeof(*tiles));
	if (tiles == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "Out of memory.");
	tiles->work = work;
	sprite_plan(&tiles->sprite, work->recording->duration_ms);
	rc = tiles_make(tiles, err);
	free(tiles);
	return rc;
}
