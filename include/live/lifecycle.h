/*
 * A stream's life: created, started, stopped, changed, removed.
 *
 *	PENDING -start-> LIVE -stop-> READY -start-> LIVE ...
 *	LIVE -stop, keep-> PENDING -replay made-> READY (or FAILED)
 *	PENDING -stop-> READY: given up before it began
 *
 * Each function runs transactions of its own and returns when what it reports
 * is on disk.
 */
#ifndef LIVEBIN_LIVE_LIFECYCLE_H
#define LIVEBIN_LIVE_LIFECYCLE_H

#include "live/live.h"
#include "store/stream.h"

/* What a stream is created with; text is borrowed, valid UTF-8. */
struct stream_draft {
	const char *title;	 /* 1 to TITLE_CHARS_MAX characters */
	const char *description; /* NULL: none */
	enum visibility visibility;
	bool record;
};

/* What opens a stream: its key, and the token that may push its media. */
struct stream_keys {
	char key[KEY_BYTES];
	char push[KEY_BYTES];
};

/*
 * Makes a stream and its keys. They are in *keys and nowhere else: the caller
 * shows them once and wipes them. 0 and *stream (the caller frees it), or
 * -1 with *err.
 */
int lifecycle_create(struct live *live, const struct stream_draft *draft,
    struct stream *stream, struct stream_keys *keys, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Turns a stream LIVE; or ends it: READY, or, to `keep` what was pushed as a
 * replay, PENDING until the replay is made. One that is so already stays as
 * it is. *stream is brought up to date. 0, or -1 with *err.
 */
int lifecycle_start(struct live *live, struct stream *stream, struct error *err)
    __attribute__((warn_unused_result));
int lifecycle_stop(struct live *live, struct stream *stream, bool keep,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Stops a stream by its id alone, if it is live; a replay is kept if it was
 * created with `record`. 0, or -1 with *err.
 */
int lifecycle_stop_id(struct live *live, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Changes some members of a stream; *stream is brought up to date. 0, or -1
 * with *err.
 */
int lifecycle_update(struct live *live, struct stream *stream,
    const struct stream_patch *patch, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Puts new keys in the place of *stream's; whoever waits with the old one is
 * refused at once. Of two at the same time one wins, the other gets
 * ERROR_KEY_WRONG. The keys are as in lifecycle_create. 0, or -1 with *err.
 */
int lifecycle_rotate(struct live *live, struct stream *stream,
    struct stream_keys *keys, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Another key that signs playback tokens: all that there are fall, what was
 * opened by them is closed, and who watches by them leaves. 0, or -1.
 */
int lifecycle_new_signing_key(struct live *live, struct error *err)
    __attribute__((warn_unused_result));

/* Removes the stream and all that belongs to it. 0, or -1 with *err. */
int lifecycle_delete(struct live *live, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/*
 * After a power cut the "passing" part may have forgotten who was on the air:
 * puts every live stream under watch again. At a program's start.
 * 0, or -1 with *err.
 */
int lifecycle_recover(struct live *live, struct error *err)
    __attribute__((warn_unused_result));

#endif
