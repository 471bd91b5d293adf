/*
 * store/store.h: transactions and locks.
 */
#include <pthread.h>

#include "store/rate.h"
#include "unit.h"

#define WRITERS 4
#define WRITES_EACH 50

static void
put(struct store *store, const char *bucket, int64_t number)
{
	struct error err;

	unit_ok(store_rate_put(store, bucket, number, &err), &err);
}

static int64_t
get(struct store *store, const char *bucket)
{
	struct error err;
	int64_t number;

	unit_ok(store_rate_get(store, bucket, &number, &err), &err);
	return number;
}

static void
a_commit_is_seen_by_others(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct error err;

	unit_ok(store_begin(store, STORE_PASSING, &err), &err);
	put(store, "b", 7);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM rate"), 0);
	unit_ok(store_commit(store, STORE_PASSING, &err), &err);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT empty_ms FROM rate"), 7);
}

static void
a_rollback_leaves_nothing(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct error err;

	unit_ok(store_begin(store, STORE_PASSING, &err), &err);
	put(store, "b", 7);
	assert_int_equal(get(store, "b"), 7);
	store_rollback(store, STORE_PASSING);
	assert_int_equal(get(store, "b"), 0);
	unit_ok(store_begin(store, STORE_PASSING, &err), &err);
	put(store, "b", 8);
	unit_ok(store_commit(store, STORE_PASSING, &err), &err);
	assert_int_equal(get(store, "b"), 8);
}

static void
the_two_parts_have_transactions_of_their_own(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct error err;

	unit_ok(store_begin(store, STORE_LASTING, &err), &err);
	unit_ok(store_begin(store, STORE_PASSING, &err), &err);
	put(store, "b", 7);
	unit_ok(store_commit(store, STORE_PASSING, &err), &err);
	store_rollback(store, STORE_LASTING);
	assert_int_equal(get(store, "b"), 7);
}

static void
a_lock_that_is_held_elsewhere_makes_it_busy(void **state)
{
	struct unit *unit = *state;
	struct store *store;
	char lasting[UNIT_PATH_BYTES], passing[UNIT_PATH_BYTES];
	struct error err;
	sqlite3 *other;

	unit_path(unit, "livebin.db", lasting);
	unit_path(unit, "passing.db", passing);
	unit_ok(store_open(&store, lasting, passing, 20, &err), &err);
	other = unit_connect(unit, STORE_PASSING);
	assert_int_equal(
	    sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
	    SQLITE_OK);
	unit_fails(store_begin(store, STORE_PASSING, &err), &err, ERROR_BUSY);
	assert_true(err.retry_after_s > 0);
	/* The threads' own lock was let go, and the other part is free. */
	unit_fails(store_check(store, STORE_PASSING, &err), &err, ERROR_BUSY);
	unit_ok(store_check(store, STORE_LASTING, &err), &err);
	assert_int_equal(
	    sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	unit_ok(store_begin(store, STORE_PASSING, &err), &err);
	store_rollback(store, STORE_PASSING);
	(void)sqlite3_close(other);
	store_close(store);
}

static void
a_lock_that_is_let_go_in_time_is_waited_for(void **state)
{
	struct unit *unit = *state;
	struct error err;
	sqlite3 *other;
	pid_t pid;
	int status, ends[2];

	assert_int_equal(pipe(ends), 0);
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		other = unit_connect(unit, STORE_PASSING);
		(void)sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL);
		if (write(ends[1], "x", 1) != 1)
			_exit(1);
		unit_nap_ms(50);
		_exit(0);
	}
	assert_int_equal(read(ends[0], &status, 1), 1);
	unit_ok(store_begin(unit->live.store, STORE_PASSING, &err), &err);
	store_rollback(unit->live.store, STORE_PASSING);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* Adds to one number, again and again, each time in its own transaction. */
static void *
add_often(void *argument)
{
	struct unit *unit = argument;
	struct live live;
	struct error err;
	int64_t number, done = 0;
	int i;

	if (live_open(&live, &unit->config, &err) != 0)
		return NULL;
	for (i = 0; i < WRITES_EACH; i++) {
		if (store_begin(live.store, STORE_PASSING, &err) != 0)
			continue;
		if (store_rate_get(live.store, "sum", &number, &err) == 0 &&
		    store_rate_put(live.store, "sum", number + 1, &err) == 0)
			done++;
		if (store_commit(live.store, STORE_PASSING, &err) != 0)
			done--;
	}
	live_close(&live);
	return (void *)(intptr_t)done;
}

static void
no_write_is_lost_among_threads_and_processes(void **state)
{
	struct unit *unit = *state;
	pthread_t threads[WRITERS];
	void *done;
	int i, status;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		_exit(add_often(unit) != (void *)(intptr_t)WRITES_EACH);
	for (i = 0; i < WRITERS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, add_often, unit), 0);
	for (i = 0; i < WRITERS; i++) {
		assert_int_equal(pthread_join(threads[i], &done), 0);
		assert_int_equal((intptr_t)done, WRITES_EACH);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(
	    get(unit->live.store, "sum"), (WRITERS + 1) * WRITES_EACH);
}

static void
closing_nothing_is_allowed(void **state)
{
	(void)state;
	store_close(NULL);
	assert_non_null(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(a_commit_is_seen_by_others),
		UNIT_LIVE(a_rollback_leaves_nothing),
		UNIT_LIVE(the_two_parts_have_transactions_of_their_own),
		UNIT_LIVE(a_lock_that_is_held_elsewhere_makes_it_busy),
		UNIT_LIVE(a_lock_that_is_let_go_in_time_is_waited_for),
		UNIT_LIVE(no_write_is_lost_among_threads_and_processes),
		UNIT_LIVE(closing_nothing_is_allowed),
	};

	return UNIT_RUN(tests);
}
