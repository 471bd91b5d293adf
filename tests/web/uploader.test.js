/**
 * The uploader against a server that misbehaves: what it sends, in which order, and what is lost (next to nothing).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readList } from '../lib/receiver.js';
import { until, within } from '../lib/wait.js';
import { pretendPage, webModule } from '../lib/web.js';

pretendPage();
const { Uploader } = await webModule('push/uploader.js');
const { Problem } = await webModule('api.js');

/** Asks again at once: a test has no patience. */
const hope = setInterval(() => globalThis.window.dispatchEvent(new Event('online')), 5);
hope.unref();

/** An uploader, the server that it talks to, and what it said. */
function bench({ bytesMax = 1e9 } = {}) {
	const it = {
		/** What the server has. @type {Map<string, Blob>} */
		files: new Map(), lists: [], sent: [], lost: [], troubles: [], refused: [], key: 'one', atOnce: 0,
		/** @type {(name: string, token: string) => null | Promise<void> | Problem} */
		answer: () => null,
		denied: () => {},
		added: 0,
	};
	const put = async (name, body, { token }) => {
		it.atOnce += 1;
		assert.equal(it.atOnce, 1, 'one request at a time');
		try {
			it.sent.push(name);
			const said = it.answer(name, token);
			if (said instanceof Problem) throw said;
			await said;
			it.files.set(name, body);
			if (name === 'index.m3u8') it.lists.push(readList(await body.text()));
		} finally {
			it.atOnce -= 1;
		}
	};
	it.uploader = new Uploader(put, () => it.key, { bytesMax, targetSeconds: 2 }, {
		change() {},
		trouble: (problem) => it.troubles.push(problem?.status ?? null),
		lost: (problem, seconds) => it.lost.push([problem?.status ?? null, seconds]),
		refused: (problem) => it.refused.push(problem.status),
		denied: async () => it.denied(),
	});
	it.segment = (bytes = 100, isDiscontinuity = false) => {
		const name = `s-${it.added}.m4s`;
		it.uploader.addSegment({ name, init: 's-init0.mp4', seconds: 2, atMs: 1_790_000_000_000 + it.added * 2000, isDiscontinuity },
			new Uint8Array(bytes));
		it.added += 1;
		return name;
	};
	it.drain = () => within('the queue to drain', it.uploader.drain());
	return it;
}

/** Every list overlaps the one before it, and numbers agree. */
function assertGoesOn(lists) {
	lists.forEach((list, i) => {
		const before = lists[i - 1];
		if (!before) return;
		assert.ok(list.first >= before.first && list.first < before.first + before.rows.length, 'no overlap');
		list.rows.forEach((row, k) => assert.equal(row.name, `s-${list.first + k}.m4s`));
	});
}

describe('the uploader', () => {
	it('sends the init section, then each segment and the list that tells of it, in order', async () => {
		const it_ = bench();
		it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
		for (let i = 0; i < 3; i++) it_.segment();
		await it_.drain();
		assert.deepEqual(it_.sent, ['s-init0.mp4', 's-0.m4s', 'index.m3u8', 's-1.m4s', 'index.m3u8', 's-2.m4s', 'index.m3u8']);
		assert.equal(it_.uploader.secondsBehind, 0);
	});

	it('the list: its version, its length, its numbers, the time of day, and never an end', async () => {
		const it_ = bench();
		it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
		for (let i = 0; i < 20; i++) it_.segment(100, i === 3);
		await it_.drain();
		const last = it_.lists.at(-1);
		assert.match(last.text, /^#EXTM3U\n#EXT-X-VERSION:7\n/);
		assert.match(last.text, /#EXT-X-MAP:URI="s-init0\.mp4"/);
		assert.doesNotMatch(last.text, /ENDLIST/);
		assert.equal(last.target, 2);
		assert.equal(last.first, 13, 'the one that is new and the six before it');
		assert.match(last.text, /#EXT-X-DISCONTINUITY-SEQUENCE:1\n/);
		assert.deepEqual(last.rows.map((row) => row.seconds), Array(7).fill(2));
		assert.equal(last.rows[6].atMs - last.rows[0].atMs, 12_000);
		assertGoesOn(it_.lists);
	});

	it('a server that is away for long is caught up with: nothing is lost, and lists overlap the last that was taken', async () => {
		const it_ = bench();
		it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
		for (let i = 0; i < 8; i++) it_.segment();
		await it_.drain();
		it_.answer = () => new Problem(0, 'away');
		for (let i = 0; i < 30; i++) it_.segment();
		await until('it has tried a few times', () => it_.troubles.filter((status) => status === 0).length > 3);
		assert.equal(it_.uploader.secondsBehind, 60);
		it_.answer = () => null;
		await it_.drain();
		assertGoesOn(it_.lists);
		const last = it_.lists.at(-1);
		assert.equal(last.first + last.rows.length, 38);
		for (let i = 0; i < 38; i++) assert.ok(it_.files.has(`s-${i}.m4s`));
		assert.deepEqual(it_.lost, []);
		assert.equal(it_.troubles.at(-1), null);
	});

	it('a list that was lost is told again, with all that came since', async () => {
		const it_ = bench();
		let isDown = false;
		it_.answer = (name) => (isDown && name === 'index.m3u8' ? new Problem(503, 'busy') : null);
		it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
		it_.segment();
		await it_.drain();
		isDown = true;
		for (let i = 0; i < 12; i++) it_.segment();
		await until('the list was refused', () => it_.troubles.includes(503));
		isDown = false;
		await it_.drain();
		assertGoesOn(it_.lists);
		assert.equal(it_.lists.at(-1).rows.at(-1).name, 's-12.m4s');
	});

	for (const status of [409, 429, 500, 502, 503, 507])
		it(`${status} is tried again until it passes`, async () => {
			const it_ = bench();
			let left = 3;
			it_.answer = () => (left-- > 0 ? new Problem(status, 'not now', { retryAfter: 0.01 }) : null);
			it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
			it_.segment();
			await it_.drain();
			assert.deepEqual(it_.lists[0].rows.map((row) => [row.name, row.isGap]), [['s-0.m4s', false]]);
			assert.deepEqual(it_.lost, []);
			assert.ok(it_.troubles.includes(status));
		});

	for (const status of [400, 413])
		it(`${status} gives the segment up: a gap in the list, said in words, and the next one goes on`, async () => {
			const it_ = bench();
			it_.answer = (name) => (name === 's-1.m4s' ? new Problem(status, 'Too large') : null);
			it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
			for (let i = 0; i < 3; i++) it_.segment();
			await it_.drain();
			assert.deepEqual(it_.lists.at(-1).rows.map((row) => row.isGap), [false, true, false]);
			assert.deepEqual(it_.lost, [[status, 2]]);
			assert.equal(it_.sent.filter((name) => name === 's-1.m4s').length, 1);
		});

	it('412 sends the init section again, and then the list', async () => {
		const it_ = bench();
		let isMissing = true;
		it_.answer = (name) => {
			if (name === 's-init0.mp4' && it_.sent.includes('index.m3u8')) isMissing = false;
			return name === 'index.m3u8' && isMissing ? new Problem(412, 'No init section') : null;
		};
		it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
		it_.segment();
		await it_.drain();
		assert.deepEqual(it_.sent, ['s-init0.mp4', 's-0.m4s', 'index.m3u8', 's-init0.mp4', 'index.m3u8']);
	});

	for (const status of [401, 404, 405])
		it(`${status} ends it`, async () => {
			const it_ = bench();
			it_.answer = () => new Problem(status, 'no');
			it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
			it_.segment();
			await it_.drain();
			assert.deepEqual(it_.refused, [status]);
			assert.deepEqual(it_.sent, ['s-init0.mp4']);
		});

	it('a key that was replaced under way is asked for again, and nothing ends', async () => {
		const it_ = bench();
		it_.answer = (name, token) => {
			if (name === 's-0.m4s') it_.key = 'two';
			return token === it_.key ? null : new Problem(401, 'no such key');
		};
		it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
		it_.segment();
		await it_.drain();
		assert.deepEqual(it_.refused, []);
		assert.equal(it_.lists.length, 1);
	});

	it('a key whose answer comes behind the refusal is waited for', async () => {
		const it_ = bench();
		it_.answer = (name, token) => (token === 'two' ? null : new Problem(401, 'no such key'));
		it_.denied = () => { it_.key = 'two'; };
		it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
		it_.segment();
		await it_.drain();
		assert.deepEqual(it_.refused, []);
		assert.equal(it_.lists.length, 1);
	});

	it('a list that the server can\'t read again and again ends it, with the reason', async () => {
		const it_ = bench();
		it_.answer = (name) => (name === 'index.m3u8' ? new Problem(400, 'Not a playlist') : null);
		it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
		it_.segment();
		await it_.drain();
		assert.deepEqual(it_.refused, [400]);
	});

	it('what does not fit into memory is given up, the oldest first, and becomes gaps', async () => {
		const it_ = bench({ bytesMax: 1000 });
		it_.answer = () => new Problem(0, 'away');
		it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
		for (let i = 0; i < 15; i++) it_.segment(100);
		assert.equal(it_.lost.reduce((sum, [, seconds]) => sum + seconds, 0), 12);
		assert.ok(it_.lost.every(([status]) => status === null));
		it_.answer = () => null;
		await it_.drain();
		const rows = it_.lists.at(-1).rows;
		const all = new Map();
		for (const list of it_.lists) for (const row of list.rows) all.set(row.name, row.isGap);
		assert.deepEqual([...all.values()], [...Array(6).fill(true), ...Array(9).fill(false)]);
		assert.equal(rows.at(-1).name, 's-14.m4s');
	});

	it('a poster waits its turn, a newer one takes its place, and a refusal of it ends nothing', async () => {
		const it_ = bench();
		it_.answer = (name) => (name === 'poster.jpg' ? new Problem(415, 'no picture') : null);
		it_.uploader.addInit('s-init0.mp4', new Uint8Array(10));
		it_.segment();
		it_.uploader.addPicture(new Blob(['old']));
		it_.uploader.addPicture(new Blob(['new']));
		it_.segment();
		await it_.drain();
		assert.equal(it_.sent.filter((name) => name === 'poster.jpg').length, 1);
		assert.deepEqual(it_.refused, []);
		assert.equal(it_.lists.at(-1).rows.length, 2);
	});

	it('closing ends a wait at once', async () => {
		const it_ = bench();
		it_.answer = () => new Problem(503, 'busy', { retryAfter: 3600 });
		it_.segment();
		const drained = it_.drain();
		await until('it waits', () => it_.troubles.length > 0);
		it_.uploader.close();
		await drained;
	});
});
