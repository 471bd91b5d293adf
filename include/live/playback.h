/*
 * Playback tokens: the right to watch one PRIVATE stream for a while. A token
 * is a JSON Web Token (live/jwt.h), made by POST /api/live/:id/token or by the
 * operator's own code with the site's signing key; nothing of it is stored.
 *
 * It is good for its stream alone until `exp`. `nbf` and `iat` may lie ahead of
 * our clock by a minute, `exp` by no more than the setting playback_max. One
 * that was made with the stream key names that in `key` and falls with it.
 */
#ifndef LIVEBIN_LIVE_PLAYBACK_H
#define LIVEBIN_LIVE_PLAYBACK_H

#include "base/sign.h"
#include "live/jwt.h"
#include "live/live.h"
#include "store/stream.h"

#define PLAYBACK_UNSIGNED (-1)

/* What a caller may watch a PRIVATE stream by. */
struct playback {
	int64_t id;	       /* of the token, or of the key; 0: no right */
	int64_t until_unix_ms; /* it ends then; INT64_MAX: never */
	int64_t max;	       /* viewers at once; 0: no limit */
	int64_t signing; /* the signing key's number, or PLAYBACK_UNSIGNED */
};

/* What a caller showed, and from where. Borrowed. */
struct shown {
	const char *secret; /* a key or a token; NULL: nothing */
	const char *client; /* its address */
};

/*
 * Checks the token in `shown` for the stream. ERROR_KEY_WRONG if it isn't one
 * of this site's for this stream, ERROR_PLAYBACK if it is and isn't good now.
 * 0 and *playback, or -1 with *err.
 */
int playback_check(struct live *live, const struct stream *stream,
    const struct shown *shown, struct playback *playback, struct error *err)
    __attribute__((warn_unused_result));

/* The right of whoever has the stream's key. */
void playback_by_key(const struct stream *stream, struct playback *playback);

/* What a token is to allow. */
struct playback_wish {
	int64_t life_s; /* 1 to the setting playback_max; 0: the usual */
	int64_t max;	/* 0: no limit */
	const char *ip; /* addresses and prefixes, by spaces; NULL: any */
};

/* What was made, and when it ends. The caller wipes it. */
struct playback_token {
	char text[JWT_BYTES_MAX];
	int64_t expires_unix_ms;
};

/*
 * Makes a token that falls with the stream's key. ERROR_INPUT (expiresIn, ip).
 * 0 and *token, or -1 with *err.
 */
int playback_make(struct live *live, const struct stream *stream,
    const struct playback_wish *wish, struct playback_token *token,
    struct error *err) __attribute__((warn_unused_result));

/*
 * The key that signs tokens, as whoever makes them gets it; the caller wipes
 * it. 0, or -1 with *err.
 */
int playback_key(struct live *live, char key[SIGN_KEY_BYTES], struct error *err)
    __attribute__((warn_unused_result));

#endif
