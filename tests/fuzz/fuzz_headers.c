/*
 * What a request's headers say, asked one by one: who is behind the proxies,
 * what is shown, preferred, accepted, and which state a condition names. Each
 * line of the input is one variable, in the order of VARIABLES.
 */
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/log.h"
#include "door_webrtc.h"
#include "fuzz.h"
#include "http/exchange.h"
#include "http/reply.h"

#define SECRET_MAX 64
#define ICE INT64_C(0x1234)

static const char *const VARIABLES[] = { "REMOTE_ADDR", "HTTP_X_FORWARDED_FOR",
	"HTTP_AUTHORIZATION", "HTTP_IF_MATCH", "HTTP_ACCEPT", "HTTP_PREFER",
	"CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_HOST", "HTTP_ORIGIN" };
#define VARIABLE_COUNT (sizeof(VARIABLES) / sizeof(VARIABLES[0]))

static struct config config;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct error err;

	(void)argc;
	(void)argv;
	CHECK(config_load(&config, &err) == 0);
	CHECK(id_init(&err) == 0);
	log_open("fuzz", "/dev/null", LOG_LEVEL_ERROR);
	(void)snprintf(config.trusted_proxies, sizeof(config.trusted_proxies),
	    "127.0.0.1 10.0.0.0/8 fd00::/8");
	return 0;
}

/*
 * An address is written as such, what is none stays as it came (perhaps cut);
 * a proxy that isn't trusted is the client.
 */
static void
check_client(const struct request *request)
{
	const char *client = request_client(request);
	const char *remote = exchange_variable(request, "REMOTE_ADDR");
	struct address address, shown;
	char text[ADDRESS_BYTES];

	if (!address_parse((struct text){ remote, strlen(remote) }, &shown)) {
		CHECK(strncmp(remote, client, strlen(client)) == 0);
		return;
	}
	CHECK(address_parse((struct text){ client, strlen(client) }, &address));
	address_format(&address, text);
	CHECK(strcmp(text, client) == 0);
	if (!address_listed(config.trusted_proxies, &shown))
		CHECK(memcmp(&shown, &address, sizeof(shown)) == 0);
}

static void
check_secret(const struct request *request)
{
	const char *header = request_header(request, "Authorization");
	char secret[SECRET_MAX];
	struct error err;
	int shown;

	memset(secret, 'x', sizeof(secret));
	shown = request_secret(request, secret, sizeof(secret), &err);
	CHECK(shown >= -1 && shown <= 1);
	CHECK(shown == 0 || header != NULL);
	if (shown == 1)
		CHECK(memchr(secret, '\0', sizeof(secret)) != NULL);
	else if (shown < 0)
		CHECK(err.code == ERROR_INPUT || err.code == ERROR_KEY_WRONG ||
		      err.code == ERROR_CREDENTIALS_MISSING);
}

/* A condition that names the state, or all, holds; another doesn't. */
static void
check_condition(struct request *request)
{
	const char *shown = request_header(request, "If-Match");
	struct error err;
	int rc;

	rc = webrtc_match(request, ICE, &err);
	if (rc == 0)
		CHECK(strchr(shown, '*') != NULL ||
		      strstr(shown, "\"0000000000001234\"") != NULL);
	else
		CHECK(err.code == ERROR_PRECONDITION ||
		      (err.code == ERROR_PRECONDITION_MISSING &&
			  (shown == NULL || shown[0] == '\0')));
}

static void
check_length(const struct request *request)
{
	struct error err;
	int64_t length = -1;
	int rc;

	rc = exchange_length(request, &length, &err);
	CHECK(rc == 1 ? length >= 0 : rc == 0 || err.code == ERROR_INPUT);
}

static void
check_words(const struct request *request)
{
	const char *type = exchange_variable(request, "CONTENT_TYPE");
	const char *prefer = request_header(request, "Prefer");

	if (request_body_is(request, "application/sdp"))
		CHECK(strncasecmp(type, "application/sdp", 15) == 0);
	if (request_prefers(request, "respond-async"))
		CHECK(prefer != NULL && strlen(prefer) >= 13);
	if (request_wants_events(request))
		CHECK(request_header(request, "Accept") != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text rest = { (const char *)data, size }, line;
	char *envp[VARIABLE_COUNT + 1];
	struct request *request;
	size_t i, room;

	for (i = 0; i < VARIABLE_COUNT; i++) {
		line = text_cut(&rest, '\n');
		room = strlen(VARIABLES[i]) + line.size + 2;
		envp[i] = malloc(room);
		CHECK(envp[i] != NULL);
		(void)snprintf(envp[i], room, "%s=%.*s", VARIABLES[i],
		    (int)line.size, line.size > 0 ? line.at : "");
	}
	envp[VARIABLE_COUNT] = NULL;
	request = exchange_new(&config, -1, true);
	CHECK(request != NULL);
	exchange_begin(request, envp);
	client_find(request);
	check_client(request);
	check_secret(request);
	check_condition(request);
	check_length(request);
	check_words(request);
	CHECK(strncmp(request_base(request), "http", 4) == 0);
	exchange_end(request);
	for (i = 0; i < VARIABLE_COUNT; i++)
		free(envp[i]);
	return 0;
}
