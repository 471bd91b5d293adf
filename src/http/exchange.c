/*
 * The request's body and soul: memory, parameters, bytes in and out. It knows
 * the two ways a web server runs a program: FastCGI, and plain CGI, where the
 * process serves one request and ends.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <json-c/json.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/exchange.h"
#include "http/places.h"

#define HEADERS_MAX 8192
#define EVENTS_MAX (4 * 1024 * 1024)
#define PIECE_MAX (1024 * 1024) /* of a body that is read at once */

struct request *
exchange_new(const struct config *config, int listen_fd, bool cgi)
{
	struct request *request;

	request = calloc(1, sizeof(*request));
	if (request == NULL)
		return NULL;
	request->config = config;
	request->cgi = cgi;
	buf_init(&request->headers, HEADERS_MAX);
	buf_init(&request->events, EVENTS_MAX);
	if (!cgi && FCGX_InitRequest(&request->fcgx, listen_fd,
			FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
		free(request);
		return NULL;
	}
	return request;
}

const char *
exchange_variable(const struct request *request, const char *name)
{
	return FCGX_GetParam(name, request->envp);
}

/*
 * The path is REQUEST_URI's: servers split SCRIPT_NAME and PATH_INFO each in
 * their own way. It is not percent-decoded: no path of ours needs it.
 */
static void
exchange_path(struct request *request)
{
	const char *uri = exchange_variable(request, "REQUEST_URI");
	size_t size;

	if (uri == NULL)
		uri = "";
	size = strcspn(uri, "?#");
	if (size >= sizeof(request->path))
		size = 0; /* no route is that long: 404 */
	memcpy(request->path, uri, size);
	request->path[size] = '\0';
}

void
exchange_begin(struct request *request, char **envp)
{
	request->envp = envp;
	request->begun_mono_ms = clock_mono_ms();
	request->wake = WAKE_FIRST;
	id_make_unique(request->id);
	exchange_path(request);
	client_find(request);
	request->shown = request->path;
	request->rest = "";
}

static void
keepsake_release(struct keepsake *keepsake)
{
	if (keepsake->memory != NULL && keepsake->release != NULL)
		keepsake->release(keepsake->memory);
	free(keepsake->memory);
}

static void
exchange_log(const struct request *request)
{
	const char *method;

	if (request->envp == NULL)
		return;
	method = exchange_variable(request, "REQUEST_METHOD");
	log_write(LOG_LEVEL_INFO, request->id,
	    "%s %s %d %" PRId64 " ms from %s", method != NULL ? method : "-",
	    request->shown, request->status,
	    clock_mono_ms() - request->begun_mono_ms, request_client(request));
}

void
exchange_end(struct request *request)
{
	exchange_log(request);
	if (request->has_place)
		places_give(request->client_number);
	keepsake_release(&request->state);
	keepsake_release(&request->subject);
	(void)json_object_put(request->body_tree);
	if (request->body.data != NULL)
		secret_wipe(request->body.data, request->body.capacity);
	buf_free(&request->body);
	buf_free(&request->headers);
	buf_free(&request->events);
	if (!request->cgi)
		FCGX_Finish_r(&request->fcgx);
	free(request);
}

ssize_t
exchange_read(struct request *request, void *to, size_t size)
{
	ssize_t got;

	if (size > PIECE_MAX)
		size = PIECE_MAX;
	if (!request->cgi) {
		got = FCGX_GetStr(to, (int)size, request->fcgx.in);
		return got == 0 && FCGX_GetError(request->fcgx.in) != 0 ? -1
									: got;
	}
	do
		got = read(STDIN_FILENO, to, size);
	while (got < 0 && errno == EINTR);
	return got;
}

int
exchange_length(
    const struct request *request, int64_t *length, struct error *err)
{
	const char *text = exchange_variable(request, "CONTENT_LENGTH");
	unsigned long long number;
	char *end;

	if (text == NULL || text[0] == '\0')
		return 0;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || text[0] == '-')
		return error_set(err, ERROR_INPUT, NULL,
		    "The Content-Length is not a number.");
	*length = number < INT64_MAX ? (int64_t)number : INT64_MAX;
	return 1;
}

/* The Content-Length of a body that must have one, within the route's limit. */
static int
exchange_length_needed(
    const struct request *request, size_t *length, struct error *err)
{
	int64_t said = 0;
	int found;

	*length = 0;
	found = exchange_length(request, &said, err);
	if (found < 0)
		return -1;
	if (found == 0)
		return error_set(
		    err, ERROR_NO_LENGTH, NULL, "Send a Content-Length.");
	if ((uint64_t)said > request->route->body_max)
		return error_set(err, ERROR_TOO_LARGE, NULL,
		    "The body may have %zu bytes.", request->route->body_max);
	*length = (size_t)said;
	return 0;
}

int
exchange_read_body(struct request *request, struct error *err)
{
	size_t length;
	ssize_t got;
	char *room;

	if (exchange_length_needed(request, &length, err) != 0)
		return -1;
	buf_init(&request->body, length);
	room = buf_room(&request->body, length);
	if (room == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	while (request->body.size < length) {
		got = exchange_read(request, room + request->body.size,
		    length - request->body.size);
		if (got <= 0)
			return error_set(
			    err, ERROR_INPUT, NULL, "The body ended early.");
		request->body.size += (size_t)got;
	}
	room[length] = '\0';
	return 0;
}

void
exchange_write(struct request *request, const char *bytes, size_t size)
{
	ssize_t put;

	if (!request->cgi) {
		(void)FCGX_PutStr(bytes, (int)size, request->fcgx.out);
		return;
	}
	while (size > 0) {
		put = write(STDOUT_FILENO, bytes, size);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return;
		bytes += put;
		size -= (size_t)put;
	}
}

int
exchange_flush(struct request *request)
{
	if (request->cgi)
		return 0;
	return FCGX_FFlush(request->fcgx.out) == 0 ? 0 : -1;
}
