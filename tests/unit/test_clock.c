/*
 * base/clock.h: times as they are shown and counted.
 */
#include "unit.h"

#define LAST_MS INT64_C(253402300799999) /* of the year 9999 */

static void
shows(int64_t unix_ms, const char *wanted)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format(unix_ms, text);
	assert_string_equal(text, wanted);
}

static void
a_time_is_written_in_utc_with_milliseconds(void **state)
{
	(void)state;
	shows(0, "1970-01-01T00:00:00.000Z");
	shows(1, "1970-01-01T00:00:00.001Z");
	shows(INT64_C(1767225599999), "2025-12-31T23:59:59.999Z");
	shows(INT64_C(1767225600000), "2026-01-01T00:00:00.000Z");
	shows(INT64_C(4102444800007), "2100-01-01T00:00:00.007Z");
}

static void
leap_days_are_written(void **state)
{
	(void)state;
	shows(INT64_C(1709164800000), "2024-02-29T00:00:00.000Z");
	shows(INT64_C(951782400000), "2000-02-29T00:00:00.000Z");
	shows(INT64_C(1772323200000), "2026-03-01T00:00:00.000Z");
}

static void
a_time_before_1970_becomes_the_first(void **state)
{
	(void)state;
	shows(-1, "1970-01-01T00:00:00.000Z");
	shows(INT64_MIN, "1970-01-01T00:00:00.000Z");
}

static void
a_time_after_9999_becomes_the_last(void **state)
{
	(void)state;
	shows(LAST_MS, "9999-12-31T23:59:59.999Z");
	shows(LAST_MS + 1, "9999-12-31T23:59:59.999Z");
	shows(INT64_MAX, "9999-12-31T23:59:59.999Z");
}

static void
a_day_begins_at_midnight_utc(void **state)
{
	(void)state;
	assert_int_equal(clock_day(0), 0);
	assert_int_equal(clock_day(86399999), 0);
	assert_int_equal(clock_day(86400000), 1);
	assert_int_equal(clock_day(INT64_C(1767225600000)), 20454);
}

static void
a_month_grows_by_one_at_its_end(void **state)
{
	/* The first moments of 2026's months and of the next January. */
	static const int64_t FIRSTS[] = { 1767225600000, 1769904000000,
		1772323200000, 1775001600000, 1777593600000, 1780272000000,
		1782864000000, 1785542400000, 1788220800000, 1790812800000,
		1793491200000, 1796083200000, 1798761600000 };
	size_t i;

	(void)state;
	assert_int_equal(clock_month(FIRSTS[0]), 2026 * 12);
	for (i = 1; i < UNIT_COUNT(FIRSTS); i++) {
		assert_int_equal(
		    clock_month(FIRSTS[i]), clock_month(FIRSTS[i] - 1) + 1);
		assert_int_equal(
		    clock_month(FIRSTS[i] - 1), clock_month(FIRSTS[i - 1]));
	}
}

static void
the_monotonic_clock_never_goes_back(void **state)
{
	int64_t last = clock_mono_ms(), now;
	int i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		now = clock_mono_ms();
		assert_true(now >= last);
		last = now;
	}
}

static void
the_calendar_clock_is_that_of_the_system(void **state)
{
	const int64_t before = (int64_t)time(NULL) * 1000;
	const int64_t now = clock_unix_ms();

	(void)state;
	/* time() may lag by a tick. */
	assert_true(now >= before - 1000);
	assert_true(now <= ((int64_t)time(NULL) + 2) * 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_written_in_utc_with_milliseconds),
		cmocka_unit_test(leap_days_are_written),
		cmocka_unit_test(a_time_before_1970_becomes_the_first),
		cmocka_unit_test(a_time_after_9999_becomes_the_last),
		cmocka_unit_test(a_day_begins_at_midnight_utc),
		cmocka_unit_test(a_month_grows_by_one_at_its_end),
		cmocka_unit_test(the_monotonic_clock_never_goes_back),
		cmocka_unit_test(the_calendar_clock_is_that_of_the_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
