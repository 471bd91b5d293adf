// @ts-check
/**
 * Frames in, encoded chunks out: in order, at most 30 a second, a key frame
 * every two seconds, never larger than asked and never enlarged. Every chunk
 * carries the configuration that it belongs to; one of another size begins
 * with a key frame.
 *
 * A picture that stands still, or a page that was held up, leaves holes in
 * time; they are filled with the last frame, so that segments keep their
 * length. An encoder that doesn't keep up gets fewer frames, but never so few
 * that a hole appears.
 */

import { bytesOf, videoConfig } from './codecs.js';

export const SEGMENT_US = 2_000_000;
/** Nearer than this to the last one, a frame is left out. */
const NEAR_US = 23_000;
/** A hole longer than this is filled, with a frame every FILL_US. */
const HOLE_US = 300_000;
const FILL_US = 200_000;
/** A hole longer than this is a break: the machine slept. */
export const BREAK_US = 5_000_000;
/** Frames that wait in the encoder: from here on some are left out, or all. */
const QUEUE_SOME = 6;
const QUEUE_ALL = 20;
const LOAD_WINDOW_US = 4_000_000;

/**
 * @typedef {import('./fmp4.js').VideoConfig} VideoConfig
 * @typedef {{us: number, isKey: boolean, data: Uint8Array, config: VideoConfig}} VideoChunk
 *
 * @typedef {object} VideoLineEvents
 * @property {(chunk: VideoChunk) => void} chunk
 * @property {() => void} overload  a tenth of the frames had to be left out
 * @property {(error: unknown) => void} error  the encoder is gone
 */

export class VideoLine {
	/** @type {VideoEncoder|null} */ #encoder = null;
	/** @type {VideoConfig|null} */ #config = null;
	/** @type {VideoFrame|null} */ #held = null;
	/** @type {OffscreenCanvas|null} */ #canvas = null;
	/** @type {{lines: number, bps: number}} */ #level;
	#kind;
	#on;
	#size = { width: 0, height: 0 };
	#isStale = true;
	#isSwitching = false;
	#isClosed = false;
	#lastUs = -1;
	#keyUs = 0;
	#isKeyWanted = true;
	/** A key frame was asked for at this time and has not come out yet. */
	#keyAskedUs = -1;
	#load = { sinceUs: 0, all: 0, dropped: 0 };

	/**
	 * @param {import('./codecs.js').VideoKind} kind
	 * @param {{lines: number, bps: number}} level
	 * @param {VideoLineEvents} on
	 */
	constructor(kind, level, on) {
		this.#kind = kind;
		this.#level = level;
		this.#on = on;
	}

	/** Another size or rate, from the next frame on. @param {{lines: number, bps: number}} level */
	set level(level) {
		this.#level = level;
		this.#isStale = true;
	}

	/** The next frame shall be a place to begin at. */
	wantKey() {
		this.#isKeyWanted = true;
	}

	/**
	 * The next key frame is due two seconds after this. An encoder may put one
	 * in by itself, where the picture's colours change.
	 * @param {number} us
	 */
	countFrom(us) {
		this.#keyUs = us;
	}

	/** Takes the frame over. @param {VideoFrame} frame @param {number} us */
	frame(frame, us) {
		if (this.#isClosed || us - this.#lastUs < NEAR_US || this.#isTooBusy(us)) {
			frame.close();
			return;
		}
		if (!this.#prepare(frame)) {
			frame.close();
			return;
		}
		const ready = this.#fit(frame, us);
		this.#fill(us);
		this.#encode(ready, us);
		this.#held?.close();
		this.#held = ready;
	}

	/**
	 * The last frame once more, where none has come for a while.
	 * @param {number} us @param {boolean} isDark  a black one instead: a camera
	 *     that was switched off must not show its last picture
	 */
	repeat(us, isDark) {
		if (!this.#held || this.#isClosed || this.#isSwitching || us - this.#lastUs < FILL_US) return;
		if (isDark) this.blank();
		this.#fill(us);
		this.#encodeHeld(us);
	}

	/** Forgets the last frame: until the next one comes there is black. */
	blank() {
		if (!this.#held) return;
		const dark = black(this.#held);
		this.#held.close();
		this.#held = dark;
	}

	/** @param {number} widthMax @returns {Promise<Blob|null>} a JPEG of what was encoded last */
	async snapshot(widthMax) {
		const held = this.#held;
		if (!held) return null;
		const scale = Math.min(1, widthMax / held.displayWidth);
		const canvas = new OffscreenCanvas(
			Math.round(held.displayWidth * scale),
			Math.round(held.displayHeight * scale),
		);
		canvas.getContext('2d')?.drawImage(held, 0, 0, canvas.width, canvas.height);
		return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 });
	}

	/** Everything that was put in has come out, once this resolves. */
	async flush() {
		if (this.#encoder?.state !== 'configured') return;
		// An encoder that fails says so to its error callback.
		await this.#encoder.flush().catch(() => {});
	}

	close() {
		this.#isClosed = true;
		this.#held?.close();
		this.#held = null;
		if (this.#encoder && this.#encoder.state !== 'closed') this.#encoder.close();
	}

	/** Leaves frames out where the encoder is behind. @param {number} us */
	#isTooBusy(us) {
		const load = this.#load;
		if (us - load.sinceUs > LOAD_WINDOW_US) {
			if (load.all > 20 && load.dropped > load.all / 10) this.#on.overload();
			this.#load = { sinceUs: us, all: 0, dropped: 0 };
		}
		this.#load.all += 1;
		const queued = this.#encoder?.encodeQueueSize ?? 0;
		if (queued < QUEUE_SOME) return false;
		if (queued < QUEUE_ALL && us - this.#lastUs > FILL_US) return false;
		this.#load.dropped += 1;
		return true;
	}

	/** An encoder of the frame's size. @param {VideoFrame} frame @returns {boolean} not yet */
	#prepare(frame) {
		if (this.#isSwitching) return false;
		const { width, height } = fitted(frame.displayWidth, frame.displayHeight, this.#level.lines);
		const isSame = width === this.#size.width && height === this.#size.height;
		if (this.#encoder && isSame && !this.#isStale) return true;
		const before = this.#encoder;
		this.#size = { width, height };
		if (!before || before.state !== 'configured') {
			this.#open();
			return true;
		}
		// What the old one still holds must come out first.
		this.#isSwitching = true;
		before.flush().catch(() => {}).then(() => {
			if (before.state !== 'closed') before.close();
			this.#isSwitching = false;
			if (!this.#isClosed) this.#open();
		});
		return false;
	}

	#open() {
		const { width, height } = this.#size;
		this.#held?.close();
		this.#held = null;
		this.#canvas = null;
		this.#isStale = false;
		this.#isKeyWanted = true;
		const settings = videoConfig(this.#kind, width, height, this.#level.bps);
		this.#config = { codec: settings.codec, width, height, description: null };
		const encoder = new VideoEncoder({
			output: (chunk, meta) => this.#onChunk(chunk, meta),
			error: (error) => {
				if (this.#encoder === encoder && !this.#isClosed) this.#on.error(error);
			},
		});
		this.#encoder = encoder;
		encoder.configure(settings);
	}

	/**
	 * The frame in the encoder's size and with its time. Closes the given one.
	 * @param {VideoFrame} frame @param {number} us
	 */
	#fit(frame, us) {
		const { width, height } = this.#size;
		const visible = frame.visibleRect;
		const isPlain = visible?.width === width && visible.height === height &&
			frame.displayWidth === width && frame.displayHeight === height;
		let ready;
		if (isPlain) {
			ready = new VideoFrame(frame, { timestamp: us });
		} else {
			this.#canvas ??= new OffscreenCanvas(width, height);
			this.#canvas.getContext('2d')?.drawImage(frame, 0, 0, width, height);
			ready = new VideoFrame(this.#canvas, { timestamp: us, alpha: 'discard' });
		}
		frame.close();
		return ready;
	}

	/** Fills the hole before `us`, if there is one. @param {number} us */
	#fill(us) {
		const hole = us - this.#lastUs;
		if (this.#lastUs < 0 || hole <= HOLE_US || !this.#held) return;
		if (hole > BREAK_US) {
			this.#isKeyWanted = true;
			return;
		}
		for (let at = this.#lastUs + FILL_US; at < us - NEAR_US; at += FILL_US) this.#encodeHeld(at);
	}

	/** @param {number} us */
	#encodeHeld(us) {
		const again = new VideoFrame(/** @type {VideoFrame} */ (this.#held), { timestamp: us });
		this.#encode(again, us);
		again.close();
	}

	/** @param {VideoFrame} frame @param {number} us */
	#encode(frame, us) {
		if (this.#encoder?.state !== 'configured') return;
		// Half a frame early is nearer to two seconds than half a frame late.
		const isDue = us - this.#keyUs > SEGMENT_US - NEAR_US / 2;
		const keyFrame = this.#isKeyWanted || isDue;
		if (keyFrame) {
			this.#isKeyWanted = false;
			this.#keyUs = us;
			this.#keyAskedUs = us;
		}
		this.#lastUs = us;
		this.#encoder.encode(frame, { keyFrame });
	}

	/** @param {EncodedVideoChunk} chunk @param {EncodedVideoChunkMetadata} [meta] */
	#onChunk(chunk, meta) {
		const isKey = chunk.type === 'key';
		if (meta?.decoderConfig) this.#describe(meta.decoderConfig);
		if (this.#keyAskedUs >= 0 && chunk.timestamp >= this.#keyAskedUs) {
			this.#keyAskedUs = -1;
			// The encoder skipped that very frame.
			if (!isKey) this.#isKeyWanted = true;
		}
		const data = new Uint8Array(chunk.byteLength);
		chunk.copyTo(data);
		const config = /** @type {VideoConfig} */ (this.#config);
		this.#on.chunk({ us: chunk.timestamp, isKey, data, config });
	}

	/** @param {VideoDecoderConfig} given */
	#describe(given) {
		const before = /** @type {VideoConfig} */ (this.#config);
		const description = given.description ? bytesOf(given.description) : null;
		// The same again, as some encoders say it at every key frame, is no change.
		if (before.description && String(before.description) === String(description)) return;
		if (!description && before.colour) return;
		this.#config = { ...before, description, colour: { ...given.colorSpace } };
	}
}

/**
 * The size that fits into so many lines of 16:9, lying or standing, in even
 * numbers; never enlarged.
 * @param {number} width @param {number} height @param {number} lines
 */
export function fitted(width, height, lines) {
	const long = Math.max(width, height);
	const short = Math.min(width, height);
	const scale = Math.min(1, (lines * 16) / 9 / long, lines / short);
	const even = (/** @type {number} */ n) => Math.max(2, Math.floor((n * scale) / 2 + 0.001) * 2);
	return { width: even(width), height: even(height) };
}

/**
 * A black frame of the same size, and in the same colours: others would make
 * the encoder begin anew.
 * @param {VideoFrame} like
 */
function black({ displayWidth: codedWidth, displayHeight: codedHeight, timestamp, colorSpace }) {
	const pixels = codedWidth * codedHeight;
	const data = new Uint8Array((pixels * 3) / 2).fill(128);
	data.fill(colorSpace.fullRange ? 0 : 16, 0, pixels);
	return new VideoFrame(data, { format: 'I420', codedWidth, codedHeight, timestamp, colorSpace });
}
