/*
 * Passes: the names under which media of PRIVATE streams is open, and the
 * number of the key that signs playback tokens. The "lasting" part: one that
 * was forgotten would stay open.
 */
#ifndef LIVEBIN_STORE_PASS_H
#define LIVEBIN_STORE_PASS_H

#include "base/id.h"
#include "store/store.h"

struct pass {
	char name[KEY_BYTES];
	int64_t recording;     /* its seq */
	int64_t until_unix_ms; /* the right that it was made by ends then */
};

/* Writes the row, new or not. 0 or -1. */
int store_pass_put(struct store *store, const struct pass *pass,
    struct error *err) __attribute__((warn_unused_result));

/* 1 if there is one of that name, 0, or -1. */
int store_pass_there(struct store *store, const char *name, struct error *err)
    __attribute__((warn_unused_result));

/* How many a recording has, or -1. */
int64_t store_pass_count(struct store *store, int64_t recording,
    struct error *err) __attribute__((warn_unused_result));

/* One of a recording; one that has ended at `unix_ms`. 1 and *pass, 0, -1. */
int store_pass_of(struct store *store, int64_t recording, struct pass *pass,
    struct error *err) __attribute__((warn_unused_result));
int store_pass_ended(struct store *store, int64_t unix_ms, struct pass *pass,
    struct error *err) __attribute__((warn_unused_result));

/* Removes one. 1, 0 if there was none, or -1. */
int store_pass_delete(struct store *store, const char *name, struct error *err)
    __attribute__((warn_unused_result));

/* The number of the key that signs playback tokens; the next one. 0 or -1. */
int store_signing_get(struct store *store, int64_t *number, struct error *err)
    __attribute__((warn_unused_result));
int store_signing_next(struct store *store, struct error *err)
    __attribute__((warn_unused_result));

#endif
