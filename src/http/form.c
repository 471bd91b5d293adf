/*
 * Reading a form, or a query, without taking it apart.
 */
#include <string.h>

#include "http/form.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes a value. 0, or -1 if it is malformed, holds a NUL, or is too long. */
static int
form_decode(struct text from, char *to, size_t room)
{
	size_t i, used = 0;
	int high, low;
	char c;

	for (i = 0; i < from.size; i++) {
		c = from.at[i] == '+' ? ' ' : from.at[i];
		if (c == '%') {
			if (i + 2 >= from.size ||
			    (high = hex_digit(from.at[i + 1])) < 0 ||
			    (low = hex_digit(from.at[i + 2])) < 0)
				return -1;
			c = (char)(high * 16 + low);
			i += 2;
		}
		if (c == '\0' || used + 1 >= room)
			return -1;
		to[used++] = c;
	}
	to[used] = '\0';
	return 0;
}

int
form_find(struct text form, const char *name, char *value, size_t size)
{
	const size_t name_size = strlen(name);
	struct text pair;

	while (form.size > 0) {
		pair = text_cut(&form, '&');
		if (pair.size <= name_size || pair.at[name_size] != '=' ||
		    memcmp(pair.at, name, name_size) != 0)
			continue;
		pair.at += name_size + 1;
		pair.size -= name_size + 1;
		return form_decode(pair, value, size) == 0 ? 1 : -1;
	}
	return 0;
}
