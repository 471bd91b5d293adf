/*
 * What encoders push: PUT, POST and DELETE under /api/live/:id/media/ with the
 * stream key, and under /push/<token>/ for senders that can't set a header.
 * A file is streamed into incoming/ and looked at before anybody hears of it;
 * a body that breaks off leaves nothing. The rules are live/ingest.h's.
 */
#include "base/buf.h"
#include "door.h"
#include "live/ingest.h"

#define PIECE_BYTES 65536

static ssize_t
media_read(void *context, void *to, size_t size, struct error *err)
{
	return request_body_read(context, to, size, err);
}

static int
media_take_file(
    struct request *request, struct arrival *arrival, struct error *err)
{
	struct live *live = door_live(request);
	const struct arrival_source body = { media_read, request };

	if (request_body_begin(
		request, live->config->media_file_max_mb << 20, err) != 0 ||
	    ingest_receive(live, &body, arrival, err) != 0)
		return -1;
	return ingest_file(live, &door_call(request)->stream, arrival, err);
}

static int
media_take_playlist(
    struct request *request, const char *name, struct error *err)
{
	struct live *live = door_live(request);
	const int64_t max = live->config->playlist_max_kb << 10;
	struct pushed_text pushed = {
		.name = name,
		.sender = request_client(request),
	};
	struct buf text;
	ssize_t got = -1;
	char *room;
	int rc = -1;

	buf_init(&text, (size_t)max + PIECE_BYTES);
	if (request_body_begin(request, max, err) == 0) {
		while ((room = buf_room(&text, PIECE_BYTES)) != NULL &&
		       (got = request_body_read(
			    request, room, PIECE_BYTES, err)) > 0)
			text.size += (size_t)got;
		if (room == NULL)
			error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	}
	pushed.text = text.data;
	pushed.size = text.size;
	if (got == 0)
		rc = ingest_playlist(
		    live, &door_call(request)->stream, &pushed, err);
	buf_free(&text);
	return rc;
}

static enum verdict
media_put(struct request *request, struct error *err)
{
	struct arrival arrival = {
		.name = request_rest(request),
		.sender = request_client(request),
	};
	int made;

	if (ingest_admit(door_live(request), &door_call(request)->stream,
		arrival.name, &arrival.kind, err) != 0)
		return REQUEST_FAILED;
	if (arrival.kind == MEDIA_PLAYLIST)
		made = media_take_playlist(request, arrival.name, err);
	else
		made = media_take_file(request, &arrival, err);
	if (made < 0)
		return REQUEST_FAILED;
	return reply_empty(request, made == 1 ? 201 : 200);
}

static enum verdict
media_delete(struct request *request, struct error *err)
{
	const char *name = request_rest(request);
	enum media_kind kind;

	if (probe_name(name, &kind, err) != 0 ||
	    ingest_delete(door_live(request), &door_call(request)->stream, name,
		err) != 0)
		return REQUEST_FAILED;
	return reply_empty(request, 200);
}

#define BY_KEY "/api/live/:id/media/*"
#define BY_TOKEN "/push/:id/*"

static const struct route TABLE[] = {
	{ .method = "PUT",
	    .path = BY_KEY,
	    .handler = media_put,
	    .who = WHO_KEY,
	    .streams = true },
	{ .method = "POST",
	    .path = BY_KEY,
	    .handler = media_put,
	    .who = WHO_KEY,
	    .streams = true },
	{ .method = "DELETE",
	    .path = BY_KEY,
	    .handler = media_delete,
	    .who = WHO_KEY },
	{ .method = "PUT",
	    .path = BY_TOKEN,
	    .handler = media_put,
	    .who = WHO_PUSH,
	    .streams = true,
	    .secret = true },
	{ .method = "POST",
	    .path = BY_TOKEN,
	    .handler = media_put,
	    .who = WHO_PUSH,
	    .streams = true,
	    .secret = true },
	{ .method = "DELETE",
	    .path = BY_TOKEN,
	    .handler = media_delete,
	    .who = WHO_PUSH,
	    .secret = true },
};

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "media", ROUTES(TABLE) });
}
