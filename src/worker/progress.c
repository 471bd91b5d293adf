/*
 * Reading ffmpeg's progress. Only one key is wanted; that it is in
 * microseconds is so in every version, whatever the older name of it says.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "worker/progress.h"

static const char KEY[] = "out_time_us=";

static void
progress_line(struct progress *progress, const char *line)
{
	long long number;
	char *end;

	if (strncmp(line, KEY, sizeof(KEY) - 1) != 0)
		return;
	line += sizeof(KEY) - 1;
	errno = 0;
	number = strtoll(line, &end, 10);
	if (errno == 0 && end != line && *end == '\0' &&
	    number > progress->time_us)
		progress->time_us = number;
}

void
progress_feed(struct progress *progress, const char *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (bytes[i] == '\n') {
			if (progress->used < sizeof(progress->line)) {
				progress->line[progress->used] = '\0';
				progress_line(progress, progress->line);
			}
			progress->used = 0;
		} else if (progress->used < sizeof(progress->line) - 1) {
			progress->line[progress->used++] = bytes[i];
		} else {
			progress->used = sizeof(progress->line);
		}
	}
}

int64_t
progress_thousandths(
    const struct progress *progress, int64_t total_us, int64_t from, int64_t to)
{
	int64_t done = progress->time_us;

	if (total_us <= 0 || done <= 0)
		return from;
	if (done > total_us)
		done = total_us;
	return from +
	       (int64_t)((double)(to - from) * (double)done / (double)total_us);
}
