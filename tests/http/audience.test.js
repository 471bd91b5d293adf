import assert from 'node:assert/strict';

import { assertProblem, bearer } from '../lib/client.js';
import { Viewer, onAir } from '../lib/peers.js';
import { suite } from '../lib/suite.js';
import { sleep, until } from '../lib/wait.js';

const UNKNOWN = 'A'.repeat(21);
const SETTLE_MS = 3_000;

async function viewersOf(api, id) {
	return (await api.get(id)).json.viewers;
}

suite('POST /:id/view', {}, (test) => {
	test('gives a viewer its id and counts it', async ({ api }) => {
		const { id } = await api.live();
		const first = await api.view(id);
		assert.equal(first.status, 200);
		assert.deepEqual(first.json, { viewerId: first.json.viewerId, viewers: 1, isLiveNow: true });
		const again = await api.view(id, { viewerId: first.json.viewerId });
		assert.deepEqual(again.json, first.json);
		const second = await api.view(id);
		assert.notEqual(second.json.viewerId, first.json.viewerId);
		assert.equal(second.json.viewers, 2);
		assert.equal(await viewersOf(api, id), 2);
	});

	test('takes no body at all for a first heartbeat', async ({ api }) => {
		const { id } = await api.live();
		for (const body of ['', '{}']) {
			const answer = await api.request('POST', `/${id}/view`, { body });
			assert.equal(answer.status, 200, answer.text);
		}
	});

	test('takes what sendBeacon sends', async ({ api }) => {
		const { id } = await api.live();
		const { json: { viewerId } } = await api.view(id);
		const body = JSON.stringify({ viewerId, leaving: true });
		const answer = await api.request('POST', `/${id}/view`, { body, headers: { 'content-type': 'text/plain;charset=UTF-8' } });
		assert.equal(answer.status, 200);
		assert.equal(answer.json.viewers, 0);
	});

	test('takes a viewer out when it says goodbye', async ({ api }) => {
		const { id } = await api.live();
		const { json: { viewerId } } = await api.view(id);
		await api.view(id);
		assert.equal((await api.view(id, { viewerId, leaving: true })).json.viewers, 1);
		assert.equal((await api.view(id, { viewerId, leaving: true })).json.viewers, 1, 'twice changes nothing');
		assert.equal(await viewersOf(api, id), 1);
		assert.equal((await api.view(id, { viewerId })).json.viewers, 2, 'and comes back');
	});

	test('counts a viewer of one stream in that one', async ({ api }) => {
		const [one, two] = [await api.live(), await api.live()];
		const { json: { viewerId } } = await api.view(one.id);
		assert.equal((await api.view(two.id, { viewerId })).json.viewers, 1);
		assert.equal(await viewersOf(api, one.id), 1);
	});

	test('counts whoever watches and signals once, by its viewerId', async ({ api }) => {
		const stream = await onAir(api);
		const { json: { viewerId } } = await api.view(stream.id);
		await Viewer.join(api, stream, { viewerId });
		assert.equal((await api.view(stream.id, { viewerId })).json.viewers, 1);
		await Viewer.join(api, stream);
		assert.equal((await api.view(stream.id, { viewerId })).json.viewers, 2);
	});

	test('counts one view per viewer, however often it is heard, and the peak', async ({ api }) => {
		const { id } = await api.live();
		const { json: { viewerId } } = await api.view(id);
		for (let n = 0; n < 3; n++) await api.view(id, { viewerId });
		const { json: { viewerId: other } } = await api.view(id);
		await api.view(id, { viewerId: other, leaving: true });
		await api.view(id, { viewerId: other });
		await api.view(id, { viewerId, leaving: true });
		await until('two views are counted', async () => (await api.get(id)).json.viewsTotal >= 2);
		await sleep(SETTLE_MS);
		const { json } = await api.get(id);
		assert.deepEqual([json.viewsToday, json.viewsMonth, json.viewsTotal], [2, 2, 2]);
		assert.deepEqual([json.viewers, json.peakViewers], [1, 2]);
	});

	test('counts no view of a stream that is not live', async ({ api }) => {
		const { id } = await api.created();
		const { status, json } = await api.view(id);
		assert.equal(status, 200);
		assert.equal(json.isLiveNow, false);
		await sleep(SETTLE_MS);
		assert.equal((await api.get(id)).json.viewsTotal, 0);
	});

	test('counts nobody twice when many are heard at once', async ({ api }) => {
		const { id } = await api.live();
		const first = await Promise.all(Array.from({ length: 20 }, () => api.view(id)));
		const ids = first.map(({ json }) => json.viewerId);
		assert.equal(new Set(ids).size, 20);
		await Promise.all([...ids, ...ids].map((viewerId) => api.view(id, { viewerId })));
		assert.equal(await viewersOf(api, id), 20);
		await Promise.all(ids.map((viewerId) => api.view(id, { viewerId, leaving: true })));
		assert.equal(await viewersOf(api, id), 0);
	});

	test('names the member at fault', async ({ api }) => {
		const { id } = await api.live();
		for (const [json, field] of [
			[{ viewerId: 'short' }, 'viewerId'],
			[{ viewerId: 'A'.repeat(22) }, 'viewerId'],
			[{ viewerId: `${'A'.repeat(20)}!` }, 'viewerId'],
			[{ viewerId: 7 }, 'viewerId'],
			[{ viewerId: 'é'.repeat(21) }, 'viewerId'],
			[{ leaving: 'yes' }, 'leaving'],
			[{ name: 'me' }, 'name'],
		]) assertProblem(await api.view(id, json), 400, { title: 'Invalid input', field });
		for (const body of ['{', '[]', 'null', 'viewerId=1'])
			assertProblem(await api.request('POST', `/${id}/view`, { body }), 400, { title: 'Invalid input' });
		assert.equal(await viewersOf(api, id), 0);
	});

	test('is 404 for a stream that is not, or is hidden', async ({ api }) => {
		assertProblem(await api.view(UNKNOWN), 404, { title: 'Video not found' });
		const { id, key } = await api.live({ visibility: 'PRIVATE' });
		assertProblem(await api.view(id), 404, { title: 'Video not found' });
		assert.equal((await api.view(id, {}, { headers: bearer(key) })).status, 200);
	});

	test('is 415 for a form and 413 for a body too large', async ({ api }) => {
		const { id } = await api.live();
		assertProblem(await api.request('POST', `/${id}/view`, { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }), 415);
		assertProblem(await api.view(id, { viewerId: 'x'.repeat(1 << 20) }), 413);
	});
});

suite('a viewer that is not heard', { env: { LIVEBIN_VIEWER_TIMEOUT: '2' } }, (test) => {
	test('is counted no more, and the peak stays', async ({ api }) => {
		const { id } = await api.live();
		await api.view(id);
		await api.view(id);
		assert.equal(await viewersOf(api, id), 2);
		await until('nobody is counted', async () => await viewersOf(api, id) === 0);
		await until('the peak is known', async () => (await api.get(id)).json.peakViewers === 2);
		const { json } = await api.active({ limit: 100 });
		assert.equal(json.streams.find(({ videoId }) => videoId === id).viewers, 0);
	});

	test('is the same viewer when it is heard again', async ({ api }) => {
		const { id } = await api.live();
		const { json: { viewerId } } = await api.view(id);
		await until('nobody is counted', async () => await viewersOf(api, id) === 0);
		assert.deepEqual((await api.view(id, { viewerId })).json, { viewerId, viewers: 1, isLiveNow: true });
		await sleep(SETTLE_MS);
		assert.equal((await api.get(id)).json.viewsTotal, 1, 'within half an hour it is one view');
	});

	test('is told to whoever follows the stream', async ({ api }) => {
		const { id } = await api.live();
		const events = await api.events(`/${id}/events`);
		await api.view(id);
		await events.next('viewers', ({ viewers }) => viewers === 1);
		await events.next('viewers', ({ viewers }) => viewers === 0);
		assert.equal(events.events[0].type, 'stream');
		events.close();
	});
});

suite('GET /:id/events', { env: { LIVEBIN_SSE_PING: '1' }, concurrency: 12 }, (test) => {
	test('begins with the stream as it is', async ({ api }) => {
		const { id } = await api.created({ title: 'Soon' });
		const events = await api.events(`/${id}/events`);
		const { type, data } = await events.next();
		assert.equal(type, 'stream');
		assert.deepEqual(data, (await api.get(id)).json);
		events.close();
	});

	test('tells of start, change, stop and start again', async ({ api }) => {
		const { id, key } = await api.created({ title: 'Before' });
		const events = await api.events(`/${id}/events`);
		await events.next('stream', ({ status }) => status === 'PENDING');
		await api.start(id, key);
		await events.next('stream', ({ status }) => status === 'LIVE');
		await api.patch(id, key, { title: 'After' });
		await events.next('stream', ({ title, status }) => title === 'After' && status === 'LIVE');
		await api.stop(id, key);
		await events.next('stream', ({ status }) => status === 'READY');
		await api.start(id, key);
		assert.equal((await events.next('stream', ({ status }) => status === 'LIVE')).data.stoppedAt, null);
		events.close();
	});

	test('tells how many watch', async ({ api }) => {
		const { id } = await api.live();
		const events = await api.events(`/${id}/events`);
		await events.next('stream');
		const { json: { viewerId } } = await api.view(id);
		await events.next('viewers', ({ viewers }) => viewers === 1);
		await api.view(id);
		await events.next('viewers', ({ viewers }) => viewers === 2);
		await api.view(id, { viewerId, leaving: true });
		assert.deepEqual((await events.next('viewers', ({ viewers }) => viewers === 1)).data, { viewers: 1 });
		events.close();
	});

	test('tells all who follow', async ({ api }) => {
		const { id, key } = await api.created();
		const all = await Promise.all(Array.from({ length: 10 }, () => api.events(`/${id}/events`)));
		await api.start(id, key);
		const told = await Promise.all(all.map((events) => events.next('stream', ({ status }) => status === 'LIVE')));
		assert.equal(told.length, 10);
		for (const events of all) events.close();
	});

	test('is never quiet for long', async ({ api }) => {
		const { id } = await api.created();
		const events = await api.events(`/${id}/events`);
		await events.untilComments(2);
		assert.deepEqual(events.events.map(({ type }) => type).filter((type) => type !== 'viewers'), ['stream']);
		events.close();
	});

	test('ends when the stream is deleted', async ({ api }) => {
		const { id, key } = await api.live();
		const events = await api.events(`/${id}/events`);
		await events.next('stream');
		await api.remove(id, key);
		await events.untilEnd();
		assert.ok(events.ended);
		assertProblem(await api.events(`/${id}/events`), 404, { title: 'Video not found' });
	});

	test('is 404 for a stream that is not, or is hidden', async ({ api }) => {
		assertProblem(await api.events(`/${UNKNOWN}/events`), 404, { title: 'Video not found' });
		const { id, key } = await api.created({ visibility: 'PRIVATE' });
		assertProblem(await api.events(`/${id}/events`), 404, { title: 'Video not found' });
		const events = await api.events(`/${id}/events`, bearer(key));
		assert.equal((await events.next('stream')).data.videoId, id);
		events.close();
	});

	test('shows no key', async ({ api }) => {
		const { id, key } = await api.live();
		const events = await api.events(`/${id}/events`, bearer(key));
		const { data } = await events.next('stream');
		assert.ok(!JSON.stringify(data).includes(key));
		events.close();
	});
});
