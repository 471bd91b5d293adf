// @ts-check
/**
 * What a viewer can do about time while a broadcast is live: go to its
 * beginning, see how far behind they are, and come back to now. Shown where
 * it means something, and nowhere else.
 */

import { get, say } from './dom.js';
import { clock } from './format.js';
import { HlsWay } from './hls-way.js';
import { HOW } from './words.js';

const EVERY_MS = 1000;
/** As far behind as a player may be without anybody's doing. */
const BEHIND_SECONDS = 6;

export class LiveBar {
	#beginning = get('beginning', HTMLButtonElement);
	#toLive = get('to-live', HTMLButtonElement);
	/** @type {number} */ #timer = 0;
	#viewer;
	#player;
	#seekBar;

	/**
	 * @param {import('./viewer.js').Viewer} viewer
	 * @param {import('./player.js').Player} player
	 * @param {import('./seek-bar.js').SeekBar} seekBar
	 */
	constructor(viewer, player, seekBar) {
		this.#viewer = viewer;
		this.#player = player;
		this.#seekBar = seekBar;
		this.#beginning.addEventListener('click', () => {
			player.release();
			viewer.fromBeginning();
		});
		this.#toLive.addEventListener('click', () => {
			player.release();
			viewer.toLive();
		});
	}

	/** To be called when the state or the way changed. */
	draw() {
		const { state, way, hasPast } = this.#viewer;
		const isOn = state === 'live' || state === 'reconnecting';
		clearInterval(this.#timer);
		this.#timer = isOn ? window.setInterval(() => this.#tick(), EVERY_MS) : 0;
		const isPast = way instanceof HlsWay && way.what === 'dvr';
		this.#beginning.hidden = !hasPast || isPast;
		if (isOn && isPast) this.#seekBar.open();
		else if (state !== 'replay') this.#seekBar.close();
		this.#tick();
	}

	#tick() {
		const { state, way } = this.#viewer;
		const isHls = way instanceof HlsWay;
		const behind = isHls ? way.behindSeconds : 0;
		const isPast = isHls && way.what === 'dvr';
		const isPaused = isHls && this.#player.video.paused;
		const isOn = state === 'live' || state === 'reconnecting';
		this.#toLive.hidden = !isOn || !isHls || !(isPast || isPaused || behind > BEHIND_SECONDS);
		let how = '';
		if (state === 'replay') how = HOW.replay;
		else if (isOn && isPast) how = `${clock(behind * 1000)} behind live`;
		else if (isOn && behind > BEHIND_SECONDS) how = `live · ${clock(behind * 1000)} behind`;
		else if (isOn) how = isHls ? HOW.live : HOW.direct;
		for (const element of document.querySelectorAll('[data-how]')) say(element, how);
	}
}
