/*
 * live/signaling.h: cursors, which clients hand back as they got them, or
 * not.
 */
#include "unit.h"

static void
parses(const char *text, int64_t session, int64_t id)
{
	struct cursor cursor;
	struct error err;

	unit_ok(cursor_parse(text, &cursor, &err), &err);
	assert_true(cursor.given);
	assert_int_equal(cursor.session, session);
	assert_int_equal(cursor.id, id);
}

static void
a_viewers_cursor_is_a_number(void **state)
{
	(void)state;
	parses("0", 0, 0);
	parses("17", 0, 17);
	parses("007", 0, 7);
	parses("9007199254740991", 0, INT64_C(9007199254740991));
}

static void
a_publishers_cursor_is_two_numbers(void **state)
{
	(void)state;
	parses("5.17", 5, 17);
	parses("9007199254740991.9007199254740991", INT64_C(9007199254740991),
	    INT64_C(9007199254740991));
}

static void
anything_else_is_no_cursor(void **state)
{
	static const char *const WRONG[] = { "", ".", "1.", ".1", "1.2.3", "-1",
		"+1", " 1", "1 ", "1x", "x", "1.x", "1,2", "0x1", "1e3",
		"9007199254740992", "1.9007199254740992", "9999999999999999999",
		"1.9999999999999999999",
		"9999999999999999999999999999999999999999", "\xd9\xa1" };
	struct cursor cursor;
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		if (cursor_parse(WRONG[i], &cursor, &err) == 0)
			fail_msg("\"%s\" was taken", WRONG[i]);
		assert_int_equal(err.code, ERROR_INPUT);
		assert_string_equal(err.field, "after");
	}
}

static void
what_was_written_is_read_again(void **state)
{
	static const struct cursor CURSORS[] = {
		{ .given = true, .session = 0, .id = 0 },
		{ .given = true, .session = 0, .id = 123456789 },
		{ .given = true,
		    .session = 1767225600000,
		    .id = 1767225600000000 },
	};
	char text[CURSOR_BYTES];
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(CURSORS); i++) {
		cursor_format(&CURSORS[i], text);
		parses(text, CURSORS[i].session, CURSORS[i].id);
	}
}

/*
 * A cursor that nobody was given, but a key's holder may make up: it is
 * refused, or the page that comes next still gets one that can be read.
 */
static void
the_largest_session_leaves_room_for_the_next(void **state)
{
	static const char TEXT[] = "999999999999999999.0";
	struct unit *unit = *state;
	struct cursor cursor, next;
	struct stream stream;
	char text[CURSOR_BYTES];
	struct error err;

	unit_start(unit, &stream);
	if (cursor_parse(TEXT, &cursor, &err) != 0 ||
	    signaling_attend(&unit->live, UNIT_CALL(&stream, &UNIT_PUBLISHER),
		0, &cursor, &err) != 0)
		assert_int_not_equal(err.code, ERROR_STORE);
	unit_attend(unit, &stream, &next);
	cursor_format(&next, text);
	unit_ok(cursor_parse(text, &cursor, &err), &err);
	assert_int_equal(cursor.session, next.session);
	stream_free(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_viewers_cursor_is_a_number),
		cmocka_unit_test(a_publishers_cursor_is_two_numbers),
		cmocka_unit_test(anything_else_is_no_cursor),
		cmocka_unit_test(what_was_written_is_read_again),
		UNIT_LIVE(the_largest_session_leaves_room_for_the_next),
	};

	return UNIT_RUN(tests);
}
