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
 * The same for what is large: 32 bytes at a time. Other numbers than
 * digest_add's, which also depend on how the bytes are cut into pieces.
 */
uint64_t digest_words(uint64_t digest, const void *bytes, size_t size);

#endif
