/*
 * The schema's text and its migrations. schema.sql is turned into two string
 * arrays by the Makefile (build/<variant>/gen/schema_sql.h).
 *
 * To change the schema: change schema.sql, and add the SQL that does the same
 * to an old file as the last row of the part's list below. The version is the
 * number of rows and one.
 */
#include <assert.h>
#include <stddef.h>

#include "schema_sql.h"
#include "store/schema.h"

#define MIGRATIONS_MAX 64

static const char *const MIGRATIONS[STORE_PART__MAX][MIGRATIONS_MAX] = {
	[STORE_LASTING] = { NULL },
	[STORE_PASSING] = { NULL },
};

const char *
schema_text(enum store_part part)
{
	switch (part) {
	case STORE_LASTING:
		return SCHEMA_LASTING;
	case STORE_PASSING:
		return SCHEMA_PASSING;
	case STORE_PART__MAX:
		break;
	}
	assert(!"no such part");
	return NULL;
}

int
schema_version(enum store_part part)
{
	int count = 0;

	while (MIGRATIONS[part][count] != NULL)
		count++;
	return count + 1;
}

const char *
schema_migration(enum store_part part, int from)
{
	assert(from >= 1 && from < schema_version(part));
	return MIGRATIONS[part][from - 1];
}
