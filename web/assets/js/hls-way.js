// @ts-check
/**
 * One attempt to get the picture by HLS: the live end of a broadcast, the
 * broadcast from its beginning (`dvr`), or what was kept of it (`replay`). It
 * knows no server and no other attempt. It watches its own picture: one that
 * stands still says so, and one that stands while there is more to show is
 * given up.
 */

import { HlsSource, aheadOf } from './hls-source.js';

const EVERY_MS = 250;
/** A picture that stands this long is said to stand. */
const STILL_MS = 4000;
/** The first frame, or the next of those that are there, takes no longer. */
const WEDGED_MS = 20_000;
/** So much media ahead of a picture that stands: it isn't the sender's fault. */
const AHEAD_SECONDS = 2;
/** Behind the live end by more than a pause to breathe. */
const BEHIND_SECONDS = 10;

/**
 * @typedef {import('./api.js').Problem} Problem
 * @typedef {import('./viewer-ways.js').Way} Way
 *
 * @typedef {object} HlsEvents
 * @property {() => void} flowing  once: the first frame has come
 * @property {() => void} [still]  the picture stands, for want of media
 * @property {() => void} [moves]  and moves again
 * @property {(reason: string) => void} lost  once: another attempt may do
 * @property {(problem: Problem) => void} refused  once: none will
 */

/** @implements {Way} */
export class HlsWay {
	/** @type {'hls'} */ kind = 'hls';
	/** @type {HlsSource|null} */ #source = null;
	/** @type {HTMLVideoElement|null} */ #video = null;
	#timer = 0;
	#isOver = false;
	#isFlowing = false;
	#isStill = false;
	#time = -1;
	#advancedAt = performance.now();
	#measuredAt = performance.now();
	/** @type {(() => void)|null} */ #onFinished = null;
	#startAt;
	#on;

	/**
	 * @param {string} url the playlist
	 * @param {'live'|'dvr'|'replay'} what
	 * @param {number|undefined} startAt seconds from the beginning
	 * @param {HlsEvents} on
	 */
	constructor(url, what, startAt, on) {
		this.url = url;
		this.what = what;
		this.#startAt = startAt;
		this.#on = on;
	}

	/** @param {HTMLVideoElement} video */
	attach(video) {
		this.#video = video;
		const options = { isLive: this.what === 'live', startAt: this.#startAt };
		this.#source = new HlsSource(video, this.url, options, {
			broken: (reason) => this.#end(() => this.#on.lost(reason)),
			refused: (problem) => this.#end(() => this.#on.refused(problem)),
		});
		this.#advancedAt = performance.now();
		this.#source.open();
		this.#timer = window.setInterval(() => this.#measure(), EVERY_MS);
	}

	/** @param {number} ms */
	hasMoved(ms) {
		return this.#isFlowing && !this.#isOver && performance.now() - this.#advancedAt < ms;
	}

	/** Seconds into the playlist. */
	get time() {
		return Math.max(0, this.#time);
	}

	/** The viewer went back or paused: what they see isn't to be changed. */
	get isHeld() {
		if (this.what !== 'live') return true;
		if (!this.#isFlowing || !this.#video) return false;
		return this.#video.paused || this.behindSeconds > BEHIND_SECONDS;
	}

	/** How far behind the live end, beyond what a player keeps for safety. */
	get behindSeconds() {
		if (!this.#source) return 0;
		return Math.max(0, this.#source.latency - this.#source.targetLatency);
	}

	/** Back to the live end. */
	toEdge() {
		const edge = this.#source?.edge ?? null;
		if (!this.#video) return;
		if (edge !== null && Number.isFinite(edge)) this.#video.currentTime = edge;
		// What catching up would do, the jump has done.
		this.#video.playbackRate = 1;
		this.#video.play().catch(() => {});
	}

	/**
	 * The broadcast is over, and this plays to its end.
	 * @returns {Promise<void>} there is no more, or nobody waits for it
	 */
	finish() {
		return new Promise((resolve) => {
			this.#onFinished = resolve;
			this.#measure();
		});
	}

	/** Lets go of the element; the picture goes with it. */
	close() {
		this.#end(() => {});
		this.#source?.close();
	}

	/** @param {() => void} say */
	#end(say) {
		if (this.#isOver) return;
		this.#isOver = true;
		clearInterval(this.#timer);
		this.#onFinished?.();
		say();
	}

	#measure() {
		const video = this.#video;
		if (!video || this.#isOver) return;
		const now = performance.now();
		// A page that slept proves nothing; nor does a picture that is held.
		const isExcused = now - this.#measuredAt > 3000 || (this.#isFlowing && video.paused);
		this.#measuredAt = now;
		const hasFrame = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
		// Where even silent video may not start by itself, the viewer will.
		const isRefused = !this.#isFlowing && video.paused && now - this.#advancedAt > STILL_MS;
		const isMoving = hasFrame && (video.currentTime !== this.#time || isRefused);
		if (isMoving || isExcused) this.#advancedAt = now;
		this.#time = video.currentTime;
		if (isMoving) this.#onMoves();
		else this.#onStands(video, now - this.#advancedAt);
		if (this.#onFinished && this.#isDone(video)) this.#onFinished();
	}

	#onMoves() {
		if (!this.#isFlowing) {
			this.#isFlowing = true;
			this.#on.flowing();
		} else if (this.#isStill) {
			this.#on.moves?.();
		}
		this.#isStill = false;
	}

	/** @param {HTMLVideoElement} video @param {number} ms */
	#onStands(video, ms) {
		if (video.ended) return;
		if (this.#isFlowing && ms > STILL_MS && !this.#isStill) {
			this.#isStill = true;
			this.#on.still?.();
		}
		if (ms <= WEDGED_MS) return;
		if (this.#isFlowing && aheadOf(video) < AHEAD_SECONDS) return;
		this.#end(() => this.#on.lost('the picture stood still'));
	}

	/** @param {HTMLVideoElement} video */
	#isDone(video) {
		if (video.ended || this.#isStill) return true;
		return this.what === 'live' && video.paused;
	}
}
