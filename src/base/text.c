/*
 * Reading pieces of a text.
 */
#include <string.h>

#include "base/text.h"

static const char BLANKS[] = " \t\r";

bool
text_is(struct text text, const char *word)
{
	return strlen(word) == text.size &&
	       memcmp(text.at, word, text.size) == 0;
}

static bool
is_blank(char c)
{
	return c != '\0' && strchr(BLANKS, c) != NULL;
}

struct text
text_trim(struct text text)
{
	while (text.size > 0 && is_blank(text.at[text.size - 1]))
		text.size--;
	while (text.size > 0 && is_blank(text.at[0])) {
		text.at++;
		text.size--;
	}
	return text;
}

struct text
text_cut(struct text *text, char mark)
{
	struct text before = *text;
	const char *found = NULL;

	if (text->size > 0)
		found = memchr(text->at, mark, text->size);
	if (found != NULL)
		before.size = (size_t)(found - text->at);
	text->at += before.size;
	text->size -= before.size;
	if (found != NULL) {
		text->at++;
		text->size--;
	}
	return before;
}

/*
 * The second byte's bounds shut out overlong forms, surrogates, and what is
 * beyond U+10FFFF.
 */
size_t
text_utf8_size(const unsigned char *at, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t size, i;

	if (at[0] < 0x80)
		return at[0] != 0;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	size = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (size > left)
		return 0;
	if (at[0] == 0xe0)
		low = 0xa0;
	if (at[0] == 0xed)
		high = 0x9f;
	if (at[0] == 0xf0)
		low = 0x90;
	if (at[0] == 0xf4)
		high = 0x8f;
	if (at[1] < low || at[1] > high)
		return 0;
	for (i = 2; i < size; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

bool
text_utf8(struct text text)
{
	const unsigned char *at = (const unsigned char *)text.at;
	size_t i, size;

	for (i = 0; i < text.size; i += size) {
		size = text_utf8_size(at + i, text.size - i);
		if (size == 0)
			return false;
	}
	return true;
}

bool
text_plain(struct text text, size_t max)
{
	size_t i;

	for (i = 0; i < text.size; i++)
		if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f ||
		    text.at[i] == '"')
			return false;
	return text.size > 0 && text.size <= max;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
text_of(struct text text, const char *marks, size_t max)
{
	size_t i;

	for (i = 0; i < text.size; i++)
		if (!is_letter(text.at[i]) && !is_digit(text.at[i]) &&
		    (text.at[i] == '\0' || strchr(marks, text.at[i]) == NULL))
			return false;
	return text.size > 0 && text.size <= max;
}

bool
text_integer(struct text text, int64_t max, int64_t *number)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < text.size; i++) {
		if (!is_digit(text.at[i]) || n > max / 10)
			return false;
		n = n * 10 + (text.at[i] - '0');
		if (n > max)
			return false;
	}
	*number = n;
	return text.size > 0;
}
