/*
 * Files that others read while they are written: made under another name,
 * whole, and put in place by rename(2). Paths are the caller's; nothing here
 * takes a name from outside. A full disk, quota or file, and a folder that
 * can't be written, is ERROR_NO_ROOM, anything else ERROR_SYSTEM; which path it
 * was goes to the log alone. Nothing is synced but by file_sync: after a power
 * cut a file may be an older one, or empty. Any thread; id_init must have run.
 */
#ifndef LIVEBIN_BASE_FILE_H
#define LIVEBIN_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define FILE_PATH_BYTES 1400

/*
 * Makes a folder (mode 0700) and those above it; one that is there is fine.
 * 0 or -1.
 */
int file_make_folder(const char *path, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Makes a new file for writing, which may be read too (mode 0600,
 * close-on-exec); one that is there is an error. The descriptor, which the
 * caller closes, or -1 with *err.
 */
int file_create(const char *path, struct error *err)
    __attribute__((warn_unused_result));

/* Opens a file that is there, to read it. A descriptor, or -1. */
int file_open(const char *path, struct error *err)
    __attribute__((warn_unused_result));

/* The same for writing. */
int file_open_write(const char *path, struct error *err)
    __attribute__((warn_unused_result));

/* Writes all of it, at the descriptor's place or at an offset. 0 or -1. */
int file_write(int fd, const void *bytes, size_t size, struct error *err)
    __attribute__((warn_unused_result));
int file_write_at(int fd, const void *bytes, size_t size, off_t at,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Puts `bytes` at `path` (mode 0600): readers see the old file or the new one.
 * The draft stands in the same folder under a name that begins with a dot.
 * 0, or -1 with the old file as it was.
 */
int file_replace(const char *path, const void *bytes, size_t size,
    struct error *err) __attribute__((warn_unused_result));

/*
 * Removes what file_replace left in a folder where it was killed. Nobody may be
 * replacing a file there meanwhile. What can't be removed is logged.
 */
void file_remove_drafts(const char *folder);

/*
 * Moves a file or a folder within one file system, over a file at `to`. 1, 0
 * if there is none at `from`, -1 with *err.
 */
int file_move(const char *from, const char *to, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Puts a file, or the names in a folder, on the disk: neither is lost in a
 * power cut from then on. 0 or -1.
 */
int file_sync(const char *path, struct error *err)
    __attribute__((warn_unused_result));

/* Gives a file a second name, over one that is there. 0 or -1. */
int file_link(const char *from, const char *to, struct error *err)
    __attribute__((warn_unused_result));

/* Makes a symbolic link to `target`; one that is there stays. 0 or -1. */
int file_point(const char *target, const char *path, struct error *err)
    __attribute__((warn_unused_result));

/* Removes a name, if it is there. 0 or -1. */
int file_remove(const char *path, struct error *err)
    __attribute__((warn_unused_result));

/* Is there a file, a folder or a link of that name? */
bool file_there(const char *path);

/* A file's size in bytes; -1 if there is none (or it can't be asked). */
int64_t file_size(const char *path);

/*
 * Removes up to `max` files of a folder, and the folder once it is empty (it
 * holds no folders). 1: all gone, perhaps before; 0: there is more; -1 with
 * *err. Several may do it at once.
 */
int file_remove_folder(const char *path, int max, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Calls `each` with the name of every file of a folder, dotfiles aside, until
 * it returns other than 0. 0, what `each` returned, or -1 with *err.
 */
int file_each(const char *path,
    int (*each)(void *context, const char *name, struct error *err),
    void *context, struct error *err) __attribute__((warn_unused_result));

/*
 * Seconds since a file was last written to, or fewer where the host's clock was
 * set; -1 if there is none.
 */
int64_t file_age_s(const char *path);

/* Megabytes that are free where `path` is. 0 and *mb, or -1 with *err. */
int file_free_mb(const char *path, int64_t *mb, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Takes the lock of a file, making it where it is missing: waits up to ten
 * seconds (`wait`), or returns at once. A descriptor whose closing releases
 * it; -1 with *err (ERROR_BUSY: it was held for all of that time), -2 if
 * another holds it and `wait` is 0. Holds among threads and processes
 * (flock(2)), and ends with its process. A lock on a file that was removed
 * is nobody's: who comes later gets another.
 */
int file_lock(const char *path, int wait, struct error *err)
    __attribute__((warn_unused_result));

#endif
