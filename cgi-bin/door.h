/*
 * What every endpoint program shares: the joint between src/http, which knows
 * requests, and src/live, which knows streams. docs/endpoint.md shows how to
 * add one.
 */
#ifndef LIVEBIN_DOOR_H
#define LIVEBIN_DOOR_H

#include "http/body.h"
#include "http/engine.h"
#include "http/reply.h"
#include "live/access.h"
#include "live/live.h"

/* Who may use a route; the `who` of struct route. */
enum who {
	WHO_ANYONE,  /* no stream is looked up */
	WHO_VISIBLE, /* anyone who may see the stream :id */
	WHO_KEY,     /* the holder of the stream's key */
	WHO_MANAGER, /* that, or of an API token with the scope admin */
	WHO_CREATE,  /* who may create, by create_policy; no stream */
	WHO_ADMIN,   /* the holder of an API token with the scope admin */
	WHO_PUSH,    /* the holder of the push token that :id stands for */
	WHO_SESSION, /* the holder of the WHEP session that :id stands for */
	WHO_HANDLER, /* the handler finds out: the key is in the body */
};

#define ROUTES(table) \
	.routes = (table), .route_count = sizeof(table) / sizeof((table)[0])

/* What a program is: its name and its table. */
struct door_table {
	const char *name;
	const struct route *routes;
	size_t route_count;
};

/* The program. `--print-config` prints the configuration and ends. */
int door_main(int argc, char **argv, const struct door_table *table);

/* The rules' context of the worker that runs this call. */
struct live *door_live(struct request *request);

/* The authorised stream and caller; not for WHO_ANYONE. */
struct call *door_call(struct request *request);

/*
 * For WHO_HANDLER: authorises as WHO_KEY or WHO_MANAGER, by the key that the
 * body named, or else by the header's. 0, or -1 with *err.
 */
int door_authorize_key(struct request *request, enum who who, const char *key,
    struct error *err) __attribute__((warn_unused_result));

/* Answers with the stream's object, `{message, stream}` if there is one. */
enum verdict door_reply_stream(struct request *request, int status,
    const char *message, struct error *err);

#endif
