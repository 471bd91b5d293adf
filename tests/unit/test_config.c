/*
 * base/config.h: the environment, read once and strictly.
 */
#include <ctype.h>

#include "unit.h"

static struct config config;
static struct error err;

/* Reads the configuration with one variable set. */
static int
load(const char *variable, const char *value)
{
	int rc;

	unit_config(&config);
	assert_int_equal(setenv(variable, value, 1), 0);
	rc = config_load(&config, &err);
	(void)unsetenv(variable);
	return rc;
}

static void
without_an_environment_the_defaults_hold(void **state)
{
	(void)state;
	unit_config(&config);
	assert_string_equal(config.data, "./var");
	assert_string_equal(config.public_url, "");
	assert_string_equal(config.cors_origins, "*");
	assert_string_equal(config.ice_servers, "[]");
	assert_int_equal(config.default_visibility, VISIBILITY_PUBLIC);
	assert_int_equal(config.create_policy, CREATE_OPEN);
	assert_int_equal(config.max_peers, 8);
	assert_int_equal(config.mailbox_max, 1024);
	assert_int_equal(config.signal_bytes_max, 32768);
	assert_int_equal(config.answer_wait_s, 10);
	assert_int_equal(config.viewer_timeout_s, 45);
	assert_int_equal(config.peer_grace_s, 10);
	assert_int_equal(config.reconnect_window_s, 60);
	assert_int_equal(config.unattended_window_s, 3600);
	assert_int_equal(config.sse_ping_s, 15);
	assert_int_equal(config.log_level, LOG_LEVEL_INFO);
}

static void
an_empty_variable_is_none(void **state)
{
	(void)state;
	unit_ok(load("LIVEBIN_MAX_PEERS", ""), &err);
	assert_int_equal(config.max_peers, 8);
	unit_ok(load("LIVEBIN_DATA", ""), &err);
	assert_string_equal(config.data, "./var");
}

static void
an_empty_ffmpeg_says_that_there_is_none(void **state)
{
	(void)state;
	unit_ok(load("LIVEBIN_FFMPEG", ""), &err);
	assert_string_equal(config.ffmpeg, "");
	unit_config(&config);
	assert_string_equal(config.ffmpeg, "ffmpeg");
}

static void
a_variable_takes_the_place_of_a_default(void **state)
{
	(void)state;
	unit_ok(load("LIVEBIN_DATA", "/srv/live"), &err);
	assert_string_equal(config.data, "/srv/live");
	unit_ok(load("LIVEBIN_ANSWER_WAIT", "25"), &err);
	assert_int_equal(config.answer_wait_s, 25);
	unit_ok(load("LIVEBIN_DISK_FREE_MIN", "0"), &err);
	assert_int_equal(config.disk_free_min_mb, 0);
}

static void
words_are_taken_in_any_case(void **state)
{
	(void)state;
	unit_ok(load("LIVEBIN_DEFAULT_VISIBILITY", "private"), &err);
	assert_int_equal(config.default_visibility, VISIBILITY_PRIVATE);
	unit_ok(load("LIVEBIN_DEFAULT_VISIBILITY", "UNLISTED"), &err);
	assert_int_equal(config.default_visibility, VISIBILITY_UNLISTED);
	unit_ok(load("LIVEBIN_LOG_LEVEL", "Debug"), &err);
	assert_int_equal(config.log_level, LOG_LEVEL_DEBUG);
}

static void
a_word_that_is_none_is_named(void **state)
{
	static const char *const WRONG[] = { "SECRET", "0", "PUBLIC ",
		"PUBLI" };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		unit_fails(load("LIVEBIN_DEFAULT_VISIBILITY", WRONG[i]), &err,
		    ERROR_INPUT);
		assert_string_equal(err.field, "default_visibility");
		assert_non_null(strstr(err.detail, "default_visibility"));
		assert_non_null(strstr(err.detail, WRONG[i]));
	}
}

/* Every whole number of the table: its row and its range. */
static const struct {
	const char *name;
	long long min, max;
} NUMBERS[] = {
	{ "create_per_hour", 0, 1000000 },
	{ "offers_per_minute", 0, 1000000 },
	{ "signals_per_minute", 0, 1000000 },
	{ "views_per_minute", 0, 1000000 },
	{ "playback_max", 60, 31536000 },
	{ "passes_max", 1, 1000000 },
	{ "failures_per_minute", 0, 1000000 },
	{ "max_peers", 1, 100000 },
	{ "mailbox_max", 8, 100000 },
	{ "signal_bytes_max", 1024, 1048576 },
	{ "answer_wait", 1, 25 },
	{ "viewer_timeout", 1, 3600 },
	{ "peer_grace", 1, 300 },
	{ "reconnect_window", 1, 86400 },
	{ "unattended_window", 0, 604800 },
	{ "media_file_max", 1, 65536 },
	{ "media_broadcast_max", 1, 10000000 },
	{ "media_site_max", 0, 100000000 },
	{ "media_per_minute", 0, 1000000 },
	{ "media_window", 6, 3600 },
	{ "media_gap_wait", 1, 300 },
	{ "playlist_max", 1, 16384 },
	{ "keep_days", 0, 36500 },
	{ "keep_max", 0, 100000000 },
	{ "job_attempts", 1, 100 },
	{ "job_retry", 1, 3600 },
	{ "job_time", 1, 604800 },
	{ "sse_ping", 1, 25 },
	{ "sse_max", 1, 86400 },
	{ "workers", 1, 64 },
	{ "parked_max", 1, 100000 },
	{ "parked_per_client", 1, 100000 },
	{ "busy_timeout", 1, 60000 },
	{ "disk_free_min", 0, 1000000 },
};

static void
variable_of(const char *name, char variable[64])
{
	size_t i;

	(void)snprintf(variable, 64, "LIVEBIN_%s", name);
	for (i = 0; variable[i] != '\0'; i++)
		variable[i] = (char)toupper((unsigned char)variable[i]);
}

static void
load_number(const char *name, long long number, bool good)
{
	char variable[64], value[32];

	variable_of(name, variable);
	(void)snprintf(value, sizeof(value), "%lld", number);
	if (good) {
		unit_ok(load(variable, value), &err);
		return;
	}
	unit_fails(load(variable, value), &err, ERROR_INPUT);
	assert_string_equal(err.field, name);
	assert_non_null(strstr(err.detail, name));
}

static void
a_number_may_be_either_end_of_its_range_and_no_more(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(NUMBERS); i++) {
		load_number(NUMBERS[i].name, NUMBERS[i].min, true);
		load_number(NUMBERS[i].name, NUMBERS[i].max, true);
		load_number(NUMBERS[i].name, NUMBERS[i].min - 1, false);
		load_number(NUMBERS[i].name, NUMBERS[i].max + 1, false);
	}
}

static void
what_is_not_a_whole_number_is_named(void **state)
{
	static const char *const WRONG[] = { "ten", "8x", "1e1", "8.0", "0x8",
		"99999999999999999999", "-99999999999999999999", " ", "8 " };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++) {
		unit_fails(
		    load("LIVEBIN_MAX_PEERS", WRONG[i]), &err, ERROR_INPUT);
		assert_string_equal(err.field, "max_peers");
	}
}

static void
a_text_may_be_as_long_as_its_place_and_no_longer(void **state)
{
	char text[CONFIG_TEXT_BYTES + 1];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[CONFIG_TEXT_BYTES - 1] = '\0';
	unit_ok(load("LIVEBIN_PUBLIC_URL", text), &err);
	assert_string_equal(config.public_url, text);
	text[CONFIG_TEXT_BYTES - 1] = 'x';
	text[CONFIG_TEXT_BYTES] = '\0';
	unit_fails(load("LIVEBIN_PUBLIC_URL", text), &err, ERROR_INPUT);
	assert_string_equal(err.field, "public_url");
}

static void
the_printed_table_has_each_setting_once(void **state)
{
	char *text = NULL, variable[64], line[80];
	const char *at;
	size_t size, i, rows = 0;
	FILE *to;

	(void)state;
	unit_ok(load("LIVEBIN_MAX_PEERS", "77"), &err);
	to = open_memstream(&text, &size);
	assert_non_null(to);
	config_print(&config, to);
	(void)fclose(to);
	for (i = 0; i < size; i++)
		rows += text[i] == '\n';
	assert_int_equal(rows, UNIT_COUNT(NUMBERS) + 16);
	for (i = 0; i < UNIT_COUNT(NUMBERS); i++) {
		variable_of(NUMBERS[i].name, variable);
		(void)snprintf(line, sizeof(line), "%s = ", variable);
		at = strstr(text, line);
		assert_non_null(at);
		assert_null(strstr(at + 1, line));
	}
	assert_non_null(strstr(text, "LIVEBIN_MAX_PEERS = 77 (default 8"));
	free(text);
}

static void
a_secret_is_not_printed(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *to;

	(void)state;
	unit_ok(load("LIVEBIN_HOOK_SECRET", "open-sesame"), &err);
	assert_string_equal(config.hook_secret, "open-sesame");
	to = open_memstream(&text, &size);
	assert_non_null(to);
	config_print(&config, to);
	(void)fclose(to);
	assert_null(strstr(text, "open-sesame"));
	assert_non_null(strstr(text, "LIVEBIN_HOOK_SECRET = \"***\" (default"));
	free(text);
}

static void
a_path_is_folder_and_name(void **state)
{
	char path[CONFIG_TEXT_BYTES];

	(void)state;
	unit_config(&config);
	unit_ok(config_path(&config, "wake", path, &err), &err);
	assert_string_equal(path, "./var/wake");
}

static void
a_path_that_is_too_long_is_an_error(void **state)
{
	char path[CONFIG_TEXT_BYTES];

	(void)state;
	unit_config(&config);
	memset(config.data, 'd', CONFIG_TEXT_BYTES - 1);
	config.data[CONFIG_TEXT_BYTES - 6] = '\0';
	unit_ok(config_path(&config, "wake", path, &err), &err);
	unit_fails(
	    config_path(&config, "wake!", path, &err), &err, ERROR_SYSTEM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_an_environment_the_defaults_hold),
		cmocka_unit_test(an_empty_variable_is_none),
		cmocka_unit_test(an_empty_ffmpeg_says_that_there_is_none),
		cmocka_unit_test(a_variable_takes_the_place_of_a_default),
		cmocka_unit_test(words_are_taken_in_any_case),
		cmocka_unit_test(a_word_that_is_none_is_named),
		cmocka_unit_test(
		    a_number_may_be_either_end_of_its_range_and_no_more),
		cmocka_unit_test(what_is_not_a_whole_number_is_named),
		cmocka_unit_test(
		    a_text_may_be_as_long_as_its_place_and_no_longer),
		cmocka_unit_test(the_printed_table_has_each_setting_once),
		cmocka_unit_test(a_secret_is_not_printed),
		cmocka_unit_test(a_path_is_folder_and_name),
		cmocka_unit_test(a_path_that_is_too_long_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
