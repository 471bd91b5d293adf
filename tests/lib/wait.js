/**
 * Waiting without guessing: look again until it is so, with a ceiling that only a hang reaches.
 */

/** A time that a busy machine keeps and a hang doesn't. */
export const PATIENCE_MS = 60_000;

/** @param {number} ms */
export function sleep(ms) {
	return new Promise((done) => setTimeout(done, ms));
}

/**
 * Calls `probe` until it gives something truthy, and gives that back.
 * @template T
 * @param {string} what said when the time is up
 * @param {() => T | Promise<T>} probe
 * @param {{ timeout?: number, every?: number }} [options] milliseconds
 * @returns {Promise<T>}
 */
export async function until(what, probe, { timeout = PATIENCE_MS, every = 50 } = {}) {
	const end = Date.now() + timeout;
	for (;;) {
		const got = await probe();
		if (got) return got;
		if (Date.now() > end) throw new Error(`waited ${timeout} ms in vain until ${what}`);
		await sleep(every);
	}
}

/**
 * The promise, or an error that says what was waited for.
 * @template T
 * @param {string} what
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function within(what, promise, timeout = PATIENCE_MS) {
	let timer;
	const late = new Promise((_, fail) => {
		timer = setTimeout(() => fail(new Error(`waited ${timeout} ms in vain for ${what}`)), timeout);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
