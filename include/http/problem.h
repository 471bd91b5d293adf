/*
 * The one table of HTTP statuses: error code to status, problem type and
 * title (RFC 9457).
 */
#ifndef LIVEBIN_HTTP_PROBLEM_H
#define LIVEBIN_HTTP_PROBLEM_H

#include "base/error.h"

struct problem {
	int status;
	const char *slug;  /* the type is "urn:livebin:problem:<slug>" */
	const char *title; /* the same for every occurrence */
};

/* The row of a code; never NULL. */
const struct problem *problem_of(enum error_code code);

#endif
