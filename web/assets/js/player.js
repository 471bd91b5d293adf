// @ts-check
/**
 * The picture and its controls: play, sound, picture-in-picture, full screen,
 * and their keys. It knows nothing of streams; it is handed a MediaStream.
 *
 * It starts without sound, for browsers forbid anything else; the big button
 * over the picture turns it on and then goes away for good.
 */

import { get, say } from './dom.js';
import { getPreference, setPreference } from './store.js';

const IDLE_MS = 3000;

export class Player {
	#root = get('player', HTMLElement);
	#video = get('video', HTMLVideoElement);
	#unmute = get('unmute', HTMLButtonElement);
	#play = get('play', HTMLButtonElement);
	#mute = get('mute', HTMLButtonElement);
	#volume = get('volume', HTMLInputElement);
	#pip = get('pip', HTMLButtonElement);
	#full = get('fullscreen', HTMLButtonElement);
	#idleTimer = 0;
	#wasAsked = false;

	constructor() {
		const video = this.#video;
		video.muted = true;
		video.volume = Number(getPreference('volume', '1')) || 1;
		this.#unmute.addEventListener('click', () => this.#setMuted(false));
		this.#mute.addEventListener('click', () => this.#setMuted(!video.muted));
		this.#play.addEventListener('click', () => this.#togglePlay());
		this.#full.addEventListener('click', () => this.#toggleFull());
		this.#pip.addEventListener('click', () => this.#togglePip());
		this.#volume.addEventListener('input', () => {
			video.volume = Number(this.#volume.value) / 100;
			this.#setMuted(video.volume === 0);
		});
		for (const name of ['play', 'pause', 'volumechange', 'loadeddata']) {
			video.addEventListener(name, () => this.#draw());
		}
		document.addEventListener('fullscreenchange', () => this.#draw());
		document.addEventListener('keydown', (event) => this.#onKey(event));
		for (const name of ['pointermove', 'pointerdown', 'focusin']) {
			this.#root.addEventListener(name, () => this.#wake());
		}
		video.addEventListener('click', () => {
			if (matchMedia('(hover: hover)').matches) this.#togglePlay();
		});
		this.#pip.hidden = !document.pictureInPictureEnabled;
		this.#full.hidden = !this.#canFull();
		this.#wake();
		this.#draw();
	}

	get video() {
		return this.#video;
	}

	/** @param {MediaStream} media */
	show(media) {
		this.#video.srcObject = media;
		this.#start();
	}

	/** Takes the picture away: the broadcast is over. */
	clear() {
		this.#video.srcObject = null;
		this.#draw();
	}

	async #start() {
		try {
			await this.#video.play();
		} catch (error) {
			// Without sound it is always allowed to play.
			if (/** @type {Error} */ (error).name !== 'NotAllowedError') return;
			this.#video.muted = true;
			await this.#video.play().catch(() => {});
		}
		this.#draw();
	}

	/** @param {boolean} isMuted */
	#setMuted(isMuted) {
		this.#wasAsked = true;
		if (!isMuted && this.#video.volume === 0) this.#video.volume = 1;
		this.#video.muted = isMuted;
		setPreference('volume', String(this.#video.volume));
		if (!isMuted && this.#video.paused && this.#video.srcObject) this.#start();
		this.#draw();
	}

	#togglePlay() {
		if (!this.#video.srcObject) return;
		if (this.#video.paused) this.#start();
		else this.#video.pause();
	}

	#canFull() {
		return document.fullscreenEnabled || 'webkitEnterFullscreen' in this.#video;
	}

	#toggleFull() {
		if (document.fullscreenElement) {
			document.exitFullscreen();
		} else if (document.fullscreenEnabled) {
			this.#root.requestFullscreen().catch(() => {});
		} else {
			// Phones that show nothing but a video in full screen.
			/** @type {any} */ (this.#video).webkitEnterFullscreen?.();
		}
	}

	#togglePip() {
		if (document.pictureInPictureElement) document.exitPictureInPicture();
		else this.#video.requestPictureInPicture().catch(() => {});
	}

	/** @param {KeyboardEvent} event */
	#onKey(event) {
		if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
		const target = /** @type {Element} */ (event.target);
		if (target.closest('input, textarea, select, dialog')) return;
		// A focused button has its own use for the space bar.
		if (event.key === ' ' && target.closest('button, a, summary')) return;
		const act = {
			m: () => this.#setMuted(!this.#video.muted),
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
			if (!this.#video.paused) this.#root.dataset.idle = '';
		}, IDLE_MS);
	}

	#draw() {
		const { muted, paused, srcObject, volume } = this.#video;
		const isSilent = muted || volume === 0;
		this.#root.dataset.sound = isSilent ? 'off' : 'on';
		this.#root.dataset.play = paused ? 'off' : 'on';
		this.#root.dataset.full = document.fullscreenElement ? 'on' : 'off';
		this.#unmute.hidden = !srcObject || !muted || this.#wasAsked;
		this.#volume.value = String(isSilent ? 0 : Math.round(volume * 100));
		name(this.#mute, isSilent ? 'Sound on (m)' : 'Sound off (m)');
		name(this.#play, paused ? 'Play (k)' : 'Pause (k)');
		name(this.#full, document.fullscreenElement ? 'Leave full screen (f)' : 'Full screen (f)');
		name(this.#pip, 'Picture in picture');
		this.#play.disabled = !srcObject;
		this.#pip.disabled = !srcObject;
	}
}

/** A button's name for those who see it and those who don't. */
/** @param {HTMLButtonElement} button @param {string} text */
function name(button, text) {
	button.title = text;
	const label = button.querySelector('.visually-hidden');
	if (label) say(label, text);
}
