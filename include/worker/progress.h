/*
 * What ffmpeg tells of its progress (`-progress`): lines of key=value.
 */
#ifndef LIVEBIN_WORKER_PROGRESS_H
#define LIVEBIN_WORKER_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#define PROGRESS_LINE_BYTES 128

/* Zero it before the first bytes. */
struct progress {
	char line[PROGRESS_LINE_BYTES];
	size_t used;	 /* of the line that isn't whole yet */
	int64_t time_us; /* how much has been written, the highest so far */
};

/* Takes in some bytes, wherever they were cut. Overlong lines are left out. */
void progress_feed(struct progress *progress, const char *bytes, size_t size);

/*
 * How far it is in thousandths of `from` to `to`, where `total_us` is all of
 * it; `from` where that isn't known.
 */
int64_t progress_thousandths(const struct progress *progress, int64_t total_us,
    int64_t from, int64_t to);

#endif
