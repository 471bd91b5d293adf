/*
 * All configuration is one table: name, environment variable LIVEBIN_<NAME>,
 * type, default, range, one line of help (src/base/config.c). It is read
 * once, before threads start, and constant from then on.
 */
#ifndef LIVEBIN_BASE_CONFIG_H
#define LIVEBIN_BASE_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/log.h"

#define CONFIG_TEXT_BYTES 1024

/* How a stream is seen; the numbers are stored. */
enum visibility {
	VISIBILITY_PUBLIC,
	VISIBILITY_UNLISTED,
	VISIBILITY_PRIVATE,
	VISIBILITY__MAX
};

/* Kinds of media gateway, as the setting `gateway` has them. */
enum gateway_kind {
	GATEWAY_NONE,
	GATEWAY__MAX
};

/* Who may create streams, as the setting `create_policy` has it. */
enum create_policy {
	CREATE_OPEN,  /* anyone */
	CREATE_TOKEN, /* whoever shows an API token */
	CREATE_POLICY__MAX
};

/* Times end in _s or _ms by their unit; 0 means "no limit" where said. */
struct config {
	char data[CONFIG_TEXT_BYTES];
	char media[CONFIG_TEXT_BYTES]; /* "": in data */
	char ffmpeg[CONFIG_TEXT_BYTES];
	char public_url[CONFIG_TEXT_BYTES];
	char trusted_proxies[CONFIG_TEXT_BYTES];
	char cors_origins[CONFIG_TEXT_BYTES];
	char ice_servers[CONFIG_TEXT_BYTES];
	char rtmp_url[CONFIG_TEXT_BYTES];
	char frame_ancestors[CONFIG_TEXT_BYTES];
	char rtmp_hls[CONFIG_TEXT_BYTES]; /* "": none */
	char hook_secret[CONFIG_TEXT_BYTES];
	char hook_addresses[CONFIG_TEXT_BYTES];
	int64_t gateway;	    /* enum gateway_kind */
	int64_t default_visibility; /* enum visibility */
	int64_t create_policy;	    /* enum create_policy */
	int64_t create_per_hour;
	int64_t offers_per_minute;
	int64_t signals_per_minute;
	int64_t views_per_minute;
	int64_t failures_per_minute;
	int64_t playback_max_s;
	int64_t passes_max;
	int64_t max_peers;
	int64_t mailbox_max;
	int64_t signal_bytes_max;
	int64_t answer_wait_s;
	int64_t viewer_timeout_s;
	int64_t peer_grace_s;
	int64_t reconnect_window_s;
	int64_t unattended_window_s;
	int64_t sse_ping_s;
	int64_t sse_max_s;
	int64_t workers;
	int64_t parked_max;
	int64_t parked_per_client;
	int64_t busy_timeout_ms;
	int64_t disk_free_min_mb;
	int64_t media_file_max_mb;
	int64_t media_broadcast_max_mb;
	int64_t media_site_max_mb;
	int64_t media_per_minute;
	int64_t media_window_s;
	int64_t media_gap_wait_s;
	int64_t playlist_max_kb;
	int64_t keep_days;
	int64_t keep_max_mb;
	int64_t job_attempts;
	int64_t job_retry_s;
	int64_t job_time_s;
	int64_t log_level; /* enum log_level */
};

/* The words for enum visibility, as the API writes them. */
extern const char *const VISIBILITY_NAMES[VISIBILITY__MAX];
extern const char *const GATEWAY_NAMES[GATEWAY__MAX];
extern const char *const CREATE_POLICY_NAMES[CREATE_POLICY__MAX];

/*
 * Defaults, then the environment over them. 0, or -1 with *err naming the
 * variable and what it takes. Single-threaded.
 */
int config_load(struct config *config, struct error *err)
    __attribute__((warn_unused_result));

/* Writes the table with the values in force, one row a line. */
void config_print(const struct config *config, FILE *to);

/* Writes "<data>/<name>" into path. 0, or -1 with *err if it is too long. */
int config_path(const struct config *config, const char *name,
    char path[CONFIG_TEXT_BYTES], struct error *err)
    __attribute__((warn_unused_result));

#endif
