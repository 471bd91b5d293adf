/*
 * base/id.h: ids, keys and their hashes. The site's secret is in
 * test_secret.c.
 */
#include <pthread.h>

#include "unit.h"

static const char ALPHABET[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

static void
an_id_has_the_length_that_was_asked(void **state)
{
	char text[66];
	size_t chars;

	(void)state;
	for (chars = 0; chars <= 64; chars++) {
		memset(text, '!', sizeof(text));
		id_make(text, chars);
		assert_int_equal(strlen(text), chars);
		assert_int_equal(text[chars + 1], '!');
		assert_int_equal(strspn(text, ALPHABET), chars);
	}
}

static void
ids_use_the_whole_alphabet(void **state)
{
	bool seen[256] = { false };
	char text[65];
	size_t i, j;

	(void)state;
	/* 64,000 draws of 64: one missing has a chance of 64 * e^-1000. */
	for (i = 0; i < 1000; i++) {
		id_make(text, 64);
		for (j = 0; j < 64; j++)
			seen[(unsigned char)text[j]] = true;
	}
	for (i = 0; ALPHABET[i] != '\0'; i++)
		assert_true(seen[(unsigned char)ALPHABET[i]]);
}

static void
two_ids_are_never_the_same(void **state)
{
	static char ids[1000][ID_BYTES];
	size_t i, j;

	(void)state;
	for (i = 0; i < UNIT_COUNT(ids); i++) {
		id_make(ids[i], ID_CHARS);
		for (j = 0; j < i; j++)
			assert_string_not_equal(ids[i], ids[j]);
	}
}

#define MAKERS 4
#define MADE_EACH 2000

static char made[MAKERS * MADE_EACH][ID_BYTES];

static void *
make_unique(void *argument)
{
	char(*at)[ID_BYTES] = argument;
	int i;

	for (i = 0; i < MADE_EACH; i++)
		id_make_unique(at[i]);
	return NULL;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
ids_that_are_counted_are_unique_among_threads(void **state)
{
	pthread_t threads[MAKERS];
	size_t i;

	(void)state;
	for (i = 0; i < MAKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, make_unique,
				     made[i * MADE_EACH]),
		    0);
	for (i = 0; i < MAKERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	qsort(made, UNIT_COUNT(made), ID_BYTES, compare);
	for (i = 0; i < UNIT_COUNT(made); i++) {
		assert_true(id_valid(made[i], ID_CHARS));
		if (i > 0)
			assert_string_not_equal(made[i], made[i - 1]);
	}
}

static int
make_one_in_child(void *context)
{
	const int *to = context;
	char id[ID_BYTES];
	struct error err;

	if (id_init(&err) != 0)
		return 1;
	id_make_unique(id);
	return write(*to, id, ID_BYTES) == ID_BYTES ? 0 : 1;
}

static void
ids_that_are_counted_are_unique_among_processes(void **state)
{
	char a[ID_BYTES], b[ID_BYTES];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(unit_in_child(make_one_in_child, &ends[1]), 0);
	assert_int_equal(unit_in_child(make_one_in_child, &ends[1]), 0);
	assert_int_equal(read(ends[0], a, ID_BYTES), ID_BYTES);
	assert_int_equal(read(ends[0], b, ID_BYTES), ID_BYTES);
	assert_string_not_equal(a, b);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void
what_was_made_is_valid(void **state)
{
	char text[KEY_BYTES];

	(void)state;
	id_make(text, ID_CHARS);
	assert_true(id_valid(text, ID_CHARS));
	id_make(text, KEY_CHARS);
	assert_true(id_valid(text, KEY_CHARS));
	assert_false(id_valid(text, ID_CHARS));
}

static void
an_id_of_another_length_is_invalid(void **state)
{
	(void)state;
	assert_true(id_valid("", 0));
	assert_false(id_valid("", ID_CHARS));
	assert_false(id_valid("aaaaaaaaaaaaaaaaaaaa", ID_CHARS));
	assert_true(id_valid("aaaaaaaaaaaaaaaaaaaaa", ID_CHARS));
	assert_false(id_valid("aaaaaaaaaaaaaaaaaaaaaa", ID_CHARS));
}

static void
any_other_character_makes_an_id_invalid(void **state)
{
	char text[ID_BYTES] = "aaaaaaaaaaaaaaaaaaaaa";
	int c, at;

	(void)state;
	for (c = 1; c < 256; c++) {
		for (at = 0; at < ID_CHARS; at += 10) {
			text[at] = (char)c;
			assert_int_equal(id_valid(text, ID_CHARS),
			    strchr(ALPHABET, c) != NULL);
			text[at] = 'a';
		}
	}
}

static void
a_hash_depends_on_text_and_secret(void **state)
{
	struct secret one = { { 1 } }, other = { { 2 } };
	unsigned char a[HASH_BYTES], b[HASH_BYTES];

	(void)state;
	secret_hash(&one, "key", a);
	secret_hash(&one, "key", b);
	assert_true(secret_equal(a, b));
	secret_hash(&one, "kez", b);
	assert_false(secret_equal(a, b));
	secret_hash(&one, "", b);
	assert_false(secret_equal(a, b));
	secret_hash(&other, "key", b);
	assert_false(secret_equal(a, b));
}

static void
two_hashes_are_equal_in_every_byte_or_not(void **state)
{
	unsigned char a[HASH_BYTES] = { 0 }, b[HASH_BYTES] = { 0 };
	size_t i;

	(void)state;
	assert_true(secret_equal(a, b));
	for (i = 0; i < HASH_BYTES; i++) {
		b[i] = 0x80;
		assert_false(secret_equal(a, b));
		b[i] = 0;
	}
}

static void
a_wiped_secret_is_gone(void **state)
{
	char text[KEY_BYTES], zeroes[KEY_BYTES] = { 0 };

	(void)state;
	id_make(text, KEY_CHARS);
	secret_wipe(text, sizeof(text));
	assert_memory_equal(text, zeroes, sizeof(text));
}

static int
begin(void **state)
{
	struct error err;

	(void)state;
	return id_init(&err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_has_the_length_that_was_asked),
		cmocka_unit_test(ids_use_the_whole_alphabet),
		cmocka_unit_test(two_ids_are_never_the_same),
		cmocka_unit_test(ids_that_are_counted_are_unique_among_threads),
		cmocka_unit_test(
		    ids_that_are_counted_are_unique_among_processes),
		cmocka_unit_test(what_was_made_is_valid),
		cmocka_unit_test(an_id_of_another_length_is_invalid),
		cmocka_unit_test(any_other_character_makes_an_id_invalid),
		cmocka_unit_test(a_hash_depends_on_text_and_secret),
		cmocka_unit_test(two_hashes_are_equal_in_every_byte_or_not),
		cmocka_unit_test(a_wiped_secret_is_gone),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
