/*
 * A form's fields, through http/form.h. The first line is the name; the rest is
 * the form.
 */
#include <string.h>

#include "fuzz.h"
#include "http/form.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	const size_t cut = end != NULL ? (size_t)(end - data) : 0;
	struct text form = { (const char *)data + cut, size - cut };
	char name[32], value[48], again[48];
	size_t used;
	int found;

	if (end != NULL) {
		form.at++;
		form.size--;
	}
	used = cut < sizeof(name) ? cut : sizeof(name) - 1;
	if (used > 0)
		memcpy(name, data, used);
	name[used] = '\0';
	memset(value, 'x', sizeof(value));
	found = form_find(form, name, value, sizeof(value));
	CHECK(found >= -1 && found <= 1);
	if (found != 1)
		return 0;
	CHECK(memchr(value, '\0', sizeof(value)) != NULL);
	/* What stands behind the first has no say. */
	form.size = form.size > 0 ? form.size - 1 : 0;
	if (memchr(form.at, '&', form.size) == NULL)
		return 0;
	while (form.at[form.size] != '&')
		form.size--;
	if (form_find(form, name, again, sizeof(again)) == 1)
		CHECK(strcmp(value, again) == 0);
	return 0;
}
