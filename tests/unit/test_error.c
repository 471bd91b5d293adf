/*
 * base/error.h: what a failing function hands up.
 */
#include "unit.h"

static void
an_error_carries_its_code_field_and_words(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(
	    error_set(&err, ERROR_INPUT, "title", "%s is %d", "title", 7), -1);
	assert_int_equal(err.code, ERROR_INPUT);
	assert_string_equal(err.field, "title");
	assert_string_equal(err.detail, "title is 7");
	assert_int_equal(err.retry_after_s, 0);
}

static void
an_error_without_a_field_has_an_empty_one(void **state)
{
	struct error err;

	(void)state;
	memset(&err, 'x', sizeof(err));
	error_set(&err, ERROR_STORE, NULL, "no");
	assert_string_equal(err.field, "");
}

static void
an_error_that_may_pass_says_when_to_try_again(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(error_set_retry(&err, ERROR_RATE, 9, "slower"), -1);
	assert_int_equal(err.code, ERROR_RATE);
	assert_int_equal(err.retry_after_s, 9);
	assert_string_equal(err.field, "");
	assert_string_equal(err.detail, "slower");
}

/* True if no character is cut and no continuation stands alone. */
static bool
whole_characters(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	int more = 0;

	for (; *at != '\0'; at++) {
		if ((*at & 0xc0) == 0x80) {
			if (more-- == 0)
				return false;
			continue;
		}
		if (more != 0)
			return false;
		if (*at >= 0xf0)
			more = 3;
		else if (*at >= 0xe0)
			more = 2;
		else if (*at >= 0xc0)
			more = 1;
	}
	return more == 0;
}

/* `lead` times 'a', then many of one character. */
static void
fill(char *text, size_t size, size_t lead, const char *character)
{
	const size_t step = strlen(character);
	size_t used = lead;

	memset(text, 'a', lead);
	while (used + step < size) {
		memcpy(text + used, character, step);
		used += step;
	}
	text[used] = '\0';
}

static void
a_long_text_is_cut_between_characters(void **state)
{
	static const char *const CHARACTERS[] = { "a", "\xc3\xa9",
		"\xe2\x82\xac", "\xf0\x9f\x98\x80" };
	char text[600];
	struct error err;
	size_t i, lead;

	(void)state;
	for (i = 0; i < UNIT_COUNT(CHARACTERS); i++) {
		for (lead = 0; lead < 8; lead++) {
			fill(text, sizeof(text), lead, CHARACTERS[i]);
			error_set(&err, ERROR_INPUT, text, "%s", text);
			assert_true(whole_characters(err.field));
			assert_true(whole_characters(err.detail));
			assert_true(strlen(err.field) + 9 > sizeof(err.field));
			assert_true(
			    strlen(err.detail) + 9 > sizeof(err.detail));
			assert_memory_equal(
			    err.detail, text, strlen(err.detail));
		}
	}
}

static void
a_text_that_just_fits_is_not_cut(void **state)
{
	const char *text = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\xc3\xa9";
	struct error err;

	(void)state;
	assert_int_equal(strlen(text) + 1, sizeof(err.field));
	error_set(&err, ERROR_INPUT, text, "no");
	assert_string_equal(err.field, text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_carries_its_code_field_and_words),
		cmocka_unit_test(an_error_without_a_field_has_an_empty_one),
		cmocka_unit_test(an_error_that_may_pass_says_when_to_try_again),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
		cmocka_unit_test(a_text_that_just_fits_is_not_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
