/*
 * Answers: one write each, status and headers first; or an event stream.
 */
#ifndef LIVEBIN_HTTP_REPLY_H
#define LIVEBIN_HTTP_REPLY_H

#include "http/request.h"

struct json_object;

/*
 * Adds a header to the answer to come. The value may not hold control
 * characters (they end it).
 */
void reply_header(struct request *request, const char *name, const char *value);

/*
 * Answers with a JSON body, which is taken over (NULL: no memory, and the
 * request fails). Returns the verdict for the handler to return.
 */
enum verdict reply_json(struct request *request, int status,
    struct json_object *body, struct error *err)
    __attribute__((warn_unused_result));

/* Answers with `size` bytes of a media type. Returns REQUEST_FINISHED. */
struct content {
	const char *type, *bytes;
	size_t size;
};
enum verdict reply_content(
    struct request *request, int status, const struct content *content);

/*
 * Answers with `size` bytes of JSON text under an entity tag made of their
 * digest, or with 304 if the client has them.
 */
enum verdict reply_tagged(
    struct request *request, uint64_t digest, const char *json, size_t size);

/* Answers without a body. */
enum verdict reply_empty(struct request *request, int status);

/* Answers with the problem document (RFC 9457) of an error. */
void reply_problem(struct request *request, const struct error *err);

/*
 * Server-Sent Events. reply_events_begin sends the head (once; later calls do
 * nothing). Events are gathered and sent by reply_events_flush: 0, or -1 if
 * the client is gone. `id` may be NULL; `data` is one line.
 */
void reply_events_begin(struct request *request);
void reply_event(struct request *request, const char *id, const char *type,
    const char *data);
void reply_event_comment(struct request *request);
int reply_events_flush(struct request *request)
    __attribute__((warn_unused_result));

#endif
