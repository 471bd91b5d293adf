/*
 * http/json_text.h: RFC 8259 to the letter, and a member's value as text.
 */
#include <json-c/json.h>

#include "http/body.h"
#include "http/json_text.h"
#include "unit.h"

static void
is_json(const char *text)
{
	const char *fault = json_text_fault(text, strlen(text));

	if (fault != NULL)
		fail_msg("%s: %s", text, fault);
}

static void
is_no_json(const char *text)
{
	if (json_text_fault(text, strlen(text)) == NULL)
		fail_msg("%s was taken", text);
}

static void
every_kind_of_value_is_json(void **state)
{
	static const char *const TEXTS[] = { "null", "true", "false", "0", "-0",
		"10", "1.5", "-1.5e+10", "1E-2", "0.0", "0e0", "1e400",
		"123456789012345678901234567890", "\"\"", "\"a\"",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0000\\uFfFf\"",
		"\"\\ud83d\\ude00\"", "\"\x7f\xc2\x80\xdf\xbf\"",
		"\"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"",
		"\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"", "[]", "{}", "[[],{}]",
		"{\"\":{\"a\":[1,2,{}]}}", " \t\r\n[ 1 , { \"a\" : 2 } ] \n" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(TEXTS); i++)
		is_json(TEXTS[i]);
}

static void
anything_else_is_none(void **state)
{
	static const char *const TEXTS[] = { "", " ", "nul", "nulll", "True",
		"NaN", "Infinity", "-", "-a", "01", "-01", "00", ".5", "1.",
		"1.e5", "-.5", "+1", "1e", "1e+", "1e1.5", "0x1", "1 2", "\"",
		"\"\\\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
		"\"\\U0041\"", "\"a\nb\"", "\"a\tb\"", "\"\x1f\"", "'a'", "[",
		"]", "[1", "[1,]", "[,1]", "[1 2]", "[1}", "{", "}", "{]",
		"{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}", "{a:1}",
		"{1:1}", "{\"a\":1 \"b\":2}", "{\"a\"::1}", "[]]", "{}{}",
		"[]x", "/**/[]", "[]//", "\xef\xbb\xbf[]", "\f[]", "[]\v",
		"\xc2\xa0[]" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(TEXTS); i++)
		is_no_json(TEXTS[i]);
}

static void
half_a_surrogate_pair_is_no_character(void **state)
{
	static const char *const TEXTS[] = { "\"\\ud800\"", "\"\\udc00\"",
		"\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"",
		"\"\\udc00\\ud800\"", "\"\\ud800\\ud800\"" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(TEXTS); i++)
		is_no_json(TEXTS[i]);
}

static void
what_is_no_utf_8_is_no_json(void **state)
{
	static const char *const TEXTS[] = { "\"\x80\"", "\"\xc0\x80\"",
		"\"\xc1\xbf\"", "\"\xc2\"", "\"\xc2\xc2\"", "\"\xe0\x9f\xbf\"",
		"\"\xe1\x80\"", "\"\xe1\x80\xc0\"", "\"\xed\xa0\x80\"",
		"\"\xf0\x8f\xbf\xbf\"", "\"\xf1\x80\x80\"",
		"\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xff\"" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(TEXTS); i++)
		is_no_json(TEXTS[i]);
}

/* Every text cut anywhere is no JSON, and nothing behind the cut is read. */
static void
a_text_that_was_cut_is_no_json(void **state)
{
	static const char TEXT[] =
	    "{\"a\":[\"\\ud83d\\ude00\xf0\x9f\x98\x80\",-1.5e-3,true]}";
	size_t size;
	char *copy;

	(void)state;
	assert_null(json_text_fault(TEXT, sizeof(TEXT) - 1));
	for (size = 0; size < sizeof(TEXT) - 1; size++) {
		copy = malloc(size > 0 ? size : 1);
		assert_non_null(copy);
		memcpy(copy, TEXT, size);
		assert_non_null(json_text_fault(copy, size));
		free(copy);
	}
}

static void
a_nul_is_part_of_no_json(void **state)
{
	(void)state;
	assert_non_null(json_text_fault("[]\0", 3));
	assert_non_null(json_text_fault("\0[]", 3));
	assert_non_null(json_text_fault("[\0]", 3));
	assert_non_null(json_text_fault("\"\0\"", 3));
	assert_non_null(json_text_fault("\"\\\0\"", 4));
	assert_non_null(json_text_fault("\"\\u\0000\"", 7));
	assert_non_null(json_text_fault("1\0", 2));
}

static void
nesting_has_a_limit(void **state)
{
	char text[2 * JSON_TEXT_DEPTH_MAX + 3];
	size_t i;

	(void)state;
	for (i = 0; i < JSON_TEXT_DEPTH_MAX; i++) {
		text[i] = '[';
		text[2 * JSON_TEXT_DEPTH_MAX - 1 - i] = ']';
	}
	assert_null(json_text_fault(text, 2 * JSON_TEXT_DEPTH_MAX));
	memmove(text + 1, text, 2 * JSON_TEXT_DEPTH_MAX);
	text[0] = '[';
	text[2 * JSON_TEXT_DEPTH_MAX + 1] = ']';
	assert_non_null(json_text_fault(text, 2 * JSON_TEXT_DEPTH_MAX + 2));
}

static void
member_is(const char *text, const char *name, const char *wanted)
{
	char *value = json_text_member(text, strlen(text), name);

	if (wanted == NULL) {
		assert_null(value);
		return;
	}
	assert_non_null(value);
	assert_string_equal(value, wanted);
	free(value);
}

static void
a_members_value_is_found_as_it_was_written(void **state)
{
	(void)state;
	member_is("{\"a\":1.50}", "a", "1.50");
	member_is("{\"b\":[1],\"a\":{\"b\":2},\"c\":3}", "a", "{\"b\":2}");
	member_is("{\"b\":{\"a\":1}}", "a", NULL);
	member_is("{\"b\":\"a\",\"c\":[\"a\",1]}", "a", NULL);
	member_is("{}", "a", NULL);
	member_is("[1]", "a", NULL);
	member_is("{\"\":7}", "", "7");
	member_is("{\"ab\":1,\"a\":2}", "a", "2");
	member_is("{\"a\":\"}\\\"{\"}", "a", "\"}\\\"{\"");
}

static void
the_last_member_of_a_name_is_found(void **state)
{
	(void)state;
	member_is("{\"a\":1,\"b\":2,\"a\":3}", "a", "3");
}

static void
white_space_stays_in_strings_alone(void **state)
{
	(void)state;
	member_is(" { \"a\" : [ 1 ,\t\"x y\\\" z\"\r\n] } ", "a",
	    "[1,\"x y\\\" z\"]");
}

/* Processor time of one parse, in us: other programs don't count. */
static double
parse_cost(int members)
{
	struct timespec begun, ended;
	struct json_object *tree;
	char *json, *at;
	struct error err;
	int i, rc;

	json = malloc((size_t)members * 16 + 32);
	assert_non_null(json);
	at = json;
	for (i = 0; i < members; i++)
		at += snprintf(at, 20, "%c\"a%07d\":1", i == 0 ? '{' : ',', i);
	at += snprintf(at, 2, "}");
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begun);
	/* Taken or refused for their number, as it likes. */
	rc = body_parse(json, (size_t)(at - json), &tree, &err);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
	assert_true(rc == 0 || err.code == ERROR_INPUT);
	(void)json_object_put(tree);
	free(json);
	return (double)(ended.tv_sec - begun.tv_sec) * 1e6 +
	       (double)(ended.tv_nsec - begun.tv_nsec) / 1e3;
}

static void
a_body_of_many_members_costs_what_it_is_long(void **state)
{
	double few, many, best = 1e9;
	int i;

	(void)state;
	for (i = 0; i < 3 && best > 9; i++) {
		few = parse_cost(1000);
		many = parse_cost(4000);
		if (many / few < best)
			best = many / few;
	}
	/* Four times the size; sixteen would be its square. */
	assert_true(best < 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_value_is_json),
		cmocka_unit_test(anything_else_is_none),
		cmocka_unit_test(half_a_surrogate_pair_is_no_character),
		cmocka_unit_test(what_is_no_utf_8_is_no_json),
		cmocka_unit_test(a_text_that_was_cut_is_no_json),
		cmocka_unit_test(a_nul_is_part_of_no_json),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(a_members_value_is_found_as_it_was_written),
		cmocka_unit_test(the_last_member_of_a_name_is_found),
		cmocka_unit_test(white_space_stays_in_strings_alone),
		cmocka_unit_test(a_body_of_many_members_costs_what_it_is_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
