/*
 * The door's engine: accepts requests, runs handlers on a few threads, parks
 * what waits, stops in order. A door gives it a table and a few functions.
 */
#ifndef LIVEBIN_HTTP_ENGINE_H
#define LIVEBIN_HTTP_ENGINE_H

#include "base/config.h"
#include "http/request.h"

struct door {
	const char *name;
	const struct route *routes;
	size_t route_count;

	/* Makes a worker's context (the door's own); 0, or -1 with *err. */
	int (*open)(
	    void **context, const struct config *config, struct error *err);
	void (*close)(void *context);

	/*
	 * May this request, by its route's `who`? Called behind the method's
	 * check, and again before every resumed call, so that who lost a right
	 * while waiting is refused. 0, or -1 with *err.
	 */
	int (*authorize)(struct request *request, struct error *err);

	/*
	 * Called with the error that a first call ended in: milliseconds to
	 * hold the answer back, 0 for at once; it may make it another error.
	 * NULL: never.
	 */
	int64_t (*punish)(struct request *request, struct error *err);

	/* Called on a worker about once a second; NULL: never. */
	void (*tick)(void *context);
};

/*
 * Serves until SIGTERM (FastCGI), or one request (plain CGI). The process's
 * exit code: 0, or 1 if it could not start (logged).
 */
int engine_run(const struct door *door, const struct config *config);

#endif
