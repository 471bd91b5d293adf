/*
 * base/buf.h: a buffer that grows up to its ceiling, and fails for good.
 */
#include "base/buf.h"
#include "unit.h"

static void
a_new_buffer_is_empty(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 10);
	assert_null(buf.data);
	assert_int_equal(buf.size, 0);
	assert_false(buf.failed);
	buf_free(&buf);
}

static void
what_is_added_stands_behind_what_was_there(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 100);
	buf_text(&buf, "one");
	buf_add(&buf, "\0two", 4);
	buf_format(&buf, "%d-%s", 3, "three");
	assert_int_equal(buf.size, 14);
	assert_memory_equal(buf.data, "one\0two3-three", 15);
	assert_false(buf.failed);
	buf_free(&buf);
}

static void
a_buffer_takes_exactly_its_ceiling(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 5);
	buf_text(&buf, "abc");
	buf_text(&buf, "de");
	assert_false(buf.failed);
	assert_string_equal(buf.data, "abcde");
	buf_add(&buf, "", 0);
	assert_false(buf.failed);
	buf_text(&buf, "f");
	assert_true(buf.failed);
	assert_string_equal(buf.data, "abcde");
	assert_int_equal(buf.size, 5);
	buf_free(&buf);
}

static void
an_append_that_does_not_fit_adds_nothing(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 5);
	buf_text(&buf, "abc");
	buf_format(&buf, "%s", "def");
	assert_true(buf.failed);
	assert_string_equal(buf.data, "abc");
	buf_free(&buf);
}

static void
a_failed_buffer_stays_failed(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 5);
	buf_text(&buf, "too long");
	assert_true(buf.failed);
	buf_text(&buf, "a");
	buf_format(&buf, "%d", 1);
	assert_null(buf_room(&buf, 1));
	assert_true(buf.failed);
	assert_int_equal(buf.size, 0);
	buf_free(&buf);
}

static void
a_freed_buffer_can_be_used_again(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 5);
	buf_text(&buf, "too long");
	buf_free(&buf);
	assert_false(buf.failed);
	buf_text(&buf, "short");
	assert_string_equal(buf.data, "short");
	buf_text(&buf, "x");
	assert_true(buf.failed);
	buf_free(&buf);
	buf_free(&buf);
	assert_null(buf.data);
}

static void
a_buffer_grows_and_keeps_what_it_holds(void **state)
{
	struct buf buf;
	size_t i;

	(void)state;
	buf_init(&buf, 1000000);
	for (i = 0; i < 100000; i++)
		buf_add(&buf, &"0123456789"[i % 10], 1);
	assert_false(buf.failed);
	assert_int_equal(buf.size, 100000);
	assert_int_equal(strlen(buf.data), 100000);
	for (i = 0; i < 100000; i++)
		if (buf.data[i] != (char)('0' + i % 10))
			fail_msg("byte %zu", i);
	assert_true(buf.capacity > buf.size);
	buf_free(&buf);
}

static void
room_is_for_the_caller_to_fill(void **state)
{
	struct buf buf;
	char *room;

	(void)state;
	buf_init(&buf, 1000);
	buf_text(&buf, "head ");
	room = buf_room(&buf, 900);
	assert_non_null(room);
	assert_ptr_equal(room, buf.data + 5);
	memset(room, 'x', 900);
	room[900] = '\0'; /* there is always a place for the NUL */
	assert_int_equal(buf.size, 5);
	buf.size += 900;
	assert_non_null(buf_room(&buf, 95));
	assert_null(buf_room(&buf, 96));
	buf_free(&buf);
}

static void
an_enormous_size_fails_and_nothing_more(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 100);
	buf_text(&buf, "a");
	assert_null(buf_room(&buf, SIZE_MAX));
	assert_true(buf.failed);
	assert_string_equal(buf.data, "a");
	buf_free(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_buffer_is_empty),
		cmocka_unit_test(what_is_added_stands_behind_what_was_there),
		cmocka_unit_test(a_buffer_takes_exactly_its_ceiling),
		cmocka_unit_test(an_append_that_does_not_fit_adds_nothing),
		cmocka_unit_test(a_failed_buffer_stays_failed),
		cmocka_unit_test(a_freed_buffer_can_be_used_again),
		cmocka_unit_test(a_buffer_grows_and_keeps_what_it_holds),
		cmocka_unit_test(room_is_for_the_caller_to_fill),
		cmocka_unit_test(an_enormous_size_fails_and_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
