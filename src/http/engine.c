/*
 * The engine's threads, on one screen:
 *
 *	main       waits for SIGTERM, then: acceptor, lot, workers, in order
 *	acceptor   poll, FCGX_Accept_r, queue_add (full: 503)
 *	workers    queue_take, serve (see serve.c); each has its own context
 *	lot        see lot.c
 *
 * Stopping: the acceptor takes what is in the backlog and ends; the lot
 * resumes everything with WAKE_STOP; workers end when the queue is empty.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "http/engine.h"
#include "http/exchange.h"
#include "http/lot.h"
#include "http/queue.h"
#include "http/serve.h"

#define LISTEN_FD 0 /* FastCGI: the socket is the standard input */
#define WORKERS_MAX 64

extern char **environ; /* POSIX: declared by the program */

struct engine {
	const struct door *door;
	const struct config *config;
	int stop_fd; /* readable: stop accepting */
	pthread_t acceptor;
	size_t worker_count;
	struct worker {
		struct engine *engine;
		void *context;
		pthread_t thread;
	} workers[WORKERS_MAX];
};

static void *
worker_thread(void *argument)
{
	struct worker *worker = argument;
	struct request *request;

	for (;;) {
		switch (queue_take(&request)) {
		case QUEUE_REQUEST:
			serve(worker->engine->door, request, worker->context);
			break;
		case QUEUE_TICK:
			worker->engine->door->tick(worker->context);
			break;
		case QUEUE_CLOSED:
			return NULL;
		}
	}
}

/* Takes one request, if there is one. False when the backlog is empty. */
static bool
acceptor_take(struct engine *engine)
{
	struct request *request;
	int failure;

	request = exchange_new(engine->config, LISTEN_FD, false);
	if (request == NULL) {
		log_write(LOG_LEVEL_ERROR, NULL, "accept: out of memory");
		return false;
	}
	if (FCGX_Accept_r(&request->fcgx) != 0) {
		failure = errno;
		exchange_end(request);
		errno = failure;
		return false;
	}
	exchange_begin(request, request->fcgx.envp);
	if (queue_add(request) != 0)
		serve_busy(request);
	return true;
}

static void *
acceptor_thread(void *argument)
{
	struct engine *engine = argument;
	struct pollfd fds[2] = {
		{ .fd = LISTEN_FD, .events = POLLIN },
		{ .fd = engine->stop_fd, .events = POLLIN },
	};

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		while (acceptor_take(engine))
			;
		if (fds[1].revents != 0)
			break;
		/* Out of descriptors: poll would spin until some are free. */
		if (errno == EMFILE || errno == ENFILE)
			(void)poll(&fds[1], 1, 50);
	}
	return NULL;
}

/* Every descriptor that may be had: one is held by each parked request. */
static void
engine_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int
engine_open_workers(struct engine *engine, struct error *err)
{
	size_t i;

	engine->worker_count = (size_t)engine->config->workers;
	for (i = 0; i < engine->worker_count; i++) {
		engine->workers[i].engine = engine;
		if (engine->door->open(&engine->workers[i].context,
			engine->config, err) != 0)
			return -1;
	}
	return 0;
}

static void
engine_close_workers(struct engine *engine)
{
	size_t i;

	for (i = 0; i < engine->worker_count; i++)
		if (engine->workers[i].context != NULL)
			engine->door->close(engine->workers[i].context);
}

static int
engine_start_threads(struct engine *engine, struct error *err)
{
	size_t i;
	int rc = 0;

	if (lot_start((size_t)engine->config->parked_max,
		engine->door->tick != NULL, err) != 0)
		return -1;
	for (i = 0; i < engine->worker_count && rc == 0; i++)
		rc = pthread_create(&engine->workers[i].thread, NULL,
		    worker_thread, &engine->workers[i]);
	if (rc == 0)
		rc = pthread_create(&engine->acceptor, NULL, acceptor_thread,
		    engine);
	if (rc != 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "can't start threads: %s", strerror(rc));
	return 0;
}

static void
engine_wait_and_stop(struct engine *engine, const sigset_t *signals)
{
	const uint64_t one = 1;
	size_t i;
	int signal;

	(void)sigwait(signals, &signal);
	log_write(LOG_LEVEL_INFO, NULL, "stopping on signal %d", signal);
	if (write(engine->stop_fd, &one, sizeof(one)) < 0)
		log_write(LOG_LEVEL_ERROR, NULL, "stop: %s", strerror(errno));
	(void)pthread_join(engine->acceptor, NULL);
	lot_stop();
	queue_close();
	for (i = 0; i < engine->worker_count; i++)
		(void)pthread_join(engine->workers[i].thread, NULL);
}

static int
engine_prepare(struct engine *engine, sigset_t *signals, struct error *err)
{
	int flags;

	(void)sigemptyset(signals);
	(void)sigaddset(signals, SIGTERM);
	(void)sigaddset(signals, SIGINT);
	(void)sigaddset(signals, SIGUSR1); /* FastCGI's own "stop" */
	(void)pthread_sigmask(SIG_BLOCK, signals, NULL);
	/* A web server that dies without a word must not leave us behind. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	engine_raise_limit();
	engine->stop_fd = eventfd(0, EFD_CLOEXEC);
	flags = fcntl(LISTEN_FD, F_GETFL);
	if (engine->stop_fd < 0 || flags < 0 ||
	    fcntl(LISTEN_FD, F_SETFL, flags | O_NONBLOCK) != 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "can't prepare the socket: %s", strerror(errno));
	queue_open((size_t)engine->config->queue_max);
	return engine_open_workers(engine, err);
}

static int
engine_serve_fastcgi(const struct door *door, const struct config *config,
    struct error *err)
{
	static struct engine engine; /* one a process; too large for a stack */
	sigset_t signals;
	int rc;

	engine.door = door;
	engine.config = config;
	rc = engine_prepare(&engine, &signals, err);
	if (rc == 0)
		rc = engine_start_threads(&engine, err);
	if (rc == 0) {
		log_write(LOG_LEVEL_INFO, NULL, "serving");
		engine_wait_and_stop(&engine, &signals);
	}
	engine_close_workers(&engine);
	return rc;
}

static int
engine_serve_cgi(const struct door *door, const struct config *config,
    struct error *err)
{
	struct request *request;
	void *context;

	if (door->open(&context, config, err) != 0)
		return -1;
	request = exchange_new(config, -1, true);
	if (request != NULL) {
		exchange_begin(request, environ);
		serve(door, request, context);
	}
	if (door->tick != NULL)
		door->tick(context);
	door->close(context);
	return request != NULL
	    ? 0
	    : error_set(err, ERROR_SYSTEM, NULL, "out of memory");
}

int
engine_run(const struct door *door, const struct config *config)
{
	struct error err;
	int rc;

	(void)signal(SIGPIPE, SIG_IGN);
	/* Or FCGX_Finish_r waits up to 2 s for the peer's end of file. */
	(void)setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1);
	if (FCGX_IsCGI())
		rc = engine_serve_cgi(door, config, &err);
	else if (FCGX_Init() != 0)
		rc = error_set(&err, ERROR_SYSTEM, NULL,
		    "libfcgi could not be initialised");
	else
		rc = engine_serve_fastcgi(door, config, &err);
	if (rc == 0)
		return 0;
	log_write(LOG_LEVEL_ERROR, NULL, "can't start: %s", err.detail);
	return 1;
}
