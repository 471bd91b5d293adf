// @ts-check
/**
 * The camera, the microphone, the screen: opens them, changes them, and says
 * in words why one would not open. It holds the tracks that are sent; whoever
 * sends them hears of every change.
 *
 * There is always a video track once something was opened: where the camera is
 * gone, a slate stands in for it.
 */

import { createSlate } from './slate.js';
import { getPreference, setPreference } from './store.js';

const PICTURE = {
	width: { ideal: 1280 },
	height: { ideal: 720 },
	frameRate: { ideal: 30 },
};

/** @typedef {'camera'|'screen'} Source */

/**
 * @typedef {object} CaptureEvents
 * @property {(kind: 'video'|'audio', track: MediaStreamTrack|null) => void} track
 * @property {(kind: 'video'|'audio', source: Source) => void} ended  unplugged, or the sharing was stopped
 */

/** Why a device would not open, in words. */
export class CaptureError extends Error {
	/** @param {string} title @param {string} detail @param {boolean} [isChoice] */
	constructor(title, detail, isChoice = false) {
		super(title);
		this.title = title;
		this.detail = detail;
		/** The person closed the question; there is nothing to complain about. */
		this.isChoice = isChoice;
	}
}

export class Capture {
	/** @type {MediaStreamTrack|null} */ #video = null;
	/** @type {MediaStreamTrack|null} */ #audio = null;
	/** @type {Source} */ #source = 'camera';
	#isMuted = false;
	#isDark = false;
	#on;

	/** @param {CaptureEvents} on */
	constructor(on) {
		this.#on = on;
	}

	get tracks() {
		return { video: this.#video, audio: this.#audio };
	}

	get isOpen() {
		return this.#video !== null;
	}

	get source() {
		return this.#source;
	}

	get isMuted() {
		return this.#isMuted;
	}

	get isDark() {
		return this.#isDark;
	}

	/** What the devices that are open call themselves. */
	get deviceIds() {
		return {
			camera: this.#source === 'camera' ? (this.#video?.getSettings().deviceId ?? '') : '',
			microphone: this.#audio?.getSettings().deviceId ?? '',
		};
	}

	/**
	 * Opens what the person chose last, or whatever there is. One of the two
	 * missing is no reason to go without the other.
	 * @returns {Promise<void>}
	 */
	async openBoth() {
		const video = wish('camera', PICTURE);
		const audio = wish('microphone', {});
		let media;
		try {
			media = await open({ video, audio });
		} catch (error) {
			if (!(error instanceof CaptureError) || error.isChoice) throw error;
			media = await open({ video }).catch(() => null);
			media ??= await open({ audio }).catch(() => null);
			if (!media) throw error;
		}
		const [camera] = media.getVideoTracks();
		const [microphone] = media.getAudioTracks();
		this.#setAudio(microphone ?? null);
		this.#setVideo(camera ?? createSlate('No camera'), 'camera');
	}

	/** @param {string} deviceId */
	async openCamera(deviceId) {
		if (deviceId) setPreference('camera', deviceId);
		const media = await open({ video: wish('camera', PICTURE) });
		this.#setVideo(media.getVideoTracks()[0], 'camera');
	}

	/** @param {string} deviceId */
	async openMicrophone(deviceId) {
		if (deviceId) setPreference('microphone', deviceId);
		const media = await open({ audio: wish('microphone', {}) });
		this.#setAudio(media.getAudioTracks()[0]);
	}

	/** Asks which screen or window; only a click may ask. */
	async openScreen() {
		let media;
		try {
			media = await navigator.mediaDevices.getDisplayMedia({
				video: { frameRate: { ideal: 30 } },
			});
		} catch (error) {
			throw explain(error, true);
		}
		const [screen] = media.getVideoTracks();
		screen.contentHint = 'detail';
		this.#setVideo(screen, 'screen');
		if (!this.#audio) await this.openMicrophone('').catch(() => {});
	}

	/** A slate until the picture itself is there. @param {Source} source */
	openSlate(source) {
		this.#setVideo(createSlate('Back in a moment'), source);
	}

	/** @param {boolean} isMuted */
	setMuted(isMuted) {
		this.#isMuted = isMuted;
		if (this.#audio) this.#audio.enabled = !isMuted;
	}

	/** @param {boolean} isDark */
	setDark(isDark) {
		this.#isDark = isDark;
		if (this.#video) this.#video.enabled = !isDark;
	}

	/** Lets go of everything; the camera's light goes out. */
	close() {
		for (const track of [this.#video, this.#audio]) track?.stop();
		this.#video = null;
		this.#audio = null;
		this.#on.track('video', null);
		this.#on.track('audio', null);
	}

	/** @param {MediaStreamTrack} track @param {Source} source */
	#setVideo(track, source) {
		const before = this.#video;
		this.#video = track;
		this.#source = source;
		track.enabled = !this.#isDark;
		track.addEventListener('ended', () => {
			if (track !== this.#video) return;
			this.#setVideo(createSlate(source === 'screen' ? 'Not sharing' : 'No camera'), source);
			this.#on.ended('video', source);
		});
		this.#on.track('video', track);
		before?.stop();
	}

	/** @param {MediaStreamTrack|null} track */
	#setAudio(track) {
		const before = this.#audio;
		this.#audio = track;
		if (track) {
			track.enabled = !this.#isMuted;
			track.addEventListener('ended', () => {
				if (track !== this.#audio) return;
				this.#setAudio(null);
				this.#on.ended('audio', 'camera');
			});
		}
		this.#on.track('audio', track);
		before?.stop();
	}
}

/** @returns {Promise<{cameras: MediaDeviceInfo[], microphones: MediaDeviceInfo[]}>} */
export async function listDevices() {
	const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
	// Before a permission was given they have neither id nor name.
	const known = all.filter((device) => device.deviceId);
	return {
		cameras: known.filter((device) => device.kind === 'videoinput'),
		microphones: known.filter((device) => device.kind === 'audioinput'),
	};
}

/** @param {string} name @param {MediaTrackConstraints} rest */
function wish(name, rest) {
	const deviceId = getPreference(name, '');
	return deviceId ? { ...rest, deviceId: { ideal: deviceId } } : rest;
}

/** @param {MediaStreamConstraints} wishes */
async function open(wishes) {
	try {
		return await navigator.mediaDevices.getUserMedia(wishes);
	} catch (error) {
		throw explain(error, false);
	}
}

/** @param {unknown} error @param {boolean} isScreen */
function explain(error, isScreen) {
	const { name } = /** @type {Error} */ (error);
	if (name === 'NotAllowedError' || name === 'SecurityError') {
		if (isScreen) return new CaptureError('Nothing was shared', 'Choose a screen or a window to share it.', true);
		return new CaptureError(
			'The browser may not use your camera or microphone',
			'Allow it by the icon beside the address, then try again.',
			true,
		);
	}
	if (name === 'NotFoundError' || name === 'OverconstrainedError') {
		return new CaptureError('No camera or microphone found', 'Plug one in, or share your screen instead.');
	}
	if (name === 'NotReadableError' || name === 'AbortError') {
		return new CaptureError(
			'Your camera or microphone is busy',
			'Another program seems to use it. Close that one and try again.',
		);
	}
	return new CaptureError('Your camera or microphone would not start', String(error));
}
