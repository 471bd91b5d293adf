/*
 * Health checks: each does what a request would have to do.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#include "live/health.h"

const char *const HEALTH_NAMES[HEALTH_PART__MAX] = {
	[HEALTH_STORE] = "store",
	[HEALTH_PASSING] = "passing",
	[HEALTH_DISK] = "disk",
};

static int
health_disk(struct live *live, struct error *err)
{
	struct statvfs disk;
	unsigned long long free_mb;

	if (statvfs(live->config->data, &disk) != 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "The data folder can't be looked at: %s.", strerror(errno));
	free_mb = (unsigned long long)disk.f_bavail * disk.f_frsize >> 20;
	if (free_mb < (unsigned long long)live->config->disk_free_min_mb)
		return error_set(err, ERROR_STORE, NULL,
		    "Only %llu MB are free; %lld must be.", free_mb,
		    (long long)live->config->disk_free_min_mb);
	return 0;
}

int
health_check(struct live *live, enum health_part part, struct error *err)
{
	switch (part) {
	case HEALTH_STORE:
		return store_check(live->store, STORE_LASTING, err);
	case HEALTH_PASSING:
		return store_check(live->store, STORE_PASSING, err);
	case HEALTH_DISK:
		return health_disk(live, err);
	case HEALTH_PART__MAX:
		break;
	}
	assert(!"no such part");
	return -1;
}
