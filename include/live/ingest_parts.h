/*
 * What the parts of ingest share. For src/live/ingest*.c alone.
 */
#ifndef LIVEBIN_LIVE_INGEST_PARTS_H
#define LIVEBIN_LIVE_INGEST_PARTS_H

#include "live/ingest.h"
#include "live/playlist.h"
#include "store/ingest.h"

/* Removes a file of incoming/, if it is there. */
void ingest_unlink(struct live *live, const char *file);

/*
 * What a multivariant playlist says is taken down. 1: it is the broadcast's
 * first, 0: it isn't, or there is no broadcast; -1 with *err.
 */
int ingest_variants(struct live *live, const struct stream *stream,
    const struct playlist *list, struct error *err)
    __attribute__((warn_unused_result));

/*
 * A list has ended: if no other goes on, the broadcast ends, once what they
 * name has come or was waited for. 0 or -1.
 */
int ingest_end(struct live *live, const char *stream_id, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Inside a change on the "passing" part: a file of a broadcast that was stopped
 * won't be published. It goes; its name stays the encoder's. 0 or -1.
 */
int ingest_discard(struct live *live, const char *stream_id, const char *name,
    struct error *err) __attribute__((warn_unused_result));

/* For how long yet another encoder can't take over; and that in words: -1. */
int64_t ingest_held_ms(const struct encoder *encoder, int64_t now_steady_ms);
int ingest_refuse(int64_t held_ms, struct error *err)
    __attribute__((warn_unused_result));

/* A newcomer's files become the encoder's, or are thrown away. 0 or -1. */
int ingest_settle_newcomer(struct live *live, const char *stream_id,
    bool takes_over, struct error *err) __attribute__((warn_unused_result));

#endif
