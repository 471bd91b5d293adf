/*
 * Answers as a CGI program gives them (RFC 3875, section 6): headers, with
 * Status among them, an empty line, the body.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "base/id.h"
#include "base/log.h"
#include "http/exchange.h"
#include "http/problem.h"
#include "http/reply.h"

#define HEAD_MAX (16 * 1024)

void
reply_header(struct request *request, const char *name, const char *value)
{
	size_t size = 0;

	while ((unsigned char)value[size] >= 0x20 && value[size] != 0x7f)
		size++;
	/* Whole or not at all: one that doesn't fit must not spoil others. */
	if (strlen(name) + size + 4 >
	    request->headers.max - request->headers.size) {
		log_write(LOG_LEVEL_WARN, request->id,
		    "header %s is too long: left out", name);
		return;
	}
	buf_text(&request->headers, name);
	buf_text(&request->headers, ": ");
	buf_add(&request->headers, value, size);
	buf_text(&request->headers, "\r\n");
}

static void
reply_head(struct request *request, int status, const char *type, size_t size)
{
	struct buf head;

	request->status = status;
	cors_headers(request);
	buf_init(&head, HEAD_MAX);
	buf_format(&head, "Status: %d\r\n", status);
	if (type != NULL)
		buf_format(&head, "Content-Type: %s\r\n", type);
	if (!request->streaming && status != 304 && status != 204)
		buf_format(&head, "Content-Length: %zu\r\n", size);
	buf_format(&head, "X-Request-Id: %s\r\n", request->id);
	if (request->headers.size > 0)
		buf_add(&head, request->headers.data, request->headers.size);
	buf_text(&head, "\r\n");
	exchange_write(request, head.data, head.size);
	buf_free(&head);
}

static bool
reply_wants_body(const struct request *request)
{
	const char *method = exchange_variable(request, "REQUEST_METHOD");

	return method == NULL || strcmp(method, "HEAD") != 0;
}

static void
reply_body(struct request *request, int status, const char *type,
    const char *body, size_t size)
{
	reply_head(request, status, type, size);
	if (size > 0 && reply_wants_body(request))
		exchange_write(request, body, size);
}

enum verdict
reply_json(struct request *request, int status, struct json_object *body,
    struct error *err)
{
	const char *text = NULL;
	size_t size = 0;

	if (body != NULL)
		text = json_object_to_json_string_length(body,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
		    &size);
	if (text == NULL) {
		(void)json_object_put(body);
		error_set(err, ERROR_SYSTEM, NULL, "out of memory");
		return REQUEST_FAILED;
	}
	reply_header(request, "Cache-Control", "no-store");
	reply_body(request, status, "application/json", text, size);
	(void)json_object_put(body);
	return REQUEST_FINISHED;
}

enum verdict
reply_content(
    struct request *request, int status, const struct content *content)
{
	reply_header(request, "Cache-Control", "no-store");
	reply_body(
	    request, status, content->type, content->bytes, content->size);
	return REQUEST_FINISHED;
}

enum verdict
reply_tagged(
    struct request *request, uint64_t digest, const char *json, size_t size)
{
	char tag[2 * 8 + 3];
	const char *known = request_header(request, "If-None-Match");

	(void)snprintf(tag, sizeof(tag), "\"%016" PRIx64 "\"", digest);
	reply_header(request, "ETag", tag);
	reply_header(request, "Cache-Control", "no-cache");
	if (known != NULL &&
	    (strcmp(known, "*") == 0 || strstr(known, tag) != NULL))
		return reply_empty(request, 304);
	reply_body(request, 200, "application/json", json, size);
	return REQUEST_FINISHED;
}

enum verdict
reply_empty(struct request *request, int status)
{
	reply_body(request, status, NULL, NULL, 0);
	return REQUEST_FINISHED;
}

static struct json_object *
problem_document(const struct request *request, const struct error *err)
{
	const struct problem *problem = problem_of(err->code);
	struct json_object *document = json_object_new_object();
	char text[96];

	(void)snprintf(
	    text, sizeof(text), "urn:livebin:problem:%s", problem->slug);
	(void)json_object_object_add(
	    document, "type", json_object_new_string(text));
	(void)json_object_object_add(
	    document, "title", json_object_new_string(problem->title));
	(void)json_object_object_add(
	    document, "status", json_object_new_int(problem->status));
	(void)json_object_object_add(
	    document, "detail", json_object_new_string(err->detail));
	(void)snprintf(
	    text, sizeof(text), "urn:livebin:request:%s", request->id);
	(void)json_object_object_add(
	    document, "instance", json_object_new_string(text));
	if (err->field[0] != '\0')
		(void)json_object_object_add(
		    document, "field", json_object_new_string(err->field));
	return document;
}

void
reply_problem(struct request *request, const struct error *err)
{
	const int status = problem_of(err->code)->status;
	struct json_object *document;
	char seconds[16];
	const char *text;
	size_t size;

	if (request->streaming)
		return; /* the head is out: the stream's end must say it */
	if (err->retry_after_s > 0) {
		(void)snprintf(
		    seconds, sizeof(seconds), "%d", err->retry_after_s);
		reply_header(request, "Retry-After", seconds);
	}
	if (status == 401)
		reply_header(
		    request, "WWW-Authenticate", "Bearer realm=\"livebin\"");
	reply_header(request, "Cache-Control", "no-store");
	document = problem_document(request, err);
	text = json_object_to_json_string_length(document,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &size);
	reply_body(request, status, "application/problem+json", text, size);
	(void)json_object_put(document);
}

void
reply_events_begin(struct request *request)
{
	if (request->streaming)
		return;
	request->streaming = true;
	reply_header(request, "Cache-Control", "no-cache");
	/* Proxies in front would otherwise collect the events. */
	reply_header(request, "X-Accel-Buffering", "no");
	reply_head(request, 200, "text/event-stream", 0);
}

void
reply_event(
    struct request *request, const char *id, const char *type, const char *data)
{
	struct buf *events = &request->events;

	if (id != NULL)
		buf_format(events, "id: %s\n", id);
	buf_format(events, "event: %s\ndata: ", type);
	buf_text(events, data);
	buf_text(events, "\n\n");
}

void
reply_event_comment(struct request *request)
{
	buf_text(&request->events, ":\n\n");
}

int
reply_events_flush(struct request *request)
{
	struct buf *events = &request->events;
	const bool failed = events->failed;

	if (events->size > 0)
		exchange_write(request, events->data, events->size);
	buf_free(events);
	if (failed)
		return -1;
	return exchange_flush(request);
}
