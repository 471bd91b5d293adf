/*
 * FNV-1a.
 */
#include <string.h>

#include "base/digest.h"

#define PRIME UINT64_C(1099511628211)

uint64_t
digest_add(uint64_t digest, const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;
	size_t i;

	for (i = 0; i < size; i++)
		digest = (digest ^ byte[i]) * PRIME;
	return digest;
}

uint64_t
digest_words(uint64_t digest, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	uint64_t word;

	for (; size >= sizeof(word); at += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		digest = (digest ^ word) * PRIME;
		digest ^= digest >> 32;
	}
	return digest_add(digest, at, size);
}
