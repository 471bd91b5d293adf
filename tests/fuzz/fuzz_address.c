/*
 * Addresses, and the lists that the setting trusted_proxies takes, through
 * base/address.h. The first line is an address, the rest a list.
 */
#include <string.h>

#include "base/address.h"
#include "fuzz.h"

/* What is written is read as the same again. */
static void
check_written(const struct address *address)
{
	char text[ADDRESS_BYTES], bracketed[ADDRESS_BYTES + 2];
	struct address again;
	int size;

	memset(text, 'x', sizeof(text));
	address_format(address, text);
	CHECK(memchr(text, '\0', sizeof(text)) != NULL);
	CHECK(address_parse((struct text){ text, strlen(text) }, &again));
	CHECK(memcmp(&again, address, sizeof(again)) == 0);
	CHECK(address_list_valid(text) && address_listed(text, address));
	size = snprintf(bracketed, sizeof(bracketed), "[%s]", text);
	if (strchr(text, ':') != NULL) {
		CHECK(address_parse(
		    (struct text){ bracketed, (size_t)size }, &again));
		CHECK(memcmp(&again, address, sizeof(again)) == 0);
	}
}

/* A network is its own, and everyone of it has the same. */
static void
check_network(const struct address *address)
{
	struct address network = *address, again;

	address_network(&network);
	again = network;
	address_network(&again);
	CHECK(memcmp(&again, &network, sizeof(again)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text rest = { (const char *)data, size };
	struct address address;
	struct text line;
	char *list;

	line = text_cut(&rest, '\n');
	list = strndup(rest.at != NULL ? rest.at : "", rest.size);
	CHECK(list != NULL);
	(void)address_list_valid(list);
	if (address_parse(line, &address)) {
		check_written(&address);
		check_network(&address);
		(void)address_listed(list, &address);
		CHECK(!address_listed("", &address));
	}
	free(list);
	return 0;
}
