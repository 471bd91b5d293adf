/*
 * live/check.h: a sound site, and each thing that may be wrong with one.
 */
#include <utime.h>

#include "live/check.h"
#include "live/recording.h"
#include "unit_jobs.h"

/* What was said, a line each. */
struct said {
	char lines[8][400];
	int count;
};

static void
say(void *context, const char *line)
{
	struct said *said = context;

	assert_true(said->count < (int)UNIT_COUNT(said->lines));
	(void)snprintf(
	    said->lines[said->count++], sizeof(said->lines[0]), "%s", line);
}

/* Or what one test leaves is old to a later one, where both take long. */
static int
end(void **state)
{
	struct unit *unit = *state;
	struct error err;

	unit_media_remove(unit, MEDIA_KEPT);
	unit_media_remove(unit, MEDIA_LIVE);
	unit_media_remove(unit, MEDIA_TRASH);
	unit_ok(media_prepare(&unit->config, &err), &err);
	return unit_test_end(state);
}

/* How many things are wrong. */
static int
look(struct unit *unit, struct said *said)
{
	struct findings findings = { .say = say, .context = said };
	struct error err;

	said->count = 0;
	unit_ok(check_site(&unit->config, &findings, &err), &err);
	return findings.count;
}

/* One thing is wrong, and its line has these words. */
static void
finds(struct unit *unit, const char *one, const char *other)
{
	struct said said;

	assert_int_equal(look(unit, &said), 1);
	if (strstr(said.lines[0], one) == NULL ||
	    strstr(said.lines[0], other) == NULL)
		fail_msg("%s", said.lines[0]);
}

static void
file_of(const struct unit *unit, const struct recording *recording,
    const char *name, char path[FILE_PATH_BYTES])
{
	struct error err;

	unit_ok(
	    media_file(&unit->config, recording->id, name, path, &err), &err);
}

/* A stream with a replay, and its recording. */
static void
recorded(struct unit *unit, struct recording *recording)
{
	struct stream stream;

	over(unit, 3, &stream, recording);
	replay(unit, recording);
	unit_recording(unit, &stream, recording);
	assert_int_equal(recording->state, RECORDING_READY);
	stream_free(&stream);
}

static void
a_site_is_sound(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct said said;

	assert_int_equal(look(unit, &said), 0);
	recorded(unit, &recording);
	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	unit_push(unit, &stream, "a", 0, 2); /* and one that is live */
	assert_int_equal(look(unit, &said), 0);
	assert_int_equal(said.count, 0);
	stream_free(&stream);
}

static void
a_missing_folder_is_found(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	char path[FILE_PATH_BYTES];
	struct error err;

	recorded(unit, &recording);
	unit_ok(media_path(&unit->config, MEDIA_KEPT, recording.id, path, &err),
	    &err);
	assert_int_equal(file_remove_folder(path, 1000, &err), 1);
	finds(unit, recording.id, "folder is missing");
	/* Nobody sees it any more: then it needs none. */
	unit_sql(unit, STORE_LASTING, "UPDATE recording SET state = 4");
	assert_int_equal(look(unit, &(struct said){ .count = 0 }), 0);
}

static void
segments_that_are_missing_or_cut_are_found(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	char path[FILE_PATH_BYTES];

	recorded(unit, &recording);
	file_of(unit, &recording, "r0-1.ts", path);
	assert_int_equal(truncate(path, 1), 0);
	finds(unit, "of 3 segments", "0 are missing and 1 have another size");
	finds(unit, recording.id, "first r0-1.ts");
	assert_int_equal(unlink(path), 0);
	finds(unit, recording.id, "1 are missing and 0 have another size");
}

static void
what_was_made_must_be_there(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	char path[FILE_PATH_BYTES];
	struct error err;

	recorded(unit, &recording);
	unit_sql(unit, STORE_LASTING, "UPDATE recording SET mp4_bytes = 5");
	finds(unit, recording.id, "replay.mp4 is missing");
	file_of(unit, &recording, "replay.mp4", path);
	unit_ok(file_replace(path, "four", 4, &err), &err);
	finds(unit, recording.id, "replay.mp4 has 4 bytes of 5");
	unit_sql(unit, STORE_LASTING,
	    "UPDATE recording SET mp4_bytes = NULL, poster = 1");
	finds(unit, recording.id, "poster.jpg is missing");
	unit_sql(unit, STORE_LASTING, "UPDATE recording SET poster = 0");
	file_of(unit, &recording, "replay.m3u8", path);
	assert_int_equal(unlink(path), 0);
	finds(unit, recording.id, "replay.m3u8 is missing");
}

static void
a_folder_of_no_recording_is_found_once_it_is_old(void **state)
{
	const struct utimbuf long_ago = { 1000000, 1000000 };
	static const enum media_area AREAS[2] = { MEDIA_KEPT, MEDIA_TRASH };
	struct unit *unit = *state;
	char path[FILE_PATH_BYTES];
	struct error err;
	int i;

	for (i = 0; i < 2; i++) {
		unit_ok(media_path(&unit->config, AREAS[i],
			    "AAAAAAAAAAAAAAAAAAAAA", path, &err),
		    &err);
		unit_ok(file_make_folder(path, &err), &err);
		assert_int_equal(utime(path, &long_ago), 0);
		finds(unit, "AAAAAAAAAAAAAAAAAAAAA", "no recording has");
		assert_int_equal(rmdir(path), 0);
	}
	unit_ok(file_make_folder(path, &err), &err);
	assert_true(file_age_s(path) >= 60 ||
		    look(unit, &(struct said){ .count = 0 }) == 0);
	assert_int_equal(rmdir(path), 0);
}

static void
a_damaged_file_is_found(void **state)
{
	struct unit *unit = *state;
	char path[UNIT_PATH_BYTES], bytes[8192];
	struct error err;
	struct said said;

	live_close(&unit->live);
	unit_damage(unit, "livebin.db");
	memset(bytes, 'x', sizeof(bytes));
	assert_true(look(unit, &said) > 0);
	assert_memory_equal(said.lines[0], "livebin.db: ", 12);
	unit_path(unit, "passing.db", path);
	unit_ok(file_replace(path, bytes, sizeof(bytes), &err), &err);
	assert_true(look(unit, &said) > 1);
	assert_memory_equal(
	    said.lines[said.count - 1], "passing.db: file is not a", 25);
}

static void
a_lost_secret_is_found_and_not_made_anew(void **state)
{
	struct unit *unit = *state;
	char path[UNIT_PATH_BYTES];

	unit_path(unit, "secret", path);
	assert_int_equal(unlink(path), 0);
	finds(unit, "secret: ", "missing");
	assert_int_equal(access(path, F_OK), -1);
}

static void
a_newer_file_is_found_and_an_older_one_is_left(void **state)
{
	struct unit *unit = *state;
	struct said said;

	live_close(&unit->live);
	unit_sql(unit, STORE_LASTING, "PRAGMA user_version = 99");
	finds(unit, "livebin.db: version 99", "update livebin");
	unit_sql(unit, STORE_LASTING, "PRAGMA user_version = 2");
	assert_int_equal(look(unit, &said), 0);
	assert_int_equal(said.count, 1);
	assert_non_null(strstr(said.lines[0], "livebin.db: version 2;"));
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "PRAGMA user_version"), 2);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, unit_test_begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_site_is_sound),
		TEST(a_missing_folder_is_found),
		TEST(segments_that_are_missing_or_cut_are_found),
		TEST(what_was_made_must_be_there),
		TEST(a_folder_of_no_recording_is_found_once_it_is_old),
		TEST(a_damaged_file_is_found),
		TEST(a_lost_secret_is_found_and_not_made_anew),
		TEST(a_newer_file_is_found_and_an_older_one_is_left),
	};

	return UNIT_RUN(tests);
}
