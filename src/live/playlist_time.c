/*
 * EXT-X-PROGRAM-DATE-TIME: ISO 8601 as encoders write it, by the calendar
 * alone. Time zones are the offset that the text gives.
 */
#include "base/clock.h"
#include "live/playlist_value.h"

#define MINUTE_MS INT64_C(60000)

/* Takes `digits` digits off the text: a number of low to high. */
static bool
time_digits(struct text *text, size_t digits, int64_t high, int64_t *number)
{
	const struct text head = { text->at, digits };

	if (text->size < digits || !text_integer(head, high, number))
		return false;
	text->at += digits;
	text->size -= digits;
	return true;
}

static bool
time_mark(struct text *text, char mark)
{
	if (text->size == 0 || text->at[0] != mark)
		return false;
	text->at++;
	text->size--;
	return true;
}

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to the first of a month. */
static int64_t
time_days(int64_t year, int64_t month)
{
	static const int16_t BEFORE[] = { 0, 31, 59, 90, 120, 151, 181, 212,
		243, 273, 304, 334 };
	const int64_t past = year - 1;
	int64_t days = past * 365 + past / 4 - past / 100 + past / 400 - 719162;

	days += BEFORE[month - 1];
	return month > 2 && is_leap(year) ? days + 1 : days;
}

/* "2026-01-31" as its first millisecond. */
static bool
time_date(struct text *text, int64_t *ms)
{
	int64_t year, month, day, first, next;

	if (!time_digits(text, 4, 9999, &year) || !time_mark(text, '-') ||
	    !time_digits(text, 2, 12, &month) || !time_mark(text, '-') ||
	    !time_digits(text, 2, 31, &day))
		return false;
	if (year < 1970 || month < 1 || day < 1)
		return false;
	first = time_days(year, month);
	next = month < 12 ? time_days(year, month + 1) : time_days(year + 1, 1);
	*ms = (first + day - 1) * CLOCK_DAY_MS;
	return first + day <= next;
}

/* "12:00:00.5" added to *ms. A second of 60 is a leap second's. */
static bool
time_clock(struct text *text, int64_t *ms)
{
	int64_t hour, minute, second, digit;
	int64_t worth = 100;

	if (!time_digits(text, 2, 23, &hour) || !time_mark(text, ':') ||
	    !time_digits(text, 2, 59, &minute) || !time_mark(text, ':') ||
	    !time_digits(text, 2, 60, &second))
		return false;
	*ms += (hour * 60 + minute) * MINUTE_MS + second * 1000;
	if (!time_mark(text, '.') && !time_mark(text, ','))
		return true;
	if (!time_digits(text, 1, 9, &digit))
		return false;
	do {
		*ms += digit * worth;
		worth /= 10;
	} while (time_digits(text, 1, 9, &digit));
	return true;
}

/* The zone, which ends the text, taken off *ms. */
static bool
time_zone(struct text *text, int64_t *ms)
{
	int64_t hours, minutes = 0;
	bool east;

	if (text->size == 0)
		return true;
	if (time_mark(text, 'Z') || time_mark(text, 'z'))
		return text->size == 0;
	east = time_mark(text, '+');
	if (!east && !time_mark(text, '-'))
		return false;
	if (!time_digits(text, 2, 23, &hours))
		return false;
	if (text->size > 0) {
		(void)time_mark(text, ':');
		if (!time_digits(text, 2, 59, &minutes))
			return false;
	}
	minutes += hours * 60;
	*ms += east ? -minutes * MINUTE_MS : minutes * MINUTE_MS;
	return text->size == 0;
}

bool
text_time(struct text text, int64_t *unix_ms)
{
	int64_t ms;

	if (!time_date(&text, &ms))
		return false;
	if (!time_mark(&text, 'T') && !time_mark(&text, 't') &&
	    !time_mark(&text, ' '))
		return false;
	if (!time_clock(&text, &ms) || !time_zone(&text, &ms) || ms < 0)
		return false;
	*unix_ms = ms;
	return true;
}
