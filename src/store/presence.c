/*
 * Presence rows: publisher, broadcast, peer.
 */
#include <stdio.h>

#include "store/presence.h"
#include "store/statement.h"

static void
column_id(
    struct store *store, enum statement which, int column, char id[ID_BYTES])
{
	statement_copy(store, which, column, id, ID_BYTES);
}

int
store_publisher_find(struct store *store, const char *stream_id,
    struct publisher *publisher, struct error *err)
{
	int rc;

	rc =
	    statement_step(store, STATEMENT_PUBLISHER_GET, err, "t", stream_id);
	if (rc == 1) {
		publisher->session =
		    statement_int(store, STATEMENT_PUBLISHER_GET, 0);
		publisher->lease_steady_ms =
		    statement_int(store, STATEMENT_PUBLISHER_GET, 1);
	}
	statement_reset(store, STATEMENT_PUBLISHER_GET);
	return rc;
}

int
store_publisher_put(struct store *store, const char *stream_id,
    const struct publisher *publisher, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_PUBLISHER_PUT, err, "tii",
	    stream_id, publisher->session, publisher->lease_steady_ms);
	return rc < 0 ? -1 : 0;
}

int
store_publisher_lease(struct store *store, const char *stream_id,
    const struct publisher *publisher, struct error *err)
{
	return statement_run(store, STATEMENT_PUBLISHER_LEASE, err, "tii",
	    stream_id, publisher->session, publisher->lease_steady_ms);
}

int
store_publisher_delete(
    struct store *store, const char *stream_id, struct error *err)
{
	return statement_run(
	    store, STATEMENT_PUBLISHER_DELETE, err, "t", stream_id);
}

/* Steps through a statement whose first column is an id. */
static int
presence_ids(struct store *store, enum statement which, int rc,
    char (*ids)[ID_BYTES], struct error *err)
{
	int count = 0;

	while (rc == 1 && count < PRESENCE_LIST_MAX) {
		column_id(store, which, 0, ids[count++]);
		rc = statement_step(store, which, err, NULL);
	}
	statement_reset(store, which);
	return rc < 0 ? -1 : count;
}

int
store_publisher_expired(struct store *store, int64_t steady_ms,
    char (*stream_ids)[ID_BYTES], struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_PUBLISHER_EXPIRED, err, "ii",
	    steady_ms, (int64_t)PRESENCE_LIST_MAX);
	return presence_ids(
	    store, STATEMENT_PUBLISHER_EXPIRED, rc, stream_ids, err);
}

int
store_broadcast_expired(struct store *store, int64_t steady_ms,
    char (*stream_ids)[ID_BYTES], struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_BROADCAST_EXPIRED, err, "ii",
	    steady_ms, (int64_t)PRESENCE_LIST_MAX);
	return presence_ids(
	    store, STATEMENT_BROADCAST_EXPIRED, rc, stream_ids, err);
}

static int
broadcast_write(struct store *store, enum statement which,
    const char *stream_id, int64_t deadline_steady_ms, struct error *err)
{
	int rc;

	if (deadline_steady_ms == BROADCAST_NO_DEADLINE)
		rc = statement_run(store, which, err, "tn", stream_id);
	else
		rc = statement_run(
		    store, which, err, "ti", stream_id, deadline_steady_ms);
	return rc < 0 ? -1 : 0;
}

int
store_broadcast_put(struct store *store, const char *stream_id,
    int64_t deadline_steady_ms, struct error *err)
{
	return broadcast_write(
	    store, STATEMENT_BROADCAST_PUT, stream_id, deadline_steady_ms, err);
}

int
store_broadcast_keep(struct store *store, const char *stream_id,
    int64_t deadline_steady_ms, struct error *err)
{
	return broadcast_write(store, STATEMENT_BROADCAST_KEEP, stream_id,
	    deadline_steady_ms, err);
}

int
store_broadcast_deadline(struct store *store, const char *stream_id,
    int64_t deadline_steady_ms, struct error *err)
{
	return broadcast_write(store, STATEMENT_BROADCAST_DEADLINE, stream_id,
	    deadline_steady_ms, err);
}

int
store_broadcast_heard(struct store *store, const char *stream_id,
    int64_t deadline_steady_ms, int64_t now_steady_ms, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_BROADCAST_HEARD, err, "tii",
	    stream_id, deadline_steady_ms, now_steady_ms);
	return rc < 0 ? -1 : 0;
}

int
store_broadcast_delete(
    struct store *store, const char *stream_id, struct error *err)
{
	int rc;

	rc = statement_run(
	    store, STATEMENT_BROADCAST_DELETE, err, "t", stream_id);
	return rc < 0 ? -1 : 0;
}

int
store_peer_insert(struct store *store, const struct peer *peer,
    const unsigned char token_hash[HASH_BYTES], int64_t lease_steady_ms,
    struct error *err)
{
	const int64_t until =
	    peer->until_steady_ms != 0 ? peer->until_steady_ms : INT64_MAX;
	int rc;

	rc = statement_run(store, STATEMENT_PEER_INSERT, err, "tthtiiiii",
	    peer->stream_id, peer->peer_id, token_hash, peer->viewer_id,
	    lease_steady_ms < until ? lease_steady_ms : until, peer->session,
	    peer->ice, peer->playback, until);
	return rc < 0 ? -1 : 0;
}

static void
peer_read(struct store *store, enum statement which, struct peer *peer)
{
	column_id(store, which, 0, peer->stream_id);
	column_id(store, which, 1, peer->peer_id);
	column_id(store, which, 2, peer->viewer_id);
	peer->lease_steady_ms = statement_int(store, which, 3);
	peer->session = statement_int(store, which, 4);
	peer->ice = statement_int(store, which, 5);
	peer->events = (unsigned int)statement_int(store, which, 6);
	peer->offer_until_steady_ms = statement_int(store, which, 7);
	peer->playback = statement_int(store, which, 8);
	peer->until_steady_ms = statement_int(store, which, 9);
}

int
store_peer_find(struct store *store, const unsigned char token_hash[HASH_BYTES],
    struct peer *peer, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_PEER_FIND, err, "h", token_hash);
	if (rc == 1)
		peer_read(store, STATEMENT_PEER_FIND, peer);
	statement_reset(store, STATEMENT_PEER_FIND);
	return rc;
}

int
store_peer_get(struct store *store, const char *stream_id, const char *peer_id,
    struct peer *peer, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_PEER_GET, err, "tt", stream_id, peer_id);
	if (rc == 1)
		peer_read(store, STATEMENT_PEER_GET, peer);
	statement_reset(store, STATEMENT_PEER_GET);
	return rc;
}

int
store_peer_set_ice(struct store *store, const struct peer *peer, int64_t ice,
    struct error *err)
{
	return statement_run(store, STATEMENT_PEER_ICE, err, "tti",
	    peer->stream_id, peer->peer_id, ice);
}

int
store_peer_set_events(struct store *store, const struct peer *peer,
    int64_t events, struct error *err)
{
	return statement_run(store, STATEMENT_PEER_EVENTS, err, "tti",
	    peer->stream_id, peer->peer_id, events);
}

int
store_peer_set_offer(struct store *store, const struct peer *peer,
    int64_t until_steady_ms, struct error *err)
{
	return statement_run(store, STATEMENT_PEER_OFFER, err, "tti",
	    peer->stream_id, peer->peer_id, until_steady_ms);
}

int
store_peer_lease(struct store *store, const struct peer *peer,
    int64_t lease_steady_ms, struct error *err)
{
	return statement_run(store, STATEMENT_PEER_LEASE, err, "tti",
	    peer->stream_id, peer->peer_id, lease_steady_ms);
}

int
store_peer_end(struct store *store, const struct peer *peer,
    int64_t until_steady_ms, struct error *err)
{
	return statement_run(store, STATEMENT_PEER_END, err, "tti",
	    peer->stream_id, peer->peer_id, until_steady_ms);
}

int
store_peer_delete(
    struct store *store, const struct peer *peer, struct error *err)
{
	return statement_run(store, STATEMENT_PEER_DELETE, err, "tt",
	    peer->stream_id, peer->peer_id);
}

int
store_peer_delete_all(
    struct store *store, const char *stream_id, struct error *err)
{
	return statement_run(
	    store, STATEMENT_PEER_DELETE_ALL, err, "t", stream_id);
}

int64_t
store_peer_count(struct store *store, const char *stream_id, int64_t session,
    struct error *err)
{
	int64_t count = -1;
	int rc;

	rc = statement_step(
	    store, STATEMENT_PEER_COUNT, err, "ti", stream_id, session);
	if (rc == 1)
		count = statement_int(store, STATEMENT_PEER_COUNT, 0);
	statement_reset(store, STATEMENT_PEER_COUNT);
	return count;
}

int
store_peer_list(struct store *store, const char *stream_id, const char *after,
    char (*peer_ids)[ID_BYTES], struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_PEER_LIST, err, "tti", stream_id,
	    after, (int64_t)PRESENCE_LIST_MAX);
	return presence_ids(store, STATEMENT_PEER_LIST, rc, peer_ids, err);
}

int
store_peer_expired(struct store *store, int64_t steady_ms, struct peer *peers,
    struct error *err)
{
	int rc, count = 0;

	rc = statement_step(store, STATEMENT_PEER_EXPIRED, err, "ii", steady_ms,
	    (int64_t)PRESENCE_LIST_MAX);
	while (rc == 1 && count < PRESENCE_LIST_MAX) {
		peer_read(store, STATEMENT_PEER_EXPIRED, &peers[count++]);
		rc = statement_step(store, STATEMENT_PEER_EXPIRED, err, NULL);
	}
	statement_reset(store, STATEMENT_PEER_EXPIRED);
	return rc < 0 ? -1 : count;
}

int
store_peer_lease_viewer(struct store *store, const char *stream_id,
    const char *viewer_id, int64_t lease_steady_ms, struct error *err)
{
	return statement_run(store, STATEMENT_PEER_LEASE_VIEWER, err, "tti",
	    stream_id, viewer_id, lease_steady_ms);
}

int
store_peer_lease_cut(struct store *store, const char *stream_id,
    int64_t lease_steady_ms, struct error *err)
{
	return statement_run(store, STATEMENT_PEER_LEASE_CUT, err, "ti",
	    stream_id, lease_steady_ms);
}

int
store_peer_lease_others(struct store *store, const char *stream_id,
    int64_t session, int64_t lease_steady_ms, struct error *err)
{
	return statement_run(store, STATEMENT_PEER_LEASE_OTHERS, err, "tii",
	    stream_id, session, lease_steady_ms);
}

int
store_publisher_lease_break(struct store *store, const char *stream_id,
    int64_t session, const struct lease_break *lease, struct error *err)
{
	return statement_run(store, STATEMENT_PUBLISHER_LEASE_BREAK, err,
	    "tiii", stream_id, session, lease->cut_steady_ms,
	    lease->until_steady_ms);
}

int
store_peer_lease_break(struct store *store, const struct peer *peer,
    const struct lease_break *lease, struct error *err)
{
	return statement_run(store, STATEMENT_PEER_LEASE_BREAK, err, "ttii",
	    peer->stream_id, peer->peer_id, lease->cut_steady_ms,
	    lease->until_steady_ms);
}

int
store_broadcast_due(struct store *store, const char *stream_id,
    int64_t steady_ms, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_BROADCAST_DUE, err, "ti", stream_id, steady_ms);
	statement_reset(store, STATEMENT_BROADCAST_DUE);
	return rc;
}
