/*
 * Jobs. A claim is told from another of the same job by its number, so that a
 * worker whose lease ran out can't end what another has begun.
 */
#include "store/job.h"
#include "store/statement.h"

int
store_job_insert(struct store *store, int64_t recording, enum job_kind kind,
    int64_t due_steady_ms, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_JOB_INSERT, err, "iii", recording,
	    (int64_t)kind, due_steady_ms);
	return rc < 0 ? -1 : 0;
}

int
store_job_claim(struct store *store, const struct job_wish *wish,
    struct job *job, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_JOB_DUE, err, "ii",
	    wish->now_steady_ms, (int64_t)wish->quick);
	if (rc == 1) {
		job->id = statement_int(store, STATEMENT_JOB_DUE, 0);
		job->recording = statement_int(store, STATEMENT_JOB_DUE, 1);
		job->kind =
		    (enum job_kind)statement_int(store, STATEMENT_JOB_DUE, 2);
		job->claim = statement_int(store, STATEMENT_JOB_DUE, 3);
		job->tries = statement_int(store, STATEMENT_JOB_DUE, 4) + 1;
	}
	statement_reset(store, STATEMENT_JOB_DUE);
	if (rc != 1)
		return rc;
	return statement_run(store, STATEMENT_JOB_CLAIM, err, "iii", job->id,
	    job->claim++, wish->lease_steady_ms);
}

int
store_job_release(struct store *store, const struct job *job,
    int64_t now_steady_ms, struct error *err)
{
	return statement_run(store, STATEMENT_JOB_RELEASE, err, "iii", job->id,
	    job->claim, now_steady_ms);
}

int
store_job_move(struct store *store, const struct job *job,
    int64_t due_steady_ms, int64_t progress, struct error *err)
{
	return statement_run(store, STATEMENT_JOB_MOVE, err, "iiii", job->id,
	    job->claim, due_steady_ms, progress);
}

int
store_job_delete(struct store *store, const struct job *job, struct error *err)
{
	return statement_run(
	    store, STATEMENT_JOB_DELETE, err, "ii", job->id, job->claim);
}

int
store_job_delete_all(struct store *store, int64_t recording, enum job_kind but,
    struct error *err)
{
	return statement_run(store, STATEMENT_JOB_DELETE_ALL, err, "ii",
	    recording, (int64_t)but);
}

int
store_job_next(struct store *store, int64_t *due_steady_ms, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_JOB_NEXT, err, "");
	if (rc == 1 && statement_null(store, STATEMENT_JOB_NEXT, 0))
		rc = 0;
	if (rc == 1)
		*due_steady_ms = statement_int(store, STATEMENT_JOB_NEXT, 0);
	statement_reset(store, STATEMENT_JOB_NEXT);
	return rc;
}

int
store_job_state(struct store *store, int64_t recording, struct job_state *state,
    struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_JOB_STATE, err, "i", recording);
	if (rc == 1) {
		state->open = statement_int(store, STATEMENT_JOB_STATE, 0);
		state->progress = statement_int(store, STATEMENT_JOB_STATE, 1);
	}
	statement_reset(store, STATEMENT_JOB_STATE);
	return rc < 0 ? -1 : 0;
}
