/*
 * The wire format. Member names and order are those of the HTTP contract
 * (docs/openapi.yaml).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/clock.h"
#include "live/jobs.h"
#include "live/media.h"
#include "live/wire.h"

/* One of a recording's files, as the web server hands it out. */
struct media_url {
	const char *base;
	const char *place;
	const char *file;
};

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

const char *const STREAM_STATUS_NAMES[STREAM_STATUS__MAX] = {
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
	char url[WIRE_URL_BYTES];

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

/* The address of one of a recording's files; null where it isn't `there`. */
static void
wire_file(struct json_object *to, const char *name, bool there,
    const struct media_url *at)
{
	char url[WIRE_URL_BYTES];

	there = there && at->place[0] != '\0';
	(void)snprintf(
	    url, sizeof(url), "%s/live/%s/%s", at->base, at->place, at->file);
	wire_text(to, name, there ? url : NULL);
}

bool
wire_hls_url(
    const struct stream_view *view, const char *base, char url[WIRE_URL_BYTES])
{
	const bool live = view->stream->status == STREAM_LIVE;

	(void)snprintf(url, WIRE_URL_BYTES, "%s/live/%s/%s", base, view->place,
	    live ? "index.m3u8" : "replay.m3u8");
	return view->place[0] != '\0' &&
	       view->recording.state ==
		   (live ? RECORDING_LIVE : RECORDING_READY);
}

/* Thousandths of a second as JSON seconds. */
static void
wire_seconds(struct json_object *to, const char *name, int64_t ms)
{
	char text[32];

	(void)snprintf(
	    text, sizeof(text), "%" PRId64 ".%03" PRId64, ms / 1000, ms % 1000);
	(void)json_object_object_add(
	    to, name, json_object_new_double_s((double)ms / 1000, text));
}

/* How much of what is to be made is made; null when nothing is left to do. */
static void
wire_progress(struct json_object *to, const struct stream_view *view)
{
	const struct job_state *jobs = &view->jobs;

	if (jobs->open == 0)
		wire_text(to, "progress", NULL);
	else if (view->recording.state != RECORDING_READY)
		wire_seconds(to, "progress", 0);
	else
		wire_seconds(to, "progress",
		    1000 - (jobs->open * 1000 - jobs->progress) / JOBS_NEXT);
}

static struct json_object *
wire_recording(const struct stream_view *view, const char *base)
{
	static const char *const STATES[RECORDING_STATE__MAX] = {
		[RECORDING_LIVE] = "RECORDING",
		[RECORDING_PROCESSING] = "PROCESSING",
		[RECORDING_READY] = "READY",
		[RECORDING_FAILED] = "FAILED",
		[RECORDING_GOING] = "FAILED", /* not shown at all */
	};
	const struct recording *recording = &view->recording;
	const bool ready = recording->state == RECORDING_READY;
	const bool live = recording->state == RECORDING_LIVE;
	struct media_url at = { base, view->place,
		live ? "dvr.m3u8" : "replay.m3u8" };
	struct json_object *to;

	if (!view->recorded)
		return NULL;
	to = json_object_new_object();
	wire_text(to, "state", STATES[recording->state]);
	wire_seconds(to, "durationSeconds", recording->duration_ms);
	wire_int(to, "sizeBytes", recording->bytes);
	wire_file(to, "hlsUrl", ready || live, &at);
	at.file = MEDIA_MP4;
	wire_file(to, "mp4Url", recording->mp4_bytes > 0, &at);
	if (recording->mp4_bytes > 0)
		wire_int(to, "mp4Bytes", recording->mp4_bytes);
	else
		wire_text(to, "mp4Bytes", NULL);
	at.file = MEDIA_POSTER;
	wire_file(to, "posterUrl", recording->poster, &at);
	at.file = MEDIA_THUMBS;
	wire_file(to, "thumbnailsUrl", recording->thumbs, &at);
	wire_progress(to, view);
	wire_text(to, "detail",
	    recording->detail[0] != '\0' ? recording->detail : NULL);
	return to;
}

struct json_object *
wire_stream(const struct stream_view *view, const char *base)
{
	const struct stream *stream = view->stream;
	struct json_object *to;
	char url[WIRE_URL_BYTES];

	to = json_object_new_object();
	if (to == NULL)
		return NULL;
	wire_text(to, "videoId", stream->id);
	wire_text(to, "title", stream->title);
	wire_text(to, "description", stream->description);
	wire_text(to, "videoType", "LIVE");
	wire_text(to, "status", STREAM_STATUS_NAMES[stream->status]);
	(void)json_object_object_add(to, "isLiveNow",
	    json_object_new_boolean(stream->status == STREAM_LIVE));
	wire_text(to, "visibility", VISIBILITY_NAMES[stream->visibility]);
	wire_time(to, "createdAt", stream->created_unix_ms);
	wire_time(to, "startedAt", stream->started_unix_ms);
	wire_time(to, "stoppedAt", stream->stopped_unix_ms);
	wire_views(to, stream, &view->audience);
	(void)json_object_object_add(
	    to, "recording", wire_recording(view, base));
	wire_url(to, "watchUrl", base, "/watch/", stream);
	wire_url(to, "embedUrl", base, "/embed/", stream);
	wire_text(to, "hlsUrl", wire_hls_url(view, base, url) ? url : NULL);
	(void)snprintf(
	    url, sizeof(url), "%s/api/live/%s/whep", base, stream->id);
	wire_text(to, "whepUrl", url);
	return to;
}

static void
wire_ingest(
    struct json_object *to, const struct stream_keys *keys, const char *base)
{
	char url[WIRE_URL_BYTES];

	(void)snprintf(url, sizeof(url), "%s/push/%s/", base, keys->push);
	wire_text(to, "ingestUrl", url);
	secret_wipe(url, sizeof(url));
}

struct json_object *
wire_keys(const struct stream_keys *keys, const char *base)
{
	struct json_object *to = json_object_new_object();

	if (to == NULL)
		return NULL;
	wire_text(to, "streamKey", keys->key);
	wire_ingest(to, keys, base);
	return to;
}

struct json_object *
wire_created(const struct stream *stream, const struct stream_keys *keys,
    const struct config *config, const char *base)
{
	char url[CONFIG_TEXT_BYTES + 128];
	struct json_object *to;

	to = json_object_new_object();
	if (to == NULL)
		return NULL;
	wire_text(to, "videoId", stream->id);
	wire_text(to, "streamKey", keys->key);
	(void)snprintf(
	    url, sizeof(url), "%s/api/live/%s/signal", base, stream->id);
	wire_text(to, "webrtcUrl", url);
	(void)snprintf(
	    url, sizeof(url), "%s/api/live/%s/whip", base, stream->id);
	wire_text(to, "whipUrl", config->gateway != GATEWAY_NONE ? url : NULL);
	(void)snprintf(url, sizeof(url), "%s/%s?key=%s", config->rtmp_url,
	    stream->id, keys->key);
	wire_text(to, "rtmpUrl", config->rtmp_url[0] != '\0' ? url : NULL);
	wire_ingest(to, keys, base);
	wire_url(to, "watchUrl", base, "/watch/", stream);
	wire_url(to, "studioUrl", base, "/studio/", stream);
	secret_wipe(url, sizeof(url));
	return to;
}

/* In the fragment: browsers don't send it, so no log has it. */
static void
wire_token_url(struct json_object *to, const char *name, const char *page,
    const char *token)
{
	char url[WIRE_URL_BYTES + JWT_BYTES_MAX + 16];

	(void)snprintf(url, sizeof(url), "%s#token=%s", page, token);
	wire_text(to, name, url);
}

struct json_object *
wire_token(const struct stream *stream, const struct playback_token *token,
    const char *base)
{
	struct json_object *to = json_object_new_object();
	char page[WIRE_URL_BYTES];

	if (to == NULL)
		return NULL;
	wire_text(to, "token", token->text);
	wire_time(to, "expiresAt", token->expires_unix_ms);
	(void)snprintf(page, sizeof(page), "%s/watch/%s", base, stream->id);
	wire_token_url(to, "watchUrl", page, token->text);
	(void)snprintf(page, sizeof(page), "%s/embed/%s", base, stream->id);
	wire_token_url(to, "embedUrl", page, token->text);
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
