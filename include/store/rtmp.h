/*
 * Who publishes through an RTMP server. The "passing" part: after a power cut
 * whoever goes on is taken for the first.
 */
#ifndef LIVEBIN_STORE_RTMP_H
#define LIVEBIN_STORE_RTMP_H

#include "base/id.h"
#include "store/store.h"

#define RTMP_NAME_BYTES 80

/* A stream's row; see schema.sql. */
struct rtmp {
	char stream_id[ID_BYTES];
	char server[RTMP_NAME_BYTES], client[RTMP_NAME_BYTES];
	unsigned char key_hash[HASH_BYTES];
	int64_t began_unix_ms, lease_steady_ms;
};

/* 1 and *rtmp, 0 if nobody does, or -1; the row written. */
int store_rtmp_find(struct store *store, const char *stream_id,
    struct rtmp *rtmp, struct error *err) __attribute__((warn_unused_result));
int store_rtmp_put(struct store *store, const struct rtmp *rtmp,
    struct error *err) __attribute__((warn_unused_result));

/* Removes the row if it is of that server and client; whoever's. 0 or -1. */
int store_rtmp_delete(struct store *store, const struct rtmp *rtmp,
    struct error *err) __attribute__((warn_unused_result));
int store_rtmp_forget(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

#endif
