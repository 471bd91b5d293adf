// @ts-check
/**
 * Tells the server every 15 s that somebody watches, and learns how many do.
 * The viewer's id lives in the browser, so that a reload isn't a new viewer.
 */

import { Problem, sendHeartbeat, urlOf } from './api.js';
import { getViewerId, setViewerId } from './store.js';

const EVERY_MS = 15_000;

/** @typedef {{viewers: number, isLiveNow: boolean}} Beat */

export class Heartbeat {
	/** @type {number} */ #timer = 0;
	#videoId;
	#token;
	#onBeat;
	#onBarred;
	#onAway;

	/**
	 * @param {string} videoId
	 * @param {() => string|null} token
	 * @param {(beat: Beat) => void} onBeat
	 * @param {(problem: Problem) => void} onBarred as many as the token is for watch already
	 */
	constructor(videoId, token, onBeat, onBarred) {
		this.#videoId = videoId;
		this.#token = token;
		this.#onBeat = onBeat;
		this.#onBarred = onBarred;
		// A hidden page's timers are slowed down to once a minute, which is
		// longer than the server waits: beat when it is seen again.
		this.#onAway = () => {
			if (document.visibilityState === 'visible' && this.#timer) this.beat();
		};
	}

	/**
	 * The first beat gives the viewer's id.
	 * @returns {Promise<void>}
	 */
	start() {
		this.stop();
		this.#timer = window.setInterval(() => this.beat(), EVERY_MS);
		document.addEventListener('visibilitychange', this.#onAway);
		return this.beat();
	}

	stop() {
		clearInterval(this.#timer);
		this.#timer = 0;
		document.removeEventListener('visibilitychange', this.#onAway);
	}

	async beat() {
		const viewerId = getViewerId() ?? undefined;
		try {
			const token = this.#token();
			const answer = await sendHeartbeat(this.#videoId, { viewerId }, { token });
			setViewerId(answer.viewerId);
			if (this.#timer) this.#onBeat(answer);
		} catch (error) {
			if (!(error instanceof Problem)) return;
			// An id that the server can't read: ask for a new one next time.
			if (error.status === 400) setViewerId(null);
			if (error.kind === 'token-in-use' && this.#timer) this.#onBarred(error);
		}
	}

	/** Says goodbye as the page goes away. */
	leave() {
		this.stop();
		const viewerId = getViewerId();
		if (!viewerId) return;
		const body = { viewerId, leaving: true };
		const token = this.#token();
		if (token) {
			// A beacon can't show a key.
			sendHeartbeat(this.#videoId, body, { token, keepalive: true }).catch(() => {});
			return;
		}
		const blob = new Blob([JSON.stringify(body)], { type: 'application/json' });
		navigator.sendBeacon(urlOf(this.#videoId, 'view'), blob);
	}
}
