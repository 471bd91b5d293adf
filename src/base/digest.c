/*
 * FNV-1a.
 */
#include "base/digest.h"

uint64_t
digest_add(uint64_t digest, const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;
	size_t i;

	for (i = 0; i < size; i++)
		digest = (digest ^ byte[i]) * UINT64_C(1099511628211);
	return digest;
}
