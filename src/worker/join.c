/*
 * The joiner: the init section of the choice first, then every segment through
 * fmp4_copy, then the init section once more with the durations.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "live/fmp4.h"
#include "live/probe.h"
#include "worker/join.h"

#define MICROS 1000000

/* A file of the recording, open as boxes. */
struct open_file {
	int fd;
	struct box_source source;
};

static int
open_named(struct work *work, const char *name, struct open_file *file,
    struct error *err)
{
	char path[FILE_PATH_BYTES];

	if (work_path(work, name, path, err) != 0)
		return -1;
	file->fd = file_open(path, err);
	if (file->fd < 0)
		return -1;
	if (box_file(&file->source, &file->fd, err) == 0)
		return 0;
	(void)close(file->fd);
	file->fd = -1;
	return -1;
}

static int
open_init(struct work *work, int64_t rendition, int64_t init,
    struct open_file *file, struct error *err)
{
	char name[MEDIA_FILE_BYTES];

	media_init_name(rendition, init, name);
	return open_named(work, name, file, err);
}

/* The first init section of each lane; -1 where it has none. */
struct firsts {
	int64_t init[WALK_LANES_MAX];
	int64_t last[WALK_LANES_MAX]; /* the one that was compared last */
};

static int
survey_tracks(struct work *work, const struct segment *segment,
    struct survey *survey, struct error *err)
{
	struct fmp4_tracks tracks;
	struct open_file file;
	size_t i;
	int rc;

	memset(&tracks, 0, sizeof(tracks));
	if (open_init(work, segment->rendition, segment->init, &file, err) != 0)
		return -1;
	rc = fmp4_tracks(&file.source, &tracks, err);
	(void)close(file.fd);
	for (i = 0; rc == 0 && i < tracks.count; i++) {
		survey->video |= tracks.list[i].handler == FMP4_VIDEO;
		survey->audio |= tracks.list[i].handler == FMP4_AUDIO;
	}
	return rc;
}

/* Does an init section describe what the lane's first did? */
static int
survey_compare(struct work *work, const struct segment *segment, int64_t first,
    struct survey *survey, struct error *err)
{
	struct open_file one, other;
	int rc;

	if (open_init(work, segment->rendition, first, &one, err) != 0)
		return -1;
	rc = open_init(work, segment->rendition, segment->init, &other, err);
	if (rc == 0) {
		rc = fmp4_same(&one.source, &other.source, err);
		survey->same = survey->same && rc == 1;
		(void)close(other.fd);
	}
	(void)close(one.fd);
	return rc < 0 ? -1 : 0;
}

static int
survey_step(struct work *work, const struct step *step, struct firsts *firsts,
    struct survey *survey, struct error *err)
{
	const struct segment *segment = &step->segment;
	const int64_t end = step->at_us + segment->duration_us;
	int64_t *first = &firsts->init[step->lane];
	int rc = 0;

	if (end > survey->duration_us)
		survey->duration_us = end;
	if (segment->gap)
		return 0;
	survey->segments++;
	survey->bytes += segment->bytes;
	if (segment->kind != MEDIA_FMP4) {
		survey->other = true;
		return 0;
	}
	survey->fmp4 = true;
	if (*first < 0) {
		*first = segment->init;
		rc = survey_tracks(work, segment, survey, err);
	} else if (segment->init != firsts->last[step->lane] &&
		   segment->init != *first) {
		rc = survey_compare(work, segment, *first, survey, err);
	}
	firsts->last[step->lane] = segment->init;
	return rc;
}

int
join_survey(struct work *work, const struct choice *choice,
    struct survey *survey, struct error *err)
{
	struct firsts firsts = { .init = { -1, -1 }, .last = { -1, -1 } };
	struct walk walk;
	struct step step;
	int rc;

	memset(survey, 0, sizeof(*survey));
	survey->same = true;
	walk_begin(&walk, work->live->store, work->recording, choice);
	while ((rc = walk_next(&walk, &step, err)) == 1) {
		if (survey_step(work, &step, &firsts, survey, err) != 0 ||
		    work_beat(work, 0, err) != 0)
			return -1;
	}
	survey->sessions = walk.session + 1;
	return rc;
}

/* What is being written. */
struct joining {
	struct work *work;
	struct join_order *order;
	struct walk walk;
	struct fmp4_tracks tracks;
	struct fmp4_timeline timeline;
	struct buf init;
	int fd;
	off_t end;
};

/* The init sections of the lanes' first segments, joined. */
static int
joining_init(struct joining *joining, struct error *err)
{
	struct open_file files[WALK_LANES_MAX] = { { .fd = -1 }, { .fd = -1 } };
	struct box_source sources[WALK_LANES_MAX];
	struct step first;
	struct walk ahead;
	int64_t seen[WALK_LANES_MAX] = { -1, -1 };
	int i, rc, found = 0;

	walk_begin(&ahead, joining->work->live->store, joining->work->recording,
	    joining->order->choice);
	while (found < ahead.lane_count &&
	       (rc = walk_next(&ahead, &first, err)) == 1)
		if (!first.segment.gap && seen[first.lane] < 0) {
			seen[first.lane] = first.segment.init;
			found++;
		}
	if (found < ahead.lane_count)
		return rc < 0 ? -1
			      : error_set(err, ERROR_INPUT, NULL,
				    "A part of the recording is all gaps.");
	for (i = 0, rc = 0; i < ahead.lane_count && rc == 0; i++) {
		rc = open_init(joining->work, ahead.lanes[i].rendition, seen[i],
		    &files[i], err);
		if (rc == 0) {
			sources[i] = files[i].source;
			rc = fmp4_tracks(&sources[i], &joining->tracks, err);
		}
	}
	if (rc == 0)
		rc = fmp4_join(sources, &joining->tracks, &joining->init, err);
	for (i = 0; i < WALK_LANES_MAX; i++)
		if (files[i].fd >= 0)
			(void)close(files[i].fd);
	return rc;
}

static int
open_segment(struct joining *joining, const struct segment *segment,
    struct open_file *file, struct error *err)
{
	char name[MEDIA_FILE_BYTES];

	media_segment_name(segment, name);
	return open_named(joining->work, name, file, err);
}

/* Adds where a lane's first segment lies to the spans of all. 0 or -1. */
static int
session_lane(struct joining *joining, const struct step *first,
    struct fmp4_span *spans, struct error *err)
{
	struct fmp4_span own[FMP4_TRACKS_MAX];
	struct fmp4_segment segment = { .rendition = first->lane };
	struct open_file file;
	size_t i;
	int rc;

	if (open_segment(joining, &first->segment, &file, err) != 0)
		return -1;
	segment.source = &file.source;
	rc = fmp4_span(&segment, &joining->tracks, own, err);
	(void)close(file.fd);
	for (i = 0; rc == 0 && i < joining->tracks.count; i++)
		if (own[i].present)
			spans[i] = own[i];
	return rc;
}

/* A session begins where the playlist's clock says, or behind what is there. */
static void
session_clock(struct joining *joining, int64_t at_us)
{
	struct fmp4_timeline *timeline = &joining->timeline;
	uint64_t at;
	size_t i;

	for (i = 0; i < joining->tracks.count; i++) {
		at = (uint64_t)((double)at_us / MICROS *
				(double)joining->tracks.list[i].timescale);
		if (timeline->end[i] < at)
			timeline->end[i] = at;
	}
}

static int
joining_session(
    struct joining *joining, const struct step *began, struct error *err)
{
	struct fmp4_span spans[FMP4_TRACKS_MAX];
	int64_t at_us = INT64_MAX;
	struct error fault;
	struct step first;
	int lane, rc;

	memset(spans, 0, sizeof(spans));
	for (lane = 0; lane < joining->walk.lane_count; lane++) {
		rc = walk_first(&joining->walk, began, lane, &first, err);
		if (rc < 0)
			return -1;
		/* What can't be read is lost later, and says so there. */
		if (rc == 0 ||
		    session_lane(joining, &first, spans, &fault) != 0)
			continue;
		if (first.at_us < at_us)
			at_us = first.at_us;
	}
	if (at_us == INT64_MAX)
		return 0;
	session_clock(joining, at_us);
	fmp4_session(&joining->timeline, spans);
	return 0;
}

/* A segment that can't be used is left out, as if it were a gap. */
static int
joining_lose(struct joining *joining, const struct segment *segment,
    const struct error *fault, struct error *err)
{
	if (fault->code == ERROR_NO_ROOM) {
		*err = *fault;
		return -1;
	}
	log_write(LOG_LEVEL_WARN, NULL,
	    "recording %s: segment %lld of %lld is left out: %s",
	    joining->work->recording->id, (long long)segment->seq,
	    (long long)segment->rendition, fault->detail);
	joining->order->lost++;
	if (ftruncate(joining->fd, joining->end) != 0 ||
	    lseek(joining->fd, joining->end, SEEK_SET) < 0)
		return error_set(
		    err, ERROR_SYSTEM, NULL, "The server can't write a file.");
	return 0;
}

static int
joining_step(
    struct joining *joining, const struct step *step, struct error *err)
{
	struct fmp4_segment segment = { .rendition = step->lane };
	struct open_file file;
	struct error fault;
	int rc;

	if (step->session && joining_session(joining, step, err) != 0)
		return -1;
	if (step->segment.gap)
		return 0;
	if (open_segment(joining, &step->segment, &file, &fault) != 0)
		return joining_lose(joining, &step->segment, &fault, err);
	segment.source = &file.source;
	rc = fmp4_copy(&joining->timeline, &segment, joining->fd, &fault);
	(void)close(file.fd);
	if (rc != 0)
		return joining_lose(joining, &step->segment, &fault, err);
	joining->end = lseek(joining->fd, 0, SEEK_CUR);
	return 0;
}

static int
joining_run(struct joining *joining, struct error *err)
{
	const struct survey *survey = joining->order->survey;
	int64_t done = 0;
	struct step step;
	int rc;

	while ((rc = walk_next(&joining->walk, &step, err)) == 1) {
		if (joining_step(joining, &step, err) != 0)
			return -1;
		done += step.segment.gap ? 0 : step.segment.bytes;
		if (work_beat(joining->work,
			survey->bytes > 0
			    ? joining->order->to * done / survey->bytes
			    : 0,
			err) != 0)
			return -1;
	}
	if (rc == 0 && joining->order->lost >= survey->segments)
		return error_set(err, ERROR_INPUT, NULL,
		    "No segment of the recording can be read.");
	return rc;
}

/* Writes the init section, all segments, and the init section anew. */
static int
joining_write(struct joining *joining, struct error *err)
{
	if (joining_init(joining, err) != 0 ||
	    file_write(
		joining->fd, joining->init.data, joining->init.size, err) != 0)
		return -1;
	joining->end = (off_t)joining->init.size;
	fmp4_timeline_init(&joining->timeline, &joining->tracks);
	walk_begin(&joining->walk, joining->work->live->store,
	    joining->work->recording, joining->order->choice);
	if (joining_run(joining, err) != 0 ||
	    fmp4_set_duration((unsigned char *)joining->init.data,
		joining->init.size, fmp4_timeline_us(&joining->timeline),
		err) != 0)
		return -1;
	return file_write_at(
	    joining->fd, joining->init.data, joining->init.size, 0, err);
}

int
join_make(struct work *work, struct join_order *order, struct error *err)
{
	struct joining joining = { .work = work, .order = order };
	char path[FILE_PATH_BYTES];
	int rc;

	order->lost = 0;
	if (work_path(work, order->name, path, err) != 0)
		return -1;
	joining.fd = file_create(path, err);
	if (joining.fd < 0)
		return -1;
	buf_init(&joining.init, WALK_LANES_MAX * FMP4_INIT_MAX * 2);
	rc = joining_write(&joining, err);
	buf_free(&joining.init);
	if (close(joining.fd) != 0 && rc == 0)
		rc = error_set(err, ERROR_NO_ROOM, NULL,
		    "The server's disk has no room left.");
	return rc;
}
