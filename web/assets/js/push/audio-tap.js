// @ts-check
/**
 * Runs in the audio thread: passes what it hears to the page in blocks, each
 * with the number of its first sample. Its own output is silence.
 */

const BLOCK = 1024;

/** @typedef {{frame: number, planes: Float32Array[]}} Block */

class AudioTap extends /** @type {any} */ (globalThis).AudioWorkletProcessor {
	/** @type {Block|null} */ #block = null;
	#filled = 0;

	/** @param {Float32Array[][]} inputs */
	process(inputs) {
		const [planes] = inputs;
		if (!planes.length) return true;
		if (this.#block?.planes.length !== planes.length) this.#block = null;
		if (!this.#block) {
			const frame = /** @type {any} */ (globalThis).currentFrame;
			this.#block = { frame, planes: planes.map(() => new Float32Array(BLOCK)) };
			this.#filled = 0;
		}
		planes.forEach((plane, i) => this.#block?.planes[i].set(plane, this.#filled));
		this.#filled += planes[0].length;
		if (this.#filled < BLOCK) return true;
		this.port.postMessage(this.#block, this.#block.planes.map((plane) => plane.buffer));
		this.#block = null;
		return true;
	}
}

/** @type {any} */ (globalThis).registerProcessor('audio-tap', AudioTap);
