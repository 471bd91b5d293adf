/*
 * Rate limits that hold over every process and restart, and the claim that
 * makes one process at a time sweep. The "passing" part.
 */
#ifndef LIVEBIN_STORE_RATE_H
#define LIVEBIN_STORE_RATE_H

#include <stdint.h>

#include "store/store.h"

/*
 * The calendar time at which a bucket is empty again (0: it is). 0 and
 * *empty_steady_ms, or -1 with *err.
 */
int store_rate_get(struct store *store, const char *bucket,
    int64_t *empty_steady_ms, struct error *err)
    __attribute__((warn_unused_result));
int store_rate_put(struct store *store, const char *bucket,
    int64_t empty_steady_ms, struct error *err)
    __attribute__((warn_unused_result));
int store_rate_delete_empty(struct store *store, int64_t steady_ms,
    struct error *err) __attribute__((warn_unused_result));

/* When the next sweep is due. 0 and *due_steady_ms, or -1 with *err. */
int store_sweep_due(struct store *store, int64_t *due_steady_ms,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Moves the due time to next_steady_ms if it is reached (or lies beyond the
 * next, after the clock was set back). 1: it is ours to sweep, 0, or -1.
 */
int store_sweep_claim(struct store *store, int64_t now_steady_ms,
    int64_t next_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Something that is done now and then: 1 if it is due, and ours; it is due
 * again at next_steady_ms. 0, or -1.
 */
int store_chore_claim(struct store *store, const char *name,
    int64_t now_steady_ms, int64_t next_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

#endif
