/*
 * live/playlist.h: what encoders write, and what is refused. The texts are as
 * ffmpeg, OBS, Shaka packager, GStreamer and Apple's tools write them.
 */
#include "live/playlist.h"
#include "unit.h"

#define HEAD "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"
#define INF "#EXTINF:2.0,\n"

static int
parse_as(struct playlist *playlist, const char *text, const char *own_name,
    struct error *err)
{
	return playlist_parse(playlist, text, strlen(text), own_name, err);
}

/* Parses it, or fails the test. */
static void
takes(struct playlist *playlist, const char *text)
{
	struct error err;

	if (parse_as(playlist, text, "index.m3u8", &err) != 0)
		fail_msg("%s\n%s", err.detail, text);
}

static void
refuses(const char *text, const char *words)
{
	struct playlist playlist;
	struct error err;

	if (parse_as(&playlist, text, "index.m3u8", &err) == 0)
		fail_msg("it was taken:\n%s", text);
	assert_int_equal(err.code, ERROR_INPUT);
	if (strstr(err.detail, words) == NULL)
		fail_msg(
		    "\"%s\" doesn't say \"%s\":\n%s", err.detail, words, text);
	assert_null(playlist.memory);
	assert_null(playlist.segments);
	assert_int_equal(playlist.segment_count, 0);
}

static void
ffmpeg_hls_is_read(void **state)
{
	const struct playlist_segment *segment;
	struct playlist playlist;

	(void)state;
	takes(&playlist, "#EXTM3U\n#EXT-X-VERSION:7\n"
			 "#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:12\n"
			 "#EXT-X-MAP:URI=\"init.mp4\"\n"
			 "#EXTINF:3.840000,\nindex12.m4s\n"
			 "#EXTINF:4.000001,\nindex13.m4s\n#EXT-X-ENDLIST\n");
	assert_false(playlist.multivariant);
	assert_false(playlist.unused);
	assert_true(playlist.ended);
	assert_int_equal(playlist.target_s, 4);
	assert_int_equal(playlist.sequence, 12);
	assert_int_equal(playlist.segment_count, 2);
	segment = playlist.segments;
	assert_string_equal(segment[0].name, "index12.m4s");
	assert_string_equal(segment[0].map, "init.mp4");
	assert_int_equal(segment[0].duration_us, 3840000);
	assert_int_equal(segment[1].duration_us, 4000001);
	assert_int_equal(segment[1].at_unix_ms, 0);
	assert_false(segment[1].discontinuity);
	assert_false(segment[1].gap);
	playlist_free(&playlist);
	playlist_free(&playlist);
}

/* -f dash -hls_playlist 1: the time behind EXTINF, tags of its own. */
static void
ffmpeg_dash_is_read(void **state)
{
	struct playlist playlist;
	struct error err;

	(void)state;
	unit_ok(parse_as(&playlist,
		    "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:0\n"
		    "#EXT-X-MEDIA-SEQUENCE:1\n"
		    "#EXT-X-MAP:URI=\"init-stream0.m4s\"\n#EXTINF:0.500000,\n"
		    "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T11:10:28.500+0000\n"
		    "chunk-stream0-00001.m4s\n"
		    "#EXT-X-PREFETCH:chunk-stream0-00002.m4s\n",
		    "show/media_0.m3u8", &err),
	    &err);
	assert_int_equal(playlist.segment_count, 1);
	assert_string_equal(
	    playlist.segments[0].name, "show/chunk-stream0-00001.m4s");
	assert_string_equal(playlist.segments[0].map, "show/init-stream0.m4s");
	assert_int_equal(
	    playlist.segments[0].at_unix_ms, INT64_C(1795518628500));
	assert_int_equal(playlist.sequence, 1);
	/* Half a second is rounded down to a target of nothing. */
	assert_int_equal(playlist.target_s, 1);
	assert_false(playlist.ended);
	playlist_free(&playlist);
}

static void
lines_end_and_begin_as_they_like(void **state)
{
	struct playlist playlist;

	(void)state;
	takes(&playlist, "\xef\xbb\xbf\r\n#EXTM3U\r\n\r\n## Generated\r\n#\r\n"
			 "#EXT-X-TARGETDURATION:2 \r\n"
			 "#EXTINF:1.5,title, with, commas\r\n\r\n  a.ts\t\r\n"
			 "#EXTINF:2\r\n#EXT-X-UNKNOWN:1\r\n./././b.ts");
	assert_int_equal(playlist.segment_count, 2);
	assert_string_equal(playlist.segments[0].name, "a.ts");
	assert_string_equal(playlist.segments[1].name, "b.ts");
	assert_int_equal(playlist.segments[0].duration_us, 1500000);
	assert_int_equal(playlist.segments[1].duration_us, 2000000);
	assert_null(playlist.segments[0].map);
	playlist_free(&playlist);
}

static void
marks_belong_to_one_segment(void **state)
{
	const struct playlist_segment *segment;
	struct playlist playlist;

	(void)state;
	takes(&playlist,
	    HEAD "#EXT-X-MAP:URI=\"i0.mp4\"\n#EXT-X-DISCONTINUITY\n"
		 "#EXT-X-INDEPENDENT-SEGMENTS\n" INF "0.m4s\n" INF
		 "#EXT-X-GAP\n1.m4s\n"
		 "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"i1.mp4\"\n"
		 "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:01Z\n" INF
		 "2.m4s\n" INF "3.m4s\n");
	segment = playlist.segments;
	assert_int_equal(playlist.segment_count, 4);
	assert_true(segment[0].discontinuity && !segment[0].gap);
	assert_true(!segment[1].discontinuity && segment[1].gap);
	assert_true(segment[2].discontinuity && !segment[2].gap);
	assert_true(!segment[3].discontinuity && !segment[3].gap);
	assert_string_equal(segment[1].map, "i0.mp4");
	assert_string_equal(segment[2].map, "i1.mp4");
	assert_ptr_equal(segment[3].map, segment[2].map);
	assert_int_equal(segment[2].at_unix_ms, 1000);
	assert_int_equal(segment[3].at_unix_ms, 0);
	playlist_free(&playlist);
}

/* Low latency, and tags that say nothing that is used. */
static void
what_is_not_used_is_passed_over(void **state)
{
	struct playlist playlist;

	(void)state;
	takes(&playlist,
	    HEAD "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n"
		 "#EXT-X-PART-INF:PART-TARGET=0.33\n"
		 "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-ALLOW-CACHE:YES\n"
		 "#EXT-X-DISCONTINUITY-SEQUENCE:3\n"
		 "#EXT-X-KEY:METHOD=NONE\n#EXT-X-START:TIME-OFFSET=0\n"
		 "#EXT-X-PART:DURATION=0.3,URI=\"a/../b\"\n"
		 "#EXT-X-DATERANGE:ID=\"x\"\n#EXT-X-BITRATE:800\n" INF "a.ts\n"
		 "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"x\"\n"
		 "#EXT-X-RENDITION-REPORT:URI=\"x\"\n");
	assert_int_equal(playlist.segment_count, 1);
	playlist_free(&playlist);
	takes(&playlist, HEAD); /* nothing yet */
	assert_int_equal(playlist.segment_count, 0);
	playlist_free(&playlist);
}

static void
a_multivariant_playlist_is_read(void **state)
{
	const struct playlist_variant *variant;
	const struct playlist_audio *audio;
	struct playlist playlist;

	(void)state;
	takes(&playlist,
	    "#EXTM3U\n#EXT-X-VERSION:7\n"
	    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"group_aud\",NAME=\"\xc3\x84\","
	    "DEFAULT=YES,LANGUAGE=\"en\",URI=\"v1/index.m3u8\"\n"
	    "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"s\","
	    "URI=\"s.m3u8\"\n"
	    "#EXT-X-STREAM-INF:BANDWIDTH=30800,RESOLUTION=64x36,"
	    "CODECS=\"avc1.64000a,mp4a.40.2\",AUDIO=\"group_aud\","
	    "FRAME-RATE=29.970\nv0/index.m3u8\n\n"
	    "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"x\"\n"
	    "#EXT-X-STREAM-INF: BANDWIDTH=1 , AUDIO=\"none\"\nv2.m3u8\n");
	assert_true(playlist.multivariant);
	assert_int_equal(playlist.audio_count, 1);
	audio = playlist.audios;
	assert_string_equal(audio->name, "v1/index.m3u8");
	assert_string_equal(audio->group, "group_aud");
	assert_string_equal(audio->label, "\xc3\x84");
	assert_string_equal(audio->language, "en");
	assert_true(audio->is_default);
	assert_int_equal(playlist.variant_count, 2);
	variant = playlist.variants;
	assert_string_equal(variant->name, "v0/index.m3u8");
	assert_string_equal(variant->audio, "group_aud");
	assert_string_equal(variant->codecs, "avc1.64000a,mp4a.40.2");
	assert_int_equal(variant->bandwidth, 30800);
	assert_int_equal(variant->width, 64);
	assert_int_equal(variant->height, 36);
	assert_int_equal(variant->frame_rate_milli, 29970);
	assert_string_equal(variant[1].name, "v2.m3u8");
	assert_null(variant[1].audio); /* no such list: it is in the variant */
	assert_null(variant[1].codecs);
	playlist_free(&playlist);
}

static void
subtitles_are_not_used(void **state)
{
	struct playlist playlist;

	(void)state;
	takes(&playlist, HEAD INF "a.vtt\n" INF "b.vtt\n");
	assert_true(playlist.unused);
	assert_int_equal(playlist.segment_count, 0);
	playlist_free(&playlist);
	refuses(HEAD INF "a.vtt\n" INF "b.ts\n", "Line 6: subtitles");
	refuses(HEAD INF "a.ts\n" INF "b.vtt\n", "Line 6: subtitles");
}

static void
a_name_is_found_in_what_encoders_list(void **state)
{
	static const struct {
		const char *own, *listed, *name;
	} NAMES[] = {
		{ "i.m3u8", "a.ts", "a.ts" },
		{ "i.m3u8", "f/a.ts", "f/a.ts" },
		{ "f/i.m3u8", "a.ts", "f/a.ts" },
		{ "f/i.m3u8", "./a.ts", "f/a.ts" },
		{ "i.m3u8", "a.ts?x=1", "a.ts" },
		{ "i.m3u8", "a.ts#t=1?", "a.ts" },
		{ "i.m3u8", "http://host:8080/push/tok/a.ts", "a.ts" },
		{ "i.m3u8", "HTTPS://u:p@host/push/tok/f/a.ts?q", "f/a.ts" },
		{ "i.m3u8", "http://host/sub/push/tok/a.ts", "a.ts" },
		{ "f/i.m3u8", "/push/tok/a.ts", "a.ts" },
		{ "f/i.m3u8", "//host/push/tok/g/a.ts", "g/a.ts" },
		{ "i.m3u8", "/api/live/id/media/a.ts", "a.ts" },
		{ "i.m3u8", "http://h/api/live/id/media/f/a.ts", "f/a.ts" },
		{ "i.m3u8", "/push/tok/media/a.ts", "media/a.ts" },
		{ "i.m3u8", "/push/tok/push/a.ts", "push/a.ts" },
	};
	struct playlist playlist;
	struct error err;
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(NAMES); i++) {
		(void)snprintf(
		    text, sizeof(text), HEAD INF "%s\n", NAMES[i].listed);
		unit_ok(parse_as(&playlist, text, NAMES[i].own, &err), &err);
		assert_string_equal(playlist.segments[0].name, NAMES[i].name);
		playlist_free(&playlist);
	}
}

static void
other_names_are_refused(void **state)
{
	static const char *const WRONG[] = { "../a.ts", "f/../a.ts", "..",
		"./../a.ts", ".a.ts", "f/.a.ts", "f/g/a.ts", "a%2ets",
		"a\\b.ts", "%2e%2e/a.ts", "a b.ts", "?a.ts", "./",
		"file:///push/t/a.ts", "ftp://h/push/t/a.ts",
		"C:\\push\\t\\a.ts", "data:a.ts", "/a.ts", "/live/x/a.ts",
		"http://host/a.ts", "http://host", "http://", "//", "/",
		"http://push/t/a.ts", "/push/a.ts", "/push//a.ts",
		"/push/t/../a.ts", "/push/t/f/g/a.ts", "/media/a.ts",
		"/live/id/media/a.ts", "a.exe", "a", "\xc3\xa4.ts",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaa.ts" };
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		(void)snprintf(text, sizeof(text), HEAD INF "%s\n", WRONG[i]);
		refuses(text, "Line 4: the name");
		(void)snprintf(text, sizeof(text),
		    HEAD "#EXT-X-MAP:URI=\"%s\"\n", WRONG[i]);
		refuses(text, "Line 3: the name");
	}
	refuses(HEAD INF "a.m3u8\n", "Line 4: the name is no segment's");
	refuses(HEAD INF "a.jpg\n", "Line 4: the name is no segment's");
	refuses(HEAD INF "a.m4s\n", "Line 4: a segment of MP4 needs");
}

static void
bad_playlists_are_refused_by_line(void **state)
{
	static const struct {
		const char *text, *words;
	} WRONG[] = {
		{ "", "Line 1: a playlist begins" },
		{ "\n\n", "Line 2: a playlist begins" },
		{ "\n#EXTINF:1,\n#EXTM3U\n", "Line 2: a playlist begins" },
		{ "#EXTM3U8\n", "Line 1: a playlist begins" },
		{ "<html>", "Line 1: a playlist begins" },
		{ "#EXTM3U\n", "without EXT-X-TARGETDURATION" },
		{ "#EXTM3U\n" INF "a.ts\n", "without EXT-X-TARGETDURATION" },
		{ HEAD "#EXT-X-TARGETDURATION:2\n", "Line 3: EXT-X-TARGET" },
		{ HEAD "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-MEDIA-SEQUENCE:0\n",
		    "Line 4: EXT-X-MEDIA-SEQUENCE stands twice" },
		{ HEAD INF "#EXT-X-MEDIA-SEQUENCE:0\na.ts\n", "Line 4: EXT" },
		{ HEAD INF "a.ts\n#EXT-X-MEDIA-SEQUENCE:0\n", "Line 5: EXT" },
		{ HEAD INF INF "a.ts\n", "Line 4: an EXTINF comes" },
		{ HEAD "a.ts\n", "Line 3: a name has neither" },
		{ HEAD INF "a.ts\nb.ts\n", "Line 5: a name has neither" },
		{ HEAD INF, "ends before a name" },
		{ HEAD "#EXT-X-BYTERANGE:10@0\n", "Line 3: byte ranges" },
		{ HEAD "#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"1@0\"\n",
		    "Line 3: byte ranges" },
		{ HEAD "#EXT-X-MAP:BYTERANGE=\"1\"\n", "byte ranges" },
		{ HEAD "#EXT-X-MAP:\n", "Line 3: EXT-X-MAP has no URI" },
		{ HEAD "#EXT-X-MAP:URI=i.mp4\n", "EXT-X-MAP has no URI" },
		{ HEAD "#EXT-X-MAP:URI=\"\"\n", "EXT-X-MAP has no URI" },
		{ HEAD "#EXT-X-MAP:URI=\"i.ts\"\n", "EXT-X-MAP names no" },
		{ HEAD "#EXT-X-MAP:URI=\"i.mp4\n", "attributes can't be" },
		{ HEAD "#EXT-X-MAP:URI=\"i.mp4\"x\n", "attributes can't be" },
		{ HEAD "#EXT-X-MAP:URI\n", "attributes can't be" },
		{ HEAD "#EXT-X-MAP:uri=\"i.mp4\"\n", "attributes can't be" },
		{ HEAD "#EXT-X-MAP:=\"i.mp4\"\n", "attributes can't be" },
		{ HEAD "#EXT-X-MAP:A,URI=\"i.mp4\"\n", "attributes can't be" },
		{ HEAD "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n", "encrypted" },
		{ HEAD "#EXT-X-KEY:URI=\"k\"\n", "Line 3: encrypted" },
		{ HEAD "#EXT-X-KEY:METHOD\n", "attributes can't be" },
		{ "#EXTM3U\n#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES\n",
		    "Line 2: encrypted" },
		{ HEAD "#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n", "leaves segments" },
		{ HEAD "#EXT-X-I-FRAMES-ONLY\n", "Line 3: a playlist of st" },
		{ HEAD "#EXT-X-PROGRAM-DATE-TIME:now\n", "Line 3: EXT-X-PRO" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		refuses(WRONG[i].text, WRONG[i].words);
}

#define STREAM "#EXT-X-STREAM-INF:BANDWIDTH=1"
#define MEDIA "#EXT-X-MEDIA:TYPE=AUDIO,URI=\"a.m3u8\""

static void
bad_multivariant_playlists_are_refused(void **state)
{
	static const struct {
		const char *text, *words;
	} WRONG[] = {
		{ STREAM "\n", "ends before a name" },
		{ STREAM "\n" STREAM "\nv.m3u8\n", "Line 3: an EXT-X-STREAM" },
		{ "#EXT-X-STREAM-INF:\nv.m3u8\n", "has no BANDWIDTH" },
		{ "#EXT-X-STREAM-INF:BANDWIDTH=0\nv.m3u8\n", "no BANDWIDTH" },
		{ "#EXT-X-STREAM-INF:BANDWIDTH=-1\nv.m3u8\n", "a value" },
		{ "#EXT-X-STREAM-INF:BANDWIDTH\nv.m3u8\n", "attributes" },
		{ STREAM ",RESOLUTION=64\nv.m3u8\n", "Line 2: an attribute" },
		{ STREAM ",RESOLUTION=0x0\nv.m3u8\n", "an attribute" },
		{ STREAM ",RESOLUTION=64x99999\nv.m3u8\n", "an attribute" },
		{ STREAM ",FRAME-RATE=x\nv.m3u8\n", "an attribute" },
		{ STREAM ",FRAME-RATE=1001\nv.m3u8\n", "an attribute" },
		{ STREAM ",CODECS=\"<b>\"\nv.m3u8\n", "an attribute" },
		{ STREAM ",CODECS=avc1\nv.m3u8\n", "an attribute" },
		{ STREAM ",AUDIO=\"\"\nv.m3u8\n", "an attribute" },
		{ STREAM ",AUDIO=\"\x01\"\nv.m3u8\n", "an attribute" },
		{ STREAM "\nv.ts\n", "Line 3: a variant is no playlist" },
		{ STREAM "\n../v.m3u8\n", "Line 3: the name" },
		{ MEDIA ",GROUP-ID=\"g\",NAME=\"n\"\n", "without EXT-X-STR" },
		{ MEDIA ",NAME=\"n\"\n", "no GROUP-ID or no NAME" },
		{ MEDIA ",GROUP-ID=\"g\"\n", "no GROUP-ID or no NAME" },
		{ MEDIA ",GROUP-ID=\"\x7f\"\n", "Line 2: an attribute" },
		{ MEDIA ",LANGUAGE=\"<\"\n", "an attribute" },
		{ MEDIA ",NAME=\"", "attributes can't be read" },
		{ "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"g\",NAME=\"n\","
		  "URI=\"a.ts\"\n",
		    "EXT-X-MEDIA names no playlist" },
		{ STREAM "\nv.m3u8\n" INF "a.ts\n",
		    "Line 4: a playlist lists" },
		{ INF "a.ts\n" STREAM "\nv.m3u8\n",
		    "Line 4: a playlist lists" },
		{ INF "a.ts\n" MEDIA "\n", "Line 4: a playlist lists" },
		{ STREAM "\nv.m3u8\n#EXT-X-ENDLIST\n", "a playlist lists" },
	};
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		(void)snprintf(
		    text, sizeof(text), "#EXTM3U\n%s", WRONG[i].text);
		refuses(text, WRONG[i].words);
	}
}

static void
durations_are_exact(void **state)
{
	static const struct {
		const char *text;
		int64_t us; /* -1: refused */
	} NUMBERS[] = {
		{ "1", 1000000 },
		{ "1.", 1000000 },
		{ "0.1", 100000 },
		{ "6.006", 6006000 },
		{ "0.3333333", 333333 },
		{ "0.66666666666666666666666666666666", 666667 },
		{ "0.9999995", 1000000 },
		{ "3600", INT64_C(3600000000) },
		{ "3600.0000004", INT64_C(3600000000) },
		{ "00000000000000000000002", 2000000 },
		{ "0.001", 1000 },
		{ "0.000001", 1000 }, /* less than a millisecond is one */
		{ "0", 1000 },
		{ " 2 ", 2000000 },
		{ "3600.000001", -1 },
		{ "3601", -1 },
		{ "99999999999999999999", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ "", -1 },
		{ ".5", -1 },
		{ "1e3", -1 },
		{ "0x10", -1 },
		{ "1.5.5", -1 },
		{ "1.x", -1 },
		{ "1.000000x", -1 },
		{ "nan", -1 },
		{ "inf", -1 },
	};
	struct playlist playlist;
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(NUMBERS); i++) {
		(void)snprintf(text, sizeof(text), HEAD "#EXTINF:%s,\na.ts\n",
		    NUMBERS[i].text);
		if (NUMBERS[i].us < 0) {
			refuses(text, "Line 3: EXTINF is no number");
			continue;
		}
		takes(&playlist, text);
		if (playlist.segments[0].duration_us != NUMBERS[i].us)
			fail_msg("%s: %lld", NUMBERS[i].text,
			    (long long)playlist.segments[0].duration_us);
		playlist_free(&playlist);
	}
}

static void
the_target_covers_the_segments(void **state)
{
	struct playlist playlist;

	(void)state;
	takes(&playlist, HEAD "#EXTINF:2.49,\na.ts\n");
	assert_int_equal(playlist.target_s, 2);
	playlist_free(&playlist);
	takes(&playlist, HEAD "#EXTINF:2.5,\na.ts\n");
	assert_int_equal(playlist.target_s, 3);
	playlist_free(&playlist);
	takes(&playlist, "#EXTM3U\n#EXT-X-TARGETDURATION:3600\n");
	assert_int_equal(playlist.target_s, 3600);
	playlist_free(&playlist);
	refuses("#EXTM3U\n#EXT-X-TARGETDURATION:3601\n", "Line 2: EXT-X-TAR");
	refuses("#EXTM3U\n#EXT-X-TARGETDURATION:-1\n", "Line 2: EXT-X-TAR");
	refuses("#EXTM3U\n#EXT-X-TARGETDURATION:1.5\n", "Line 2: EXT-X-TAR");
	refuses("#EXTM3U\n#EXT-X-TARGETDURATION\n", "Line 2: EXT-X-TAR");
}

static void
sequences_have_53_bits(void **state)
{
	struct playlist playlist;

	(void)state;
	takes(&playlist, HEAD "#EXT-X-MEDIA-SEQUENCE:9007199254740992\n");
	assert_int_equal(playlist.sequence, INT64_C(9007199254740992));
	playlist_free(&playlist);
	refuses(HEAD "#EXT-X-MEDIA-SEQUENCE:9007199254740993\n", "2^53");
	refuses(HEAD "#EXT-X-MEDIA-SEQUENCE:18446744073709551616\n", "2^53");
	refuses(HEAD "#EXT-X-MEDIA-SEQUENCE:-1\n", "Line 3");
	refuses(HEAD "#EXT-X-MEDIA-SEQUENCE:1x\n", "Line 3");
	refuses(HEAD "#EXT-X-MEDIA-SEQUENCE:\n", "Line 3");
}

static void
times_are_those_of_the_calendar(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} TIMES[] = {
		{ "1970-01-01T00:00:00.001Z", 1 },
		{ "2000-02-29T12:00:00Z", INT64_C(951825600000) },
		{ "2026-11-24T11:10:28.384+0000", INT64_C(1795518628384) },
		{ "2026-11-24T11:10:28,384+00:00", INT64_C(1795518628384) },
		{ "2026-11-24t12:10:28.3849999+01", INT64_C(1795518628384) },
		{ "2026-11-24 05:40:28.384-0530", INT64_C(1795518628384) },
		{ "2026-11-24T11:10:28.384", INT64_C(1795518628384) },
		{ "2016-12-31T23:59:60z", INT64_C(1483228800000) },
		{ "9999-12-31T23:59:59.999Z", INT64_C(253402300799999) },
		{ "2024-02-30T00:00:00Z", -1 },
		{ "2023-02-29T00:00:00Z", -1 },
		{ "2100-02-29T00:00:00Z", -1 },
		{ "2024-04-31T00:00:00Z", -1 },
		{ "2024-00-01T00:00:00Z", -1 },
		{ "2024-13-01T00:00:00Z", -1 },
		{ "2024-01-00T00:00:00Z", -1 },
		{ "2024-01-01T24:00:00Z", -1 },
		{ "2024-01-01T00:60:00Z", -1 },
		{ "2024-01-01T00:00:61Z", -1 },
		{ "2024-01-01T00:00:00.Z", -1 },
		{ "2024-01-01T00:00Z", -1 },
		{ "2024-01-01", -1 },
		{ "20240101T000000Z", -1 },
		{ "2024-1-1T00:00:00Z", -1 },
		{ "2024-01-01T00:00:00Zx", -1 },
		{ "2024-01-01T00:00:00+1", -1 },
		{ "2024-01-01T00:00:00+01:", -1 },
		{ "2024-01-01T00:00:00+24:00", -1 },
		{ "2024-01-01T00:00:00+01:00x", -1 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "1970-01-01T00:00:00+01:00", -1 },
		{ "", -1 },
	};
	struct playlist playlist;
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(TIMES); i++) {
		(void)snprintf(text, sizeof(text),
		    HEAD "#EXT-X-PROGRAM-DATE-TIME:%s\n" INF "a.ts\n",
		    TIMES[i].text);
		if (TIMES[i].ms < 0) {
			refuses(text, "Line 3: EXT-X-PROGRAM-DATE-TIME");
			continue;
		}
		takes(&playlist, text);
		if (playlist.segments[0].at_unix_ms != TIMES[i].ms)
			fail_msg("%s: %lld", TIMES[i].text,
			    (long long)playlist.segments[0].at_unix_ms);
		playlist_free(&playlist);
	}
}

static void
only_text_is_a_playlist(void **state)
{
	static const char *const WRONG[] = { "\x80", "\xc0\xaf", "\xc3",
		"\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xff" };
	static const char NUL[] = HEAD "# a\0b\n";
	struct playlist playlist;
	struct error err;
	char text[256];
	size_t i;

	(void)state;
	takes(&playlist, HEAD "# \xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\xb1\n");
	playlist_free(&playlist);
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		(void)snprintf(text, sizeof(text), HEAD "# %s\n", WRONG[i]);
		refuses(text, "Line 3: it isn't UTF-8 text");
	}
	unit_fails(
	    playlist_parse(&playlist, NUL, sizeof(NUL) - 1, "a.m3u8", &err),
	    &err, ERROR_INPUT);
	assert_non_null(strstr(err.detail, "Line 3: it isn't UTF-8 text"));
}

/* A text of `head`, and `line` written `count` times. */
static char *
repeat(const char *head, const char *line, size_t count)
{
	const size_t size = strlen(line);
	char *text = malloc(strlen(head) + count * size + 1), *at;
	size_t i;

	assert_non_null(text);
	(void)memcpy(text, head, strlen(head));
	at = text + strlen(head);
	for (i = 0; i < count; i++, at += size)
		(void)memcpy(at, line, size);
	*at = '\0';
	return text;
}

static void
there_are_bounds(void **state)
{
	struct playlist playlist;
	char *text;

	(void)state;
	text = repeat(HEAD "#", "x", PLAYLIST_LINE_MAX - 1);
	takes(&playlist, text);
	playlist_free(&playlist);
	free(text);
	text = repeat(HEAD "#", "x", PLAYLIST_LINE_MAX);
	refuses(text, "Line 3: it is too long");
	free(text);
	text = repeat(HEAD, "#\n", PLAYLIST_BYTES_MAX / 2);
	refuses(text, "The playlist is too long.");
	free(text);
	text = repeat(HEAD, "#EXTINF:1,\na.ts\n", PLAYLIST_SEGMENTS_MAX);
	takes(&playlist, text);
	assert_int_equal(playlist.segment_count, PLAYLIST_SEGMENTS_MAX);
	playlist_free(&playlist);
	free(text);
	text = repeat(HEAD, "#EXTINF:1,\na.ts\n", PLAYLIST_SEGMENTS_MAX + 1);
	refuses(text, "there are too many segments");
	free(text);
	text = repeat(HEAD, "#EXT-X-MAP:URI=\"i.mp4\"\n", 110000);
	refuses(text, "the playlist lists too much");
	free(text);
	text =
	    repeat("#EXTM3U\n", STREAM "\nv.m3u8\n", PLAYLIST_VARIANTS_MAX + 1);
	refuses(text, "too many variants");
	free(text);
	text = repeat("#EXTM3U\n", MEDIA ",GROUP-ID=\"g\",NAME=\"n\"\n",
	    PLAYLIST_AUDIOS_MAX + 1);
	refuses(text, "too many EXT-X-MEDIA");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ffmpeg_hls_is_read),
		cmocka_unit_test(ffmpeg_dash_is_read),
		cmocka_unit_test(lines_end_and_begin_as_they_like),
		cmocka_unit_test(marks_belong_to_one_segment),
		cmocka_unit_test(what_is_not_used_is_passed_over),
		cmocka_unit_test(a_multivariant_playlist_is_read),
		cmocka_unit_test(subtitles_are_not_used),
		cmocka_unit_test(a_name_is_found_in_what_encoders_list),
		cmocka_unit_test(other_names_are_refused),
		cmocka_unit_test(bad_playlists_are_refused_by_line),
		cmocka_unit_test(bad_multivariant_playlists_are_refused),
		cmocka_unit_test(durations_are_exact),
		cmocka_unit_test(the_target_covers_the_segments),
		cmocka_unit_test(sequences_have_53_bits),
		cmocka_unit_test(times_are_those_of_the_calendar),
		cmocka_unit_test(only_text_is_a_playlist),
		cmocka_unit_test(there_are_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
