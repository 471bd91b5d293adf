/*
 * Tokens in, tokens out. The signature is over the text of the first two parts,
 * so it is checked before either is looked into.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "base/sign.h"
#include "live/jwt.h"

#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define SECONDS_MAX INT64_C(253402300799) /* the end of the year 9999 */
#define COUNT_MAX INT64_C(1000000)

bool
jwt_looks(const char *text)
{
	const char *first = strchr(text, '.');
	const char *second = first != NULL ? strchr(first + 1, '.') : NULL;

	return second != NULL && strchr(second + 1, '.') == NULL;
}

static int
jwt_unreadable(struct error *err, const char *what)
{
	return error_set(err, ERROR_PLAYBACK, NULL,
	    "The playback token can't be used: %s.", what);
}

/* The object that a part holds; NULL if it holds none. */
static struct json_object *
jwt_object(struct text part)
{
	char bytes[JWT_BYTES_MAX];
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object = NULL;
	int size;

	size = sign_decode(part, bytes, sizeof(bytes));
	if (tokener != NULL && size > 0) {
		json_tokener_set_flags(
		    tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
		object = json_tokener_parse_ex(tokener, bytes, size);
		if (json_tokener_get_error(tokener) != json_tokener_success ||
		    !json_object_is_type(object, json_type_object)) {
			(void)json_object_put(object);
			object = NULL;
		}
	}
	json_tokener_free(tokener);
	return object;
}

/* Text without NUL that fits. 1, 0 if it isn't there, or -1. */
static int
claim_text(
    struct json_object *claims, const char *name, char text[JWT_TEXT_BYTES])
{
	struct json_object *value;
	const char *string;

	text[0] = '\0';
	if (!json_object_object_get_ex(claims, name, &value))
		return 0;
	if (!json_object_is_type(value, json_type_string))
		return -1;
	string = json_object_get_string(value);
	if (strlen(string) != (size_t)json_object_get_string_len(value) ||
	    snprintf(text, JWT_TEXT_BYTES, "%s", string) >= JWT_TEXT_BYTES)
		return -1;
	return 1;
}

/* A number from 1 to `max`; a NumericDate may have a fraction, it is cut. */
static int
claim_number(
    struct json_object *claims, const char *name, int64_t max, int64_t *number)
{
	struct json_object *value;
	double real;

	*number = 0;
	if (!json_object_object_get_ex(claims, name, &value))
		return 0;
	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_double))
		return -1;
	real = json_object_get_double(value);
	if (!isfinite(real) || real < 1 || real > (double)max)
		return -1;
	*number = (int64_t)real;
	return 1;
}

static int
claim_time(struct json_object *claims, const char *name, int64_t *unix_ms)
{
	int found = claim_number(claims, name, SECONDS_MAX, unix_ms);

	*unix_ms *= 1000;
	return found;
}

/* What the header must say, and must not (RFC 7515, section 4.1.11). */
static int
jwt_check_header(struct text part, struct error *err)
{
	struct json_object *header = jwt_object(part), *ignored;
	char algorithm[JWT_TEXT_BYTES];
	int rc = 0;

	if (header == NULL)
		return jwt_unreadable(err, "its header is no JSON object");
	if (claim_text(header, "alg", algorithm) != 1 ||
	    strcmp(algorithm, "HS256") != 0)
		rc = jwt_unreadable(err, "alg must be HS256");
	else if (json_object_object_get_ex(header, "crit", &ignored))
		rc = jwt_unreadable(err, "crit isn't known here");
	(void)json_object_put(header);
	return rc;
}

static int
jwt_read_claims(struct json_object *claims, struct jwt *jwt, struct error *err)
{
	int found;

	if (claim_text(claims, "sub", jwt->subject) != 1 ||
	    jwt->subject[0] == '\0')
		return jwt_unreadable(err, "sub must be the videoId");
	if (claim_time(claims, "exp", &jwt->expires_unix_ms) != 1)
		return jwt_unreadable(
		    err, "exp must say in seconds when it ends");
	if (claim_time(claims, "nbf", &jwt->not_before_unix_ms) < 0 ||
	    claim_time(claims, "iat", &jwt->issued_unix_ms) < 0)
		return jwt_unreadable(err, "nbf and iat are seconds");
	if (claim_number(claims, "max", COUNT_MAX, &jwt->max) < 0)
		return jwt_unreadable(err, "max is a number of viewers");
	found = claim_text(claims, "ip", jwt->ip);
	if (found < 0 || (found == 1 && jwt->ip[0] == '\0'))
		return jwt_unreadable(err, "ip is an address or a prefix");
	if (claim_text(claims, "key", jwt->key) < 0)
		return jwt_unreadable(err, "key is a text");
	return 0;
}

int
jwt_read(const char *key, const char *text, struct jwt *jwt, struct error *err)
{
	struct text rest = { text, strnlen(text, JWT_BYTES_MAX) };
	const struct text header = text_cut(&rest, '.');
	const struct text payload = text_cut(&rest, '.');
	const struct text input = { text, header.size + 1 + payload.size };
	unsigned char signature[SIGN_BYTES];
	struct json_object *claims;
	int rc;

	memset(jwt, 0, sizeof(*jwt));
	if (input.size >= JWT_BYTES_MAX ||
	    sign_decode(rest, signature, SIGN_BYTES) != SIGN_BYTES ||
	    !sign_matches(key, input, signature))
		return error_set(err, ERROR_KEY_WRONG, NULL,
		    "The playback token isn't signed with this site's key.");
	if (jwt_check_header(header, err) != 0)
		return -1;
	claims = jwt_object(payload);
	if (claims == NULL)
		return jwt_unreadable(err, "it holds no JSON object");
	rc = jwt_read_claims(claims, jwt, err);
	(void)json_object_put(claims);
	return rc;
}

static void
add_text(struct json_object *to, const char *name, const char *text)
{
	if (text[0] != '\0')
		(void)json_object_object_add(
		    to, name, json_object_new_string(text));
}

static void
add_number(struct json_object *to, const char *name, int64_t number)
{
	if (number != 0)
		(void)json_object_object_add(
		    to, name, json_object_new_int64(number));
}

/* Appends a part; -1 if it doesn't fit. */
static int
jwt_append(char text[JWT_BYTES_MAX], const void *bytes, size_t size)
{
	const size_t used = strlen(text);

	if (used + 1 + SIGN_TEXT_BYTES(size) > JWT_BYTES_MAX)
		return -1;
	if (used > 0)
		text[used] = '.';
	sign_encode(bytes, size, text + used + (used > 0));
	return 0;
}

int
jwt_write(const char *key, const struct jwt *jwt, char text[JWT_BYTES_MAX],
    struct error *err)
{
	struct json_object *claims = json_object_new_object();
	unsigned char signature[SIGN_BYTES];
	const char *json;
	int rc = -1;

	text[0] = '\0';
	add_text(claims, "sub", jwt->subject);
	add_number(claims, "iat", jwt->issued_unix_ms / 1000);
	add_number(claims, "nbf", jwt->not_before_unix_ms / 1000);
	add_number(claims, "exp", jwt->expires_unix_ms / 1000);
	add_number(claims, "max", jwt->max);
	add_text(claims, "ip", jwt->ip);
	add_text(claims, "key", jwt->key);
	json = json_object_to_json_string_ext(
	    claims, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (json != NULL && jwt_append(text, HEADER, strlen(HEADER)) == 0 &&
	    jwt_append(text, json, strlen(json)) == 0) {
		sign_make(key, (struct text){ text, strlen(text) }, signature);
		rc = jwt_append(text, signature, sizeof(signature));
	}
	(void)json_object_put(claims);
	if (rc != 0)
		return error_set(err, ERROR_INPUT, "ip",
		    "The playback token would be longer than %d bytes.",
		    JWT_BYTES_MAX - 1);
	return 0;
}
