/*
 * A session description or a fragment, through live/sdp.h, and an answer's
 * message through live/whep.h. The first byte says which.
 */
#include <string.h>

#include "fuzz.h"
#include "live/sdp.h"
#include "live/whep.h"

/* What is kept lies within the text, and is what its name says. */
static void
check_within(struct text part, const char *text, size_t size)
{
	if (part.at == NULL)
		return;
	CHECK(part.at >= text && part.size <= size);
	CHECK(part.at + part.size <= text + size);
	CHECK(memchr(part.at, '\n', part.size) == NULL);
}

static void
check_sdp(const struct sdp *sdp, const char *text, size_t size)
{
	int i;

	CHECK(sdp->media_count >= 0 && sdp->media_count <= SDP_MEDIA_MAX);
	for (i = 0; i < sdp->media_count; i++) {
		check_within(sdp->media[i].line, text, size);
		check_within(sdp->media[i].mid, text, size);
		check_within(sdp->media[i].ice.ufrag, text, size);
		check_within(sdp->media[i].ice.pwd, text, size);
	}
	CHECK(sdp->candidate_count >= 0 &&
	      sdp->candidate_count <= SDP_CANDIDATE_MAX);
	for (i = 0; i < sdp->candidate_count; i++) {
		check_within(sdp->candidates[i].text, text, size);
		CHECK(sdp->candidates[i].media >= 0 &&
		      sdp->candidates[i].media < SDP_MEDIA_MAX);
	}
	CHECK(sdp_ice_tag(sdp) > 0);
}

/* A fragment that is written can be read, and says the same. */
static void
check_written(const struct sdp *sdp)
{
	struct error err;
	struct sdp again;
	struct buf text;

	buf_init(&text, 1024 * 1024);
	sdp_write_fragment(sdp, &text);
	CHECK(!text.failed);
	if (text.size > 0) {
		CHECK(sdp_parse_fragment(&again, text.data, text.size, &err) ==
		      0);
		if (sdp->media_count > 0)
			CHECK(sdp_ice_tag(&again) == sdp_ice_tag(sdp));
	}
	buf_free(&text);
}

/* An offer that is taken has credentials, and media. */
static void
check_offer(const struct sdp *sdp, enum sdp_side side)
{
	struct error err;

	if (sdp_check_offer(sdp, side, &err) != 0) {
		CHECK(
		    err.code == ERROR_INPUT || err.code == ERROR_UNPROCESSABLE);
		return;
	}
	CHECK(sdp->media_count > 0 && sdp_ice(sdp).ufrag.at != NULL &&
	      sdp_ice(sdp).pwd.at != NULL);
}

static void
fuzz_answer(const char *text, size_t size)
{
	struct mail mail = { .type = MAIL_ANSWER };
	struct whep_answer answer;
	struct error err;
	int rc;

	mail.data = strndup(text, size);
	CHECK(mail.data != NULL);
	rc = whep_answer_read(&mail, 7, &answer, &err);
	CHECK((rc == 1) == (answer.text != NULL));
	if (rc == 1)
		check_sdp(&answer.sdp, answer.text, strlen(answer.text));
	whep_answer_free(&answer);
	free(mail.data);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	struct error err;
	struct sdp sdp;
	int rc;

	if (size == 0)
		return 0;
	if (data[0] == 'a') {
		fuzz_answer(text, size - 1);
		return 0;
	}
	if (data[0] == 'f')
		rc = sdp_parse_fragment(&sdp, text, size - 1, &err);
	else
		rc = sdp_parse(&sdp, text, size - 1, &err);
	if (rc != 0) {
		CHECK(err.code == ERROR_INPUT && err.detail[0] != '\0');
		return 0;
	}
	check_sdp(&sdp, text, size - 1);
	check_written(&sdp);
	check_offer(&sdp, SDP_PLAYS);
	check_offer(&sdp, SDP_PUBLISHES);
	return 0;
}
