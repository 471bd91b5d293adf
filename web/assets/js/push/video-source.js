// @ts-check
/**
 * A video track as frames on the common clock. Where the browser hands a
 * track's frames out (MediaStreamTrackProcessor) they are taken from there;
 * elsewhere from a <video> that nobody sees. That one stands still while the
 * page lies in the background, so then `tick` takes what it shows.
 */

import { Clock, nowUs } from './clock.js';

/** Without a frame for so long, the <video> is asked. */
const STALE_US = 90_000;

/** @typedef {(frame: VideoFrame, us: number) => void} TakeFrame  takes the frame over */

export class VideoSource {
	/** @type {(() => void)|null} */ #stop = null;
	/** @type {HTMLVideoElement|null} */ #video = null;
	#lastUs = 0;
	#take;

	/** @param {TakeFrame} take */
	constructor(take) {
		this.#take = take;
	}

	/** @param {MediaStreamTrack|null} track */
	open(track) {
		this.close();
		if (!track) return;
		if ('MediaStreamTrackProcessor' in globalThis) this.#read(track);
		else this.#watch(track);
	}

	close() {
		this.#stop?.();
		this.#stop = null;
		this.#video = null;
	}

	/** Called a few times a second, in the background too. */
	tick() {
		const us = nowUs();
		if (this.#video && us - this.#lastUs > STALE_US) this.#grab(us);
	}

	/** @param {MediaStreamTrack} track */
	async #read(track) {
		const Processor = /** @type {any} */ (globalThis).MediaStreamTrackProcessor;
		/** @type {ReadableStreamDefaultReader<VideoFrame>} */
		const reader = new Processor({ track }).readable.getReader();
		const clock = new Clock();
		let isOver = false;
		this.#stop = () => {
			isOver = true;
			reader.cancel().catch(() => {});
		};
		for (;;) {
			const { done, value: frame } = await reader.read().catch(() => ({ done: true, value: undefined }));
			if (!frame || done) return;
			if (isOver) frame.close();
			else this.#take(frame, clock.map(frame.timestamp, nowUs()));
		}
	}

	/** @param {MediaStreamTrack} track */
	#watch(track) {
		const video = document.createElement('video');
		let isOver = false;
		const next = () => {
			if (isOver) return;
			this.#grab(nowUs());
			video.requestVideoFrameCallback(next);
		};
		this.#video = video;
		this.#stop = () => {
			isOver = true;
			video.srcObject = null;
		};
		video.muted = true;
		video.playsInline = true;
		video.srcObject = new MediaStream([track]);
		video.play().catch(() => {});
		video.requestVideoFrameCallback(next);
	}

	/** @param {number} us */
	#grab(us) {
		const video = this.#video;
		if (!video || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
		this.#lastUs = us;
		try {
			this.#take(new VideoFrame(video, { timestamp: us }), us);
		} catch {
			// A track that has just ended shows nothing.
		}
	}
}
