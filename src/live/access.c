/*
 * Access: keys, tokens and visibility. Hashes are compared in constant time;
 * which secret was shown is never logged.
 */
#include <string.h>

#include "base/steady.h"
#include "live/access.h"
#include "live/jwt.h"
#include "live/token.h"
#include "store/pass.h"

static int
access_find(struct live *live, const char *stream_id, struct call *call,
    struct error *err)
{
	int found;

	memset(call, 0, sizeof(*call));
	call->version = topic_version(live_stream_topic(stream_id));
	if (!id_valid(stream_id, ID_CHARS))
		return error_set(err, ERROR_STREAM_UNKNOWN, NULL,
		    "There is no such stream.");
	found = store_stream_find(live->store, stream_id, &call->stream, err);
	if (found == 0)
		return error_set(err, ERROR_STREAM_UNKNOWN, NULL,
		    "There is no such stream.");
	return found < 0 ? -1 : 0;
}

/*
 * A PRIVATE stream's peers have what they were let in by. One without was there
 * before the stream was PRIVATE, and is on its way out.
 */
static bool
peer_may(const struct stream *stream, const struct peer *peer)
{
	return stream->visibility != VISIBILITY_PRIVATE ||
	       (peer->playback != 0 && peer->until_steady_ms > steady_now_ms());
}

static void
access_as_peer(struct call *call)
{
	call->caller.role = ROLE_VIEWER;
	call->playback.id = call->caller.peer.playback;
	call->playback.signing = PLAYBACK_UNSIGNED;
	call->playback.until_unix_ms =
	    steady_to_unix(call->caller.peer.until_steady_ms);
}

/* 1: the key, or a peer's token of this stream; 0: neither; -1: *err. */
static int
access_secret(
    struct live *live, const char *secret, struct call *call, struct error *err)
{
	struct peer *peer = &call->caller.peer;
	unsigned char hash[HASH_BYTES];
	int found;

	secret_hash(&live->secret, secret, hash);
	if (secret_equal(hash, call->stream.key_hash)) {
		call->caller.role = ROLE_PUBLISHER;
		playback_by_key(&call->stream, &call->playback);
		return 1;
	}
	found = store_peer_find(live->store, hash, peer, err);
	if (found < 0)
		return -1;
	if (found == 0 || strcmp(peer->stream_id, call->stream.id) != 0 ||
	    !peer_may(&call->stream, peer))
		return 0;
	access_as_peer(call);
	return 1;
}

/* The same of a playback token: 1, 0: not ours, or -1. */
static int
access_playback(struct live *live, const struct shown *shown, struct call *call,
    struct error *err)
{
	if (call->stream.visibility != VISIBILITY_PRIVATE)
		return 1; /* it takes none */
	if (playback_check(live, &call->stream, shown, &call->playback, err) ==
	    0)
		return 1;
	return err->code == ERROR_KEY_WRONG ? 0 : -1;
}

/* The same of a right that isn't a stream's visibility. */
static int
access_right_stands(
    struct live *live, const struct call *call, struct error *err)
{
	const struct peer *own = &call->caller.peer;
	struct peer peer;
	int64_t signing;

	if (call->caller.role == ROLE_VIEWER)
		return store_peer_get(
		    live->store, own->stream_id, own->peer_id, &peer, err);
	if (call->playback.signing == PLAYBACK_UNSIGNED)
		return 1;
	if (store_signing_get(live->store, &signing, err) != 0)
		return -1;
	return signing == call->playback.signing;
}

int
access_stands(struct live *live, const struct call *call, struct error *err)
{
	struct stream now;
	bool same, private;
	int found;

	found = store_stream_find(live->store, call->stream.id, &now, err);
	if (found != 1)
		return found;
	same = secret_equal(now.key_hash, call->stream.key_hash);
	private = now.visibility == VISIBILITY_PRIVATE;
	stream_free(&now);
	if (!private)
		return 1;
	if (!same || call->playback.id == 0)
		return 0;
	return access_right_stands(live, call, err);
}

int
access_stream(struct live *live, const char *stream_id,
    const struct shown *shown, struct call *call, struct error *err)
{
	const char *secret = shown->secret;
	int good = 0;

	if (access_find(live, stream_id, call, err) != 0)
		return -1;
	if (secret != NULL && jwt_looks(secret))
		good = access_playback(live, shown, call, err);
	else if (secret != NULL)
		good = access_secret(live, secret, call, err);
	if (good == 0 && call->stream.visibility == VISIBILITY_PRIVATE)
		good = error_set(err, ERROR_STREAM_UNKNOWN, NULL,
		    "There is no such stream.");
	else if (good == 0 && secret != NULL)
		good = error_set(err, ERROR_KEY_WRONG, NULL,
		    "What was shown is neither this stream's key nor the "
		    "token of one of its viewers.");
	if (good < 0)
		stream_free(&call->stream);
	return good < 0 ? -1 : 0;
}

/* 0 if it is the stream's key, or -1 with *err. */
static int
access_key(struct live *live, const char *secret, const struct call *call,
    struct error *err)
{
	unsigned char hash[HASH_BYTES];

	if (secret == NULL)
		return error_set(err, ERROR_CREDENTIALS_MISSING, NULL,
		    "Show the stream key: Authorization: Bearer <streamKey>.");
	secret_hash(&live->secret, secret, hash);
	if (!secret_equal(hash, call->stream.key_hash))
		return error_set(err, ERROR_KEY_WRONG, NULL,
		    "This is not the stream's key.");
	return 0;
}

int
access_publisher(struct live *live, const char *stream_id, const char *secret,
    struct call *call, struct error *err)
{
	int rc;

	if (access_find(live, stream_id, call, err) != 0)
		return -1;
	call->caller.role = ROLE_PUBLISHER;
	playback_by_key(&call->stream, &call->playback);
	rc = access_key(live, secret, call, err);
	if (rc != 0)
		stream_free(&call->stream);
	return rc;
}

int
access_manager(struct live *live, const char *stream_id, const char *secret,
    struct call *call, struct error *err)
{
	struct error refusal;
	int rc;

	if (access_find(live, stream_id, call, err) != 0)
		return -1;
	rc = access_key(live, secret, call, err);
	if (rc == 0) {
		call->caller.role = ROLE_PUBLISHER;
		playback_by_key(&call->stream, &call->playback);
	} else if (err->code == ERROR_KEY_WRONG) {
		rc = token_check(
		    live, secret, TOKEN_ADMIN, &call->token, &refusal);
		/* What is no token either is a wrong key. */
		if (rc != 0 && refusal.code != ERROR_API_TOKEN_WRONG)
			*err = refusal;
	}
	if (rc != 0)
		stream_free(&call->stream);
	return rc;
}

int
access_create(
    struct live *live, const char *secret, struct call *call, struct error *err)
{
	memset(call, 0, sizeof(*call));
	if (secret != NULL)
		return token_check(
		    live, secret, TOKEN_CREATE, &call->token, err);
	if (live->config->create_policy == CREATE_OPEN)
		return 0;
	return error_set(err, ERROR_API_TOKEN_MISSING, NULL,
	    "On this site it takes an API token to create a stream: ask "
	    "whoever "
	    "runs it, and show it: Authorization: Bearer <token>.");
}

int
access_admin(
    struct live *live, const char *secret, struct call *call, struct error *err)
{
	memset(call, 0, sizeof(*call));
	if (secret != NULL)
		return token_check(
		    live, secret, TOKEN_ADMIN, &call->token, err);
	return error_set(err, ERROR_API_TOKEN_MISSING, NULL,
	    "Show an API token with the scope admin: Authorization: Bearer "
	    "<token>.");
}

int
access_push(
    struct live *live, const char *token, struct call *call, struct error *err)
{
	unsigned char hash[HASH_BYTES];
	char stream_id[ID_BYTES];
	int found;

	memset(call, 0, sizeof(*call));
	secret_hash(&live->secret, token, hash);
	found = store_push_find(live->store, hash, stream_id, err);
	if (found == 0)
		return error_set(err, ERROR_KEY_WRONG, NULL,
		    "This is no stream's push token. A new key brings a new "
		    "one.");
	if (found < 0 || access_find(live, stream_id, call, err) != 0)
		return -1;
	call->caller.role = ROLE_PUBLISHER;
	return 0;
}

int
access_session(
    struct live *live, const char *token, struct call *call, struct error *err)
{
	unsigned char hash[HASH_BYTES];
	struct peer peer;
	int found;

	memset(call, 0, sizeof(*call));
	secret_hash(&live->secret, token, hash);
	found = store_peer_find(live->store, hash, &peer, err);
	if (found < 0)
		return -1;
	if (found == 1 && peer.session != 0) {
		if (access_find(live, peer.stream_id, call, err) != 0)
			return -1;
		call->caller.peer = peer;
		access_as_peer(call);
		if (peer_may(&call->stream, &peer))
			return 0;
		stream_free(&call->stream);
	}
	return error_set(err, ERROR_SESSION_UNKNOWN, NULL,
	    "There is no such session; it may have ended.");
}
