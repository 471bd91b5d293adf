import assert from 'node:assert/strict';

import { assertProblem, bearer } from '../lib/client.js';
import { ANSWER, OFFER, Publisher, Viewer, onAir } from '../lib/peers.js';
import { suite } from '../lib/suite.js';
import { sleep, until } from '../lib/wait.js';

async function statusOf(api, { id }) {
	return (await api.get(id)).json.status;
}

const SHORT = {
	LIVEBIN_PEER_GRACE: '2',
	LIVEBIN_RECONNECT_WINDOW: '1',
	LIVEBIN_UNATTENDED_WINDOW: '6',
	LIVEBIN_SSE_PING: '1',
};

// One at a time: lighttpd 1.4.69 overlooks a reset that comes in the same turn of its loop as others.
suite('a publisher whose connection breaks', { env: SHORT, concurrency: 1 }, (test) => {
	test('by a broken connection is missed long before its lease would end', async ({ api }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		await stream.publisher.read();
		const parked = await api.hang(`/${stream.id}/signal?wait=25&after=${stream.publisher.cursor}`, bearer(stream.key));
		await sleep(500);
		const broke = Date.now();
		parked.rst();
		await viewer.next('publisher-left');
		assert.ok(Date.now() - broke < 20_000, 'its lease was 27 seconds');
	});

	test('by a broken event stream is missed, too', async ({ api }) => {
		const stream = await api.live();
		const events = await api.events(`/${stream.id}/signal`, bearer(stream.key));
		const viewer = await Viewer.join(api, stream);
		await events.next('offer');
		events.rst();
		assert.equal((await viewer.next('publisher-left')).from, 'publisher');
	});
});

suite('a publisher that leaves', { env: SHORT, concurrency: 8 }, (test) => {
	test('by bye is missed at once, and the stream stops by itself', async ({ api }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		await stream.publisher.bye();
		assert.equal((await viewer.next('publisher-left')).from, 'publisher');
		await until('the stream stopped by itself', async () => await statusOf(api, stream) === 'READY');
		const bye = await viewer.next('bye');
		assert.deepEqual([bye.from, bye.data], ['server', { reason: 'stopped' }]);
	});

	test('without a word is missed when its lease ends', async ({ api }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		await stream.publisher.read(1);
		assert.equal((await viewer.next('publisher-left')).from, 'publisher');
		assertProblem(await api.signal(stream.id, viewer.secret, { type: 'offer', data: OFFER }), 409);
		await viewer.next('bye');
		await until('the stream stopped by itself', async () => await statusOf(api, stream) === 'READY');
	});

	test('without a word lets the stream stop though nobody is there to see it', async ({ api }) => {
		const stream = await onAir(api);
		await until('the stream stopped by itself', async () => await statusOf(api, stream) === 'READY', { every: 500 });
		const { json } = await api.active({ limit: 100 });
		assert.ok(!json.streams.some(({ videoId }) => videoId === stream.id));
	});

	test('is not missed while its event stream lasts', async ({ api }) => {
		const stream = await api.live();
		const events = await api.events(`/${stream.id}/signal`, bearer(stream.key));
		const viewer = await Viewer.join(api, stream);
		await events.untilComments(7);
		await viewer.read();
		assert.deepEqual(viewer.messages, []);
		assert.equal(await statusOf(api, stream), 'LIVE');
		events.close();
	});

	test('is not missed while it reads on', async ({ api }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		for (let n = 0; n < 6; n++) await stream.publisher.read(1);
		await viewer.read();
		assert.deepEqual(viewer.messages, []);
		assert.equal(await statusOf(api, stream), 'LIVE');
	});

	test('never came at all: the stream stops after a longer while', async ({ api }) => {
		const stream = await api.live();
		await sleep(2_500);
		assert.equal(await statusOf(api, stream), 'LIVE', 'longer than the reconnect window');
		await until('the unattended stream stopped', async () => await statusOf(api, stream) === 'READY');
	});
});

suite('a publisher that comes back', {}, (test) => {
	test('in time finds its stream live and its viewers waiting', async ({ api }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		await stream.publisher.bye();
		await viewer.next('publisher-left');
		const back = await Publisher.open(api, stream);
		await viewer.next('publisher-joined');
		assert.equal(await statusOf(api, stream), 'LIVE');
		const waiting = api.signal(stream.id, viewer.secret, { type: 'offer', data: OFFER });
		await back.answerNext();
		assert.deepEqual((await waiting).json.data, ANSWER);
	});
});

suite('a viewer that leaves', { env: { LIVEBIN_VIEWER_TIMEOUT: '3', LIVEBIN_MAX_PEERS: '20' } }, (test) => {
	test('by bye is told to the publisher and counted no more', async ({ api }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		assert.equal((await stream.publisher.next('viewer-joined')).from, viewer.peerId);
		await viewer.send('bye', {});
		assert.equal((await stream.publisher.next('viewer-left')).from, viewer.peerId);
		await until('nobody is counted', async () => (await api.get(stream.id)).json.viewers === 0);
	});

	test('without a word is told to the publisher when its lease ends', async ({ api }) => {
		const stream = await onAir(api);
		const viewers = [await Viewer.join(api, stream), await Viewer.join(api, stream)];
		await until('both are counted', async () => (await api.get(stream.id)).json.viewers === 2);
		const gone = [await stream.publisher.next('viewer-left'), await stream.publisher.next('viewer-left')];
		assert.deepEqual(gone.map(({ from }) => from).sort(), viewers.map(({ peerId }) => peerId).sort());
		await until('nobody is counted', async () => (await api.get(stream.id)).json.viewers === 0);
		assertProblem(await api.signal(stream.id, stream.key, { type: 'answer', data: {}, to: viewers[0].peerId }), 404);
		await stream.publisher.read();
		assert.equal(stream.publisher.messages.filter(({ type }) => type === 'viewer-left').length, 2, 'each once');
	});

	test('is not one that reads, writes or sends heartbeats', async ({ api }) => {
		const stream = await onAir(api);
		const { json: { viewerId } } = await api.view(stream.id);
		const [reads, writes, beats, silent] = [
			await Viewer.join(api, stream), await Viewer.join(api, stream), await Viewer.join(api, stream, { viewerId }),
			await Viewer.join(api, stream),
		];
		const end = Date.now() + 6_000;
		while (Date.now() < end) {
			await reads.read();
			await writes.send('ice-candidate', null);
			await api.view(stream.id, { viewerId });
			await stream.publisher.read();
			await sleep(500);
		}
		assert.equal((await stream.publisher.next('viewer-left')).from, silent.peerId);
		const names = new Map([[reads, 'reads'], [writes, 'writes'], [beats, 'beats'], [silent, 'silent']].map(([{ peerId }, name]) => [peerId, name]));
		const left = stream.publisher.messages.filter(({ type }) => type === 'viewer-left');
		assert.deepEqual(left.map(({ from }) => from), [silent.peerId]);
		assert.ok(beats.peerId !== silent.peerId);
	});
});
