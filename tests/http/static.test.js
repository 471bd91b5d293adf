/**
 * The files that players read: what the web server gives out of the media folder, and what it says with it.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { send } from '../lib/http.js';
import { suite } from '../lib/suite.js';

const PLAYLIST = `#EXTM3U\n#EXT-X-VERSION:7\n${'#EXTINF:2.000,\nr0-1.m4s\n'.repeat(40)}`;
const SEGMENT = randomBytes(70_000);
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** A broadcast's folder with files in it. */
class Folder {
	/** @param {import('../lib/server.js').Server} server */
	constructor(server, media = join(server.dataDir, 'media')) {
		this.port = server.port;
		this.id = `t${randomBytes(12).toString('hex')}`;
		this.path = join(media, 'kept', this.id);
		mkdirSync(this.path);
		symlinkSync(`../kept/${this.id}`, join(media, 'live', this.id));
	}

	/**
	 * Puts a file in place as the programs do.
	 * @param {string} name
	 * @param {string | Buffer} content
	 */
	put(name, content) {
		const draft = join(this.path, `.${randomBytes(8).toString('hex')}`);
		writeFileSync(draft, content);
		renameSync(draft, join(this.path, name));
	}

	get(name, headers = {}, method = 'GET') {
		return send(this.port, method, `/live/${this.id}/${name}`, { headers });
	}
}

/** Readable by pages of other sites, and never taken for another type. */
function assertOpen({ headers }, what) {
	assert.equal(headers['access-control-allow-origin'], '*', what);
	assert.equal(headers['access-control-expose-headers'], 'Content-Length, Content-Range, ETag', what);
	assert.equal(headers['cross-origin-resource-policy'], 'cross-origin', what);
	assert.equal(headers['x-content-type-options'], 'nosniff', what);
}

/** A problem document of 404 that any page may read and no cache may keep. */
function assertMissing(answer, what) {
	assert.equal(answer.status, 404, what);
	assert.equal(answer.headers['content-type'], 'application/problem+json', what);
	assert.equal(answer.headers['cache-control'], 'no-store', what);
	assertOpen(answer, what);
}

suite('files of media', {}, (test) => {
	test('have their types, and are kept as long as they stay the same', async ({ server }) => {
		const folder = new Folder(server);
		for (const [name, type, cache] of [
			['index.m3u8', 'application/vnd.apple.mpegurl', 'no-cache'],
			['dvr.m3u8', 'application/vnd.apple.mpegurl', 'no-cache'],
			['r0.m3u8', 'application/vnd.apple.mpegurl', 'no-cache'],
			['r0-dvr.m3u8', 'application/vnd.apple.mpegurl', 'no-cache'],
			['r12-replay.m3u8', 'application/vnd.apple.mpegurl', 'no-cache'],
			['r0-1.m4s', 'video/mp4', IMMUTABLE],
			['r0-2.ts', 'video/mp2t', IMMUTABLE],
			['r1-123456.aac', 'audio/aac', IMMUTABLE],
			['r0-init0.mp4', 'video/mp4', IMMUTABLE],
			['poster.jpg', 'image/jpeg', 'public, max-age=60'],
			['thumbs.jpg', 'image/jpeg', 'no-cache'],
			['thumbs.vtt', 'text/vtt; charset=utf-8', 'no-cache'],
			['replay.mp4', 'video/mp4', 'no-cache'],
		]) {
			folder.put(name, name);
			for (const method of ['GET', 'HEAD']) {
				const answer = await folder.get(name, { origin: 'https://tv.example' }, method);
				assert.equal(answer.status, 200, name);
				assert.equal(answer.headers['content-type'], type, name);
				assert.equal(answer.headers['cache-control'], cache, name);
				assert.equal(answer.headers['content-length'], String(name.length), name);
				assert.match(answer.headers.etag, /^"[^"]+"$/, name);
				assert.equal(answer.text, method === 'GET' ? name : '', name);
				assertOpen(answer, name);
				assert.equal(answer.headers['x-request-id'], undefined, `${name} came from a program`);
			}
		}
	});

	test('can be fetched in parts', async ({ server }) => {
		const folder = new Folder(server);
		folder.put('r0-1.m4s', SEGMENT);
		const size = SEGMENT.length;
		for (const [range, from, to] of [['bytes=0-9', 0, 10], ['bytes=1000-', 1000, size], ['bytes=-7', size - 7, size],
			['bytes=5-999999', 5, size]]) {
			const answer = await folder.get('r0-1.m4s', { range });
			assert.equal(answer.status, 206, range);
			assert.equal(answer.headers['content-range'], `bytes ${from}-${to - 1}/${size}`);
			assert.ok(answer.raw.equals(SEGMENT.subarray(from, to)), range);
			assertOpen(answer, range);
		}
		const { status, headers } = await folder.get('r0-1.m4s', { range: 'bytes=999999-' });
		assert.equal(status, 416);
		assert.equal(headers['cache-control'], undefined);
	});

	test('let a page of another site ask for a part', async ({ server }) => {
		const folder = new Folder(server);
		folder.put('r0-1.m4s', SEGMENT);
		for (const name of ['r0-1.m4s', 'r0-2.m4s', 'index.m3u8']) {
			const answer = await folder.get(name, {
				origin: 'https://tv.example', 'access-control-request-method': 'GET', 'access-control-request-headers': 'range',
			}, 'OPTIONS');
			assert.equal(answer.status, 204, name);
			assert.equal(answer.headers['access-control-allow-methods'], 'GET, HEAD, OPTIONS');
			assert.match(answer.headers['access-control-allow-headers'], /\bRange\b/);
			assertOpen(answer, name);
		}
	});

	test('are asked for again by their tags', async ({ server }) => {
		const folder = new Folder(server);
		folder.put('index.m3u8', 'one');
		const { headers: { etag } } = await folder.get('index.m3u8');
		const same = await folder.get('index.m3u8', { 'if-none-match': etag });
		assert.equal(same.status, 304);
		assert.equal(same.headers['access-control-allow-origin'], '*');
		folder.put('index.m3u8', 'two');
		const { status, text } = await folder.get('index.m3u8', { 'if-none-match': etag });
		assert.deepEqual([status, text], [200, 'two']);
	});

	test('are compressed where they are text', async ({ server }) => {
		const folder = new Folder(server);
		const gzip = { 'accept-encoding': 'gzip' };
		for (const name of ['index.m3u8', 'thumbs.vtt']) {
			folder.put(name, PLAYLIST);
			const answer = await folder.get(name, gzip);
			assert.equal(answer.headers['content-encoding'], 'gzip', name);
			assert.equal(gunzipSync(answer.raw).toString(), PLAYLIST);
			assert.match(answer.headers.vary, /Accept-Encoding/i);
			assert.equal((await folder.get(name)).text, PLAYLIST);
		}
		folder.put('r0-1.m4s', SEGMENT);
		const { headers, raw } = await folder.get('r0-1.m4s', gzip);
		assert.equal(headers['content-encoding'], undefined);
		assert.ok(raw.equals(SEGMENT));
	});

	test('are refused to any method that would change them', async ({ server }) => {
		const folder = new Folder(server);
		folder.put('r0-1.m4s', SEGMENT);
		for (const method of ['PUT', 'POST', 'DELETE', 'PATCH', 'PROPFIND']) {
			const body = ['PUT', 'POST', 'PATCH'].includes(method) ? 'x' : undefined;
			for (const name of ['r0-1.m4s', 'r0-2.m4s']) {
				const { status, headers } = await send(server.port, method, `/live/${folder.id}/${name}`, { body });
				assert.equal(status, 405, `${method} ${name}`);
				assert.equal(headers.allow, 'GET, HEAD, OPTIONS');
				assert.equal(headers['cache-control'], 'no-store');
			}
		}
		assert.ok(readFileSync(join(folder.path, 'r0-1.m4s')).equals(SEGMENT));
		assert.equal(existsSync(join(folder.path, 'r0-2.m4s')), false);
	});
});

suite('a playlist', {}, (test) => {
	test('is the newest from the moment it is renamed into place', async ({ server }) => {
		const folder = new Folder(server);
		let tag = '"none"';
		for (let n = 1000; n < 1100; n++) {
			folder.put('index.m3u8', `list ${n}`);
			const { status, text, headers } = await folder.get('index.m3u8', { 'if-none-match': tag });
			assert.deepEqual([status, text], [200, `list ${n}`]);
			tag = headers.etag;
		}
	});

	test('is whole from the moment it is appended to', async ({ server }) => {
		const folder = new Folder(server);
		const path = join(folder.path, 'dvr.m3u8');
		let text = '#EXTM3U\n';
		folder.put('dvr.m3u8', text);
		for (let n = 0; n < 100; n++) {
			const entry = `#EXTINF:2.000,\nr0-${n}.m4s\n`;
			appendFileSync(path, entry);
			text += entry;
			const answer = await folder.get('dvr.m3u8', n % 2 ? { 'accept-encoding': 'gzip' } : {});
			const zipped = answer.headers['content-encoding'] === 'gzip';
			assert.equal(zipped ? gunzipSync(answer.raw).toString() : answer.text, text);
		}
	});

	test('is never a mixture of two while it is replaced', async ({ server }) => {
		const folder = new Folder(server);
		folder.put('index.m3u8', 'a'.repeat(50_000));
		let going = true;
		const replaced = (async () => {
			for (let n = 0; going; n++) {
				folder.put('index.m3u8', 'ab'[n % 2].repeat(50_000 + n % 7 * 1000));
				await new Promise(setImmediate);
			}
		})();
		for (let n = 0; n < 100; n++) {
			const { status, text } = await folder.get('index.m3u8');
			assert.equal(status, 200);
			assert.match(text, /^(a{50000,}|b{50000,})$/);
		}
		going = false;
		await replaced;
	});
});

suite('what is no file of media', {}, (test) => {
	test('is missing without being kept as missing, and is there when it is', async ({ server }) => {
		const folder = new Folder(server);
		for (const name of ['r0-7.m4s', 'r0-init1.mp4', 'index.m3u8', 'poster.jpg']) {
			for (const method of ['GET', 'HEAD']) assertMissing(await folder.get(name, {}, method), name);
			assertMissing(await folder.get(name, { range: 'bytes=0-1' }), name);
			folder.put(name, 'here');
			assert.equal((await folder.get(name)).text, 'here');
			rmSync(join(folder.path, name));
			assertMissing(await folder.get(name), name);
		}
	});

	test('is no list of a folder, no hidden file and no other kind', async ({ server }) => {
		const folder = new Folder(server);
		for (const name of ['.hidden', '.x.m3u8', 'a.html', 'a.js', 'a.m3u8~', 'a.mpd', 'noname', 'index.html'])
			writeFileSync(join(folder.path, name), 'private');
		mkdirSync(join(folder.path, 'below'));
		writeFileSync(join(folder.path, 'below', 'a.m3u8'), 'private');
		writeFileSync(join(server.dataDir, 'media', 'live', 'beside.m3u8'), 'private');
		const names = ['', '.hidden', '.x.m3u8', '%2ehidden', '%2Ex.m3u8', 'a.html', 'a.js', 'a.m3u8~', 'a.mpd', 'noname', 'index.html',
			'below', 'below/', 'below/a.m3u8', 'below%2fa.m3u8', '../beside.m3u8', 'index.m3u8/x', '.'];
		for (const name of names) assertMissing(await folder.get(name), name);
		for (const path of ['/live', '/live/', `/live/${folder.id}`, '/live/beside.m3u8', '/live/.', '/live//'])
			assertMissing(await send(server.port, 'GET', path), path);
	});

	test('is nothing outside of the folder', async ({ server }) => {
		const folder = new Folder(server);
		for (const kind of ['incoming', 'trash'])
			writeFileSync(join(server.dataDir, 'media', kind, 'a.m3u8'), 'private');
		writeFileSync(join(folder.path, '.hidden'), 'private');
		for (const path of [
			`/live/${folder.id}/../../incoming/a.m3u8`, `/live/${folder.id}/%2e%2e/%2e%2e/trash/a.m3u8`, '/live/../incoming/a.m3u8',
			'/live/..%2fincoming/a.m3u8', '/live/%2e%2e%2ftrash/a.m3u8', '/live/..%5ctrash/a.m3u8', '/live../incoming/a.m3u8',
			`/live/${folder.id}/..%2f..%2f..%2flivebin.db`, `/live/${folder.id}/.hidden%00.m3u8`,
			'/media/incoming/a.m3u8', '/incoming/a.m3u8', '/upload/', '/secret',
		]) {
			const { status, text } = await send(server.port, 'GET', path);
			assert.ok([400, 403, 404].includes(status), `${path}: ${status}`);
			assert.ok(!text.includes('private') && !text.includes('SQLite'), path);
		}
	});
});

suite('a page', {}, (test) => {
	test('may play media, and have a worker of its own take it apart', async ({ server }) => {
		for (const path of ['/', '/watch/abc', '/embed/abc']) {
			const { headers } = await send(server.port, 'GET', path);
			const policy = headers['content-security-policy'].split('; ');
			for (const rule of ["worker-src 'self'", "media-src 'self' blob:", "connect-src 'self'"])
				assert.ok(policy.includes(rule), `${path}: ${rule}`);
		}
	});
});

suite('a site that lets few origins in', { env: { LIVEBIN_CORS_ORIGINS: 'https://one.example' } }, (test) => {
	test('gives media to all the same', async ({ server }) => {
		const folder = new Folder(server);
		const headers = { origin: 'https://tv.example' };
		folder.put('index.m3u8', PLAYLIST);
		assertOpen(await folder.get('index.m3u8', headers), 'a file');
		assertMissing(await folder.get('r0-1.m4s', headers), 'a file that is missing');
		assertOpen(await folder.get('r0-1.m4s', headers, 'OPTIONS'), 'a preflight');
	});
});

const ELSEWHERE = mkdtempSync(join(tmpdir(), 'livebin-media-'));
process.on('exit', () => rmSync(ELSEWHERE, { recursive: true, force: true }));

suite('media in a folder of its own', { env: { LIVEBIN_MEDIA: join(ELSEWHERE, 'deep', 'media') } }, (test) => {
	test('is served from there', async ({ server }) => {
		const folder = new Folder(server, join(ELSEWHERE, 'deep', 'media'));
		folder.put('r0-1.m4s', SEGMENT);
		assert.ok((await folder.get('r0-1.m4s')).raw.equals(SEGMENT));
		assert.equal(existsSync(join(server.dataDir, 'media')), false);
	});

	test('is its owner\'s alone', async ({ server }) => {
		const folders = ['kept', 'live', 'incoming', 'trash'].map((name) => join(ELSEWHERE, 'deep', 'media', name));
		for (const path of [...folders, join(server.dataDir, 'upload')])
			assert.equal(statSync(path).mode & 0o777, 0o700, path);
	});
});
