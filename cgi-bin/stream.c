/*
 * /api/live/:id: one stream, seen, changed, removed; its key, changed; and
 * tokens that its viewers watch it by.
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

struct token_body {
	int64_t expires_in, max;
	const char *ip;
};

static const struct field TOKEN_FIELDS[] = {
	{ .name = "expiresIn",
	    .type = FIELD_INT,
	    .min = 1,
	    .max = INT32_MAX,
	    .offset = offsetof(struct token_body, expires_in) },
	{ .name = "max",
	    .type = FIELD_INT,
	    .min = 1,
	    .max = 1000000,
	    .offset = offsetof(struct token_body, max) },
	{ .name = "ip",
	    .type = FIELD_LINE,
	    .min = 1,
	    .max = JWT_TEXT_BYTES - 1,
	    .offset = offsetof(struct token_body, ip) },
};

static enum verdict
stream_token(struct request *request, struct error *err)
{
	const struct stream *stream = &door_call(request)->stream;
	struct live *live = door_live(request);
	struct token_body body = { .expires_in = 0 };
	struct playback_wish wish = { .life_s = 0 };
	struct playback_token token;
	enum verdict verdict;

	if (body_decode(request, TOKEN_FIELDS,
		sizeof(TOKEN_FIELDS) / sizeof(TOKEN_FIELDS[0]), &body,
		err) != 0)
		return REQUEST_FAILED;
	wish.life_s = body.expires_in;
	wish.max = body.max;
	wish.ip = body.ip;
	if (playback_make(live, stream, &wish, &token, err) != 0)
		return REQUEST_FAILED;
	verdict = reply_json(request, 201,
	    wire_token(stream, &token, request_base(request)), err);
	secret_wipe(&token, sizeof(token));
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
	{ .method = "POST",
	    .path = "/api/live/:id/token",
	    .handler = stream_token,
	    .who = WHO_KEY,
	    .body_max = 4096 },
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
