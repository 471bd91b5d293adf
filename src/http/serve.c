/*
 * Serving a call. The table is checked in this order: path (404), method
 * (405, OPTIONS), the door's authorize (401, 404), the body's type, length
 * and size (415, 411, 413; not where the handler reads it); then the handler.
 * A resumed call is authorised again and goes to the handler.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/exchange.h"
#include "http/lot.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/serve.h"

#define DRAIN_MAX (16 * 1024 * 1024)
#define DRAIN_BYTES 16384 /* at once */
#define CGI_WAIT_MS 5000

/* What the parts of a pattern stood for. */
struct fit {
	char param[PARAM_BYTES];
	const char *rest; /* in the path */
};

/* True if the path fits the pattern, and *fit is filled in. */
static bool
route_fits(const char *pattern, const char *path, struct fit *fit)
{
	size_t size, kept;

	fit->param[0] = '\0';
	fit->rest = "";
	while (*pattern != '\0') {
		if (*pattern == '*') {
			fit->rest = path;
			return true;
		}
		if (*pattern != ':') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		pattern += strcspn(pattern, "/");
		size = strcspn(path, "/");
		if (size == 0)
			return false;
		/* Cut if it is too long: then it names nothing either. */
		kept = size < PARAM_BYTES ? size : PARAM_BYTES - 1;
		memcpy(fit->param, path, kept);
		fit->param[kept] = '\0';
		path += size;
	}
	return *path == '\0';
}

static bool
route_takes(const struct route *route, const char *method)
{
	return strcmp(route->method, method) == 0 ||
	       (strcmp(method, "HEAD") == 0 && !route->waits &&
		   strcmp(route->method, "GET") == 0);
}

/* The methods a path takes, as the Allow header lists them. */
struct allow {
	char list[128];
	size_t used;
};

static void
allow_add(struct allow *allow, const char *method)
{
	const size_t room = sizeof(allow->list) - allow->used;

	allow->used += (size_t)snprintf(allow->list + allow->used, room, "%s%s",
	    allow->used > 0 ? ", " : "", method);
	assert(allow->used < sizeof(allow->list));
}

static bool
door_has_secrets(const struct door *door)
{
	size_t i;

	for (i = 0; i < door->route_count; i++)
		if (door->routes[i].secret)
			return true;
	return false;
}

/*
 * Finds the row of path and method. Where the path is known and the method
 * isn't, *allow lists those it has. 0, or -1 with *err.
 */
static int
serve_match(const struct door *door, struct request *request,
    const char *method, struct allow *allow, struct error *err)
{
	const struct route *route;
	struct fit fit;
	size_t i;

	memset(allow, 0, sizeof(*allow));
	if (door_has_secrets(door))
		request->shown = "-"; /* it may be one that is misspelt */
	for (i = 0; i < door->route_count; i++) {
		route = &door->routes[i];
		if (!route_fits(route->path, request->path, &fit))
			continue;
		memcpy(request->param, fit.param, sizeof(fit.param));
		request->rest = fit.rest;
		request->shown = route->secret ? route->path : request->path;
		if (route_takes(route, method)) {
			request->route = route;
			return 0;
		}
		allow_add(allow, route->method);
		if (route_takes(route, "HEAD"))
			allow_add(allow, "HEAD");
	}
	if (allow->used == 0)
		return error_set(err, ERROR_PATH_UNKNOWN, NULL,
		    "There is nothing at this path.");
	allow_add(allow, "OPTIONS");
	return error_set(
	    err, ERROR_METHOD, NULL, "This path takes: %s.", allow->list);
}

static bool
type_is(const char *type, size_t size, const char *wanted)
{
	return size == strlen(wanted) && strncasecmp(type, wanted, size) == 0;
}

/* application/json, and text/plain, which fetch() sends unasked. */
static bool
body_type_allowed(const char *type)
{
	const size_t size = type != NULL ? strcspn(type, "; \t") : 0;

	if (size == 0)
		return true;
	return type_is(type, size, "application/json") ||
	       type_is(type, size, "text/plain");
}

static int
serve_body(struct request *request, struct error *err)
{
	if (request->route->body_max == 0 || request->route->streams ||
	    strcmp(request->route->method, "GET") == 0)
		return 0;
	if (!body_type_allowed(exchange_variable(request, "CONTENT_TYPE")))
		return error_set(err, ERROR_MEDIA_TYPE, NULL,
		    "Send JSON: Content-Type: application/json.");
	return exchange_read_body(request, err);
}

/*
 * Reads what is left, so that the connection can park or close cleanly. Where
 * more is left than that, closing cuts it off: lighttpd reads the answer all
 * the same, and notes in its log that it couldn't send the rest.
 */
static void
serve_drain(struct request *request)
{
	char bytes[DRAIN_BYTES];
	int total = 0, got;

	if (request->cgi)
		return;
	do {
		got = FCGX_GetStr(bytes, (int)sizeof(bytes), request->fcgx.in);
		total += got;
	} while (got == (int)sizeof(bytes) && total < DRAIN_MAX);
}

static enum verdict
serve_options(
    const struct door *door, struct request *request, struct error *err)
{
	struct allow allow;

	(void)serve_match(door, request, "OPTIONS", &allow, err);
	if (err->code != ERROR_METHOD)
		return REQUEST_FAILED;
	reply_header(request, "Allow", allow.list);
	cors_preflight(request, allow.list);
	return reply_empty(request, 204);
}

static enum verdict
serve_first(const struct door *door, struct request *request, struct error *err)
{
	const char *method = exchange_variable(request, "REQUEST_METHOD");
	struct allow allow;
	enum verdict verdict = REQUEST_FAILED;

	if (method == NULL)
		method = "";
	if (strcmp(method, "OPTIONS") == 0) {
		verdict = serve_options(door, request, err);
	} else if (serve_match(door, request, method, &allow, err) != 0) {
		if (err->code == ERROR_METHOD)
			reply_header(request, "Allow", allow.list);
	} else if (door->authorize(request, err) == 0 &&
		   serve_body(request, err) == 0) {
		if (!request->route->streams)
			serve_drain(request);
		verdict = request->route->handler(request, err);
	}
	serve_drain(request);
	return verdict;
}

static enum verdict
serve_again(const struct door *door, struct request *request, struct error *err)
{
	const bool asks =
	    request->wake == WAKE_EVENT || request->wake == WAKE_DEADLINE;
	struct error ignored;

	if (asks && door->authorize(request, err) != 0) {
		/* It lost its right: it leaves as one that went away does. */
		request->wake = WAKE_GONE;
		(void)request->route->handler(request, &ignored);
		request->wake = WAKE_EVENT;
		return REQUEST_FAILED;
	}
	return request->route->handler(request, err);
}

static void
serve_finish(
    struct request *request, enum verdict verdict, const struct error *err)
{
	const struct problem *problem;

	if (verdict == REQUEST_FAILED && request->wake != WAKE_GONE) {
		problem = problem_of(err->code);
		if (problem->status >= 500)
			log_write(LOG_LEVEL_WARN, request->id, "%s: %s",
			    problem->title, err->detail);
		reply_problem(request, err);
	}
	exchange_end(request);
}

/* Plain CGI: this process is the request's own, so it may sit and wait. */
static void
serve_wait_cgi(struct request *request, int64_t until_mono_ms)
{
	const struct timespec nap = { .tv_nsec = 20000000 };

	request->wake = WAKE_EVENT;
	while (topic_version(request->topic) == request->version) {
		if (clock_mono_ms() >= request->deadline_mono_ms) {
			request->wake = WAKE_DEADLINE;
			return;
		}
		if (clock_mono_ms() >= until_mono_ms) {
			request->wake = WAKE_STOP;
			return;
		}
		(void)nanosleep(&nap, NULL);
	}
}

void
serve(const struct door *door, struct request *request, void *context)
{
	const int64_t cgi_until = request->begun_mono_ms + CGI_WAIT_MS;
	struct error err = { .code = ERROR_NONE };
	enum verdict verdict;

	for (;;) {
		request->context = context;
		if (request->wake == WAKE_FIRST)
			verdict = serve_first(door, request, &err);
		else
			verdict = serve_again(door, request, &err);
		if (verdict != REQUEST_PARKED) {
			serve_finish(request, verdict, &err);
			return;
		}
		if (!request->cgi) {
			lot_add(request);
			return;
		}
		serve_wait_cgi(request, cgi_until);
	}
}
