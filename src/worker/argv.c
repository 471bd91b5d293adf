/*
 * The words of ffmpeg's command line that hold for versions 4 to 9.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "worker/argv.h"
#include "worker/vtt.h"

static void
argv_put(struct argv *argv, const char *text)
{
	if (argv->count >= ARGV_MAX) {
		argv->failed = true;
		return;
	}
	argv->list[argv->count++] = text;
	argv->list[argv->count] = NULL;
}

void
argv_add(struct argv *argv, const char *format, ...)
{
	char *text = argv->text + argv->used;
	const size_t left = sizeof(argv->text) - argv->used;
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(text, left, format, args);
	va_end(args);
	if (size < 0 || (size_t)size >= left) {
		argv->failed = true;
		return;
	}
	argv->used += (size_t)size + 1;
	argv_put(argv, text);
}

void
argv_words(struct argv *argv, const char *words)
{
	size_t size;

	while (*words != '\0') {
		size = strcspn(words, " ");
		argv_add(argv, "%.*s", (int)size, words);
		words += size;
		if (*words == ' ')
			words++;
	}
}

void
argv_begin(struct argv *argv, const char *program)
{
	argv->count = 0;
	argv->used = 0;
	argv->failed = false;
	argv_add(argv, "%s", program);
	argv_words(argv, "-hide_banner -nostdin -loglevel error -y");
}

void
argv_progress(struct argv *argv)
{
	argv_words(argv, "-nostats -progress pipe:1");
}

/* Local files of media alone, whatever a file may name or hold. */
static const char LOCAL[] = "-protocol_whitelist file,crypto,data"
			    " -format_whitelist hls,concat,mov,mpegts,aac";

void
argv_playlist(struct argv *argv, const char *name)
{
	argv_words(argv, LOCAL);
	argv_words(argv, "-f hls -allowed_extensions ALL -i");
	argv_add(argv, "file:%s", name);
}

void
argv_list(struct argv *argv, const char *name)
{
	argv_words(argv, LOCAL);
	argv_words(argv, "-f concat -safe 0 -i");
	argv_add(argv, "file:%s", name);
}

void
argv_file(struct argv *argv, const char *name)
{
	argv_words(argv, LOCAL);
	argv_words(argv, "-f mov -i");
	argv_add(argv, "file:%s", name);
}

void
argv_segment(struct argv *argv, enum media_kind kind, const char *init,
    const char *segment)
{
	const char *format = "mov";

	if (kind == MEDIA_TS)
		format = "mpegts";
	else if (kind == MEDIA_AAC)
		format = "aac";
	argv_words(argv, "-protocol_whitelist file,concat -skip_frame nokey");
	argv_add(argv, "-f");
	argv_add(argv, "%s", format);
	argv_add(argv, "-i");
	if (kind == MEDIA_FMP4)
		argv_add(argv, "concat:%s|%s", init, segment);
	else
		argv_add(argv, "file:%s", segment);
}

static void
argv_mp4(struct argv *argv, const char *name)
{
	argv_words(argv, "-movflags +faststart -f mp4");
	argv_add(argv, "file:%s", name);
}

void
argv_copy_to(struct argv *argv, const char *name)
{
	argv_words(argv, "-map 0:v:0? -map 0:a:0? -c copy -copyinkf");
	argv_mp4(argv, name);
}

void
argv_encode_to(
    struct argv *argv, const struct argv_encode *encode, const char *name)
{
	const bool video = encode->video, audio = encode->audio;

	/*
	 * Pictures keep their times: where they have no rate, ffmpeg takes the
	 * clock's, and would make 90,000 of them a second. The rate that is
	 * told to libx264 decides nothing but the level, for the same reason.
	 */
	if (video) {
		argv_words(argv, "-map [v] -c:v libx264 -preset veryfast"
				 " -crf 23 -pix_fmt yuv420p"
				 " -x264-params fps=30");
		argv_words(argv, encode->old ? "-vsync vfr" : "-fps_mode vfr");
	}
	if (audio)
		argv_words(argv, "-map [a] -c:a aac -b:a 128k");
	argv_mp4(argv, name);
}

void
argv_pgm(struct argv *argv)
{
	argv_words(
	    argv, "-map 0:v:0 -frames:v 1 -c:v pgm -f image2pipe pipe:1");
}

void
argv_sound(struct argv *argv)
{
	argv_words(argv, "-map 0:a:0 -frames:a 1 -f null -");
}

void
argv_poster_to(struct argv *argv, const char *name)
{
	argv_words(argv, "-map 0:v:0 -frames:v 1 -vf"
			 " scale=min(1280\\,iw):-2 -q:v 3 -f image2 -update 1");
	argv_add(argv, "file:%s", name);
}

void
argv_tile(struct argv *argv, int height, int64_t offset_ms)
{
	if (offset_ms > 0) {
		argv_add(argv, "-ss");
		argv_add(argv, "%.3f", (double)offset_ms / 1000);
	}
	argv_words(argv, "-map 0:v:0 -frames:v 1 -vf");
	if (height == 0)
		argv_add(argv, "scale=%d:-2", SPRITE_TILE_WIDTH);
	else
		argv_add(argv,
		    "scale=%d:%d:force_original_aspect_ratio=decrease,"
		    "pad=%d:%d:-1:-1",
		    SPRITE_TILE_WIDTH, height, SPRITE_TILE_WIDTH, height);
	argv_words(argv, "-pix_fmt yuv420p -f rawvideo pipe:1");
}

void
argv_sprite(struct argv *argv, const struct sprite *sprite, const char *tiles,
    const char *name)
{
	argv_words(argv, "-protocol_whitelist file -f rawvideo"
			 " -pixel_format yuv420p -framerate 1 -video_size");
	argv_add(argv, "%dx%d", SPRITE_TILE_WIDTH, sprite->height);
	argv_add(argv, "-i");
	argv_add(argv, "file:%s", tiles);
	argv_add(argv, "-vf");
	argv_add(argv, "tile=%dx%d", sprite->columns, sprite->rows);
	argv_words(argv, "-frames:v 1 -q:v 5 -f image2 -update 1");
	argv_add(argv, "file:%s", name);
}
