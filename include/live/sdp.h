/*
 * Session descriptions (SDP, RFC 8866) and their fragments (RFC 8840), only as
 * deep as the doors of WHEP and WHIP need: which media, in which direction,
 * and what ICE was told. Everything else is handed on unread. All text is
 * borrowed; {NULL, 0} where it wasn't there.
 */
#ifndef LIVEBIN_LIVE_SDP_H
#define LIVEBIN_LIVE_SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

#define SDP_TYPE "application/sdp"
#define SDP_FRAGMENT_TYPE "application/trickle-ice-sdpfrag"

/* Media sections and candidates that are kept; more is an error. */
#define SDP_MEDIA_MAX 8
#define SDP_CANDIDATE_MAX 64

enum sdp_kind {
	SDP_AUDIO,
	SDP_VIDEO,
	SDP_OTHER
};

enum sdp_direction {
	SDP_SENDRECV,
	SDP_SENDONLY,
	SDP_RECVONLY,
	SDP_INACTIVE
};

/* What ICE is told, of the whole session or of one section. */
struct sdp_ice {
	struct text ufrag, pwd;
};

struct sdp_media {
	enum sdp_kind kind;
	enum sdp_direction direction;
	bool refused; /* port 0, and not for being bundle-only */
	struct text line, mid;
	struct sdp_ice ice;
};

struct sdp_candidate {
	int media;	  /* the section it stands in */
	struct text text; /* "candidate:..." */
};

struct sdp {
	struct sdp_media media[SDP_MEDIA_MAX];
	struct sdp_candidate candidates[SDP_CANDIDATE_MAX];
	int media_count, candidate_count;
	/* The session's; its sections may have their own. */
	struct sdp_ice ice;
	enum sdp_direction direction;
	struct text group, options;
	bool lite, fingerprint, ended;
};

/*
 * Parses a description, or a fragment. A candidate that can't be used is left
 * out. ERROR_INPUT, whose detail names the line. *sdp borrows from the text.
 * 0, or -1 with *err.
 */
int sdp_parse(struct sdp *sdp, const char *text, size_t size, struct error *err)
    __attribute__((warn_unused_result));
int sdp_parse_fragment(struct sdp *sdp, const char *text, size_t size,
    struct error *err) __attribute__((warn_unused_result));

/* Which way an offer's media go, as its maker sees them. */
enum sdp_side {
	SDP_PLAYS,    /* recvonly or sendrecv */
	SDP_PUBLISHES /* sendonly or sendrecv */
};

/*
 * An offer that a door may take: at most one audio and one video, going the
 * right way, with what ICE and DTLS need. ERROR_INPUT, ERROR_UNPROCESSABLE.
 */
int sdp_check_offer(const struct sdp *sdp, enum sdp_side side,
    struct error *err) __attribute__((warn_unused_result));

/*
 * The credentials that ICE uses: the session's, or the first section's that
 * has some. {{NULL}} if there are none.
 */
struct sdp_ice sdp_ice(const struct sdp *sdp);

/* A number for these credentials: another one after an ICE restart. Never 0. */
int64_t sdp_ice_tag(const struct sdp *sdp);

/* Writes what a fragment has of a description. */
void sdp_write_fragment(const struct sdp *sdp, struct buf *to);

#endif
