/*
 * The schema's text and its migrations. schema.sql is turned into strings, one
 * for each version of a part, by the Makefile (build/<variant>/gen).
 *
 * To add tables: put them behind a new "-- since: N" in schema.sql, and its
 * string into the two places below. To change one that was given out: the SQL
 * that does it is a migration without a text of its own in schema.sql, behind
 * which the old text is brought up to date. The version is the number of
 * migrations and one.
 */
#include <assert.h>
#include <stddef.h>

#include "schema_sql.h"
#include "store/schema.h"

#define MIGRATIONS_MAX 64

static const char *const MIGRATIONS[STORE_PART__MAX][MIGRATIONS_MAX] = {
	[STORE_LASTING] = { SCHEMA_LASTING_2, SCHEMA_LASTING_3 },
	[STORE_PASSING] = { SCHEMA_PASSING_2, SCHEMA_PASSING_3,
	    SCHEMA_PASSING_4 },
};

const char *
schema_text(enum store_part part)
{
	switch (part) {
	case STORE_LASTING:
		return SCHEMA_LASTING_1 SCHEMA_LASTING_2 SCHEMA_LASTING_3;
	case STORE_PASSING:
		return SCHEMA_PASSING_1 SCHEMA_PASSING_2 SCHEMA_PASSING_3
		    SCHEMA_PASSING_4;
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
