/*
 * The upkeep of the files themselves: copied while they are in use, and looked
 * through. Nothing here makes a schema, or brings one up to date.
 */
#ifndef LIVEBIN_STORE_UPKEEP_H
#define LIVEBIN_STORE_UPKEEP_H

#include "store/store.h"

/* What is wrong, as it is found: each a line for people. */
struct findings {
	void (*say)(void *context, const char *line);
	void *context;
	int count;
};

/* Adds one; cut at some hundred bytes. */
void findings_add(struct findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Copies the database at `from`, as it is at one moment, into a new file. Who
 * writes meanwhile isn't held up. Nothing is synced. 0, or -1 with *err and
 * perhaps part of the file.
 */
int upkeep_copy(const char *from, const char *to, int busy_timeout_ms,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Looks through all of a database: its pages, its keys, its version. What can't
 * be read is a finding too. The version, or -1.
 */
int upkeep_examine(const char *path, enum store_part part, int busy_timeout_ms,
    struct findings *findings);

/* The version that this program's files have. */
int upkeep_version(enum store_part part);

#endif
