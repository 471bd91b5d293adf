/*
 * Values of settings, as the environment holds them: each line of the input is
 * NAME=VALUE, the name without LIVEBIN_. What is taken is within its bounds.
 */
#define _GNU_SOURCE /* clearenv */
#include <stdbool.h>
#include <string.h>

#include "base/address.h"
#include "base/config.h"
#include "fuzz.h"
#include "live/live.h"

#define LINES_MAX 8
#define NAME_MAX 64

extern char **environ;

/* Into `name`, with what stands before it outside; false: it is none. */
static bool
name_of(struct text line, char name[NAME_MAX], struct text *value)
{
	*value = line;
	line = text_cut(value, '=');
	if (line.size == 0 || line.size > 40 ||
	    memchr(line.at, '\0', line.size) != NULL)
		return false;
	(void)snprintf(name, NAME_MAX, "LIVEBIN_%.*s", (int)line.size, line.at);
	return true;
}

static void
set_line(struct text line)
{
	char name[NAME_MAX], *value;
	struct text rest;

	if (!name_of(line, name, &rest))
		return;
	value = strndup(rest.size > 0 ? rest.at : "", rest.size);
	CHECK(value != NULL && setenv(name, value, 1) == 0);
	free(value);
}

static void
check_config(const struct config *config)
{
	static FILE *nowhere;
	struct error err;

	CHECK(memchr(config->ice_servers, '\0', CONFIG_TEXT_BYTES) != NULL);
	CHECK(config->max_peers >= 1 && config->max_peers <= 100000);
	CHECK(config->mailbox_max >= 8 && config->busy_timeout_ms >= 1);
	CHECK(config->create_per_hour >= 0 && config->workers >= 1);
	CHECK(config->default_visibility >= 0 &&
	      config->default_visibility < VISIBILITY__MAX);
	CHECK(config->log_level >= 0 && config->log_level < LOG_LEVEL__MAX);
	if (live_check(config, &err) == 0)
		CHECK(address_list_valid(config->trusted_proxies));
	else
		CHECK(err.code == ERROR_INPUT && err.field[0] != '\0' &&
		      err.detail[0] != '\0');
	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	CHECK(nowhere != NULL);
	config_print(config, nowhere);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *nothing[] = { NULL };
	struct text rest = { (const char *)data, size };
	struct config config;
	struct error err;
	int i;

	environ = nothing;
	for (i = 0; i < LINES_MAX && rest.size > 0; i++)
		set_line(text_cut(&rest, '\n'));
	if (config_load(&config, &err) == 0)
		check_config(&config);
	else
		CHECK(err.code == ERROR_INPUT && err.detail[0] != '\0');
	(void)clearenv();
	return 0;
}
