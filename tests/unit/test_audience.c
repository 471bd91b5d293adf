/*
 * live/audience.h: heartbeats and what they count. The sweep is in
 * test_sweep.c.
 */
#include "live/audience.h"
#include "unit.h"

#define VIEWER "VVVVVVVVVVVVVVVVVVVVV"
#define OTHER "OOOOOOOOOOOOOOOOOOOOO"

static struct audience
beat(struct unit *unit, const struct stream *stream, const char *viewer_id,
    bool leaving)
{
	struct audience audience;
	struct error err;

	unit_ok(audience_heartbeat(&unit->live, stream,
		    &(const struct heartbeat){ viewer_id, leaving, { 0 } },
		    &audience, &err),
	    &err);
	return audience;
}

static void
a_heartbeat_makes_a_viewer(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct audience now;

	unit_start(unit, &stream);
	assert_int_equal(beat(unit, &stream, VIEWER, false).viewers, 1);
	now = beat(unit, &stream, OTHER, false);
	assert_int_equal(now.viewers, 2);
	assert_int_equal(now.peak, 2);
	assert_int_equal(beat(unit, &stream, VIEWER, false).viewers, 2);
	stream_free(&stream);
}

static void
a_heartbeat_renews_the_lease(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	int64_t before;

	unit_start(unit, &stream);
	(void)beat(unit, &stream, VIEWER, false);
	unit_sql(unit, STORE_PASSING, "UPDATE viewer SET lease_ms = 1");
	before = steady_now_ms();
	(void)beat(unit, &stream, VIEWER, false);
	assert_true(unit_sql_int(unit, STORE_PASSING,
			"SELECT lease_ms FROM viewer") >= before + 45000);
	stream_free(&stream);
}

static void
a_view_is_counted_once_in_half_an_hour(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	int64_t until;

	unit_start(unit, &stream);
	assert_int_equal(beat(unit, &stream, VIEWER, false).views, 1);
	assert_int_equal(beat(unit, &stream, VIEWER, false).views, 1);
	(void)beat(unit, &stream, VIEWER, true);
	assert_int_equal(beat(unit, &stream, VIEWER, false).views, 1);
	assert_int_equal(beat(unit, &stream, OTHER, false).views, 2);
	until = unit_sql_int(
	    unit, STORE_PASSING, "SELECT min(until_ms) FROM viewed");
	assert_in_range(until - steady_now_ms(), 1500000, 1800000);
	unit_sql(unit, STORE_PASSING, "DELETE FROM viewed");
	assert_int_equal(beat(unit, &stream, VIEWER, false).views, 3);
	stream_free(&stream);
}

static void
each_stream_counts_its_own_views(void **state)
{
	struct unit *unit = *state;
	struct stream stream, second;

	unit_start(unit, &stream);
	unit_start(unit, &second);
	assert_int_equal(beat(unit, &stream, VIEWER, false).views, 1);
	assert_int_equal(beat(unit, &second, VIEWER, false).views, 1);
	stream_free(&stream);
	stream_free(&second);
}

static void
a_stream_that_is_not_live_has_viewers_but_no_views(void **state)
{
	struct unit *unit = *state;
	struct audience now;
	struct stream stream;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	now = beat(unit, &stream, VIEWER, false);
	assert_int_equal(now.viewers, 1);
	assert_int_equal(now.views, 0);
	stream_free(&stream);
}

static void
a_viewer_that_leaves_is_gone_at_once(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	unit_start(unit, &stream);
	(void)beat(unit, &stream, VIEWER, false);
	assert_int_equal(beat(unit, &stream, VIEWER, true).viewers, 0);
	assert_int_equal(beat(unit, &stream, VIEWER, true).viewers, 0);
	stream_free(&stream);
}

static void
who_was_never_there_may_leave(void **state)
{
	struct unit *unit = *state;
	struct audience now;
	struct stream stream;

	unit_start(unit, &stream);
	now = beat(unit, &stream, VIEWER, true);
	assert_int_equal(now.viewers, 0);
	assert_int_equal(now.views, 0);
	stream_free(&stream);
}

static void
a_page_and_its_peer_count_once(void **state)
{
	const struct signal signal = {
		.type = MAIL_OFFER,
		.data = "{}",
		.viewer_id = VIEWER,
	};
	struct unit *unit = *state;
	struct audience now;
	struct stream stream;
	struct cursor cursor;
	struct grant grant;
	struct error err;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	unit_ok(signaling_offer(&unit->live, UNIT_CALL(&stream, &UNIT_ANYONE),
		    &signal, &grant, &err),
	    &err);
	now = beat(unit, &stream, VIEWER, false);
	assert_int_equal(now.viewers, 1);
	assert_int_equal(now.views, 1);
	stream_free(&stream);
}

static void
the_numbers_can_be_read_by_themselves(void **state)
{
	struct unit *unit = *state;
	struct audience now;
	struct stream stream;
	struct error err;

	unit_start(unit, &stream);
	unit_ok(audience_get(&unit->live, stream.id, &now, &err), &err);
	assert_int_equal(now.viewers, 0);
	(void)beat(unit, &stream, VIEWER, false);
	unit_ok(audience_get(&unit->live, stream.id, &now, &err), &err);
	assert_int_equal(now.viewers, 1);
	stream_free(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(a_heartbeat_makes_a_viewer),
		UNIT_LIVE(a_heartbeat_renews_the_lease),
		UNIT_LIVE(a_view_is_counted_once_in_half_an_hour),
		UNIT_LIVE(each_stream_counts_its_own_views),
		UNIT_LIVE(a_stream_that_is_not_live_has_viewers_but_no_views),
		UNIT_LIVE(a_viewer_that_leaves_is_gone_at_once),
		UNIT_LIVE(who_was_never_there_may_leave),
		UNIT_LIVE(a_page_and_its_peer_count_once),
		UNIT_LIVE(the_numbers_can_be_read_by_themselves),
	};

	return UNIT_RUN(tests);
}
