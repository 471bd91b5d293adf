/*
 * Viewers and their numbers. The counting itself is in schema.sql's triggers.
 */
#include <stdio.h>
#include <string.h>

#include "store/audience.h"
#include "store/statement.h"

int
store_viewer_put(
    struct store *store, const struct viewer *viewer, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_VIEWER_PUT, err, "ttii",
	    viewer->stream_id, viewer->viewer_id, viewer->lease_steady_ms,
	    viewer->playback);
	return rc < 0 ? -1 : 0;
}

int64_t
store_viewer_others(
    struct store *store, const struct viewer *viewer, struct error *err)
{
	int64_t count = -1;
	int rc;

	rc = statement_step(store, STATEMENT_VIEWER_BY, err, "tti",
	    viewer->stream_id, viewer->viewer_id, viewer->playback);
	if (rc == 1)
		count = statement_int(store, STATEMENT_VIEWER_BY, 0);
	statement_reset(store, STATEMENT_VIEWER_BY);
	return count;
}

int
store_viewer_delete(struct store *store, const char *stream_id,
    const char *viewer_id, struct error *err)
{
	return statement_run(
	    store, STATEMENT_VIEWER_DELETE, err, "tt", stream_id, viewer_id);
}

int
store_viewer_delete_all(
    struct store *store, const char *stream_id, struct error *err)
{
	return statement_run(
	    store, STATEMENT_VIEWER_DELETE_ALL, err, "t", stream_id);
}

int
store_viewer_delete_unbidden(
    struct store *store, const char *stream_id, struct error *err)
{
	return statement_run(
	    store, STATEMENT_VIEWER_UNBIDDEN, err, "t", stream_id);
}

int
store_viewer_delete_expired(
    struct store *store, int64_t steady_ms, struct error *err)
{
	return statement_run(
	    store, STATEMENT_VIEWER_EXPIRED, err, "i", steady_ms);
}

int
store_view_count(struct store *store, const char *stream_id,
    const char *viewer_id, int64_t until_steady_ms, struct error *err)
{
	return statement_run(store, STATEMENT_VIEWED_PUT, err, "tti", stream_id,
	    viewer_id, until_steady_ms);
}

int
store_view_delete_expired(
    struct store *store, int64_t steady_ms, struct error *err)
{
	return statement_run(store, STATEMENT_VIEWED_OLD, err, "i", steady_ms);
}

int
store_audience_get(struct store *store, const char *stream_id,
    struct audience *audience, struct error *err)
{
	const enum statement which = STATEMENT_AUDIENCE_GET;
	int rc;

	memset(audience, 0, sizeof(*audience));
	(void)snprintf(audience->stream_id, ID_BYTES, "%s", stream_id);
	rc = statement_step(store, which, err, "t", stream_id);
	if (rc == 1) {
		audience->viewers = statement_int(store, which, 0);
		audience->peak = statement_int(store, which, 1);
		audience->views = statement_int(store, which, 2);
	}
	statement_reset(store, which);
	return rc < 0 ? -1 : 0;
}

int
store_audience_changed(
    struct store *store, int max, struct audience *audiences, struct error *err)
{
	const enum statement which = STATEMENT_AUDIENCE_CHANGED;
	int rc, count = 0;

	rc = statement_step(store, which, err, "i", (int64_t)max);
	while (rc == 1 && count < max) {
		struct audience *one = &audiences[count++];

		(void)snprintf(one->stream_id, ID_BYTES, "%s",
		    statement_text(store, which, 0));
		one->viewers = statement_int(store, which, 1);
		one->peak = statement_int(store, which, 2);
		one->views = statement_int(store, which, 3);
		rc = statement_step(store, which, err, NULL);
	}
	statement_reset(store, which);
	return rc < 0 ? -1 : count;
}

int
store_audience_settle(
    struct store *store, const char *stream_id, struct error *err)
{
	if (statement_run(
		store, STATEMENT_AUDIENCE_SETTLE, err, "t", stream_id) < 0 ||
	    statement_run(store, STATEMENT_AUDIENCE_IDLE, err, "t", stream_id) <
		0)
		return -1;
	return 0;
}

int
store_audience_return(
    struct store *store, const struct audience *audience, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_AUDIENCE_ADD, err, "tii",
	    audience->stream_id, audience->peak, audience->views);
	return rc < 0 ? -1 : 0;
}
