/*
 * The worker's signals, as a descriptor that poll(2) can wait for: the end of
 * a helper, and being told to stop. One thread.
 */
#ifndef LIVEBIN_WORKER_SIGNALS_H
#define LIVEBIN_WORKER_SIGNALS_H

#include <stdbool.h>

#include "base/error.h"

/* Takes SIGTERM, SIGINT and SIGCHLD over. Once. 0 or -1. */
int signals_open(struct error *err) __attribute__((warn_unused_result));

/* Readable after a signal; signals_drain empties it. */
int signals_descriptor(void);
void signals_drain(void);

/* Was the worker told to stop? */
bool signals_stopping(void);

#endif
