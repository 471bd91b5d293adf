/*
 * Cross-origin resource sharing (the Fetch standard): which pages of other
 * sites may call. No cookies are used, so no credentials are ever allowed.
 */
#include <string.h>

#include "http/exchange.h"
#include "http/reply.h"

static const char EXPOSED[] = "Location, ETag, Link, Accept-Patch, "
			      "Accept-Post, Retry-After, X-Request-Id";
static const char ALLOWED[] =
    "Authorization, Content-Type, If-Match, "
    "If-None-Match, ETag, Prefer, Range, Last-Event-ID";

/* True if the configured list, separated by spaces, names the origin. */
static bool
cors_listed(const char *list, const char *origin)
{
	const size_t size = strlen(origin);

	while (*list != '\0') {
		list += strspn(list, " ");
		if (strcspn(list, " ") == size &&
		    strncmp(list, origin, size) == 0)
			return true;
		list += strcspn(list, " ");
	}
	return false;
}

/* True if the caller's origin may read the answer. */
static bool
cors_origin(struct request *request)
{
	const char *list = request->config->cors_origins;
	const char *origin;

	if (strcmp(list, "*") == 0) {
		reply_header(request, "Access-Control-Allow-Origin", "*");
		return true;
	}
	reply_header(request, "Vary", "Origin");
	origin = request_header(request, "Origin");
	if (origin == NULL || origin[0] == '\0' || !cors_listed(list, origin))
		return false;
	reply_header(request, "Access-Control-Allow-Origin", origin);
	return true;
}

void
cors_headers(struct request *request)
{
	if (cors_origin(request))
		reply_header(request, "Access-Control-Expose-Headers", EXPOSED);
}

void
cors_preflight(struct request *request, const char *allow)
{
	reply_header(request, "Access-Control-Allow-Methods", allow);
	reply_header(request, "Access-Control-Allow-Headers", ALLOWED);
	reply_header(request, "Access-Control-Max-Age", "86400");
}
