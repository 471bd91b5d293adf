/*
 * Two clocks that never mix: `_unix_ms` is the calendar's (it may jump; it is
 * shown), `_mono_ms` only grows (deadlines inside one process). What is
 * stored and ends has a clock of its own: base/steady.h.
 */
#ifndef LIVEBIN_BASE_CLOCK_H
#define LIVEBIN_BASE_CLOCK_H

#include <pthread.h>
#include <stdint.h>

#define CLOCK_DAY_MS INT64_C(86400000)

/* Bytes of an ISO 8601 time as clock_format writes it, with its NUL. */
#define CLOCK_TEXT_BYTES 25

/* Milliseconds since 1970-01-01T00:00:00Z. Any thread. */
int64_t clock_unix_ms(void);

/* Milliseconds of a clock that never goes back. Any thread. */
int64_t clock_mono_ms(void);

/*
 * Locks, or gives up after `wait_ms` of the clock that never goes back:
 * pthread_mutex_timedlock(3) waits by the calendar, for an hour where that is
 * set back an hour. 0, or -1 if it stayed locked. Any thread.
 */
int clock_lock(pthread_mutex_t *mutex, int64_t wait_ms)
    __attribute__((warn_unused_result));

/*
 * Writes a time as "2026-01-31T12:00:00.000Z" (ISO 8601, UTC). `text` holds
 * CLOCK_TEXT_BYTES; times before 1970 or after 9999 become the nearest end.
 */
void clock_format(int64_t unix_ms, char text[CLOCK_TEXT_BYTES]);

/* The UTC day, counted from 1970-01-01 (= 0). */
int64_t clock_day(int64_t unix_ms);

/* The UTC month as year * 12 + month (0-11): grows by one each month. */
int64_t clock_month(int64_t unix_ms);

#endif
