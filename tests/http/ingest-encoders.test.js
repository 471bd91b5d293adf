/**
 * Encoders that die, come back, and get in each other's way. One that is silent for two segments (of a second here)
 * and two seconds may be taken over.
 */
import assert from 'node:assert/strict';

import { assertProblem } from '../lib/client.js';
import { Encoder, put, target } from '../lib/encoder.js';
import { Broadcast, digest } from '../lib/hls.js';
import { media } from '../lib/media.js';
import { suite } from '../lib/suite.js';
import { sleep } from '../lib/wait.js';

const TAKEOVER_MS = 4000;
const BUSY = { title: 'Another encoder is sending' };

const A = await media();
const B = await media({ size: '96x54' });

function sent(encoder, to, from = 0) {
	return Array.from({ length: to - from }, (_, n) => digest(encoder.source(from + n).data));
}

/** The one discontinuity of a playlist is in front of that entry. */
function assertBreaks(entries, wanted) {
	assert.deepEqual(entries.flatMap(({ discontinuity }, n) => (discontinuity ? [n] : [])), wanted);
}

/** The list of an encoder that was started anew, taken as soon as the one before is given up. */
async function takenOver(encoder, last) {
	for (let tries = 0; tries < 100; tries++) {
		const { status, text, headers } = await encoder.list(last);
		if (status < 300) return;
		assert.equal(status, 409, text);
		assert.match(headers['retry-after'], /^\d+$/);
		await sleep(100);
	}
	assert.fail('the first encoder is held for ever');
}

suite('an encoder that was killed and started anew', {}, (test) => {
	for (const [name, source, options, whens] of [
		['under the same names with the same content', A, {}, [false, true]],
		['under the same names with other content', B, {}, [false, true]],
		['under other names', B, { name: 'again' }, [true]],
		['in another folder', B, { folder: 'again' }, [true]],
	]) {
		for (const silent of whens) {
			test(`${name}${silent ? ', when it was given up' : ''}: goes on in the same broadcast`, async ({ api }) => {
				const to = await target(api);
				const first = new Encoder(api, to, A);
				await first.run(5);
				const broadcast = await Broadcast.of(api, to);
				if (silent) await sleep(TAKEOVER_MS + 200);
				const second = new Encoder(api, to, source, options);
				await second.init();
				for (const n of [0, 1, 2]) assert.ok([200, 201, 409].includes((await second.segment(n)).status));
				await takenOver(second, 2);
				await second.run(5, 3);
				assert.equal((await Broadcast.of(api, to)).id, broadcast.id);
				assert.deepEqual(await broadcast.digests('dvr.m3u8'), [...sent(first, 5), ...sent(second, 5)]);
				const { entries } = await broadcast.playlist('dvr.m3u8');
				assertBreaks(entries, [5]);
				assert.deepEqual(entries.map(({ map }) => map).slice(5),
					Array(5).fill(source === A ? 'r0-init0.mp4' : 'r0-init1.mp4'));
				assert.ok((await broadcast.get(entries[9].map)).raw.equals(source.init));
			});
		}
	}

	test('loses nothing of what the first had sent', async ({ api }) => {
		const to = await target(api);
		const first = new Encoder(api, to, A);
		await first.run(2);
		await first.segment(3);
		await first.list(3);
		await sleep(TAKEOVER_MS + 200);
		const second = new Encoder(api, to, B, { name: 'again' });
		await second.run(2);
		const broadcast = await Broadcast.of(api, to);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), [...sent(first, 2), null, digest(first.source(3).data), ...sent(second, 2)]);
		assertBreaks((await broadcast.playlist('dvr.m3u8')).entries, [4]);
	});

	test('and again, and again', async ({ api }) => {
		const to = await target(api);
		const wanted = [];
		for (const source of [A, B, A]) {
			const encoder = new Encoder(api, to, source);
			await encoder.init();
			await encoder.segment(0);
			await takenOver(encoder, 0);
			await encoder.run(3, 1);
			wanted.push(...sent(encoder, 3));
		}
		const broadcast = await Broadcast.of(api, to);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), wanted);
		assertBreaks((await broadcast.playlist('dvr.m3u8')).entries, [3, 6]);
	});
});

suite('an encoder', {}, (test) => {
	test('may pause for less than it takes to be given up', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, A);
		await encoder.run(3);
		await sleep(TAKEOVER_MS - 1500);
		await encoder.run(5);
		const broadcast = await Broadcast.of(api, to);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, 5));
		assertBreaks((await broadcast.playlist('dvr.m3u8')).entries, []);
	});

	test('may pause for longer, if nobody took its place', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, A);
		await encoder.run(3);
		await sleep(TAKEOVER_MS + 500);
		await encoder.run(5);
		const broadcast = await Broadcast.of(api, to);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, 5));
		assertBreaks((await broadcast.playlist('dvr.m3u8')).entries, []);
	});

	test('that comes back behind a hole in its lists goes on behind a discontinuity', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, A, { window: 3 });
		await encoder.run(3);
		await sleep(TAKEOVER_MS + 200);
		await Promise.all([6, 7, 8].map((n) => encoder.segment(n)));
		assert.equal((await encoder.list(8)).status, 200);
		const broadcast = await Broadcast.of(api, to);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), [...sent(encoder, 3), ...sent(encoder, 9, 6)]);
		assertBreaks((await broadcast.playlist('dvr.m3u8')).entries, [3]);
	});
});

suite('a second encoder at the same time', {}, (test) => {
	/** Pushes with both in turn, the second one `lag` segments behind; the first must not notice. */
	async function bothPush(api, { lag, window }) {
		const to = await target(api);
		const first = new Encoder(api, to, A, { window });
		const second = new Encoder(api, to, B, { window });
		await first.run(lag);
		const refused = [];
		for (let n = 0; n < 8; n++) {
			if (n === 0) refused.push(await second.init());
			refused.push(await second.segment(n));
			const list = await second.list(n);
			assertProblem(list, 409, BUSY);
			assert.match(list.headers['retry-after'], /^\d+$/);
			await first.run(lag + n + 1);
		}
		for (const { status } of refused) assert.equal(status, 409);
		const broadcast = await Broadcast.of(api, to);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(first, lag + 8));
		const { entries } = await broadcast.playlist('dvr.m3u8');
		assertBreaks(entries, []);
		assert.ok((await broadcast.get(entries[0].map)).raw.equals(A.init));
	}

	test('is refused, and the first is untouched', ({ api }) => bothPush(api, { lag: 3, window: 0 }));
	test('is refused when it is close behind', ({ api }) => bothPush(api, { lag: 1, window: 0 }));
	test('is refused where lists are short', ({ api }) => bothPush(api, { lag: 4, window: 3 }));

	test('is refused under another list\'s name', async ({ api }) => {
		const to = await target(api);
		const first = new Encoder(api, to, A);
		await first.run(1);
		for (let n = 1; n < 12; n++) {
			await sleep(1000);
			await first.run(n + 1);
		}
		const second = new Encoder(api, to, B, { name: 'other' });
		await second.init();
		await second.segment(0);
		assertProblem(await second.list(0), 409, BUSY);
		await first.run(13);
		const broadcast = await Broadcast.of(api, to);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(first, 13));
	});

	test('takes over once the first is silent', async ({ api }) => {
		const to = await target(api);
		const first = new Encoder(api, to, A, { window: 3 });
		const second = new Encoder(api, to, B);
		await first.run(6);
		await second.init();
		await second.segment(0);
		assertProblem(await second.list(0), 409, BUSY);
		await second.segment(1);
		await takenOver(second, 1);
		assertProblem(await first.segment(1), 409, BUSY);
		assertProblem(await first.list(6), 409, BUSY);
		await second.run(4);
		const broadcast = await Broadcast.of(api, to);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), [...sent(first, 6), ...sent(second, 4)]);
		assertBreaks((await broadcast.playlist('dvr.m3u8')).entries, [6]);
	});

	test('from the start: one of the two is the broadcast', async ({ api }) => {
		const to = await target(api);
		const encoders = [new Encoder(api, to, A, { name: 'one' }), new Encoder(api, to, B, { name: 'two' })];
		const run = async (encoder) => {
			await encoder.init();
			for (let n = 0; n < 6; n++) {
				await encoder.segment(n);
				await put(api, to, 'index.m3u8', encoder.text(n));
			}
		};
		await Promise.all(encoders.map(run));
		const broadcast = await Broadcast.of(api, to);
		const got = await broadcast.digests('dvr.m3u8');
		const whole = encoders.map((encoder) => sent(encoder, 6));
		assert.ok(whole.some((one) => one.every((found, n) => found === got[n])), 'from one encoder alone');
		assertBreaks((await broadcast.playlist('dvr.m3u8')).entries, []);
	});
});
