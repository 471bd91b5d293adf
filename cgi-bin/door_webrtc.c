/*
 * Bodies, tags and links of WHEP and WHIP.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "base/buf.h"
#include "door.h"
#include "door_webrtc.h"

#define LINK_MAX 2048
#define TAG_BYTES 24

/* A quoted parameter (RFC 9110, 5.6.4), if the server's object has it. */
static void
link_parameter(struct buf *link, struct json_object *server, const char *member,
    const char *name)
{
	struct json_object *value;
	const char *text;

	if (!json_object_object_get_ex(server, member, &value) || value == NULL)
		return;
	buf_format(link, "; %s=\"", name);
	for (text = json_object_get_string(value); *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_add(link, "\\", 1);
		buf_add(link, text, 1);
	}
	buf_text(link, "\"");
}

static void
link_one(struct request *request, struct json_object *server, const char *url)
{
	struct json_object *credential;
	struct buf link;

	buf_init(&link, LINK_MAX);
	buf_format(&link, "<%s>; rel=\"ice-server\"", url);
	link_parameter(&link, server, "username", "username");
	link_parameter(&link, server, "credential", "credential");
	if (json_object_object_get_ex(server, "credential", &credential))
		buf_text(&link, "; credential-type=\"password\"");
	if (!link.failed)
		reply_header(request, "Link", link.data);
	buf_free(&link);
}

void
webrtc_links(struct request *request)
{
	struct json_object *list = door_live(request)->ice_servers;
	struct json_object *server, *urls;
	size_t i, j;

	for (i = 0; i < json_object_array_length(list); i++) {
		server = json_object_array_get_idx(list, i);
		if (!json_object_object_get_ex(server, "urls", &urls))
			continue;
		if (json_object_is_type(urls, json_type_string)) {
			link_one(request, server, json_object_get_string(urls));
			continue;
		}
		for (j = 0; j < json_object_array_length(urls); j++)
			link_one(request, server,
			    json_object_get_string(
				json_object_array_get_idx(urls, j)));
	}
}

enum verdict
webrtc_get(struct request *request, struct error *err)
{
	(void)err;
	reply_header(request, "Content-Type", SDP_TYPE);
	reply_header(request, "Cache-Control", "no-cache");
	return reply_empty(request, 200);
}

enum verdict
webrtc_options(struct request *request, struct error *err)
{
	(void)err;
	webrtc_links(request);
	return reply_empty(request, 200);
}

int
webrtc_body(struct request *request, struct text *text, struct error *err)
{
	const int64_t max = door_live(request)->config->signal_bytes_max;

	text->at = request_body(request, &text->size);
	if (text->size <= (size_t)max)
		return 0;
	return error_set(err, ERROR_TOO_LARGE, NULL,
	    "An SDP may have %" PRId64 " bytes; this one has %zu.", max,
	    text->size);
}

int
webrtc_offer(struct request *request, enum sdp_side side, struct text *text,
    struct sdp *sdp, struct error *err)
{
	if (webrtc_body(request, text, err) != 0 ||
	    sdp_parse(sdp, text->at, text->size, err) != 0)
		return -1;
	return sdp_check_offer(sdp, side, err);
}

int
webrtc_fragment(struct request *request, struct text *text, struct sdp *sdp,
    struct error *err)
{
	if (webrtc_body(request, text, err) != 0)
		return -1;
	return sdp_parse_fragment(sdp, text->at, text->size, err);
}

static void
tag_format(int64_t ice, char tag[TAG_BYTES])
{
	(void)snprintf(tag, TAG_BYTES, "\"%016" PRIx64 "\"", (uint64_t)ice);
}

void
webrtc_tag(struct request *request, int64_t ice)
{
	char tag[TAG_BYTES];

	tag_format(ice, tag);
	reply_header(request, "ETag", tag);
}

int
webrtc_match(struct request *request, int64_t ice, struct error *err)
{
	const char *shown = request_header(request, "If-Match");
	char tag[TAG_BYTES];

	tag_format(ice, tag);
	if (shown == NULL || shown[0] == '\0')
		return error_set(err, ERROR_PRECONDITION_MISSING, NULL,
		    "Send If-Match with the session's ETag, or * for an ICE "
		    "restart.");
	/* Some players quote the star. */
	if (strcmp(shown, "*") == 0 || strcmp(shown, "\"*\"") == 0 ||
	    strstr(shown, tag) != NULL)
		return 0;
	return error_set(err, ERROR_PRECONDITION, NULL,
	    "The session has had an ICE restart since; its ETag is another.");
}
