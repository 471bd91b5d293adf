/*
 * Passes: how the web server hands out the files of a PRIVATE stream, and knows
 * nothing of tokens. The files are in the folder "kept", out of its sight. Who
 * may watch gets a name of its own for them, a link in the folder "live" that
 * nobody can guess; it is removed when the right ends. What is made by one
 * right of one recording has one name, so asking again makes no other.
 */
#ifndef LIVEBIN_LIVE_PASS_H
#define LIVEBIN_LIVE_PASS_H

#include "live/access.h"
#include "store/recording.h"

/*
 * The name under which the caller of a PRIVATE stream reads a recording; ""
 * where it has no right any more. ERROR_VIEWERS_MAX: it has passes_max already.
 * 0, or -1 with *err.
 */
int pass_open(struct live *live, const struct call *call,
    const struct recording *recording, char name[KEY_BYTES], struct error *err)
    __attribute__((warn_unused_result));

/*
 * Inside a change on the "lasting" part: removes a recording's passes; those
 * whose right has ended at `unix_ms`, of any. 0 or -1.
 */
int pass_revoke(struct change *change, int64_t recording, struct error *err)
    __attribute__((warn_unused_result));
int pass_revoke_ended(struct change *change, int64_t unix_ms, struct error *err)
    __attribute__((warn_unused_result));

/* The same of what has ended by now, for the sweep. 0 or -1. */
int pass_sweep(struct live *live, struct error *err)
    __attribute__((warn_unused_result));

#endif
