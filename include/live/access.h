/*
 * Who is asking, and may they: from a stream's id and the secret that was
 * shown to the stream and the caller's role in it.
 */
#ifndef LIVEBIN_LIVE_ACCESS_H
#define LIVEBIN_LIVE_ACCESS_H

#include "live/live.h"
#include "live/playback.h"
#include "store/presence.h"
#include "store/stream.h"
#include "store/token.h"

enum role {
	ROLE_ANYONE,	/* showed nothing */
	ROLE_PUBLISHER, /* showed the stream key */
	ROLE_VIEWER,	/* showed a peer token of this stream */
};

/* `peer` is set for ROLE_VIEWER alone. */
struct caller {
	enum role role;
	struct peer peer;
};

/* A stream that a request is about, and who is asking. */
struct call {
	struct stream stream;
	struct caller caller;
	uint32_t version; /* of the stream's topic, before it was looked up */
	struct playback playback; /* of a PRIVATE stream; id 0: no right */
	struct token token; /* an API token that was shown; scopes 0: none */
};

/*
 * Finds the stream and the caller's role. What is shown is the key, a peer's
 * token, a playback token (which only a PRIVATE stream looks at), or nothing.
 * ERROR_STREAM_UNKNOWN also where the stream is PRIVATE and nothing right was
 * shown; ERROR_PLAYBACK for a playback token that was right; ERROR_KEY_WRONG
 * for what is none of them. 0 and *call (the caller frees its stream), or -1
 * with *err.
 */
int access_stream(struct live *live, const char *stream_id,
    const struct shown *shown, struct call *call, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Inside a change, before something is made of the right to watch that *call
 * has: is it still so? What takes a right away takes first the row that is read
 * here, and then what was made. 1, 0 if it isn't, or -1 with *err.
 */
int access_stands(struct live *live, const struct call *call, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The same for what the key alone may do: ERROR_CREDENTIALS_MISSING without
 * a secret, ERROR_KEY_WRONG for any but the key. Unlike access_stream it
 * tells a PRIVATE stream from none.
 */
int access_publisher(struct live *live, const char *stream_id,
    const char *secret, struct call *call, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The same for what an API token of scope admin may do as well: ERROR_SCOPE for
 * one that is for creating alone. The caller isn't the publisher then.
 */
int access_manager(struct live *live, const char *stream_id, const char *secret,
    struct call *call, struct error *err) __attribute__((warn_unused_result));

/*
 * For what isn't about one stream; `secret` is the API token that was shown, or
 * NULL. To create streams, by the setting create_policy; to see all of them.
 * ERROR_API_TOKEN_MISSING, ERROR_API_TOKEN_WRONG, ERROR_SCOPE. 0 and *call
 * without a stream, or -1 with *err.
 */
int access_create(struct live *live, const char *secret, struct call *call,
    struct error *err) __attribute__((warn_unused_result));
int access_admin(struct live *live, const char *secret, struct call *call,
    struct error *err) __attribute__((warn_unused_result));

/*
 * The same by a push token alone, which is for pushing media: ERROR_KEY_WRONG
 * for one that isn't any stream's.
 */
int access_push(struct live *live, const char *token, struct call *call,
    struct error *err) __attribute__((warn_unused_result));

/*
 * The same by a WHEP session's token alone, for that session's own resources:
 * ROLE_VIEWER, or ERROR_SESSION_UNKNOWN.
 */
int access_session(struct live *live, const char *token, struct call *call,
    struct error *err) __attribute__((warn_unused_result));

#endif
