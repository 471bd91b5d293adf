/*
 * Places for requests that wait: so many in all, so many of one client. A
 * request that once had a place keeps it until it ends, however often it goes
 * on and waits again: whoever comes last is refused, and nobody else. For
 * src/http alone.
 */
#ifndef LIVEBIN_HTTP_PLACES_H
#define LIVEBIN_HTTP_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Makes them; once, before any is taken. 0, or -1 with *err. */
int places_open(size_t max, size_t max_per_client, struct error *err)
    __attribute__((warn_unused_result));
void places_close(void);

/*
 * Takes one for a client, which a number stands for. ERROR_BUSY if there is
 * none left, ERROR_CROWD if this client has its share. 0, or -1 with *err.
 */
int places_take(uint64_t client, struct error *err)
    __attribute__((warn_unused_result));

/* Gives back what that client took. Any thread. */
void places_give(uint64_t client);

#endif
