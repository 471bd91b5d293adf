/*
 * Every SQL text of the product, and how it is run. Constant text, numbered
 * parameters; a test asserts that no plan holds a scan that isn't listed.
 */
#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include <sqlite3.h>

#include "base/id.h"
#include "base/log.h"
#include "store/connection.h"
#include "store/statement.h"

struct text {
	enum store_part part;
	const char *sql;
};

#define STREAM_COLUMNS                                                        \
	"seq, id, key_hash, title, description, status, visibility, record, " \
	"created_ms, started_ms, stopped_ms, peak_viewers, views_total, "     \
	"view_day, views_today, view_month, views_month"

/* clang-format off */
static const struct text TEXTS[] = {
	[STATEMENT_STREAM_INSERT] = { STORE_LASTING,
	    "INSERT INTO stream (id, key_hash, title, description, visibility,"
	    " record, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)" },
	[STATEMENT_STREAM_GET] = { STORE_LASTING,
	    "SELECT " STREAM_COLUMNS " FROM stream WHERE id = ?1" },
	[STATEMENT_STREAM_START] = { STORE_LASTING,
	    "UPDATE stream SET status = 1, started_ms = ?2, stopped_ms = NULL"
	    " WHERE id = ?1 AND status <> 1" },
	[STATEMENT_STREAM_STOP] = { STORE_LASTING,
	    "UPDATE stream SET status = 2, stopped_ms = ?2"
	    " WHERE id = ?1 AND status <> 2" },
	[STATEMENT_STREAM_UPDATE] = { STORE_LASTING,
	    "UPDATE stream SET title = coalesce(?2, title),"
	    " description = iif(?3, ?4, description),"
	    " visibility = coalesce(?5, visibility) WHERE id = ?1" },
	[STATEMENT_STREAM_KEY] = { STORE_LASTING,
	    "UPDATE stream SET key_hash = ?2"
	    " WHERE id = ?1 AND key_hash = ?3" },
	[STATEMENT_STREAM_DELETE] = { STORE_LASTING,
	    "DELETE FROM stream WHERE id = ?1" },
	[STATEMENT_STREAM_LISTED] = { STORE_LASTING,
	    "SELECT " STREAM_COLUMNS " FROM stream"
	    " WHERE status = 1 AND visibility = 0 AND seq < ?1"
	    " ORDER BY seq DESC LIMIT ?2" },
	[STATEMENT_STREAM_LIVE] = { STORE_LASTING,
	    "SELECT id FROM stream WHERE status = 1 AND seq > 0" },
	[STATEMENT_STREAM_COUNT] = { STORE_LASTING,
	    "UPDATE stream SET"
	    " peak_viewers = max(peak_viewers, ?2),"
	    " views_total = views_total + ?3,"
	    " views_today = iif(view_day = ?4, views_today, 0) + ?3,"
	    " view_day = ?4,"
	    " views_month = iif(view_month = ?5, views_month, 0) + ?3,"
	    " view_month = ?5"
	    " WHERE id = ?1" },

	[STATEMENT_PUBLISHER_GET] = { STORE_PASSING,
	    "SELECT session, lease_ms FROM publisher WHERE stream_id = ?1" },
	[STATEMENT_PUBLISHER_PUT] = { STORE_PASSING,
	    "INSERT INTO publisher (stream_id, session, lease_ms)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT (stream_id) DO UPDATE SET"
	    " session = excluded.session, lease_ms = excluded.lease_ms" },
	[STATEMENT_PUBLISHER_LEASE] = { STORE_PASSING,
	    "UPDATE publisher SET lease_ms = ?3"
	    " WHERE stream_id = ?1 AND session = ?2" },
	[STATEMENT_PUBLISHER_LEASE_BREAK] = { STORE_PASSING,
	    "UPDATE publisher SET lease_ms = ?3 WHERE stream_id = ?1"
	    " AND session = ?2 AND lease_ms > ?3 AND lease_ms <= ?4" },
	[STATEMENT_PUBLISHER_DELETE] = { STORE_PASSING,
	    "DELETE FROM publisher WHERE stream_id = ?1" },
	[STATEMENT_PUBLISHER_EXPIRED] = { STORE_PASSING,
	    "SELECT stream_id FROM publisher WHERE lease_ms <= ?1 LIMIT ?2" },

	[STATEMENT_BROADCAST_PUT] = { STORE_PASSING,
	    "INSERT INTO broadcast (stream_id, deadline_ms) VALUES (?1, ?2)"
	    " ON CONFLICT (stream_id) DO UPDATE SET"
	    " deadline_ms = excluded.deadline_ms" },
	[STATEMENT_BROADCAST_KEEP] = { STORE_PASSING,
	    "INSERT INTO broadcast (stream_id, deadline_ms) VALUES (?1, ?2)"
	    " ON CONFLICT (stream_id) DO NOTHING" },
	[STATEMENT_BROADCAST_DEADLINE] = { STORE_PASSING,
	    "UPDATE broadcast SET deadline_ms = ?2 WHERE stream_id = ?1" },
	[STATEMENT_BROADCAST_DELETE] = { STORE_PASSING,
	    "DELETE FROM broadcast WHERE stream_id = ?1" },
	[STATEMENT_BROADCAST_DUE] = { STORE_PASSING,
	    "SELECT 1 FROM broadcast WHERE stream_id = ?1"
	    " AND deadline_ms <= ?2" },
	[STATEMENT_BROADCAST_EXPIRED] = { STORE_PASSING,
	    "SELECT stream_id FROM broadcast"
	    " WHERE deadline_ms IS NOT NULL AND deadline_ms <= ?1 LIMIT ?2" },

	[STATEMENT_PEER_INSERT] = { STORE_PASSING,
	    "INSERT INTO peer (stream_id, peer_id, token_hash, viewer_id,"
	    " lease_ms) VALUES (?1, ?2, ?3, ?4, ?5)" },
	[STATEMENT_PEER_FIND] = { STORE_PASSING,
	    "SELECT stream_id, peer_id, viewer_id, lease_ms FROM peer"
	    " WHERE token_hash = ?1" },
	[STATEMENT_PEER_EXISTS] = { STORE_PASSING,
	    "SELECT 1 FROM peer WHERE stream_id = ?1 AND peer_id = ?2" },
	[STATEMENT_PEER_LEASE] = { STORE_PASSING,
	    "UPDATE peer SET lease_ms = ?3"
	    " WHERE stream_id = ?1 AND peer_id = ?2" },
	[STATEMENT_PEER_LEASE_BREAK] = { STORE_PASSING,
	    "UPDATE peer SET lease_ms = ?3 WHERE stream_id = ?1"
	    " AND peer_id = ?2 AND lease_ms > ?3 AND lease_ms <= ?4" },
	[STATEMENT_PEER_LEASE_VIEWER] = { STORE_PASSING,
	    "UPDATE peer SET lease_ms = ?3"
	    " WHERE stream_id = ?1 AND viewer_id = ?2" },
	[STATEMENT_PEER_LEASE_CUT] = { STORE_PASSING,
	    "UPDATE peer SET lease_ms = ?2"
	    " WHERE stream_id = ?1 AND lease_ms > ?2" },
	[STATEMENT_PEER_DELETE] = { STORE_PASSING,
	    "DELETE FROM peer WHERE stream_id = ?1 AND peer_id = ?2" },
	[STATEMENT_PEER_DELETE_ALL] = { STORE_PASSING,
	    "DELETE FROM peer WHERE stream_id = ?1" },
	[STATEMENT_PEER_COUNT] = { STORE_PASSING,
	    "SELECT count(*) FROM peer WHERE stream_id = ?1" },
	[STATEMENT_PEER_LIST] = { STORE_PASSING,
	    "SELECT peer_id FROM peer WHERE stream_id = ?1 AND peer_id > ?2"
	    " ORDER BY peer_id LIMIT ?3" },
	[STATEMENT_PEER_EXPIRED] = { STORE_PASSING,
	    "SELECT stream_id, peer_id, viewer_id, lease_ms FROM peer"
	    " WHERE lease_ms <= ?1 LIMIT ?2" },

	[STATEMENT_MAIL_INSERT] = { STORE_PASSING,
	    "INSERT INTO mail (stream_id, receiver, sender, type, data, at_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)" },
	[STATEMENT_MAIL_LIST] = { STORE_PASSING,
	    "SELECT id, sender, type, data, at_ms FROM mail"
	    " WHERE stream_id = ?1 AND receiver = ?2 AND id > ?3"
	    " ORDER BY id LIMIT ?4" },
	[STATEMENT_MAIL_LAST] = { STORE_PASSING,
	    "SELECT seq FROM sqlite_sequence WHERE name = 'mail'" },
	[STATEMENT_MAIL_COUNT] = { STORE_PASSING,
	    "SELECT count(*) FROM mail"
	    " WHERE stream_id = ?1 AND receiver = ?2" },
	[STATEMENT_MAIL_ANSWER] = { STORE_PASSING,
	    "SELECT id, data FROM mail WHERE stream_id = ?1 AND receiver = ?2"
	    " AND id > ?3 AND type = ?4 ORDER BY id LIMIT 1" },
	[STATEMENT_MAIL_DELETE] = { STORE_PASSING,
	    "DELETE FROM mail WHERE id = ?1" },
	[STATEMENT_MAIL_READ] = { STORE_PASSING,
	    "DELETE FROM mail"
	    " WHERE stream_id = ?1 AND receiver = ?2 AND id <= ?3" },
	[STATEMENT_MAIL_DELETE_BOX] = { STORE_PASSING,
	    "DELETE FROM mail WHERE stream_id = ?1 AND receiver = ?2" },
	[STATEMENT_MAIL_DELETE_STREAM] = { STORE_PASSING,
	    "DELETE FROM mail WHERE stream_id = ?1" },
	[STATEMENT_MAIL_OLD] = { STORE_PASSING,
	    "DELETE FROM mail WHERE id <= ?1" },

	[STATEMENT_VIEWER_PUT] = { STORE_PASSING,
	    "INSERT INTO viewer (stream_id, viewer_id, lease_ms)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT (stream_id, viewer_id) DO UPDATE"
	    " SET lease_ms = excluded.lease_ms" },
	[STATEMENT_VIEWER_DELETE] = { STORE_PASSING,
	    "DELETE FROM viewer WHERE stream_id = ?1 AND viewer_id = ?2" },
	[STATEMENT_VIEWER_DELETE_ALL] = { STORE_PASSING,
	    "DELETE FROM viewer WHERE stream_id = ?1" },
	[STATEMENT_VIEWER_EXPIRED] = { STORE_PASSING,
	    "DELETE FROM viewer WHERE lease_ms <= ?1" },
	[STATEMENT_VIEWED_PUT] = { STORE_PASSING,
	    "INSERT INTO viewed (stream_id, viewer_id, until_ms)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING" },
	[STATEMENT_VIEWED_OLD] = { STORE_PASSING,
	    "DELETE FROM viewed WHERE until_ms <= ?1" },
	[STATEMENT_AUDIENCE_GET] = { STORE_PASSING,
	    "SELECT viewers, peak, views FROM audience WHERE stream_id = ?1" },
	[STATEMENT_AUDIENCE_CHANGED] = { STORE_PASSING,
	    "SELECT stream_id, viewers, peak, views FROM audience"
	    " WHERE changed = 1 LIMIT ?1" },
	[STATEMENT_AUDIENCE_SETTLE] = { STORE_PASSING,
	    "UPDATE audience SET changed = 0, views = 0, peak = viewers"
	    " WHERE stream_id = ?1" },
	[STATEMENT_AUDIENCE_IDLE] = { STORE_PASSING,
	    "DELETE FROM audience"
	    " WHERE stream_id = ?1 AND viewers = 0 AND changed = 0" },
	[STATEMENT_AUDIENCE_ADD] = { STORE_PASSING,
	    "INSERT INTO audience (stream_id, viewers, peak, views, changed)"
	    " VALUES (?1, 0, ?2, ?3, 1) ON CONFLICT (stream_id) DO UPDATE SET"
	    " peak = max(peak, excluded.peak),"
	    " views = views + excluded.views, changed = 1" },

	[STATEMENT_RATE_GET] = { STORE_PASSING,
	    "SELECT empty_ms FROM rate WHERE bucket = ?1" },
	[STATEMENT_RATE_PUT] = { STORE_PASSING,
	    "INSERT INTO rate (bucket, empty_ms) VALUES (?1, ?2)"
	    " ON CONFLICT (bucket) DO UPDATE SET"
	    " empty_ms = excluded.empty_ms" },
	[STATEMENT_RATE_OLD] = { STORE_PASSING,
	    "DELETE FROM rate WHERE empty_ms <= ?1" },

	[STATEMENT_MAIL_MARK] = { STORE_PASSING,
	    "SELECT mail_id FROM sweep"
	    " WHERE id = 0 AND (mail_ms <= ?1 OR mail_ms > ?2)" },
	[STATEMENT_MAIL_MARK_SET] = { STORE_PASSING,
	    "UPDATE sweep SET mail_id = ?1, mail_ms = ?2 WHERE id = 0" },
	[STATEMENT_SWEEP_DUE] = { STORE_PASSING,
	    "SELECT due_ms FROM sweep WHERE id = 0" },
	[STATEMENT_SWEEP_CLAIM] = { STORE_PASSING,
	    "UPDATE sweep SET due_ms = ?2 WHERE id = 0"
	    " AND (due_ms <= ?1 OR due_ms > ?2)" },
};
/* clang-format on */

static_assert(sizeof(TEXTS) / sizeof(TEXTS[0]) == STATEMENT__MAX,
    "a text for each statement");

enum store_part
statement_part(enum statement which)
{
	return TEXTS[which].part;
}

const char *
statement_sql(enum statement which)
{
	return TEXTS[which].sql;
}

static int
statement_bind(sqlite3_stmt *handle, const char *format, va_list args)
{
	const unsigned char *hash;
	const char *text;
	int i, rc = SQLITE_OK;

	for (i = 1; *format != '\0' && rc == SQLITE_OK; format++, i++) {
		switch (*format) {
		case 't':
			text = va_arg(args, const char *);
			rc = sqlite3_bind_text(
			    handle, i, text, -1, SQLITE_STATIC);
			break;
		case 'i':
			rc = sqlite3_bind_int64(
			    handle, i, va_arg(args, int64_t));
			break;
		case 'h':
			hash = va_arg(args, const unsigned char *);
			rc = sqlite3_bind_blob(
			    handle, i, hash, HASH_BYTES, SQLITE_STATIC);
			break;
		case 'n':
			rc = sqlite3_bind_null(handle, i);
			break;
		default:
			assert(!"an unknown letter in a statement's format");
		}
	}
	return rc;
}

static int
statement_step_list(struct store *store, enum statement which,
    struct error *err, const char *format, va_list args)
{
	sqlite3_stmt *handle = store->statements[which];
	int rc = SQLITE_OK;

	if (format != NULL)
		rc = statement_bind(handle, format, args);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(handle);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	log_write(LOG_LEVEL_ERROR, NULL, "statement %d: %s", (int)which,
	    sqlite3_errmsg(store->parts[TEXTS[which].part]));
	(void)sqlite3_reset(handle);
	return connection_error(rc, err);
}

int
statement_step(struct store *store, enum statement which, struct error *err,
    const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = statement_step_list(store, which, err, format, args);
	va_end(args);
	return rc;
}

void
statement_reset(struct store *store, enum statement which)
{
	(void)sqlite3_reset(store->statements[which]);
	(void)sqlite3_clear_bindings(store->statements[which]);
}

int
statement_run(struct store *store, enum statement which, struct error *err,
    const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = statement_step_list(store, which, err, format, args);
	va_end(args);
	statement_reset(store, which);
	return rc < 0 ? -1 : sqlite3_changes(store->parts[TEXTS[which].part]);
}

int64_t
statement_int(struct store *store, enum statement which, int column)
{
	return sqlite3_column_int64(store->statements[which], column);
}

const char *
statement_text(struct store *store, enum statement which, int column)
{
	return (const char *)sqlite3_column_text(
	    store->statements[which], column);
}

bool
statement_null(struct store *store, enum statement which, int column)
{
	return sqlite3_column_type(store->statements[which], column) ==
	       SQLITE_NULL;
}

void
statement_hash(
    struct store *store, enum statement which, int column, unsigned char *hash)
{
	const void *blob =
	    sqlite3_column_blob(store->statements[which], column);

	assert(sqlite3_column_bytes(store->statements[which], column) ==
	       HASH_BYTES);
	memcpy(hash, blob, HASH_BYTES);
}
