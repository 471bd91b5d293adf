/*
 * The sprite's arithmetic and its WebVTT (Media Fragments, 4.2.2: xywh).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "worker/vtt.h"

#define STAMP_BYTES 32

void
sprite_plan(struct sprite *sprite, int64_t duration_ms)
{
	memset(sprite, 0, sizeof(*sprite));
	if (duration_ms < 1)
		duration_ms = 1;
	sprite->duration_ms = duration_ms;
	sprite->every_ms =
	    (duration_ms + SPRITE_TILES_MAX - 1) / SPRITE_TILES_MAX;
	if (sprite->every_ms < SPRITE_EVERY_MS_MIN)
		sprite->every_ms = SPRITE_EVERY_MS_MIN;
	sprite->tiles =
	    (int)((duration_ms + sprite->every_ms - 1) / sprite->every_ms);
	sprite->columns =
	    sprite->tiles < SPRITE_COLUMNS ? sprite->tiles : SPRITE_COLUMNS;
	sprite->rows = (sprite->tiles + sprite->columns - 1) / sprite->columns;
}

static void
stamp(char text[STAMP_BYTES], int64_t ms)
{
	(void)snprintf(text, STAMP_BYTES,
	    "%02" PRId64 ":%02" PRId64 ":%02" PRId64 ".%03" PRId64,
	    ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

void
sprite_vtt(const struct sprite *sprite, const char *image, struct buf *out)
{
	char from[STAMP_BYTES], to[STAMP_BYTES];
	int64_t begin, end;
	int i;

	buf_text(out, "WEBVTT\n");
	for (i = 0; i < sprite->tiles; i++) {
		begin = i * sprite->every_ms;
		end = begin + sprite->every_ms;
		if (end > sprite->duration_ms)
			end = sprite->duration_ms;
		stamp(from, begin);
		stamp(to, end);
		buf_format(out, "\n%s --> %s\n%s#xywh=%d,%d,%d,%d\n", from, to,
		    image, i % sprite->columns * SPRITE_TILE_WIDTH,
		    i / sprite->columns * sprite->height, SPRITE_TILE_WIDTH,
		    sprite->height);
	}
}
