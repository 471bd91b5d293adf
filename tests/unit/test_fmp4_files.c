/*
 * live/fmp4.h over what an encoder really writes: ffmpeg makes the segments of
 * two sessions, they become one file, and ffprobe plays it. Where there is no
 * ffmpeg these tests are skipped and say so.
 */
#include <fcntl.h>

#include "live/fmp4.h"
#include "live/probe.h"
#include "unit.h"
#include "unit_boxes.h"

#define SESSIONS 2
#define SEGMENTS_MAX 40
#define ARGUMENTS_MAX 64
#define FRAMES 50 /* of one session: 5 s at 10 a second */
#define NO_TOOL 127

/* Runs a program in a folder, its output into a file; how it ended. */
struct program {
	const char *folder;
	const char *words; /* separated by single blanks */
	const char *output;
};

static int
program_exec(void *context)
{
	const struct program *program = context;
	char words[1024], *arguments[ARGUMENTS_MAX + 1], *rest = words;
	size_t count = 0;
	int fd;

	if (chdir(program->folder) != 0)
		return 1;
	fd = open(program->output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		return 1;
	(void)snprintf(words, sizeof(words), "%s", program->words);
	while (rest != NULL && count < ARGUMENTS_MAX) {
		arguments[count++] = rest;
		rest = strchr(rest, ' ');
		if (rest != NULL)
			*rest++ = '\0';
	}
	arguments[count] = NULL;
	(void)execvp(arguments[0], arguments);
	return NO_TOOL;
}

static int
run(const char *folder, const char *words, const char *output)
{
	struct program program = { folder, words, output };

	return unit_in_child(program_exec, &program);
}

/* A folder for the files. */
static int
files_begin(void **state)
{
	static char folder[64];

	unit_folder_make(folder);
	*state = folder;
	return 0;
}

static int
files_end(void **state)
{
	unit_folder_remove(*state);
	return 0;
}

static bool
have_tools(void)
{
	return run("/", "ffmpeg -version", "/dev/null") == 0 &&
	       run("/", "ffprobe -version", "/dev/null") == 0;
}

static void
encode(const char *folder, const char *output)
{
	char words[1024];

	(void)snprintf(words, sizeof(words),
	    "ffmpeg -hide_banner -loglevel error -y "
	    "-f lavfi -i testsrc=size=64x36:rate=10 "
	    "-f lavfi -i sine=sample_rate=8000 -t 5 -map 0:v -map 1:a "
	    "-c:v libx264 -g 10 -sc_threshold 0 -pix_fmt yuv420p "
	    "-c:a aac -b:a 16k %s",
	    output);
	assert_int_equal(run(folder, words, "log"), 0);
}

static int
open_file(const char *folder, const char *name)
{
	char path[UNIT_PATH_BYTES];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* A source of a file; *fd is closed by the caller. */
static bool
file_source(
    const char *folder, const char *name, int *fd, struct box_source *source)
{
	struct error err;

	*fd = open_file(folder, name);
	if (*fd < 0)
		return false;
	unit_ok(box_file(source, fd, &err), &err);
	return true;
}

/* What is being made, and the init sections that it is made of. */
struct making {
	const char *folder;
	int fd;
	struct fmp4_tracks tracks;
	struct fmp4_timeline timeline;
	struct buf init;
	struct box_source inits[2];
	int init_fds[2];
};

static void
making_init(struct making *making, const char *name)
{
	const int rendition = making->tracks.renditions;
	enum media_kind kind;
	struct error err;

	assert_true(file_source(making->folder, name,
	    &making->init_fds[rendition], &making->inits[rendition]));
	unit_ok(probe_content(making->init_fds[rendition], name, &kind, &err),
	    &err);
	assert_int_equal(kind, MEDIA_INIT);
	unit_ok(fmp4_tracks(&making->inits[rendition], &making->tracks, &err),
	    &err);
}

/* The init sections are known: the file begins. */
static void
making_begin(struct making *making, const char *folder)
{
	char path[UNIT_PATH_BYTES];
	struct error err;

	(void)snprintf(path, sizeof(path), "%s/made.mp4", folder);
	making->fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(making->fd >= 0);
	buf_init(&making->init, 65536);
	unit_ok(fmp4_join(making->inits, &making->tracks, &making->init, &err),
	    &err);
	assert_int_equal(
	    write(making->fd, making->init.data, making->init.size),
	    (ssize_t)making->init.size);
	fmp4_timeline_init(&making->timeline, &making->tracks);
}

/* Begins a session with the first segment of every rendition. */
static void
making_session(struct making *making, char names[2][64])
{
	struct fmp4_span spans[2][FMP4_TRACKS_MAX];
	struct box_source source;
	struct error err;
	size_t i;
	int r, fd;

	for (r = 0; r < making->tracks.renditions; r++) {
		const struct fmp4_segment segment = { &source, r };

		assert_true(
		    file_source(making->folder, names[r], &fd, &source));
		unit_ok(
		    fmp4_span(&segment, &making->tracks, spans[r], &err), &err);
		(void)close(fd);
	}
	for (i = 0; making->tracks.renditions > 1 && i < FMP4_TRACKS_MAX; i++)
		if (spans[1][i].present)
			spans[0][i] = spans[1][i];
	fmp4_session(&making->timeline, spans[0]);
}

/* Appends a segment if it is there. */
static bool
making_add(struct making *making, const char *name, int rendition)
{
	struct box_source source;
	const struct fmp4_segment segment = { &source, rendition };
	enum media_kind kind;
	struct error err;
	int fd;

	if (!file_source(making->folder, name, &fd, &source))
		return false;
	unit_ok(probe_content(fd, name, &kind, &err), &err);
	assert_int_equal(kind, MEDIA_FMP4);
	unit_ok(fmp4_copy(&making->timeline, &segment, making->fd, &err), &err);
	(void)close(fd);
	return true;
}

static void
making_end(struct making *making)
{
	struct error err;
	int i;

	unit_ok(
	    fmp4_set_duration((unsigned char *)making->init.data,
		making->init.size, fmp4_timeline_us(&making->timeline), &err),
	    &err);
	assert_int_equal(
	    pwrite(making->fd, making->init.data, making->init.size, 0),
	    (ssize_t)making->init.size);
	buf_free(&making->init);
	(void)close(making->fd);
	for (i = 0; i < making->tracks.renditions; i++)
		(void)close(making->init_fds[i]);
}

/* What ffprobe says in one line. */
static void
ask(const char *folder, const char *options, char answer[64])
{
	char words[512];
	ssize_t size;
	int fd;

	(void)snprintf(
	    words, sizeof(words), "ffprobe -v error %s made.mp4", options);
	assert_int_equal(run(folder, words, "answer"), 0);
	fd = open_file(folder, "answer");
	assert_true(fd >= 0);
	size = read(fd, answer, 63);
	assert_true(size > 0);
	(void)close(fd);
	answer[size] = '\0';
	answer[strcspn(answer, "\n,")] = '\0';
}

/* The decoding times of a stream's packets grow, and there are as many. */
static long
count_growing(const char *folder, const char *stream)
{
	char words[256], path[UNIT_PATH_BYTES], line[128];
	long count = 0, dts, last = -1;
	FILE *file;

	(void)snprintf(words, sizeof(words),
	    "ffprobe -v error -select_streams %s -show_entries packet=dts "
	    "-of csv=p=0 -ignore_editlist 1 made.mp4",
	    stream);
	assert_int_equal(run(folder, words, "answer"), 0);
	(void)snprintf(path, sizeof(path), "%s/answer", folder);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		dts = strtol(line, NULL, 10);
		if (dts <= last)
			fail_msg("%s: %ld after %ld", stream, dts, last);
		last = dts;
		count++;
	}
	(void)fclose(file);
	return count;
}

/* Every frame of both sessions, in order, and the length is said. */
static void
check_made(const char *folder)
{
	char answer[64];
	double seconds;

	ask(folder,
	    "-count_frames -select_streams v -show_entries "
	    "stream=nb_read_frames -of csv=p=0",
	    answer);
	assert_int_equal(strtol(answer, NULL, 10), SESSIONS * FRAMES);
	assert_int_equal(count_growing(folder, "v"), SESSIONS * FRAMES);
	/* 5 s of 8,000 samples, 1,024 in a packet, and the encoder's delay. */
	assert_true(count_growing(folder, "a") >= SESSIONS * 39);
	ask(folder, "-show_entries format=duration -of csv=p=0", answer);
	seconds = strtod(answer, NULL);
	assert_true(seconds > 9.9 && seconds < 10.8);
	/* Nothing that a decoder would complain of. */
	assert_int_equal(
	    run(folder, "ffmpeg -v error -xerror -i made.mp4 -f null -", "log"),
	    0);
}

/* -f hls: picture and sound in one segment. */
static void
two_sessions_of_hls_become_one_file(void **state)
{
	struct making making = { .folder = *state };
	char names[2][64], words[256];
	int session, i;

	for (session = 0; session < SESSIONS; session++) {
		(void)snprintf(words, sizeof(words),
		    "-output_ts_offset %d -f hls -hls_time 1 "
		    "-hls_list_size 0 -hls_segment_type fmp4 "
		    "-hls_fmp4_init_filename init%d.mp4 "
		    "-hls_segment_filename s%d-%%d.m4s %d.m3u8",
		    session == 0 ? 1000 : 0, session, session, session);
		encode(making.folder, words);
	}
	making_init(&making, "init0.mp4");
	making_begin(&making, making.folder);
	for (session = 0; session < SESSIONS; session++) {
		(void)snprintf(
		    names[0], sizeof(names[0]), "s%d-0.m4s", session);
		making_session(&making, names);
		for (i = 0; i < SEGMENTS_MAX; i++) {
			(void)snprintf(names[0], sizeof(names[0]), "s%d-%d.m4s",
			    session, i);
			if (!making_add(&making, names[0], 0))
				break;
		}
		assert_true(i >= 5);
	}
	making_end(&making);
	check_made(making.folder);
}

/* -f dash: several fragments a segment, and sound apart. */
static void
two_sessions_of_dash_become_one_file(void **state)
{
	struct making making = { .folder = *state };
	char names[2][64], words[256];
	bool more[2];
	int session, i, r;

	for (session = 0; session < SESSIONS; session++) {
		(void)snprintf(words, sizeof(words),
		    "-f dash -seg_duration 1 -streaming 1 -hls_playlist 1 "
		    "-init_seg_name i%d-$RepresentationID$.m4s "
		    "-media_seg_name d%d-$RepresentationID$-$Number$.m4s "
		    "m.mpd",
		    session, session);
		encode(making.folder, words);
	}
	making_init(&making, "i0-0.m4s");
	making_init(&making, "i0-1.m4s");
	making_begin(&making, making.folder);
	for (session = 0; session < SESSIONS; session++) {
		more[0] = more[1] = true;
		for (i = 1; i < SEGMENTS_MAX && (more[0] || more[1]); i++) {
			for (r = 0; r < 2; r++)
				(void)snprintf(names[r], sizeof(names[r]),
				    "d%d-%d-%d.m4s", session, r, i);
			if (i == 1)
				making_session(&making, names);
			for (r = 0; r < 2; r++)
				more[r] = making_add(&making, names[r], r);
		}
		assert_true(i > 5);
	}
	making_end(&making);
	check_made(making.folder);
}

/* An encoder that is started again with the same settings. */
static void
sessions_of_one_encoder_are_the_same(void **state)
{
	const char *folder = *state;
	struct box_source sources[2];
	struct error err;
	int fds[2];

	encode(
	    folder, "-f dash -init_seg_name x0-$RepresentationID$.m4s x.mpd");
	encode(
	    folder, "-f dash -init_seg_name x1-$RepresentationID$.m4s x.mpd");
	assert_true(file_source(folder, "x0-0.m4s", &fds[0], &sources[0]));
	assert_true(file_source(folder, "x1-0.m4s", &fds[1], &sources[1]));
	assert_int_equal(fmp4_same(&sources[0], &sources[1], &err), 1);
	(void)close(fds[1]);
	assert_true(file_source(folder, "x1-1.m4s", &fds[1], &sources[1]));
	assert_int_equal(fmp4_same(&sources[0], &sources[1], &err), 0);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_sessions_of_hls_become_one_file),
		cmocka_unit_test(two_sessions_of_dash_become_one_file),
		cmocka_unit_test(sessions_of_one_encoder_are_the_same),
	};

	if (!have_tools()) {
		(void)printf("TAP version 13\n1..1\n"
			     "ok 1 # SKIP ffmpeg isn't installed\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, files_begin, files_end);
}
