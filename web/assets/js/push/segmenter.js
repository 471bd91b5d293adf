// @ts-check
/**
 * Encoded chunks in, segments out. A segment begins with a key frame and ends
 * where the next one begins; sound goes with the picture of its time. A
 * segment waits for its sound, but not for ever. What changes the picture's
 * size or the sound's kind begins a new init section, and a discontinuity.
 */

import { AUDIO_TRACK, VIDEO_SCALE, VIDEO_TRACK, initSection, mediaSegment } from './fmp4.js';

/** A key frame earlier than this ends no segment. */
const SEGMENT_MIN_US = 1_900_000;
/** A segment that would get longer is ended, and what follows is a break. */
const SEGMENT_MAX_US = 2_450_000;
/** What a list may round to two seconds. */
const ROUND_MAX_US = 2_490_000;
/** So far may the picture run ahead of the sound that is waited for. */
const AUDIO_WAIT_US = 3_000_000;
/** Sound that begins later than this in a segment begins with the next one. */
const AUDIO_LATE_US = 100_000;
const FRAME_US = 33_333;
/** Chunks of sound that wait for their picture: a minute of them. */
const AUDIO_HELD_MAX = 3000;

/**
 * @typedef {import('./video-line.js').VideoChunk} VideoChunk
 * @typedef {import('./audio-line.js').AudioChunk} AudioChunk
 *
 * @typedef {object} Segment
 * @property {number} startUs
 * @property {number} durationUs
 * @property {boolean} isDiscontinuity
 * @property {Uint8Array|null} init  a new init section, of this and those behind it
 * @property {Uint8Array} data
 * @property {boolean} hasAudio
 *
 * @typedef {{startUs: number, endUs: number, isBreak: boolean, chunks: VideoChunk[]}} Picture
 *
 * @typedef {object} SegmenterEvents
 * @property {(segment: Segment) => void} segment
 * @property {() => void} key  a key frame is needed to go on
 * @property {(us: number) => void} begin  a segment begins here; the next key
 *     frame is due a segment later
 */

export class Segmenter {
	/** @type {Picture|null} */ #open = null;
	/** Ended, waiting for their sound. @type {Picture[]} */ #ended = [];
	/** @type {AudioChunk[]} */ #audio = [];
	/** Where the sound has got to. @type {number|null} */ #heardUs = null;
	#seenUs = 0;
	#isBreak = false;
	#isAudioExpected;
	#count = 0;
	/** @type {import('./fmp4.js').VideoConfig|null} */ #video = null;
	/** @type {import('./fmp4.js').AudioConfig|null} */ #sound = null;
	#on;

	/** @param {boolean} isAudioExpected  the first segments wait for sound @param {SegmenterEvents} on */
	constructor(isAudioExpected, on) {
		this.#isAudioExpected = isAudioExpected;
		this.#on = on;
	}

	/** Where the oldest picture begins that is here. @returns {number|null} */
	get beginUs() {
		return (this.#ended[0] ?? this.#open)?.startUs ?? null;
	}

	/** @param {VideoChunk} chunk */
	video(chunk) {
		const open = this.#open;
		this.#seenUs = chunk.us;
		if (!open) {
			this.#begin(chunk);
		} else if (chunk.isKey && this.#isBoundary(open, chunk)) {
			this.#end(chunk.us);
			this.#begin(chunk);
		} else if (chunk.us - open.startUs > SEGMENT_MAX_US) {
			this.#break(chunk);
		} else {
			open.chunks.push(chunk);
		}
		this.#settle(false);
	}

	/** @param {AudioChunk} chunk */
	audio(chunk) {
		this.#audio.push(chunk);
		if (this.#audio.length > AUDIO_HELD_MAX) this.#audio.shift();
		this.#heardUs = chunk.us + chunk.durationUs;
		this.#settle(false);
	}

	/** No more sound is waited for, until some comes. */
	forgetAudio() {
		this.#isAudioExpected = false;
		this.#heardUs = null;
		this.#settle(false);
	}

	/** Ends the last segment. Nothing may come after. */
	flush() {
		if (this.#open) this.#end(this.#lastFrameEnd(this.#open));
		this.#settle(true);
	}

	/** @param {Picture} open @param {VideoChunk} chunk */
	#isBoundary(open, chunk) {
		return chunk.config !== open.chunks[0].config || chunk.us - open.startUs >= SEGMENT_MIN_US;
	}

	/** @param {VideoChunk} chunk */
	#begin(chunk) {
		if (!chunk.isKey) {
			this.#on.key();
			return;
		}
		this.#open = { startUs: chunk.us, endUs: 0, isBreak: this.#isBreak, chunks: [chunk] };
		this.#isBreak = false;
		this.#on.begin(chunk.us);
	}

	/** @param {number} us */
	#end(us) {
		const open = /** @type {Picture} */ (this.#open);
		const isTooLong = us - open.startUs > SEGMENT_MAX_US;
		open.endUs = isTooLong ? this.#lastFrameEnd(open) : us;
		if (isTooLong) this.#isBreak = true;
		this.#ended.push(open);
		this.#open = null;
	}

	/** No key frame came in time. @param {VideoChunk} chunk */
	#break(chunk) {
		this.#end(this.#lastFrameEnd(/** @type {Picture} */ (this.#open)));
		this.#isBreak = true;
		this.#begin(chunk);
	}

	/** @param {Picture} open */
	#lastFrameEnd({ chunks, startUs }) {
		const last = chunks[chunks.length - 1].us;
		const before = chunks.length > 1 ? chunks[chunks.length - 2].us : last - FRAME_US;
		return Math.min(last + (last - before), startUs + ROUND_MAX_US);
	}

	/** @param {boolean} isLast */
	#settle(isLast) {
		while (this.#ended.length && (isLast || this.#isWhole(this.#ended[0]))) {
			this.#emit(/** @type {Picture} */ (this.#ended.shift()));
		}
	}

	/** @param {Picture} picture */
	#isWhole({ endUs }) {
		const isAwaited = this.#isAudioExpected || this.#heardUs !== null;
		if (!isAwaited || this.#seenUs - endUs > AUDIO_WAIT_US) return true;
		return this.#heardUs !== null && this.#heardUs >= endUs;
	}

	/** @param {Picture} picture */
	#emit(picture) {
		const sound = this.#soundOf(picture);
		const video = picture.chunks[0].config;
		const audio = sound.length ? sound[0].config : null;
		const isNew = video !== this.#video || !isSameAudio(audio, this.#sound);
		this.#video = video;
		this.#sound = audio;
		this.#count += 1;
		const runs = [videoRun(picture)];
		if (audio) runs.push(audioRun(sound, audio.rate));
		this.#on.segment({
			startUs: picture.startUs,
			durationUs: picture.endUs - picture.startUs,
			isDiscontinuity: this.#count > 1 && (isNew || picture.isBreak),
			init: isNew ? initSection(video, audio) : null,
			data: mediaSegment(this.#count, runs),
			hasAudio: audio !== null,
		});
	}

	/** Takes out the sound of a picture's time. @param {Picture} picture */
	#soundOf({ startUs, endUs }) {
		let passed = this.#audio.findIndex((chunk) => chunk.us >= endUs);
		if (passed < 0) passed = this.#audio.length;
		const sound = this.#audio.splice(0, passed).filter((chunk) => chunk.us >= startUs);
		if (!sound.length || sound[0].us - startUs > AUDIO_LATE_US) return [];
		return sound.filter((chunk) => isSameAudio(chunk.config, sound[0].config));
	}
}

/** @param {import('./fmp4.js').AudioConfig|null} a @param {import('./fmp4.js').AudioConfig|null} b */
function isSameAudio(a, b) {
	if (!a || !b) return a === b;
	return a.codec === b.codec && a.rate === b.rate && a.channels === b.channels &&
		String(a.description) === String(b.description);
}

/** @param {Picture} picture @returns {import('./fmp4.js').Run} */
function videoRun({ chunks, endUs }) {
	const ticks = (/** @type {number} */ us) => Math.round((us * VIDEO_SCALE) / 1e6);
	return {
		trackId: VIDEO_TRACK,
		time: ticks(chunks[0].us),
		samples: chunks.map(({ us, isKey, data }, i) => ({
			duration: ticks(chunks[i + 1]?.us ?? endUs) - ticks(us),
			isKey,
			data,
		})),
	};
}

/** @param {AudioChunk[]} chunks @param {number} rate @returns {import('./fmp4.js').Run} */
function audioRun(chunks, rate) {
	const ticks = (/** @type {number} */ us) => Math.round((us * rate) / 1e6);
	return {
		trackId: AUDIO_TRACK,
		time: ticks(chunks[0].us),
		samples: chunks.map(({ us, durationUs, data }, i) => ({
			duration: ticks(chunks[i + 1]?.us ?? us + durationUs) - ticks(us),
			isKey: true,
			data,
		})),
	};
}
