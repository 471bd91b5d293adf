/*
 * Names and values as URLs' queries and forms have them
 * (application/x-www-form-urlencoded; WHATWG URL, 5.1).
 */
#ifndef LIVEBIN_HTTP_FORM_H
#define LIVEBIN_HTTP_FORM_H

#include "base/text.h"

/*
 * The first value under that name, decoded into `value` (`size` bytes with
 * NUL): what somebody could append behind it has no say. A name that is written
 * with escapes isn't found. 1 if it is there, 0 if not, -1 if it is malformed,
 * holds a NUL, or is too long.
 */
int form_find(struct text form, const char *name, char *value, size_t size)
    __attribute__((warn_unused_result));

#endif
