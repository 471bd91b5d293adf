/*
 * The clock of what is stored and ends: leases, deadlines, the times at which
 * something is due. Milliseconds since 1970 by the calendar as it was when the
 * first program of this boot asked, and evenly on from there, whatever is done
 * to the calendar meanwhile: all of the site's processes read the same. Named
 * `_steady_ms`; it never mixes with the calendar (base/clock.h), which is
 * shown.
 */
#ifndef LIVEBIN_BASE_STEADY_H
#define LIVEBIN_BASE_STEADY_H

#include <stdint.h>

#include "base/error.h"

/*
 * Reads from the file at `path` where the clock stands, making it if this is
 * the first of the boot. Once a process, before threads start. 0, or -1 with
 * *err.
 */
int steady_open(const char *path, struct error *err)
    __attribute__((warn_unused_result));

/* Milliseconds of it; before steady_open those of the calendar. Any thread. */
int64_t steady_now_ms(void);

/*
 * A time of the calendar as this clock counts it now, and back; INT64_MAX, for
 * never, stays what it is. Any thread.
 */
int64_t steady_of_unix(int64_t unix_ms);
int64_t steady_to_unix(int64_t steady_ms);

#endif
