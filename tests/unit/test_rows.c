/*
 * Rows that count: the audience's triggers, a stream's days and months, a
 * mailbox's order. What the rules make of them is tested elsewhere.
 */
#include "store/audience.h"
#include "store/mail.h"
#include "unit.h"

#define DAY_MS INT64_C(86400000)

static struct audience
numbers(struct unit *unit, const char *stream_id)
{
	struct audience audience;
	struct error err;

	unit_ok(
	    store_audience_get(unit->live.store, stream_id, &audience, &err),
	    &err);
	return audience;
}

static void
come_until(struct unit *unit, const char *stream_id, const char *viewer_id,
    int64_t lease_steady_ms)
{
	const struct viewer viewer = { stream_id, viewer_id, lease_steady_ms,
		0 };
	struct error err;

	unit_ok(store_viewer_put(unit->live.store, &viewer, &err), &err);
}

static void
come(struct unit *unit, const char *stream_id, const char *viewer_id)
{
	come_until(unit, stream_id, viewer_id, 1000);
}

static void
nobody_is_an_audience_of_zeroes(void **state)
{
	const struct audience none = numbers(*state, "s");

	assert_string_equal(none.stream_id, "s");
	assert_int_equal(none.viewers, 0);
	assert_int_equal(none.peak, 0);
	assert_int_equal(none.views, 0);
}

static void
viewers_are_counted_as_they_come_and_go(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct error err;

	come(unit, "s", "a");
	come(unit, "s", "b");
	come(unit, "other", "a");
	assert_int_equal(numbers(unit, "s").viewers, 2);
	assert_int_equal(store_viewer_delete(store, "s", "a", &err), 1);
	assert_int_equal(numbers(unit, "s").viewers, 1);
	assert_int_equal(numbers(unit, "s").peak, 2);
	assert_int_equal(numbers(unit, "other").viewers, 1);
}

static void
a_viewer_that_is_there_counts_once(void **state)
{
	struct unit *unit = *state;
	struct error err;
	int i;

	for (i = 0; i < 5; i++)
		come(unit, "s", "a");
	assert_int_equal(numbers(unit, "s").viewers, 1);
	assert_int_equal(numbers(unit, "s").peak, 1);
	for (i = 0; i < 5; i++)
		assert_int_equal(
		    store_viewer_delete(unit->live.store, "s", "a", &err),
		    i == 0);
	assert_int_equal(numbers(unit, "s").viewers, 0);
}

static void
expired_viewers_go_and_the_count_with_them(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct error err;

	come_until(unit, "s", "a", 10);
	come_until(unit, "s", "b", 20);
	come_until(unit, "s", "c", 30);
	assert_int_equal(store_viewer_delete_expired(store, 9, &err), 0);
	assert_int_equal(store_viewer_delete_expired(store, 20, &err), 2);
	assert_int_equal(numbers(unit, "s").viewers, 1);
	assert_int_equal(store_viewer_delete_all(store, "s", &err), 1);
	assert_int_equal(numbers(unit, "s").viewers, 0);
	assert_int_equal(numbers(unit, "s").peak, 3);
}

static void
a_count_is_the_number_of_rows_whatever_happens(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct error err;
	uint32_t random = 1;
	char viewer[2] = "a";
	int i;

	for (i = 0; i < 500; i++) {
		random = random * 1103515245u + 12345u;
		viewer[0] = (char)('a' + (random >> 16) % 10);
		if (random >> 30 == 0)
			unit_ok(store_viewer_delete_expired(
				    store, (random >> 20) % 100, &err),
			    &err);
		else if (random >> 30 == 1)
			unit_ok(store_viewer_delete(store, "s", viewer, &err),
			    &err);
		else if (random >> 30 == 2)
			unit_ok(store_audience_settle(store, "s", &err), &err);
		else
			come_until(unit, "s", viewer, (random >> 20) % 100);
		if (i % 20 == 0)
			assert_int_equal(numbers(unit, "s").viewers,
			    unit_sql_int(unit, STORE_PASSING,
				"SELECT count(*) FROM viewer"));
	}
}

static void
a_view_is_counted_until_it_is_forgotten(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct error err;

	assert_int_equal(store_view_count(store, "s", "a", 10, &err), 1);
	assert_int_equal(store_view_count(store, "s", "a", 20, &err), 0);
	assert_int_equal(store_view_count(store, "s", "b", 10, &err), 1);
	assert_int_equal(store_view_count(store, "t", "a", 10, &err), 1);
	assert_int_equal(numbers(unit, "s").views, 2);
	assert_int_equal(store_view_delete_expired(store, 10, &err), 3);
	assert_int_equal(store_view_count(store, "s", "a", 20, &err), 1);
	assert_int_equal(numbers(unit, "s").views, 3);
}

static void
settled_numbers_are_not_handed_on_twice(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct audience moved[4];
	struct error err;

	come(unit, "s", "a");
	come(unit, "s", "b");
	assert_int_equal(store_view_count(store, "s", "a", 10, &err), 1);
	assert_int_equal(store_viewer_delete(store, "s", "a", &err), 1);
	assert_int_equal(store_audience_changed(store, 4, moved, &err), 1);
	assert_string_equal(moved[0].stream_id, "s");
	assert_int_equal(moved[0].viewers, 1);
	assert_int_equal(moved[0].peak, 2);
	assert_int_equal(moved[0].views, 1);
	unit_ok(store_audience_settle(store, "s", &err), &err);
	assert_int_equal(store_audience_changed(store, 4, moved, &err), 0);
	assert_int_equal(numbers(unit, "s").views, 0);
	assert_int_equal(numbers(unit, "s").peak, 1);
	assert_int_equal(numbers(unit, "s").viewers, 1);
}

static void
no_more_than_asked_are_handed_on_at_once(void **state)
{
	struct unit *unit = *state;
	struct audience moved[2];
	struct error err;

	come(unit, "s", "a");
	come(unit, "t", "a");
	come(unit, "u", "a");
	assert_int_equal(
	    store_audience_changed(unit->live.store, 2, moved, &err), 2);
}

static void
an_audience_that_left_leaves_no_row(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct error err;

	come(unit, "s", "a");
	assert_int_equal(store_viewer_delete(store, "s", "a", &err), 1);
	unit_ok(store_audience_settle(store, "s", &err), &err);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM audience"),
	    0);
}

static void
views_that_were_returned_wait_again(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct audience moved[1];
	struct error err;

	come(unit, "s", "a");
	assert_int_equal(store_view_count(store, "s", "a", 10, &err), 1);
	assert_int_equal(store_audience_changed(store, 1, moved, &err), 1);
	unit_ok(store_audience_settle(store, "s", &err), &err);
	unit_ok(store_audience_return(store, &moved[0], &err), &err);
	assert_int_equal(store_audience_changed(store, 1, moved, &err), 1);
	assert_int_equal(moved[0].views, 1);
}

static void
views_are_returned_when_the_audience_has_left(void **state)
{
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct audience moved[1];
	struct error err;

	come(unit, "s", "a");
	assert_int_equal(store_view_count(store, "s", "a", 10, &err), 1);
	assert_int_equal(store_viewer_delete(store, "s", "a", &err), 1);
	assert_int_equal(store_audience_changed(store, 1, moved, &err), 1);
	unit_ok(store_audience_settle(store, "s", &err), &err);
	unit_ok(store_audience_return(store, &moved[0], &err), &err);
	assert_int_equal(numbers(unit, "s").views, 1);
}

/* Counts some views of a stream, and a peak, at a time. */
static void
count(struct unit *unit, struct stream *stream, int64_t views, int64_t peak,
    int64_t unix_ms)
{
	struct audience audience = { .views = views, .peak = peak };
	struct error err;

	memcpy(audience.stream_id, stream->id, ID_BYTES);
	unit_ok(store_stream_count(unit->live.store, &audience, unix_ms, &err),
	    &err);
	unit_again(unit, stream);
}

static void
views_are_kept_by_day_and_month(void **state)
{
	const int64_t last_of_may = INT64_C(1780185600000);
	struct unit *unit = *state;
	struct stream stream;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	count(unit, &stream, 2, 5, last_of_may - DAY_MS);
	count(unit, &stream, 1, 3, last_of_may - DAY_MS);
	assert_int_equal(stream.views_today, 3);
	assert_int_equal(stream.views_month, 3);
	assert_int_equal(stream.views_total, 3);
	assert_int_equal(stream.peak_viewers, 5);
	count(unit, &stream, 4, 0, last_of_may);
	assert_int_equal(stream.views_today, 4);
	assert_int_equal(stream.views_month, 7);
	count(unit, &stream, 1, 0, last_of_may + DAY_MS);
	assert_int_equal(stream.views_today, 1);
	assert_int_equal(stream.views_month, 1);
	assert_int_equal(stream.views_total, 8);
	stream_free(&stream);
}

static void
append(struct unit *unit, const char *receiver, enum mail_type type,
    const char *data)
{
	const struct mail_draft draft = {
		.stream_id = "s",
		.receiver = receiver,
		.sender = MAIL_PUBLISHER,
		.type = type,
		.data = data,
		.at_unix_ms = 5,
	};
	struct error err;

	unit_ok(store_mail_append(unit->live.store, &draft, &err), &err);
}

static void
a_mailbox_is_read_in_order(void **state)
{
	const struct mailbox box = { .stream_id = "s", .receiver = "a" };
	struct unit *unit = *state;
	struct mail mails[MAIL_LIST_MAX];
	struct error err;
	int64_t before;

	before = store_mail_last_id(unit->live.store, &err);
	append(unit, "a", MAIL_OFFER, "1");
	append(unit, "b", MAIL_OFFER, "2");
	append(unit, "a", MAIL_ICE_CANDIDATE, "3");
	assert_int_equal(store_mail_count(unit->live.store, &box, &err), 2);
	assert_int_equal(
	    store_mail_list(unit->live.store, &box, before, mails, &err), 2);
	assert_true(mails[0].id > before && mails[1].id > mails[0].id);
	assert_string_equal(mails[0].data, "1");
	assert_string_equal(mails[1].data, "3");
	assert_int_equal(mails[1].type, MAIL_ICE_CANDIDATE);
	assert_int_equal(mails[0].at_unix_ms, 5);
	mail_free(&mails[0]);
	mail_free(&mails[1]);
	assert_null(mails[0].data);
}

static void
ids_are_not_used_again_when_mail_is_gone(void **state)
{
	const struct mailbox box = { .stream_id = "s", .receiver = "a" };
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct error err;
	int64_t first, second;

	append(unit, "a", MAIL_OFFER, "1");
	first = store_mail_last_id(store, &err);
	assert_int_equal(store_mail_delete_box(store, &box, &err), 1);
	append(unit, "a", MAIL_OFFER, "2");
	second = store_mail_last_id(store, &err);
	assert_int_equal(second, first + 1);
}

static void
what_was_read_is_deleted_from_one_mailbox_alone(void **state)
{
	const struct mailbox a = { .stream_id = "s", .receiver = "a" },
			     b = { .stream_id = "s", .receiver = "b" };
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct error err;
	int64_t id;

	append(unit, "a", MAIL_OFFER, "1");
	append(unit, "b", MAIL_OFFER, "2");
	id = store_mail_last_id(store, &err);
	append(unit, "a", MAIL_OFFER, "3");
	assert_int_equal(store_mail_delete_read(store, &a, id, &err), 1);
	assert_int_equal(store_mail_count(store, &a, &err), 1);
	assert_int_equal(store_mail_count(store, &b, &err), 1);
}

static void
the_first_answer_behind_an_id_is_found(void **state)
{
	const struct mailbox box = { .stream_id = "s", .receiver = "a" };
	struct unit *unit = *state;
	struct store *store = unit->live.store;
	struct mail mail;
	struct error err;
	int64_t id;

	append(unit, "a", MAIL_ANSWER, "old");
	id = store_mail_last_id(store, &err);
	assert_int_equal(store_mail_answer(store, &box, id, &mail, &err), 0);
	append(unit, "a", MAIL_ICE_CANDIDATE, "no");
	append(unit, "a", MAIL_ANSWER, "this");
	append(unit, "a", MAIL_ANSWER, "later");
	assert_int_equal(store_mail_answer(store, &box, id, &mail, &err), 1);
	assert_string_equal(mail.data, "this");
	mail_free(&mail);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(nobody_is_an_audience_of_zeroes),
		UNIT_LIVE(viewers_are_counted_as_they_come_and_go),
		UNIT_LIVE(a_viewer_that_is_there_counts_once),
		UNIT_LIVE(expired_viewers_go_and_the_count_with_them),
		UNIT_LIVE(a_count_is_the_number_of_rows_whatever_happens),
		UNIT_LIVE(a_view_is_counted_until_it_is_forgotten),
		UNIT_LIVE(settled_numbers_are_not_handed_on_twice),
		UNIT_LIVE(no_more_than_asked_are_handed_on_at_once),
		UNIT_LIVE(an_audience_that_left_leaves_no_row),
		UNIT_LIVE(views_that_were_returned_wait_again),
		UNIT_LIVE(views_are_returned_when_the_audience_has_left),
		UNIT_LIVE(views_are_kept_by_day_and_month),
		UNIT_LIVE(a_mailbox_is_read_in_order),
		UNIT_LIVE(ids_are_not_used_again_when_mail_is_gone),
		UNIT_LIVE(what_was_read_is_deleted_from_one_mailbox_alone),
		UNIT_LIVE(the_first_answer_behind_an_id_is_found),
	};

	return UNIT_RUN(tests);
}
