/*
 * The download. Ways, the best that fits:
 *
 *	join	 fMP4 with one set of tracks: by ourselves; then ffmpeg,
 *		 where there is one, moves the index to the front
 *	copy	 MPEG-TS and AAC: ffmpeg, without encoding
 *	encode	 encoders that sent different things: ffmpeg, all anew
 *
 * What can't be made on this host is said, and is no failure.
 */
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "worker/helper.h"
#include "worker/join.h"
#include "worker/make.h"
#include "worker/parts.h"

#define DONE "done.mp4"
#define JOINED "joined.mp4"
#define JOIN_PART 500 /* thousandths, where ffmpeg follows */
#define ALL 1000

static int
mp4_put(struct work *work, const char *name, struct error *err)
{
	const int64_t bytes = work_size(work, name);

	if (bytes <= 0)
		return error_set(
		    err, ERROR_SYSTEM, NULL, "What was made is empty.");
	if (work_put(work, name, MEDIA_MP4, err) != 0)
		return -1;
	work->result.mp4_bytes = bytes;
	return 0;
}

/* ffmpeg ended and didn't succeed: the error that it is. */
static int
mp4_failed(const struct helper *helper, struct error *err)
{
	if (helper->no_room)
		return error_set(err, ERROR_NO_ROOM, NULL,
		    "The server's disk has no room left.");
	return error_set(
	    err, ERROR_SYSTEM, NULL, "ffmpeg can't make it of this media.");
}

/* The joined file becomes one that can be played from anywhere. */
static int
mp4_remux(struct work *work, const struct survey *survey, const char *joined,
    struct error *err)
{
	char done[MEDIA_FILE_BYTES];
	struct helper helper = { .out = -1,
		.total_us = survey->duration_us,
		.from = JOIN_PART,
		.to = ALL };
	struct argv argv;

	work_name(work, DONE, done);
	argv_begin(&argv, work->ffmpeg);
	argv_progress(&argv);
	argv_file(&argv, joined);
	argv_copy_to(&argv, done);
	helper.argv = &argv;
	if (helper_run(work, &helper, err) != 0)
		return -1;
	if (helper.code == 0)
		return mp4_put(work, done, err);
	if (helper.no_room)
		return mp4_failed(&helper, err);
	/* It plays as it is, too. */
	return mp4_put(work, joined, err);
}

static int
mp4_join(struct work *work, const struct choice *choice,
    const struct survey *survey, struct error *err)
{
	char joined[MEDIA_FILE_BYTES], sentence[JOBS_REASON_BYTES];
	struct join_order order = {
		.choice = choice, .survey = survey, .name = joined
	};
	int there;

	there = helper_there(work, err);
	if (there < 0 || work_room(work, survey->bytes * (1 + there), err) != 0)
		return -1;
	work_name(work, JOINED, joined);
	order.to = there ? JOIN_PART : ALL;
	if (join_make(work, &order, err) != 0)
		return -1;
	if (order.lost > 0) {
		(void)snprintf(sentence, sizeof(sentence),
		    "The MP4 lacks %lld segments that can't be read.",
		    (long long)order.lost);
		work_say(work, sentence);
	}
	if (!there)
		return mp4_put(work, joined, err);
	return mp4_remux(work, survey, joined, err);
}

static int
mp4_copy(
    struct work *work, const struct parts *parts, bool *done, struct error *err)
{
	char list[MEDIA_FILE_BYTES], name[MEDIA_FILE_BYTES];
	struct helper helper = {
		.out = -1, .total_us = parts->end_us, .to = ALL
	};
	struct argv argv;

	parts_list_name(work, list);
	work_name(work, DONE, name);
	argv_begin(&argv, work->ffmpeg);
	argv_progress(&argv);
	argv_list(&argv, list);
	argv_copy_to(&argv, name);
	helper.argv = &argv;
	if (helper_run(work, &helper, err) != 0)
		return -1;
	if (helper.no_room)
		return mp4_failed(&helper, err);
	*done = helper.code == 0;
	return *done ? mp4_put(work, name, err) : 0;
}

/* How long a part lasts, up to the next. */
static int64_t
part_us(const struct parts *parts, int i)
{
	const int64_t next =
	    i + 1 < parts->count ? parts->known[i + 1].at_us : parts->end_us;

	return next - parts->known[i].at_us;
}

/*
 * A part's pictures and sound, each as long as the part: black and silent where
 * it has none.
 */
static void
encode_part(struct buf *filter, const struct parts *parts, int i,
    const struct part *size, bool audio)
{
	const struct part *part = &parts->known[i];
	const double seconds = (double)part_us(parts, i) / 1000000;

	if (size->width > 0 && part->width > 0)
		buf_format(filter,
		    "[%d:v:0]scale=%d:%d:force_original_aspect_ratio=decrease,"
		    "pad=%d:%d:-1:-1,setsar=1[v%d];",
		    i, size->width, size->height, size->width, size->height, i);
	else if (size->width > 0)
		buf_format(filter,
		    "color=black:size=%dx%d:rate=25:duration=%.6f,setsar=1"
		    "[v%d];",
		    size->width, size->height, seconds, i);
	if (audio && part->audio)
		buf_format(filter, "[%d:a:0]aresample=48000[a%d];", i, i);
	else if (audio)
		buf_format(filter,
		    "anullsrc=r=48000:cl=stereo,atrim=0:%.6f[a%d];", seconds,
		    i);
}

/* What a download of different parts has: pictures of the largest size. */
static void
encode_shape(const struct parts *parts, struct part *size, bool *audio)
{
	const struct part *part;
	int i;

	memset(size, 0, sizeof(*size));
	*audio = false;
	for (i = 0; i < parts->count; i++) {
		part = &parts->known[i];
		*audio = *audio || part->audio;
		if (part->width * part->height > size->width * size->height) {
			/* H.264 takes even sizes. */
			size->width = part->width + part->width % 2;
			size->height = part->height + part->height % 2;
		}
	}
}

static void
encode_filter(const struct parts *parts, const struct part *size, bool audio,
    struct buf *filter)
{
	int i;

	for (i = 0; i < parts->count; i++)
		encode_part(filter, parts, i, size, audio);
	for (i = 0; i < parts->count; i++) {
		if (size->width > 0)
			buf_format(filter, "[v%d]", i);
		if (audio)
			buf_format(filter, "[a%d]", i);
	}
	buf_format(filter, "concat=n=%d:v=%d:a=%d%s%s", parts->count,
	    size->width > 0, audio, size->width > 0 ? "[v]" : "",
	    audio ? "[a]" : "");
}

static void
encode_argv(struct work *work, const struct parts *parts,
    const struct part *size, struct argv_encode *encode, struct argv *argv)
{
	char name[MEDIA_FILE_BYTES];
	struct buf filter;
	int i;

	argv_begin(argv, work->ffmpeg);
	argv_progress(argv);
	for (i = 0; i < parts->count; i++) {
		parts_name(work, i, name);
		argv_playlist(argv, name);
	}
	buf_init(&filter, ARGV_TEXT_BYTES);
	encode_filter(parts, size, encode->audio, &filter);
	argv_words(argv, "-filter_complex");
	argv_add(argv, "%s", filter.data != NULL ? filter.data : "");
	argv->failed = argv->failed || filter.failed;
	buf_free(&filter);
	work_name(work, DONE, name);
	argv_encode_to(argv, encode, name);
}

/* Runs ffmpeg in its words of today, and else in those of old. 0 or -1. */
static int
encode_run(struct work *work, const struct parts *parts, struct helper *helper,
    struct error *err)
{
	struct argv_encode encode = { .old = false };
	struct part size;
	struct argv argv;
	int rc;

	encode_shape(parts, &size, &encode.audio);
	encode.video = size.width > 0;
	if (!encode.video && !encode.audio)
		return error_set(err, ERROR_INPUT, NULL,
		    "ffmpeg finds no picture and no sound in this media.");
	helper->argv = &argv;
	encode_argv(work, parts, &size, &encode, &argv);
	rc = helper_run(work, helper, err);
	if (rc == 0 && helper->code != 0 &&
	    strstr(helper->tail, "Unrecognized option 'fps_mode'") != NULL) {
		encode.old = true;
		encode_argv(work, parts, &size, &encode, &argv);
		rc = helper_run(work, helper, err);
	}
	helper->argv = NULL;
	return rc;
}

static int
mp4_encode(struct work *work, const struct parts *parts, struct error *err)
{
	char done[MEDIA_FILE_BYTES];
	struct helper helper = {
		.out = -1, .total_us = parts->end_us, .to = ALL
	};

	if (parts->count > PARTS_KNOWN_MAX) {
		work_say(work, "No MP4: its encoders were changed too often "
			       "for one file.");
		return 0;
	}
	work_name(work, DONE, done);
	if (encode_run(work, parts, &helper, err) != 0)
		return -1;
	if (helper.code == 0)
		return mp4_put(work, done, err);
	if (strstr(helper.tail, "Unknown encoder") == NULL)
		return mp4_failed(&helper, err);
	work_say(work, "No MP4: its encoders sent different things, and this "
		       "host's ffmpeg can't encode.");
	return 0;
}

/* With ffmpeg's help, from playlists. */
static int
mp4_ffmpeg(struct work *work, const struct choice *choice,
    const struct survey *survey, struct error *err)
{
	struct parts parts;
	bool done = false;

	if (work_room(work, survey->bytes, err) != 0 ||
	    parts_write(work, choice, &parts, err) != 0)
		return -1;
	if (parts.count > 1 && parts.count <= PARTS_KNOWN_MAX &&
	    parts_look(work, &parts, err) != 0)
		return -1;
	if (!survey->fmp4 &&
	    (parts.count > PARTS_KNOWN_MAX || parts_alike(&parts)) &&
	    mp4_copy(work, &parts, &done, err) != 0)
		return -1;
	if (done)
		return 0;
	if (parts.count == 1 && parts_look(work, &parts, err) != 0)
		return -1;
	return mp4_encode(work, &parts, err);
}

int
make_mp4(struct work *work, struct error *err)
{
	struct choice choice;
	struct survey survey;
	int there;

	if (walk_choose(work->live->store, work->recording, &choice, err) !=
		0 ||
	    join_survey(work, &choice, &survey, err) != 0)
		return -1;
	if (survey.segments == 0) {
		work_say(work, "No MP4: the recording has no media.");
		return 0;
	}
	if (survey.fmp4 && !survey.other && survey.same)
		return mp4_join(work, &choice, &survey, err);
	there = helper_there(work, err);
	if (there < 0)
		return -1;
	if (there == 1)
		return mp4_ffmpeg(work, &choice, &survey, err);
	work_say(work, survey.fmp4
			   ? "No MP4: its encoders sent different things, and "
			     "this host has no ffmpeg to make one of them."
			   : "No MP4: this host has no ffmpeg, which MPEG-TS "
			     "and AAC need.");
	return 0;
}
