-- The truth for a new database. Two files, because they promise two things:
-- what is in "lasting" survives a power cut (WAL, synchronous=FULL); what is
-- in "passing" may be forgotten in one (synchronous=OFF), so that a fsync of
-- the first never holds up a signal, and churn never bloats it.
-- Times are milliseconds since 1970 (UTC), named _ms. Compiled in; the line
-- "-- part: NAME" begins a part. PRAGMA user_version counts migrations.

-- part: lasting

CREATE TABLE stream (
	-- creation order; what GET /active pages by
	seq INTEGER PRIMARY KEY,
	-- videoId: 21 characters of [A-Za-z0-9_-]
	id TEXT NOT NULL UNIQUE,
	-- keyed BLAKE2b of the stream key; the key itself is nowhere
	key_hash BLOB NOT NULL CHECK (length(key_hash) = 32),
	title TEXT NOT NULL,
	description TEXT,
	-- enum stream_status: 0 PENDING, 1 LIVE, 2 READY, 3 FAILED
	status INTEGER NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 3),
	-- enum visibility: 0 PUBLIC, 1 UNLISTED, 2 PRIVATE
	visibility INTEGER NOT NULL CHECK (visibility BETWEEN 0 AND 2),
	-- the wish to keep what is broadcast
	record INTEGER NOT NULL DEFAULT 0 CHECK (record IN (0, 1)),
	created_ms INTEGER NOT NULL,
	started_ms INTEGER,
	stopped_ms INTEGER,
	peak_viewers INTEGER NOT NULL DEFAULT 0,
	-- views: all, those of day number view_day, those of month view_month;
	-- a count whose day or month is over reads as 0
	views_total INTEGER NOT NULL DEFAULT 0,
	view_day INTEGER NOT NULL DEFAULT 0,
	views_today INTEGER NOT NULL DEFAULT 0,
	view_month INTEGER NOT NULL DEFAULT 0,
	views_month INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What is live, and what of it is listed: as small as what is on the air,
-- however many streams are stored.
CREATE INDEX stream_live ON stream (seq) WHERE status = 1;
CREATE INDEX stream_listed ON stream (seq) WHERE status = 1 AND visibility = 0;

-- part: passing

-- The publisher's page that is present. session grows with every page that
-- takes over; cursors of an older session are refused.
CREATE TABLE publisher (
	stream_id TEXT PRIMARY KEY,
	session INTEGER NOT NULL,
	lease_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX publisher_lease ON publisher (lease_ms);

-- One row for every stream on the air: when it stops by itself, NULL while a
-- publisher is present. Written before the stream turns LIVE, so that none is
-- ever live unwatched; a row whose stream isn't live does no harm.
CREATE TABLE broadcast (
	stream_id TEXT PRIMARY KEY,
	deadline_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX broadcast_deadline ON broadcast (deadline_ms)
	WHERE deadline_ms IS NOT NULL;

-- A viewer's end of signaling.
CREATE TABLE peer (
	stream_id TEXT NOT NULL,
	peer_id TEXT NOT NULL,
	token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
	-- the viewer that it counts as
	viewer_id TEXT NOT NULL,
	lease_ms INTEGER NOT NULL,
	PRIMARY KEY (stream_id, peer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX peer_lease ON peer (lease_ms);

-- Messages. A mailbox is (stream_id, receiver); the publisher's receiver is
-- ''. Ids only grow, even over a lost file: they begin at the clock.
CREATE TABLE mail (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	stream_id TEXT NOT NULL,
	receiver TEXT NOT NULL,
	sender TEXT NOT NULL,
	type INTEGER NOT NULL,
	data TEXT NOT NULL,
	at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX mail_box ON mail (stream_id, receiver, id);
INSERT INTO sqlite_sequence (name, seq)
	VALUES ('mail', CAST(strftime('%s', 'now') AS INTEGER) * 1000000);

-- Who watches now, by whatever way.
CREATE TABLE viewer (
	stream_id TEXT NOT NULL,
	viewer_id TEXT NOT NULL,
	lease_ms INTEGER NOT NULL,
	PRIMARY KEY (stream_id, viewer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX viewer_lease ON viewer (lease_ms);

-- Whose view was counted, and until when it isn't counted again.
CREATE TABLE viewed (
	stream_id TEXT NOT NULL,
	viewer_id TEXT NOT NULL,
	until_ms INTEGER NOT NULL,
	PRIMARY KEY (stream_id, viewer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX viewed_until ON viewed (until_ms);

-- A stream's audience, kept by the triggers below so that a count costs one
-- row. views and peak wait here until the sweep adds them to the stream.
CREATE TABLE audience (
	stream_id TEXT PRIMARY KEY,
	viewers INTEGER NOT NULL DEFAULT 0 CHECK (viewers >= 0),
	peak INTEGER NOT NULL DEFAULT 0,
	views INTEGER NOT NULL DEFAULT 0,
	-- 1: the numbers moved since the sweep last looked
	changed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX audience_changed ON audience (stream_id) WHERE changed = 1;

CREATE TRIGGER viewer_came AFTER INSERT ON viewer BEGIN
	INSERT INTO audience (stream_id, viewers, peak, changed)
		VALUES (new.stream_id, 1, 1, 1)
		ON CONFLICT (stream_id) DO UPDATE SET
			viewers = viewers + 1,
			peak = max(peak, viewers + 1),
			changed = 1;
END;
CREATE TRIGGER viewer_went AFTER DELETE ON viewer BEGIN
	UPDATE audience SET viewers = viewers - 1, changed = 1
		WHERE stream_id = old.stream_id;
END;
CREATE TRIGGER viewer_counted AFTER INSERT ON viewed BEGIN
	INSERT INTO audience (stream_id, views, changed)
		VALUES (new.stream_id, 1, 1)
		ON CONFLICT (stream_id) DO UPDATE SET
			views = views + 1, changed = 1;
END;

-- Rate limits: the time at which a bucket is empty again (GCRA).
CREATE TABLE rate (
	bucket TEXT PRIMARY KEY,
	empty_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX rate_empty ON rate (empty_ms);

-- One row: when the next sweep is due. Whoever moves it, sweeps. And a mark in
-- the mail: the newest id at mail_ms; when the mark is old, what is up to it
-- is older, and goes. (An index by time would cost every message a page.)
CREATE TABLE sweep (
	id INTEGER PRIMARY KEY CHECK (id = 0),
	due_ms INTEGER NOT NULL,
	mail_id INTEGER NOT NULL,
	mail_ms INTEGER NOT NULL
) STRICT;
INSERT INTO sweep (id, due_ms, mail_id, mail_ms) VALUES (0, 0, 0, 0);
