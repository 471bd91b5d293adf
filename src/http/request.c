/*
 * What handlers ask of a request.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "http/exchange.h"
#include "http/form.h"
#include "http/places.h"

#define HEADER_NAME_MAX 64
#define BASIC_MAX 1400 /* a name, and a secret of a kilobyte */

const char *
request_param(const struct request *request)
{
	return request->param;
}

const char *
request_rest(const struct request *request)
{
	return request->rest;
}

const struct route *
request_route(const struct request *request)
{
	return request->route;
}

enum wake
request_wake(const struct request *request)
{
	return request->wake;
}

void *
request_context(const struct request *request)
{
	return request->context;
}

static void *
keepsake_get(
    struct keepsake *keepsake, size_t size, void (*release)(void *memory))
{
	if (keepsake->memory == NULL) {
		keepsake->memory = calloc(1, size);
		keepsake->release = release;
	}
	return keepsake->memory;
}

void *
request_state(
    struct request *request, size_t size, void (*release)(void *state))
{
	return keepsake_get(&request->state, size, release);
}

void *
request_subject(
    struct request *request, size_t size, void (*release)(void *subject))
{
	return keepsake_get(&request->subject, size, release);
}

const char *
request_header(const struct request *request, const char *name)
{
	char variable[HEADER_NAME_MAX] = "HTTP_";
	size_t i, used = strlen(variable);

	for (i = 0; name[i] != '\0' && used + 1 < sizeof(variable); i++)
		variable[used++] = name[i] == '-'
				       ? '_'
				       : (char)toupper((unsigned char)name[i]);
	variable[used] = '\0';
	return exchange_variable(request, variable);
}

int
request_query(const struct request *request, const char *name, char *value,
    size_t size, struct error *err)
{
	const char *query = exchange_variable(request, "QUERY_STRING");
	struct text text = { query, query != NULL ? strlen(query) : 0 };
	int found;

	found = form_find(text, name, value, size);
	if (found < 0)
		return error_set(
		    err, ERROR_INPUT, name, "%s can't be read.", name);
	return found;
}

int
request_query_int(const struct request *request, const char *name,
    const int64_t range[2], int64_t *value, struct error *err)
{
	char text[24] = "", *end;
	long long number;
	int found;

	found = request_query(request, name, text, sizeof(text), err);
	if (found <= 0)
		return found;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno != 0 || isspace((unsigned char)text[0]) || end == text ||
	    *end != '\0' || number < range[0] || number > range[1])
		return error_set(err, ERROR_INPUT, name,
		    "%s must be a whole number from %lld to %lld.", name,
		    (long long)range[0], (long long)range[1]);
	*value = number;
	return 0;
}

/* True if the parameters behind a token end in a weight of zero. */
static bool
weighs_nothing(const char *from, size_t size)
{
	const char *weight = from + size;

	while (weight > from && strchr("0. \t", weight[-1]) != NULL)
		weight--;
	return weight < from + size && weight - from >= 2 &&
	       weight[-1] == '=' && (weight[-2] == 'q' || weight[-2] == 'Q');
}

/* True if a comma-separated list holds the token, with any weight but 0. */
static bool
list_has(const char *list, const char *token)
{
	const size_t size = strlen(token);
	size_t element;

	while (list != NULL && *list != '\0') {
		list += strspn(list, " \t,");
		element = strcspn(list, ",");
		if (element >= size && strncasecmp(list, token, size) == 0 &&
		    strchr(" \t,;=", list[size]) != NULL)
			return !weighs_nothing(list, element);
		list += element;
	}
	return false;
}

bool
request_prefers(const struct request *request, const char *token)
{
	return list_has(request_header(request, "Prefer"), token);
}

bool
request_wants_events(const struct request *request)
{
	return list_has(request_header(request, "Accept"), "text/event-stream");
}

bool
request_body_is(const struct request *request, const char *type)
{
	const char *is = exchange_variable(request, "CONTENT_TYPE");
	const size_t size = is != NULL ? strcspn(is, "; \t") : 0;

	return is != NULL && size == strlen(type) &&
	       strncasecmp(is, type, size) == 0;
}

const char *
request_body(const struct request *request, size_t *size)
{
	*size = request->body.size;
	return request->body.data;
}

/* RFC 4648 base64; 0 and the text with NUL, or -1. */
static int
base64_decode(const char *from, char *to, size_t room)
{
	static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned int bits = 0, count = 0;
	const char *digit;
	size_t used = 0;

	for (; *from != '\0' && *from != '='; from++) {
		digit = strchr(DIGITS, *from);
		if (digit == NULL)
			return -1;
		bits = bits << 6 | (unsigned int)(digit - DIGITS);
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		if (used + 1 >= room || (bits >> count & 0xff) == 0)
			return -1;
		to[used++] = (char)(bits >> count & 0xff);
	}
	to[used] = '\0';
	return strspn(from, "=") == strlen(from) ? 0 : -1;
}

static int
secret_from_basic(const char *from, char *secret, size_t size)
{
	char pair[BASIC_MAX], *password;
	int rc = -1;

	if (base64_decode(from, pair, sizeof(pair)) == 0 &&
	    (password = strchr(pair, ':')) != NULL &&
	    (size_t)snprintf(secret, size, "%s", password + 1) < size)
		rc = 0;
	secret_wipe(pair, sizeof(pair));
	return rc;
}

int
request_secret(
    const struct request *request, char *secret, size_t size, struct error *err)
{
	const char *header = request_header(request, "Authorization");
	int rc = -1;

	if (header == NULL || header[0] == '\0')
		return 0;
	if (strncasecmp(header, "Bearer ", 7) == 0) {
		header += 7 + strspn(header + 7, " ");
		if ((size_t)snprintf(secret, size, "%s", header) < size)
			rc = 0;
	} else if (strncasecmp(header, "Basic ", 6) == 0) {
		header += 6 + strspn(header + 6, " ");
		rc = secret_from_basic(header, secret, size);
	}
	if (rc != 0)
		return error_set(err, ERROR_KEY_WRONG, NULL,
		    "The Authorization header is neither Bearer nor Basic "
		    "with a key.");
	return 1;
}

/* A host that is only what a host may be made of, or "localhost". */
static const char *
request_host(const struct request *request)
{
	const char *host = request_header(request, "Host");

	if (host == NULL || host[0] == '\0' || strlen(host) > 260 ||
	    strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			 "0123456789.-_:[]") != strlen(host))
		return "localhost";
	return host;
}

const char *
request_base(struct request *request)
{
	const char *https = exchange_variable(request, "HTTPS");
	bool secure;

	if (request->config->public_url[0] != '\0')
		return request->config->public_url;
	if (request->base[0] == '\0') {
		secure = https != NULL && strcasecmp(https, "on") == 0;
		(void)snprintf(request->base, sizeof(request->base), "%s://%s",
		    secure ? "https" : "http", request_host(request));
	}
	return request->base;
}

int
request_place(struct request *request, struct error *err)
{
	/* Under plain CGI it waits in its own process, not in the lot. */
	if (request->cgi || request->has_place)
		return 0;
	if (places_take(request->client_number, err) != 0)
		return -1;
	request->has_place = true;
	return 0;
}

void
request_expires(struct request *request, int64_t unix_ms)
{
	request->expires_mono_ms = 0;
	if (unix_ms != 0 && unix_ms != INT64_MAX)
		request->expires_mono_ms =
		    clock_mono_ms() + unix_ms - clock_unix_ms();
}

enum verdict
request_park(struct request *request, struct topic topic, uint32_t version,
    int64_t deadline_mono_ms, struct error *err)
{
	if (request_place(request, err) != 0)
		return REQUEST_FAILED;
	request->topic = topic;
	request->version = version;
	request->deadline_mono_ms = deadline_mono_ms;
	if (request->expires_mono_ms != 0 &&
	    request->expires_mono_ms < deadline_mono_ms)
		request->deadline_mono_ms = request->expires_mono_ms;
	return REQUEST_PARKED;
}
