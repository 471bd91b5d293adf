// @ts-check
/**
 * How large and how finely the picture is pushed: down where the machine or
 * the line doesn't keep up, up again after a calm that is longer each time it
 * did not hold.
 */

/** @typedef {{lines: number, bps: number}} Level */

/** @type {Level[]} */
const LEVELS = [
	{ lines: 720, bps: 2_500_000 },
	{ lines: 720, bps: 1_500_000 },
	{ lines: 540, bps: 1_000_000 },
	{ lines: 360, bps: 600_000 },
	{ lines: 270, bps: 350_000 },
];
/** After a step down its effect is awaited. */
const SETTLE_MS = 10_000;
const CALM_MS = 60_000;
const CALM_MAX_MS = 16 * CALM_MS;

export class Ladder {
	#at = 0;
	#calmMs = CALM_MS;
	#wasUp = false;
	#changedMs;
	#troubledMs;

	/** @param {number} nowMs  a beginning is awaited like a step */
	constructor(nowMs) {
		this.#changedMs = nowMs;
		this.#troubledMs = nowMs;
	}

	get level() {
		return LEVELS[this.#at];
	}

	/**
	 * @param {number} nowMs
	 * @param {'machine'|'line'} what  a machine needs a smaller picture, a line fewer bits
	 * @returns {boolean} whether the level is another now
	 */
	down(nowMs, what) {
		this.#troubledMs = nowMs;
		if (nowMs - this.#changedMs < SETTLE_MS) return false;
		const { lines } = this.level;
		const next = LEVELS.findIndex((one, i) => i > this.#at && (what === 'line' || one.lines < lines));
		if (next < 0) return false;
		// The step up before this did not hold: wait longer before the next.
		if (this.#wasUp) this.#calmMs = Math.min(CALM_MAX_MS, this.#calmMs * 2);
		this.#wasUp = false;
		this.#at = next;
		this.#changedMs = nowMs;
		return true;
	}

	/** Called now and then while all is well. @param {number} nowMs @returns {boolean} the same */
	up(nowMs) {
		if (this.#at === 0) return false;
		if (nowMs - Math.max(this.#troubledMs, this.#changedMs) < this.#calmMs) return false;
		this.#at -= 1;
		this.#wasUp = true;
		this.#changedMs = nowMs;
		return true;
	}
}
