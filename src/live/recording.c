/*
 * The end of a broadcast's media, and its removal.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/steady.h"
#include "live/jobs.h"
#include "live/manifest.h"
#include "live/media.h"
#include "live/pass.h"
#include "live/recording.h"

int
recording_discard(struct change *change, const struct recording *recording,
    int64_t due_steady_ms, struct error *err)
{
	const enum recording_state states[2] = { recording->state,
		RECORDING_GOING };
	struct store *store = change->live->store;

	if (store_recording_turn(
		store, recording->seq, states, clock_unix_ms(), err) < 0 ||
	    store_job_delete_all(store, recording->seq, JOB_REMOVE, err) < 0 ||
	    store_job_insert(
		store, recording->seq, JOB_REMOVE, due_steady_ms, err) != 0)
		return -1;
	return change_wakes(change, jobs_topic(), err);
}

int
recording_end(
    struct change *change, const char *stream_id, bool keep, struct error *err)
{
	static const enum recording_state STATES[2] = { RECORDING_LIVE,
		RECORDING_PROCESSING };
	struct live *live = change->live;
	const int64_t now = steady_now_ms();
	struct recording recording;
	int found;

	found = store_recording_newest(live->store, stream_id, &recording, err);
	if (found <= 0 || recording.state != RECORDING_LIVE)
		return found < 0 ? -1 : 0;
	found = store_segment_there(live->store, recording.seq, err);
	if (found < 0)
		return -1;
	/* Whoever is a little behind may watch it to its end. */
	if (!keep || found == 0)
		return recording_discard(change, &recording,
		    now + live->config->reconnect_window_s * 1000, err);
	if (store_recording_turn(
		live->store, recording.seq, STATES, clock_unix_ms(), err) < 0 ||
	    store_job_insert(
		live->store, recording.seq, JOB_REPLAY, now, err) != 0 ||
	    change_wakes(change, jobs_topic(), err) != 0)
		return -1;
	return 1;
}

/* Calls `each` with every recording of a stream. 0 or -1. */
static int
recording_each(struct live *live, const char *stream_id,
    int (*each)(
	void *context, const struct recording *recording, struct error *err),
    void *context, struct error *err)
{
	struct recording recording = { .seq = 0 };
	int found;

	while ((found = store_recording_next(live->store, stream_id,
		    recording.seq, &recording, err)) == 1)
		if (each(context, &recording, err) != 0)
			return -1;
	return found;
}

void
recording_ended(struct live *live, const char *stream_id)
{
	struct recording recording;
	struct error err;
	int rc;

	rc = store_recording_ended(live->store, stream_id, &recording, &err);
	if (rc == 1)
		rc = manifest_close(live, &recording, false, &err);
	if (rc != 0)
		log_write(LOG_LEVEL_WARN, NULL, "stream %s: playlists: %s",
		    stream_id, err.detail);
}

static int
discard_one(void *context, const struct recording *recording, struct error *err)
{
	return recording_discard(context, recording, steady_now_ms(), err);
}

int
recording_show(struct change *change, const struct recording *recording,
    bool shown, struct error *err)
{
	const struct config *config = change->live->config;

	if (recording->state == RECORDING_GOING)
		return 0;
	if (shown)
		return media_show(config, recording->id, recording->id, err);
	return media_hide(config, recording->id, err);
}

static int
show_one(void *context, const struct recording *recording, struct error *err)
{
	return recording_show(context, recording, true, err);
}

static int
unshow_one(void *context, const struct recording *recording, struct error *err)
{
	return recording_show(context, recording, false, err);
}

int
recording_show_all(
    struct change *change, const char *stream_id, bool shown, struct error *err)
{
	return recording_each(change->live, stream_id,
	    shown ? show_one : unshow_one, change, err);
}

static int
revoke_one(void *context, const struct recording *recording, struct error *err)
{
	return pass_revoke(context, recording->seq, err);
}

int
recording_revoke_all(
    struct change *change, const char *stream_id, struct error *err)
{
	return recording_each(change->live, stream_id, revoke_one, change, err);
}

int
recording_discard_all(
    struct change *change, const char *stream_id, struct error *err)
{
	return recording_each(
	    change->live, stream_id, discard_one, change, err);
}

/*
 * Under the lock: whoever is publishing is done then, and who comes later finds
 * that the recording isn't LIVE. Without it, where it can't be had: the folder
 * must be out of sight, and whoever holds the lock finds no file. The lock goes
 * with the folder, and recording_trash waits for it.
 */
int
recording_hide(
    struct live *live, const struct recording *recording, struct error *err)
{
	char from[FILE_PATH_BYTES], to[FILE_PATH_BYTES];
	int lock, moved;

	if (media_path(live->config, MEDIA_KEPT, recording->id, from, err) !=
		0 ||
	    media_path(live->config, MEDIA_TRASH, recording->id, to, err) !=
		0 ||
	    media_hide(live->config, recording->id, err) != 0)
		return -1;
	if (access(from, F_OK) != 0)
		return 0; /* it was hidden before */
	lock = media_lock(live->config, recording->id, err);
	if (lock < 0)
		log_write(LOG_LEVEL_WARN, NULL,
		    "recording %s is hidden without its lock: %s",
		    recording->id, err->detail);
	moved = file_move(from, to, err);
	if (lock >= 0)
		(void)close(lock);
	return moved < 0 ? -1 : 0;
}

int
recording_trash(struct live *live, const struct recording *recording, int max,
    struct error *err)
{
	char folder[FILE_PATH_BYTES], path[FILE_PATH_BYTES + 8];
	int lock, gone;

	if (media_path(live->config, MEDIA_TRASH, recording->id, folder, err) !=
	    0)
		return -1;
	if (access(folder, F_OK) != 0)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/" MEDIA_LOCK, folder);
	lock = file_lock(path, 0, err);
	if (lock == -2)
		return error_set(err, ERROR_BUSY, NULL,
		    "Another request is still at work on the broadcast.");
	if (lock < 0)
		return -1;
	gone = file_remove_folder(folder, max, err);
	(void)close(lock);
	return gone;
}

/* The rest is hidden all the same; its JOB_REMOVE tries again. */
static int
hide_one(void *context, const struct recording *recording, struct error *err)
{
	if (recording_hide(context, recording, err) != 0)
		log_write(LOG_LEVEL_WARN, NULL, "recording %s: %s",
		    recording->id, err->detail);
	return 0;
}

void
recording_hide_all(struct live *live, const char *stream_id)
{
	struct error err;

	if (recording_each(live, stream_id, hide_one, live, &err) != 0)
		log_write(LOG_LEVEL_WARN, NULL, "stream %s: recordings: %s",
		    stream_id, err.detail);
}
