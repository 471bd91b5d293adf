/*
 * base/steady.h: one clock for all of a site's processes, whatever the
 * calendar does. That a calendar is set meanwhile is in tests/faults.
 */
#include "base/steady.h"
#include "unit.h"

#define HOUR_MS 3600000
#define SLACK_MS 30000 /* of a busy machine */

static struct {
	char folder[64], path[UNIT_PATH_BYTES];
} place;

static int
begin(void **state)
{
	(void)state;
	unit_folder_make(place.folder);
	(void)snprintf(
	    place.path, sizeof(place.path), "%s/clock", place.folder);
	log_open("unit", "/dev/null", LOG_LEVEL_DEBUG);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unit_folder_remove(place.folder);
	return 0;
}

/* What it is ahead of the calendar. */
static int64_t
lead_ms(void)
{
	struct error err;

	unit_ok(steady_open(place.path, &err), &err);
	return steady_now_ms() - clock_unix_ms();
}

static void
read_line(char line[128])
{
	FILE *file = fopen(place.path, "r");

	assert_non_null(file);
	assert_non_null(fgets(line, 128, file));
	(void)fclose(file);
}

static void
write_line(const char *line)
{
	FILE *file = fopen(place.path, "w");

	assert_non_null(file);
	assert_true(fputs(line, file) >= 0);
	(void)fclose(file);
}

/* The line with its number moved by an hour: the calendar was set back. */
static void
move_hour(char line[128])
{
	char *space = strchr(line, ' ');

	assert_non_null(space);
	(void)snprintf(space + 1, (size_t)(line + 128 - space - 1), "%lld\n",
	    strtoll(space + 1, NULL, 10) + HOUR_MS);
}

static void
it_begins_at_the_calendar(void **state)
{
	(void)state;
	assert_in_range(lead_ms() + SLACK_MS, 0, 2 * SLACK_MS);
}

static void
it_never_goes_back(void **state)
{
	int64_t last = 0, now;
	int i;

	(void)state;
	(void)lead_ms();
	for (i = 0; i < 10000; i++) {
		now = steady_now_ms();
		assert_true(now >= last);
		last = now;
	}
}

static void
a_calendar_that_was_set_moves_it_in_no_process_of_the_boot(void **state)
{
	char line[128], again[128];

	(void)state;
	(void)lead_ms();
	read_line(line);
	move_hour(line);
	write_line(line);
	assert_in_range(lead_ms() + SLACK_MS, HOUR_MS, HOUR_MS + 2 * SLACK_MS);
	read_line(again);
	assert_string_equal(again, line);
}

static void
after_another_boot_it_begins_anew(void **state)
{
	char line[128];

	(void)state;
	(void)lead_ms();
	read_line(line);
	move_hour(line);
	line[0] = line[0] == 'x' ? 'y' : 'x';
	write_line(line);
	assert_in_range(lead_ms() + SLACK_MS, 0, 2 * SLACK_MS);
}

static void
a_file_that_says_nothing_is_written_anew(void **state)
{
	static const char *const LINES[] = { "", "\n", "x", "no number\n" };
	char line[128], kept[128];
	size_t i;

	(void)state;
	(void)lead_ms();
	read_line(kept);
	for (i = 0; i < UNIT_COUNT(LINES); i++) {
		write_line(LINES[i]);
		assert_in_range(lead_ms() + SLACK_MS, 0, 2 * SLACK_MS);
		read_line(line);
		assert_memory_equal(
		    line, kept, (size_t)(strchr(kept, ' ') - kept + 1));
	}
	/* The boot's name, and its number cut off. */
	*strchr(kept, ' ') = '\0';
	write_line(kept);
	assert_in_range(lead_ms() + SLACK_MS, 0, 2 * SLACK_MS);
}

static void
a_folder_that_is_missing_is_an_error(void **state)
{
	struct error err;

	(void)state;
	unit_fails(steady_open("/nowhere/clock", &err), &err, ERROR_SYSTEM);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_begins_at_the_calendar),
		TEST(it_never_goes_back),
		TEST(
		    a_calendar_that_was_set_moves_it_in_no_process_of_the_boot),
		TEST(after_another_boot_it_begins_anew),
		TEST(a_file_that_says_nothing_is_written_anew),
		TEST(a_folder_that_is_missing_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
