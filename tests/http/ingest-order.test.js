/**
 * In whatever order an encoder's files come: what players are given is whole, in order, and plays.
 */
import assert from 'node:assert/strict';

import { assertProblem } from '../lib/client.js';
import { Encoder, listText, put, target } from '../lib/encoder.js';
import { Broadcast, assertPages, digest, readPlaylist } from '../lib/hls.js';
import { media } from '../lib/media.js';
import { suite } from '../lib/suite.js';
import { sleep, until } from '../lib/wait.js';

/** The digests of what an encoder sends as numbers `from` to before `to`. */
function sent(encoder, to, from = 0) {
	return Array.from({ length: to - from }, (_, n) => digest(encoder.source(from + n).data));
}

/** No segment of an encoder lasts as long as it says nothing about gaps. */
const PATIENT = { LIVEBIN_MEDIA_GAP_WAIT: '300' };

suite('files in any order', { env: PATIENT }, (test) => {
	test('are published when the list comes behind them', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.init();
		for (const n of [2, 0, 1]) assert.equal((await encoder.segment(n)).status, 201);
		assert.equal((await api.get(to.id)).json.hlsUrl, null, 'no list, nothing to play');
		assert.equal((await encoder.list(2)).status, 201);
		const broadcast = await Broadcast.of(api, to);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, 3));
		assert.deepEqual(await broadcast.digests('index.m3u8'), sent(encoder, 3));
	});

	test('are published when they come behind the list', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.init();
		assert.equal((await encoder.list(2)).status, 201);
		assert.equal((await api.get(to.id)).json.hlsUrl, null);
		for (const n of [1, 2]) assert.equal((await encoder.segment(n)).status, 201);
		assert.equal((await api.get(to.id)).json.hlsUrl, null, 'what is missing holds back what is behind it');
		await encoder.segment(0);
		assert.deepEqual(await (await Broadcast.of(api, to)).digests('dvr.m3u8'), sent(encoder, 3));
	});

	test('are published once each when all come at once', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.init();
		const all = Array.from({ length: 24 }, (_, n) => n);
		const answers = await Promise.all([...all.map((n) => encoder.segment(n)), encoder.list(23)]);
		for (const { status, text } of answers) assert.equal(status, 201, text);
		assert.deepEqual(await (await Broadcast.of(api, to)).digests('dvr.m3u8'), sent(encoder, 24));
	});

	test('are published once each when several lists come at once', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.run(2);
		await Promise.all([2, 3, 4].map((n) => encoder.segment(n)));
		const answers = await Promise.all([2, 3, 4, 4, 3, 2].map((n) => encoder.list(n)));
		for (const { status } of answers) assert.ok(status === 200 || status === 409, `${status}`);
		await encoder.segment(5);
		assert.equal((await encoder.list(5)).status, 200);
		assert.deepEqual(await (await Broadcast.of(api, to)).digests('dvr.m3u8'), sent(encoder, 6));
	});

	test('may be sent twice', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.run(3);
		for (const n of [2, 1, 0]) assert.equal((await encoder.segment(n)).status, 200);
		assert.equal((await encoder.list(2)).status, 200);
		await encoder.run(5);
		const broadcast = await Broadcast.of(api, to);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, 5));
		assert.ok((await broadcast.playlist('dvr.m3u8')).entries.every(({ discontinuity }) => !discontinuity));
	});

	test('are one after the other on the calendar', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		const at = new Date(Date.now() - 60_000).toISOString();
		await encoder.init();
		await encoder.segment(0);
		await encoder.list(0, { head: `#EXT-X-PROGRAM-DATE-TIME:${at}` });
		await encoder.run(3);
		const { entries } = await (await Broadcast.of(api, to)).playlist('dvr.m3u8');
		assert.equal(Date.parse(entries[0].time), Date.parse(at));
	});

	test('keep a discontinuity that the list tells of', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.init();
		for (const n of [0, 1, 2]) await encoder.segment(n);
		const entries = [0, 1, 2].map((n) => ({ name: encoder.nameOf(n), duration: 1, discontinuity: n === 1 }));
		await put(api, to, 'index.m3u8', listText(entries, { map: encoder.initName }));
		const { entries: served } = await (await Broadcast.of(api, to)).playlist('dvr.m3u8');
		assert.deepEqual(served.map(({ discontinuity }) => discontinuity), [false, true, false]);
		assert.ok(served[1].time);
	});

	test('may change their init section on the way', async ({ api }) => {
		const to = await target(api);
		const first = new Encoder(api, to, await media());
		const other = await media({ size: '96x54' });
		await first.run(2);
		await put(api, to, 'init2.mp4', other.init);
		for (const n of [2, 3]) await put(api, to, first.nameOf(n), other.segments[n].data);
		const text = `${first.text(1)}#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init2.mp4"\n`
			+ [2, 3].map((n) => `#EXTINF:1.0,\n${first.nameOf(n)}\n`).join('');
		assert.equal((await put(api, to, 'index.m3u8', text)).status, 200);
		const broadcast = await Broadcast.of(api, to);
		const { entries } = await broadcast.playlist('dvr.m3u8');
		assert.deepEqual(entries.map(({ map }) => map), ['r0-init0.mp4', 'r0-init0.mp4', 'r0-init1.mp4', 'r0-init1.mp4']);
		assert.ok((await broadcast.get('r0-init1.mp4')).raw.equals(other.init));
		assert.deepEqual(entries.map(({ discontinuity }) => discontinuity), [false, false, true, false]);
	});
});

suite('a segment that is missing', { env: { LIVEBIN_MEDIA_GAP_WAIT: '1' } }, (test) => {
	/** Pushes segments until one leaves number 2 out as a gap. */
	async function withGap(api, to, encoder) {
		await encoder.run(2);
		await encoder.segment(3);
		await encoder.list(3);
		const broadcast = await Broadcast.of(api, to);
		assert.equal((await broadcast.digests('dvr.m3u8')).length, 2, 'it is waited for');
		await sleep(1100);
		await encoder.run(5);
		return broadcast;
	}

	test('is a gap after some waiting, and filled when it comes after all', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		const broadcast = await withGap(api, to, encoder);
		const wanted = sent(encoder, 5);
		const gapped = [...wanted.slice(0, 2), null, ...wanted.slice(3)];
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), gapped);
		assert.deepEqual(await broadcast.digests('index.m3u8'), gapped);
		assert.equal((await encoder.segment(2)).status, 201);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), wanted);
		assert.deepEqual(await broadcast.digests('index.m3u8'), wanted);
		await encoder.run(6);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, 6));
		assertPages(await broadcast.text('dvr.m3u8'));
	});

	test('is waited for while nothing later has come', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.run(1);
		await encoder.list(1);
		await sleep(1300);
		assert.equal((await encoder.list(1)).status, 200);
		const broadcast = await Broadcast.of(api, to);
		assert.equal((await broadcast.digests('dvr.m3u8')).length, 1);
		await encoder.segment(1);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, 2));
	});

	test('stays a gap at the end', async ({ api }) => {
		const to = await target(api, { record: true });
		const encoder = new Encoder(api, to, await media());
		await encoder.run(2);
		await encoder.segment(3);
		await encoder.list(3);
		const broadcast = await Broadcast.of(api, to);
		await encoder.end();
		await until('the broadcast ends', async () => (await broadcast.playlist('dvr.m3u8')).ended);
		const wanted = sent(encoder, 4);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), [...wanted.slice(0, 2), null, wanted[3]]);
	});
});

suite('a segment that has left the list', { env: PATIENT }, (test) => {
	test('is a gap at once, and filled when it comes after all', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media(), { window: 3 });
		await encoder.run(2);
		for (const n of [3, 4]) {
			await encoder.segment(n);
			assert.equal((await encoder.list(n)).status, 200);
		}
		const broadcast = await Broadcast.of(api, to);
		assert.equal((await broadcast.digests('dvr.m3u8')).length, 2);
		await encoder.run(6);
		const wanted = sent(encoder, 6);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), [...wanted.slice(0, 2), null, ...wanted.slice(3)]);
		await encoder.segment(2);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), wanted);
	});

	test('is a gap that the list itself tells of', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.run(1);
		await encoder.segment(2);
		const entries = [0, 1, 2].map((n) => ({ name: encoder.nameOf(n), duration: 1, gap: n === 1 }));
		await put(api, to, 'index.m3u8', listText(entries, { map: encoder.initName }));
		const wanted = sent(encoder, 3);
		assert.deepEqual(await (await Broadcast.of(api, to)).digests('dvr.m3u8'), [wanted[0], null, wanted[2]]);
	});
});

suite('other kinds of segments', {}, (test) => {
	for (const kind of ['ts', 'aac', 'fmp4-audio']) {
		test(`${kind}: are published under the end that they came with`, async ({ api }) => {
			const to = await target(api);
			const source = await media({ kind });
			const encoder = new Encoder(api, to, source);
			await encoder.run(4);
			const broadcast = await Broadcast.of(api, to);
			assert.deepEqual(await broadcast.digests('index.m3u8'), sent(encoder, 4));
			const { entries } = await broadcast.playlist('index.m3u8');
			assert.ok(entries.every(({ uri }) => uri.endsWith(source.end)));
			assert.equal(entries[0].map, source.init ? 'r0-init0.mp4' : null);
		});
	}
});

suite('the live window', { env: { LIVEBIN_MEDIA_WINDOW: '6' } }, (test) => {
	test('moves by whole segments and keeps count of them', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media(), { window: 5 });
		await encoder.run(1);
		const broadcast = await Broadcast.of(api, to);
		let last = await broadcast.playlist('index.m3u8');
		for (let n = 1; n < 20; n++) {
			await encoder.run(n + 1);
			const now = await broadcast.playlist('index.m3u8');
			const removed = now.sequence - last.sequence;
			assert.ok(removed >= 0);
			assert.deepEqual(now.entries.slice(0, -1).map(({ uri }) => uri), last.entries.slice(removed).map(({ uri }) => uri));
			const seconds = now.entries.reduce((sum, { duration }) => sum + duration, 0);
			assert.ok(seconds >= Math.min(n + 1, 6) - 0.5 && seconds < 8, `${seconds}`);
			assert.ok(seconds >= 3 * now.target || now.sequence === 0);
			assert.equal(now.breaks, 0);
			last = now;
		}
		assert.ok(last.sequence >= 12);
		assert.equal((await broadcast.playlist('dvr.m3u8')).entries.length, 20);
	});

	test('counts the discontinuities that have left it', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		const entries = [];
		await encoder.init();
		let broadcast;
		for (let n = 0; n < 24; n++) {
			await encoder.segment(n);
			entries.push({ name: encoder.nameOf(n), duration: encoder.source(n).duration, discontinuity: n % 5 === 3 });
			await put(api, to, 'index.m3u8', listText(entries, { map: encoder.initName }));
			broadcast ??= await Broadcast.of(api, to);
			const { sequence, breaks, entries: served } = await broadcast.playlist('index.m3u8');
			const gone = entries.slice(0, sequence).filter(({ discontinuity }) => discontinuity).length;
			assert.equal(breaks, gone, `${sequence} are gone`);
			assert.deepEqual(served.map(({ discontinuity }) => discontinuity), entries.slice(sequence).map(({ discontinuity }) => discontinuity));
		}
	});
});

suite('what a viewer reads meanwhile', { concurrency: 2 }, (test) => {
	test('is whole, only grows, and keeps to its pages', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.run(1);
		const broadcast = await Broadcast.of(api, to);
		let reading = true;
		let reads = 0;
		let last = '';
		const reader = (async () => {
			for (; reading; reads++) {
				const text = await broadcast.text('dvr.m3u8');
				assert.ok(text.startsWith(last), 'what was read before is its beginning');
				readPlaylist(text);
				last = text;
				readPlaylist(await broadcast.text('index.m3u8'));
			}
		})();
		await encoder.run(180).finally(() => { reading = false; });
		await reader;
		assert.ok(reads > 20, `${reads}`);
		const text = await broadcast.text('dvr.m3u8');
		assert.ok(text.length > 4096, `more than a page: ${text.length}`);
		assertPages(text);
		assert.equal(readPlaylist(text).entries.length, 180);
	});

	test('has a target that no segment is longer than', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		const entries = [];
		await encoder.init();
		for (const [n, duration] of [1, 1.4, 1.5, 2.49, 1, 4.6, 0.2].entries()) {
			await encoder.segment(n);
			entries.push({ name: encoder.nameOf(n), duration });
			const { status, text } = await put(api, to, 'index.m3u8', listText(entries, { map: encoder.initName, target: 1 }));
			assert.ok(status < 300, text);
		}
		const broadcast = await Broadcast.of(api, to);
		for (const name of ['index.m3u8', 'dvr.m3u8']) assert.equal((await broadcast.playlist(name)).target, 5, name);
		assert.equal((await broadcast.playlist('dvr.m3u8')).entries.length, entries.length);
	});

	test('tells of what plays as soon as it plays', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		const events = await api.events(`/${to.id}/events`);
		await encoder.init();
		await events.next('stream', ({ isLiveNow, hlsUrl }) => isLiveNow && hlsUrl === null);
		const told = events.next('stream', ({ hlsUrl }) => hlsUrl !== null);
		await encoder.segment(0);
		const listed = encoder.list(0);
		const { data } = await told;
		const broadcast = new Broadcast(api.server, new URL(data.hlsUrl).pathname.split('/')[2]);
		assert.equal(new URL(data.hlsUrl).pathname.split('/')[3], 'index.m3u8');
		assert.equal(data.recording.state, 'RECORDING');
		assert.equal((await broadcast.playlist('index.m3u8')).entries.length, 1);
		assert.equal((await broadcast.playlist('dvr.m3u8')).entries.length, 1);
		assert.equal((await listed).status, 201);
		events.close();
	});

	test('is nothing of a list that names what never comes', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.init();
		assert.equal((await encoder.list(5)).status, 201);
		assertProblem(await put(api, to, 'index.m3u8', 'hello'), 400);
		const { json } = await api.get(to.id);
		assert.equal(json.hlsUrl, null);
		assert.equal(json.status, 'LIVE');
		await until('a heartbeat is answered', async () => (await api.view(to.id)).status === 200);
	});
});
