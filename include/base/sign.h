/*
 * Signatures with a key that both sides have: HMAC-SHA256 (RFC 2104), and the
 * base64url without padding in which JSON Web Tokens are written (RFC 4648,
 * section 5). On libsodium. Any thread; id_init must have run.
 */
#ifndef LIVEBIN_BASE_SIGN_H
#define LIVEBIN_BASE_SIGN_H

#include <stddef.h>

#include "base/id.h"
#include "base/text.h"

#define SIGN_BYTES 32
#define SIGN_KEY_CHARS 43 /* of 32 bytes in base64url */
#define SIGN_KEY_BYTES (SIGN_KEY_CHARS + 1)

/* What 32 bytes, or `size`, need in base64url, with NUL. */
#define SIGN_TEXT_BYTES(size) (((size)*4 + 2) / 3 + 1)

/*
 * A key that is made of the site's secret, a purpose and a number: the same
 * for the same three, and none can be told from another. The caller wipes it.
 */
void sign_key(const struct secret *secret, const char *purpose, int64_t number,
    char key[SIGN_KEY_BYTES]);

/* The signature of a text under the bytes of `key`, a text itself. */
void sign_make(
    const char *key, struct text text, unsigned char signature[SIGN_BYTES]);

/* True if it is the text's signature; compared in constant time. */
bool sign_matches(
    const char *key, struct text text, const unsigned char *signature);

/* Writes `size` bytes and a NUL into `text` (SIGN_TEXT_BYTES of the size). */
void sign_encode(const void *bytes, size_t size, char *text);

/* The bytes of a text, at most `room`: their number, or -1 if it is none. */
int sign_decode(struct text text, void *bytes, size_t room);

#endif
