// @ts-check
/**
 * The two ways to a picture, and when each is tried. *Direct* is WebRTC from
 * the broadcaster's page: at once, but for as many as that page can serve.
 * *HLS* is files of the web server: some seconds behind, for any crowd.
 *
 *   direct is tried from the first moment on, and for ever;
 *   HLS is taken while direct has no picture: it was refused, it broke, or it
 *   takes longer than a head start;
 *   with HLS on the screen direct is tried again with patience, and takes
 *   over once it has a picture, unless the viewer paused or went back.
 *
 * Nothing here touches a page, so that it can be tested without one.
 */

/** Direct gets so long before HLS is begun beside it. */
export const HEAD_START_MS = 4000;
/** The wait for another try of direct while HLS plays; half of it is chance. */
const PATIENCE_MS = 40_000;
const PATIENCE_MAX_MS = 160_000;

/**
 * One attempt to get the picture, from its beginning to its end.
 *
 * @typedef {object} Way
 * @property {'direct'|'hls'} kind
 * @property {(video: HTMLVideoElement) => void} attach puts its picture there
 * @property {(ms: number) => boolean} hasMoved whether a frame came in the last `ms`
 * @property {() => void} close
 *
 * @typedef {object} Facts
 * @property {string|null} hlsUrl null: there is no playlist, or it can't be played here
 * @property {boolean} isMoving a picture moves on the screen
 * @property {boolean} hasFailed direct was refused or broke since it last flowed
 * @property {number} triedMs how long direct has been tried in vain
 */

/** Whether HLS is to be begun. @param {Facts} facts */
export function wantsHls({ hlsUrl, isMoving, hasFailed, triedMs }) {
	if (!hlsUrl || isMoving) return false;
	return hasFailed || triedMs >= HEAD_START_MS;
}

/**
 * The playlist from the broadcast's beginning, which lies beside the live one.
 * @param {string} hlsUrl @param {string} base
 */
export const dvrOf = (hlsUrl, base) => new URL('dvr.m3u8', new URL(hlsUrl, base)).href;

/**
 * How long HLS plays on before direct is tried again. A direct way that keeps
 * breaking is tried ever less often, so that the picture doesn't change to and
 * fro; a room that is full costs nobody anything.
 */
export class Patience {
	#breaks = 0;
	#chance;

	/** @param {() => number} [chance] */
	constructor(chance = Math.random) {
		this.#chance = chance;
	}

	/** The direct way had its chance and broke. */
	broke() {
		this.#breaks += 1;
	}

	/** It held, or the broadcaster's page is another. */
	reset() {
		this.#breaks = 0;
	}

	nextMs() {
		const doublings = Math.min(8, Math.max(0, this.#breaks - 1));
		const ceiling = Math.min(PATIENCE_MAX_MS, PATIENCE_MS * 2 ** doublings);
		return ceiling * (0.5 + this.#chance() / 2);
	}
}

/**
 * What a refused offer means to the state.
 * @param {import('./api.js').Problem} problem
 * @returns {import('./viewer-machine.js').Event}
 */
export function eventOf(problem) {
	if (problem.status === 409) return 'absent';
	if (problem.status === 501) return 'unplayable';
	const words = `${problem.title} ${problem.detail}`;
	if (problem.status === 503 && /viewer|peer|full/i.test(words)) return 'full';
	return 'failed';
}
