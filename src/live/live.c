/*
 * The rules' surroundings, and the transaction that wakes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <json-c/json.h>

#include "base/address.h"
#include "base/file.h"
#include "base/steady.h"
#include "live/live.h"
#include "live/media.h"
#include "store/mail.h"

#define LISTING_BYTES_MAX (8 * 1024 * 1024) /* 101 of the longest */

int
live_prepare(const struct config *config, struct error *err)
{
	char path[CONFIG_TEXT_BYTES];

	/* Who else is on this host must not read streams and addresses. */
	(void)umask(077);
	if (mkdir(config->data, 0700) != 0 && errno != EEXIST)
		return error_set(err, ERROR_SYSTEM, "data",
		    "can't make the data folder: %s", strerror(errno));
	if (id_init(err) != 0 || config_path(config, "wake", path, err) != 0)
		return -1;
	if (topic_open(path, err) != 0 ||
	    config_path(config, "clock", path, err) != 0 ||
	    steady_open(path, err) != 0)
		return -1;
	return media_prepare(config, err);
}

/* The configured ICE servers; the caller puts them away. NULL with *err. */
static struct json_object *
live_ice_servers(const struct config *config, struct error *err)
{
	const char *text = config->ice_servers;
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *list, *urls;
	bool good;
	size_t i;

	if (tokener == NULL) {
		error_set(err, ERROR_SYSTEM, NULL, "out of memory");
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	list = json_tokener_parse_ex(tokener, text, (int)strlen(text));
	json_tokener_free(tokener);
	good = json_object_is_type(list, json_type_array);
	for (i = 0; good && i < json_object_array_length(list); i++)
		good = json_object_object_get_ex(
			   json_object_array_get_idx(list, i), "urls", &urls) &&
		       (json_object_is_type(urls, json_type_string) ||
			   json_object_is_type(urls, json_type_array));
	if (good)
		return list;
	(void)json_object_put(list);
	error_set(err, ERROR_INPUT, "ice_servers",
	    "setting ice_servers takes a JSON array of RTCIceServer objects, "
	    "each with \"urls\"");
	return NULL;
}

static bool
begins_with_one_of(const char *text, const char *one, const char *other)
{
	return strncmp(text, one, strlen(one)) == 0 ||
	       strncmp(text, other, strlen(other)) == 0;
}

/*
 * Sources as Content-Security-Policy has them, of what can't end the directive:
 * hosts and schemes, *, 'self' and 'none'.
 */
static bool
sources_valid(const char *list)
{
	static const char CHARS[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-._:/[]*";
	size_t size;

	for (list += strspn(list, " "); *list != '\0';
	     list += strspn(list, " ")) {
		size = strcspn(list, " ");
		if (strspn(list, CHARS) < size &&
		    !(size == 6 && (strncmp(list, "'self'", 6) == 0 ||
				       strncmp(list, "'none'", 6) == 0)))
			return false;
		list += size;
	}
	return true;
}

int
live_check(const struct config *config, struct error *err)
{
	struct json_object *list = live_ice_servers(config, err);

	if (list == NULL)
		return -1;
	(void)json_object_put(list);
	if (config->public_url[0] != '\0' &&
	    !begins_with_one_of(config->public_url, "https://", "http://"))
		return error_set(err, ERROR_INPUT, "public_url",
		    "setting public_url begins with https:// or http://");
	if (!address_list_valid(config->trusted_proxies))
		return error_set(err, ERROR_INPUT, "trusted_proxies",
		    "setting trusted_proxies takes addresses and prefixes "
		    "like 10.0.0.0/8, separated by spaces");
	if (!sources_valid(config->frame_ancestors))
		return error_set(err, ERROR_INPUT, "frame_ancestors",
		    "setting frame_ancestors takes sites like "
		    "https://example.com, *, 'self' or 'none', separated by "
		    "spaces");
	if (!address_list_valid(config->hook_addresses))
		return error_set(err, ERROR_INPUT, "hook_addresses",
		    "setting hook_addresses takes addresses and prefixes "
		    "like 10.0.0.0/8, separated by spaces");
	if (config->rtmp_hls[0] != '\0' && config->rtmp_hls[0] != '/')
		return error_set(err, ERROR_INPUT, "rtmp_hls",
		    "setting rtmp_hls is a whole path, from the first / on");
	if (config->rtmp_url[0] != '\0' &&
	    !begins_with_one_of(config->rtmp_url, "rtmp://", "rtmps://"))
		return error_set(err, ERROR_INPUT, "rtmp_url",
		    "setting rtmp_url begins with rtmp:// or rtmps://");
	return 0;
}

/*
 * The secret is made when the database is there. So one that is missing or
 * empty beside it was lost, and another mustn't take its place unseen.
 */
static int
live_check_lost(const char *lasting, const char *secret, struct error *err)
{
	if (file_size(secret) < 0 || file_size(lasting) > 0)
		return 0;
	return error_set(err, ERROR_STORE, NULL,
	    "livebin.db is missing or empty, though the site isn't new: go "
	    "back to a backup (docs/operate.md)");
}

int
live_open(struct live *live, const struct config *config, struct error *err)
{
	char lasting[CONFIG_TEXT_BYTES], passing[CONFIG_TEXT_BYTES];
	char secret[CONFIG_TEXT_BYTES];

	memset(live, 0, sizeof(*live));
	live->config = config;
	buf_init(&live->listing.json, LISTING_BYTES_MAX);
	if (config_path(config, "livebin.db", lasting, err) != 0 ||
	    config_path(config, "passing.db", passing, err) != 0 ||
	    config_path(config, "secret", secret, err) != 0 ||
	    live_check_lost(lasting, secret, err) != 0 ||
	    (live->ice_servers = live_ice_servers(config, err)) == NULL ||
	    store_open(&live->store, lasting, passing,
		(int)config->busy_timeout_ms, err) != 0)
		return -1;
	return secret_load(&live->secret, secret, err);
}

void
live_close(struct live *live)
{
	store_close(live->store);
	live->store = NULL;
	(void)json_object_put(live->ice_servers);
	live->ice_servers = NULL;
	buf_free(&live->listing.json);
	secret_wipe(&live->secret, sizeof(live->secret));
}

struct topic
live_mail_topic(const char *stream_id, const char *receiver)
{
	/* Peer ids are unique by themselves. */
	return topic_of("mail",
	    strcmp(receiver, MAIL_PUBLISHER) == 0 ? stream_id : receiver);
}

struct topic
live_stream_topic(const char *stream_id)
{
	return topic_of("stream", stream_id);
}

struct topic
live_listing_topic(void)
{
	return topic_of("listing", "");
}

int
change_begin(struct change *change, struct live *live, enum store_part part,
    struct error *err)
{
	memset(change, 0, sizeof(*change));
	change->live = live;
	change->part = part;
	return store_begin(live->store, part, err);
}

int
change_wakes(struct change *change, struct topic topic, struct error *err)
{
	size_t capacity;
	struct topic *topics;

	if (change->count == change->capacity) {
		capacity = change->capacity == 0 ? 8 : change->capacity * 2;
		topics = realloc(change->topics, capacity * sizeof(*topics));
		if (topics == NULL)
			return error_set(
			    err, ERROR_SYSTEM, NULL, "out of memory");
		change->topics = topics;
		change->capacity = capacity;
	}
	change->topics[change->count++] = topic;
	topic_intend(topic);
	return 0;
}

int
change_wakes_stream(
    struct change *change, const char *stream_id, struct error *err)
{
	if (change_wakes(change, live_stream_topic(stream_id), err) != 0)
		return -1;
	return change_wakes(change, live_listing_topic(), err);
}

int
change_end(struct change *change, int rc, struct error *err)
{
	size_t i;

	if (rc == 0)
		rc = store_commit(change->live->store, change->part, err);
	else
		store_rollback(change->live->store, change->part);
	for (i = 0; i < change->count; i++)
		topic_wake(change->topics[i]);
	if (change->count > 0)
		topic_ring();
	free(change->topics);
	return rc;
}
