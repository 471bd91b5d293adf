/*
 * http/form.h: fields of a form. How values are decoded is also in
 * test_request.c, for a query is read by the same.
 */
#include "http/form.h"
#include "unit.h"

static char value[16];

static int
find(const char *form, const char *name)
{
	memset(value, '?', sizeof(value));
	return form_find(
	    (struct text){ form, strlen(form) }, name, value, sizeof(value));
}

static void
field_is(const char *form, const char *name, const char *wanted)
{
	assert_int_equal(find(form, name), 1);
	assert_string_equal(value, wanted);
}

static void
a_field_is_found_wherever_it_stands(void **state)
{
	(void)state;
	field_is("call=publish&name=a", "call", "publish");
	field_is("call=publish&name=a", "name", "a");
	field_is("&&name=a&&", "name", "a");
	field_is("rename=b&name=a", "name", "a");
	field_is("name=", "name", "");
	field_is("name=a=b", "name", "a=b");
}

static void
what_is_appended_has_no_say(void **state)
{
	(void)state;
	field_is("name=a&key=k&name=b", "name", "a");
	field_is("name=&name=b", "name", "");
	field_is("name=a&name=%zz", "name", "a");
	field_is("n%61me=b&name=a", "name", "a");
	assert_int_equal(find("n%61me=b", "name"), 0);
	assert_int_equal(find("NAME=b", "name"), 0);
}

static void
what_is_not_there_is_none(void **state)
{
	(void)state;
	assert_int_equal(find("", "name"), 0);
	assert_int_equal(find("name", "name"), 0);
	assert_int_equal(find("name&x=name=a", "name"), 0);
	assert_int_equal(
	    form_find((struct text){ NULL, 0 }, "name", value, sizeof(value)),
	    0);
}

static void
escapes_are_decoded(void **state)
{
	(void)state;
	field_is("name=a%20b+c%2b", "name", "a b c+");
	field_is("name=%26%3D", "name", "&=");
}

static void
what_cannot_be_read_is_an_error(void **state)
{
	static const char *const WRONG[] = { "name=%", "name=%4", "name=%zz",
		"name=a%00", "name=%4&x=1", "name=1234567890123456" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		assert_int_equal(find(WRONG[i], "name"), -1);
	field_is("name=123456789012345", "name", "123456789012345");
}

static void
bytes_behind_the_end_are_not_read(void **state)
{
	static const char FORM[] = "name=ab&key=secret";

	(void)state;
	assert_int_equal(
	    form_find((struct text){ FORM, 6 }, "name", value, sizeof(value)),
	    1);
	assert_string_equal(value, "a");
	assert_int_equal(
	    form_find((struct text){ FORM, 8 }, "key", value, sizeof(value)),
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_is_found_wherever_it_stands),
		cmocka_unit_test(what_is_appended_has_no_say),
		cmocka_unit_test(what_is_not_there_is_none),
		cmocka_unit_test(escapes_are_decoded),
		cmocka_unit_test(what_cannot_be_read_is_an_error),
		cmocka_unit_test(bytes_behind_the_end_are_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
