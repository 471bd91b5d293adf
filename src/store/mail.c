/*
 * Mailbox rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/mail.h"
#include "store/statement.h"

void
mail_free(struct mail *mail)
{
	free(mail->data);
	memset(mail, 0, sizeof(*mail));
}

int
store_mail_append(
    struct store *store, const struct mail_draft *draft, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_MAIL_INSERT, err, "tttiti",
	    draft->stream_id, draft->receiver, draft->sender,
	    (int64_t)draft->type, draft->data, draft->at_unix_ms);
	return rc < 0 ? -1 : 0;
}

static int
mail_read(struct store *store, enum statement which, struct mail *mail,
    struct error *err)
{
	memset(mail, 0, sizeof(*mail));
	mail->id = statement_int(store, which, 0);
	(void)snprintf(mail->sender, sizeof(mail->sender), "%s",
	    statement_text(store, which, 1));
	mail->type = (enum mail_type)statement_int(store, which, 2);
	mail->at_unix_ms = statement_int(store, which, 4);
	mail->data = strdup(statement_text(store, which, 3));
	if (mail->data == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	return 0;
}

int
store_mail_list(struct store *store, const struct mailbox *box,
    int64_t after_id, struct mail *mails, struct error *err)
{
	int rc, count = 0;

	rc = statement_step(store, STATEMENT_MAIL_LIST, err, "ttii",
	    box->stream_id, box->receiver, after_id, (int64_t)MAIL_LIST_MAX);
	while (rc == 1 && count < MAIL_LIST_MAX) {
		if (mail_read(
			store, STATEMENT_MAIL_LIST, &mails[count++], err) != 0)
			rc = -1;
		else
			rc = statement_step(
			    store, STATEMENT_MAIL_LIST, err, NULL);
	}
	statement_reset(store, STATEMENT_MAIL_LIST);
	if (rc >= 0)
		return count;
	while (count > 0)
		mail_free(&mails[--count]);
	return -1;
}

/* The first column of a statement's only row; 0 where there is no row. */
static int64_t
mail_number(struct store *store, enum statement which, int rc)
{
	int64_t number = rc;

	if (rc == 1)
		number = statement_int(store, which, 0);
	statement_reset(store, which);
	return number;
}

int64_t
store_mail_last_id(struct store *store, struct error *err)
{
	return mail_number(store, STATEMENT_MAIL_LAST,
	    statement_step(store, STATEMENT_MAIL_LAST, err, ""));
}

int64_t
store_mail_count(
    struct store *store, const struct mailbox *box, struct error *err)
{
	return mail_number(store, STATEMENT_MAIL_COUNT,
	    statement_step(store, STATEMENT_MAIL_COUNT, err, "tt",
		box->stream_id, box->receiver));
}

int
store_mail_answer(struct store *store, const struct mailbox *box,
    int64_t after_id, struct mail *mail, struct error *err)
{
	const int64_t other = box->of_session ? MAIL_OFFER : MAIL_ANSWER;
	int rc;

	memset(mail, 0, sizeof(*mail));
	rc = statement_step(store, STATEMENT_MAIL_ANSWER, err, "ttiii",
	    box->stream_id, box->receiver, after_id, (int64_t)MAIL_ANSWER,
	    other);
	if (rc == 1 && mail_read(store, STATEMENT_MAIL_ANSWER, mail, err) != 0)
		rc = -1;
	statement_reset(store, STATEMENT_MAIL_ANSWER);
	return rc;
}

int
store_mail_delete(struct store *store, int64_t id, struct error *err)
{
	return statement_run(store, STATEMENT_MAIL_DELETE, err, "i", id);
}

int
store_mail_delete_read(struct store *store, const struct mailbox *box,
    int64_t up_to_id, struct error *err)
{
	return statement_run(store, STATEMENT_MAIL_READ, err, "tti",
	    box->stream_id, box->receiver, up_to_id);
}

int
store_mail_delete_box(
    struct store *store, const struct mailbox *box, struct error *err)
{
	return statement_run(store, STATEMENT_MAIL_DELETE_BOX, err, "tt",
	    box->stream_id, box->receiver);
}

int
store_mail_delete_stream(
    struct store *store, const char *stream_id, struct error *err)
{
	return statement_run(
	    store, STATEMENT_MAIL_DELETE_STREAM, err, "t", stream_id);
}

int
store_mail_delete_old(struct store *store, int64_t now_steady_ms,
    int64_t keep_ms, struct error *err)
{
	int64_t mark, last;
	int found, removed;

	found = statement_step(store, STATEMENT_MAIL_MARK, err, "ii",
	    now_steady_ms - keep_ms, now_steady_ms);
	mark = mail_number(store, STATEMENT_MAIL_MARK, found);
	if (found <= 0)
		return found;
	last = store_mail_last_id(store, err);
	if (last < 0)
		return -1;
	removed = statement_run(store, STATEMENT_MAIL_OLD, err, "i", mark);
	if (removed < 0 || statement_run(store, STATEMENT_MAIL_MARK_SET, err,
			       "ii", last, now_steady_ms) < 0)
		return -1;
	return removed;
}
