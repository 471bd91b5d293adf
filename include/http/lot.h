/*
 * The parking lot: requests that wait hold no thread, only a place here. One
 * thread owns it; it watches their connections, their deadlines and the wake
 * file, runs no handler, and hands whoever may go on back to the queue.
 */
#ifndef LIVEBIN_HTTP_LOT_H
#define LIVEBIN_HTTP_LOT_H

#include "http/request.h"

/*
 * Starts the lot's thread. With `ticking` it also asks the queue for a tick
 * each second. 0, or -1 with *err.
 */
int lot_start(bool ticking, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Takes a request over, which has a place (http/places.h); its topic, version
 * and deadline are set. From here on it isn't the caller's: another thread may
 * have it already. Any worker.
 */
void lot_add(struct request *request);

/*
 * Resumes all with WAKE_STOP and ends the thread. Requests added later come
 * back at once.
 */
void lot_stop(void);

#endif
