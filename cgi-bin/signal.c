/*
 * /api/live/:id/signal: messages between a stream's publisher and its
 * viewers (docs/signaling.md).
 */
#include "door.h"
#include "signal_handlers.h"

/* The limit on `data` itself is a setting; this one is for the whole body. */
#define BODY_MAX (1024 * 1024 + 65536)

static const struct route TABLE[] = {
	{ .method = "POST",
	    .path = "/api/live/:id/signal",
	    .handler = signal_post,
	    .who = WHO_VISIBLE,
	    .body_max = BODY_MAX,
	    .waits = true },
	{ .method = "GET",
	    .path = "/api/live/:id/signal",
	    .handler = signal_get,
	    .who = WHO_VISIBLE,
	    .waits = true },
};

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "signal", ROUTES(TABLE) });
}
