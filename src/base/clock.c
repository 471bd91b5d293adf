/*
 * Time: reading the two clocks and writing UTC times. No time zones, no
 * parsing: the one time that comes from outside is a playlist's, which
 * live/playlist_time.c reads.
 */
#define _GNU_SOURCE /* pthread_mutex_clocklock */
#include <assert.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"

#define YEAR_9999_END_MS INT64_C(253402300799999)

static int64_t
clock_read_ms(clockid_t id)
{
	struct timespec ts;
	int rc;

	rc = clock_gettime(id, &ts);
	assert(rc == 0);
	(void)rc;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_unix_ms(void)
{
	return clock_read_ms(CLOCK_REALTIME);
}

int64_t
clock_mono_ms(void)
{
	return clock_read_ms(CLOCK_MONOTONIC);
}

/*
 * ThreadSanitizer knows the older call alone, and takes a lock that was got by
 * the other for none.
 */
#ifdef __SANITIZE_THREAD__
#define LOCK_CLOCK CLOCK_REALTIME
#define LOCK_UNTIL(mutex, until) pthread_mutex_timedlock(mutex, until)
#else
#define LOCK_CLOCK CLOCK_MONOTONIC
#define LOCK_UNTIL(mutex, until) \
	pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, until)
#endif

int
clock_lock(pthread_mutex_t *mutex, int64_t wait_ms)
{
	const int64_t until_ms = clock_read_ms(LOCK_CLOCK) + wait_ms;
	const struct timespec until = { .tv_sec = until_ms / 1000,
		.tv_nsec = until_ms % 1000 * 1000000 };

	return LOCK_UNTIL(mutex, &until) == 0 ? 0 : -1;
}

static int64_t
clock_clamp(int64_t unix_ms)
{
	if (unix_ms < 0)
		return 0;
	return unix_ms < YEAR_9999_END_MS ? unix_ms : YEAR_9999_END_MS;
}

static struct tm
clock_split(int64_t unix_ms)
{
	struct tm tm;
	time_t seconds;

	seconds = (time_t)(clock_clamp(unix_ms) / 1000);
	(void)gmtime_r(&seconds, &tm);
	return tm;
}

void
clock_format(int64_t unix_ms, char text[CLOCK_TEXT_BYTES])
{
	struct tm tm = clock_split(unix_ms);
	int millis = (int)(clock_clamp(unix_ms) % 1000);
	char wide[80]; /* what the compiler thinks an int may need */

	(void)snprintf(wide, sizeof(wide),
	    "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
	    millis);
	(void)snprintf(
	    text, CLOCK_TEXT_BYTES, "%.*s", CLOCK_TEXT_BYTES - 1, wide);
}

int64_t
clock_day(int64_t unix_ms)
{
	return unix_ms / CLOCK_DAY_MS;
}

int64_t
clock_month(int64_t unix_ms)
{
	struct tm tm = clock_split(unix_ms);

	return ((int64_t)tm.tm_year + 1900) * 12 + tm.tm_mon;
}
