/*
 * What becomes of a broadcast's media: kept as a replay, or removed.
 */
#ifndef LIVEBIN_LIVE_RECORDING_H
#define LIVEBIN_LIVE_RECORDING_H

#include "live/live.h"
#include "store/job.h"
#include "store/recording.h"

/*
 * Inside a change on the "lasting" part that ends a stream: its live recording
 * ends too. 1: it is kept, and a replay is to be made of it; 0: there is none,
 * it is empty, or it isn't to be kept and will be removed; -1 with *err.
 */
int recording_end(struct change *change, const char *stream_id, bool keep,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Behind that change: the live playlists of the recording that it ended are
 * ended, so that players stop. Errors are logged: making the replay does it
 * again.
 */
void recording_ended(struct live *live, const char *stream_id);

/*
 * Inside a change on the "lasting" part: nobody is to see the stream's
 * recordings any more; jobs remove them. 0 or -1.
 */
int recording_discard_all(struct change *change, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));
int recording_discard(struct change *change, const struct recording *recording,
    int64_t due_steady_ms, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Inside a change on the "lasting" part: a stream's recordings are in the web
 * server's sight under their playbackIds, or aren't; its passes are removed.
 * recording_show does it for one. 0 or -1.
 */
int recording_show_all(struct change *change, const char *stream_id, bool shown,
    struct error *err) __attribute__((warn_unused_result));
int recording_show(struct change *change, const struct recording *recording,
    bool shown, struct error *err) __attribute__((warn_unused_result));
int recording_revoke_all(struct change *change, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Behind it: their folders go to the trash, out of the web server's sight.
 * recording_hide: 0, also where it was done before, or -1; of all of a stream's
 * failures are logged, and their JOB_REMOVE tries again.
 */
void recording_hide_all(struct live *live, const char *stream_id);
int recording_hide(struct live *live, const struct recording *recording,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Removes up to `max` files of what was hidden: 1 if all are gone, 0 if there
 * are more, or -1; ERROR_BUSY while somebody still publishes into it.
 */
int recording_trash(struct live *live, const struct recording *recording,
    int max, struct error *err) __attribute__((warn_unused_result));

#endif
