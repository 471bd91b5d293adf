/*
 * live/lifecycle.h: a stream's states, its key, its end.
 */
#include "store/presence.h"
#include "unit.h"

static int64_t
count(const struct unit *unit, const char *table)
{
	char sql[128];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	return unit_sql_int(unit, STORE_PASSING, sql);
}

static int64_t
deadline(const struct unit *unit)
{
	return unit_sql_int(unit, STORE_PASSING,
	    "SELECT coalesce(deadline_ms, 0) FROM broadcast");
}

static void
start(struct unit *unit, struct stream *stream)
{
	struct error err;

	unit_ok(lifecycle_start(&unit->live, stream, &err), &err);
}

static void
stop(struct unit *unit, struct stream *stream)
{
	struct error err;

	unit_ok(lifecycle_stop(&unit->live, stream, false, &err), &err);
}

static void
a_new_stream_is_pending_and_as_it_was_drafted(void **state)
{
	const struct stream_draft draft = {
		.title = "T\xc3\xaftle",
		.description = "two\nlines",
		.visibility = VISIBILITY_UNLISTED,
		.record = true,
	};
	struct unit *unit = *state;
	struct stream stream;
	struct stream_keys keys;
	struct error err;

	unit_ok(
	    lifecycle_create(&unit->live, &draft, &stream, &keys, &err), &err);
	assert_true(id_valid(stream.id, ID_CHARS));
	assert_true(id_valid(keys.key, KEY_CHARS));
	unit_again(unit, &stream);
	assert_string_equal(stream.title, draft.title);
	assert_string_equal(stream.description, draft.description);
	assert_int_equal(stream.visibility, VISIBILITY_UNLISTED);
	assert_true(stream.record);
	assert_int_equal(stream.status, STREAM_PENDING);
	assert_int_equal(stream.started_unix_ms, 0);
	assert_int_equal(stream.stopped_unix_ms, 0);
	assert_true(stream.created_unix_ms > 0);
	stream_free(&stream);
}

/* True if a file of the folder holds the text anywhere. */
static bool
folder_holds(const struct unit *unit, const char *text)
{
	static char bytes[4 * 1024 * 1024];
	const size_t length = strlen(text);
	char path[UNIT_PATH_BYTES];
	struct dirent *entry;
	bool found = false;
	size_t size, i;
	FILE *file;
	DIR *list;

	list = opendir(unit->folder);
	assert_non_null(list);
	while ((entry = readdir(list)) != NULL) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", unit->folder, entry->d_name);
		file = fopen(path, "rb");
		if (file == NULL)
			continue;
		size = fread(bytes, 1, sizeof(bytes), file);
		(void)fclose(file);
		for (i = 0; i + length <= size; i++)
			found = found || memcmp(bytes + i, text, length) == 0;
	}
	(void)closedir(list);
	return found;
}

static void
the_key_itself_is_in_no_file(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	char key[KEY_BYTES];

	unit_create(unit, VISIBILITY_PUBLIC, &stream, key);
	assert_true(folder_holds(unit, stream.id));
	assert_false(folder_holds(unit, key));
	stream_free(&stream);
}

static void
a_started_stream_is_live_and_watched(void **state)
{
	struct unit *unit = *state;
	const int64_t before = clock_unix_ms();
	struct stream stream;

	unit_start(unit, &stream);
	assert_int_equal(stream.status, STREAM_LIVE);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_LIVE);
	assert_true(stream.started_unix_ms >= before);
	assert_int_equal(stream.stopped_unix_ms, 0);
	assert_int_equal(count(unit, "broadcast"), 1);
	assert_true(deadline(unit) >= before + 3600 * 1000);
	stream_free(&stream);
}

static void
an_unattended_stream_may_last_for_ever(void **state)
{
	struct unit *unit = *state;
	struct stream stream;

	unit->config.unattended_window_s = 0;
	unit_start(unit, &stream);
	assert_int_equal(deadline(unit), 0);
	stream_free(&stream);
}

static void
a_stream_that_starts_with_its_publisher_has_no_deadline(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct cursor cursor;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	unit_attend(unit, &stream, &cursor);
	start(unit, &stream);
	assert_int_equal(count(unit, "broadcast"), 1);
	assert_int_equal(deadline(unit), 0);
	stream_free(&stream);
}

static void
starting_a_live_stream_changes_nothing(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	int64_t started;

	unit_start(unit, &stream);
	started = stream.started_unix_ms;
	unit_nap_ms(3);
	start(unit, &stream);
	assert_int_equal(stream.started_unix_ms, started);
	unit_again(unit, &stream);
	assert_int_equal(stream.started_unix_ms, started);
	stream_free(&stream);
}

/* Two requests at once: each has read the stream before the other wrote. */
static void
who_starts_second_is_told_when_the_first_did(void **state)
{
	struct unit *unit = *state;
	struct stream first, second;

	unit_create(unit, VISIBILITY_PUBLIC, &first, NULL);
	second = first;
	start(unit, &first);
	unit_nap_ms(3);
	start(unit, &second);
	assert_int_equal(second.status, STREAM_LIVE);
	assert_int_equal(second.started_unix_ms, first.started_unix_ms);
	unit_again(unit, &first);
	assert_int_equal(second.started_unix_ms, first.started_unix_ms);
	stream_free(&first);
}

static void
who_stops_second_is_told_when_the_first_did(void **state)
{
	struct unit *unit = *state;
	struct stream first, second;

	unit_start(unit, &first);
	second = first;
	stop(unit, &first);
	unit_nap_ms(3);
	stop(unit, &second);
	assert_int_equal(second.status, STREAM_READY);
	assert_int_equal(second.stopped_unix_ms, first.stopped_unix_ms);
	stream_free(&first);
}

static void
a_stream_that_was_deleted_meanwhile_cannot_start(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	unit_ok(lifecycle_delete(&unit->live, stream.id, &err), &err);
	unit_fails(lifecycle_start(&unit->live, &stream, &err), &err,
	    ERROR_STREAM_UNKNOWN);
	stream_free(&stream);
}

static void
a_stopped_stream_is_ready_and_unwatched(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct cursor cursor;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	stop(unit, &stream);
	assert_int_equal(stream.status, STREAM_READY);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_READY);
	assert_true(stream.stopped_unix_ms >= stream.started_unix_ms);
	assert_int_equal(count(unit, "broadcast"), 0);
	assert_int_equal(count(unit, "publisher"), 0);
	stream_free(&stream);
}

static void
stopping_a_ready_stream_changes_nothing(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	int64_t stopped, mails;

	unit_start(unit, &stream);
	stop(unit, &stream);
	stopped = stream.stopped_unix_ms;
	mails = count(unit, "mail");
	unit_nap_ms(3);
	stop(unit, &stream);
	unit_again(unit, &stream);
	assert_int_equal(stream.stopped_unix_ms, stopped);
	assert_int_equal(count(unit, "mail"), mails);
	stream_free(&stream);
}

static void
a_stopped_stream_can_be_started_again(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	int64_t first;

	unit_start(unit, &stream);
	first = stream.started_unix_ms;
	stop(unit, &stream);
	unit_nap_ms(3);
	start(unit, &stream);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_LIVE);
	assert_true(stream.started_unix_ms > first);
	assert_int_equal(stream.stopped_unix_ms, 0);
	assert_int_equal(count(unit, "broadcast"), 1);
	stream_free(&stream);
}

static void
a_stop_by_id_stops_what_is_live_alone(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	unit_ok(lifecycle_stop_id(&unit->live, stream.id, &err), &err);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_PENDING);
	start(unit, &stream);
	unit_ok(lifecycle_stop_id(&unit->live, stream.id, &err), &err);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_READY);
	unit_ok(lifecycle_stop_id(&unit->live, "nobody", &err), &err);
	stream_free(&stream);
}

static void
patch(
    struct unit *unit, struct stream *stream, const struct stream_patch *change)
{
	struct error err;

	unit_ok(lifecycle_update(&unit->live, stream, change, &err), &err);
}

static void
an_update_writes_what_people_see(void **state)
{
	const enum visibility hidden = VISIBILITY_PRIVATE;
	const struct stream_patch change = {
		.title = "Another",
		.description = "and more",
		.sets_description = true,
		.visibility = &hidden,
	};
	struct unit *unit = *state;
	struct stream stream;
	int i;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	patch(unit, &stream, &change);
	for (i = 0; i < 2; i++) {
		assert_string_equal(stream.title, "Another");
		assert_string_equal(stream.description, "and more");
		assert_int_equal(stream.visibility, VISIBILITY_PRIVATE);
		assert_int_equal(stream.status, STREAM_PENDING);
		unit_again(unit, &stream);
	}
	stream_free(&stream);
}

static void
an_update_leaves_what_it_does_not_name(void **state)
{
	const enum visibility hidden = VISIBILITY_UNLISTED;
	struct unit *unit = *state;
	struct stream stream;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	patch(unit, &stream,
	    &(struct stream_patch){
		.description = "kept", .sets_description = true });
	patch(unit, &stream, &(struct stream_patch){ .title = "T" });
	patch(unit, &stream, &(struct stream_patch){ .visibility = &hidden });
	assert_string_equal(stream.title, "T");
	assert_string_equal(stream.description, "kept");
	assert_int_equal(stream.visibility, VISIBILITY_UNLISTED);
	patch(
	    unit, &stream, &(struct stream_patch){ .sets_description = true });
	assert_null(stream.description);
	assert_string_equal(stream.title, "T");
	stream_free(&stream);
}

static void
two_updates_at_once_do_not_undo_each_other(void **state)
{
	struct unit *unit = *state;
	struct stream first, second;

	unit_create(unit, VISIBILITY_PUBLIC, &first, NULL);
	second = first;
	patch(unit, &first, &(struct stream_patch){ .title = "T" });
	patch(unit, &second,
	    &(struct stream_patch){
		.description = "D", .sets_description = true });
	assert_string_equal(second.title, "T");
	assert_string_equal(second.description, "D");
	stream_free(&first);
	stream_free(&second);
}

static void
of_two_rotations_at_once_one_wins(void **state)
{
	struct unit *unit = *state;
	struct stream first, second;
	struct stream_keys keys, zeroes = { .key = "" };
	struct call call;
	struct error err;

	unit_create(unit, VISIBILITY_PUBLIC, &first, NULL);
	second = first;
	unit_ok(lifecycle_rotate(&unit->live, &first, &keys, &err), &err);
	unit_ok(access_publisher(&unit->live, first.id, keys.key, &call, &err),
	    &err);
	stream_free(&call.stream);
	unit_fails(lifecycle_rotate(&unit->live, &second, &keys, &err), &err,
	    ERROR_KEY_WRONG);
	assert_memory_equal(&keys, &zeroes, sizeof(keys));
	stream_free(&first);
}

static void
a_rotated_key_takes_the_old_ones_place(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct call seen;
	char old[KEY_BYTES];
	struct stream_keys keys;
	struct topic mail;
	struct error err;
	uint32_t version;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, old);
	mail = live_mail_topic(stream.id, MAIL_PUBLISHER);
	version = topic_version(mail);
	unit_ok(lifecycle_rotate(&unit->live, &stream, &keys, &err), &err);
	assert_true(id_valid(keys.key, KEY_CHARS));
	assert_int_not_equal(topic_version(mail), version);
	unit_fails(access_publisher(&unit->live, stream.id, old, &seen, &err),
	    &err, ERROR_KEY_WRONG);
	unit_ok(access_publisher(&unit->live, stream.id, keys.key, &seen, &err),
	    &err);
	stream_free(&seen.stream);
	stream_free(&stream);
}

static void
a_deleted_stream_leaves_nothing(void **state)
{
	static const char *const TABLES[] = { "publisher", "broadcast", "peer",
		"mail", "viewer" };
	struct unit *unit = *state;
	struct stream stream, gone;
	struct caller viewer;
	struct cursor cursor;
	struct grant grant;
	struct error err;
	size_t i;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &cursor);
	unit_offer(unit, &stream, &grant, &viewer);
	unit_ok(lifecycle_delete(&unit->live, stream.id, &err), &err);
	assert_int_equal(
	    store_stream_find(unit->live.store, stream.id, &gone, &err), 0);
	for (i = 0; i < UNIT_COUNT(TABLES); i++)
		assert_int_equal(count(unit, TABLES[i]), 0);
	stream_free(&stream);
}

static void
every_change_of_state_wakes_who_watches_the_stream(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct topic topic;
	struct error err;
	uint32_t version;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	topic = live_stream_topic(stream.id);
	version = topic_version(topic);
	start(unit, &stream);
	assert_int_not_equal(topic_version(topic), version);
	version = topic_version(topic);
	patch(unit, &stream, &(struct stream_patch){ .title = "T" });
	assert_int_not_equal(topic_version(topic), version);
	version = topic_version(topic);
	stop(unit, &stream);
	assert_int_not_equal(topic_version(topic), version);
	version = topic_version(topic);
	unit_ok(lifecycle_delete(&unit->live, stream.id, &err), &err);
	assert_int_not_equal(topic_version(topic), version);
	assert_false(topic_marked(topic));
	stream_free(&stream);
}

/* Killed between the two steps: never live without a watch. */
static void
the_watch_is_written_before_the_state(void **state)
{
	struct unit *unit = *state;
	struct stream stream;
	struct error err;
	sqlite3 *other;

	unit->config.busy_timeout_ms = 20;
	live_close(&unit->live);
	unit_ok(live_open(&unit->live, &unit->config, &err), &err);
	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	other = unit_connect(unit, STORE_LASTING);
	(void)sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	unit_fails(
	    lifecycle_start(&unit->live, &stream, &err), &err, ERROR_BUSY);
	(void)sqlite3_close(other);
	assert_int_equal(stream.status, STREAM_PENDING);
	assert_int_equal(count(unit, "broadcast"), 1);
	stream_free(&stream);
}

static void
after_a_power_cut_live_streams_are_watched_again(void **state)
{
	struct unit *unit = *state;
	struct stream lost, kept, pending;
	struct error err;
	char sql[128];

	unit_start(unit, &lost);
	unit_start(unit, &kept);
	unit_create(unit, VISIBILITY_PUBLIC, &pending, NULL);
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE broadcast SET deadline_ms = 7 WHERE stream_id = '%s';",
	    kept.id);
	unit_sql(unit, STORE_PASSING, sql);
	(void)snprintf(sql, sizeof(sql),
	    "DELETE FROM broadcast WHERE stream_id = '%s'", lost.id);
	unit_sql(unit, STORE_PASSING, sql);
	unit_ok(lifecycle_recover(&unit->live, &err), &err);
	assert_int_equal(count(unit, "broadcast"), 2);
	assert_int_equal(unit_sql_int(unit, STORE_PASSING,
			     "SELECT min(deadline_ms) FROM broadcast"),
	    7);
	assert_true(
	    unit_sql_int(unit, STORE_PASSING,
		"SELECT max(deadline_ms) FROM broadcast") > steady_now_ms());
	stream_free(&lost);
	stream_free(&kept);
	stream_free(&pending);
}

/* The program was killed between the two halves of a stop. */
static void
a_stop_that_was_cut_short_is_finished_by_the_next(void **state)
{
	struct unit *unit = *state;
	struct cursor page;
	struct stream stream;
	struct error err;

	unit_start(unit, &stream);
	unit_attend(unit, &stream, &page);
	unit_sql(unit, STORE_LASTING, "UPDATE stream SET status = 2");
	unit_ok(lifecycle_stop(&unit->live, &stream, false, &err), &err);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM publisher"),
	    0);
	assert_int_equal(
	    unit_sql_int(unit, STORE_PASSING, "SELECT count(*) FROM broadcast"),
	    0);
	stream_free(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(a_new_stream_is_pending_and_as_it_was_drafted),
		UNIT_LIVE(the_key_itself_is_in_no_file),
		UNIT_LIVE(a_started_stream_is_live_and_watched),
		UNIT_LIVE(an_unattended_stream_may_last_for_ever),
		UNIT_LIVE(
		    a_stream_that_starts_with_its_publisher_has_no_deadline),
		UNIT_LIVE(a_stop_that_was_cut_short_is_finished_by_the_next),
		UNIT_LIVE(starting_a_live_stream_changes_nothing),
		UNIT_LIVE(who_starts_second_is_told_when_the_first_did),
		UNIT_LIVE(who_stops_second_is_told_when_the_first_did),
		UNIT_LIVE(a_stream_that_was_deleted_meanwhile_cannot_start),
		UNIT_LIVE(a_stopped_stream_is_ready_and_unwatched),
		UNIT_LIVE(stopping_a_ready_stream_changes_nothing),
		UNIT_LIVE(a_stopped_stream_can_be_started_again),
		UNIT_LIVE(a_stop_by_id_stops_what_is_live_alone),
		UNIT_LIVE(an_update_writes_what_people_see),
		UNIT_LIVE(an_update_leaves_what_it_does_not_name),
		UNIT_LIVE(two_updates_at_once_do_not_undo_each_other),
		UNIT_LIVE(of_two_rotations_at_once_one_wins),
		UNIT_LIVE(a_rotated_key_takes_the_old_ones_place),
		UNIT_LIVE(a_deleted_stream_leaves_nothing),
		UNIT_LIVE(every_change_of_state_wakes_who_watches_the_stream),
		UNIT_LIVE(the_watch_is_written_before_the_state),
		UNIT_LIVE(after_a_power_cut_live_streams_are_watched_again),
	};

	return UNIT_RUN(tests);
}
