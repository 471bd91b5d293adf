/*
 * The wire format. Member names and order are those of the HTTP contract
 * (docs/openapi.yaml).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/clock.h"
#include "live/wire.h"

#define URL_BYTES 1400

const char *const MAIL_TYPE_NAMES[MAIL__MAX] = {
	[MAIL_OFFER] = "offer",
	[MAIL_ANSWER] = "answer",
	[MAIL_ICE_CANDIDATE] = "ice-candidate",
	[MAIL_BYE] = "bye",
	[MAIL_VIEWER_JOINED] = "viewer-joined",
	[MAIL_VIEWER_LEFT] = "viewer-left",
	[MAIL_PUBLISHER_JOINED] = "publisher-joined",
	[MAIL_PUBLISHER_LEFT] = "publisher-left",
};

static const char *const STATUS_NAMES[STREAM_STATUS__MAX] = {
	[STREAM_PENDING] = "PENDING",
	[STREAM_LIVE] = "LIVE",
	[STREAM_READY] = "READY",
	[STREAM_FAILED] = "FAILED",
};

static void
wire_text(struct json_object *to, const char *name, const char *text)
{
	(void)json_object_object_add(
	    to, name, text != NULL ? json_object_new_string(text) : NULL);
}

static void
wire_int(struct json_object *to, const char *name, int64_t number)
{
	(void)json_object_object_add(to, name, json_object_new_int64(number));
}

/* 0 means that it hasn't happened: null. */
static void
wire_time(struct json_object *to, const char *name, int64_t unix_ms)
{
	char text[CLOCK_TEXT_BYTES];

	if (unix_ms != 0)
		clock_format(unix_ms, text);
	wire_text(to, name, unix_ms != 0 ? text : NULL);
}

/* A link: base, path, the stream's id, and what comes behind it. */
static void
wire_url(struct json_object *to, const char *name, const char *base,
    const char *path, const struct stream *stream)
{
	char url[URL_BYTES];

	(void)snprintf(url, sizeof(url), "%s%s%s", base, path, stream->id);
	wire_text(to, name, url);
}

static void
wire_views(struct json_object *to, const struct stream *stream,
    const struct audience *audience)
{
	const int64_t now = clock_unix_ms();
	const int64_t waiting = audience->views;
	int64_t today = 0, month = 0;

	if (stream->view_day == clock_day(now))
		today = stream->views_today;
	if (stream->view_month == clock_month(now))
		month = stream->views_month;
	wire_int(to, "viewers", audience->viewers);
	wire_int(to, "peakViewers",
	    audience->peak > stream->peak_viewers ? audience->peak
						  : stream->peak_viewers);
	wire_int(to, "viewsToday", today + waiting);
	wire_int(to, "viewsMonth", month + waiting);
	wire_int(to, "viewsTotal", stream->views_total + waiting);
}

struct json_object *
wire_stream(const struct stream *stream, const struct audience *audience,
    const char *base)
{
	struct json_object *to;

	to = json_object_new_object();
	if (to == NULL)
		return NULL;
	wire_text(to, "videoId", stream->id);
	wire_text(to, "title", stream->title);
	wire_text(to, "description", stream->description);
	wire_text(to, "videoType", "LIVE");
	wire_text(to, "status", STATUS_NAMES[stream->status]);
	(void)json_object_object_add(to, "isLiveNow",
	    json_object_new_boolean(stream->status == STREAM_LIVE));
	wire_text(to, "visibility", VISIBILITY_NAMES[stream->visibility]);
	wire_time(to, "createdAt", stream->created_unix_ms);
	wire_time(to, "startedAt", stream->started_unix_ms);
	wire_time(to, "stoppedAt", stream->stopped_unix_ms);
	wire_views(to, stream, audience);
	/* Media doesn't pass through this site yet: nothing is kept. */
	wire_text(to, "recording", NULL);
	wire_url(to, "watchUrl", base, "/watch/", stream);
	wire_url(to, "embedUrl", base, "/embed/", stream);
	wire_text(to, "hlsUrl", NULL);
	wire_text(to, "whepUrl", NULL);
	return to;
}

struct json_object *
wire_created(const struct stream *stream, const char *key,
    const struct config *config, const char *base)
{
	char url[CONFIG_TEXT_BYTES + 128];
	struct json_object *to;

	to = json_object_new_object();
	if (to == NULL)
		return NULL;
	wire_text(to, "videoId", stream->id);
	wire_text(to, "streamKey", key);
	(void)snprintf(
	    url, sizeof(url), "%s/api/live/%s/signal", base, stream->id);
	wire_text(to, "webrtcUrl", url);
	wire_text(to, "whipUrl", NULL);
	(void)snprintf(url, sizeof(url), "%s/%s?key=%s", config->rtmp_url,
	    stream->id, key);
	wire_text(to, "rtmpUrl", config->rtmp_url[0] != '\0' ? url : NULL);
	wire_text(to, "ingestUrl", NULL);
	wire_url(to, "watchUrl", base, "/watch/", stream);
	wire_url(to, "studioUrl", base, "/studio/", stream);
	secret_wipe(url, sizeof(url));
	return to;
}

struct json_object *
wire_data(const char *json)
{
	struct json_object *data = json_object_new_object();
	char *text = strdup(json);

	/* It was checked on its way in: it goes out as it came. */
	if (data == NULL || text == NULL)
		free(text);
	else
		json_object_set_serializer(data,
		    json_object_userdata_to_json_string, text,
		    json_object_free_userdata);
	return data;
}

struct json_object *
wire_mail(const struct mail *mail)
{
	const char *from = mail->sender;
	struct json_object *to;

	to = json_object_new_object();
	if (to == NULL)
		return NULL;
	if (strcmp(from, MAIL_PUBLISHER) == 0)
		from = "publisher";
	else if (strcmp(from, MAIL_SERVER) == 0)
		from = "server";
	wire_int(to, "id", mail->id);
	wire_text(to, "from", from);
	wire_text(to, "type", MAIL_TYPE_NAMES[mail->type]);
	(void)json_object_object_add(to, "data", wire_data(mail->data));
	wire_time(to, "at", mail->at_unix_ms);
	return to;
}
