/*
 * Files that another program writes: opened by a plain name in a folder that
 * is open, no link followed, and only if they are plain files. Whatever is in
 * them is bytes from outside.
 */
#ifndef LIVEBIN_BASE_OUTSIDE_H
#define LIVEBIN_BASE_OUTSIDE_H

#include <stdint.h>

#include "base/error.h"

/*
 * Opens the folder, which the operator named: links in its path are followed.
 * A descriptor, which the caller closes, or -1 with *err.
 */
int outside_folder(const char *path, struct error *err)
    __attribute__((warn_unused_result));

/* What was opened. */
struct outside {
	int fd; /* the caller closes it */
	int64_t bytes;
	int64_t changed_unix_ms;
};

/* Opens a file to read. 1 and *file, 0 if there is none, -1 with *err. */
int outside_open(int folder, const char *name, struct outside *file,
    struct error *err) __attribute__((warn_unused_result));

#endif
