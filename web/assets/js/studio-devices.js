// @ts-check
/**
 * The studio's stage: the broadcaster's own picture, the choice of devices,
 * and the buttons for silence and darkness. What it opens, `capture` holds.
 */

import { Capture, CaptureError, listDevices } from './capture.js';
import { get, say } from './dom.js';

/** How long a resumed broadcast waits for the camera before it shows a slate. */
const REOPEN_MS = 2500;

/**
 * @typedef {object} StageEvents
 * @property {(kind: 'video'|'audio', track: MediaStreamTrack|null) => void} track
 * @property {(title: string, detail: string, isAlarm?: boolean) => void} say
 */

export class Stage {
	#preview = get('preview', HTMLVideoElement);
	#stage = get('stage', HTMLElement);
	#cameras = get('camera', HTMLSelectElement);
	#microphones = get('microphone', HTMLSelectElement);
	#mute = get('mute', HTMLButtonElement);
	#dark = get('dark', HTMLButtonElement);
	#screen = get('share-screen', HTMLButtonElement);
	#on;

	/** @param {StageEvents} on */
	constructor(on) {
		this.#on = on;
		this.capture = new Capture({
			track: (kind, track) => {
				on.track(kind, track);
				this.#draw();
			},
			ended: (kind, source) => this.#onEnded(kind, source),
		});
		get('open-camera', HTMLElement).addEventListener('click', () => this.open());
		this.#screen.addEventListener('click', () => this.#toggleScreen());
		get('screen-first', HTMLElement).addEventListener('click', () => this.#toggleScreen());
		this.#mute.addEventListener('click', () => {
			this.capture.setMuted(!this.capture.isMuted);
			this.#draw();
		});
		this.#dark.addEventListener('click', () => {
			this.capture.setDark(!this.capture.isDark);
			this.#draw();
		});
		this.#cameras.addEventListener('change', () => {
			this.#try(() => this.capture.openCamera(this.#cameras.value));
		});
		this.#microphones.addEventListener('change', () => {
			this.#try(() => this.capture.openMicrophone(this.#microphones.value));
		});
		navigator.mediaDevices?.addEventListener?.('devicechange', () => this.#list());
		const canShare = Boolean(navigator.mediaDevices?.getDisplayMedia);
		this.#screen.hidden = !canShare;
		get('screen-first', HTMLElement).hidden = !canShare;
		this.#list();
		this.#draw();
	}

	/** @returns {Promise<boolean>} whether there is something to send */
	async open() {
		if (this.capture.isOpen) return true;
		await this.#try(() => this.capture.openBoth());
		if (!this.capture.isOpen) return false;
		if (!this.capture.tracks.audio) {
			this.#on.say('No microphone', 'Viewers will see you but not hear you.');
		}
		return true;
	}

	/**
	 * Takes up the devices of before a reload, without a click. A browser may
	 * hold the answer back, for a question or for as long as the page lies in
	 * the background: viewers get a slate until then.
	 * @returns {Promise<boolean>} whether there is something to send
	 */
	async reopen() {
		if (this.capture.isOpen) return true;
		if (sessionStorage.getItem('livebin.source') === 'screen') {
			await this.capture.openMicrophone('').catch(() => {});
			this.capture.openSlate('screen');
			// Nothing may ask for the screen until somebody clicks.
			this.#on.say('Share your screen again', 'After a reload the browser wants you to choose it anew.');
			return true;
		}
		const opening = this.open();
		const patience = new Promise((resolve) => setTimeout(() => resolve('late'), REOPEN_MS));
		const isOpen = await Promise.race([opening, patience]);
		if (isOpen !== 'late') return this.capture.isOpen;
		this.capture.openSlate('camera');
		this.#on.say('Waiting for your camera', 'Viewers see a slate until the browser hands it over.');
		return true;
	}

	/** Opens the camera by itself where that was allowed before. */
	async openIfAllowed() {
		try {
			const name = /** @type {PermissionName} */ ('camera');
			const { state } = await navigator.permissions.query({ name });
			if (state === 'granted') await this.open();
		} catch {
			// A browser that doesn't tell is asked by a click.
		}
	}

	#toggleScreen() {
		const isSharing = this.#screen.getAttribute('aria-pressed') === 'true';
		if (isSharing) this.#try(() => this.capture.openCamera(''));
		else this.#try(() => this.capture.openScreen());
	}

	/** @param {() => Promise<void>} act */
	async #try(act) {
		try {
			await act();
			this.#on.say('', '');
		} catch (error) {
			if (!(error instanceof CaptureError)) throw error;
			this.#on.say(error.title, error.detail, true);
		}
		await this.#list();
		this.#draw();
	}

	/** @param {'video'|'audio'} kind @param {string} source */
	#onEnded(kind, source) {
		if (kind === 'audio') {
			this.#on.say('The microphone is gone', 'Choose another one, or plug it in again.', true);
		} else if (source === 'screen') {
			this.#on.say('The screen is no longer shared', 'Share it again, or go back to the camera.');
		} else {
			this.#on.say('The camera is gone', 'Choose another one, or plug it in again.', true);
		}
		this.#list();
		this.#draw();
	}

	async #list() {
		const { cameras, microphones } = await listDevices();
		const chosen = this.capture.deviceIds;
		fill(this.#cameras, cameras, chosen.camera, 'Camera');
		fill(this.#microphones, microphones, chosen.microphone, 'Microphone');
	}

	#draw() {
		const { video, audio } = this.capture.tracks;
		const isScreen = this.capture.source === 'screen';
		const isSharing = isScreen && Boolean(video && !('canvas' in video));
		this.#stage.dataset.open = video ? 'yes' : 'no';
		this.#stage.dataset.source = this.capture.source;
		if (video) sessionStorage.setItem('livebin.source', this.capture.source);
		this.#showPreview(video);
		press(this.#mute, !this.capture.isMuted, 'Mute', 'Unmute');
		press(this.#dark, !this.capture.isDark, 'Camera off', 'Camera on');
		this.#mute.disabled = !audio;
		this.#dark.disabled = !video;
		this.#screen.setAttribute('aria-pressed', String(isSharing));
		say(label(this.#screen), isSharing ? 'Stop sharing' : 'Share screen');
	}

	/** @param {MediaStreamTrack|null} video */
	#showPreview(video) {
		const shown = /** @type {MediaStream|null} */ (this.#preview.srcObject);
		if (shown?.getVideoTracks()[0] === video) return;
		this.#preview.srcObject = video ? new MediaStream([video]) : null;
		if (video) this.#preview.play().catch(() => {});
	}
}

/** @param {Element} button */
function label(button) {
	return /** @type {Element} */ (button.querySelector('[data-label]'));
}

/** @param {HTMLButtonElement} button @param {boolean} isOn @param {string} off @param {string} on */
function press(button, isOn, off, on) {
	button.dataset.on = isOn ? 'yes' : 'no';
	say(label(button), isOn ? off : on);
}

/**
 * @param {HTMLSelectElement} select
 * @param {MediaDeviceInfo[]} devices
 * @param {string} chosen
 * @param {string} noun
 */
function fill(select, devices, chosen, noun) {
	const options = devices.map((device, i) => {
		return new Option(device.label || `${noun} ${i + 1}`, device.deviceId);
	});
	if (!options.length) options.push(new Option(`${noun} (not opened yet)`, ''));
	else if (!chosen) options.unshift(new Option(`Choose a ${noun.toLowerCase()}`, ''));
	select.replaceChildren(...options);
	select.value = chosen;
	if (select.selectedIndex < 0) select.selectedIndex = 0;
	select.disabled = !devices.length;
}
