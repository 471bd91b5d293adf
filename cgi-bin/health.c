/*
 * GET /health: 200 if every part of the site is in order, else 503; each part
 * by its name. For load balancers and for people.
 */
#include <json-c/json.h>

#include "door.h"
#include "live/health.h"

static enum verdict
health_get(struct request *request, struct error *err)
{
	struct json_object *body = json_object_new_object();
	struct json_object *parts = json_object_new_object();
	struct json_object *part;
	struct error fault;
	int i, failing = 0, rc;

	for (i = 0; i < HEALTH_PART__MAX; i++) {
		rc = health_check(
		    door_live(request), (enum health_part)i, &fault);
		part = json_object_new_object();
		(void)json_object_object_add(part, "status",
		    json_object_new_string(rc == 0 ? "ok" : "failing"));
		if (rc != 0) {
			failing++;
			(void)json_object_object_add(part, "detail",
			    json_object_new_string(fault.detail));
		}
		(void)json_object_object_add(parts, HEALTH_NAMES[i], part);
	}
	(void)json_object_object_add(body, "status",
	    json_object_new_string(failing == 0 ? "ok" : "failing"));
	(void)json_object_object_add(body, "parts", parts);
	if (failing > 0)
		reply_header(request, "Retry-After", "10");
	return reply_json(request, failing == 0 ? 200 : 503, body, err);
}

static const struct route TABLE[] = {
	{ .method = "GET",
	    .path = "/health",
	    .handler = health_get,
	    .who = WHO_ANYONE },
	{ .method = "GET",
	    .path = "/api/live/health",
	    .handler = health_get,
	    .who = WHO_ANYONE },
};

int
main(int argc, char **argv)
{
	return door_main(
	    argc, argv, &(struct door_table){ "health", ROUTES(TABLE) });
}
