/*
 * http/body.h: JSON bodies, held to RFC 8259 and to the door's table.
 */
#include <json-c/json.h>

#include "http/body.h"
#include "unit.h"

struct values {
	const char *line, *text, *id, *json;
	int word;
	bool flag;
};

static const char *const WORDS[] = { "red", "green", "blue" };

static const struct field FIELDS[] = {
	{ .name = "line",
	    .type = FIELD_LINE,
	    .min = 1,
	    .max = 5,
	    .offset = offsetof(struct values, line) },
	{ .name = "text",
	    .type = FIELD_TEXT,
	    .nullable = true,
	    .max = 200,
	    .offset = offsetof(struct values, text) },
	{ .name = "id",
	    .type = FIELD_ID,
	    .offset = offsetof(struct values, id) },
	{ .name = "word",
	    .type = FIELD_WORD,
	    .words = WORDS,
	    .word_count = UNIT_COUNT(WORDS),
	    .offset = offsetof(struct values, word) },
	{ .name = "flag",
	    .type = FIELD_BOOL,
	    .offset = offsetof(struct values, flag) },
	{ .name = "json",
	    .type = FIELD_JSON,
	    .max = 64,
	    .offset = offsetof(struct values, json) },
};

static const struct field REQUIRED[] = {
	{ .name = "line",
	    .type = FIELD_LINE,
	    .required = true,
	    .max = 5,
	    .offset = offsetof(struct values, line) },
};

static struct json_object *tree;
static struct values values;
static struct error err;

static int
end(void **state)
{
	(void)state;
	(void)json_object_put(tree);
	tree = NULL;
	return 0;
}

static int
decode_bytes(const char *json, size_t size)
{
	(void)json_object_put(tree);
	memset(&values, 0, sizeof(values));
	values.word = 7;
	if (body_parse(json, size, &tree, &err) != 0) {
		assert_null(tree);
		return -1;
	}
	return body_fill(tree, FIELDS, UNIT_COUNT(FIELDS), &values, &err);
}

static void
decodes(const char *json)
{
	if (decode_bytes(json, strlen(json)) != 0)
		fail_msg("%s: %s", json, err.detail);
}

/* Refused as a whole: it is no JSON, or no object. */
static void
refused(const char *json)
{
	if (decode_bytes(json, strlen(json)) == 0)
		fail_msg("%s was taken", json);
	assert_int_equal(err.code, ERROR_INPUT);
	assert_string_equal(err.field, "");
}

/* Refused for one member. */
static void
refused_for(const char *json, const char *field)
{
	if (decode_bytes(json, strlen(json)) == 0)
		fail_msg("%s was taken", json);
	assert_int_equal(err.code, ERROR_INPUT);
	assert_string_equal(err.field, field);
}

static void
every_type_of_field_is_filled(void **state)
{
	(void)state;
	decodes("{\"line\":\"abc\",\"text\":\"a\\n\\tb\","
		"\"id\":\"AAAAAAAAAAAAAAAAAAAAA\",\"word\":\"green\","
		"\"flag\":true,\"json\":{\"a\":[1,\"x/y\"]}}");
	assert_string_equal(values.line, "abc");
	assert_string_equal(values.text, "a\n\tb");
	assert_string_equal(values.id, "AAAAAAAAAAAAAAAAAAAAA");
	assert_int_equal(values.word, 1);
	assert_true(values.flag);
	assert_string_equal(values.json, "{\"a\":[1,\"x/y\"]}");
}

static void
what_is_absent_stays_as_it_was(void **state)
{
	(void)state;
	decodes("{}");
	assert_null(values.line);
	assert_null(values.text);
	assert_null(values.json);
	assert_int_equal(values.word, 7);
	assert_false(values.flag);
}

static void
a_required_member_that_is_missing_is_named(void **state)
{
	(void)state;
	decodes("{}");
	assert_int_equal(body_fill(tree, REQUIRED, 1, &values, &err), -1);
	assert_int_equal(err.code, ERROR_INPUT);
	assert_string_equal(err.field, "line");
}

static void
an_unknown_member_is_named(void **state)
{
	(void)state;
	refused_for("{\"lines\":1}", "lines");
	refused_for("{\"Line\":\"a\"}", "Line");
	refused_for("{\"\\u00e9\":1}", "\xc3\xa9");
	/* The name is at fault, though it is empty. */
	refused_for("{\"\":1}", "");
}

static void
a_value_of_another_type_is_named(void **state)
{
	static const char *const VALUES[] = { "1", "1.5", "[]", "{}" };
	static const char *const NAMES[] = { "line", "text", "id", "word",
		"flag" };
	char json[64];
	size_t i, j;

	(void)state;
	for (i = 0; i < UNIT_COUNT(NAMES); i++) {
		for (j = 0; j < UNIT_COUNT(VALUES); j++) {
			(void)snprintf(json, sizeof(json), "{\"%s\":%s}",
			    NAMES[i], VALUES[j]);
			refused_for(json, NAMES[i]);
		}
	}
	refused_for("{\"line\":true}", "line");
	refused_for("{\"flag\":\"true\"}", "flag");
}

static void
null_is_taken_where_the_table_says_so(void **state)
{
	(void)state;
	decodes("{\"text\":null}");
	assert_ptr_equal(values.text, FIELD_NULL);
	decodes("{\"text\":\"\"}");
	assert_ptr_not_equal(values.text, FIELD_NULL);
	assert_string_equal(values.text, "");
	decodes("{\"json\":null}");
	assert_string_equal(values.json, "null");
	refused_for("{\"line\":null}", "line");
	refused_for("{\"id\":null}", "id");
	refused_for("{\"word\":null}", "word");
	refused_for("{\"flag\":null}", "flag");
}

static void
characters_are_counted_not_bytes(void **state)
{
	(void)state;
	decodes("{\"line\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
		"aa\"}");
	refused_for("{\"line\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
		    "aaa\"}",
	    "line");
	decodes("{\"line\":\"\\ud83d\\ude00\\ud83d\\ude00\\ud83d\\ude00"
		"\\ud83d\\ude00\\ud83d\\ude00\"}");
	assert_int_equal(strlen(values.line), 20);
	refused_for("{\"line\":\"\"}", "line");
}

static void
two_hundred_characters_of_four_bytes_fit(void **state)
{
	char json[1024] = "{\"text\":\"";
	size_t used = strlen(json);
	int i;

	(void)state;
	for (i = 0; i < 200; i++, used += 4)
		memcpy(json + used, "\xf0\x9f\x98\x80", 4);
	(void)snprintf(json + used, sizeof(json) - used, "\"}");
	decodes(json);
	assert_int_equal(strlen(values.text), 800);
	(void)snprintf(json + used, sizeof(json) - used, "x\"}");
	refused_for(json, "text");
	assert_non_null(strstr(err.detail, "201"));
}

static void
a_line_has_no_control_characters_and_a_text_few(void **state)
{
	char json[64];
	int c;

	(void)state;
	for (c = 0; c <= 0x20; c++) {
		(void)snprintf(json, sizeof(json), "{\"line\":\"a\\u%04x\"}",
		    (unsigned int)c);
		if (c == 0x20)
			decodes(json);
		else
			refused_for(json, "line");
		(void)snprintf(json, sizeof(json), "{\"text\":\"a\\u%04x\"}",
		    (unsigned int)c);
		if (c == 0x20 || c == '\t' || c == '\n' || c == '\r')
			decodes(json);
		else
			refused_for(json, "text");
	}
	refused_for("{\"line\":\"\x7f\"}", "line");
	refused_for("{\"text\":\"a\\u007f\"}", "text");
	refused_for("{\"text\":\"a\\u0000b\"}", "text");
	refused_for("{\"line\":\"a\\u0085\"}", "line");
	decodes("{\"line\":\"a\\u00a0\"}");
}

static void
a_line_is_more_than_spaces(void **state)
{
	(void)state;
	refused_for("{\"line\":\"   \"}", "line");
	decodes("{\"line\":\"  a \"}");
}

static void
an_id_is_exactly_an_id(void **state)
{
	(void)state;
	refused_for("{\"id\":\"\"}", "id");
	refused_for("{\"id\":\"AAAAAAAAAAAAAAAAAAAA\"}", "id");
	refused_for("{\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\"}", "id");
	refused_for("{\"id\":\"AAAAAAAAAAAAAAAAAAAA \"}", "id");
	refused_for("{\"id\":\"AAAAAAAAAAAAAAAAAAAAA\\u0000\"}", "id");
}

static void
a_word_is_one_of_the_words(void **state)
{
	(void)state;
	refused_for("{\"word\":\"Red\"}", "word");
	refused_for("{\"word\":\"\"}", "word");
	refused_for("{\"word\":\"redd\"}", "word");
	assert_non_null(strstr(err.detail, "red, green, blue"));
	assert_int_equal(values.word, 7);
}

static void
a_word_with_a_nul_behind_it_is_none(void **state)
{
	(void)state;
	refused_for("{\"word\":\"red\\u0000dish\"}", "word");
}

static void
a_name_with_a_nul_in_it_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(decode_bytes("{\"flag\\u0000x\":true}", 20), -1);
	assert_int_equal(err.code, ERROR_INPUT);
}

static void
data_may_be_any_value_up_to_its_size(void **state)
{
	char json[160];

	(void)state;
	decodes("{\"json\":\"\\u0000\"}");
	assert_string_equal(values.json, "\"\\u0000\"");
	decodes("{\"json\":-0.10}");
	assert_string_equal(values.json, "-0.10");
	decodes("{\"json\":false}");
	assert_string_equal(values.json, "false");
	decodes("{\"json\":9223372036854775807}");
	assert_string_equal(values.json, "9223372036854775807");
	(void)snprintf(json, sizeof(json), "{\"json\":\"%062d\"}", 0);
	decodes(json);
	(void)snprintf(json, sizeof(json), "{\"json\":\"%063d\"}", 0);
	assert_int_equal(decode_bytes(json, strlen(json)), -1);
	assert_int_equal(err.code, ERROR_TOO_LARGE);
	assert_string_equal(err.field, "json");
}

static void
data_is_handed_on_as_it_means(void **state)
{
	(void)state;
	decodes("{\"json\":100000000000000000000}");
	assert_string_equal(values.json, "100000000000000000000");
	decodes("{\"json\":-9223372036854775809}");
	assert_string_equal(values.json, "-9223372036854775809");
}

static void
what_is_no_object_is_refused(void **state)
{
	static const char *const BODIES[] = { "null", "true", "1", "\"x\"",
		"[]", "[{}]", "-1.5e3" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(BODIES); i++)
		refused(BODIES[i]);
}

static void
what_is_no_json_is_refused(void **state)
{
	static const char *const BODIES[] = { " ", "{", "}", "{]", "{\"a\"}",
		"{\"flag\":true", "{\"flag\":tru}", "{\"flag\":true,}",
		"{\"flag\":true}}", "{} {}", "{}x", "{,}", "{flag:true}", "nul",
		"[1,]", "{\"json\":[1,]}", "{\"json\":TRUE}",
		"{\"json\":\"\\x\"}", "{\"json\":\"\\u12\"}",
		"{\"json\":[1 2]}", "{\"flag\":true \"word\":\"red\"}",
		"{/* */\"flag\":true}", "{\"flag\":true} // x",
		"\xef\xbb\xbf{}", "{\f}", "{}\v" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(BODIES); i++)
		refused(BODIES[i]);
}

static void
single_quotes_make_no_string(void **state)
{
	(void)state;
	refused("{\"line\":'a'}");
	refused("{'flag':true}");
}

static void
what_is_no_number_of_json_is_refused(void **state)
{
	static const char *const NUMBERS[] = { "01", ".5", "+1", "1e", "1e+",
		"-", "0x1", "--1", "1-2", "1.2.3", "1e5.5", "1e5e5" };
	char json[64];
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(NUMBERS); i++) {
		(void)snprintf(json, sizeof(json), "{\"json\":%s}", NUMBERS[i]);
		refused(json);
	}
}

static void
a_number_that_begins_with_zeroes_is_refused(void **state)
{
	(void)state;
	refused("{\"json\":-01}");
	refused("{\"json\":00}");
}

/* They would be handed on as they are, and break the receiver's parser. */
static void
a_number_with_digits_on_one_side_of_its_point_is_refused(void **state)
{
	(void)state;
	refused("{\"json\":1.}");
	refused("{\"json\":[1.e5]}");
	refused("{\"json\":{\"a\":-0.}}");
	refused("{\"json\":-.5}");
}

/* RFC 8259, section 7: control characters in strings are escaped. */
static void
a_bare_control_character_in_a_string_is_refused(void **state)
{
	(void)state;
	refused("{\"text\":\"a\nb\"}");
	refused("{\"text\":\"a\tb\"}");
}

static void
white_space_around_a_body_is_taken(void **state)
{
	(void)state;
	decodes(" \t\r\n{ \"flag\" : true } \n");
	assert_true(values.flag);
}

static void
a_number_that_is_not_finite_is_refused(void **state)
{
	(void)state;
	refused("{\"json\":NaN}");
	refused("{\"json\":Infinity}");
	refused("{\"json\":-Infinity}");
	/* These are JSON, however large: they are handed on. */
	decodes("{\"json\":1e400}");
	assert_string_equal(values.json, "1e400");
}

static void
deep_nesting_is_refused_and_not_followed(void **state)
{
	static char json[200000];
	size_t i;

	(void)state;
	/* 30 arrays within the object: as deep as the limit. */
	(void)snprintf(json, sizeof(json), "{\"json\":%.30s%.30s}",
	    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	    "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
	decodes(json);
	(void)snprintf(json, sizeof(json), "{\"json\":");
	for (i = strlen(json); i < sizeof(json) - 1; i++)
		json[i] = '[';
	json[sizeof(json) - 1] = '\0';
	refused(json);
}

static void
bytes_that_are_not_utf_8_are_refused(void **state)
{
	static const char *const TEXTS[] = { "\xff", "\x80", "\xc3", "\xe2\x82",
		"\xf0\x9f\x98", "\xc3\xc3", "\xe2\x28\xa1" };
	char json[64];
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(TEXTS); i++) {
		(void)snprintf(
		    json, sizeof(json), "{\"text\":\"%s\"}", TEXTS[i]);
		refused(json);
	}
}

/* RFC 3629, section 3: overlong forms, surrogates, beyond U+10FFFF. */
static void
forms_that_utf_8_forbids_are_refused(void **state)
{
	static const char *const TEXTS[] = { "\xc0\x80", "\xc1\xbf",
		"\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xed\xa0\x80",
		"\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80" };
	char json[64];
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(TEXTS); i++) {
		(void)snprintf(
		    json, sizeof(json), "{\"text\":\"%s\"}", TEXTS[i]);
		refused(json);
	}
}

static void
half_a_surrogate_pair_does_not_make_bad_text(void **state)
{
	(void)state;
	if (decode_bytes("{\"text\":\"\\ud800x\"}", 18) == 0)
		assert_string_equal(values.text, "\xef\xbf\xbdx");
	else
		assert_int_equal(err.code, ERROR_INPUT);
}

static void
a_nul_does_not_end_a_body(void **state)
{
	(void)state;
	assert_int_equal(decode_bytes("{\0}", 3), -1);
	assert_int_equal(decode_bytes("\0{}", 3), -1);
	assert_int_equal(decode_bytes("{\"flag\":tr\0ue}", 14), -1);
}

static void
nothing_may_stand_behind_a_nul(void **state)
{
	(void)state;
	assert_int_equal(decode_bytes("{}\0{", 4), -1);
	assert_int_equal(err.code, ERROR_INPUT);
	assert_int_equal(decode_bytes("{\"flag\":true}\0", 14), -1);
}

static void
the_last_of_two_members_of_one_name_counts(void **state)
{
	(void)state;
	decodes("{\"word\":\"red\",\"word\":\"blue\"}");
	assert_int_equal(values.word, 2);
}

static void
the_last_member_counts_however_its_name_is_written(void **state)
{
	static const char TWICE[] = "{\"json\":1,\"js\\u006fn\":2}";

	(void)state;
	if (decode_bytes(TWICE, sizeof(TWICE) - 1) == 0)
		assert_string_equal(values.json, "2");
	else
		assert_int_equal(err.code, ERROR_INPUT);
}

#define TEST(function) cmocka_unit_test_teardown(function, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_type_of_field_is_filled),
		TEST(what_is_absent_stays_as_it_was),
		TEST(a_required_member_that_is_missing_is_named),
		TEST(an_unknown_member_is_named),
		TEST(a_value_of_another_type_is_named),
		TEST(null_is_taken_where_the_table_says_so),
		TEST(characters_are_counted_not_bytes),
		TEST(two_hundred_characters_of_four_bytes_fit),
		TEST(a_line_has_no_control_characters_and_a_text_few),
		TEST(a_line_is_more_than_spaces),
		TEST(an_id_is_exactly_an_id),
		TEST(a_word_is_one_of_the_words),
		TEST(a_word_with_a_nul_behind_it_is_none),
		TEST(a_name_with_a_nul_in_it_is_unknown),
		TEST(data_may_be_any_value_up_to_its_size),
		TEST(data_is_handed_on_as_it_means),
		TEST(what_is_no_object_is_refused),
		TEST(what_is_no_json_is_refused),
		TEST(single_quotes_make_no_string),
		TEST(what_is_no_number_of_json_is_refused),
		TEST(a_number_that_begins_with_zeroes_is_refused),
		TEST(a_number_with_digits_on_one_side_of_its_point_is_refused),
		TEST(a_bare_control_character_in_a_string_is_refused),
		TEST(white_space_around_a_body_is_taken),
		TEST(a_number_that_is_not_finite_is_refused),
		TEST(deep_nesting_is_refused_and_not_followed),
		TEST(bytes_that_are_not_utf_8_are_refused),
		TEST(forms_that_utf_8_forbids_are_refused),
		TEST(half_a_surrogate_pair_does_not_make_bad_text),
		TEST(a_nul_does_not_end_a_body),
		TEST(nothing_may_stand_behind_a_nul),
		TEST(the_last_of_two_members_of_one_name_counts),
		TEST(the_last_member_counts_however_its_name_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
