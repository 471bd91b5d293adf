/*
 * Passes and the signing key's number.
 */
#include <string.h>

#include "store/pass.h"
#include "store/statement.h"

int
store_pass_put(struct store *store, const struct pass *pass, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_PASS_PUT, err, "tii", pass->name,
	    pass->recording, pass->until_unix_ms);
	return rc < 0 ? -1 : 0;
}

/* Reads the row of a step that was made, and ends it. */
static int
pass_take(struct store *store, enum statement which, int rc, struct pass *pass)
{
	memset(pass, 0, sizeof(*pass));
	if (rc == 1) {
		statement_copy(store, which, 0, pass->name, sizeof(pass->name));
		pass->recording = statement_int(store, which, 1);
		pass->until_unix_ms = statement_int(store, which, 2);
	}
	statement_reset(store, which);
	return rc;
}

int
store_pass_there(struct store *store, const char *name, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_PASS_THERE, err, "t", name);
	statement_reset(store, STATEMENT_PASS_THERE);
	return rc;
}

int64_t
store_pass_count(struct store *store, int64_t recording, struct error *err)
{
	int64_t count = -1;
	int rc;

	rc = statement_step(store, STATEMENT_PASS_COUNT, err, "i", recording);
	if (rc == 1)
		count = statement_int(store, STATEMENT_PASS_COUNT, 0);
	statement_reset(store, STATEMENT_PASS_COUNT);
	return count;
}

int
store_pass_of(struct store *store, int64_t recording, struct pass *pass,
    struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_PASS_OF, err, "i", recording);
	return pass_take(store, STATEMENT_PASS_OF, rc, pass);
}

int
store_pass_ended(
    struct store *store, int64_t unix_ms, struct pass *pass, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_PASS_ENDED, err, "i", unix_ms);
	return pass_take(store, STATEMENT_PASS_ENDED, rc, pass);
}

int
store_pass_delete(struct store *store, const char *name, struct error *err)
{
	return statement_run(store, STATEMENT_PASS_DELETE, err, "t", name);
}

int
store_signing_get(struct store *store, int64_t *number, struct error *err)
{
	int rc;

	*number = 0;
	rc = statement_step(store, STATEMENT_SIGNING_GET, err, "");
	if (rc == 1)
		*number = statement_int(store, STATEMENT_SIGNING_GET, 0);
	statement_reset(store, STATEMENT_SIGNING_GET);
	return rc < 0 ? -1 : 0;
}

int
store_signing_next(struct store *store, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_SIGNING_NEXT, err, "");
	return rc < 0 ? -1 : 0;
}
