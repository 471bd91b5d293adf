/*
 * Names and secrets that nobody can guess: ids, keys, tokens, and the keyed
 * hash under which a secret is kept. Randomness is the operating system's
 * CSPRNG through libsodium; the hash is BLAKE2b with a key (RFC 7693).
 */
#ifndef LIVEBIN_BASE_ID_H
#define LIVEBIN_BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define ID_CHARS 21  /* videoId, peerId, viewerId, request id */
#define KEY_CHARS 32 /* streamKey, peerToken */
#define ID_BYTES (ID_CHARS + 1)
#define KEY_BYTES (KEY_CHARS + 1)
#define HASH_BYTES 32
#define SECRET_BYTES 32

/* The site's secret: keys the hashes. Kept in a file of the data folder. */
struct secret {
	unsigned char bytes[SECRET_BYTES];
};

/* Must run once before anything else here. 0, or -1 with *err. */
int id_init(struct error *err) __attribute__((warn_unused_result));

/*
 * Writes `chars` random characters of [A-Za-z0-9_-] and a NUL into `text`,
 * which holds chars + 1 bytes. 6 bits a character; chars is at most 64.
 */
void id_make(char *text, size_t chars);

/*
 * Writes an id that is unique but no secret: random for the process, counted
 * within it. ID_CHARS and a NUL. No system call. Any thread.
 */
void id_make_unique(char text[ID_BYTES]);

/* A random number of 31 bits, at least 1. */
int64_t id_number(void);

/* True if text is exactly `chars` characters of [A-Za-z0-9_-]. */
bool id_valid(const char *text, size_t chars);

/*
 * Reads the site's secret from `path`; where there is no file, makes one
 * (mode 0600, whole or not at all, one winner among racing processes).
 * 0, or -1 with *err. The caller owns *secret and zeroes it.
 */
int secret_load(struct secret *secret, const char *path, struct error *err)
    __attribute__((warn_unused_result));

/* The same of one that is there: 1, 0 if there is none, or -1 with *err. */
int secret_find(struct secret *secret, const char *path, struct error *err)
    __attribute__((warn_unused_result));

/* Keyed hash of a NUL-terminated key or token, as the store keeps it. */
void secret_hash(const struct secret *secret, const char *text,
    unsigned char hash[HASH_BYTES]);

/* Compares two hashes in constant time. */
bool secret_equal(
    const unsigned char a[HASH_BYTES], const unsigned char b[HASH_BYTES]);

/* Wipes memory that held a secret; the compiler may not drop it. */
void secret_wipe(void *memory, size_t size);

#endif
