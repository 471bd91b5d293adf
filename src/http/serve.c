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

/* Every method of the request's path; empty if there is no such path. */
static void
allow_add_all(
    const struct door *door, const struct request *request, struct allow *allow)
{
	const struct route *route;
	struct fit fit;
	size_t i;

	memset(allow, 0, sizeof(*allow));
	for (i = 0; i < door->route_count; i++) {
		route = &door->routes[i];
		if (!route_fits(route->path, request->path, &fit) ||
		    strcmp(route->method, "OPTIONS") == 0)
			continue;
		allow_add(allow, route->method);
		if (route_takes(route, "HEAD"))
			allow_add(allow, "HEAD");
	}
	if (allow->used > 0)
		allow_add(allow, "OPTIONS");
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
	}
	allow_add_all(door, request, allow);
	if (allow->used == 0)
		return error_set(err, ERROR_PATH_UNKNOWN, NULL,
		    "There is nothing at this path.");
	return error_set(
	    err, ERROR_METHOD, NULL, "This path takes: %s.", allow->list);
}

/* application/json, and text/plain, which fetch() sends unasked. */
static int
serve_json_type(const struct request *request, struct error *err)
{
	const char *type = exchange_variable(request, "CONTENT_TYPE");

	if (type == NULL || strcspn(type, "; \t") == 0 ||
	    request_body_is(request, "application/json") ||
	    request_body_is(request, "text/plain"))
		return 0;
	return error_set(err, ERROR_MEDIA_TYPE, NULL,
	    "Send JSON: Content-Type: application/json.");
}

/* The header that names the types a method takes, or NULL. */
static const char *
accept_header(const struct route *route)
{
	if (route->type == NULL)
		return NULL;
	return strcmp(route->method, "PATCH") == 0 ? "Accept-Patch"
						   : "Accept-Post";
}

/* One of the route's own types. */
static int
serve_own_type(struct request *request, struct error *err)
{
	const char *list = request->route->type;
	char type[64];
	size_t size;

	while (*list != '\0') {
		list += strspn(list, ", ");
		size = strcspn(list, ",");
		(void)snprintf(type, sizeof(type), "%.*s", (int)size, list);
		if (request_body_is(request, type))
			return 0;
		list += size;
	}
	reply_header(
	    request, accept_header(request->route), request->route->type);
	return error_set(err, ERROR_MEDIA_TYPE, NULL, "Send Content-Type: %s.",
	    request->route->type);
}

static int
serve_body(struct request *request, struct error *err)
{
	const struct route *route = request->route;

	if (route->body_max == 0 || route->streams ||
	    strcmp(route->method, "GET") == 0)
		return 0;
	if ((route->type != NULL ? serve_own_type(request, err)
				 : serve_json_type(request, err)) != 0)
		return -1;
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

/* The types that a path's methods take. True if there are any. */
static bool
options_types(const struct door *door, struct request *request)
{
	bool any = false;
	struct fit fit;
	size_t i;

	for (i = 0; i < door->route_count; i++) {
		if (door->routes[i].type == NULL ||
		    !route_fits(door->routes[i].path, request->path, &fit))
			continue;
		reply_header(request, accept_header(&door->routes[i]),
		    door->routes[i].type);
		any = true;
	}
	return any;
}

/* What the engine knows; then what the path's own row adds, if it has one. */
static enum verdict
serve_options(
    const struct door *door, struct request *request, struct error *err)
{
	const bool preflight =
	    request_header(request, "Access-Control-Request-Method") != NULL;
	struct allow allow;
	bool own;

	own = serve_match(door, request, "OPTIONS", &allow, err) == 0;
	if (!own && err->code != ERROR_METHOD)
		return REQUEST_FAILED;
	if (own)
		allow_add_all(door, request, &allow);
	reply_header(request, "Allow", allow.list);
	cors_preflight(request, allow.list);
	/* WHIP wants 200 (RFC 9725, section 4.2); both are good answers. */
	if (!options_types(door, request))
		return reply_empty(request, 204);
	if (own && !preflight)
		return request->route->handler(request, err);
	return reply_empty(request, 200);
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

/* Whoever guesses waits for each answer, on no thread. */
static enum verdict
serve_punish(
    const struct door *door, struct request *request, struct error *err)
{
	const struct topic topic = topic_of("held", request->id);
	struct error crowded;
	int64_t hold_ms;

	if (door->punish == NULL || request->streaming)
		return REQUEST_FAILED;
	hold_ms = door->punish(request, err);
	if (hold_ms <= 0 || request->cgi)
		return REQUEST_FAILED;
	request->held = *err;
	return request_park(request, topic, topic_version(topic),
	    clock_mono_ms() + hold_ms, &crowded);
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
		if (request->held.code != ERROR_NONE) {
			serve_finish(request, REQUEST_FAILED, &request->held);
			return;
		}
		if (request->wake != WAKE_FIRST)
			verdict = serve_again(door, request, &err);
		else
			verdict = serve_first(door, request, &err);
		if (request->wake == WAKE_FIRST && verdict == REQUEST_FAILED)
			verdict = serve_punish(door, request, &err);
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
