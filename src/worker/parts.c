/*
 * Writing the parts' playlists. A part begins with its first segment that is
 * there: the gaps before it become the time between two parts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "live/probe.h"
#include "worker/helper.h"
#include "worker/parts.h"

#define MICROS 1000000
#define LIST_BYTES_MAX (64 * 1024 * 1024)
#define WHAT_BYTES 32
#define HEAD_BYTES 64 /* of a PGM: "P5\n1280 720\n255\n" */

void
parts_list_name(const struct work *work, char name[MEDIA_FILE_BYTES])
{
	work_name(work, "list.ffconcat", name);
}

void
parts_name(const struct work *work, int part, char name[MEDIA_FILE_BYTES])
{
	char what[WHAT_BYTES];

	(void)snprintf(what, sizeof(what), "part%d.m3u8", part);
	work_name(work, what, name);
}

static void
lane_name(
    const struct work *work, int part, int lane, char name[MEDIA_FILE_BYTES])
{
	char what[WHAT_BYTES];

	(void)snprintf(what, sizeof(what), "part%d-%d.m3u8", part, lane);
	work_name(work, what, name);
}

/* What is being written. */
struct writing {
	struct work *work;
	struct parts *parts;
	struct buf list;
	struct buf lanes[WALK_LANES_MAX];
	int64_t at_us; /* of the part that is open */
	bool breaks;   /* the next segment begins a part */
	bool gap;      /* the last one was missing */
};

static int
put_file(struct work *work, const char *name, const struct buf *buf,
    struct error *err)
{
	char path[FILE_PATH_BYTES];

	if (buf->failed)
		return error_set(err, ERROR_SYSTEM, NULL, "Out of memory.");
	if (work_path(work, name, path, err) != 0)
		return -1;
	return file_replace(path, buf->data, buf->size, err);
}

/* Two lanes: a playlist of their playlists, so that they share one clock. */
static int
put_master(struct writing *writing, int part, struct error *err)
{
	char name[MEDIA_FILE_BYTES], lane[MEDIA_FILE_BYTES];
	struct buf buf;
	int rc;

	buf_init(&buf, LIST_BYTES_MAX);
	buf_text(&buf, "#EXTM3U\n");
	lane_name(writing->work, part, 1, lane);
	if (writing->lanes[1].size > 0)
		buf_format(&buf,
		    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"a\","
		    "DEFAULT=YES,URI=\"%s\"\n",
		    lane);
	lane_name(writing->work, part, 0, lane);
	buf_format(&buf, "#EXT-X-STREAM-INF:BANDWIDTH=1%s\n%s\n",
	    writing->lanes[1].size > 0 ? ",AUDIO=\"a\"" : "", lane);
	parts_name(writing->work, part, name);
	rc = put_file(writing->work, name, &buf, err);
	buf_free(&buf);
	return rc;
}

/* Ends the part that is open, which lasts until `next_us`. */
static int
part_close(struct writing *writing, int64_t next_us, struct error *err)
{
	const int part = writing->parts->count;
	const int lanes = writing->parts->choice->count;
	char name[MEDIA_FILE_BYTES];
	int lane, rc = 0;

	if (writing->lanes[0].size + writing->lanes[1].size == 0)
		return 0;
	for (lane = 0; lane < lanes && rc == 0; lane++) {
		if (writing->lanes[lane].size == 0)
			continue;
		buf_text(&writing->lanes[lane], "#EXT-X-ENDLIST\n");
		if (lanes == 1)
			parts_name(writing->work, part, name);
		else
			lane_name(writing->work, part, lane, name);
		rc = put_file(writing->work, name, &writing->lanes[lane], err);
	}
	if (rc == 0 && lanes > 1)
		rc = put_master(writing, part, err);
	for (lane = 0; lane < lanes; lane++)
		writing->lanes[lane].size = 0;
	parts_name(writing->work, part, name);
	buf_format(&writing->list,
	    "file %s\nduration %" PRId64 ".%06" PRId64 "\n", name,
	    (next_us - writing->at_us) / MICROS,
	    (next_us - writing->at_us) % MICROS);
	writing->parts->count++;
	return rc;
}

/* Remembers where the part begins, and each lane's first segment. */
static void
part_note(struct writing *writing, const struct step *step)
{
	struct part *part;

	if (writing->parts->count >= PARTS_KNOWN_MAX)
		return;
	part = &writing->parts->known[writing->parts->count];
	if (writing->lanes[0].size + writing->lanes[1].size == 0) {
		memset(part, 0, sizeof(*part));
		part->at_us = step->at_us;
	}
	if (writing->lanes[step->lane].size == 0)
		part->first[step->lane] = step->segment;
}

static void
part_add(struct writing *writing, const struct step *step)
{
	const struct segment *segment = &step->segment;
	struct buf *buf = &writing->lanes[step->lane];
	char name[MEDIA_FILE_BYTES];

	part_note(writing, step);
	if (buf->size == 0) {
		buf_text(buf, "#EXTM3U\n#EXT-X-VERSION:7\n"
			      "#EXT-X-TARGETDURATION:3600\n"
			      "#EXT-X-PLAYLIST-TYPE:VOD\n");
		if (segment->kind == MEDIA_FMP4) {
			media_init_name(
			    segment->rendition, segment->init, name);
			buf_format(buf, "#EXT-X-MAP:URI=\"%s\"\n", name);
		}
	}
	media_segment_name(segment, name);
	buf_format(buf, "#EXTINF:%" PRId64 ".%06" PRId64 ",\n%s\n",
	    segment->duration_us / MICROS, segment->duration_us % MICROS, name);
}

/* Bare AAC tells no time: what is missing of it must part what is there. */
static bool
step_parts(const struct writing *writing, const struct step *step)
{
	return writing->breaks ||
	       (writing->gap && step->segment.kind == MEDIA_AAC &&
		   writing->parts->choice->count == 1);
}

static int
writing_step(
    struct writing *writing, const struct step *step, struct error *err)
{
	const int64_t end = step->at_us + step->segment.duration_us;

	writing->breaks |= step->session;
	if (end > writing->parts->end_us)
		writing->parts->end_us = end;
	if (step->segment.gap) {
		writing->gap = true;
		return 0;
	}
	if (step_parts(writing, step)) {
		if (part_close(writing, step->at_us, err) != 0)
			return -1;
		writing->at_us = step->at_us;
	}
	writing->breaks = writing->gap = false;
	part_add(writing, step);
	return work_beat(writing->work, 0, err);
}

int
parts_write(struct work *work, const struct choice *choice, struct parts *parts,
    struct error *err)
{
	struct writing writing = { .work = work, .parts = parts };
	char name[MEDIA_FILE_BYTES];
	struct walk walk;
	struct step step;
	int rc;

	memset(parts, 0, sizeof(*parts));
	parts->choice = choice;
	buf_init(&writing.list, LIST_BYTES_MAX);
	buf_init(&writing.lanes[0], LIST_BYTES_MAX);
	buf_init(&writing.lanes[1], LIST_BYTES_MAX);
	buf_text(&writing.list, "ffconcat version 1.0\n");
	walk_begin(&walk, work->live->store, work->recording, choice);
	while ((rc = walk_next(&walk, &step, err)) == 1)
		if (writing_step(&writing, &step, err) != 0) {
			rc = -1;
			break;
		}
	if (rc == 0)
		rc = part_close(&writing, parts->end_us, err);
	parts_list_name(work, name);
	if (rc == 0)
		rc = put_file(work, name, &writing.list, err);
	buf_free(&writing.list);
	buf_free(&writing.lanes[0]);
	buf_free(&writing.lanes[1]);
	return rc;
}

/* A PGM's size: "P5", white space, width, white space, height. */
static void
pgm_size(const char *head, struct part *part)
{
	char *end;
	long width, height;

	if (head[0] != 'P' || head[1] != '5')
		return;
	width = strtol(head + 2, &end, 10);
	height = strtol(end, &end, 10);
	if (width <= 0 || width > 16384 || height <= 0 || height > 16384)
		return;
	part->width = (int)width;
	part->height = (int)height;
}

static int
look_pictures(struct work *work, struct part *part,
    const struct segment *segment, struct error *err)
{
	char name[MEDIA_FILE_BYTES], path[FILE_PATH_BYTES];
	char head[HEAD_BYTES] = "";
	struct helper helper;
	struct argv argv;
	int fd, rc;

	work_name(work, "size.pgm", name);
	if (work_path(work, name, path, err) != 0)
		return -1;
	(void)unlink(path);
	helper.out = file_create(path, err);
	if (helper.out < 0)
		return -1;
	helper.total_us = helper.from = helper.to = 0;
	argv_begin(&argv, work->ffmpeg);
	helper_input(&argv, segment);
	argv_pgm(&argv);
	helper.argv = &argv;
	rc = helper_run(work, &helper, err);
	(void)close(helper.out);
	if (rc != 0 || helper.code != 0)
		return rc;
	fd = file_open(path, err);
	if (fd < 0)
		return -1;
	if (read(fd, head, sizeof(head) - 1) > 0)
		pgm_size(head, part);
	(void)close(fd);
	return 0;
}

static int
look_sound(struct work *work, struct part *part, const struct segment *segment,
    struct error *err)
{
	struct helper helper = { .out = -1 };
	struct argv argv;

	argv_begin(&argv, work->ffmpeg);
	helper_input(&argv, segment);
	argv_sound(&argv);
	helper.argv = &argv;
	if (helper_run(work, &helper, err) != 0)
		return -1;
	part->audio |= helper.code == 0;
	return 0;
}

int
parts_look(struct work *work, struct parts *parts, struct error *err)
{
	struct part *part;
	int i, lane;

	for (i = 0; i < parts->count && i < PARTS_KNOWN_MAX; i++) {
		part = &parts->known[i];
		for (lane = 0; lane < parts->choice->count; lane++) {
			if (part->first[lane].duration_us == 0)
				continue;
			if (part->width == 0 &&
			    look_pictures(
				work, part, &part->first[lane], err) != 0)
				return -1;
			if (look_sound(work, part, &part->first[lane], err) !=
			    0)
				return -1;
		}
	}
	return 0;
}

bool
parts_alike(const struct parts *parts)
{
	const struct part *first = &parts->known[0];
	int i;

	for (i = 1; i < parts->count && i < PARTS_KNOWN_MAX; i++)
		if (parts->known[i].width != first->width ||
		    parts->known[i].height != first->height ||
		    parts->known[i].audio != first->audio)
			return false;
	return true;
}
