/*
 * Streams by way of an RTMP server. The row of who publishes is decided and
 * written in one transaction of the "passing" part, with the broadcast's lease.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/steady.h"
#include "base/text.h"
#include "live/access.h"
#include "live/ingest_folder.h"
#include "live/lifecycle.h"
#include "live/rtmp.h"
#include "store/ingest.h"
#include "store/presence.h"
#include "store/rtmp.h"

#define LEASE_MAX_MS 20000

/*
 * For how long nobody else takes a publisher's place: longer than between two
 * callbacks of any server (docs/rtmp.md), and over before the broadcast is.
 */
static int64_t
rtmp_lease_ms(const struct live *live)
{
	const int64_t half_ms = live->config->reconnect_window_s * 500;

	return half_ms < LEASE_MAX_MS ? half_ms : LEASE_MAX_MS;
}

/* Is it the one that publishes? */
static bool
rtmp_is(struct live *live, const struct rtmp *row, const struct rtmp_call *call)
{
	unsigned char hash[HASH_BYTES];

	if (strcmp(row->server, call->server) != 0 ||
	    strcmp(row->client, call->client) != 0)
		return false;
	secret_hash(&live->secret, call->key, hash);
	return call->keyless || secret_equal(row->key_hash, hash);
}

/* Names that rows can be compared by. 0 or -1. */
static int
rtmp_check(const struct rtmp_call *call, struct error *err)
{
	const struct text client = { call->client, strlen(call->client) };

	if (!text_of(client, "._:-", RTMP_NAME_BYTES - 1))
		return error_set(err, ERROR_INPUT, "client",
		    "The server's name for the connection is missing, or "
		    "none.");
	return 0;
}

/* The call's row as it is now. 1, 0 if it is another's or none, or -1. */
static int
rtmp_find(struct live *live, const struct rtmp_call *call, struct rtmp *row,
    struct error *err)
{
	int found;

	if (!id_valid(call->stream_id, ID_CHARS))
		return 0;
	found = store_rtmp_find(live->store, call->stream_id, row, err);
	return found == 1 ? rtmp_is(live, row, call) : found;
}

static int
rtmp_admit_by_key(struct live *live, const struct rtmp_call *call,
    struct stream *stream, struct error *err)
{
	struct call access;

	if (access_publisher(live, call->stream_id,
		call->key[0] != '\0' ? call->key : NULL, &access, err) != 0)
		return -1;
	*stream = access.stream;
	return 0;
}

/*
 * Who publishes already needs the key that it once showed: some servers show
 * none later. 0 and *stream (the caller frees it), or -1.
 */
static int
rtmp_admit(struct live *live, const struct rtmp_call *call,
    struct stream *stream, struct error *err)
{
	struct rtmp row;
	int found;

	found = rtmp_find(live, call, &row, err);
	if (found == 0)
		return rtmp_admit_by_key(live, call, stream, err);
	if (found == 1)
		found =
		    store_stream_find(live->store, row.stream_id, stream, err);
	if (found == 0)
		return error_set(err, ERROR_STREAM_UNKNOWN, NULL,
		    "There is no such stream.");
	if (found == 1 && !secret_equal(row.key_hash, stream->key_hash)) {
		stream_free(stream);
		return error_set(err, ERROR_KEY_WRONG, NULL,
		    "The stream's key was changed.");
	}
	return found < 0 ? -1 : 0;
}

/* Inside the change: the row is the call's from now on. 0 or -1. */
static int
claim_write(struct live *live, const struct rtmp_call *call,
    const struct stream *stream, struct rtmp *row, struct error *err)
{
	const int64_t now = steady_now_ms();
	int64_t left;
	int found;

	found = store_rtmp_find(live->store, stream->id, row, err);
	if (found < 0)
		return -1;
	left = row->lease_steady_ms - now;
	if (found == 1 && !rtmp_is(live, row, call) && left > 0 &&
	    left <= rtmp_lease_ms(live))
		return error_set_retry(err, ERROR_ENCODER,
		    (int)(left / 1000) + 1,
		    "Another publisher is sending with this key. Stop it, or "
		    "wait until it has been silent for some seconds.");
	if (found == 0 || !rtmp_is(live, row, call))
		row->began_unix_ms = clock_unix_ms();
	memcpy(row->stream_id, stream->id, ID_BYTES);
	(void)snprintf(row->server, sizeof(row->server), "%s", call->server);
	(void)snprintf(row->client, sizeof(row->client), "%s", call->client);
	memcpy(row->key_hash, stream->key_hash, HASH_BYTES);
	row->lease_steady_ms = now + rtmp_lease_ms(live);
	if (store_rtmp_put(live->store, row, err) != 0)
		return -1;
	return store_broadcast_heard(live->store, stream->id,
	    now + live->config->reconnect_window_s * 1000, now, err);
}

/* 0 and *row, or -1: ERROR_ENCODER. */
static int
rtmp_claim(struct live *live, const struct rtmp_call *call,
    const struct stream *stream, struct rtmp *row, struct error *err)
{
	struct change change;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	return change_end(
	    &change, claim_write(live, call, stream, row, err), err);
}

static int
rtmp_release(struct live *live, const struct rtmp *row, struct error *err)
{
	struct change change;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	return change_end(
	    &change, store_rtmp_delete(live->store, row, err), err);
}

/* The claim again, behind the start: the broadcast has its lease by that. */
static int
rtmp_start(struct live *live, const struct rtmp_call *call,
    struct stream *stream, struct rtmp *row, struct error *err)
{
	struct error second;

	if (lifecycle_start(live, stream, err) == 0)
		return rtmp_claim(live, call, stream, row, err);
	if (rtmp_release(live, row, &second) != 0)
		log_write(LOG_LEVEL_WARN, NULL, "stream %s: %s", stream->id,
		    second.detail);
	return -1;
}

int
rtmp_publish(struct live *live, const struct rtmp_call *call, struct error *err)
{
	struct stream stream = { .seq = 0 };
	struct rtmp row = { .began_unix_ms = 0 };
	int rc;

	if (rtmp_check(call, err) != 0 ||
	    rtmp_admit_by_key(live, call, &stream, err) != 0)
		return -1;
	rc = rtmp_claim(live, call, &stream, &row, err);
	if (rc == 0 && stream.status != STREAM_LIVE)
		rc = rtmp_start(live, call, &stream, &row, err);
	if (rc == 0)
		log_write(LOG_LEVEL_INFO, NULL, "stream %s: published by %s",
		    stream.id, row.server);
	stream_free(&stream);
	return rc;
}

/* What the publisher's server wrote, and whether that was all. */
static int
rtmp_take(struct live *live, const struct stream *stream,
    const struct rtmp *row, bool ended, struct error *err)
{
	char sender[SENDER_BYTES];
	const struct written written = {
		.sender = sender,
		.since_unix_ms = row->began_unix_ms,
		.ended = ended,
	};

	(void)snprintf(
	    sender, sizeof(sender), "%.20s %.20s", row->client, row->server);
	return ingest_folder(live, stream, &written, err);
}

int
rtmp_update(struct live *live, const struct rtmp_call *call, struct error *err)
{
	struct error taking;
	struct stream stream = { .seq = 0 };
	struct rtmp row = { .began_unix_ms = 0 };
	int rc;

	if (rtmp_check(call, err) != 0 ||
	    rtmp_admit(live, call, &stream, err) != 0)
		return -1;
	if (stream.status != STREAM_LIVE)
		rc = error_set_retry(
		    err, ERROR_OVER, 5, "The broadcast was stopped.");
	else
		rc = rtmp_claim(live, call, &stream, &row, err);
	/* What is lost is lost: the next may fit. */
	if (rc == 0 && rtmp_take(live, &stream, &row, false, &taking) != 0)
		log_write(LOG_LEVEL_INFO, NULL, "stream %s: %s", stream.id,
		    taking.detail);
	stream_free(&stream);
	return rc;
}

int
rtmp_done(struct live *live, const struct rtmp_call *call, struct error *err)
{
	struct stream stream = { .seq = 0 };
	struct rtmp row = { .began_unix_ms = 0 };
	int rc;

	rc = rtmp_find(live, call, &row, err);
	if (rc <= 0)
		return rc;
	rc = store_stream_find(live->store, row.stream_id, &stream, err);
	if (rc == 1 && stream.status == STREAM_LIVE)
		rc = rtmp_take(live, &stream, &row, true, err);
	stream_free(&stream);
	return rc < 0 ? -1 : rtmp_release(live, &row, err);
}

int
rtmp_may_watch(
    struct live *live, const struct rtmp_call *call, struct error *err)
{
	struct call access;
	const struct shown shown = { call->key[0] != '\0' ? call->key : NULL,
		call->viewer };

	if (access_stream(live, call->stream_id, &shown, &access, err) == 0) {
		stream_free(&access.stream);
		return 0;
	}
	/* Of a stream that anybody may watch, a wrong key is as good as none.
	 */
	return err->code == ERROR_KEY_WRONG ? 0 : -1;
}
