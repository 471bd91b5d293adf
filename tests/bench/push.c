/*
 * Encoders that push as fast as the server answers.
 *
 *	push PORT stream|FOLDER CLIENTS SEGMENTS BYTES [list]
 *
 * Every client is a thread with one kept connection. With `stream` each has a
 * stream of its own that livebin makes; else it PUTs below the path FOLDER/0,
 * FOLDER/1, ..., which must be there; FOLDER may be empty. SEGMENTS is what all
 * of them send together; with `list`, each is followed by a list of the last
 * six. Prints `name value` lines: segments per second, and what one PUT takes
 * (microseconds).
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encoder.h"
#include "film.h"

#define CLIENTS_MAX 64
#define SEGMENTS_MAX 100000

/* Set once before the threads start. */
static struct {
	int clients, segments;
	bool lists;
	pthread_barrier_t begin;
} task;

struct worker {
	pthread_t thread;
	struct encoder encoder;
	int64_t *times;
	int count;
};

static void *
work(void *argument)
{
	struct worker *worker = argument;
	int64_t begun;

	(void)pthread_barrier_wait(&task.begin);
	for (int i = 0; i < worker->count; i++) {
		begun = now_ns();
		encoder_segment(&worker->encoder);
		worker->times[i] = now_ns() - begun;
		if (task.lists)
			encoder_list(&worker->encoder, ENCODER_WINDOW);
	}
	return NULL;
}

static void
prepare(struct worker *worker, int port, const char *where, size_t bytes)
{
	char prefix[128];
	static int number;

	encoder_open(&worker->encoder, port, bytes);
	if (strcmp(where, "stream") == 0) {
		encoder_use_stream(&worker->encoder);
	} else {
		(void)snprintf(
		    prefix, sizeof(prefix), "%.100s/%d", where, number++);
		encoder_use_path(&worker->encoder, prefix);
	}
	/* So that files, rows and folders of a broadcast are there. */
	encoder_segment(&worker->encoder);
	encoder_list(&worker->encoder, ENCODER_WINDOW);
}

int
main(int argc, char **argv)
{
	static struct worker workers[CLIENTS_MAX];
	int64_t *times, begun, took;
	int port, bytes, i;

	if (argc < 6 || argc > 7)
		die("usage: push PORT stream|FOLDER CLIENTS SEGMENTS BYTES "
		    "[list]");
	port = argument(argv[1], 1, 65535);
	task.clients = argument(argv[3], 1, CLIENTS_MAX);
	task.segments = argument(argv[4], 1, SEGMENTS_MAX) / task.clients;
	bytes = argument(argv[5], FILM_SEGMENT_MIN, 64 * 1024 * 1024);
	task.lists = argc == 7;
	times = calloc(
	    (size_t)task.clients * (size_t)task.segments + 1, sizeof(*times));
	if (times == NULL || task.segments == 0 ||
	    pthread_barrier_init(
		&task.begin, NULL, (unsigned)task.clients + 1) != 0)
		die("no memory, or fewer segments than clients");
	for (i = 0; i < task.clients; i++) {
		workers[i].times = times + i * task.segments;
		workers[i].count = task.segments;
		prepare(&workers[i], port, argv[2], (size_t)bytes);
		if (pthread_create(
			&workers[i].thread, NULL, work, &workers[i]) != 0)
			die("no thread");
	}
	(void)pthread_barrier_wait(&task.begin);
	begun = now_ns();
	for (i = 0; i < task.clients; i++) {
		(void)pthread_join(workers[i].thread, NULL);
		encoder_close(&workers[i].encoder);
	}
	took = now_ns() - begun;
	task.segments *= task.clients;
	sort_times(times, (size_t)task.segments);
	(void)printf(
	    "per_second %.1f\n", (double)task.segments / ((double)took / 1e9));
	(void)printf(
	    "p50_us %.0f\n", time_at(times, (size_t)task.segments, 0.5) / 1e3);
	(void)printf(
	    "p99_us %.0f\n", time_at(times, (size_t)task.segments, 0.99) / 1e3);
	free(times);
	return 0;
}
