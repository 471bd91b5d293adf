/*
 * Errors as HTTP says them. Titles that the API's first plan had are kept to
 * the letter: clients compare them.
 */
#include <assert.h>
#include <stddef.h>

#include "http/problem.h"

static const struct problem PROBLEMS[] = {
	[ERROR_NONE] = { 500, "unknown", "Internal error" },
	[ERROR_INPUT] = { 400, "invalid-input", "Invalid input" },
	[ERROR_KEY_MISSING] = { 400, "missing-key", "Missing stream key" },
	[ERROR_CREDENTIALS_MISSING] = { 401, "missing-key",
	    "Missing stream key" },
	[ERROR_KEY_WRONG] = { 401, "invalid-key", "Invalid stream key" },
	[ERROR_TOKEN_WRONG] = { 401, "invalid-token", "Invalid peer token" },
	[ERROR_API_TOKEN_MISSING] = { 401, "missing-api-token",
	    "Missing API token" },
	[ERROR_API_TOKEN_WRONG] = { 401, "invalid-api-token",
	    "Invalid API token" },
	[ERROR_PLAYBACK] = { 401, "playback-token",
	    "Playback token not valid" },
	[ERROR_HOOKS_OFF] = { 403, "hooks-off", "Callbacks are off" },
	[ERROR_HOOK_REFUSED] = { 403, "hook-refused", "Callback refused" },
	[ERROR_SCOPE] = { 403, "insufficient-scope", "Insufficient scope" },
	[ERROR_STREAM_UNKNOWN] = { 404, "video-not-found", "Video not found" },
	[ERROR_PEER_UNKNOWN] = { 404, "peer-not-found", "Peer not found" },
	[ERROR_PATH_UNKNOWN] = { 404, "not-found", "Not found" },
	[ERROR_METHOD] = { 405, "method-not-allowed", "Method not allowed" },
	[ERROR_NOT_LIVE] = { 409, "not-live", "Stream is not live" },
	[ERROR_NO_PUBLISHER] = { 409, "no-publisher",
	    "No publisher is connected" },
	[ERROR_REPLACED] = { 409, "replaced",
	    "Another page took over this stream" },
	[ERROR_ENCODER] = { 409, "encoder", "Another encoder is sending" },
	[ERROR_OVER] = { 409, "over", "The broadcast is over" },
	[ERROR_INIT] = { 412, "init-section", "Init section missing or bad" },
	[ERROR_NO_LENGTH] = { 411, "length-required", "Length required" },
	[ERROR_TOO_LARGE] = { 413, "too-large", "Body too large" },
	[ERROR_MEDIA_TYPE] = { 415, "unsupported-type",
	    "Unsupported media type" },
	[ERROR_MEDIA_KIND] = { 415, "unsupported-media",
	    "Unsupported kind of media" },
	[ERROR_UNPROCESSABLE] = { 422, "unprocessable",
	    "Offer can't be processed" },
	[ERROR_PRECONDITION_MISSING] = { 428, "precondition-required",
	    "If-Match required" },
	[ERROR_PRECONDITION] = { 412, "precondition-failed",
	    "Another ICE session" },
	[ERROR_SESSION_UNKNOWN] = { 404, "session-not-found",
	    "Session not found" },
	[ERROR_NO_OFFER] = { 409, "no-offer", "No counter-offer is open" },
	[ERROR_EXPIRED] = { 410, "expired", "Counter-offer expired" },
	[ERROR_NO_ROOM] = { 507, "no-room", "Insufficient storage" },
	[ERROR_CROWD] = { 429, "too-many-waiting", "Too many requests wait" },
	[ERROR_RATE] = { 429, "too-many-requests", "Too many requests" },
	[ERROR_MAILBOX_FULL] = { 429, "mailbox-full", "Mailbox is full" },
	[ERROR_VIEWERS_MAX] = { 429, "token-in-use",
	    "Too many viewers with this token" },
	[ERROR_PEERS_MAX] = { 503, "too-many-viewers", "Too many viewers" },
	[ERROR_REFUSED] = { 503, "refused", "The publisher refused" },
	[ERROR_ANSWER] = { 502, "bad-answer",
	    "The publisher's answer is none" },
	[ERROR_NO_GATEWAY] = { 503, "no-gateway", "No media gateway" },
	[ERROR_BUSY] = { 503, "busy", "Server is busy" },
	[ERROR_SHUTDOWN] = { 503, "restarting", "Server is restarting" },
	[ERROR_NO_ANSWER] = { 504, "no-answer", "No answer in time" },
	[ERROR_STORE] = { 500, "store", "Storage failed" },
	[ERROR_SYSTEM] = { 500, "internal", "Internal error" },
};

static_assert(sizeof(PROBLEMS) / sizeof(PROBLEMS[0]) == ERROR__MAX,
    "a problem for each error");

const struct problem *
problem_of(enum error_code code)
{
	assert(code >= 0 && code < ERROR__MAX);
	return &PROBLEMS[code];
}
