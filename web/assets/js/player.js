// @ts-check
/**
 * The picture and its controls: play, sound, picture-in-picture, full screen,
 * and their keys. It knows nothing of streams; it is handed ways to a picture
 * and shows the one it is told to, once that has a frame.
 *
 * It starts without sound, for browsers forbid anything else; the big button
 * over the picture turns it on and then goes away for good.
 */

import { get, say } from './dom.js';
import { Screens, empty, firstFrame } from './screens.js';
import { getPreference, setPreference } from './store.js';

const IDLE_MS = 3000;

/** @typedef {import('./viewer-ways.js').Way} Way */

export class Player {
	#root = get('player', HTMLElement);
	#screens = new Screens(get('video', HTMLVideoElement));
	/** Getting ready behind, and seen. @type {Way|null} */ #staged = null;
	/** @type {Way|null} */ #shown = null;
	#unmute = get('unmute', HTMLButtonElement);
	#play = get('play', HTMLButtonElement);
	#mute = get('mute', HTMLButtonElement);
	#volume = get('volume', HTMLInputElement);
	#pip = get('pip', HTMLButtonElement);
	#full = get('fullscreen', HTMLButtonElement);
	#idleTimer = 0;
	#wasAsked = false;
	/** The viewer paused: a change of pictures is no reason to play on. */
	#isHeld = false;

	constructor() {
		const video = this.video;
		video.muted = true;
		video.volume = Number(getPreference('volume', '1')) || 1;
		this.#unmute.addEventListener('click', () => this.#setMuted(false));
		this.#mute.addEventListener('click', () => this.#setMuted(!this.video.muted));
		this.#play.addEventListener('click', () => this.#togglePlay());
		this.#full.addEventListener('click', () => this.#toggleFull());
		this.#pip.addEventListener('click', () => this.#togglePip());
		this.#volume.addEventListener('input', () => {
			this.video.volume = Number(this.#volume.value) / 100;
			this.#setMuted(this.video.volume === 0);
		});
		const changes = ['play', 'pause', 'volumechange', 'loadeddata', 'emptied', 'ended'];
		this.#screens.listen(changes, () => this.#draw());
		document.addEventListener('fullscreenchange', () => this.#draw());
		document.addEventListener('keydown', (event) => this.#onKey(event));
		for (const name of ['pointermove', 'pointerdown', 'focusin']) {
			this.#root.addEventListener(name, () => this.#wake());
		}
		this.#screens.listen(['click'], () => {
			if (matchMedia('(hover: hover)').matches) this.#togglePlay();
		});
		this.#pip.hidden = !document.pictureInPictureEnabled;
		this.#full.hidden = !this.#canFull();
		this.#wake();
		this.#draw();
	}

	/** The element that is seen. */
	get video() {
		return this.#screens.front;
	}

	/**
	 * Gives a way the element behind, to get its picture ready there. Another
	 * that was getting ready has lost its place, and is closed.
	 * @param {Way} way
	 */
	stage(way) {
		const { back } = this.#screens;
		this.#unstage();
		this.#staged = way;
		back.muted = true;
		back.playbackRate = 1;
		way.attach(back);
		back.play().catch(() => {});
	}

	/**
	 * Shows a way's picture as soon as it has a frame; until then what is on
	 * the screen stays. Then the way that was shown is closed.
	 * @param {Way} way
	 */
	async show(way) {
		if (way === this.#shown) {
			// It was mended where it is.
			this.#unstage();
			return;
		}
		if (way !== this.#staged) this.stage(way);
		await firstFrame(this.#screens.back);
		if (way !== this.#staged) return;
		const before = this.#shown;
		this.#staged = null;
		this.#shown = way;
		this.#screens.swap();
		if (this.#isHeld) this.video.pause();
		else this.#start();
		before?.close();
		this.#draw();
	}

	/** Takes the picture away: the broadcast is over. */
	clear() {
		this.#staged?.close();
		this.#shown?.close();
		this.#staged = null;
		this.#shown = null;
		this.#isHeld = false;
		empty(this.#screens.front);
		empty(this.#screens.back);
		this.#draw();
	}

	#unstage() {
		this.#staged?.close();
		this.#staged = null;
		empty(this.#screens.back);
	}

	/** What comes next plays, though this was paused. */
	release() {
		this.#isHeld = false;
	}

	/** Where the viewer asked for more than a picture. */
	soundOn() {
		if (this.video.volume > 0) this.video.muted = false;
	}

	async #start() {
		const { video } = this;
		this.#isHeld = false;
		try {
			await video.play();
		} catch (error) {
			// Without sound it is always allowed to play.
			if (/** @type {Error} */ (error).name !== 'NotAllowedError') return;
			video.muted = true;
			await video.play().catch(() => {});
		}
		this.#draw();
	}

	/** @param {boolean} isMuted */
	#setMuted(isMuted) {
		this.#wasAsked = true;
		if (!isMuted && this.video.volume === 0) this.video.volume = 1;
		this.video.muted = isMuted;
		setPreference('volume', String(this.video.volume));
		if (!isMuted && this.video.paused && !this.#isEmpty && !this.#isHeld) this.#start();
		this.#draw();
	}

	#togglePlay() {
		if (this.#isEmpty) return;
		if (this.video.paused) {
			this.#start();
			return;
		}
		this.#isHeld = true;
		this.video.pause();
	}

	get #isEmpty() {
		const { video } = this;
		return !video.srcObject && !video.hasAttribute('src') && !video.childElementCount;
	}

	#canFull() {
		return document.fullscreenEnabled || 'webkitEnterFullscreen' in this.video;
	}

	#toggleFull() {
		if (document.fullscreenElement) {
			document.exitFullscreen();
		} else if (document.fullscreenEnabled) {
			this.#root.requestFullscreen().catch(() => {});
		} else {
			// Phones that show nothing but a video in full screen.
			/** @type {any} */ (this.video).webkitEnterFullscreen?.();
		}
	}

	#togglePip() {
		if (document.pictureInPictureElement) document.exitPictureInPicture();
		else this.video.requestPictureInPicture().catch(() => {});
	}

	/** @param {KeyboardEvent} event */
	#onKey(event) {
		if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
		const target = /** @type {Element} */ (event.target);
		if (target.closest('input, textarea, select, dialog')) return;
		// A focused button has its own use for the space bar.
		if (event.key === ' ' && target.closest('button, a, summary')) return;
		const act = {
			m: () => this.#setMuted(!this.video.muted),
			f: () => this.#toggleFull(),
			k: () => this.#togglePlay(),
			' ': () => this.#togglePlay(),
		}[event.key.toLowerCase()];
		if (!act) return;
		event.preventDefault();
		this.#wake();
		act();
	}

	/** Shows the controls; they fade when nothing happens for a while. */
	#wake() {
		delete this.#root.dataset.idle;
		clearTimeout(this.#idleTimer);
		this.#idleTimer = window.setTimeout(() => {
			if (!this.video.paused) this.#root.dataset.idle = '';
		}, IDLE_MS);
	}

	#draw() {
		const { muted, paused, volume } = this.video;
		const isEmpty = this.#isEmpty;
		const isSilent = muted || volume === 0;
		this.#root.dataset.sound = isSilent ? 'off' : 'on';
		this.#root.dataset.play = paused ? 'off' : 'on';
		this.#root.dataset.full = document.fullscreenElement ? 'on' : 'off';
		this.#unmute.hidden = isEmpty || !muted || this.#wasAsked;
		this.#volume.value = String(isSilent ? 0 : Math.round(volume * 100));
		name(this.#mute, isSilent ? 'Sound on (m)' : 'Sound off (m)');
		name(this.#play, paused ? 'Play (k)' : 'Pause (k)');
		name(this.#full, document.fullscreenElement ? 'Leave full screen (f)' : 'Full screen (f)');
		name(this.#pip, 'Picture in picture');
		this.#play.disabled = isEmpty;
		this.#pip.disabled = isEmpty;
	}
}

/** A button's name for those who see it and those who don't. */
/** @param {HTMLButtonElement} button @param {string} text */
function name(button, text) {
	button.title = text;
	const label = button.querySelector('.visually-hidden');
	if (label) say(label, text);
}
