/*
 * http/request.h and http/serve.h as FastCGI: bodies over a socket that a
 * handler reads, refuses, or never sees the end of.
 */
#include <fastcgi.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "unit_http.h"

#define LARGE (300 * 1024)
#define HUGE_BYTES (40LL * 1024 * 1024)

static size_t total; /* bytes that the handler read */

static enum verdict
put_file(struct request *request, struct error *err)
{
	static char bytes[65536];
	ssize_t got;

	if (request_body_begin(request, LARGE, err) != 0)
		return REQUEST_FAILED;
	while (
	    (got = request_body_read(request, bytes, sizeof(bytes), err)) > 0)
		total += (size_t)got;
	return got < 0 ? REQUEST_FAILED : reply_empty(request, 201);
}

static enum verdict
refuse(struct request *request, struct error *err)
{
	(void)request;
	error_set(err, ERROR_KEY_WRONG, NULL, "Not that one.");
	return REQUEST_FAILED;
}

static const struct route ROUTES[] = {
	{ .method = "PUT",
	    .path = "/files/*",
	    .handler = put_file,
	    .streams = true },
	{ .method = "PUT",
	    .path = "/refuse",
	    .handler = refuse,
	    .streams = true },
};

static int
authorize(struct request *request, struct error *err)
{
	(void)request;
	(void)err;
	return 0;
}

static const struct door DOOR = {
	.name = "unit",
	.routes = ROUTES,
	.route_count = UNIT_COUNT(ROUTES),
	.authorize = authorize,
};

/* As the engine begins. */
static int
begin(void **state)
{
	(void)state;
	(void)setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1);
	log_open("unit", "/dev/null", LOG_LEVEL_DEBUG);
	return FCGX_Init();
}

/*
 * The web server's end of one connection. It sends a request with a
 * body of `said` bytes, of which it has `has`, and reads to the end.
 */
struct web {
	pthread_t thread;
	struct sockaddr_un address;
	const char *uri;
	long long said, has; /* said: -1, no Content-Length */
	char answer[4096];
	size_t size;
};

static bool
web_send(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;
	ssize_t put;

	for (; size > 0; size -= (size_t)put, at += put) {
		put = send(fd, at, size, MSG_NOSIGNAL);
		if (put <= 0)
			return false;
	}
	return true;
}

static bool
web_record(int fd, int type, const void *bytes, size_t size)
{
	const unsigned char head[8] = { 1, (unsigned char)type, 0, 1,
		(unsigned char)(size >> 8), (unsigned char)size, 0, 0 };

	return web_send(fd, head, sizeof(head)) && web_send(fd, bytes, size);
}

static size_t
web_variable(char *at, const char *name, const char *value)
{
	const size_t name_size = strlen(name), value_size = strlen(value);

	at[0] = (char)name_size;
	at[1] = (char)value_size;
	memcpy(at + 2, name, name_size);
	memcpy(at + 2 + name_size, value, value_size);
	return 2 + name_size + value_size;
}

static bool
web_ask(int fd, const struct web *web)
{
	static const char BEGIN[8] = { 0, 1, 0, 0, 0, 0, 0, 0 };
	char variables[512], length[24];
	size_t used;

	used = web_variable(variables, "REQUEST_METHOD", "PUT");
	used += web_variable(variables + used, "REQUEST_URI", web->uri);
	(void)snprintf(length, sizeof(length), "%lld", web->said);
	if (web->said >= 0)
		used +=
		    web_variable(variables + used, "CONTENT_LENGTH", length);
	return web_record(fd, FCGI_BEGIN_REQUEST, BEGIN, sizeof(BEGIN)) &&
	       web_record(fd, FCGI_PARAMS, variables, used) &&
	       web_record(fd, FCGI_PARAMS, "", 0);
}

static void *
web_thread(void *argument)
{
	static const char ZEROES[32768];
	struct web *web = argument;
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	long long left = web->has;
	size_t piece;
	ssize_t got;
	bool well;

	if (connect(fd, (const struct sockaddr *)&web->address,
		sizeof(web->address)) != 0)
		return NULL;
	well = web_ask(fd, web);
	for (; well && left > 0; left -= (long long)piece) {
		piece = left < (long long)sizeof(ZEROES) ? (size_t)left
							 : sizeof(ZEROES);
		well = web_record(fd, FCGI_STDIN, ZEROES, piece);
	}
	/* A client that broke off leaves no end of its body. */
	if (well && web->has >= web->said)
		(void)web_record(fd, FCGI_STDIN, "", 0);
	else
		(void)shutdown(fd, SHUT_WR);
	while ((got = recv(fd, web->answer + web->size,
		    sizeof(web->answer) - 1 - web->size, 0)) > 0)
		web->size += (size_t)got;
	(void)close(fd);
	return NULL;
}

/* One turn of a request over a socket; the answer's records as they came. */
static const char *
turn(const char *uri, long long said, long long has)
{
	static struct web web;
	static struct config config;
	struct request *request;
	char folder[64];
	struct error err;
	int listening;

	unit_config(&config);
	unit_ok(id_init(&err), &err);
	unit_folder_make(folder);
	memset(&web, 0, sizeof(web));
	total = 0;
	web.uri = uri;
	web.said = said;
	web.has = has;
	web.address.sun_family = AF_UNIX;
	(void)snprintf(web.address.sun_path, sizeof(web.address.sun_path),
	    "%s/socket", folder);
	listening = FCGX_OpenSocket(web.address.sun_path, 5);
	assert_true(listening >= 0);
	assert_int_equal(
	    pthread_create(&web.thread, NULL, web_thread, &web), 0);
	request = exchange_new(&config, listening, false);
	assert_non_null(request);
	assert_int_equal(FCGX_Accept_r(&request->fcgx), 0);
	exchange_begin(request, request->fcgx.envp);
	serve(&DOOR, request, NULL);
	assert_int_equal(pthread_join(web.thread, NULL), 0);
	(void)close(listening);
	unit_folder_remove(folder);
	/* Behind the head of a record. */
	assert_true(web.size > 8);
	return web.answer + 8;
}

static void
starts_with(const char *text, const char *wanted)
{
	assert_memory_equal(text, wanted, strlen(wanted));
}

static void
a_body_comes_whole(void **state)
{
	(void)state;
	starts_with(turn("/files/a", LARGE, LARGE), "Status: 201\r\n");
	assert_int_equal(total, LARGE);
	starts_with(turn("/files/a", -1, LARGE), "Status: 201\r\n");
	assert_int_equal(total, LARGE);
	starts_with(turn("/files/a", 0, 0), "Status: 201\r\n");
	starts_with(turn("/files/a", -1, 0), "Status: 201\r\n");
	assert_int_equal(total, 0);
}

static void
a_body_that_is_too_large_or_short_is_told(void **state)
{
	(void)state;
	starts_with(turn("/files/a", LARGE + 1, LARGE + 1), "Status: 413\r\n");
	assert_int_equal(total, 0);
	starts_with(turn("/files/a", -1, LARGE + 1), "Status: 413\r\n");
	starts_with(turn("/files/a", LARGE, LARGE - 1), "Status: 400\r\n");
	starts_with(turn("/files/a", LARGE, 0), "Status: 400\r\n");
}

/* A body that nobody read is read to its end, or cut off; answered it is. */
static void
a_body_that_is_refused_is_answered(void **state)
{
	(void)state;
	starts_with(turn("/refuse", LARGE, LARGE), "Status: 401\r\n");
	starts_with(turn("/refuse", -1, LARGE), "Status: 401\r\n");
	starts_with(turn("/nowhere", LARGE, LARGE), "Status: 404\r\n");
	starts_with(turn("/refuse", HUGE_BYTES, HUGE_BYTES), "Status: 401\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_comes_whole),
		cmocka_unit_test(a_body_that_is_too_large_or_short_is_told),
		cmocka_unit_test(a_body_that_is_refused_is_answered),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
