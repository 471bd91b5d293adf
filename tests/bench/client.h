/*
 * A small HTTP/1.1 client for measuring: one kept connection, one request at
 * a time, answers with a Content-Length. It is not a general client.
 */
#ifndef LIVEBIN_BENCH_CLIENT_H
#define LIVEBIN_BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_IN_BYTES (256 * 1024)
#define CLIENT_OUT_BYTES 8192

struct client {
	int fd; /* -1: not connected */
	size_t used;
	char in[CLIENT_IN_BYTES]; /* NUL-terminated behind `used` */
};

struct request {
	const char *method, *path;
	const char *bearer; /* NULL: no Authorization */
	const char *prefer; /* NULL: no Prefer */
	const char *range;  /* NULL: no Range */
	const char *body;   /* NULL: none; else JSON */
};

/* An answer inside the client's buffer; valid until the next request. */
struct answer {
	int status;
	const char *body; /* NUL-terminated */
	size_t body_bytes;
};

/* Connects to 127.0.0.1. 0 or -1 with errno. */
int client_open(struct client *client, int port);
void client_close(struct client *client);

/* Sends a whole request. 0 or -1. */
int client_send(struct client *client, const struct request *request);

/*
 * PUTs `size` bytes of any kind and waits for the answer, which must be a 2xx:
 * or the process dies.
 */
void client_put(
    struct client *client, const char *path, const void *bytes, size_t size);

/* Reads what is there: bytes, 0 at the end, -1 with errno. */
long client_read(struct client *client);

/* 1 if a whole answer is in the buffer (*answer), 0 if not yet, -1 if bad. */
int client_parse(struct client *client, struct answer *answer);

/* Waits for a whole answer, at most 40 s. 0 or -1. */
int client_receive(struct client *client, struct answer *answer);

/* client_send and client_receive; dies unless the answer is a 2xx. */
struct answer client_must(struct client *client, const struct request *request);

/* Copies the string member `name` of a JSON text; dies where there is none. */
void json_member(const char *json, const char *name, char *out, size_t bytes);

/* Prints why and ends the process with 1. */
void die(const char *format, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/* Nanoseconds of the monotonic clock. */
int64_t now_ns(void);

/* A number of the command line within bounds, or the process dies. */
int argument(const char *text, int min, int max);

/* Sorts; then the value at `part` of 1 (0.5: the median). 0 where none. */
void sort_times(int64_t *times, size_t count);
double time_at(const int64_t *times, size_t count, double part);

#endif
