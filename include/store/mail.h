/*
 * Mailboxes: messages in order, in the "passing" part. A mailbox is a stream
 * and a receiver: a peerId, or MAIL_PUBLISHER.
 */
#ifndef LIVEBIN_STORE_MAIL_H
#define LIVEBIN_STORE_MAIL_H

#include <stdbool.h>

#include "base/id.h"
#include "store/store.h"

#define MAIL_PUBLISHER "" /* the publisher, as receiver and as sender */
#define MAIL_SERVER "-"	  /* this service, as sender */

/* The numbers are stored. */
enum mail_type {
	MAIL_OFFER,
	MAIL_ANSWER,
	MAIL_ICE_CANDIDATE,
	MAIL_BYE,
	MAIL_VIEWER_JOINED,
	MAIL_VIEWER_LEFT,
	MAIL_PUBLISHER_JOINED,
	MAIL_PUBLISHER_LEFT,
	MAIL__MAX
};

/* What is sent; all text is borrowed. `data` is a JSON text. */
struct mail_draft {
	const char *stream_id, *receiver, *sender;
	enum mail_type type;
	const char *data;
	int64_t at_unix_ms;
};

/* What is read; `data` belongs to the mail, freed by mail_free. */
struct mail {
	int64_t id; /* grows within a mailbox */
	char sender[ID_BYTES];
	enum mail_type type;
	char *data;
	int64_t at_unix_ms;
};

/* Releases what a mail owns and empties it. */
void mail_free(struct mail *mail);

/* Appends a message. 0, or -1 with *err. */
int store_mail_append(struct store *store, const struct mail_draft *draft,
    struct error *err) __attribute__((warn_unused_result));

/*
 * A mailbox. Borrowed names. One of a WHEP session is read by nobody but the
 * request that waits, which an offer answers too.
 */
struct mailbox {
	const char *stream_id, *receiver;
	bool of_session;
};

/* How many messages one call lists; the rest is for the next. */
#define MAIL_LIST_MAX 100

/*
 * Up to MAIL_LIST_MAX messages behind `after_id`, in order. Their number (the
 * caller frees each), or -1 with *err.
 */
int store_mail_list(struct store *store, const struct mailbox *box,
    int64_t after_id, struct mail *mails, struct error *err)
    __attribute__((warn_unused_result));

/* The newest id given to any message so far, or -1 with *err. */
int64_t store_mail_last_id(struct store *store, struct error *err)
    __attribute__((warn_unused_result));

/* How many messages a mailbox holds, or -1 with *err. */
int64_t store_mail_count(struct store *store, const struct mailbox *box,
    struct error *err) __attribute__((warn_unused_result));

/*
 * The publisher's first answer behind `after_id`: 1 and *mail (the caller frees
 * it), 0 if there is none, -1 with *err.
 */
int store_mail_answer(struct store *store, const struct mailbox *box,
    int64_t after_id, struct mail *mail, struct error *err)
    __attribute__((warn_unused_result));

/* Remove: one message; those up to an id; a mailbox; a stream's. */
int store_mail_delete(struct store *store, int64_t id, struct error *err)
    __attribute__((warn_unused_result));
int store_mail_delete_read(struct store *store, const struct mailbox *box,
    int64_t up_to_id, struct error *err) __attribute__((warn_unused_result));
int store_mail_delete_box(struct store *store, const struct mailbox *box,
    struct error *err) __attribute__((warn_unused_result));
int store_mail_delete_stream(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Removes messages older than the last call whose time was `keep_ms` ago, or
 * more: between once and twice as old. Rows removed, or -1 with *err.
 */
int store_mail_delete_old(struct store *store, int64_t now_steady_ms,
    int64_t keep_ms, struct error *err) __attribute__((warn_unused_result));

#endif
