/*
 * Streams, publishers and viewers as a bench needs them, and many readers
 * that wait on their mailboxes in a thread of their own.
 */
#ifndef LIVEBIN_BENCH_PEERS_H
#define LIVEBIN_BENCH_PEERS_H

#include <stddef.h>

#include "client.h"

/* A publisher or a viewer: who it is, where it reads, how far it has read. */
struct peer {
	char path[64]; /* /api/live/<id>/signal */
	char token[64];
	char peer_id[64]; /* empty: the publisher */
	char cursor[128]; /* empty: from the beginning */
};

/* Creates and starts a stream and opens its publisher's session. */
void peer_publish(struct client *client, struct peer *publisher);

/* Joins a publisher's stream as a viewer, not waiting for the answer. */
void peer_join(
    struct client *client, const struct peer *publisher, struct peer *viewer);

/* Sends the GET that waits, and afterwards takes the cursor of its answer. */
int peer_listen(struct client *client, const struct peer *peer, int wait_s);
void peer_advance(struct peer *peer, const struct answer *answer);

struct readers;

/*
 * Parks `count` viewers, fifty to a stream, and their publishers, and keeps
 * them parked in a thread until the process ends. Dies on any failure.
 */
struct readers *readers_start(int port, int count);

/* Answers they got so far: how often somebody parked again. */
size_t readers_answers(struct readers *readers);

#endif
