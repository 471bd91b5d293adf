/*
 * Who is there: the publisher's page, the viewers' peers, and the watch over
 * every broadcast. Leases in calendar milliseconds, in the "passing" part;
 * a lease that is over counts for nothing even before it is swept.
 */
#ifndef LIVEBIN_STORE_PRESENCE_H
#define LIVEBIN_STORE_PRESENCE_H

#include "base/id.h"
#include "store/store.h"

struct publisher {
	int64_t session; /* grows with every page that takes over */
	int64_t lease_steady_ms;
};

/* A peer's row; peer_id is unique within its stream. */
struct peer {
	char stream_id[ID_BYTES];
	char peer_id[ID_BYTES];
	char viewer_id[ID_BYTES];
	int64_t lease_steady_ms; /* as it was read; not written from here */
	int64_t playback;	 /* what it may watch a PRIVATE stream by; 0 */
	int64_t
	    until_steady_ms; /* no lease is longer; to insert, 0: for ever */

	/* A WHEP session's; all 0 for a peer that reads its mailbox. */
	int64_t session;     /* the publisher's that it is connected to */
	int64_t ice;	     /* a number for its ICE credentials */
	unsigned int events; /* that it wants: bits */
	int64_t offer_until_steady_ms; /* a counter-offer is open until then */
};

/* How many rows one call lists; the rest is for the next. */
#define PRESENCE_LIST_MAX 64

/* 1 and *publisher, 0 if there is no row, -1 with *err. */
int store_publisher_find(struct store *store, const char *stream_id,
    struct publisher *publisher, struct error *err)
    __attribute__((warn_unused_result));

/* Writes the row, whoever was there before. 0, or -1 with *err. */
int store_publisher_put(struct store *store, const char *stream_id,
    const struct publisher *publisher, struct error *err)
    __attribute__((warn_unused_result));

/* Moves that session's lease. 1, or 0 if it isn't the session any more. */
int store_publisher_lease(struct store *store, const char *stream_id,
    const struct publisher *publisher, struct error *err)
    __attribute__((warn_unused_result));

/*
 * A reader's connection broke: cuts its lease, unless it is shorter already,
 * or was renewed beyond `until` by another connection since. 1, 0 if
 * it was left alone, -1 with *err.
 */
struct lease_break {
	int64_t cut_steady_ms, until_steady_ms;
};
int store_publisher_lease_break(struct store *store, const char *stream_id,
    int64_t session, const struct lease_break *lease, struct error *err)
    __attribute__((warn_unused_result));
int store_peer_lease_break(struct store *store, const struct peer *peer,
    const struct lease_break *lease, struct error *err)
    __attribute__((warn_unused_result));

/* 1 if there was one, 0, or -1 with *err. */
int store_publisher_delete(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Up to PRESENCE_LIST_MAX streams whose publisher's lease, or whose broadcast's
 * deadline, is over at `steady_ms`. Their number, or -1 with *err.
 */
int store_publisher_expired(struct store *store, int64_t steady_ms,
    char (*stream_ids)[ID_BYTES], struct error *err)
    __attribute__((warn_unused_result));
int store_broadcast_expired(struct store *store, int64_t steady_ms,
    char (*stream_ids)[ID_BYTES], struct error *err)
    __attribute__((warn_unused_result));

/* 1 if a broadcast's deadline is over at `steady_ms`, 0, or -1 with *err. */
int store_broadcast_due(struct store *store, const char *stream_id,
    int64_t steady_ms, struct error *err) __attribute__((warn_unused_result));

/* A deadline that means "none". */
#define BROADCAST_NO_DEADLINE INT64_C(0)

/*
 * The watch over a broadcast: put writes it, keep only where there is none,
 * deadline moves one that is there. 0, or -1 with *err.
 */
int store_broadcast_put(struct store *store, const char *stream_id,
    int64_t deadline_steady_ms, struct error *err)
    __attribute__((warn_unused_result));
int store_broadcast_keep(struct store *store, const char *stream_id,
    int64_t deadline_steady_ms, struct error *err)
    __attribute__((warn_unused_result));
int store_broadcast_deadline(struct store *store, const char *stream_id,
    int64_t deadline_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Media came: moves the deadline of a broadcast without a publisher that is
 * present at `now`. 0, or -1 with *err.
 */
int store_broadcast_heard(struct store *store, const char *stream_id,
    int64_t deadline_steady_ms, int64_t now_steady_ms, struct error *err)
    __attribute__((warn_unused_result));
int store_broadcast_delete(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/* Adds a peer with its token's hash. 0, or -1 with *err. */
int store_peer_insert(struct store *store, const struct peer *peer,
    const unsigned char token_hash[HASH_BYTES], int64_t lease_steady_ms,
    struct error *err) __attribute__((warn_unused_result));

/* The peer that holds a token. 1 and *peer, 0, or -1 with *err. */
int store_peer_find(struct store *store,
    const unsigned char token_hash[HASH_BYTES], struct peer *peer,
    struct error *err) __attribute__((warn_unused_result));

/* A stream's peer by its id. 1 and *peer, 0, or -1 with *err. */
int store_peer_get(struct store *store, const char *stream_id,
    const char *peer_id, struct peer *peer, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Writes one of a WHEP session's numbers, as struct peer has them. 1 if the
 * peer was there, 0, or -1 with *err.
 */
int store_peer_set_ice(struct store *store, const struct peer *peer,
    int64_t ice, struct error *err) __attribute__((warn_unused_result));
int store_peer_set_events(struct store *store, const struct peer *peer,
    int64_t events, struct error *err) __attribute__((warn_unused_result));
int store_peer_set_offer(struct store *store, const struct peer *peer,
    int64_t until_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

/* 1 if it was there, 0, or -1 with *err. */
int store_peer_lease(struct store *store, const struct peer *peer,
    int64_t lease_steady_ms, struct error *err)
    __attribute__((warn_unused_result));
int store_peer_delete(struct store *store, const struct peer *peer,
    struct error *err) __attribute__((warn_unused_result));

/* No lease of it is longer than that any more. 1 if it was there, 0, or -1. */
int store_peer_end(struct store *store, const struct peer *peer,
    int64_t until_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Renews the leases of a viewer's peers, but not of its WHEP sessions: a page
 * may have lost one, and go on all the same. How many, or -1 with *err.
 */
int store_peer_lease_viewer(struct store *store, const char *stream_id,
    const char *viewer_id, int64_t lease_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

/* Cuts the leases of a stream's peers to a time. How many, or -1. */
int store_peer_lease_cut(struct store *store, const char *stream_id,
    int64_t lease_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The same for those that belong to another session of the publisher than
 * this one.
 */
int store_peer_lease_others(struct store *store, const char *stream_id,
    int64_t session, int64_t lease_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

/* Removes every peer of a stream. How many there were, or -1. */
int store_peer_delete_all(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/*
 * How many peers a publisher's session has to serve, or -1 with *err: WHEP
 * sessions of an older one are dead.
 */
int64_t store_peer_count(struct store *store, const char *stream_id,
    int64_t session, struct error *err) __attribute__((warn_unused_result));

/*
 * Up to PRESENCE_LIST_MAX of a stream's peer ids, in order, behind `after` (""
 * at first). Their number, or -1 with *err.
 */
int store_peer_list(struct store *store, const char *stream_id,
    const char *after, char (*peer_ids)[ID_BYTES], struct error *err)
    __attribute__((warn_unused_result));

/* Up to PRESENCE_LIST_MAX peers whose lease is over. Their number, or -1. */
int store_peer_expired(struct store *store, int64_t steady_ms,
    struct peer *peers, struct error *err) __attribute__((warn_unused_result));

#endif
