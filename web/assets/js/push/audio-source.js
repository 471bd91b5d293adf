// @ts-check
/**
 * An audio track as blocks of samples on the common clock: from a
 * MediaStreamTrackProcessor, or by way of an AudioContext. A context of a
 * machine without a sound device never begins to run; then there are no
 * blocks, and whoever waits for them must know when to stop.
 */

import { Clock, nowUs } from './clock.js';

/**
 * @typedef {object} Block
 * @property {Float32Array[]} planes  one a channel, all of one length
 * @property {number} rate  samples a second
 * @property {number} us  the first sample's time, on the common clock
 */

export class AudioSource {
	/** @type {(() => void)|null} */ #stop = null;
	#take;

	/** @param {(block: Block) => void} take */
	constructor(take) {
		this.#take = take;
	}

	/** @param {MediaStreamTrack|null} track */
	open(track) {
		this.close();
		if (!track) return;
		if ('MediaStreamTrackProcessor' in globalThis) this.#read(track);
		else this.#tap(track).catch(() => {});
	}

	close() {
		this.#stop?.();
		this.#stop = null;
	}

	/** @param {MediaStreamTrack} track */
	async #read(track) {
		const Processor = /** @type {any} */ (globalThis).MediaStreamTrackProcessor;
		/** @type {ReadableStreamDefaultReader<AudioData>} */
		const reader = new Processor({ track }).readable.getReader();
		const clock = new Clock();
		let isOver = false;
		this.#stop = () => {
			isOver = true;
			reader.cancel().catch(() => {});
		};
		for (;;) {
			const { done, value: data } = await reader.read().catch(() => ({ done: true, value: undefined }));
			if (!data || done) return;
			if (!isOver) {
				const us = clock.map(data.timestamp, nowUs());
				this.#take({ planes: planesOf(data), rate: data.sampleRate, us });
			}
			data.close();
		}
	}

	/** @param {MediaStreamTrack} track */
	async #tap(track) {
		// The context's own rate: not every browser resamples at this door.
		const context = new AudioContext();
		let isOver = false;
		this.#stop = () => {
			isOver = true;
			context.close().catch(() => {});
		};
		await context.audioWorklet.addModule(new URL('./audio-tap.js', import.meta.url));
		if (isOver) return;
		const source = context.createMediaStreamSource(new MediaStream([track]));
		const tap = new AudioWorkletNode(context, 'audio-tap');
		const clock = new Clock();
		const rate = context.sampleRate;
		tap.port.onmessage = ({ data }) => {
			if (isOver) return;
			const us = clock.map(Math.round((data.frame / rate) * 1e6), nowUs());
			this.#take({ planes: data.planes, rate, us });
		};
		// What leads nowhere may not be run. It says nothing.
		source.connect(tap).connect(context.destination);
		context.resume().catch(() => {});
	}
}

/** @param {AudioData} data */
function planesOf(data) {
	const planes = [];
	for (let i = 0; i < data.numberOfChannels; i += 1) {
		const plane = new Float32Array(data.numberOfFrames);
		data.copyTo(plane, { planeIndex: i, format: 'f32-planar' });
		planes.push(plane);
	}
	return planes;
}
