/*
 * http/lot.h: parked requests go on for each of four reasons. A connection is
 * one end of a socket pair; the other end is the client.
 */
#include <poll.h>
#include <sys/socket.h>

#include "http/exchange.h"
#include "http/lot.h"
#include "http/queue.h"
#include "unit.h"

#define SOON_MS 60000 /* no test takes that long unless a wake is lost */

struct parked {
	struct request request;
	int client;
};

static const struct topic *
topic(void)
{
	static struct topic wanted;

	wanted = topic_of("unit", "lot");
	return &wanted;
}

static void
wake(void)
{
	topic_intend(*topic());
	topic_wake(*topic());
	topic_ring();
}

static void
park(struct parked *parked, uint32_t version, int64_t wait_ms)
{
	int ends[2];

	memset(parked, 0, sizeof(*parked));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	parked->client = ends[0];
	parked->request.fcgx.ipcFd = ends[1];
	parked->request.topic = *topic();
	parked->request.version = version;
	parked->request.deadline_mono_ms = clock_mono_ms() + wait_ms;
	lot_add(&parked->request);
}

static void
leave(struct parked *parked)
{
	if (parked->client >= 0)
		(void)close(parked->client);
	(void)close(parked->request.fcgx.ipcFd);
}

/* Waits until something is ready; the request, or NULL after `wait_ms`. */
static struct request *
next(int wait_ms)
{
	struct pollfd one = { .fd = queue_descriptor(), .events = POLLIN };
	struct request *taken;

	for (;;) {
		if (poll(&one, 1, wait_ms) != 1)
			return NULL;
		if (queue_take(&taken) == QUEUE_REQUEST)
			return taken;
	}
}

static void
goes_on_for(struct parked *parked, enum wake wanted)
{
	assert_ptr_equal(next(SOON_MS), &parked->request);
	assert_int_equal(parked->request.wake, wanted);
	leave(parked);
}

static void
a_wake_lets_a_request_go_on(void **state)
{
	struct parked parked;

	(void)state;
	park(&parked, topic_version(*topic()), SOON_MS);
	wake();
	goes_on_for(&parked, WAKE_EVENT);
}

static void
a_wake_before_it_was_parked_is_not_lost(void **state)
{
	const uint32_t version = topic_version(*topic());
	struct parked parked;

	(void)state;
	wake();
	park(&parked, version, SOON_MS);
	goes_on_for(&parked, WAKE_EVENT);
}

static void
a_wake_that_nobody_rang_for_is_seen_by_the_slow_look(void **state)
{
	struct parked parked;

	(void)state;
	park(&parked, topic_version(*topic()), SOON_MS);
	topic_intend(*topic());
	topic_wake(*topic());
	goes_on_for(&parked, WAKE_EVENT);
}

static void
a_writer_that_died_half_way_lets_it_look_again(void **state)
{
	struct parked parked;

	(void)state;
	park(&parked, topic_version(*topic()), SOON_MS);
	topic_intend(*topic());
	goes_on_for(&parked, WAKE_EVENT);
	topic_wake(*topic());
}

static void
a_deadline_lets_a_request_go_on(void **state)
{
	struct parked parked;

	(void)state;
	park(&parked, topic_version(*topic()), 20);
	goes_on_for(&parked, WAKE_DEADLINE);
	park(&parked, topic_version(*topic()), -5);
	goes_on_for(&parked, WAKE_DEADLINE);
}

static void
a_client_that_is_gone_lets_a_request_go_on(void **state)
{
	struct parked parked;

	(void)state;
	park(&parked, topic_version(*topic()), SOON_MS);
	(void)close(parked.client);
	parked.client = -1;
	goes_on_for(&parked, WAKE_GONE);
}

static void
what_a_client_sends_does_not_matter(void **state)
{
	struct parked parked;

	(void)state;
	park(&parked, topic_version(*topic()), SOON_MS);
	assert_int_equal(write(parked.client, "x", 1), 1);
	assert_null(next(50));
	wake();
	goes_on_for(&parked, WAKE_EVENT);
}

static void
others_stay_parked(void **state)
{
	struct parked first, second, third;

	(void)state;
	park(&first, topic_version(*topic()), SOON_MS);
	park(&second, topic_version(*topic()), SOON_MS);
	park(&third, topic_version(*topic()), SOON_MS);
	(void)close(second.client);
	second.client = -1;
	goes_on_for(&second, WAKE_GONE);
	assert_null(next(50));
	wake();
	assert_non_null(next(SOON_MS));
	assert_non_null(next(SOON_MS));
	assert_int_equal(first.request.wake, WAKE_EVENT);
	assert_int_equal(third.request.wake, WAKE_EVENT);
	leave(&first);
	leave(&third);
}

/* The last test: a lot that was stopped stays so. */
static void
a_stop_lets_all_go_on_and_later_ones_at_once(void **state)
{
	struct parked first, second, late;

	(void)state;
	park(&first, topic_version(*topic()), SOON_MS);
	park(&second, topic_version(*topic()), SOON_MS);
	lot_stop();
	assert_non_null(next(0));
	assert_non_null(next(0));
	assert_int_equal(first.request.wake, WAKE_STOP);
	assert_int_equal(second.request.wake, WAKE_STOP);
	park(&late, topic_version(*topic()), SOON_MS);
	assert_ptr_equal(next(0), &late.request);
	assert_int_equal(late.request.wake, WAKE_STOP);
	leave(&first);
	leave(&second);
	leave(&late);
}

static int
begin(void **state)
{
	struct error err;

	if (unit_group_begin(state) != 0 || queue_open(&err) != 0)
		return -1;
	return lot_start(true, &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wake_lets_a_request_go_on),
		cmocka_unit_test(a_wake_before_it_was_parked_is_not_lost),
		cmocka_unit_test(
		    a_wake_that_nobody_rang_for_is_seen_by_the_slow_look),
		cmocka_unit_test(
		    a_writer_that_died_half_way_lets_it_look_again),
		cmocka_unit_test(a_deadline_lets_a_request_go_on),
		cmocka_unit_test(a_client_that_is_gone_lets_a_request_go_on),
		cmocka_unit_test(what_a_client_sends_does_not_matter),
		cmocka_unit_test(others_stay_parked),
		cmocka_unit_test(a_stop_lets_all_go_on_and_later_ones_at_once),
	};

	return cmocka_run_group_tests(tests, begin, unit_group_end);
}
