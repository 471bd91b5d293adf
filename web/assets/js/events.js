// @ts-check
/**
 * Server-Sent Events over fetch. EventSource would do but for one thing: it
 * can't show a key, and the events of a private stream need one. Reconnects
 * by itself; every (re)connection begins with the current state, so nothing
 * has to be resumed.
 */

import { Problem, exchange } from './api.js';
import { Backoff, pause } from './backoff.js';

/** The server sends a comment every 15 s; three of them missed is a dead line. */
const SILENCE_MS = 45_000;

export class EventStream {
	/** @type {AbortController|null} */ #abort = null;
	#path;
	#token;
	#on;

	/**
	 * @param {() => string|Promise<string>} path asked at every connection
	 * @param {() => string|null} token
	 * @param {Record<string, (data: any) => void>} on by the event's name;
	 *     `problem` gets the refusals
	 */
	constructor(path, token, on) {
		this.#path = path;
		this.#token = token;
		this.#on = on;
	}

	/** Opens it; where it is open, nothing happens. */
	open() {
		if (this.#abort) return;
		this.#abort = new AbortController();
		this.#run(this.#abort.signal);
	}

	close() {
		this.#abort?.abort();
		this.#abort = null;
	}

	/** @param {AbortSignal} signal */
	async #run(signal) {
		const backoff = new Backoff();
		while (!signal.aborted) {
			let retryMs = 0;
			try {
				await this.#readOnce(signal, () => backoff.reset());
			} catch (error) {
				if (signal.aborted) return;
				if (error instanceof Problem) {
					this.#on.problem?.(error);
					retryMs = (error.retryAfter ?? 0) * 1000;
				}
			}
			if (signal.aborted) return;
			await pause(Math.max(backoff.nextMs(), retryMs), signal);
		}
	}

	/** @param {AbortSignal} signal @param {() => void} heard */
	async #readOnce(signal, heard) {
		const path = await this.#path();
		const line = new AbortController();
		const cut = () => line.abort();
		signal.addEventListener('abort', cut);
		if (signal.aborted) cut();
		let timer = setTimeout(cut, SILENCE_MS);
		const options = {
			headers: { Accept: 'text/event-stream' },
			token: this.#token(),
			signal: line.signal,
			timeoutMs: 0,
		};
		try {
			await exchange('GET', path, options, (response) =>
				this.#readBody(response, signal, () => {
					heard();
					clearTimeout(timer);
					timer = setTimeout(cut, SILENCE_MS);
				}),
			);
		} finally {
			clearTimeout(timer);
			signal.removeEventListener('abort', cut);
		}
	}

	/** @param {Response} response @param {AbortSignal} signal @param {() => void} heard */
	async #readBody(response, signal, heard) {
		const body = /** @type {ReadableStream<Uint8Array>} */ (response.body);
		const reader = body.getReader();
		const decoder = new TextDecoder();
		let rest = '';
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			heard();
			rest = this.#take(rest + decoder.decode(value, { stream: true }), signal);
		}
	}

	/**
	 * Hands over the whole events in `text` and returns what is left of it.
	 * @param {string} text @param {AbortSignal} signal
	 */
	#take(text, signal) {
		const blocks = text.replaceAll('\r\n', '\n').split('\n\n');
		const rest = blocks.pop() ?? '';
		for (const block of blocks) {
			let name = 'message';
			let data = '';
			for (const row of block.split('\n')) {
				if (row.startsWith('event:')) name = row.slice(6).trim();
				if (row.startsWith('data:')) data += row.slice(5).trimStart();
			}
			if (data && !signal.aborted) this.#on[name]?.(JSON.parse(data));
		}
		return rest;
	}
}
