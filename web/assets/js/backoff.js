// @ts-check
/**
 * How long to wait before trying again, and the waiting itself. The jitter
 * keeps a room of viewers from coming back in the same instant after the
 * server has been away.
 */

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
