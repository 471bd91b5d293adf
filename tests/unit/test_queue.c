/*
 * http/queue.h: what is ready to go on.
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "http/exchange.h"
#include "http/queue.h"
#include "unit.h"

#define TAKERS 4
#define MANY 2000

static int
begin(void **state)
{
	struct error err;

	(void)state;
	return queue_open(&err);
}

static bool
readable(void)
{
	struct pollfd one = { .fd = queue_descriptor(), .events = POLLIN };

	return poll(&one, 1, 0) == 1;
}

static void
is_empty(void)
{
	struct request *request = NULL;

	assert_false(readable());
	assert_int_equal(queue_take(&request), QUEUE_EMPTY);
	assert_null(request);
}

static void
a_new_queue_is_empty(void **state)
{
	(void)state;
	is_empty();
}

static void
requests_go_on_in_the_order_they_came(void **state)
{
	static struct request requests[3];
	struct request *taken;
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		queue_resume(&requests[i]);
	for (i = 0; i < 3; i++) {
		assert_true(readable());
		assert_int_equal(queue_take(&taken), QUEUE_REQUEST);
		assert_ptr_equal(taken, &requests[i]);
		assert_null(taken->next);
	}
	is_empty();
}

static void
a_request_can_come_again(void **state)
{
	static struct request request;
	struct request *taken;
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		queue_resume(&request);
		assert_int_equal(queue_take(&taken), QUEUE_REQUEST);
	}
	is_empty();
}

static void
a_tick_is_asked_for_once(void **state)
{
	struct request *taken;

	(void)state;
	queue_tick();
	queue_tick();
	assert_true(readable());
	assert_int_equal(queue_take(&taken), QUEUE_TICK);
	is_empty();
	queue_tick();
	assert_int_equal(queue_take(&taken), QUEUE_TICK);
	is_empty();
}

static void
requests_go_before_the_tick(void **state)
{
	static struct request request;
	struct request *taken;

	(void)state;
	queue_tick();
	queue_resume(&request);
	assert_int_equal(queue_take(&taken), QUEUE_REQUEST);
	assert_true(readable());
	assert_int_equal(queue_take(&taken), QUEUE_TICK);
	is_empty();
}

static atomic_int taken_count;

static void *
take_many(void *unused)
{
	struct request *taken;

	(void)unused;
	while (atomic_load(&taken_count) < MANY) {
		if (queue_take(&taken) != QUEUE_REQUEST)
			continue;
		/* Whose request this is now: nobody else writes to it. */
		taken->status++;
		(void)atomic_fetch_add(&taken_count, 1);
	}
	return NULL;
}

static void
each_request_goes_to_one_of_many_workers(void **state)
{
	struct request *requests;
	pthread_t threads[TAKERS];
	int i;

	(void)state;
	requests = calloc(MANY, sizeof(*requests));
	assert_non_null(requests);
	for (i = 0; i < TAKERS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, take_many, NULL), 0);
	for (i = 0; i < MANY; i++)
		queue_resume(&requests[i]);
	for (i = 0; i < TAKERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (i = 0; i < MANY; i++)
		assert_int_equal(requests[i].status, 1);
	free(requests);
	is_empty();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_queue_is_empty),
		cmocka_unit_test(requests_go_on_in_the_order_they_came),
		cmocka_unit_test(a_request_can_come_again),
		cmocka_unit_test(a_tick_is_asked_for_once),
		cmocka_unit_test(requests_go_before_the_tick),
		cmocka_unit_test(each_request_goes_to_one_of_many_workers),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
