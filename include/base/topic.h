/*
 * Topics: what a parked request waits for. A topic is a name (a peer's
 * mailbox, a stream); it has a version that grows with every wake, in this
 * process and in all others that share the wake file.
 *
 * Use: read the version, then query; if there is nothing, park with that
 * version. Whoever changes the store brackets its commit:
 *
 *	topic_intend(t); commit; topic_wake(t); topic_ring();
 *
 * Wakes may be spurious (topics share slots), never lost: a writer that dies
 * between the two calls leaves its slot marked, and waiters on marked slots
 * look again on every slow tick.
 */
#ifndef LIVEBIN_BASE_TOPIC_H
#define LIVEBIN_BASE_TOPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* A topic's slot in the shared file. Plain value. */
struct topic {
	uint32_t slot;
};

/*
 * Maps the wake file at `path`, making it if needed. Once a process, before
 * threads start. 0, or -1 with *err.
 */
int topic_open(const char *path, struct error *err)
    __attribute__((warn_unused_result));

/* The topic of a name made of two parts, such as "mail" and a peerId. */
struct topic topic_of(const char *kind, const char *name);

/* The version now. Any thread. */
uint32_t topic_version(struct topic topic);

/* Before the commit: marks the slot. Any thread. */
void topic_intend(struct topic topic);

/*
 * After the commit (or the rollback): takes the mark back and moves the
 * version. Any thread.
 */
void topic_wake(struct topic topic);

/*
 * Behind one or more wakes: tells every process that watches. Any thread. A
 * wake that is never rung for is still seen by the waiters' slow tick.
 */
void topic_ring(void);

/* True if a writer is, or died, between its intend and its wake. */
bool topic_marked(struct topic topic);

/*
 * A descriptor that becomes readable when any topic of any process woke;
 * -1 where the system has none left (then a slow tick must do). Read and
 * drop what it holds. The caller closes it.
 */
int topic_watch(void);

#endif
