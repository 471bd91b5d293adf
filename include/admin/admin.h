/*
 * The operator's command, `livebin`: one function for each of its words.
 */
#ifndef LIVEBIN_ADMIN_ADMIN_H
#define LIVEBIN_ADMIN_ADMIN_H

#include <stdbool.h>

#include "base/config.h"
#include "base/error.h"

/* What the command ends with. */
enum admin_exit {
	ADMIN_DONE,
	ADMIN_FAILED, /* also: what was checked isn't sound */
	ADMIN_USAGE,
};

/* What stands behind the command's first word. Borrowed. */
struct arguments {
	int count;
	char **list;
};

/* `livebin token`, `livebin signing-key`, `livebin backup`, `livebin check`. */
enum admin_exit admin_token(
    const struct config *config, const struct arguments *arguments);
enum admin_exit admin_signing_key(
    const struct config *config, const struct arguments *arguments);
enum admin_exit admin_backup(
    const struct config *config, const struct arguments *arguments);
enum admin_exit admin_check(
    const struct config *config, const struct arguments *arguments);

/* Says why on standard error. Gives ADMIN_FAILED. */
enum admin_exit admin_error(const struct error *err);

/* Says what the command takes. Gives ADMIN_USAGE. */
enum admin_exit admin_usage(void);

/* True if there is a site in the data folder; if not it says so. */
bool admin_site_there(const struct config *config);

#endif
