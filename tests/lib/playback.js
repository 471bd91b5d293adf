/**
 * Playback tokens: those that the server makes, and those that a site's own code makes.
 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

import { command } from './admin.js';
import { bearer } from './client.js';
import { send } from './http.js';

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A JWT of these claims. @param {string} key @param {object} claims */
export function sign(key, claims, header = { alg: 'HS256', typ: 'JWT' }) {
	const text = `${part(header)}.${part(claims)}`;
	return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

/** Seconds from now, as tokens have them. */
export const soon = (seconds) => Math.floor(Date.now() / 1000) + seconds;

/**
 * The key that signs a server's tokens.
 * @param {import('./server.js').Server} server
 */
export async function signingKey(server, ...options) {
	const { code, stdout, stderr } = await command(server.dataDir, ['signing-key', ...options]);
	assert.equal(code, 0, stderr);
	assert.match(stdout, /^[A-Za-z0-9_-]{43}\n$/, 'the key alone on its line');
	const key = stdout.trim();
	server.secrets.set(key, 'signing key');
	return key;
}

/** What POST .../token answers. */
export function askToken(api, { id, key }, json) {
	return api.request('POST', `/${id}/token`, { ...(json === undefined ? {} : { json }), headers: key ? bearer(key) : {} });
}

/** A token that the key's holder has made. */
export async function tokenOf(api, stream, json = {}) {
	const answer = await askToken(api, stream, json);
	assert.equal(answer.status, 201, answer.text);
	api.server.secrets.set(answer.json.token, 'playback token');
	return answer.json.token;
}

/** The stream as its holder sees it. */
export async function seenBy(api, { id }, secret) {
	const answer = await api.get(id, { headers: secret ? bearer(secret) : {} });
	assert.equal(answer.status, 200, answer.text);
	return answer.json;
}

/** A file that an address names, as the web server gives it. */
export function fetchFile(api, url) {
	return send(api.server.port, 'GET', new URL(url).pathname);
}
