/*
 * The rules' surroundings, and the transaction that wakes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <json-c/json.h>

#include "live/live.h"
#include "store/mail.h"

#define LISTING_BYTES_MAX (8 * 1024 * 1024) /* 101 of the longest */

int
live_prepare(const struct config *config, struct error *err)
{
	char path[CONFIG_TEXT_BYTES];

	if (mkdir(config->data, 0700) != 0 && errno != EEXIST)
		return error_set(err, ERROR_SYSTEM, "data",
		    "can't make the data folder: %s", strerror(errno));
	if (id_init(err) != 0 || config_path(config, "wake", path, err) != 0)
		return -1;
	return topic_open(path, err);
}

static int
live_ice_servers(struct live *live, struct error *err)
{
	const char *text = live->config->ice_servers;
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *one;
	size_t i, count;

	if (tokener == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	live->ice_servers =
	    json_tokener_parse_ex(tokener, text, (int)strlen(text));
	json_tokener_free(tokener);
	if (!json_object_is_type(live->ice_servers, json_type_array))
		goto bad;
	count = json_object_array_length(live->ice_servers);
	for (i = 0; i < count; i++) {
		one = json_object_array_get_idx(live->ice_servers, i);
		if (!json_object_is_type(one, json_type_object) ||
		    json_object_object_get(one, "urls") == NULL)
			goto bad;
	}
	return 0;
bad:
	return error_set(err, ERROR_INPUT, "ice_servers",
	    "setting ice_servers takes a JSON array of objects with \"urls\"");
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
	    secret_load(&live->secret, secret, err) != 0 ||
	    live_ice_servers(live, err) != 0)
		return -1;
	return store_open(
	    &live->store, lasting, passing, (int)config->busy_timeout_ms, err);
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
