/*
 * Jobs: claims, ends, and the two that need no other program.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/steady.h"
#include "live/jobs.h"
#include "live/manifest.h"
#include "live/media.h"
#include "live/pass.h"
#include "live/recording.h"
#include "store/stream.h"

#define REMOVE_FILES 500
#define REMOVE_ROWS 1000
#define RETRY_S_MAX 3600
#define RETAIN_MAX 100
#define CLAIM_PASSED 2 /* look for the next */
#define DIED "The server's worker ended each time that it tried."

/* What they are called in the log, and what people miss without them. */
static const struct {
	const char *name, *thing;
} KINDS[] = {
	[JOB_REPLAY] = { "replay", "replay" },
	[JOB_MP4] = { "mp4", "MP4" },
	[JOB_POSTER] = { "poster", "poster" },
	[JOB_THUMBS] = { "thumbs", "thumbnails" },
	[JOB_REMOVE] = { "remove", "removal" },
};
static_assert(sizeof(KINDS) / sizeof(KINDS[0]) == JOB_KIND__MAX,
    "a name for each kind of job");

/* What follows a replay. */
static const enum job_kind NEXT[] = { JOB_MP4, JOB_POSTER, JOB_THUMBS };
static_assert(sizeof(NEXT) / sizeof(NEXT[0]) == JOBS_NEXT, "all of them");

const char *
jobs_name(enum job_kind kind)
{
	return KINDS[kind].name;
}

struct topic
jobs_topic(void)
{
	return topic_of("jobs", "");
}

int
jobs_next(struct live *live, int64_t *due_steady_ms, struct error *err)
{
	return store_job_next(live->store, due_steady_ms, err);
}

/* Inside a change: those who see the job's stream hear of it. 0 or -1. */
static int
jobs_tell(struct change *change, const struct job *job, struct error *err)
{
	struct recording recording;
	int found;

	found = store_recording_get(
	    change->live->store, job->recording, &recording, err);
	if (found != 1)
		return found;
	return change_wakes_stream(change, recording.stream_id, err);
}

int
jobs_renew(struct live *live, const struct job *job, int64_t progress,
    struct error *err)
{
	struct change change;
	int rc;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	rc = store_job_move(
	    live->store, job, steady_now_ms() + JOBS_LEASE_MS, progress, err);
	if (rc == 1 && jobs_tell(&change, job, err) != 0)
		rc = -1;
	if (change_end(&change, rc < 0 ? -1 : 0, err) != 0)
		return -1;
	return rc;
}

/* Inside a change: the result's rows. 0 or -1. */
static int
jobs_write(struct live *live, const struct job *job,
    const struct job_result *result, struct error *err)
{
	struct store *store = live->store;
	int rc = 0;

	if (job->kind == JOB_MP4 && result->mp4_bytes > 0)
		rc = store_recording_set_mp4(
		    store, job->recording, result->mp4_bytes, err);
	if (rc == 0 && result->made)
		rc = store_recording_set_pictures(store, job->recording,
		    job->kind == JOB_POSTER, job->kind == JOB_THUMBS, err);
	if (rc == 0 && result->detail != NULL)
		rc = store_recording_add_detail(
		    store, job->recording, result->detail, err);
	return rc;
}

int
jobs_done(struct live *live, const struct job *job,
    const struct job_result *result, struct error *err)
{
	struct change change;
	int ours;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	ours = store_job_delete(live->store, job, err);
	if (ours == 1 && jobs_write(live, job, result, err) != 0)
		ours = -1;
	if (ours == 1 && jobs_tell(&change, job, err) != 0)
		ours = -1;
	if (change_end(&change, ours < 0 ? -1 : 0, err) != 0)
		return -1;
	return ours;
}

/* Inside a change: nothing will come of it. The reason is kept. 0 or -1. */
static int
jobs_give_up(struct change *change, const struct job *job, const char *reason,
    struct error *err)
{
	static const enum recording_state STATES[2] = { RECORDING_PROCESSING,
		RECORDING_FAILED };
	struct store *store = change->live->store;
	struct recording recording;
	char detail[JOBS_REASON_BYTES + 64];
	int rc;

	(void)snprintf(detail, sizeof(detail), "No %s: %.*s",
	    KINDS[job->kind].thing, JOBS_REASON_BYTES, reason);
	rc = store_job_delete(store, job, err);
	if (rc == 1)
		rc =
		    store_recording_get(store, job->recording, &recording, err);
	if (rc <= 0)
		return rc;
	if (store_recording_add_detail(store, job->recording, detail, err) != 0)
		return -1;
	if (job->kind == JOB_REPLAY &&
	    (store_recording_turn(
		 store, job->recording, STATES, clock_unix_ms(), err) < 0 ||
		store_stream_settle(
		    store, recording.stream_id, STREAM_FAILED, err) < 0))
		return -1;
	return change_wakes_stream(change, recording.stream_id, err);
}

/* What is to go must go in the end, however often it takes. */
static bool
jobs_tried_out(const struct live *live, const struct job *job, int64_t tries)
{
	return tries >= live->config->job_attempts && job->kind != JOB_REMOVE;
}

/*
 * Inside a change: one claim. 1; 0 if none is due; -1; CLAIM_PASSED if the job
 * is gone instead, because its recording is, or it was tried too often.
 */
static int
claim_next(struct change *change, bool quick, struct job *job,
    struct recording *recording, struct error *err)
{
	struct store *store = change->live->store;
	const int64_t now = steady_now_ms();
	const struct job_wish wish = { now, now + JOBS_LEASE_MS, quick };
	int rc;

	rc = store_job_claim(store, &wish, job, err);
	if (rc != 1)
		return rc;
	rc = store_recording_get(store, job->recording, recording, err);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return store_job_delete(store, job, err) < 0 ? -1
							     : CLAIM_PASSED;
	if (!jobs_tried_out(change->live, job, job->tries - 1))
		return 1;
	log_write(LOG_LEVEL_WARN, NULL, "job %s of %s: %s",
	    jobs_name(job->kind), recording->id, DIED);
	return jobs_give_up(change, job, DIED, err) < 0 ? -1 : CLAIM_PASSED;
}

static int
jobs_claim_kind(struct live *live, bool quick, struct job *job,
    struct recording *recording, struct error *err)
{
	struct change change;
	int rc;

	/* Each round but the last takes a job away. */
	do {
		if (change_begin(&change, live, STORE_LASTING, err) != 0)
			return -1;
		rc = claim_next(&change, quick, job, recording, err);
		if (change_end(&change, rc < 0 ? -1 : 0, err) != 0)
			return -1;
	} while (rc == CLAIM_PASSED);
	return rc;
}

int
jobs_claim(struct live *live, struct job *job, struct recording *recording,
    struct error *err)
{
	return jobs_claim_kind(live, false, job, recording, err);
}

int
jobs_claim_quick(struct live *live, struct job *job,
    struct recording *recording, struct error *err)
{
	return jobs_claim_kind(live, true, job, recording, err);
}

int
jobs_release(struct live *live, const struct job *job, struct error *err)
{
	struct change change;
	int ours;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	ours = store_job_release(live->store, job, steady_now_ms(), err);
	if (ours >= 0 && change_wakes(&change, jobs_topic(), err) != 0)
		ours = -1;
	if (change_end(&change, ours < 0 ? -1 : 0, err) != 0)
		return -1;
	return ours;
}

static int64_t
jobs_retry_ms(const struct live *live, int64_t tries)
{
	int64_t seconds = live->config->job_retry_s;
	int64_t i;

	for (i = 1; i < tries && seconds < RETRY_S_MAX; i++)
		seconds *= 2;
	return (seconds < RETRY_S_MAX ? seconds : RETRY_S_MAX) * 1000;
}

int
jobs_failed(struct live *live, const struct job *job, const char *reason,
    struct error *err)
{
	const int64_t due = steady_now_ms() + jobs_retry_ms(live, job->tries);
	struct change change;
	int rc;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	if (jobs_tried_out(live, job, job->tries))
		rc = jobs_give_up(&change, job, reason, err);
	else
		rc = store_job_move(live->store, job, due, 0, err);
	return change_end(&change, rc < 0 ? -1 : 0, err);
}

/* Inside a change: the replay is there. 1, 0 if the claim was lost, or -1. */
static int
replay_commit(struct change *change, const struct job *job,
    const struct recording *recording, struct error *err)
{
	static const enum recording_state STATES[2] = { RECORDING_PROCESSING,
		RECORDING_READY };
	struct store *store = change->live->store;
	const int64_t now = steady_now_ms();
	int rc;
	size_t i;

	rc = store_job_delete(store, job, err);
	if (rc == 1)
		rc = store_recording_turn(
		    store, recording->seq, STATES, clock_unix_ms(), err);
	if (rc <= 0)
		return rc;
	for (i = 0; i < JOBS_NEXT; i++)
		if (store_job_insert(
			store, recording->seq, NEXT[i], now, err) != 0)
			return -1;
	if (store_stream_settle(
		store, recording->stream_id, STREAM_READY, err) < 0 ||
	    change_wakes(change, jobs_topic(), err) != 0)
		return -1;
	return change_wakes_stream(change, recording->stream_id, err) == 0 ? 1
									   : -1;
}

int
jobs_replay(struct live *live, const struct job *job,
    const struct recording *recording, struct error *err)
{
	struct change change;
	int ours;

	if (manifest_close(live, recording, true, err) != 0 ||
	    change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	ours = replay_commit(&change, job, recording, err);
	if (change_end(&change, ours < 0 ? -1 : 0, err) != 0)
		return -1;
	return ours;
}

/* A batch of rows; and the job, behind the last. 1, 0 or -1. */
static int
remove_rows(struct live *live, const struct job *job, struct error *err)
{
	struct change change;
	int gone;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	gone = pass_revoke(&change, job->recording, err);
	if (gone == 0)
		gone = store_recording_delete(
		    live->store, job->recording, REMOVE_ROWS, err);
	if (gone == 1 && store_job_delete(live->store, job, err) < 0)
		gone = -1;
	if (change_end(&change, gone < 0 ? -1 : 0, err) != 0)
		return -1;
	return gone;
}

int
jobs_remove(struct live *live, const struct job *job,
    const struct recording *recording, struct error *err)
{
	int gone;

	if (recording_hide(live, recording, err) != 0)
		return -1;
	gone = recording_trash(live, recording, REMOVE_FILES, err);
	if (gone <= 0)
		return gone;
	return remove_rows(live, job, err);
}

static int
retain_one(
    struct live *live, const struct recording *recording, struct error *err)
{
	struct change change;
	int rc;

	log_write(LOG_LEVEL_INFO, NULL, "recording %s is not kept any longer",
	    recording->id);
	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	rc = recording_discard(&change, recording, steady_now_ms(), err);
	if (rc == 0)
		rc = change_wakes_stream(&change, recording->stream_id, err);
	return change_end(&change, rc, err);
}

/* The next that isn't to be kept. 1 and *recording, 0, or -1. */
static int
retain_next(struct live *live, struct recording *recording, struct error *err)
{
	const struct config *config = live->config;
	const int64_t keep_ms = config->keep_days * CLOCK_DAY_MS;
	int64_t bytes;
	int found = 0;

	if (keep_ms > 0)
		found = store_recording_oldest(
		    live->store, clock_unix_ms() - keep_ms, recording, err);
	if (found != 0 || config->keep_max_mb == 0)
		return found;
	if (store_recording_kept_bytes(live->store, &bytes, err) != 0)
		return -1;
	if (bytes >> 20 < config->keep_max_mb)
		return 0;
	return store_recording_oldest(live->store, INT64_MAX, recording, err);
}

int
jobs_retain(struct live *live, struct error *err)
{
	struct recording recording;
	int found, count = 0;

	while (count < RETAIN_MAX &&
	       (found = retain_next(live, &recording, err)) != 0) {
		if (found < 0 || retain_one(live, &recording, err) != 0)
			return -1;
		count++;
	}
	return count;
}
