/*
 * The name of a pushed file, through live/probe.h.
 */
#include <string.h>

#include "fuzz.h"
#include "live/probe.h"

/* What a path must not have in it, however it was made. */
static void
check_name(const char *name)
{
	const char *slash = strchr(name, '/');
	const char *p;

	CHECK(strlen(name) < MEDIA_NAME_BYTES);
	CHECK(name[0] != '/' && name[0] != '.' && name[0] != '\0');
	if (slash != NULL) {
		CHECK(strchr(slash + 1, '/') == NULL);
		CHECK(slash[1] != '.' && slash[1] != '\0');
	}
	for (p = name; *p != '\0'; p++)
		CHECK((unsigned char)*p > ' ' && (unsigned char)*p < 0x7f &&
		      strchr("\\%?#:\"'<>&", *p) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum media_kind kind;
	struct error err;
	char *name;

	name = malloc(size + 1);
	CHECK(name != NULL);
	memcpy(name, data, size);
	name[size] = '\0';
	if (probe_name(name, &kind, &err) == 0) {
		CHECK(kind >= 0 && kind < MEDIA__MAX && kind != MEDIA_INIT);
		check_name(name);
	} else {
		CHECK(err.code == ERROR_INPUT || err.code == ERROR_MEDIA_KIND);
		CHECK(strcmp(err.field, "name") == 0);
		CHECK(err.detail[0] != '\0');
	}
	free(name);
	return 0;
}
