import assert from 'node:assert/strict';

import { assertProblem, bearer } from '../lib/client.js';
import { Publisher, Viewer, onAir } from '../lib/peers.js';
import { suite } from '../lib/suite.js';
import { sleep } from '../lib/wait.js';

/** A live stream with a publisher and one viewer, both mailboxes read. */
async function pair(api) {
	const stream = await onAir(api);
	const viewer = await Viewer.join(api, stream);
	await stream.publisher.next('offer');
	await viewer.read();
	return { ...stream, viewer };
}

function dataOf(answer) {
	return answer.json.messages.map(({ data }) => data);
}

// Publishers here read seldom; none shall count as gone on a slow machine.
suite('a mailbox', { env: { LIVEBIN_PEER_GRACE: '60' }, concurrency: 12 }, (test) => {
	test('is empty at first and gives a cursor all the same', async ({ api }) => {
		const stream = await api.live();
		const { json } = await api.poll(stream.id, stream.key);
		assert.deepEqual(json.messages, []);
		assert.ok(Array.isArray(json.iceServers));
	});

	test('gives the same messages for the same cursor, and the next ones for the next', async ({ api }) => {
		const { id, viewer, publisher } = await pair(api);
		const start = viewer.cursor;
		await publisher.send(viewer.peerId, 'ice-candidate', 1);
		await publisher.send(viewer.peerId, 'ice-candidate', 2);
		const first = await api.poll(id, viewer.secret, { after: start });
		assert.deepEqual(dataOf(first), [1, 2]);
		assert.deepEqual((await api.poll(id, viewer.secret, { after: start })).json, first.json);
		await publisher.send(viewer.peerId, 'ice-candidate', 3);
		const more = await api.poll(id, viewer.secret, { after: start });
		assert.deepEqual(more.json.messages.slice(0, 2), first.json.messages);
		const next = await api.poll(id, viewer.secret, { after: first.json.cursor });
		assert.deepEqual(dataOf(next), [3]);
		assert.deepEqual(dataOf(await api.poll(id, viewer.secret, { after: next.json.cursor })), []);
	});

	test('does so for the publisher, too', async ({ api }) => {
		const { id, key, viewer, publisher } = await pair(api);
		const start = publisher.cursor;
		await viewer.send('ice-candidate', 1);
		await viewer.send('ice-candidate', 2);
		const first = await api.poll(id, key, { after: start });
		assert.deepEqual(dataOf(first), [1, 2]);
		assert.deepEqual((await api.poll(id, key, { after: start })).json.messages, first.json.messages);
		await viewer.send('ice-candidate', 3);
		assert.deepEqual(dataOf(await api.poll(id, key, { after: first.json.cursor })), [3]);
	});

	test('begins with its first message for a viewer without a cursor', async ({ api }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		await stream.publisher.send(viewer.peerId, 'answer', 'a');
		await stream.publisher.send(viewer.peerId, 'ice-candidate', 'b');
		assert.deepEqual(dataOf(await api.poll(stream.id, viewer.secret)), ['a', 'b']);
		assert.deepEqual(dataOf(await api.poll(stream.id, viewer.secret)), ['a', 'b']);
	});

	test('gives a cursor that stays good while nothing comes', async ({ api }) => {
		const { id, viewer, publisher } = await pair(api);
		const quiet = await api.poll(id, viewer.secret, { after: viewer.cursor });
		await publisher.send(viewer.peerId, 'ice-candidate', 1);
		for (const after of [viewer.cursor, quiet.json.cursor])
			assert.deepEqual(dataOf(await api.poll(id, viewer.secret, { after })), [1]);
	});

	test('answers a waiting read when a message comes', async ({ api }) => {
		const { id, viewer, publisher } = await pair(api);
		const waiting = api.poll(id, viewer.secret, { after: viewer.cursor, wait: 25 });
		await sleep(500);
		const sent = Date.now();
		await publisher.send(viewer.peerId, 'ice-candidate', 'now');
		assert.deepEqual(dataOf(await waiting), ['now']);
		assert.ok(Date.now() - sent < 15_000, 'not when the wait ended');
	});

	test('answers every one of several reads that wait for the same message', async ({ api }) => {
		const { id, viewer, publisher } = await pair(api);
		const waiting = Array.from({ length: 5 }, () => api.poll(id, viewer.secret, { after: viewer.cursor, wait: 25 }));
		await sleep(300);
		await publisher.send(viewer.peerId, 'ice-candidate', 'all');
		for (const answer of await Promise.all(waiting)) assert.deepEqual(dataOf(answer), ['all']);
	});

	test('answers at once when there is a message already', async ({ api }) => {
		const { id, viewer, publisher } = await pair(api);
		await publisher.send(viewer.peerId, 'ice-candidate', 'there');
		const began = Date.now();
		assert.deepEqual(dataOf(await api.poll(id, viewer.secret, { after: viewer.cursor, wait: 25 })), ['there']);
		assert.ok(Date.now() - began < 15_000);
	});

	test('answers an empty list when the wait ends', async ({ api }) => {
		const { id, viewer } = await pair(api);
		for (const [wait, least] of [[undefined, 0], [0, 0], [1, 900], [2, 1_900]]) {
			const began = Date.now();
			const answer = await api.poll(id, viewer.secret, { after: viewer.cursor, wait });
			assert.deepEqual(dataOf(answer), []);
			assert.ok(Date.now() - began >= least, `wait=${wait} took ${Date.now() - began} ms`);
		}
	});

	test('waits at most 25 seconds and says so', async ({ api }) => {
		const { id, key, viewer } = await pair(api);
		for (const wait of ['26', '-1', 'abc', '1.5', '', '99999999999999999999'])
			for (const secret of [viewer.secret, key])
				assertProblem(await api.poll(id, secret, { wait, after: viewer.cursor }), 400, { title: 'Invalid input', field: 'wait' });
	});

	test('takes no cursor that it did not give', async ({ api }) => {
		const { id, key, viewer } = await pair(api);
		for (const after of ['nonsense', '-1', "' OR 1=1", 'x'.repeat(2000)])
			for (const secret of [viewer.secret, key])
				assertProblem(await api.poll(id, secret, { after }), 400, { title: 'Invalid input', field: 'after' });
	});

	test('is told when the stream stops', async ({ api }) => {
		const { id, key, viewer, publisher } = await pair(api);
		const waiting = api.poll(id, viewer.secret, { after: viewer.cursor, wait: 25 });
		await api.stop(id, key);
		const { json } = await waiting;
		const bye = json.messages.at(-1);
		assert.deepEqual([bye.type, bye.from, bye.data], ['bye', 'server', { reason: 'stopped' }]);
		const told = await publisher.next('bye');
		assert.deepEqual([told.from, told.data], ['server', { reason: 'stopped' }]);
	});

	test('takes up to its limit', async ({ api }) => {
		const { id, viewer, publisher } = await pair(api);
		for (let n = 0; n < 200; n++) await publisher.send(viewer.peerId, 'ice-candidate', n);
		const got = [];
		let after = viewer.cursor;
		for (let reads = 0; got.length < 200 && reads < 200; reads++) {
			const answer = await api.poll(id, viewer.secret, { after });
			got.push(...dataOf(answer));
			after = answer.json.cursor;
		}
		assert.deepEqual(got, Array.from({ length: 200 }, (_, n) => n));
	});
});

suite('an event stream of a mailbox', { env: { LIVEBIN_SSE_PING: '1' }, concurrency: 12 }, (test) => {
	test('brings what is there and what comes, each with its cursor and its type', async ({ api }) => {
		const { id, viewer, publisher } = await pair(api);
		await publisher.send(viewer.peerId, 'answer', { sdp: 'a\nb' });
		const events = await api.events(`/${id}/signal?after=${viewer.cursor}`, bearer(viewer.secret));
		const first = await events.next();
		assert.equal(first.type, 'answer');
		assert.deepEqual([first.data.type, first.data.from, first.data.data], ['answer', 'publisher', { sdp: 'a\nb' }]);
		await publisher.send(viewer.peerId, 'ice-candidate', null);
		const second = await events.next();
		assert.deepEqual([second.type, second.data.data], ['ice-candidate', null]);
		assert.ok(first.id && second.id && first.id !== second.id);
		const read = await api.poll(id, viewer.secret, { after: first.id });
		assert.deepEqual(read.json.messages, [second.data]);
		assert.equal(read.json.cursor, second.id);
		events.close();
	});

	test('resumes behind Last-Event-ID, which wins over after', async ({ api }) => {
		const { id, viewer, publisher } = await pair(api);
		for (let n = 0; n < 4; n++) await publisher.send(viewer.peerId, 'ice-candidate', n);
		const whole = await api.events(`/${id}/signal`, bearer(viewer.secret));
		await whole.next('ice-candidate', ({ data }) => data === 3);
		whole.close();
		assert.deepEqual(whole.events.map(({ data }) => data.data), [0, 1, 2, 3]);
		for (let n = 0; n < 4; n++) {
			const last = { ...bearer(viewer.secret), 'last-event-id': whole.events[n].id };
			const resumed = await api.events(`/${id}/signal?after=${viewer.cursor}`, last);
			await publisher.send(viewer.peerId, 'ice-candidate', `after ${n}`);
			await resumed.next('ice-candidate', ({ data }) => data === `after ${n}`);
			resumed.close();
			assert.deepEqual(resumed.events.slice(0, 3 - n), whole.events.slice(n + 1));
		}
	});

	test('is never quiet for long', async ({ api }) => {
		const { id, viewer } = await pair(api);
		const events = await api.events(`/${id}/signal?after=${viewer.cursor}`, bearer(viewer.secret));
		await events.untilComments(2);
		assert.deepEqual(events.events, []);
		events.close();
	});

	test('is a presence of the publisher and begins its session', async ({ api }) => {
		const stream = await api.live();
		const events = await api.events(`/${stream.id}/signal`, bearer(stream.key));
		const viewer = await Viewer.join(api, stream);
		assert.equal((await events.next('viewer-joined')).data.from, viewer.peerId);
		const offer = await events.next('offer');
		assert.equal(offer.data.from, viewer.peerId);
		const resumed = await api.events(`/${stream.id}/signal`, { ...bearer(stream.key), 'last-event-id': offer.id });
		await viewer.send('ice-candidate', 'more');
		assert.equal((await resumed.next('ice-candidate')).data.data, 'more');
		events.close();
		resumed.close();
	});

	test('brings the end of the stream', async ({ api }) => {
		const { id, key, viewer } = await pair(api);
		const events = await api.events(`/${id}/signal?after=${viewer.cursor}`, bearer(viewer.secret));
		await api.stop(id, key);
		assert.deepEqual((await events.next('bye')).data.data, { reason: 'stopped' });
		events.close();
	});

	test('needs a token, like every read', async ({ api }) => {
		const { id } = await pair(api);
		for (const headers of [{}, bearer('k'.repeat(32))]) assertProblem(await api.events(`/${id}/signal`, headers), 401);
		assertProblem(await api.events(`/${'A'.repeat(21)}/signal`), 404);
		assertProblem(await api.events(`/${id}/signal?after=nonsense`, bearer((await Viewer.join(api, { id })).secret)), 400, { field: 'after' });
	});
});

suite('two pages of one broadcaster', { concurrency: 6 }, (test) => {
	test('are told apart: the older learns that the newer took over', async ({ api }) => {
		const { id, key, publisher, viewer } = await pair(api);
		const waiting = api.poll(id, key, { after: publisher.cursor, wait: 25 });
		await sleep(300);
		const newer = await Publisher.open(api, { id, key });
		assertProblem(await waiting, 409);
		assertProblem(await api.poll(id, key, { after: publisher.cursor }), 409);
		assertProblem(await api.poll(id, key, { after: publisher.cursor, wait: 25 }), 409);
		assert.equal((await viewer.next('publisher-joined')).from, 'publisher');
		const again = await api.signal(id, viewer.secret, { type: 'offer', data: 'again' }, { headers: { prefer: 'respond-async' } });
		assert.equal(again.status, 202);
		assert.equal((await newer.next('offer', ({ data }) => data === 'again')).from, viewer.peerId);
	});

	test('tells the older over its event stream, which ends', async ({ api }) => {
		const stream = await api.live();
		const older = await api.events(`/${stream.id}/signal`, bearer(stream.key));
		await Viewer.join(api, stream);
		await older.next('offer');
		await Publisher.open(api, stream);
		await older.next('publisher-replaced');
		await older.untilEnd();
		assert.equal(older.events.at(-1).type, 'publisher-replaced');
	});

	test('may take over from each other many times', async ({ api }) => {
		const { id, key, viewer } = await pair(api);
		let last;
		for (let n = 0; n < 5; n++) last = await Publisher.open(api, { id, key });
		await viewer.send('ice-candidate', 'for the last');
		assert.equal((await last.next('ice-candidate')).data, 'for the last');
		await viewer.read();
		assert.ok(viewer.messages.filter(({ type }) => type === 'publisher-joined').length >= 1);
	});
});
