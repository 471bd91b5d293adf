/*
 * A recording as ffmpeg is given it: playlists of our own, one for each
 * session, and a list that says when each begins. ffmpeg would lose its way at
 * discontinuities and gaps of the whole.
 */
#ifndef LIVEBIN_WORKER_PARTS_H
#define LIVEBIN_WORKER_PARTS_H

#include "worker/walk.h"
#include "worker/work.h"

#define PARTS_KNOWN_MAX 32

/* One session that has media. */
struct part {
	int64_t at_us;
	struct segment first[WALK_LANES_MAX]; /* .duration_us 0: none */
	int width, height;		      /* 0: no pictures */
	bool audio;
};

struct parts {
	const struct choice *choice;
	int count; /* all that were written */
	int64_t end_us;
	struct part known[PARTS_KNOWN_MAX]; /* the first of them */
};

/* Writes the playlists of all parts, and their list. 0 or -1. */
int parts_write(struct work *work, const struct choice *choice,
    struct parts *parts, struct error *err) __attribute__((warn_unused_result));

/* The names of the list, and of a part's playlist. */
void parts_list_name(const struct work *work, char name[MEDIA_FILE_BYTES]);
void parts_name(const struct work *work, int part, char name[MEDIA_FILE_BYTES]);

/* Asks ffmpeg what pictures and sound the known parts have. 0 or -1. */
int parts_look(struct work *work, struct parts *parts, struct error *err)
    __attribute__((warn_unused_result));

/* Do the known parts have pictures of one size, and sound alike? */
bool parts_alike(const struct parts *parts);

#endif
