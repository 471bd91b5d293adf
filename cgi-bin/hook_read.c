/*
 * Three servers' words. What isn't needed isn't looked at: their newer versions
 * send more.
 */
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "base/id.h"
#include "hook_read.h"
#include "http/body.h"
#include "http/form.h"

#define QUERY_BYTES 2048

struct word {
	const char *word;
	enum hook_event event;
};

static const struct word NGINX[] = {
	{ "publish", HOOK_PUBLISH },
	{ "update_publish", HOOK_UPDATE },
	{ "publish_done", HOOK_DONE },
	{ "play", HOOK_WATCH },
	{ "update_play", HOOK_WATCH },
	{ "play_done", HOOK_NOTHING },
	{ "record_done", HOOK_NOTHING },
	{ "connect", HOOK_NOTHING },
	{ "disconnect", HOOK_NOTHING },
	{ "done", HOOK_NOTHING },
	{ NULL, HOOK_NOTHING },
};

/* update and done are what docs/rtmp.md lets its hooks send. */
static const struct word MEDIAMTX[] = {
	{ "publish", HOOK_PUBLISH },
	{ "update", HOOK_UPDATE },
	{ "done", HOOK_DONE },
	{ "read", HOOK_WATCH },
	{ "playback", HOOK_WATCH },
	{ NULL, HOOK_NOTHING },
};

static const struct word SRS[] = {
	{ "on_publish", HOOK_PUBLISH },
	{ "on_hls", HOOK_UPDATE },
	{ "on_unpublish", HOOK_DONE },
	{ "on_play", HOOK_WATCH },
	{ "on_stop", HOOK_NOTHING },
	{ "on_connect", HOOK_NOTHING },
	{ "on_close", HOOK_NOTHING },
	{ "on_dvr", HOOK_NOTHING },
	{ NULL, HOOK_NOTHING },
};

static int
hook_event(struct hook *hook, const struct word *words, const char *field,
    const char *said, struct error *err)
{
	for (; words->word != NULL; words++) {
		if (strcmp(words->word, said) == 0) {
			hook->event = words->event;
			return 0;
		}
	}
	return error_set(
	    err, ERROR_INPUT, field, "%s is none of the known.", field);
}

/* A field of a form: "" where it is missing. 0 or -1. */
static int
hook_field(struct text form, const char *name, char *value, size_t size,
    struct error *err)
{
	int found;

	value[0] = '\0';
	found = form_find(form, name, value, size);
	if (found < 0)
		return error_set(
		    err, ERROR_INPUT, name, "%s can't be read.", name);
	return 0;
}

/* What stands in the arguments of a stream's address: a key, or a token. */
static int
hook_key(struct hook *hook, struct text arguments, struct error *err)
{
	if (hook_field(arguments, "key", hook->key, sizeof(hook->key), err) !=
	    0)
		return -1;
	if (hook->key[0] != '\0')
		return 0;
	return hook_field(
	    arguments, "token", hook->key, sizeof(hook->key), err);
}

int
hook_read_nginx(
    const char *body, size_t size, struct hook *hook, struct error *err)
{
	const struct text form = { body, size };
	char call[32];

	if (hook_field(form, "call", call, sizeof(call), err) != 0 ||
	    hook_event(hook, NGINX, "call", call, err) != 0)
		return -1;
	if (hook->event == HOOK_NOTHING)
		return 0;
	if (hook_field(form, "name", hook->name, sizeof(hook->name), err) !=
		0 ||
	    hook_field(form, "clientid", hook->client, sizeof(hook->client),
		err) != 0 ||
	    hook_field(form, "addr", hook->viewer, sizeof(hook->viewer), err) !=
		0)
		return -1;
	return hook_key(hook, form, err);
}

/* A member as text: "" where it is missing; a number as its digits. 0 or -1. */
static int
hook_member(struct json_object *tree, const char *name, char *value,
    size_t size, struct error *err)
{
	struct json_object *member = NULL;
	const char *text = "";

	(void)json_object_object_get_ex(tree, name, &member);
	if (json_object_is_type(member, json_type_string) ||
	    json_object_is_type(member, json_type_int))
		text = json_object_get_string(member);
	else if (member != NULL)
		return error_set(
		    err, ERROR_INPUT, name, "%s must be a text.", name);
	if ((size_t)snprintf(value, size, "%s", text) >= size)
		return error_set(
		    err, ERROR_INPUT, name, "%s is too long.", name);
	return 0;
}

static int
mediamtx_key(struct json_object *tree, struct hook *hook, struct error *err)
{
	static const char *const NAMES[] = { "password", "token" };
	char query[QUERY_BYTES];
	size_t i;
	int rc;

	for (i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		if (hook_member(
			tree, NAMES[i], hook->key, sizeof(hook->key), err) != 0)
			return -1;
		if (hook->key[0] != '\0')
			return 0;
	}
	rc = hook_member(tree, "query", query, sizeof(query), err);
	if (rc == 0)
		rc = hook_key(hook, (struct text){ query, strlen(query) }, err);
	secret_wipe(query, sizeof(query));
	return rc;
}

/* The path is the application and the stream, or the stream alone. */
static void
mediamtx_name(struct hook *hook)
{
	char *slash = strrchr(hook->name, '/');

	if (slash != NULL)
		memmove(hook->name, slash + 1, strlen(slash + 1) + 1);
}

static int
mediamtx_fill(struct json_object *tree, struct hook *hook, struct error *err)
{
	char action[32];

	if (hook_member(tree, "action", action, sizeof(action), err) != 0 ||
	    hook_event(hook, MEDIAMTX, "action", action, err) != 0 ||
	    hook_member(tree, "path", hook->name, sizeof(hook->name), err) !=
		0 ||
	    hook_member(tree, "id", hook->client, sizeof(hook->client), err) !=
		0 ||
	    hook_member(tree, "ip", hook->viewer, sizeof(hook->viewer), err) !=
		0)
		return -1;
	mediamtx_name(hook);
	return mediamtx_key(tree, hook, err);
}

static int
srs_fill(struct json_object *tree, struct hook *hook, struct error *err)
{
	char action[32], param[QUERY_BYTES] = "";
	struct text arguments;
	int rc;

	if (hook_member(tree, "action", action, sizeof(action), err) != 0 ||
	    hook_event(hook, SRS, "action", action, err) != 0)
		return -1;
	if (hook->event == HOOK_NOTHING)
		return 0;
	if (hook_member(tree, "stream", hook->name, sizeof(hook->name), err) !=
		0 ||
	    hook_member(tree, "client_id", hook->client, sizeof(hook->client),
		err) != 0 ||
	    hook_member(tree, "ip", hook->viewer, sizeof(hook->viewer), err) !=
		0 ||
	    hook_member(tree, "param", param, sizeof(param), err) != 0)
		return -1;
	arguments.at = param + (param[0] == '?');
	arguments.size = strlen(arguments.at);
	rc = hook_key(hook, arguments, err);
	secret_wipe(param, sizeof(param));
	return rc;
}

/* Reads an object, and has it filled in. */
static int
hook_read_json(const char *body, size_t size, struct hook *hook,
    int (*fill)(struct json_object *, struct hook *, struct error *),
    struct error *err)
{
	struct json_object *tree;
	int rc = -1;

	if (body_parse(body, size, &tree, err) != 0)
		return -1;
	if (json_object_is_type(tree, json_type_object))
		rc = fill(tree, hook, err);
	else
		error_set(err, ERROR_INPUT, NULL, "Send a JSON object.");
	(void)json_object_put(tree);
	return rc;
}

int
hook_read_mediamtx(
    const char *body, size_t size, struct hook *hook, struct error *err)
{
	return hook_read_json(body, size, hook, mediamtx_fill, err);
}

int
hook_read_srs(
    const char *body, size_t size, struct hook *hook, struct error *err)
{
	return hook_read_json(body, size, hook, srs_fill, err);
}

void
hook_wipe(struct hook *hook)
{
	secret_wipe(hook->key, sizeof(hook->key));
}
