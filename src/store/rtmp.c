/*
 * Who publishes through an RTMP server: rows to structs and back.
 */
#include <string.h>

#include "store/rtmp.h"
#include "store/statement.h"

int
store_rtmp_find(struct store *store, const char *stream_id, struct rtmp *rtmp,
    struct error *err)
{
	const enum statement which = STATEMENT_RTMP_FIND;
	int rc;

	memset(rtmp, 0, sizeof(*rtmp));
	rc = statement_step(store, which, err, "t", stream_id);
	if (rc == 1) {
		memcpy(rtmp->stream_id, stream_id, ID_BYTES);
		statement_copy(
		    store, which, 0, rtmp->server, sizeof(rtmp->server));
		statement_copy(
		    store, which, 1, rtmp->client, sizeof(rtmp->client));
		statement_hash(store, which, 2, rtmp->key_hash);
		rtmp->began_unix_ms = statement_int(store, which, 3);
		rtmp->lease_steady_ms = statement_int(store, which, 4);
	}
	statement_reset(store, which);
	return rc;
}

int
store_rtmp_put(struct store *store, const struct rtmp *rtmp, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_RTMP_PUT, err, "ttthii",
	    rtmp->stream_id, rtmp->server, rtmp->client, rtmp->key_hash,
	    rtmp->began_unix_ms, rtmp->lease_steady_ms);
	return rc < 0 ? -1 : 0;
}

int
store_rtmp_delete(
    struct store *store, const struct rtmp *rtmp, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_RTMP_DELETE, err, "ttt",
	    rtmp->stream_id, rtmp->server, rtmp->client);
	return rc < 0 ? -1 : 0;
}

int
store_rtmp_forget(struct store *store, const char *stream_id, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_RTMP_FORGET, err, "t", stream_id);
	return rc < 0 ? -1 : 0;
}
