/*
 * Rate buckets and the sweep's claim.
 */
#include "store/rate.h"
#include "store/statement.h"

static int
rate_number(struct store *store, enum statement which, int rc, int64_t *number)
{
	*number = 0;
	if (rc == 1)
		*number = statement_int(store, which, 0);
	statement_reset(store, which);
	return rc < 0 ? -1 : 0;
}

int
store_rate_get(struct store *store, const char *bucket,
    int64_t *empty_steady_ms, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_RATE_GET, err, "t", bucket);
	return rate_number(store, STATEMENT_RATE_GET, rc, empty_steady_ms);
}

int
store_rate_put(struct store *store, const char *bucket, int64_t empty_steady_ms,
    struct error *err)
{
	int rc;

	rc = statement_run(
	    store, STATEMENT_RATE_PUT, err, "ti", bucket, empty_steady_ms);
	return rc < 0 ? -1 : 0;
}

int
store_rate_delete_empty(
    struct store *store, int64_t steady_ms, struct error *err)
{
	return statement_run(store, STATEMENT_RATE_OLD, err, "i", steady_ms);
}

int
store_sweep_due(struct store *store, int64_t *due_steady_ms, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_SWEEP_DUE, err, "");
	return rate_number(store, STATEMENT_SWEEP_DUE, rc, due_steady_ms);
}

int
store_sweep_claim(struct store *store, int64_t now_steady_ms,
    int64_t next_steady_ms, struct error *err)
{
	return statement_run(store, STATEMENT_SWEEP_CLAIM, err, "ii",
	    now_steady_ms, next_steady_ms);
}

int
store_chore_claim(struct store *store, const char *name, int64_t now_steady_ms,
    int64_t next_steady_ms, struct error *err)
{
	return statement_run(store, STATEMENT_CHORE_CLAIM, err, "tii", name,
	    now_steady_ms, next_steady_ms);
}
