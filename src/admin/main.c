/*
 * livebin: what an operator does to a site beside serving it. It takes the
 * settings that the programs take. docs/operate.md is its manual.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "admin/admin.h"
#include "base/file.h"
#include "base/id.h"
#include "live/backup.h"
#include "live/live.h"

static const char USAGE[] =
    "usage: livebin token create NAME [--scope create,admin] [--per-hour N]\n"
    "           makes an API token and prints it, this once. Scope create "
    "(the\n"
    "           default) may create streams, admin may also see and end all;\n"
    "           N streams an hour, 0 (the default): no limit of its own\n"
    "       livebin token list\n"
    "           name, scopes, streams an hour, when made, when last used\n"
    "       livebin token revoke NAME\n"
    "           it opens nothing from then on\n"
    "       livebin signing-key [--new]\n"
    "           prints the key that signs playback tokens (JWT, HS256); --new\n"
    "           makes another, and all tokens fall\n"
    "       livebin backup FOLDER\n"
    "           copies livebin.db and secret (keys and tokens need it) into a\n"
    "           new folder while the site runs; media and passing.db aren't "
    "in\n"
    "           it: copy the folder media by itself\n"
    "       livebin check\n"
    "           looks through databases and media: 0 sound, 1 not\n"
    "       livebin --print-config\n"
    "LIVEBIN_DATA (./var) says which site; docs/operate.md says more.\n";

static const struct {
	const char *word;
	enum admin_exit (*run)(
	    const struct config *config, const struct arguments *arguments);
} COMMANDS[] = {
	{ "token", admin_token },
	{ "signing-key", admin_signing_key },
	{ "backup", admin_backup },
	{ "check", admin_check },
};

enum admin_exit
admin_error(const struct error *err)
{
	(void)fprintf(stderr, "livebin: %s\n", err->detail);
	return ADMIN_FAILED;
}

enum admin_exit
admin_usage(void)
{
	(void)fputs(USAGE, stderr);
	return ADMIN_USAGE;
}

bool
admin_site_there(const struct config *config)
{
	char path[CONFIG_TEXT_BYTES];
	struct error err;

	if (config_path(config, BACKUP_DATABASE, path, &err) == 0 &&
	    file_size(path) >= 0)
		return true;
	(void)fprintf(stderr,
	    "livebin: there is no site in the folder LIVEBIN_DATA=%s\n",
	    config->data);
	return false;
}

static enum admin_exit
main_run(const struct config *config, int argc, char **argv)
{
	const struct arguments arguments = { argc - 2, argv + 2 };
	struct error err;
	size_t i;

	for (i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
		if (strcmp(argv[1], COMMANDS[i].word) != 0)
			continue;
		if (id_init(&err) != 0)
			return admin_error(&err);
		return COMMANDS[i].run(config, &arguments);
	}
	return admin_usage();
}

int
main(int argc, char **argv)
{
	static struct config config;
	const char *word = argc > 1 ? argv[1] : "";
	struct error err;

	/* Others on this host must not read what is made here. */
	(void)umask(077);
	if (strcmp(word, "--help") == 0 || strcmp(word, "help") == 0) {
		(void)fputs(USAGE, stdout);
		return ADMIN_DONE;
	}
	if (config_load(&config, &err) != 0 || live_check(&config, &err) != 0) {
		(void)admin_error(&err);
		return ADMIN_USAGE;
	}
	if (strcmp(word, "--print-config") == 0) {
		config_print(&config, stdout);
		return ADMIN_DONE;
	}
	if (argc < 2)
		return (int)admin_usage();
	log_open("livebin", NULL, LOG_LEVEL_WARN);
	return (int)main_run(&config, argc, argv);
}
