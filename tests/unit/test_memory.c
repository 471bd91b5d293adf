/*
 * No memory: the n-th allocation fails, for every n until none is left. What
 * failed says so, leaves nothing behind, and works when there is memory.
 *
 * Not here: what json-c builds. It ends the program when there is no memory,
 * and the web server starts another. That is in http/body.c and http/reply.c
 * (bodies), live/wire.c and live/listing.c (what is answered), live/whep.c (the
 * page's answers) and the ICE servers of live/live.c. The rules are in
 * test_memory_rules.c.
 */
#include "base/buf.h"
#include "live/playlist.h"
#include "unit_memory.h"

#if !UNIT_SANITIZED

static int
fill_buffer(void *context, struct error *err)
{
	struct buf buf;
	int i, rc;

	(void)context;
	buf_init(&buf, 100000);
	for (i = 0; i < 5000; i++)
		buf_format(&buf, "%d ", i % 10);
	rc = buf.failed ? error_set(err, ERROR_SYSTEM, NULL, "no") : 0;
	if (rc == 0 && buf.size != 10000)
		rc = 1;
	buf_free(&buf);
	return rc;
}

static void
a_buffer_without_memory_fails(void **state)
{
	(void)state;
	assert_true(starve(fill_buffer, NULL) > 3);
	starve_without_leaks(fill_buffer, NULL);
}

static int
parse_playlist(void *context, struct error *err)
{
	static const char *const TEXTS[] = {
		"#EXTM3U\n#EXT-X-TARGETDURATION:2\n",
		"#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"g\",NAME=\"n\","
		"URI=\"a.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n",
	};
	struct playlist playlist;
	struct buf text;
	int i, rc = 0;

	(void)context;
	buf_init(&text, 100000);
	buf_text(&text, TEXTS[0]);
	for (i = 0; i < 40; i++) /* more than the list has room for at first */
		buf_text(&text, "#EXTINF:2,\na.ts\n");
	if (text.failed)
		rc = error_set(err, ERROR_SYSTEM, NULL, "no");
	if (rc == 0)
		rc = playlist_parse(
		    &playlist, text.data, text.size, "i.m3u8", err);
	buf_free(&text);
	if (rc != 0)
		return rc;
	playlist_free(&playlist);
	rc = playlist_parse(
	    &playlist, TEXTS[1], strlen(TEXTS[1]), "i.m3u8", err);
	if (rc == 0)
		playlist_free(&playlist);
	return rc;
}

static void
a_playlist_without_memory_is_an_error(void **state)
{
	(void)state;
	assert_true(starve(parse_playlist, NULL) > 5);
	starve_without_leaks(parse_playlist, NULL);
}

static int
change_many(void *context, struct error *err)
{
	struct unit *unit = context;
	struct change change;
	char name[16];
	int i, rc = 0;

	if (change_begin(&change, &unit->live, STORE_PASSING, err) != 0)
		return -1;
	for (i = 0; i < 40 && rc == 0; i++) {
		(void)snprintf(name, sizeof(name), "memory%d", i);
		rc = change_wakes(&change, topic_of("mail", name), err);
	}
	return change_end(&change, rc, err);
}

static void
a_change_without_memory_is_rolled_back_and_unmarked(void **state)
{
	struct unit *unit = *state;
	struct error err;
	char name[16];
	int i;

	assert_true(starve(change_many, unit) >= 3);
	for (i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "memory%d", i);
		assert_false(topic_marked(topic_of("mail", name)));
	}
	assert_int_equal(change_many(unit, &err), 0);
}

static int
create_stream(void *context, struct error *err)
{
	const struct stream_draft draft = {
		.title = "title",
		.description = "description",
	};
	struct unit *unit = context;
	struct stream stream;
	struct stream_keys keys;

	if (lifecycle_create(&unit->live, &draft, &stream, &keys, err) != 0)
		return -1;
	stream_free(&stream);
	return 0;
}

static int
count_streams(struct unit *unit)
{
	return (int)unit_sql_int(
	    unit, STORE_LASTING, "SELECT count(*) FROM stream");
}

static void
a_stream_is_created_with_memory_or_not_at_all(void **state)
{
	struct unit *unit = *state;
	struct error err;
	long n;
	int rc, before;

	for (n = 0; n < 1000; n++) {
		before = count_streams(unit);
		countdown = n;
		rc = create_stream(unit, &err);
		if (countdown >= 0)
			break;
		assert_int_equal(count_streams(unit), before + (rc == 0));
	}
	countdown = -1;
	assert_true(n > 0 && n < 1000);
}

struct scene {
	struct unit *unit;
	const struct stream *stream;
};

static int
make_offer(void *context, struct error *err)
{
	const struct signal signal = { .type = MAIL_OFFER, .data = "{}" };
	const struct scene *scene = context;
	struct grant grant;

	return signaling_offer(&scene->unit->live,
	    UNIT_CALL(scene->stream, &UNIT_ANYONE), &signal, &grant, err);
}

static void
an_offer_is_made_whole_or_not_at_all(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct cursor cursor;
	struct scene scene = { unit, &stream };
	struct error err;
	long n;
	int rc, made = 0;

	unit->config.max_peers = 10000;
	unit->config.mailbox_max = 10000;
	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	for (n = 0; n < 1000; n++) {
		countdown = n;
		rc = make_offer(&scene, &err);
		if (countdown >= 0)
			break;
		made += rc == 0;
		assert_int_equal(unit_sql_int(unit, STORE_PASSING,
				     "SELECT count(*) FROM peer"),
		    made);
		assert_int_equal(unit_sql_int(unit, STORE_PASSING,
				     "SELECT count(*) FROM mail"),
		    2 * made);
	}
	countdown = -1;
	assert_int_equal(rc, 0);
	stream_free(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_without_memory_fails),
		cmocka_unit_test(a_playlist_without_memory_is_an_error),
		UNIT_LIVE(a_change_without_memory_is_rolled_back_and_unmarked),
		UNIT_LIVE(a_stream_is_created_with_memory_or_not_at_all),
		UNIT_LIVE(an_offer_is_made_whole_or_not_at_all),
	};

	return UNIT_RUN(tests);
}

#else

int
main(void)
{
	(void)printf("TAP version 13\n1..1\n"
		     "ok 1 # SKIP a sanitizer's malloc is in the way\n");
	return 0;
}

#endif
