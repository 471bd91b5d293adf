/*
 * The end that lists tell of, and what comes behind it.
 */
#include <unistd.h>

#include "base/steady.h"
#include "live/ingest_parts.h"
#include "live/lifecycle.h"
#include "live/media.h"
#include "store/ingest.h"
#include "store/presence.h"

/* What was listed may come behind the list, but not for ever. 0 or -1. */
static int
ingest_end_later(struct live *live, const char *stream_id, struct error *err)
{
	const int64_t now = steady_now_ms();
	struct change change;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	return change_end(&change,
	    store_broadcast_heard(live->store, stream_id,
		now + live->config->media_gap_wait_s * 1000, now, err),
	    err);
}

int
ingest_end(struct live *live, const char *stream_id, struct error *err)
{
	int count;

	count = store_encoder_sending(live->store, stream_id, err);
	if (count != 0)
		return count < 0 ? -1 : 0;
	count = store_listed_count(live->store, stream_id, err);
	if (count != 0)
		return count < 0 ? -1 : ingest_end_later(live, stream_id, err);
	return lifecycle_stop_id(live, stream_id, err);
}

int
ingest_discard(struct live *live, const char *stream_id, const char *name,
    struct error *err)
{
	char path[FILE_PATH_BYTES];
	struct upload upload;
	int found;

	found = store_upload_find(live->store, stream_id, name, &upload, err);
	if (found <= 0 || upload.published)
		return found < 0 ? -1 : 0;
	if (media_path(live->config, MEDIA_INCOMING, upload.file, path, err) !=
		0 ||
	    store_upload_published(
		live->store, stream_id, name, upload.file, err) != 0)
		return -1;
	(void)unlink(path);
	return 0;
}
