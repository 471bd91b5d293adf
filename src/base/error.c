/*
 * Filling in a struct error. It formats and nothing more: no logging (that
 * is done once, where the error is handled), no allocation.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* A text that was cut must not end inside a character. */
static void
error_trim(char *text)
{
	size_t lead = strlen(text);

	while (lead > 0 && ((unsigned char)text[lead - 1] & 0xc0) == 0x80)
		lead--;
	if (lead > 0 && (unsigned char)text[lead - 1] >= 0xc0)
		text[lead - 1] = '\0';
}

static void
error_fill(struct error *err, enum error_code code, const char *field,
    const char *format, va_list args)
{
	int size;

	memset(err, 0, sizeof(*err));
	err->code = code;
	if (field != NULL) {
		size = snprintf(err->field, sizeof(err->field), "%s", field);
		if (size >= (int)sizeof(err->field))
			error_trim(err->field);
	}
	size = vsnprintf(err->detail, sizeof(err->detail), format, args);
	if (size >= (int)sizeof(err->detail))
		error_trim(err->detail);
}

int
error_set(struct error *err, enum error_code code, const char *field,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_fill(err, code, field, format, args);
	va_end(args);
	return -1;
}

int
error_set_retry(struct error *err, enum error_code code, int after_s,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_fill(err, code, NULL, format, args);
	va_end(args);
	err->retry_after_s = after_s;
	return -1;
}
