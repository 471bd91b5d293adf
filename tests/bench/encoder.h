/*
 * An encoder as a server sees one: over a kept connection it PUTs an init
 * section, then segments, and lists of the last of them.
 */
#ifndef LIVEBIN_BENCH_ENCODER_H
#define LIVEBIN_BENCH_ENCODER_H

#include "client.h"

#define ENCODER_WINDOW 6 /* entries of its lists, unless said otherwise */

struct encoder {
	struct client client;
	int port;
	uint32_t puts;	      /* on this connection */
	char prefix[128];     /* of its paths, with the slash at the end */
	char id[64], key[64]; /* livebin's, or "" */
	unsigned char *segment;
	size_t segment_bytes;
	uint32_t next; /* number of the next segment */
};

/* Connects; its segments will have that many bytes. Dies where it can't. */
void encoder_open(struct encoder *encoder, int port, size_t segment_bytes);
void encoder_close(struct encoder *encoder);

/* Connects anew: servers end connections that rest or last for long. */
void encoder_reconnect(struct encoder *encoder);

/*
 * Where it pushes: to a stream that livebin makes for it, or below a path that
 * takes any PUT. Sends the init section.
 */
void encoder_use_stream(struct encoder *encoder);
void encoder_use_path(struct encoder *encoder, const char *prefix);

/* PUTs the next segment. */
void encoder_segment(struct encoder *encoder);

/* PUTs a list of the last `count` segments that were sent. */
void encoder_list(struct encoder *encoder, uint32_t count);

#endif
