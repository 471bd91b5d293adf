import assert from 'node:assert/strict';

import { assertProblem, bearer } from '../lib/client.js';
import { suite } from '../lib/suite.js';

/** Every page from the first, as ids. */
async function pages(api, limit) {
	const all = [];
	let cursor;
	do {
		const { status, json } = await api.active({ limit, cursor });
		assert.equal(status, 200);
		all.push(json.streams.map(({ videoId }) => videoId));
		cursor = json.nextCursor ?? undefined;
		assert.ok(all.length <= 100, 'the pages never end');
	} while (cursor !== undefined);
	return all;
}

async function listed(api) {
	return (await pages(api, 100)).flat();
}

suite('GET /active', { concurrency: 1 }, (test) => {
	test('is an empty list on a new site', async ({ api }) => {
		const { status, json } = await api.active();
		assert.equal(status, 200);
		assert.deepEqual(json, { streams: [], nextCursor: null });
	});

	test('lists a stream from its start to its stop', async ({ api }) => {
		const { id, key } = await api.created();
		assert.ok(!(await listed(api)).includes(id), 'created');
		await api.start(id, key);
		const { json: { streams } } = await api.active();
		assert.deepEqual(streams, [(await api.get(id)).json]);
		await api.stop(id, key);
		assert.ok(!(await listed(api)).includes(id), 'stopped');
		await api.start(id, key);
		assert.ok((await listed(api)).includes(id), 'started again');
		await api.remove(id, key);
		assert.ok(!(await listed(api)).includes(id), 'deleted');
	});

	test('lists public streams alone, whoever asks', async ({ api }) => {
		const shown = await api.live({ visibility: 'PUBLIC' });
		const hidden = [await api.live({ visibility: 'UNLISTED' }), await api.live({ visibility: 'PRIVATE' })];
		for (const headers of [{}, bearer(hidden[1].key)]) {
			const { json: { streams } } = await api.active({}, { headers });
			assert.deepEqual(streams.map(({ videoId }) => videoId), [shown.id]);
		}
		await api.patch(hidden[0].id, hidden[0].key, { visibility: 'PUBLIC' });
		assert.deepEqual((await listed(api)).sort(), [shown.id, hidden[0].id].sort());
		await api.patch(shown.id, shown.key, { visibility: 'PRIVATE' });
		assert.deepEqual(await listed(api), [hidden[0].id]);
		for (const { id, key } of [shown, ...hidden]) await api.remove(id, key);
	});

	test('answers 304 while nothing changed, and a new ETag when something did', async ({ api }) => {
		const { id, key } = await api.live({ title: 'Before' });
		const first = await api.active();
		assert.equal(first.status, 200);
		const same = await api.active({}, { headers: { 'if-none-match': first.headers.etag } });
		assert.equal(same.status, 304);
		assert.equal(same.headers.etag, first.headers.etag);
		for (const header of ['*', `"nothing", ${first.headers.etag}`, `W/${first.headers.etag.replace(/^W\//, '')}`])
			assert.equal((await api.active({}, { headers: { 'if-none-match': header } })).status, 304, header);
		assert.equal((await api.active({}, { headers: { 'if-none-match': '"nothing"' } })).status, 200);
		const tags = new Set([first.headers.etag]);
		const changes = [
			() => api.patch(id, key, { title: 'After' }),
			() => api.live(),
			() => api.stop(id, key),
		];
		for (const change of changes) {
			const before = [...tags].at(-1);
			await change();
			const { status, headers } = await api.active({}, { headers: { 'if-none-match': before } });
			assert.equal(status, 200, String(change));
			tags.add(headers.etag);
		}
		assert.equal(tags.size, changes.length + 1);
		for (const videoId of await listed(api)) assert.notEqual(videoId, id);
	});

	test('comes in pages, newest first, none twice and none left out', async ({ api }) => {
		const before = await listed(api);
		const ids = [];
		for (let i = 0; i < 25; i++) ids.push((await api.live({ title: `Stream ${i}` })).id);
		const expected = [...ids.reverse(), ...before];
		const got = await pages(api, 10);
		assert.deepEqual(got.map((page) => page.length), [10, 10, expected.length - 20]);
		const flat = got.flat();
		assert.equal(new Set(flat).size, expected.length);
		assert.deepEqual([...flat].sort(), [...expected].sort());
		const times = [];
		for (const id of flat) times.push((await api.get(id)).json.createdAt);
		assert.deepEqual(times, [...times].sort().reverse(), 'newest first');
		assert.deepEqual((await pages(api, 1)).flat(), flat);
		assert.equal((await api.active()).json.streams.length, 20, 'the default is 20');
	});

	test('keeps its pages steady while streams come and go', async ({ api }) => {
		const all = await listed(api);
		const first = await api.active({ limit: 10 });
		const comer = await api.live({ title: 'Newer than page one' });
		const goer = first.json.streams[0].videoId;
		const rest = [];
		let cursor = first.json.nextCursor;
		while (cursor !== null) {
			const { json } = await api.active({ limit: 10, cursor });
			rest.push(...json.streams.map(({ videoId }) => videoId));
			cursor = json.nextCursor;
		}
		assert.deepEqual([...first.json.streams.map(({ videoId }) => videoId), ...rest], all);
		assert.ok(!rest.includes(comer.id) && !rest.includes(goer));
	});

	test('names the parameter at fault', async ({ api }) => {
		for (const limit of ['0', '101', '-1', 'abc', '1.5', '', '1e1', ' 5', '99999999999999999999'])
			assertProblem(await api.active({ limit }), 400, { title: 'Invalid input', field: 'limit' });
		for (const cursor of ['nonsense', '-1', "' OR 1=1", 'A'.repeat(2000), 'é'])
			assertProblem(await api.active({ cursor }), 400, { title: 'Invalid input', field: 'cursor' });
		for (const limit of ['1', '100']) assert.equal((await api.active({ limit })).status, 200);
	});
});
