/*
 * Boxes of ISO base media files, written front to back.
 */
#include <stdint.h>
#include <string.h>

#include "client.h"
#include "film.h"

#define TIMESCALE 1000
#define SAMPLE_TICKS 40
#define SAMPLES (FILM_SEGMENT_S * TIMESCALE / SAMPLE_TICKS)

struct film {
	unsigned char *bytes;
	size_t size;
};

static void
film_u32(struct film *film, uint32_t number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		film->bytes[film->size++] = (unsigned char)(number >> shift);
}

static void
film_zeros(struct film *film, size_t count)
{
	memset(film->bytes + film->size, 0, count);
	film->size += count;
}

static void
film_name(struct film *film, const char name[4])
{
	memcpy(film->bytes + film->size, name, 4);
	film->size += 4;
}

/* Begins a box; film_end fills in its size. */
static size_t
film_begin(struct film *film, const char name[4])
{
	const size_t begin = film->size;

	film_u32(film, 0);
	film_name(film, name);
	return begin;
}

static void
film_end(struct film *film, size_t begin)
{
	struct film head = { film->bytes + begin, 0 };

	film_u32(&head, (uint32_t)(film->size - begin));
}

static void
film_brand(struct film *film, const char type[4], const char brand[4])
{
	const size_t box = film_begin(film, type);

	film_name(film, brand);
	film_u32(film, 0);
	film_end(film, box);
}

static void
film_media(struct film *film)
{
	const size_t mdia = film_begin(film, "mdia");
	size_t box, stbl, stsd;

	box = film_begin(film, "mdhd");
	film_zeros(film, 12);
	film_u32(film, TIMESCALE);
	film_zeros(film, 8);
	film_end(film, box);
	box = film_begin(film, "hdlr");
	film_zeros(film, 8);
	film_name(film, "vide");
	film_zeros(film, 13);
	film_end(film, box);
	box = film_begin(film, "minf");
	stbl = film_begin(film, "stbl");
	stsd = film_begin(film, "stsd");
	film_u32(film, 0);
	film_u32(film, 1);
	film_end(film, film_begin(film, "avc1"));
	film_end(film, stsd);
	film_end(film, stbl);
	film_end(film, box);
	film_end(film, mdia);
}

static void
film_track(struct film *film)
{
	const size_t trak = film_begin(film, "trak");
	size_t box, trex;

	box = film_begin(film, "tkhd");
	film_zeros(film, 12);
	film_u32(film, 1);
	film_zeros(film, 68);
	film_end(film, box);
	film_media(film);
	film_end(film, trak);
	box = film_begin(film, "mvex");
	trex = film_begin(film, "trex");
	film_u32(film, 0);
	film_u32(film, 1);
	film_u32(film, 1);
	film_u32(film, SAMPLE_TICKS);
	film_zeros(film, 8);
	film_end(film, trex);
	film_end(film, box);
}

size_t
film_init(unsigned char to[FILM_INIT_MAX])
{
	struct film film = { to, 0 };
	size_t moov, box;

	film_brand(&film, "ftyp", "iso5");
	moov = film_begin(&film, "moov");
	box = film_begin(&film, "mvhd");
	film_zeros(&film, 12);
	film_u32(&film, TIMESCALE);
	film_zeros(&film, 80);
	film_u32(&film, 2);
	film_end(&film, box);
	film_track(&film);
	film_end(&film, moov);
	return film.size;
}

static void
film_fragment(struct film *film, uint32_t number)
{
	const size_t moof = film_begin(film, "moof");
	size_t traf, box;

	box = film_begin(film, "mfhd");
	film_u32(film, 0);
	film_u32(film, 1);
	film_end(film, box);
	traf = film_begin(film, "traf");
	box = film_begin(film, "tfhd");
	film_u32(film, 0x20000);
	film_u32(film, 1);
	film_end(film, box);
	box = film_begin(film, "tfdt");
	film_u32(film, 0);
	film_u32(film, number * FILM_SEGMENT_S * TIMESCALE);
	film_end(film, box);
	box = film_begin(film, "trun");
	film_u32(film, 1);
	film_u32(film, SAMPLES);
	film_u32(film, 0);
	film_end(film, box);
	film_end(film, traf);
	film_end(film, moof);
}

void
film_segment(unsigned char *to, size_t size)
{
	struct film film = { to, 0 };
	uint32_t noise = 1;
	size_t mdat;

	film_brand(&film, "styp", "msdh");
	film_fragment(&film, 0);
	mdat = film_begin(&film, "mdat");
	if (film.size + sizeof(noise) > size)
		die("a segment of %zu bytes is too small", size);
	while (film.size < size) {
		noise = noise * 1664525 + 1013904223;
		film.bytes[film.size++] = (unsigned char)(noise >> 24);
	}
	film_end(&film, mdat);
}

void
film_number(unsigned char *segment, uint32_t number)
{
	struct film film = { segment, 0 };

	film_brand(&film, "styp", "msdh");
	film_fragment(&film, number);
}
