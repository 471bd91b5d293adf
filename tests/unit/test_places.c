/*
 * http/places.h: so many in all, so many of one client, counted right however
 * they come and go.
 */
#include "http/places.h"
#include "unit.h"

#define MAX 64
#define SHARE 8

static void
the_last_is_refused_until_a_place_is_given_back(void **state)
{
	struct error err;
	uint64_t i;

	(void)state;
	for (i = 0; i < MAX; i++)
		unit_ok(places_take(i, &err), &err);
	unit_fails(places_take(MAX, &err), &err, ERROR_BUSY);
	assert_true(err.retry_after_s > 0);
	places_give(3);
	unit_ok(places_take(MAX, &err), &err);
	places_give(MAX);
	for (i = 0; i < MAX; i++)
		if (i != 3)
			places_give(i);
}

static void
one_client_has_its_share_and_no_other_notices(void **state)
{
	struct error err;
	int i;

	(void)state;
	for (i = 0; i < SHARE; i++)
		unit_ok(places_take(7, &err), &err);
	unit_fails(places_take(7, &err), &err, ERROR_CROWD);
	assert_true(err.retry_after_s > 0);
	unit_ok(places_take(8, &err), &err);
	places_give(7);
	unit_ok(places_take(7, &err), &err);
	unit_fails(places_take(7, &err), &err, ERROR_CROWD);
	places_give(8);
	for (i = 0; i < SHARE; i++)
		places_give(7);
}

/* Numbers that want the same slot, taken and given in every order. */
static void
clients_that_share_a_slot_are_told_apart(void **state)
{
	uint64_t held[MAX];
	uint32_t random = 1;
	int counts[6] = { 0 }, total = 0, round, which;
	struct error err;

	(void)state;
	for (round = 0; round < 20000; round++) {
		random = random * 1664525u + 1013904223u;
		which = (int)(random >> 20) % 6;
		if ((random >> 16 & 1) != 0 && total < MAX) {
			if (counts[which] == SHARE) {
				unit_fails(
				    places_take((uint64_t)which * 128, &err),
				    &err, ERROR_CROWD);
				continue;
			}
			unit_ok(places_take((uint64_t)which * 128, &err), &err);
			counts[which]++;
			held[total++] = (uint64_t)which * 128;
		} else if (total > 0) {
			places_give(held[--total]);
			counts[held[total] / 128]--;
		}
	}
	while (total > 0)
		places_give(held[--total]);
}

static int
begin(void **state)
{
	struct error err;

	(void)state;
	return places_open(MAX, SHARE, &err);
}

static int
end(void **state)
{
	(void)state;
	places_close();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_last_is_refused_until_a_place_is_given_back),
		cmocka_unit_test(one_client_has_its_share_and_no_other_notices),
		cmocka_unit_test(clients_that_share_a_slot_are_told_apart),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
