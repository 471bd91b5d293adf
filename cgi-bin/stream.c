/*
 * /api/live/:id: one stream, seen, changed, removed; and its key, changed.
 * The web server also sends here what no other program takes, and what no file
 * of media is, so that an unknown path gets a problem document.
 */
#include "door.h"
#include "live/lifecycle.h"
#include "live/wire.h"

struct stream_body {
	const char *title, *description;
	int visibility;
};

static const struct field FIELDS[] = {
	{ .name = "title",
	    .type = FIELD_LINE,
	    .min = 1,
	    .max = TITLE_CHARS_MAX,
	    .offset = offsetof(struct stream_body, title) },
	{ .name = "description",
	    .type = FIELD_TEXT,
	    .nullable = true,
	    .max = DESCRIPTION_CHARS_MAX,
	    .offset = offsetof(struct stream_body, description) },
	{ .name = "visibility",
	    .type = FIELD_WORD,
	    .words = VISIBILITY_NAMES,
	    .word_count = VISIBILITY__MAX,
	    .offset = offsetof(struct stream_body, visibility) },
};

static enum verdict
stream_get(struct request *request, struct error *err)
{
	return door_reply_stream(request, 200, NULL, err);
}

static enum verdict
stream_patch(struct request *request, struct error *err)
{
	struct stream *stream = &door_call(request)->stream;
	struct stream_body body = { .visibility = VISIBILITY__MAX };
	struct stream_patch patch = { .title = NULL };
	enum visibility visibility;

	if (body_decode(request, FIELDS, sizeof(FIELDS) / sizeof(FIELDS[0]),
		&body, err) != 0)
		return REQUEST_FAILED;
	patch.title = body.title;
	patch.sets_description = body.description != NULL;
	if (body.description != FIELD_NULL)
		patch.description = body.description;
	visibility = (enum visibility)body.visibility;
	if (visibility != VISIBILITY__MAX)
		patch.visibility = &visibility;
	if (lifecycle_update(door_live(request), stream, &patch, err) != 0)
		return REQUEST_FAILED;
	return door_reply_stream(request, 200, NULL, err);
}

static enum verdict
stream_delete(struct request *request, struct error *err)
{
	if (lifecycle_delete(
		door_live(request), door_call(request)->stream.id, err) != 0)
		return REQUEST_FAILED;
	return reply_empty(request, 204);
}

static enum verdict
stream_key(struct request *request, struct error *err)
{
	struct stream_keys keys;
	enum verdict verdict;

	if (lifecycle_rotate(door_live(request), &door_call(request)->stream,
		&keys, err) != 0)
		return REQUEST_FAILED;
	verdict = reply_json(
	    request, 200, wire_keys(&keys, request_base(request)), err);
	secret_wipe(&keys, sizeof(keys));
	return verdict;
}

/* The web server serves what is there, and asks here about all else. */
static enum verdict
file_missing(struct request *request, struct error *err)
{
	(void)request;
	error_set(err, ERROR_PATH_UNKNOWN, NULL,
	    "There is no such file, or not yet.");
	return REQUEST_FAILED;
}

static const struct route TABLE[] = {
	{ .method = "GET",
	    .path = "/api/live/:id",
	    .handler = stream_get,
	    .who = WHO_VISIBLE },
	{ .method = "PATCH",
	    .path = "/api/live/:id",
	    .handler = stream_patch,
	    .who = WHO_KEY,
	    .body_max = 65536 },
	{ .method = "DELETE",
	    .path = "/api/live/:id",
	    .handler = stream_delete,
	    .who = WHO_MANAGER },
	{ .method = "POST",
	    .path = "/api/live/:id/key",
	    .handler = stream_key,
	    .who = WHO_KEY },
	{ .method = "GET",
	    .path = "/live/*",
	    .handler = file_missing,
	    .who = WHO_ANYONE },
};

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "stream", ROUTES(TABLE) });
}
