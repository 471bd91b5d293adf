/*
 * Bodies that a handler reads by itself, paths that end in "*", and paths that
 * hold a secret: http/request.h and http/serve.h, as plain CGI.
 */
#include "unit_http.h"

#define TOKEN "abcdefghijklmnopqrstuvwxyz012345"
#define LARGE (300 * 1024)

/* What the handler does, and what it saw. */
static struct {
	int64_t max;
	size_t piece; /* bytes that it asks for at once */
	size_t total;
	uint64_t sum;
	char param[PARAM_BYTES];
	char rest[PATH_BYTES];
} seen;

static enum verdict
put_file(struct request *request, struct error *err)
{
	static unsigned char bytes[65536];
	ssize_t got, i;

	(void)snprintf(
	    seen.param, sizeof(seen.param), "%s", request_param(request));
	(void)snprintf(
	    seen.rest, sizeof(seen.rest), "%s", request_rest(request));
	if (request_body_begin(request, seen.max, err) != 0)
		return REQUEST_FAILED;
	while ((got = request_body_read(request, bytes, seen.piece, err)) > 0) {
		seen.total += (size_t)got;
		for (i = 0; i < got; i++)
			seen.sum = seen.sum * 31 + bytes[i];
	}
	/* Who asks again gets the same answer. */
	if (got < 0 || request_body_read(request, bytes, seen.piece, err) != 0)
		return REQUEST_FAILED;
	return reply_empty(request, 201);
}

static enum verdict
refuse(struct request *request, struct error *err)
{
	(void)request;
	error_set(err, ERROR_KEY_WRONG, NULL, "Not that one.");
	return REQUEST_FAILED;
}

static enum verdict
no_room(struct request *request, struct error *err)
{
	(void)request;
	error_set(err, ERROR_NO_ROOM, NULL, "The disk is full.");
	return REQUEST_FAILED;
}

static const struct route OPEN_ROUTES[] = {
	{ .method = "PUT",
	    .path = "/files/:id/*",
	    .handler = put_file,
	    .streams = true },
	{ .method = "POST",
	    .path = "/files/:id/*",
	    .handler = put_file,
	    .streams = true,
	    .body_max = 1 },
	{ .method = "DELETE", .path = "/files/:id/*", .handler = no_room },
	{ .method = "PUT",
	    .path = "/plain",
	    .handler = put_file,
	    .streams = true },
};

static const struct route SECRET_ROUTES[] = {
	{ .method = "PUT",
	    .path = "/push/:id/*",
	    .handler = put_file,
	    .streams = true,
	    .secret = true },
	{ .method = "DELETE",
	    .path = "/push/:id/*",
	    .handler = refuse,
	    .secret = true },
	{ .method = "PUT",
	    .path = "/files/:id/*",
	    .handler = put_file,
	    .streams = true },
};

static int
authorize(struct request *request, struct error *err)
{
	(void)request;
	(void)err;
	return 0;
}

static const struct door OPEN = {
	.name = "unit",
	.routes = OPEN_ROUTES,
	.route_count = UNIT_COUNT(OPEN_ROUTES),
	.authorize = authorize,
};
static const struct door SECRET = {
	.name = "unit",
	.routes = SECRET_ROUTES,
	.route_count = UNIT_COUNT(SECRET_ROUTES),
	.authorize = authorize,
};

/* The last answer; too large for a stack under a sanitizer. */
static struct unit_answer answer;

static int
begin(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	seen.max = LARGE;
	seen.piece = 65536;
	return 0;
}

/* Prepares a request of PUT; `length`, if any, is "CONTENT_LENGTH=...". */
static void
prepare(struct unit_request *ask, const char *uri, const char *length)
{
	char variable[700];

	(void)snprintf(variable, sizeof(variable), "REQUEST_URI=%s", uri);
	UNIT_REQUEST(ask, "REQUEST_METHOD=PUT", variable);
	if (length != NULL)
		unit_variable(ask, length);
}

static void
put(const char *uri, const char *length, const char *body)
{
	struct unit_request ask;

	seen.total = 0;
	seen.sum = 0;
	prepare(&ask, uri, length);
	unit_serve(&OPEN, &ask, body, &answer);
}

static void
put_with_type(const char *type, const char *body)
{
	struct unit_request ask;

	prepare(&ask, "/files/a/b", NULL);
	unit_variable(&ask, type);
	unit_serve(&OPEN, &ask, body, &answer);
}

/* Asks `door`, with no body. */
static void
ask_for(const struct door *door, const char *method, const char *uri)
{
	char variables[2][700];
	struct unit_request ask;

	(void)snprintf(
	    variables[0], sizeof(variables[0]), "REQUEST_METHOD=%s", method);
	(void)snprintf(
	    variables[1], sizeof(variables[1]), "REQUEST_URI=%s", uri);
	UNIT_REQUEST(&ask, variables[0], variables[1]);
	unit_serve(door, &ask, NULL, &answer);
}

static void
rest_is(const char *uri, const char *wanted)
{
	put(uri, NULL, "");
	assert_int_equal(answer.status, 201);
	assert_string_equal(seen.rest, wanted);
}

static void
a_star_is_all_that_is_left_as_it_was_sent(void **state)
{
	(void)state;
	rest_is("/files/abc/a.m4s", "a.m4s");
	assert_string_equal(seen.param, "abc");
	rest_is("/files/abc/v0/a.m4s", "v0/a.m4s");
	rest_is("/files/abc/", "");
	rest_is("/files/abc//", "/");
	rest_is("/files/abc/a/../%2e%2e%2Fb%00?c=/d#e", "a/../%2e%2e%2Fb%00");
	rest_is("/plain", "");
}

static void
what_a_star_needs_before_it_must_be_there(void **state)
{
	static const char *const PATHS[] = { "/files", "/files/", "/files/abc",
		"/files//a", "/file/abc/a", "/plain/", "files/abc/a" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(PATHS); i++) {
		put(PATHS[i], NULL, "");
		assert_int_equal(answer.status, 404);
	}
}

static void
a_name_as_long_as_a_path_may_be_is_whole(void **state)
{
	char uri[PATH_BYTES + 1] = "/files/a/";

	(void)state;
	memset(uri + 9, 'x', sizeof(uri) - 9);
	uri[PATH_BYTES - 1] = '\0';
	rest_is(uri, uri + 9);
	uri[PATH_BYTES - 1] = 'x';
	uri[PATH_BYTES] = '\0';
	put(uri, NULL, "");
	assert_int_equal(answer.status, 404);
}

static void
rows_of_one_pattern_are_told_apart_by_their_methods(void **state)
{
	(void)state;
	ask_for(&OPEN, "POST", "/files/a/b");
	assert_int_equal(answer.status, 201);
	ask_for(&OPEN, "DELETE", "/files/a/b");
	assert_int_equal(answer.status, 507);
	assert_non_null(strstr(answer.body, "\"Insufficient storage\""));
	ask_for(&OPEN, "PATCH", "/files/a/b");
	assert_int_equal(answer.status, 405);
	assert_true(
	    unit_has_header(&answer, "Allow: PUT, POST, DELETE, OPTIONS"));
	ask_for(&OPEN, "HEAD", "/files/a/b");
	assert_int_equal(answer.status, 405);
}

static void
a_preflight_is_told_the_methods_and_the_headers(void **state)
{
	const char *allowed;

	(void)state;
	ask_for(&OPEN, "OPTIONS", "/files/a/b/c");
	assert_int_equal(answer.status, 204);
	assert_true(unit_has_header(&answer,
	    "Access-Control-Allow-Methods: PUT, POST, DELETE, OPTIONS"));
	allowed = strstr(answer.head, "Access-Control-Allow-Headers: ");
	assert_non_null(allowed);
	assert_non_null(strstr(allowed, "Authorization"));
	assert_non_null(strstr(allowed, "Content-Type"));
}

static void
a_body_is_handed_on_whole_and_byte_for_byte(void **state)
{
	static char body[LARGE + 1];
	char length[64];
	uint64_t sum = 0;
	size_t i;

	(void)state;
	for (i = 0; i < LARGE; i++) {
		body[i] = (char)(i % 251 + 1);
		sum = sum * 31 + (unsigned char)body[i];
	}
	(void)snprintf(length, sizeof(length), "CONTENT_LENGTH=%d", LARGE);
	put("/files/a/b", length, body);
	assert_int_equal(answer.status, 201);
	assert_int_equal(seen.total, LARGE);
	assert_true(seen.sum == sum);
	put("/files/a/b", NULL, body);
	assert_int_equal(answer.status, 201);
	assert_int_equal(seen.total, LARGE);
	assert_true(seen.sum == sum);
}

static void
a_body_is_read_in_pieces_of_any_size(void **state)
{
	(void)state;
	seen.piece = 1;
	put("/files/a/b", "CONTENT_LENGTH=5", "12345");
	assert_int_equal(answer.status, 201);
	assert_int_equal(seen.total, 5);
	put("/files/a/b", NULL, "12345");
	assert_int_equal(seen.total, 5);
}

static void
a_body_may_be_of_any_type_and_empty(void **state)
{
	static const char *const TYPES[] = { "CONTENT_TYPE=video/mp4",
		"CONTENT_TYPE=application/json", "CONTENT_TYPE=x",
		"CONTENT_TYPE=" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(TYPES); i++) {
		put_with_type(TYPES[i], "a");
		assert_int_equal(answer.status, 201);
	}
	put("/files/a/b", "CONTENT_LENGTH=0", "");
	assert_int_equal(answer.status, 201);
	put("/files/a/b", "CONTENT_LENGTH=", "");
	assert_int_equal(answer.status, 201);
	assert_int_equal(seen.total, 0);
}

static void
nothing_is_read_past_the_length(void **state)
{
	(void)state;
	put("/files/a/b", "CONTENT_LENGTH=3", "123456");
	assert_int_equal(answer.status, 201);
	assert_int_equal(seen.total, 3);
}

static void
a_body_that_ends_before_its_length_is_400(void **state)
{
	(void)state;
	put("/files/a/b", "CONTENT_LENGTH=5", "1234");
	assert_int_equal(answer.status, 400);
	assert_non_null(strstr(answer.body, "ended early"));
	assert_int_equal(seen.total, 4);
	put("/files/a/b", "CONTENT_LENGTH=5", "");
	assert_int_equal(answer.status, 400);
}

static void
a_length_that_is_no_number_is_400(void **state)
{
	static const char *const LENGTHS[] = { "CONTENT_LENGTH=x",
		"CONTENT_LENGTH=-1", "CONTENT_LENGTH=1 2",
		"CONTENT_LENGTH=99999999999999999999999" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(LENGTHS); i++) {
		put("/files/a/b", LENGTHS[i], "a");
		assert_int_equal(answer.status, 400);
		assert_int_equal(seen.total, 0);
	}
}

static void
a_body_of_the_maximum_is_taken(void **state)
{
	(void)state;
	seen.max = 5;
	put("/files/a/b", "CONTENT_LENGTH=5", "12345");
	assert_int_equal(answer.status, 201);
	put("/files/a/b", NULL, "12345");
	assert_int_equal(answer.status, 201);
	assert_int_equal(seen.total, 5);
	seen.max = 0;
	put("/files/a/b", NULL, "");
	assert_int_equal(answer.status, 201);
}

static void
too_large_says(int64_t max, const char *length, const char *sentence)
{
	seen.max = max;
	put("/files/a/b", length, "1234567");
	assert_int_equal(answer.status, 413);
	assert_non_null(strstr(answer.body, "\"Body too large\""));
	assert_non_null(strstr(answer.body, sentence));
}

static void
a_body_over_the_maximum_is_413_with_the_limit_in_words(void **state)
{
	const int64_t mb = 1024 * 1024;

	(void)state;
	too_large_says(6, "CONTENT_LENGTH=7", "may have 6 bytes.");
	assert_int_equal(seen.total, 0);
	too_large_says(6, NULL, "may have 6 bytes.");
	too_large_says(0, NULL, "may have 0 bytes.");
	too_large_says(2048, "CONTENT_LENGTH=2049", "may have 2 kB.");
	too_large_says(1025, "CONTENT_LENGTH=2049", "may have 1025 bytes.");
	too_large_says(64 * mb, "CONTENT_LENGTH=67108865", "may have 64 MB.");
	too_large_says(65536 * mb, "CONTENT_LENGTH=18446744073709551615",
	    "may have 65536 MB.");
}

/* Serves by the door with secrets, and reads what the log says of it. */
static const char *
log_of(const char *method, const char *uri)
{
	static char text[4096];
	char variables[2][700];
	struct unit_request ask;
	FILE *log = tmpfile();
	char path[64];
	size_t size;

	assert_non_null(log);
	(void)snprintf(
	    variables[0], sizeof(variables[0]), "REQUEST_METHOD=%s", method);
	(void)snprintf(
	    variables[1], sizeof(variables[1]), "REQUEST_URI=%s", uri);
	UNIT_REQUEST(&ask, variables[0], variables[1]);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(log));
	log_flush();
	log_open("unit", path, LOG_LEVEL_DEBUG);
	unit_serve(&SECRET, &ask, NULL, &answer);
	log_flush();
	log_open("unit", "/dev/null", LOG_LEVEL_DEBUG);
	rewind(log);
	size = fread(text, 1, sizeof(text) - 1, log);
	text[size] = '\0';
	(void)fclose(log);
	assert_true(size > 0);
	return text;
}

/* A turn of which neither log nor answer shows the secret. */
static void
is_told_as(const char *method, const char *uri, int status, const char *line)
{
	const char *log = log_of(method, uri);

	assert_int_equal(answer.status, status);
	assert_non_null(strstr(log, line));
	assert_null(strstr(log, "abcdefgh"));
	assert_null(strstr(answer.head, "abcdefgh"));
	assert_null(strstr(answer.body, "abcdefgh"));
}

static void
a_secret_in_a_path_is_the_handlers_alone(void **state)
{
	(void)state;
	is_told_as("PUT", "/push/" TOKEN "/a.m4s", 201, "PUT /push/:id/* 201");
	assert_string_equal(seen.param, TOKEN);
	assert_string_equal(seen.rest, "a.m4s");
	is_told_as(
	    "DELETE", "/push/" TOKEN "/a", 401, "DELETE /push/:id/* 401");
	is_told_as("GET", "/push/" TOKEN "/a", 405, "GET /push/:id/* 405");
	is_told_as("OPTIONS", "/push/" TOKEN "/a", 204, "/push/:id/* 204");
}

static void
a_secret_in_a_path_that_is_none_is_not_told_either(void **state)
{
	(void)state;
	is_told_as("PUT", "/push/" TOKEN, 404, "PUT - 404");
	is_told_as("PUT", "//push/" TOKEN "/a", 404, "PUT - 404");
	is_told_as("PUT", "/%70ush/" TOKEN "/a", 404, "PUT - 404");
	is_told_as("OPTIONS", "/push/" TOKEN, 404, "OPTIONS - 404");
}

static void
a_path_without_a_secret_is_told(void **state)
{
	(void)state;
	assert_non_null(
	    strstr(log_of("PUT", "/files/a/b?c"), "PUT /files/a/b 201"));
	assert_int_equal(answer.status, 201);
}

#define UPLOAD(test) cmocka_unit_test_setup(test, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UPLOAD(a_star_is_all_that_is_left_as_it_was_sent),
		UPLOAD(what_a_star_needs_before_it_must_be_there),
		UPLOAD(a_name_as_long_as_a_path_may_be_is_whole),
		UPLOAD(rows_of_one_pattern_are_told_apart_by_their_methods),
		UPLOAD(a_preflight_is_told_the_methods_and_the_headers),
		UPLOAD(a_body_is_handed_on_whole_and_byte_for_byte),
		UPLOAD(a_body_is_read_in_pieces_of_any_size),
		UPLOAD(a_body_may_be_of_any_type_and_empty),
		UPLOAD(nothing_is_read_past_the_length),
		UPLOAD(a_body_that_ends_before_its_length_is_400),
		UPLOAD(a_length_that_is_no_number_is_400),
		UPLOAD(a_body_of_the_maximum_is_taken),
		UPLOAD(a_body_over_the_maximum_is_413_with_the_limit_in_words),
		UPLOAD(a_secret_in_a_path_is_the_handlers_alone),
		UPLOAD(a_secret_in_a_path_that_is_none_is_not_told_either),
		UPLOAD(a_path_without_a_secret_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
