// @ts-check
/**
 * Sends signals one after the other, so that they arrive in the order in
 * which they were made and hold one connection only. What fails is tried a
 * few times; a candidate that never gets through is no catastrophe, for the
 * others usually do.
 */

import { sendSignal } from './api.js';
import { retry } from './backoff.js';

export class Outbox {
	/** @type {{type: string, data: unknown, to?: string}[]} */ #queue = [];
	#isSending = false;
	#abort = new AbortController();
	#videoId;
	#token;

	/** @param {string} videoId @param {() => string|null} token */
	constructor(videoId, token) {
		this.#videoId = videoId;
		this.#token = token;
	}

	/** @param {{type: string, data: unknown, to?: string}} message */
	send(message) {
		this.#queue.push(message);
		if (!this.#isSending) this.#drain();
	}

	/** Drops what has not been sent. */
	close() {
		this.#queue = [];
		this.#abort.abort();
	}

	async #drain() {
		this.#isSending = true;
		for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
			await this.#deliver(next);
		}
		this.#isSending = false;
	}

	/** @param {{type: string, data: unknown, to?: string}} message */
	async #deliver(message) {
		const { signal } = this.#abort;
		const send = () => sendSignal(this.#videoId, message, { token: this.#token(), signal });
		await retry(send, signal).catch(() => {});
	}
}
