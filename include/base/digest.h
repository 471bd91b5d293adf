/*
 * A fast digest for telling apart, not for security: FNV-1a of 64 bits.
 */
#ifndef LIVEBIN_BASE_DIGEST_H
#define LIVEBIN_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_START UINT64_C(14695981039346656037)

/* The digest of `size` more bytes behind what `digest` stands for. */
uint64_t digest_add(uint64_t digest, const void *bytes, size_t size);

/*
 * The same, eight bytes at a time: for what is large. Other numbers than
 * digest_add's, and they depend on the sizes of the pieces where those aren't
 * multiples of eight.
 */
uint64_t digest_words(uint64_t digest, const void *bytes, size_t size);

#endif
