/*
 * Network addresses: as they are compared, and whom they stand for.
 */
#ifndef LIVEBIN_BASE_ADDRESS_H
#define LIVEBIN_BASE_ADDRESS_H

#include <stdbool.h>

#include "base/text.h"

#define ADDRESS_BYTES 46 /* of an address as text, INET6_ADDRSTRLEN */

/* IPv6, or IPv4 mapped into it (RFC 4291, 2.5.5.2). */
struct address {
	unsigned char bytes[16];
};

/*
 * An address as servers and proxies write it: "192.0.2.1", "2001:db8::1", with
 * a port "192.0.2.1:80", "[2001:db8::1]:80", or in brackets. False: none.
 */
bool address_parse(struct text text, struct address *address);

/* As people write it (RFC 5952); a mapped IPv4 address as IPv4. */
void address_format(const struct address *address, char text[ADDRESS_BYTES]);

/*
 * Whose it is: one household or host usually has a whole IPv6 /64, so that is
 * what counts as one client; an IPv4 address counts as it is.
 */
void address_network(struct address *address);

/* True if a list ("192.0.2.1 10.0.0.0/8 fd00::/8", by spaces) can be read. */
bool address_list_valid(const char *list);

/* True if the list names the address, or a prefix of it. */
bool address_listed(const char *list, const struct address *address);

#endif
