/*
 * A pushed media playlist on its way in. For ingest_list.c alone, which says
 * what becomes of it.
 */
#ifndef LIVEBIN_LIVE_INGEST_INCOMING_H
#define LIVEBIN_LIVE_INGEST_INCOMING_H

#include <stdbool.h>

#include "live/live.h"
#include "live/playlist.h"
#include "store/ingest.h"
#include "store/recording.h"
#include "store/stream.h"

struct incoming {
	struct live *live;
	const struct stream *stream;
	const struct playlist *list;
	const char *name;
	const char *sender;
	struct recording recording;
	struct encoder encoder; /* as it was, then as it is */
	bool known;		/* it was */
	bool goes_on;
	bool stale; /* one from before the last, that was overtaken */
	int64_t now;
};

/* The number behind the last entry's. */
int64_t incoming_end(const struct playlist *list);

/*
 * Finds the encoder of that name, whether the list goes on from its last one,
 * and whether it is an older one. 0 or -1.
 */
int incoming_look(struct incoming *in, struct error *err)
    __attribute__((warn_unused_result));

#endif
