/*
 * Reading a mailbox, and the presence that reading is. The interface is in
 * live/signaling.h.
 *
 * A publisher's cursor is "session.id", a viewer's is "id". Sessions are
 * clock readings that only grow, so that two pages of one broadcaster can
 * tell who came later, even after the store has forgotten both.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/steady.h"
#include "live/audience.h"
#include "live/signaling.h"

#define CURSOR_MAX INT64_C(9007199254740991) /* 2^53 - 1, as ids are */
#define LEASE_SLACK_MS 100
#define VANISHED_LEASE_MS 3000 /* time for a reload to come back */

static int
cursor_number(const char **text, int64_t *number)
{
	int digits = 0;

	*number = 0;
	while (**text >= '0' && **text <= '9' && digits++ < 16)
		*number = *number * 10 + (*(*text)++ - '0');
	return digits > 0 && *number <= CURSOR_MAX ? 0 : -1;
}

int
cursor_parse(const char *text, struct cursor *cursor, struct error *err)
{
	memset(cursor, 0, sizeof(*cursor));
	if (cursor_number(&text, &cursor->id) != 0)
		goto bad;
	if (*text == '.') {
		text++;
		cursor->session = cursor->id;
		if (cursor_number(&text, &cursor->id) != 0)
			goto bad;
	}
	if (*text != '\0')
		goto bad;
	cursor->given = true;
	return 0;
bad:
	return error_set(err, ERROR_INPUT, "after",
	    "This is not a cursor; hand back the one of the last answer.");
}

void
cursor_format(const struct cursor *cursor, char text[CURSOR_BYTES])
{
	if (cursor->session != 0)
		(void)snprintf(text, CURSOR_BYTES, "%" PRId64 ".%" PRId64,
		    cursor->session, cursor->id);
	else
		(void)snprintf(text, CURSOR_BYTES, "%" PRId64, cursor->id);
}

static int
publisher_replaced(struct error *err)
{
	return error_set(err, ERROR_REPLACED, NULL,
	    "A newer page with this stream's key reads its messages now.");
}

/*
 * The publisher's side. What the row says decides:
 *
 *	no cursor              a new page: a session of its own, takes over
 *	row is this session    renew the lease
 *	row is a newer one     this page was replaced
 *	no row, or an older    it ran out or was forgotten: take it up again
 */
static int
publisher_attend(struct change *change, const struct stream *stream,
    int64_t lease, struct cursor *cursor, struct error *err)
{
	const struct mailbox box = { .stream_id = stream->id,
		.receiver = MAIL_PUBLISHER };
	struct live *live = change->live;
	struct publisher row, mine;
	int64_t last;
	int found;

	found = store_publisher_find(live->store, stream->id, &row, err);
	if (found < 0)
		return -1;
	last = store_mail_last_id(live->store, err);
	if (last < 0)
		return -1;
	if (!cursor->given) {
		cursor->session = steady_now_ms();
		if (found == 1 && row.session >= cursor->session)
			cursor->session = row.session + 1;
		cursor->id = last;
		cursor->given = true;
	} else if (found == 1 && row.session > cursor->session) {
		return publisher_replaced(err);
	}
	/* Of a file that was lost: all that is in this one is new. */
	if (cursor->id > last)
		cursor->id = 0;
	if (store_mail_delete_read(live->store, &box, cursor->id, err) < 0)
		return -1;
	mine.session = cursor->session;
	mine.lease_steady_ms = lease;
	if (found == 1 && row.session == cursor->session)
		return store_publisher_lease(
			   live->store, stream->id, &mine, err) < 0
			   ? -1
			   : 0;
	return signaling_publisher_joined(change, stream->id, &mine, err);
}

static int
viewer_attend(struct change *change, const struct call *call,
    struct cursor *cursor, struct error *err)
{
	const struct mailbox box = { .stream_id = call->caller.peer.stream_id,
		.receiver = call->caller.peer.peer_id };

	cursor->given = true;
	cursor->session = 0;
	if (signaling_renew(change, call, 0, err) != 0 ||
	    store_mail_delete_read(change->live->store, &box, cursor->id, err) <
		0)
		return -1;
	return 0;
}

int
signaling_attend(struct live *live, const struct call *call, int64_t wait_s,
    struct cursor *cursor, struct error *err)
{
	struct change change;
	int64_t lease;
	int rc;

	if (call->caller.role == ROLE_ANYONE)
		return error_set(err, ERROR_CREDENTIALS_MISSING, NULL,
		    "Show the stream key, or the peerToken of your offer.");
	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	if (call->caller.role == ROLE_VIEWER) {
		lease = audience_lease_steady_ms(live);
		rc = viewer_attend(&change, call, cursor, err);
	} else {
		lease = steady_now_ms() +
			(wait_s + live->config->peer_grace_s) * 1000;
		rc = publisher_attend(
		    &change, &call->stream, lease, cursor, err);
	}
	/* A viewer's was written a moment later: a little is added. */
	cursor->lease_steady_ms = lease + LEASE_SLACK_MS;
	return change_end(&change, rc, err);
}

int
signaling_read(struct live *live, const struct call *call,
    struct cursor *cursor, struct mail *mails, struct error *err)
{
	struct mailbox box = { .stream_id = call->stream.id,
		.receiver = MAIL_PUBLISHER };
	struct publisher row;
	int found, count;

	if (call->caller.role == ROLE_PUBLISHER) {
		found = store_publisher_find(
		    live->store, call->stream.id, &row, err);
		if (found < 0)
			return -1;
		if (found == 1 && row.session > cursor->session)
			return publisher_replaced(err);
	} else {
		box.receiver = call->caller.peer.peer_id;
	}
	count = store_mail_list(live->store, &box, cursor->id, mails, err);
	if (count > 0)
		cursor->id = mails[count - 1].id;
	return count;
}

static int
mailbox_cut_lease(struct live *live, const struct call *call,
    const struct cursor *cursor, struct error *err)
{
	const struct lease_break lease = {
		.cut_steady_ms = steady_now_ms() + VANISHED_LEASE_MS,
		.until_steady_ms = cursor->lease_steady_ms,
	};
	struct change change;
	int rc;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	if (call->caller.role == ROLE_VIEWER)
		rc = store_peer_lease_break(
		    live->store, &call->caller.peer, &lease, err);
	else
		rc = store_publisher_lease_break(
		    live->store, call->stream.id, cursor->session, &lease, err);
	return change_end(&change, rc < 0 ? -1 : 0, err);
}

void
signaling_vanished(
    struct live *live, const struct call *call, const struct cursor *cursor)
{
	struct error err;

	/* The lease runs out by itself then, only later. */
	if (mailbox_cut_lease(live, call, cursor, &err) != 0)
		log_write(
		    LOG_LEVEL_WARN, NULL, "lease not cut: %s", err.detail);
}

struct topic
signaling_topic(const struct call *call)
{
	return live_mail_topic(call->stream.id, call->caller.role == ROLE_VIEWER
						    ? call->caller.peer.peer_id
						    : MAIL_PUBLISHER);
}
