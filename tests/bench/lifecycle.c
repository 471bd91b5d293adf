/*
 * Creates, starts and stops streams as fast as the server answers.
 *
 *	lifecycle PORT CLIENTS SECONDS [create]
 *
 * Every client is a thread with one kept connection; each answer is waited
 * for. Prints `name value` lines: answers per second over all, and what one
 * kind of request takes (mean, microseconds).
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

#define CLIENTS_MAX 64

enum step {
	STEP_CREATE,
	STEP_START,
	STEP_STOP,
	STEP__MAX
};

static const char *const NAMES[STEP__MAX] = {
	[STEP_CREATE] = "create",
	[STEP_START] = "start",
	[STEP_STOP] = "stop",
};

/* Set once before the threads start; `over` is atomic. */
static struct {
	int port;
	bool only_create;
	atomic_bool over;
} task;

struct worker {
	pthread_t thread;
	struct client client;
	int64_t count[STEP__MAX], ns[STEP__MAX];
};

static struct answer
timed(struct worker *worker, enum step step, const char *path, const char *body)
{
	struct request request = {
		.method = "POST", .path = path, .body = body
	};
	struct answer answer;
	int64_t begun;

	begun = now_ns();
	answer = client_must(&worker->client, &request);
	worker->ns[step] += now_ns() - begun;
	worker->count[step]++;
	return answer;
}

static void
cycle(struct worker *worker)
{
	char id[64], key[64], path[96], body[128];
	struct answer answer;

	answer = timed(worker, STEP_CREATE, "/api/live/create",
	    "{\"title\":\"A stream of the bench\","
	    "\"description\":\"Created, started and stopped.\"}");
	if (task.only_create)
		return;
	json_member(answer.body, "videoId", id, sizeof(id));
	json_member(answer.body, "streamKey", key, sizeof(key));
	(void)snprintf(body, sizeof(body), "{\"streamKey\":\"%s\"}", key);
	(void)snprintf(path, sizeof(path), "/api/live/%s/start", id);
	timed(worker, STEP_START, path, body);
	(void)snprintf(path, sizeof(path), "/api/live/%s/stop", id);
	timed(worker, STEP_STOP, path, body);
}

static void *
work(void *argument)
{
	struct worker *worker = argument;

	if (client_open(&worker->client, task.port) != 0)
		die("can't connect: %s", strerror(errno));
	while (!atomic_load(&task.over))
		cycle(worker);
	return NULL;
}

static void
report(const struct worker *workers, int clients, double seconds)
{
	int64_t all = 0, count, ns;
	int i;

	for (int step = 0; step < STEP__MAX; step++) {
		count = ns = 0;
		for (i = 0; i < clients; i++) {
			count += workers[i].count[step];
			ns += workers[i].ns[step];
		}
		all += count;
		if (count > 0)
			(void)printf("%s_us %.0f\n", NAMES[step],
			    (double)ns / (double)count / 1e3);
	}
	(void)printf("per_second %.1f\n", (double)all / seconds);
}

int
main(int argc, char **argv)
{
	struct worker *workers;
	int64_t begun;
	int clients, i;

	if (argc < 4 || argc > 5)
		die("usage: lifecycle PORT CLIENTS SECONDS [create]");
	task.port = argument(argv[1], 1, 65535);
	clients = argument(argv[2], 1, CLIENTS_MAX);
	task.only_create = argc == 5;
	workers = calloc((size_t)clients, sizeof(*workers));
	if (workers == NULL)
		die("no memory");
	begun = now_ns();
	for (i = 0; i < clients; i++)
		if (pthread_create(
			&workers[i].thread, NULL, work, &workers[i]) != 0)
			die("no thread");
	(void)sleep((unsigned)argument(argv[3], 1, 600));
	atomic_store(&task.over, true);
	for (i = 0; i < clients; i++)
		(void)pthread_join(workers[i].thread, NULL);
	report(workers, clients, (double)(now_ns() - begun) / 1e9);
	free(workers);
	return 0;
}
