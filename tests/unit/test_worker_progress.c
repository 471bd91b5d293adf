/*
 * worker/progress.h: ffmpeg's progress, however its lines are cut.
 */
#include "unit.h"
#include "worker/progress.h"

static struct progress progress;

static int
begin(void **state)
{
	(void)state;
	memset(&progress, 0, sizeof(progress));
	return 0;
}

static void
feed(const char *text)
{
	progress_feed(&progress, text, strlen(text));
}

static void
the_time_is_read_among_other_keys(void **state)
{
	(void)state;
	feed("frame=1\nout_time_us=1500000\nout_time_ms=9\nprogress=end\n");
	assert_int_equal(progress.time_us, 1500000);
}

static void
lines_may_come_in_pieces(void **state)
{
	const char *text = "fps=0\nout_time_us=42\nspeed=1x\n";
	size_t i;

	(void)state;
	for (i = 0; text[i] != '\0'; i++)
		progress_feed(&progress, text + i, 1);
	assert_int_equal(progress.time_us, 42);
}

static void
what_is_no_number_is_left_out(void **state)
{
	(void)state;
	feed("out_time_us=N/A\nout_time_us=\nout_time_us=12x\n");
	feed("out_time_us=99999999999999999999999\nout_time_us=-7\n");
	assert_int_equal(progress.time_us, 0);
}

static void
an_overlong_line_is_left_out_and_the_next_is_read(void **state)
{
	char line[PROGRESS_LINE_BYTES * 3];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "out_time_us=1", 13);
	progress_feed(&progress, line, sizeof(line));
	feed("\nout_time_us=8\n");
	assert_int_equal(progress.time_us, 8);
}

static void
it_never_goes_back(void **state)
{
	(void)state;
	feed("out_time_us=800\nout_time_us=100\n");
	assert_int_equal(progress.time_us, 800);
}

static void
a_part_of_the_work_is_a_part_of_the_thousandths(void **state)
{
	(void)state;
	assert_int_equal(progress_thousandths(&progress, 1000, 500, 1000), 500);
	feed("out_time_us=500\n");
	assert_int_equal(progress_thousandths(&progress, 1000, 500, 1000), 750);
	assert_int_equal(progress_thousandths(&progress, 1000, 0, 1000), 500);
	assert_int_equal(progress_thousandths(&progress, 0, 500, 1000), 500);
	feed("out_time_us=5000\n");
	assert_int_equal(
	    progress_thousandths(&progress, 1000, 500, 1000), 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    the_time_is_read_among_other_keys, begin),
		cmocka_unit_test_setup(lines_may_come_in_pieces, begin),
		cmocka_unit_test_setup(what_is_no_number_is_left_out, begin),
		cmocka_unit_test_setup(
		    an_overlong_line_is_left_out_and_the_next_is_read, begin),
		cmocka_unit_test_setup(it_never_goes_back, begin),
		cmocka_unit_test_setup(
		    a_part_of_the_work_is_a_part_of_the_thousandths, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
