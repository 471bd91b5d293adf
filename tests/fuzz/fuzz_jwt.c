/*
 * Playback tokens, through live/jwt.h: the text as it came; and, since nearly
 * none of those is signed, the same as the header and the payload of one that
 * is. The first byte says which.
 */
#include <string.h>

#include "base/sign.h"
#include "fuzz.h"
#include "live/jwt.h"

static const char KEY[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
static const char HEADER[] = "{\"alg\":\"HS256\"}";

/* Nothing is claimed that isn't in bounds. */
static void
check_claims(const struct jwt *jwt)
{
	CHECK(jwt->expires_unix_ms > 0 && jwt->max >= 0 && jwt->max <= 1000000);
	CHECK(jwt->not_before_unix_ms >= 0 && jwt->issued_unix_ms >= 0);
	CHECK(memchr(jwt->subject, '\0', sizeof(jwt->subject)) != NULL);
	CHECK(memchr(jwt->ip, '\0', sizeof(jwt->ip)) != NULL);
	CHECK(memchr(jwt->key, '\0', sizeof(jwt->key)) != NULL);
}

static void
check_read(const char *text, int is_signed)
{
	char again[JWT_BYTES_MAX];
	struct jwt jwt, second;
	struct error err;

	if (jwt_read(KEY, text, &jwt, &err) != 0) {
		CHECK(err.code == ERROR_PLAYBACK ||
		      (err.code == ERROR_KEY_WRONG && !is_signed));
		return;
	}
	check_claims(&jwt);
	if (jwt_write(KEY, &jwt, again, &err) != 0)
		return; /* too long with what JSON escapes */
	CHECK(jwt_read(KEY, again, &second, &err) == 0);
	CHECK(memcmp(&jwt, &second, sizeof(jwt)) == 0);
}

/* Header or payload of a token that is rightly signed. */
static void
fuzz_signed(const uint8_t *part, size_t size, int is_header)
{
	static const char PAYLOAD[] = "{\"sub\":\"s\",\"exp\":1}";
	unsigned char signature[SIGN_BYTES];
	char text[JWT_BYTES_MAX];
	size_t used;

	if (SIGN_TEXT_BYTES(size) > 900)
		return;
	if (is_header)
		sign_encode(part, size, text);
	else
		sign_encode(HEADER, strlen(HEADER), text);
	used = strlen(text);
	text[used++] = '.';
	if (is_header)
		sign_encode(PAYLOAD, strlen(PAYLOAD), text + used);
	else
		sign_encode(part, size, text + used);
	used = strlen(text);
	sign_make(KEY, (struct text){ text, used }, signature);
	text[used++] = '.';
	sign_encode(signature, sizeof(signature), text + used);
	check_read(text, 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size == 0)
		return 0;
	if (data[0] == 'h' || data[0] == 'p') {
		fuzz_signed(data + 1, size - 1, data[0] == 'h');
		return 0;
	}
	text = strndup((const char *)data + 1, size - 1);
	CHECK(text != NULL);
	(void)jwt_looks(text);
	check_read(text, 0);
	free(text);
	return 0;
}
