/*
 * live/access.h: from what was shown to who may.
 */
#include "unit.h"

struct scene {
	struct stream stream;
	char key[KEY_BYTES];
	struct caller viewer;
	struct grant grant;
};

/* A live stream with a viewer; its visibility is then as asked. */
static void
scene_make(struct unit *unit, enum visibility visibility, struct scene *scene)
{
	struct cursor cursor;
	struct error err;
	char sql[128];

	unit_create(unit, VISIBILITY_PUBLIC, &scene->stream, scene->key);
	unit_ok(lifecycle_start(&unit->live, &scene->stream, &err), &err);
	unit_attend(unit, &scene->stream, &cursor);
	unit_offer(unit, &scene->stream, &scene->grant, &scene->viewer);
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE stream SET visibility = %d WHERE id = '%s'",
	    (int)visibility, scene->stream.id);
	unit_sql(unit, STORE_LASTING, sql);
	scene->stream.visibility = visibility;
}

/* The role that a secret gives; fails the test where it gives none. */
static enum role
role_of(struct unit *unit, const struct scene *scene, const char *secret,
    struct caller *caller)
{
	struct call call;
	struct error err;

	unit_ok(access_stream(&unit->live, scene->stream.id,
		    &(struct shown){ secret, "192.0.2.1" }, &call, &err),
	    &err);
	assert_string_equal(call.stream.id, scene->stream.id);
	stream_free(&call.stream);
	*caller = call.caller;
	return caller->role;
}

static enum error_code
refusal(struct unit *unit, const char *stream_id, const char *secret)
{
	struct call call;
	struct error err;

	assert_int_equal(
	    access_stream(&unit->live, stream_id,
		&(struct shown){ secret, "192.0.2.1" }, &call, &err),
	    -1);
	assert_null(call.stream.description);
	return err.code;
}

static void
who_shows_nothing_is_anyone(void **state)
{
	struct unit *unit = *state;
	struct scene scene;
	struct caller caller;
	int i;

	for (i = VISIBILITY_PUBLIC; i <= VISIBILITY_UNLISTED; i++) {
		scene_make(unit, (enum visibility)i, &scene);
		assert_int_equal(
		    role_of(unit, &scene, NULL, &caller), ROLE_ANYONE);
		stream_free(&scene.stream);
	}
}

static void
who_shows_the_key_is_the_publisher(void **state)
{
	struct unit *unit = *state;
	struct scene scene;
	struct caller caller;
	int i;

	for (i = 0; i < VISIBILITY__MAX; i++) {
		scene_make(unit, (enum visibility)i, &scene);
		assert_int_equal(
		    role_of(unit, &scene, scene.key, &caller), ROLE_PUBLISHER);
		stream_free(&scene.stream);
	}
}

static void
who_shows_a_token_is_that_viewer(void **state)
{
	struct unit *unit = *state;
	struct scene scene;
	struct caller caller;
	int i;

	for (i = 0; i < VISIBILITY__MAX; i++) {
		scene_make(unit, (enum visibility)i, &scene);
		/* A PRIVATE stream's viewers came by a right of their own. */
		unit_sql(unit, STORE_PASSING, "UPDATE peer SET playback = 1");
		assert_int_equal(
		    role_of(unit, &scene, scene.grant.token, &caller),
		    ROLE_VIEWER);
		assert_string_equal(
		    caller.peer.peer_id, scene.grant.peer.peer_id);
		stream_free(&scene.stream);
	}
}

static void
a_wrong_secret_is_worse_than_none(void **state)
{
	struct unit *unit = *state;
	struct scene scene;

	scene_make(unit, VISIBILITY_PUBLIC, &scene);
	assert_int_equal(
	    refusal(unit, scene.stream.id, "wrong"), ERROR_KEY_WRONG);
	assert_int_equal(refusal(unit, scene.stream.id, ""), ERROR_KEY_WRONG);
	stream_free(&scene.stream);
}

static void
another_streams_secrets_are_wrong(void **state)
{
	struct unit *unit = *state;
	struct scene scene, other;

	scene_make(unit, VISIBILITY_PUBLIC, &scene);
	scene_make(unit, VISIBILITY_PUBLIC, &other);
	assert_int_equal(
	    refusal(unit, scene.stream.id, other.key), ERROR_KEY_WRONG);
	assert_int_equal(
	    refusal(unit, scene.stream.id, other.grant.token), ERROR_KEY_WRONG);
	stream_free(&scene.stream);
	stream_free(&other.stream);
}

static void
a_private_stream_is_unknown_without_its_secrets(void **state)
{
	struct unit *unit = *state;
	struct scene scene, other;

	scene_make(unit, VISIBILITY_PRIVATE, &scene);
	scene_make(unit, VISIBILITY_PUBLIC, &other);
	assert_int_equal(
	    refusal(unit, scene.stream.id, NULL), ERROR_STREAM_UNKNOWN);
	assert_int_equal(
	    refusal(unit, scene.stream.id, "wrong"), ERROR_STREAM_UNKNOWN);
	assert_int_equal(
	    refusal(unit, scene.stream.id, other.key), ERROR_STREAM_UNKNOWN);
	assert_int_equal(refusal(unit, scene.stream.id, other.grant.token),
	    ERROR_STREAM_UNKNOWN);
	stream_free(&scene.stream);
	stream_free(&other.stream);
}

static void
a_private_stream_is_refused_as_one_that_is_not_there(void **state)
{
	struct unit *unit = *state;
	struct error hidden, missing;
	const struct shown nothing = { NULL, "192.0.2.1" };
	struct call call;
	struct scene scene;

	scene_make(unit, VISIBILITY_PRIVATE, &scene);
	assert_int_equal(access_stream(&unit->live, scene.stream.id, &nothing,
			     &call, &hidden),
	    -1);
	assert_int_equal(access_stream(&unit->live, "AAAAAAAAAAAAAAAAAAAAA",
			     &nothing, &call, &missing),
	    -1);
	assert_memory_equal(&hidden, &missing, sizeof(hidden));
	stream_free(&scene.stream);
}

static void
what_is_no_id_is_an_unknown_stream(void **state)
{
	static const char *const IDS[] = { "", "x", "AAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAA/", "' OR 1=1 --" };
	struct unit *unit = *state;
	size_t i;

	for (i = 0; i < UNIT_COUNT(IDS); i++)
		assert_int_equal(
		    refusal(unit, IDS[i], NULL), ERROR_STREAM_UNKNOWN);
}

static void
a_token_of_a_viewer_that_left_is_wrong(void **state)
{
	const struct signal bye = { .type = MAIL_BYE, .data = "null" };
	struct unit *unit = *state;
	struct scene scene;
	struct error err;

	scene_make(unit, VISIBILITY_PUBLIC, &scene);
	unit_ok(signaling_send(&unit->live,
		    UNIT_CALL(&scene.stream, &scene.viewer), &bye, &err),
	    &err);
	assert_int_equal(
	    refusal(unit, scene.stream.id, scene.grant.token), ERROR_KEY_WRONG);
	stream_free(&scene.stream);
}

static void
the_key_alone_makes_a_publisher(void **state)
{
	struct unit *unit = *state;
	struct scene scene;
	struct call call;
	struct error err;

	scene_make(unit, VISIBILITY_PRIVATE, &scene);
	unit_ok(access_publisher(
		    &unit->live, scene.stream.id, scene.key, &call, &err),
	    &err);
	assert_int_equal(call.caller.role, ROLE_PUBLISHER);
	stream_free(&call.stream);
	unit_fails(
	    access_publisher(&unit->live, scene.stream.id, NULL, &call, &err),
	    &err, ERROR_CREDENTIALS_MISSING);
	unit_fails(access_publisher(&unit->live, scene.stream.id,
		       scene.grant.token, &call, &err),
	    &err, ERROR_KEY_WRONG);
	unit_fails(access_publisher(&unit->live, "AAAAAAAAAAAAAAAAAAAAA",
		       scene.key, &call, &err),
	    &err, ERROR_STREAM_UNKNOWN);
	stream_free(&scene.stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(who_shows_nothing_is_anyone),
		UNIT_LIVE(who_shows_the_key_is_the_publisher),
		UNIT_LIVE(who_shows_a_token_is_that_viewer),
		UNIT_LIVE(a_wrong_secret_is_worse_than_none),
		UNIT_LIVE(another_streams_secrets_are_wrong),
		UNIT_LIVE(a_private_stream_is_unknown_without_its_secrets),
		UNIT_LIVE(a_private_stream_is_refused_as_one_that_is_not_there),
		UNIT_LIVE(what_is_no_id_is_an_unknown_stream),
		UNIT_LIVE(a_token_of_a_viewer_that_left_is_wrong),
		UNIT_LIVE(the_key_alone_makes_a_publisher),
	};

	return UNIT_RUN(tests);
}
