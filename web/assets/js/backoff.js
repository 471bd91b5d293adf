// @ts-check
/**
 * How long to wait before trying again, the waiting itself, and the trying.
 * The jitter keeps a room of viewers from coming back in the same instant after
 * the server has been away.
 */

import { Problem } from './api.js';

const TRIES = 4;

export class Backoff {
	#tries = 0;

	/** @param {number} [minMs] @param {number} [maxMs] */
	constructor(minMs = 500, maxMs = 8000) {
		this.minMs = minMs;
		this.maxMs = maxMs;
	}

	reset() {
		this.#tries = 0;
	}

	/** @returns {number} the next wait, in milliseconds */
	nextMs() {
		const ceiling = Math.min(this.maxMs, this.minMs * 2 ** this.#tries);
		if (ceiling < this.maxMs) this.#tries += 1;
		return ceiling * (0.5 + Math.random() / 2);
	}
}

/**
 * Calls back when trying again is worth more than it was a moment ago: the
 * network is back, or somebody looks at the page again.
 * @param {() => void} wake
 * @returns {() => void} takes the listeners away
 */
export function onHope(wake) {
	const seen = () => {
		if (document.visibilityState === 'visible') wake();
	};
	window.addEventListener('online', wake);
	document.addEventListener('visibilitychange', seen);
	return () => {
		window.removeEventListener('online', wake);
		document.removeEventListener('visibilitychange', seen);
	};
}

/**
 * Waits. Ends early when `signal` aborts, or on hope.
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>} never rejects; the caller looks at its signal
 */
export function pause(ms, signal) {
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			forget();
			signal?.removeEventListener('abort', done);
			resolve();
		};
		const timer = setTimeout(done, ms);
		const forget = onHope(done);
		signal?.addEventListener('abort', done);
		if (signal?.aborted) done();
	});
}

/**
 * Tries a few times what a repetition may mend.
 * @template T
 * @param {() => Promise<T>} run
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
export async function retry(run, signal) {
	const backoff = new Backoff(250, 4000);
	for (let left = TRIES; ; left -= 1) {
		try {
			return await run();
		} catch (error) {
			if (!mayPass(error) || left === 1) throw error;
			await pause(Math.max(backoff.nextMs(), (error.retryAfter ?? 0) * 1000), signal);
			if (signal.aborted) throw error;
		}
	}
}

/** @param {unknown} error @returns {error is Problem} */
function mayPass(error) {
	if (!(error instanceof Problem)) return false;
	return error.status === 0 || error.status === 429 || error.status >= 500;
}
