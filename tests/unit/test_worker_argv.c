/*
 * worker/argv.h: what ffmpeg is told, word by word.
 */
#include "unit.h"
#include "worker/argv.h"
#include "worker/vtt.h"

static struct argv argv;

static int
begin(void **state)
{
	(void)state;
	argv_begin(&argv, "ffmpeg");
	return 0;
}

/* The words, separated by spaces. */
static void
said(const char *wanted)
{
	static char all[ARGV_TEXT_BYTES + ARGV_MAX];
	size_t i, used = 0;

	for (i = 0; i < argv.count; i++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
		    i > 0 ? " " : "", argv.list[i]);
	assert_string_equal(all, wanted);
	assert_null(argv.list[argv.count]);
	assert_false(argv.failed);
}

#define BEGIN "ffmpeg -hide_banner -nostdin -loglevel error -y "
#define LOCAL                                   \
	"-protocol_whitelist file,crypto,data " \
	"-format_whitelist hls,concat,mov,mpegts,aac "

static void
an_mp4_is_copied_to_one_that_begins_at_once(void **state)
{
	(void)state;
	argv_progress(&argv);
	argv_file(&argv, ".a.mp4");
	argv_copy_to(&argv, ".b.mp4");
	said(BEGIN "-nostats -progress pipe:1 " LOCAL "-f mov -i file:.a.mp4 "
		   "-map 0:v:0? -map 0:a:0? -c copy -copyinkf "
		   "-movflags +faststart -f mp4 file:.b.mp4");
}

static void
lists_are_local_files(void **state)
{
	(void)state;
	argv_playlist(&argv, ".p.m3u8");
	argv_list(&argv, ".l");
	said(BEGIN LOCAL "-f hls -allowed_extensions ALL -i file:.p.m3u8 " LOCAL
			 "-f concat -safe 0 -i file:.l");
}

static void
a_segment_has_its_init_section_in_front(void **state)
{
	(void)state;
	argv_segment(&argv, MEDIA_FMP4, "r0-init0.mp4", "r0-3.m4s");
	argv_tile(&argv, 90, 1500);
	said(
	    BEGIN "-protocol_whitelist file,concat -skip_frame nokey "
		  "-f mov -i concat:r0-init0.mp4|r0-3.m4s -ss 1.500 -map 0:v:0 "
		  "-frames:v 1 -vf "
		  "scale=160:90:force_original_aspect_ratio=decrease,"
		  "pad=160:90:-1:-1 -pix_fmt yuv420p -f rawvideo pipe:1");
}

static void
the_first_tile_tells_the_height(void **state)
{
	(void)state;
	argv_segment(&argv, MEDIA_TS, "", "r0-3.ts");
	argv_tile(&argv, 0, 0);
	said(BEGIN
	    "-protocol_whitelist file,concat -skip_frame nokey "
	    "-f mpegts -i file:r0-3.ts -map 0:v:0 -frames:v 1 -vf scale=160:-2 "
	    "-pix_fmt yuv420p -f rawvideo pipe:1");
}

static void
sound_is_read_as_sound(void **state)
{
	(void)state;
	argv_segment(&argv, MEDIA_AAC, "", "r0-3.aac");
	argv_sound(&argv);
	said(BEGIN "-protocol_whitelist file,concat -skip_frame nokey "
		   "-f aac -i file:r0-3.aac -map 0:a:0 -frames:a 1 -f null -");
}

static void
a_poster_is_1280_wide_at_the_most(void **state)
{
	(void)state;
	argv_poster_to(&argv, ".p.jpg");
	said(BEGIN "-map 0:v:0 -frames:v 1 -vf scale=min(1280\\,iw):-2 -q:v 3 "
		   "-f image2 -update 1 file:.p.jpg");
}

static void
a_sprite_is_made_of_raw_tiles(void **state)
{
	struct sprite sprite;

	(void)state;
	sprite_plan(&sprite, 60000);
	sprite.height = 90;
	argv_sprite(&argv, &sprite, ".t.raw", ".s.jpg");
	said(BEGIN "-protocol_whitelist file -f rawvideo -pixel_format yuv420p "
		   "-framerate 1 -video_size 160x90 -i file:.t.raw "
		   "-vf tile=10x3 -frames:v 1 -q:v 5 -f image2 -update 1 "
		   "file:.s.jpg");
}

static void
an_encoding_has_what_there_is(void **state)
{
	(void)state;
	argv_encode_to(&argv, &(struct argv_encode){ .video = true }, ".d.mp4");
	said(BEGIN "-map [v] -c:v libx264 -preset veryfast -crf 23 "
		   "-pix_fmt yuv420p -x264-params fps=30 -fps_mode vfr "
		   "-movflags +faststart -f mp4 file:.d.mp4");
}

static void
what_does_not_fit_marks_it_failed(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARGV_MAX; i++)
		argv_add(&argv, "x");
	assert_true(argv.failed);
	assert_int_equal(argv.count, ARGV_MAX);
	assert_null(argv.list[argv.count]);
	argv_begin(&argv, "ffmpeg");
	assert_false(argv.failed);
	argv_add(&argv, "%0*d", ARGV_TEXT_BYTES, 1);
	assert_true(argv.failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    an_mp4_is_copied_to_one_that_begins_at_once, begin),
		cmocka_unit_test_setup(lists_are_local_files, begin),
		cmocka_unit_test_setup(
		    a_segment_has_its_init_section_in_front, begin),
		cmocka_unit_test_setup(the_first_tile_tells_the_height, begin),
		cmocka_unit_test_setup(sound_is_read_as_sound, begin),
		cmocka_unit_test_setup(
		    a_poster_is_1280_wide_at_the_most, begin),
		cmocka_unit_test_setup(a_sprite_is_made_of_raw_tiles, begin),
		cmocka_unit_test_setup(an_encoding_has_what_there_is, begin),
		cmocka_unit_test_setup(
		    what_does_not_fit_marks_it_failed, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
