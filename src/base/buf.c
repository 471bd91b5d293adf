/*
 * The bounded buffer.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define CAPACITY_MIN 256

void
buf_init(struct buf *buf, size_t max)
{
	memset(buf, 0, sizeof(*buf));
	buf->max = max;
}

void
buf_free(struct buf *buf)
{
	free(buf->data);
	buf_init(buf, buf->max);
}

char *
buf_room(struct buf *buf, size_t size)
{
	size_t capacity;
	char *data;

	if (buf->failed || size > buf->max - buf->size) {
		buf->failed = true;
		return NULL;
	}
	if (buf->size + size < buf->capacity)
		return buf->data + buf->size;
	capacity = buf->capacity < CAPACITY_MIN ? CAPACITY_MIN : buf->capacity;
	while (capacity <= buf->size + size)
		capacity *= 2;
	data = realloc(buf->data, capacity);
	if (data == NULL) {
		buf->failed = true;
		return NULL;
	}
	buf->data = data;
	buf->capacity = capacity;
	return buf->data + buf->size;
}

void
buf_add(struct buf *buf, const void *bytes, size_t size)
{
	char *room;

	room = buf_room(buf, size);
	if (room == NULL)
		return;
	memcpy(room, bytes, size);
	buf->size += size;
	buf->data[buf->size] = '\0';
}

void
buf_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_format(struct buf *buf, const char *format, ...)
{
	va_list args;
	char *room;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size < 0 || (room = buf_room(buf, (size_t)size)) == NULL) {
		buf->failed = true;
		return;
	}
	va_start(args, format);
	(void)vsnprintf(room, (size_t)size + 1, format, args);
	va_end(args);
	buf->size += (size_t)size;
}
