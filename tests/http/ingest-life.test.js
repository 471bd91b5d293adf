/**
 * How broadcasts begin and end by what is pushed, and what is left of them.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { assertProblem } from '../lib/client.js';
import { Encoder, put, target, untilStatus } from '../lib/encoder.js';
import { Broadcast, digest } from '../lib/hls.js';
import { media } from '../lib/media.js';
import { suite } from '../lib/suite.js';
import { sleep, until } from '../lib/wait.js';

const OVER = { title: 'The broadcast is over' };
const A = await media();
const B = await media({ size: '96x54' });

function sent(encoder, to, from = 0) {
	return Array.from({ length: to - from }, (_, n) => digest(encoder.source(from + n).data));
}

/** A live stream with some segments. */
async function pushed(api, json = {}, options = {}) {
	const to = await target(api, json);
	const encoder = new Encoder(api, to, A, options);
	await encoder.run(3);
	return { to, encoder, broadcast: await Broadcast.of(api, to) };
}

/** A live playlist that players know is at its end. */
async function assertEnded(broadcast) {
	for (const name of ['index.m3u8', 'dvr.m3u8']) assert.ok((await broadcast.playlist(name)).ended, name);
}

suite('a broadcast ends', { env: { LIVEBIN_MEDIA_GAP_WAIT: '300' } }, (test) => {
	test('with a list that ends', async ({ api }) => {
		const { to, encoder, broadcast } = await pushed(api);
		await encoder.segment(3);
		assert.equal((await encoder.list(3, { ended: true })).status, 200);
		const { json } = await api.get(to.id);
		assert.equal(json.status, 'READY');
		assert.equal(json.hlsUrl, null, 'nothing plays');
		assert.equal(json.recording, null, 'it is not kept');
		await assertEnded(broadcast);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, 4), 'whoever watches sees its end');
	});

	test('with the same list again, now ended', async ({ api }) => {
		const { to, encoder, broadcast } = await pushed(api);
		await encoder.end();
		assert.equal((await api.get(to.id)).json.status, 'READY');
		await assertEnded(broadcast);
	});

	test('with its last segment, if that is overtaken by the list', async ({ api }) => {
		const { to, encoder, broadcast } = await pushed(api);
		assert.equal((await encoder.list(4, { ended: true })).status, 200);
		await encoder.segment(4);
		assert.equal((await api.get(to.id)).json.status, 'LIVE');
		assert.ok(!(await broadcast.playlist('dvr.m3u8')).ended);
		assert.equal((await encoder.segment(3)).status, 201);
		assert.equal((await api.get(to.id)).json.status, 'READY');
		await assertEnded(broadcast);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, 5));
	});

	test('and no list that was overtaken by the last begins another', async ({ api }) => {
		for (const window of [0, 2]) {
			const { to, encoder } = await pushed(api, {}, { window });
			await encoder.segment(3);
			assert.equal((await encoder.list(3, { ended: true })).status, 200);
			for (const last of [2, 1, 0]) assertProblem(await encoder.list(last), 409, OVER);
			assert.equal((await api.get(to.id)).json.status, 'READY');
		}
	});

	test('with every rendition\'s list, not with the first', async ({ api }) => {
		const to = await target(api);
		// Of long segments, so that it isn't given up while a slow machine pushes the second.
		const long = { ...A, segments: A.segments.map((segment) => ({ ...segment, duration: 30 })) };
		const encoder = new Encoder(api, to, long);
		await encoder.run(3);
		const second = new Encoder(api, to, B, { name: 'second' });
		await second.run(3);
		await encoder.end();
		assert.equal((await api.get(to.id)).json.status, 'LIVE');
		await second.end();
		assert.equal((await api.get(to.id)).json.status, 'READY');
	});

	test('with stop, and takes in what has come', async ({ api }) => {
		const { to, encoder, broadcast } = await pushed(api);
		await encoder.segment(4);
		await encoder.list(4);
		assert.equal((await broadcast.digests('dvr.m3u8')).length, 3);
		assert.equal((await api.stop(to.id, to.key)).status, 200);
		const wanted = sent(encoder, 5);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), [...wanted.slice(0, 3), null, wanted[4]]);
		await assertEnded(broadcast);
	});

	test('for good: an encoder that goes on begins no other', async ({ api }) => {
		for (const window of [0, 2]) {
			const { to, encoder } = await pushed(api, {}, { window });
			await api.stop(to.id, to.key);
			for (let n = 3; n < 12; n++) {
				await encoder.segment(n);
				const answer = await encoder.list(n);
				assertProblem(answer, 409, OVER);
				assert.match(answer.headers['retry-after'], /^\d+$/);
				assert.equal((await api.get(to.id)).json.status, 'READY', `list ${n} of ${window}`);
			}
		}
	});

	test('and another begins with a new encoder', async ({ api }) => {
		for (const [source, options] of [[A, {}], [B, {}], [B, { name: 'again' }]]) {
			const { to, encoder, broadcast } = await pushed(api);
			await api.stop(to.id, to.key);
			assertProblem(await encoder.list(2), 409, OVER);
			const second = new Encoder(api, to, source, options);
			await second.run(2);
			const next = await Broadcast.of(api, to);
			assert.notEqual(next.id, broadcast.id);
			assert.deepEqual(await next.digests('dvr.m3u8'), sent(second, 2));
			const { entries } = await next.playlist('dvr.m3u8');
			assert.ok(entries.every(({ discontinuity }) => !discontinuity));
			assert.ok((await next.get(entries[0].map)).raw.equals(source.init));
			assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, 3), 'the first is as it was');
		}
	});

	test('and its encoder goes on in the next, if it was started by hand', async ({ api }) => {
		const { to, encoder, broadcast } = await pushed(api);
		await api.stop(to.id, to.key);
		await api.start(to.id, to.key);
		await encoder.run(6);
		const next = await Broadcast.of(api, to);
		assert.notEqual(next.id, broadcast.id);
		assert.deepEqual(await next.digests('dvr.m3u8'), sent(encoder, 6, 3));
	});
});

suite('a list that was overtaken by the next', {}, (test) => {
	test('changes nothing', async ({ api }) => {
		for (const window of [0, 2]) {
			const { encoder, broadcast } = await pushed(api, {}, { window });
			await encoder.run(5);
			for (const last of [3, 2, 1, 0]) assert.equal((await encoder.list(last)).status, 200, `list ${last} of ${window}`);
			await encoder.run(7, 5);
			assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, 7));
			assert.ok((await broadcast.playlist('dvr.m3u8')).entries.every(({ discontinuity }) => !discontinuity));
		}
	});
});

suite('a stream that is started by hand', {}, (test) => {
	test('takes media in', async ({ api }) => {
		const to = await target(api);
		await api.start(to.id, to.key);
		const encoder = new Encoder(api, to, A);
		await encoder.run(2);
		assert.deepEqual(await (await Broadcast.of(api, to)).digests('index.m3u8'), sent(encoder, 2));
	});

	test('and stopped before anything came is not started by files, but by a list', async ({ api }) => {
		const to = await target(api);
		await api.start(to.id, to.key);
		await api.stop(to.id, to.key);
		const encoder = new Encoder(api, to, A);
		await encoder.init();
		await encoder.segment(0);
		assert.equal((await api.get(to.id)).json.status, 'READY');
		assert.equal((await encoder.list(0)).status, 201);
		assert.equal((await api.get(to.id)).json.status, 'LIVE');
	});
});

suite('silence', { env: { LIVEBIN_RECONNECT_WINDOW: '4' } }, (test) => {
	test('ends the broadcast, and less of it doesn\'t', async ({ api }) => {
		const { to, encoder, broadcast } = await pushed(api);
		for (let n = 3; n < 9; n++) {
			await sleep(1000);
			await encoder.run(n + 1);
			assert.equal((await api.get(to.id)).json.status, 'LIVE');
		}
		await untilStatus(api, to, 'READY');
		assertProblem(await encoder.list(8), 409, OVER);
		await until('what isn\'t kept is removed', async () => (await broadcast.get('index.m3u8')).status === 404);
	});

	test('is no matter once it was stopped: what isn\'t kept is removed, what is kept stays', async ({ api, server }) => {
		const kept = await pushed(api);
		const gone = await pushed(api);
		await api.stop(gone.to.id, gone.to.key);
		await api.stop(kept.to.id, kept.to.key, { json: { streamKey: kept.to.key, convertToVOD: true } });
		assert.equal((await gone.broadcast.playlist('dvr.m3u8')).ended, true, 'it may be watched to its end');
		const folder = join(server.dataDir, 'media', 'kept', gone.broadcast.id);
		await until('the folder is gone', () => !existsSync(folder));
		const { recording } = await untilStatus(api, kept.to, 'READY');
		assert.equal(recording.state, 'READY');
		assert.deepEqual(await kept.broadcast.digests('replay.m3u8'), sent(kept.encoder, 3));
		assert.equal((await api.get(gone.to.id)).json.recording, null);
	});

	test('ends one that never had a list', async ({ api }) => {
		const to = await target(api);
		await put(api, to, 'init.mp4', A.init);
		assert.equal((await api.get(to.id)).json.status, 'LIVE');
		await untilStatus(api, to, 'READY');
	});

	test('is broken by a list alone', async ({ api }) => {
		const { to, encoder } = await pushed(api);
		const end = Date.now() + 7000;
		while (Date.now() < end) {
			await sleep(500);
			await encoder.list(2);
			assert.equal((await api.get(to.id)).json.status, 'LIVE');
		}
		await untilStatus(api, to, 'READY');
	});
});

suite('a broadcast that is to be kept', {}, (test) => {
	for (const [name, json, end] of [
		['by the stop', {}, ({ api, to }) => api.stop(to.id, to.key, { json: { streamKey: to.key, convertToVOD: true } })],
		['by the stream, with a list that ends', { record: true }, ({ encoder }) => encoder.end()],
	]) {
		test(`${name}: stays, and isn't live any more`, async ({ api }) => {
			const { to, encoder, broadcast } = await pushed(api, json);
			await end({ api, to, encoder });
			const { json: stream } = await api.get(to.id);
			assert.equal(stream.isLiveNow, false);
			assert.ok(['PENDING', 'READY'].includes(stream.status));
			assert.ok(['PROCESSING', 'READY'].includes(stream.recording?.state));
			assert.ok(Math.abs(stream.recording.durationSeconds - 3) < 0.5);
			const bytes = [A.init, ...A.segments.slice(0, 3).map(({ data }) => data)].reduce((sum, { length }) => sum + length, 0);
			assert.ok(stream.recording.sizeBytes >= bytes);
			assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, 3));
			await assertEnded(broadcast);
		});
	}
});

suite('a stream that is deleted', { concurrency: 1 }, (test) => {
	test('takes its media with it at once', async ({ api, server }) => {
		const { to, encoder, broadcast } = await pushed(api);
		await encoder.segment(3);
		await encoder.init();
		const folder = join(server.dataDir, 'media', 'kept', broadcast.id);
		assert.ok(existsSync(folder));
		assert.equal((await api.remove(to.id, to.key)).status, 204);
		assert.ok(!existsSync(folder));
		for (const name of ['index.m3u8', 'dvr.m3u8', 'r0-0.m4s', 'r0-init0.mp4']) assert.equal((await broadcast.get(name)).status, 404, name);
		assert.deepEqual(readdirSync(join(server.dataDir, 'media', 'incoming')), []);
		assertProblem(await encoder.segment(4), 404);
		assertProblem(await encoder.list(3), 404);
	});

	test('takes what is pushed meanwhile with it', async ({ api, server }) => {
		const { to, encoder } = await pushed(api);
		const work = (async () => {
			for (let n = 3; ; n++) {
				const answer = await encoder.segment(n);
				if (answer.status === 404) return;
				await encoder.list(n);
			}
		})();
		await sleep(100);
		assert.equal((await api.remove(to.id, to.key)).status, 204);
		await work;
		await until('nothing is left to be seen', () => readdirSync(join(server.dataDir, 'media', 'live')).length === 0);
	});
});
