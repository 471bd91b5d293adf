/*
 * live/token.h, and who may by an API token: made, shown, noted, revoked.
 */
#include "live/limit.h"
#include "live/token.h"
#include "unit.h"

#define MINUTE_MS INT64_C(60000)

static void
make(struct unit *unit, const char *name, int64_t scopes, char *secret)
{
	struct token wanted = { .scopes = scopes };
	struct error err;

	(void)snprintf(wanted.name, sizeof(wanted.name), "%s", name);
	unit_ok(token_create(&unit->live, &wanted, secret, &err), &err);
	assert_true(id_valid(secret, KEY_CHARS));
}

static int
check(struct unit *unit, const char *secret, enum token_scope scope,
    struct error *err)
{
	struct token token;

	return token_check(&unit->live, secret, scope, &token, err);
}

static int64_t
used(struct unit *unit)
{
	return unit_sql_int(
	    unit, STORE_LASTING, "SELECT coalesce(used_ms, 0) FROM token");
}

static void
a_token_is_known_by_what_was_shown_once(void **state)
{
	struct unit *unit = *state;
	char secret[KEY_BYTES], sql[128];
	struct token token;
	struct error err;

	make(unit, "site-a", TOKEN_CREATE, secret);
	unit_ok(
	    token_check(&unit->live, secret, TOKEN_CREATE, &token, &err), &err);
	assert_string_equal(token.name, "site-a");
	assert_int_equal(token.scopes, TOKEN_CREATE);
	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM token WHERE instr(token_hash, '%s') > 0",
	    secret);
	assert_int_equal(unit_sql_int(unit, STORE_LASTING, sql), 0);
}

static void
a_name_is_one_tokens(void **state)
{
	struct unit *unit = *state;
	struct token again = { .name = "a", .scopes = TOKEN_ADMIN };
	char secret[KEY_BYTES], other[KEY_BYTES];
	struct error err;

	make(unit, "a", TOKEN_CREATE, secret);
	unit_fails(
	    token_create(&unit->live, &again, other, &err), &err, ERROR_INPUT);
	assert_string_equal(err.field, "name");
	unit_ok(check(unit, secret, TOKEN_CREATE, &err), &err);
	unit_fails(check(unit, other, TOKEN_CREATE, &err), &err,
	    ERROR_API_TOKEN_WRONG);
}

static void
what_is_no_name_is_refused(void **state)
{
	static const char *const NAMES[] = { "", "-x", "a b", "a:b", "a/b",
		"\xc3\xa9", "a\n" };
	struct unit *unit = *state;
	struct token wanted = { .scopes = TOKEN_CREATE };
	char secret[KEY_BYTES];
	struct error err;
	size_t i;

	for (i = 0; i < UNIT_COUNT(NAMES); i++) {
		(void)snprintf(
		    wanted.name, sizeof(wanted.name), "%s", NAMES[i]);
		unit_fails(token_create(&unit->live, &wanted, secret, &err),
		    &err, ERROR_INPUT);
	}
	assert_int_equal(
	    unit_sql_int(unit, STORE_LASTING, "SELECT count(*) FROM token"), 0);
}

static void
a_revoked_token_opens_nothing(void **state)
{
	struct unit *unit = *state;
	char secret[KEY_BYTES], kept[KEY_BYTES];
	struct error err;

	make(unit, "a", TOKEN_CREATE, secret);
	make(unit, "b", TOKEN_CREATE, kept);
	unit_ok(token_revoke(&unit->live, "a", &err), &err);
	unit_fails(check(unit, secret, TOKEN_CREATE, &err), &err,
	    ERROR_API_TOKEN_WRONG);
	unit_ok(check(unit, kept, TOKEN_CREATE, &err), &err);
	unit_fails(token_revoke(&unit->live, "a", &err), &err, ERROR_INPUT);
}

static void
tokens_follow_each_other_by_name(void **state)
{
	static const char *const NAMES[] = { "a", "b", "c" };
	struct unit *unit = *state;
	struct token token = { .name = "" };
	char secret[KEY_BYTES];
	struct error err;
	size_t i;

	make(unit, "b", TOKEN_ADMIN, secret);
	make(unit, "c", TOKEN_CREATE, secret);
	make(unit, "a", TOKEN_CREATE, secret);
	for (i = 0; i < UNIT_COUNT(NAMES); i++) {
		assert_int_equal(
		    token_next(&unit->live, token.name, &token, &err), 1);
		assert_string_equal(token.name, NAMES[i]);
	}
	assert_int_equal(token_next(&unit->live, token.name, &token, &err), 0);
}

static void
a_scope_is_what_it_says_and_admin_is_all(void **state)
{
	struct unit *unit = *state;
	char creator[KEY_BYTES], admin[KEY_BYTES];
	struct error err;

	make(unit, "creator", TOKEN_CREATE, creator);
	make(unit, "admin", TOKEN_ADMIN, admin);
	unit_fails(check(unit, creator, TOKEN_ADMIN, &err), &err, ERROR_SCOPE);
	unit_ok(check(unit, admin, TOKEN_ADMIN, &err), &err);
	unit_ok(check(unit, admin, TOKEN_CREATE, &err), &err);
}

static void
a_use_is_written_once_a_minute(void **state)
{
	struct unit *unit = *state;
	const int64_t before = clock_unix_ms();
	char secret[KEY_BYTES], sql[96];
	struct error err;
	int64_t first;

	make(unit, "a", TOKEN_CREATE, secret);
	assert_int_equal(used(unit), 0);
	unit_ok(check(unit, secret, TOKEN_CREATE, &err), &err);
	assert_true(used(unit) >= before);
	/* Half a minute ago is left, more than one isn't, nor is the future. */
	first = clock_unix_ms() - MINUTE_MS / 2;
	(void)snprintf(sql, sizeof(sql), "UPDATE token SET used_ms = %lld",
	    (long long)first);
	unit_sql(unit, STORE_LASTING, sql);
	unit_ok(check(unit, secret, TOKEN_CREATE, &err), &err);
	assert_true(
	    used(unit) == first || clock_unix_ms() - first >= MINUTE_MS);
	unit_sql(
	    unit, STORE_LASTING, "UPDATE token SET used_ms = used_ms - 120000");
	unit_ok(check(unit, secret, TOKEN_CREATE, &err), &err);
	assert_true(used(unit) >= before);
	unit_sql(unit, STORE_LASTING,
	    "UPDATE token SET used_ms = used_ms + 86400000");
	unit_ok(check(unit, secret, TOKEN_CREATE, &err), &err);
	assert_true(used(unit) <= clock_unix_ms());
}

static void
a_scope_that_is_wrong_is_no_use(void **state)
{
	struct unit *unit = *state;
	char secret[KEY_BYTES];
	struct error err;

	make(unit, "a", TOKEN_CREATE, secret);
	assert_true(check(unit, secret, TOKEN_ADMIN, &err) < 0);
	assert_int_equal(used(unit), 0);
}

static void
a_limit_is_the_tokens_own(void **state)
{
	struct unit *unit = *state;
	const struct token few = { .name = "few", .per_hour = 2 };
	const struct token other = { .name = "other", .per_hour = 1 };
	const struct token none = { .name = "none", .per_hour = 0 };
	struct error err;
	int i;

	unit->config.create_per_hour = 1;
	unit_ok(limit_take_token(&unit->live, &few, &err), &err);
	unit_ok(limit_take_token(&unit->live, &few, &err), &err);
	unit_fails(limit_take_token(&unit->live, &few, &err), &err, ERROR_RATE);
	assert_in_range(err.retry_after_s, 1, 1800);
	assert_non_null(strstr(err.detail, "one API token"));
	unit_ok(limit_take_token(&unit->live, &other, &err), &err);
	unit_ok(limit_take(&unit->live, LIMIT_CREATE, "few", &err), &err);
	for (i = 0; i < 10; i++)
		unit_ok(limit_take_token(&unit->live, &none, &err), &err);
}

static void
an_open_site_looks_at_what_is_shown(void **state)
{
	struct unit *unit = *state;
	char secret[KEY_BYTES];
	struct call call;
	struct error err;

	make(unit, "a", TOKEN_CREATE, secret);
	unit_ok(access_create(&unit->live, NULL, &call, &err), &err);
	assert_int_equal(call.token.scopes, 0);
	unit_ok(access_create(&unit->live, secret, &call, &err), &err);
	assert_string_equal(call.token.name, "a");
	unit_fails(access_create(&unit->live, "wrong", &call, &err), &err,
	    ERROR_API_TOKEN_WRONG);
}

static void
a_site_by_token_takes_nothing_else(void **state)
{
	struct unit *unit = *state;
	char secret[KEY_BYTES];
	struct call call;
	struct error err;

	make(unit, "a", TOKEN_CREATE, secret);
	unit->config.create_policy = CREATE_TOKEN;
	unit_fails(access_create(&unit->live, NULL, &call, &err), &err,
	    ERROR_API_TOKEN_MISSING);
	assert_non_null(strstr(err.detail, "Authorization: Bearer"));
	unit_fails(access_create(&unit->live, "wrong", &call, &err), &err,
	    ERROR_API_TOKEN_WRONG);
	unit_ok(access_create(&unit->live, secret, &call, &err), &err);
}

static void
an_admin_needs_a_token_of_that_scope(void **state)
{
	struct unit *unit = *state;
	char creator[KEY_BYTES], admin[KEY_BYTES];
	struct call call;
	struct error err;

	make(unit, "creator", TOKEN_CREATE, creator);
	make(unit, "admin", TOKEN_CREATE | TOKEN_ADMIN, admin);
	unit_fails(access_admin(&unit->live, NULL, &call, &err), &err,
	    ERROR_API_TOKEN_MISSING);
	unit_fails(
	    access_admin(&unit->live, creator, &call, &err), &err, ERROR_SCOPE);
	unit_ok(access_admin(&unit->live, admin, &call, &err), &err);
}

/* Refused for that reason, and nothing is left to free. */
static void
manager_fails(
    struct unit *unit, const char *id, const char *secret, enum error_code code)
{
	struct call call;
	struct error err;

	unit_fails(
	    access_manager(&unit->live, id, secret, &call, &err), &err, code);
	assert_null(call.stream.description);
}

static void
a_manager_has_the_key_or_an_admins_token(void **state)
{
	struct unit *unit = *state;
	char creator[KEY_BYTES], admin[KEY_BYTES], key[KEY_BYTES];
	const char *secrets[2] = { key, admin };
	struct stream stream;
	struct call call;
	struct error err;
	int i;

	make(unit, "creator", TOKEN_CREATE, creator);
	make(unit, "admin", TOKEN_ADMIN, admin);
	unit_create(unit, VISIBILITY_PRIVATE, &stream, key);
	for (i = 0; i < 2; i++) {
		unit_ok(access_manager(
			    &unit->live, stream.id, secrets[i], &call, &err),
		    &err);
		assert_string_equal(call.stream.id, stream.id);
		assert_int_equal(
		    call.caller.role, i == 0 ? ROLE_PUBLISHER : ROLE_ANYONE);
		stream_free(&call.stream);
	}
	manager_fails(unit, stream.id, NULL, ERROR_CREDENTIALS_MISSING);
	manager_fails(unit, stream.id, creator, ERROR_SCOPE);
	manager_fails(unit, stream.id, "wrong", ERROR_KEY_WRONG);
	manager_fails(
	    unit, "AAAAAAAAAAAAAAAAAAAAA", admin, ERROR_STREAM_UNKNOWN);
	unit_fails(access_publisher(&unit->live, stream.id, admin, &call, &err),
	    &err, ERROR_KEY_WRONG);
	stream_free(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(a_token_is_known_by_what_was_shown_once),
		UNIT_LIVE(a_name_is_one_tokens),
		UNIT_LIVE(what_is_no_name_is_refused),
		UNIT_LIVE(a_revoked_token_opens_nothing),
		UNIT_LIVE(tokens_follow_each_other_by_name),
		UNIT_LIVE(a_scope_is_what_it_says_and_admin_is_all),
		UNIT_LIVE(a_use_is_written_once_a_minute),
		UNIT_LIVE(a_scope_that_is_wrong_is_no_use),
		UNIT_LIVE(a_limit_is_the_tokens_own),
		UNIT_LIVE(an_open_site_looks_at_what_is_shown),
		UNIT_LIVE(a_site_by_token_takes_nothing_else),
		UNIT_LIVE(an_admin_needs_a_token_of_that_scope),
		UNIT_LIVE(a_manager_has_the_key_or_an_admins_token),
	};

	return UNIT_RUN(tests);
}
