/*
 * The queue between whoever has a request ready and the workers.
 */
#ifndef LIVEBIN_HTTP_QUEUE_H
#define LIVEBIN_HTTP_QUEUE_H

#include "http/request.h"

/* What queue_take found. */
enum queue_work {
	QUEUE_REQUEST, /* *request is the caller's now */
	QUEUE_TICK,    /* the door's tick is due */
	QUEUE_CLOSED,  /* closed and empty: the worker ends */
};

/* At most `max` new requests wait; resumed ones are not counted. */
void queue_open(size_t max);

/* Adds a new request. 0, or -1 if the queue is full. */
int queue_add(struct request *request) __attribute__((warn_unused_result));

/* Adds a request that was parked: it goes first and never finds it full. */
void queue_resume(struct request *request);

/* Asks some worker for a tick, unless one was asked already. */
void queue_tick(void);

/* Waits for work. Any worker. */
enum queue_work queue_take(struct request **request);

/* No more is coming: workers end when the queue is empty. */
void queue_close(void);

#endif
