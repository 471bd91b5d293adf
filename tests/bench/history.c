/*
 * What the length of a broadcast costs: encoders with few and with many
 * segments behind them, which take turns.
 *
 *	history PORT ROUNDS SAMPLES BYTES COUNT...
 *
 * In each round there is a broadcast for every COUNT, of that many segments.
 * Then SAMPLES times each pushes one more and the list of the last six; then
 * one after another is stopped, and looked at until its replay is served.
 * Prints `name value` lines, medians in microseconds: push_COUNT_us,
 * replay_COUNT_us.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "encoder.h"
#include "film.h"

#define COUNTS_MAX 4
#define ROUNDS_MAX 20
#define SAMPLES_MAX 1000
#define PER_LIST 50
#define LOOK_NS 1000000
#define SETTLED_NS 300000000
#define REPLAY_WAIT_S 60
#define JOBS_WAIT_S 300

struct broadcast {
	struct encoder encoder;
	uint32_t count;
	char api[96];	  /* /api/live/<id> */
	char replay[128]; /* path of replay.m3u8 */
	int64_t pushes[ROUNDS_MAX * SAMPLES_MAX];
	int64_t replays[ROUNDS_MAX];
};

static struct {
	int port, rounds, samples, bytes, broadcast_count;
} task;

static void
pause_ns(long ns)
{
	struct timespec wait = { .tv_nsec = ns };

	(void)nanosleep(&wait, NULL);
}

/* Where its files are, as its object says. */
static void
find_replay(struct broadcast *broadcast)
{
	struct request request = { .method = "GET", .path = broadcast->api };
	struct answer answer;
	char url[256], *path, *end;

	answer = client_must(&broadcast->encoder.client, &request);
	json_member(answer.body, "hlsUrl", url, sizeof(url));
	path = strstr(url, "/live/");
	end = strrchr(url, '/');
	if (path == NULL || end < path)
		die("an hlsUrl of another kind: %s", url);
	*end = '\0';
	(void)snprintf(broadcast->replay, sizeof(broadcast->replay),
	    "%.100s/replay.m3u8", path);
}

static void
begin(struct broadcast *broadcast)
{
	struct encoder *encoder = &broadcast->encoder;

	encoder_open(encoder, task.port, (size_t)task.bytes);
	encoder_use_stream(encoder);
	(void)snprintf(broadcast->api, sizeof(broadcast->api), "/api/live/%s",
	    encoder->id);
	while (encoder->next < broadcast->count) {
		encoder_segment(encoder);
		if (encoder->next % PER_LIST == 0)
			encoder_list(encoder, PER_LIST + ENCODER_WINDOW);
	}
	encoder_list(encoder, PER_LIST + ENCODER_WINDOW);
	find_replay(broadcast);
}

static int64_t
push(struct broadcast *broadcast)
{
	const int64_t begun = now_ns();

	encoder_segment(&broadcast->encoder);
	encoder_list(&broadcast->encoder, ENCODER_WINDOW);
	return now_ns() - begun;
}

/* READY, and a player that asks for the playlist gets it? */
static bool
replay_served(struct broadcast *broadcast)
{
	struct client *client = &broadcast->encoder.client;
	struct request request = { .method = "GET", .path = broadcast->api };
	struct answer answer;
	char status[16];

	answer = client_must(client, &request);
	json_member(answer.body, "status", status, sizeof(status));
	if (strcmp(status, "READY") != 0)
		return false;
	request.path = broadcast->replay;
	request.range = "bytes=0-0";
	if (client_send(client, &request) != 0 ||
	    client_receive(client, &answer) != 0)
		die("%s: no answer (%s)", broadcast->replay, strerror(errno));
	return answer.status == 206;
}

static int64_t
stop(struct broadcast *broadcast)
{
	const int64_t begun = now_ns();
	struct request request = { .method = "POST" };
	char path[128], body[160];

	(void)snprintf(path, sizeof(path), "%s/stop", broadcast->api);
	(void)snprintf(body, sizeof(body),
	    "{\"streamKey\":\"%s\",\"convertToVOD\":true}",
	    broadcast->encoder.key);
	request.path = path;
	request.body = body;
	client_must(&broadcast->encoder.client, &request);
	while (!replay_served(broadcast)) {
		if (now_ns() - begun > REPLAY_WAIT_S * INT64_C(1000000000))
			die("no replay of %u segments in %d s",
			    broadcast->count, REPLAY_WAIT_S);
		pause_ns(LOOK_NS);
	}
	return now_ns() - begun;
}

/* Until what else is made of it is done, and the worker is at rest again. */
static void
settle(struct broadcast *broadcast)
{
	const int64_t begun = now_ns();
	struct request request = { .method = "GET", .path = broadcast->api };
	struct answer answer;

	do {
		pause_ns(SETTLED_NS);
		answer = client_must(&broadcast->encoder.client, &request);
		if (now_ns() - begun > JOBS_WAIT_S * INT64_C(1000000000))
			die("jobs don't end: %s", answer.body);
	} while (strstr(answer.body, "\"progress\":null") == NULL);
}

static void
take_round(struct broadcast *broadcasts, int round)
{
	const int count = task.broadcast_count;
	int i, k;

	for (i = 0; i < count; i++)
		begin(&broadcasts[i]);
	for (i = 0; i < count; i++)
		encoder_reconnect(&broadcasts[i].encoder);
	for (k = round * task.samples; k < (round + 1) * task.samples; k++)
		for (i = 0; i < count; i++)
			broadcasts[i].pushes[k] = push(&broadcasts[i]);
	for (i = 0; i < count; i++) {
		encoder_reconnect(&broadcasts[i].encoder);
		broadcasts[i].replays[round] = stop(&broadcasts[i]);
		settle(&broadcasts[i]);
		encoder_close(&broadcasts[i].encoder);
	}
}

static void
report(const char *name, uint32_t count, int64_t *times, size_t taken)
{
	sort_times(times, taken);
	(void)printf(
	    "%s_%u_us %.0f\n", name, count, time_at(times, taken, 0.5) / 1e3);
}

int
main(int argc, char **argv)
{
	struct broadcast *broadcasts;
	int i;

	if (argc < 6 || argc > 5 + COUNTS_MAX)
		die("usage: history PORT ROUNDS SAMPLES BYTES COUNT...");
	task.port = argument(argv[1], 1, 65535);
	task.rounds = argument(argv[2], 1, ROUNDS_MAX);
	task.samples = argument(argv[3], 1, SAMPLES_MAX);
	task.bytes = argument(argv[4], FILM_SEGMENT_MIN, 1024 * 1024);
	task.broadcast_count = argc - 5;
	broadcasts = calloc((size_t)task.broadcast_count, sizeof(*broadcasts));
	if (broadcasts == NULL)
		die("no memory");
	for (i = 0; i < task.broadcast_count; i++)
		broadcasts[i].count =
		    (uint32_t)argument(argv[5 + i], 1, 100000);
	for (i = 0; i < task.rounds; i++)
		take_round(broadcasts, i);
	for (i = 0; i < task.broadcast_count; i++) {
		report("push", broadcasts[i].count, broadcasts[i].pushes,
		    (size_t)task.rounds * (size_t)task.samples);
		report("replay", broadcasts[i].count, broadcasts[i].replays,
		    (size_t)task.rounds);
	}
	free(broadcasts);
	return 0;
}
