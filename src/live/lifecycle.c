/*
 * Lifecycle rules. A stream has a row in each part of the store; they are
 * written in the order that leaves nothing live unwatched if the program is
 * killed in between: the watch first, then the state; on the way down the
 * state first, then the rest.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/steady.h"
#include "live/ingest.h"
#include "live/lifecycle.h"
#include "live/pass.h"
#include "live/publish.h"
#include "live/recording.h"
#include "live/signaling.h"
#include "store/audience.h"
#include "store/ingest.h"
#include "store/mail.h"
#include "store/pass.h"
#include "store/presence.h"
#include "store/rtmp.h"

static int
lifecycle_insert(struct live *live, const struct stream *stream,
    const unsigned char push_hash[HASH_BYTES], struct error *err)
{
	struct change change;
	int rc;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	rc = store_stream_insert(live->store, stream, err);
	if (rc == 0)
		rc = store_push_put(live->store, stream->id, push_hash, err);
	return change_end(&change, rc, err);
}

/* Makes keys, and the hashes that the store has of them. */
static void
lifecycle_keys(struct live *live, struct stream_keys *keys,
    unsigned char key_hash[HASH_BYTES], unsigned char push_hash[HASH_BYTES])
{
	id_make(keys->key, KEY_CHARS);
	id_make(keys->push, KEY_CHARS);
	secret_hash(&live->secret, keys->key, key_hash);
	secret_hash(&live->secret, keys->push, push_hash);
}

int
lifecycle_create(struct live *live, const struct stream_draft *draft,
    struct stream *stream, struct stream_keys *keys, struct error *err)
{
	unsigned char push_hash[HASH_BYTES];

	memset(stream, 0, sizeof(*stream));
	id_make(stream->id, ID_CHARS);
	(void)snprintf(
	    stream->title, sizeof(stream->title), "%s", draft->title);
	if (draft->description != NULL) {
		stream->description = strdup(draft->description);
		if (stream->description == NULL)
			return error_set(
			    err, ERROR_SYSTEM, NULL, "out of memory");
	}
	lifecycle_keys(live, keys, stream->key_hash, push_hash);
	stream->visibility = draft->visibility;
	stream->record = draft->record;
	stream->created_unix_ms = clock_unix_ms();
	if (lifecycle_insert(live, stream, push_hash, err) != 0) {
		stream_free(stream);
		secret_wipe(keys, sizeof(*keys));
		return -1;
	}
	return 0;
}

/* When a stream that starts now stops by itself. */
static int
lifecycle_deadline(struct live *live, const char *stream_id, int64_t now,
    int64_t *deadline, struct error *err)
{
	struct publisher publisher;
	int found;

	found = store_publisher_find(live->store, stream_id, &publisher, err);
	if (found < 0)
		return -1;
	if ((found == 1 && publisher.lease_steady_ms > now) ||
	    live->config->unattended_window_s == 0)
		*deadline = BROADCAST_NO_DEADLINE;
	else
		*deadline = now + live->config->unattended_window_s * 1000;
	return 0;
}

/* Writes the watch over a broadcast; `anew` also over one that is there. */
static int
lifecycle_watch(struct live *live, const char *stream_id, int64_t now,
    bool anew, struct error *err)
{
	struct change change;
	int64_t deadline;
	int rc;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	rc = lifecycle_deadline(live, stream_id, now, &deadline, err);
	if (rc == 0 && anew)
		rc = store_broadcast_put(live->store, stream_id, deadline, err);
	else if (rc == 0)
		rc =
		    store_broadcast_keep(live->store, stream_id, deadline, err);
	return change_end(&change, rc, err);
}

/* 1 if the stream went LIVE by this, 0 if it was, or -1. */
static int
lifecycle_turn_on(struct live *live, const char *stream_id, struct error *err)
{
	struct change change;
	int turned;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	turned = change_wakes_stream(&change, stream_id, err);
	if (turned == 0)
		turned = store_stream_start(
		    live->store, stream_id, clock_unix_ms(), err);
	if (change_end(&change, turned < 0 ? -1 : 0, err) != 0)
		return -1;
	return turned;
}

/*
 * 1 if the stream is off by this, 0 if it was, or -1. What was pushed goes
 * with it, in the same transaction.
 */
static int
lifecycle_turn_off(
    struct live *live, const char *stream_id, bool keep, struct error *err)
{
	enum stream_status status = STREAM_READY;
	struct change change;
	int turned;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	turned = change_wakes_stream(&change, stream_id, err);
	if (turned == 0)
		turned = recording_end(&change, stream_id, keep, err);
	if (turned == 1)
		status = STREAM_PENDING;
	if (turned >= 0)
		turned = store_stream_end(
		    live->store, stream_id, status, clock_unix_ms(), err);
	if (change_end(&change, turned < 0 ? -1 : 0, err) != 0)
		return -1;
	return turned;
}

/* Brings *stream up to date with the store. */
static int
lifecycle_reload(struct live *live, struct stream *stream, struct error *err)
{
	struct stream now;
	int found;

	found = store_stream_find(live->store, stream->id, &now, err);
	if (found == 0)
		return error_set(err, ERROR_STREAM_UNKNOWN, NULL,
		    "The stream was deleted meanwhile.");
	if (found < 0)
		return -1;
	stream_free(stream);
	*stream = now;
	return 0;
}

int
lifecycle_start(struct live *live, struct stream *stream, struct error *err)
{
	const int64_t now = steady_now_ms();
	int turned;

	if (stream->status == STREAM_LIVE)
		return 0;
	if (lifecycle_watch(live, stream->id, now, true, err) != 0)
		return -1;
	turned = lifecycle_turn_on(live, stream->id, err);
	/* Again: a stop in between may have taken the watch with it. */
	if (turned < 0 ||
	    lifecycle_watch(live, stream->id, now, false, err) != 0)
		return -1;
	if (turned > 0)
		log_write(
		    LOG_LEVEL_INFO, NULL, "stream %s started", stream->id);
	return lifecycle_reload(live, stream, err);
}

/*
 * Takes presence and watch down, unless the stream was started again between
 * its turn and this: then they are the new broadcast's.
 */
static int
lifecycle_take_down(struct live *live, const char *stream_id, struct error *err)
{
	struct change change;
	struct stream now;
	int rc;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	rc = store_stream_find(live->store, stream_id, &now, err);
	if (rc == 0 || (rc == 1 && now.status != STREAM_LIVE)) {
		rc = signaling_stopped(&change, stream_id, err);
		if (rc == 0)
			rc =
			    store_encoder_stop_all(live->store, stream_id, err);
		if (rc == 0)
			rc = store_rtmp_forget(live->store, stream_id, err);
		/* What waits is of this broadcast, not of the next. */
		if (rc == 0)
			rc = store_listed_forget(live->store, stream_id, err);
	}
	stream_free(&now);
	return change_end(&change, rc < 0 ? -1 : 0, err);
}

int
lifecycle_stop(
    struct live *live, struct stream *stream, bool keep, struct error *err)
{
	int turned;

	/*
	 * The rows are the truth, and making the replay writes the playlists
	 * anew: what can't be published now is no reason to go on.
	 */
	if (publish_rest(live, stream->id, err) != 0)
		log_write(LOG_LEVEL_WARN, NULL, "stream %s: the rest: %s",
		    stream->id, err->detail);
	/* Also where it is READY: an earlier stop may have been cut short. */
	turned = lifecycle_turn_off(live, stream->id, keep, err);
	if (turned < 0 || lifecycle_take_down(live, stream->id, err) != 0)
		return -1;
	if (turned > 0) {
		log_write(
		    LOG_LEVEL_INFO, NULL, "stream %s stopped", stream->id);
		recording_ended(live, stream->id);
	}
	return lifecycle_reload(live, stream, err);
}

int
lifecycle_stop_id(struct live *live, const char *stream_id, struct error *err)
{
	struct stream stream;
	int rc;

	rc = store_stream_find(live->store, stream_id, &stream, err);
	if (rc == 1 && stream.status == STREAM_LIVE)
		rc = lifecycle_stop(live, &stream, stream.record, err);
	else if (rc >= 0)
		rc = lifecycle_take_down(live, stream_id, err);
	stream_free(&stream);
	return rc;
}

static int
lifecycle_expel(struct live *live, const char *stream_id, enum expelled whom,
    struct error *err)
{
	struct change change;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	return change_end(
	    &change, signaling_expel(&change, stream_id, whom, err), err);
}

int
lifecycle_update(struct live *live, struct stream *stream,
    const struct stream_patch *patch, struct error *err)
{
	struct change change;
	int rc;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	rc = change_wakes_stream(&change, stream->id, err);
	if (rc == 0)
		rc = store_stream_update(live->store, stream->id, patch, err);
	if (rc == 0 && patch->visibility != NULL)
		rc = recording_show_all(&change, stream->id,
		    *patch->visibility != VISIBILITY_PRIVATE, err);
	if (change_end(&change, rc, err) != 0)
		return -1;
	/* Also where it was PRIVATE: an earlier one may have been cut short. */
	if (patch->visibility != NULL &&
	    *patch->visibility == VISIBILITY_PRIVATE &&
	    lifecycle_expel(live, stream->id, EXPEL_UNBIDDEN, err) != 0)
		return -1;
	return lifecycle_reload(live, stream, err);
}

/* The hashes of new keys. */
struct rotation {
	unsigned char key[HASH_BYTES], push[HASH_BYTES];
};

static int
rotate_write(struct change *change, const struct stream *stream,
    const struct rotation *fresh, struct error *err)
{
	int written;

	if (change_wakes(change, live_mail_topic(stream->id, MAIL_PUBLISHER),
		err) != 0 ||
	    change_wakes_stream(change, stream->id, err) != 0)
		return -1;
	written = store_stream_set_key(
	    change->live->store, stream->id, stream->key_hash, fresh->key, err);
	if (written == 0)
		return error_set(err, ERROR_KEY_WRONG, NULL,
		    "The key was changed by somebody else just now.");
	if (written < 0 || recording_revoke_all(change, stream->id, err) != 0)
		return -1;
	return store_push_put(
	    change->live->store, stream->id, fresh->push, err);
}

/* Those who left may have had a pass made until they did. */
static int
rotate_revoke(struct live *live, const char *stream_id, struct error *err)
{
	struct change change;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	return change_end(
	    &change, recording_revoke_all(&change, stream_id, err), err);
}

int
lifecycle_rotate(struct live *live, struct stream *stream,
    struct stream_keys *keys, struct error *err)
{
	struct rotation fresh;
	struct change change;
	struct error late;
	int rc;

	lifecycle_keys(live, keys, fresh.key, fresh.push);
	rc = change_begin(&change, live, STORE_LASTING, err);
	if (rc == 0)
		rc = change_end(
		    &change, rotate_write(&change, stream, &fresh, err), err);
	if (rc != 0) {
		secret_wipe(keys, sizeof(*keys));
		return -1;
	}
	memcpy(stream->key_hash, fresh.key, HASH_BYTES);
	/* The key was changed, whatever becomes of who watches. */
	if (lifecycle_expel(live, stream->id, EXPEL_BIDDEN, &late) != 0 ||
	    rotate_revoke(live, stream->id, &late) != 0)
		log_write(LOG_LEVEL_WARN, NULL, "stream %s: viewers: %s",
		    stream->id, late.detail);
	return 0;
}

struct fall {
	struct live *live;
	struct error *err;
};

static int
fall_one(void *context, const char *stream_id)
{
	const struct fall *fall = context;

	return lifecycle_expel(fall->live, stream_id, EXPEL_BIDDEN, fall->err);
}

/* All passes; `anew` with another key as well. */
static int
fall_revoke(struct live *live, bool anew, struct error *err)
{
	struct change change;
	int rc = 0;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	if (anew)
		rc = store_signing_next(live->store, err);
	if (rc == 0)
		rc = pass_revoke_ended(&change, INT64_MAX, err);
	return change_end(&change, rc, err);
}

int
lifecycle_new_signing_key(struct live *live, struct error *err)
{
	struct fall fall = { live, err };

	if (fall_revoke(live, true, err) != 0 ||
	    store_stream_each_live(live->store, fall_one, &fall, err) != 0)
		return -1;
	/* Those who left may have had a pass made until they did. */
	return fall_revoke(live, false, err);
}

static int
lifecycle_forget(struct live *live, const char *stream_id, struct error *err)
{
	struct change change;
	int rc;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	rc = signaling_stopped(&change, stream_id, err);
	if (rc == 0)
		rc = store_rtmp_forget(live->store, stream_id, err);
	if (rc == 0 &&
	    (store_peer_delete_all(live->store, stream_id, err) < 0 ||
		store_mail_delete_stream(live->store, stream_id, err) < 0 ||
		store_viewer_delete_all(live->store, stream_id, err) < 0))
		rc = -1;
	return change_end(&change, rc, err);
}

int
lifecycle_delete(struct live *live, const char *stream_id, struct error *err)
{
	struct change change;
	int rc;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	rc = change_wakes_stream(&change, stream_id, err);
	if (rc == 0)
		rc = recording_discard_all(&change, stream_id, err);
	if (rc == 0)
		rc = store_stream_delete(live->store, stream_id, err);
	if (change_end(&change, rc, err) != 0)
		return -1;
	log_write(LOG_LEVEL_INFO, NULL, "stream %s deleted", stream_id);
	recording_hide_all(live, stream_id);
	if (ingest_forget(live, stream_id, err) != 0)
		return -1;
	return lifecycle_forget(live, stream_id, err);
}

struct recovery {
	struct live *live;
	int64_t deadline;
	struct error *err;
};

static int
lifecycle_recover_one(void *context, const char *stream_id)
{
	struct recovery *recovery = context;

	return store_broadcast_keep(recovery->live->store, stream_id,
	    recovery->deadline, recovery->err);
}

int
lifecycle_recover(struct live *live, struct error *err)
{
	struct recovery recovery = { .live = live, .err = err };
	struct change change;

	recovery.deadline =
	    steady_now_ms() + live->config->reconnect_window_s * 1000;
	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	return change_end(&change,
	    store_stream_each_live(
		live->store, lifecycle_recover_one, &recovery, err),
	    err);
}
