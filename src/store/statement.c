/*
 * Every SQL text of the product, and how it is run. Constant text, numbered
 * parameters; a test asserts that no plan holds a scan that isn't listed.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/id.h"
#include "base/log.h"
#include "store/connection.h"
#include "store/job.h"
#include "store/recording.h"
#include "store/statement.h"
#include "store/stream.h"

#define PEER_COLUMNS                                                     \
	"stream_id, peer_id, viewer_id, lease_ms, session, ice, events," \
	" offer_until_ms, playback, until_ms"

struct text {
	enum store_part part;
	const char *sql;
};

#define STREAM_COLUMNS                                                        \
	"seq, id, key_hash, title, description, status, visibility, record, " \
	"created_ms, started_ms, stopped_ms, peak_viewers, views_total, "     \
	"view_day, views_today, view_month, views_month"

#define RECORDING_COLUMNS                                               \
	"seq, id, stream_id, state, started_ms, ended_ms, duration_ms," \
	" bytes, renditions, mp4_bytes, poster, thumbs, detail"

#define ENCODER_COLUMNS                                                  \
	"stream_id, name, rendition, session, sequence, last, heard_ms," \
	" segment_ms, target_s, began_ms, ended, sender"

#define TOKEN_COLUMNS "name, scopes, per_hour, created_ms, used_ms"

#define UPLOAD_COLUMNS                                                  \
	"stream_id, name, newcomer, file, kind, digest, bytes, sender," \
	" at_ms, published"

/*
 * Partial indexes serve only where the numbers are in the text, as in
 * schema.sql.
 */
static_assert(STREAM_PENDING == 0 && STREAM_LIVE == 1 &&
		  VISIBILITY_PUBLIC == 0 && RECORDING_PROCESSING == 1 &&
		  RECORDING_READY == 2 && RECORDING_FAILED == 3 &&
		  RECORDING_GOING == 4 && JOB_REMOVE == 4,
    "the numbers of states and kinds below");

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
	    "UPDATE stream SET status = ?3, stopped_ms = ?2 WHERE id = ?1"
	    " AND (status = 1 OR (status = 0 AND stopped_ms IS NULL))" },
	[STATEMENT_STREAM_UPDATE] = { STORE_LASTING,
	    "UPDATE stream SET title = coalesce(?2, title),"
	    " description = iif(?3, ?4, description),"
	    " visibility = coalesce(?5, visibility) WHERE id = ?1" },
	[STATEMENT_STREAM_KEY] = { STORE_LASTING,
	    "UPDATE stream SET key_hash = ?2"
	    " WHERE id = ?1 AND key_hash = ?3" },
	[STATEMENT_STREAM_DELETE] = { STORE_LASTING,
	    "DELETE FROM stream WHERE id = ?1" },
	/* Or it takes the index of states, and walks what isn't PUBLIC. */
	[STATEMENT_STREAM_LISTED] = { STORE_LASTING,
	    "SELECT " STREAM_COLUMNS " FROM stream INDEXED BY stream_listed"
	    " WHERE status = 1 AND visibility = 0 AND seq < ?1"
	    " ORDER BY seq DESC LIMIT ?2" },
	[STATEMENT_STREAM_ALL] = { STORE_LASTING,
	    "SELECT " STREAM_COLUMNS " FROM stream WHERE seq < ?1"
	    " ORDER BY seq DESC LIMIT ?2" },
	/* Or it walks all streams, of whatever state: seq is their key. */
	[STATEMENT_STREAM_ALL_OF] = { STORE_LASTING,
	    "SELECT " STREAM_COLUMNS " FROM stream INDEXED BY stream_status"
	    " WHERE status = ?3 AND seq < ?1 ORDER BY seq DESC LIMIT ?2" },
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
	    " lease_ms, session, ice, playback, until_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)" },
	[STATEMENT_PEER_FIND] = { STORE_PASSING,
	    "SELECT " PEER_COLUMNS " FROM peer WHERE token_hash = ?1" },
	[STATEMENT_PEER_GET] = { STORE_PASSING,
	    "SELECT " PEER_COLUMNS " FROM peer"
	    " WHERE stream_id = ?1 AND peer_id = ?2" },
	[STATEMENT_PEER_ICE] = { STORE_PASSING,
	    "UPDATE peer SET ice = ?3 WHERE stream_id = ?1 AND peer_id = ?2" },
	[STATEMENT_PEER_EVENTS] = { STORE_PASSING,
	    "UPDATE peer SET events = ?3"
	    " WHERE stream_id = ?1 AND peer_id = ?2" },
	[STATEMENT_PEER_OFFER] = { STORE_PASSING,
	    "UPDATE peer SET offer_until_ms = ?3"
	    " WHERE stream_id = ?1 AND peer_id = ?2" },
	[STATEMENT_PEER_LEASE] = { STORE_PASSING,
	    "UPDATE peer SET lease_ms = min(?3, until_ms)"
	    " WHERE stream_id = ?1 AND peer_id = ?2" },
	[STATEMENT_PEER_LEASE_BREAK] = { STORE_PASSING,
	    "UPDATE peer SET lease_ms = ?3 WHERE stream_id = ?1"
	    " AND peer_id = ?2 AND lease_ms > ?3 AND lease_ms <= ?4" },
	[STATEMENT_PEER_LEASE_VIEWER] = { STORE_PASSING,
	    "UPDATE peer SET lease_ms = min(?3, until_ms)"
	    " WHERE stream_id = ?1 AND viewer_id = ?2 AND session = 0" },
	[STATEMENT_PEER_LEASE_CUT] = { STORE_PASSING,
	    "UPDATE peer SET lease_ms = ?2"
	    " WHERE stream_id = ?1 AND lease_ms > ?2" },
	[STATEMENT_PEER_LEASE_OTHERS] = { STORE_PASSING,
	    "UPDATE peer SET lease_ms = ?3 WHERE stream_id = ?1"
	    " AND session NOT IN (0, ?2) AND lease_ms > ?3" },
	[STATEMENT_PEER_END] = { STORE_PASSING,
	    "UPDATE peer SET until_ms = min(until_ms, ?3),"
	    " lease_ms = min(lease_ms, ?3)"
	    " WHERE stream_id = ?1 AND peer_id = ?2" },
	[STATEMENT_PEER_DELETE] = { STORE_PASSING,
	    "DELETE FROM peer WHERE stream_id = ?1 AND peer_id = ?2" },
	[STATEMENT_PEER_DELETE_ALL] = { STORE_PASSING,
	    "DELETE FROM peer WHERE stream_id = ?1" },
	[STATEMENT_PEER_COUNT] = { STORE_PASSING,
	    "SELECT count(*) FROM peer"
	    " WHERE stream_id = ?1 AND session IN (0, ?2)" },
	[STATEMENT_PEER_LIST] = { STORE_PASSING,
	    "SELECT peer_id FROM peer WHERE stream_id = ?1 AND peer_id > ?2"
	    " ORDER BY peer_id LIMIT ?3" },
	[STATEMENT_PEER_EXPIRED] = { STORE_PASSING,
	    "SELECT " PEER_COLUMNS " FROM peer WHERE lease_ms <= ?1 LIMIT ?2" },

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
	    "SELECT id, sender, type, data, at_ms FROM mail"
	    " WHERE stream_id = ?1 AND receiver = ?2 AND id > ?3"
	    " AND sender = '' AND type IN (?4, ?5) ORDER BY id LIMIT 1" },
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
	    "INSERT INTO viewer (stream_id, viewer_id, lease_ms, playback)"
	    " VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT (stream_id, viewer_id) DO UPDATE"
	    " SET lease_ms = excluded.lease_ms,"
	    " playback = excluded.playback" },
	[STATEMENT_VIEWER_DELETE] = { STORE_PASSING,
	    "DELETE FROM viewer WHERE stream_id = ?1 AND viewer_id = ?2" },
	[STATEMENT_VIEWER_DELETE_ALL] = { STORE_PASSING,
	    "DELETE FROM viewer WHERE stream_id = ?1" },
	[STATEMENT_VIEWER_BY] = { STORE_PASSING,
	    "SELECT count(*) FROM viewer WHERE playback = ?3 AND ?3 <> 0"
	    " AND playback <> 0 AND (stream_id, viewer_id) <> (?1, ?2)" },
	[STATEMENT_VIEWER_UNBIDDEN] = { STORE_PASSING,
	    "DELETE FROM viewer WHERE stream_id = ?1 AND playback = 0" },
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

	[STATEMENT_PUSH_PUT] = { STORE_LASTING,
	    "INSERT INTO push (stream_id, token_hash) VALUES (?1, ?2)"
	    " ON CONFLICT (stream_id) DO UPDATE SET"
	    " token_hash = excluded.token_hash" },
	[STATEMENT_PUSH_FIND] = { STORE_LASTING,
	    "SELECT stream_id FROM push WHERE token_hash = ?1" },
	[STATEMENT_PUSH_DELETE] = { STORE_LASTING,
	    "DELETE FROM push WHERE stream_id = ?1" },
	[STATEMENT_STREAM_SETTLE] = { STORE_LASTING,
	    "UPDATE stream SET status = ?2"
	    " WHERE id = ?1 AND status = 0 AND stopped_ms IS NOT NULL"
	    " AND NOT EXISTS (SELECT 1 FROM recording"
	    " WHERE stream_id = ?1 AND state = 1)" },
	[STATEMENT_RECORDING_INSERT] = { STORE_LASTING,
	    "INSERT INTO recording (id, stream_id, started_ms)"
	    " VALUES (?1, ?2, ?3) RETURNING " RECORDING_COLUMNS },
	[STATEMENT_RECORDING_GET] = { STORE_LASTING,
	    "SELECT " RECORDING_COLUMNS " FROM recording WHERE seq = ?1" },
	[STATEMENT_RECORDING_NEWEST] = { STORE_LASTING,
	    "SELECT " RECORDING_COLUMNS " FROM recording WHERE stream_id = ?1"
	    " AND state <> 4 ORDER BY seq DESC LIMIT 1" },
	[STATEMENT_RECORDING_SHOWN] = { STORE_LASTING,
	    "SELECT " RECORDING_COLUMNS " FROM recording WHERE stream_id = ?1"
	    " AND state <> 4 AND renditions > 0 ORDER BY seq DESC LIMIT 1" },
	[STATEMENT_RECORDING_ENDED] = { STORE_LASTING,
	    "SELECT " RECORDING_COLUMNS " FROM recording WHERE stream_id = ?1"
	    " AND state IN (1, 4) ORDER BY seq DESC LIMIT 1" },
	[STATEMENT_RECORDING_NEXT] = { STORE_LASTING,
	    "SELECT " RECORDING_COLUMNS " FROM recording WHERE stream_id = ?1"
	    " AND seq > ?2 ORDER BY seq LIMIT 1" },
	[STATEMENT_RECORDING_AFTER] = { STORE_LASTING,
	    "SELECT " RECORDING_COLUMNS " FROM recording WHERE seq > ?1"
	    " ORDER BY seq LIMIT 1" },
	[STATEMENT_RECORDING_FIND] = { STORE_LASTING,
	    "SELECT " RECORDING_COLUMNS " FROM recording WHERE id = ?1" },
	[STATEMENT_RECORDING_TURN] = { STORE_LASTING,
	    "UPDATE recording SET state = ?3,"
	    " ended_ms = coalesce(ended_ms, ?4) WHERE seq = ?1 AND"
	    " state = ?2" },
	[STATEMENT_RECORDING_GROW] = { STORE_LASTING,
	    "UPDATE recording SET bytes = bytes + ?2,"
	    " duration_ms = max(duration_ms, ?3) WHERE seq = ?1" },
	[STATEMENT_RECORDING_RENDITIONS] = { STORE_LASTING,
	    "UPDATE recording SET renditions = ?2 WHERE seq = ?1" },
	[STATEMENT_RECORDING_MP4] = { STORE_LASTING,
	    "UPDATE recording SET mp4_bytes = ?2,"
	    " bytes = bytes - coalesce(mp4_bytes, 0) + ?2 WHERE seq = ?1" },
	[STATEMENT_RECORDING_PICTURES] = { STORE_LASTING,
	    "UPDATE recording SET poster = poster OR ?2,"
	    " thumbs = thumbs OR ?3 WHERE seq = ?1" },
	[STATEMENT_RECORDING_DETAIL] = { STORE_LASTING,
	    "UPDATE recording SET detail = iif(detail IS NULL OR detail = ?2,"
	    " ?2, detail || ' ' || ?2)"
	    " WHERE seq = ?1 AND coalesce(instr(detail, ?2), 0) = 0" },
	[STATEMENT_RECORDING_DELETE] = { STORE_LASTING,
	    "DELETE FROM recording WHERE seq = ?1" },
	[STATEMENT_RECORDING_REPLAYS] = { STORE_LASTING,
	    "SELECT s.seq, s.id, s.key_hash, s.title, s.description, s.status,"
	    " s.visibility, s.record, s.created_ms, s.started_ms, s.stopped_ms,"
	    " s.peak_viewers, s.views_total, s.view_day, s.views_today,"
	    " s.view_month, s.views_month, r.seq FROM replay r"
	    " CROSS JOIN stream s ON s.id = r.stream_id"
	    " WHERE r.seq < ?1 ORDER BY r.seq DESC LIMIT ?2" },
	[STATEMENT_RECORDING_OLDEST] = { STORE_LASTING,
	    "SELECT " RECORDING_COLUMNS " FROM recording"
	    " WHERE state IN (2, 3) AND ended_ms < ?1"
	    " ORDER BY ended_ms LIMIT 1" },
	[STATEMENT_RECORDING_KEPT] = { STORE_LASTING,
	    "SELECT kept_bytes FROM site WHERE id = 0" },
	[STATEMENT_SITE_BYTES] = { STORE_LASTING,
	    "SELECT media_bytes FROM site WHERE id = 0" },
	[STATEMENT_RENDITION_PUT] = { STORE_LASTING,
	    "INSERT INTO rendition (recording, number, name, target_s, session,"
	    " sequence, segments, duration_us, bytes, end_ms, inits,"
	    " init_digest,"
	    " window_seq, window_breaks, dvr_bytes)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
	    " ?12, ?13, ?14,"
	    " ?15) ON CONFLICT DO UPDATE SET name = excluded.name,"
	    " target_s = excluded.target_s, session = excluded.session,"
	    " sequence = excluded.sequence, segments = excluded.segments,"
	    " duration_us = excluded.duration_us, bytes = excluded.bytes,"
	    " end_ms = excluded.end_ms, inits = excluded.inits,"
	    " init_digest = excluded.init_digest,"
	    " window_seq = excluded.window_seq,"
	    " window_breaks = excluded.window_breaks,"
	    " dvr_bytes = excluded.dvr_bytes" },
	[STATEMENT_RENDITION_LIST] = { STORE_LASTING,
	    "SELECT number, name, target_s, session, sequence, segments,"
	    " duration_us, bytes, end_ms, inits, init_digest, window_seq,"
	    " window_breaks, dvr_bytes FROM rendition"
	    " WHERE recording = ?1 AND number >= ?2 ORDER BY number LIMIT ?3" },
	[STATEMENT_RENDITION_DELETE] = { STORE_LASTING,
	    "DELETE FROM rendition WHERE recording = ?1" },
	[STATEMENT_VARIANT_PUT] = { STORE_LASTING,
	    "INSERT OR REPLACE INTO variant (recording, name, audio, bandwidth,"
	    " width, height, frame_rate_milli, codecs, audio_group, label,"
	    " language, is_default) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
	    " ?10, ?11, ?12)" },
	[STATEMENT_VARIANT_GET] = { STORE_LASTING,
	    "SELECT audio, bandwidth, width, height, frame_rate_milli, codecs,"
	    " audio_group, label, language, is_default FROM variant"
	    " WHERE recording = ?1 AND name = ?2" },
	[STATEMENT_VARIANT_COUNT] = { STORE_LASTING,
	    "SELECT count(*) FROM variant WHERE recording = ?1" },
	[STATEMENT_VARIANT_DELETE] = { STORE_LASTING,
	    "DELETE FROM variant WHERE recording = ?1" },
	[STATEMENT_SEGMENT_INSERT] = { STORE_LASTING,
	    "INSERT INTO segment (recording, rendition, seq,"
	    " duration_us, at_ms,"
	    " bytes, kind, init, discontinuity, missing)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)" },
	[STATEMENT_SEGMENT_THERE] = { STORE_LASTING,
	    "SELECT 1 FROM segment"
	    " WHERE recording = ?1 AND missing IS NULL LIMIT 1" },
	/*
	 * Or it walks all segments: the primary key begins with the same
	 * column.
	 */
	[STATEMENT_SEGMENT_MISSING] = { STORE_LASTING,
	    "SELECT rendition, seq, duration_us, at_ms, bytes, kind, init,"
	    " discontinuity, missing FROM segment"
	    " INDEXED BY segment_missing"
	    " WHERE recording = ?1 AND missing = ?2 LIMIT 1" },
	[STATEMENT_SEGMENT_FILL] = { STORE_LASTING,
	    "UPDATE segment SET bytes = ?4, kind = ?5, init = ?6,"
	    " missing = NULL"
	    " WHERE recording = ?1 AND rendition = ?2 AND seq = ?3" },
	[STATEMENT_SEGMENT_LIST] = { STORE_LASTING,
	    "SELECT rendition, seq, duration_us, at_ms, bytes, kind, init,"
	    " discontinuity, missing FROM segment"
	    " WHERE recording = ?1 AND rendition = ?2 AND seq >= ?3"
	    " ORDER BY seq LIMIT ?4" },
	[STATEMENT_SEGMENT_DELETE] = { STORE_LASTING,
	    "DELETE FROM segment WHERE (recording, rendition, seq) IN"
	    " (SELECT recording, rendition, seq FROM segment"
	    " WHERE recording = ?1 LIMIT ?2)" },
	[STATEMENT_JOB_INSERT] = { STORE_LASTING,
	    "INSERT INTO job (recording, kind, due_ms) VALUES (?1, ?2, ?3)"
	    " ON CONFLICT (recording, kind) DO UPDATE SET"
	    " due_ms = min(due_ms, excluded.due_ms)" },
	[STATEMENT_JOB_DUE] = { STORE_LASTING,
	    "SELECT id, recording, kind, claims, tries FROM job"
	    " WHERE due_ms <= ?1 AND (?2 = 0 OR kind IN (0, 4))"
	    " ORDER BY due_ms LIMIT 1" },
	[STATEMENT_JOB_CLAIM] = { STORE_LASTING,
	    "UPDATE job SET due_ms = ?3, claims = claims + 1,"
	    " tries = tries + 1 WHERE id = ?1 AND claims = ?2" },
	[STATEMENT_JOB_RELEASE] = { STORE_LASTING,
	    "UPDATE job SET due_ms = ?3, progress = 0, tries = tries - 1"
	    " WHERE id = ?1 AND claims = ?2" },
	[STATEMENT_JOB_MOVE] = { STORE_LASTING,
	    "UPDATE job SET due_ms = ?3, progress = ?4"
	    " WHERE id = ?1 AND claims = ?2" },
	[STATEMENT_JOB_DELETE] = { STORE_LASTING,
	    "DELETE FROM job WHERE id = ?1 AND claims = ?2" },
	[STATEMENT_JOB_DELETE_ALL] = { STORE_LASTING,
	    "DELETE FROM job WHERE recording = ?1 AND kind <> ?2" },
	[STATEMENT_JOB_NEXT] = { STORE_LASTING,
	    "SELECT min(due_ms) FROM job" },
	[STATEMENT_JOB_STATE] = { STORE_LASTING,
	    "SELECT count(*), coalesce(sum(progress), 0) FROM job"
	    " WHERE recording = ?1 AND kind < 4" },
	[STATEMENT_ENCODER_FIND] = { STORE_PASSING,
	    "SELECT " ENCODER_COLUMNS " FROM encoder"
	    " WHERE stream_id = ?1 AND name = ?2" },
	[STATEMENT_ENCODER_NEWEST] = { STORE_PASSING,
	    "SELECT " ENCODER_COLUMNS " FROM encoder WHERE stream_id = ?1"
	    " ORDER BY heard_ms DESC LIMIT 1" },
	[STATEMENT_ENCODER_OF_RENDITION] = { STORE_PASSING,
	    "SELECT " ENCODER_COLUMNS " FROM encoder WHERE stream_id = ?1"
	    " AND rendition = ?2 ORDER BY heard_ms DESC LIMIT 1" },
	[STATEMENT_ENCODER_PUT] = { STORE_PASSING,
	    "INSERT OR REPLACE INTO encoder (stream_id, name, rendition,"
	    " session, sequence, last, heard_ms, segment_ms, target_s,"
	    " began_ms, ended, sender)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)" },
	[STATEMENT_ENCODER_DELETE] = { STORE_PASSING,
	    "DELETE FROM encoder WHERE stream_id = ?1 AND name = ?2" },
	[STATEMENT_ENCODER_SENDING] = { STORE_PASSING,
	    "SELECT count(*) FROM encoder WHERE stream_id = ?1 AND ended = 0" },
	[STATEMENT_ENCODER_STOP_ALL] = { STORE_PASSING,
	    "UPDATE encoder SET ended = 2 WHERE stream_id = ?1"
	    " AND ended <> 3" },
	[STATEMENT_ENCODER_LAPSE_ALL] = { STORE_PASSING,
	    "UPDATE encoder SET ended = 3 WHERE stream_id = ?1"
	    " AND ended = 0" },
	[STATEMENT_ENCODER_SILENT] = { STORE_PASSING,
	    "SELECT " ENCODER_COLUMNS " FROM encoder WHERE heard_ms <= ?1"
	    " ORDER BY heard_ms LIMIT 1" },
	[STATEMENT_ENCODER_FORGET] = { STORE_PASSING,
	    "DELETE FROM encoder WHERE stream_id = ?1" },
	[STATEMENT_LISTED_INSERT] = { STORE_PASSING,
	    "INSERT OR REPLACE INTO listed (stream_id, name, sequence, segment,"
	    " map, duration_us, at_ms, discontinuity, gap, since_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)" },
	[STATEMENT_LISTED_LIST] = { STORE_PASSING,
	    "SELECT sequence, segment, map, duration_us, at_ms, discontinuity,"
	    " gap, since_ms FROM listed WHERE stream_id = ?1 AND name = ?2"
	    " ORDER BY sequence LIMIT ?3" },
	[STATEMENT_LISTED_DELETE] = { STORE_PASSING,
	    "DELETE FROM listed"
	    " WHERE stream_id = ?1 AND name = ?2 AND sequence <= ?3" },
	[STATEMENT_LISTED_AWAITS] = { STORE_PASSING,
	    "SELECT name FROM listed WHERE stream_id = ?1 AND segment = ?2"
	    " LIMIT 1" },
	[STATEMENT_LISTED_COUNT] = { STORE_PASSING,
	    "SELECT count(*) FROM listed WHERE stream_id = ?1" },
	[STATEMENT_LISTED_FORGET] = { STORE_PASSING,
	    "DELETE FROM listed WHERE stream_id = ?1" },
	[STATEMENT_UPLOAD_FIND] = { STORE_PASSING,
	    "SELECT " UPLOAD_COLUMNS " FROM upload"
	    " WHERE stream_id = ?1 AND name = ?2 AND newcomer = 0" },
	[STATEMENT_UPLOAD_ASIDE] = { STORE_PASSING,
	    "SELECT " UPLOAD_COLUMNS " FROM upload"
	    " WHERE stream_id = ?1 AND name = ?2 AND newcomer = 1" },
	[STATEMENT_UPLOAD_OF_FILE] = { STORE_PASSING,
	    "SELECT 1 FROM upload WHERE file = ?1" },
	/* Or it walks all that the stream has sent, for the same reason. */
	[STATEMENT_UPLOAD_NEWCOMER] = { STORE_PASSING,
	    "SELECT " UPLOAD_COLUMNS " FROM upload INDEXED BY upload_newcomer"
	    " WHERE stream_id = ?1 AND newcomer = 1 LIMIT 1" },
	[STATEMENT_UPLOAD_OLD] = { STORE_PASSING,
	    "SELECT " UPLOAD_COLUMNS " FROM upload"
	    " WHERE published = 0 AND at_ms < ?1"
	    " LIMIT ?2" },
	[STATEMENT_UPLOAD_LIST] = { STORE_PASSING,
	    "SELECT " UPLOAD_COLUMNS " FROM upload"
	    " WHERE stream_id = ?1 LIMIT ?2" },
	[STATEMENT_UPLOAD_PUT] = { STORE_PASSING,
	    "INSERT INTO upload (stream_id, name, newcomer, file, kind,"
	    " digest, bytes, sender, at_ms, published)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
	    " ON CONFLICT (stream_id, name, newcomer) DO UPDATE SET"
	    " file = excluded.file, kind = excluded.kind,"
	    " digest = excluded.digest, bytes = excluded.bytes,"
	    " sender = excluded.sender, at_ms = excluded.at_ms,"
	    " published = excluded.published" },
	[STATEMENT_UPLOAD_PUBLISHED] = { STORE_PASSING,
	    "UPDATE upload SET published = 1"
	    " WHERE stream_id = ?1 AND name = ?2 AND newcomer = 0"
	    " AND file = coalesce(?3, file)" },
	[STATEMENT_UPLOAD_DELETE] = { STORE_PASSING,
	    "DELETE FROM upload"
	    " WHERE stream_id = ?1 AND name = ?2 AND newcomer = ?3" },
	[STATEMENT_UPLOAD_FORGET] = { STORE_PASSING,
	    "DELETE FROM upload WHERE stream_id = ?1 AND newcomer = 0"
	    " AND published = 1 AND kind <> ?2" },
	[STATEMENT_CHORE_CLAIM] = { STORE_PASSING,
	    "INSERT INTO chore (name, due_ms) VALUES (?1, ?3)"
	    " ON CONFLICT (name) DO UPDATE SET due_ms = excluded.due_ms"
	    " WHERE due_ms <= ?2 OR due_ms > ?3" },
	[STATEMENT_WAITING] = { STORE_PASSING,
	    "SELECT bytes FROM waiting WHERE stream_id = ?1" },
	[STATEMENT_TOKEN_INSERT] = { STORE_LASTING,
	    "INSERT INTO token (name, token_hash, scopes, per_hour, created_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO NOTHING" },
	[STATEMENT_TOKEN_FIND] = { STORE_LASTING,
	    "SELECT " TOKEN_COLUMNS " FROM token WHERE token_hash = ?1" },
	[STATEMENT_TOKEN_NEXT] = { STORE_LASTING,
	    "SELECT " TOKEN_COLUMNS " FROM token WHERE name > ?1"
	    " ORDER BY name LIMIT 1" },
	[STATEMENT_TOKEN_USED] = { STORE_LASTING,
	    "UPDATE token SET used_ms = ?2 WHERE name = ?1" },
	[STATEMENT_TOKEN_DELETE] = { STORE_LASTING,
	    "DELETE FROM token WHERE name = ?1" },
	[STATEMENT_PASS_PUT] = { STORE_LASTING,
	    "INSERT OR REPLACE INTO pass (name, recording, until_ms)"
	    " VALUES (?1, ?2, ?3)" },
	[STATEMENT_PASS_THERE] = { STORE_LASTING,
	    "SELECT 1 FROM pass WHERE name = ?1" },
	[STATEMENT_PASS_COUNT] = { STORE_LASTING,
	    "SELECT count(*) FROM pass WHERE recording = ?1" },
	[STATEMENT_PASS_OF] = { STORE_LASTING,
	    "SELECT name, recording, until_ms FROM pass"
	    " WHERE recording = ?1 LIMIT 1" },
	[STATEMENT_PASS_ENDED] = { STORE_LASTING,
	    "SELECT name, recording, until_ms FROM pass"
	    " WHERE until_ms <= ?1 LIMIT 1" },
	[STATEMENT_PASS_DELETE] = { STORE_LASTING,
	    "DELETE FROM pass WHERE name = ?1" },
	[STATEMENT_SIGNING_GET] = { STORE_LASTING,
	    "SELECT signing FROM site WHERE id = 0" },
	[STATEMENT_SIGNING_NEXT] = { STORE_LASTING,
	    "UPDATE site SET signing = signing + 1 WHERE id = 0" },
	[STATEMENT_BROADCAST_HEARD] = { STORE_PASSING,
	    "UPDATE broadcast SET deadline_ms = ?2 WHERE stream_id = ?1"
	    " AND NOT EXISTS (SELECT 1 FROM publisher WHERE stream_id = ?1"
	    " AND lease_ms > ?3)" },
	[STATEMENT_RTMP_FIND] = { STORE_PASSING,
	    "SELECT server, client, key_hash, began_ms, lease_ms FROM rtmp"
	    " WHERE stream_id = ?1" },
	[STATEMENT_RTMP_PUT] = { STORE_PASSING,
	    "INSERT INTO rtmp (stream_id, server, client, key_hash, began_ms,"
	    " lease_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
	    " ON CONFLICT (stream_id) DO UPDATE SET"
	    " server = excluded.server, client = excluded.client,"
	    " key_hash = excluded.key_hash, began_ms = excluded.began_ms,"
	    " lease_ms = excluded.lease_ms" },
	[STATEMENT_RTMP_DELETE] = { STORE_PASSING,
	    "DELETE FROM rtmp"
	    " WHERE stream_id = ?1 AND server = ?2 AND client = ?3" },
	[STATEMENT_RTMP_FORGET] = { STORE_PASSING,
	    "DELETE FROM rtmp WHERE stream_id = ?1" },
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

void
statement_copy(struct store *store, enum statement which, int column, char *to,
    size_t size)
{
	const char *text = statement_text(store, which, column);

	(void)snprintf(to, size, "%s", text != NULL ? text : "");
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
