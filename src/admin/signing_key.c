/*
 * livebin signing-key: for the operator's own code that makes playback tokens.
 */
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "live/lifecycle.h"
#include "live/playback.h"

/* Alone on its line, for scripts. */
static int
key_print(struct live *live, struct error *err)
{
	char key[SIGN_KEY_BYTES];
	int rc;

	if (playback_key(live, key, err) != 0)
		return -1;
	rc = printf("%s\n", key) > 0 && fflush(stdout) == 0;
	secret_wipe(key, sizeof(key));
	return rc ? 0
		  : error_set(
			err, ERROR_SYSTEM, NULL, "the key can't be written");
}

enum admin_exit
admin_signing_key(
    const struct config *config, const struct arguments *arguments)
{
	const bool anew =
	    arguments->count == 1 && strcmp(arguments->list[0], "--new") == 0;
	struct live live;
	struct error err;
	int rc;

	if (arguments->count > 1 || (arguments->count == 1 && !anew))
		return admin_usage();
	/* Before the first start as well. */
	if (live_prepare(config, &err) != 0)
		return admin_error(&err);
	rc = live_open(&live, config, &err);
	if (rc == 0 && anew)
		rc = lifecycle_new_signing_key(&live, &err);
	if (rc == 0)
		rc = key_print(&live, &err);
	live_close(&live);
	return rc == 0 ? ADMIN_DONE : admin_error(&err);
}
