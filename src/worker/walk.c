/*
 * The walk. Lanes advance by their clocks, and wait for each other at the end
 * of a session, so that pictures and sound of one encoder stay together.
 */
#include <string.h>

#include "worker/walk.h"

/* The variant of a rendition, where one was pushed. 1, 0 or -1. */
static int
variant_of(struct store *store, const struct rendition *rendition,
    struct variant *variant, struct error *err)
{
	return store_variant_get(
	    store, rendition->recording, rendition->name, variant, err);
}

/* A recording's renditions. */
struct renditions {
	int count;
	struct rendition list[RENDITIONS_MAX];
};

/* The sound that goes with a group: its default, else its first. 0 or -1. */
static int
choose_audio(struct store *store, const struct renditions *all,
    const char *group, struct choice *choice, struct error *err)
{
	struct variant variant;
	int i, rc;

	for (i = 0; i < all->count; i++) {
		rc = variant_of(store, &all->list[i], &variant, err);
		if (rc < 0)
			return -1;
		if (rc == 0 || !variant.audio ||
		    strcmp(variant.group, group) != 0)
			continue;
		if (choice->count == 1 || variant.is_default) {
			choice->numbers[1] = all->list[i].number;
			choice->count = 2;
		}
		if (variant.is_default)
			break;
	}
	return 0;
}

/* The best variant's index, else the heaviest rendition's; its group. */
static int
choose_best(struct store *store, const struct renditions *all,
    char group[VARIANT_TEXT_BYTES], struct error *err)
{
	int64_t bandwidth = -1;
	struct variant variant;
	int i, rc, best = 0;

	group[0] = '\0';
	for (i = 0; i < all->count; i++) {
		rc = variant_of(store, &all->list[i], &variant, err);
		if (rc < 0)
			return -1;
		if (rc == 1 && !variant.audio &&
		    variant.bandwidth > bandwidth) {
			best = i;
			bandwidth = variant.bandwidth;
			memcpy(group, variant.group, VARIANT_TEXT_BYTES);
		} else if (bandwidth < 0 &&
			   all->list[i].bytes > all->list[best].bytes) {
			best = i;
		}
	}
	return best;
}

int
walk_choose(struct store *store, const struct recording *recording,
    struct choice *choice, struct error *err)
{
	char group[VARIANT_TEXT_BYTES];
	struct renditions all;
	int best;

	all.count = store_rendition_list(store, recording->seq, all.list, err);
	if (all.count < 0)
		return -1;
	if (all.count == 0)
		return error_set(
		    err, ERROR_INPUT, NULL, "The recording has no media.");
	best = choose_best(store, &all, group, err);
	if (best < 0)
		return -1;
	choice->numbers[0] = all.list[best].number;
	choice->count = 1;
	if (group[0] == '\0')
		return 0;
	return choose_audio(store, &all, group, choice, err);
}

void
walk_begin(struct walk *walk, struct store *store,
    const struct recording *recording, const struct choice *choice)
{
	int i;

	memset(walk, 0, sizeof(*walk));
	walk->store = store;
	walk->recording = recording->seq;
	walk->lane_count = choice->count;
	walk->session = -1;
	for (i = 0; i < choice->count; i++) {
		walk->lanes[i].rendition = choice->numbers[i];
		walk->lanes[i].init = -1;
	}
}

/* The lane's next segment is in its batch. 1, 0 at its end, -1. */
static int
lane_fill(const struct walk *walk, struct lane *lane, struct error *err)
{
	const struct segment from = {
		.recording = walk->recording,
		.rendition = lane->rendition,
		.seq = lane->next_seq,
	};

	if (lane->at < lane->count)
		return 1;
	if (lane->ended)
		return 0;
	lane->at = 0;
	lane->count = store_segment_list(
	    walk->store, &from, WALK_BATCH, lane->batch, err);
	if (lane->count < 0) {
		lane->count = 0;
		return -1;
	}
	if (lane->count == 0) {
		lane->ended = true;
		return 0;
	}
	lane->next_seq = lane->batch[lane->count - 1].seq + 1;
	return 1;
}

/* Does its next segment wait for a session to begin? */
static bool
lane_waits(const struct walk *walk, const struct lane *lane)
{
	const struct segment *next = &lane->batch[lane->at];

	if (lane->began)
		return false;
	return walk->session < 0 || next->discontinuity ||
	       (!next->gap && lane->init >= 0 && next->init != lane->init);
}

static void
lane_take(struct lane *lane, struct segment *segment)
{
	*segment = lane->batch[lane->at++];
	lane->clock_us += segment->duration_us;
	lane->began = false;
	if (!segment->gap)
		lane->init = segment->init;
}

/* All that are left wait: they begin the next session at the same time. */
static void
walk_session(struct walk *walk)
{
	int64_t clock_us = 0;
	int i;

	for (i = 0; i < walk->lane_count; i++)
		if (walk->lanes[i].clock_us > clock_us)
			clock_us = walk->lanes[i].clock_us;
	for (i = 0; i < walk->lane_count; i++) {
		walk->lanes[i].clock_us = clock_us;
		walk->lanes[i].began = true;
		/* What it had has nothing to say of what comes. */
		walk->lanes[i].init = -1;
	}
	walk->session++;
}

/* The lane that is behind the others and need not wait; -1: none. */
static int
walk_lane(struct walk *walk, bool *waiting, struct error *err)
{
	int i, rc, best = -1;

	*waiting = false;
	for (i = 0; i < walk->lane_count; i++) {
		rc = lane_fill(walk, &walk->lanes[i], err);
		if (rc < 0)
			return -2;
		if (rc == 0)
			continue;
		if (lane_waits(walk, &walk->lanes[i]))
			*waiting = true;
		else if (best < 0 ||
			 walk->lanes[i].clock_us < walk->lanes[best].clock_us)
			best = i;
	}
	return best;
}

int
walk_next(struct walk *walk, struct step *step, struct error *err)
{
	bool waiting;
	int lane;

	step->session = false;
	lane = walk_lane(walk, &waiting, err);
	if (lane == -1 && waiting) {
		walk_session(walk);
		step->session = true;
		lane = walk_lane(walk, &waiting, err);
	}
	if (lane < 0)
		return lane == -1 ? 0 : -1;
	step->lane = lane;
	step->at_us = walk->lanes[lane].clock_us;
	lane_take(&walk->lanes[lane], &step->segment);
	return 1;
}

int
walk_first(const struct walk *walk, const struct step *began, int lane,
    struct step *step, struct error *err)
{
	struct lane copy = walk->lanes[lane];
	int rc;

	if (lane == began->lane && !began->segment.gap) {
		*step = *began;
		return 1;
	}
	while ((rc = lane_fill(walk, &copy, err)) == 1) {
		if (lane_waits(walk, &copy))
			return 0;
		step->lane = lane;
		step->session = false;
		step->at_us = copy.clock_us;
		lane_take(&copy, &step->segment);
		if (!step->segment.gap)
			return 1;
	}
	return rc;
}
