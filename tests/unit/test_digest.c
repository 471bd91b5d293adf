/*
 * base/digest.h: FNV-1a, by the values its authors published; and that the one
 * for large files overlooks nothing.
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

/* Of every length around the blocks that it takes at once. */
static void
words_tell_apart_what_differs_in_one_bit(void **state)
{
	unsigned char bytes[100];
	uint64_t whole;
	size_t size, i;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 7);
	for (size = 1; size <= sizeof(bytes); size++) {
		whole = digest_words(DIGEST_START, bytes, size);
		assert_true(digest_words(DIGEST_START, bytes, size) == whole);
		assert_true(
		    digest_words(DIGEST_START, bytes, size - 1) != whole);
		for (i = 0; i < size * 8; i++) {
			bytes[i / 8] ^= (unsigned char)(1U << i % 8);
			assert_true(
			    digest_words(DIGEST_START, bytes, size) != whole);
			bytes[i / 8] ^= (unsigned char)(1U << i % 8);
		}
	}
}

static void
words_that_change_places_are_another_digest(void **state)
{
	unsigned char bytes[64], moved[64];
	uint64_t whole;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 7);
	whole = digest_words(DIGEST_START, bytes, sizeof(bytes));
	for (i = 0; i < sizeof(bytes); i += 8) {
		for (k = i + 8; k < sizeof(bytes); k += 8) {
			memcpy(moved, bytes, sizeof(bytes));
			memcpy(moved + i, bytes + k, 8);
			memcpy(moved + k, bytes + i, 8);
			assert_true(digest_words(DIGEST_START, moved,
					sizeof(moved)) != whole);
		}
	}
}

static void
words_go_on_where_the_last_piece_ended(void **state)
{
	const unsigned char one[32] = { 1 }, other[32] = { 2 };
	const uint64_t begun = digest_words(DIGEST_START, one, sizeof(one));

	(void)state;
	assert_true(digest_words(begun, other, sizeof(other)) !=
		    digest_words(DIGEST_START, other, sizeof(other)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_digest_is_that_of_the_published_vectors),
		cmocka_unit_test(a_digest_goes_on_where_the_last_one_ended),
		cmocka_unit_test(bytes_above_127_and_nul_count),
		cmocka_unit_test(words_tell_apart_what_differs_in_one_bit),
		cmocka_unit_test(words_that_change_places_are_another_digest),
		cmocka_unit_test(words_go_on_where_the_last_piece_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
