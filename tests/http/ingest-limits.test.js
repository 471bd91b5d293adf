/**
 * What is too much is refused, and the broadcast goes on.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { assertProblem, bearer } from '../lib/client.js';
import { Encoder, listText, put, target } from '../lib/encoder.js';
import { Broadcast, digest } from '../lib/hls.js';
import { sendBytes } from '../lib/http.js';
import { media } from '../lib/media.js';
import { suite } from '../lib/suite.js';

const MB = 1 << 20;
const TS = await media({ kind: 'ts', seconds: 8 });

/** A transport stream as large as is wanted: null packets behind a segment. */
function large(bytes) {
	const packet = Buffer.alloc(188, 0xff);
	packet.set([0x47, 0x1f, 0xff, 0x10]);
	const { data } = TS.segments[0];
	return Buffer.concat([data, ...Array(Math.ceil((bytes - data.length) / 188)).fill(packet)]);
}

function sent(encoder, to, from = 0) {
	return Array.from({ length: to - from }, (_, n) => digest(encoder.source(from + n).data));
}

/** The stream is live and takes the next segment. */
async function assertGoesOn(api, encoder) {
	assert.equal((await api.get(encoder.to.id)).json.status, 'LIVE');
	await encoder.run(encoder.listed + 1);
}

suite('a file', { env: { LIVEBIN_MEDIA_FILE_MAX: '1', LIVEBIN_PLAYLIST_MAX: '4' }, concurrency: 1 }, (test) => {
	test('that is too large is 413 and leaves nothing', async ({ api, server }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, TS);
		await encoder.run(1);
		const folder = join(server.dataDir, 'media', 'incoming');
		const before = readdirSync(folder);
		for (const bytes of [MB + 188, 3 * MB])
			assertProblem(await put(api, to, encoder.nameOf(1), large(bytes)), 413, { title: 'Body too large' });
		const body = large(2 * MB);
		const chunked = Buffer.concat([Buffer.from(`PUT /api/live/${to.id}/media/x.ts HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`
			+ `Authorization: Bearer ${to.key}\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
		assertProblem(await sendBytes(server.port, chunked), 413);
		assert.deepEqual(readdirSync(folder), before);
		assert.equal((await put(api, to, encoder.nameOf(1), large(MB - 188))).status, 201, 'and one that fits is taken');
		await assertGoesOn(api, encoder);
	});

	test('of a list that is too long is 413', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, TS);
		await encoder.run(1);
		const entries = Array.from({ length: 300 }, (_, n) => ({ name: encoder.nameOf(n), duration: 1 }));
		assertProblem(await put(api, to, 'index.m3u8', listText(entries)), 413);
		await assertGoesOn(api, encoder);
	});
});

suite('a broadcast that has all it may have', { env: { LIVEBIN_MEDIA_BROADCAST_MAX: '2' }, concurrency: 1 }, (test) => {
	test('gets 413 for files, stays live, and another may begin', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, { ...TS, segments: [0, 1, 2].map((n) => ({ duration: 1, data: large(MB + n * 188) })) });
		await encoder.run(2);
		assertProblem(await encoder.segment(2), 413);
		assert.equal((await encoder.list(2)).status, 200, 'a list says what is lost');
		assert.equal((await api.get(to.id)).json.status, 'LIVE');
		const broadcast = await Broadcast.of(api, to);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, 2));
		await api.stop(to.id, to.key);
		const next = new Encoder(api, to, TS, { name: 'next' });
		await next.run(2);
		assert.deepEqual(await (await Broadcast.of(api, to)).digests('dvr.m3u8'), sent(next, 2));
	});
});

suite('a site that has all it may have', { env: { LIVEBIN_MEDIA_SITE_MAX: '2' }, concurrency: 1 }, (test) => {
	test('gives 507 to all who push', async ({ api }) => {
		const [first, second] = [await target(api), await target(api)];
		const big = { ...TS, segments: [0, 1].map((n) => ({ duration: 1, data: large(MB + n * 188) })) };
		const encoder = new Encoder(api, first, big);
		const other = new Encoder(api, second, TS);
		await other.run(1);
		await encoder.run(2);
		for (const one of [encoder, other]) {
			const answer = await one.segment(7);
			assertProblem(answer, 507, { title: 'Insufficient storage' });
			assert.match(answer.headers['retry-after'], /^\d+$/);
			assert.equal((await api.get(one.to.id)).json.status, 'LIVE');
		}
		assert.equal((await other.list(0)).status, 200, 'lists are taken always');
	});
});

suite('a disk that is nearly full', { env: { LIVEBIN_DISK_FREE_MIN: '1000000' } }, (test) => {
	test('takes no file and starts nothing', async ({ api }) => {
		const to = await target(api);
		const answer = await put(api, to, 'a.ts', TS.segments[0].data);
		assertProblem(answer, 507, { title: 'Insufficient storage' });
		assert.match(answer.headers['retry-after'], /^\d+$/);
		assert.equal((await api.get(to.id)).json.status, 'PENDING');
		await api.start(to.id, to.key);
		assertProblem(await put(api, to, 'a.ts', TS.segments[0].data), 507);
		assert.equal((await api.get(to.id)).json.status, 'LIVE');
	});
});

suite('too many files', { env: { LIVEBIN_MEDIA_PER_MINUTE: '12' } }, (test) => {
	test('are 429 for the stream that sends them, and for a while', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, TS);
		await encoder.run(6);
		const answers = [await encoder.segment(6), await encoder.list(5)];
		for (const answer of answers) {
			assertProblem(answer, 429, { title: 'Too many requests' });
			assert.ok(Number(answer.headers['retry-after']) <= 60);
		}
		assert.equal((await api.get(to.id)).json.status, 'LIVE');
		assert.deepEqual(await (await Broadcast.of(api, to)).digests('dvr.m3u8'), sent(encoder, 6));
		await new Encoder(api, await target(api), TS).run(3);
		const other = await api.request('DELETE', `/${to.id}/media/x.ts`, { headers: bearer(to.key) });
		assertProblem(other, 404);
	});
});
