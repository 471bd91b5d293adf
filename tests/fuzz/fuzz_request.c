/*
 * A whole request through serve(), as plain CGI: each line of the input is one
 * CGI variable, in the order of VARIABLES, and the rest is the body. The
 * handler asks for all there is to ask; the answer must be well-formed.
 */
#define _GNU_SOURCE /* memfd_create */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <json-c/json.h>

#include "base/log.h"
#include "fuzz.h"
#include "http/exchange.h"
#include "http/reply.h"
#include "http/serve.h"

#define ANSWER_MAX 65536
#define INPUT_MAX 16384

static const char *const VARIABLES[] = { "REQUEST_METHOD", "REQUEST_URI",
	"QUERY_STRING", "HTTP_AUTHORIZATION", "HTTP_PREFER", "HTTP_ACCEPT",
	"HTTP_HOST", "HTTP_LAST_EVENT_ID", "HTTP_ORIGIN", "HTTP_IF_NONE_MATCH",
	"CONTENT_TYPE", "CONTENT_LENGTH", "REMOTE_ADDR" };
#define VARIABLE_COUNT (sizeof(VARIABLES) / sizeof(VARIABLES[0]))

static struct config config;
static int answer_fd;

static void
ask_query(const struct request *request)
{
	static const int64_t RANGE[2] = { -5, 25 };
	char value[32];
	struct error err;
	int64_t number = 7;

	memset(value, 'x', sizeof(value));
	if (request_query(request, "after", value, sizeof(value), &err) == 1)
		CHECK(memchr(value, '\0', sizeof(value)) != NULL);
	if (request_query_int(request, "wait", RANGE, &number, &err) == 0)
		CHECK(number >= RANGE[0] && number <= RANGE[1]);
}

static enum verdict
answer(struct request *request, struct error *err)
{
	const char *last = request_header(request, "Last-Event-ID");
	const char *base = request_base(request);
	struct json_object *body = json_object_new_object();

	CHECK(strlen(request_param(request)) < PARAM_BYTES);
	CHECK(strncmp(base, "http", 4) == 0);
	CHECK(
	    strspn(base, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			 "0123456789.-_:/[]") == strlen(base));
	ask_query(request);
	(void)json_object_object_add(body, "async",
	    json_object_new_boolean(request_prefers(request, "respond-async")));
	(void)json_object_object_add(body, "events",
	    json_object_new_boolean(request_wants_events(request)));
	reply_header(request, "X-Param", request_param(request));
	reply_header(request, "X-Last", last != NULL ? last : "");
	reply_header(request, "X-Client", request_client(request));
	return reply_json(request, 200, body, err);
}

static enum verdict
answer_tagged(struct request *request, struct error *err)
{
	(void)err;
	return reply_tagged(request, 0x1234, "{}", 2);
}

/* Reads a body of any kind, in pieces that are not the size of anything. */
static enum verdict
take(struct request *request, struct error *err)
{
	size_t total = 0;
	char piece[37];
	ssize_t got;

	CHECK(strlen(request_rest(request)) < PATH_BYTES);
	if (request_body_begin(request, 4096, err) != 0)
		return REQUEST_FAILED;
	while (
	    (got = request_body_read(request, piece, sizeof(piece), err)) > 0) {
		total += (size_t)got;
		CHECK(got <= (ssize_t)sizeof(piece) && total <= 4096);
	}
	if (got < 0)
		return REQUEST_FAILED;
	reply_header(request, "X-Rest", request_rest(request));
	return reply_empty(request, 201);
}

static const struct route ROUTES[] = {
	{ .method = "GET", .path = "/a", .handler = answer_tagged },
	{ .method = "GET", .path = "/a/:id", .handler = answer, .who = 1 },
	{ .method = "POST",
	    .path = "/a/:id",
	    .handler = answer,
	    .body_max = 64 },
	{ .method = "GET",
	    .path = "/a/:id/wait",
	    .handler = answer,
	    .waits = true },
	{ .method = "PUT",
	    .path = "/f/:id/*",
	    .handler = take,
	    .streams = true,
	    .secret = true },
};

static int
authorize(struct request *request, struct error *err)
{
	char secret[64];
	int shown;

	shown = request_secret(request, secret, sizeof(secret), err);
	if (shown < 0)
		return -1;
	CHECK(shown == 0 || memchr(secret, '\0', sizeof(secret)) != NULL);
	return 0;
}

static const struct door DOOR = {
	.name = "fuzz",
	.routes = ROUTES,
	.route_count = sizeof(ROUTES) / sizeof(ROUTES[0]),
	.authorize = authorize,
};

/* The standard input and output are files in memory from here on. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct error err;
	int body_fd;

	(void)argc;
	(void)argv;
	CHECK(config_load(&config, &err) == 0);
	CHECK(id_init(&err) == 0);
	log_open("fuzz", "/dev/null", LOG_LEVEL_ERROR);
	(void)snprintf(config.cors_origins, sizeof(config.cors_origins),
	    "https://a.test https://b.test");
	config.public_url[0] = '\0';
	body_fd = memfd_create("body", 0);
	answer_fd = memfd_create("answer", 0);
	CHECK(body_fd >= 0 && answer_fd >= 0);
	CHECK(dup2(body_fd, STDIN_FILENO) == STDIN_FILENO);
	CHECK(dup2(answer_fd, STDOUT_FILENO) == STDOUT_FILENO);
	(void)close(body_fd);
	return 0;
}

/* Cuts the input into variables; what is left of it is the body. */
static size_t
cut(const uint8_t *data, size_t size, char *envp[VARIABLE_COUNT + 1])
{
	size_t i, length, name, used = 0;
	const uint8_t *end;

	for (i = 0; i < VARIABLE_COUNT; i++) {
		end =
		    used < size ? memchr(data + used, '\n', size - used) : NULL;
		length =
		    end != NULL ? (size_t)(end - data) - used : size - used;
		name = strlen(VARIABLES[i]);
		envp[i] = malloc(name + length + 2);
		CHECK(envp[i] != NULL);
		memcpy(envp[i], VARIABLES[i], name);
		envp[i][name] = '=';
		if (length > 0)
			memcpy(envp[i] + name + 1, data + used, length);
		envp[i][name + 1 + length] = '\0';
		used += length + (end != NULL);
	}
	envp[VARIABLE_COUNT] = NULL;
	return used;
}

static void
put_body(const uint8_t *body, size_t size)
{
	CHECK(ftruncate(STDIN_FILENO, 0) == 0);
	CHECK(lseek(STDIN_FILENO, 0, SEEK_SET) == 0);
	CHECK(write(STDIN_FILENO, body, size) == (ssize_t)size);
	CHECK(lseek(STDIN_FILENO, 0, SEEK_SET) == 0);
	CHECK(ftruncate(answer_fd, 0) == 0);
	CHECK(lseek(answer_fd, 0, SEEK_SET) == 0);
}

/* A name of letters and dashes, a colon, a value without controls. */
static void
check_line(const char *line, size_t size)
{
	const size_t name = strspn(
	    line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-");
	size_t i;

	CHECK(name > 0 && name + 1 < size);
	CHECK(strncmp(line, "X-Evil", 6) != 0);
	CHECK(line[name] == ':' && line[name + 1] == ' ');
	for (i = 0; i < size; i++)
		CHECK((unsigned char)line[i] >= 0x20 && line[i] != 0x7f);
}

static void
check_answer(void)
{
	static char text[ANSWER_MAX];
	const char *line, *end;
	ssize_t size;

	size = pread(answer_fd, text, sizeof(text) - 1, 0);
	CHECK(size > 0);
	text[size] = '\0';
	CHECK(strncmp(text, "Status: ", 8) == 0);
	for (line = text; strncmp(line, "\r\n", 2) != 0; line = end + 2) {
		end = strstr(line, "\r\n");
		CHECK(end != NULL);
		check_line(line, (size_t)(end - line));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *envp[VARIABLE_COUNT + 1];
	struct request *request;
	size_t used, i;

	if (size > INPUT_MAX)
		return 0;
	used = cut(data, size, envp);
	put_body(data + used, size - used);
	request = exchange_new(&config, -1, true);
	CHECK(request != NULL);
	exchange_begin(request, envp);
	serve(&DOOR, request, NULL);
	check_answer();
	for (i = 0; i < VARIABLE_COUNT; i++)
		free(envp[i]);
	return 0;
}
