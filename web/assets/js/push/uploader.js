// @ts-check
/**
 * Brings what was recorded to the server: one request at a time, in order, a
 * segment and then the list that tells of it. A server that is away or asks
 * for patience is tried again for as long as the page is open, and nothing is
 * lost meanwhile; only what the server will never take is given up, and what
 * no longer fits into memory, the oldest first. Both become gaps in the list.
 */

import { Problem } from '../api.js';
import { Backoff, pause } from '../backoff.js';
import { Playlist } from './playlist.js';

const LIST_NAME = 'index.m3u8';
const VIDEO_TYPE = 'video/mp4';
/** A request that is slower than this is hopeless: begin it anew. */
const TIMEOUT_MS = 20_000;
const SLOWEST_BYTES_PER_MS = 8;
/** So often in a row may the server refuse a list before we give up. */
const REFUSALS_MAX = 5;

/**
 * @typedef {(name: string, body: Blob, options: {token: string|null, signal: AbortSignal,
 *     timeoutMs: number}) => Promise<unknown>} Put  rejects with a Problem
 *
 * @typedef {object} Item
 * @property {'init'|'segment'|'picture'} kind
 * @property {string} name
 * @property {Blob} body
 * @property {import('./playlist.js').Entry|null} entry
 *
 * @typedef {object} UploaderEvents
 * @property {() => void} change  the queue is another
 * @property {(problem: Problem|null) => void} trouble  why nothing moves, or null
 * @property {(problem: Problem|null, seconds: number) => void} lost  a gap; null: no more memory
 * @property {(problem: Problem) => void} refused  the uploader has ended
 * @property {() => Promise<void>} denied  awaited before a refusal is believed: a
 *     new key may be on its way
 */

export class Uploader {
	/** @type {Item[]} */ #queue = [];
	/** Inits of the segments that are listed, to be sent again if one is missed. @type {Item[]} */
	#inits = [];
	#bytes = 0;
	#refusals = 0;
	/** @type {Item|null} */ #inFlight = null;
	#abort = new AbortController();
	#wake = () => {};
	/** @type {(() => void)[]} */ #drained = [];
	#isRunning = false;
	#playlist;
	#put;
	#key;
	#bytesMax;
	#on;

	/**
	 * @param {Put} put
	 * @param {() => string|null} key asked for at every request: it may be rotated
	 * @param {{bytesMax: number, targetSeconds: number}} limits  what may wait in
	 *     memory; how long a segment may be
	 * @param {UploaderEvents} on
	 */
	constructor(put, key, { bytesMax, targetSeconds }, on) {
		this.#playlist = new Playlist(targetSeconds);
		this.#put = put;
		this.#key = key;
		this.#bytesMax = bytesMax;
		this.#on = on;
	}

	get secondsBehind() {
		return this.#playlist.secondsBehind;
	}

	/** @param {string} name @param {Uint8Array} bytes */
	addInit(name, bytes) {
		this.#add({ kind: 'init', name, body: blobOf(bytes, VIDEO_TYPE), entry: null });
	}

	/**
	 * @param {{name: string, init: string, seconds: number, atMs: number, isDiscontinuity: boolean}} facts
	 * @param {Uint8Array} bytes
	 */
	addSegment(facts, bytes) {
		/** @type {import('./playlist.js').Entry} */
		const entry = { ...facts, state: 'waiting', isListed: false };
		this.#playlist.add(entry);
		this.#add({ kind: 'segment', name: facts.name, body: blobOf(bytes, VIDEO_TYPE), entry });
	}

	/** A picture waits its turn, and takes the place of one that still waits. @param {Blob} body */
	addPicture(body) {
		this.#queue = this.#queue.filter((item) => item.kind !== 'picture' || item === this.#inFlight);
		this.#add({ kind: 'picture', name: 'poster.jpg', body, entry: null });
	}

	/** @returns {Promise<void>} once all is there, or the uploader has ended */
	drain() {
		return new Promise((resolve) => {
			this.#drained.push(resolve);
			this.#tellDrained();
		});
	}

	/** Drops what was not sent. */
	close() {
		this.#abort.abort();
		this.#queue = [];
		this.#bytes = 0;
		this.#wake();
		this.#tellDrained();
	}

	/** @param {Item} item */
	#add(item) {
		if (this.#abort.signal.aborted) return;
		this.#queue.push(item);
		this.#bytes += item.body.size;
		this.#bound();
		this.#on.change();
		this.#wake();
		if (!this.#isRunning) this.#run();
	}

	/** Gives up the oldest segments where all of them don't fit. */
	#bound() {
		let seconds = 0;
		while (this.#bytes > this.#bytesMax) {
			const at = this.#queue.findIndex((item) => item.entry && item !== this.#inFlight);
			if (at < 0) break;
			const [item] = this.#queue.splice(at, 1);
			this.#bytes -= item.body.size;
			const entry = /** @type {import('./playlist.js').Entry} */ (item.entry);
			entry.state = 'gap';
			seconds += entry.seconds;
		}
		if (seconds) this.#on.lost(null, seconds);
	}

	async #run() {
		const { signal } = this.#abort;
		this.#isRunning = true;
		while (!signal.aborted) {
			if (this.#playlist.hasNews) await this.#sendList();
			else if (this.#queue.length) await this.#sendItem(this.#queue[0]);
			else await this.#idle();
			this.#tellDrained();
			if (!signal.aborted) this.#on.change();
		}
	}

	/** @returns {Promise<void>} */
	#idle() {
		return new Promise((resolve) => {
			this.#wake = resolve;
			if (this.#queue.length || this.#abort.signal.aborted) resolve();
		});
	}

	#tellDrained() {
		const isOver = this.#abort.signal.aborted;
		if (!isOver && (this.#queue.some((item) => item.kind !== 'picture') || this.#playlist.hasNews)) return;
		for (const resolve of this.#drained.splice(0)) resolve();
	}

	/** @param {Item} item */
	async #sendItem(item) {
		this.#inFlight = item;
		const problem = await this.#deliver(item.name, item.body, item.kind === 'picture');
		this.#inFlight = null;
		if (this.#abort.signal.aborted) return;
		this.#queue.splice(this.#queue.indexOf(item), 1);
		this.#bytes -= item.body.size;
		if (item.kind === 'init') this.#inits.push(item);
		if (!item.entry) return;
		item.entry.state = problem ? 'gap' : 'sent';
		if (problem) this.#on.lost(problem, item.entry.seconds);
	}

	async #sendList() {
		const entries = this.#playlist.listed;
		const body = new Blob([String(this.#playlist)], { type: 'application/vnd.apple.mpegurl' });
		const problem = await this.#deliver(LIST_NAME, body);
		if (this.#abort.signal.aborted) return;
		if (!problem) {
			this.#refusals = 0;
			this.#playlist.confirm(entries);
			const used = new Set(this.#playlist.listed.map((entry) => entry.init));
			const last = this.#inits[this.#inits.length - 1];
			this.#inits = this.#inits.filter((item) => item === last || used.has(item.name));
			return;
		}
		this.#refusals += 1;
		if (this.#refusals >= REFUSALS_MAX) {
			this.#refuse(problem);
		} else if (problem.status === 412) {
			for (const item of this.#inits) await this.#deliver(item.name, item.body);
		} else {
			this.#on.trouble(problem);
			await pause(1000 * this.#refusals, this.#abort.signal);
		}
	}

	/**
	 * Sends one file, and tries until there is an answer that stands.
	 * @param {string} name @param {Blob} body
	 * @param {boolean} [isExtra]  what can be done without: a refusal ends nothing
	 * @returns {Promise<Problem|null>} null: the server has it
	 */
	async #deliver(name, body, isExtra = false) {
		const { signal } = this.#abort;
		const backoff = new Backoff();
		const timeoutMs = TIMEOUT_MS + body.size / SLOWEST_BYTES_PER_MS;
		while (!signal.aborted) {
			const token = this.#key();
			try {
				await this.#put(name, body, { token, signal, timeoutMs });
				this.#on.trouble(null);
				return null;
			} catch (error) {
				if (signal.aborted) return null;
				if (!(error instanceof Problem)) throw error;
				if (isRefusal(error)) await this.#on.denied();
				// A key that changed while the request was under way.
				if (isRefusal(error) && this.#key() !== token) continue;
				if (isRefusal(error) && !isExtra) {
					this.#refuse(error);
					return error;
				}
				if (!mayPass(error)) return error;
				this.#on.trouble(error);
				await pause(Math.max(backoff.nextMs(), (error.retryAfter ?? 0) * 1000), signal);
			}
		}
		return null;
	}

	/** @param {Problem} problem */
	#refuse(problem) {
		this.close();
		this.#on.refused(problem);
	}
}

/** The same request may be answered otherwise in a while. @param {Problem} problem */
function mayPass({ status }) {
	return status === 0 || status === 408 || status === 409 || status === 429 || status >= 500;
}

/** The server takes nothing from this page, now or later. @param {Problem} problem */
function isRefusal({ status }) {
	return [401, 403, 404, 405, 415, 501].includes(status);
}

/** @param {Uint8Array} bytes @param {string} type */
function blobOf(bytes, type) {
	// A Blob, for a browser may keep it on a disk.
	return new Blob([/** @type {BlobPart} */ (bytes)], { type });
}
