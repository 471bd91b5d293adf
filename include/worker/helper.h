/*
 * Running ffmpeg for a job: its lease is renewed meanwhile, its progress is
 * told, and it is killed when the lease is lost, the worker is stopped, or it
 * takes longer than the setting job_time allows.
 */
#ifndef LIVEBIN_WORKER_HELPER_H
#define LIVEBIN_WORKER_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/argv.h"
#include "worker/work.h"

#define HELPER_TAIL_BYTES 1024

struct helper {
	const struct argv *argv;
	/* Its standard output goes there; -1: it is read for progress. */
	int out;
	int64_t total_us; /* of media that it writes; 0: not known */
	int64_t from, to; /* the thousandths of the job that it is */
	/* Filled in: */
	int code;	/* what it ended with; -1: by a signal */
	bool no_room;	/* the disk was full */
	bool no_stream; /* its input has no such thing as was asked for */
	size_t tail_size;
	char tail[HELPER_TAIL_BYTES + 1]; /* the end of what it complained */
};

/*
 * Runs it in the recording's folder. 0 once it has ended, however (->code); -1
 * with *err if it can't be started, or was killed as said above.
 */
int helper_run(struct work *work, struct helper *helper, struct error *err)
    __attribute__((warn_unused_result));

/* Names a segment of the recording as the input. */
void helper_input(struct argv *argv, const struct segment *segment);

/* Is there an ffmpeg at all? 1, 0, or -1 with *err as helper_run. */
int helper_there(struct work *work, struct error *err)
    __attribute__((warn_unused_result));

#endif
