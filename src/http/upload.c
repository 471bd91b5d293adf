/*
 * Bodies that a handler reads by itself, piece by piece, because they are
 * files and not JSON. Nothing of them is kept here.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "http/exchange.h"

/* A number of bytes as people say it, where it is a round one. */
static int
upload_too_large(int64_t max_bytes, struct error *err)
{
	static const char SENTENCE[] = "The body may have %" PRId64 " %s.";
	const int64_t mb = 1024 * 1024, kb = 1024;

	if (max_bytes >= mb && max_bytes % mb == 0)
		return error_set(
		    err, ERROR_TOO_LARGE, NULL, SENTENCE, max_bytes / mb, "MB");
	if (max_bytes >= kb && max_bytes % kb == 0)
		return error_set(
		    err, ERROR_TOO_LARGE, NULL, SENTENCE, max_bytes / kb, "kB");
	return error_set(
	    err, ERROR_TOO_LARGE, NULL, SENTENCE, max_bytes, "bytes");
}

int
request_body_begin(
    struct request *request, int64_t max_bytes, struct error *err)
{
	int64_t length;
	int found;

	assert(request->route->streams && max_bytes >= 0);
	request->body_max = max_bytes;
	request->body_length = -1;
	request->body_got = 0;
	found = exchange_length(request, &length, err);
	if (found <= 0)
		return found;
	if (length > max_bytes)
		return upload_too_large(max_bytes, err);
	request->body_length = length;
	return 0;
}

ssize_t
request_body_read(
    struct request *request, void *to, size_t size, struct error *err)
{
	const bool said = request->body_length >= 0;
	const int64_t left = (said ? request->body_length : request->body_max) -
			     request->body_got;
	ssize_t got;
	char beyond;

	assert(size > 0);
	if (left == 0) {
		/* Without a length only a look shows whether it ends here. */
		got = said ? 0 : exchange_read(request, &beyond, 1);
		if (got > 0)
			return upload_too_large(request->body_max, err);
	} else {
		if ((int64_t)size > left)
			size = (size_t)left;
		got = exchange_read(request, to, size);
	}
	if (got < 0 || (got == 0 && said && left > 0))
		return error_set(
		    err, ERROR_INPUT, NULL, "The body ended early.");
	request->body_got += got;
	return got;
}
