/*
 * Finding boxes and reading their numbers. What a box means is known to who
 * asks (live/probe.c, live/fmp4.c); here are extents alone.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live/box.h"

#define HEADER_BYTES 8 /* size, type */
#define LARGE_BYTES 16 /* the same and a 64 bit size */

static int
box_read_file(const void *context, uint64_t at, void *to, size_t size)
{
	const int *fd = context;
	unsigned char *bytes = to;
	ssize_t got;

	if (at > INT64_MAX - size)
		return -1;
	while (size > 0) {
		got = pread(*fd, bytes, size, (off_t)at);
		if (got <= 0)
			return -1;
		bytes += got;
		at += (uint64_t)got;
		size -= (size_t)got;
	}
	return 0;
}

int
box_file(struct box_source *source, const int *fd, struct error *err)
{
	struct stat status;

	if (fstat(*fd, &status) != 0 || !S_ISREG(status.st_mode))
		return error_set(
		    err, ERROR_SYSTEM, NULL, "The file can't be read.");
	source->read = box_read_file;
	source->context = fd;
	source->size = (uint64_t)status.st_size;
	return 0;
}

static int
box_read_memory(const void *context, uint64_t at, void *to, size_t size)
{
	const struct box_bytes *from = context;

	if (at > from->size || size > from->size - at)
		return -1;
	if (size > 0)
		memcpy(to, from->bytes + at, size);
	return 0;
}

void
box_memory(struct box_source *source, const struct box_bytes *bytes)
{
	source->read = box_read_memory;
	source->context = bytes;
	source->size = bytes->size;
}

static int
box_fault(struct error *err, uint64_t at, const char *what)
{
	return error_set(err, ERROR_INPUT, NULL,
	    "The box at byte %" PRIu64 " %s.", at, what);
}

/* The size that a header says; *header is how many bytes it takes up. */
static int
box_size(const struct box_source *source, uint64_t room, struct box *box,
    uint64_t *header, uint64_t *size)
{
	unsigned char bytes[LARGE_BYTES];

	if (source->read(source->context, box->at, bytes, HEADER_BYTES) != 0)
		return -1;
	box->type = box_u32(bytes + 4);
	*size = box_u32(bytes);
	*header = HEADER_BYTES;
	if (*size == 0 && box->at + room == source->size)
		*size = room; /* the last of the file */
	if (*size != 1 || room < LARGE_BYTES)
		return 0;
	if (source->read(source->context, box->at, bytes, LARGE_BYTES) != 0)
		return -1;
	*size = box_u64(bytes + HEADER_BYTES);
	*header = LARGE_BYTES;
	return 0;
}

int
box_next(const struct box_source *source, uint64_t at, uint64_t end,
    struct box *box, struct error *err)
{
	uint64_t room, header, size;

	if (at == end)
		return 0;
	if (at > end || end > source->size)
		return box_fault(err, at, "lies outside of what holds it");
	room = end - at;
	if (room < HEADER_BYTES)
		return box_fault(err, at, "is cut off");
	box->at = at;
	if (box_size(source, room, box, &header, &size) != 0)
		return error_set(
		    err, ERROR_SYSTEM, NULL, "The file can't be read.");
	if (size < header)
		return box_fault(err, at, "has a size that can't be");
	if (size > room)
		return box_fault(err, at, "ends beyond what holds it");
	box->body = at + header;
	box->end = at + size;
	return 1;
}

int
box_child(const struct box_source *source, const struct box *in, uint32_t type,
    struct box *box, struct error *err)
{
	const struct box outer = *in; /* `in` may be `box` */
	uint64_t at = outer.body;
	size_t i;
	int rc;

	for (i = 0; i < BOX_CHILDREN_MAX; i++) {
		rc = box_next(source, at, outer.end, box, err);
		if (rc != 1 || box->type == type)
			return rc;
		at = box->end;
	}
	return box_fault(err, outer.at, "holds too many boxes");
}

int
box_get(const struct box_source *source, const struct box *box, uint64_t skip,
    void *to, size_t size)
{
	const uint64_t room = box->end - box->body;

	if (skip > room || size > room - skip)
		return -1;
	return source->read(source->context, box->body + skip, to, size);
}

uint32_t
box_u32(const unsigned char bytes[4])
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

uint64_t
box_u64(const unsigned char bytes[8])
{
	return (uint64_t)box_u32(bytes) << 32 | box_u32(bytes + 4);
}

void
box_put_u32(unsigned char bytes[4], uint32_t number)
{
	bytes[0] = (unsigned char)(number >> 24);
	bytes[1] = (unsigned char)(number >> 16);
	bytes[2] = (unsigned char)(number >> 8);
	bytes[3] = (unsigned char)number;
}

void
box_put_u64(unsigned char bytes[8], uint64_t number)
{
	box_put_u32(bytes, (uint32_t)(number >> 32));
	box_put_u32(bytes + 4, (uint32_t)number);
}
