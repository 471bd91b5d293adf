/*
 * How long from a POST until the other side's waiting GET has its answer,
 * with a crowd of other parked readers, against a round trip to an echo.
 *
 *	signal_latency PORT ECHO_PORT PARKED SAMPLES
 *
 * One thread asks and reads, so a sample is POST sent -> reader's answer
 * whole; both directions take turns; a round trip is taken between samples,
 * while nothing else is under way. Prints `name value` lines, microseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "peers.h"

#define SAMPLES_MAX 100000
#define WARM_UP 50
#define SETTLE_S 2
#define WAIT_S 25
#define PAUSE_NS 3000000

struct side {
	struct client reads, writes;
	struct peer peer;
};

struct times {
	int64_t signal[SAMPLES_MAX], posted[SAMPLES_MAX], echo[SAMPLES_MAX];
};

static void
pause_ns(long ns)
{
	struct timespec wait = { .tv_nsec = ns };

	(void)nanosleep(&wait, NULL);
}

/* What a browser sends most of: a candidate. `mark` is found again. */
static void
candidate_body(char *body, size_t bytes, const char *to, int mark)
{
	(void)snprintf(body, bytes,
	    "{\"type\":\"ice-candidate\",%s%s%s\"data\":{\"candidate\":"
	    "\"candidate:1 1 udp 2113937151 192.0.2.7 54321 typ host\","
	    "\"sdpMid\":\"0\",\"sdpMLineIndex\":0,"
	    "\"usernameFragment\":\"m%06d\"}}",
	    to[0] != '\0' ? "\"to\":\"" : "", to, to[0] != '\0' ? "\"," : "",
	    mark);
}

/* The reader's answer must hold the mark; others may come before it. */
static void
await_mark(struct side *to, int mark)
{
	struct answer answer;
	char text[16];
	bool found;

	(void)snprintf(text, sizeof(text), "\"m%06d\"", mark);
	do {
		if (client_receive(&to->reads, &answer) != 0)
			die("the reader got no answer");
		peer_advance(&to->peer, &answer);
		found = strstr(answer.body, text) != NULL;
		if (!found && peer_listen(&to->reads, &to->peer, WAIT_S) != 0)
			die("the reader was dropped");
	} while (!found);
}

static void
sample(struct side *from, struct side *to, int mark, struct times *times)
{
	struct request request = { .method = "POST",
		.path = from->peer.path,
		.bearer = from->peer.token };
	struct answer answer;
	char body[512];
	int64_t begun, received;

	candidate_body(body, sizeof(body), to->peer.peer_id, mark);
	request.body = body;
	begun = now_ns();
	if (client_send(&from->writes, &request) != 0)
		die("the sender was dropped");
	await_mark(to, mark);
	received = now_ns();
	if (client_receive(&from->writes, &answer) != 0 || answer.status != 200)
		die("the sender got no answer");
	times->signal[mark] = received - begun;
	times->posted[mark] = now_ns() - begun;
	if (peer_listen(&to->reads, &to->peer, WAIT_S) != 0)
		die("the reader was dropped");
	pause_ns(PAUSE_NS);
}

static void
sample_echo(struct client *client, int mark, struct times *times)
{
	struct request request = { .method = "POST", .path = "/echo" };
	char body[512];
	int64_t begun;

	candidate_body(body, sizeof(body), "", mark);
	request.body = body;
	begun = now_ns();
	client_must(client, &request);
	times->echo[mark] = now_ns() - begun;
}

static void
report(const char *name, int64_t *times, size_t count)
{
	times += WARM_UP;
	count -= WARM_UP;
	sort_times(times, count);
	(void)printf(
	    "%s_p50_us %.0f\n", name, time_at(times, count, 0.5) / 1e3);
	(void)printf(
	    "%s_p99_us %.0f\n", name, time_at(times, count, 0.99) / 1e3);
	(void)printf("%s_max_us %.0f\n", name, time_at(times, count, 1) / 1e3);
}

static void
open_sides(struct side *publisher, struct side *viewer, int port)
{
	if (client_open(&publisher->reads, port) != 0 ||
	    client_open(&publisher->writes, port) != 0 ||
	    client_open(&viewer->reads, port) != 0 ||
	    client_open(&viewer->writes, port) != 0)
		die("can't connect to port %d", port);
	peer_publish(&publisher->writes, &publisher->peer);
	peer_join(&viewer->writes, &publisher->peer, &viewer->peer);
	if (peer_listen(&publisher->reads, &publisher->peer, WAIT_S) != 0 ||
	    peer_listen(&viewer->reads, &viewer->peer, WAIT_S) != 0)
		die("can't wait");
}

int
main(int argc, char **argv)
{
	struct side *sides;
	struct client *echo;
	struct times *times;
	struct readers *readers;
	int port, parked, samples, i;

	if (argc != 5)
		die("usage: signal_latency PORT ECHO_PORT PARKED SAMPLES");
	port = argument(argv[1], 1, 65535);
	parked = argument(argv[3], 0, 20000);
	samples = argument(argv[4], 1, SAMPLES_MAX - WARM_UP) + WARM_UP;
	sides = calloc(2, sizeof(*sides));
	echo = malloc(sizeof(*echo));
	times = calloc(1, sizeof(*times));
	if (sides == NULL || echo == NULL || times == NULL ||
	    client_open(echo, argument(argv[2], 1, 65535)) != 0)
		die("no memory, or no echo");
	readers = readers_start(port, parked);
	if (parked > 0)
		(void)sleep(SETTLE_S);
	open_sides(&sides[0], &sides[1], port);
	pause_ns(100000000);
	for (i = 0; i < samples; i++) {
		sample(&sides[i % 2], &sides[1 - i % 2], i, times);
		sample_echo(echo, i, times);
	}
	report("signal", times->signal, (size_t)samples);
	report("posted", times->posted, (size_t)samples);
	report("echo", times->echo, (size_t)samples);
	(void)printf("crowd_answers %zu\n", readers_answers(readers));
	return 0;
}
