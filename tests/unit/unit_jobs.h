/*
 * What the tests of jobs share: a broadcast that is over, and claims.
 */
#ifndef LIVEBIN_UNIT_JOBS_H
#define LIVEBIN_UNIT_JOBS_H

#include "live/jobs.h"
#include "unit_media.h"

/* A stream whose broadcast of `count` segments is over, and kept. */
static inline void
over(struct unit *unit, int count, struct stream *stream,
    struct recording *recording)
{
	struct error err;

	unit_create(unit, VISIBILITY_PUBLIC, stream, NULL);
	unit_push(unit, stream, "a", 0, count - 1);
	unit_again(unit, stream);
	unit_ok(lifecycle_stop(&unit->live, stream, true, &err), &err);
	unit_recording(unit, stream, recording);
	assert_int_equal(recording->state, RECORDING_PROCESSING);
	assert_int_equal(stream->status, STREAM_PENDING);
}

static inline int64_t
count(struct unit *unit, const char *of)
{
	char sql[160];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", of);
	return unit_sql_int(unit, STORE_LASTING, sql);
}

/* Claims what is due; it must be of that kind. */
static inline void
claim(struct unit *unit, enum job_kind kind, struct job *job,
    struct recording *recording)
{
	struct error err;

	assert_int_equal(jobs_claim(&unit->live, job, recording, &err), 1);
	assert_int_equal(job->kind, kind);
}

/* Makes the replay, and leaves the jobs that follow it. */
static inline void
replay(struct unit *unit, struct recording *recording)
{
	struct error err;
	struct job job;

	claim(unit, JOB_REPLAY, &job, recording);
	unit_ok(jobs_replay(&unit->live, &job, recording, &err), &err);
}

#endif
