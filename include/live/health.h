/*
 * Is this site in order? One answer for each part.
 */
#ifndef LIVEBIN_LIVE_HEALTH_H
#define LIVEBIN_LIVE_HEALTH_H

#include "live/live.h"

enum health_part {
	HEALTH_STORE,	/* what must last can be read and written */
	HEALTH_PASSING, /* so can what may be forgotten */
	HEALTH_DISK,	/* enough of the disk is free */
	HEALTH_PART__MAX
};

extern const char *const HEALTH_NAMES[HEALTH_PART__MAX];

/* 0 if the part is in order, or -1 and *err says what isn't. */
int health_check(struct live *live, enum health_part part, struct error *err)
    __attribute__((warn_unused_result));

#endif
