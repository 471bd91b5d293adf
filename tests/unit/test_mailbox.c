/*
 * live/signaling.h: sending, reading, and the presence that reading is.
 */
#include "unit.h"

/* A live stream with its publisher's page and one viewer. */
struct scene {
	struct unit *unit;
	struct stream stream;
	struct cursor page, reader;
	struct caller viewer;
	struct grant grant;
	enum mail_type types[SIGNALING_READ_MAX];
};

static void
scene_make(void **state, struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->unit = *state;
	unit_start(scene->unit, &scene->stream);
	unit_attend(scene->unit, &scene->stream, &scene->page);
	unit_offer(scene->unit, &scene->stream, &scene->grant, &scene->viewer);
	/* The notice of the viewer and the offer. */
	assert_int_equal(unit_read(scene->unit, &scene->stream, &UNIT_PUBLISHER,
			     &scene->page, scene->types),
	    2);
}

static int
send_from(struct scene *scene, const struct caller *caller, enum mail_type type,
    const char *to, struct error *err)
{
	const struct signal signal = { .type = type, .data = "1", .to = to };

	return signaling_send(&scene->unit->live,
	    UNIT_CALL(&scene->stream, caller), &signal, err);
}

static int
attend(struct scene *scene, const struct caller *caller, struct cursor *cursor,
    struct error *err)
{
	return signaling_attend(&scene->unit->live,
	    UNIT_CALL(&scene->stream, caller), 0, cursor, err);
}

static int
read_page(struct scene *scene)
{
	return unit_read(scene->unit, &scene->stream, &UNIT_PUBLISHER,
	    &scene->page, scene->types);
}

static int
read_viewer(struct scene *scene)
{
	return unit_read(scene->unit, &scene->stream, &scene->viewer,
	    &scene->reader, scene->types);
}

static int64_t
number(struct scene *scene, const char *sql)
{
	return unit_sql_int(scene->unit, STORE_PASSING, sql);
}

static void
what_a_viewer_sends_the_publisher_reads_in_order(void **state)
{
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	unit_ok(
	    send_from(&scene, &scene.viewer, MAIL_ICE_CANDIDATE, NULL, &err),
	    &err);
	unit_ok(
	    send_from(&scene, &scene.viewer, MAIL_ANSWER, NULL, &err), &err);
	assert_int_equal(read_page(&scene), 2);
	assert_int_equal(scene.types[0], MAIL_ICE_CANDIDATE);
	assert_int_equal(scene.types[1], MAIL_ANSWER);
	assert_int_equal(read_page(&scene), 0);
	stream_free(&scene.stream);
}

static void
what_the_publisher_sends_one_viewer_reads(void **state)
{
	struct scene scene;
	struct caller other;
	struct cursor cursor = { .given = true };
	struct grant grant;
	struct error err;

	scene_make(state, &scene);
	unit_offer(scene.unit, &scene.stream, &grant, &other);
	unit_ok(send_from(&scene, &UNIT_PUBLISHER, MAIL_OFFER,
		    scene.viewer.peer.peer_id, &err),
	    &err);
	assert_int_equal(read_viewer(&scene), 1);
	assert_int_equal(scene.types[0], MAIL_OFFER);
	assert_int_equal(
	    unit_read(scene.unit, &scene.stream, &other, &cursor, scene.types),
	    0);
	stream_free(&scene.stream);
}

static void
the_same_cursor_gives_the_same_messages(void **state)
{
	struct cursor before;
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	unit_ok(
	    send_from(&scene, &scene.viewer, MAIL_ANSWER, NULL, &err), &err);
	before = scene.page;
	assert_int_equal(read_page(&scene), 1);
	assert_true(scene.page.id > before.id);
	scene.page = before;
	assert_int_equal(read_page(&scene), 1);
	stream_free(&scene.stream);
}

/* As after a power cut, with a clock that stands before it. */
static void
a_cursor_of_a_lost_file_misses_no_message(void **state)
{
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	unit_sql(scene.unit, STORE_PASSING,
	    "DELETE FROM mail; UPDATE sqlite_sequence SET seq = seq - 1000000");
	unit_ok(
	    send_from(&scene, &scene.viewer, MAIL_ANSWER, NULL, &err), &err);
	unit_ok(attend(&scene, &UNIT_PUBLISHER, &scene.page, &err), &err);
	assert_int_equal(read_page(&scene), 1);
	assert_int_equal(scene.types[0], MAIL_ANSWER);
	unit_ok(attend(&scene, &UNIT_PUBLISHER, &scene.page, &err), &err);
	assert_int_equal(read_page(&scene), 0);
	stream_free(&scene.stream);
}

static void
attending_forgets_what_the_cursor_has_read(void **state)
{
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	assert_int_equal(number(&scene, "SELECT count(*) FROM mail"), 2);
	unit_ok(attend(&scene, &UNIT_PUBLISHER, &scene.page, &err), &err);
	assert_int_equal(number(&scene, "SELECT count(*) FROM mail"), 0);
	stream_free(&scene.stream);
}

static void
a_long_mailbox_is_read_in_turns(void **state)
{
	struct scene scene;
	struct error err;
	int i;

	scene_make(state, &scene);
	for (i = 0; i < SIGNALING_READ_MAX + 3; i++)
		unit_ok(send_from(&scene, &scene.viewer, MAIL_ICE_CANDIDATE,
			    NULL, &err),
		    &err);
	assert_int_equal(read_page(&scene), SIGNALING_READ_MAX);
	assert_int_equal(read_page(&scene), 3);
	stream_free(&scene.stream);
}

static void
a_full_mailbox_takes_no_more(void **state)
{
	struct scene scene;
	struct error err;
	int i;

	scene_make(state, &scene);
	scene.unit->config.mailbox_max = 8;
	unit_ok(attend(&scene, &UNIT_PUBLISHER, &scene.page, &err), &err);
	for (i = 0; i < 8; i++)
		unit_ok(send_from(&scene, &scene.viewer, MAIL_ICE_CANDIDATE,
			    NULL, &err),
		    &err);
	unit_fails(
	    send_from(&scene, &scene.viewer, MAIL_ICE_CANDIDATE, NULL, &err),
	    &err, ERROR_MAILBOX_FULL);
	assert_true(err.retry_after_s > 0);
	assert_int_equal(read_page(&scene), 8);
	unit_ok(attend(&scene, &UNIT_PUBLISHER, &scene.page, &err), &err);
	unit_ok(
	    send_from(&scene, &scene.viewer, MAIL_ICE_CANDIDATE, NULL, &err),
	    &err);
	stream_free(&scene.stream);
}

static void
leaving_does_not_fail_for_a_full_mailbox(void **state)
{
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	scene.unit->config.mailbox_max = 2;
	unit_ok(send_from(&scene, &scene.viewer, MAIL_BYE, NULL, &err), &err);
	assert_int_equal(read_page(&scene), 2);
	assert_int_equal(scene.types[0], MAIL_BYE);
	assert_int_equal(scene.types[1], MAIL_VIEWER_LEFT);
	stream_free(&scene.stream);
}

static void
a_viewer_that_says_bye_leaves_nothing(void **state)
{
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	unit_ok(send_from(&scene, &UNIT_PUBLISHER, MAIL_ANSWER,
		    scene.viewer.peer.peer_id, &err),
	    &err);
	unit_ok(send_from(&scene, &scene.viewer, MAIL_BYE, NULL, &err), &err);
	assert_int_equal(number(&scene, "SELECT count(*) FROM peer"), 0);
	assert_int_equal(number(&scene, "SELECT viewers FROM audience"), 0);
	assert_int_equal(
	    number(&scene, "SELECT count(*) FROM mail WHERE receiver <> ''"),
	    0);
	unit_fails(attend(&scene, &scene.viewer, &scene.reader, &err), &err,
	    ERROR_TOKEN_WRONG);
	stream_free(&scene.stream);
}

static void
who_shows_nothing_neither_sends_nor_reads(void **state)
{
	struct cursor cursor = { .given = false };
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	unit_fails(
	    send_from(&scene, &UNIT_ANYONE, MAIL_ICE_CANDIDATE, NULL, &err),
	    &err, ERROR_CREDENTIALS_MISSING);
	unit_fails(attend(&scene, &UNIT_ANYONE, &cursor, &err), &err,
	    ERROR_CREDENTIALS_MISSING);
	stream_free(&scene.stream);
}

static void
the_publisher_names_a_viewer_and_a_viewer_nobody(void **state)
{
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	unit_fails(send_from(&scene, &UNIT_PUBLISHER, MAIL_ANSWER, NULL, &err),
	    &err, ERROR_INPUT);
	assert_string_equal(err.field, "to");
	unit_fails(send_from(&scene, &scene.viewer, MAIL_ANSWER,
		       scene.viewer.peer.peer_id, &err),
	    &err, ERROR_INPUT);
	assert_string_equal(err.field, "to");
	unit_fails(send_from(&scene, &UNIT_PUBLISHER, MAIL_ANSWER,
		       "AAAAAAAAAAAAAAAAAAAAA", &err),
	    &err, ERROR_PEER_UNKNOWN);
	stream_free(&scene.stream);
}

static void
another_streams_viewer_is_unknown(void **state)
{
	struct scene scene, other;
	struct error err;

	scene_make(state, &scene);
	scene_make(state, &other);
	unit_fails(send_from(&scene, &UNIT_PUBLISHER, MAIL_ANSWER,
		       other.viewer.peer.peer_id, &err),
	    &err, ERROR_PEER_UNKNOWN);
	stream_free(&scene.stream);
	stream_free(&other.stream);
}

static void
a_new_page_takes_the_stream_over(void **state)
{
	struct mail mails[SIGNALING_READ_MAX];
	struct cursor second;
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	unit_attend(scene.unit, &scene.stream, &second);
	assert_true(second.session > scene.page.session);
	unit_fails(signaling_read(&scene.unit->live,
		       UNIT_CALL(&scene.stream, &UNIT_PUBLISHER), &scene.page,
		       mails, &err),
	    &err, ERROR_REPLACED);
	unit_fails(attend(&scene, &UNIT_PUBLISHER, &scene.page, &err), &err,
	    ERROR_REPLACED);
	assert_int_equal(read_viewer(&scene), 1);
	assert_int_equal(scene.types[0], MAIL_PUBLISHER_JOINED);
	stream_free(&scene.stream);
}

static void
a_new_page_does_not_get_the_old_ones_mail(void **state)
{
	struct scene scene;

	scene_make(state, &scene);
	unit_attend(scene.unit, &scene.stream, &scene.page);
	assert_int_equal(read_page(&scene), 0);
	stream_free(&scene.stream);
}

static void
sessions_grow_though_the_clock_was_set_back(void **state)
{
	struct cursor second;
	struct scene scene;

	scene_make(state, &scene);
	unit_sql(scene.unit, STORE_PASSING,
	    "UPDATE publisher SET session = session + 1000000");
	unit_attend(scene.unit, &scene.stream, &second);
	assert_int_equal(
	    second.session, number(&scene, "SELECT session FROM publisher"));
	assert_true(second.session > scene.page.session + 1000000);
	stream_free(&scene.stream);
}

static void
a_page_goes_on_though_its_presence_was_forgotten(void **state)
{
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	unit_sql(scene.unit, STORE_PASSING,
	    "DELETE FROM publisher; UPDATE broadcast SET deadline_ms = 5");
	unit_ok(attend(&scene, &UNIT_PUBLISHER, &scene.page, &err), &err);
	assert_int_equal(number(&scene, "SELECT session FROM publisher"),
	    scene.page.session);
	assert_int_equal(
	    number(&scene, "SELECT deadline_ms IS NULL FROM broadcast"), 1);
	assert_int_equal(read_viewer(&scene), 1);
	assert_int_equal(scene.types[0], MAIL_PUBLISHER_JOINED);
	stream_free(&scene.stream);
}

static void
a_page_that_reads_on_does_not_join_again(void **state)
{
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	unit_ok(attend(&scene, &UNIT_PUBLISHER, &scene.page, &err), &err);
	assert_int_equal(read_viewer(&scene), 0);
	stream_free(&scene.stream);
}

static void
a_publishers_lease_is_its_wait_and_the_grace(void **state)
{
	struct scene scene;
	struct error err;
	int64_t before, lease;

	scene_make(state, &scene);
	before = steady_now_ms();
	unit_ok(signaling_attend(&scene.unit->live,
		    UNIT_CALL(&scene.stream, &UNIT_PUBLISHER), 25, &scene.page,
		    &err),
	    &err);
	lease = number(&scene, "SELECT lease_ms FROM publisher");
	assert_true(lease >= before + 35000);
	assert_true(lease <= steady_now_ms() + 35000);
	stream_free(&scene.stream);
}

static void
a_publisher_that_leaves_is_missed(void **state)
{
	struct scene scene;
	struct error err;
	int64_t now;

	scene_make(state, &scene);
	now = steady_now_ms();
	unit_ok(send_from(&scene, &UNIT_PUBLISHER, MAIL_BYE, NULL, &err), &err);
	assert_int_equal(number(&scene, "SELECT count(*) FROM publisher"), 0);
	assert_true(
	    number(&scene, "SELECT deadline_ms FROM broadcast") >= now + 60000);
	assert_int_equal(read_viewer(&scene), 1);
	assert_int_equal(scene.types[0], MAIL_PUBLISHER_LEFT);
	/* Nobody is missed twice. */
	unit_ok(send_from(&scene, &UNIT_PUBLISHER, MAIL_BYE, NULL, &err), &err);
	assert_int_equal(read_viewer(&scene), 0);
	stream_free(&scene.stream);
}

static void
a_stream_that_stops_tells_everyone(void **state)
{
	struct mail mails[SIGNALING_READ_MAX];
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	unit_ok(lifecycle_stop(&scene.unit->live, &scene.stream, false, &err),
	    &err);
	assert_int_equal(read_page(&scene), 1);
	assert_int_equal(scene.types[0], MAIL_BYE);
	assert_int_equal(signaling_read(&scene.unit->live,
			     UNIT_CALL(&scene.stream, &scene.viewer),
			     &scene.reader, mails, &err),
	    1);
	assert_int_equal(mails[0].type, MAIL_BYE);
	assert_string_equal(mails[0].sender, MAIL_SERVER);
	assert_string_equal(mails[0].data, "{\"reason\":\"stopped\"}");
	mail_free(&mails[0]);
	stream_free(&scene.stream);
}

static void
a_notice_reaches_more_viewers_than_are_looked_up_at_once(void **state)
{
	struct scene scene;
	struct caller viewer;
	struct grant grant;
	struct error err;
	int i;

	scene_make(state, &scene);
	scene.unit->config.max_peers = 1000;
	scene.unit->config.mailbox_max = 1000;
	for (i = 1; i < 128; i++)
		unit_offer(scene.unit, &scene.stream, &grant, &viewer);
	unit_ok(lifecycle_stop(&scene.unit->live, &scene.stream, false, &err),
	    &err);
	assert_int_equal(
	    number(&scene, "SELECT count(DISTINCT receiver) FROM mail"
			   " WHERE sender = '-' AND receiver <> ''"),
	    128);
	stream_free(&scene.stream);
}

/* The lease that is left of one row, in ms; about 45 s when it is new. */
static int64_t
left(struct scene *scene, const char *table)
{
	char sql[96];

	(void)snprintf(sql, sizeof(sql), "SELECT lease_ms FROM %s", table);
	return number(scene, sql) - steady_now_ms();
}

static void
age(struct scene *scene)
{
	unit_sql(scene->unit, STORE_PASSING,
	    "UPDATE peer SET lease_ms = lease_ms - 40000;"
	    "UPDATE viewer SET lease_ms = lease_ms - 40000");
}

static void
reading_renews_a_viewers_lease(void **state)
{
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	age(&scene);
	unit_ok(attend(&scene, &scene.viewer, &scene.reader, &err), &err);
	assert_true(left(&scene, "peer") > 20000);
	assert_true(left(&scene, "viewer") > 20000);
	stream_free(&scene.stream);
}

static void
sending_renews_a_viewers_lease(void **state)
{
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	age(&scene);
	unit_ok(
	    send_from(&scene, &scene.viewer, MAIL_ICE_CANDIDATE, NULL, &err),
	    &err);
	assert_true(left(&scene, "peer") > 20000);
	assert_true(left(&scene, "viewer") > 20000);
	stream_free(&scene.stream);
}

static void
offering_again_renews_a_viewers_lease(void **state)
{
	const struct signal signal = { .type = MAIL_OFFER, .data = "{}" };
	struct scene scene;
	struct error err;

	scene_make(state, &scene);
	age(&scene);
	unit_ok(signaling_offer(&scene.unit->live,
		    UNIT_CALL(&scene.stream, &scene.viewer), &signal,
		    &scene.grant, &err),
	    &err);
	assert_true(left(&scene, "peer") > 20000);
	assert_true(left(&scene, "viewer") > 20000);
	stream_free(&scene.stream);
}

static void
a_broken_connection_cuts_the_lease(void **state)
{
	struct scene scene;

	scene_make(state, &scene);
	scene.reader.lease_steady_ms = INT64_MAX;
	signaling_vanished(&scene.unit->live,
	    UNIT_CALL(&scene.stream, &scene.viewer), &scene.reader);
	assert_true(left(&scene, "peer") <= 3000);
	signaling_vanished(&scene.unit->live,
	    UNIT_CALL(&scene.stream, &UNIT_PUBLISHER), &scene.page);
	assert_true(left(&scene, "publisher") <= 3000);
	stream_free(&scene.stream);
}

static void
a_lease_that_another_connection_renewed_is_left_alone(void **state)
{
	struct scene scene;

	scene_make(state, &scene);
	scene.reader.lease_steady_ms = 1;
	signaling_vanished(&scene.unit->live,
	    UNIT_CALL(&scene.stream, &scene.viewer), &scene.reader);
	assert_true(left(&scene, "peer") > 5000);
	scene.page.lease_steady_ms = 1;
	signaling_vanished(&scene.unit->live,
	    UNIT_CALL(&scene.stream, &UNIT_PUBLISHER), &scene.page);
	assert_true(left(&scene, "publisher") > 5000);
	stream_free(&scene.stream);
}

static void
a_page_that_was_replaced_cuts_nobodys_lease(void **state)
{
	struct cursor second;
	struct scene scene;

	scene_make(state, &scene);
	unit_attend(scene.unit, &scene.stream, &second);
	signaling_vanished(&scene.unit->live,
	    UNIT_CALL(&scene.stream, &UNIT_PUBLISHER), &scene.page);
	assert_true(left(&scene, "publisher") > 5000);
	stream_free(&scene.stream);
}

static void
a_message_wakes_its_receiver_alone(void **state)
{
	struct scene scene;
	struct topic page, viewer;
	struct error err;
	uint32_t versions[2];

	scene_make(state, &scene);
	page = signaling_topic(UNIT_CALL(&scene.stream, &UNIT_PUBLISHER));
	viewer = signaling_topic(UNIT_CALL(&scene.stream, &scene.viewer));
	versions[0] = topic_version(page);
	versions[1] = topic_version(viewer);
	unit_ok(send_from(&scene, &UNIT_PUBLISHER, MAIL_ANSWER,
		    scene.viewer.peer.peer_id, &err),
	    &err);
	assert_int_equal(topic_version(page), versions[0]);
	assert_int_equal(topic_version(viewer), versions[1] + 1);
	unit_ok(
	    send_from(&scene, &scene.viewer, MAIL_ANSWER, NULL, &err), &err);
	assert_int_equal(topic_version(page), versions[0] + 1);
	assert_int_equal(topic_version(viewer), versions[1] + 1);
	stream_free(&scene.stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(what_a_viewer_sends_the_publisher_reads_in_order),
		UNIT_LIVE(what_the_publisher_sends_one_viewer_reads),
		UNIT_LIVE(the_same_cursor_gives_the_same_messages),
		UNIT_LIVE(a_cursor_of_a_lost_file_misses_no_message),
		UNIT_LIVE(attending_forgets_what_the_cursor_has_read),
		UNIT_LIVE(a_long_mailbox_is_read_in_turns),
		UNIT_LIVE(a_full_mailbox_takes_no_more),
		UNIT_LIVE(leaving_does_not_fail_for_a_full_mailbox),
		UNIT_LIVE(a_viewer_that_says_bye_leaves_nothing),
		UNIT_LIVE(who_shows_nothing_neither_sends_nor_reads),
		UNIT_LIVE(the_publisher_names_a_viewer_and_a_viewer_nobody),
		UNIT_LIVE(another_streams_viewer_is_unknown),
		UNIT_LIVE(a_new_page_takes_the_stream_over),
		UNIT_LIVE(a_new_page_does_not_get_the_old_ones_mail),
		UNIT_LIVE(sessions_grow_though_the_clock_was_set_back),
		UNIT_LIVE(a_page_goes_on_though_its_presence_was_forgotten),
		UNIT_LIVE(a_page_that_reads_on_does_not_join_again),
		UNIT_LIVE(a_publishers_lease_is_its_wait_and_the_grace),
		UNIT_LIVE(a_publisher_that_leaves_is_missed),
		UNIT_LIVE(a_stream_that_stops_tells_everyone),
		UNIT_LIVE(
		    a_notice_reaches_more_viewers_than_are_looked_up_at_once),
		UNIT_LIVE(reading_renews_a_viewers_lease),
		UNIT_LIVE(sending_renews_a_viewers_lease),
		UNIT_LIVE(offering_again_renews_a_viewers_lease),
		UNIT_LIVE(a_broken_connection_cuts_the_lease),
		UNIT_LIVE(
		    a_lease_that_another_connection_renewed_is_left_alone),
		UNIT_LIVE(a_page_that_was_replaced_cuts_nobodys_lease),
		UNIT_LIVE(a_message_wakes_its_receiver_alone),
	};

	return UNIT_RUN(tests);
}
