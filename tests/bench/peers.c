/*
 * Readers in the crowd: each has its own connection, waits 15 to 25 s (so
 * that they don't all come back at once) and asks again. One thread, epoll.
 * `answers` is the one thing two threads see; it is atomic.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "peers.h"

#define VIEWERS_PER_STREAM 50
#define WAIT_MIN_S 15
#define WAIT_SPREAD_S 11
#define EVENTS 64

#define OFFER                                                                  \
	"{\"type\":\"offer\",\"data\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n" \
	"o=- 1 2 IN IP4 127.0.0.1\\r\\ns=-\\r\\nt=0 0\\r\\n\"}}"

struct reader {
	struct client client;
	struct peer peer;
	int wait_s;
};

struct readers {
	struct reader **list;
	size_t count;
	int epoll_fd;
	pthread_t thread;
	atomic_size_t answers;
};

void
peer_publish(struct client *client, struct peer *publisher)
{
	struct request request = { .method = "POST",
		.path = "/api/live/create",
		.body = "{\"title\":\"A bench\"}" };
	struct answer answer;
	char id[64], path[96], body[128];

	memset(publisher, 0, sizeof(*publisher));
	answer = client_must(client, &request);
	json_member(answer.body, "videoId", id, sizeof(id));
	json_member(answer.body, "streamKey", publisher->token,
	    sizeof(publisher->token));
	(void)snprintf(path, sizeof(path), "/api/live/%s/start", id);
	(void)snprintf(
	    body, sizeof(body), "{\"streamKey\":\"%s\"}", publisher->token);
	request.path = path;
	request.body = body;
	client_must(client, &request);
	(void)snprintf(publisher->path, sizeof(publisher->path),
	    "/api/live/%.30s/signal", id);
	if (peer_listen(client, publisher, 0) != 0 ||
	    client_receive(client, &answer) != 0 || answer.status != 200)
		die("the publisher's first read failed");
	peer_advance(publisher, &answer);
}

void
peer_join(
    struct client *client, const struct peer *publisher, struct peer *viewer)
{
	struct request request = { .method = "POST",
		.path = publisher->path,
		.prefer = "respond-async",
		.body = OFFER };
	struct answer answer;

	memset(viewer, 0, sizeof(*viewer));
	memcpy(viewer->path, publisher->path, sizeof(viewer->path));
	answer = client_must(client, &request);
	json_member(
	    answer.body, "peerId", viewer->peer_id, sizeof(viewer->peer_id));
	json_member(
	    answer.body, "peerToken", viewer->token, sizeof(viewer->token));
}

int
peer_listen(struct client *client, const struct peer *peer, int wait_s)
{
	struct request request = { .method = "GET", .bearer = peer->token };
	char path[256];

	(void)snprintf(path, sizeof(path), "%s?wait=%d%s%s", peer->path, wait_s,
	    peer->cursor[0] != '\0' ? "&after=" : "", peer->cursor);
	request.path = path;
	return client_send(client, &request);
}

void
peer_advance(struct peer *peer, const struct answer *answer)
{
	if (answer->status != 200)
		die("%s: %d %s", peer->path, answer->status, answer->body);
	json_member(answer->body, "cursor", peer->cursor, sizeof(peer->cursor));
}

static void
reader_add(struct readers *readers, int port, const struct peer *peer)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct reader *reader;

	reader = malloc(sizeof(*reader));
	if (reader == NULL || client_open(&reader->client, port) != 0)
		die("a reader: %s", strerror(errno));
	reader->peer = *peer;
	reader->wait_s = WAIT_MIN_S + (int)(readers->count % WAIT_SPREAD_S);
	readers->list[readers->count++] = reader;
	event.data.ptr = reader;
	if (peer_listen(&reader->client, peer, reader->wait_s) != 0 ||
	    epoll_ctl(readers->epoll_fd, EPOLL_CTL_ADD, reader->client.fd,
		&event) != 0)
		die("a reader: %s", strerror(errno));
}

/* A whole answer: ask again from its cursor. */
static void
reader_ready(struct readers *readers, struct reader *reader)
{
	struct answer answer;
	int done;

	if (client_read(&reader->client) <= 0)
		die("a parked reader was dropped (%s) with %zu bytes: %s",
		    strerror(errno), reader->client.used, reader->client.in);
	done = client_parse(&reader->client, &answer);
	if (done == 0)
		return;
	if (done < 0)
		die("a parked reader can't read its answer");
	atomic_fetch_add(&readers->answers, 1);
	peer_advance(&reader->peer, &answer);
	if (peer_listen(&reader->client, &reader->peer, reader->wait_s) != 0)
		die("a parked reader: %s", strerror(errno));
}

static void *
readers_run(void *argument)
{
	struct readers *readers = argument;
	struct epoll_event events[EVENTS];
	int count, i;

	for (;;) {
		count = epoll_wait(readers->epoll_fd, events, EVENTS, -1);
		for (i = 0; i < count; i++)
			reader_ready(readers, events[i].data.ptr);
	}
	return NULL;
}

struct readers *
readers_start(int port, int count)
{
	struct readers *readers;
	struct client *client;
	struct peer publisher, viewer;
	int i, in_stream;

	readers = calloc(1, sizeof(*readers));
	client = malloc(sizeof(*client));
	if (readers == NULL || client == NULL || client_open(client, port) != 0)
		die("readers: %s", strerror(errno));
	readers->list = calloc((size_t)count * 2 + 1, sizeof(*readers->list));
	readers->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (readers->list == NULL || readers->epoll_fd < 0 ||
	    pthread_create(&readers->thread, NULL, readers_run, readers) != 0)
		die("readers: %s", strerror(errno));
	for (i = 0; i < count; i += in_stream) {
		peer_publish(client, &publisher);
		for (in_stream = 0;
		     in_stream < VIEWERS_PER_STREAM && i + in_stream < count;
		     in_stream++) {
			peer_join(client, &publisher, &viewer);
			reader_add(readers, port, &viewer);
		}
		reader_add(readers, port, &publisher);
	}
	client_close(client);
	free(client);
	return readers;
}

size_t
readers_answers(struct readers *readers)
{
	return atomic_load(&readers->answers);
}
