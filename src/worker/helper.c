/*
 * A helper's life. Two pipes and the signals' descriptor are waited for
 * together; whoever stops the helper waits for its end, so that none is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"
#include "live/jobs.h"
#include "live/probe.h"
#include "worker/helper.h"
#include "worker/progress.h"
#include "worker/signals.h"

#define LOOK_MS 500
#define READ_BYTES 4096
#define READS_MAX 64 /* at once, from one pipe */

/* What is open while it runs. */
struct running {
	struct work *work;
	struct helper *helper;
	struct progress progress;
	int64_t until_mono_ms;
	pid_t pid;
	int out[2], err[2]; /* pipes; -1 where there is none */
};

static void
close_one(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* A pipe whose first end is read without waiting. 0 or -1. */
static int
pipe_open(int ends[2], struct error *err)
{
	size_t i;

	if (pipe(ends) != 0) {
		ends[0] = ends[1] = -1;
		return error_set(err, ERROR_SYSTEM, NULL,
		    "Can't make a pipe: %s.", strerror(errno));
	}
	for (i = 0; i < 2; i++)
		(void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return 0;
}

/* Keeps the end of what came. */
static void
tail_add(struct helper *helper, const char *bytes, size_t size)
{
	size_t kept = helper->tail_size;

	if (size > HELPER_TAIL_BYTES) {
		bytes += size - HELPER_TAIL_BYTES;
		size = HELPER_TAIL_BYTES;
	}
	if (kept > HELPER_TAIL_BYTES - size) {
		memmove(helper->tail,
		    helper->tail + (kept - (HELPER_TAIL_BYTES - size)),
		    HELPER_TAIL_BYTES - size);
		kept = HELPER_TAIL_BYTES - size;
	}
	memcpy(helper->tail + kept, bytes, size);
	helper->tail_size = kept + size;
	helper->tail[helper->tail_size] = '\0';
}

/* Reads what is there; at its end the pipe is closed. */
static void
pipe_read(struct running *running, int *fd, bool is_progress)
{
	char bytes[READ_BYTES];
	ssize_t got;
	int i;

	for (i = 0; i < READS_MAX && *fd >= 0; i++) {
		got = read(*fd, bytes, sizeof(bytes));
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0)
			close_one(fd);
		else if (is_progress)
			progress_feed(&running->progress, bytes, (size_t)got);
		else
			tail_add(running->helper, bytes, (size_t)got);
	}
}

static void
running_wait(struct running *running)
{
	struct pollfd polls[] = {
		{ .fd = signals_descriptor(), .events = POLLIN },
		{ .fd = running->out[0], .events = POLLIN },
		{ .fd = running->err[0], .events = POLLIN },
	};

	(void)poll(polls, sizeof(polls) / sizeof(polls[0]), LOOK_MS);
	signals_drain();
	pipe_read(running, &running->out[0], true);
	pipe_read(running, &running->err[0], false);
}

static int
running_start(struct running *running, struct error *err)
{
	struct helper *helper = running->helper;
	struct process_plan plan = {
		.argv = helper->argv->list,
		.folder = running->work->folder,
		.out = helper->out,
	};

	if (pipe_open(running->err, err) != 0 ||
	    (helper->out < 0 && pipe_open(running->out, err) != 0))
		return -1;
	plan.err = running->err[1];
	if (helper->out < 0)
		plan.out = running->out[1];
	running->pid = process_start(&plan, err);
	close_one(&running->err[1]);
	close_one(&running->out[1]);
	return running->pid < 0 ? -1 : 0;
}

/* Until it has ended: 0 and its status; -1 if it must be ended. */
static int
running_follow(struct running *running, int *status, struct error *err)
{
	const struct helper *helper = running->helper;
	pid_t pid;

	for (;;) {
		running_wait(running);
		pid = waitpid(running->pid, status, WNOHANG);
		if (pid == running->pid)
			return 0;
		if (pid < 0 && errno != EINTR)
			return error_set(err, ERROR_SYSTEM, NULL,
			    "A program that was started is gone.");
		if (clock_mono_ms() >= running->until_mono_ms)
			return error_set(err, ERROR_SYSTEM, NULL,
			    "ffmpeg took longer than it may.");
		/* What others wait for doesn't wait for this. */
		jobs_quick(running->work->live);
		if (work_beat(running->work,
			progress_thousandths(&running->progress,
			    helper->total_us, helper->from, helper->to),
			err) != 0)
			return -1;
	}
}

static void
helper_judge(struct helper *helper, int status)
{
	helper->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	helper->no_room = strstr(helper->tail, strerror(ENOSPC)) != NULL ||
			  strstr(helper->tail, strerror(EDQUOT)) != NULL;
	helper->no_stream = strstr(helper->tail, "matches no streams") != NULL;
	if (helper->code != 0 && helper->tail_size > 0 && !helper->no_stream)
		log_write(LOG_LEVEL_WARN, NULL, "%s ended with %d: %s",
		    helper->argv->list[0], helper->code,
		    helper->tail_size > 800
			? helper->tail + helper->tail_size - 800
			: helper->tail);
}

int
helper_run(struct work *work, struct helper *helper, struct error *err)
{
	struct running running = {
		.work = work,
		.helper = helper,
		.until_mono_ms =
		    clock_mono_ms() + work->live->config->job_time_s * 1000,
		.pid = -1,
		.out = { -1, -1 },
		.err = { -1, -1 },
	};
	int status = 0, rc;

	helper->code = -1;
	helper->tail_size = 0;
	helper->tail[0] = '\0';
	helper->no_room = helper->no_stream = false;
	rc = helper->argv->failed
		 ? error_set(err, ERROR_SYSTEM, NULL,
		       "What ffmpeg is to do is too long to be said.")
		 : running_start(&running, err);
	if (rc == 0)
		rc = running_follow(&running, &status, err);
	if (rc != 0 && running.pid > 0) {
		(void)kill(-running.pid, SIGKILL); /* and its own */
		(void)waitpid(running.pid, &status, 0);
	}
	pipe_read(&running, &running.out[0], true);
	pipe_read(&running, &running.err[0], false);
	close_one(&running.out[0]);
	close_one(&running.out[1]);
	close_one(&running.err[0]);
	close_one(&running.err[1]);
	if (rc == 0)
		helper_judge(helper, status);
	return rc;
}

void
helper_input(struct argv *argv, const struct segment *segment)
{
	char init[MEDIA_FILE_BYTES], name[MEDIA_FILE_BYTES];

	media_init_name(segment->rendition, segment->init, init);
	media_segment_name(segment, name);
	argv_segment(argv, (enum media_kind)segment->kind, init, name);
}

int
helper_there(struct work *work, struct error *err)
{
	struct helper helper = { .out = -1 };
	struct argv argv;

	if (work->ffmpeg[0] == '\0')
		return 0;
	argv_begin(&argv, work->ffmpeg);
	argv_words(&argv, "-version");
	helper.argv = &argv;
	if (helper_run(work, &helper, err) != 0)
		return -1;
	return helper.code == 0;
}
