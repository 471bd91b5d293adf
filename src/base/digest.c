/*
 * FNV-1a.
 */
#include <string.h>

#include "base/digest.h"

#define PRIME UINT64_C(1099511628211)
#define BLOCK_BYTES 32 /* four words */

uint64_t
digest_add(uint64_t digest, const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;
	size_t i;

	for (i = 0; i < size; i++)
		digest = (digest ^ byte[i]) * PRIME;
	return digest;
}

/* A product carries nothing down: the shift takes its high bits there. */
static inline uint64_t
digest_fold(uint64_t digest, uint64_t word)
{
	digest = (digest ^ word) * PRIME;
	return digest ^ digest >> 32;
}

static inline uint64_t
digest_word(uint64_t digest, const unsigned char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return digest_fold(digest, word);
}

/*
 * A product is waited for longer than it takes to begin the next: so four are
 * under way, each of every fourth word. A loop over them is half as fast.
 */
uint64_t
digest_words(uint64_t digest, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	uint64_t a = digest, b = digest + 1, c = digest + 2, d = digest + 3;

	for (; size >= BLOCK_BYTES; at += BLOCK_BYTES, size -= BLOCK_BYTES) {
		a = digest_word(a, at);
		b = digest_word(b, at + 8);
		c = digest_word(c, at + 16);
		d = digest_word(d, at + 24);
	}
	digest = digest_fold(digest_fold(a, b), digest_fold(c, d));
	return digest_add(digest, at, size);
}
