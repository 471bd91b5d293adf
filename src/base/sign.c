/*
 * HMAC-SHA256 and base64url, as libsodium has them.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "base/sign.h"

#define BASE64URL sodium_base64_VARIANT_URLSAFE_NO_PADDING

void
sign_key(const struct secret *secret, const char *purpose, int64_t number,
    char key[SIGN_KEY_BYTES])
{
	unsigned char bytes[HASH_BYTES];
	char label[64];
	int size;

	size =
	    snprintf(label, sizeof(label), "%s %" PRId64 "\n", purpose, number);
	assert(size > 0 && (size_t)size < sizeof(label));
	secret_hash(secret, label, bytes);
	sign_encode(bytes, sizeof(bytes), key);
	secret_wipe(bytes, sizeof(bytes));
}

void
sign_make(
    const char *key, struct text text, unsigned char signature[SIGN_BYTES])
{
	crypto_auth_hmacsha256_state state;

	(void)crypto_auth_hmacsha256_init(
	    &state, (const unsigned char *)key, strlen(key));
	(void)crypto_auth_hmacsha256_update(
	    &state, (const unsigned char *)text.at, text.size);
	(void)crypto_auth_hmacsha256_final(&state, signature);
	secret_wipe(&state, sizeof(state));
}

bool
sign_matches(const char *key, struct text text, const unsigned char *signature)
{
	unsigned char right[SIGN_BYTES];

	sign_make(key, text, right);
	return secret_equal(right, signature);
}

void
sign_encode(const void *bytes, size_t size, char *text)
{
	(void)sodium_bin2base64(
	    text, SIGN_TEXT_BYTES(size), bytes, size, BASE64URL);
}

int
sign_decode(struct text text, void *bytes, size_t room)
{
	size_t size;

	if (sodium_base642bin(bytes, room, text.at, text.size, NULL, &size,
		NULL, BASE64URL) != 0)
		return -1;
	return (int)size;
}
