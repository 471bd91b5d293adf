import assert from 'node:assert/strict';

import { assertProblem, basic, bearer } from '../lib/client.js';
import { suite } from '../lib/suite.js';

const UNKNOWN = 'A'.repeat(21);
const OTHER_KEY = 'k'.repeat(32);

suite('POST /:id/start', {}, (test) => {
	test('makes a pending stream live', async ({ api }) => {
		const { id, key } = await api.created();
		const { status, json } = await api.start(id, key);
		assert.equal(status, 200);
		assert.equal(json.message, 'Stream started successfully');
		assert.equal(json.stream.videoId, id);
		assert.equal(json.stream.status, 'LIVE');
		assert.deepEqual((await api.get(id)).json, json.stream);
	});

	test('changes nothing about a stream that is live', async ({ api }) => {
		const { id, key } = await api.created();
		const first = await api.start(id, key);
		const again = await api.start(id, key);
		assert.equal(again.status, 200);
		assert.deepEqual(again.json, first.json);
	});

	test('begins a new broadcast of a stream that was stopped', async ({ api }) => {
		const { id, key } = await api.created();
		const first = (await api.start(id, key)).json.stream;
		await api.stop(id, key);
		const { status, json: { stream } } = await api.start(id, key);
		assert.equal(status, 200);
		assert.equal(stream.status, 'LIVE');
		assert.equal(stream.createdAt, first.createdAt);
		assert.ok(stream.startedAt > first.startedAt, `${stream.startedAt} after ${first.startedAt}`);
	});

	test('takes the key as Bearer or as a Basic password, with an empty body or none', async ({ api }) => {
		for (const show of [bearer, basic])
			for (const body of ['', '{}']) {
				const { id, key } = await api.created();
				const answer = await api.request('POST', `/${id}/start`, { body, headers: show(key) });
				assert.equal(answer.status, 200, answer.text);
				assert.equal(answer.json.stream.status, 'LIVE');
			}
	});

	test('takes a body without a type, as fetch sends it', async ({ api }) => {
		const { id, key } = await api.created();
		const body = JSON.stringify({ streamKey: key });
		const answer = await api.request('POST', `/${id}/start`, { body, headers: { 'content-type': 'text/plain;charset=UTF-8' } });
		assert.equal(answer.status, 200);
	});

	test('is 400 "Missing stream key" without one', async ({ api }) => {
		const { id } = await api.created();
		for (const body of ['{}', '{"streamKey":""}'])
			assertProblem(await api.request('POST', `/${id}/start`, { body }), 400, { title: 'Missing stream key' });
		assert.equal((await api.get(id)).json.status, 'PENDING');
	});

	test('is 401 "Invalid stream key" with another', async ({ api }) => {
		const [{ id, key }, other] = [await api.created(), await api.created()];
		for (const wrong of [
			OTHER_KEY, other.key, 'short', key.slice(1), `${key} `, `${key}x`, `${key.toLowerCase()}!`, 'é'.repeat(32),
			'x'.repeat(200),
		]) {
			const answer = await api.start(id, wrong);
			assertProblem(answer, 401, { title: 'Invalid stream key' });
		}
		for (const headers of [bearer(other.key), basic(other.key), bearer('short')])
			assertProblem(await api.request('POST', `/${id}/start`, { json: {}, headers }), 401, { title: 'Invalid stream key' });
		assert.equal((await api.get(id)).json.status, 'PENDING');
	});

	test('is 404 "Video not found" for a stream that is not', async ({ api }) => {
		for (const id of [UNKNOWN, 'abc123', "'%20OR%201=1"])
			assertProblem(await api.start(id, OTHER_KEY), 404, { title: 'Video not found' });
	});

	test('names the member at fault', async ({ api }) => {
		const { id, key } = await api.created();
		assertProblem(await api.start(id, 7), 400, { title: 'Invalid input', field: 'streamKey' });
		assertProblem(await api.start(id, 'x'.repeat(201)), 400, { title: 'Invalid input', field: 'streamKey' });
		assertProblem(await api.start(id, [key]), 400, { title: 'Invalid input', field: 'streamKey' });
		const extra = await api.request('POST', `/${id}/start`, { json: { streamKey: key, force: true } });
		assertProblem(extra, 400, { title: 'Invalid input', field: 'force' });
		assert.equal((await api.get(id)).json.status, 'PENDING');
	});

	test('is 400 "Invalid input" for a body that is not an object of JSON', async ({ api }) => {
		const { id } = await api.created();
		for (const body of ['{', '[]', '"k"', 'streamKey=k'])
			assertProblem(await api.request('POST', `/${id}/start`, { body }), 400, { title: 'Invalid input' });
	});

	test('is 415 for a form and 413 for a body too large', async ({ api }) => {
		const { id, key } = await api.created();
		const form = { body: `streamKey=${key}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } };
		assertProblem(await api.request('POST', `/${id}/start`, form), 415);
		assertProblem(await api.start(id, 'x'.repeat(1 << 20)), 413);
	});

	test('starts once when many ask at once', async ({ api }) => {
		const { id, key } = await api.created();
		const answers = await Promise.all(Array.from({ length: 20 }, () => api.start(id, key)));
		const starts = new Set(answers.map(({ status, json }) => `${status} ${json.stream.startedAt}`));
		assert.equal(starts.size, 1, [...starts].join());
	});
});

suite('POST /:id/stop', {}, (test) => {
	test('makes a live stream ready', async ({ api }) => {
		const { id, key } = await api.live();
		const { status, json } = await api.stop(id, key);
		assert.equal(status, 200);
		assert.equal(json.message, 'Stream stopped successfully');
		assert.equal(json.stream.status, 'READY');
		assert.ok(json.stream.stoppedAt >= json.stream.startedAt);
		assert.deepEqual((await api.get(id)).json, json.stream);
	});

	test('changes nothing about a stream that is ready', async ({ api }) => {
		const { id, key } = await api.live();
		const first = await api.stop(id, key);
		const again = await api.stop(id, key);
		assert.equal(again.status, 200);
		assert.deepEqual(again.json, first.json);
	});

	test('takes the key as Bearer, as Basic and in the body', async ({ api }) => {
		const ways = [
			(key) => ({ body: '{}', headers: bearer(key) }),
			(key) => ({ body: '', headers: bearer(key) }),
			(key) => ({ body: '{}', headers: basic(key) }),
			(key) => ({ json: { streamKey: key } }),
			(key) => ({ json: { streamKey: key, convertToVOD: false } }),
		];
		for (const way of ways) {
			const { id, key } = await api.live();
			const answer = await api.request('POST', `/${id}/stop`, way(key));
			assert.equal(answer.status, 200, answer.text);
			assert.equal(answer.json.stream.status, 'READY');
		}
	});

	test('of a stream that never was live says what is true afterwards', async ({ api }) => {
		const { id, key } = await api.created();
		const { status, json } = await api.stop(id, key);
		assert.equal(status, 200);
		assert.equal(json.stream.isLiveNow, false);
		assert.deepEqual((await api.get(id)).json, json.stream);
		assert.equal((await api.start(id, key)).json.stream.status, 'LIVE');
	});

	test('ends the broadcast with convertToVOD, too', async ({ api }) => {
		const { id, key } = await api.live();
		const { status, json } = await api.request('POST', `/${id}/stop`, { json: { convertToVOD: true }, headers: bearer(key) });
		assert.equal(status, 200);
		assert.ok(['PENDING', 'READY'].includes(json.stream.status), json.stream.status);
		assert.equal(json.stream.isLiveNow, false);
	});

	test('is 401 "Missing stream key" without any', async ({ api }) => {
		const { id } = await api.live();
		for (const body of ['{}', '', '{"convertToVOD":true}'])
			assertProblem(await api.request('POST', `/${id}/stop`, { body }), 401, { title: 'Missing stream key' });
		assert.equal((await api.get(id)).json.status, 'LIVE');
	});

	test('is 401 "Invalid stream key" with another', async ({ api }) => {
		const { id } = await api.live();
		assertProblem(await api.stop(id, OTHER_KEY), 401, { title: 'Invalid stream key' });
		const answer = await api.request('POST', `/${id}/stop`, { body: '{}', headers: bearer(OTHER_KEY) });
		assertProblem(answer, 401, { title: 'Invalid stream key' });
		assert.equal((await api.get(id)).json.status, 'LIVE');
	});

	test('is 404 "Video not found" for a stream that is not', async ({ api }) => {
		assertProblem(await api.stop(UNKNOWN, OTHER_KEY), 404, { title: 'Video not found' });
	});

	test('names the member at fault', async ({ api }) => {
		const { id, key } = await api.live();
		for (const [json, field] of [
			[{ streamKey: key, convertToVOD: 'yes' }, 'convertToVOD'],
			[{ streamKey: key, convertToVOD: 1 }, 'convertToVOD'],
			[{ streamKey: key, vod: true }, 'vod'],
		]) assertProblem(await api.request('POST', `/${id}/stop`, { json }), 400, { title: 'Invalid input', field });
		assert.equal((await api.get(id)).json.status, 'LIVE');
	});

	test('stops once when many ask at once', async ({ api }) => {
		const { id, key } = await api.live();
		const answers = await Promise.all(Array.from({ length: 20 }, () => api.stop(id, key)));
		const stops = new Set(answers.map(({ status, json }) => `${status} ${json.stream.stoppedAt}`));
		assert.equal(stops.size, 1, [...stops].join());
	});
});
