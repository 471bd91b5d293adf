/*
 * Streams that come by way of an RTMP server (nginx-rtmp, MediaMTX, SRS): the
 * server holds the connections, and asks and tells by its callbacks.
 * docs/rtmp.md is the contract.
 *
 * A publisher is known by the server, the server's name for the connection, and
 * the key (a server that was started anew counts its connections anew): what a
 * refused one's end tells ends nobody else's broadcast. Its callbacks
 * are a lease: when they stop, the broadcast ends as when an encoder is silent.
 */
#ifndef LIVEBIN_LIVE_RTMP_H
#define LIVEBIN_LIVE_RTMP_H

#include <stdbool.h>

#include "live/live.h"

/* "nginx-rtmp 192.0.2.1", with its NUL. */
#define RTMP_SERVER_BYTES 64

/* Whom a callback is about. Texts are borrowed, never NULL, and from outside.
 */
struct rtmp_call {
	const char *stream_id; /* the name that is published, or played */
	const char *server;    /* its kind and address */
	const char *client;    /* its name for the connection */
	const char *key;       /* the stream key that was shown; "" for none */
	const char *viewer;    /* the address of who is at the server */
	bool keyless; /* the server shows none but when it asks to publish */
};

/*
 * May it publish? Then it does, and the stream is LIVE. ERROR_INPUT (field
 * "client"), ERROR_STREAM_UNKNOWN, ERROR_CREDENTIALS_MISSING, ERROR_KEY_WRONG;
 * ERROR_ENCODER while another publishes. 0 or -1.
 */
int rtmp_publish(struct live *live, const struct rtmp_call *call,
    struct error *err) __attribute__((warn_unused_result));

/*
 * It publishes still: its lease begins anew, and what the server wrote since is
 * taken in. As above, and ERROR_OVER for a stream that isn't LIVE (any more); a
 * key that was changed is wrong. What can't be taken in is logged. 0 or -1.
 */
int rtmp_update(struct live *live, const struct rtmp_call *call,
    struct error *err) __attribute__((warn_unused_result));

/*
 * A connection is over. If it was the one that publishes, the broadcast ends
 * with what is left of it. 0 or -1.
 */
int rtmp_done(struct live *live, const struct rtmp_call *call,
    struct error *err) __attribute__((warn_unused_result));

/*
 * May a stream be watched by whoever shows that (the one place that says it):
 * PRIVATE ones with the key or a playback token. ERROR_STREAM_UNKNOWN,
 * ERROR_PLAYBACK. 0 or -1.
 */
int rtmp_may_watch(struct live *live, const struct rtmp_call *call,
    struct error *err) __attribute__((warn_unused_result));

#endif
