/*
 * live/sdp.h: what players and publishers offer, and what is refused.
 */
#include "live/sdp.h"
#include "unit.h"

#define NL "\r\n"
#define PWD "asd88fgpdd777uzjYhagZg"
#define HEAD                                                       \
	"v=0" NL "o=- 1 1 IN IP4 127.0.0.1" NL "s=-" NL "t=0 0" NL \
	"a=group:BUNDLE 0 1" NL "a=ice-options:trickle ice2" NL    \
	"a=fingerprint:sha-256 AB:CD" NL
#define ICE "a=ice-ufrag:8hhY" NL "a=ice-pwd:" PWD NL
#define VIDEO "m=video 9 UDP/TLS/RTP/SAVPF 96 97" NL "a=mid:0" NL
#define AUDIO "m=audio 9 UDP/TLS/RTP/SAVPF 111" NL "a=mid:1" NL
#define HOST "candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host"

static void
takes(struct sdp *sdp, const char *text)
{
	struct error err;

	if (sdp_parse(sdp, text, strlen(text), &err) != 0)
		fail_msg("%s\n%s", err.detail, text);
}

static void
refuses(const char *text, const char *words)
{
	struct error err;
	struct sdp sdp;

	if (sdp_parse(&sdp, text, strlen(text), &err) == 0)
		fail_msg("it was taken:\n%s", text);
	assert_int_equal(err.code, ERROR_INPUT);
	if (strstr(err.detail, words) == NULL)
		fail_msg("\"%s\" doesn't say \"%s\"", err.detail, words);
}

static void
refuses_offer(const char *text, enum sdp_side side, enum error_code code)
{
	struct error err;
	struct sdp sdp;

	takes(&sdp, text);
	assert_int_equal(sdp_check_offer(&sdp, side, &err), -1);
	assert_int_equal(err.code, code);
}

static void
takes_offer(const char *text, enum sdp_side side)
{
	struct error err;
	struct sdp sdp;

	takes(&sdp, text);
	if (sdp_check_offer(&sdp, side, &err) != 0)
		fail_msg("%s\n%s", err.detail, text);
}

static void
sections_have_what_stands_behind_them(void **state)
{
	struct sdp sdp;

	(void)state;
	takes(&sdp, HEAD VIDEO ICE "a=recvonly" NL "a=" HOST NL AUDIO
				   "a=sendonly" NL "a=end-of-candidates" NL);
	assert_int_equal(sdp.media_count, 2);
	assert_int_equal(sdp.media[0].kind, SDP_VIDEO);
	assert_int_equal(sdp.media[0].direction, SDP_RECVONLY);
	assert_true(text_is(sdp.media[0].mid, "0"));
	assert_true(text_is(sdp.media[0].ice.ufrag, "8hhY"));
	assert_int_equal(sdp.media[1].kind, SDP_AUDIO);
	assert_int_equal(sdp.media[1].direction, SDP_SENDONLY);
	assert_null(sdp.media[1].ice.ufrag.at);
	assert_int_equal(sdp.candidate_count, 1);
	assert_int_equal(sdp.candidates[0].media, 0);
	assert_true(text_is(sdp.candidates[0].text, HOST));
	assert_true(sdp.ended);
	assert_true(sdp.fingerprint);
	assert_true(text_is(sdp_ice(&sdp).pwd, PWD));
}

static void
a_direction_of_the_session_is_each_sections(void **state)
{
	struct sdp sdp;

	(void)state;
	takes(&sdp, HEAD "a=recvonly" NL VIDEO AUDIO "a=inactive" NL);
	assert_int_equal(sdp.media[0].direction, SDP_RECVONLY);
	assert_int_equal(sdp.media[1].direction, SDP_INACTIVE);
	takes(&sdp, HEAD VIDEO);
	assert_int_equal(sdp.media[0].direction, SDP_SENDRECV);
}

static void
lines_end_in_lf_as_well(void **state)
{
	struct sdp sdp;

	(void)state;
	takes(&sdp, "v=0\nm=video 9 UDP/TLS/RTP/SAVPF 96\na=mid:x");
	assert_true(text_is(sdp.media[0].mid, "x"));
}

static void
what_breaks_the_grammar_is_refused_by_its_line(void **state)
{
	char big[400];

	(void)state;
	refuses("", "empty");
	refuses("v=1" NL, "line 1");
	refuses("o=-" NL, "line 1");
	refuses("v=0" NL NL, "line 2");
	refuses("v=0" NL "x" NL, "line 2");
	refuses("v=0" NL "A=x" NL, "line 2");
	refuses("v=0" NL "a:x" NL, "line 2");
	refuses("v=0" NL "a=\x01" NL, "control");
	refuses("v=0" NL "a=\xff" NL, "UTF-8");
	refuses("v=0" NL "m=video" NL, "line 2");
	refuses("v=0" NL "m=video 9" NL, "line 2");
	refuses("v=0" NL "m=video 9 RTP" NL, "line 2");
	refuses("v=0" NL "m= 9 RTP 96" NL, "line 2");
	refuses("v=0" NL "a=mid:0" NL, "mid");
	refuses(HEAD VIDEO "a=mid:" NL, "mid");
	refuses(HEAD VIDEO "a=ice-ufrag:abc" NL, "ICE");
	refuses(HEAD VIDEO "a=ice-ufrag:a\"bc" NL, "ICE");
	refuses(HEAD VIDEO "a=ice-pwd:short" NL, "ICE");
	(void)snprintf(big, sizeof(big), "v=0" NL "a=ice-ufrag:%0257d" NL, 0);
	refuses(big, "ICE");
}

/* A text that ends in so many lines of one kind. */
static const char *
many(const char *begin, const char *line, int count)
{
	static struct buf text;

	buf_free(&text);
	buf_init(&text, 16384);
	buf_text(&text, begin);
	while (count-- > 0)
		buf_text(&text, line);
	assert_false(text.failed);
	return text.data;
}

static void
sections_and_candidates_have_a_limit(void **state)
{
	struct sdp sdp;

	(void)state;
	takes(&sdp, many(HEAD, VIDEO, SDP_MEDIA_MAX));
	assert_int_equal(sdp.media_count, SDP_MEDIA_MAX);
	refuses(many(HEAD, VIDEO, SDP_MEDIA_MAX + 1), "too many");
	takes(&sdp, many(HEAD VIDEO, "a=" HOST NL, SDP_CANDIDATE_MAX));
	assert_int_equal(sdp.candidate_count, SDP_CANDIDATE_MAX);
	refuses(
	    many(HEAD VIDEO, "a=" HOST NL, SDP_CANDIDATE_MAX + 1), "too many");
	(void)many("", "", 0);
}

static void
candidates_that_are_no_use_are_left_out(void **state)
{
	struct sdp sdp;

	(void)state;
	takes(&sdp, HEAD VIDEO "a=candidate:" NL "a=candidate:1 1 udp" NL
			       "a=candidate:1 1 udp x! 192.0.2.1 9 typ host" NL
			       "a=candidate:1 1 udp 1 192.0.2.1 9 tip host" NL
			       "a=candidate:1 1 udp 1 192.0.2.1 9 typ" NL
			       "a=candidate:1  udp 1 192.0.2.1 9 typ host" NL);
	assert_int_equal(sdp.candidate_count, 0);
	takes(&sdp, HEAD VIDEO "a=candidate:1 1 tcp 1 x.local 9 typ host "
			       "tcptype active generation 0" NL);
	assert_int_equal(sdp.candidate_count, 1);
}

static void
offers_go_the_right_way(void **state)
{
	(void)state;
	takes_offer(HEAD ICE VIDEO "a=recvonly" NL AUDIO, SDP_PLAYS);
	takes_offer(HEAD ICE VIDEO "a=sendonly" NL, SDP_PUBLISHES);
	takes_offer(HEAD ICE AUDIO, SDP_PUBLISHES);
	refuses_offer(
	    HEAD ICE VIDEO "a=sendonly" NL, SDP_PLAYS, ERROR_UNPROCESSABLE);
	refuses_offer(
	    HEAD ICE VIDEO "a=recvonly" NL, SDP_PUBLISHES, ERROR_UNPROCESSABLE);
	refuses_offer(
	    HEAD ICE VIDEO "a=inactive" NL, SDP_PLAYS, ERROR_UNPROCESSABLE);
}

static void
offers_have_one_track_of_a_kind(void **state)
{
	static const char DATA[] =
	    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel" NL;
	char text[1024];

	(void)state;
	refuses_offer(HEAD ICE VIDEO VIDEO, SDP_PLAYS, ERROR_UNPROCESSABLE);
	refuses_offer(HEAD ICE, SDP_PLAYS, ERROR_UNPROCESSABLE);
	refuses_offer(HEAD ICE "m=video 0 UDP/TLS/RTP/SAVPF 96" NL, SDP_PLAYS,
	    ERROR_UNPROCESSABLE);
	takes_offer(HEAD ICE VIDEO "m=audio 0 UDP/TLS/RTP/SAVPF 96" NL
				   "a=bundle-only" NL,
	    SDP_PLAYS);
	takes_offer(
	    HEAD ICE VIDEO "m=video 0 UDP/TLS/RTP/SAVPF 96" NL, SDP_PLAYS);
	(void)snprintf(text, sizeof(text), "%s%s%s%s", HEAD ICE VIDEO, DATA,
	    DATA, "a=inactive" NL);
	takes_offer(text, SDP_PLAYS);
}

static void
offers_have_what_ice_and_dtls_need(void **state)
{
	(void)state;
	refuses_offer(HEAD VIDEO, SDP_PLAYS, ERROR_INPUT);
	refuses_offer(HEAD "a=ice-ufrag:8hhY" NL VIDEO, SDP_PLAYS, ERROR_INPUT);
	refuses_offer("v=0" NL ICE VIDEO, SDP_PLAYS, ERROR_INPUT);
}

static void
a_fragment_has_attributes_and_sections_alone(void **state)
{
	static const char GOOD[] = ICE VIDEO "a=" HOST NL;
	struct error err;
	struct sdp sdp;

	(void)state;
	assert_int_equal(sdp_parse_fragment(&sdp, GOOD, strlen(GOOD), &err), 0);
	assert_int_equal(sdp.candidate_count, 1);
	assert_int_equal(
	    sdp_parse_fragment(&sdp, HEAD, strlen(HEAD), &err), -1);
	assert_int_equal(sdp_parse_fragment(&sdp, "", 0, &err), -1);
}

static int64_t
tag_of(const char *text)
{
	struct sdp sdp;

	takes(&sdp, text);
	return sdp_ice_tag(&sdp);
}

static void
tags_tell_credentials_apart(void **state)
{
	const int64_t tag = tag_of(HEAD ICE VIDEO);

	(void)state;
	assert_int_not_equal(tag, 0);
	assert_int_equal(tag, tag_of(HEAD VIDEO ICE "a=" HOST NL AUDIO));
	assert_int_not_equal(
	    tag, tag_of(HEAD "a=ice-ufrag:other" NL "a=ice-pwd:" PWD NL VIDEO));
	assert_int_not_equal(tag,
	    tag_of(HEAD "a=ice-ufrag:8hhY" NL "a=ice-pwd:" PWD "x" NL VIDEO));
}

static void
a_fragment_is_written_of_the_bundles_first_section(void **state)
{
	struct buf text;
	struct sdp sdp;

	(void)state;
	takes(&sdp, HEAD "a=ice-lite" NL "m=audio 0 UDP/TLS/RTP/SAVPF 111" NL
			 "a=mid:1" NL VIDEO ICE "a=" HOST NL);
	buf_init(&text, 4096);
	sdp_write_fragment(&sdp, &text);
	assert_string_equal(text.data,
	    "a=ice-lite" NL "a=ice-options:trickle ice2" NL
	    "a=group:BUNDLE 0 1" NL "m=video 9 UDP/TLS/RTP/SAVPF 96 97" NL
	    "a=mid:0" NL ICE "a=" HOST NL "a=end-of-candidates" NL);
	assert_int_equal(sdp_parse_fragment(
			     &sdp, text.data, text.size, &(struct error){ 0 }),
	    0);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_have_what_stands_behind_them),
		cmocka_unit_test(a_direction_of_the_session_is_each_sections),
		cmocka_unit_test(lines_end_in_lf_as_well),
		cmocka_unit_test(
		    what_breaks_the_grammar_is_refused_by_its_line),
		cmocka_unit_test(sections_and_candidates_have_a_limit),
		cmocka_unit_test(candidates_that_are_no_use_are_left_out),
		cmocka_unit_test(offers_go_the_right_way),
		cmocka_unit_test(offers_have_one_track_of_a_kind),
		cmocka_unit_test(offers_have_what_ice_and_dtls_need),
		cmocka_unit_test(a_fragment_has_attributes_and_sections_alone),
		cmocka_unit_test(tags_tell_credentials_apart),
		cmocka_unit_test(
		    a_fragment_is_written_of_the_bundles_first_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
