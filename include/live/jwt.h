/*
 * JSON Web Tokens (RFC 7519) of one kind: a JWS in compact form (RFC 7515),
 * signed by HMAC-SHA256 ("HS256", RFC 7518 section 3.2). The algorithm is ours
 * and not the token's to choose: one that names another isn't read. Times are
 * milliseconds here and whole seconds there.
 */
#ifndef LIVEBIN_LIVE_JWT_H
#define LIVEBIN_LIVE_JWT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define JWT_BYTES_MAX 1024
#define JWT_TEXT_BYTES 256

/* What a token claims. A text that is "" and a number that is 0 aren't there.
 */
struct jwt {
	char subject[JWT_TEXT_BYTES]; /* sub */
	int64_t expires_unix_ms;      /* exp; always there */
	int64_t not_before_unix_ms;   /* nbf */
	int64_t issued_unix_ms;	      /* iat */
	int64_t max;		      /* how many may use it at once */
	char ip[JWT_TEXT_BYTES];      /* from where: addresses and prefixes */
	char key[JWT_TEXT_BYTES];     /* which stream key it was made with */
};

/* Three parts with dots between them: other secrets here have none. */
bool jwt_looks(const char *text);

/*
 * Checks the signature under `key`, then reads. Nothing that isn't signed is
 * parsed. 0 and *jwt, or -1 with *err: ERROR_KEY_WRONG if it isn't ours,
 * ERROR_PLAYBACK if it is and can't be read. What the times mean is the
 * caller's to decide.
 */
int jwt_read(const char *key, const char *text, struct jwt *jwt,
    struct error *err) __attribute__((warn_unused_result));

/* Writes one with iat, exp, sub and what else is there. 0, or -1 with *err. */
int jwt_write(const char *key, const struct jwt *jwt, char text[JWT_BYTES_MAX],
    struct error *err) __attribute__((warn_unused_result));

#endif
