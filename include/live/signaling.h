/*
 * Signaling: offers, answers and candidates between a stream's publisher and
 * its viewers, through mailboxes; docs/signaling.md is the protocol.
 */
#ifndef LIVEBIN_LIVE_SIGNALING_H
#define LIVEBIN_LIVE_SIGNALING_H

#include "live/access.h"
#include "live/live.h"
#include "store/mail.h"

/* How many messages one read hands over; the rest follows in the next. */
#define SIGNALING_READ_MAX MAIL_LIST_MAX

/* A message to send; text is borrowed. */
struct signal {
	enum mail_type type;   /* MAIL_OFFER to MAIL_BYE */
	const char *data;      /* a JSON text */
	const char *to;	       /* a peerId, or NULL */
	const char *viewer_id; /* whom a new peer counts as, or NULL */
	/*
	 * A new peer that is a WHEP session (live/whep.h): a number for its ICE
	 * credentials. 0: one that reads its mailbox.
	 */
	int64_t ice;
};

/* What a viewer's offer gives it. */
struct grant {
	struct peer peer;
	char token[KEY_BYTES]; /* "" for a peer that has one already */
	int64_t session;       /* the publisher's that got the offer */
	int64_t sent_id;       /* the answer's message comes behind this one */
};

/*
 * A viewer's offer: from a viewer it is another one of the same peer, from
 * anybody else (the key's holder too, who may watch a PRIVATE stream) it makes
 * a peer. ERROR_NOT_LIVE, ERROR_NO_PUBLISHER, ERROR_PEERS_MAX,
 * ERROR_MAILBOX_FULL. 0 and *grant, or -1 with *err.
 */
int signaling_offer(struct live *live, const struct call *call,
    const struct signal *signal, struct grant *grant, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Every other message. ERROR_INPUT (field to), ERROR_PEER_UNKNOWN,
 * ERROR_CREDENTIALS_MISSING, ERROR_MAILBOX_FULL. 0, or -1 with *err.
 */
int signaling_send(struct live *live, const struct call *call,
    const struct signal *signal, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Takes the answer to a grant's offer out of the mailbox; a WHEP session's
 * may be a counter-offer. 1 and *mail (the
 * caller frees it), 0 while there is none, -1 with *err: ERROR_NO_PUBLISHER
 * if the page that got the offer is gone, so that no answer will come,
 * ERROR_REFUSED if it ended the WHEP session instead.
 */
int signaling_take_answer(struct live *live, const struct grant *grant,
    struct mail *mail, struct error *err) __attribute__((warn_unused_result));

/*
 * Takes back a peer that was made by an offer whose client never got to know
 * it. Errors are logged: its lease runs out then.
 */
void signaling_abandon(struct live *live, const struct grant *grant);

/* Where a reader is: `session` is a publisher's, 0 for viewers. */
struct cursor {
	bool given;
	int64_t session, id;
	int64_t lease_steady_ms; /* that this reader wrote last */
};

#define CURSOR_BYTES 48

/* ERROR_INPUT with field "after" unless text is a cursor. 0 or -1. */
int cursor_parse(const char *text, struct cursor *cursor, struct error *err)
    __attribute__((warn_unused_result));
void cursor_format(const struct cursor *cursor, char text[CURSOR_BYTES]);

/*
 * Begins or renews a reader's presence for `wait_s` seconds and what grace
 * there is, and forgets the messages that the cursor says were read. A
 * publisher without a cursor takes the stream over. *cursor is filled in.
 * ERROR_CREDENTIALS_MISSING, ERROR_REPLACED. 0, or -1 with *err.
 */
int signaling_attend(struct live *live, const struct call *call, int64_t wait_s,
    struct cursor *cursor, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Up to SIGNALING_READ_MAX messages behind the cursor, which moves behind
 * them. ERROR_REPLACED. Their number (the caller frees each), or -1.
 */
int signaling_read(struct live *live, const struct call *call,
    struct cursor *cursor, struct mail *mails, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The reader's connection broke: the lease that it wrote is cut, unless
 * another connection has renewed it since. Errors are logged.
 */
void signaling_vanished(
    struct live *live, const struct call *call, const struct cursor *cursor);

/* 1 if a publisher's page is present, and its session; 0, or -1 with *err. */
int signaling_publisher(struct live *live, const char *stream_id,
    int64_t *session, struct error *err) __attribute__((warn_unused_result));

/* The mailbox a caller reads, as a topic to wait for. */
struct topic signaling_topic(const struct call *call);

/*
 * Inside a change on the "passing" part: a viewer's sign of life; the leases
 * of its peer and of its viewer begin anew, unless that would move them by
 * less than the slack. ERROR_TOKEN_WRONG if the peer is
 * gone. 0, or -1 with *err.
 */
int signaling_renew(struct change *change, const struct call *call,
    int64_t slack_ms, struct error *err) __attribute__((warn_unused_result));
int signaling_renew_peer(struct change *change, const struct stream *stream,
    const struct peer *peer, int64_t slack_ms, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Inside a change on the "passing" part, for other rules: everyone hears
 * that the stream stopped, and presence and watch are taken down; or a
 * publisher's page came, or is gone; or a peer is gone.
 */
int signaling_stopped(struct change *change, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));
int signaling_publisher_joined(struct change *change, const char *stream_id,
    const struct publisher *publisher, struct error *err)
    __attribute__((warn_unused_result));
int signaling_publisher_left(struct change *change, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));
int signaling_peer_left(struct change *change, const struct peer *peer,
    struct error *err) __attribute__((warn_unused_result));

/*
 * The same: who lost the right to watch leaves, at once. Those who never had
 * one of their own, as the stream turns PRIVATE; or those who had one, as what
 * it was given by falls (who has another offers again). 0, or -1 with *err.
 */
enum expelled {
	EXPEL_UNBIDDEN,
	EXPEL_BIDDEN
};
int signaling_expel(struct change *change, const char *stream_id,
    enum expelled whom, struct error *err) __attribute__((warn_unused_result));

#endif
