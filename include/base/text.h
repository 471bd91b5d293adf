/*
 * Pieces of a text that somebody else wrote and that is being read: borrowed
 * bytes of known length, no NUL behind them. No locale has a say.
 */
#ifndef LIVEBIN_BASE_TEXT_H
#define LIVEBIN_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	const char *at;
	size_t size;
};

/* Is it this word? */
bool text_is(struct text text, const char *word);

/* Without the blanks at both ends. */
struct text text_trim(struct text text);

/*
 * Cuts the text at the first `mark`: returns what is before it, and leaves in
 * *text what is behind it (nothing if there is none).
 */
struct text text_cut(struct text *text, char mark);

/*
 * Bytes of the UTF-8 character (RFC 3629) that begins there, of which `left`
 * (at least one) may be read; 0: none does, or it is NUL.
 */
size_t text_utf8_size(const unsigned char *at, size_t left);

/* Are the bytes UTF-8 (RFC 3629) without NUL? */
bool text_utf8(struct text text);

/* No control characters and no quotes, 1 to `max` bytes. */
bool text_plain(struct text text, size_t max);

/* 1 to `max` bytes, all letters, digits, or one of `marks`. */
bool text_of(struct text text, const char *marks, size_t max);

/* A decimal integer without sign of 0 to `max`. False: it isn't one. */
bool text_integer(struct text text, int64_t max, int64_t *number);

#endif
