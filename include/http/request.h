/*
 * One HTTP request, from acceptance to answer, as a handler sees it.
 *
 * A handler returns REQUEST_FINISHED (it answered), REQUEST_FAILED (*err says
 * why; the engine answers with a problem document), or what request_park
 * returned. A row for OPTIONS adds to what the engine answers by itself; it
 * isn't asked at a preflight. A parked request holds no thread; its handler is
 * called again, perhaps by another worker, with request_wake saying why. What a
 * handler keeps across a park is in request_state alone.
 */
#ifndef LIVEBIN_HTTP_REQUEST_H
#define LIVEBIN_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/id.h"
#include "base/topic.h"

struct request;

enum verdict {
	REQUEST_FINISHED,
	REQUEST_PARKED,
	REQUEST_FAILED
};

/* Why a handler is called. */
enum wake {
	WAKE_FIRST,    /* the request is new */
	WAKE_EVENT,    /* the topic moved, or may have */
	WAKE_DEADLINE, /* the time given to request_park is over */
	WAKE_GONE,     /* the client's connection broke: nobody to answer */
	WAKE_STOP,     /* the program is being stopped: answer now */
};

typedef enum verdict request_handler(
    struct request *request, struct error *err);

/* One row of a door's table. */
struct route {
	const char *method;
	const char *path; /* ":id" stands for one segment, a last "*" for all */
	request_handler *handler;
	int who; /* handed to the door's authorize; the door's own words */
	size_t body_max; /* bytes; 0: the route takes no body */
	const char
	    *type;    /* of the body, a list as in Accept-Post; NULL: JSON */
	bool waits;   /* it may park: HEAD isn't offered */
	bool streams; /* a body of any type, which the handler reads */
	bool secret;  /* ":id" is a secret: the log shows the pattern */
};

/* The segment that ":id" stood for; "" where the path has none. */
const char *request_param(const struct request *request);

/*
 * What "*" stood for: all that is left of the path, slashes among it, perhaps
 * nothing. As it was sent, never percent-decoded. "" where the path has none.
 */
const char *request_rest(const struct request *request);
const struct route *request_route(const struct request *request);
enum wake request_wake(const struct request *request);

/* What the door's open made for the worker that runs this call. */
void *request_context(const struct request *request);

/*
 * Zeroed memory of `size` bytes that lasts as long as the request; the same
 * on every call. `release` (or NULL) is called on it when the request ends.
 * NULL if there is no memory.
 */
void *request_state(
    struct request *request, size_t size, void (*release)(void *state));

/*
 * The same, a second time, for the door's authorize, so that it and the
 * handler need not know of each other.
 */
void *request_subject(
    struct request *request, size_t size, void (*release)(void *subject));

/* A request header by its HTTP name, or NULL. Borrowed. */
const char *request_header(const struct request *request, const char *name);

/*
 * A parameter of the query, percent-decoded into `value` (`size` bytes with
 * NUL). 1 if it is there, 0 if not, -1 with *err if it is malformed or long.
 */
int request_query(const struct request *request, const char *name, char *value,
    size_t size, struct error *err) __attribute__((warn_unused_result));

/*
 * A whole number from the query, from min to max, or `fallback` where it is
 * missing. 0, or -1 with *err (ERROR_INPUT, field `name`).
 */
int request_query_int(const struct request *request, const char *name,
    const int64_t range[2], int64_t *value, struct error *err)
    __attribute__((warn_unused_result));

/* True if the client prefers `token` (RFC 7240, Prefer). */
bool request_prefers(const struct request *request, const char *token);

/* True if the client asks for an event stream. */
bool request_wants_events(const struct request *request);

/*
 * The secret that was shown: Bearer (RFC 6750), or Basic's password (RFC
 * 7617), into `secret`. 1, 0 if none was, -1 with *err for one that can't be
 * read. Wipe it after use.
 */
int request_secret(const struct request *request, char *secret, size_t size,
    struct error *err) __attribute__((warn_unused_result));

/* True if the body's media type is that one, whatever its parameters. */
bool request_body_is(const struct request *request, const char *type);

/*
 * The body as it came, of a route that takes one and doesn't stream: `*size`
 * bytes and a NUL. Borrowed; lasts as long as the request.
 */
const char *request_body(const struct request *request, size_t *size);

/*
 * Begins to read the body of a route that `streams`, of at most `max_bytes`.
 * Once, on the first call. It may come without a Content-Length. 0, or -1 with
 * *err: ERROR_TOO_LARGE by its length, ERROR_INPUT for one that is no number.
 */
int request_body_begin(struct request *request, int64_t max_bytes,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Reads on, up to `size` bytes (at least one), waiting for the web server. The
 * count, 0 at the end of a whole body, -1 with *err: ERROR_INPUT if it ended
 * early, ERROR_TOO_LARGE past the maximum. What a handler leaves unread is
 * thrown away behind it. Large pieces cost least: 64 KB or so.
 */
ssize_t request_body_read(struct request *request, void *to, size_t size,
    struct error *err) __attribute__((warn_unused_result));

/*
 * The client's address: the web server's word, or that of a proxy which the
 * setting `trusted_proxies` names. Borrowed.
 */
const char *request_client(const struct request *request);

/*
 * Scheme and host that links begin with: the configured one, or the
 * request's own. Borrowed; lasts as long as the request.
 */
const char *request_base(struct request *request);

/*
 * Takes the place that the request needs to wait, before anything is changed
 * that a refusal would have to undo; request_park does it otherwise. It keeps
 * the place to its end. ERROR_BUSY, ERROR_CROWD. 0, or -1 with *err.
 */
int request_place(struct request *request, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The caller's right ends then (INT64_MAX: never; 0: it needs none): a parked
 * request is resumed, and so authorised anew. For the door's authorize.
 */
void request_expires(struct request *request, int64_t unix_ms);

/*
 * Parks the request until the topic moves on from `version` (read before the
 * query that found nothing), or the deadline on the monotonic clock. The
 * handler returns what this returns. ERROR_BUSY, ERROR_CROWD: no place.
 */
enum verdict request_park(struct request *request, struct topic topic,
    uint32_t version, int64_t deadline_mono_ms, struct error *err)
    __attribute__((warn_unused_result));

#endif
