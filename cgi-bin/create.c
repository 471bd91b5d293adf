/*
 * POST /api/live/create: a new stream and its key, which is shown here and
 * never again.
 */
#include <stdio.h>

#include "door.h"
#include "live/lifecycle.h"
#include "live/limit.h"
#include "live/wire.h"

struct create_body {
	const char *title, *description;
	int visibility;
	bool record;
};

static const struct field FIELDS[] = {
	{ .name = "title",
	    .type = FIELD_LINE,
	    .required = true,
	    .min = 1,
	    .max = TITLE_CHARS_MAX,
	    .offset = offsetof(struct create_body, title) },
	{ .name = "description",
	    .type = FIELD_TEXT,
	    .nullable = true,
	    .max = DESCRIPTION_CHARS_MAX,
	    .offset = offsetof(struct create_body, description) },
	{ .name = "visibility",
	    .type = FIELD_WORD,
	    .words = VISIBILITY_NAMES,
	    .word_count = VISIBILITY__MAX,
	    .offset = offsetof(struct create_body, visibility) },
	{ .name = "record",
	    .type = FIELD_BOOL,
	    .offset = offsetof(struct create_body, record) },
};

static enum verdict
create_reply(struct request *request, const struct stream *stream,
    const struct stream_keys *keys, struct error *err)
{
	char location[96];

	(void)snprintf(location, sizeof(location), "/api/live/%s", stream->id);
	reply_header(request, "Location", location);
	return reply_json(request, 201,
	    wire_created(stream, keys, door_live(request)->config,
		request_base(request)),
	    err);
}

/* An API token's own limit, or else the address's. */
static int
create_limit(struct request *request, struct error *err)
{
	const struct token *token = &door_call(request)->token;
	struct live *live = door_live(request);

	if (token->scopes != 0)
		return limit_take_token(live, token, err);
	return limit_take(live, LIMIT_CREATE, request_client(request), err);
}

static enum verdict
create_post(struct request *request, struct error *err)
{
	struct live *live = door_live(request);
	struct create_body body = {
		.visibility = (int)live->config->default_visibility,
	};
	struct stream_draft draft;
	struct stream stream;
	struct stream_keys keys;
	enum verdict verdict;

	if (body_decode(request, FIELDS, sizeof(FIELDS) / sizeof(FIELDS[0]),
		&body, err) != 0 ||
	    create_limit(request, err) != 0)
		return REQUEST_FAILED;
	draft.title = body.title;
	draft.description =
	    body.description == FIELD_NULL ? NULL : body.description;
	draft.visibility = (enum visibility)body.visibility;
	draft.record = body.record;
	if (lifecycle_create(live, &draft, &stream, &keys, err) != 0)
		return REQUEST_FAILED;
	verdict = create_reply(request, &stream, &keys, err);
	secret_wipe(&keys, sizeof(keys));
	stream_free(&stream);
	return verdict;
}

static const struct route TABLE[] = {
	{ .method = "POST",
	    .path = "/api/live/create",
	    .handler = create_post,
	    .who = WHO_CREATE,
	    .body_max = 65536 },
};

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "create", ROUTES(TABLE) });
}
