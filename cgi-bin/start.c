/*
 * POST /api/live/:id/start: the stream goes LIVE.
 */
#include "door.h"
#include "live/lifecycle.h"

struct start_body {
	const char *stream_key;
};

static const struct field FIELDS[] = {
	{ .name = "streamKey",
	    .type = FIELD_LINE,
	    .nullable = true,
	    .max = 200,
	    .offset = offsetof(struct start_body, stream_key) },
};

static enum verdict
start_post(struct request *request, struct error *err)
{
	struct start_body body = { .stream_key = NULL };

	if (body_decode(request, FIELDS, sizeof(FIELDS) / sizeof(FIELDS[0]),
		&body, err) != 0)
		return REQUEST_FAILED;
	if (body.stream_key != NULL && body.stream_key[0] == '\0')
		body.stream_key = NULL;
	if (door_authorize_key(request, WHO_KEY, body.stream_key, err) != 0) {
		/* This route's key is a member of its body: 400, not 401. */
		if (err->code == ERROR_CREDENTIALS_MISSING)
			error_set(err, ERROR_KEY_MISSING, "streamKey",
			    "Send {\"streamKey\": \"...\"}.");
		return REQUEST_FAILED;
	}
	if (lifecycle_start(
		door_live(request), &door_call(request)->stream, err) != 0)
		return REQUEST_FAILED;
	return door_reply_stream(
	    request, 200, "Stream started successfully", err);
}

static const struct route TABLE[] = {
	{ .method = "POST",
	    .path = "/api/live/:id/start",
	    .handler = start_post,
	    .who = WHO_HANDLER,
	    .body_max = 4096 },
};

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "start", ROUTES(TABLE) });
}
