/**
 * The operator's command: its words, backups of a site in use, and checks of sound and damaged ones.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
	closeSync, copyFileSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync, writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { command, makeToken, started } from '../lib/admin.js';
import { Client, bearer } from '../lib/client.js';
import { Encoder, target } from '../lib/encoder.js';
import { send } from '../lib/http.js';
import { media } from '../lib/media.js';
import { BUILD, ROOT, Server } from '../lib/server.js';
import { suite } from '../lib/suite.js';
import { until } from '../lib/wait.js';
import { sql } from '../lib/worker.js';

const TEST_MS = 120_000;
const SAN = Boolean(process.env.SAN);
const folders = [];

/** A folder that is gone after the tests. */
function scratch() {
	folders.push(mkdtempSync(join(tmpdir(), 'livebin-test-')));
	return folders.at(-1);
}

after(() => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new, empty site's data folder. */
async function site() {
	const folder = scratch();
	assert.equal((await command(folder, ['token', 'create', 'first'])).code, 0);
	return folder;
}

/** Writes nonsense over part of a file. */
function damage(path, at, size) {
	const file = openSync(path, 'r+');
	writeSync(file, Buffer.alloc(size, 'x'), 0, size, at);
	closeSync(file);
}

/** A server on a data folder that is there. Runs `body` with its client, and ends it. */
async function serving(dataDir, body) {
	const server = new Server({ LIVEBIN_CREATE_PER_HOUR: '0' }, dataDir, SAN);
	await server.start();
	try {
		await body(new Client(server), server);
		await server.end();
	} catch (error) {
		server.killAll();
		server.printLogs();
		throw error;
	}
}

/** What deploy/run says that doesn't start. */
function refused(dataDir) {
	return new Promise((done) => {
		execFile(join(ROOT, 'deploy/run'), {
			env: { ...process.env, BUILD, DATA: dataDir, PORT: '8080', LIVEBIN_WORKER: 'no' }, timeout: 60_000,
		}, (error, stdout, stderr) => done({ code: error ? error.code ?? error.signal : 0, stderr }));
	});
}

describe('the command', { concurrency: 4 }, () => {
	const WRONG = [
		[], ['nonsense'], ['token'], ['token', 'make'], ['token', 'create'], ['token', 'create', 'a', 'b'], ['token', 'create', '--scope', 'create'],
		['token', 'create', 'a', '--scope', 'root'], ['token', 'create', 'a', '--scope', ''], ['token', 'create', 'a', '--scope'],
		['token', 'create', 'a', '--per-hour', '-1'], ['token', 'create', 'a', '--per-hour', 'x'], ['token', 'create', 'a', '--per-day', '1'],
		['token', 'create', 'a'.repeat(61)], ['token', 'list', 'a'], ['token', 'revoke'], ['backup'], ['backup', '--help'], ['backup', 'a', 'b'],
		['check', 'a'],
	];
	it('shows its usage for what it does not take, makes nothing, and ends with 2', async () => {
		const folder = join(scratch(), 'none');
		for (const args of WRONG) {
			const { code, stdout, stderr } = await command(folder, args);
			assert.equal(code, 2, args.join(' '));
			assert.match(stderr, /^usage: livebin token create NAME/);
			assert.equal(stdout, '');
		}
		assert.ok(!existsSync(folder));
	});

	it('shows its usage to who asks', async () => {
		const { code, stdout } = await command(scratch(), ['--help']);
		assert.equal(code, 0);
		assert.match(stdout, /^usage: livebin token create NAME/);
	});

	it('says that there is no site, makes none, and ends with 1', async () => {
		const folder = join(scratch(), 'none');
		for (const args of [['token', 'list'], ['token', 'revoke', 'a'], ['backup', join(scratch(), 'b')], ['check']]) {
			const { code, stderr } = await command(folder, args);
			assert.equal(code, 1, args.join(' '));
			assert.ok(stderr.includes(folder), stderr);
		}
		assert.ok(!existsSync(folder));
	});

	it('refuses a name that is taken, none, or nobody\'s, with 1', async () => {
		const folder = await site();
		for (const [args, says] of [
			[['token', 'create', 'first'], /already/], [['token', 'create', 'a b'], /letters, digits/], [['token', 'revoke', 'second'], /no token named second/],
		]) {
			const { code, stdout, stderr } = await command(folder, args);
			assert.deepEqual([code, stdout], [1, ''], args.join(' '));
			assert.match(stderr, says);
		}
	});

	it('takes back a token that it could not print', async () => {
		const folder = await site();
		const { code } = await new Promise((done) => {
			const child = execFile('sh', ['-c', '"$0" token create unseen >/dev/full', join(BUILD, 'bin/livebin')],
				{ env: { ...process.env, LIVEBIN_DATA: folder } }, (error) => done({ code: error?.code ?? 0 }));
			child.stdin.end();
		});
		assert.equal(code, 1);
		assert.doesNotMatch((await command(folder, ['token', 'list'])).stdout, /unseen/);
	});
});

const WRITERS = 16;

suite('a backup', {}, (test) => {
	test('of a site that 16 write to has every write from before it', async ({ api, server }) => {
		const made = [];
		let going = true;
		const writers = Array.from({ length: WRITERS }, async () => {
			while (going) {
				const stream = await api.created({ visibility: 'UNLISTED' });
				const { status, text } = await api.patch(stream.id, stream.key, { title: `Of ${stream.id}` });
				assert.equal(status, 200, text);
				made.push(stream);
			}
		});
		await until('the writers are at it', () => made.length >= 3 * WRITERS);
		const folder = join(scratch(), 'backup');
		const before = [...made];
		const { code, stderr } = await command(server.dataDir, ['backup', folder]);
		going = false;
		await Promise.all(writers);
		assert.equal(code, 0, stderr);
		assert.deepEqual(readdirSync(folder).sort(), ['livebin.db', 'secret']);
		assert.equal((await command(folder, ['check'])).stdout, 'sound\n');
		await serving(folder, async (copy) => {
			for (const { id, key } of before) {
				assert.equal((await copy.get(id)).json?.title, `Of ${id}`);
				assert.equal((await copy.start(id, key)).status, 200, 'the key opens it there too');
			}
		});
	});

	test('carries tokens', async ({ server }) => {
		const token = await makeToken(server, 'carried', '--scope', 'admin');
		const folder = join(scratch(), 'backup');
		assert.equal((await command(server.dataDir, ['backup', folder])).code, 0);
		await serving(folder, async (copy) => {
			assert.equal((await copy.request('GET', '/streams', { headers: bearer(token) })).status, 200);
		});
	});

	test('is not made over another', async ({ server }) => {
		const folder = join(scratch(), 'backup');
		assert.equal((await command(server.dataDir, ['backup', folder])).code, 0);
		const before = statSync(join(folder, 'livebin.db'));
		const { code, stderr } = await command(server.dataDir, ['backup', folder]);
		assert.equal(code, 1);
		assert.match(stderr, /there already/);
		assert.equal(statSync(join(folder, 'livebin.db')).ino, before.ino);
	});
});

/** A site of some tens of megabytes, whose copy takes a while. */
async function largeSite() {
	const folder = await site();
	sql(folder, `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
		INSERT INTO stream (id, key_hash, title, description, visibility, created_ms)
		SELECT printf('%021d', i), randomblob(32), 'x', hex(randomblob(2000)), 0, 1000 FROM n`);
	return folder;
}

const KILLS = 40;

describe('a backup that is killed', () => {
	it('leaves nothing under its name, and the next makes it', { timeout: TEST_MS }, async () => {
		const data = await largeSite();
		const place = scratch();
		const draft = join(place, '.backup.part');
		let killed = 0;
		for (let i = 0; i < KILLS && killed < 3; i++) {
			const folder = join(place, 'backup');
			const { child, ended } = started(data, ['backup', folder]);
			let over = false;
			ended.then(() => { over = true; });
			while (!over && !existsSync(join(draft, 'livebin.db'))) await new Promise(setImmediate);
			child.kill('SIGKILL');
			const { signal } = await ended;
			if (signal !== 'SIGKILL') {
				assert.equal((await command(folder, ['check'])).stdout, 'sound\n');
				rmSync(folder, { recursive: true });
				continue;
			}
			killed++;
			assert.ok(existsSync(draft) && !existsSync(folder), 'half a backup has no name');
		}
		assert.equal(killed, 3, `of ${KILLS} that were to be killed`);
		const { code, stderr } = await command(data, ['backup', join(place, 'backup')]);
		assert.equal(code, 0, stderr);
		assert.deepEqual(readdirSync(place), ['backup'], 'nothing is left beside it');
		assert.equal(sql(join(place, 'backup'), 'SELECT count(*) FROM stream'), '12000');
	});
});

/** A stream with a replay; its recording's folder. */
async function recorded(api, server) {
	const to = await target(api, { record: true });
	const encoder = new Encoder(api, to, await media());
	for (let n = 0; n < 3; n++) await encoder.step(n);
	assert.equal((await encoder.list(2, { ended: true })).status, 200);
	const stream = await until('the replay is ready', async () => {
		const { json } = await api.get(to.id);
		return json.recording?.state === 'READY' && json.recording.progress === null && json;
	});
	return join(server.dataDir, 'media/kept', new URL(stream.recording.hlsUrl).pathname.split('/')[2]);
}

suite('a check', { concurrency: 1 }, (test) => {
	const look = async (server) => {
		const { code, stdout } = await command(server.dataDir, ['check']);
		return { code, lines: stdout.trimEnd().split('\n') };
	};

	test('finds a site sound while it is used, one that broadcasts too', async ({ api, server }) => {
		await recorded(api, server);
		const live = new Encoder(api, await target(api), await media());
		let going = true;
		const pushing = (async () => {
			for (let n = 0; going; n++) await live.step(n);
		})();
		for (let n = 0; n < 5; n++) assert.deepEqual(await look(server), { code: 0, lines: ['sound'] });
		going = false;
		await pushing;
		assert.deepEqual(await look(server), { code: 0, lines: ['sound'] });
	});

	test('finds what is missing of media, and changes nothing', async ({ api, server }) => {
		const [cut, gone] = [await recorded(api, server), await recorded(api, server)];
		const id = (folder) => folder.split('/').at(-1);
		const segments = readdirSync(cut).filter((name) => /^r0-\d+\.m4s$/.test(name)).sort();
		truncateSync(join(cut, segments[0]), 10);
		rmSync(join(cut, segments[1]));
		rmSync(gone, { recursive: true });
		const stray = join(server.dataDir, 'media/kept', 'A'.repeat(21));
		copyFileSync(join(cut, segments[2]), `${stray}.m4s`);
		utimesSync(`${stray}.m4s`, 1, 1);
		for (let n = 0; n < 2; n++) {
			const { code, lines } = await look(server);
			assert.equal(code, 1);
			assert.equal(lines.length, 4, lines.join('\n'));
			assert.ok(lines.some((line) => line.includes(id(cut)) && / 1 are missing and 1 have another size/.test(line)), lines.join('\n'));
			assert.ok(lines.some((line) => line.includes(id(gone)) && /its folder is missing/.test(line)), lines.join('\n'));
			assert.ok(lines.some((line) => line.includes(stray) && /no recording has this/.test(line)), lines.join('\n'));
			assert.match(lines[3], /^3 wrong/);
		}
		assert.ok(!existsSync(gone));
	});
});

describe('a damaged database', { concurrency: 1 }, () => {
	/** A site with streams, stopped; a backup of it. */
	async function stoppedSite() {
		const data = await largeSite();
		const backup = join(scratch(), 'backup');
		assert.equal((await command(data, ['backup', backup])).code, 0);
		sql(data, 'PRAGMA wal_checkpoint(TRUNCATE)');
		return { data, backup };
	}

	it('in the middle is found, answered with a clear 500, and gone back from', { timeout: TEST_MS }, async () => {
		const { data, backup } = await stoppedSite();
		const path = join(data, 'livebin.db');
		const { size } = statSync(path);
		damage(path, size / 4, size / 2);
		const { code, stdout } = await command(data, ['check']);
		assert.equal(code, 1);
		assert.match(stdout, /^livebin\.db: /);
		assert.match(stdout, /wrong; docs\/operate\.md/);
		const refusal = await command(data, ['backup', join(scratch(), 'backup')]);
		assert.equal(refusal.code, 1);
		assert.match(refusal.stderr, /damaged/);
		await serving(data, async (_, server) => {
			const { status, text, json } = await send(server.port, 'GET', `/api/live/${'0'.repeat(16)}06000`);
			assert.equal(status, 500, text);
			assert.equal(json.title, 'Storage failed');
			assert.match(json.detail, /damaged/);
			assert.match(server.log(), /damaged: "livebin check" says which, and docs\/operate\.md how to go back/);
		});
		for (const name of readdirSync(data).filter((file) => /^(livebin|passing)\.db/.test(file))) rmSync(join(data, name));
		for (const name of ['livebin.db', 'secret']) copyFileSync(join(backup, name), join(data, name));
		await serving(data, async (api) => {
			assert.equal((await api.get(`${'0'.repeat(16)}06000`)).status, 200);
		});
		assert.equal((await command(data, ['check'])).stdout, 'sound\n');
	});

	it('from its first page on is refused by every program, in words', { timeout: TEST_MS }, async () => {
		const { data } = await stoppedSite();
		damage(join(data, 'livebin.db'), 0, 4096);
		const { code, stderr } = await refused(data);
		assert.equal(code, 1);
		assert.match(stderr, /damaged.*go back to a backup/);
		assert.equal((await command(data, ['token', 'list'])).code, 1);
		assert.match((await command(data, ['check'])).stdout, /^livebin\.db: file is not a database\n/);
	});

	it('that may be forgotten is as clear', { timeout: TEST_MS }, async () => {
		const { data } = await stoppedSite();
		writeFileSync(join(data, 'passing.db'), 'x'.repeat(8192));
		assert.match((await command(data, ['check'])).stdout, /^passing\.db: file is not a database\n/);
		for (const name of readdirSync(data).filter((file) => file.startsWith('passing.db'))) rmSync(join(data, name));
		assert.equal((await command(data, ['check'])).stdout, 'sound\n');
	});

	it('is not what a newer one is: that says to update', { timeout: TEST_MS }, async () => {
		const { data } = await stoppedSite();
		sql(data, 'PRAGMA user_version = 99');
		const { code, stderr } = await refused(data);
		assert.equal(code, 1);
		assert.match(stderr, /newer \(99\).*update livebin/);
		const { code: checked, stdout } = await command(data, ['check']);
		assert.equal(checked, 1);
		assert.match(stdout, /^livebin\.db: version 99 is newer/);
	});
});
