/*
 * What is left to do when a broadcast is over: what takes milliseconds is done
 * here, for the rest a worker is started. The lock file tells whether one runs,
 * and its time of change when one was started last; whoever looks holds the
 * lock meanwhile, so that of several programs one starts it.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/process.h"
#include "base/steady.h"
#include "door_kick.h"
#include "live/jobs.h"

#define OVERDUE_MS 2000
#define AGAIN_MS 10000
#define RETAIN_MS (60 * 60 * 1000)
#define WORKER "../bin/livebin-worker"

/* The one that this program started and has not seen end, 0: none. */
static _Atomic pid_t started;

static void
kick_reap(void)
{
	pid_t pid = atomic_load(&started);

	if (pid > 0 && waitpid(pid, NULL, WNOHANG) != 0)
		(void)atomic_compare_exchange_strong(&started, &pid, 0);
}

static bool
kick_overdue(struct live *live)
{
	struct error err;
	int64_t due;
	int rc;

	rc = jobs_next(live, &due, &err);
	if (rc < 0)
		log_write(LOG_LEVEL_WARN, NULL, "jobs: %s", err.detail);
	return rc == 1 && due + OVERDUE_MS <= steady_now_ms();
}

/*
 * How long after the last one another may be started: soon where a job waits,
 * within the hour where there may be something to keep no longer; 0: not.
 */
static int64_t
kick_after_ms(struct live *live)
{
	if (kick_overdue(live))
		return AGAIN_MS;
	if (live->config->keep_days > 0 || live->config->keep_max_mb > 0)
		return RETAIN_MS;
	return 0;
}

/* May one be started now? Then it is marked so. */
static bool
kick_mark(int lock, int64_t after_ms)
{
	struct stat status;
	int64_t changed;

	if (fstat(lock, &status) != 0)
		return false;
	changed = (int64_t)status.st_mtim.tv_sec * 1000 +
		  status.st_mtim.tv_nsec / 1000000;
	/* An empty one was never marked. A clock may also have gone back. */
	if (status.st_size > 0 && changed <= clock_unix_ms() &&
	    changed > clock_unix_ms() - after_ms)
		return false;
	return pwrite(lock, "\n", 1, 0) == 1;
}

static void
kick_start(void)
{
	char path[FILE_PATH_BYTES];
	const char *const argv[] = { path, "--once", NULL };
	struct error err;
	pid_t pid;

	if (process_sibling(WORKER, path, sizeof(path), &err) != 0 ||
	    (pid = process_detach(argv, &err)) < 0) {
		log_write(LOG_LEVEL_WARN, NULL,
		    "no worker runs, and none "
		    "can be started: %s",
		    err.detail);
		return;
	}
	atomic_store(&started, pid);
	log_write(LOG_LEVEL_INFO, NULL, "no worker runs: started one");
}

void
door_kick(struct live *live)
{
	char path[CONFIG_TEXT_BYTES];
	struct error err;
	int64_t after_ms;
	bool starts;
	int lock;

	jobs_quick(live);
	kick_reap();
	if (atomic_load(&started) > 0)
		return;
	after_ms = kick_after_ms(live);
	if (after_ms == 0 ||
	    config_path(live->config, "worker.lock", path, &err) != 0)
		return;
	lock = file_lock(path, 0, &err);
	if (lock < 0)
		return;
	starts = kick_mark(lock, after_ms);
	/* Let go first: the worker takes it. */
	(void)close(lock);
	if (starts)
		kick_start();
}
