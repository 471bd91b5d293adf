/*
 * What is ready to go on: requests that were parked, and the door's tick.
 * New requests aren't here: workers take them from the listening socket, whose
 * backlog is the queue.
 */
#ifndef LIVEBIN_HTTP_QUEUE_H
#define LIVEBIN_HTTP_QUEUE_H

#include "http/request.h"

/* What queue_take found. */
enum queue_work {
	QUEUE_EMPTY,
	QUEUE_REQUEST, /* *request is the caller's now */
	QUEUE_TICK,    /* the door's tick is due */
};

/* Makes the descriptor. 0, or -1 with *err. Before threads start. */
int queue_open(struct error *err) __attribute__((warn_unused_result));

/*
 * Readable while there is work. For epoll with EPOLLEXCLUSIVE: it counts, so
 * that as many workers wake as there are pieces of work.
 */
int queue_descriptor(void);

/* Hands a request that was parked to some worker. */
void queue_resume(struct request *request);

/* Asks some worker for a tick, unless one was asked already. */
void queue_tick(void);

/* Takes a piece of work, without waiting. Any worker. */
enum queue_work queue_take(struct request **request);

#endif
