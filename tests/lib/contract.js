/**
 * Holds every answer against docs/openapi.yaml: is the status one of this route's, are the headers there, is the
 * body what its schema says; and against what holds everywhere: request ids, CORS, problem documents, no secrets.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import Ajv2020 from 'ajv/dist/2020.js';
import { parse } from 'yaml';

const DOCUMENT = parse(readFileSync(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8'));
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const EXPOSED = ['Location', 'ETag', 'Link', 'Accept-Patch', 'Accept-Post', 'Retry-After', 'X-Request-Id'];
const ALLOWED = ['Authorization', 'Content-Type', 'If-Match', 'ETag', 'Prefer', 'Last-Event-ID'];

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
ajv.addVocabulary(Object.keys(DOCUMENT));
ajv.addSchema(DOCUMENT, 'openapi', false, false);

/** What any route may answer. */
const EVERYWHERE = { 429: { $ref: '#/components/responses/TooManyRequests' } };

const validators = new Map();

/** The schema's validator, by its place in the document. */
function validator(pointer) {
	if (!validators.has(pointer)) validators.set(pointer, ajv.compile({ $ref: `openapi#${pointer}` }));
	return validators.get(pointer);
}

function step(key) {
	return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** A node and its pointer, references followed. */
function follow(node, pointer) {
	while (node?.$ref) {
		pointer = node.$ref.slice(1);
		node = pointer.slice(1).split('/').reduce((at, key) => at[key], DOCUMENT);
	}
	return { node, pointer };
}

function validate(pointer, value, what) {
	const check = validator(pointer);
	if (check(value)) return;
	const wrong = check.errors.map((error) => `${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`);
	assert.fail(`${what} breaks the contract:\n  ${wrong.join('\n  ')}\n  ${JSON.stringify(value)}`);
}

const PLACED = Object.entries(DOCUMENT.paths).map(([path, place]) => [path, follow(place).node]);
const ROUTES = PLACED.map(([path, item]) => ({
	path, item,
	bases: (item.servers ?? DOCUMENT.servers).map((server) => server.url.replace(/\/$/, '')),
	pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
}));

/**
 * The document's route of a path, the literal ones first.
 * @param {string} target path and query
 */
export function routeOf(target) {
	const path = target.split('?')[0];
	const fits = ROUTES.filter((route) => route.bases.some((base) =>
		path.startsWith(base) && route.pattern.test(path.slice(base.length))));
	return fits.find((route) => !route.path.includes('{')) ?? fits[0];
}

/** Every path of the document, from the root, with its methods, upper case. */
export const PATHS = ROUTES.map(({ path, item, bases }) => ({
	path: bases[0] + path, methods: METHODS.filter((method) => item[method]).map((method) => method.toUpperCase()),
}));

function list(header) {
	return (header ?? '').split(',').map((item) => item.trim()).filter(Boolean);
}

function holdsAll(header, names, what) {
	const has = list(header).map((name) => name.toLowerCase());
	for (const name of names) assert.ok(has.includes(name.toLowerCase()), `${what} lacks ${name}: ${header}`);
}

function checkCors(server, request, { headers }, what) {
	const origin = request.headers?.origin;
	const listed = server.env.LIVEBIN_CORS_ORIGINS?.split(' ');
	if (listed === undefined) {
		assert.equal(headers['access-control-allow-origin'], '*', `${what}: Access-Control-Allow-Origin`);
	} else {
		holdsAll(headers.vary, ['Origin'], `${what}: Vary`);
		const expected = listed.includes(origin) ? origin : undefined;
		assert.equal(headers['access-control-allow-origin'], expected, `${what}: Access-Control-Allow-Origin`);
		if (expected === undefined) return;
	}
	assert.equal(headers['access-control-allow-credentials'], undefined, `${what}: credentials are never allowed`);
	if (request.method !== 'OPTIONS') holdsAll(headers['access-control-expose-headers'], EXPOSED, `${what}: exposed headers`);
}

/** The path's methods as Allow names them. A GET that may go on for long has no HEAD. */
function methodsOf(route) {
	const methods = METHODS.filter((method) => route.item[method]).map((method) => method.toUpperCase());
	const quick = route.item.get && !route.item.get.responses['200']?.content?.['text/event-stream'];
	return quick ? [...methods, 'HEAD'] : methods;
}

function checkPreflight(route, { status, headers }, what) {
	assert.ok(route.item.options.responses[status], what);
	holdsAll(headers['access-control-allow-methods'], methodsOf(route), `${what}: Access-Control-Allow-Methods`);
	holdsAll(headers['access-control-allow-headers'], ALLOWED, `${what}: Access-Control-Allow-Headers`);
}

function checkProblem(answer, what) {
	assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json\b/, `${what}: an error's type`);
	validate('/components/schemas/Problem', answer.json, what);
	assert.equal(answer.json.status, answer.status, `${what}: the problem's status`);
	assert.ok(answer.json.instance.endsWith(answer.headers['x-request-id']), `${what}: instance ${answer.json.instance}`);
}

/** A method the path doesn't have. */
function checkMethod(route, answer, what) {
	assert.equal(answer.status, 405, what);
	assert.deepEqual(list(answer.headers.allow).sort(), [...methodsOf(route), 'OPTIONS'].sort(), `${what}: Allow`);
	if (!what.startsWith('HEAD')) checkProblem(answer, what);
}

function checkHeaders(response, answer, what) {
	for (const [name, reference] of Object.entries(response.headers ?? {})) {
		const { node, pointer } = follow(reference, '');
		const value = answer.headers[name.toLowerCase()];
		if (value === undefined) assert.ok(!node.required, `${what} lacks the header ${name}`);
		else validate(`${pointer}/schema`, value, `${what}: ${name}`);
	}
}

function checkBody(request, response, pointer, answer, what) {
	const type = (answer.headers['content-type'] ?? '').split(';')[0].trim();
	if (!response.content) {
		assert.equal(answer.raw?.length ?? 0, 0, `${what} has a body: ${answer.text}`);
		return;
	}
	assert.ok(response.content[type], `${what} has the type "${type}"`);
	if (request.method === 'HEAD') {
		assert.equal(answer.raw.length, 0, `${what} has a body`);
		return;
	}
	if (type === 'text/event-stream') return;
	const value = /json$/.test(type) ? answer.json : answer.text;
	validate(`${pointer}/content/${step(type)}/schema`, value, what);
	if (type === 'application/problem+json') checkProblem(answer, what);
}

/** No answer shows a secret but the one that is made to. */
function checkSecrets(server, request, route, answer, what) {
	const shows = `${answer.text ?? ''}\n${Object.values(answer.headers).join('\n')}`;
	for (const word of shows.match(/[A-Za-z0-9_-]{32,}/g) ?? [])
		for (let at = 0; at + 32 <= word.length; at++) {
			const secret = word.slice(at, at + 32);
			const kind = server.secrets.get(secret);
			const own = kind === 'peerToken' && route?.path === '/{id}/signal' && request.method === 'POST';
			assert.ok(kind === undefined || own, `${what} shows a ${kind}`);
		}
	for (const name of ['streamKey', 'peerToken'])
		if (answer.json?.[name]) server.secrets.set(answer.json[name], name);
}

/**
 * Fails with what is wrong about an answer.
 * @param {import('./server.js').Server} server
 * @param {{ method: string, path: string, headers?: Record<string, string> }} request `path` from the root, with query
 * @param {{ status: number, headers: Record<string, string>, text?: string, json?: any, raw?: Buffer }} answer
 */
export function checkAnswer(server, request, answer) {
	const what = `${request.method} ${request.path.replace(/[?].*/, '?…')} -> ${answer.status}`;
	const route = routeOf(request.path);
	checkSecrets(server, request, route, answer, what);
	assert.ok(answer.status !== 500 || server.mayFail, `${what}: ${answer.text}`);
	validate('/components/headers/X-Request-Id/schema', answer.headers['x-request-id'] ?? null, `${what}: X-Request-Id`);
	checkCors(server, request, answer, what);
	if (!route) {
		assert.equal(answer.status, 404, `${what}: the contract has no such path`);
		return request.method === 'HEAD' ? undefined : checkProblem(answer, what);
	}
	const method = request.method === 'HEAD' ? 'get' : request.method.toLowerCase();
	if (method === 'options') checkPreflight(route, answer, what);
	const operation = route.item[method];
	if (!operation || (request.method === 'HEAD' && !methodsOf(route).includes('HEAD'))) return checkMethod(route, answer, what);
	const documented = operation.responses[answer.status] ?? EVERYWHERE[answer.status];
	assert.ok(documented, `${what}: the contract has no such status here: ${answer.text}`);
	const place = `/paths/${step(route.path)}/${method}/responses/${answer.status}`;
	const { node, pointer } = follow(documented, place);
	checkHeaders(node, answer, what);
	checkBody(request, node, pointer, answer, what);
}

/**
 * Fails with what is wrong about an event of an event stream.
 * @param {string} path from the root, with query
 * @param {import('./sse.js').SseEvent} event
 */
export function checkEvent(path, event) {
	const route = routeOf(path);
	const schemas = route.item.get.responses['200'].content['text/event-stream']['x-events'];
	const name = event.type in schemas ? event.type : '*';
	assert.ok(schemas[name], `${route.path} has no event "${event.type}"`);
	const place = `/paths/${step(route.path)}/get/responses/200/content/text~1event-stream/x-events/${step(name)}`;
	validate(place, event.data, `the event "${event.type}" of ${route.path}`);
}
