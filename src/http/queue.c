/*
 * The work queue: two lists under one lock. Resumed requests go first, since
 * somebody has waited for them.
 */
#include <pthread.h>
#include <stddef.h>

#include "http/exchange.h"
#include "http/queue.h"

struct list {
	struct request *first, *last;
};

/* All of it under `lock`. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct list fresh, resumed;
	size_t fresh_count, fresh_max;
	bool tick, closed;
} queue = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.filled = PTHREAD_COND_INITIALIZER,
};

static void
list_push(struct list *list, struct request *request)
{
	request->next = NULL;
	if (list->last != NULL)
		list->last->next = request;
	else
		list->first = request;
	list->last = request;
}

static struct request *
list_pop(struct list *list)
{
	struct request *request = list->first;

	if (request == NULL)
		return NULL;
	list->first = request->next;
	if (list->first == NULL)
		list->last = NULL;
	request->next = NULL;
	return request;
}

void
queue_open(size_t max)
{
	(void)pthread_mutex_lock(&queue.lock);
	queue.fresh_max = max;
	queue.closed = false;
	(void)pthread_mutex_unlock(&queue.lock);
}

int
queue_add(struct request *request)
{
	int rc = -1;

	(void)pthread_mutex_lock(&queue.lock);
	if (queue.fresh_count < queue.fresh_max) {
		list_push(&queue.fresh, request);
		queue.fresh_count++;
		(void)pthread_cond_signal(&queue.filled);
		rc = 0;
	}
	(void)pthread_mutex_unlock(&queue.lock);
	return rc;
}

void
queue_resume(struct request *request)
{
	(void)pthread_mutex_lock(&queue.lock);
	list_push(&queue.resumed, request);
	(void)pthread_cond_signal(&queue.filled);
	(void)pthread_mutex_unlock(&queue.lock);
}

void
queue_tick(void)
{
	(void)pthread_mutex_lock(&queue.lock);
	queue.tick = true;
	(void)pthread_cond_signal(&queue.filled);
	(void)pthread_mutex_unlock(&queue.lock);
}

/* Under the lock. */
static bool
queue_next(struct request **request, enum queue_work *work)
{
	*work = QUEUE_REQUEST;
	*request = list_pop(&queue.resumed);
	if (*request != NULL)
		return true;
	*request = list_pop(&queue.fresh);
	if (*request != NULL) {
		queue.fresh_count--;
		return true;
	}
	if (queue.closed) {
		*work = QUEUE_CLOSED;
		return true;
	}
	*work = QUEUE_TICK;
	if (!queue.tick)
		return false;
	queue.tick = false;
	return true;
}

enum queue_work
queue_take(struct request **request)
{
	enum queue_work work;

	(void)pthread_mutex_lock(&queue.lock);
	while (!queue_next(request, &work))
		(void)pthread_cond_wait(&queue.filled, &queue.lock);
	(void)pthread_mutex_unlock(&queue.lock);
	return work;
}

void
queue_close(void)
{
	(void)pthread_mutex_lock(&queue.lock);
	queue.closed = true;
	(void)pthread_cond_broadcast(&queue.filled);
	(void)pthread_mutex_unlock(&queue.lock);
}
