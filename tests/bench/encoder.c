/*
 * What it sends; the bytes are film.c's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encoder.h"
#include "film.h"

#define ENTRY_BYTES 64
#define HEAD_BYTES 256
#define PUTS_MAX 5000

void
encoder_open(struct encoder *encoder, int port, size_t segment_bytes)
{
	memset(encoder, 0, sizeof(*encoder));
	encoder->port = port;
	encoder->segment_bytes = segment_bytes;
	encoder->segment = malloc(segment_bytes);
	if (encoder->segment == NULL ||
	    client_open(&encoder->client, port) != 0)
		die("an encoder can't connect: %s", strerror(errno));
	film_segment(encoder->segment, segment_bytes);
}

void
encoder_close(struct encoder *encoder)
{
	client_close(&encoder->client);
	free(encoder->segment);
	encoder->segment = NULL;
}

void
encoder_reconnect(struct encoder *encoder)
{
	client_close(&encoder->client);
	if (client_open(&encoder->client, encoder->port) != 0)
		die("an encoder can't connect: %s", strerror(errno));
}

static void
encoder_put(
    struct encoder *encoder, const char *name, const void *bytes, size_t size)
{
	char path[256];

	if (++encoder->puts % PUTS_MAX == 0)
		encoder_reconnect(encoder);
	(void)snprintf(path, sizeof(path), "%s%s", encoder->prefix, name);
	client_put(&encoder->client, path, bytes, size);
}

static void
encoder_init(struct encoder *encoder)
{
	unsigned char init[FILM_INIT_MAX];

	encoder->next = 0;
	encoder_put(encoder, "init.mp4", init, film_init(init));
}

void
encoder_use_stream(struct encoder *encoder)
{
	struct request request = { .method = "POST",
		.path = "/api/live/create",
		.body = "{\"title\":\"A bench\"}" };
	const char *path;
	struct answer answer;
	char url[256];

	answer = client_must(&encoder->client, &request);
	json_member(answer.body, "videoId", encoder->id, sizeof(encoder->id));
	json_member(
	    answer.body, "streamKey", encoder->key, sizeof(encoder->key));
	json_member(answer.body, "ingestUrl", url, sizeof(url));
	path = strstr(url, "/push/");
	if (path == NULL)
		die("an ingestUrl of another kind: %s", url);
	(void)snprintf(
	    encoder->prefix, sizeof(encoder->prefix), "%.100s", path);
	encoder_init(encoder);
}

void
encoder_use_path(struct encoder *encoder, const char *prefix)
{
	(void)snprintf(
	    encoder->prefix, sizeof(encoder->prefix), "%.100s/", prefix);
	encoder_init(encoder);
}

void
encoder_segment(struct encoder *encoder)
{
	char name[32];

	film_number(encoder->segment, encoder->next);
	(void)snprintf(name, sizeof(name), "s%06u.m4s", encoder->next);
	encoder_put(encoder, name, encoder->segment, encoder->segment_bytes);
	encoder->next++;
}

void
encoder_list(struct encoder *encoder, uint32_t count)
{
	const uint32_t first =
	    encoder->next > count ? encoder->next - count : 0;
	const size_t room = HEAD_BYTES + (size_t)count * ENTRY_BYTES;
	char *text = malloc(room);
	size_t used;

	if (text == NULL)
		die("no memory");
	used = (size_t)snprintf(text, room,
	    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n"
	    "#EXT-X-MEDIA-SEQUENCE:%u\n#EXT-X-MAP:URI=\"init.mp4\"\n",
	    FILM_SEGMENT_S, first);
	for (uint32_t i = first; i < encoder->next; i++)
		used += (size_t)snprintf(text + used, room - used,
		    "#EXTINF:%d.000000,\ns%06u.m4s\n", FILM_SEGMENT_S, i);
	encoder_put(encoder, "index.m3u8", text, used);
	free(text);
}
