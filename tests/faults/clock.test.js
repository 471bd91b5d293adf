/**
 * The host's clock is set while everything runs, an hour forward and an hour back: what is under way goes on, what is
 * over ends in its time, and no number goes backwards.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

import { Encoder, put, target } from '../lib/encoder.js';
import { fault } from '../lib/fault.js';
import { Broadcast, digest } from '../lib/hls.js';
import { Load, ROOMY, broadcast, call, push, stopPushed, talk } from '../lib/load.js';
import { media } from '../lib/media.js';
import { Publisher, Viewer, onAir } from '../lib/peers.js';
import { BUILD } from '../lib/server.js';
import { assertSound } from '../lib/site.js';
import { sleep, until } from '../lib/wait.js';

const A = await media();
const FILES = [A.init, ...A.segments.map(({ data }) => data)];
const HOUR_MS = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'livebin-clock-'));
after(() => rmSync(folder, { recursive: true }));

/** A clock of its own for each server. */
class Clock {
	static #made = 0;
	#file = join(folder, String(Clock.#made++));

	constructor() {
		this.set(0);
	}

	/** From now on the calendar is so many milliseconds off. */
	set(ms) {
		writeFileSync(this.#file, String(ms));
	}

	get env() {
		return { LD_PRELOAD: join(BUILD, 'faults/clock_shift.so'), CLOCK_SHIFT: this.#file };
	}
}

/** @param {Record<string, string>} env @param {(context: import('../lib/fault.js').FaultContext & { clock: Clock }) => Promise<void>} body */
function clockFault(name, env, body) {
	const clock = new Clock();
	fault(name, { env: { ...ROOMY, ...clock.env, ...env } }, (context) => body({ ...context, clock }));
}

const WAYS = { forward: HOUR_MS, back: -HOUR_MS };
/** Longer than a sweep takes to come by, and than two of them. */
const SWEEPS_MS = 2500;

for (const [way, ms] of Object.entries(WAYS)) {
	clockFault(`a clock set ${way} an hour under load`, {}, async ({ api, server, random, say, clock }) => {
		const load = new Load(api, random);
		await load.begin([talk, call, broadcast, push(A)]);
		await load.while(async () => {
			await sleep(1000);
			clock.set(ms);
			await sleep(SWEEPS_MS);
		});
		await stopPushed(load);
		await load.untilMade();
		await load.look();
		assert.deepEqual(load.ledger.complaints(), []);
		await assertSound(server, FILES);
		say(load.ledger.summary());
	});

	clockFault(`a clock set ${way} an hour while all is quiet`, {}, async ({ api, say, clock }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		await stream.publisher.next('offer');
		const { json: { viewerId } } = await api.view(stream.id);
		const to = await target(api);
		const encoder = new Encoder(api, to, A);
		await encoder.run(2);
		assert.equal((await encoder.segment(2)).status, 201);
		clock.set(ms);
		await sleep(SWEEPS_MS);
		// Leases have seconds left, and are renewed as if nothing had been.
		assert.deepEqual((await stream.publisher.read()).messages, []);
		await viewer.send('ice-candidate', 1);
		assert.equal((await stream.publisher.next('ice-candidate')).data, 1);
		assert.equal((await api.view(stream.id, { viewerId })).json.viewers, 2);
		// A segment that waited for its list is still there, and the encoder goes on with its broadcast.
		assert.equal((await encoder.list(2)).status, 200);
		const list = await Broadcast.of(api, to);
		assert.deepEqual(await list.digests('dvr.m3u8'), A.segments.slice(0, 3).map(({ data }) => digest(data)));
		const { entries } = await list.playlist('dvr.m3u8');
		assert.ok(entries.every(({ discontinuity }) => !discontinuity));
		say('publisher, viewers, encoder and a segment that waited for its list outlived it');
	});
}

const QUICK = { LIVEBIN_VIEWER_TIMEOUT: '2', LIVEBIN_PEER_GRACE: '1', LIVEBIN_RECONNECT_WINDOW: '2', LIVEBIN_MEDIA_GAP_WAIT: '1' };

clockFault('after a clock was set back, what is over ends', QUICK, async ({ api, server, say, clock }) => {
	const stream = await onAir(api);
	await Viewer.join(api, stream);
	await api.view(stream.id);
	const to = await target(api, { record: true });
	await new Encoder(api, to, A).run(2);
	clock.set(-HOUR_MS);
	await until('nobody is counted', async () => (await api.get(stream.id)).json.viewers === 0);
	await until('a stream without a publisher stops', async () => !(await api.get(stream.id)).json.isLiveNow);
	const { json } = await until('so does one whose encoder is silent, and has its replay', async () => {
		const answer = await api.get(to.id);
		return answer.json.recording?.state === 'READY' && answer.json.recording.progress === null && answer;
	});
	assert.equal(json.status, 'READY');
	await assertSound(server, FILES);
	say('viewers, a publisher and an encoder that fell silent lapsed in their time, and the replay was made');
});

clockFault('pages that take over while the clock is set back', {}, async ({ api, say, clock }) => {
	const stream = await onAir(api);
	const cursors = [stream.publisher.cursor];
	for (const ms of [0, -HOUR_MS, -2 * HOUR_MS]) {
		clock.set(ms);
		await stream.publisher.bye();
		const newer = await Publisher.open(api, stream);
		assert.equal((await api.poll(stream.id, stream.key, { after: stream.publisher.cursor })).status, 409, 'the older page is told');
		cursors.push(newer.cursor);
		stream.publisher = newer;
	}
	const numbers = cursors.map((cursor) => cursor.split('.').map(Number));
	for (const [i, [session, id]] of numbers.slice(1).entries())
		assert.ok(session > numbers[i][0] && id >= numbers[i][1], `${cursors}`);
	say(`${cursors.length} sessions, each above the one before`);
});

clockFault('files under way while a clock is set forward', {}, async ({ api, server, say, clock }) => {
	const to = await target(api);
	assert.equal((await put(api, to, 'init.mp4', A.init)).status, 201);
	const incoming = join(server.dataDir, 'media/incoming');
	writeFileSync(join(incoming, 'u'.repeat(21)), 'half of an upload');
	const before = readdirSync(incoming).sort();
	assert.equal(before.length, 2);
	clock.set(2 * HOUR_MS);
	await server.restart();
	await sleep(SWEEPS_MS);
	assert.deepEqual(readdirSync(incoming).sort(), before);
	say('what is being received isn\'t taken for what was left');
});
