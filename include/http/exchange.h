/*
 * What a request is made of. For src/http alone; handlers use http/request.h.
 *
 * Who may touch it: the thread that has it. That is one worker from the queue
 * to the verdict, then the lot if it was parked, then one worker again; the
 * hand-over is under the queue's or the lot's lock.
 */
#ifndef LIVEBIN_HTTP_EXCHANGE_H
#define LIVEBIN_HTTP_EXCHANGE_H

#include <fcgiapp.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/config.h"
#include "http/request.h"

#define PARAM_BYTES 65
#define PATH_BYTES 512
#define BASE_BYTES 320

struct json_object;

/* Memory that a handler or the door keeps with a request. */
struct keepsake {
	void *memory;
	void (*release)(void *memory);
};

struct request {
	FCGX_Request fcgx;
	bool cgi;    /* standard input and output instead of fcgx */
	char **envp; /* CGI variables; the web server's */
	const struct config *config;
	void *context; /* the running worker's */

	char id[ID_BYTES];
	char path[PATH_BYTES];
	char client[ADDRESS_BYTES];
	uint64_t client_number; /* its network's, for counting */
	const char *shown; /* in the log: the path, or what stands for it */
	char param[PARAM_BYTES];
	const char *rest; /* in the path */
	char base[BASE_BYTES];
	const struct route *route;
	struct buf body;
	struct json_object *body_tree;
	int64_t body_max, body_length, body_got; /* length -1: not said */
	struct keepsake state, subject;

	struct buf headers; /* of the answer, beside the fixed ones */
	struct buf events;  /* not yet flushed */
	int status;	    /* of the answer; 0: none yet */
	bool streaming;	    /* the head of an event stream went out */
	int64_t begun_mono_ms;

	/* Parking. */
	struct error held; /* an answer that is held back */
	bool has_place;	   /* from the first time on, to the end */
	enum wake wake;
	struct topic topic;
	uint32_t version;
	int64_t deadline_mono_ms;
	int64_t expires_mono_ms;	 /* 0: never */
	struct request *previous, *next; /* in the lot, or the queue */
};

/* Makes a request around a fresh FCGX_Request, or around standard input. */
struct request *exchange_new(
    const struct config *config, int listen_fd, bool cgi);

/* Ends the connection, writes the log line, releases everything. */
void exchange_end(struct request *request);

/* Fills in path, id and the like once the parameters are there. */
void exchange_begin(struct request *request, char **envp);

/* Fills in who is asking. */
void client_find(struct request *request);

/* A CGI variable, or NULL. */
const char *exchange_variable(const struct request *request, const char *name);

/*
 * The Content-Length: 1 and *length (INT64_MAX: that or more), 0 if there is
 * none, -1 with *err (ERROR_INPUT).
 */
int exchange_length(const struct request *request, int64_t *length,
    struct error *err) __attribute__((warn_unused_result));

/* Reads up to `size` bytes of the body. The count, 0 at its end, -1: broken. */
ssize_t exchange_read(struct request *request, void *to, size_t size);

/* Reads the body by Content-Length into request->body. 0, or -1 with *err. */
int exchange_read_body(struct request *request, struct error *err)
    __attribute__((warn_unused_result));

/* Writes bytes of the answer; sends what was written. -1: client gone. */
void exchange_write(struct request *request, const char *bytes, size_t size);
int exchange_flush(struct request *request) __attribute__((warn_unused_result));

/* Adds the CORS headers of an answer, or of a preflight's. */
void cors_headers(struct request *request);
void cors_preflight(struct request *request, const char *allow);

#endif
