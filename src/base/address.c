/*
 * Addresses and prefixes.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"

#define BITS 128
#define MAPPED_BITS 96 /* of an IPv4 address's place in IPv6 */

static const unsigned char MAPPED[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
	0xff };

static bool
is_mapped(const struct address *address)
{
	return memcmp(address->bytes, MAPPED, sizeof(MAPPED)) == 0;
}

/* Exactly an address, nothing about it. */
static bool
parse_bare(struct text text, struct address *address)
{
	char copy[ADDRESS_BYTES];

	if (text.size == 0 || text.size >= sizeof(copy))
		return false;
	memcpy(copy, text.at, text.size);
	copy[text.size] = '\0';
	if (inet_pton(AF_INET6, copy, address->bytes) == 1)
		return true;
	memcpy(address->bytes, MAPPED, sizeof(MAPPED));
	return inet_pton(AF_INET, copy, address->bytes + sizeof(MAPPED)) == 1;
}

bool
address_parse(struct text text, struct address *address)
{
	struct text inside;

	text = text_trim(text);
	if (parse_bare(text, address))
		return true;
	if (text.size > 0 && text.at[0] == '[') {
		text.at++;
		text.size--;
		inside = text_cut(&text, ']');
		return parse_bare(inside, address) && !is_mapped(address);
	}
	return parse_bare(text_cut(&text, ':'), address);
}

void
address_format(const struct address *address, char text[ADDRESS_BYTES])
{
	const bool v4 = is_mapped(address);
	const void *from = address->bytes + (v4 ? sizeof(MAPPED) : 0);

	if (inet_ntop(v4 ? AF_INET : AF_INET6, from, text, ADDRESS_BYTES) ==
	    NULL)
		text[0] = '\0';
}

void
address_network(struct address *address)
{
	if (!is_mapped(address))
		memset(address->bytes + 8, 0, 8);
}

/* An address, or one with "/bits". */
static bool
parse_prefix(struct text text, struct address *address, int64_t *bits)
{
	struct text bare = text_cut(&text, '/');
	bool v4;

	if (!parse_bare(bare, address))
		return false;
	v4 = is_mapped(address);
	*bits = BITS;
	if (bare.at + bare.size == text.at)
		return true; /* no "/" */
	if (!text_integer(text, v4 ? BITS - MAPPED_BITS : BITS, bits))
		return false;
	if (v4)
		*bits += MAPPED_BITS;
	return true;
}

static bool
begins_alike(const struct address *one, const struct address *other, int bits)
{
	const int whole = bits / 8, rest = bits % 8;
	const unsigned int mask = 0xffu << (8 - rest) & 0xffu;

	return memcmp(one->bytes, other->bytes, (size_t)whole) == 0 &&
	       (rest == 0 ||
		   ((one->bytes[whole] ^ other->bytes[whole]) & mask) == 0);
}

/* Takes the next prefix off the list: 1, 0 at its end, -1: it can't be read. */
static int
list_next(struct text *list, struct address *address, int64_t *bits)
{
	*list = text_trim(*list);
	if (list->size == 0)
		return 0;
	return parse_prefix(text_cut(list, ' '), address, bits) ? 1 : -1;
}

bool
address_list_valid(const char *list)
{
	struct text rest = { list, strlen(list) };
	struct address address;
	int64_t bits;
	int rc;

	do
		rc = list_next(&rest, &address, &bits);
	while (rc == 1);
	return rc == 0;
}

bool
address_listed(const char *list, const struct address *address)
{
	struct text rest = { list, strlen(list) };
	struct address prefix;
	int64_t bits;

	while (list_next(&rest, &prefix, &bits) == 1)
		if (begins_alike(&prefix, address, (int)bits))
			return true;
	return false;
}
