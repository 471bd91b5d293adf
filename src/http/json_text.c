/*
 * A checker for RFC 8259, without recursion: a cursor over the bytes, a stack
 * of what is open, and what may come next.
 *
 *	VALUE        a value; FIRST_VALUE: or "]"
 *	NAME         a member's name; FIRST_NAME: or "}"
 *	AFTER        "," or the end of what is open; the end of the text
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/json_text.h"

enum expected {
	VALUE,
	FIRST_VALUE,
	NAME,
	FIRST_NAME,
	AFTER
};

/* The text between `at` and `end`. */
struct cursor {
	const unsigned char *at, *end;
	bool nul; /* an escaped NUL went by */
};

static void
skip_space(struct cursor *c)
{
	while (c->at < c->end && *c->at != '\0' &&
	       strchr(" \t\n\r", *c->at) != NULL)
		c->at++;
}

static bool
take(struct cursor *c, unsigned char byte)
{
	if (c->at == c->end || *c->at != byte)
		return false;
	c->at++;
	return true;
}

static bool
take_word(struct cursor *c, const char *word)
{
	const size_t size = strlen(word);

	if ((size_t)(c->end - c->at) < size || memcmp(c->at, word, size) != 0)
		return false;
	c->at += size;
	return true;
}

static bool
take_digits(struct cursor *c)
{
	const unsigned char *from = c->at;

	while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
		c->at++;
	return c->at > from;
}

/* RFC 8259, section 6. */
static bool
take_number(struct cursor *c)
{
	(void)take(c, '-');
	if (!take(c, '0') && !take_digits(c))
		return false;
	if (take(c, '.') && !take_digits(c))
		return false;
	if (take(c, 'e') || take(c, 'E')) {
		if (!take(c, '+'))
			(void)take(c, '-');
		return take_digits(c);
	}
	return true;
}

/* Four hexadecimal digits; -1 if there are none. */
static int
take_hex(struct cursor *c)
{
	static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
	const char *digit;
	int i, value = 0;

	for (i = 0; i < 4; i++) {
		if (c->at == c->end || *c->at == '\0')
			return -1;
		digit = strchr(DIGITS, *c->at++);
		if (digit == NULL)
			return -1;
		value = value * 16 + (int)(digit - DIGITS) % 16;
	}
	return value;
}

/* Behind a backslash. Half a surrogate pair is no character. */
static bool
take_escape(struct cursor *c)
{
	int unit;

	if (c->at == c->end || *c->at == '\0')
		return false;
	if (*c->at != 'u')
		return strchr("\"\\/bfnrt", *c->at++) != NULL;
	c->at++;
	unit = take_hex(c);
	c->nul = c->nul || unit == 0;
	if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff))
		return false;
	if (unit < 0xd800 || unit > 0xdbff)
		return true;
	if (!take_word(c, "\\u"))
		return false;
	unit = take_hex(c);
	return unit >= 0xdc00 && unit <= 0xdfff;
}

static bool
take_utf8(struct cursor *c)
{
	const size_t size = text_utf8_size(c->at, (size_t)(c->end - c->at));

	c->at += size;
	return size > 0;
}

/* RFC 8259, section 7; the quotes included. */
static bool
take_string(struct cursor *c)
{
	if (!take(c, '"'))
		return false;
	while (c->at < c->end) {
		if (take(c, '"'))
			return true;
		if (take(c, '\\')) {
			if (!take_escape(c))
				return false;
		} else if (*c->at >= 0x80) {
			if (!take_utf8(c))
				return false;
		} else if (*c->at++ < 0x20) {
			return false;
		}
	}
	return false;
}

static bool
take_scalar(struct cursor *c)
{
	if (c->at < c->end && *c->at == '"')
		return take_string(c);
	return take_word(c, "true") || take_word(c, "false") ||
	       take_word(c, "null") || take_number(c);
}

/* What is open: '{' or '[', the innermost last. */
struct nesting {
	unsigned char open[JSON_TEXT_DEPTH_MAX];
	size_t depth;
};

/* A value, or the opening of one; what is expected next, or -1. */
static int
step_value(struct cursor *c, struct nesting *nesting)
{
	const bool object = c->at < c->end && *c->at == '{';

	if (!object && (c->at == c->end || *c->at != '['))
		return take_scalar(c) ? AFTER : -1;
	if (nesting->depth == JSON_TEXT_DEPTH_MAX)
		return -1;
	nesting->open[nesting->depth++] = *c->at++;
	return object ? FIRST_NAME : FIRST_VALUE;
}

static int
step_name(struct cursor *c)
{
	/* A name with a NUL would be another one in C. */
	c->nul = false;
	if (!take_string(c) || c->nul)
		return -1;
	skip_space(c);
	return take(c, ':') ? VALUE : -1;
}

static int
step_after(struct cursor *c, struct nesting *nesting)
{
	const bool object = nesting->open[nesting->depth - 1] == '{';

	if (take(c, ','))
		return object ? NAME : VALUE;
	if (!take(c, object ? '}' : ']'))
		return -1;
	nesting->depth--;
	return AFTER;
}

static int
step(struct cursor *c, struct nesting *nesting, enum expected expected)
{
	switch (expected) {
	case FIRST_VALUE:
		if (c->at < c->end && *c->at == ']')
			return step_after(c, nesting);
		return step_value(c, nesting);
	case VALUE:
		return step_value(c, nesting);
	case FIRST_NAME:
		if (c->at < c->end && *c->at == '}')
			return step_after(c, nesting);
		return step_name(c);
	case NAME:
		return step_name(c);
	case AFTER:
		return step_after(c, nesting);
	}
	return -1;
}

const char *
json_text_fault(const char *text, size_t size)
{
	struct cursor c = { (const unsigned char *)text,
		(const unsigned char *)text + size, false };
	struct nesting nesting = { .depth = 0 };
	int expected = VALUE;

	skip_space(&c);
	if (c.at == c.end)
		return "it is empty";
	do {
		expected = step(&c, &nesting, (enum expected)expected);
		if (expected < 0)
			return nesting.depth == JSON_TEXT_DEPTH_MAX
				   ? "it is nested too deeply"
				   : "it breaks the grammar, or isn't UTF-8";
		skip_space(&c);
	} while (nesting.depth > 0);
	return c.at == c.end ? NULL : "something stands behind its end";
}

/* Steps over one value of a valid text. */
static void
skip_value(struct cursor *c)
{
	struct nesting nesting = { .depth = 0 };
	int expected = VALUE;

	do {
		skip_space(c);
		expected = step(c, &nesting, (enum expected)expected);
	} while (expected >= 0 && nesting.depth > 0);
}

static char *
copy_without_space(const unsigned char *from, const unsigned char *end)
{
	struct cursor c = { from, end, false };
	char *copy = malloc((size_t)(end - from) + 1);
	const unsigned char *start;
	size_t used = 0;

	while (copy != NULL && c.at < c.end) {
		skip_space(&c);
		start = c.at;
		if (c.at < c.end && *c.at == '"')
			(void)take_string(&c);
		else if (c.at < c.end)
			c.at++;
		memcpy(copy + used, start, (size_t)(c.at - start));
		used += (size_t)(c.at - start);
	}
	if (copy != NULL)
		copy[used] = '\0';
	return copy;
}

char *
json_text_member(const char *text, size_t size, const char *name)
{
	struct cursor c = { (const unsigned char *)text,
		(const unsigned char *)text + size, false };
	const unsigned char *start, *from = NULL, *to = NULL;
	const size_t name_size = strlen(name);
	bool hit;

	skip_space(&c);
	if (!take(&c, '{'))
		return NULL;
	do {
		skip_space(&c);
		start = c.at;
		if (!take_string(&c))
			break;
		/* Written with escapes, it may be the one that is sought. */
		if (memchr(start, '\\', (size_t)(c.at - start)) != NULL)
			return NULL;
		hit = (size_t)(c.at - start) == name_size + 2 &&
		      memcmp(start + 1, name, name_size) == 0;
		skip_space(&c);
		(void)take(&c, ':');
		skip_space(&c);
		start = c.at;
		skip_value(&c);
		if (hit) {
			from = start;
			to = c.at;
		}
		skip_space(&c);
	} while (take(&c, ','));
	return from != NULL ? copy_without_space(from, to) : NULL;
}
