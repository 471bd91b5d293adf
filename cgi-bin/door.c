/*
 * The common part of the endpoint programs: start-up, each worker's context,
 * and who may.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/log.h"
#include "door.h"
#include "door_kick.h"
#include "live/audience.h"
#include "live/lifecycle.h"
#include "live/limit.h"
#include "live/wire.h"

#define WRONG_KEY_MS 300
#define SECRET_MAX JWT_BYTES_MAX /* of whatever is shown */

static void
door_close(void *context)
{
	live_close(context);
	free(context);
}

static int
door_open(void **context, const struct config *config, struct error *err)
{
	static atomic_flag recovered = ATOMIC_FLAG_INIT;
	struct live *live;

	*context = NULL;
	live = calloc(1, sizeof(*live));
	if (live == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	if (live_open(live, config, err) != 0 ||
	    (!atomic_flag_test_and_set(&recovered) &&
		lifecycle_recover(live, err) != 0)) {
		door_close(live);
		return -1;
	}
	*context = live;
	return 0;
}

/* Who swept, of all programs, also sees whether there is work for a worker. */
static void
door_tick(void *context)
{
	if (audience_sweep(context))
		door_kick(context);
}

/* Was something shown that may be a guess? */
static bool
door_guessed(const struct request *request, const struct error *err)
{
	static const enum error_code WRONG[] = { ERROR_KEY_WRONG,
		ERROR_TOKEN_WRONG, ERROR_API_TOKEN_WRONG, ERROR_HOOK_REFUSED };
	struct error ignored;
	char token[8];
	size_t i;

	for (i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++)
		if (err->code == WRONG[i])
			return true;
	/* A PRIVATE stream's key or token, perhaps. */
	return err->code == ERROR_STREAM_UNKNOWN &&
	       (request_header(request, "Authorization") != NULL ||
		   request_query(
		       request, "token", token, sizeof(token), &ignored) != 0);
}

/*
 * A wrong key costs a moment, and too many of them an answer. No key can be
 * guessed (190 bits); this is for the server's sake, and the log's.
 */
static int64_t
door_punish(struct request *request, struct error *err)
{
	struct live *live = door_live(request);
	struct error over;

	if (live->config->failures_per_minute == 0 ||
	    !door_guessed(request, err))
		return 0;
	if (limit_take(live, LIMIT_FAILURE, request_client(request), &over) ==
	    0)
		return WRONG_KEY_MS;
	if (over.code == ERROR_RATE)
		error_set_retry(err, ERROR_RATE, over.retry_after_s,
		    "Too many wrong keys from this address. Try again later.");
	return 0;
}

static void
call_release(void *memory)
{
	struct call *call = memory;

	stream_free(&call->stream);
}

struct live *
door_live(struct request *request)
{
	return request_context(request);
}

struct call *
door_call(struct request *request)
{
	return request_subject(request, sizeof(struct call), call_release);
}

/* Fills the call in anew: on a resumed call it holds the last state. */
static int
door_admit(struct request *request, enum who who, const char *secret,
    struct error *err)
{
	struct live *live = door_live(request);
	struct call *call = door_call(request);
	const char *param = request_param(request);

	if (call == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	stream_free(&call->stream);
	switch (who) {
	case WHO_VISIBLE:
		return access_stream(live, param,
		    &(struct shown){ secret, request_client(request) }, call,
		    err);
	case WHO_KEY:
		return access_publisher(live, param, secret, call, err);
	case WHO_MANAGER:
		return access_manager(live, param, secret, call, err);
	case WHO_CREATE:
		return access_create(live, secret, call, err);
	case WHO_ADMIN:
		return access_admin(live, secret, call, err);
	case WHO_PUSH:
		return access_push(live, param, call, err);
	case WHO_SESSION:
		return access_session(live, param, call, err);
	case WHO_ANYONE:
	case WHO_HANDLER:
		break;
	}
	return 0;
}

/*
 * What the request shows: in its header; or a playback token in the query of
 * what is to be watched, for players that can't set a header.
 */
static int
door_secret(struct request *request, enum who who, char *secret, size_t size,
    struct error *err)
{
	int shown;

	shown = request_secret(request, secret, size, err);
	if (shown != 0 || who != WHO_VISIBLE)
		return shown;
	shown = request_query(request, "token", secret, size, err);
	/* Keys aren't to be in addresses. */
	if (shown == 1 && !jwt_looks(secret))
		shown = error_set(err, ERROR_INPUT, "token",
		    "token in an address is a playback token, nothing else.");
	return shown;
}

/* Who ends other people's streams is to be found in the log. */
static void
door_note_token(struct request *request)
{
	const struct call *call = door_call(request);

	if (call->token.scopes != 0)
		log_write(LOG_LEVEL_INFO, NULL,
		    "stream %s: %s by the API token %s", call->stream.id,
		    request_route(request)->method, call->token.name);
}

/* The same with the secret that the request shows, if any. */
static int
door_admit_shown(struct request *request, enum who who, struct error *err)
{
	char secret[SECRET_MAX];
	int shown, rc = -1;

	shown = door_secret(request, who, secret, sizeof(secret), err);
	if (shown < 0 && (who == WHO_CREATE || who == WHO_ADMIN))
		err->code = ERROR_API_TOKEN_WRONG;
	if (shown >= 0)
		rc = door_admit(request, who, shown == 1 ? secret : NULL, err);
	secret_wipe(secret, sizeof(secret));
	if (rc != 0)
		return -1;
	if (who == WHO_MANAGER)
		door_note_token(request);
	request_expires(request, door_call(request)->playback.until_unix_ms);
	return 0;
}

static int
door_authorize(struct request *request, struct error *err)
{
	const enum who who = (enum who)request_route(request)->who;

	if (who == WHO_ANYONE || who == WHO_HANDLER)
		return 0;
	/* The token is in the path. */
	if (who == WHO_PUSH || who == WHO_SESSION) {
		if (door_admit(request, who, NULL, err) != 0)
			return -1;
		request_expires(
		    request, door_call(request)->playback.until_unix_ms);
		return 0;
	}
	return door_admit_shown(request, who, err);
}

int
door_authorize_key(
    struct request *request, enum who who, const char *key, struct error *err)
{
	if (key == NULL)
		return door_admit_shown(request, who, err);
	if (door_admit(request, who, key, err) != 0)
		return -1;
	door_note_token(request);
	return 0;
}

enum verdict
door_reply_stream(
    struct request *request, int status, const char *message, struct error *err)
{
	struct json_object *body, *view;
	struct stream_view shown;

	if (view_load_for(
		door_live(request), door_call(request), &shown, err) != 0)
		return REQUEST_FAILED;
	view = wire_stream(&shown, request_base(request));
	if (message == NULL)
		return reply_json(request, status, view, err);
	body = json_object_new_object();
	(void)json_object_object_add(
	    body, "message", json_object_new_string(message));
	(void)json_object_object_add(body, "stream", view);
	return reply_json(request, status, body, err);
}

static int
door_fail(const struct error *err, int code)
{
	/* The log isn't open yet. */
	(void)fprintf(stderr, "livebin: %s\n", err->detail);
	return code;
}

int
door_main(int argc, char **argv, const struct door_table *table)
{
	static struct config config; /* constant once the threads start */
	const struct door door = {
		.name = table->name,
		.routes = table->routes,
		.route_count = table->route_count,
		.open = door_open,
		.close = door_close,
		.authorize = door_authorize,
		.punish = door_punish,
		.tick = door_tick,
	};
	char path[CONFIG_TEXT_BYTES];
	struct error err;

	if (config_load(&config, &err) != 0 || live_check(&config, &err) != 0)
		return door_fail(&err, 2);
	if (argc > 1 && strcmp(argv[1], "--print-config") == 0) {
		config_print(&config, stdout);
		return 0;
	}
	if (argc > 1) {
		(void)fprintf(stderr, "usage: %s [--print-config]\n", argv[0]);
		return 2;
	}
	if (live_prepare(&config, &err) != 0 ||
	    config_path(&config, "livebin.log", path, &err) != 0)
		return door_fail(&err, 1);
	log_open(table->name, path, (enum log_level)config.log_level);
	return engine_run(&door, &config);
}
