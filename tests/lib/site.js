/**
 * What is on the disk after something went wrong, held against the rows: nothing half there, nothing left over, no
 * count that is off.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

import { command } from './admin.js';
import { digest } from './hls.js';
import { until } from './wait.js';
import { sql } from './worker.js';

const mediaOf = (server) => server.env.LIVEBIN_MEDIA ?? join(server.dataDir, 'media');
const lines = (text) => text.split('\n').filter(Boolean);

/** Lets the site clean up now what it cleans up within two hours. */
export async function upkeep(server) {
	const folder = join(mediaOf(server), 'incoming');
	const past = Date.now() / 1000 - 7200;
	for (const name of readdirSync(folder)) utimesSync(join(folder, name), past, past);
	sql(server.dataDir, "DELETE FROM chore WHERE name = 'orphans'", 'passing.db');
	await until('incoming/ is swept', () => sql(server.dataDir, "SELECT 1 FROM chore WHERE name = 'orphans'", 'passing.db') === '1');
	// The row is there before its work is done.
	await until('what no row knows is gone', () => orphans(server).length === 0, { timeout: 10_000 }).catch(() => {});
}

function orphans(server) {
	const known = new Set(lines(sql(server.dataDir, 'SELECT file FROM upload', 'passing.db')));
	return readdirSync(join(mediaOf(server), 'incoming')).filter((name) => !known.has(name));
}

/** One folder of live/: every file that its playlists name is there, and is one of those that were sent. */
function folderComplaints(folder, digests) {
	const found = readdirSync(folder).filter((name) => name.startsWith('.') && name !== '.lock')
	    .map((name) => `a draft was left: ${name}`);
	const named = new Set();
	for (const list of readdirSync(folder).filter((name) => name.endsWith('.m3u8'))) {
		const text = readFileSync(join(folder, list), 'utf8');
		const gaps = new Set([...text.matchAll(/^#EXT-X-GAP\n(?:#.*\n)*(.+)$/gm)].map(([, name]) => name));
		for (const [, map, name] of text.matchAll(/^#EXT-X-MAP:URI="([^"]+)"|^([^#\n].*)$/gm))
			if (!gaps.has(map ?? name)) named.add(map ?? name);
	}
	for (const name of named) {
		if (!existsSync(join(folder, name))) found.push(`a playlist names ${name}, which isn't there`);
		else if (!name.endsWith('.m3u8') && !digests.has(digest(readFileSync(join(folder, name))))) found.push(`${name} isn't what was sent`);
	}
	return found.map((text) => `${folder}: ${text}`);
}

/** Questions that give no row where the counts are right. */
const COUNTS = {
	'passing.db': {
		'viewers of a stream': `SELECT stream_id FROM audience a WHERE viewers <>
			(SELECT count(*) FROM viewer v WHERE v.stream_id = a.stream_id)
			UNION SELECT stream_id FROM viewer WHERE stream_id NOT IN (SELECT stream_id FROM audience)`,
	},
	'livebin.db': {
		'bytes of the site': 'SELECT media_bytes FROM site WHERE media_bytes <> (SELECT coalesce(sum(bytes), 0) FROM recording)',
		'segments of a rendition': `SELECT recording FROM rendition r WHERE segments <>
			(SELECT count(*) FROM segment s WHERE s.recording = r.recording AND s.rendition = r.number)`,
	},
};

/**
 * What is wrong with the site; nothing, if all is well.
 * @param {import('./server.js').Server} server
 * @param {(Buffer | null)[]} sent every file that was pushed
 */
export async function siteComplaints(server, sent = []) {
	const digests = new Set(sent.filter(Boolean).map((bytes) => digest(bytes)));
	const media = join(mediaOf(server), 'kept');
	const found = orphans(server).map((name) => `incoming/: nobody knows ${name}`);
	for (const name of readdirSync(media)) found.push(...folderComplaints(join(media, name), digests));
	for (const [file, questions] of Object.entries(COUNTS)) {
		for (const [what, question] of Object.entries(questions)) {
			const rows = lines(sql(server.dataDir, question, file));
			if (rows.length > 0) found.push(`${what}: ${rows}`);
		}
	}
	const { code, stdout, stderr } = await command(server.dataDir, ['check'], { LIVEBIN_MEDIA: mediaOf(server) });
	if (code !== 0 || stdout !== 'sound\n') found.push(`livebin check: ${code} ${stdout}${stderr}`);
	return found;
}

/** @param {import('./server.js').Server} server */
export async function assertSound(server, sent = []) {
	assert.deepEqual(await siteComplaints(server, sent), []);
}
