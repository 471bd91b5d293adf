/*
 * live/signaling.h: a viewer's offer, and the answer to it.
 */
#include "unit.h"

static int
offer(struct unit *unit, const struct stream *stream,
    const struct caller *caller, struct grant *grant, struct error *err)
{
	const struct signal signal = { .type = MAIL_OFFER, .data = "{}" };

	return signaling_offer(
	    &unit->live, UNIT_CALL(stream, caller), &signal, grant, err);
}

static void
answer(struct unit *unit, const struct stream *stream, const char *peer_id,
    const char *data)
{
	const struct signal signal = {
		.type = MAIL_ANSWER,
		.data = data,
		.to = peer_id,
	};
	struct error err;

	unit_ok(signaling_send(&unit->live, UNIT_CALL(stream, &UNIT_PUBLISHER),
		    &signal, &err),
	    &err);
}

static void
an_offer_makes_a_peer_and_tells_the_publisher(void **state)
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
	assert_true(id_valid(grant.peer.peer_id, ID_CHARS));
	assert_true(id_valid(grant.token, KEY_CHARS));
	assert_int_equal(
	    unit_read(unit, &stream, &UNIT_PUBLISHER, &cursor, types), 2);
	assert_int_equal(types[0], MAIL_VIEWER_JOINED);
	assert_int_equal(types[1], MAIL_OFFER);
	stream_free(&stream);
}

static void
an_offer_says_whose_it_is(void **state)
{
	struct unit *unit = *state;
	struct mail mails[SIGNALING_READ_MAX];
	struct stream stream;
	struct caller viewer;
	struct cursor cursor;
	struct grant grant;
	struct error err;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	unit_offer(unit, &stream, &grant, &viewer);
	assert_int_equal(
	    signaling_read(&unit->live, UNIT_CALL(&stream, &UNIT_PUBLISHER),
		&cursor, mails, &err),
	    2);
	assert_string_equal(mails[0].sender, grant.peer.peer_id);
	assert_string_equal(mails[1].sender, grant.peer.peer_id);
	assert_string_equal(mails[1].data, "{}");
	mail_free(&mails[0]);
	mail_free(&mails[1]);
	stream_free(&stream);
}

static void
a_peer_counts_as_a_viewer(void **state)
{
	const struct signal signal = {
		.type = MAIL_OFFER,
		.data = "{}",
		.viewer_id = "VVVVVVVVVVVVVVVVVVVVV",
	};
	struct unit *unit = *state;
	struct stream stream;
	struct caller viewer;
	struct cursor cursor;
	struct grant grant;
	struct error err;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	unit_offer(unit, &stream, &grant, &viewer);
	unit_ok(signaling_offer(&unit->live, UNIT_CALL(&stream, &UNIT_ANYONE),
		    &signal, &grant, &err),
	    &err);
	assert_string_equal(grant.peer.viewer_id, signal.viewer_id);
	assert_int_equal(unit_sql_int(unit, STORE_PASSING,
			     "SELECT viewers * 10 + views FROM audience"),
	    22);
	assert_int_equal(unit_sql_int(unit, STORE_PASSING,
			     "SELECT count(*) FROM viewer"
			     " WHERE viewer_id = 'VVVVVVVVVVVVVVVVVVVVV'"),
	    1);
	stream_free(&stream);
}

static void
a_stream_that_is_not_live_takes_no_offer(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct cursor cursor;
	struct grant grant;
	struct error err;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	unit_attend(unit, &stream, &cursor);
	unit_fails(offer(unit, &stream, &UNIT_ANYONE, &grant, &err), &err,
	    ERROR_NOT_LIVE);
	assert_true(err.retry_after_s > 0);
	stream_free(&stream);
}

static void
an_offer_needs_a_publisher_that_is_present(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct cursor cursor;
	struct grant grant;
	struct error err;

	unit_start(unit, &stream);
	unit_fails(offer(unit, &stream, &UNIT_ANYONE, &grant, &err), &err,
	    ERROR_NO_PUBLISHER);
	assert_true(err.retry_after_s > 0);
	unit_attend(unit, &stream, &cursor);
	unit_sql(unit, STORE_PASSING, "UPDATE publisher SET lease_ms = 1");
	unit_fails(offer(unit, &stream, &UNIT_ANYONE, &grant, &err), &err,
	    ERROR_NO_PUBLISHER);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM peer"), 0);
	stream_free(&stream);
}

static void
a_viewer_names_no_receiver(void **state)
{
	const struct signal signal = {
		.type = MAIL_OFFER,
		.data = "{}",
		.to = "AAAAAAAAAAAAAAAAAAAAA",
	};
	struct unit *unit = *state;
	struct stream stream;
	struct cursor cursor;
	struct grant grant;
	struct error err;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	unit_fails(signaling_offer(&unit->live,
		       UNIT_CALL(&stream, &UNIT_ANYONE), &signal, &grant, &err),
	    &err, ERROR_INPUT);
	assert_string_equal(err.field, "to");
	stream_free(&stream);
}

static void
there_is_room_for_so_many_peers(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct caller viewer;
	struct cursor cursor;
	struct grant grant;
	struct error err;

	unit->config.max_peers = 2;
	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	unit_offer(unit, &stream, &grant, &viewer);
	unit_offer(unit, &stream, &grant, &viewer);
	unit_fails(offer(unit, &stream, &UNIT_ANYONE, &grant, &err), &err,
	    ERROR_PEERS_MAX);
	assert_true(err.retry_after_s > 0);
	/* One that is there may offer again. */
	unit_ok(offer(unit, &stream, &viewer, &grant, &err), &err);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM peer"), 2);
	stream_free(&stream);
}

static void
a_refused_offer_leaves_nothing(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct cursor cursor;
	struct grant grant;
	struct error err;

	unit->config.mailbox_max = 1;
	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	/* The notice of the viewer fills the mailbox. */
	unit_fails(offer(unit, &stream, &UNIT_ANYONE, &grant, &err), &err,
	    ERROR_MAILBOX_FULL);
	assert_true(err.retry_after_s > 0);
	assert_int_equal(unit_sql_int(unit, STORE_PASSING,
			     "SELECT (SELECT count(*) FROM peer)"
			     " + (SELECT count(*) FROM mail)"
			     " + (SELECT count(*) FROM viewer)"),
	    0);
	stream_free(&stream);
}

static void
an_offer_with_a_token_is_of_the_same_peer(void **state)
{
	struct unit *unit = *state;
	enum mail_type types[SIGNALING_READ_MAX];
	struct grant grant, second;
	struct stream stream;
	struct caller viewer;
	struct cursor cursor;
	struct error err;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	unit_offer(unit, &stream, &grant, &viewer);
	unit_ok(offer(unit, &stream, &viewer, &second, &err), &err);
	assert_string_equal(second.peer.peer_id, grant.peer.peer_id);
	assert_string_equal(second.token, "");
	assert_int_equal(
	    unit_read(unit, &stream, &UNIT_PUBLISHER, &cursor, types), 3);
	assert_int_equal(types[2], MAIL_OFFER);
	stream_free(&stream);
}

static void
an_answer_is_taken_once(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct caller viewer;
	struct cursor cursor;
	struct grant grant;
	struct error err;
	struct mail mail;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	unit_offer(unit, &stream, &grant, &viewer);
	assert_int_equal(
	    signaling_take_answer(&unit->live, &grant, &mail, &err), 0);
	answer(unit, &stream, grant.peer.peer_id, "{\"a\":1}");
	assert_int_equal(
	    signaling_take_answer(&unit->live, &grant, &mail, &err), 1);
	assert_string_equal(mail.data, "{\"a\":1}");
	mail_free(&mail);
	assert_int_equal(
	    signaling_take_answer(&unit->live, &grant, &mail, &err), 0);
	stream_free(&stream);
}

static void
an_answer_to_an_earlier_offer_is_not_taken_for_a_later_one(void **state)
{
	struct unit *unit = *state;
	struct grant grant, second;
	struct stream stream;
	struct caller viewer;
	struct cursor cursor;
	struct error err;
	struct mail mail;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	unit_offer(unit, &stream, &grant, &viewer);
	answer(unit, &stream, grant.peer.peer_id, "1");
	unit_ok(offer(unit, &stream, &viewer, &second, &err), &err);
	assert_int_equal(
	    signaling_take_answer(&unit->live, &second, &mail, &err), 0);
	answer(unit, &stream, grant.peer.peer_id, "2");
	assert_int_equal(
	    signaling_take_answer(&unit->live, &second, &mail, &err), 1);
	assert_string_equal(mail.data, "2");
	mail_free(&mail);
	stream_free(&stream);
}

static void
who_left_waits_for_no_answer(void **state)
{
	const struct signal bye = { .type = MAIL_BYE, .data = "null" };
	struct unit *unit = *state;
	struct stream stream;
	struct caller viewer;
	struct cursor cursor;
	struct grant grant;
	struct error err;
	struct mail mail;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	unit_offer(unit, &stream, &grant, &viewer);
	unit_ok(signaling_send(
		    &unit->live, UNIT_CALL(&stream, &viewer), &bye, &err),
	    &err);
	unit_fails(signaling_take_answer(&unit->live, &grant, &mail, &err),
	    &err, ERROR_TOKEN_WRONG);
	stream_free(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(an_offer_makes_a_peer_and_tells_the_publisher),
		UNIT_LIVE(an_offer_says_whose_it_is),
		UNIT_LIVE(a_peer_counts_as_a_viewer),
		UNIT_LIVE(a_stream_that_is_not_live_takes_no_offer),
		UNIT_LIVE(an_offer_needs_a_publisher_that_is_present),
		UNIT_LIVE(a_viewer_names_no_receiver),
		UNIT_LIVE(there_is_room_for_so_many_peers),
		UNIT_LIVE(a_refused_offer_leaves_nothing),
		UNIT_LIVE(an_offer_with_a_token_is_of_the_same_peer),
		UNIT_LIVE(an_answer_is_taken_once),
		UNIT_LIVE(
		    an_answer_to_an_earlier_offer_is_not_taken_for_a_later_one),
		UNIT_LIVE(who_left_waits_for_no_answer),
	};

	return UNIT_RUN(tests);
}
