/*
 * http/reply.h: headers that can't be broken out of, entity tags, events, and
 * who else's pages may read the answer.
 */
#include <json-c/json.h>

#include "unit_http.h"

static struct unit_answer answer;

/* What one handler of one route does; set by each test. */
static request_handler *handler;

static enum verdict
handle(struct request *request, struct error *err)
{
	return handler(request, err);
}

static const struct route ROUTES[] = {
	{ .method = "GET", .path = "/", .handler = handle },
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
	.route_count = 1,
	.authorize = authorize,
};

/* Serves GET / with the handler, one more variable, and origins allowed. */
static void
ask(request_handler *with, const char *variable, const char *origins)
{
	struct unit_request request;

	handler = with;
	UNIT_REQUEST(&request, "REQUEST_METHOD=GET", "REQUEST_URI=/");
	if (variable != NULL)
		unit_variable(&request, variable);
	if (origins != NULL)
		(void)snprintf(request.config.cors_origins,
		    sizeof(request.config.cors_origins), "%s", origins);
	unit_serve(&DOOR, &request, NULL, &answer);
}

static enum verdict
inject(struct request *request, struct error *err)
{
	(void)err;
	reply_header(request, "X-A", "a\r\nX-Evil: 1");
	reply_header(request, "X-B", "b\nX-Evil: 1");
	reply_header(request, "X-C", "c\x7fX");
	reply_header(request, "X-D", "");
	reply_header(request, "X-E", "\xc3\xa9");
	return reply_empty(request, 200);
}

static void
a_header_ends_where_a_control_character_is(void **state)
{
	(void)state;
	ask(inject, NULL, NULL);
	assert_true(unit_has_header(&answer, "X-A: a"));
	assert_true(unit_has_header(&answer, "X-B: b"));
	assert_true(unit_has_header(&answer, "X-C: c"));
	assert_true(unit_has_header(&answer, "X-D: "));
	assert_true(unit_has_header(&answer, "X-E: \xc3\xa9"));
	assert_null(strstr(answer.head, "X-Evil"));
}

static enum verdict
fill_headers(struct request *request, struct error *err)
{
	char value[1000];
	int i;

	(void)err;
	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (i = 0; i < 12; i++)
		reply_header(request, "X-Long", value);
	return reply_empty(request, 200);
}

static void
headers_that_do_not_fit_spoil_no_others(void **state)
{
	const char *line, *end;

	(void)state;
	ask(fill_headers, NULL, NULL);
	for (line = answer.head; *line != '\0'; line = end + 2) {
		end = strstr(line, "\r\n");
		assert_non_null(end);
		assert_non_null(memchr(line, ':', (size_t)(end - line)));
		if (strncmp(line, "X-Long", 6) == 0)
			assert_int_equal(end - line, 8 + 999);
	}
}

static enum verdict
problem_with_markup(struct request *request, struct error *err)
{
	(void)request;
	error_set(err, ERROR_INPUT, "a\"b\\\n", "<\"%s\">", "\x01\r\n");
	return REQUEST_FAILED;
}

static void
a_problem_escapes_what_came_from_outside(void **state)
{
	struct json_object *document;

	(void)state;
	ask(problem_with_markup, NULL, NULL);
	assert_int_equal(answer.status, 400);
	assert_null(strchr(answer.body, '\n'));
	document = json_tokener_parse(answer.body);
	assert_non_null(document);
	assert_string_equal(
	    json_object_get_string(json_object_object_get(document, "field")),
	    "a\"b\\\n");
	(void)json_object_put(document);
}

static enum verdict
answer_tagged(struct request *request, struct error *err)
{
	(void)err;
	return reply_tagged(request, 0x1234, "{\"a\":1}", 7);
}

static enum verdict
answer_tagged_otherwise(struct request *request, struct error *err)
{
	(void)err;
	return reply_tagged(request, 0x1235, "{\"a\":2}", 7);
}

/* The tag of answer_tagged, as a variable of the next request. */
static void
ask_for_tag(const char *before, const char *behind, char variable[128])
{
	const char *tag;

	ask(answer_tagged, NULL, NULL);
	assert_int_equal(answer.status, 200);
	tag = strstr(answer.head, "ETag: ");
	assert_non_null(tag);
	(void)snprintf(variable, 128, "HTTP_IF_NONE_MATCH=%s%.18s%s", before,
	    tag + 6, behind);
}

static void
what_the_client_has_is_not_sent_again(void **state)
{
	char variable[128];

	(void)state;
	ask_for_tag("", "", variable);
	ask(answer_tagged, variable, NULL);
	assert_int_equal(answer.status, 304);
	assert_int_equal(answer.body_size, 0);
	assert_true(unit_names_header(&answer, "ETag"));
	assert_false(unit_names_header(&answer, "Content-Type"));
	assert_false(unit_names_header(&answer, "Content-Length"));
	ask_for_tag("\"other\", W/", ", \"more\"", variable);
	ask(answer_tagged, variable, NULL);
	assert_int_equal(answer.status, 304);
	ask(answer_tagged, "HTTP_IF_NONE_MATCH=*", NULL);
	assert_int_equal(answer.status, 304);
}

static void
what_changed_is_sent(void **state)
{
	char variable[128];

	(void)state;
	ask_for_tag("", "", variable);
	ask(answer_tagged_otherwise, variable, NULL);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "{\"a\":2}");
	assert_true(unit_has_header(&answer, "Cache-Control: no-cache"));
	ask(answer_tagged, "HTTP_IF_NONE_MATCH=\"\"", NULL);
	assert_int_equal(answer.status, 200);
	ask(answer_tagged, "HTTP_IF_NONE_MATCH=", NULL);
	assert_int_equal(answer.status, 200);
}

static enum verdict
answer_events(struct request *request, struct error *err)
{
	(void)err;
	reply_events_begin(request);
	reply_events_begin(request);
	reply_event(request, "5.7", "offer", "{}");
	reply_event(request, NULL, "viewers", "{\"viewers\":1}");
	reply_event_comment(request);
	assert_int_equal(reply_events_flush(request), 0);
	reply_event_comment(request);
	assert_int_equal(reply_events_flush(request), 0);
	return REQUEST_FINISHED;
}

static void
events_are_written_as_the_standard_has_them(void **state)
{
	(void)state;
	ask(answer_events, NULL, NULL);
	assert_int_equal(answer.status, 200);
	assert_true(
	    unit_has_header(&answer, "Content-Type: text/event-stream"));
	assert_true(unit_has_header(&answer, "X-Accel-Buffering: no"));
	assert_false(unit_names_header(&answer, "Content-Length"));
	assert_string_equal(answer.body,
	    "id: 5.7\nevent: offer\ndata: {}\n\n"
	    "event: viewers\ndata: {\"viewers\":1}\n\n:\n\n:\n\n");
}

static enum verdict
fail_within_events(struct request *request, struct error *err)
{
	reply_events_begin(request);
	error_set(err, ERROR_STORE, NULL, "no");
	return REQUEST_FAILED;
}

static void
a_begun_event_stream_has_no_problem_document(void **state)
{
	(void)state;
	ask(fail_within_events, NULL, NULL);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body_size, 0);
}

#define LIST "https://a.test https://b.test:8443"

static void
any_origin_may_read_where_none_is_configured(void **state)
{
	(void)state;
	ask(answer_tagged, "HTTP_ORIGIN=https://x.test", NULL);
	assert_true(unit_has_header(&answer, "Access-Control-Allow-Origin: *"));
	assert_true(
	    unit_names_header(&answer, "Access-Control-Expose-Headers"));
	assert_false(unit_names_header(&answer, "Vary"));
	assert_null(strstr(answer.head, "Allow-Credentials"));
}

static void
an_origin_of_the_list_is_named(void **state)
{
	(void)state;
	ask(answer_tagged, "HTTP_ORIGIN=https://b.test:8443", LIST);
	assert_true(unit_has_header(
	    &answer, "Access-Control-Allow-Origin: https://b.test:8443"));
	assert_true(unit_has_header(&answer, "Vary: Origin"));
	ask(answer_tagged, "HTTP_ORIGIN=https://a.test", LIST);
	assert_true(unit_has_header(
	    &answer, "Access-Control-Allow-Origin: https://a.test"));
}

static void
any_other_origin_is_not(void **state)
{
	static const char *const ORIGINS[] = { "HTTP_ORIGIN=https://x.test",
		"HTTP_ORIGIN=https://a.tes", "HTTP_ORIGIN=https://a.test.evil",
		"HTTP_ORIGIN=http://a.test", "HTTP_ORIGIN=https://b.test",
		"HTTP_ORIGIN=null",
		"HTTP_ORIGIN=", "HTTP_ORIGIN= ", "HTTP_ORIGIN=*",
		"HTTP_ORIGIN=" LIST };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(ORIGINS); i++) {
		ask(answer_tagged, ORIGINS[i], LIST);
		assert_false(
		    unit_names_header(&answer, "Access-Control-Allow-Origin"));
		assert_true(unit_has_header(&answer, "Vary: Origin"));
	}
	ask(answer_tagged, NULL, LIST);
	assert_false(unit_names_header(&answer, "Access-Control-Allow-Origin"));
}

static void
errors_may_be_read_too(void **state)
{
	(void)state;
	ask(problem_with_markup, "HTTP_ORIGIN=https://a.test", LIST);
	assert_true(unit_has_header(
	    &answer, "Access-Control-Allow-Origin: https://a.test"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_ends_where_a_control_character_is),
		cmocka_unit_test(headers_that_do_not_fit_spoil_no_others),
		cmocka_unit_test(a_problem_escapes_what_came_from_outside),
		cmocka_unit_test(what_the_client_has_is_not_sent_again),
		cmocka_unit_test(what_changed_is_sent),
		cmocka_unit_test(events_are_written_as_the_standard_has_them),
		cmocka_unit_test(a_begun_event_stream_has_no_problem_document),
		cmocka_unit_test(any_origin_may_read_where_none_is_configured),
		cmocka_unit_test(an_origin_of_the_list_is_named),
		cmocka_unit_test(any_other_origin_is_not),
		cmocka_unit_test(errors_may_be_read_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
