-- The truth for a new database. Two files, because they promise two things:
-- what is in "lasting" survives a power cut (WAL, synchronous=FULL); what is
-- in "passing" may be forgotten in one (synchronous=OFF), so that a fsync of
-- the first never holds up a signal, and churn never bloats it.
-- Times are milliseconds since 1970 (UTC), named _ms. Compiled in; the line
-- "-- part: NAME" begins a part. PRAGMA user_version counts migrations; what
-- stands behind "-- since: N" came with version N, and is what brings a file of
-- the version before it up. So it is left as it is once N was given out: a
-- change is a migration of its own (src/store/schema.c).

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

-- since: 2

-- The token that may push a stream's media: keyed hash, made with the key. A
-- stream from before there were any has none until its key is changed.
CREATE TABLE push (
	stream_id TEXT PRIMARY KEY,
	token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32)
) STRICT, WITHOUT ROWID;

-- One broadcast's media. It outlives its stream's row until its files are
-- removed. docs/media.md says what the files are.
CREATE TABLE recording (
	-- never used again: what still knows a removed one by it finds none
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	-- playbackId: 21 characters of [A-Za-z0-9_-]; the folder's name
	id TEXT NOT NULL UNIQUE,
	stream_id TEXT NOT NULL,
	-- enum recording_state: 0 LIVE, 1 PROCESSING, 2 READY, 3 FAILED, 4 GOING
	state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 4),
	started_ms INTEGER NOT NULL,
	ended_ms INTEGER,
	duration_ms INTEGER NOT NULL DEFAULT 0,
	-- of segments and init sections, and of what was made of them
	bytes INTEGER NOT NULL DEFAULT 0,
	renditions INTEGER NOT NULL DEFAULT 0,
	-- of replay.mp4; NULL: there is none
	mp4_bytes INTEGER,
	poster INTEGER NOT NULL DEFAULT 0 CHECK (poster IN (0, 1)),
	thumbs INTEGER NOT NULL DEFAULT 0 CHECK (thumbs IN (0, 1)),
	-- what could not be made, and why, in words
	detail TEXT
) STRICT;
CREATE INDEX recording_stream ON recording (stream_id, seq);
CREATE INDEX recording_live ON recording (seq) WHERE state = 0;
CREATE INDEX recording_ready ON recording (stream_id, seq) WHERE state = 2;
-- What is kept, and goes when it is old or too much.
CREATE INDEX recording_kept ON recording (ended_ms) WHERE state IN (2, 3);

-- One row: what all recordings weigh together, and those that are kept.
CREATE TABLE site (
	id INTEGER PRIMARY KEY CHECK (id = 0),
	media_bytes INTEGER NOT NULL,
	kept_bytes INTEGER NOT NULL
) STRICT;
INSERT INTO site (id, media_bytes, kept_bytes) VALUES (0, 0, 0);
CREATE TRIGGER recording_came AFTER INSERT ON recording BEGIN
	UPDATE site SET media_bytes = media_bytes + new.bytes,
		kept_bytes = kept_bytes + new.bytes * (new.state IN (2, 3));
END;
CREATE TRIGGER recording_grew AFTER UPDATE OF bytes, state ON recording BEGIN
	UPDATE site SET media_bytes = media_bytes + new.bytes - old.bytes,
		kept_bytes = kept_bytes + new.bytes * (new.state IN (2, 3))
			- old.bytes * (old.state IN (2, 3));
END;
CREATE TRIGGER recording_went AFTER DELETE ON recording BEGIN
	UPDATE site SET media_bytes = media_bytes - old.bytes,
		kept_bytes = kept_bytes - old.bytes * (old.state IN (2, 3));
END;

-- What GET /replays lists: the newest READY recording of each PUBLIC stream
-- that isn't live. Kept by the triggers below, so that a page costs the same
-- however much is stored that isn't listed.
CREATE TABLE replay (
	-- the recording's
	seq INTEGER PRIMARY KEY,
	stream_id TEXT NOT NULL UNIQUE
) STRICT;

-- A name to INSERT a stream's id under: its row of replay is made anew.
CREATE VIEW replay_of AS SELECT stream_id FROM replay;
CREATE TRIGGER replay_looked_up INSTEAD OF INSERT ON replay_of BEGIN
	DELETE FROM replay WHERE stream_id = new.stream_id;
	INSERT INTO replay (seq, stream_id)
		SELECT r.seq, r.stream_id FROM recording r
		JOIN stream s ON s.id = r.stream_id
		WHERE r.stream_id = new.stream_id AND r.state = 2
			AND s.visibility = 0 AND s.status <> 1
		ORDER BY r.seq DESC LIMIT 1;
END;
CREATE TRIGGER replay_came AFTER INSERT ON recording WHEN new.state = 2 BEGIN
	INSERT INTO replay_of (stream_id) VALUES (new.stream_id);
END;
CREATE TRIGGER replay_turned AFTER UPDATE OF state ON recording
	WHEN (old.state = 2) <> (new.state = 2) BEGIN
	INSERT INTO replay_of (stream_id) VALUES (new.stream_id);
END;
CREATE TRIGGER replay_went AFTER DELETE ON recording WHEN old.state = 2 BEGIN
	INSERT INTO replay_of (stream_id) VALUES (old.stream_id);
END;
CREATE TRIGGER stream_turned AFTER UPDATE OF status, visibility ON stream
	WHEN (old.status <> 1 AND old.visibility = 0)
		<> (new.status <> 1 AND new.visibility = 0) BEGIN
	INSERT INTO replay_of (stream_id) VALUES (new.id);
END;
CREATE TRIGGER stream_went AFTER DELETE ON stream BEGIN
	DELETE FROM replay WHERE stream_id = old.id;
END;

-- One pushed media playlist of a recording, and how far it is published.
CREATE TABLE rendition (
	recording INTEGER NOT NULL,
	-- 0, 1, ...: the N of r<N>-...
	number INTEGER NOT NULL,
	-- the pushed playlist's name
	name TEXT NOT NULL,
	target_s INTEGER NOT NULL,
	-- the encoder session and the place in its list that came last
	session INTEGER NOT NULL DEFAULT 0,
	sequence INTEGER NOT NULL DEFAULT -1,
	-- published: how many segments, how long, how heavy
	segments INTEGER NOT NULL DEFAULT 0,
	duration_us INTEGER NOT NULL DEFAULT 0,
	bytes INTEGER NOT NULL DEFAULT 0,
	-- where the last segment ended on the calendar, 0 before the first
	end_ms INTEGER NOT NULL DEFAULT 0,
	-- init sections so far, and the digest of the newest
	inits INTEGER NOT NULL DEFAULT 0,
	init_digest INTEGER NOT NULL DEFAULT 0,
	-- the first segment of the live window, and how many discontinuities
	-- are in front of it
	window_seq INTEGER NOT NULL DEFAULT 0,
	window_breaks INTEGER NOT NULL DEFAULT 0,
	-- where dvr.m3u8 ends
	dvr_bytes INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (recording, number)
) STRICT, WITHOUT ROWID;

-- What a pushed multivariant playlist says of a media playlist.
CREATE TABLE variant (
	recording INTEGER NOT NULL,
	name TEXT NOT NULL,
	-- 1: EXT-X-MEDIA of TYPE=AUDIO, 0: EXT-X-STREAM-INF
	audio INTEGER NOT NULL CHECK (audio IN (0, 1)),
	bandwidth INTEGER NOT NULL DEFAULT 0,
	width INTEGER NOT NULL DEFAULT 0,
	height INTEGER NOT NULL DEFAULT 0,
	frame_rate_milli INTEGER NOT NULL DEFAULT 0,
	codecs TEXT,
	-- the audio group that it is in, or that goes with it
	audio_group TEXT,
	label TEXT,
	language TEXT,
	is_default INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (recording, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE segment (
	recording INTEGER NOT NULL,
	rendition INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	duration_us INTEGER NOT NULL,
	-- when it began, on the calendar
	at_ms INTEGER NOT NULL,
	bytes INTEGER NOT NULL,
	-- enum media_kind of the file: 2 fMP4, 3 TS, 4 AAC
	kind INTEGER NOT NULL,
	-- the K of its init section; -1: none
	init INTEGER NOT NULL,
	discontinuity INTEGER NOT NULL CHECK (discontinuity IN (0, 1)),
	-- a gap's pushed name, that it may still come under; else NULL
	missing TEXT,
	PRIMARY KEY (recording, rendition, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX segment_missing ON segment (recording, missing)
	WHERE missing IS NOT NULL;

-- Work that is to be done for a recording; done, or given up: no row.
CREATE TABLE job (
	-- never used again, so that a claim is of one job for ever
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	recording INTEGER NOT NULL,
	-- enum job_kind: 0 REPLAY, 1 MP4, 2 POSTER, 3 THUMBS, 4 REMOVE
	kind INTEGER NOT NULL,
	-- not before; while a worker has it, the end of its lease
	due_ms INTEGER NOT NULL,
	-- claims so far: tells those of one job apart
	claims INTEGER NOT NULL DEFAULT 0,
	-- those of them that were not given back: too many, and it is given up
	tries INTEGER NOT NULL DEFAULT 0,
	-- thousandths
	progress INTEGER NOT NULL DEFAULT 0,
	UNIQUE (recording, kind)
) STRICT;
CREATE INDEX job_due ON job (due_ms);

-- since: 3

-- API tokens: what the operator gives to whoever may create streams, or see and
-- stop all of them.
CREATE TABLE token (
	-- the operator's name for it: 1 to 60 of [A-Za-z0-9._-]
	name TEXT PRIMARY KEY,
	-- keyed BLAKE2b of the token; the token itself is nowhere
	token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
	-- bits of enum token_scope: 1 create, 2 admin
	scopes INTEGER NOT NULL CHECK (scopes BETWEEN 1 AND 3),
	-- streams it may create in an hour; 0: no limit of its own
	per_hour INTEGER NOT NULL CHECK (per_hour >= 0),
	created_ms INTEGER NOT NULL,
	-- when it was last shown, to the minute
	used_ms INTEGER
) STRICT, WITHOUT ROWID;

-- All streams of one state, for whoever may see them.
CREATE INDEX stream_status ON stream (status);

-- since: 4

-- Which of the keys that sign playback tokens is in force: they are made of the
-- site's secret and this number.
ALTER TABLE site ADD COLUMN signing INTEGER NOT NULL DEFAULT 0;

-- A name under which the media of a PRIVATE stream's recording is open to
-- whoever knows it: a link of that name is in the folder live. No link is made
-- without its row, none stays behind it.
CREATE TABLE pass (
	-- 32 characters of [A-Za-z0-9_-]
	name TEXT PRIMARY KEY,
	recording INTEGER NOT NULL,
	-- when the right that it was made by ends
	until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pass_recording ON pass (recording);
CREATE INDEX pass_until ON pass (until_ms);

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

-- since: 2

-- What is to be done now and then, and when it is due again.
CREATE TABLE chore (
	name TEXT PRIMARY KEY,
	due_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who pushes a playlist now: the list that the next one must go on from.
CREATE TABLE encoder (
	stream_id TEXT NOT NULL,
	-- the playlist's name
	name TEXT NOT NULL,
	rendition INTEGER NOT NULL,
	-- tells encoders apart: drawn anew for each
	session INTEGER NOT NULL,
	-- the last entry of its last list: EXT-X-MEDIA-SEQUENCE and name
	sequence INTEGER NOT NULL,
	last TEXT NOT NULL,
	-- when that list came, how long its last segment is, and its
	-- EXT-X-TARGETDURATION
	heard_ms INTEGER NOT NULL,
	-- the address that it came from
	sender TEXT NOT NULL,
	segment_ms INTEGER NOT NULL,
	target_s INTEGER NOT NULL,
	-- when this encoder's first list came
	began_ms INTEGER NOT NULL,
	-- 1: the list has ended; 2: the broadcast was stopped meanwhile; 3:
	-- it ended because nothing was heard
	ended INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (stream_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX encoder_heard ON encoder (heard_ms);
CREATE INDEX encoder_newest ON encoder (stream_id, heard_ms);

-- Entries of pushed lists that aren't published yet, in order.
CREATE TABLE listed (
	stream_id TEXT NOT NULL,
	name TEXT NOT NULL,
	sequence INTEGER NOT NULL,
	segment TEXT NOT NULL,
	map TEXT,
	duration_us INTEGER NOT NULL,
	-- EXT-X-PROGRAM-DATE-TIME; 0: none
	at_ms INTEGER NOT NULL,
	discontinuity INTEGER NOT NULL,
	gap INTEGER NOT NULL,
	-- when it was first listed
	since_ms INTEGER NOT NULL,
	PRIMARY KEY (stream_id, name, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX listed_segment ON listed (stream_id, segment);

-- Files that came. One that is published is known by name and digest alone.
CREATE TABLE upload (
	stream_id TEXT NOT NULL,
	name TEXT NOT NULL,
	-- 0: the encoder's; 1: a newcomer's, kept aside
	newcomer INTEGER NOT NULL CHECK (newcomer IN (0, 1)),
	-- its name in incoming/
	file TEXT NOT NULL,
	-- enum media_kind
	kind INTEGER NOT NULL,
	digest INTEGER NOT NULL,
	bytes INTEGER NOT NULL,
	-- the address that it came from
	sender TEXT NOT NULL,
	at_ms INTEGER NOT NULL,
	published INTEGER NOT NULL DEFAULT 0 CHECK (published IN (0, 1)),
	PRIMARY KEY (stream_id, name, newcomer)
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_waiting ON upload (at_ms) WHERE published = 0;
CREATE INDEX upload_file ON upload (file);
CREATE INDEX upload_newcomer ON upload (stream_id) WHERE newcomer = 1;

-- What isn't published yet weighs, by stream; the stream '' is the site.
CREATE TABLE waiting (
	stream_id TEXT PRIMARY KEY,
	bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER upload_came AFTER INSERT ON upload BEGIN
	INSERT INTO waiting (stream_id, bytes) VALUES
		(new.stream_id, iif(new.published, 0, new.bytes)),
		('', iif(new.published, 0, new.bytes))
		ON CONFLICT (stream_id) DO UPDATE SET
			bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER upload_changed AFTER UPDATE ON upload BEGIN
	UPDATE waiting SET bytes = bytes
			+ iif(new.published, 0, new.bytes)
			- iif(old.published, 0, old.bytes)
		WHERE stream_id IN (new.stream_id, '');
END;
CREATE TRIGGER upload_went AFTER DELETE ON upload BEGIN
	UPDATE waiting SET bytes = bytes - iif(old.published, 0, old.bytes)
		WHERE stream_id IN (old.stream_id, '');
	DELETE FROM waiting WHERE stream_id = old.stream_id AND bytes <= 0;
END;

-- since: 3

-- A viewer's end of signaling.
DROP TABLE IF EXISTS peer; -- viewers offer again
CREATE TABLE peer (
	stream_id TEXT NOT NULL,
	peer_id TEXT NOT NULL,
	token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
	-- the viewer that it counts as
	viewer_id TEXT NOT NULL,
	lease_ms INTEGER NOT NULL,
	-- A WHEP session's: the publisher's session that it is connected to (0: it
	-- reads its mailbox instead), a number for its ICE credentials, the events
	-- it wants (bits of enum whep_event), when a counter-offer to it runs out.
	session INTEGER NOT NULL DEFAULT 0,
	ice INTEGER NOT NULL DEFAULT 0,
	events INTEGER NOT NULL DEFAULT 0,
	offer_until_ms INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (stream_id, peer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX peer_lease ON peer (lease_ms);

-- since: 4

-- The right that a viewer of a PRIVATE stream has it by: a number for its
-- playback token, or for the key; 0: none. And when that ends.
ALTER TABLE peer ADD COLUMN playback INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN until_ms INTEGER NOT NULL
	DEFAULT 9223372036854775807;
ALTER TABLE viewer ADD COLUMN playback INTEGER NOT NULL DEFAULT 0;
CREATE INDEX viewer_playback ON viewer (playback) WHERE playback <> 0;

-- Who publishes a stream through an RTMP server now. Two publishers of one
-- stream differ in the server (its kind and address), or in the name that it
-- has for the connection, or in the key: a server that was started anew counts
-- its connections anew.
CREATE TABLE rtmp (
	stream_id TEXT PRIMARY KEY,
	server TEXT NOT NULL,
	client TEXT NOT NULL,
	-- of the stream key, when it was shown
	key_hash BLOB NOT NULL CHECK (length(key_hash) = 32),
	began_ms INTEGER NOT NULL,
	-- until when no other publisher takes its place
	lease_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
