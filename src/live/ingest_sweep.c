/*
 * What came and nobody wants: files that no list names, encoders that are long
 * gone, and files in incoming/ that no row knows, because a program was killed
 * while it received them, or the passing part was lost in a power cut.
 */
#include <unistd.h>

#include "base/clock.h"
#include "live/ingest_parts.h"
#include "live/media.h"
#include "store/presence.h"
#include "store/rate.h"
#include "store/stream.h"

#define UNLISTED_MS (5 * 60 * 1000)
#define FORGET_MS (10 * 60 * 1000)
#define ORPHAN_AGE_S (60 * 60) /* no upload takes so long */
#define ORPHANS_EVERY_MS (5 * 60 * 1000)
#define BATCH 16
#define ROUNDS_MAX 64

/* Inside a change: forgets a list of uploads. 0 or -1. */
static int
sweep_forget(struct live *live, const struct upload *uploads, int count,
    struct error *err)
{
	int i;

	for (i = 0; i < count; i++)
		if (store_upload_delete(live->store, &uploads[i], err) != 0)
			return -1;
	return count < 0 ? -1 : 0;
}

/* Behind it: their files. */
static void
sweep_unlink(struct live *live, const struct upload *uploads, int count)
{
	int i;

	for (i = 0; i < count; i++)
		ingest_unlink(live, uploads[i].file);
}

int
ingest_forget(struct live *live, const char *stream_id, struct error *err)
{
	struct upload uploads[BATCH];
	struct change change;
	int count, rc;

	do {
		if (change_begin(&change, live, STORE_PASSING, err) != 0)
			return -1;
		count = store_upload_list(
		    live->store, stream_id, BATCH, uploads, err);
		rc = sweep_forget(live, uploads, count, err);
		if (rc == 0 && count < BATCH)
			rc = store_ingest_forget(live->store, stream_id, err);
		if (change_end(&change, rc, err) != 0)
			return -1;
		sweep_unlink(live, uploads, count);
	} while (count == BATCH);
	return 0;
}

/* A round of files that no list named in time. How many there were, or -1. */
static int
sweep_unlisted(struct live *live, int64_t before_steady_ms, struct error *err)
{
	struct upload uploads[BATCH];
	struct change change;
	int count, rc;

	count = store_upload_old(
	    live->store, before_steady_ms, BATCH, uploads, err);
	if (count <= 0)
		return count;
	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	/* Again, under the lock: one may have been sent anew. */
	count = store_upload_old(
	    live->store, before_steady_ms, BATCH, uploads, err);
	rc = sweep_forget(live, uploads, count, err);
	if (change_end(&change, rc, err) != 0)
		return -1;
	sweep_unlink(live, uploads, count);
	return count;
}

/*
 * An encoder that was silent for long. Where the broadcast goes on without it,
 * the others' files are left.
 */
static int
sweep_encoder(struct live *live, int64_t now, struct error *err)
{
	struct encoder encoder;
	struct stream stream;
	struct change change;
	bool lives;
	int found;

	found =
	    store_encoder_silent(live->store, now - FORGET_MS, &encoder, err);
	if (found <= 0)
		return found;
	found = store_stream_find(live->store, encoder.stream_id, &stream, err);
	lives = found == 1 && stream.status == STREAM_LIVE;
	stream_free(&stream);
	if (found < 0)
		return -1;
	if (!lives)
		return ingest_forget(live, encoder.stream_id, err);
	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	return change_end(
	    &change, store_encoder_delete(live->store, &encoder, err), err);
}

struct orphans {
	struct live *live;
	int64_t age_s;
};

static int
orphans_one(void *context, const char *name, struct error *err)
{
	const struct orphans *orphans = context;
	struct live *live = orphans->live;
	char path[FILE_PATH_BYTES];
	int known;

	if (media_path(live->config, MEDIA_INCOMING, name, path, err) != 0)
		return -1;
	if (file_age_s(path) < orphans->age_s)
		return 0;
	known = store_upload_has_file(live->store, name, err);
	if (known == 0)
		(void)unlink(path);
	return known < 0 ? -1 : 0;
}

int
ingest_sweep_orphans(struct live *live, int64_t age_s, struct error *err)
{
	struct orphans orphans = { live, age_s };
	char path[FILE_PATH_BYTES];

	if (media_path(live->config, MEDIA_INCOMING, ".", path, err) != 0)
		return -1;
	return file_each(path, orphans_one, &orphans, err);
}

/* Looking through the folder is for now and then. 0 or -1. */
static int
sweep_orphans(struct live *live, int64_t now, struct error *err)
{
	struct change change;
	int ours;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	ours = store_chore_claim(
	    live->store, "orphans", now, now + ORPHANS_EVERY_MS, err);
	if (change_end(&change, ours < 0 ? -1 : 0, err) != 0)
		return -1;
	return ours == 1 ? ingest_sweep_orphans(live, ORPHAN_AGE_S, err) : 0;
}

int
ingest_sweep(struct live *live, int64_t now_steady_ms, struct error *err)
{
	/* What is listed and held back by a gap isn't unlisted. */
	const int64_t before =
	    now_steady_ms - UNLISTED_MS - live->config->media_gap_wait_s * 1000;
	int count, round = 0;

	do
		count = sweep_unlisted(live, before, err);
	while (count == BATCH && ++round < ROUNDS_MAX);
	if (count < 0 || sweep_orphans(live, now_steady_ms, err) != 0)
		return -1;
	return sweep_encoder(live, now_steady_ms, err);
}
