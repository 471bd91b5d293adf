/*
 * Who is asking: the address that the web server gives, or, where that is a
 * proxy of the site's own, the one that the proxy names.
 */
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/digest.h"
#include "http/exchange.h"

/* Takes the last element off a list separated by commas. */
static struct text
list_last(struct text *list)
{
	struct text last = { list->at + list->size, 0 };

	while (list->size > 0 && list->at[list->size - 1] != ',') {
		list->size--;
		last.at--;
		last.size++;
	}
	if (list->size > 0)
		list->size--;
	return last;
}

/*
 * Each proxy appends whom it got the request from: from the right, the first
 * that isn't one of ours is the client. What stands further left is its word.
 */
static void
client_behind(const struct request *request, struct address *address)
{
	const char *trusted = request->config->trusted_proxies;
	const char *header = request_header(request, "X-Forwarded-For");
	struct text list = { header, header != NULL ? strlen(header) : 0 };
	struct address named;

	while (address_listed(trusted, address) && list.size > 0 &&
	       address_parse(list_last(&list), &named))
		*address = named;
}

void
client_find(struct request *request)
{
	const char *shown = exchange_variable(request, "REMOTE_ADDR");
	struct address address;
	struct text text;

	text.at = shown != NULL ? shown : "";
	text.size = strlen(text.at);
	if (!address_parse(text, &address)) {
		(void)snprintf(
		    request->client, sizeof(request->client), "%s", text.at);
		request->client_number = digest_add(
		    DIGEST_START, request->client, strlen(request->client));
		return;
	}
	if (request->config->trusted_proxies[0] != '\0')
		client_behind(request, &address);
	address_format(&address, request->client);
	address_network(&address);
	request->client_number =
	    digest_add(DIGEST_START, address.bytes, sizeof(address.bytes));
}

const char *
request_client(const struct request *request)
{
	return request->client;
}
