/**
 * A reader of Server-Sent Events, by the WHATWG's rules for the stream's lines, that also counts comments.
 */
import http from 'node:http';
import { StringDecoder } from 'node:string_decoder';

import { collect } from './http.js';
import { within } from './wait.js';

/**
 * @typedef {object} SseEvent
 * @property {string} type
 * @property {any} data parsed JSON
 * @property {string} [id] the `id:` field, where the event had one
 */

export class EventStream {
	/**
	 * @param {import('node:http').ClientRequest} request
	 * @param {import('node:http').IncomingMessage} response
	 * @param {(event: SseEvent) => void} check called with each event; its error fails the next read
	 */
	constructor(request, response, check) {
		this.status = response.statusCode;
		this.headers = response.headers;
		/** @type {SseEvent[]} */
		this.events = [];
		this.comments = 0;
		this.ended = false;
		this.error = null;
		this.#request = request;
		this.#check = check;
		const decoder = new StringDecoder('utf8');
		response.on('data', (chunk) => this.#take(decoder.write(chunk)));
		response.on('error', () => this.#end());
		response.on('close', () => this.#end());
	}

	#request;
	#check;
	#rest = '';
	#fields = { data: [], type: '', id: undefined };
	#waiters = new Set();
	#read = 0;

	#take(text) {
		const lines = (this.#rest + text).split(/\r?\n/);
		this.#rest = lines.pop();
		for (const line of lines) this.#line(line);
		this.#wake();
	}

	#line(line) {
		if (line === '') return this.#dispatch();
		if (line.startsWith(':')) {
			this.comments++;
			return;
		}
		const colon = line.indexOf(':');
		const name = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
		if (name === 'data') this.#fields.data.push(value);
		else if (name === 'event') this.#fields.type = value;
		else if (name === 'id') this.#fields.id = value;
	}

	#dispatch() {
		const { data, type, id } = this.#fields;
		this.#fields = { data: [], type: '', id: undefined };
		if (data.length === 0) return;
		try {
			const event = { type: type || 'message', id, data: JSON.parse(data.join('\n')) };
			this.events.push(event);
			this.#check(event);
		} catch (error) {
			this.error ??= error;
		}
	}

	#end() {
		this.ended = true;
		this.#wake();
	}

	#wake() {
		for (const waiter of this.#waiters) waiter();
	}

	/** Resolves when `probe` gives something truthy; fails when the stream ends before. */
	#until(what, probe) {
		return within(what, new Promise((done, fail) => {
			const look = () => {
				const got = this.error ? null : probe();
				if (!got && !this.error && !this.ended) return;
				this.#waiters.delete(look);
				if (this.error) fail(this.error);
				else if (got) done(got);
				else fail(new Error(`the event stream ended before ${what}`));
			};
			this.#waiters.add(look);
			look();
		}));
	}

	/**
	 * The next event of this type that wasn't read yet; those before it are passed over.
	 * @param {string} [type] any, where it is left out
	 * @param {(data: any) => boolean} [wanted]
	 * @returns {Promise<SseEvent>}
	 */
	next(type, wanted = () => true) {
		return this.#until(`the event "${type ?? 'any'}" came`, () => {
			while (this.#read < this.events.length) {
				const event = this.events[this.#read++];
				if ((type === undefined || event.type === type) && wanted(event.data)) return event;
			}
			return null;
		});
	}

	/** @param {number} count */
	untilComments(count) {
		return this.#until(`${count} comments came`, () => this.comments >= count);
	}

	async untilEnd() {
		await within('the end of the event stream', new Promise((done) => {
			const look = () => this.ended && done();
			this.#waiters.add(look);
			look();
		}));
		if (this.error) throw this.error;
	}

	/** Closes politely. */
	close() {
		this.#request.destroy();
	}

	/** Breaks off with RST. */
	rst() {
		this.#request.socket.resetAndDestroy();
	}
}

/**
 * Opens an event stream. Resolves with the reader, or with the answer where it isn't one.
 * @param {number} port
 * @param {string} path
 * @param {Record<string, string>} headers
 * @param {(event: SseEvent) => void} check
 * @returns {Promise<EventStream | import('./http.js').Answer>}
 */
export function openEvents(port, path, headers, check) {
	return within(`the head of ${path}`, new Promise((resolve, reject) => {
		const request = http.get({
			host: '127.0.0.1', port, path, agent: false,
			headers: { accept: 'text/event-stream', ...headers },
		});
		request.on('error', reject);
		request.on('response', (response) => {
			if (response.headers['content-type']?.startsWith('text/event-stream'))
				return resolve(new EventStream(request, response, check));
			collect(response).then(resolve, reject);
		});
	}));
}
