/*
 * Structs to the JSON that clients see. Every object that is returned belongs
 * to the caller (json_object_put); NULL means no memory.
 */
#ifndef LIVEBIN_LIVE_WIRE_H
#define LIVEBIN_LIVE_WIRE_H

#include "live/live.h"
#include "store/mail.h"
#include "live/lifecycle.h"
#include "live/playback.h"
#include "live/view.h"

struct json_object;

/* The words of enum mail_type, as messages carry them. */
extern const char *const MAIL_TYPE_NAMES[MAIL__MAX];

/* The words of enum stream_status. */
extern const char *const STREAM_STATUS_NAMES[STREAM_STATUS__MAX];

/*
 * A stream as anybody may see it: never its key. `base` is scheme and host
 * that links begin with.
 */
struct json_object *wire_stream(
    const struct stream_view *view, const char *base);

#define WIRE_URL_BYTES 1400

/* Where the stream plays by HLS now. False: nowhere. */
bool wire_hls_url(
    const struct stream_view *view, const char *base, char url[WIRE_URL_BYTES]);

/* What create answers: ids, the keys (the only time), every way in. */
struct json_object *wire_created(const struct stream *stream,
    const struct stream_keys *keys, const struct config *config,
    const char *base);

/* What a new key brings: `{streamKey, ingestUrl}`. */
struct json_object *wire_keys(const struct stream_keys *keys, const char *base);

/* A playback token: `{token, expiresAt, watchUrl, embedUrl}`. */
struct json_object *wire_token(const struct stream *stream,
    const struct playback_token *token, const char *base);

/* A message as its receiver gets it. */
struct json_object *wire_mail(const struct mail *mail);

/* A JSON text from the store, to be written as it is. */
struct json_object *wire_data(const char *json);

#endif
