/*
 * http/serve.h: from the request line to the answer, through a small door.
 */
#include <json-c/json.h>

#include "http/lot.h"
#include "http/problem.h"
#include "unit_http.h"

#define BODY_MAX 32

static enum verdict
get_thing(struct request *request, struct error *err)
{
	struct json_object *body = json_object_new_object();

	(void)json_object_object_add(
	    body, "id", json_object_new_string(request_param(request)));
	return reply_json(request, 200, body, err);
}

static enum verdict
post_thing(struct request *request, struct error *err)
{
	struct json_object *body = json_object_new_object();

	(void)json_object_object_add(
	    body, "size", json_object_new_int64((int64_t)request->body.size));
	return reply_json(request, 201, body, err);
}

static enum verdict
delete_thing(struct request *request, struct error *err)
{
	(void)err;
	return reply_empty(request, 204);
}

static enum verdict
fail_thing(struct request *request, struct error *err)
{
	(void)request;
	error_set_retry(err, ERROR_RATE, 7, "Slower.");
	return REQUEST_FAILED;
}

/* Waits for a moment, then says why it was called again. */
static enum verdict
wait_thing(struct request *request, struct error *err)
{
	struct json_object *body;

	if (request_wake(request) == WAKE_FIRST)
		return request_park(request, topic_of("unit", "wait"),
		    topic_version(topic_of("unit", "wait")),
		    clock_mono_ms() + 10, err);
	body = json_object_new_object();
	(void)json_object_object_add(
	    body, "wake", json_object_new_int(request_wake(request)));
	return reply_json(request, 200, body, err);
}

/* Gives the body back, under its own type. */
static enum verdict
echo_text(struct request *request, struct error *err)
{
	struct content content = { .type = "text/x-echo" };

	(void)err;
	content.bytes = request_body(request, &content.size);
	return reply_content(request, 200, &content);
}

static enum verdict
text_options(struct request *request, struct error *err)
{
	(void)err;
	reply_header(request, "Link", "<more>");
	return reply_empty(request, 200);
}

static const struct route ROUTES[] = {
	{ .method = "POST",
	    .path = "/text",
	    .handler = echo_text,
	    .type = "text/x-one, text/x-two",
	    .body_max = BODY_MAX },
	{ .method = "PATCH",
	    .path = "/text",
	    .handler = echo_text,
	    .type = "text/x-three",
	    .body_max = BODY_MAX },
	{ .method = "OPTIONS", .path = "/text", .handler = text_options },
	{ .method = "GET", .path = "/things/:id", .handler = get_thing },
	{ .method = "POST",
	    .path = "/things/:id",
	    .handler = post_thing,
	    .body_max = BODY_MAX },
	{ .method = "DELETE", .path = "/things/:id", .handler = delete_thing },
	{ .method = "POST", .path = "/things/:id/fail", .handler = fail_thing },
	{ .method = "GET",
	    .path = "/things/:id/wait",
	    .handler = wait_thing,
	    .waits = true },
	{ .method = "GET",
	    .path = "/things/secret/of",
	    .handler = get_thing,
	    .who = 1 },
};

static int
authorize(struct request *request, struct error *err)
{
	if (request_route(request)->who == 0)
		return 0;
	return error_set(err, ERROR_CREDENTIALS_MISSING, NULL, "No.");
}

static const struct door DOOR = {
	.name = "unit",
	.routes = ROUTES,
	.route_count = UNIT_COUNT(ROUTES),
	.authorize = authorize,
};

/* The last answer; too large for a stack under a sanitizer. */
static struct unit_answer answer;

static void
ask_with(
    const char *method, const char *uri, const char *extra, const char *body)
{
	char variables[2][1024], length[64];
	struct unit_request ask;

	(void)snprintf(
	    variables[0], sizeof(variables[0]), "REQUEST_METHOD=%s", method);
	(void)snprintf(
	    variables[1], sizeof(variables[1]), "REQUEST_URI=%s", uri);
	UNIT_REQUEST(&ask, variables[0], variables[1]);
	if (extra != NULL)
		unit_variable(&ask, extra);
	if (body != NULL) {
		(void)snprintf(
		    length, sizeof(length), "CONTENT_LENGTH=%zu", strlen(body));
		unit_variable(&ask, length);
	}
	unit_serve(&DOOR, &ask, body, &answer);
}

static void
ask(const char *method, const char *uri)
{
	ask_with(method, uri, NULL, NULL);
}

static void
asked_id_is(const char *uri, const char *id)
{
	char wanted[128];

	ask("GET", uri);
	assert_int_equal(answer.status, 200);
	(void)snprintf(wanted, sizeof(wanted), "{\"id\":\"%s\"}", id);
	assert_string_equal(answer.body, wanted);
}

/* The answer is the problem document of an error, and complete. */
static void
is_problem(int status, const char *title)
{
	static const char *const MEMBERS[] = { "type", "title", "status",
		"detail", "instance" };
	struct json_object *document, *value;
	size_t i;

	assert_int_equal(answer.status, status);
	assert_true(
	    unit_has_header(&answer, "Content-Type: application/problem+json"));
	assert_true(unit_has_header(&answer, "Cache-Control: no-store"));
	document = json_tokener_parse(answer.body);
	assert_non_null(document);
	for (i = 0; i < UNIT_COUNT(MEMBERS); i++)
		assert_true(
		    json_object_object_get_ex(document, MEMBERS[i], &value));
	assert_int_equal(
	    json_object_get_int(json_object_object_get(document, "status")),
	    status);
	assert_string_equal(
	    json_object_get_string(json_object_object_get(document, "title")),
	    title);
	(void)json_object_put(document);
}

static void
a_path_finds_its_handler_and_its_id(void **state)
{
	(void)state;
	asked_id_is("/things/abc", "abc");
	asked_id_is("/things/abc?x=1", "abc");
	asked_id_is("/things/abc#f", "abc");
	asked_id_is("/things/a%2Fb", "a%2Fb");
	asked_id_is("/things/secret", "secret");
}

static void
an_answer_has_its_length_and_an_id(void **state)
{
	char line[64];

	(void)state;
	ask("GET", "/things/abc");
	(void)snprintf(
	    line, sizeof(line), "Content-Length: %zu", answer.body_size);
	assert_true(unit_has_header(&answer, line));
	assert_true(unit_has_header(&answer, "Content-Type: application/json"));
	assert_true(unit_has_header(&answer, "Cache-Control: no-store"));
	assert_true(unit_has_header(&answer, "Access-Control-Allow-Origin: *"));
	assert_true(unit_names_header(&answer, "X-Request-Id"));
}

static void
an_id_of_more_than_64_characters_is_cut(void **state)
{
	char uri[128] = "/things/", id[65];

	(void)state;
	memset(uri + 8, 'x', 65);
	memset(id, 'x', 64);
	id[64] = '\0';
	uri[72] = '\0';
	asked_id_is(uri, id);
	uri[72] = 'x';
	asked_id_is(uri, id);
}

static void
an_unknown_path_is_404(void **state)
{
	static const char *const PATHS[] = { "/", "", "/things", "/things/",
		"/things//fail", "/things/a/", "/things/a/b", "/Things/a",
		"/things/a/wait/", "things/a", "//things/a", "/things/a/fail/x",
		"/things/secret/off" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(PATHS); i++) {
		ask("GET", PATHS[i]);
		is_problem(404, "Not found");
	}
}

static void
an_endless_path_is_404(void **state)
{
	char uri[1000];

	(void)state;
	memset(uri, 'x', sizeof(uri));
	uri[0] = '/';
	uri[sizeof(uri) - 1] = '\0';
	ask("GET", uri);
	is_problem(404, "Not found");
}

static void
a_method_that_a_path_has_not_is_405_with_those_it_has(void **state)
{
	(void)state;
	ask("PUT", "/things/a");
	is_problem(405, "Method not allowed");
	assert_true(unit_has_header(
	    &answer, "Allow: GET, HEAD, POST, DELETE, OPTIONS"));
	ask("get", "/things/a");
	is_problem(405, "Method not allowed");
	ask("", "/things/a");
	is_problem(405, "Method not allowed");
	ask("DELETE", "/things/a/fail");
	assert_true(unit_has_header(&answer, "Allow: POST, OPTIONS"));
}

static void
a_request_without_a_method_is_405(void **state)
{
	struct unit_request request;

	(void)state;
	UNIT_REQUEST(&request, "REQUEST_URI=/things/a");
	unit_serve(&DOOR, &request, NULL, &answer);
	is_problem(405, "Method not allowed");
}

static void
options_needs_no_credentials(void **state)
{
	(void)state;
	ask("OPTIONS", "/things/secret/of");
	assert_int_equal(answer.status, 204);
	assert_true(unit_has_header(&answer, "Allow: GET, HEAD, OPTIONS"));
	assert_true(unit_has_header(
	    &answer, "Access-Control-Allow-Methods: GET, HEAD, OPTIONS"));
	assert_true(unit_names_header(&answer, "Access-Control-Allow-Headers"));
	assert_int_equal(answer.body_size, 0);
	ask("OPTIONS", "/nothing");
	is_problem(404, "Not found");
}

static void
head_is_get_without_the_body(void **state)
{
	(void)state;
	ask("HEAD", "/things/abc");
	assert_int_equal(answer.status, 200);
	assert_true(unit_has_header(&answer, "Content-Length: 12"));
	assert_int_equal(answer.body_size, 0);
	ask("HEAD", "/nothing");
	assert_int_equal(answer.status, 404);
	assert_int_equal(answer.body_size, 0);
}

static void
what_may_wait_has_no_head(void **state)
{
	(void)state;
	ask("HEAD", "/things/a/wait");
	assert_int_equal(answer.status, 405);
	assert_true(unit_has_header(&answer, "Allow: GET, OPTIONS"));
}

static void
who_may_not_gets_401_and_how(void **state)
{
	(void)state;
	ask("GET", "/things/secret/of");
	is_problem(401, "Missing stream key");
	assert_true(unit_has_header(
	    &answer, "WWW-Authenticate: Bearer realm=\"livebin\""));
}

static void
an_error_that_may_pass_has_retry_after(void **state)
{
	(void)state;
	ask("POST", "/things/a/fail");
	is_problem(429, "Too many requests");
	assert_true(unit_has_header(&answer, "Retry-After: 7"));
}

/* RFC 9110, section 8.6. */
static void
an_answer_that_can_have_no_body_has_no_length(void **state)
{
	(void)state;
	ask("DELETE", "/things/a");
	assert_int_equal(answer.status, 204);
	assert_int_equal(answer.body_size, 0);
	assert_false(unit_names_header(&answer, "Content-Length"));
	assert_false(unit_names_header(&answer, "Content-Type"));
}

static void
a_body_without_a_length_is_411(void **state)
{
	(void)state;
	ask("POST", "/things/a");
	is_problem(411, "Length required");
	ask_with("POST", "/things/a", "CONTENT_LENGTH=", NULL);
	is_problem(411, "Length required");
}

static void
a_body_is_read_to_its_length(void **state)
{
	(void)state;
	ask_with("POST", "/things/a", NULL, "{\"a\":1}");
	assert_int_equal(answer.status, 201);
	assert_string_equal(answer.body, "{\"size\":7}");
	ask_with("POST", "/things/a", NULL, "");
	assert_string_equal(answer.body, "{\"size\":0}");
}

static void
a_body_over_the_routes_limit_is_413(void **state)
{
	(void)state;
	ask_with("POST", "/things/a", NULL, "12345678901234567890123456789012");
	assert_int_equal(answer.status, 201);
	ask_with(
	    "POST", "/things/a", NULL, "123456789012345678901234567890123");
	is_problem(413, "Body too large");
	ask_with(
	    "POST", "/things/a", "CONTENT_LENGTH=18446744073709551615", NULL);
	is_problem(413, "Body too large");
}

static void
a_length_that_is_no_number_is_400(void **state)
{
	static const char *const LENGTHS[] = { "CONTENT_LENGTH=x",
		"CONTENT_LENGTH=1x", "CONTENT_LENGTH=-1",
		"CONTENT_LENGTH= ", "CONTENT_LENGTH=0x1", "CONTENT_LENGTH=1.0",
		"CONTENT_LENGTH=99999999999999999999999" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(LENGTHS); i++) {
		ask_with("POST", "/things/a", LENGTHS[i], NULL);
		is_problem(400, "Invalid input");
	}
}

static void
a_body_that_ends_early_is_400(void **state)
{
	(void)state;
	ask_with("POST", "/things/a", "CONTENT_LENGTH=5", NULL);
	is_problem(400, "Invalid input");
}

static void
json_and_plain_text_are_taken_for_json(void **state)
{
	static const char *const TYPES[] = { "CONTENT_TYPE=application/json",
		"CONTENT_TYPE=application/json; charset=utf-8",
		"CONTENT_TYPE=Application/JSON", "CONTENT_TYPE=text/plain",
		"CONTENT_TYPE=text/plain;charset=UTF-8", "CONTENT_TYPE=" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(TYPES); i++) {
		ask_with("POST", "/things/a", TYPES[i], "{}");
		assert_int_equal(answer.status, 201);
	}
}

static void
any_other_type_is_415(void **state)
{
	static const char *const TYPES[] = { "CONTENT_TYPE=text/html",
		"CONTENT_TYPE=application/merge-patch+json",
		"CONTENT_TYPE=application/x-www-form-urlencoded",
		"CONTENT_TYPE=application/jsonx", "CONTENT_TYPE=+json",
		"CONTENT_TYPE=application/octet-stream",
		"CONTENT_TYPE=multipart/form-data; boundary=json" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(TYPES); i++) {
		ask_with("POST", "/things/a", TYPES[i], "{}");
		is_problem(415, "Unsupported media type");
	}
}

static void
a_route_has_types_of_its_own(void **state)
{
	static const char *const WRONG[] = { "CONTENT_TYPE=application/json",
		"CONTENT_TYPE=text/x-three", "CONTENT_TYPE=text/x-on",
		"CONTENT_TYPE=text/x-one, text/x-two", "CONTENT_TYPE=", NULL };
	size_t i;

	(void)state;
	ask_with("POST", "/text", "CONTENT_TYPE=text/x-one", "one\n");
	assert_int_equal(answer.status, 200);
	assert_true(unit_has_header(&answer, "Content-Type: text/x-echo"));
	assert_string_equal(answer.body, "one\n");
	ask_with("POST", "/text", "CONTENT_TYPE=Text/X-Two; q=1", "two");
	assert_string_equal(answer.body, "two");
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		ask_with("POST", "/text", WRONG[i], "one");
		is_problem(415, "Unsupported media type");
		assert_true(unit_has_header(
		    &answer, "Accept-Post: text/x-one, text/x-two"));
	}
	ask_with("PATCH", "/text", "CONTENT_TYPE=text/x-one", "one");
	is_problem(415, "Unsupported media type");
	assert_true(unit_has_header(&answer, "Accept-Patch: text/x-three"));
}

static void
options_name_the_types_and_what_the_route_adds(void **state)
{
	(void)state;
	ask("OPTIONS", "/text");
	assert_int_equal(answer.status, 200);
	assert_true(unit_has_header(&answer, "Allow: POST, PATCH, OPTIONS"));
	assert_true(
	    unit_has_header(&answer, "Accept-Post: text/x-one, text/x-two"));
	assert_true(unit_has_header(&answer, "Accept-Patch: text/x-three"));
	assert_true(unit_has_header(&answer, "Link: <more>"));
	ask_with("OPTIONS", "/text", "HTTP_ACCESS_CONTROL_REQUEST_METHOD=POST",
	    NULL);
	assert_int_equal(answer.status, 200);
	assert_true(unit_has_header(&answer, "Accept-Patch: text/x-three"));
	assert_false(unit_names_header(&answer, "Link"));
	ask("PUT", "/text");
	is_problem(405, "Method not allowed");
	assert_true(unit_has_header(&answer, "Allow: POST, PATCH, OPTIONS"));
}

static void
the_beginning_of_a_type_is_not_the_type(void **state)
{
	static const char *const TYPES[] = { "CONTENT_TYPE=a",
		"CONTENT_TYPE=application", "CONTENT_TYPE=application/js",
		"CONTENT_TYPE=text", "CONTENT_TYPE=text/" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(TYPES); i++) {
		ask_with("POST", "/things/a", TYPES[i], "{}");
		is_problem(415, "Unsupported media type");
	}
}

static void
the_type_is_checked_before_the_length(void **state)
{
	(void)state;
	ask_with("POST", "/things/a", "CONTENT_TYPE=text/html", NULL);
	is_problem(415, "Unsupported media type");
}

static void
plain_cgi_waits_in_its_own_process(void **state)
{
	(void)state;
	ask("GET", "/things/a/wait");
	assert_int_equal(answer.status, 200);
}

static void
every_error_has_a_status_a_slug_and_a_title(void **state)
{
	const struct problem *problem;
	int i;

	(void)state;
	for (i = 0; i < ERROR__MAX; i++) {
		problem = problem_of((enum error_code)i);
		assert_in_range(problem->status, 400, 599);
		assert_true(strlen(problem->slug) > 0);
		assert_true(strlen(problem->title) > 0);
		assert_int_equal(
		    strspn(problem->slug, "abcdefghijklmnopqrstuvwxyz-"),
		    strlen(problem->slug));
	}
	/* The titles that clients compare. */
	assert_string_equal(
	    problem_of(ERROR_KEY_MISSING)->title, "Missing stream key");
	assert_string_equal(
	    problem_of(ERROR_KEY_WRONG)->title, "Invalid stream key");
	assert_string_equal(
	    problem_of(ERROR_STREAM_UNKNOWN)->title, "Video not found");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_finds_its_handler_and_its_id),
		cmocka_unit_test(an_answer_has_its_length_and_an_id),
		cmocka_unit_test(an_id_of_more_than_64_characters_is_cut),
		cmocka_unit_test(an_unknown_path_is_404),
		cmocka_unit_test(an_endless_path_is_404),
		cmocka_unit_test(
		    a_method_that_a_path_has_not_is_405_with_those_it_has),
		cmocka_unit_test(a_request_without_a_method_is_405),
		cmocka_unit_test(options_needs_no_credentials),
		cmocka_unit_test(head_is_get_without_the_body),
		cmocka_unit_test(what_may_wait_has_no_head),
		cmocka_unit_test(who_may_not_gets_401_and_how),
		cmocka_unit_test(an_error_that_may_pass_has_retry_after),
		cmocka_unit_test(an_answer_that_can_have_no_body_has_no_length),
		cmocka_unit_test(a_body_without_a_length_is_411),
		cmocka_unit_test(a_body_is_read_to_its_length),
		cmocka_unit_test(a_body_over_the_routes_limit_is_413),
		cmocka_unit_test(a_length_that_is_no_number_is_400),
		cmocka_unit_test(a_body_that_ends_early_is_400),
		cmocka_unit_test(json_and_plain_text_are_taken_for_json),
		cmocka_unit_test(any_other_type_is_415),
		cmocka_unit_test(a_route_has_types_of_its_own),
		cmocka_unit_test(
		    options_name_the_types_and_what_the_route_adds),
		cmocka_unit_test(the_beginning_of_a_type_is_not_the_type),
		cmocka_unit_test(the_type_is_checked_before_the_length),
		UNIT_LIVE(plain_cgi_waits_in_its_own_process),
		cmocka_unit_test(every_error_has_a_status_a_slug_and_a_title),
	};

	return UNIT_RUN(tests);
}
