/*
 * Playback tokens: what is made, and what is believed.
 */
#include <inttypes.h>
#include <string.h>

#include "base/address.h"
#include "base/clock.h"
#include "live/playback.h"
#include "store/pass.h"

#define SKEW_MS (60 * 1000)
#define KEY_MARK_BYTES 9
#define USUAL_S (4 * 60 * 60)

/* What tells a stream's key from the next one, to whoever can sign. */
static void
key_mark(
    const char *signing, const struct stream *stream, char mark[JWT_TEXT_BYTES])
{
	const struct text hash = { (const char *)stream->key_hash, HASH_BYTES };
	unsigned char bytes[SIGN_BYTES];

	sign_make(signing, hash, bytes);
	sign_encode(bytes, KEY_MARK_BYTES, mark);
}

/* The key, and its number. */
static int
signing_key(struct live *live, char key[SIGN_KEY_BYTES], int64_t *number,
    struct error *err)
{
	if (store_signing_get(live->store, number, err) != 0)
		return -1;
	sign_key(&live->secret, "playback", *number, key);
	return 0;
}

int
playback_key(struct live *live, char key[SIGN_KEY_BYTES], struct error *err)
{
	int64_t number;

	return signing_key(live, key, &number, err);
}

/* Some number for a right, other than 0: equal for equal bytes. */
static int64_t
right_id(const void *bytes)
{
	int64_t id;

	memcpy(&id, bytes, sizeof(id));
	return id != 0 ? id : 1;
}

void
playback_by_key(const struct stream *stream, struct playback *playback)
{
	playback->id = right_id(stream->key_hash);
	playback->until_unix_ms = INT64_MAX;
	playback->max = 0;
	playback->signing = PLAYBACK_UNSIGNED;
}

static int
times_check(const struct live *live, const struct jwt *jwt, struct error *err)
{
	const int64_t now = clock_unix_ms();
	const int64_t longest = live->config->playback_max_s * 1000 + SKEW_MS;

	if (jwt->expires_unix_ms <= now)
		return error_set(
		    err, ERROR_PLAYBACK, NULL, "The playback token ran out.");
	if (jwt->expires_unix_ms > now + longest)
		return error_set(err, ERROR_PLAYBACK, NULL,
		    "The playback token is for longer than the %" PRId64
		    " seconds that this site allows.",
		    live->config->playback_max_s);
	if (jwt->not_before_unix_ms > now + SKEW_MS ||
	    jwt->issued_unix_ms > now + SKEW_MS)
		return error_set(err, ERROR_PLAYBACK, NULL,
		    "The playback token isn't good yet; is a clock wrong?");
	return 0;
}

static int
client_check(const struct jwt *jwt, const char *client, struct error *err)
{
	struct address address;

	if (jwt->ip[0] == '\0')
		return 0;
	if (address_list_valid(jwt->ip) &&
	    address_parse((struct text){ client, strlen(client) }, &address) &&
	    address_listed(jwt->ip, &address))
		return 0;
	return error_set(err, ERROR_PLAYBACK, NULL,
	    "The playback token is for another address.");
}

int
playback_check(struct live *live, const struct stream *stream,
    const struct shown *shown, struct playback *playback, struct error *err)
{
	char signing[SIGN_KEY_BYTES], mark[JWT_TEXT_BYTES];
	unsigned char hash[HASH_BYTES];
	struct jwt jwt;
	int rc;

	if (signing_key(live, signing, &playback->signing, err) != 0)
		return -1;
	rc = jwt_read(signing, shown->secret, &jwt, err);
	key_mark(signing, stream, mark);
	secret_wipe(signing, sizeof(signing));
	if (rc != 0)
		return -1;
	if (strcmp(jwt.subject, stream->id) != 0)
		return error_set(err, ERROR_KEY_WRONG, NULL,
		    "The playback token is for another stream.");
	if (jwt.key[0] != '\0' && strcmp(jwt.key, mark) != 0)
		return error_set(err, ERROR_PLAYBACK, NULL,
		    "The playback token was made with a key that was changed "
		    "since.");
	if (times_check(live, &jwt, err) != 0 ||
	    client_check(&jwt, shown->client, err) != 0)
		return -1;
	secret_hash(&live->secret, shown->secret, hash);
	playback->id = right_id(hash);
	playback->until_unix_ms = jwt.expires_unix_ms;
	playback->max = jwt.max;
	return 0;
}

static int
wish_check(const struct live *live, const struct playback_wish *wish,
    struct error *err)
{
	if (wish->life_s < 0 || wish->life_s > live->config->playback_max_s)
		return error_set(err, ERROR_INPUT, "expiresIn",
		    "expiresIn is 1 to %" PRId64 " seconds on this site.",
		    live->config->playback_max_s);
	if (wish->ip != NULL &&
	    (wish->ip[0] == '\0' || strlen(wish->ip) >= JWT_TEXT_BYTES ||
		!address_list_valid(wish->ip)))
		return error_set(err, ERROR_INPUT, "ip",
		    "ip takes addresses and prefixes like 192.0.2.0/24, "
		    "separated by spaces.");
	return 0;
}

int
playback_make(struct live *live, const struct stream *stream,
    const struct playback_wish *wish, struct playback_token *token,
    struct error *err)
{
	const int64_t longest = live->config->playback_max_s;
	const int64_t usual = USUAL_S < longest ? USUAL_S : longest;
	const int64_t life_s = wish->life_s != 0 ? wish->life_s : usual;
	struct jwt claims = { .max = wish->max };
	char signing[SIGN_KEY_BYTES];
	int rc;

	if (wish_check(live, wish, err) != 0 ||
	    playback_key(live, signing, err) != 0)
		return -1;
	memcpy(claims.subject, stream->id, ID_BYTES);
	claims.issued_unix_ms = clock_unix_ms();
	/* The token says whole seconds. */
	claims.issued_unix_ms -= claims.issued_unix_ms % 1000;
	claims.expires_unix_ms = claims.issued_unix_ms + life_s * 1000;
	if (wish->ip != NULL)
		memcpy(claims.ip, wish->ip, strlen(wish->ip) + 1);
	key_mark(signing, stream, claims.key);
	rc = jwt_write(signing, &claims, token->text, err);
	token->expires_unix_ms = claims.expires_unix_ms;
	secret_wipe(signing, sizeof(signing));
	return rc;
}
