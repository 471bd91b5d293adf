/*
 * Boxes of ISO base media files (ISO/IEC 14496-12, 4.2): where each begins
 * and ends. Nothing is believed: a box that passes the end of what holds it is
 * an error. No recursion: who wants what is inside walks it himself.
 */
#ifndef LIVEBIN_LIVE_BOX_H
#define LIVEBIN_LIVE_BOX_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A box's type as a number: BOX_TYPE('m', 'o', 'o', 'v'). */
#define BOX_TYPE(a, b, c, d)                                              \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | \
	    (uint32_t)(d))

/*
 * Where bytes come from. `read` fills `to` with `size` bytes from `at` on: 0,
 * or -1 if they can't be had. box_file and box_memory make one; `context` is
 * borrowed.
 */
struct box_source {
	int (*read)(const void *context, uint64_t at, void *to, size_t size);
	const void *context;
	uint64_t size; /* bytes in all */
};

/* A box: its whole extent, and where its content begins. */
struct box {
	uint32_t type;
	uint64_t at;   /* of the header */
	uint64_t body; /* of the content */
	uint64_t end;  /* of the first byte behind it */
};

/*
 * An open file (pread(2)), whose descriptor is borrowed by its address. 0; -1
 * with ERROR_SYSTEM if it isn't a regular file.
 */
int box_file(struct box_source *source, const int *fd, struct error *err)
    __attribute__((warn_unused_result));

/* Bytes in memory; the struct is borrowed. */
struct box_bytes {
	const unsigned char *bytes;
	size_t size;
};
void box_memory(struct box_source *source, const struct box_bytes *bytes);

/*
 * The box that begins at `at`, inside what ends at `end`. 1 and *box, 0 if
 * at == end, -1 with *err: ERROR_INPUT, or ERROR_SYSTEM where the bytes
 * can't be had. A size of 0 (to the file's end) is taken where `end` is the
 * source's. A box takes up 8 bytes at least, so a walk ends; its caller
 * bounds how many boxes he looks at. Begin with at = 0 and end =
 * source->size, or with a box's body and end; go on at box->end.
 */
int box_next(const struct box_source *source, uint64_t at, uint64_t end,
    struct box *box, struct error *err) __attribute__((warn_unused_result));

#define BOX_CHILDREN_MAX 1024

/*
 * The first box of a type inside `in`, whose content is boxes. 1 and *box, 0
 * if there is none; -1 as box_next, or with ERROR_INPUT if it isn't among the
 * first BOX_CHILDREN_MAX. `in` may be `box`.
 */
int box_child(const struct box_source *source, const struct box *in,
    uint32_t type, struct box *box, struct error *err)
    __attribute__((warn_unused_result));

/*
 * `size` bytes of a box's content, from `skip` bytes behind its beginning on:
 * 0, or -1 if the box is shorter or the bytes can't be had.
 */
int box_get(const struct box_source *source, const struct box *box,
    uint64_t skip, void *to, size_t size) __attribute__((warn_unused_result));

/* Big-endian numbers. */
uint32_t box_u32(const unsigned char bytes[4]);
uint64_t box_u64(const unsigned char bytes[8]);
void box_put_u32(unsigned char bytes[4], uint32_t number);
void box_put_u64(unsigned char bytes[8], uint64_t number);

#endif
