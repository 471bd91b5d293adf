/*
 * One call of one request: match, authorise, read, handle, answer or park.
 * For src/http/engine.c.
 */
#ifndef LIVEBIN_HTTP_SERVE_H
#define LIVEBIN_HTTP_SERVE_H

#include "http/engine.h"

/* Takes the request over. `context` is the running worker's. */
void serve(const struct door *door, struct request *request, void *context);

#endif
