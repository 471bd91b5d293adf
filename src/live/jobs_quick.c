/*
 * The jobs that take milliseconds, done in between.
 */
#include <inttypes.h>

#include "base/log.h"
#include "base/steady.h"
#include "live/jobs.h"

#define ROUNDS_MAX 16
#define BATCHES_MAX 4 /* of a removal, for each round */

/* 1: it is done, or another's; 0: there is more to do; -1 with *err. */
static int
quick_do(struct live *live, const struct job *job,
    const struct recording *recording, struct error *err)
{
	int rc = 0, batch;

	if (job->kind == JOB_REPLAY)
		return jobs_replay(live, job, recording, err) < 0 ? -1 : 1;
	for (batch = 0; rc == 0 && batch < BATCHES_MAX; batch++)
		rc = jobs_remove(live, job, recording, err);
	return rc;
}

/* 1: one was worked on; 0: none is due; -1 with *err. */
static int
quick_round(struct live *live, struct error *err)
{
	struct recording recording;
	struct error fault;
	struct job job;
	int rc;

	rc = jobs_claim_quick(live, &job, &recording, err);
	if (rc != 1)
		return rc;
	rc = quick_do(live, &job, &recording, &fault);
	if (rc == 1)
		log_write(LOG_LEVEL_INFO, NULL, "job %s of %s is done",
		    jobs_name(job.kind), recording.id);
	else if (rc == 0)
		rc = jobs_release(live, &job, err);
	else
		rc = jobs_failed(live, &job, fault.detail, err);
	return rc < 0 ? -1 : 1;
}

void
jobs_quick(struct live *live)
{
	struct error err;
	int64_t due;
	int rc, round;

	rc = jobs_next(live, &due, &err);
	if (rc == 1 && due > steady_now_ms())
		rc = 0;
	for (round = 0; rc == 1 && round < ROUNDS_MAX; round++)
		rc = quick_round(live, &err);
	if (rc < 0)
		log_write(LOG_LEVEL_WARN, NULL, "jobs: %s", err.detail);
}
