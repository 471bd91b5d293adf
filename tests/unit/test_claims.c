/*
 * live/jobs.h: what a claim is worth when workers die, are stopped, or sleep
 * over their lease, and when what they work on is gone meanwhile.
 */
#include "live/jobs.h"
#include "unit_jobs.h"

#define REASON "no such program"
#define RESULT (&(const struct job_result){ .mp4_bytes = 77 })

static void
a_claim_is_of_one_job_alone(void **state)
{
	struct unit *unit = *state;
	struct recording first, second, of;
	struct stream one, two;
	struct job old, job;
	struct error err;

	over(unit, 2, &one, &first);
	replay(unit, &first);
	claim(unit, JOB_MP4, &old, &of);
	unit_ok(lifecycle_delete(&unit->live, one.id, &err), &err);
	claim(unit, JOB_REMOVE, &job, &of);
	assert_int_equal(jobs_renew(&unit->live, &old, 10, &err), 0);
	while (jobs_remove(&unit->live, &job, &of, &err) == 0)
		continue;
	assert_int_equal(count(unit, "job"), 0);
	over(unit, 2, &two, &second);
	assert_true(second.seq > first.seq);
	claim(unit, JOB_REPLAY, &job, &of);
	unit_ok(jobs_failed(&unit->live, &job, REASON, &err), &err);
	assert_int_equal(jobs_renew(&unit->live, &old, 10, &err), 0);
	assert_int_equal(jobs_done(&unit->live, &old, RESULT, &err), 0);
	assert_int_equal(count(unit, "job"), 1);
	unit_recording(unit, &two, &second);
	assert_int_equal(second.mp4_bytes, 0);
	stream_free(&one);
	stream_free(&two);
}

static void
a_job_that_kills_its_workers_is_given_up(void **state)
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
		claim(unit, JOB_REPLAY, &job, &recording);
		unit_sql(unit, STORE_LASTING, "UPDATE job SET due_ms = 1");
	}
	assert_int_equal(jobs_claim(&unit->live, &job, &recording, &err), 0);
	assert_int_equal(count(unit, "job"), 0);
	unit_recording(unit, &stream, &recording);
	assert_int_equal(recording.state, RECORDING_FAILED);
	assert_true(recording.detail[0] != '\0');
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_FAILED);
	stream_free(&stream);
}

static void
a_removal_that_kills_its_workers_is_not(void **state)
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
		claim(unit, JOB_REMOVE, &job, &recording);
		unit_sql(unit, STORE_LASTING, "UPDATE job SET due_ms = 1");
	}
	stream_free(&stream);
}

static void
a_worker_that_is_stopped_has_not_tried(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;
	struct job job, last;
	int i;

	unit->config.job_attempts = 2;
	over(unit, 1, &stream, &recording);
	for (i = 0; i < 5; i++) {
		claim(unit, JOB_REPLAY, &job, &recording);
		assert_int_equal(job.tries, 1);
		assert_int_equal(job.claim, i + 1);
		assert_int_equal(jobs_release(&unit->live, &job, &err), 1);
	}
	last = job;
	claim(unit, JOB_REPLAY, &job, &recording);
	/* It isn't that claim's any more. */
	assert_int_equal(jobs_release(&unit->live, &last, &err), 0);
	unit_ok(jobs_failed(&unit->live, &job, REASON, &err), &err);
	assert_int_equal(count(unit, "job"), 1);
	stream_free(&stream);
}

static void
work_behind_a_job_without_recording_is_found(void **state)
{
	struct unit *unit = *state;
	struct recording first, second, of;
	struct stream one, two;
	struct job job;

	over(unit, 1, &one, &first);
	over(unit, 1, &two, &second);
	unit_sql(unit, STORE_LASTING,
	    "DELETE FROM recording WHERE seq = (SELECT min(seq) FROM"
	    " recording); UPDATE job SET due_ms = recording");
	claim(unit, JOB_REPLAY, &job, &of);
	assert_int_equal(of.seq, second.seq);
	assert_int_equal(count(unit, "job"), 1);
	stream_free(&one);
	stream_free(&two);
}

static void
an_end_of_what_is_gone_is_no_failure(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;
	struct job job;

	unit->config.job_attempts = 1;
	over(unit, 1, &stream, &recording);
	claim(unit, JOB_REPLAY, &job, &recording);
	unit_sql(unit, STORE_LASTING, "DELETE FROM recording");
	unit_ok(jobs_failed(&unit->live, &job, REASON, &err), &err);
	assert_int_equal(count(unit, "job"), 0);
	stream_free(&stream);
}

static void
a_replay_whose_claim_is_lost_settles_nothing(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct job first, second;
	struct stream stream;
	struct error err;

	over(unit, 1, &stream, &recording);
	claim(unit, JOB_REPLAY, &first, &recording);
	unit_sql(unit, STORE_LASTING, "UPDATE job SET due_ms = 1");
	claim(unit, JOB_REPLAY, &second, &recording);
	assert_int_equal(jobs_replay(&unit->live, &first, &recording, &err), 0);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_PENDING);
	assert_int_equal(count(unit, "job WHERE kind = 0"), 1);
	assert_int_equal(
	    jobs_replay(&unit->live, &second, &recording, &err), 1);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_READY);
	stream_free(&stream);
}

static void
an_older_replay_leaves_the_stream_to_the_newer(void **state)
{
	struct unit *unit = *state;
	struct recording first, second, of;
	struct stream stream;
	struct error err;
	struct job job;

	over(unit, 1, &stream, &first);
	unit_ok(lifecycle_start(&unit->live, &stream, &err), &err);
	unit_push(unit, &stream, "b", 0, 1);
	unit_again(unit, &stream);
	unit_ok(lifecycle_stop(&unit->live, &stream, true, &err), &err);
	unit_recording(unit, &stream, &second);
	unit_sql(unit, STORE_LASTING, "UPDATE job SET due_ms = recording");
	claim(unit, JOB_REPLAY, &job, &of);
	assert_int_equal(of.seq, first.seq);
	assert_int_equal(jobs_replay(&unit->live, &job, &of, &err), 1);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_PENDING);
	unit_sql(
	    unit, STORE_LASTING, "UPDATE job SET due_ms = kind WHERE kind = 0");
	claim(unit, JOB_REPLAY, &job, &of);
	assert_int_equal(of.seq, second.seq);
	assert_int_equal(jobs_replay(&unit->live, &job, &of, &err), 1);
	unit_again(unit, &stream);
	assert_int_equal(stream.status, STREAM_READY);
	stream_free(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(a_claim_is_of_one_job_alone),
		UNIT_LIVE(a_job_that_kills_its_workers_is_given_up),
		UNIT_LIVE(a_removal_that_kills_its_workers_is_not),
		UNIT_LIVE(a_worker_that_is_stopped_has_not_tried),
		UNIT_LIVE(work_behind_a_job_without_recording_is_found),
		UNIT_LIVE(an_end_of_what_is_gone_is_no_failure),
		UNIT_LIVE(a_replay_whose_claim_is_lost_settles_nothing),
		UNIT_LIVE(an_older_replay_leaves_the_stream_to_the_newer),
	};

	return UNIT_RUN(tests);
}
