/*
 * Files that come in, and those that nobody wanted. Playlists are in
 * ingest_list.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/steady.h"
#include "live/ingest_parts.h"
#include "live/lifecycle.h"
#include "live/limit.h"
#include "live/media.h"
#include "live/publish.h"
#include "store/ingest.h"
#include "store/presence.h"

#define TAKEOVER_MS 2000
#define NO_ROOM_RETRY_S 30

int64_t
ingest_held_ms(const struct encoder *encoder, int64_t now_steady_ms)
{
	const int64_t until =
	    encoder->heard_steady_ms + 2 * encoder->segment_ms + TAKEOVER_MS;

	if (encoder->ended != ENCODER_SENDING || until <= now_steady_ms)
		return 0;
	return until - now_steady_ms;
}

int
ingest_refuse(int64_t held_ms, struct error *err)
{
	return error_set_retry(err, ERROR_ENCODER, (int)(held_ms / 1000) + 1,
	    "Another encoder is sending with this key. Stop it, or wait until "
	    "it has been silent for some seconds.");
}

static int
ingest_room(struct live *live, const struct stream *stream, struct error *err)
{
	const struct config *config = live->config;
	struct recording recording;
	char path[FILE_PATH_BYTES];
	int64_t free_mb, site_bytes, waits, site_waits;
	int found;

	found =
	    store_recording_newest(live->store, stream->id, &recording, err);
	if (found < 0 ||
	    store_site_media_bytes(live->store, &site_bytes, err) != 0 ||
	    store_waiting_bytes(live->store, stream->id, &waits, err) != 0 ||
	    store_waiting_bytes(live->store, "", &site_waits, err) != 0 ||
	    media_path(config, MEDIA_INCOMING, ".", path, err) != 0 ||
	    file_free_mb(path, &free_mb, err) != 0)
		return -1;
	if (found == 1 && recording.state == RECORDING_LIVE)
		waits += recording.bytes;
	if (waits >> 20 >= config->media_broadcast_max_mb)
		return error_set(err, ERROR_TOO_LARGE, NULL,
		    "This broadcast has its %" PRId64
		    " megabytes. Stop it and start another.",
		    config->media_broadcast_max_mb);
	if (free_mb < config->disk_free_min_mb)
		return error_set_retry(err, ERROR_NO_ROOM, NO_ROOM_RETRY_S,
		    "The disk is nearly full: only %" PRId64
		    " megabytes are free.",
		    free_mb);
	if (config->media_site_max_mb > 0 &&
	    (site_bytes + site_waits) >> 20 >= config->media_site_max_mb)
		return error_set_retry(err, ERROR_NO_ROOM, NO_ROOM_RETRY_S,
		    "This site has its %" PRId64 " megabytes of media.",
		    config->media_site_max_mb);
	return 0;
}

int
ingest_admit(struct live *live, const struct stream *stream, const char *name,
    enum media_kind *kind, struct error *err)
{
	if (probe_name(name, kind, err) != 0 ||
	    limit_take(live, LIMIT_MEDIA, stream->id, err) != 0)
		return -1;
	/* A playlist says what is lost: it is always taken. */
	if (*kind == MEDIA_PLAYLIST)
		return 0;
	return ingest_room(live, stream, err);
}

void
ingest_unlink(struct live *live, const char *file)
{
	char path[FILE_PATH_BYTES];
	struct error ignored;

	if (media_path(live->config, MEDIA_INCOMING, file, path, &ignored) == 0)
		(void)unlink(path);
}

static bool
ingest_has_file(struct live *live, const struct upload *upload)
{
	char path[FILE_PATH_BYTES];
	struct error ignored;

	return media_path(live->config, MEDIA_INCOMING, upload->file, path,
		   &ignored) == 0 &&
	       file_size(path) == upload->bytes;
}

static bool
upload_same(const struct upload *upload, const struct arrival *arrival)
{
	return upload->digest == (int64_t)arrival->digest &&
	       upload->bytes == arrival->bytes &&
	       upload->kind == (int64_t)arrival->kind;
}

/* How an arrival was taken. */
struct taken {
	struct upload upload; /* the row as it will be */
	bool was_there;
	bool dropped;		 /* what came was there already */
	int64_t held_ms;	 /* it is another encoder's, and kept aside */
	char replaced[ID_BYTES]; /* a file that nobody needs now, or "" */
	char playlist[PUSH_NAME_BYTES];
	bool awaited;
};

/* Is an encoder sending, from another address than that? 1, 0, or -1. */
static int
ingest_is_others(struct live *live, const char *stream_id, const char *sender,
    struct error *err)
{
	struct encoder encoder;
	int found;

	found = store_encoder_newest(live->store, stream_id, &encoder, err);
	return found == 1 ? ingest_held_ms(&encoder, steady_now_ms()) > 0 &&
				strcmp(encoder.sender, sender) != 0
			  : found;
}

/*
 * A name that is published comes again. A source that sends twice over a
 * broken connection sends the same; an encoder that was started anew may too,
 * if its picture does. So it is kept aside in either case, until a list says
 * whose it is.
 */
static int
ingest_aside(struct live *live, const struct stream *stream,
    const struct arrival *arrival, struct taken *taken, struct error *err)
{
	struct upload *upload = &taken->upload;
	const bool same = upload_same(upload, arrival);
	struct encoder encoder;
	int found;

	found = store_encoder_newest(live->store, stream->id, &encoder, err);
	if (found == 1 && !same)
		taken->held_ms = ingest_held_ms(&encoder, steady_now_ms());
	if (found >= 0)
		found = store_upload_aside(
		    live->store, stream->id, arrival->name, upload, err);
	if (found == 0)
		upload->file[0] = '\0';
	upload->newcomer = true;
	upload->published = false;
	return found < 0 ? -1 : 0;
}

/* Fills in the row: over an unpublished one, or beside. 0 or -1. */
static int
ingest_place(struct live *live, const struct stream *stream,
    const struct arrival *arrival, struct taken *taken, struct error *err)
{
	struct upload *upload = &taken->upload;
	int found;

	found = store_upload_find(
	    live->store, stream->id, arrival->name, upload, err);
	if (found < 0)
		return -1;
	taken->was_there = found == 1;
	/* Over one that waits for its list a stranger doesn't write either. */
	if (found == 1 && !upload->published)
		found = arrival->kind == MEDIA_UNUSED ||
				upload_same(upload, arrival)
			    ? 0
			    : ingest_is_others(
				  live, stream->id, arrival->sender, err);
	if (found < 0 || (found == 1 && ingest_aside(live, stream, arrival,
					    taken, err) != 0))
		return -1;
	taken->dropped = upload->file[0] != '\0' &&
			 upload_same(upload, arrival) &&
			 ingest_has_file(live, upload);
	if (taken->dropped)
		return 0;
	memcpy(taken->replaced, upload->file, ID_BYTES);
	(void)snprintf(upload->file, sizeof(upload->file), "%s", arrival->file);
	memcpy(upload->stream_id, stream->id, ID_BYTES);
	(void)snprintf(upload->name, sizeof(upload->name), "%s", arrival->name);
	upload->kind = arrival->kind;
	upload->digest = (int64_t)arrival->digest;
	upload->bytes = arrival->bytes;
	(void)snprintf(
	    upload->sender, sizeof(upload->sender), "%s", arrival->sender);
	return 0;
}

static int
ingest_write(struct live *live, const struct stream *stream,
    const struct arrival *arrival, struct taken *taken, struct error *err)
{
	const int64_t now = steady_now_ms();
	int found = 0;

	if (ingest_place(live, stream, arrival, taken, err) != 0)
		return -1;
	taken->upload.at_steady_ms = now;
	if (store_upload_put(live->store, &taken->upload, err) != 0 ||
	    store_broadcast_heard(live->store, stream->id,
		now + live->config->reconnect_window_s * 1000, now, err) != 0)
		return -1;
	if (!taken->upload.newcomer)
		found = store_listed_awaits(live->store, stream->id,
		    arrival->name, taken->playlist, err);
	taken->awaited = found == 1;
	return found < 0 ? -1 : 0;
}

/* The first media of a stream that never began starts it. */
static int
ingest_begin(struct live *live, const struct stream *stream, struct error *err)
{
	struct stream copy;
	int found;

	if (stream->status != STREAM_PENDING || stream->stopped_unix_ms != 0)
		return 0;
	found = store_stream_find(live->store, stream->id, &copy, err);
	if (found == 0)
		return error_set(err, ERROR_STREAM_UNKNOWN, NULL,
		    "There is no such stream.");
	if (found == 1)
		found = lifecycle_start(live, &copy, err);
	stream_free(&copy);
	return found < 0 ? -1 : 0;
}

static int
ingest_publish(struct live *live, const struct stream *stream,
    const struct arrival *arrival, const struct taken *taken, struct error *err)
{
	const struct publish_extent extent = { .floor = INT64_MIN };
	struct encoder encoder;
	int found;

	if (taken->awaited) {
		found = store_encoder_find(
		    live->store, stream->id, taken->playlist, &encoder, err);
		if (found != 1)
			return found;
		if (publish_listed(live, &encoder, &extent, err) != 0)
			return -1;
		return encoder.ended == ENCODER_ENDED
			   ? ingest_end(live, stream->id, err)
			   : 0;
	}
	if (taken->upload.newcomer || arrival->kind == MEDIA_INIT)
		return 0;
	return publish_late(live, &taken->upload, err);
}

static int
ingest_take(struct live *live, const struct stream *stream,
    const struct arrival *arrival, struct error *err)
{
	struct taken taken;
	struct change change;
	int rc;

	memset(&taken, 0, sizeof(taken));
	rc = ingest_begin(live, stream, err);
	if (rc == 0)
		rc = change_begin(&change, live, STORE_PASSING, err);
	if (rc == 0)
		rc = change_end(&change,
		    ingest_write(live, stream, arrival, &taken, err), err);
	if (rc != 0 || taken.dropped)
		ingest_unlink(live, arrival->file);
	if (rc != 0)
		return -1;
	if (taken.replaced[0] != '\0')
		ingest_unlink(live, taken.replaced);
	if (taken.held_ms > 0)
		return ingest_refuse(taken.held_ms, err);
	if (ingest_publish(live, stream, arrival, &taken, err) != 0)
		return -1;
	return taken.was_there ? 0 : 1;
}

/* The picture of the broadcast: in its place at once. */
static int
ingest_picture(struct live *live, const struct stream *stream,
    const struct arrival *arrival, struct error *err)
{
	char from[FILE_PATH_BYTES], to[FILE_PATH_BYTES];
	struct recording recording;
	struct change change;
	int rc;

	if (stream->status != STREAM_LIVE) {
		ingest_unlink(live, arrival->file);
		return error_set(err, ERROR_NOT_LIVE, NULL,
		    "A picture belongs to a live broadcast.");
	}
	if (publish_open(live, stream, &recording, err) != 0 ||
	    media_path(
		live->config, MEDIA_INCOMING, arrival->file, from, err) != 0 ||
	    media_file(live->config, recording.id, MEDIA_POSTER, to, err) !=
		0 ||
	    file_move(from, to, err) < 0) {
		ingest_unlink(live, arrival->file);
		return -1;
	}
	if (recording.poster)
		return 0;
	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	rc = change_wakes_stream(&change, stream->id, err);
	if (rc == 0)
		rc = store_recording_set_pictures(
		    live->store, recording.seq, true, false, err);
	return change_end(&change, rc, err) == 0 ? 1 : -1;
}

static bool
name_is_poster(const char *name)
{
	const char *file = strrchr(name, '/');

	return strcmp(file != NULL ? file + 1 : name, MEDIA_POSTER) == 0;
}

int
ingest_file(struct live *live, const struct stream *stream,
    const struct arrival *arrival, struct error *err)
{
	if (arrival->kind == MEDIA_PICTURE && name_is_poster(arrival->name))
		return ingest_picture(live, stream, arrival, err);
	return ingest_take(live, stream, arrival, err);
}

int
ingest_delete(struct live *live, const struct stream *stream, const char *name,
    struct error *err)
{
	struct upload upload = { .published = true };
	char playlist[PUSH_NAME_BYTES];
	struct change change;
	struct encoder encoder;
	int found, rc;
	bool gone;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	found = store_upload_find(live->store, stream->id, name, &upload, err);
	if (found == 0)
		found = store_encoder_find(
		    live->store, stream->id, name, &encoder, err);
	rc = found < 0 ? -1 : 0;
	if (found == 0)
		rc = error_set(err, ERROR_PATH_UNKNOWN, NULL,
		    "No file of that name was sent.");
	/* What a list waits for, or is published, stays. */
	if (rc == 0 && !upload.published)
		rc = store_listed_awaits(
		    live->store, stream->id, name, playlist, err);
	gone = rc == 0 && !upload.published;
	if (gone)
		rc = store_upload_delete(live->store, &upload, err);
	rc = change_end(&change, rc < 0 ? -1 : 0, err);
	if (rc == 0 && gone)
		ingest_unlink(live, upload.file);
	return rc;
}

int
ingest_settle_newcomer(struct live *live, const char *stream_id,
    bool takes_over, struct error *err)
{
	struct upload upload, old;
	int found;

	while ((found = store_upload_newcomer(
		    live->store, stream_id, &upload, err)) == 1) {
		if (store_upload_delete(live->store, &upload, err) != 0)
			return -1;
		if (!takes_over) {
			ingest_unlink(live, upload.file);
			continue;
		}
		found = store_upload_find(
		    live->store, stream_id, upload.name, &old, err);
		if (found == 1)
			ingest_unlink(live, old.file);
		upload.newcomer = false;
		if (found < 0 ||
		    store_upload_put(live->store, &upload, err) != 0)
			return -1;
	}
	return found;
}
