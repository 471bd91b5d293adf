/*
 * http/request.h: what a handler asks of a request, from query to host.
 */
#include "unit_http.h"

static struct unit_request ask;
static struct error err;

static void
open_with(const char *name, const char *value)
{
	static char variable[8192];

	(void)snprintf(variable, sizeof(variable), "%s=%s", name, value);
	UNIT_REQUEST(&ask, variable);
}

/* The value of `a` in a query; NULL if it is missing or malformed. */
static const char *
query(const char *text, int *rc)
{
	static char value[32];

	open_with("QUERY_STRING", text);
	*rc = request_query(ask.request, "a", value, sizeof(value), &err);
	unit_request_close(&ask);
	return *rc == 1 ? value : NULL;
}

static void
query_is(const char *text, const char *wanted)
{
	const char *value;
	int rc;

	value = query(text, &rc);
	assert_int_equal(rc, 1);
	assert_string_equal(value, wanted);
}

static void
query_has_none(const char *text)
{
	int rc;

	assert_null(query(text, &rc));
	assert_int_equal(rc, 0);
}

static void
query_is_malformed(const char *text)
{
	int rc;

	assert_null(query(text, &rc));
	assert_int_equal(rc, -1);
	assert_int_equal(err.code, ERROR_INPUT);
	assert_string_equal(err.field, "a");
}

static void
a_parameter_is_found_wherever_it_stands(void **state)
{
	(void)state;
	query_is("a=1", "1");
	query_is("b=2&a=1", "1");
	query_is("a=1&b=2", "1");
	query_is("&&a=1&&", "1");
	query_is("a=", "");
	query_is("a=x=y", "x=y");
	query_is("ba=2&aa=3&a=1", "1");
}

static void
a_parameter_that_is_not_there_is_none(void **state)
{
	(void)state;
	query_has_none("");
	query_has_none("a");
	query_has_none("b=1");
	query_has_none("A=1");
	query_has_none("aa=1&b=a=1");
	query_has_none("&&&&");
	UNIT_REQUEST(&ask, "X=1");
	assert_int_equal(
	    request_query(ask.request, "a", (char[8]){ 0 }, 8, &err), 0);
	unit_request_close(&ask);
}

static void
the_first_of_several_counts(void **state)
{
	(void)state;
	query_is("a=1&a=2", "1");
	query_is("a=&a=2", "");
}

static void
percent_and_plus_are_decoded(void **state)
{
	(void)state;
	query_is("a=%41%6a%6A", "Ajj");
	query_is("a=a+b%2Bc", "a b+c");
	query_is("a=%26%3d%25", "&=%");
	query_is("a=%e2%82%ac", "\xe2\x82\xac");
}

static void
a_broken_percent_is_an_error(void **state)
{
	static const char *const WRONG[] = { "a=%", "a=%4", "a=x%4", "a=%zz",
		"a=%4&b=1", "a=%g0", "a=%0g", "a=%%41", "a=% 1" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		query_is_malformed(WRONG[i]);
}

static void
a_nul_is_an_error(void **state)
{
	(void)state;
	query_is_malformed("a=%00");
	query_is_malformed("a=1%00");
}

static void
a_value_may_fill_its_place_and_no_more(void **state)
{
	(void)state;
	query_is("a=1234567890123456789012345678901",
	    "1234567890123456789012345678901");
	query_is_malformed("a=12345678901234567890123456789012");
	query_is("a=%31%32%33%34%35%36%37%38%39%30%31%32", "123456789012");
}

static int
query_int(const char *text, int64_t *value)
{
	static const int64_t RANGE[2] = { 0, 25 };
	int rc;

	open_with("QUERY_STRING", text);
	rc = request_query_int(ask.request, "wait", RANGE, value, &err);
	unit_request_close(&ask);
	return rc;
}

static void
a_number_is_taken_within_its_range(void **state)
{
	int64_t value = 7;

	(void)state;
	unit_ok(query_int("", &value), &err);
	assert_int_equal(value, 7);
	unit_ok(query_int("wait=0", &value), &err);
	assert_int_equal(value, 0);
	unit_ok(query_int("wait=25", &value), &err);
	assert_int_equal(value, 25);
}

static void
what_is_no_number_or_out_of_range_is_named(void **state)
{
	static const char *const WRONG[] = { "wait=", "wait=26", "wait=-1",
		"wait=x", "wait=1x", "wait=1.5", "wait=1e1", "wait=0x1",
		"wait=99999999999999999999", "wait=1%20", "wait=%00",
		"wait=00000000000000000000000000000001" };
	int64_t value = 7;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		unit_fails(query_int(WRONG[i], &value), &err, ERROR_INPUT);
		assert_string_equal(err.field, "wait");
		assert_int_equal(value, 7);
	}
}

static bool
prefers(const char *value)
{
	bool found;

	open_with("HTTP_PREFER", value);
	found = request_prefers(ask.request, "respond-async");
	unit_request_close(&ask);
	return found;
}

static void
a_preference_is_found_in_its_list(void **state)
{
	(void)state;
	assert_true(prefers("respond-async"));
	assert_true(prefers("Respond-Async"));
	assert_true(prefers("wait=5, respond-async"));
	assert_true(prefers("wait=5,respond-async,x"));
	assert_true(prefers("respond-async; foo=bar"));
	assert_true(prefers(" \trespond-async "));
	assert_true(prefers(",,,respond-async"));
}

static void
a_preference_that_only_looks_like_it_is_none(void **state)
{
	(void)state;
	assert_false(prefers(""));
	assert_false(prefers("respond"));
	assert_false(prefers("respond-asynchronously"));
	assert_false(prefers("x-respond-async"));
	assert_false(prefers("wait=respond-async"));
	assert_false(prefers("foo; respond-async"));
	UNIT_REQUEST(&ask, "X=1");
	assert_false(request_prefers(ask.request, "respond-async"));
	unit_request_close(&ask);
}

static bool
wants_events(const char *value)
{
	bool found;

	open_with("HTTP_ACCEPT", value);
	found = request_wants_events(ask.request);
	unit_request_close(&ask);
	return found;
}

static void
who_accepts_an_event_stream_gets_one(void **state)
{
	(void)state;
	assert_true(wants_events("text/event-stream"));
	assert_true(wants_events("application/json, Text/Event-Stream;q=0.9"));
	assert_false(wants_events("*/*"));
	assert_false(wants_events("text/*"));
	assert_false(wants_events("application/json"));
	assert_false(wants_events(""));
}

/* RFC 9110, section 12.4.2. */
static void
who_weighs_an_event_stream_with_zero_gets_none(void **state)
{
	(void)state;
	assert_false(wants_events("text/event-stream;q=0"));
	assert_false(
	    wants_events("application/json, text/event-stream; q=0.0"));
}

/* 1 and the secret, 0, or -1. */
static int
secret_of(const char *value, char secret[64])
{
	int rc;

	open_with("HTTP_AUTHORIZATION", value);
	rc = request_secret(ask.request, secret, 64, &err);
	unit_request_close(&ask);
	return rc;
}

static void
secret_is(const char *value, const char *wanted)
{
	char secret[64];

	assert_int_equal(secret_of(value, secret), 1);
	assert_string_equal(secret, wanted);
}

static void
secret_is_refused(const char *value)
{
	char secret[64];

	assert_int_equal(secret_of(value, secret), -1);
	assert_int_equal(err.code, ERROR_KEY_WRONG);
}

static void
nothing_shown_is_nothing(void **state)
{
	char secret[64];

	(void)state;
	assert_int_equal(secret_of("", secret), 0);
	UNIT_REQUEST(&ask, "X=1");
	assert_int_equal(request_secret(ask.request, secret, 64, &err), 0);
	unit_request_close(&ask);
}

static void
a_bearer_is_the_secret(void **state)
{
	(void)state;
	secret_is("Bearer abc", "abc");
	secret_is("bearer abc", "abc");
	secret_is("BEARER   abc", "abc");
	secret_is("Bearer ", "");
}

static void
basic_has_the_secret_as_its_password(void **state)
{
	(void)state;
	secret_is("Basic dTpwdw==", "pw");
	secret_is("basic dTpwdw", "pw");
	secret_is("Basic OnB3", "pw");
	secret_is("Basic dTpwOnc=", "p:w");
	secret_is("Basic dTo=", "");
}

static void
what_is_neither_is_refused(void **state)
{
	static const char *const WRONG[] = { "abc", "Bearer", "Digest x",
		"Basic", "Basic ", "Basic !!!!", "Basic dXB3",
		"Basic dTpw=dw==", "Basic dTpw dw==", "Basic dToA",
		"Basic \xff\xff", "Bearerabc" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		secret_is_refused(WRONG[i]);
}

static void
a_secret_that_is_too_long_is_refused(void **state)
{
	char value[2000] = "Bearer ";

	(void)state;
	memset(value + 7, 'x', 63);
	value[70] = '\0';
	secret_is(value, value + 7);
	value[70] = 'x';
	value[71] = '\0';
	secret_is_refused(value);
	memset(value, 'A', sizeof(value) - 1);
	memcpy(value, "Basic ", 6);
	value[sizeof(value) - 1] = '\0';
	secret_is_refused(value);
	/* A password that is too long, in base64 that isn't. */
	memcpy(value, "Basic Onh4", 10);
	for (size_t i = 10; i < 200; i += 4)
		memcpy(value + i, "eHh4", 4);
	value[200] = '\0';
	secret_is_refused(value);
}

static const char *
base_of(const char *host, const char *https)
{
	static char base[512];

	open_with("HTTP_HOST", host);
	if (https != NULL)
		unit_variable(&ask, https);
	(void)snprintf(base, sizeof(base), "%s", request_base(ask.request));
	unit_request_close(&ask);
	return base;
}

static void
links_begin_with_the_requests_scheme_and_host(void **state)
{
	(void)state;
	assert_string_equal(base_of("a.test", NULL), "http://a.test");
	assert_string_equal(
	    base_of("a.test:8080", "HTTPS=on"), "https://a.test:8080");
	assert_string_equal(base_of("[2001:db8::1]:8080", "HTTPS=off"),
	    "http://[2001:db8::1]:8080");
}

static void
a_host_that_is_none_becomes_localhost(void **state)
{
	static const char *const WRONG[] = { "", "a b", "a/b", "a\"b",
		"<script>", "a@b", "a\\b", "a%20b", "a?b", "a#b", "a\tb",
		"\xc3\xa9.test", "a,b", "a'b" };
	char host[300];
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		assert_string_equal(
		    base_of(WRONG[i], NULL), "http://localhost");
	memset(host, 'h', sizeof(host));
	host[261] = '\0';
	assert_string_equal(base_of(host, NULL), "http://localhost");
	host[260] = '\0';
	assert_string_equal(base_of(host, NULL) + 7, host);
}

static void
the_configured_address_goes_before_the_requests(void **state)
{
	(void)state;
	open_with("HTTP_HOST", "evil.test");
	(void)snprintf(ask.config.public_url, sizeof(ask.config.public_url),
	    "https://site.test");
	assert_string_equal(request_base(ask.request), "https://site.test");
	unit_request_close(&ask);
}

static void
headers_are_found_by_their_http_names(void **state)
{
	char name[200];

	(void)state;
	open_with("HTTP_LAST_EVENT_ID", "5");
	assert_string_equal(request_header(ask.request, "Last-Event-ID"), "5");
	assert_string_equal(request_header(ask.request, "last-event-id"), "5");
	assert_null(request_header(ask.request, "Last-Event"));
	assert_null(request_header(ask.request, ""));
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_null(request_header(ask.request, name));
	unit_request_close(&ask);
}

static void
a_client_without_an_address_is_an_empty_one(void **state)
{
	(void)state;
	open_with("REMOTE_ADDR", "192.0.2.1");
	assert_string_equal(request_client(ask.request), "192.0.2.1");
	unit_request_close(&ask);
	open_with("X", "1");
	assert_string_equal(request_client(ask.request), "");
	unit_request_close(&ask);
}

static int released;

static void
release(void *memory)
{
	released += *(int *)memory;
}

static void
a_handlers_state_lasts_as_long_as_its_request(void **state)
{
	int *first, *second;

	(void)state;
	released = 0;
	open_with("X", "1");
	first = request_state(ask.request, sizeof(*first), release);
	assert_non_null(first);
	assert_int_equal(*first, 0);
	*first = 1;
	assert_ptr_equal(
	    request_state(ask.request, sizeof(*first), release), first);
	second = request_subject(ask.request, sizeof(*second), release);
	assert_ptr_not_equal(second, first);
	*second = 10;
	unit_request_close(&ask);
	assert_int_equal(released, 11);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parameter_is_found_wherever_it_stands),
		cmocka_unit_test(a_parameter_that_is_not_there_is_none),
		cmocka_unit_test(the_first_of_several_counts),
		cmocka_unit_test(percent_and_plus_are_decoded),
		cmocka_unit_test(a_broken_percent_is_an_error),
		cmocka_unit_test(a_nul_is_an_error),
		cmocka_unit_test(a_value_may_fill_its_place_and_no_more),
		cmocka_unit_test(a_number_is_taken_within_its_range),
		cmocka_unit_test(what_is_no_number_or_out_of_range_is_named),
		cmocka_unit_test(a_preference_is_found_in_its_list),
		cmocka_unit_test(a_preference_that_only_looks_like_it_is_none),
		cmocka_unit_test(who_accepts_an_event_stream_gets_one),
		cmocka_unit_test(
		    who_weighs_an_event_stream_with_zero_gets_none),
		cmocka_unit_test(nothing_shown_is_nothing),
		cmocka_unit_test(a_bearer_is_the_secret),
		cmocka_unit_test(basic_has_the_secret_as_its_password),
		cmocka_unit_test(what_is_neither_is_refused),
		cmocka_unit_test(a_secret_that_is_too_long_is_refused),
		cmocka_unit_test(links_begin_with_the_requests_scheme_and_host),
		cmocka_unit_test(a_host_that_is_none_becomes_localhost),
		cmocka_unit_test(
		    the_configured_address_goes_before_the_requests),
		cmocka_unit_test(headers_are_found_by_their_http_names),
		cmocka_unit_test(a_client_without_an_address_is_an_empty_one),
		cmocka_unit_test(a_handlers_state_lasts_as_long_as_its_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
