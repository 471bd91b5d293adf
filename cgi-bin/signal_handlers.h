/*
 * The two handlers of /api/live/:id/signal, each in a file of its own.
 */
#ifndef LIVEBIN_SIGNAL_HANDLERS_H
#define LIVEBIN_SIGNAL_HANDLERS_H

#include "http/request.h"

/* POST: sends a message; a viewer's offer waits for its answer. */
enum verdict signal_post(struct request *request, struct error *err);

/* GET: reads a mailbox, waiting if it is empty, or as an event stream. */
enum verdict signal_get(struct request *request, struct error *err);

#endif
