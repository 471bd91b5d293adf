/**
 * The API as a client calls it. Every answer is held against the contract before the caller sees it.
 */
import assert from 'node:assert/strict';

import { checkAnswer, checkEvent } from './contract.js';
import { Hanging, send, sendBytes } from './http.js';
import { openEvents } from './sse.js';

export const BASE = '/api/live';

/** @param {string} secret a stream key or a peer token */
export function bearer(secret) {
	return { authorization: `Bearer ${secret}` };
}

/** @param {string} password */
export function basic(password, name = 'anyone') {
	return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
}

function query(members) {
	const pairs = Object.entries(members).filter(([, value]) => value !== undefined);
	return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

export class Client {
	/** @param {import('./server.js').Server} server */
	constructor(server) {
		this.server = server;
	}

	/**
	 * Any request, with a path from the root.
	 * @param {string} method
	 * @param {string} path
	 * @param {object} [options] those of send(), and:
	 * @param {any} [options.json] a body, written as JSON
	 * @param {boolean} [options.tolerant] the programs are being mistreated: an answer that the web server gives by
	 *   itself is no breach
	 * @returns {Promise<import('./http.js').Answer>}
	 */
	async raw(method, path, { json, tolerant = false, ...options } = {}) {
		if (json !== undefined) {
			options.body = JSON.stringify(json);
			options.headers = { 'content-type': 'application/json', ...options.headers };
		}
		const answer = await send(this.server.port, method, path, options);
		if (!tolerant || answer.headers['x-request-id'] !== undefined)
			checkAnswer(this.server, { method, path, headers: options.headers }, answer);
		return answer;
	}

	/** Any request, with a path from the API's base. */
	request(method, path, options) {
		return this.raw(method, BASE + path, options);
	}

	/** These very bytes; the answer isn't held against anything. */
	bytes(text) {
		return sendBytes(this.server.port, text);
	}

	/** A GET that is sent and left hanging. */
	hang(path, headers) {
		return Hanging.open(this.server.port, BASE + path, headers);
	}

	/**
	 * An event stream, each of whose events is held against the contract.
	 * @returns {Promise<import('./sse.js').EventStream>}
	 */
	async events(path, headers = {}) {
		const full = BASE + path;
		const stream = await openEvents(this.server.port, full, headers, (event) => checkEvent(full, event));
		checkAnswer(this.server, { method: 'GET', path: full, headers }, stream);
		return stream;
	}

	create(json = { title: 'A stream' }, options = {}) {
		return this.request('POST', '/create', { json, ...options });
	}

	/** A stream that was created: its id and key. */
	async created(json) {
		const { status, json: body, text } = await this.create({ title: 'A stream', ...json });
		assert.equal(status, 201, text);
		return { id: body.videoId, key: body.streamKey };
	}

	/** A stream that was created and started. */
	async live(json) {
		const stream = await this.created(json);
		const { status, text } = await this.start(stream.id, stream.key);
		assert.equal(status, 200, text);
		return stream;
	}

	start(id, streamKey, options = {}) {
		return this.request('POST', `/${id}/start`, { json: { streamKey }, ...options });
	}

	stop(id, streamKey, options = {}) {
		return this.request('POST', `/${id}/stop`, { json: { streamKey }, ...options });
	}

	get(id, options) {
		return this.request('GET', `/${id}`, options);
	}

	patch(id, key, json) {
		return this.request('PATCH', `/${id}`, { json, headers: key ? bearer(key) : {} });
	}

	remove(id, key) {
		return this.request('DELETE', `/${id}`, { headers: key ? bearer(key) : {} });
	}

	rotate(id, key) {
		return this.request('POST', `/${id}/key`, { headers: key ? bearer(key) : {} });
	}

	active(members = {}, options) {
		return this.request('GET', `/active${query(members)}`, options);
	}

	view(id, json = {}, options = {}) {
		return this.request('POST', `/${id}/view`, { json, ...options });
	}

	/**
	 * A message.
	 * @param {string} id
	 * @param {string | undefined} secret key or token
	 * @param {any} json
	 */
	signal(id, secret, json, { headers, ...options } = {}) {
		return this.request('POST', `/${id}/signal`, {
			json, headers: { ...(secret ? bearer(secret) : {}), ...headers }, ...options,
		});
	}

	/** A read of one's mailbox. */
	poll(id, secret, { after, wait } = {}, { headers, ...options } = {}) {
		return this.request('GET', `/${id}/signal${query({ after, wait })}`, {
			headers: { ...(secret ? bearer(secret) : {}), ...headers }, ...options,
		});
	}
}

/**
 * Asserts an error's status, and its title and field where they are given.
 * @param {import('./http.js').Answer} answer
 */
export function assertProblem(answer, status, { title, field } = {}) {
	assert.equal(answer.status, status, answer.text);
	if (title !== undefined) assert.equal(answer.json.title, title);
	if (field !== undefined) assert.equal(answer.json.field, field, answer.text);
}
