/*
 * Files in incoming/ that no row knows: a program was killed while it received
 * them, or the passing part was lost in a power cut.
 */
#include <unistd.h>

#include "live/ingest.h"
#include "live/media.h"
#include "store/ingest.h"

#define ORPHAN_AGE_S (60 * 60) /* no upload takes so long */

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
	struct orphans orphans = { live, age_s < 0 ? ORPHAN_AGE_S : age_s };
	char path[FILE_PATH_BYTES];

	if (media_path(live->config, MEDIA_INCOMING, ".", path, err) != 0)
		return -1;
	return file_each(path, orphans_one, &orphans, err);
}
