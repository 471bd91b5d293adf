/*
 * Is all that is stored sound? For the operator: it reads everything.
 */
#ifndef LIVEBIN_LIVE_CHECK_H
#define LIVEBIN_LIVE_CHECK_H

#include "base/config.h"
#include "store/upkeep.h"

/*
 * Looks through the databases, the secret, and what the rows say of media
 * against the files that are there. Changes nothing; the site may be in use. 0
 * and each thing that is wrong told to *findings, or -1 with *err if it can't
 * look.
 */
int check_site(const struct config *config, struct findings *findings,
    struct error *err) __attribute__((warn_unused_result));

#endif
