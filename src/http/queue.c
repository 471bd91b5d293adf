/*
 * The queue of resumed requests: a list under a lock, and an eventfd that
 * counts its entries. Looking at an empty queue costs no system call.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "http/exchange.h"
#include "http/queue.h"

/* `ready` is read without the lock, as a hint; the rest is under it. */
static struct {
	pthread_mutex_t lock;
	int fd; /* counts what is ready; set by queue_open */
	_Atomic size_t ready;
	struct request *first, *last;
	bool tick;
} queue = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.fd = -1,
};

int
queue_open(struct error *err)
{
	queue.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
	if (queue.fd < 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "can't make the queue: %s", strerror(errno));
	return 0;
}

int
queue_descriptor(void)
{
	return queue.fd;
}

/* Under the lock, so that the counter never lags behind the list. */
static void
queue_count(void)
{
	const uint64_t one = 1;

	atomic_fetch_add(&queue.ready, 1);
	if (write(queue.fd, &one, sizeof(one)) < 0)
		log_write(LOG_LEVEL_ERROR, NULL, "queue: %s", strerror(errno));
}

void
queue_resume(struct request *request)
{
	(void)pthread_mutex_lock(&queue.lock);
	request->next = NULL;
	if (queue.last != NULL)
		queue.last->next = request;
	else
		queue.first = request;
	queue.last = request;
	queue_count();
	(void)pthread_mutex_unlock(&queue.lock);
}

void
queue_tick(void)
{
	(void)pthread_mutex_lock(&queue.lock);
	if (!queue.tick) {
		queue.tick = true;
		queue_count();
	}
	(void)pthread_mutex_unlock(&queue.lock);
}

/* Under the lock, with something ready. */
static enum queue_work
queue_pop(struct request **request)
{
	uint64_t one;

	atomic_fetch_sub(&queue.ready, 1);
	if (read(queue.fd, &one, sizeof(one)) < 0)
		log_write(LOG_LEVEL_ERROR, NULL, "queue: %s", strerror(errno));
	*request = queue.first;
	if (queue.first == NULL) {
		queue.tick = false;
		return QUEUE_TICK;
	}
	queue.first = queue.first->next;
	if (queue.first == NULL)
		queue.last = NULL;
	(*request)->next = NULL;
	return QUEUE_REQUEST;
}

enum queue_work
queue_take(struct request **request)
{
	enum queue_work work = QUEUE_EMPTY;

	*request = NULL;
	if (atomic_load(&queue.ready) == 0)
		return QUEUE_EMPTY;
	(void)pthread_mutex_lock(&queue.lock);
	if (atomic_load(&queue.ready) > 0)
		work = queue_pop(request);
	(void)pthread_mutex_unlock(&queue.lock);
	return work;
}
