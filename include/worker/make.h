/*
 * What ffmpeg is for: the download and the pictures of a recording. Each
 * fills in work->result; 0, or -1 with *err (a sentence for people, or
 * work->end is set).
 */
#ifndef LIVEBIN_WORKER_MAKE_H
#define LIVEBIN_WORKER_MAKE_H

#include "worker/work.h"

/* replay.mp4. */
int make_mp4(struct work *work, struct error *err)
    __attribute__((warn_unused_result));

/* poster.jpg, unless one was pushed; thumbs.jpg and thumbs.vtt. */
int make_poster(struct work *work, struct error *err)
    __attribute__((warn_unused_result));
int make_thumbs(struct work *work, struct error *err)
    __attribute__((warn_unused_result));

#endif
