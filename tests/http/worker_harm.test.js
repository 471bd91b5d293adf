/**
 * The worker when things go wrong: killed, stopped, raced, out of room, or not there at all; and what it takes away.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Broadcast, dropFilms, makeFilm, probe } from '../lib/broadcast.js';
import { Client } from '../lib/client.js';
import { Disk, NO_MOUNT } from '../lib/disk.js';
import { BUILD, startServer } from '../lib/server.js';
import { keepingLogs, suite } from '../lib/suite.js';
import { sleep, until } from '../lib/wait.js';
import { SlowFfmpeg, Worker, endLeases, jobsLogged, leftovers, pretendWorker, runOnce, sql } from '../lib/worker.js';

const TEST_MS = 120_000;
const ID = (n) => `race${String(n).padStart(17, '0')}`;

after(dropFilms);

/** A broadcast that is over and waits for the worker. */
async function ended(api, film) {
	const broadcast = await Broadcast.begin(api);
	await broadcast.send(film);
	const folder = await broadcast.folder();
	await broadcast.stop();
	return { broadcast, folder };
}

/** A recording that nobody pushed: rows, and a folder with a file. */
function forge(server, { id, state, bytes = 1000, endedDaysAgo = 0, job }) {
	const folder = join(server.dataDir, 'media', state === 4 ? 'trash' : 'kept', id);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'r0-0.m4s'), 'x');
	const then = Date.now() - endedDaysAgo * 86_400_000;
	sql(server.dataDir, `INSERT INTO recording (id, stream_id, state, started_ms, ended_ms, bytes)
		VALUES ('${id}', 'nobody', ${state}, ${then}, ${then}, ${bytes})`);
	if (job !== undefined)
		sql(server.dataDir, `INSERT INTO job (recording, kind, due_ms) SELECT seq, ${job}, 0 FROM recording WHERE id = '${id}'`);
	return folder;
}

const recordings = (server) => sql(server.dataDir, 'SELECT id FROM recording ORDER BY id').split('\n').filter(Boolean);
const jobsLeft = (server) => Number(sql(server.dataDir, 'SELECT count(*) FROM job'));

describe('a worker that is killed', { concurrency: 1 }, () => {
	let server, slow, scratch, letGo;
	before(async () => {
		scratch = mkdtempSync(join(tmpdir(), 'livebin-slow-'));
		slow = new SlowFfmpeg(scratch);
		server = await startServer({ env: { LIVEBIN_WORKER: 'no', LIVEBIN_FFMPEG: slow.program } });
		/* One that programs start would be held, too. */
		letGo = pretendWorker(server);
	});
	after(async () => {
		slow.pass();
		letGo?.();
		await server?.stop();
		rmSync(scratch, { recursive: true, force: true });
	}, { timeout: TEST_MS });

	/** Holds the work that `what` is seen in, deals `blow`, and sees the next worker finish all. */
	async function struck(api, what, blow) {
		const film = await makeFilm({ bframes: 2 });
		slow.hold(what);
		const worker = new Worker(server.dataDir, [], server.env);
		const { broadcast, folder } = await ended(api, film);
		await slow.held();
		await blow(worker, folder);
		slow.pass();
		const recording = await until('the next worker has finished', async () => {
			await runOnce(server);
			const { recording: now } = await broadcast.read();
			return now.state === 'READY' && now.progress === null ? now : null;
		}, { timeout: TEST_MS });
		assert.deepEqual(leftovers(folder), []);
		assert.equal(recording.detail, null);
		assert.equal((await probe(join(folder, 'replay.mp4'))).frames, film.frames);
		for (const name of ['poster.jpg', 'thumbs.jpg', 'thumbs.vtt']) assert.ok(existsSync(join(folder, name)), name);
	}

	const test = (name, body) => it(name, { timeout: TEST_MS }, () =>
		keepingLogs(server, () => body(new Client(server))));

	for (const [what, made] of [['.mp4-', 'replay.mp4'], ['.poster-', 'poster.jpg'], ['pipe:1', 'thumbs.jpg'], ['sprite', 'thumbs.jpg']])
		test(`at ${what}, leaves its job to the next, and no ffmpeg`, (api) => struck(api, what, async (worker, folder) => {
			assert.ok(leftovers(folder).length > 0, 'it was at work');
			await worker.kill9();
			assert.ok(!existsSync(join(folder, made)), 'nothing half made is in its place');
			endLeases(server.dataDir);
		}));

	test('and one that is stopped leaves it at once, and no file', (api) => struck(api, '.mp4-', async (worker, folder) => {
		await worker.stop();
		assert.deepEqual(leftovers(folder), []);
		assert.ok(jobsLogged(server).some(({ kind, end }) => kind === 'mp4' && end === 'is left for the next'));
		const due = Number(sql(server.dataDir, 'SELECT max(due_ms) FROM job'));
		assert.ok(due <= Date.now(), 'no lease is left');
	}));

	test('a lease that was lost ends the work', (api) => struck(api, '.mp4-', async (worker, folder) => {
		sql(server.dataDir, 'UPDATE job SET claims = claims + 1');
		await until('it drops the work', () => jobsLogged(server).some(({ end }) => end === "is another's now"));
		assert.deepEqual(leftovers(folder), []);
		await worker.stop();
		endLeases(server.dataDir);
	}));

	test('work that takes too long is given up, and why is kept', async (api) => {
		const { broadcast, folder } = await ended(api, await makeFilm({ kind: 'ts', seconds: 2 }));
		slow.hold('.mp4-');
		await runOnce(server, { LIVEBIN_JOB_TIME: '1', LIVEBIN_JOB_ATTEMPTS: '1' });
		slow.pass();
		await runOnce(server);
		const { recording } = await broadcast.read();
		assert.equal(recording.state, 'READY');
		assert.equal(recording.mp4Url, null);
		// On a slow machine other work may take too long as well.
		assert.match(recording.detail, /^No MP4: ffmpeg took longer than it may\./);
		assert.deepEqual(leftovers(folder), []);
	});

	test('at any moment', async (api) => {
		const film = await makeFilm({ seconds: 6 });
		const { broadcast, folder } = await ended(api, film);
		/* A job may lose as many workers as it may fail. */
		const env = { LIVEBIN_JOB_ATTEMPTS: '50' };
		for (const wait of [5, 20, 60, 120, 200, 300, 450]) {
			const worker = new Worker(server.dataDir, ['--once'], { ...server.env, ...env });
			await sleep(wait);
			await worker.kill9();
			endLeases(server.dataDir);
		}
		await until('all is made', async () => {
			await runOnce(server, env);
			return (await broadcast.read()).recording.progress === null;
		});
		assert.equal((await probe(join(folder, 'replay.mp4'))).frames, film.frames);
		assert.deepEqual(leftovers(folder), []);
	});
});

suite('two workers, and programs that take up what is quick', { env: { LIVEBIN_WORKER: 'no' } }, (test) => {
	test('do fifty jobs, each once', async ({ server }) => {
		const ids = Array.from({ length: 50 }, (_, n) => ID(n));
		for (const id of ids) forge(server, { id, state: 4, job: 4 });
		await Promise.all([1, 2].map(() => new Worker(server.dataDir, ['--once'], server.env).done()));
		await until('no job is left', () => jobsLeft(server) === 0);
		// Programs write what they log once a second, and when they end.
		await server.restart();
		const done = jobsLogged(server).filter(({ kind, end }) => kind === 'remove' && end === 'is done');
		assert.deepEqual(done.map(({ recording }) => recording).sort(), ids);
		assert.deepEqual(recordings(server), []);
		assert.deepEqual(readdirSync(join(server.dataDir, 'media/trash')), []);
	});
});

suite('where no worker runs', { env: { LIVEBIN_WORKER: 'no' } }, (test) => {
	test('a program starts one that finishes the replay', async ({ api, server }) => {
		const film = await makeFilm({ seconds: 2 });
		const { broadcast, folder } = await ended(api, film);
		const recording = await broadcast.made();
		assert.equal(recording.state, 'READY');
		assert.equal((await probe(join(folder, 'replay.mp4'))).frames, film.frames);
		await until('the log says so', () => / - no worker runs: started one/.test(server.log()));
		await until('it has ended', () => sql(server.dataDir, 'SELECT count(*) FROM job') === '0');
	});
});

describe('under plain CGI', () => {
	it('a program that has answered starts one', { timeout: TEST_MS }, async () => {
		const dataDir = mkdtempSync(join(tmpdir(), 'livebin-cgi-'));
		const env = { PATH: String(process.env.PATH), LIVEBIN_DATA: dataDir, REQUEST_METHOD: 'GET', REQUEST_URI: '/health' };
		const ask = () => execFileSync(join(BUILD, 'cgi-bin/health'), { env, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
		assert.match(ask(), /^Status: 200/);
		forge({ dataDir }, { id: ID(1), state: 4, job: 4 });
		await until('what is quick is done', () => {
			assert.match(ask(), /^Status: 200/);
			return jobsLeft({ dataDir }) === 0;
		});
		assert.deepEqual(recordings({ dataDir }), []);
		forge({ dataDir }, { id: ID(2), state: 2, job: 2 });
		await until('a worker has tried the rest', () => {
			assert.match(ask(), /^Status: 200/);
			return jobsLeft({ dataDir }) === 0 || sql(dataDir, 'SELECT tries FROM job') === '1';
		});
		assert.match(readFileSync(join(dataDir, 'livebin.log'), 'utf8'), / health - no worker runs: started one/);
		rmSync(dataDir, { recursive: true });
	});
});

suite('beside the server', {}, (test) => {
	test('a worker that dies is started again, and does what is left', async ({ api, server }) => {
		const [first] = await until('it runs', () => server.workers().length > 0 && server.workers());
		// Of the moment between the two a program may take notice; before it there is none to take.
		assert.doesNotMatch(server.log(), /no worker runs/);
		process.kill(first, 'SIGKILL');
		await until('another runs', () => server.workers().length > 0 && !server.workers().includes(first));
		const film = await makeFilm({ seconds: 2 });
		const { broadcast } = await ended(api, film);
		assert.equal((await broadcast.made()).state, 'READY');
	});
});

suite('retention', { env: { LIVEBIN_WORKER: 'no' } }, (test) => {
	test('takes away what is older than so many days', async ({ api, server }) => {
		const { broadcast, folder } = await ended(api, await makeFilm({ seconds: 2 }));
		await runOnce(server);
		await until('no job is left', () => jobsLeft(server) === 0);
		forge(server, { id: ID(1), state: 2, endedDaysAgo: 3 });
		forge(server, { id: ID(2), state: 2, endedDaysAgo: 1 });
		await runOnce(server, { LIVEBIN_KEEP_DAYS: '2' });
		assert.ok(!recordings(server).includes(ID(1)));
		assert.ok(recordings(server).includes(ID(2)));
		assert.ok(existsSync(folder), 'the new one stays');
		sql(server.dataDir, `UPDATE recording SET ended_ms = ended_ms - 10 * 86400000 WHERE stream_id = '${broadcast.id}'`);
		await runOnce(server, { LIVEBIN_KEEP_DAYS: '2' });
		await until('its media is gone', () => !existsSync(folder) && !recordings(server).some((id) => folder.endsWith(id)));
		assert.equal((await broadcast.read()).recording, null);
	});
});

suite('retention where no worker runs', { env: { LIVEBIN_WORKER: 'no', LIVEBIN_KEEP_DAYS: '2' } }, (test) => {
	test('is started by a program, though no job is due', async ({ server }) => {
		forge(server, { id: ID(1), state: 2, endedDaysAgo: 3 });
		forge(server, { id: ID(2), state: 3, endedDaysAgo: 3 });
		forge(server, { id: ID(3), state: 2, endedDaysAgo: 1 });
		/* As if the last one had been an hour ago. */
		const lock = join(server.dataDir, 'worker.lock');
		writeFileSync(lock, '\n');
		utimesSync(lock, 0, Date.now() / 1000 - 3601);
		await until('what is old is gone', () => recordings(server).join() === ID(3));
		await until('so is the work', () => jobsLeft(server) === 0);
	});
});

suite('retention by size', { env: { LIVEBIN_WORKER: 'no' } }, (test) => {
	test('takes the oldest away until the rest fits', async ({ server }) => {
		const MB = 1 << 20;
		for (const n of [1, 2, 3, 4]) forge(server, { id: ID(n), state: 2, bytes: 3 * MB, endedDaysAgo: 10 - n });
		await runOnce(server, { LIVEBIN_KEEP_MAX: '7' });
		assert.deepEqual(recordings(server), [ID(3), ID(4)]);
		assert.deepEqual(readdirSync(join(server.dataDir, 'media/kept')).sort(), [ID(3), ID(4)]);
	});
});

describe('a small disk', { concurrency: 1 }, () => {
	const disk = new Disk(3);
	let server;
	before(async () => {
		if (disk.mount())
			server = await startServer({ env: { LIVEBIN_WORKER: 'no', LIVEBIN_MEDIA: disk.path, LIVEBIN_DISK_FREE_MIN: '0', LIVEBIN_JOB_ATTEMPTS: '1' } });
	});
	after(async () => {
		await server?.stop();
		disk.remove();
	}, { timeout: TEST_MS });

	it('has a replay, and the reason why there is no download', { timeout: TEST_MS }, async (t) => {
		if (!server) return t.skip(NO_MOUNT);
		await keepingLogs(server, async () => {
			const film = await makeFilm({ seconds: 4, size: '640x360' });
			const broadcast = await Broadcast.begin(new Client(server));
			await broadcast.send(film);
			await broadcast.stop();
			disk.fill(100_000);
			await until('no job is left', async () => {
				await runOnce(server);
				return jobsLeft(server) === 0;
			});
			const { recording } = await broadcast.read();
			assert.equal(recording.state, 'READY');
			assert.equal(recording.mp4Url, null);
			assert.match(recording.detail, /No MP4: .*disk/);
			const folder = join(disk.path, 'kept', readdirSync(join(disk.path, 'kept'))[0]);
			assert.deepEqual(leftovers(folder), []);
			assert.ok(existsSync(join(folder, 'replay.m3u8')));
		});
	});
});
