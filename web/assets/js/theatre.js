// @ts-check
/**
 * A stream on a page: the player, the viewer behind it, the replay once it is
 * over, the heartbeat, the words over the picture. The watch page and the embedded player are both
 * this, with more or less around it.
 *
 * The page's life: opened on load; closed with a goodbye when it is hidden for
 * good; opened anew when the browser takes it out of its back/forward cache.
 */

import { get, say } from './dom.js';
import { count } from './format.js';
import { Heartbeat } from './heartbeat.js';
import { HlsWay } from './hls-way.js';
import { LiveBar } from './live-bar.js';
import { Player } from './player.js';
import { Replay } from './replay.js';
import { SeekBar } from './seek-bar.js';
import { getKey, getViewerId, takeKeyFromAddress, tokenOfAddress } from './store.js';
import { Viewer } from './viewer.js';
import { wordsFor, wordsForRecording } from './words.js';

/** How long the first offer waits for the viewer's id before it goes without. */
const ID_MS = 2000;
/** The words are looked after once in so many heartbeats. */
const REFRESH_BEATS = 4;

/**
 * @typedef {object} TheatreEvents
 * @property {(stream: import('./api.js').Stream) => void} [stream]
 * @property {(state: import('./viewer-machine.js').State) => void} [state]
 */

export class Theatre {
	#player = new Player();
	#state = get('state', HTMLElement);
	#title = get('state-title', HTMLElement);
	#detail = get('state-detail', HTMLElement);
	#liveNow = get('live-now', HTMLButtonElement);
	#seekBar = new SeekBar(() => this.#player.video);
	/** @type {Viewer} */ #viewer;
	/** @type {LiveBar} */ #liveBar;
	/** @type {Replay} */ #replay;
	/** @type {import('./api.js').Stream|null} */ #stream = null;
	/** @type {Heartbeat} */ #heartbeat;
	#beats = 0;
	#on;

	/** @param {string} videoId @param {TheatreEvents} [on] */
	constructor(videoId, on = {}) {
		this.#on = on;
		takeKeyFromAddress(videoId);
		const secret = () => getKey(videoId) ?? tokenOfAddress();
		this.#viewer = new Viewer(videoId, secret, getViewerId, {
			state: (state, problem) => this.#onState(state, problem),
			stage: (way) => this.#player.stage(way),
			show: (way) => this.#show(way),
			stream: (stream) => this.#onStream(stream),
			viewers: (n) => this.#onViewers(n),
		});
		this.#liveBar = new LiveBar(this.#viewer, this.#player, this.#seekBar);
		this.#replay = new Replay(this.#player, this.#seekBar, {
			begun: () => this.#viewer.beginReplay(),
			failed: (title) => {
				this.#viewer.breakReplay();
				this.#say('ended', { title, detail: '' });
			},
		});
		this.#liveNow.addEventListener('click', () => {
			this.#player.release();
			this.#viewer.endReplay();
		});
		const credential = () => this.#viewer.credential;
		this.#heartbeat = new Heartbeat(
			videoId,
			credential,
			(beat) => this.#onBeat(beat),
			(problem) => this.#viewer.bar(problem),
		);
	}

	get viewer() {
		return this.#viewer;
	}

	async open() {
		window.addEventListener('pagehide', () => this.#close());
		window.addEventListener('pageshow', (event) => {
			if (event.persisted) this.#begin();
		});
		await this.#begin();
	}

	/** A key was given: look again. */
	retry() {
		this.#heartbeat.start();
		this.#viewer.look();
	}

	async #begin() {
		const known = this.#heartbeat.start();
		if (!getViewerId()) {
			await Promise.race([known, new Promise((done) => setTimeout(done, ID_MS))]);
		}
		this.#viewer.open();
	}

	#close() {
		this.#heartbeat.leave();
		this.#viewer.close();
	}

	/** @param {import('./heartbeat.js').Beat} beat */
	#onBeat(beat) {
		this.#onViewers(beat.viewers);
		this.#viewer.unbar();
		const isIdle = ['waiting', 'ended', 'replay'].includes(this.#viewer.state);
		if (beat.isLiveNow && isIdle && !this.#viewer.hasSession) this.#viewer.look();
		this.#beats += 1;
		if (this.#viewer.hasSession && this.#beats % REFRESH_BEATS === 0) this.#viewer.refresh();
	}

	/** @param {import('./api.js').Stream} stream */
	#onStream(stream) {
		for (const title of document.querySelectorAll('[data-title]')) say(title, stream.title);
		document.title = `${stream.title} · livebin`;
		// The first heartbeat went out before anyone knew what it takes.
		if (stream.visibility === 'PRIVATE' && this.#beats === 0) this.#heartbeat.beat();
		this.#stream = stream;
		this.#draw();
		this.#on.stream?.(stream);
	}

	/** @param {import('./viewer-ways.js').Way} way */
	async #show(way) {
		await this.#player.show(way);
		this.#liveBar.draw();
	}

	/** What depends on both the stream and the state. */
	#draw() {
		const { state } = this.#viewer;
		this.#replay.draw(this.#stream, state);
		this.#liveBar.draw();
		this.#liveNow.hidden = state !== 'replay' || !this.#stream?.isLiveNow;
		const recording = this.#stream?.recording;
		if (state !== 'ended' || !recording) return;
		say(this.#detail, wordsForRecording(recording) || wordsFor(state, null).detail);
	}

	/** @param {number} n */
	#onViewers(n) {
		for (const element of document.querySelectorAll('[data-viewers]')) {
			say(element, count(n));
			/** @type {HTMLElement} */ (element).dataset.count = String(n);
		}
	}

	/**
	 * @param {import('./viewer-machine.js').State} state
	 * @param {import('./api.js').Problem|null} problem
	 */
	#onState(state, problem) {
		this.#say(state, wordsFor(state, problem));
		if (state === 'ended' || state === 'missing') this.#player.clear();
		if (state === 'missing') this.#heartbeat.stop();
		this.#draw();
		this.#on.state?.(state);
	}

	/** @param {string} state @param {{title: string, detail: string}} words */
	#say(state, words) {
		this.#state.dataset.state = state;
		get('player', HTMLElement).dataset.state = state;
		say(this.#title, words.title);
		say(this.#detail, words.detail);
	}
}

/** What a test may look at. @param {Viewer} viewer */
export function exposeToTests(viewer) {
	const view = {
		get state() {
			return viewer.state;
		},
		get pc() {
			return viewer.pc;
		},
		get way() {
			return viewer.way?.kind ?? null;
		},
		get behind() {
			return viewer.way instanceof HlsWay ? viewer.way.behindSeconds : 0;
		},
	};
	Object.defineProperty(window, 'livebin', { value: Object.freeze(view) });
}
