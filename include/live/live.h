/*
 * What every rule needs: the store, the configuration, the site's secret.
 * One for each thread that runs rules.
 */
#ifndef LIVEBIN_LIVE_LIVE_H
#define LIVEBIN_LIVE_LIVE_H

#include "base/buf.h"
#include "base/config.h"
#include "base/id.h"
#include "base/topic.h"
#include "store/store.h"

struct json_object;

/* The list of live streams as it was last written; see live/listing.h. */
struct listing {
	struct buf json;
	uint64_t digest; /* of json */
	bool first_page;
	uint32_t version; /* of live_listing_topic */
	int64_t until_mono_ms;
	char base[CONFIG_TEXT_BYTES];
};

struct live {
	struct store *store;
	const struct config *config; /* borrowed */
	struct secret secret;
	struct json_object *ice_servers; /* an array; pages get it as it is */
	struct listing listing;
};

/*
 * Looks at the settings that have a form of their own. 0, or -1 with *err
 * naming the one that is wrong.
 */
int live_check(const struct config *config, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Prepares the process: the data folder, libsodium, the wake file, the clock.
 * Once, before threads start. 0, or -1 with *err.
 */
int live_prepare(const struct config *config, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Opens the store and reads the secret and the ICE servers. `config` is
 * borrowed. A database that is missing where there is a secret is an error.
 * 0, or -1 with *err; live_close in either case.
 */
int live_open(struct live *live, const struct config *config, struct error *err)
    __attribute__((warn_unused_result));
void live_close(struct live *live);

/* The topics that parked requests wait for. */
struct topic live_mail_topic(const char *stream_id, const char *receiver);
struct topic live_stream_topic(const char *stream_id);
struct topic live_listing_topic(void);

/*
 * A write transaction that knows whom to wake: topics are added while it is
 * open and woken when it ends, whichever way (see base/topic.h).
 */
struct change {
	struct live *live;
	enum store_part part;
	struct topic *topics; /* the change's own */
	size_t count, capacity;
};

/*
 * Begin; add a topic; end. change_end(change, 0, err) commits, any other
 * `rc` rolls back; it returns rc, or -1 if the commit failed. After a
 * successful begin there is exactly one end.
 */
int change_begin(struct change *change, struct live *live, enum store_part part,
    struct error *err) __attribute__((warn_unused_result));
int change_wakes(struct change *change, struct topic topic, struct error *err)
    __attribute__((warn_unused_result));

/* Adds what waits for a stream's object, and for the list it may be in. */
int change_wakes_stream(struct change *change, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/* Ends it, as said above. */
int change_end(struct change *change, int rc, struct error *err)
    __attribute__((warn_unused_result));

#endif
