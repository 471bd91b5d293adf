/*
 * A growing byte buffer with a ceiling. An append that would pass the
 * ceiling, or that finds no memory, marks the buffer failed and changes
 * nothing more; so a run of appends needs one check at its end.
 */
#ifndef LIVEBIN_BASE_BUF_H
#define LIVEBIN_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* NUL-terminated when not NULL; the buffer's own */
	size_t size, capacity, max;
	bool failed;
};

/* An empty buffer that never holds more than `max` bytes. */
void buf_init(struct buf *buf, size_t max);

/* Releases the memory; the buffer is empty and usable again. */
void buf_free(struct buf *buf);

/* Appends bytes, text, or formatted text. */
void buf_add(struct buf *buf, const void *bytes, size_t size);
void buf_text(struct buf *buf, const char *text);
void buf_format(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Makes room for `size` more bytes at data + size, for the caller to fill
 * and count into buf->size. NULL (and failed) if there is no room.
 */
char *buf_room(struct buf *buf, size_t size);

#endif
