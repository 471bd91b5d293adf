/*
 * livebin-worker: does the jobs that are left when a broadcast is over
 * (docs/media.md, docs/worker.md). Without an argument it waits for them until
 * it is told to stop; --once does what is due and ends, for cron. Any number
 * may run side by side: a claim is one worker's.
 *
 * One thread. Its loop: retention once a minute, a job if one is due, else a
 * wait for the topic of jobs, a signal, or the time of the next.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/steady.h"
#include "base/topic.h"
#include "worker/make.h"
#include "worker/signals.h"

#define WAIT_MS 5000
#define SETTLE_MS 100 /* between two looks at a busy site's topics */
#define RETAIN_MS (60 * 1000)
#define FAILED_WAIT_MS 2000

struct worker {
	struct config config;
	struct live live;
	int watch_fd; /* -1: none; then the wait's end must do */
	int lock_fd;  /* -1: not held yet */
	int64_t retained_mono_ms;
	bool retained;
};

/* Programs start one when nobody holds it; see docs/worker.md. */
static void
worker_show(struct worker *worker)
{
	char path[CONFIG_TEXT_BYTES];
	struct error err;

	if (worker->lock_fd >= 0 ||
	    config_path(&worker->config, "worker.lock", path, &err) != 0)
		return;
	worker->lock_fd = file_lock(path, 0, &err);
}

/* A batch after another, each a lease's beat. */
static int
work_remove_all(struct work *work, struct error *err)
{
	int rc;

	do {
		rc = jobs_remove(work->live, work->job, work->recording, err);
		if (rc == 0 && work_beat(work, 0, err) != 0)
			return -1;
	} while (rc == 0);
	return rc < 0 ? -1 : 0;
}

static int
work_replay(struct work *work, struct error *err)
{
	int rc;

	rc = jobs_replay(work->live, work->job, work->recording, err);
	if (rc == 0)
		work->end = WORK_LOST;
	return rc < 0 ? -1 : 0;
}

/* What one kind of job is. 0 or -1. */
static int
work_do(struct work *work, struct error *err)
{
	switch (work->job->kind) {
	case JOB_REPLAY:
		return work_replay(work, err);
	case JOB_MP4:
		return make_mp4(work, err);
	case JOB_POSTER:
		return make_poster(work, err);
	case JOB_THUMBS:
		return make_thumbs(work, err);
	case JOB_REMOVE:
		return work_remove_all(work, err);
	case JOB_KIND__MAX:
		break;
	}
	return error_set(err, ERROR_SYSTEM, NULL, "No such job.");
}

/* Those that make something say themselves what; the others end themselves. */
static bool
job_reports(enum job_kind kind)
{
	return kind == JOB_MP4 || kind == JOB_POSTER || kind == JOB_THUMBS;
}

static const char *
job_outcome(const struct work *work, int rc)
{
	if (work->end == WORK_LOST)
		return "is another's now";
	if (work->end == WORK_STOPPED)
		return "is left for the next";
	return rc == 0 ? "is done" : "failed";
}

/* Says what became of it, to the store and to the log. */
static void
job_end(struct worker *worker, struct work *work, int done,
    const struct error *fault)
{
	struct error err;
	int rc = 0;

	if (work->end == WORK_STOPPED)
		rc = jobs_release(&worker->live, work->job, &err);
	else if (work->end == WORK_GOES_ON && done != 0)
		rc = jobs_failed(&worker->live, work->job, fault->detail, &err);
	else if (work->end == WORK_GOES_ON && job_reports(work->job->kind)) {
		rc = jobs_done(&worker->live, work->job, &work->result, &err);
		if (rc == 0)
			work->end = WORK_LOST;
	}
	if (rc < 0)
		log_write(LOG_LEVEL_ERROR, NULL,
		    "a job's end can't be written: %s", err.detail);
	log_write(done == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, NULL,
	    "job %s of %s, attempt %" PRId64 ", %s%s%s",
	    jobs_name(work->job->kind), work->recording->id, work->job->tries,
	    job_outcome(work, done),
	    done != 0 && work->end == WORK_GOES_ON ? ": " : "",
	    done != 0 && work->end == WORK_GOES_ON ? fault->detail : "");
	log_flush();
}

/* 1: a job was worked on; 0: none is due; -1: the store fails. */
static int
worker_turn(struct worker *worker, struct error *err)
{
	struct recording recording;
	struct error fault;
	struct job job;
	struct work work;
	int rc;

	rc = jobs_claim(&worker->live, &job, &recording, err);
	if (rc != 1)
		return rc;
	memset(&work, 0, sizeof(work));
	work.live = &worker->live;
	work.job = &job;
	work.recording = &recording;
	work.ffmpeg = worker->config.ffmpeg;
	rc = work_begin(&work, &fault);
	if (rc == 0)
		rc = work_do(&work, &fault);
	work_finish(&work);
	job_end(worker, &work, rc, &fault);
	return 1;
}

static void
worker_retain(struct worker *worker)
{
	const int64_t now = clock_mono_ms();
	struct error err;
	int removed;

	if (worker->retained && now - worker->retained_mono_ms < RETAIN_MS)
		return;
	worker->retained = true;
	worker->retained_mono_ms = now;
	removed = jobs_retain(&worker->live, &err);
	if (removed < 0)
		log_write(LOG_LEVEL_ERROR, NULL, "retention: %s", err.detail);
	else if (removed > 0)
		log_write(LOG_LEVEL_INFO, NULL,
		    "retention takes %d recordings away", removed);
}

/* Does what is due. 0, or -1 with *err. */
static int
worker_work(struct worker *worker, struct error *err)
{
	int rc;

	do {
		worker_show(worker);
		worker_retain(worker);
		rc = signals_stopping() ? 0 : worker_turn(worker, err);
	} while (rc == 1);
	return rc;
}

/* Until when there is nothing to do, as far as is known now. */
static int64_t
worker_idle_ms(struct worker *worker)
{
	int64_t due, left;
	struct error err;
	int rc;

	rc = jobs_next(&worker->live, &due, &err);
	if (rc < 0)
		return FAILED_WAIT_MS;
	left = rc == 1 ? due - steady_now_ms() : WAIT_MS;
	if (left > WAIT_MS)
		return WAIT_MS;
	return left > SETTLE_MS ? left : SETTLE_MS;
}

static void
watch_drain(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		continue;
}

/* Waits until jobs were changed (their topic isn't at `version`), or a time. */
static void
worker_wait(struct worker *worker, uint32_t version, int64_t wait_ms)
{
	struct pollfd polls[] = {
		{ .fd = signals_descriptor(), .events = POLLIN },
		{ .fd = worker->watch_fd, .events = POLLIN },
	};
	const int64_t until = clock_mono_ms() + wait_ms;
	int64_t left;
	nfds_t count = 2;

	while (!signals_stopping() && topic_version(jobs_topic()) == version &&
	       (left = until - clock_mono_ms()) > 0) {
		/* All topics ring here: ten times a second at the most. */
		if (count == 1 && left > SETTLE_MS)
			left = SETTLE_MS;
		(void)poll(polls, count, (int)left);
		signals_drain();
		count = count == 2 && worker->watch_fd >= 0 &&
				(polls[1].revents & POLLIN) != 0
			    ? 1
			    : 2;
		if (count == 1)
			watch_drain(worker->watch_fd);
	}
}

static void
worker_run(struct worker *worker)
{
	struct error err;
	uint32_t version;
	int64_t wait_ms;

	while (!signals_stopping()) {
		version = topic_version(jobs_topic());
		wait_ms = 0;
		if (worker_work(worker, &err) != 0) {
			log_write(LOG_LEVEL_ERROR, NULL, "%s", err.detail);
			wait_ms = FAILED_WAIT_MS;
		}
		log_flush();
		if (wait_ms == 0)
			wait_ms = worker_idle_ms(worker);
		worker_wait(worker, version, wait_ms);
	}
}

/* A helper runs in another folder, so a path must not depend on this one. */
static int
worker_settle_ffmpeg(struct config *config, struct error *err)
{
	char path[PATH_MAX];

	if (strchr(config->ffmpeg, '/') == NULL || config->ffmpeg[0] == '/')
		return 0;
	if (realpath(config->ffmpeg, path) == NULL ||
	    strlen(path) >= sizeof(config->ffmpeg))
		return error_set(err, ERROR_INPUT, "ffmpeg",
		    "setting ffmpeg names no program: %s", strerror(errno));
	memcpy(config->ffmpeg, path, strlen(path) + 1);
	return 0;
}

static int
worker_open(struct worker *worker, struct error *err)
{
	char path[CONFIG_TEXT_BYTES];

	if (worker_settle_ffmpeg(&worker->config, err) != 0 ||
	    live_prepare(&worker->config, err) != 0 ||
	    config_path(&worker->config, "livebin.log", path, err) != 0)
		return -1;
	log_open("worker", path, (enum log_level)worker->config.log_level);
	if (signals_open(err) != 0 ||
	    live_open(&worker->live, &worker->config, err) != 0)
		return -1;
	worker->watch_fd = topic_watch();
	return 0;
}

static int
fail(const struct error *err, int code)
{
	(void)fprintf(stderr, "livebin: %s\n", err->detail);
	return code;
}

int
main(int argc, char **argv)
{
	static struct worker worker = { .watch_fd = -1, .lock_fd = -1 };
	const char *mode = argc == 2 ? argv[1] : "";
	struct error err;
	int rc = 0;

	if (config_load(&worker.config, &err) != 0 ||
	    live_check(&worker.config, &err) != 0)
		return fail(&err, 2);
	if (strcmp(mode, "--print-config") == 0) {
		config_print(&worker.config, stdout);
		return 0;
	}
	if (argc > 2 || (mode[0] != '\0' && strcmp(mode, "--once") != 0)) {
		(void)fprintf(
		    stderr, "usage: %s [--once | --print-config]\n", argv[0]);
		return 2;
	}
	if (worker_open(&worker, &err) != 0) {
		rc = fail(&err, 1);
	} else if (mode[0] == '\0') {
		log_write(LOG_LEVEL_INFO, NULL, "waiting for jobs");
		worker_run(&worker);
	} else if (worker_work(&worker, &err) != 0) {
		log_write(LOG_LEVEL_ERROR, NULL, "%s", err.detail);
		rc = fail(&err, 1);
	}
	log_flush();
	live_close(&worker.live);
	return rc;
}
