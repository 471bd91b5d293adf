/**
 * WHEP as a player speaks it, with descriptions that a test makes: no media is behind them.
 */
import assert from 'node:assert/strict';

import { checkAnswer, checkEvent } from './contract.js';
import { bearer } from './client.js';
import { openEvents } from './sse.js';

export const SDP = { 'content-type': 'application/sdp' };
export const FRAGMENT = { 'content-type': 'application/trickle-ice-sdpfrag' };
const FINGERPRINT = Array(32).fill('AB').join(':');

/** A media section. */
export function section(kind, mid, { direction = 'recvonly', port = 9, more = [] } = {}) {
	return [
		`m=${kind} ${port} UDP/TLS/RTP/SAVPF 96`, 'c=IN IP4 0.0.0.0', `a=mid:${mid}`, `a=${direction}`,
		'a=rtcp-mux', 'a=rtpmap:96 VP8/90000', ...more,
	];
}

/** Lines as a description ends them. */
export function lines(...all) {
	return `${all.flat().join('\r\n')}\r\n`;
}

/** What stands before the sections. */
export function head({ ufrag = 'ufrg', pwd = 'p'.repeat(22), fingerprint = FINGERPRINT } = {}) {
	return [
		'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1', 'a=ice-options:trickle',
		`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`, ...(fingerprint ? [`a=fingerprint:sha-256 ${fingerprint}`] : []),
	];
}

/** A player's offer of a picture and sound. */
export function offerOf({ direction, ...who } = {}) {
	return lines(head(who), section('video', 0, { direction }), section('audio', 1, { direction }));
}

/** What a publisher's page answers. */
export function answerOf({ ufrag = 'answ', direction = 'sendonly' } = {}) {
	const more = ['a=candidate:1 1 udp 2130706431 192.0.2.9 50000 typ host', 'a=end-of-candidates'];
	return lines(head({ ufrag, pwd: 'q'.repeat(22) }), section('video', 0, { direction, more }), section('audio', 1, { direction }));
}

/** Candidates of a player. */
export function fragmentOf({ ufrag = 'ufrg', pwd = 'p'.repeat(22), candidates = 1, end = false } = {}) {
	return lines(
		`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`, 'm=video 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:0',
		Array.from({ length: candidates }, (_, n) => `a=candidate:${n} 1 udp 1 192.0.2.1 ${1000 + n} typ host`),
		end ? ['a=end-of-candidates'] : [],
	);
}

/** The links of an answer, as [{ url, rel, … }]. */
export function linksOf({ headers }) {
	return [...(headers.link ?? '').matchAll(/<([^>]*)>((?:; *[\w-]+="(?:[^"\\]|\\.)*")*)/g)].map(([, url, rest]) => ({
		url, ...Object.fromEntries([...rest.matchAll(/([\w-]+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value])),
	}));
}

/** POSTs an offer, whatever comes of it. */
export function offer(api, id, { body = offerOf(), headers = SDP, key = '', query = '', ...options } = {}) {
	return api.request('POST', `/${id}/whep${query}`, {
		body, headers: { ...headers, ...(key ? bearer(key) : {}) }, ...options,
	});
}

/** A player's session, from its 201 on. */
export class Session {
	/**
	 * Offers, and lets the publisher answer.
	 * @param {import('./client.js').Client} api
	 * @param {{ id: string, publisher: import('./peers.js').Publisher }} stream
	 */
	static async begin(api, { id, publisher }, { answer = answerOf(), ...options } = {}) {
		const waiting = offer(api, id, options);
		const message = await publisher.answerNext({ type: 'answer', sdp: answer });
		const created = await waiting;
		assert.equal(created.status, 201, created.text);
		const session = new Session(api, created);
		session.peerId = message.from;
		return session;
	}

	constructor(api, created) {
		this.api = api;
		this.created = created;
		this.tag = created.headers.etag;
		this.path = new URL(created.headers.location).pathname;
	}

	get events() {
		return new URL(linksOf(this.created).find(({ rel }) => /server-sent-events$/.test(rel)).url).pathname;
	}

	patch(body, { match = this.tag, headers = FRAGMENT } = {}) {
		return this.api.raw('PATCH', this.path, { body, headers: { ...headers, ...(match === null ? {} : { 'if-match': match }) } });
	}

	end(headers = {}) {
		return this.api.raw('DELETE', this.path, { headers });
	}

	/** Asks for events and reads them. */
	async listen(names = []) {
		const asked = await this.api.raw('POST', this.events, { json: names });
		assert.equal(asked.status, 201, asked.text);
		return this.read(new URL(asked.headers.location).pathname);
	}

	async read(path) {
		const { server } = this.api;
		const stream = await openEvents(server.port, path, {}, (event) => checkEvent(path, event));
		checkAnswer(server, { method: 'GET', path, headers: {} }, stream);
		return stream;
	}
}
