// @ts-check
/**
 * A pulse that goes on in a page that nobody looks at: browsers slow down the
 * timers of such pages, but not those of workers.
 */

export class Ticker {
	/** @type {Worker|null} */ #worker = null;
	#timer = 0;

	/** @param {number} ms @param {() => void} tick */
	constructor(ms, tick) {
		try {
			this.#worker = new Worker(new URL('./ticker-worker.js', import.meta.url));
			this.#worker.onmessage = tick;
			this.#worker.postMessage(ms);
		} catch {
			this.#timer = window.setInterval(tick, ms);
		}
	}

	close() {
		this.#worker?.terminate();
		clearInterval(this.#timer);
	}
}
