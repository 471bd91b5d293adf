/*
 * The n-th allocation of the program fails, be it ours, SQLite's or libc's.
 * One test program includes this once: its malloc takes glibc's place, which a
 * sanitizer's would too, so that there is none where UNIT_SANITIZED.
 */
#ifndef LIVEBIN_UNIT_MEMORY_H
#define LIVEBIN_UNIT_MEMORY_H

#include "unit.h"

#if !UNIT_SANITIZED

#define STARVE_MAX 20000 /* allocations of one call; more is no end */

/* The allocation that fails next, counted down; none while negative. */
static long countdown = -1;
static long living; /* allocations that were not freed */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

static inline bool
fails_now(void)
{
	return countdown >= 0 && countdown-- == 0;
}

void *
malloc(size_t size)
{
	if (fails_now())
		return NULL;
	living++;
	return __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	if (fails_now())
		return NULL;
	living++;
	return __libc_calloc(count, size);
}

void *
realloc(void *memory, size_t size)
{
	if (fails_now())
		return NULL;
	living += memory == NULL;
	return __libc_realloc(memory, size);
}

void
free(void *memory)
{
	living -= memory != NULL;
	__libc_free(memory);
}

/*
 * Calls `work` with the first allocation failing, then the second, until it
 * ends before the failure comes. It returns 0, or -1 with *err. How often.
 */
static inline int
starve(int (*work)(void *context, struct error *err), void *context)
{
	struct error err;
	long n;
	int rc;

	for (n = 0; n < STARVE_MAX; n++) {
		err.code = ERROR_NONE;
		countdown = n;
		rc = work(context, &err);
		if (countdown >= 0) {
			countdown = -1;
			assert_int_equal(rc, 0);
			return (int)n;
		}
		countdown = -1;
		assert_in_range(rc + 1, 0, 1);
		if (rc != 0)
			assert_true(err.code == ERROR_SYSTEM ||
				    err.code == ERROR_STORE);
	}
	fail_msg("it never ended");
	return -1;
}

/* The same, and nothing is left of it each time. */
static inline void
starve_without_leaks(
    int (*work)(void *context, struct error *err), void *context)
{
	struct error err;
	long before, n;

	(void)work(context, &err); /* what is kept on the first call */
	for (n = 0; n < 1000; n++) {
		before = living;
		countdown = n;
		(void)work(context, &err);
		assert_int_equal(living, before);
		if (countdown >= 0)
			break;
	}
	countdown = -1;
	assert_true(n > 0 && n < 1000);
}

/* Ours: without those that SQLite keeps, for its pages and plans. */
static inline long
living_ours(void)
{
	sqlite3_int64 now = 0, most;

	(void)sqlite3_status64(SQLITE_STATUS_MALLOC_COUNT, &now, &most, 0);
	return living - (long)now;
}

#endif
#endif
