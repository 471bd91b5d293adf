// @ts-check
/**
 * One clock for all that is pushed: microseconds of performance.now(). A
 * camera and a microphone stamp what they give by clocks of their own, which
 * agree with no other; but nothing arrives before it was made, so what came
 * with the least delay tells how the clocks stand to each other.
 */

const BUCKET_US = 2_000_000;
const BUCKETS = 5;

export const nowUs = () => Math.round(performance.now() * 1000);

/** What one source's time is on the common clock. */
export class Clock {
	/** @type {{until: number, least: number}[]} */ #buckets = [];

	/**
	 * @param {number} us the source's stamp
	 * @param {number} arrivedUs when it came, on the common clock
	 * @returns {number} the common time; a page that was held up for a while
	 *     doesn't bend it, and a clock that drifts is followed
	 */
	map(us, arrivedUs) {
		const delay = arrivedUs - us;
		const last = this.#buckets[this.#buckets.length - 1];
		if (last && arrivedUs < last.until) last.least = Math.min(last.least, delay);
		else this.#buckets.push({ until: arrivedUs + BUCKET_US, least: delay });
		if (this.#buckets.length > BUCKETS) this.#buckets.shift();
		return us + Math.min(...this.#buckets.map((bucket) => bucket.least));
	}
}

/**
 * The time of day of moments on the common clock. A machine that slept has
 * another offset than before.
 */
export class DayTime {
	#offsetMs = Date.now() - performance.now();

	/** @param {number} us @returns {number} Unix time in milliseconds */
	at(us) {
		const offsetMs = Date.now() - performance.now();
		if (Math.abs(offsetMs - this.#offsetMs) > 1000) this.#offsetMs = offsetMs;
		return Math.round(this.#offsetMs + us / 1000);
	}
}
