/*
 * POST /api/live/:id/stop: the stream is over, and becomes a replay if that is
 * wished for.
 */
#include "door.h"
#include "live/lifecycle.h"

struct stop_body {
	const char *stream_key;
	bool convert_to_vod;
};

static const struct field FIELDS[] = {
	{ .name = "streamKey",
	    .type = FIELD_LINE,
	    .max = 200,
	    .offset = offsetof(struct stop_body, stream_key) },
	{ .name = "convertToVOD",
	    .type = FIELD_BOOL,
	    .offset = offsetof(struct stop_body, convert_to_vod) },
};

static enum verdict
stop_post(struct request *request, struct error *err)
{
	struct stop_body body = { .stream_key = NULL };
	struct stream *stream;

	if (body_decode(request, FIELDS, sizeof(FIELDS) / sizeof(FIELDS[0]),
		&body, err) != 0 ||
	    door_authorize_key(request, WHO_MANAGER, body.stream_key, err) != 0)
		return REQUEST_FAILED;
	/* Where it doesn't say, the wish is the one it was created with. */
	stream = &door_call(request)->stream;
	body.convert_to_vod = stream->record;
	if (body_decode(request, FIELDS, sizeof(FIELDS) / sizeof(FIELDS[0]),
		&body, err) != 0 ||
	    lifecycle_stop(
		door_live(request), stream, body.convert_to_vod, err) != 0)
		return REQUEST_FAILED;
	return door_reply_stream(
	    request, 200, "Stream stopped successfully", err);
}

static const struct route TABLE[] = {
	{ .method = "POST",
	    .path = "/api/live/:id/stop",
	    .handler = stop_post,
	    .who = WHO_HANDLER,
	    .body_max = 4096 },
};

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "stop", ROUTES(TABLE) });
}
