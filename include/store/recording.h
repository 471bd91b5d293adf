/*
 * Recordings: the media of one broadcast each, with its renditions, segments
 * and variants. The "lasting" part. A recording is named by its `seq` here
 * and by its id (the playbackId) outside.
 */
#ifndef LIVEBIN_STORE_RECORDING_H
#define LIVEBIN_STORE_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "store/store.h"

#define RECORDING_DETAIL_BYTES 400
#define RENDITION_NAME_BYTES 130
#define RENDITIONS_MAX 16
#define VARIANT_TEXT_BYTES 200

/* The numbers are stored. */
enum recording_state {
	RECORDING_LIVE,	      /* media comes in */
	RECORDING_PROCESSING, /* over; the replay is being made */
	RECORDING_READY,
	RECORDING_FAILED, /* no replay; the media is kept */
	RECORDING_GOING,  /* nobody sees it any more; being removed */
	RECORDING_STATE__MAX
};

struct recording {
	int64_t seq;
	char id[ID_BYTES];
	char stream_id[ID_BYTES];
	enum recording_state state;
	int64_t started_unix_ms, ended_unix_ms; /* ended: 0 while it comes */
	int64_t duration_ms;			/* of the longest rendition */
	int64_t bytes;
	int64_t renditions;
	int64_t mp4_bytes; /* 0: no replay.mp4 */
	bool poster, thumbs;
	char detail[RECORDING_DETAIL_BYTES]; /* "" or what could not be made */
};

/* Adds one in state LIVE; its id and stream_id are read. 0 and ->seq, or -1. */
int store_recording_insert(struct store *store, struct recording *recording,
    struct error *err) __attribute__((warn_unused_result));

/* By seq; a stream's newest that isn't GOING. 1, 0 if there is none, or -1. */
int store_recording_get(struct store *store, int64_t seq,
    struct recording *recording, struct error *err)
    __attribute__((warn_unused_result));
int store_recording_newest(struct store *store, const char *stream_id,
    struct recording *recording, struct error *err)
    __attribute__((warn_unused_result));

/* The newest that has anything to show. 1 and *recording, 0, or -1. */
int store_recording_shown(struct store *store, const char *stream_id,
    struct recording *recording, struct error *err)
    __attribute__((warn_unused_result));

/*
 * A stream's newest that is over and isn't finished with: PROCESSING or GOING.
 * 1, 0 if there is none, or -1.
 */
int store_recording_ended(struct store *store, const char *stream_id,
    struct recording *recording, struct error *err)
    __attribute__((warn_unused_result));

/* The next of a stream's, behind `after_seq`, whatever its state. 1, 0, -1. */
int store_recording_next(struct store *store, const char *stream_id,
    int64_t after_seq, struct recording *recording, struct error *err)
    __attribute__((warn_unused_result));

/* The next of all, behind `after_seq`; by its id. 1 and *recording, 0, or -1.
 */
int store_recording_after(struct store *store, int64_t after_seq,
    struct recording *recording, struct error *err)
    __attribute__((warn_unused_result));
int store_recording_find(struct store *store, const char *id,
    struct recording *recording, struct error *err)
    __attribute__((warn_unused_result));

/* Moves a recording from one state to another. 1, 0 if it isn't in it, -1. */
int store_recording_turn(struct store *store, int64_t seq,
    const enum recording_state states[2], int64_t unix_ms, struct error *err)
    __attribute__((warn_unused_result));

/* Adds to its bytes; raises its duration to that at least. 0 or -1. */
int store_recording_grow(struct store *store, int64_t seq, int64_t bytes,
    int64_t duration_ms, struct error *err) __attribute__((warn_unused_result));

/* How many renditions it has by now. 0 or -1. */
int store_recording_set_renditions(struct store *store, int64_t seq,
    int64_t renditions, struct error *err) __attribute__((warn_unused_result));

/* What was made of it. 0, or -1. A detail is added behind what is there. */
int store_recording_set_mp4(struct store *store, int64_t seq, int64_t bytes,
    struct error *err) __attribute__((warn_unused_result));
int store_recording_set_pictures(struct store *store, int64_t seq, bool poster,
    bool thumbs, struct error *err) __attribute__((warn_unused_result));
int store_recording_add_detail(struct store *store, int64_t seq,
    const char *detail, struct error *err) __attribute__((warn_unused_result));

/* Removes up to `max` of its rows; 1 once the recording's own is gone, 0. */
int store_recording_delete(struct store *store, int64_t seq, int64_t max,
    struct error *err) __attribute__((warn_unused_result));

/*
 * For retention: of those that are kept, READY or FAILED, the one that ended
 * first, if before `ended_before_unix_ms` (1 and *recording, 0 or -1); and what
 * they weigh together (0 and *bytes, or -1).
 */
int store_recording_oldest(struct store *store, int64_t ended_before_unix_ms,
    struct recording *recording, struct error *err)
    __attribute__((warn_unused_result));
int store_recording_kept_bytes(struct store *store, int64_t *bytes,
    struct error *err) __attribute__((warn_unused_result));

/* What all recordings weigh together. 0 and *bytes, or -1. */
int store_site_media_bytes(struct store *store, int64_t *bytes,
    struct error *err) __attribute__((warn_unused_result));

/* A pushed playlist of a recording; see schema.sql. */
struct rendition {
	int64_t recording, number;
	char name[RENDITION_NAME_BYTES];
	int64_t target_s;
	int64_t session, sequence;
	int64_t segments, duration_us, bytes;
	int64_t end_unix_ms;
	int64_t inits, init_digest;
	int64_t window_seq, window_breaks;
	int64_t dvr_bytes;
};

/* Writes the row, new or not. 0 or -1. */
int store_rendition_put(struct store *store, const struct rendition *rendition,
    struct error *err) __attribute__((warn_unused_result));

/* One; all of a recording by number (RENDITIONS_MAX fit): how many, or -1. */
int store_rendition_get(struct store *store, int64_t recording, int64_t number,
    struct rendition *rendition, struct error *err)
    __attribute__((warn_unused_result));
int store_rendition_list(struct store *store, int64_t recording,
    struct rendition *renditions, struct error *err)
    __attribute__((warn_unused_result));

/* What a multivariant playlist said of a playlist. Texts may be "". */
struct variant {
	char name[RENDITION_NAME_BYTES];
	bool audio; /* EXT-X-MEDIA of TYPE=AUDIO, else EXT-X-STREAM-INF */
	int64_t bandwidth, width, height, frame_rate_milli;
	char codecs[VARIANT_TEXT_BYTES], group[VARIANT_TEXT_BYTES];
	char label[VARIANT_TEXT_BYTES], language[VARIANT_TEXT_BYTES];
	bool is_default;
};

/* Writes the row, new or not. 0 or -1. */
int store_variant_put(struct store *store, int64_t recording,
    const struct variant *variant, struct error *err)
    __attribute__((warn_unused_result));

/* 1 and *variant, 0, or -1. */
int store_variant_get(struct store *store, int64_t recording, const char *name,
    struct variant *variant, struct error *err)
    __attribute__((warn_unused_result));

/* How many a recording has, or -1. */
int store_variant_count(struct store *store, int64_t recording,
    struct error *err) __attribute__((warn_unused_result));

struct segment {
	int64_t recording, rendition, seq;
	int64_t duration_us;
	int64_t at_unix_ms;
	int64_t bytes;
	int64_t kind; /* enum media_kind of the file */
	int64_t init; /* -1: none */
	bool discontinuity, gap;
};

/* Adds one; `missing` is a gap's pushed name, or NULL. 0 or -1. */
int store_segment_insert(struct store *store, const struct segment *segment,
    const char *missing, struct error *err) __attribute__((warn_unused_result));

/* 1 if a recording has a segment that isn't a gap, 0, or -1. */
int store_segment_there(struct store *store, int64_t recording,
    struct error *err) __attribute__((warn_unused_result));

/* A gap that waits for that name. 1 and *segment, 0, or -1. */
int store_segment_missing(struct store *store, int64_t recording,
    const char *name, struct segment *segment, struct error *err)
    __attribute__((warn_unused_result));

/* Makes a segment of the gap at its place: bytes and init are read. 0 or -1. */
int store_segment_fill(struct store *store, const struct segment *segment,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Up to `max` segments of `from`'s rendition, in order, beginning with its seq.
 * Their number, or -1.
 */
int store_segment_list(struct store *store, const struct segment *from, int max,
    struct segment *segments, struct error *err)
    __attribute__((warn_unused_result));

#endif
