// @ts-check
/**
 * Samples in, encoded chunks out, on a line without a hole: what is missing
 * (a microphone that was pulled out, a page that was held up) becomes silence,
 * what is too much is left out, so that sound and picture stay together
 * however long it takes. Nothing comes out before the first samples went in.
 */

import { audioConfig, bytesOf } from './codecs.js';

/** Sound may be so far from where the clock says it is. */
const SLACK_US = 80_000;
/** Without samples for so long, silence is put in. */
const SILENT_US = 1_500_000;
/** A hole longer than this isn't filled: the line begins anew. */
const BREAK_US = 5_000_000;
/** A first block so near behind the picture's begin is led by silence. */
const LEAD_US = 5_500_000;
const CHANNELS_MAX = 2;
const SILENCE_SAMPLES = 960;
const CHUNK_US = 20_000;
const ERRORS_MAX = 3;

/**
 * @typedef {import('./fmp4.js').AudioConfig} AudioConfig
 * @typedef {{us: number, durationUs: number, data: Uint8Array, config: AudioConfig}} AudioChunk
 *
 * @typedef {object} AudioLineEvents
 * @property {(chunk: AudioChunk) => void} chunk
 * @property {() => number|null} begin  where the oldest picture begins that waits for sound
 * @property {() => void} unable  this browser has no encoder for the sound
 */

export class AudioLine {
	/** @type {AudioEncoder|null} */ #encoder = null;
	/** @type {AudioConfig|null} */ #config = null;
	#rate = 0;
	#channels = 0;
	#isOpening = false;
	#isOver = false;
	#errors = 0;
	/** Where the line begins, and the samples put in since. */
	#originUs = 0;
	#samples = 0;
	/** The same for what came out. */
	#outUs = 0;
	#heardUs = 0;
	#on;

	/** @param {AudioLineEvents} on */
	constructor(on) {
		this.#on = on;
	}

	get isRunning() {
		return this.#encoder !== null;
	}

	/** @param {import('./audio-source.js').Block} block @param {number} us  when it begins */
	push({ planes, rate }, us) {
		if (this.#isOver || this.#isOpening) return;
		const isBroken = this.#encoder && us - this.#nextUs > BREAK_US;
		if (!this.#encoder || rate !== this.#rate || isBroken) {
			this.#open(rate, Math.min(planes.length, CHANNELS_MAX), us);
			return;
		}
		this.#heardUs = us;
		if (us - this.#nextUs > SLACK_US) this.#silence(us);
		if (this.#nextUs - us > SLACK_US) return;
		this.#encode(mixed(planes, this.#channels));
	}

	/** Called a few times a second. @param {number} us now */
	tick(us) {
		if (!this.#encoder || this.#isOver || us - this.#heardUs < SILENT_US) return;
		if (us - this.#nextUs > BREAK_US) return;
		this.#silence(us - SLACK_US);
	}

	async flush() {
		if (this.#encoder?.state !== 'configured') return;
		await this.#encoder.flush().catch(() => {});
	}

	close() {
		this.#isOver = true;
		this.#shut();
	}

	get #nextUs() {
		return this.#originUs + Math.round((this.#samples / this.#rate) * 1e6);
	}

	/** @param {number} rate @param {number} channels @param {number} us */
	async #open(rate, channels, us) {
		this.#isOpening = true;
		await this.flush();
		this.#shut();
		const settings = await audioConfig(rate, channels);
		this.#isOpening = false;
		if (this.#isOver) return;
		if (!settings) {
			this.#isOver = true;
			this.#on.unable();
			return;
		}
		this.#rate = rate;
		this.#channels = channels;
		// The first picture may still be in its encoder. A segment without its
		// sound has another init section than all that follow.
		const begin = this.#on.begin() ?? 0;
		const isNear = us > begin && us - begin < LEAD_US;
		this.#originUs = isNear ? begin : us;
		this.#outUs = this.#originUs;
		this.#samples = 0;
		this.#heardUs = us;
		this.#config = { codec: settings.codec, rate, channels, description: null };
		this.#encoder = new AudioEncoder({
			output: (chunk, meta) => this.#onChunk(chunk, meta),
			error: () => this.#onError(),
		});
		this.#encoder.configure(settings);
		this.#silence(us);
	}

	/** The next block opens another encoder, a few times. */
	#onError() {
		this.#encoder = null;
		this.#errors += 1;
		if (this.#errors < ERRORS_MAX) return;
		this.#isOver = true;
		this.#on.unable();
	}

	#shut() {
		if (this.#encoder && this.#encoder.state !== 'closed') this.#encoder.close();
		this.#encoder = null;
	}

	/** Silence up to there. @param {number} untilUs */
	#silence(untilUs) {
		const missing = Math.round(((untilUs - this.#nextUs) / 1e6) * this.#rate);
		for (let left = missing; left > 0; left -= SILENCE_SAMPLES) {
			const size = Math.min(left, SILENCE_SAMPLES);
			this.#encode(Array.from({ length: this.#channels }, () => new Float32Array(size)));
		}
	}

	/** @param {Float32Array[]} planes */
	#encode(planes) {
		if (this.#encoder?.state !== 'configured') return;
		const size = planes[0].length;
		const data = new Float32Array(size * planes.length);
		planes.forEach((plane, i) => data.set(plane, i * size));
		const sound = new AudioData({
			format: 'f32-planar',
			sampleRate: this.#rate,
			numberOfFrames: size,
			numberOfChannels: planes.length,
			timestamp: this.#nextUs,
			data,
		});
		this.#samples += size;
		this.#encoder.encode(sound);
		sound.close();
	}

	/**
	 * Chunks follow each other without a hole, so their time is counted: an
	 * encoder's own stamps may hold the samples that a decoder swallows first.
	 * @param {EncodedAudioChunk} chunk @param {EncodedAudioChunkMetadata} [meta]
	 */
	#onChunk(chunk, meta) {
		const before = /** @type {AudioConfig} */ (this.#config);
		const given = meta?.decoderConfig;
		if (given && !before.description) {
			this.#config = {
				codec: given.codec,
				rate: given.sampleRate,
				channels: given.numberOfChannels,
				description: given.description ? bytesOf(given.description) : null,
			};
		}
		const config = /** @type {AudioConfig} */ (this.#config);
		const durationUs = chunk.duration || CHUNK_US;
		const data = new Uint8Array(chunk.byteLength);
		chunk.copyTo(data);
		this.#on.chunk({ us: this.#outUs, durationUs, data, config });
		this.#outUs += durationUs;
	}
}

/** So many channels as the encoder was told. @param {Float32Array[]} planes @param {number} channels */
function mixed(planes, channels) {
	if (planes.length === channels) return planes;
	if (channels === 1) return [planes[0].map((left, i) => (left + planes[1][i]) / 2)];
	return planes.length === 1 ? [planes[0], planes[0]] : planes.slice(0, channels);
}
