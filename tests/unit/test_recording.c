/*
 * live/recording.h: the end that players see, and what is removed while
 * somebody still publishes.
 */
#include <sys/stat.h>

#include "live/recording.h"
#include "unit_jobs.h"

static char text[UNIT_TEXT_BYTES]; /* one thread */

/* Ends the broadcast. */
static void
stop(struct unit *unit, struct stream *stream, bool keep)
{
	struct error err;

	unit_again(unit, stream);
	unit_ok(lifecycle_stop(&unit->live, stream, keep, &err), &err);
}

static void
assert_ended(
    struct unit *unit, const struct recording *recording, const char *name)
{
	assert_true(unit_media_text(unit, recording, name, text) > 0);
	assert_int_equal(unit_count_text(text, "#EXT-X-ENDLIST"), 1);
}

static void
players_see_the_end_beside_one_that_is_removed(void **state)
{
	struct unit *unit = *state;
	struct recording first, second;
	struct stream stream;
	struct error err;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	unit_push(unit, &stream, "a", 0, 1);
	unit_recording(unit, &stream, &first);
	stop(unit, &stream, false);
	assert_ended(unit, &first, "index.m3u8");
	unit_ok(recording_hide(&unit->live, &first, &err), &err);
	unit_ok(lifecycle_start(&unit->live, &stream, &err), &err);
	unit_push(unit, &stream, "b", 0, 1);
	unit_recording(unit, &stream, &second);
	stop(unit, &stream, false);
	assert_ended(unit, &second, "index.m3u8");
	assert_ended(unit, &second, "dvr.m3u8");
	stream_free(&stream);
}

/* A file of the recording's folder that is empty. */
static void
leave(struct unit *unit, const struct recording *recording, const char *name)
{
	char path[FILE_PATH_BYTES];
	struct error err;
	int fd;

	unit_ok(
	    media_file(&unit->config, recording->id, name, path, &err), &err);
	fd = file_create(path, &err);
	unit_ok(fd, &err);
	(void)close(fd);
}

static bool
is_there(struct unit *unit, const struct recording *recording, const char *name)
{
	char path[FILE_PATH_BYTES];
	struct error err;

	unit_ok(
	    media_file(&unit->config, recording->id, name, path, &err), &err);
	return file_size(path) >= 0;
}

static void
the_drafts_of_a_program_that_was_killed_go_with_the_end(void **state)
{
	static const char DRAFT[] = ".123456789012345678901";
	static const char OTHER[] = ".mp4-1-joined.mp4";
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	unit_push(unit, &stream, "a", 0, 1);
	unit_recording(unit, &stream, &recording);
	leave(unit, &recording, DRAFT);
	leave(unit, &recording, OTHER);
	stop(unit, &stream, false);
	assert_false(is_there(unit, &recording, DRAFT));
	assert_true(is_there(unit, &recording, OTHER));
	assert_true(is_there(unit, &recording, MEDIA_LOCK));
	stream_free(&stream);
}

/* A second rendition of the broadcast. */
static void
push_other(struct unit *unit, const struct stream *stream)
{
	struct unit_list list = { "other.m3u8", "o", 0, 0, NULL };
	struct error err;

	unit_ok(unit_send(unit, stream, "o0.ts", "other", &err), &err);
	unit_ok(unit_list(unit, stream, &list, &err), &err);
}

static void
players_see_the_end_of_what_can_be_written(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	char path[FILE_PATH_BYTES];
	struct stream stream;
	struct error err;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	unit_push(unit, &stream, "a", 0, 1);
	push_other(unit, &stream);
	unit_recording(unit, &stream, &recording);
	assert_int_equal(recording.renditions, 2);
	/* Nothing can be put in the place of a folder. */
	unit_ok(
	    media_file(&unit->config, recording.id, "r0-dvr.m3u8", path, &err),
	    &err);
	(void)unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	stop(unit, &stream, true);
	assert_ended(unit, &recording, "r0.m3u8");
	assert_ended(unit, &recording, "r1.m3u8");
	assert_ended(unit, &recording, "r1-dvr.m3u8");
	assert_int_equal(rmdir(path), 0);
	stream_free(&stream);
}

static void
what_is_published_into_is_out_of_sight_and_removed_later(void **state)
{
	struct unit *unit = *state;
	char folder[FILE_PATH_BYTES], path[FILE_PATH_BYTES + 8];
	struct recording recording;
	struct stream stream;
	struct error err;
	struct job job;
	int lock, rc;

	over(unit, 2, &stream, &recording);
	unit_ok(lifecycle_delete(&unit->live, stream.id, &err), &err);
	assert_int_equal(unit_media_files(unit, MEDIA_LIVE, recording.id), -1);
	unit_ok(
	    media_path(&unit->config, MEDIA_TRASH, recording.id, folder, &err),
	    &err);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, MEDIA_LOCK);
	lock = file_lock(path, 0, &err);
	assert_true(lock >= 0);
	claim(unit, JOB_REMOVE, &job, &recording);
	unit_fails(
	    jobs_remove(&unit->live, &job, &recording, &err), &err, ERROR_BUSY);
	assert_true(unit_media_files(unit, MEDIA_TRASH, recording.id) > 0);
	assert_int_equal(count(unit, "recording"), 1);
	(void)close(lock);
	while ((rc = jobs_remove(&unit->live, &job, &recording, &err)) == 0)
		continue;
	assert_int_equal(rc, 1);
	assert_int_equal(unit_media_files(unit, MEDIA_TRASH, recording.id), -1);
	assert_int_equal(count(unit, "recording") + count(unit, "job"), 0);
	stream_free(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(players_see_the_end_beside_one_that_is_removed),
		UNIT_LIVE(
		    the_drafts_of_a_program_that_was_killed_go_with_the_end),
		UNIT_LIVE(players_see_the_end_of_what_can_be_written),
		UNIT_LIVE(
		    what_is_published_into_is_out_of_sight_and_removed_later),
	};

	return UNIT_RUN(tests);
}
