import assert from 'node:assert/strict';

import { assertProblem, basic, bearer } from '../lib/client.js';
import { Publisher, Viewer, onAir } from '../lib/peers.js';
import { suite } from '../lib/suite.js';

const UNKNOWN = 'A'.repeat(21);
const OTHER_KEY = 'k'.repeat(32);

suite('GET /:id', {}, (test) => {
	test('shows a public stream to anyone', async ({ api }) => {
		const { id } = await api.created({ title: 'For all', description: 'd' });
		const { status, json } = await api.get(id);
		assert.equal(status, 200);
		assert.equal(json.title, 'For all');
		assert.equal(json.description, 'd');
	});

	test('shows an unlisted stream to whoever has its address', async ({ api }) => {
		const { id } = await api.created({ visibility: 'UNLISTED' });
		assert.equal((await api.get(id)).status, 200);
	});

	test('hides a private stream from whoever lacks the key', async ({ api }) => {
		const { id, key } = await api.live({ visibility: 'PRIVATE' });
		const other = await api.created();
		for (const headers of [{}, bearer(OTHER_KEY), bearer(other.key), basic(OTHER_KEY)])
			assertProblem(await api.get(id, { headers }), 404, { title: 'Video not found' });
		for (const headers of [bearer(key), basic(key)]) {
			const { status, json } = await api.get(id, { headers });
			assert.equal(status, 200);
			assert.equal(json.videoId, id);
		}
	});

	test('answers a private stream as it answers one that is not', async ({ api }) => {
		const { id } = await api.created({ visibility: 'PRIVATE' });
		const [hidden, unknown] = [await api.get(id), await api.get(UNKNOWN)];
		assert.deepEqual({ ...hidden.json, instance: '' }, { ...unknown.json, instance: '' });
	});

	test('is 404 "Video not found" for an id that is none', async ({ api }) => {
		for (const id of [UNKNOWN, 'abc123', UNKNOWN.slice(1), `${UNKNOWN}A`, 'x'.repeat(500), '%C3%A9', 'activ', 'created'])
			assertProblem(await api.get(id), 404, { title: 'Video not found' });
	});
});

suite('PATCH /:id', {}, (test) => {
	test('changes what it names and nothing else', async ({ api }) => {
		const { id, key } = await api.created({ title: 'Before', description: 'Kept' });
		const before = (await api.get(id)).json;
		const { status, json } = await api.patch(id, key, { title: 'After' });
		assert.equal(status, 200);
		assert.deepEqual(json, { ...before, title: 'After' });
		assert.deepEqual((await api.get(id)).json, json);
	});

	test('changes everything it may', async ({ api }) => {
		const { id, key } = await api.created();
		const wanted = { title: 'T', description: 'D', visibility: 'PRIVATE' };
		const { json } = await api.patch(id, key, wanted);
		assert.deepEqual({ title: json.title, description: json.description, visibility: json.visibility }, wanted);
		assertProblem(await api.get(id), 404);
	});

	test('of one member does not undo that of another at the same time', async ({ api }) => {
		for (let n = 0; n < 5; n++) {
			const { id, key } = await api.created();
			const wanted = { title: `T${n}`, description: `D${n}`, visibility: 'UNLISTED' };
			await Promise.all(Object.entries(wanted).map(([name, value]) => api.patch(id, key, { [name]: value })));
			const { title, description, visibility } = (await api.get(id)).json;
			assert.deepEqual({ title, description, visibility }, wanted);
		}
	});

	test('takes a description away', async ({ api }) => {
		const { id, key } = await api.created({ description: 'Once' });
		const { status, json, text } = await api.patch(id, key, { description: null });
		assert.equal(status, 200, text);
		assert.equal(json.description, null);
	});

	test('takes the key as a Basic password', async ({ api }) => {
		const { id, key } = await api.created();
		const { status } = await api.request('PATCH', `/${id}`, { json: { title: 'B' }, headers: basic(key) });
		assert.equal(status, 200);
	});

	test('leaves the stream as it was with an empty object', async ({ api }) => {
		const { id, key } = await api.created();
		const before = (await api.get(id)).json;
		const { status, json } = await api.patch(id, key, {});
		assert.equal(status, 200);
		assert.deepEqual(json, before);
	});

	test('is 401 without the key and with another', async ({ api }) => {
		const { id } = await api.created({ title: 'Mine' });
		assertProblem(await api.patch(id, undefined, { title: 'Yours' }), 401, { title: 'Missing stream key' });
		assertProblem(await api.patch(id, OTHER_KEY, { title: 'Yours' }), 401, { title: 'Invalid stream key' });
		assert.equal((await api.get(id)).json.title, 'Mine');
	});

	test('does not look at the body of whoever lacks the key', async ({ api }) => {
		const { id } = await api.created();
		const answer = await api.request('PATCH', `/${id}`, { body: '{', headers: { 'content-type': 'application/xml' } });
		assertProblem(answer, 401);
	});

	test('is 404 for a stream that is not', async ({ api }) => {
		assertProblem(await api.patch(UNKNOWN, OTHER_KEY, { title: 'a' }), 404, { title: 'Video not found' });
	});

	test('names the member at fault and changes nothing', async ({ api }) => {
		const { id, key } = await api.created({ title: 'Same' });
		for (const [json, field] of [
			[{ title: '' }, 'title'],
			[{ title: null }, 'title'],
			[{ title: 'x'.repeat(201) }, 'title'],
			[{ title: 'Other', description: 'x'.repeat(5001) }, 'description'],
			[{ title: 'Other', visibility: 'HIDDEN' }, 'visibility'],
			[{ title: 'Other', status: 'LIVE' }, 'status'],
			[{ title: 'Other', videoId: UNKNOWN }, 'videoId'],
			[{ title: 'Other', viewsTotal: 1000000 }, 'viewsTotal'],
		]) assertProblem(await api.patch(id, key, json), 400, { title: 'Invalid input', field });
		assert.equal((await api.get(id)).json.title, 'Same');
	});

	test('is 415 for a form and 413 for a body too large', async ({ api }) => {
		const { id, key } = await api.created();
		const form = { body: 'title=a', headers: { ...bearer(key), 'content-type': 'application/x-www-form-urlencoded' } };
		assertProblem(await api.request('PATCH', `/${id}`, form), 415);
		assertProblem(await api.patch(id, key, { description: 'x'.repeat(1 << 20) }), 413);
	});
});

suite('POST /:id/key', {}, (test) => {
	test('gives a new key and ends the old one at once', async ({ api }) => {
		const { id, key } = await api.created();
		const { status, json: { streamKey } } = await api.rotate(id, key);
		assert.equal(status, 200);
		assert.notEqual(streamKey, key);
		assertProblem(await api.start(id, key), 401, { title: 'Invalid stream key' });
		assertProblem(await api.patch(id, key, { title: 'a' }), 401, { title: 'Invalid stream key' });
		assertProblem(await api.rotate(id, key), 401, { title: 'Invalid stream key' });
		assertProblem(await api.remove(id, key), 401, { title: 'Invalid stream key' });
		assertProblem(await api.poll(id, key), 401);
		assert.equal((await api.start(id, streamKey)).status, 200);
		assertProblem(await api.stop(id, key), 401, { title: 'Invalid stream key' });
		assert.equal((await api.stop(id, streamKey)).status, 200);
	});

	test('hides a private stream from the old key', async ({ api }) => {
		const { id, key } = await api.created({ visibility: 'PRIVATE' });
		const { json: { streamKey } } = await api.rotate(id, key);
		assertProblem(await api.get(id, { headers: bearer(key) }), 404);
		assert.equal((await api.get(id, { headers: bearer(streamKey) })).status, 200);
	});

	test('leaves a live stream live', async ({ api }) => {
		const stream = await onAir(api);
		const { json: { streamKey } } = await api.rotate(stream.id, stream.key);
		assert.equal((await api.get(stream.id)).json.status, 'LIVE');
		const publisher = await Publisher.open(api, { id: stream.id, key: streamKey });
		const viewer = await Viewer.join(api, stream);
		assert.equal((await publisher.next('offer')).from, viewer.peerId);
	});

	test('takes an empty object as its body', async ({ api }) => {
		const { id, key } = await api.created();
		const { status } = await api.request('POST', `/${id}/key`, { json: {}, headers: bearer(key) });
		assert.equal(status, 200);
	});

	test('is 401 without the key and with another', async ({ api }) => {
		const { id, key } = await api.created();
		assertProblem(await api.rotate(id), 401, { title: 'Missing stream key' });
		assertProblem(await api.rotate(id, OTHER_KEY), 401, { title: 'Invalid stream key' });
		assert.equal((await api.start(id, key)).status, 200);
	});

	test('is 404 for a stream that is not', async ({ api }) => {
		assertProblem(await api.rotate(UNKNOWN, OTHER_KEY), 404, { title: 'Video not found' });
	});

	test('lets one of many at once win, whose key is the one that works', async ({ api }) => {
		const { id, key } = await api.created();
		const answers = await Promise.all(Array.from({ length: 8 }, () => api.rotate(id, key)));
		const won = answers.filter(({ status }) => status === 200);
		assert.equal(won.length, 1, answers.map(({ status }) => status).join());
		assert.equal((await api.start(id, won[0].json.streamKey)).status, 200);
	});
});

suite('DELETE /:id', {}, (test) => {
	test('makes the stream unknown everywhere', async ({ api }) => {
		const { id, key } = await api.live();
		const { status } = await api.remove(id, key);
		assert.equal(status, 204);
		const answers = [
			await api.get(id),
			await api.get(id, { headers: bearer(key) }),
			await api.patch(id, key, { title: 'a' }),
			await api.start(id, key),
			await api.stop(id, key),
			await api.rotate(id, key),
			await api.remove(id, key),
			await api.view(id),
			await api.poll(id, key),
			await api.signal(id, undefined, { type: 'offer', data: {} }),
			await api.request('GET', `/${id}/events`, { headers: { accept: 'text/event-stream' } }),
		];
		for (const answer of answers) assertProblem(answer, 404, { title: 'Video not found' });
		const { json: { streams } } = await api.active({ limit: 100 });
		assert.ok(!streams.some(({ videoId }) => videoId === id));
	});

	test('ends the reads that wait for its messages', async ({ api }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		await viewer.read();
		const waiting = api.poll(stream.id, viewer.secret, { after: viewer.cursor, wait: 25 });
		await api.remove(stream.id, stream.key);
		const { status, json } = await waiting;
		assert.ok(status === 404 || (status === 200 && json.messages.at(-1)?.type === 'bye'), `${status}`);
		assertProblem(await api.poll(stream.id, viewer.secret), 404);
	});

	test('is 401 without the key and with another', async ({ api }) => {
		const { id } = await api.created();
		assertProblem(await api.remove(id), 401, { title: 'Missing stream key' });
		assertProblem(await api.remove(id, OTHER_KEY), 401, { title: 'Invalid stream key' });
		assert.equal((await api.get(id)).status, 200);
	});

	test('takes the key as a Basic password', async ({ api }) => {
		const { id, key } = await api.created();
		assert.equal((await api.request('DELETE', `/${id}`, { headers: basic(key) })).status, 204);
	});

	test('is 404 for a stream that is not', async ({ api }) => {
		assertProblem(await api.remove(UNKNOWN, OTHER_KEY), 404, { title: 'Video not found' });
	});
});
