/*
 * The engine's threads, on one screen:
 *
 *	main       waits for SIGTERM, then stops the others in order
 *	workers    take what was resumed (queue.c), else accept, else wait for
 *	           either; serve (serve.c). Each has a context of its own
 *	lot        see lot.c
 *
 * Workers accept by themselves, so that a request that needs no waiting is
 * one thread's from its first byte to its last. The socket's backlog is the
 * queue of new requests; its bound is the web server's setting.
 *
 * Stopping: the lot resumes everything with WAKE_STOP, and from then on what
 * would park comes back at once; workers finish what is in the backlog and
 * in the queue, and end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "http/engine.h"
#include "http/exchange.h"
#include "http/lot.h"
#include "http/places.h"
#include "http/queue.h"
#include "http/serve.h"

#define LISTEN_FD 0 /* FastCGI: the socket is the standard input */
#define WORKERS_MAX 64

extern char **environ; /* POSIX: declared by the program */

struct worker {
	struct engine *engine;
	void *context;
	struct request *spare; /* for the next accept */
	int epoll_fd;
	pthread_t thread;
};

struct engine {
	const struct door *door;
	const struct config *config;
	int stop_fd; /* readable: end when there is nothing left to do */
	size_t worker_count;
	struct worker workers[WORKERS_MAX];
};

/* Accepts and serves one request. False if the backlog is empty. */
static bool
worker_accept(struct worker *worker)
{
	struct request *request = worker->spare;

	if (request == NULL)
		request =
		    exchange_new(worker->engine->config, LISTEN_FD, false);
	worker->spare = request;
	if (request == NULL || FCGX_Accept_r(&request->fcgx) != 0)
		return false;
	worker->spare = NULL;
	exchange_begin(request, request->fcgx.envp);
	serve(worker->engine->door, request, worker->context);
	return true;
}

/* Does whatever is to be done now. False if there is nothing. */
static bool
worker_turn(struct worker *worker)
{
	struct request *request;

	switch (queue_take(&request)) {
	case QUEUE_REQUEST:
		serve(worker->engine->door, request, worker->context);
		return true;
	case QUEUE_TICK:
		worker->engine->door->tick(worker->context);
		return true;
	case QUEUE_EMPTY:
		break;
	}
	return worker_accept(worker);
}

static void *
worker_thread(void *argument)
{
	struct worker *worker = argument;
	struct epoll_event event;
	bool stopping = false;
	int count;

	for (;;) {
		if (worker_turn(worker))
			continue;
		if (stopping)
			return NULL;
		/* Out of descriptors, with the socket ready all the time. */
		if (errno == EMFILE || errno == ENFILE)
			(void)poll(NULL, 0, 20);
		count = epoll_wait(worker->epoll_fd, &event, 1, -1);
		stopping =
		    count == 1 && event.data.fd == worker->engine->stop_fd;
	}
}

static int
worker_watch(struct worker *worker, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* Exclusive: one connection, or one piece of work, wakes one worker. */
static int
worker_open(struct worker *worker, struct error *err)
{
	const struct engine *engine = worker->engine;

	worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (worker->epoll_fd < 0 ||
	    worker_watch(worker, LISTEN_FD, EPOLLIN | EPOLLEXCLUSIVE) != 0 ||
	    worker_watch(
		worker, queue_descriptor(), EPOLLIN | EPOLLEXCLUSIVE) != 0 ||
	    worker_watch(worker, engine->stop_fd, EPOLLIN) != 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "can't prepare a worker: %s", strerror(errno));
	return engine->door->open(&worker->context, engine->config, err);
}

static void
worker_close(struct worker *worker)
{
	if (worker->context != NULL)
		worker->engine->door->close(worker->context);
	if (worker->spare != NULL)
		exchange_end(worker->spare);
	if (worker->epoll_fd >= 0)
		(void)close(worker->epoll_fd);
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
engine_start_threads(struct engine *engine, struct error *err)
{
	size_t i;
	int rc = 0;

	if (places_open((size_t)engine->config->parked_max,
		(size_t)engine->config->parked_per_client, err) != 0 ||
	    lot_start(engine->door->tick != NULL, err) != 0)
		return -1;
	for (i = 0; i < engine->worker_count && rc == 0; i++)
		rc = pthread_create(&engine->workers[i].thread, NULL,
		    worker_thread, &engine->workers[i]);
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
	lot_stop();
	if (write(engine->stop_fd, &one, sizeof(one)) < 0)
		log_write(LOG_LEVEL_ERROR, NULL, "stop: %s", strerror(errno));
	for (i = 0; i < engine->worker_count; i++)
		(void)pthread_join(engine->workers[i].thread, NULL);
}

static int
engine_prepare(struct engine *engine, sigset_t *signals, struct error *err)
{
	int flags;
	size_t i;

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
	if (queue_open(err) != 0)
		return -1;
	for (i = 0; i < (size_t)engine->config->workers; i++) {
		engine->workers[i].engine = engine;
		engine->worker_count = i + 1;
		if (worker_open(&engine->workers[i], err) != 0)
			return -1;
	}
	return 0;
}

static int
engine_serve_fastcgi(
    const struct door *door, const struct config *config, struct error *err)
{
	static struct engine engine; /* one a process; too large for a stack */
	sigset_t signals;
	size_t i;
	int rc;

	engine.door = door;
	engine.config = config;
	rc = engine_prepare(&engine, &signals, err);
	if (rc == 0)
		rc = engine_start_threads(&engine, err);
	if (rc == 0) {
		log_write(LOG_LEVEL_INFO, NULL, "serving");
		log_flush();
		engine_wait_and_stop(&engine, &signals);
	}
	for (i = 0; i < engine.worker_count; i++)
		worker_close(&engine.workers[i]);
	return rc;
}

/* The web server sees the answer's end here, and waits for nothing more. */
static void
engine_end_output(void)
{
	const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null < 0)
		return;
	(void)dup2(null, STDOUT_FILENO);
	(void)close(null);
}

static int
engine_serve_cgi(
    const struct door *door, const struct config *config, struct error *err)
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
	engine_end_output();
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
	/* A file over the host's limit is an error like a full disk. */
	(void)signal(SIGXFSZ, SIG_IGN);
	/* Or FCGX_Finish_r waits up to 2 s for the peer's end of file. */
	(void)setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1);
	if (FCGX_IsCGI())
		rc = engine_serve_cgi(door, config, &err);
	else if (FCGX_Init() != 0)
		rc = error_set(&err, ERROR_SYSTEM, NULL,
		    "libfcgi could not be initialised");
	else
		rc = engine_serve_fastcgi(door, config, &err);
	if (rc != 0)
		log_write(LOG_LEVEL_ERROR, NULL, "can't start: %s", err.detail);
	log_flush();
	return rc == 0 ? 0 : 1;
}
