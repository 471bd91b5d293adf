/*
 * live/live.h: opening the rules' surroundings, and the transaction that
 * wakes. live/health.h: is all of it in order?
 */
#include <json-c/json.h>

#include "live/health.h"
#include "store/rate.h"
#include "unit.h"

static int
open_with_ice(struct unit *unit, const char *ice_servers, struct error *err)
{
	struct live live;
	int rc;

	(void)snprintf(unit->config.ice_servers,
	    sizeof(unit->config.ice_servers), "%s", ice_servers);
	rc = live_open(&live, &unit->config, err);
	live_close(&live);
	return rc;
}

static void
ice_servers_are_handed_on_as_they_are(void **state)
{
	static const char SERVERS[] =
	    "[{\"urls\":\"stun:s.test\"},"
	    "{\"urls\":[\"turn:t.test\"],"
	    "\"username\":\"u\",\"credential\":\"c\"}]";
	struct unit *unit = *state;
	struct error err;

	live_close(&unit->live);
	(void)snprintf(unit->config.ice_servers,
	    sizeof(unit->config.ice_servers), "%s", SERVERS);
	unit_ok(live_open(&unit->live, &unit->config, &err), &err);
	assert_string_equal(json_object_to_json_string_ext(
				unit->live.ice_servers, JSON_C_TO_STRING_PLAIN),
	    SERVERS);
}

static void
ice_servers_that_are_none_are_refused(void **state)
{
	static const char *const WRONG[] = { "x", "{}", "[1]", "[null]", "[{}]",
		"[{\"url\":\"stun:s.test\"}]", "[" };
	struct unit *unit = *state;
	struct error err;
	size_t i;

	unit_ok(open_with_ice(unit, "[]", &err), &err);
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		if (open_with_ice(unit, WRONG[i], &err) == 0)
			fail_msg("%s was taken", WRONG[i]);
		assert_int_equal(err.code, ERROR_INPUT);
		assert_string_equal(err.field, "ice_servers");
	}
}

static void
ice_servers_with_something_behind_them_are_refused(void **state)
{
	struct error err;

	unit_fails(open_with_ice(*state, "[]]", &err), &err, ERROR_INPUT);
	unit_fails(open_with_ice(*state, "[] x", &err), &err, ERROR_INPUT);
}

static void
two_programs_have_one_secret(void **state)
{
	struct unit *unit = *state;
	struct live other;
	struct error err;

	unit_ok(live_open(&other, &unit->config, &err), &err);
	assert_memory_equal(
	    &other.secret, &unit->live.secret, sizeof(other.secret));
	live_close(&other);
}

static void
a_change_wakes_its_topics_when_it_commits(void **state)
{
	struct unit *unit = *state;
	struct topic topic = topic_of("mail", "change");
	const uint32_t version = topic_version(topic);
	struct change change;
	struct error err;

	unit_ok(change_begin(&change, &unit->live, STORE_PASSING, &err), &err);
	unit_ok(change_wakes(&change, topic, &err), &err);
	assert_true(topic_marked(topic));
	assert_int_equal(topic_version(topic), version);
	assert_int_equal(change_end(&change, 0, &err), 0);
	assert_false(topic_marked(topic));
	assert_int_equal(topic_version(topic), version + 1);
}

static void
a_change_that_fails_leaves_no_mark_and_no_row(void **state)
{
	struct unit *unit = *state;
	struct topic topic = topic_of("mail", "change");
	struct change change;
	struct error err;

	unit_ok(change_begin(&change, &unit->live, STORE_PASSING, &err), &err);
	unit_ok(change_wakes(&change, topic, &err), &err);
	unit_ok(store_rate_put(unit->live.store, "b", 1, &err), &err);
	assert_int_equal(change_end(&change, -1, &err), -1);
	assert_false(topic_marked(topic));
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM rate"), 0);
}

static void
a_change_wakes_as_many_as_it_likes(void **state)
{
	struct unit *unit = *state;
	uint32_t versions[100];
	struct change change;
	struct error err;
	char name[16];
	int i;

	unit_ok(change_begin(&change, &unit->live, STORE_PASSING, &err), &err);
	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "many%d", i);
		versions[i] = topic_version(topic_of("mail", name));
		unit_ok(
		    change_wakes(&change, topic_of("mail", name), &err), &err);
	}
	assert_int_equal(change_end(&change, 0, &err), 0);
	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "many%d", i);
		assert_true(
		    topic_version(topic_of("mail", name)) > versions[i]);
	}
}

static void
the_publishers_mail_and_a_peers_are_topics_of_their_own(void **state)
{
	const char *stream = "SSSSSSSSSSSSSSSSSSSSS";
	const char *peer = "PPPPPPPPPPPPPPPPPPPPP";

	(void)state;
	assert_int_equal(live_mail_topic(stream, MAIL_PUBLISHER).slot,
	    topic_of("mail", stream).slot);
	assert_int_equal(
	    live_mail_topic(stream, peer).slot, topic_of("mail", peer).slot);
	assert_int_not_equal(live_stream_topic(stream).slot,
	    live_mail_topic(stream, MAIL_PUBLISHER).slot);
}

static void
a_site_in_order_is_healthy(void **state)
{
	struct unit *unit = *state;
	struct error err;
	int i;

	unit->config.disk_free_min_mb = 0;
	for (i = 0; i < HEALTH_PART__MAX; i++) {
		assert_non_null(HEALTH_NAMES[i]);
		unit_ok(
		    health_check(&unit->live, (enum health_part)i, &err), &err);
	}
}

static void
what_is_not_in_order_says_so(void **state)
{
	struct unit *unit = *state;
	struct error err;
	sqlite3 *other;

	unit->config.disk_free_min_mb = INT64_MAX;
	unit_fails(
	    health_check(&unit->live, HEALTH_DISK, &err), &err, ERROR_STORE);
	(void)snprintf(
	    unit->config.data, sizeof(unit->config.data), "/nowhere");
	unit_fails(
	    health_check(&unit->live, HEALTH_DISK, &err), &err, ERROR_SYSTEM);
	assert_null(strstr(err.detail, "/nowhere"));
	(void)snprintf(
	    unit->config.data, sizeof(unit->config.data), "%s", unit->folder);
	unit->config.busy_timeout_ms = 20;
	live_close(&unit->live);
	unit_ok(live_open(&unit->live, &unit->config, &err), &err);
	other = unit_connect(unit, STORE_LASTING);
	(void)sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	unit_fails(
	    health_check(&unit->live, HEALTH_STORE, &err), &err, ERROR_BUSY);
	unit_ok(health_check(&unit->live, HEALTH_PASSING, &err), &err);
	(void)sqlite3_close(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(ice_servers_are_handed_on_as_they_are),
		UNIT_LIVE(ice_servers_that_are_none_are_refused),
		UNIT_LIVE(ice_servers_with_something_behind_them_are_refused),
		UNIT_LIVE(two_programs_have_one_secret),
		UNIT_LIVE(a_change_wakes_its_topics_when_it_commits),
		UNIT_LIVE(a_change_that_fails_leaves_no_mark_and_no_row),
		UNIT_LIVE(a_change_wakes_as_many_as_it_likes),
		UNIT_LIVE(
		    the_publishers_mail_and_a_peers_are_topics_of_their_own),
		UNIT_LIVE(a_site_in_order_is_healthy),
		UNIT_LIVE(what_is_not_in_order_says_so),
	};

	return UNIT_RUN(tests);
}
