/*
 * The schema, compiled in from schema.sql, and the migrations that bring
 * older files up to it. For src/store and its tests.
 */
#ifndef LIVEBIN_STORE_SCHEMA_H
#define LIVEBIN_STORE_SCHEMA_H

#include "store/store.h"

/* The part of schema.sql that makes a new file. */
const char *schema_text(enum store_part part);

/* The user_version that schema.sql stands for; at least 1. */
int schema_version(enum store_part part);

/* The SQL that brings version `from` to from + 1; from >= 1. */
const char *schema_migration(enum store_part part, int from);

#endif
