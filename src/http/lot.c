/*
 * The lot. Requests come in by lot_add under the lock; only the lot's thread
 * takes them out, so that a pointer epoll handed it is always alive.
 *
 *	        lot_add                  the lot's thread
 *	worker ---------> parked list ---------------------> queue
 *	                    |  topic moved          EVENT
 *	                    |  deadline is over     DEADLINE
 *	                    |  connection broke     GONE
 *	                    |  lot_stop             STOP
 *
 * A pass over all that is parked reads one word of memory for each; at
 * thousands parked it is tens of microseconds, so there is no index.
 *
 * Three things keep a wake from being lost: the version is read before the
 * query and compared again once inotify watches; the inotify event comes
 * behind the version; and a slow tick looks at everything anyway, and
 * resumes whoever waits on a topic whose writer died half-way.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/exchange.h"
#include "http/lot.h"
#include "http/queue.h"

#define LOOK_MS 250  /* the slow tick while anything is parked */
#define TICK_MS 1000 /* the door's tick */
#define EVENTS_AT_ONCE 64

/* Descriptors are set by lot_start; the rest is under `lock`. */
static struct {
	pthread_mutex_t lock;
	pthread_t thread;
	int epoll_fd, bell_fd, watch_fd;
	bool ticking;
	struct request *first;
	size_t count;
	bool stopping;
} lot = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.epoll_fd = -1,
	.bell_fd = -1,
	.watch_fd = -1,
};

static int
lot_watch_descriptor(int fd, uint32_t events, void *what)
{
	struct epoll_event event = { .events = events, .data.ptr = what };

	return epoll_ctl(lot.epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void
lot_ring(void)
{
	const uint64_t one = 1;

	if (write(lot.bell_fd, &one, sizeof(one)) < 0)
		log_write(LOG_LEVEL_WARN, NULL, "lot: %s", strerror(errno));
}

/* Under the lock. The first to park makes the process watch the wake file. */
static void
lot_insert(struct request *request)
{
	if (lot.watch_fd < 0) {
		lot.watch_fd = topic_watch();
		if (lot.watch_fd < 0 || lot_watch_descriptor(lot.watch_fd,
					    EPOLLIN, &lot.watch_fd) != 0)
			log_write(LOG_LEVEL_WARN, NULL,
			    "no inotify: waiters wake by the slow tick");
	}
	request->previous = NULL;
	request->next = lot.first;
	if (lot.first != NULL)
		lot.first->previous = request;
	lot.first = request;
	if (lot_watch_descriptor(request->fcgx.ipcFd, EPOLLRDHUP, request) != 0)
		log_write(
		    LOG_LEVEL_WARN, request->id, "park: %s", strerror(errno));
	if (lot.count++ == 0)
		lot_ring();
}

void
lot_add(struct request *request)
{
	bool stopping;

	(void)pthread_mutex_lock(&lot.lock);
	stopping = lot.stopping;
	if (!stopping) {
		lot_insert(request);
		/*
		 * Behind lot_insert, because inotify may only now be watching:
		 * a wake before it is seen here, one after it by the thread.
		 */
		if (topic_version(request->topic) != request->version)
			lot_ring();
	}
	(void)pthread_mutex_unlock(&lot.lock);
	if (stopping) {
		request->wake = WAKE_STOP;
		queue_resume(request);
	}
}

/* Under the lock, by the lot's thread alone. */
static void
lot_take(struct request *request, enum wake wake, struct request **taken)
{
	(void)epoll_ctl(lot.epoll_fd, EPOLL_CTL_DEL, request->fcgx.ipcFd, NULL);
	if (request->previous != NULL)
		request->previous->next = request->next;
	else
		lot.first = request->next;
	if (request->next != NULL)
		request->next->previous = request->previous;
	lot.count--;
	request->wake = wake;
	request->next = *taken;
	*taken = request;
}

/* Under the lock: takes whoever may go on; when to look again, in ms. */
static int
lot_pass(bool slow, struct request **taken)
{
	const int64_t now = clock_mono_ms();
	struct request *request, *next;
	int64_t nearest = now + LOOK_MS;

	for (request = lot.first; request != NULL; request = next) {
		next = request->next;
		if (lot.stopping)
			lot_take(request, WAKE_STOP, taken);
		else if (topic_version(request->topic) != request->version ||
			 (slow && topic_marked(request->topic)))
			lot_take(request, WAKE_EVENT, taken);
		else if (request->deadline_mono_ms <= now)
			lot_take(request, WAKE_DEADLINE, taken);
		else if (request->deadline_mono_ms < nearest)
			nearest = request->deadline_mono_ms;
	}
	if (lot.first == NULL)
		return lot.ticking ? TICK_MS : -1;
	return (int)(nearest - now);
}

static void
lot_drain(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		;
}

static void
lot_events(const struct epoll_event *events, int count, struct request **taken)
{
	int i;

	for (i = 0; i < count; i++) {
		if (events[i].data.ptr == &lot.bell_fd)
			lot_drain(lot.bell_fd);
		else if (events[i].data.ptr == &lot.watch_fd)
			lot_drain(lot.watch_fd);
		else
			lot_take(events[i].data.ptr, WAKE_GONE, taken);
	}
}

static void
lot_hand_on(struct request *taken)
{
	struct request *next;

	for (; taken != NULL; taken = next) {
		next = taken->next;
		queue_resume(taken);
	}
}

static void *
lot_thread(void *unused)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int64_t looked = clock_mono_ms(), ticked = looked, now;
	struct request *taken;
	int count, timeout = -1;
	bool stopping = false, slow;

	(void)unused;
	if (lot.ticking)
		timeout = TICK_MS;
	while (!stopping) {
		count =
		    epoll_wait(lot.epoll_fd, events, EVENTS_AT_ONCE, timeout);
		now = clock_mono_ms();
		slow = now - looked >= LOOK_MS;
		if (slow)
			looked = now;
		taken = NULL;
		(void)pthread_mutex_lock(&lot.lock);
		lot_events(events, count > 0 ? count : 0, &taken);
		timeout = lot_pass(slow, &taken);
		stopping = lot.stopping;
		(void)pthread_mutex_unlock(&lot.lock);
		lot_hand_on(taken);
		if (lot.ticking && now - ticked >= TICK_MS) {
			ticked = now;
			queue_tick();
			log_flush();
		}
	}
	return NULL;
}

int
lot_start(bool ticking, struct error *err)
{
	lot.ticking = ticking;
	lot.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	lot.bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (lot.epoll_fd < 0 || lot.bell_fd < 0 ||
	    lot_watch_descriptor(lot.bell_fd, EPOLLIN, &lot.bell_fd) != 0 ||
	    pthread_create(&lot.thread, NULL, lot_thread, NULL) != 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "can't start the lot: %s", strerror(errno));
	return 0;
}

void
lot_stop(void)
{
	(void)pthread_mutex_lock(&lot.lock);
	lot.stopping = true;
	(void)pthread_mutex_unlock(&lot.lock);
	lot_ring();
	(void)pthread_join(lot.thread, NULL);
}
