/*
 * Pushed playlists: whose they are, and what they begin and end.
 *
 *	a list that goes on from the encoder's last      -> taken
 *	any other, while an encoder is sending           -> 409
 *	any other, once it has been silent for long      -> a new session: what
 *	    the newcomer sent is its own now, and a discontinuity is between
 *
 * The decision and its rows are one transaction of the "passing" part.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/steady.h"
#include "live/ingest_parts.h"
#include "live/ingest_incoming.h"
#include "live/lifecycle.h"
#include "live/playlist.h"
#include "live/publish.h"
#include "store/ingest.h"
#include "store/presence.h"

#define JOIN_MS 3000 /* and a segment: its first list may be on its way */

/* What came under a name: a newcomer's where there is one. 1, 0, or -1. */
static int
list_find_upload(struct incoming *in, const char *name, struct upload *upload,
    struct error *err)
{
	int found;

	found = store_upload_aside(
	    in->live->store, in->stream->id, name, upload, err);
	if (found == 0)
		found = store_upload_find(
		    in->live->store, in->stream->id, name, upload, err);
	return found;
}

/* Every segment must have its init section, when its list comes. */
static int
list_check_maps(struct incoming *in, struct error *err)
{
	const char *last = NULL;
	struct upload upload;
	size_t i;
	int found;

	for (i = 0; i < in->list->segment_count; i++) {
		const char *map = in->list->segments[i].map;

		if (map == NULL || (last != NULL && strcmp(map, last) == 0))
			continue;
		last = map;
		found = list_find_upload(in, map, &upload, err);
		if (found < 0)
			return -1;
		if (found == 1 && upload.kind == MEDIA_INIT)
			continue;
		/* After a power cut only those that go on have none. */
		if (found == 0 && in->goes_on)
			continue;
		return error_set(err, ERROR_INIT, NULL,
		    "The init section %s %s.", map,
		    found == 0 ? "has not come" : "is not one");
	}
	return 0;
}

/* Is any encoder of the stream to be left alone by one that is new here? */
static int
list_may_join(struct incoming *in, struct error *err)
{
	struct encoder newest;
	struct variant variant;
	int64_t held_ms;
	int found;

	found =
	    store_encoder_newest(in->live->store, in->stream->id, &newest, err);
	if (found <= 0)
		return found;
	held_ms = ingest_held_ms(&newest, in->now);
	if (held_ms == 0 ||
	    in->now - newest.began_steady_ms < JOIN_MS + newest.segment_ms)
		return 0;
	found = store_variant_get(
	    in->live->store, in->recording.seq, in->name, &variant, err);
	if (found == 0)
		return ingest_refuse(held_ms, err);
	return found < 0 ? -1 : 0;
}

/* The first rendition that nobody is sending. Its number, or -1 with *err. */
static int
list_choose_rendition(struct incoming *in, struct error *err)
{
	struct encoder other;
	int number, found;

	for (number = 0; number < RENDITIONS_MAX; number++) {
		found = store_encoder_of_rendition(
		    in->live->store, in->stream->id, number, &other, err);
		if (found < 0)
			return -1;
		if (found == 1 && ingest_held_ms(&other, in->now) > 0)
			continue;
		if (found == 1 &&
		    store_encoder_delete(in->live->store, &other, err) != 0)
			return -1;
		return number;
	}
	return error_set(err, ERROR_INPUT, "name",
	    "A broadcast has %d renditions at the most.", RENDITIONS_MAX);
}

/*
 * An EXT-X-MAP holds until the next one, so what needs none can't follow what
 * had one: a player would put it in front of MPEG-TS.
 */
static int
list_check_kind(struct incoming *in, int64_t number, struct error *err)
{
	struct rendition rendition;
	int found;

	found = store_rendition_get(
	    in->live->store, in->recording.seq, number, &rendition, err);
	if (found == 1 && rendition.inits > 0 &&
	    in->list->segments[0].map == NULL)
		return error_set(err, ERROR_INPUT, NULL,
		    "This broadcast began with fMP4 segments. Push fMP4, or "
		    "stop it first.");
	return found < 0 ? -1 : 0;
}

/* A new session: who was sending before? 0, or -1 with ERROR_ENCODER. */
static int
list_take_over(struct incoming *in, struct error *err)
{
	struct encoder *encoder = &in->encoder;
	int64_t sequence = in->list->sequence - 1;
	int64_t held_ms;
	int number;

	/* One whose broadcast was stopped, and which goes on in the next. */
	if (in->goes_on)
		sequence = encoder->sequence;
	if (in->known) {
		held_ms = ingest_held_ms(encoder, in->now);
		if (held_ms > 0)
			return ingest_refuse(held_ms, err);
		number = (int)encoder->rendition;
	} else {
		if (list_may_join(in, err) != 0)
			return -1;
		number = list_choose_rendition(in, err);
		if (number < 0)
			return -1;
	}
	if (list_check_kind(in, number, err) != 0)
		return -1;
	memset(encoder, 0, sizeof(*encoder));
	memcpy(encoder->stream_id, in->stream->id, ID_BYTES);
	(void)snprintf(encoder->name, sizeof(encoder->name), "%s", in->name);
	encoder->rendition = number;
	encoder->session = id_number();
	encoder->sequence = sequence;
	encoder->began_steady_ms = in->now;
	/* Its names may be those of the one before. */
	if (store_upload_forget(
		in->live->store, in->stream->id, MEDIA_INIT, err) != 0)
		return -1;
	return ingest_settle_newcomer(in->live, in->stream->id, true, err);
}

/* What is new in the list waits for its segments from now on. */
static int
list_enlist(struct incoming *in, struct error *err)
{
	const struct playlist *list = in->list;
	struct listed listed;
	int64_t sequence;

	for (sequence = in->encoder.sequence + 1; sequence < incoming_end(list);
	     sequence++) {
		const struct playlist_segment *segment =
		    &list->segments[sequence - list->sequence];

		memset(&listed, 0, sizeof(listed));
		listed.sequence = sequence;
		(void)snprintf(listed.segment, sizeof(listed.segment), "%s",
		    segment->name);
		(void)snprintf(listed.map, sizeof(listed.map), "%s",
		    segment->map != NULL ? segment->map : "");
		listed.duration_us = segment->duration_us;
		listed.at_unix_ms = segment->at_unix_ms;
		listed.discontinuity = segment->discontinuity;
		listed.gap = segment->gap;
		listed.since_steady_ms = in->now;
		if (store_listed_insert(
			in->live->store, &in->encoder, &listed, err) != 0)
			return -1;
	}
	return 0;
}

/* Where the encoder is now, by its list. */
static void
list_place(struct incoming *in)
{
	const struct playlist *list = in->list;
	const struct playlist_segment *last =
	    &list->segments[list->segment_count - 1];
	struct encoder *encoder = &in->encoder;

	encoder->sequence = incoming_end(list) - 1;
	(void)snprintf(encoder->last, sizeof(encoder->last), "%s", last->name);
	encoder->heard_steady_ms = in->now;
	encoder->segment_ms = last->duration_us / 1000;
	encoder->target_s = list->target_s;
	(void)snprintf(
	    encoder->sender, sizeof(encoder->sender), "%s", in->sender);
}

static int
list_note_encoder(struct incoming *in, struct error *err)
{
	list_place(in);
	in->encoder.ended = in->list->ended ? ENCODER_ENDED : ENCODER_SENDING;
	if (store_encoder_put(in->live->store, &in->encoder, err) != 0)
		return -1;
	return store_broadcast_heard(in->live->store, in->stream->id,
	    in->now + in->live->config->reconnect_window_s * 1000, in->now,
	    err);
}

/* Inside the change: a stop may have come between. 0, or -1 with *err. */
static int
list_still_live(struct incoming *in, struct error *err)
{
	struct stream now;
	int found;

	found = store_stream_find(in->live->store, in->stream->id, &now, err);
	if (found == 1 && now.status != STREAM_LIVE)
		found = 0;
	stream_free(&now);
	if (found == 0)
		return error_set_retry(
		    err, ERROR_OVER, 5, "The broadcast was stopped just now.");
	return found < 0 ? -1 : 0;
}

static int
list_decide(struct incoming *in, struct error *err)
{
	if (list_still_live(in, err) != 0 || incoming_look(in, err) != 0)
		return -1;
	if (in->stale)
		return 0;
	if (list_check_maps(in, err) != 0)
		return -1;
	if (in->goes_on && in->encoder.ended < ENCODER_STOPPED) {
		if (ingest_settle_newcomer(
			in->live, in->stream->id, false, err) != 0)
			return -1;
	} else if (list_take_over(in, err) != 0) {
		return -1;
	}
	if (list_enlist(in, err) != 0)
		return -1;
	return list_note_encoder(in, err);
}

static int
list_follow(struct incoming *in, struct error *err)
{
	size_t i;

	list_place(in);
	for (i = 0; i < in->list->segment_count; i++)
		if (ingest_discard(in->live, in->stream->id,
			in->list->segments[i].name, err) != 0)
			return -1;
	return store_encoder_put(in->live->store, &in->encoder, err);
}

/*
 * The broadcast was stopped under this encoder. It is followed, or its lists
 * would be a stranger's once they have moved on. Returns -1.
 */
static int
list_over(struct incoming *in, struct error *err)
{
	struct change change;

	if (in->goes_on &&
	    (change_begin(&change, in->live, STORE_PASSING, err) != 0 ||
		change_end(&change, list_follow(in, err), err) != 0))
		return -1;
	return error_set_retry(err, ERROR_OVER, 5,
	    "The broadcast that this list is of was stopped. Start the encoder "
	    "anew for another one.");
}

/*
 * Is all here that the list names? One that has ended and isn't whole is the
 * last of an encoder that was refused while another was sending. 1, 0, or -1.
 */
static int
list_is_whole(struct incoming *in, struct error *err)
{
	const struct playlist *list = in->list;
	struct upload upload;
	int found = 1;
	size_t i;

	for (i = 0; found == 1 && i < list->segment_count; i++) {
		found =
		    list_find_upload(in, list->segments[i].name, &upload, err);
		if (found == 1 && upload.published)
			found = 0;
	}
	return found;
}

/* The stream isn't live: the list begins a broadcast, or is of one before. */
static int
list_start(struct incoming *in, struct stream *stream, struct error *err)
{
	int whole = 1;

	if (in->stale || (in->goes_on && (in->encoder.ended != ENCODER_LAPSED ||
					     incoming_end(in->list) <=
						 in->encoder.sequence + 1)))
		return list_over(in, err);
	if (in->known && in->list->ended)
		whole = list_is_whole(in, err);
	if (whole <= 0)
		return whole < 0 ? -1 : list_over(in, err);
	if (list_check_maps(in, err) != 0)
		return -1;
	return lifecycle_start(in->live, stream, err);
}

/* Makes the broadcast that the list is of, where it isn't live. 0 or -1. */
static int
list_open(struct incoming *in, struct error *err)
{
	struct stream now;
	int rc;

	if (incoming_look(in, err) != 0)
		return -1;
	/* What the request was admitted with may be older than another list. */
	rc = store_stream_find(in->live->store, in->stream->id, &now, err);
	if (rc == 0)
		rc = error_set(err, ERROR_STREAM_UNKNOWN, NULL,
		    "There is no such stream.");
	if (rc == 1 && now.status == STREAM_LIVE)
		rc = 0;
	else if (rc == 1)
		rc = list_start(in, &now, err);
	stream_free(&now);
	if (rc != 0)
		return -1;
	return publish_open(in->live, in->stream, &in->recording, err);
}

/* The encoder whose place a list takes that is of none. 1, 0, or -1. */
static int
list_replaces(struct incoming *in, struct encoder *other, struct error *err)
{
	int number, found;

	for (number = 0; number < RENDITIONS_MAX; number++) {
		found = store_encoder_of_rendition(
		    in->live->store, in->stream->id, number, other, err);
		if (found <= 0 || ingest_held_ms(other, in->now) == 0)
			return found;
	}
	return 0;
}

/* Before another takes over: what the one before had sent. */
static int
list_finish_last(struct incoming *in, struct error *err)
{
	const struct publish_extent all = { .all = true };
	struct encoder other = in->encoder;
	int found = 1;

	if (!in->known)
		found = list_replaces(in, &other, err);
	else if (in->goes_on || ingest_held_ms(&other, in->now) > 0)
		return 0;
	return found == 1 ? publish_listed(in->live, &other, &all, err) : found;
}

static int
list_take(struct incoming *in, struct error *err)
{
	const struct publish_extent extent = { .floor = in->list->sequence };
	struct change change;
	int rc;

	if (in->list->segment_count == 0)
		return 0;
	rc = list_open(in, err);
	if (rc == 0 && in->stale)
		return 0;
	if (rc != 0 || list_finish_last(in, err) != 0 ||
	    change_begin(&change, in->live, STORE_PASSING, err) != 0)
		return -1;
	if (change_end(&change, list_decide(in, err), err) != 0)
		return -1;
	if (publish_listed(in->live, &in->encoder, &extent, err) != 0)
		return -1;
	if (in->list->ended && ingest_end(in->live, in->stream->id, err) != 0)
		return -1;
	return in->known ? 0 : 1;
}

int
ingest_playlist(struct live *live, const struct stream *stream,
    const struct pushed_text *pushed, struct error *err)
{
	struct incoming in = {
		.live = live,
		.stream = stream,
		.name = pushed->name,
		.sender = pushed->sender,
		.now = steady_now_ms(),
	};
	struct playlist list;
	int rc;

	if (playlist_parse(
		&list, pushed->text, pushed->size, pushed->name, err) != 0)
		return -1;
	in.list = &list;
	if (list.multivariant)
		rc = ingest_variants(live, stream, &list, err);
	else
		rc = list_take(&in, err);
	playlist_free(&list);
	return rc;
}
