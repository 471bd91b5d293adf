/*
 * What encoders push, and the rules of docs/media.md: whose files and lists
 * are taken, and when a broadcast begins and ends by them.
 */
#ifndef LIVEBIN_LIVE_INGEST_H
#define LIVEBIN_LIVE_INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "live/live.h"
#include "live/probe.h"
#include "store/stream.h"

/*
 * Before the body is read: the name, the rate and whether there is room.
 * ERROR_INPUT, ERROR_MEDIA_KIND, ERROR_RATE, ERROR_TOO_LARGE, ERROR_NO_ROOM.
 * 0 and *kind as the name says, or -1.
 */
int ingest_admit(struct live *live, const struct stream *stream,
    const char *name, enum media_kind *kind, struct error *err)
    __attribute__((warn_unused_result));

/* A file that came whole and was looked at (probe_content). */
struct arrival {
	const char *name;
	enum media_kind kind; /* any but MEDIA_PLAYLIST */
	char file[ID_BYTES];  /* in incoming/; this call sees to it */
	const char *sender;   /* the client's address */
	int64_t bytes;
	uint64_t digest;
};

/*
 * Where a file's bytes come from: up to `size` (at least one) of them into
 * `to`; the count, 0 at the end of a whole file, -1 with *err.
 */
struct arrival_source {
	ssize_t (*read)(
	    void *context, void *to, size_t size, struct error *err);
	void *context;
};

/*
 * Reads a file into incoming/ and looks at it: all of *arrival but its name
 * and sender is filled in. Nothing is left of one that breaks off. 0 or -1.
 */
int ingest_receive(struct live *live, const struct arrival_source *source,
    struct arrival *arrival, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Takes a file in; publishes it where a list waits for it. 1: it is new, 0: it
 * replaces one, or was there; -1 with *err. ERROR_ENCODER is for another
 * encoder's: it is kept aside all the same, for the one that is sending may be
 * dead.
 */
int ingest_file(struct live *live, const struct stream *stream,
    const struct arrival *arrival, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Takes a playlist in: `size` bytes of text. May start the broadcast, and end
 * it. ERROR_INPUT, ERROR_INIT, ERROR_ENCODER, ERROR_OVER. 1: the first of
 * that name, 0: a later one, -1 with *err.
 */
struct pushed_text {
	const char *sender; /* the client's address */
	const char *name;
	const char *text;
	size_t size;
};
int ingest_playlist(struct live *live, const struct stream *stream,
    const struct pushed_text *pushed, struct error *err)
    __attribute__((warn_unused_result));

/* DELETE: forgets what isn't published. ERROR_PATH_UNKNOWN. 0 or -1. */
int ingest_delete(struct live *live, const struct stream *stream,
    const char *name, struct error *err) __attribute__((warn_unused_result));

/*
 * For the sweep: removes files that no list ever named, and what is known of
 * encoders that are long gone. 0 or -1.
 */
int ingest_sweep(struct live *live, int64_t now_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

/* Removes files of incoming/ that no row knows and that are older. 0 or -1. */
int ingest_sweep_orphans(struct live *live, int64_t age_s, struct error *err)
    __attribute__((warn_unused_result));

/* The stream is gone: whatever it sent and isn't published. 0 or -1. */
int ingest_forget(struct live *live, const char *stream_id, struct error *err)
    __attribute__((warn_unused_result));

#endif
