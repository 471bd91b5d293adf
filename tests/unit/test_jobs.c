/*
 * live/jobs.h: claims, leases, ends, the replay and the removal. Time is moved
 * by moving the rows' times.
 */
#include <pthread.h>

#include "live/jobs.h"
#include "live/recording.h"
#include "unit_jobs.h"

#define RACERS 6
#define REASON "no such program"

static char text[UNIT_TEXT_BYTES]; /* one thread */

static void
a_job_is_claimed_once(void **state)
{
	struct unit *unit = *state;
	struct recording recording, of;
	struct stream stream;
	struct error err;
	struct job job;
	int64_t due;

	over(unit, 2, &stream, &recording);
	claim(unit, JOB_REPLAY, &job, &of);
	assert_int_equal(of.seq, recording.seq);
	assert_int_equal(job.claim, 1);
	assert_int_equal(jobs_claim(&unit->live, &job, &of, &err), 0);
	assert_int_equal(jobs_next(&unit->live, &due, &err), 1);
	assert_true(due > steady_now_ms() + JOBS_LEASE_MS / 2);
	stream_free(&stream);
}

static void *
claim_in_thread(void *argument)
{
	struct unit *unit = argument;
	struct recording recording;
	struct live live;
	struct error err;
	struct job job;
	int claimed = -1;

	if (live_open(&live, &unit->config, &err) == 0)
		claimed = jobs_claim(&live, &job, &recording, &err);
	live_close(&live);
	return (void *)(intptr_t)claimed;
}

static void
one_of_many_workers_gets_a_job(void **state)
{
	struct unit *unit = *state;
	pthread_t threads[RACERS];
	struct recording recording;
	struct stream stream;
	intptr_t claimed = 0;
	void *result;
	int i;

	over(unit, 1, &stream, &recording);
	for (i = 0; i < RACERS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, claim_in_thread, unit),
		    0);
	for (i = 0; i < RACERS; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_true((intptr_t)result >= 0);
		claimed += (intptr_t)result;
	}
	assert_int_equal(claimed, 1);
	stream_free(&stream);
}

static void
a_lease_that_ran_out_is_lost(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct job first, second;
	struct stream stream;
	struct error err;

	over(unit, 1, &stream, &recording);
	claim(unit, JOB_REPLAY, &first, &recording);
	assert_int_equal(jobs_renew(&unit->live, &first, 300, &err), 1);
	unit_sql(unit, STORE_LASTING, "UPDATE job SET due_ms = 1");
	claim(unit, JOB_REPLAY, &second, &recording);
	assert_int_equal(second.claim, 2);
	assert_int_equal(jobs_renew(&unit->live, &first, 500, &err), 0);
	assert_int_equal(jobs_renew(&unit->live, &second, 500, &err), 1);
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "SELECT progress FROM job"), 500);
	assert_int_equal(jobs_done(&unit->live, &first,
			     &(const struct job_result){ .made = true }, &err),
	    0);
	assert_int_equal(count(unit, "job"), 1);
	stream_free(&stream);
}

static void
a_job_that_fails_is_tried_later_and_later(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	int64_t due, last = 0;
	struct stream stream;
	struct error err;
	struct job job;
	int i;

	unit->config.job_attempts = 100;
	unit->config.job_retry_s = 10;
	over(unit, 1, &stream, &recording);
	for (i = 0; i < 12; i++) {
		claim(unit, JOB_REPLAY, &job, &recording);
		unit_ok(jobs_failed(&unit->live, &job, REASON, &err), &err);
		assert_int_equal(jobs_next(&unit->live, &due, &err), 1);
		due -= steady_now_ms();
		assert_true(due > last - 5000 && due <= 3600 * 1000);
		assert_true(i > 0 || due > 5000);
		last = due;
		unit_sql(unit, STORE_LASTING, "UPDATE job SET due_ms = 1");
	}
	assert_true(last > 3000 * 1000);
	stream_free(&stream);
}

static void
a_job_that_fails_too_often_is_given_up_with_its_reason(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;
	struct job job;
	int i;

	unit->config.job_attempts = 3;
	over(unit, 1, &stream, &recording);
	for (i = 0; i < 3; i++) {
		unit_sql(unit, STORE_LASTING, "UPDATE job SET due_ms = 1");
		claim(unit, JOB_REPLAY, &job, &recording);
		unit_ok(jobs_failed(&unit->live, &job, REASON, &err), &err);
	}
	assert_int_equal(count(unit, "job"), 0);
	unit_recording(unit, &stream, &recording);
	assert_int_equal(recording.state, RECORDING_FAILED);
	assert_non_null(strstr(recording.detail, REASON));
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_FAILED);
	stream_free(&stream);
}

static void
a_removal_is_never_given_up(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;
	struct job job;
	int i;

	unit->config.job_attempts = 1;
	over(unit, 1, &stream, &recording);
	unit_ok(lifecycle_delete(&unit->live, stream.id, &err), &err);
	for (i = 0; i < 4; i++) {
		unit_sql(unit, STORE_LASTING, "UPDATE job SET due_ms = 1");
		claim(unit, JOB_REMOVE, &job, &recording);
		unit_ok(jobs_failed(&unit->live, &job, REASON, &err), &err);
	}
	assert_int_equal(count(unit, "job"), 1);
	stream_free(&stream);
}

static void
a_replay_makes_the_stream_ready(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;
	struct job job;
	int kind;

	over(unit, 5, &stream, &recording);
	replay(unit, &recording);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_READY);
	unit_recording(unit, &stream, &recording);
	assert_int_equal(recording.state, RECORDING_READY);
	assert_true(unit_media_text(unit, &recording, "replay.m3u8", text) > 0);
	assert_int_equal(unit_count_text(text, "#EXTINF"), 5);
	assert_int_equal(unit_count_text(text, "#EXT-X-ENDLIST"), 1);
	for (kind = JOB_MP4; kind <= JOB_THUMBS; kind++) {
		claim(unit, (enum job_kind)kind, &job, &recording);
		assert_int_equal(
		    jobs_done(&unit->live, &job,
			&(const struct job_result){
			    .mp4_bytes = 77, .made = kind != JOB_MP4 },
			&err),
		    1);
	}
	assert_int_equal(count(unit, "job"), 0);
	unit_recording(unit, &stream, &recording);
	assert_int_equal(recording.mp4_bytes, 77);
	assert_true(recording.poster && recording.thumbs);
	stream_free(&stream);
}

static void
what_cannot_be_made_is_said(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;
	struct job job;

	over(unit, 1, &stream, &recording);
	replay(unit, &recording);
	claim(unit, JOB_MP4, &job, &recording);
	assert_int_equal(
	    jobs_done(&unit->live, &job,
		&(const struct job_result){ .detail = REASON }, &err),
	    1);
	unit_recording(unit, &stream, &recording);
	assert_int_equal(recording.mp4_bytes, 0);
	assert_string_equal(recording.detail, REASON);
	assert_int_equal(recording.state, RECORDING_READY);
	stream_free(&stream);
}

static void
a_replay_that_was_removed_meanwhile_stays_removed(void **state)
{
	struct unit *unit = *state;
	struct recording recording, of;
	struct stream stream;
	struct error err;
	struct job job;

	over(unit, 1, &stream, &recording);
	claim(unit, JOB_REPLAY, &job, &of);
	unit_ok(lifecycle_delete(&unit->live, stream.id, &err), &err);
	assert_true(jobs_replay(&unit->live, &job, &of, &err) < 0);
	unit_ok(jobs_failed(&unit->live, &job, REASON, &err), &err);
	assert_int_equal(count(unit, "recording WHERE state <> 4"), 0);
	assert_int_equal(count(unit, "job WHERE kind <> 4"), 0);
	assert_int_equal(count(unit, "job"), 1);
	stream_free(&stream);
}

static void
what_is_not_kept_is_removed_later(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;
	struct job job;
	int64_t due;

	unit_create(unit, VISIBILITY_PUBLIC, &stream, NULL);
	unit_push(unit, &stream, "a", 0, 3);
	unit_again(unit, &stream);
	unit_ok(lifecycle_stop(&unit->live, &stream, false, &err), &err);
	assert_int_equal(stream.status, STREAM_READY);
	assert_int_equal(jobs_claim(&unit->live, &job, &recording, &err), 0);
	assert_int_equal(jobs_next(&unit->live, &due, &err), 1);
	assert_true(due > steady_now_ms());
	unit_sql(unit, STORE_LASTING, "UPDATE job SET due_ms = 1");
	claim(unit, JOB_REMOVE, &job, &recording);
	assert_true(unit_media_files(unit, MEDIA_LIVE, recording.id) > 0);
	while (jobs_remove(&unit->live, &job, &recording, &err) == 0)
		continue;
	assert_int_equal(unit_media_files(unit, MEDIA_LIVE, recording.id), -1);
	assert_int_equal(unit_media_files(unit, MEDIA_TRASH, recording.id), -1);
	assert_int_equal(count(unit, "recording") + count(unit, "segment") +
			     count(unit, "rendition") + count(unit, "job"),
	    0);
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "SELECT media_bytes FROM site"),
	    0);
	stream_free(&stream);
}

static void
a_long_broadcast_is_removed_in_batches(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	char path[FILE_PATH_BYTES];
	char name[MEDIA_FILE_BYTES];
	struct stream stream;
	struct error err;
	struct job job;
	int i, rounds = 0, rc = 0;

	over(unit, 1, &stream, &recording);
	for (i = 0; i < 1200; i++) {
		(void)snprintf(name, sizeof(name), "r0-%d.ts", 100 + i);
		unit_ok(
		    media_file(&unit->config, recording.id, name, path, &err),
		    &err);
		unit_ok(file_replace(path, "x", 1, &err), &err);
	}
	unit_sql(unit, STORE_LASTING,
	    "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 2600) INSERT INTO segment SELECT s.recording, 0, i,"
	    " 1000000, 0, 1, 3, -1, 0, NULL FROM n, segment s WHERE s.seq = 0");
	unit_ok(lifecycle_delete(&unit->live, stream.id, &err), &err);
	claim(unit, JOB_REMOVE, &job, &recording);
	for (; rc == 0 && rounds < 100; rounds++)
		rc = jobs_remove(&unit->live, &job, &recording, &err);
	assert_int_equal(rc, 1);
	assert_true(rounds > 3);
	assert_int_equal(count(unit, "segment") + count(unit, "job"), 0);
	stream_free(&stream);
}

static void
a_job_of_a_recording_that_is_gone_goes_too(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;
	struct job job;

	over(unit, 1, &stream, &recording);
	unit_sql(unit, STORE_LASTING, "DELETE FROM recording");
	assert_int_equal(jobs_claim(&unit->live, &job, &recording, &err), 0);
	assert_int_equal(count(unit, "job"), 0);
	stream_free(&stream);
}

/* A stream with a READY recording that ended that many days ago. */
static void
kept(struct unit *unit, int days, int megabytes, struct stream *stream)
{
	struct recording recording;
	char sql[200];

	over(unit, 1, stream, &recording);
	replay(unit, &recording);
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE recording SET ended_ms = ended_ms - %d * 86400000,"
	    " bytes = %d * 1048576 WHERE seq = %lld",
	    days, megabytes, (long long)recording.seq);
	unit_sql(unit, STORE_LASTING, sql);
	unit_sql(unit, STORE_LASTING, "DELETE FROM job");
}

static void
what_is_old_is_not_kept(void **state)
{
	struct unit *unit = *state;
	struct stream old, young;
	struct recording recording;
	struct error err;

	kept(unit, 8, 1, &old);
	kept(unit, 6, 1, &young);
	assert_int_equal(jobs_retain(&unit->live, &err), 0);
	unit->config.keep_days = 7;
	assert_int_equal(jobs_retain(&unit->live, &err), 1);
	assert_int_equal(jobs_retain(&unit->live, &err), 0);
	assert_int_equal(
	    store_recording_newest(unit->live.store, old.id, &recording, &err),
	    0);
	unit_recording(unit, &young, &recording);
	assert_int_equal(count(unit, "job WHERE kind = 4"), 1);
	stream_free(&old);
	stream_free(&young);
}

static void
what_failed_is_kept_no_longer(void **state)
{
	struct unit *unit = *state;
	struct stream old, young;
	struct recording recording;
	struct error err;

	kept(unit, 8, 200, &old);
	kept(unit, 6, 200, &young);
	unit_sql(unit, STORE_LASTING, "UPDATE recording SET state = 3");
	unit->config.keep_days = 7;
	assert_int_equal(jobs_retain(&unit->live, &err), 1);
	assert_int_equal(
	    store_recording_newest(unit->live.store, old.id, &recording, &err),
	    0);
	unit->config.keep_days = 0;
	unit->config.keep_max_mb = 100;
	assert_int_equal(jobs_retain(&unit->live, &err), 1);
	assert_int_equal(count(unit, "job WHERE kind = 4"), 2);
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "SELECT kept_bytes FROM site"),
	    0);
	stream_free(&old);
	stream_free(&young);
}

static void
the_oldest_go_when_there_is_too_much(void **state)
{
	struct unit *unit = *state;
	struct stream streams[3];
	struct recording recording;
	struct error err;
	int i;

	for (i = 0; i < 3; i++)
		kept(unit, 10 - i, 40, &streams[i]);
	unit->config.keep_max_mb = 100;
	assert_int_equal(jobs_retain(&unit->live, &err), 1);
	assert_int_equal(jobs_retain(&unit->live, &err), 0);
	assert_int_equal(store_recording_newest(
			     unit->live.store, streams[0].id, &recording, &err),
	    0);
	for (i = 1; i < 3; i++)
		unit_recording(unit, &streams[i], &recording);
	for (i = 0; i < 3; i++)
		stream_free(&streams[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(a_job_is_claimed_once),
		UNIT_LIVE(one_of_many_workers_gets_a_job),
		UNIT_LIVE(a_lease_that_ran_out_is_lost),
		UNIT_LIVE(a_job_that_fails_is_tried_later_and_later),
		UNIT_LIVE(
		    a_job_that_fails_too_often_is_given_up_with_its_reason),
		UNIT_LIVE(a_removal_is_never_given_up),
		UNIT_LIVE(a_replay_makes_the_stream_ready),
		UNIT_LIVE(what_cannot_be_made_is_said),
		UNIT_LIVE(a_replay_that_was_removed_meanwhile_stays_removed),
		UNIT_LIVE(what_is_not_kept_is_removed_later),
		UNIT_LIVE(a_long_broadcast_is_removed_in_batches),
		UNIT_LIVE(a_job_of_a_recording_that_is_gone_goes_too),
		UNIT_LIVE(what_is_old_is_not_kept),
		UNIT_LIVE(what_failed_is_kept_no_longer),
		UNIT_LIVE(the_oldest_go_when_there_is_too_much),
	};

	return UNIT_RUN(tests);
}
