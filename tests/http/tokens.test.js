/**
 * API tokens: who may create, how much, and who may see and end all streams.
 */
import assert from 'node:assert/strict';

import { command, makeToken, revokeToken } from '../lib/admin.js';
import { assertProblem, basic, bearer } from '../lib/client.js';
import { suite } from '../lib/suite.js';
import { until } from '../lib/wait.js';

const MISSING = { title: 'Missing API token' };
const INVALID = { title: 'Invalid API token' };

function createBy(api, token, options = {}) {
	return api.create({ title: 'By token' }, { headers: token === undefined ? {} : bearer(token), ...options });
}

suite('a site that creates for tokens alone', { env: { LIVEBIN_CREATE_POLICY: 'token', LIVEBIN_CREATE_PER_HOUR: '1' } }, (test) => {
	test('says how to show one', async ({ api }) => {
		const answer = await createBy(api);
		assertProblem(answer, 401, MISSING);
		assert.match(answer.json.detail, /Authorization: Bearer/);
	});

	test('asks before it looks at the body', async ({ api }) => {
		assertProblem(await api.create({ nonsense: 1 }), 401, MISSING);
		assertProblem(await api.request('POST', '/create', { body: '<a/>', headers: { 'content-type': 'text/xml' } }), 401, MISSING);
	});

	test('takes a token as Bearer and as a password, of either scope', async ({ api, server }) => {
		const token = await makeToken(server, 'both-ways');
		const admin = await makeToken(server, 'an-admin', '--scope', 'admin');
		for (const headers of [bearer(token), basic(token), bearer(admin)])
			assert.equal((await api.create({ title: 'In' }, { headers })).status, 201);
	});

	test('takes nothing else', async ({ api, server }) => {
		const token = await makeToken(server, 'true-one');
		const { json: { streamKey } } = await createBy(api, token);
		for (const secret of [streamKey, token.slice(1), `${token}x`, token.toUpperCase(), 'x'.repeat(32), 'x'.repeat(400), ''])
			assertProblem(await createBy(api, secret), 401, INVALID);
		assertProblem(await api.create({}, { headers: { authorization: `Token ${token}` } }), 401, INVALID);
	});

	test('takes none that was revoked, from that moment on', async ({ api, server }) => {
		const token = await makeToken(server, 'short-lived');
		assert.equal((await createBy(api, token)).status, 201);
		await revokeToken(server, 'short-lived');
		assertProblem(await createBy(api, token), 401, INVALID);
		const anew = await makeToken(server, 'short-lived');
		assert.notEqual(anew, token);
		assert.equal((await createBy(api, anew)).status, 201);
		assertProblem(await createBy(api, token), 401, INVALID);
	});

	test('holds each token to its own limit, from whatever address', async ({ api, server }) => {
		const [two, one] = [await makeToken(server, 'two', '--per-hour', '2'), await makeToken(server, 'one', '--per-hour', '1')];
		for (const localAddress of ['127.0.0.1', '127.0.0.2'])
			assert.equal((await createBy(api, two, { localAddress })).status, 201);
		const refused = await createBy(api, two, { localAddress: '127.0.0.3' });
		assertProblem(refused, 429);
		assert.ok(Number(refused.headers['retry-after']) <= 1_800, refused.headers['retry-after']);
		assert.equal((await createBy(api, one)).status, 201);
		assertProblem(await createBy(api, one), 429);
	});

	test('counts against a limit what was made alone', async ({ api, server }) => {
		const token = await makeToken(server, 'clumsy', '--per-hour', '1');
		for (let n = 0; n < 3; n++) assertProblem(await api.create({}, { headers: bearer(token) }), 400);
		assert.equal((await createBy(api, token)).status, 201);
	});

	test('lists tokens by name, and never themselves', async ({ api, server }) => {
		const token = await makeToken(server, 'listed', '--scope', 'create,admin', '--per-hour', '7');
		const row = async () => {
			const { code, stdout } = await command(server.dataDir, ['token', 'list']);
			assert.equal(code, 0);
			assert.ok(!stdout.includes(token));
			return stdout.split('\n').find((line) => line.startsWith('listed ')).trim().split(/\s+/);
		};
		const [name, scopes, perHour, created, used] = await row();
		assert.deepEqual([name, scopes, perHour, used], ['listed', 'create,admin', '7', 'never']);
		assert.ok(Math.abs(Date.parse(created) - Date.now()) < 120_000, created);
		assert.equal((await createBy(api, token)).status, 201);
		const last = (await row())[4];
		assert.ok(Date.parse(last) >= Date.parse(created), last);
	});

	test('needs no token for anything else', async ({ api, server }) => {
		const { json } = await createBy(api, await makeToken(server, 'for-one-stream'));
		assert.equal((await api.start(json.videoId, json.streamKey)).status, 200);
		assert.equal((await api.active()).status, 200);
		assert.equal((await api.stop(json.videoId, json.streamKey)).status, 200);
	});
});

suite('an open site', { env: { LIVEBIN_CREATE_PER_HOUR: '1' }, concurrency: 1 }, (test) => {
	test('counts a token\'s streams, not those of its address', async ({ api, server }) => {
		const [free, one] = [await makeToken(server, 'free'), await makeToken(server, 'one', '--per-hour', '1')];
		for (let n = 0; n < 3; n++) assert.equal((await createBy(api, free)).status, 201);
		assert.equal((await createBy(api)).status, 201, 'the address has its own still');
		assertProblem(await createBy(api), 429);
		assert.equal((await createBy(api, one)).status, 201);
		assertProblem(await createBy(api, one), 429);
		assert.equal((await createBy(api, free)).status, 201);
	});

	test('refuses a wrong token all the same', async ({ api }) => {
		assertProblem(await createBy(api, 'x'.repeat(32), { localAddress: '127.0.0.9' }), 401, INVALID);
		assert.equal((await createBy(api, undefined, { localAddress: '127.0.0.9' })).status, 201, 'it took none of the limit');
	});
});

/** Pages of all streams, as ids. */
async function streams(api, token, query = '') {
	const { status, json, text } = await api.request('GET', `/streams${query}`, { headers: bearer(token) });
	assert.equal(status, 200, text);
	return { ids: json.streams.map(({ videoId }) => videoId), json };
}

suite('an admin', { concurrency: 1 }, (test) => {
	test('is who shows a token of that scope', async ({ api, server }) => {
		const { key } = await api.created();
		const creator = await makeToken(server, 'creator');
		const get = (headers) => api.request('GET', '/streams', { headers });
		assertProblem(await get({}), 401, MISSING);
		assertProblem(await get(bearer(key)), 401, INVALID);
		assertProblem(await get(bearer(creator)), 403, { title: 'Insufficient scope' });
		assert.equal((await get(bearer(await makeToken(server, 'first', '--scope', 'admin')))).status, 200);
	});

	test('sees every stream, newest first, of whatever visibility and state', async ({ api, server }) => {
		const token = await makeToken(server, 'seer', '--scope', 'admin');
		const made = [
			await api.created({ visibility: 'PRIVATE' }), await api.live({ visibility: 'UNLISTED' }), await api.live(),
			await api.live({ visibility: 'PRIVATE' }),
		];
		await api.stop(made[2].id, made[2].key);
		const { ids, json } = await streams(api, token);
		assert.deepEqual(ids.slice(0, 4), made.map(({ id }) => id).reverse());
		assert.deepEqual(json.streams.slice(0, 4).map(({ status }) => status), ['LIVE', 'READY', 'LIVE', 'PENDING']);
		for (const { key } of made) assert.ok(!JSON.stringify(json).includes(key));
		assert.deepEqual(json.streams[1], (await api.get(made[2].id)).json);
	});

	test('sees those of one state alone', async ({ api, server }) => {
		const token = await makeToken(server, 'of-state', '--scope', 'admin');
		const { json: { streams: all } } = await streams(api, token, '?limit=100');
		for (const status of ['PENDING', 'LIVE', 'READY', 'FAILED']) {
			const { ids } = await streams(api, token, `?limit=100&status=${status}`);
			assert.deepEqual(ids, all.filter((stream) => stream.status === status).map(({ videoId }) => videoId), status);
		}
		for (const status of ['live', 'GONE', '', 'LIVE,READY', 'X'.repeat(200)])
			assertProblem(await api.request('GET', `/streams?status=${status}`, { headers: bearer(token) }), 400,
				{ title: 'Invalid input', field: 'status' });
	});

	test('gets pages that are steady while streams come', async ({ api, server }) => {
		const token = await makeToken(server, 'pager', '--scope', 'admin');
		const { ids: all } = await streams(api, token, '?limit=100');
		const got = [];
		for (let cursor = ''; cursor !== null;) {
			const { ids, json } = await streams(api, token, `?limit=2${cursor}`);
			assert.ok(ids.length <= 2);
			got.push(...ids);
			await api.created();
			cursor = json.nextCursor === null ? null : `&cursor=${json.nextCursor}`;
			assert.ok(got.length <= 100, 'the pages never end');
		}
		assert.deepEqual(got, all);
		for (const limit of ['0', '101', 'x'])
			assertProblem(await api.request('GET', `/streams?limit=${limit}`, { headers: bearer(token) }), 400, { field: 'limit' });
		assertProblem(await api.request('GET', '/streams?cursor=x', { headers: bearer(token) }), 400, { field: 'cursor' });
	});

	test('stops and deletes anybody\'s stream', async ({ api, server }) => {
		const token = await makeToken(server, 'moderator', '--scope', 'admin');
		const creator = await makeToken(server, 'no-moderator');
		for (const visibility of ['PUBLIC', 'PRIVATE']) {
			const { id, key } = await api.live({ visibility });
			const stop = (headers, json) => api.request('POST', `/${id}/stop`, { headers, json });
			assertProblem(await stop(bearer(creator)), 403, { title: 'Insufficient scope' });
			assertProblem(await stop({}), 401, { title: 'Missing stream key' });
			assertProblem(await stop(bearer('x'.repeat(32))), 401, { title: 'Invalid stream key' });
			assert.equal((await api.get(id, { headers: bearer(key) })).json.status, 'LIVE');
			assert.equal((await stop(bearer(token))).json.stream.status, 'READY');
			await until('the log says who it was', () => new RegExp(`stream ${id}: POST by the API token [a-z-]+`).test(server.log()));
			assertProblem(await api.remove(id, creator), 403, { title: 'Insufficient scope' });
			assertProblem(await api.remove(id), 401, { title: 'Missing stream key' });
			assert.equal((await api.remove(id, token)).status, 204);
			assertProblem(await api.get(id, { headers: bearer(key) }), 404);
			assertProblem(await api.remove(id, token), 404);
		}
	});

	test('may do nothing else that takes the key', async ({ api, server }) => {
		const token = await makeToken(server, 'no-publisher', '--scope', 'admin');
		const { id } = await api.live();
		const hidden = await api.created({ visibility: 'PRIVATE' });
		const wrong = { title: 'Invalid stream key' };
		assertProblem(await api.start(id, token), 401, wrong);
		assertProblem(await api.patch(id, token, { title: 'Mine' }), 401, wrong);
		assertProblem(await api.rotate(id, token), 401, wrong);
		assertProblem(await api.poll(id, token), 401, wrong);
		assertProblem(await api.request('PUT', `/${id}/media/a.ts`, { body: 'x', headers: bearer(token) }), 401, wrong);
		assertProblem(await api.get(hidden.id, { headers: bearer(token) }), 404);
	});

	test('is nobody once the token is revoked, and somebody over a restart', async ({ api, server }) => {
		const [kept, gone] = [await makeToken(server, 'kept', '--scope', 'admin'), await makeToken(server, 'gone', '--scope', 'admin')];
		await streams(api, gone);
		await revokeToken(server, 'gone');
		const { id } = await api.live();
		assertProblem(await api.remove(id, gone), 401, { title: 'Invalid stream key' });
		assertProblem(await api.request('GET', '/streams', { headers: bearer(gone) }), 401, INVALID);
		await server.restart();
		assert.equal((await api.remove(id, kept)).status, 204);
	});
});
