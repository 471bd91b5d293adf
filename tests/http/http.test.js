import assert from 'node:assert/strict';

import { assertProblem } from '../lib/client.js';
import { PATHS } from '../lib/contract.js';
import { suite } from '../lib/suite.js';
import { until } from '../lib/wait.js';

/** The contract's paths with a real stream's id in them, and names for the rest. */
function paths(id) {
	const named = { id, token: 'T'.repeat(32), folder: 'v0', name: 'index.m3u8', session: 'S'.repeat(32) };
	return PATHS.map(({ path, methods }) => ({ path: path.replace(/\{(\w+)\}/g, (_, name) => named[name]), methods }));
}

suite('every route', {}, (test) => {
	test('answers a path that is none with a problem of 404', async ({ api }) => {
		const { id } = await api.created();
		for (const path of ['', '/', `/${id}/nope`, `/${id}/start/now`, `/${id}/`, `//${id}`, '/a/b/c/d', '/create/', '/create/x', '/active/x'])
			for (const method of ['GET', 'POST'])
				assert.equal((await api.request(method, path, method === 'POST' ? { json: {} } : {})).status, 404, `${method} ${path}`);
	});

	test('answers a method that a path does not have with 405 and Allow', async ({ api }) => {
		const { id } = await api.created();
		let asked = 0;
		for (const { path, methods } of paths(id))
			for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
				if (methods.includes(method)) continue;
				const body = ['GET', 'DELETE'].includes(method) ? {} : { json: {} };
				assertProblem(await api.raw(method, path, body), 405);
				asked++;
			}
		assert.ok(asked > 30);
	});

	test('answers 405 before it looks for a key or at the body', async ({ api }) => {
		const { id } = await api.created();
		const answer = await api.request('PUT', `/${id}`, { body: '{', headers: { 'content-type': 'application/xml' } });
		assertProblem(answer, 405);
	});

	test('answers HEAD like GET, without the body', async ({ api }) => {
		const { id } = await api.live();
		for (const path of ['/active', `/${id}`, '/health']) {
			const [get, head] = [await api.request('GET', path), await api.request('HEAD', path)];
			assert.equal(head.status, get.status);
			assert.equal(head.raw.length, 0);
			for (const name of ['content-type', 'etag', 'cache-control'])
				assert.equal(head.headers[name], get.headers[name], `${path}: ${name}`);
		}
		assert.equal((await api.request('HEAD', `/${'A'.repeat(21)}`)).status, 404);
		for (const path of ['signal', 'events']) assert.equal((await api.request('HEAD', `/${id}/${path}`)).status, 405);
	});

	test('answers a preflight, without a token', async ({ api }) => {
		const { id } = await api.created({ visibility: 'PRIVATE' });
		for (const { path, methods } of paths(id))
			for (const method of methods) {
				const { status } = await api.raw('OPTIONS', path, {
					headers: {
						origin: 'https://tv.example', 'access-control-request-method': method,
						'access-control-request-headers': 'authorization,content-type,prefer',
					},
				});
				// 200 where it also says which type of a body the path takes.
				assert.equal(status, /\/wh[ie]p(\/S+)?$|\/hook\/nginx-rtmp$/.test(path) ? 200 : 204, `${method} ${path}`);
			}
	});

	test('lets every origin read errors, too', async ({ api }) => {
		const headers = { origin: 'https://tv.example' };
		const { id } = await api.created();
		const answers = [
			[404, await api.request('GET', `/${'A'.repeat(21)}`, { headers })],
			[404, await api.request('GET', '/a/b/c/d', { headers })],
			[405, await api.request('PUT', '/active', { headers, json: {} })],
			[400, await api.create({}, { headers })],
			[401, await api.request('DELETE', `/${id}`, { headers })],
			[415, await api.request('POST', '/create', { headers: { ...headers, 'content-type': 'text/html' }, body: 'a' })],
		];
		for (const [status, answer] of answers) {
			assert.equal(answer.status, status);
			assert.equal(answer.headers['access-control-allow-origin'], '*');
		}
	});

	test('names each request, in the answer and in the log', async ({ api, server }) => {
		const answers = [
			await api.create(), await api.active(), await api.get('A'.repeat(21)), await api.request('GET', '/health'),
			await api.create({}),
		];
		const ids = answers.map(({ headers }) => headers['x-request-id']);
		assert.equal(new Set(ids).size, ids.length);
		await until('each request has its line in the log', () => ids.every((id) => server.log().includes(id)));
	});

	test('logs no body, header or query of a client as lines of its own', async ({ api, server }) => {
		await api.create({ title: 'a\nforged line' }, { headers: { 'user-agent': 'x\tforged agent' } });
		await api.get('%0Aforged%20path', { tolerant: true });
		const { headers } = await api.active();
		await until('the log has come so far', () => server.log().includes(headers['x-request-id']));
		assert.ok(!/^forged/m.test(server.log()));
	});

	test('answers strange paths without falling over', async ({ api }) => {
		for (const path of [
			'/%00', '/%2e%2e', '/%2e%2e/%2e%2e/etc/passwd', '/..%2fcreate', '/%ff%fe', `/${'a/'.repeat(300)}`, '/%', '/%zz',
			`/${'x'.repeat(6000)}/nope`, '/a%0d%0aX-Evil:%201', '/a?%00=%ff&&&==', '/active?limit=5&limit=x',
			'/active?limit=%00', '/active?limit', '/active?&&&', `/active?${'a=b&'.repeat(500)}`,
		]) {
			const { status, headers, text } = await api.request('GET', path, { tolerant: true });
			assert.ok([200, 400, 404, 414, 431].includes(status), `${path}: ${status} ${text}`);
			assert.equal(headers['x-evil'], undefined);
		}
		assert.equal((await api.create()).status, 201);
	});

	test('answers strange Authorization headers with 401', async ({ api }) => {
		const { id } = await api.created();
		for (const authorization of [
			'Bearer', 'Bearer ', 'bearer', 'Basic', 'Basic !!!', 'Basic Og==', 'Basic', 'Digest a="b"', 'x', `Bearer ${'k'.repeat(5000)}`,
			`Basic ${'A'.repeat(5000)}`, 'Bearer é', 'Bearer a b', 'Basic \u00ff', `Bearer ${'%00'.repeat(10)}`,
		]) assertProblem(await api.request('DELETE', `/${id}`, { headers: { authorization } }), 401);
	});

	test('takes the word Bearer in any case', async ({ api }) => {
		const { id, key } = await api.created();
		assert.equal((await api.request('POST', `/${id}/start`, { json: {}, headers: { authorization: `bEARER ${key}` } })).status, 200);
	});

	test('answers /health at the root and below the base', async ({ api }) => {
		for (const path of ['/health', '/api/live/health']) {
			const { status, json } = await api.raw('GET', path);
			assert.equal(status, 200);
			assert.equal(json.status, 'ok');
			for (const part of Object.values(json.parts)) assert.equal(part.status, 'ok');
		}
	});
});
