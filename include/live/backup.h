/*
 * A backup of what lasts: a folder with the database and the site's secret,
 * without which no key in it would open anything. Media isn't in it.
 */
#ifndef LIVEBIN_LIVE_BACKUP_H
#define LIVEBIN_LIVE_BACKUP_H

#include "base/config.h"
#include "base/error.h"

/* The files of a site that last, in its data folder and in a backup. */
#define BACKUP_DATABASE "livebin.db"
#define BACKUP_SECRET "secret"

/*
 * Makes the folder `path`, which must not be there, while the site is in use:
 * written beside it under another name, looked through, synced, and renamed. So
 * what has that name is whole. What a killed one leaves, the next of that name
 * removes. 0, or -1 with *err.
 */
int backup_make(const struct config *config, const char *path,
    struct error *err) __attribute__((warn_unused_result));

#endif
