/*
 * The configuration table and its reader. A new setting is one row here and
 * one member in struct config; nothing else reads the environment.
 */
#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/config.h"

const char *const GATEWAY_NAMES[GATEWAY__MAX] = {
	[GATEWAY_NONE] = "none",
};

const char *const CREATE_POLICY_NAMES[CREATE_POLICY__MAX] = {
	[CREATE_OPEN] = "open",
	[CREATE_TOKEN] = "token",
};

const char *const VISIBILITY_NAMES[VISIBILITY__MAX] = {
	[VISIBILITY_PUBLIC] = "PUBLIC",
	[VISIBILITY_UNLISTED] = "UNLISTED",
	[VISIBILITY_PRIVATE] = "PRIVATE",
};

static const char *const LOG_LEVEL_NAMES[LOG_LEVEL__MAX] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

enum row_type {
	ROW_TEXT,
	ROW_INT,
	ROW_WORD
};

struct row {
	const char *name; /* lower case; LIVEBIN_ and upper case outside */
	enum row_type type;
	size_t offset;
	const char *text_default;
	bool empties; /* ROW_TEXT: an empty value is one, not "unset" */
	bool secret;  /* ROW_TEXT: it isn't printed */
	int64_t int_default, min, max; /* ROW_WORD: 0 to max, an index */
	const char *const *words;
	const char *help;
};

#define TEXT(member, fallback, help_text)                       \
	{                                                       \
		.name = #member, .type = ROW_TEXT,              \
		.offset = offsetof(struct config, member),      \
		.text_default = (fallback), .help = (help_text) \
	}
#define TEXT_OR_NONE(member, fallback, help_text)            \
	{                                                    \
		.name = #member, .type = ROW_TEXT,           \
		.offset = offsetof(struct config, member),   \
		.text_default = (fallback), .empties = true, \
		.help = (help_text)                          \
	}
#define SECRET_TEXT(member, help_text)                                         \
	{                                                                      \
		.name = #member, .type = ROW_TEXT,                             \
		.offset = offsetof(struct config, member), .text_default = "", \
		.secret = true, .help = (help_text)                            \
	}
#define INT(row_name, member, fallback, low, high, text)                \
	{                                                               \
		.name = (row_name), .type = ROW_INT,                    \
		.offset = offsetof(struct config, member),              \
		.int_default = (fallback), .min = (low), .max = (high), \
		.help = (text)                                          \
	}
#define WORD(member, fallback, word_list, count, help_text)  \
	{                                                    \
		.name = #member, .type = ROW_WORD,           \
		.offset = offsetof(struct config, member),   \
		.int_default = (fallback), .max = (count)-1, \
		.words = (word_list), .help = (help_text)    \
	}

/* clang-format off */
static const struct row ROWS[] = {
	TEXT(data, "./var",
	    "folder of the databases, the secret, the log and the sockets"),
	TEXT(media, "",
	    "folder of what is pushed and recorded; empty: media in data"),
	TEXT_OR_NONE(ffmpeg, "ffmpeg",
	    "ffmpeg's program, for downloads and pictures; empty: none"),
	TEXT(public_url, "",
	    "scheme and host that links begin with; empty: the request's"),
	TEXT(trusted_proxies, "",
	    "addresses and prefixes whose X-Forwarded-For is believed"),
	TEXT(cors_origins, "*",
	    "origins that may call the API, separated by spaces; * is any"),
	TEXT(ice_servers, "[]",
	    "JSON array of RTCIceServer objects that pages are given"),
	TEXT(rtmp_url, "",
	    "RTMP server's address up to the application; empty: none"),
	TEXT(frame_ancestors, "*",
	    "sites that may embed the player (CSP frame-ancestors)"),
	TEXT(rtmp_hls, "",
	    "folder into which the RTMP server writes HLS; empty: none"),
	SECRET_TEXT(hook_secret,
	    "secret that the RTMP server's callbacks show; empty: none"),
	TEXT(hook_addresses, "",
	    "addresses and prefixes that callbacks come from; empty: any"),
	WORD(gateway, GATEWAY_NONE, GATEWAY_NAMES, GATEWAY__MAX,
	    "media gateway that WHIP needs; none: WHIP answers 503"),
	WORD(default_visibility, VISIBILITY_PUBLIC, VISIBILITY_NAMES,
	    VISIBILITY__MAX, "visibility of a stream created without one"),
	WORD(create_policy, CREATE_OPEN, CREATE_POLICY_NAMES,
	    CREATE_POLICY__MAX,
	    "who may create streams: anyone, or holders of an API token"),
	INT("create_per_hour", create_per_hour, 30, 0, 1000000,
	    "streams one address may create in an hour; 0: no limit"),
	INT("offers_per_minute", offers_per_minute, 60, 0, 1000000,
	    "offers one address may send in a minute; 0: no limit"),
	INT("signals_per_minute", signals_per_minute, 600, 0, 1000000,
	    "messages one peer may send in a minute; 0: no limit"),
	INT("views_per_minute", views_per_minute, 240, 0, 1000000,
	    "heartbeats one address may send in a minute; 0: no limit"),
	INT("failures_per_minute", failures_per_minute, 30, 0, 1000000,
	    "wrong keys one address may show in a minute; 0: no limit"),
	INT("playback_max", playback_max_s, 604800, 60, 31536000,
	    "seconds that a playback token may last"),
	INT("passes_max", passes_max, 4096, 1, 1000000,
	    "tokens by which one PRIVATE broadcast's media is open at once"),
	INT("max_peers", max_peers, 8, 1, 100000,
	    "viewers one broadcaster's page serves browser to browser"),
	INT("mailbox_max", mailbox_max, 1024, 8, 100000,
	    "messages a mailbox holds that its owner hasn't read"),
	INT("signal_bytes_max", signal_bytes_max, 32768, 1024, 1048576,
	    "bytes of a signal's data"),
	INT("answer_wait", answer_wait_s, 10, 1, 25,
	    "seconds an offer waits for its answer"),
	INT("viewer_timeout", viewer_timeout_s, 45, 1, 3600,
	    "seconds after which an unheard viewer is gone"),
	INT("peer_grace", peer_grace_s, 10, 1, 300,
	    "seconds a publisher may take between two reads"),
	INT("reconnect_window", reconnect_window_s, 60, 1, 86400,
	    "seconds a live stream lasts after its publisher vanished"),
	INT("unattended_window", unattended_window_s, 3600, 0, 604800,
	    "seconds a live stream lasts that never had one; 0: for ever"),
	INT("sse_ping", sse_ping_s, 15, 1, 25,
	    "seconds between two comments on a quiet event stream"),
	INT("sse_max", sse_max_s, 3600, 1, 86400,
	    "seconds an event stream lasts; clients resume by themselves"),
	INT("workers", workers, 4, 1, 64,
	    "threads of one program that run handlers"),
	INT("parked_max", parked_max, 4096, 1, 100000,
	    "requests one program may park; more get 503"),
	INT("parked_per_client", parked_per_client, 1024, 1, 100000,
	    "requests of one address that one program parks; more get 429"),
	INT("busy_timeout", busy_timeout_ms, 5000, 1, 60000,
	    "milliseconds to wait for another program's transaction"),
	INT("disk_free_min", disk_free_min_mb, 64, 0, 1000000,
	    "megabytes that must be free for the site to call itself healthy"),
	INT("media_file_max", media_file_max_mb, 64, 1, 65536,
	    "megabytes that one pushed file may have"),
	INT("media_broadcast_max", media_broadcast_max_mb, 65536, 1, 10000000,
	    "megabytes that one broadcast may have"),
	INT("media_site_max", media_site_max_mb, 0, 0, 100000000,
	    "megabytes of media on this site; 0: as the disk allows"),
	INT("media_per_minute", media_per_minute, 1200, 0, 1000000,
	    "files one stream may push in a minute; 0: no limit"),
	INT("media_window", media_window_s, 30, 6, 3600,
	    "seconds that the playlist of a live broadcast goes back"),
	INT("media_gap_wait", media_gap_wait_s, 10, 1, 300,
	    "seconds a missing segment holds back those behind it"),
	INT("playlist_max", playlist_max_kb, 1024, 1, 16384,
	    "kilobytes that a pushed playlist may have"),
	INT("keep_days", keep_days, 0, 0, 36500,
	    "days a replay is kept; 0: for ever"),
	INT("keep_max", keep_max_mb, 0, 0, 100000000,
	    "megabytes of replays that are kept, newest first; 0: all"),
	INT("job_attempts", job_attempts, 5, 1, 100,
	    "times a job is tried before it is given up"),
	INT("job_retry", job_retry_s, 10, 1, 3600,
	    "seconds before a failed job's second try; doubled each time"),
	INT("job_time", job_time_s, 21600, 1, 604800,
	    "seconds that ffmpeg may take for one job"),
	WORD(log_level, LOG_LEVEL_INFO, LOG_LEVEL_NAMES, LOG_LEVEL__MAX,
	    "how much is logged; info has a line for each request"),
};
/* clang-format on */

#define ROW_COUNT (sizeof(ROWS) / sizeof(ROWS[0]))
#define VARIABLE_BYTES 64

static_assert(ROW_COUNT == 50, "a row for each member of struct config");

static void
row_variable(const struct row *row, char name[VARIABLE_BYTES])
{
	size_t i;

	(void)snprintf(name, VARIABLE_BYTES, "LIVEBIN_%s", row->name);
	for (i = 0; name[i] != '\0'; i++)
		if (name[i] >= 'a' && name[i] <= 'z')
			name[i] = (char)(name[i] - 'a' + 'A');
}

static int64_t *
row_int(const struct row *row, struct config *config)
{
	return (int64_t *)(void *)((char *)config + row->offset);
}

static int
row_set_text(const struct row *row, struct config *config, const char *value,
    struct error *err)
{
	int size;

	size = snprintf(
	    (char *)config + row->offset, CONFIG_TEXT_BYTES, "%s", value);
	if (size >= CONFIG_TEXT_BYTES)
		return error_set(err, ERROR_INPUT, row->name,
		    "LIVEBIN setting %s is longer than %d bytes", row->name,
		    CONFIG_TEXT_BYTES - 1);
	return 0;
}

static int
row_set_int(const struct row *row, struct config *config, const char *value,
    struct error *err)
{
	long long number;
	char *end;

	errno = 0;
	number = strtoll(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || number < row->min ||
	    number > row->max)
		return error_set(err, ERROR_INPUT, row->name,
		    "setting %s takes a whole number from %lld to %lld, "
		    "not \"%.40s\"",
		    row->name, (long long)row->min, (long long)row->max, value);
	*row_int(row, config) = number;
	return 0;
}

static int
row_set_word(const struct row *row, struct config *config, const char *value,
    struct error *err)
{
	int64_t i;

	for (i = 0; i <= row->max; i++) {
		if (strcasecmp(value, row->words[i]) == 0) {
			*row_int(row, config) = i;
			return 0;
		}
	}
	return error_set(err, ERROR_INPUT, row->name,
	    "setting %s takes one of its words (see --print-config), "
	    "not \"%.40s\"",
	    row->name, value);
}

static int
row_set(const struct row *row, struct config *config, const char *value,
    struct error *err)
{
	switch (row->type) {
	case ROW_TEXT:
		return row_set_text(row, config, value, err);
	case ROW_INT:
		return row_set_int(row, config, value, err);
	case ROW_WORD:
		return row_set_word(row, config, value, err);
	}
	return -1;
}

static void
row_default(const struct row *row, struct config *config)
{
	if (row->type == ROW_TEXT)
		(void)snprintf((char *)config + row->offset, CONFIG_TEXT_BYTES,
		    "%s", row->text_default);
	else
		*row_int(row, config) = row->int_default;
}

int
config_load(struct config *config, struct error *err)
{
	char variable[VARIABLE_BYTES];
	const char *value;
	size_t i;

	memset(config, 0, sizeof(*config));
	for (i = 0; i < ROW_COUNT; i++) {
		row_default(&ROWS[i], config);
		row_variable(&ROWS[i], variable);
		value = getenv(variable);
		if (value != NULL && (value[0] != '\0' || ROWS[i].empties) &&
		    row_set(&ROWS[i], config, value, err) != 0)
			return -1;
	}
	return 0;
}

static void
row_print(const struct row *row, const struct config *config, FILE *to)
{
	const char *base = (const char *)config + row->offset;
	int64_t value;
	int64_t i;

	if (row->type == ROW_TEXT) {
		fprintf(to, "\"%s\" (default \"%s\", text)",
		    row->secret && base[0] != '\0' ? "***" : base,
		    row->text_default);
		return;
	}
	memcpy(&value, base, sizeof(value));
	if (row->type == ROW_INT) {
		fprintf(to, "%lld (default %lld, range %lld-%lld)",
		    (long long)value, (long long)row->int_default,
		    (long long)row->min, (long long)row->max);
		return;
	}
	fprintf(to, "%s (default %s, one of", row->words[value],
	    row->words[row->int_default]);
	for (i = 0; i <= row->max; i++)
		fprintf(to, " %s", row->words[i]);
	fprintf(to, ")");
}

void
config_print(const struct config *config, FILE *to)
{
	char variable[VARIABLE_BYTES];
	size_t i;

	for (i = 0; i < ROW_COUNT; i++) {
		row_variable(&ROWS[i], variable);
		fprintf(to, "%s = ", variable);
		row_print(&ROWS[i], config, to);
		fprintf(to, "  # %s\n", ROWS[i].help);
	}
}

int
config_path(const struct config *config, const char *name,
    char path[CONFIG_TEXT_BYTES], struct error *err)
{
	int size;

	size = snprintf(path, CONFIG_TEXT_BYTES, "%s/%s", config->data, name);
	if (size >= CONFIG_TEXT_BYTES)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "the data folder's path is too long");
	return 0;
}
