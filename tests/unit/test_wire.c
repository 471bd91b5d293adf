/*
 * live/wire.h: the objects that clients see.
 */
#include <json-c/json.h>

#include "live/wire.h"
#include "unit.h"

#define BASE "https://site.test"

static const struct stream_keys KEYS = { "KEY", "PUSH" };

static void
sample(struct stream *stream)
{
	memset(stream, 0, sizeof(*stream));
	(void)snprintf(stream->id, sizeof(stream->id), "AAAAAAAAAAAAAAAAAAAAA");
	(void)snprintf(stream->title, sizeof(stream->title), "A \"title\"");
	memset(stream->key_hash, 'k', sizeof(stream->key_hash));
	stream->created_unix_ms = INT64_C(1767225600000);
}

static struct json_object *
member(struct json_object *of, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(of, name, &value))
		fail_msg("no member %s", name);
	return value;
}

static const char *
text(struct json_object *of, const char *name)
{
	struct json_object *value = member(of, name);

	return value != NULL ? json_object_get_string(value) : NULL;
}

static void
a_stream_has_every_member_of_the_contract_and_no_other(void **state)
{
	static const char *const MEMBERS[] = { "videoId", "title",
		"description", "videoType", "status", "isLiveNow", "visibility",
		"createdAt", "startedAt", "stoppedAt", "viewers", "peakViewers",
		"viewsToday", "viewsMonth", "viewsTotal", "recording",
		"watchUrl", "embedUrl", "hlsUrl", "whepUrl" };
	struct json_object *view;
	struct stream stream;
	size_t i;

	(void)state;
	sample(&stream);
	view = wire_stream(&(struct stream_view){ .stream = &stream }, BASE);
	for (i = 0; i < UNIT_COUNT(MEMBERS); i++)
		(void)member(view, MEMBERS[i]);
	assert_int_equal(json_object_object_length(view), UNIT_COUNT(MEMBERS));
	(void)json_object_put(view);
}

static void
a_new_stream_is_written_with_nulls_for_what_is_not_yet(void **state)
{
	struct json_object *view;
	struct stream stream;

	(void)state;
	sample(&stream);
	view = wire_stream(&(struct stream_view){ .stream = &stream }, BASE);
	assert_string_equal(text(view, "videoId"), "AAAAAAAAAAAAAAAAAAAAA");
	assert_string_equal(text(view, "title"), "A \"title\"");
	assert_string_equal(text(view, "videoType"), "LIVE");
	assert_string_equal(text(view, "status"), "PENDING");
	assert_string_equal(text(view, "visibility"), "PUBLIC");
	assert_string_equal(
	    text(view, "createdAt"), "2026-01-01T00:00:00.000Z");
	assert_null(member(view, "description"));
	assert_null(member(view, "startedAt"));
	assert_null(member(view, "stoppedAt"));
	assert_null(member(view, "recording"));
	assert_string_equal(
	    text(view, "watchUrl"), BASE "/watch/AAAAAAAAAAAAAAAAAAAAA");
	assert_string_equal(
	    text(view, "embedUrl"), BASE "/embed/AAAAAAAAAAAAAAAAAAAAA");
	(void)json_object_put(view);
}

static void
a_stream_is_live_now_in_one_state_alone(void **state)
{
	static const char *const NAMES[STREAM_STATUS__MAX] = { "PENDING",
		"LIVE", "READY", "FAILED" };
	struct json_object *view;
	struct stream stream;
	int i;

	(void)state;
	sample(&stream);
	for (i = 0; i < STREAM_STATUS__MAX; i++) {
		stream.status = (enum stream_status)i;
		view = wire_stream(
		    &(struct stream_view){ .stream = &stream }, BASE);
		assert_string_equal(text(view, "status"), NAMES[i]);
		assert_int_equal(
		    json_object_get_boolean(member(view, "isLiveNow")),
		    i == STREAM_LIVE);
		(void)json_object_put(view);
	}
}

static int64_t
number(struct json_object *of, const char *name)
{
	assert_true(json_object_is_type(member(of, name), json_type_int));
	return json_object_get_int64(member(of, name));
}

static void
views_that_wait_are_counted_already(void **state)
{
	const struct audience audience = {
		.viewers = 3, .peak = 9, .views = 2
	};
	struct json_object *view;
	struct stream stream;

	(void)state;
	sample(&stream);
	stream.peak_viewers = 5;
	stream.views_total = 100;
	stream.views_month = 20;
	stream.views_today = 10;
	stream.view_day = clock_day(clock_unix_ms());
	stream.view_month = clock_month(clock_unix_ms());
	view = wire_stream(
	    &(struct stream_view){ .stream = &stream, .audience = audience },
	    BASE);
	assert_int_equal(number(view, "viewers"), 3);
	assert_int_equal(number(view, "peakViewers"), 9);
	/* Midnight may have come since. */
	if (stream.view_day == clock_day(clock_unix_ms()))
		assert_int_equal(number(view, "viewsToday"), 12);
	if (stream.view_month == clock_month(clock_unix_ms()))
		assert_int_equal(number(view, "viewsMonth"), 22);
	assert_int_equal(number(view, "viewsTotal"), 102);
	(void)json_object_put(view);
}

static void
counts_of_a_day_or_month_that_is_over_are_zero(void **state)
{
	struct json_object *view;
	struct stream stream;

	(void)state;
	sample(&stream);
	stream.peak_viewers = 5;
	stream.views_total = 100;
	stream.views_month = 20;
	stream.views_today = 10;
	stream.view_day = 1;
	stream.view_month = 1;
	view = wire_stream(&(struct stream_view){ .stream = &stream }, BASE);
	assert_int_equal(number(view, "viewsToday"), 0);
	assert_int_equal(number(view, "viewsMonth"), 0);
	assert_int_equal(number(view, "viewsTotal"), 100);
	assert_int_equal(number(view, "peakViewers"), 5);
	(void)json_object_put(view);
}

static void
no_view_of_a_stream_holds_its_key_or_hash(void **state)
{
	struct unit *unit = *state;
	struct json_object *view;
	char key[KEY_BYTES];
	struct stream stream;
	const char *json;

	unit_create(unit, VISIBILITY_PRIVATE, &stream, key);
	view = wire_stream(&(struct stream_view){ .stream = &stream }, BASE);
	json = json_object_to_json_string(view);
	assert_null(strstr(json, key));
	assert_null(strstr(json, "key"));
	assert_null(strstr(json, "Key"));
	assert_null(strstr(json, "hash"));
	(void)json_object_put(view);
	stream_free(&stream);
}

static void
a_created_stream_has_the_key_and_every_way_in(void **state)
{
	static const char *const MEMBERS[] = { "videoId", "streamKey",
		"webrtcUrl", "whipUrl", "rtmpUrl", "ingestUrl", "watchUrl",
		"studioUrl" };
	struct unit *unit = *state;
	struct json_object *view;
	struct stream stream;
	size_t i;

	sample(&stream);
	view = wire_created(&stream, &KEYS, &unit->config, BASE);
	for (i = 0; i < UNIT_COUNT(MEMBERS); i++)
		(void)member(view, MEMBERS[i]);
	assert_int_equal(json_object_object_length(view), UNIT_COUNT(MEMBERS));
	assert_string_equal(text(view, "streamKey"), "KEY");
	assert_string_equal(text(view, "webrtcUrl"),
	    BASE "/api/live/AAAAAAAAAAAAAAAAAAAAA/signal");
	assert_string_equal(
	    text(view, "studioUrl"), BASE "/studio/AAAAAAAAAAAAAAAAAAAAA");
	assert_string_equal(text(view, "ingestUrl"), BASE "/push/PUSH/");
	assert_null(text(view, "rtmpUrl"));
	(void)json_object_put(view);
}

static void
rtmp_is_a_way_in_where_the_site_has_it(void **state)
{
	struct unit *unit = *state;
	struct json_object *view;
	struct stream stream;

	sample(&stream);
	(void)snprintf(unit->config.rtmp_url, sizeof(unit->config.rtmp_url),
	    "rtmp://r.test/live");
	view = wire_created(&stream, &KEYS, &unit->config, BASE);
	assert_string_equal(text(view, "rtmpUrl"),
	    "rtmp://r.test/live/AAAAAAAAAAAAAAAAAAAAA?key=KEY");
	(void)json_object_put(view);
}

static void
a_message_says_whom_it_is_from(void **state)
{
	static const struct {
		const char *sender, *from;
	} PARTIES[] = {
		{ MAIL_PUBLISHER, "publisher" },
		{ MAIL_SERVER, "server" },
		{ "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA" },
	};
	char data[] = "{\"sdp\":\"v=0\\r\\n\"}";
	struct mail mail = {
		.id = 7, .type = MAIL_ANSWER, .data = data, .at_unix_ms = 1
	};
	struct json_object *view;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(PARTIES); i++) {
		(void)snprintf(
		    mail.sender, sizeof(mail.sender), "%s", PARTIES[i].sender);
		view = wire_mail(&mail);
		assert_int_equal(json_object_object_length(view), 5);
		assert_int_equal(number(view, "id"), 7);
		assert_string_equal(text(view, "from"), PARTIES[i].from);
		assert_string_equal(text(view, "type"), "answer");
		assert_string_equal(
		    text(view, "at"), "1970-01-01T00:00:00.001Z");
		assert_string_equal(
		    json_object_to_json_string_ext(
			member(view, "data"), JSON_C_TO_STRING_PLAIN),
		    data);
		(void)json_object_put(view);
	}
}

static void
data_may_be_any_value(void **state)
{
	static const char *const VALUES[] = { "null", "true", "1", "-0.5",
		"\"\"", "[]", "{}", "[[1,null],{\"a\":\"\\u0000\"}]" };
	struct json_object *value;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(VALUES); i++) {
		value = wire_data(VALUES[i]);
		assert_string_equal(json_object_to_json_string_ext(
					value, JSON_C_TO_STRING_PLAIN),
		    VALUES[i]);
		(void)json_object_put(value);
	}
}

static void
every_type_of_mail_has_a_word(void **state)
{
	int i, j;

	(void)state;
	for (i = 0; i < MAIL__MAX; i++) {
		assert_non_null(MAIL_TYPE_NAMES[i]);
		for (j = 0; j < i; j++)
			assert_string_not_equal(
			    MAIL_TYPE_NAMES[i], MAIL_TYPE_NAMES[j]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_stream_has_every_member_of_the_contract_and_no_other),
		cmocka_unit_test(
		    a_new_stream_is_written_with_nulls_for_what_is_not_yet),
		cmocka_unit_test(a_stream_is_live_now_in_one_state_alone),
		cmocka_unit_test(views_that_wait_are_counted_already),
		cmocka_unit_test(
		    counts_of_a_day_or_month_that_is_over_are_zero),
		UNIT_LIVE(no_view_of_a_stream_holds_its_key_or_hash),
		UNIT_LIVE(a_created_stream_has_the_key_and_every_way_in),
		UNIT_LIVE(rtmp_is_a_way_in_where_the_site_has_it),
		cmocka_unit_test(a_message_says_whom_it_is_from),
		cmocka_unit_test(data_may_be_any_value),
		cmocka_unit_test(every_type_of_mail_has_a_word),
	};

	return UNIT_RUN(tests);
}
