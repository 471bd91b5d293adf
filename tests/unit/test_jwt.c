/*
 * base/sign.h and live/jwt.h: what is signed, and what is believed.
 */
#include "base/sign.h"
#include "live/jwt.h"
#include "unit.h"

static const char KEY[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
static const char HEADER[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

/* A token of any header and payload, rightly signed. */
static void
token_of(const char *header, const char *payload, char text[JWT_BYTES_MAX])
{
	unsigned char signature[SIGN_BYTES];
	size_t size;

	sign_encode(header, strlen(header), text);
	size = strlen(text);
	text[size++] = '.';
	sign_encode(payload, strlen(payload), text + size);
	size = strlen(text);
	sign_make(KEY, (struct text){ text, size }, signature);
	text[size++] = '.';
	sign_encode(signature, sizeof(signature), text + size);
}

/* What reading it gives: ERROR_NONE and *jwt, or the refusal. */
static enum error_code
read_as(const char *text, struct jwt *jwt)
{
	struct error err = { .code = ERROR_NONE };
	const int rc = jwt_read(KEY, text, jwt, &err);

	assert_int_equal(rc, err.code == ERROR_NONE ? 0 : -1);
	assert_true(rc == 0 || err.detail[0] != '\0');
	return err.code;
}

static enum error_code
reads(const char *header, const char *payload, struct jwt *jwt)
{
	char text[JWT_BYTES_MAX];

	token_of(header, payload, text);
	return read_as(text, jwt);
}

static void
the_signature_is_that_of_rfc_4231(void **state)
{
	/* Test case 2. */
	static const unsigned char RIGHT[SIGN_BYTES] = { 0x5b, 0xdc, 0xc1, 0x46,
		0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95,
		0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
		0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43 };
	const char *text = "what do ya want for nothing?";
	unsigned char signature[SIGN_BYTES];

	(void)state;
	sign_make("Jefe", (struct text){ text, strlen(text) }, signature);
	assert_memory_equal(signature, RIGHT, sizeof(RIGHT));
	assert_true(sign_matches(
	    "Jefe", (struct text){ text, strlen(text) }, signature));
	signature[31] ^= 1;
	assert_false(sign_matches(
	    "Jefe", (struct text){ text, strlen(text) }, signature));
}

static void
a_key_follows_from_secret_purpose_and_number(void **state)
{
	const struct secret secret = { { 1 } }, other = { { 2 } };
	char keys[4][SIGN_KEY_BYTES], again[SIGN_KEY_BYTES];
	int i, j;

	(void)state;
	sign_key(&secret, "playback", 0, keys[0]);
	sign_key(&secret, "playback", 1, keys[1]);
	sign_key(&secret, "another", 0, keys[2]);
	sign_key(&other, "playback", 0, keys[3]);
	sign_key(&secret, "playback", 0, again);
	assert_string_equal(keys[0], again);
	assert_int_equal(strlen(keys[0]), SIGN_KEY_CHARS);
	for (i = 0; i < 4; i++)
		for (j = 0; j < i; j++)
			assert_string_not_equal(keys[i], keys[j]);
}

static void
what_others_sign_is_read(void **state)
{
	/* Of RFC 7515, appendix A.1, whose key has other bytes than a text. */
	static const char TOKEN[] =
	    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
	    "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2"
	    "MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
	struct error err;
	struct jwt jwt;

	(void)state;
	/* It is right, but for its end, which must be there. */
	assert_int_equal(
	    jwt_read("your-256-bit-secret", TOKEN, &jwt, &err), -1);
	assert_int_equal(err.code, ERROR_PLAYBACK);
	assert_non_null(strstr(err.detail, "exp"));
	assert_string_equal(jwt.subject, "1234567890");
	assert_int_equal(
	    jwt_read("your-256-bit-Secret", TOKEN, &jwt, &err), -1);
	assert_int_equal(err.code, ERROR_KEY_WRONG);
}

static void
what_is_written_is_read(void **state)
{
	const struct jwt jwt = { .subject = "AAAAAAAAAAAAAAAAAAAAA",
		.expires_unix_ms = 2000000000000,
		.issued_unix_ms = 1700000000000,
		.not_before_unix_ms = 1700000001000,
		.max = 3,
		.ip = "192.0.2.0/24 2001:db8::/32",
		.key = "mark" };
	char text[JWT_BYTES_MAX];
	struct error err;
	struct jwt read;

	(void)state;
	unit_ok(jwt_write(KEY, &jwt, text, &err), &err);
	assert_true(jwt_looks(text));
	assert_int_equal(read_as(text, &read), ERROR_NONE);
	assert_memory_equal(&read, &jwt, sizeof(jwt));
}

static void
what_is_too_long_is_not_written(void **state)
{
	struct jwt jwt = { .expires_unix_ms = 1000 };
	char text[JWT_BYTES_MAX];
	struct error err;

	(void)state;
	memset(jwt.subject, '\\', sizeof(jwt.subject) - 1);
	memset(jwt.ip, '\\', sizeof(jwt.ip) - 1);
	unit_fails(jwt_write(KEY, &jwt, text, &err), &err, ERROR_INPUT);
	assert_string_equal(err.field, "ip");
}

static void
every_byte_of_a_token_is_signed(void **state)
{
	char text[JWT_BYTES_MAX];
	struct jwt jwt;
	size_t i, size;
	char was;

	(void)state;
	token_of(HEADER, "{\"sub\":\"s\",\"exp\":1}", text);
	assert_int_equal(read_as(text, &jwt), ERROR_NONE);
	size = strlen(text);
	for (i = 0; i < size; i++) {
		was = text[i];
		text[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(read_as(text, &jwt), ERROR_KEY_WRONG);
		text[i] = was;
	}
	for (i = 0; i < size; i++) {
		was = text[i];
		text[i] = '\0';
		assert_int_equal(read_as(text, &jwt), ERROR_KEY_WRONG);
		text[i] = was;
	}
	text[size] = 'A';
	text[size + 1] = '\0';
	assert_int_equal(read_as(text, &jwt), ERROR_KEY_WRONG);
	text[size] = '=';
	assert_int_equal(read_as(text, &jwt), ERROR_KEY_WRONG);
	text[size] = '.';
	assert_int_equal(read_as(text, &jwt), ERROR_KEY_WRONG);
}

static void
no_header_chooses_the_algorithm(void **state)
{
	static const char *const HEADERS[] = { "{\"alg\":\"none\"}",
		"{\"alg\":\"hs256\"}", "{\"alg\":\"HS512\"}",
		"{\"alg\":\"RS256\"}", "{\"alg\":[\"HS256\"]}", "{}", "[]", "",
		"null", "{\"typ\":\"JWT\"}",
		"{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
		"{\"alg\":\"HS256\\u0000\"}", "{\"alg\":\"HS256\"" };
	struct jwt jwt;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(HEADERS); i++)
		assert_int_equal(
		    reads(HEADERS[i], "{\"sub\":\"s\",\"exp\":1}", &jwt),
		    ERROR_PLAYBACK);
	assert_int_equal(
	    reads("{\"alg\":\"HS256\"}", "{\"sub\":\"s\",\"exp\":1}", &jwt),
	    ERROR_NONE);
}

static void
without_a_signature_there_is_no_token(void **state)
{
	static const char *const TEXTS[] = { "", ".", "..", "...",
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiJzIiwiZXhwIjoxfQ.",
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiJzIiwiZXhwIjoxfQ" };
	struct jwt jwt;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(TEXTS); i++)
		assert_int_equal(read_as(TEXTS[i], &jwt), ERROR_KEY_WRONG);
}

static void
claims_are_of_their_type(void **state)
{
	static const char *const WRONG[] = { "{\"exp\":1}",
		"{\"sub\":1,\"exp\":1}", "{\"sub\":\"\",\"exp\":1}",
		"{\"sub\":\"s\"}", "{\"sub\":\"s\",\"exp\":\"1\"}",
		"{\"sub\":\"s\",\"exp\":0}", "{\"sub\":\"s\",\"exp\":-1}",
		"{\"sub\":\"s\",\"exp\":null}", "{\"sub\":\"s\",\"exp\":1e400}",
		"{\"sub\":\"s\",\"exp\":NaN}",
		"{\"sub\":\"s\",\"exp\":99999999999999999999}",
		"{\"sub\":\"s\",\"exp\":1,\"max\":0}",
		"{\"sub\":\"s\",\"exp\":1,\"max\":\"1\"}",
		"{\"sub\":\"s\",\"exp\":1,\"ip\":1}",
		"{\"sub\":\"s\",\"exp\":1,\"ip\":\"\"}",
		"{\"sub\":\"s\",\"exp\":1,\"nbf\":\"x\"}",
		"{\"sub\":\"s\\u0000t\",\"exp\":1}", "[1]", "\"s\"", "",
		"{\"sub\":\"s\",\"exp\":1}x" };
	struct jwt jwt;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		assert_int_equal(reads(HEADER, WRONG[i], &jwt), ERROR_PLAYBACK);
}

static void
what_is_not_known_is_passed_over(void **state)
{
	struct jwt jwt;

	(void)state;
	assert_int_equal(
	    reads(HEADER,
		"{\"aud\":\"x\",\"exp\":12.75,\"sub\":\"s\",\"iat\":10}", &jwt),
	    ERROR_NONE);
	assert_int_equal(jwt.expires_unix_ms, 12000);
	assert_int_equal(jwt.issued_unix_ms, 10000);
	assert_int_equal(jwt.max, 0);
	assert_string_equal(jwt.ip, "");
}

static void
a_token_is_told_by_its_dots(void **state)
{
	(void)state;
	assert_true(jwt_looks("a.b.c"));
	assert_true(jwt_looks(".."));
	assert_false(jwt_looks("a.b"));
	assert_false(jwt_looks("a.b.c.d"));
	assert_false(jwt_looks(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_signature_is_that_of_rfc_4231),
		cmocka_unit_test(a_key_follows_from_secret_purpose_and_number),
		cmocka_unit_test(what_others_sign_is_read),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(what_is_too_long_is_not_written),
		cmocka_unit_test(every_byte_of_a_token_is_signed),
		cmocka_unit_test(no_header_chooses_the_algorithm),
		cmocka_unit_test(without_a_signature_there_is_no_token),
		cmocka_unit_test(claims_are_of_their_type),
		cmocka_unit_test(what_is_not_known_is_passed_over),
		cmocka_unit_test(a_token_is_told_by_its_dots),
	};

	return UNIT_RUN(tests);
}
