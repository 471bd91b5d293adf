/*
 * Signaling: sending, offering, and taking things down. Reading is in
 * mailbox.c. All of it is rows of the "passing" part; nothing is kept in
 * memory, so any program on any process can do any step.
 *
 * A viewer's way:
 *
 *	offer -> peer row, viewer-joined and offer to the publisher's mailbox
 *	answer, candidates -> either's mailbox, in order
 *	bye, or an unrenewed lease -> viewer-left, row and mailbox gone
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/steady.h"
#include "live/audience.h"
#include "live/signaling.h"

#define STOPPED_LEASE_MS 5000 /* time to read the goodbye */
#define NOTICE_NOTHING "{}"
#define NOTICE_STOPPED "{\"reason\":\"stopped\"}"

static int
signaling_append(
    struct change *change, const struct mail_draft *draft, struct error *err)
{
	if (change_wakes(change,
		live_mail_topic(draft->stream_id, draft->receiver), err) != 0)
		return -1;
	return store_mail_append(change->live->store, draft, err);
}

/* A message from outside: only while the receiver's mailbox has room. */
static int
signaling_deliver(
    struct change *change, const struct mail_draft *draft, struct error *err)
{
	const struct mailbox box = { .stream_id = draft->stream_id,
		.receiver = draft->receiver };
	int64_t count;

	count = store_mail_count(change->live->store, &box, err);
	if (count < 0)
		return -1;
	if (count >= change->live->config->mailbox_max)
		return error_set_retry(err, ERROR_MAILBOX_FULL, 2,
		    "The receiver has %lld unread messages; no more fit.",
		    (long long)count);
	return signaling_append(change, draft, err);
}

/* The same notice to every viewer of a stream. */
static int
signaling_tell_viewers(
    struct change *change, const struct mail_draft *notice, struct error *err)
{
	struct mail_draft draft = *notice;
	char ids[PRESENCE_LIST_MAX][ID_BYTES], after[ID_BYTES] = "";
	int count, i;

	do {
		count = store_peer_list(
		    change->live->store, draft.stream_id, after, ids, err);
		for (i = 0; i < count; i++) {
			draft.receiver = ids[i];
			if (signaling_append(change, &draft, err) != 0)
				return -1;
		}
		if (count > 0)
			memcpy(after, ids[count - 1], ID_BYTES);
	} while (count == PRESENCE_LIST_MAX);
	return count < 0 ? -1 : 0;
}

int
signaling_publisher_joined(struct change *change, const char *stream_id,
    const struct publisher *publisher, struct error *err)
{
	struct live *live = change->live;
	const struct mail_draft notice = {
		.stream_id = stream_id,
		.sender = MAIL_PUBLISHER,
		.type = MAIL_PUBLISHER_JOINED,
		.data = NOTICE_NOTHING,
		.at_unix_ms = clock_unix_ms(),
	};

	/* Sessions that another page answered have lost their media. */
	if (store_publisher_put(live->store, stream_id, publisher, err) != 0 ||
	    store_peer_lease_others(live->store, stream_id, publisher->session,
		steady_now_ms() + STOPPED_LEASE_MS, err) < 0 ||
	    store_broadcast_deadline(
		live->store, stream_id, BROADCAST_NO_DEADLINE, err) != 0 ||
	    change_wakes(
		change, live_mail_topic(stream_id, MAIL_PUBLISHER), err) != 0 ||
	    change_wakes(change, live_stream_topic(stream_id), err) != 0)
		return -1;
	return signaling_tell_viewers(change, &notice, err);
}

int
signaling_publisher_left(
    struct change *change, const char *stream_id, struct error *err)
{
	struct live *live = change->live;
	const struct mail_draft notice = {
		.stream_id = stream_id,
		.sender = MAIL_PUBLISHER,
		.type = MAIL_PUBLISHER_LEFT,
		.data = NOTICE_NOTHING,
		.at_unix_ms = clock_unix_ms(),
	};
	int was;

	was = store_publisher_delete(live->store, stream_id, err);
	if (was <= 0)
		return was;
	if (store_broadcast_deadline(live->store, stream_id,
		steady_now_ms() + live->config->reconnect_window_s * 1000,
		err) != 0 ||
	    change_wakes(change, live_stream_topic(stream_id), err) != 0)
		return -1;
	return signaling_tell_viewers(change, &notice, err);
}

int
signaling_stopped(
    struct change *change, const char *stream_id, struct error *err)
{
	struct live *live = change->live;
	const struct mail_draft notice = {
		.stream_id = stream_id,
		.receiver = MAIL_PUBLISHER,
		.sender = MAIL_SERVER,
		.type = MAIL_BYE,
		.data = NOTICE_STOPPED,
		.at_unix_ms = clock_unix_ms(),
	};
	int was;

	was = store_publisher_delete(live->store, stream_id, err);
	if (was < 0 ||
	    store_broadcast_delete(live->store, stream_id, err) != 0 ||
	    store_peer_lease_cut(live->store, stream_id,
		steady_now_ms() + STOPPED_LEASE_MS, err) < 0 ||
	    (was > 0 && signaling_append(change, &notice, err) != 0) ||
	    change_wakes(
		change, live_mail_topic(stream_id, MAIL_PUBLISHER), err) != 0)
		return -1;
	return signaling_tell_viewers(change, &notice, err);
}

int
signaling_peer_left(
    struct change *change, const struct peer *peer, struct error *err)
{
	const struct mailbox box = { .stream_id = peer->stream_id,
		.receiver = peer->peer_id };
	const struct mail_draft notice = {
		.stream_id = peer->stream_id,
		.receiver = MAIL_PUBLISHER,
		.sender = peer->peer_id,
		.type = MAIL_VIEWER_LEFT,
		.data = NOTICE_NOTHING,
		.at_unix_ms = clock_unix_ms(),
	};
	struct store *store = change->live->store;
	int was;

	was = store_peer_delete(store, peer, err);
	if (was <= 0)
		return was;
	if (store_mail_delete_box(store, &box, err) < 0 ||
	    change_wakes(change,
		live_mail_topic(peer->stream_id, peer->peer_id), err) != 0)
		return -1;
	/* A session's event stream ends with it. */
	if (peer->session != 0 &&
	    change_wakes(change, live_stream_topic(peer->stream_id), err) != 0)
		return -1;
	/* A peer that nobody counts by heartbeats counted by itself. */
	if (strcmp(peer->viewer_id, peer->peer_id) == 0 &&
	    store_viewer_delete(store, peer->stream_id, peer->viewer_id, err) <
		0)
		return -1;
	return signaling_append(change, &notice, err);
}

/* One that isn't to watch any more. It is told by its connections' end. */
static int
expel_one(struct change *change, const char *stream_id, const char *peer_id,
    enum expelled whom, struct error *err)
{
	struct peer peer;
	int found;

	found =
	    store_peer_get(change->live->store, stream_id, peer_id, &peer, err);
	if (found != 1)
		return found;
	if ((whom == EXPEL_UNBIDDEN) != (peer.playback == 0))
		return 0;
	return signaling_peer_left(change, &peer, err) < 0 ? -1 : 0;
}

int
signaling_expel(struct change *change, const char *stream_id,
    enum expelled whom, struct error *err)
{
	char ids[PRESENCE_LIST_MAX][ID_BYTES], after[ID_BYTES] = "";
	struct store *store = change->live->store;
	int count, i;

	do {
		count = store_peer_list(store, stream_id, after, ids, err);
		for (i = 0; i < count; i++)
			if (expel_one(change, stream_id, ids[i], whom, err) !=
			    0)
				return -1;
		if (count > 0)
			memcpy(after, ids[count - 1], ID_BYTES);
	} while (count == PRESENCE_LIST_MAX);
	if (count >= 0 && whom == EXPEL_UNBIDDEN)
		count = store_viewer_delete_unbidden(store, stream_id, err);
	if (count < 0)
		return -1;
	return change_wakes_stream(change, stream_id, err);
}

int
signaling_renew_peer(struct change *change, const struct stream *stream,
    const struct peer *peer, int64_t slack_ms, struct error *err)
{
	struct live *live = change->live;
	const struct playback playback = { .id = peer->playback,
		.until_unix_ms = steady_to_unix(peer->until_steady_ms) };
	const int64_t lease = audience_lease_steady_ms(live);
	int was;

	if (lease - peer->lease_steady_ms < slack_ms)
		return 0;
	/* Over: what is left of the lease is for reading the goodbye. */
	if (stream->status != STREAM_LIVE)
		return 0;
	was = store_peer_lease(live->store, peer, lease, err);
	if (was < 0)
		return -1;
	if (was == 0)
		return error_set(err, ERROR_TOKEN_WRONG, NULL,
		    "This viewer has left the stream; offer anew.");
	return audience_arrive(live, stream, peer->viewer_id, &playback, err);
}

int
signaling_renew(struct change *change, const struct call *call,
    int64_t slack_ms, struct error *err)
{
	return signaling_renew_peer(
	    change, &call->stream, &call->caller.peer, slack_ms, err);
}

/*
 * Candidates come by the dozen, and a renewal writes four pages: one that
 * would move the lease by less than an eighth is left out.
 */
static int64_t
renewal_slack_ms(const struct live *live)
{
	return live->config->viewer_timeout_s * 1000 / 8;
}

int
signaling_publisher(struct live *live, const char *stream_id, int64_t *session,
    struct error *err)
{
	struct publisher publisher;
	int found;

	found = store_publisher_find(live->store, stream_id, &publisher, err);
	if (found != 1)
		return found;
	*session = publisher.session;
	return publisher.lease_steady_ms > steady_now_ms();
}

/* The publisher's page that is present, or ERROR_NO_PUBLISHER. */
static int
offer_find_publisher(struct live *live, const char *stream_id, int64_t *session,
    struct error *err)
{
	const int present = signaling_publisher(live, stream_id, session, err);

	if (present == 0)
		return error_set_retry(err, ERROR_NO_PUBLISHER, 2,
		    "The broadcaster's page isn't connected at the moment. "
		    "Offer again.");
	return present < 0 ? -1 : 0;
}

/* Makes the peer, its viewer, and the publisher's notice of it. */
static int
offer_join(struct change *change, const struct call *call,
    const struct grant *grant, int64_t now, struct error *err)
{
	struct live *live = change->live;
	const int64_t lease = audience_lease_steady_ms(live);
	const struct mail_draft notice = {
		.stream_id = grant->peer.stream_id,
		.receiver = MAIL_PUBLISHER,
		.sender = grant->peer.peer_id,
		.type = MAIL_VIEWER_JOINED,
		.data = NOTICE_NOTHING,
		.at_unix_ms = now,
	};
	unsigned char hash[HASH_BYTES];
	int64_t count;
	int stands;

	stands = access_stands(live, call, err);
	if (stands < 0)
		return -1;
	if (stands == 0)
		return error_set(err, ERROR_PLAYBACK, NULL,
		    "The right to watch was taken back just now.");
	count = store_peer_count(
	    live->store, grant->peer.stream_id, grant->session, err);
	if (count < 0)
		return -1;
	if (count >= live->config->max_peers)
		return error_set_retry(err, ERROR_PEERS_MAX, 10,
		    "The broadcaster's page serves %lld viewers already. "
		    "Try again when one has left.",
		    (long long)count);
	secret_hash(&live->secret, grant->token, hash);
	if (store_peer_insert(live->store, &grant->peer, hash, lease, err) !=
		0 ||
	    audience_arrive(live, &call->stream, grant->peer.viewer_id,
		&call->playback, err) != 0)
		return -1;
	return signaling_append(change, &notice, err);
}

/* Another page of the broadcaster took over since. */
static int
offer_orphaned(struct error *err)
{
	return error_set_retry(err, ERROR_NO_PUBLISHER, 1,
	    "Another page of the broadcaster took over. Offer again.");
}

/* Another offer of a peer that is there. */
static int
offer_again(struct change *change, const struct call *call,
    const struct grant *grant, struct error *err)
{
	if (grant->peer.session != 0 && grant->peer.session != grant->session)
		return offer_orphaned(err);
	return signaling_renew(
	    change, call, renewal_slack_ms(change->live), err);
}

static int
offer_send(struct change *change, const struct call *call,
    const struct signal *signal, struct grant *grant, struct error *err)
{
	struct live *live = change->live;
	const int64_t now = clock_unix_ms();
	const struct mail_draft draft = {
		.stream_id = grant->peer.stream_id,
		.receiver = MAIL_PUBLISHER,
		.sender = grant->peer.peer_id,
		.type = MAIL_OFFER,
		.data = signal->data,
		.at_unix_ms = now,
	};

	if (offer_find_publisher(
		live, grant->peer.stream_id, &grant->session, err) != 0)
		return -1;
	grant->sent_id = store_mail_last_id(live->store, err);
	if (grant->sent_id < 0)
		return -1;
	if (call->caller.role != ROLE_VIEWER) {
		if (signal->ice != 0)
			grant->peer.session = grant->session;
		if (offer_join(change, call, grant, now, err) != 0)
			return -1;
	} else if (offer_again(change, call, grant, err) != 0) {
		return -1;
	}
	return signaling_deliver(change, &draft, err);
}

int
signaling_offer(struct live *live, const struct call *call,
    const struct signal *signal, struct grant *grant, struct error *err)
{
	struct change change;

	memset(grant, 0, sizeof(*grant));
	if (signal->to != NULL)
		return error_set(err, ERROR_INPUT, "to",
		    "A viewer's messages go to the publisher; leave it out.");
	if (call->stream.status != STREAM_LIVE)
		return error_set_retry(
		    err, ERROR_NOT_LIVE, 5, "The stream isn't live.");
	if (call->caller.role == ROLE_VIEWER) {
		grant->peer = call->caller.peer;
	} else {
		memcpy(grant->peer.stream_id, call->stream.id, ID_BYTES);
		grant->peer.ice = signal->ice;
		grant->peer.playback = call->playback.id;
		if (call->playback.id != 0)
			grant->peer.until_steady_ms =
			    steady_of_unix(call->playback.until_unix_ms);
		id_make(grant->peer.peer_id, ID_CHARS);
		id_make(grant->token, KEY_CHARS);
		(void)snprintf(grant->peer.viewer_id, ID_BYTES, "%s",
		    signal->viewer_id != NULL ? signal->viewer_id
					      : grant->peer.peer_id);
	}
	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	return change_end(
	    &change, offer_send(&change, call, signal, grant, err), err);
}

static int
send_to_peer(struct change *change, const struct stream *stream,
    const struct signal *signal, struct error *err)
{
	const struct mail_draft draft = {
		.stream_id = stream->id,
		.receiver = signal->to,
		.sender = MAIL_PUBLISHER,
		.type = signal->type,
		.data = signal->data,
		.at_unix_ms = clock_unix_ms(),
	};
	struct peer peer;
	int found;

	found = store_peer_get(
	    change->live->store, stream->id, signal->to, &peer, err);
	if (found < 0)
		return -1;
	if (found == 0)
		return error_set(err, ERROR_PEER_UNKNOWN, "to",
		    "No viewer of this stream has that peerId.");
	/* A WHEP player can't be told of candidates behind the answer. */
	if (peer.session != 0 && signal->type == MAIL_ICE_CANDIDATE)
		return 0;
	/* Nor does it read a goodbye: its session is over by it. */
	if (peer.session != 0 && signal->type == MAIL_BYE)
		return signaling_peer_left(change, &peer, err) < 0 ? -1 : 0;
	/* What is left is for reading the goodbye; no heartbeat renews it. */
	if (signal->type == MAIL_BYE &&
	    store_peer_end(change->live->store, &peer,
		steady_now_ms() + STOPPED_LEASE_MS, err) < 0)
		return -1;
	return signaling_deliver(change, &draft, err);
}

static int
send_to_publisher(struct change *change, const struct call *call,
    const struct signal *signal, struct error *err)
{
	const struct peer *peer = &call->caller.peer;
	const struct mail_draft draft = {
		.stream_id = peer->stream_id,
		.receiver = MAIL_PUBLISHER,
		.sender = peer->peer_id,
		.type = signal->type,
		.data = signal->data,
		.at_unix_ms = clock_unix_ms(),
	};

	if (signal->type == MAIL_BYE) {
		/* Leaving must not fail for a full mailbox. */
		if (signaling_append(change, &draft, err) != 0)
			return -1;
		return signaling_peer_left(change, peer, err);
	}
	if (signaling_renew(
		change, call, renewal_slack_ms(change->live), err) != 0)
		return -1;
	return signaling_deliver(change, &draft, err);
}

static int
signaling_dispatch(struct change *change, const struct call *call,
    const struct signal *signal, struct error *err)
{
	if (call->caller.role == ROLE_VIEWER)
		return send_to_publisher(change, call, signal, err);
	if (signal->to != NULL)
		return send_to_peer(change, &call->stream, signal, err);
	return signaling_publisher_left(change, call->stream.id, err);
}

int
signaling_send(struct live *live, const struct call *call,
    const struct signal *signal, struct error *err)
{
	struct change change;

	switch (call->caller.role) {
	case ROLE_ANYONE:
		return error_set(err, ERROR_CREDENTIALS_MISSING, NULL,
		    "Show the stream key, or the peerToken of your offer.");
	case ROLE_VIEWER:
		if (signal->to != NULL)
			return error_set(err, ERROR_INPUT, "to",
			    "A viewer's messages go to the publisher; "
			    "leave it out.");
		break;
	case ROLE_PUBLISHER:
		if (signal->to == NULL && signal->type != MAIL_BYE)
			return error_set(err, ERROR_INPUT, "to",
			    "The publisher names the viewer's peerId.");
		break;
	}
	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	return change_end(
	    &change, signaling_dispatch(&change, call, signal, err), err);
}

/* No answer yet: may one still come? 0, or -1 with *err. */
static int
offer_stands(struct live *live, const struct grant *grant, struct error *err)
{
	int64_t session = 0;
	struct peer peer;
	int found;

	found = store_peer_get(live->store, grant->peer.stream_id,
	    grant->peer.peer_id, &peer, err);
	if (found < 0)
		return -1;
	if (found == 0 && grant->peer.session != 0)
		return error_set_retry(err, ERROR_REFUSED, 5,
		    "The broadcaster's page can't serve this player.");
	if (found == 0)
		return error_set(err, ERROR_TOKEN_WRONG, NULL,
		    "This viewer has left the stream.");
	if (offer_find_publisher(live, grant->peer.stream_id, &session, err) !=
	    0)
		return -1;
	return session == grant->session ? 0 : offer_orphaned(err);
}

int
signaling_take_answer(struct live *live, const struct grant *grant,
    struct mail *mail, struct error *err)
{
	const struct mailbox box = { grant->peer.stream_id, grant->peer.peer_id,
		grant->peer.session != 0 };
	struct change change;
	int found;

	found = store_mail_answer(live->store, &box, grant->sent_id, mail, err);
	if (found == 0)
		return offer_stands(live, grant, err);
	if (found < 0 || change_begin(&change, live, STORE_PASSING, err) != 0)
		goto fail;
	found = store_mail_delete(live->store, mail->id, err);
	if (change_end(&change, found < 0 ? -1 : 0, err) != 0)
		goto fail;
	return 1;
fail:
	mail_free(mail);
	return -1;
}

void
signaling_abandon(struct live *live, const struct grant *grant)
{
	struct change change;
	struct error err;

	if (change_begin(&change, live, STORE_PASSING, &err) != 0 ||
	    change_end(&change,
		signaling_peer_left(&change, &grant->peer, &err), &err) != 0)
		log_write(LOG_LEVEL_WARN, NULL, "peer not taken back: %s",
		    err.detail);
}
