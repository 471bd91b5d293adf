/*
 * live/playback.h and live/pass.h: who may watch a PRIVATE stream, and what is
 * open to them.
 */
#include <sys/stat.h>

#include "live/audience.h"
#include "live/pass.h"
#include "live/playback.h"
#include "live/view.h"
#include "unit_media.h"

#define HERE "192.0.2.1"

/* A PRIVATE broadcast that has media. */
struct scene {
	struct stream stream;
	char key[KEY_BYTES];
};

static void
see(struct unit *unit, struct stream *stream, enum visibility visibility)
{
	const struct stream_patch patch = { .visibility = &visibility };
	struct error err;

	unit_ok(lifecycle_update(&unit->live, stream, &patch, &err), &err);
}

static void
scene_make(struct unit *unit, struct scene *scene)
{
	struct error err;

	unit_create(unit, VISIBILITY_PRIVATE, &scene->stream, scene->key);
	unit_ok(lifecycle_start(&unit->live, &scene->stream, &err), &err);
	unit_push(unit, &scene->stream, "a", 0, 2);
}

/* A token of the key's holder. */
static void
token_make(struct unit *unit, const struct scene *scene, int64_t life_s,
    char token[JWT_BYTES_MAX])
{
	const struct playback_wish wish = { .life_s = life_s };
	struct playback_token made;
	struct error err;

	unit_ok(playback_make(&unit->live, &scene->stream, &wish, &made, &err),
	    &err);
	memcpy(token, made.text, sizeof(made.text));
}

/* A token of somebody who has the signing key alone. */
static void
token_sign(
    struct unit *unit, const struct jwt *claims, char token[JWT_BYTES_MAX])
{
	char key[SIGN_KEY_BYTES];
	struct error err;

	unit_ok(playback_key(&unit->live, key, &err), &err);
	unit_ok(jwt_write(key, claims, token, &err), &err);
}

/* What a secret gives at a stream: ERROR_NONE and *call, or the refusal. */
static enum error_code
admit(struct unit *unit, const struct scene *scene, const char *secret,
    const char *client, struct call *call)
{
	struct error err = { .code = ERROR_NONE };
	const int rc = access_stream(&unit->live, scene->stream.id,
	    &(struct shown){ secret, client }, call, &err);

	assert_int_equal(rc, err.code == ERROR_NONE ? 0 : -1);
	return err.code;
}

static enum error_code
admits(struct unit *unit, const struct scene *scene, const char *secret)
{
	struct call call;
	const enum error_code code = admit(unit, scene, secret, HERE, &call);

	stream_free(&call.stream);
	return code;
}

/* The name under which whoever shows a secret reads the media. */
static void
place_of(struct unit *unit, const struct scene *scene, const char *secret,
    char place[KEY_BYTES])
{
	struct stream_view view;
	struct call call;
	struct error err;

	assert_int_equal(admit(unit, scene, secret, HERE, &call), ERROR_NONE);
	unit_ok(view_load_for(&unit->live, &call, &view, &err), &err);
	assert_true(view.recorded);
	memcpy(place, view.place, KEY_BYTES);
	stream_free(&call.stream);
}

/* Is the live playlist there, as the web server would find it? */
static bool
is_open(const struct unit *unit, const char *place)
{
	char path[FILE_PATH_BYTES], file[FILE_PATH_BYTES + 16];
	struct stat status;
	struct error err;

	if (place[0] == '\0')
		return false;
	unit_ok(media_path(&unit->config, MEDIA_LIVE, place, path, &err), &err);
	(void)snprintf(file, sizeof(file), "%s/index.m3u8", path);
	return stat(file, &status) == 0;
}

static void
a_token_lets_its_holder_in(void **state)
{
	struct unit *unit = *state;
	char token[JWT_BYTES_MAX];
	struct scene scene;
	struct call call;

	scene_make(unit, &scene);
	assert_int_equal(admits(unit, &scene, NULL), ERROR_STREAM_UNKNOWN);
	token_make(unit, &scene, 100, token);
	assert_int_equal(admit(unit, &scene, token, HERE, &call), ERROR_NONE);
	assert_int_equal(call.caller.role, ROLE_ANYONE);
	assert_true(call.playback.id != 0);
	assert_in_range(call.playback.until_unix_ms,
	    clock_unix_ms() + 90 * 1000, clock_unix_ms() + 101 * 1000);
	stream_free(&call.stream);
	stream_free(&scene.stream);
}

static void
another_streams_token_is_none(void **state)
{
	struct unit *unit = *state;
	char token[JWT_BYTES_MAX];
	struct scene scene, other;

	scene_make(unit, &scene);
	scene_make(unit, &other);
	token_make(unit, &other, 100, token);
	assert_int_equal(admits(unit, &scene, token), ERROR_STREAM_UNKNOWN);
	assert_int_equal(admits(unit, &scene, "a.b.c"), ERROR_STREAM_UNKNOWN);
	stream_free(&scene.stream);
	stream_free(&other.stream);
}

static void
a_token_is_good_in_its_time_alone(void **state)
{
	struct unit *unit = *state;
	const int64_t now = clock_unix_ms();
	const int64_t longest = unit->config.playback_max_s * 1000;
	const struct {
		int64_t expires, not_before, issued;
		enum error_code is;
	} TIMES[] = {
		{ now + 5000, 0, 0, ERROR_NONE },
		{ now - 1000, 0, 0, ERROR_PLAYBACK },
		{ now + longest, 0, 0, ERROR_NONE },
		{ now + longest + 3600000, 0, 0, ERROR_PLAYBACK },
		{ now + 500000, now + 30000, now + 30000, ERROR_NONE },
		{ now + 500000, now + 120000, 0, ERROR_PLAYBACK },
		{ now + 500000, 0, now + 120000, ERROR_PLAYBACK },
	};
	struct jwt claims = { .subject = "" };
	char token[JWT_BYTES_MAX];
	struct scene scene;
	size_t i;

	scene_make(unit, &scene);
	memcpy(claims.subject, scene.stream.id, ID_BYTES);
	for (i = 0; i < UNIT_COUNT(TIMES); i++) {
		claims.expires_unix_ms = TIMES[i].expires;
		claims.not_before_unix_ms = TIMES[i].not_before;
		claims.issued_unix_ms = TIMES[i].issued;
		token_sign(unit, &claims, token);
		assert_int_equal(admits(unit, &scene, token), TIMES[i].is);
	}
	stream_free(&scene.stream);
}

static void
a_token_may_be_for_an_address(void **state)
{
	struct unit *unit = *state;
	const struct playback_wish wish = { 100, 0,
		"192.0.2.0/24 2001:db8::1" };
	const struct playback_wish wrong = { 100, 0, "192.0.2.0/99" };
	struct playback_token token;
	struct scene scene;
	struct call call;
	struct error err;

	scene_make(unit, &scene);
	unit_ok(playback_make(&unit->live, &scene.stream, &wish, &token, &err),
	    &err);
	assert_int_equal(
	    admit(unit, &scene, token.text, "192.0.2.77", &call), ERROR_NONE);
	stream_free(&call.stream);
	assert_int_equal(
	    admit(unit, &scene, token.text, "2001:db8::1", &call), ERROR_NONE);
	stream_free(&call.stream);
	assert_int_equal(admit(unit, &scene, token.text, "198.51.100.1", &call),
	    ERROR_PLAYBACK);
	unit_fails(
	    playback_make(&unit->live, &scene.stream, &wrong, &token, &err),
	    &err, ERROR_INPUT);
	assert_string_equal(err.field, "ip");
	stream_free(&scene.stream);
}

static void
a_life_has_bounds(void **state)
{
	struct unit *unit = *state;
	struct playback_wish wish = { .life_s = 0 };
	struct playback_token token;
	struct scene scene;
	struct error err;

	scene_make(unit, &scene);
	unit_ok(playback_make(&unit->live, &scene.stream, &wish, &token, &err),
	    &err);
	assert_in_range(token.expires_unix_ms - clock_unix_ms(), 14300 * 1000,
	    14400 * 1000);
	unit->config.playback_max_s = 60;
	unit_ok(playback_make(&unit->live, &scene.stream, &wish, &token, &err),
	    &err);
	assert_in_range(token.expires_unix_ms - clock_unix_ms(), 0, 60 * 1000);
	wish.life_s = 61;
	unit_fails(
	    playback_make(&unit->live, &scene.stream, &wish, &token, &err),
	    &err, ERROR_INPUT);
	assert_string_equal(err.field, "expiresIn");
	stream_free(&scene.stream);
}

static void
a_token_falls_with_the_key_that_made_it(void **state)
{
	struct unit *unit = *state;
	struct jwt claims = { .expires_unix_ms = clock_unix_ms() + 100000 };
	char made[JWT_BYTES_MAX], of_site[JWT_BYTES_MAX], place[KEY_BYTES];
	struct stream_keys keys;
	struct scene scene;
	struct error err;

	scene_make(unit, &scene);
	memcpy(claims.subject, scene.stream.id, ID_BYTES);
	token_make(unit, &scene, 100, made);
	token_sign(unit, &claims, of_site);
	place_of(unit, &scene, made, place);
	assert_true(is_open(unit, place));
	unit_ok(
	    lifecycle_rotate(&unit->live, &scene.stream, &keys, &err), &err);
	assert_int_equal(admits(unit, &scene, made), ERROR_PLAYBACK);
	assert_int_equal(admits(unit, &scene, of_site), ERROR_NONE);
	assert_false(is_open(unit, place));
	unit_ok(lifecycle_new_signing_key(&unit->live, &err), &err);
	assert_int_equal(admits(unit, &scene, of_site), ERROR_STREAM_UNKNOWN);
	stream_free(&scene.stream);
}

static void
each_right_has_a_name_of_its_own(void **state)
{
	struct unit *unit = *state;
	char tokens[2][JWT_BYTES_MAX], places[4][KEY_BYTES];
	struct recording recording;
	struct scene scene;

	scene_make(unit, &scene);
	unit_recording(unit, &scene.stream, &recording);
	assert_false(is_open(unit, recording.id));
	token_make(unit, &scene, 100, tokens[0]);
	token_make(unit, &scene, 200, tokens[1]);
	place_of(unit, &scene, tokens[0], places[0]);
	place_of(unit, &scene, tokens[1], places[1]);
	place_of(unit, &scene, scene.key, places[2]);
	place_of(unit, &scene, tokens[0], places[3]);
	assert_string_equal(places[0], places[3]);
	assert_string_not_equal(places[0], places[1]);
	assert_string_not_equal(places[0], places[2]);
	assert_true(id_valid(places[0], KEY_CHARS));
	assert_true(is_open(unit, places[0]) && is_open(unit, places[1]) &&
		    is_open(unit, places[2]));
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "SELECT count(*) FROM pass"), 3);
	stream_free(&scene.stream);
}

static void
no_broadcast_is_open_to_more_tokens_than_are_allowed(void **state)
{
	struct unit *unit = *state;
	char token[JWT_BYTES_MAX], place[KEY_BYTES];
	struct stream_view view;
	struct scene scene;
	struct call call;
	struct error err;

	scene_make(unit, &scene);
	unit->config.passes_max = 2;
	token_make(unit, &scene, 100, token);
	place_of(unit, &scene, token, place);
	place_of(unit, &scene, scene.key, place);
	assert_int_equal(
	    admit(unit, &scene, scene.key, HERE, &call), ERROR_NONE);
	/* Those that are there go on; another isn't let in. */
	place_of(unit, &scene, token, place);
	call.playback.id++;
	unit_fails(view_load_for(&unit->live, &call, &view, &err), &err,
	    ERROR_VIEWERS_MAX);
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "SELECT count(*) FROM pass"), 2);
	stream_free(&call.stream);
	stream_free(&scene.stream);
}

static void
what_ran_out_is_closed(void **state)
{
	struct unit *unit = *state;
	char token[JWT_BYTES_MAX], place[KEY_BYTES], of_key[KEY_BYTES];
	struct scene scene;
	struct error err;

	scene_make(unit, &scene);
	token_make(unit, &scene, 100, token);
	place_of(unit, &scene, token, place);
	place_of(unit, &scene, scene.key, of_key);
	unit_ok(pass_sweep(&unit->live, &err), &err);
	assert_true(is_open(unit, place));
	unit_sql(unit, STORE_LASTING,
	    "UPDATE pass SET until_ms = until_ms - 101000"
	    " WHERE until_ms < 9223372036854775807");
	unit_ok(pass_sweep(&unit->live, &err), &err);
	assert_false(is_open(unit, place));
	assert_true(is_open(unit, of_key));
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "SELECT count(*) FROM pass"), 1);
	stream_free(&scene.stream);
}

static void
turning_private_closes_what_was_public(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	char place[KEY_BYTES];
	struct scene scene;

	scene_make(unit, &scene);
	unit_recording(unit, &scene.stream, &recording);
	see(unit, &scene.stream, VISIBILITY_UNLISTED);
	assert_true(is_open(unit, recording.id));
	place_of(unit, &scene, NULL, place);
	assert_string_equal(place, recording.id);
	see(unit, &scene.stream, VISIBILITY_PRIVATE);
	assert_false(is_open(unit, recording.id));
	assert_int_equal(admits(unit, &scene, NULL), ERROR_STREAM_UNKNOWN);
	/* What is broadcast goes on all the same. */
	unit_push(unit, &scene.stream, "a", 3, 4);
	assert_false(is_open(unit, recording.id));
	stream_free(&scene.stream);
}

static void
turning_private_expels_who_has_no_right(void **state)
{
	struct unit *unit = *state;
	char token[JWT_BYTES_MAX];
	struct caller caller;
	struct cursor cursor;
	struct scene scene;
	struct grant grant;
	struct call call;

	scene_make(unit, &scene);
	see(unit, &scene.stream, VISIBILITY_PUBLIC);
	unit_attend(unit, &scene.stream, &cursor);
	unit_offer(unit, &scene.stream, &grant, &caller);
	assert_int_equal(admits(unit, &scene, grant.token), ERROR_NONE);
	see(unit, &scene.stream, VISIBILITY_PRIVATE);
	assert_int_equal(
	    admits(unit, &scene, grant.token), ERROR_STREAM_UNKNOWN);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM viewer"),
	    0);
	token_make(unit, &scene, 100, token);
	assert_int_equal(admit(unit, &scene, token, HERE, &call), ERROR_NONE);
	assert_int_equal(call.caller.role, ROLE_ANYONE);
	stream_free(&call.stream);
	stream_free(&scene.stream);
}

static void
deleting_closes_all(void **state)
{
	struct unit *unit = *state;
	char token[JWT_BYTES_MAX], place[KEY_BYTES];
	struct scene scene;
	struct error err;

	scene_make(unit, &scene);
	token_make(unit, &scene, 100, token);
	place_of(unit, &scene, token, place);
	unit_ok(lifecycle_delete(&unit->live, scene.stream.id, &err), &err);
	assert_false(is_open(unit, place));
	assert_int_equal(admits(unit, &scene, token), ERROR_STREAM_UNKNOWN);
	stream_free(&scene.stream);
}

/* The name may be told only if all is still so; between the two it wasn't. */
static void
a_right_that_was_lost_meanwhile_opens_nothing(void **state)
{
	struct unit *unit = *state;
	struct stream_view view;
	struct stream_keys keys;
	struct scene scene;
	struct call call;
	struct error err;

	scene_make(unit, &scene);
	assert_int_equal(
	    admit(unit, &scene, scene.key, HERE, &call), ERROR_NONE);
	unit_ok(
	    lifecycle_rotate(&unit->live, &scene.stream, &keys, &err), &err);
	unit_ok(view_load_for(&unit->live, &call, &view, &err), &err);
	assert_string_equal(view.place, "");
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "SELECT count(*) FROM pass"), 0);
	stream_free(&call.stream);
	stream_free(&scene.stream);
}

/* What is read before a change may not be so in it. */
static void
a_right_that_falls_meanwhile_makes_no_peer_and_no_pass(void **state)
{
	struct unit *unit = *state;
	const struct signal signal = { .type = MAIL_OFFER, .data = "{}" };
	char tokens[2][JWT_BYTES_MAX];
	struct stream_view view;
	struct stream_keys keys;
	struct cursor cursor;
	struct call calls[2];
	struct scene scene;
	struct grant grant;
	struct error err;
	int i;

	scene_make(unit, &scene);
	unit_attend(unit, &scene.stream, &cursor);
	for (i = 0; i < 2; i++) {
		token_make(unit, &scene, 100 + i, tokens[i]);
		assert_int_equal(
		    admit(unit, &scene, tokens[i], HERE, &calls[i]),
		    ERROR_NONE);
		if (i == 0)
			unit_ok(
			    lifecycle_new_signing_key(&unit->live, &err), &err);
		else
			unit_ok(lifecycle_rotate(
				    &unit->live, &scene.stream, &keys, &err),
			    &err);
		unit_fails(signaling_offer(
			       &unit->live, &calls[i], &signal, &grant, &err),
		    &err, ERROR_PLAYBACK);
		unit_ok(
		    view_load_for(&unit->live, &calls[i], &view, &err), &err);
		assert_string_equal(view.place, "");
		stream_free(&calls[i].stream);
	}
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM peer"), 0);
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "SELECT count(*) FROM pass"), 0);
	stream_free(&scene.stream);
}

/* As going back to a backup leaves it: links, and no rows of them. */
static void
a_pass_without_its_row_is_removed(void **state)
{
	struct unit *unit = *state;
	char token[JWT_BYTES_MAX], place[KEY_BYTES], public[KEY_BYTES];
	struct scene scene;
	struct error err;

	scene_make(unit, &scene);
	token_make(unit, &scene, 100, token);
	place_of(unit, &scene, token, place);
	unit_sql(unit, STORE_LASTING, "DELETE FROM pass");
	unit_ok(pass_sweep(&unit->live, &err), &err);
	assert_false(is_open(unit, place));
	see(unit, &scene.stream, VISIBILITY_PUBLIC);
	place_of(unit, &scene, NULL, public);
	unit_sql(unit, STORE_PASSING, "DELETE FROM chore");
	unit_ok(pass_sweep(&unit->live, &err), &err);
	assert_true(is_open(unit, public));
	stream_free(&scene.stream);
}

static void
a_link_that_was_lost_is_made_again(void **state)
{
	struct unit *unit = *state;
	char token[JWT_BYTES_MAX], place[KEY_BYTES];
	struct recording recording;
	struct scene scene;
	struct error err;

	scene_make(unit, &scene);
	token_make(unit, &scene, 100, token);
	place_of(unit, &scene, token, place);
	unit_ok(media_hide(&unit->config, place, &err), &err);
	assert_false(is_open(unit, place));
	place_of(unit, &scene, token, place);
	assert_true(is_open(unit, place));
	see(unit, &scene.stream, VISIBILITY_PUBLIC);
	unit_recording(unit, &scene.stream, &recording);
	unit_ok(media_hide(&unit->config, recording.id, &err), &err);
	place_of(unit, &scene, NULL, place);
	assert_true(is_open(unit, recording.id));
	stream_free(&scene.stream);
}

static void
a_token_may_be_for_so_many_at_once(void **state)
{
	static const char *const IDS[3] = { "AAAAAAAAAAAAAAAAAAAAA",
		"BBBBBBBBBBBBBBBBBBBBB", "CCCCCCCCCCCCCCCCCCCCC" };
	struct unit *unit = *state;
	struct heartbeat beat = { .playback = { 7, INT64_MAX, 2 } };
	struct audience audience;
	struct scene scene;
	struct error err;
	int i;

	scene_make(unit, &scene);
	for (i = 0; i < 4; i++) {
		beat.viewer_id = IDS[i % 2];
		unit_ok(audience_heartbeat(
			    &unit->live, &scene.stream, &beat, &audience, &err),
		    &err);
	}
	beat.viewer_id = IDS[2];
	unit_fails(audience_heartbeat(
		       &unit->live, &scene.stream, &beat, &audience, &err),
	    &err, ERROR_VIEWERS_MAX);
	/* By another right there is room; and by this, once one has left. */
	beat.playback.id = 8;
	unit_ok(audience_heartbeat(
		    &unit->live, &scene.stream, &beat, &audience, &err),
	    &err);
	beat.leaving = true;
	beat.viewer_id = IDS[0];
	unit_ok(audience_heartbeat(
		    &unit->live, &scene.stream, &beat, &audience, &err),
	    &err);
	beat.leaving = false;
	beat.playback.id = 7;
	beat.viewer_id = IDS[2];
	unit_ok(audience_heartbeat(
		    &unit->live, &scene.stream, &beat, &audience, &err),
	    &err);
	assert_int_equal(audience.viewers, 2);
	stream_free(&scene.stream);
}

static void
no_lease_is_longer_than_the_right(void **state)
{
	struct unit *unit = *state;
	const struct signal signal = { .type = MAIL_OFFER, .data = "{}" };
	char token[JWT_BYTES_MAX];
	struct cursor cursor;
	struct scene scene;
	struct grant grant;
	struct call call;
	struct error err;

	scene_make(unit, &scene);
	unit_attend(unit, &scene.stream, &cursor);
	token_make(unit, &scene, 10, token);
	assert_int_equal(admit(unit, &scene, token, HERE, &call), ERROR_NONE);
	unit_ok(
	    signaling_offer(&unit->live, &call, &signal, &grant, &err), &err);
	assert_int_equal(unit_sql_int(unit, STORE_PASSING,
			     "SELECT count(*) FROM peer"
			     " WHERE playback <> 0 AND lease_ms = until_ms"),
	    1);
	/* Two readings of two clocks lie between them. */
	assert_int_equal(unit_sql_int(unit, STORE_PASSING,
			     "SELECT count(*) FROM viewer v, peer p"
			     " WHERE abs(v.lease_ms - p.until_ms) < 1000"),
	    1);
	stream_free(&call.stream);
	/* The peer's own token is good for as long, and renews no further. */
	assert_int_equal(
	    admit(unit, &scene, grant.token, HERE, &call), ERROR_NONE);
	assert_int_equal(call.caller.role, ROLE_VIEWER);
	assert_true(call.playback.until_unix_ms < INT64_MAX);
	stream_free(&call.stream);
	stream_free(&scene.stream);
}

static void
recordings_of_an_older_layout_are_moved(void **state)
{
	struct unit *unit = *state;
	char kept[FILE_PATH_BYTES], old[FILE_PATH_BYTES], place[KEY_BYTES];
	struct recording recording;
	struct scene scene, private;
	struct error err;

	scene_make(unit, &private);
	scene_make(unit, &scene);
	see(unit, &scene.stream, VISIBILITY_PUBLIC);
	unit_recording(unit, &scene.stream, &recording);
	/* As it was: a folder of live/, and no kept/. */
	unit_ok(media_path(&unit->config, MEDIA_LIVE, recording.id, old, &err),
	    &err);
	unit_ok(media_path(&unit->config, MEDIA_KEPT, recording.id, kept, &err),
	    &err);
	unit_ok(media_hide(&unit->config, recording.id, &err), &err);
	assert_int_equal(rename(kept, old), 0);
	unit_recording(unit, &private.stream, &recording);
	unit_ok(media_path(&unit->config, MEDIA_LIVE, recording.id, old, &err),
	    &err);
	unit_ok(media_path(&unit->config, MEDIA_KEPT, recording.id, kept, &err),
	    &err);
	assert_int_equal(rename(kept, old), 0);
	unit_media_remove(unit, MEDIA_KEPT);
	unit_ok(media_prepare(&unit->config, &err), &err);
	assert_false(is_open(unit, recording.id));
	place_of(unit, &private, private.key, place);
	assert_true(is_open(unit, place));
	place_of(unit, &scene, NULL, place);
	assert_true(is_open(unit, place));
	stream_free(&scene.stream);
	stream_free(&private.stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(a_token_lets_its_holder_in),
		UNIT_LIVE(another_streams_token_is_none),
		UNIT_LIVE(a_token_is_good_in_its_time_alone),
		UNIT_LIVE(a_token_may_be_for_an_address),
		UNIT_LIVE(a_life_has_bounds),
		UNIT_LIVE(a_token_falls_with_the_key_that_made_it),
		UNIT_LIVE(each_right_has_a_name_of_its_own),
		UNIT_LIVE(no_broadcast_is_open_to_more_tokens_than_are_allowed),
		UNIT_LIVE(what_ran_out_is_closed),
		UNIT_LIVE(turning_private_closes_what_was_public),
		UNIT_LIVE(turning_private_expels_who_has_no_right),
		UNIT_LIVE(deleting_closes_all),
		UNIT_LIVE(a_right_that_was_lost_meanwhile_opens_nothing),
		UNIT_LIVE(
		    a_right_that_falls_meanwhile_makes_no_peer_and_no_pass),
		UNIT_LIVE(a_pass_without_its_row_is_removed),
		UNIT_LIVE(a_link_that_was_lost_is_made_again),
		UNIT_LIVE(a_token_may_be_for_so_many_at_once),
		UNIT_LIVE(no_lease_is_longer_than_the_right),
		UNIT_LIVE(recordings_of_an_older_layout_are_moved),
	};

	return UNIT_RUN(tests);
}
