/*
 * Session descriptions. A text is lines of "<letter>=<value>"; the lines behind
 * an "m=" belong to that section. A table says what is read; the rest passes.
 */
#include <string.h>

#include "base/digest.h"
#include "live/sdp.h"

#define UFRAG_MIN 4 /* RFC 8839, section 5.4 */
#define PWD_MIN 22
#define ICE_MAX 256
#define MID_MAX 64
#define WORD_MAX 64
#define CANDIDATE_TEXT_MAX 512
#define CANDIDATE_TOKENS 8 /* as far as the type, RFC 8839, section 5.1 */

struct line {
	int number;
	char letter;
	struct text value;
};

/* True if the text begins so, and *rest is what comes behind. */
static bool
text_begins(struct text text, const char *word, struct text *rest)
{
	const size_t size = strlen(word);

	if (text.size < size || memcmp(text.at, word, size) != 0)
		return false;
	rest->at = text.at + size;
	rest->size = text.size - size;
	return true;
}

static int
line_error(const struct line *line, const char *what, struct error *err)
{
	return error_set(err, ERROR_INPUT, NULL, "The SDP's line %d %s.",
	    line->number, what);
}

/*
 * The next line off the text's front: 1, 0 at the end, -1 with *err. Lines end
 * in CRLF; LF alone is taken too.
 */
static int
line_next(struct text *text, struct line *line, struct error *err)
{
	struct text value;
	size_t i;

	if (text->size == 0)
		return 0;
	line->number++;
	value = text_cut(text, '\n');
	if (value.size > 0 && value.at[value.size - 1] == '\r')
		value.size--;
	for (i = 0; i < value.size; i++)
		if ((unsigned char)value.at[i] < 0x20 && value.at[i] != '\t')
			return line_error(
			    line, "holds a control character", err);
	if (value.size < 2 || value.at[0] < 'a' || value.at[0] > 'z' ||
	    value.at[1] != '=')
		return line_error(line, "is not <letter>=<value>", err);
	if (!text_utf8(value))
		return line_error(line, "is not UTF-8", err);
	line->letter = value.at[0];
	line->value.at = value.at + 2;
	line->value.size = value.size - 2;
	return 1;
}

/* "m=<media> <port> <proto> <fmt> ..." */
static int
take_media(struct sdp *sdp, const struct line *line, struct error *err)
{
	struct text rest = line->value, kind, port;
	struct sdp_media *media;

	if (sdp->media_count == SDP_MEDIA_MAX)
		return line_error(line, "is one m= line too many", err);
	kind = text_cut(&rest, ' ');
	port = text_cut(&rest, ' ');
	if (!text_of(kind, "-", WORD_MAX) || !text_of(port, "/", WORD_MAX) ||
	    !text_of(text_cut(&rest, ' '), "/", WORD_MAX) || rest.size == 0)
		return line_error(
		    line, "is not m=<media> <port> <proto> <fmt>", err);
	media = &sdp->media[sdp->media_count++];
	memset(media, 0, sizeof(*media));
	media->kind = text_is(kind, "audio")   ? SDP_AUDIO
		      : text_is(kind, "video") ? SDP_VIDEO
					       : SDP_OTHER;
	media->line = line->value;
	media->refused = text_is(port, "0");
	/* The session's direction is each section's, unless that has its own.
	 */
	media->direction = sdp->direction;
	return 0;
}

static int
take_ice(struct text value, size_t min, struct text *to,
    const struct line *line, struct error *err)
{
	if (value.size < min || !text_of(value, "+/", ICE_MAX))
		return line_error(line, "has bad ICE credentials", err);
	*to = value;
	return 0;
}

/* candidate:<foundation> <component> <transport> <priority> <ip> <port> typ */
static bool
candidate_usable(struct text text)
{
	struct text rest = text, words[CANDIDATE_TOKENS];
	int i;

	if (text.size > CANDIDATE_TEXT_MAX)
		return false;
	for (i = 0; i < CANDIDATE_TOKENS; i++) {
		words[i] = text_cut(&rest, ' ');
		if (words[i].size == 0)
			return false;
	}
	return text_of(words[1], "", WORD_MAX) &&
	       text_of(words[3], "", WORD_MAX) &&
	       text_of(words[5], "", WORD_MAX) && text_is(words[6], "typ");
}

static int
take_candidate(struct sdp *sdp, const struct line *line, struct error *err)
{
	struct sdp_candidate *candidate;

	if (!candidate_usable(line->value))
		return 0;
	if (sdp->candidate_count == SDP_CANDIDATE_MAX)
		return line_error(line, "is one candidate too many", err);
	candidate = &sdp->candidates[sdp->candidate_count++];
	candidate->media = sdp->media_count > 0 ? sdp->media_count - 1 : 0;
	candidate->text = line->value;
	return 0;
}

/* True if the attribute is a direction, and the section's or session's now. */
static bool
take_direction(struct sdp *sdp, struct sdp_media *media, struct text value)
{
	static const char *const WORDS[] = {
		[SDP_SENDRECV] = "sendrecv",
		[SDP_SENDONLY] = "sendonly",
		[SDP_RECVONLY] = "recvonly",
		[SDP_INACTIVE] = "inactive",
	};
	size_t i;

	for (i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (text_is(value, WORDS[i])) {
			*(media != NULL ? &media->direction : &sdp->direction) =
			    (enum sdp_direction)i;
			return true;
		}
	return false;
}

static int
take_attribute(struct sdp *sdp, const struct line *line, struct error *err)
{
	struct sdp_media *media =
	    sdp->media_count > 0 ? &sdp->media[sdp->media_count - 1] : NULL;
	struct sdp_ice *ice = media != NULL ? &media->ice : &sdp->ice;
	const struct text value = line->value;
	struct text rest;

	if (text_begins(value, "candidate:", &rest))
		return take_candidate(sdp, line, err);
	if (text_begins(value, "ice-ufrag:", &rest))
		return take_ice(rest, UFRAG_MIN, &ice->ufrag, line, err);
	if (text_begins(value, "ice-pwd:", &rest))
		return take_ice(rest, PWD_MIN, &ice->pwd, line, err);
	if (text_begins(value, "mid:", &rest)) {
		if (media == NULL || rest.size == 0 || rest.size > MID_MAX)
			return line_error(line, "has a bad mid", err);
		media->mid = rest;
	} else if (text_begins(value, "group:BUNDLE", &rest)) {
		sdp->group = value;
	} else if (text_begins(value, "ice-options:", &rest)) {
		sdp->options = value;
	} else if (text_begins(value, "fingerprint:", &rest)) {
		sdp->fingerprint = true;
	} else if (text_is(value, "ice-lite")) {
		sdp->lite = true;
	} else if (text_is(value, "end-of-candidates")) {
		sdp->ended = true;
	} else if (text_is(value, "bundle-only")) {
		if (media != NULL)
			media->refused = false;
	} else {
		(void)take_direction(sdp, media, value);
	}
	return 0;
}

static int
parse(struct sdp *sdp, struct text text, bool fragment, struct error *err)
{
	struct line line = { .number = 0 };
	int rc;

	memset(sdp, 0, sizeof(*sdp));
	while ((rc = line_next(&text, &line, err)) == 1) {
		if (!fragment && line.number == 1 &&
		    (line.letter != 'v' || !text_is(line.value, "0")))
			return line_error(&line, "is not v=0", err);
		if (fragment && line.letter != 'a' && line.letter != 'm')
			return line_error(&line,
			    "is neither a= nor m=, as a fragment's", err);
		rc = 0;
		if (line.letter == 'm')
			rc = take_media(sdp, &line, err);
		else if (line.letter == 'a')
			rc = take_attribute(sdp, &line, err);
		if (rc != 0)
			return -1;
	}
	if (rc == 0 && line.number == 0)
		return error_set(err, ERROR_INPUT, NULL, "The SDP is empty.");
	return rc;
}

int
sdp_parse(struct sdp *sdp, const char *text, size_t size, struct error *err)
{
	return parse(sdp, (struct text){ text, size }, false, err);
}

int
sdp_parse_fragment(
    struct sdp *sdp, const char *text, size_t size, struct error *err)
{
	return parse(sdp, (struct text){ text, size }, true, err);
}

struct sdp_ice
sdp_ice(const struct sdp *sdp)
{
	const struct sdp_ice none = { .ufrag = { NULL, 0 } };
	int i;

	if (sdp->ice.ufrag.at != NULL)
		return sdp->ice;
	for (i = 0; i < sdp->media_count; i++)
		if (sdp->media[i].ice.ufrag.at != NULL)
			return sdp->media[i].ice;
	return none;
}

int64_t
sdp_ice_tag(const struct sdp *sdp)
{
	const struct sdp_ice ice = sdp_ice(sdp);
	uint64_t digest;

	digest = digest_add(DIGEST_START, ice.ufrag.at, ice.ufrag.size);
	digest = digest_add(digest, ice.pwd.at, ice.pwd.size);
	return (int64_t)(digest >> 1 | 1);
}

static int
check_sections(const struct sdp *sdp, enum sdp_side side, struct error *err)
{
	const enum sdp_direction way =
	    side == SDP_PLAYS ? SDP_RECVONLY : SDP_SENDONLY;
	const struct sdp_media *media;
	int counts[SDP_OTHER + 1] = { 0 };
	int i;

	for (i = 0; i < sdp->media_count; i++) {
		media = &sdp->media[i];
		if (media->refused || media->kind == SDP_OTHER)
			continue;
		if (++counts[media->kind] > 1)
			return error_set(err, ERROR_UNPROCESSABLE, NULL,
			    "A stream has one audio and one video track; the "
			    "offer has two of one kind.");
		if (media->direction != SDP_SENDRECV && media->direction != way)
			return error_set(err, ERROR_UNPROCESSABLE, NULL,
			    "Offer media %s, or sendrecv.",
			    side == SDP_PLAYS ? "recvonly" : "sendonly");
	}
	if (counts[SDP_AUDIO] + counts[SDP_VIDEO] == 0)
		return error_set(err, ERROR_UNPROCESSABLE, NULL,
		    "The offer has neither audio nor video.");
	return 0;
}

int
sdp_check_offer(const struct sdp *sdp, enum sdp_side side, struct error *err)
{
	const struct sdp_ice ice = sdp_ice(sdp);

	if (check_sections(sdp, side, err) != 0)
		return -1;
	if (ice.ufrag.at == NULL || ice.pwd.at == NULL)
		return error_set(err, ERROR_INPUT, NULL,
		    "The SDP has no a=ice-ufrag and a=ice-pwd.");
	if (!sdp->fingerprint)
		return error_set(
		    err, ERROR_INPUT, NULL, "The SDP has no a=fingerprint.");
	return 0;
}

static void
write_attribute(struct buf *to, const char *name, struct text value)
{
	if (value.at == NULL)
		return;
	buf_format(to, "a=%s", name);
	buf_add(to, value.at, value.size);
	buf_text(to, "\r\n");
}

/* The first section that isn't refused: it stands for the whole bundle. */
static int
bundle_section(const struct sdp *sdp)
{
	int i;

	for (i = 0; i < sdp->media_count; i++)
		if (!sdp->media[i].refused)
			return i;
	return 0;
}

void
sdp_write_fragment(const struct sdp *sdp, struct buf *to)
{
	const struct sdp_ice ice = sdp_ice(sdp);
	const int section = bundle_section(sdp);
	int i;

	if (sdp->lite)
		buf_text(to, "a=ice-lite\r\n");
	write_attribute(to, "", sdp->options);
	write_attribute(to, "", sdp->group);
	if (sdp->media_count == 0)
		return;
	buf_text(to, "m=");
	buf_add(to, sdp->media[section].line.at, sdp->media[section].line.size);
	buf_text(to, "\r\n");
	write_attribute(to, "mid:", sdp->media[section].mid);
	write_attribute(to, "ice-ufrag:", ice.ufrag);
	write_attribute(to, "ice-pwd:", ice.pwd);
	for (i = 0; i < sdp->candidate_count; i++)
		if (sdp->candidates[i].media == section)
			write_attribute(to, "", sdp->candidates[i].text);
	buf_text(to, "a=end-of-candidates\r\n");
}
