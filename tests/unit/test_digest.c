/*
 * base/digest.h: FNV-1a, by the values its authors published.
 */
#include "base/digest.h"
#include "unit.h"

static uint64_t
digest(const char *text)
{
	return digest_add(DIGEST_START, text, strlen(text));
}

static void
the_digest_is_that_of_the_published_vectors(void **state)
{
	(void)state;
	assert_true(digest("") == UINT64_C(0xcbf29ce484222325));
	assert_true(digest("a") == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(digest("b") == UINT64_C(0xaf63df4c8601f1a5));
	assert_true(digest("foobar") == UINT64_C(0x85944171f73967e8));
}

static void
a_digest_goes_on_where_the_last_one_ended(void **state)
{
	uint64_t parts;

	(void)state;
	parts = digest_add(DIGEST_START, "foo", 3);
	parts = digest_add(parts, "", 0);
	parts = digest_add(parts, "bar", 3);
	assert_true(parts == digest("foobar"));
}

static void
bytes_above_127_and_nul_count(void **state)
{
	const unsigned char high[] = { 0xff }, nul[] = { 0 };

	(void)state;
	assert_true(digest_add(DIGEST_START, high, 1) !=
		    digest_add(DIGEST_START, nul, 1));
	assert_true(digest_add(DIGEST_START, nul, 1) != DIGEST_START);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_digest_is_that_of_the_published_vectors),
		cmocka_unit_test(a_digest_goes_on_where_the_last_one_ended),
		cmocka_unit_test(bytes_above_127_and_nul_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
