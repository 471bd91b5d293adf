/*
 * live/audience.h: the sweep. Time is moved by moving the rows' times.
 */
#include <pthread.h>

#include "live/audience.h"
#include "unit.h"

#define SWEEPERS 4
#define VIEWER "VVVVVVVVVVVVVVVVVVVVV"

static void
expire(struct unit *unit, const char *table, const char *column)
{
	char sql[96];

	(void)snprintf(sql, sizeof(sql), "UPDATE %s SET %s = 1", table, column);
	unit_sql(unit, STORE_PASSING, sql);
}

/* Sweeps now, whenever the last sweep was. */
static void
sweep(struct unit *unit)
{
	expire(unit, "sweep", "due_ms");
	assert_true(audience_sweep(&unit->live));
}

static int64_t
count(struct unit *unit, const char *table)
{
	char sql[96];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	return unit_sql_int(unit, STORE_PASSING, sql);
}

static void
beat(struct unit *unit, const struct stream *stream)
{
	struct audience audience;
	struct error err;

	unit_ok(audience_heartbeat(&unit->live, stream,
		    &(const struct heartbeat){ VIEWER, false, { 0 } },
		    &audience, &err),
	    &err);
}

/*
 * What a sweep finds that comes within the second; a machine that slept in
 * between is asked again.
 */
static bool
sweeps_too_soon(struct unit *unit, struct live *live)
{
	char sql[96];
	int64_t begun;
	bool swept;

	do {
		begun = steady_now_ms();
		(void)snprintf(sql, sizeof(sql),
		    "UPDATE sweep SET due_ms = %lld", (long long)begun + 1000);
		unit_sql(unit, STORE_PASSING, sql);
		swept = audience_sweep(live);
	} while (steady_now_ms() - begun >= 1000);
	return swept;
}

static void
one_of_two_programs_sweeps_in_a_second(void **state)
{
	struct unit *unit = *state;
	struct live other;
	struct error err;

	unit_ok(live_open(&other, &unit->config, &err), &err);
	sweep(unit);
	assert_false(sweeps_too_soon(unit, &unit->live));
	assert_false(sweeps_too_soon(unit, &other));
	expire(unit, "sweep", "due_ms");
	assert_true(audience_sweep(&other));
	live_close(&other);
}

static void *
sweep_in_thread(void *argument)
{
	struct unit *unit = argument;
	struct live live;
	struct error err;
	bool swept;

	if (live_open(&live, &unit->config, &err) != 0)
		return (void *)(intptr_t)-1;
	swept = audience_sweep(&live);
	live_close(&live);
	return (void *)(intptr_t)swept;
}

static void
racing_sweepers_hand_views_on_once(void **state)
{
	struct unit *unit = *state;
	pthread_t threads[SWEEPERS];
	struct stream stream;
	intptr_t swept = 0;
	void *result;
	int i;

	unit_start(unit, &stream);
	beat(unit, &stream);
	expire(unit, "sweep", "due_ms");
	for (i = 0; i < SWEEPERS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, sweep_in_thread, unit),
		    0);
	for (i = 0; i < SWEEPERS; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_in_range((intptr_t)result, 0, 1);
		swept += (intptr_t)result;
	}
	assert_true(swept >= 1);
	unit_again(unit, &stream);
	assert_int_equal(stream.views_total, 1);
	assert_int_equal(stream.peak_viewers, 1);
	stream_free(&stream);
}

static void
a_clock_set_back_does_not_stop_the_sweeps(void **state)
{
	struct unit *unit = *state;

	unit_sql(
	    unit, STORE_PASSING, "UPDATE sweep SET due_ms = 9000000000000000");
	assert_true(audience_sweep(&unit->live));
}

static void
an_expired_viewer_is_gone(void **state)
{
	struct unit *unit = *state;
	struct audience now;
	struct stream stream;
	struct error err;

	unit_start(unit, &stream);
	beat(unit, &stream);
	sweep(unit);
	assert_int_equal(count(unit, "viewer"), 1);
	expire(unit, "viewer", "lease_ms");
	sweep(unit);
	assert_int_equal(count(unit, "viewer"), 0);
	unit_ok(audience_get(&unit->live, stream.id, &now, &err), &err);
	assert_int_equal(now.viewers, 0);
	stream_free(&stream);
}

static void
views_and_peak_reach_the_stream_once(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	int i;

	unit_start(unit, &stream);
	beat(unit, &stream);
	for (i = 0; i < 3; i++)
		sweep(unit);
	unit_again(unit, &stream);
	assert_int_equal(stream.views_total, 1);
	assert_int_equal(stream.views_today, 1);
	assert_int_equal(stream.views_month, 1);
	assert_int_equal(stream.peak_viewers, 1);
	beat(unit, &stream);
	sweep(unit);
	unit_again(unit, &stream);
	assert_int_equal(stream.views_total, 1);
	stream_free(&stream);
}

static void
a_change_of_numbers_wakes_who_waits_for_them(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct topic topic;
	uint32_t version;

	unit_start(unit, &stream);
	topic = live_stream_topic(stream.id);
	beat(unit, &stream);
	version = topic_version(topic);
	sweep(unit);
	assert_int_not_equal(topic_version(topic), version);
	version = topic_version(topic);
	sweep(unit);
	assert_int_equal(topic_version(topic), version);
	stream_free(&stream);
}

/* Sweeps while another connection holds the streams' lock. */
static void
sweep_in_vain(struct unit *unit)
{
	struct error err;
	sqlite3 *other;

	unit->config.busy_timeout_ms = 20;
	live_close(&unit->live);
	unit_ok(live_open(&unit->live, &unit->config, &err), &err);
	other = unit_connect(unit, STORE_LASTING);
	assert_int_equal(
	    sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
	    SQLITE_OK);
	sweep(unit);
	(void)sqlite3_close(other);
}

static void
views_that_could_not_be_handed_on_are_not_lost(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	unit_start(unit, &stream);
	beat(unit, &stream);
	sweep_in_vain(unit);
	sweep(unit);
	unit_again(unit, &stream);
	assert_int_equal(stream.views_total, 1);
	stream_free(&stream);
}

static void
nor_are_those_of_an_audience_that_left(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	unit_start(unit, &stream);
	beat(unit, &stream);
	expire(unit, "viewer", "lease_ms");
	sweep_in_vain(unit);
	sweep(unit);
	unit_again(unit, &stream);
	assert_int_equal(stream.views_total, 1);
	stream_free(&stream);
}

static void
nor_is_the_peak(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	unit_start(unit, &stream);
	beat(unit, &stream);
	expire(unit, "viewer", "lease_ms");
	sweep_in_vain(unit);
	sweep(unit);
	unit_again(unit, &stream);
	assert_int_equal(stream.peak_viewers, 1);
	stream_free(&stream);
}

static void
an_expired_peer_is_gone_and_the_publisher_hears_it(void **state)
{
	struct unit *unit = *state;
	enum mail_type types[SIGNALING_READ_MAX];
	struct stream stream;
	struct caller viewer;
	struct cursor cursor;
	struct grant grant;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	unit_offer(unit, &stream, &grant, &viewer);
	sweep(unit);
	assert_int_equal(count(unit, "peer"), 1);
	expire(unit, "peer", "lease_ms");
	sweep(unit);
	assert_int_equal(count(unit, "peer"), 0);
	assert_int_equal(count(unit, "viewer"), 0);
	assert_int_equal(
	    unit_read(unit, &stream, &UNIT_PUBLISHER, &cursor, types), 3);
	assert_int_equal(types[2], MAIL_VIEWER_LEFT);
	stream_free(&stream);
}

static void
an_expired_publisher_is_gone_and_viewers_hear_it(void **state)
{
	struct unit *unit = *state;
	struct cursor cursor, reader = { .given = true };
	enum mail_type types[SIGNALING_READ_MAX];
	struct stream stream;
	struct caller viewer;
	struct grant grant;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	unit_offer(unit, &stream, &grant, &viewer);
	expire(unit, "publisher", "lease_ms");
	sweep(unit);
	assert_int_equal(count(unit, "publisher"), 0);
	assert_int_equal(unit_read(unit, &stream, &viewer, &reader, types), 1);
	assert_int_equal(types[0], MAIL_PUBLISHER_LEFT);
	assert_true(unit_sql_int(unit, STORE_PASSING,
			"SELECT deadline_ms FROM broadcast") > steady_now_ms());
	stream_free(&stream);
}

static void
a_broadcast_past_its_deadline_stops(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	unit_start(unit, &stream);
	sweep(unit);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_LIVE);
	expire(unit, "broadcast", "deadline_ms");
	sweep(unit);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_READY);
	assert_int_equal(count(unit, "broadcast"), 0);
	stream_free(&stream);
}

static void
a_broadcast_without_a_deadline_goes_on(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct cursor cursor;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	sweep(unit);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_LIVE);
	stream_free(&stream);
}

static void
a_watch_over_what_is_not_live_is_taken_down(void **state)
{
	struct unit *unit = *state;

	unit_sql(unit, STORE_PASSING,
	    "INSERT INTO broadcast VALUES ('AAAAAAAAAAAAAAAAAAAAA', 1)");
	sweep(unit);
	assert_int_equal(count(unit, "broadcast"), 0);
}

static void
old_views_and_empty_buckets_are_forgotten(void **state)
{
	struct unit *unit = *state;

	unit_sql(unit, STORE_PASSING,
	    "INSERT INTO rate VALUES ('old', 1), ('new', 9000000000000000);"
	    "INSERT INTO viewed VALUES"
	    " ('s', 'v', 1), ('s', 'w', 9000000000000000)");
	sweep(unit);
	assert_int_equal(count(unit, "rate"), 1);
	assert_int_equal(count(unit, "viewed"), 1);
}

static void
post(struct unit *unit)
{
	unit_sql(unit, STORE_PASSING,
	    "INSERT INTO mail (stream_id, receiver, sender, type, data, at_ms)"
	    " VALUES ('s', '', '', 0, '', 1)");
}

static void
mail_that_was_there_at_the_last_mark_is_forgotten(void **state)
{
	struct unit *unit = *state;

	post(unit);
	sweep(unit);
	assert_int_equal(count(unit, "mail"), 1);
	post(unit);
	sweep(unit);
	assert_int_equal(count(unit, "mail"), 2);
	/* As if the mark were ten minutes old. */
	unit_sql(
	    unit, STORE_PASSING, "UPDATE sweep SET mail_ms = mail_ms - 600000");
	sweep(unit);
	assert_int_equal(count(unit, "mail"), 1);
	sweep(unit);
	assert_int_equal(count(unit, "mail"), 1);
}

static void
a_clock_set_back_does_not_keep_mail_for_ever(void **state)
{
	struct unit *unit = *state;

	unit_sql(
	    unit, STORE_PASSING, "UPDATE sweep SET mail_ms = 9000000000000000");
	post(unit);
	sweep(unit);
	assert_true(unit_sql_int(unit, STORE_PASSING,
			"SELECT mail_ms FROM sweep") <= steady_now_ms());
}

static void
what_a_batch_leaves_the_next_sweep_does(void **state)
{
	struct unit *unit = *state;
	int i;

	unit_sql(unit, STORE_PASSING,
	    "WITH RECURSIVE n(i) AS"
	    " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)"
	    " INSERT INTO publisher SELECT 's' || i, 1, 1 FROM n");
	for (i = 0; i < 3; i++)
		sweep(unit);
	assert_int_equal(count(unit, "publisher"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(one_of_two_programs_sweeps_in_a_second),
		UNIT_LIVE(racing_sweepers_hand_views_on_once),
		UNIT_LIVE(a_clock_set_back_does_not_stop_the_sweeps),
		UNIT_LIVE(an_expired_viewer_is_gone),
		UNIT_LIVE(views_and_peak_reach_the_stream_once),
		UNIT_LIVE(a_change_of_numbers_wakes_who_waits_for_them),
		UNIT_LIVE(views_that_could_not_be_handed_on_are_not_lost),
		UNIT_LIVE(nor_are_those_of_an_audience_that_left),
		UNIT_LIVE(nor_is_the_peak),
		UNIT_LIVE(an_expired_peer_is_gone_and_the_publisher_hears_it),
		UNIT_LIVE(an_expired_publisher_is_gone_and_viewers_hear_it),
		UNIT_LIVE(a_broadcast_past_its_deadline_stops),
		UNIT_LIVE(a_broadcast_without_a_deadline_goes_on),
		UNIT_LIVE(a_watch_over_what_is_not_live_is_taken_down),
		UNIT_LIVE(old_views_and_empty_buckets_are_forgotten),
		UNIT_LIVE(mail_that_was_there_at_the_last_mark_is_forgotten),
		UNIT_LIVE(a_clock_set_back_does_not_keep_mail_for_ever),
		UNIT_LIVE(what_a_batch_leaves_the_next_sweep_does),
	};

	return UNIT_RUN(tests);
}
