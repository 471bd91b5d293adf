// @ts-check
/**
 * Cuts one recording of a MediaRecorder, as it comes, into an init section
 * and segments that begin with a key frame. What it writes is kept as it is.
 */

import { boxesIn, fragmentOf, tracksOf } from './mp4-reader.js';

const SEGMENT_MIN_US = 1_900_000;
/** A box that is longer than this is none of a recorder's. */
const BYTES_MAX = 64 * 1024 * 1024;

/**
 * @typedef {import('./mp4-reader.js').Track} Track
 * @typedef {{startUs: number, durationUs: number, init: Uint8Array|null, data: Uint8Array}} Cut
 *     startUs counts from the recording's begin; the first one brings the init section
 */

export class Cutter {
	#rest = new Uint8Array(0);
	/** @type {Uint8Array[]} */ #head = [];
	/** @type {Track[]} */ #tracks = [];
	/** The fragments of the segment that is under way. @type {Uint8Array[]} */ #parts = [];
	#startUs = 0;
	#durationUs = 0;
	#isFirst = true;
	#take;

	/** @param {(cut: Cut) => void} take */
	constructor(take) {
		this.#take = take;
	}

	/** What the recording holds; empty until it is known. */
	get codecs() {
		return this.#tracks.map((track) => track.codec);
	}

	/** @param {Uint8Array} bytes  throws an Error where they are no fragmented MP4 */
	push(bytes) {
		const all = new Uint8Array(this.#rest.length + bytes.length);
		all.set(this.#rest);
		all.set(bytes, this.#rest.length);
		const view = new DataView(all.buffer);
		const boxes = boxesIn(view, 0, all.length);
		let taken = 0;
		boxes.forEach((box, i) => {
			const part = all.slice(box.start, box.end);
			if (box.type === 'moof' && boxes[i + 1]?.type !== 'mdat') return;
			taken = box.end;
			if (box.type === 'moov') this.#tracks = tracksOf(view, box);
			if (box.type === 'ftyp' || box.type === 'moov') this.#head.push(part);
			else if (box.type === 'moof') this.#begin(view, box, part);
			else if (box.type === 'mdat') this.#parts.push(part);
		});
		this.#rest = all.slice(taken);
		if (this.#rest.length > BYTES_MAX) throw new Error('a box that has no end');
	}

	/** The last segment. */
	flush() {
		if (!this.#parts.length) return;
		this.#take({
			startUs: this.#startUs,
			durationUs: this.#durationUs,
			init: this.#isFirst ? joined(this.#head) : null,
			data: joined(this.#parts),
		});
		this.#isFirst = false;
		this.#parts = [];
		this.#durationUs = 0;
	}

	/** @param {DataView} view @param {import('./mp4-reader.js').Box} moof @param {Uint8Array} part */
	#begin(view, moof, part) {
		const track = this.#tracks.find((one) => one.isVideo);
		if (!track) throw new Error('a recording without a picture');
		const fragment = fragmentOf(view, moof, track);
		if (fragment?.isKey && this.#durationUs >= SEGMENT_MIN_US) this.flush();
		if (fragment) {
			if (!this.#parts.length) this.#startUs = fragment.startUs;
			this.#durationUs += fragment.durationUs;
		}
		this.#parts.push(part);
	}
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
	const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}
