/*
 * The sprite for the timeline: how many tiles, how they lie, and the WebVTT
 * file that tells players which tile belongs to which time.
 */
#ifndef LIVEBIN_WORKER_VTT_H
#define LIVEBIN_WORKER_VTT_H

#include <stdint.h>

#include "base/buf.h"

#define SPRITE_TILES_MAX 100
#define SPRITE_COLUMNS 10
#define SPRITE_TILE_WIDTH 160
#define SPRITE_EVERY_MS_MIN 2000

struct sprite {
	int64_t duration_ms, every_ms;
	int tiles, columns, rows;
	int height; /* of a tile; the caller sets it */
};

/* How a replay of that length is cut. At least one tile. */
void sprite_plan(struct sprite *sprite, int64_t duration_ms);

/* Writes the WebVTT file; `image` is the sprite's name. */
void sprite_vtt(
    const struct sprite *sprite, const char *image, struct buf *out);

#endif
