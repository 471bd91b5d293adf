/*
 * A cursor that a client hands back, through live/signaling.h.
 */
#include <string.h>

#include "fuzz.h"
#include "live/signaling.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor cursor, again;
	char text[CURSOR_BYTES], *given;
	struct error err;

	given = malloc(size + 1);
	CHECK(given != NULL);
	memcpy(given, data, size);
	given[size] = '\0';
	if (cursor_parse(given, &cursor, &err) != 0) {
		CHECK(err.code == ERROR_INPUT);
		CHECK(strcmp(err.field, "after") == 0);
		free(given);
		return 0;
	}
	CHECK(strspn(given, "0123456789.") == strlen(given));
	CHECK(cursor.given && cursor.session >= 0 && cursor.id >= 0);
	cursor_format(&cursor, text);
	CHECK(cursor_parse(text, &again, &err) == 0);
	CHECK(again.session == cursor.session && again.id == cursor.id);
	free(given);
	return 0;
}
