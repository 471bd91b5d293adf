/*
 * live/limit.h: so many in a window, over every program and restart. The
 * allowance of `create` is used, whose steps are minutes: no test takes that
 * long, however slow the machine.
 */
#include "live/limit.h"
#include "unit.h"

#define HOUR_MS INT64_C(3600000)

static int
take(struct unit *unit, const char *subject)
{
	struct error err;

	if (limit_take(&unit->live, LIMIT_CREATE, subject, &err) == 0)
		return 0;
	assert_int_equal(err.code, ERROR_RATE);
	assert_true(err.retry_after_s > 0);
	return err.retry_after_s;
}

/* Takes the whole burst of `create_per_hour` = count. */
static void
exhaust(struct unit *unit, const char *subject, int64_t count)
{
	int64_t i;

	unit->config.create_per_hour = count;
	for (i = 0; i < count; i++)
		assert_int_equal(take(unit, subject), 0);
	assert_int_not_equal(take(unit, subject), 0);
}

/* As if the time since the takes had been longer. */
static void
pass(struct unit *unit, int64_t ms)
{
	char sql[96];

	(void)snprintf(sql, sizeof(sql),
	    "UPDATE rate SET empty_ms = empty_ms - %lld", (long long)ms);
	unit_sql(unit, STORE_PASSING, sql);
}

static void
a_burst_of_the_whole_allowance_is_let_through(void **state)
{
	exhaust(*state, "192.0.2.1", 4);
}

static void
the_wait_is_the_time_until_the_next(void **state)
{
	struct unit *unit = *state;

	exhaust(unit, "192.0.2.1", 4);
	/* A quarter of an hour, less what the takes took. */
	assert_in_range(take(unit, "192.0.2.1"), 800, 900);
}

static void
a_refusal_costs_nothing(void **state)
{
	struct unit *unit = *state;
	int64_t before;
	int i;

	exhaust(unit, "192.0.2.1", 2);
	before = unit_sql_int(unit, STORE_PASSING, "SELECT empty_ms FROM rate");
	for (i = 0; i < 5; i++)
		assert_int_not_equal(take(unit, "192.0.2.1"), 0);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT empty_ms FROM rate"),
	    before);
}

static void
one_more_is_let_through_for_each_step_of_time(void **state)
{
	struct unit *unit = *state;

	exhaust(unit, "192.0.2.1", 4);
	pass(unit, HOUR_MS / 4);
	assert_int_equal(take(unit, "192.0.2.1"), 0);
	assert_int_not_equal(take(unit, "192.0.2.1"), 0);
	pass(unit, HOUR_MS / 2);
	assert_int_equal(take(unit, "192.0.2.1"), 0);
	assert_int_equal(take(unit, "192.0.2.1"), 0);
	assert_int_not_equal(take(unit, "192.0.2.1"), 0);
}

static void
time_does_not_gather_more_than_the_allowance(void **state)
{
	struct unit *unit = *state;

	exhaust(unit, "192.0.2.1", 3);
	pass(unit, 100 * HOUR_MS);
	exhaust(unit, "192.0.2.1", 3);
}

static void
a_clock_set_back_locks_out_for_a_window_at_most(void **state)
{
	struct unit *unit = *state;

	exhaust(unit, "192.0.2.1", 4);
	pass(unit, -1000 * HOUR_MS);
	assert_in_range(take(unit, "192.0.2.1"), 1, 3600);
}

static void
addresses_have_buckets_of_their_own(void **state)
{
	struct unit *unit = *state;

	exhaust(unit, "192.0.2.1", 2);
	exhaust(unit, "192.0.2.2", 2);
	exhaust(unit, "2001:db8::1", 2);
	exhaust(unit, "2001:db8:0:1::1", 2);
}

static void
an_ipv6_network_is_one_client(void **state)
{
	struct unit *unit = *state;

	exhaust(unit, "2001:db8:1:2::1", 2);
	assert_int_not_equal(take(unit, "2001:db8:1:2:ffff::9"), 0);
	assert_int_not_equal(take(unit, "2001:DB8:1:2::1"), 0);
	assert_int_not_equal(take(unit, "2001:db8:1:2:0:0:0:1"), 0);
	assert_int_equal(take(unit, "2001:db8:1:3::1"), 0);
}

/* As a socket that takes both families writes an IPv4 client. */
static void
an_ipv4_address_written_as_ipv6_counts_as_itself(void **state)
{
	struct unit *unit = *state;

	exhaust(unit, "::ffff:192.0.2.1", 2);
	assert_int_equal(take(unit, "::ffff:192.0.2.2"), 0);
}

static void
kinds_have_buckets_of_their_own(void **state)
{
	struct unit *unit = *state;
	struct error err;

	exhaust(unit, "192.0.2.1", 1);
	unit_ok(limit_take(&unit->live, LIMIT_OFFER, "192.0.2.1", &err), &err);
	unit_ok(limit_take(&unit->live, LIMIT_VIEW, "192.0.2.1", &err), &err);
	unit_ok(limit_take(&unit->live, LIMIT_SIGNAL, "192.0.2.1", &err), &err);
}

static void
no_limit_takes_nothing(void **state)
{
	struct unit *unit = *state;
	int i;

	unit->config.create_per_hour = 0;
	for (i = 0; i < 100; i++)
		assert_int_equal(take(unit, "192.0.2.1"), 0);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM rate"), 0);
}

static void
a_limit_holds_over_programs_and_restarts(void **state)
{
	struct unit *unit = *state;
	struct error err;

	exhaust(unit, "192.0.2.1", 2);
	live_close(&unit->live);
	unit_ok(live_open(&unit->live, &unit->config, &err), &err);
	assert_int_not_equal(take(unit, "192.0.2.1"), 0);
}

static void
any_text_is_a_subject(void **state)
{
	char text[600];
	struct unit *unit = *state;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	exhaust(unit, text, 2);
	exhaust(unit, "", 2);
	exhaust(unit, "'; DROP TABLE rate; --", 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(a_burst_of_the_whole_allowance_is_let_through),
		UNIT_LIVE(the_wait_is_the_time_until_the_next),
		UNIT_LIVE(a_refusal_costs_nothing),
		UNIT_LIVE(one_more_is_let_through_for_each_step_of_time),
		UNIT_LIVE(time_does_not_gather_more_than_the_allowance),
		UNIT_LIVE(a_clock_set_back_locks_out_for_a_window_at_most),
		UNIT_LIVE(addresses_have_buckets_of_their_own),
		UNIT_LIVE(an_ipv6_network_is_one_client),
		UNIT_LIVE(an_ipv4_address_written_as_ipv6_counts_as_itself),
		UNIT_LIVE(kinds_have_buckets_of_their_own),
		UNIT_LIVE(no_limit_takes_nothing),
		UNIT_LIVE(a_limit_holds_over_programs_and_restarts),
		UNIT_LIVE(any_text_is_a_subject),
	};

	return UNIT_RUN(tests);
}
