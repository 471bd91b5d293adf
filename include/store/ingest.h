/*
 * What an encoder has sent and isn't published yet. The "passing" part: after
 * a power cut an encoder counts as a new one.
 */
#ifndef LIVEBIN_STORE_INGEST_H
#define LIVEBIN_STORE_INGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "store/store.h"

#define PUSH_NAME_BYTES 130
#define SENDER_BYTES 48

enum encoder_ended {
	ENCODER_SENDING,
	ENCODER_ENDED,	 /* its list says so */
	ENCODER_STOPPED, /* the broadcast was stopped under it */
	ENCODER_LAPSED,	 /* it was silent until the broadcast ended */
};

/* The encoder of one playlist; see schema.sql. */
struct encoder {
	char stream_id[ID_BYTES];
	char name[PUSH_NAME_BYTES];
	int64_t rendition;
	int64_t session;
	int64_t sequence;
	char last[PUSH_NAME_BYTES];
	int64_t began_steady_ms, heard_steady_ms, segment_ms, target_s;
	enum encoder_ended ended;
	char sender[SENDER_BYTES]; /* the address of its last list */
};

/* 1 and *encoder, 0, or -1; the one that was heard last; the row written. */
int store_encoder_find(struct store *store, const char *stream_id,
    const char *name, struct encoder *encoder, struct error *err)
    __attribute__((warn_unused_result));
int store_encoder_newest(struct store *store, const char *stream_id,
    struct encoder *encoder, struct error *err)
    __attribute__((warn_unused_result));
int store_encoder_put(struct store *store, const struct encoder *encoder,
    struct error *err) __attribute__((warn_unused_result));
int store_encoder_delete(struct store *store, const struct encoder *encoder,
    struct error *err) __attribute__((warn_unused_result));

/* How many of a stream's are in state SENDING, or -1. */
int store_encoder_sending(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/* The encoder whose rendition has that number. 1 and *encoder, 0, or -1. */
int store_encoder_of_rendition(struct store *store, const char *stream_id,
    int64_t rendition, struct encoder *encoder, struct error *err)
    __attribute__((warn_unused_result));

/* The broadcast is over: all of a stream's are STOPPED. 0 or -1. */
int store_encoder_stop_all(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/* It ended for their silence: those that were SENDING are LAPSED. 0 or -1. */
int store_encoder_lapse_all(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/* An entry of a pushed list that waits to be published. */
struct listed {
	int64_t sequence;
	char segment[PUSH_NAME_BYTES];
	char map[PUSH_NAME_BYTES]; /* "": none */
	int64_t duration_us, at_unix_ms;
	bool discontinuity, gap;
	int64_t since_steady_ms;
};

/* Adds one. 0 or -1. */
int store_listed_insert(struct store *store, const struct encoder *encoder,
    const struct listed *listed, struct error *err)
    __attribute__((warn_unused_result));

/* Up to `max` of them in order. Their number, or -1. */
int store_listed_list(struct store *store, const struct encoder *encoder,
    int max, struct listed *listed, struct error *err)
    __attribute__((warn_unused_result));

/* Those up to a sequence were published. 0 or -1. */
int store_listed_delete(struct store *store, const struct encoder *encoder,
    int64_t up_to, struct error *err) __attribute__((warn_unused_result));

/* None of a stream's waits any more. 0 or -1. */
int store_listed_forget(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/* How many of a stream's wait, or -1. */
int store_listed_count(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/* The name of the playlist that waits for that segment. 1, 0, or -1. */
int store_listed_awaits(struct store *store, const char *stream_id,
    const char *segment, char playlist[PUSH_NAME_BYTES], struct error *err)
    __attribute__((warn_unused_result));

/* A file that came. */
struct upload {
	char stream_id[ID_BYTES];
	char name[PUSH_NAME_BYTES];
	bool newcomer;	     /* another encoder's, kept aside */
	char file[ID_BYTES]; /* its name in incoming/ */
	int64_t kind;	     /* enum media_kind */
	int64_t digest, bytes;
	char sender[SENDER_BYTES];
	int64_t at_steady_ms;
	bool published;
};

/* The encoder's of a name, or a newcomer's: 1 and *upload, 0, or -1. */
int store_upload_find(struct store *store, const char *stream_id,
    const char *name, struct upload *upload, struct error *err)
    __attribute__((warn_unused_result));
int store_upload_aside(struct store *store, const char *stream_id,
    const char *name, struct upload *upload, struct error *err)
    __attribute__((warn_unused_result));

/* Writes the row over what was there. 0 or -1. */
int store_upload_put(struct store *store, const struct upload *upload,
    struct error *err) __attribute__((warn_unused_result));

/* What is in `file` (NULL: in any) is published under its name. 0 or -1. */
int store_upload_published(struct store *store, const char *stream_id,
    const char *name, const char *file, struct error *err)
    __attribute__((warn_unused_result));
int store_upload_delete(struct store *store, const struct upload *upload,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Published names of a stream may come again, as another encoder's: all but
 * those of a kind (init sections, which encoders share). 0 or -1.
 */
int store_upload_forget(struct store *store, const char *stream_id,
    int64_t but_kind, struct error *err) __attribute__((warn_unused_result));

/* 1 if any upload is in that file of incoming/, 0, or -1. */
int store_upload_has_file(struct store *store, const char *file,
    struct error *err) __attribute__((warn_unused_result));

/* One of a stream's newcomer's files. 1 and *upload, 0, or -1. */
int store_upload_newcomer(struct store *store, const char *stream_id,
    struct upload *upload, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Unpublished ones from before `steady_ms`, and any of a stream: up to `max`.
 * Their number, or -1.
 */
int store_upload_old(struct store *store, int64_t steady_ms, int max,
    struct upload *uploads, struct error *err)
    __attribute__((warn_unused_result));
int store_upload_list(struct store *store, const char *stream_id, int max,
    struct upload *uploads, struct error *err)
    __attribute__((warn_unused_result));

/* Forgets encoders and lists of a stream. 0 or -1. */
int store_ingest_forget(struct store *store, const char *stream_id,
    struct error *err) __attribute__((warn_unused_result));

/* The one that was heard longest ago, before `steady_ms`. 1, 0, or -1. */
int store_encoder_silent(struct store *store, int64_t steady_ms,
    struct encoder *encoder, struct error *err)
    __attribute__((warn_unused_result));

/* What isn't published weighs: a stream's, or the site's (""). 0 or -1. */
int store_waiting_bytes(struct store *store, const char *stream_id,
    int64_t *bytes, struct error *err) __attribute__((warn_unused_result));

#endif
