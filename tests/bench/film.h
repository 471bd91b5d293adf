/*
 * Media as an encoder sends it, as far as anybody who looks at boxes sees: an
 * init section of one video track, and segments of one fragment.
 */
#ifndef LIVEBIN_BENCH_FILM_H
#define LIVEBIN_BENCH_FILM_H

#include <stddef.h>
#include <stdint.h>

#define FILM_SEGMENT_S 2 /* what each segment lasts */

/* Bytes of the smallest segment, and of any init section at the most. */
#define FILM_SEGMENT_MIN 256
#define FILM_INIT_MAX 1024

/* Writes an init section into `to`. Its size. */
size_t film_init(unsigned char to[FILM_INIT_MAX]);

/*
 * Fills `to` with a segment of exactly `size` bytes, whose pictures are noise,
 * and afterwards makes it the one of another number.
 */
void film_segment(unsigned char *to, size_t size);
void film_number(unsigned char *segment, uint32_t number);

#endif
