/*
 * The sweep: what passes by itself. There is no daemon; every program calls
 * this on a tick, and a row in the store lets one of them do it each second.
 * Work is done in batches, each its own transaction, so that no signal waits
 * long behind it; what a batch leaves is for the next round.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/steady.h"
#include "live/audience.h"
#include "live/ingest.h"
#include "live/lifecycle.h"
#include "live/pass.h"
#include "live/signaling.h"
#include "store/ingest.h"
#include "store/mail.h"
#include "store/presence.h"
#include "store/rate.h"

#define SWEEP_EVERY_MS 1000
#define BATCH PRESENCE_LIST_MAX
#define MAIL_KEEP_MS (10 * 60 * 1000)

/* 1: this process sweeps now; 0: not due, or another does; -1: *err. */
static int
sweep_claim(struct live *live, int64_t now, struct error *err)
{
	struct change change;
	int64_t due;
	int claimed;

	if (store_sweep_due(live->store, &due, err) != 0)
		return -1;
	if (due > now && due <= now + SWEEP_EVERY_MS)
		return 0;
	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	claimed =
	    store_sweep_claim(live->store, now, now + SWEEP_EVERY_MS, err);
	if (change_end(&change, claimed < 0 ? -1 : 0, err) != 0)
		return -1;
	return claimed;
}

/* Rows that nobody waits for. */
static int
sweep_rows(struct live *live, int64_t now, struct error *err)
{
	struct change change;
	int rc = 0;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	if (store_viewer_delete_expired(live->store, now, err) < 0 ||
	    store_view_delete_expired(live->store, now, err) < 0 ||
	    store_rate_delete_empty(live->store, now, err) < 0 ||
	    store_mail_delete_old(live->store, now, MAIL_KEEP_MS, err) < 0)
		rc = -1;
	return change_end(&change, rc, err);
}

static int
sweep_peers(struct live *live, int64_t now, struct error *err)
{
	struct peer peers[BATCH];
	struct change change;
	int count, i, rc = 0;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	count = store_peer_expired(live->store, now, peers, err);
	if (count < 0)
		rc = -1;
	for (i = 0; i < count && rc == 0; i++)
		rc = signaling_peer_left(&change, &peers[i], err);
	return change_end(&change, rc, err);
}

static int
sweep_publishers(struct live *live, int64_t now, struct error *err)
{
	char ids[BATCH][ID_BYTES];
	struct change change;
	int count, i, rc = 0;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	count = store_publisher_expired(live->store, now, ids, err);
	if (count < 0)
		rc = -1;
	for (i = 0; i < count && rc == 0; i++) {
		log_write(
		    LOG_LEVEL_INFO, NULL, "stream %s: publisher gone", ids[i]);
		rc = signaling_publisher_left(&change, ids[i], err);
	}
	return change_end(&change, rc, err);
}

/* One that was silent too long: whoever goes on later begins another. */
static int
sweep_lapse(struct live *live, const char *stream_id, struct error *err)
{
	struct change change;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	if (change_end(&change,
		store_encoder_lapse_all(live->store, stream_id, err), err) != 0)
		return -1;
	return lifecycle_stop_id(live, stream_id, err);
}

static int
sweep_broadcasts(struct live *live, int64_t now, struct error *err)
{
	char ids[BATCH][ID_BYTES];
	int count, i, due, rc = 0;

	count = store_broadcast_expired(live->store, now, ids, err);
	for (i = 0; i < count; i++) {
		/* Each stop takes its time: somebody may be back by now. */
		due = store_broadcast_due(live->store, ids[i], now, err);
		if (due == 1)
			due = sweep_lapse(live, ids[i], err);
		/* One that can't be stopped is no reason to keep the others. */
		if (due < 0)
			rc = -1;
	}
	return count < 0 ? -1 : rc;
}

/* Takes a batch of changed numbers out of the passing part. */
static int
sweep_settle(struct live *live, struct audience *moved, struct error *err)
{
	struct change change;
	int count, i, rc = 0;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	count = store_audience_changed(live->store, BATCH, moved, err);
	if (count < 0)
		rc = -1;
	for (i = 0; i < count && rc == 0; i++) {
		rc =
		    store_audience_settle(live->store, moved[i].stream_id, err);
		if (rc == 0)
			rc = change_wakes_stream(
			    &change, moved[i].stream_id, err);
	}
	return change_end(&change, rc, err) == 0 ? count : -1;
}

/* A program that is killed just here loses a second's views. */
static int
sweep_hand_on(struct live *live, const struct audience *moved, int count,
    struct error *err)
{
	const int64_t now = clock_unix_ms();
	struct change change;
	int i, rc = 0;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	for (i = 0; i < count && rc == 0; i++) {
		rc = store_stream_count(live->store, &moved[i], now, err);
		if (rc == 0)
			rc = change_wakes_stream(
			    &change, moved[i].stream_id, err);
	}
	return change_end(&change, rc, err);
}

static int
sweep_return(struct live *live, const struct audience *moved, int count,
    struct error *err)
{
	struct change change;
	int i, rc = 0;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	for (i = 0; i < count && rc == 0; i++)
		rc = store_audience_return(live->store, &moved[i], err);
	return change_end(&change, rc, err);
}

static int
sweep_audiences(struct live *live, int64_t now, struct error *err)
{
	struct audience moved[BATCH];
	struct error second;
	int count;

	(void)now; /* the calendar's day and month are what counts */
	count = sweep_settle(live, moved, err);
	if (count <= 0)
		return count;
	if (sweep_hand_on(live, moved, count, err) == 0)
		return 0;
	if (sweep_return(live, moved, count, &second) != 0)
		log_write(
		    LOG_LEVEL_ERROR, NULL, "views lost: %s", second.detail);
	return -1;
}

static int
sweep_passes(struct live *live, int64_t now, struct error *err)
{
	(void)now; /* tokens end by the calendar */
	return pass_sweep(live, err);
}

bool
audience_sweep(struct live *live)
{
	static int (*const STEPS[])(struct live *, int64_t, struct error *) = {
		sweep_rows,
		sweep_peers,
		sweep_publishers,
		sweep_broadcasts,
		sweep_audiences,
		sweep_passes,
		ingest_sweep,
	};
	const int64_t now = steady_now_ms();
	struct error err;
	int claimed;
	size_t i;

	claimed = sweep_claim(live, now, &err);
	if (claimed < 0)
		log_write(LOG_LEVEL_WARN, NULL, "sweep: %s", err.detail);
	if (claimed <= 0)
		return false;
	for (i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++)
		if (STEPS[i](live, now, &err) != 0)
			log_write(LOG_LEVEL_WARN, NULL, "sweep step %zu: %s", i,
			    err.detail);
	return true;
}
