/*
 * POST /api/live/hook/...: RTMP servers ask who may publish and watch, and tell
 * who does. docs/rtmp.md is the contract, live/rtmp.h has the rules; here are
 * whose callbacks count, and the answers that each server understands.
 */
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "base/address.h"
#include "door.h"
#include "hook_read.h"
#include "http/problem.h"
#include "live/rtmp.h"

#define BODY_MAX (16 * 1024)

static bool
guard_secret(struct request *request, const char *shown)
{
	const struct live *live = door_live(request);
	unsigned char wanted[HASH_BYTES], got[HASH_BYTES];

	/* Hashes have one length: comparing them tells nothing of it. */
	secret_hash(&live->secret, live->config->hook_secret, wanted);
	secret_hash(&live->secret, shown, got);
	return secret_equal(wanted, got);
}

/* The secret that was shown, in the URL or in a header; "" for none. */
static bool
guard_shown(struct request *request)
{
	char shown[CONFIG_TEXT_BYTES] = "";
	struct error ignored;
	bool right;

	if (request_query(request, "secret", shown, sizeof(shown), &ignored) !=
		1 &&
	    request_secret(request, shown, sizeof(shown), &ignored) != 1)
		shown[0] = '\0';
	right = guard_secret(request, shown);
	secret_wipe(shown, sizeof(shown));
	return right;
}

static bool
guard_listed(struct request *request, const char *list)
{
	const char *client = request_client(request);
	const struct text text = { client, strlen(client) };
	struct address address;

	return address_parse(text, &address) && address_listed(list, &address);
}

/* Each of the two that is set must hold. It says nothing of streams. */
static int
hook_guard(struct request *request, struct error *err)
{
	const struct config *config = door_live(request)->config;

	if (config->hook_secret[0] == '\0' && config->hook_addresses[0] == '\0')
		return error_set(err, ERROR_HOOKS_OFF, NULL,
		    "Whose callbacks count is set by LIVEBIN_HOOK_SECRET or "
		    "LIVEBIN_HOOK_ADDRESSES.");
	if ((config->hook_secret[0] == '\0' || guard_shown(request)) &&
	    (config->hook_addresses[0] == '\0' ||
		guard_listed(request, config->hook_addresses)))
		return 0;
	return error_set(err, ERROR_HOOK_REFUSED, NULL,
	    "It has not the secret, or not an address, of an RTMP server of "
	    "this site.");
}

static int
hook_dispatch(struct live *live, enum hook_event event,
    const struct rtmp_call *call, struct error *err)
{
	switch (event) {
	case HOOK_PUBLISH:
		return rtmp_publish(live, call, err);
	case HOOK_UPDATE:
		return rtmp_update(live, call, err);
	case HOOK_DONE:
		return rtmp_done(live, call, err);
	case HOOK_WATCH:
		return rtmp_may_watch(live, call, err);
	case HOOK_NOTHING:
		break;
	}
	return 0;
}

/* What is done of a callback, whatever the server. 0 or -1. */
static int
hook_run(struct request *request, const char *kind, hook_reader *reader,
    struct hook *hook, struct error *err)
{
	char server[RTMP_SERVER_BYTES];
	const struct rtmp_call call = {
		.stream_id = hook->name,
		.server = server,
		.client = hook->client,
		.key = hook->key,
		.viewer = hook->viewer,
		.keyless = reader == hook_read_mediamtx,
	};
	const char *body;
	size_t size;

	/* nginx-rtmp waits for the end of the connection. */
	reply_header(request, "Connection", "close");
	if (hook_guard(request, err) != 0)
		return -1;
	body = request_body(request, &size);
	(void)snprintf(
	    server, sizeof(server), "%s %s", kind, request_client(request));
	if (reader(body != NULL ? body : "", size, hook, err) != 0)
		return -1;
	return hook_dispatch(door_live(request), hook->event, &call, err);
}

static enum verdict
hook_nginx(struct request *request, struct error *err)
{
	struct hook hook = { .event = HOOK_NOTHING };
	int rc;

	rc = hook_run(request, "nginx-rtmp", hook_read_nginx, &hook, err);
	hook_wipe(&hook);
	return rc == 0 ? reply_empty(request, 204) : REQUEST_FAILED;
}

static enum verdict
hook_mediamtx(struct request *request, struct error *err)
{
	struct hook hook = { .event = HOOK_NOTHING };
	int rc;

	rc = hook_run(request, "mediamtx", hook_read_mediamtx, &hook, err);
	/* Whoever showed nothing is asked, whether there is such a stream. */
	if (rc != 0 && err->code == ERROR_STREAM_UNKNOWN && hook.key[0] == '\0')
		error_set(err, ERROR_CREDENTIALS_MISSING, NULL,
		    "Show the stream key, as the password or as ?key=.");
	hook_wipe(&hook);
	return rc == 0 ? reply_empty(request, 204) : REQUEST_FAILED;
}

/* SRS wants a code: 0, or why not. */
static enum verdict
hook_srs(struct request *request, struct error *err)
{
	struct json_object *body;
	struct hook hook = { .event = HOOK_NOTHING };
	int rc, status;

	rc = hook_run(request, "srs", hook_read_srs, &hook, err);
	hook_wipe(&hook);
	if (rc != 0 &&
	    (err->code == ERROR_HOOKS_OFF || err->code == ERROR_HOOK_REFUSED))
		return REQUEST_FAILED;
	status = rc == 0 ? 200 : problem_of(err->code)->status;
	body = json_object_new_object();
	(void)json_object_object_add(
	    body, "code", json_object_new_int(rc == 0 ? 0 : status));
	if (rc != 0)
		(void)json_object_object_add(
		    body, "detail", json_object_new_string(err->detail));
	return reply_json(request, status, body, err);
}

static const struct route TABLE[] = {
	{ .method = "POST",
	    .path = "/api/live/hook/nginx-rtmp",
	    .handler = hook_nginx,
	    .who = WHO_HANDLER,
	    .body_max = BODY_MAX,
	    .type = "application/x-www-form-urlencoded" },
	{ .method = "POST",
	    .path = "/api/live/hook/mediamtx",
	    .handler = hook_mediamtx,
	    .who = WHO_HANDLER,
	    .body_max = BODY_MAX },
	{ .method = "POST",
	    .path = "/api/live/hook/srs",
	    .handler = hook_srs,
	    .who = WHO_HANDLER,
	    .body_max = BODY_MAX },
};

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "hook", ROUTES(TABLE) });
}
