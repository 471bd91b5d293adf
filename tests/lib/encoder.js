/**
 * An encoder whose every file is sent when the test says so: names, lists and content are its own.
 */
import assert from 'node:assert/strict';

import { bearer } from './client.js';
import { until } from './wait.js';

/**
 * @typedef {object} Target a stream that is pushed to
 * @property {string} id
 * @property {string} key
 * @property {string} token of its ingestUrl
 */

/** The token of an ingestUrl. */
export function tokenOf(ingestUrl) {
	const found = /\/push\/([^/]+)\/$/.exec(ingestUrl ?? '');
	assert.ok(found, `no ingestUrl: ${ingestUrl}`);
	return found[1];
}

/**
 * A new stream that media can be pushed to.
 * @param {import('./client.js').Client} api
 * @returns {Promise<Target>}
 */
export async function target(api, json = {}) {
	const answer = await api.create({ title: 'Pushed', ...json });
	assert.equal(answer.status, 201, answer.text);
	const token = tokenOf(answer.json.ingestUrl);
	api.server.secrets.set(token, 'push token');
	return { id: answer.json.videoId, key: answer.json.streamKey, token };
}

/**
 * Sends a file with the key.
 * @param {import('./client.js').Client} api
 * @param {Target} to
 * @param {string} name
 * @param {Buffer | string} body
 */
export function put(api, to, name, body, { method = 'PUT', headers = {}, ...options } = {}) {
	return api.request(method, `/${to.id}/media/${name}`, { body, headers: { ...bearer(to.key), ...headers }, ...options });
}

/** The same with the token in the path. */
export function push(api, to, name, body, { method = 'PUT', ...options } = {}) {
	return api.raw(method, `/push/${to.token}/${name}`, { body, ...options });
}

/** What a pushed playlist says; entries are `{ name, duration }` and may have `gap`, `discontinuity`, `map`. */
export function listText(entries, { sequence = 0, map, ended = false, target: seconds, head = '' } = {}) {
	const longest = Math.max(1, ...entries.map(({ duration }) => Math.round(duration)));
	const lines = ['#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${seconds ?? longest}`, `#EXT-X-MEDIA-SEQUENCE:${sequence}`];
	if (head) lines.push(head);
	if (map) lines.push(`#EXT-X-MAP:URI="${map}"`);
	for (const { name, duration, gap, discontinuity } of entries) {
		if (discontinuity) lines.push('#EXT-X-DISCONTINUITY');
		if (gap) lines.push('#EXT-X-GAP');
		lines.push(`#EXTINF:${duration.toFixed(6)},`, name);
	}
	if (ended) lines.push('#EXT-X-ENDLIST');
	return `${lines.join('\n')}\n`;
}

export class Encoder {
	/**
	 * @param {import('./client.js').Client} api
	 * @param {Target} to
	 * @param {import('./media.js').Media} media
	 * @param {object} [options]
	 * @param {string} [options.name] what its files' names begin with
	 * @param {string} [options.folder] the segment in front of its names
	 * @param {number} [options.window] entries of its lists; 0: all
	 * @param {typeof put} [options.send]
	 * @param {object} [options.options] of each request
	 */
	constructor(api, to, media, { name = 'index', folder = '', window = 0, send = put, options = {} } = {}) {
		this.api = api;
		this.to = to;
		this.media = media;
		this.name = name;
		this.folder = folder === '' ? '' : `${folder}/`;
		this.window = window;
		this.send = send;
		this.options = options;
		/** How many segments its last list had named. */
		this.listed = 0;
	}

	get initName() {
		return this.name === 'index' ? 'init.mp4' : `${this.name}-init.mp4`;
	}

	/** @param {number} n */
	nameOf(n) {
		return `${this.name}${n}${this.media.end}`;
	}

	/** The segment that it sends as number n; it begins again behind the last. */
	source(n) {
		return this.media.segments[n % this.media.segments.length];
	}

	put(name, body, options = {}) {
		return this.send(this.api, this.to, this.folder + name, body, { ...this.options, ...options });
	}

	remove(name) {
		return this.put(name, undefined, { method: 'DELETE' });
	}

	init() {
		assert.ok(this.media.init);
		return this.put(this.initName, this.media.init);
	}

	segment(n) {
		return this.put(this.nameOf(n), this.source(n).data);
	}

	/** The text of the list that ends with segment `last`. */
	text(last, options = {}) {
		const first = this.window === 0 ? 0 : Math.max(0, last + 1 - this.window);
		const entries = [];
		for (let n = first; n <= last; n++) entries.push({ name: this.nameOf(n), duration: this.source(n).duration });
		return listText(entries, { sequence: first, map: this.media.init ? this.initName : undefined, ...options });
	}

	async list(last, options = {}) {
		const answer = await this.put(`${this.name}.m3u8`, this.text(last, options));
		if (answer.status < 300) this.listed = last + 1;
		return answer;
	}

	/** Segment and list, as ffmpeg does; the statuses of what was sent. */
	async step(n) {
		const statuses = [];
		if (n === 0 && this.media.init) statuses.push((await this.init()).status);
		statuses.push((await this.segment(n)).status, (await this.list(n)).status);
		return statuses;
	}

	/** Steps from where it is up to before `end`; all must be taken. */
	async run(end, from = this.listed) {
		for (let n = from; n < end; n++)
			for (const status of await this.step(n)) assert.ok(status === 200 || status === 201, `segment ${n}: ${status}`);
	}

	/** The last list again, ended. */
	async end() {
		const { status, text } = await this.list(this.listed - 1, { ended: true });
		assert.equal(status, 200, text);
	}
}

/** Waits until a stream is in a state. */
export function untilStatus(api, { id }, status) {
	return until(`the stream is ${status}`, async () => {
		const { json } = await api.get(id);
		return json.status === status ? json : null;
	});
}
