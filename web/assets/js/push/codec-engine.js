// @ts-check
/**
 * The tracks, encoded by WebCodecs and cut into segments. It adapts to
 * whatever becomes of the tracks: another camera, another size, silence,
 * darkness, a machine that can't keep up.
 */

import { AudioLine } from './audio-line.js';
import { AudioSource } from './audio-source.js';
import { nowUs } from './clock.js';
import { Ladder } from './ladder.js';
import { Segmenter } from './segmenter.js';
import { VideoLine } from './video-line.js';
import { VideoSource } from './video-source.js';

/** So long the first segment waits for the microphone. */
const AUDIO_PATIENCE_US = 3_000_000;
const SNAPSHOT_WIDTH = 1280;
/** So often may the encoder fail. */
const ERRORS_MAX = 3;

export class CodecEngine {
	targetSeconds = 2;
	/** @type {VideoLine|null} */ #videoLine = null;
	/** @type {AudioLine|null} */ #audioLine = null;
	/** @type {Segmenter|null} */ #segmenter = null;
	/** @type {MediaStreamTrack|null} */ #video = null;
	#videoSource = new VideoSource((frame, us) => this.#onFrame(frame, us));
	#audioSource = new AudioSource((block) => this.#onBlock(block));
	#ladder = new Ladder(performance.now());
	/** Times in segments count from here, on the common clock. */
	#beginUs = 0;
	#isAudioAwaited = false;
	#errors = 0;
	#hasAudio = false;
	#audioCodec = '';
	#kinds;
	#on;

	/** @param {import('./codecs.js').VideoKind[]} kinds best first @param {import('./push.js').EngineEvents} on */
	constructor(kinds, on) {
		this.#kinds = [...kinds];
		this.#on = on;
	}

	get label() {
		return {
			video: this.#kinds[0]?.startsWith('avc1') ? 'H.264' : 'VP9',
			audio: this.#hasAudio ? this.#audioCodec : '',
		};
	}

	/** @param {import('../publisher-peer.js').Tracks} tracks */
	open({ video, audio }) {
		this.#beginUs = nowUs();
		this.#isAudioAwaited = audio !== null;
		const segmenter = new Segmenter(this.#isAudioAwaited, {
			segment: (segment) => {
				this.#hasAudio = segment.hasAudio;
				this.#on.segment({ ...segment, startUs: segment.startUs + this.#beginUs });
			},
			key: () => this.#videoLine?.wantKey(),
			begin: (us) => this.#videoLine?.countFrom(us),
		});
		this.#segmenter = segmenter;
		this.#audioLine = new AudioLine({
			chunk: (chunk) => {
				this.#isAudioAwaited = false;
				this.#audioCodec = chunk.config.codec === 'opus' ? 'Opus' : 'AAC';
				segmenter.audio(chunk);
			},
			begin: () => segmenter.beginUs,
			unable: () => segmenter.forgetAudio(),
		});
		this.#encode();
		this.replace('video', video);
		this.replace('audio', audio);
	}

	/** @param {'video'|'audio'} kind @param {MediaStreamTrack|null} track */
	replace(kind, track) {
		if (kind === 'audio') {
			this.#audioSource.open(track);
			return;
		}
		this.#video = track;
		// Another source may give nothing for a while.
		this.#videoLine?.blank();
		this.#videoSource.open(track);
	}

	/** Called a few times a second, in a page that nobody sees too. */
	tick() {
		const us = nowUs() - this.#beginUs;
		this.#videoSource.tick();
		this.#videoLine?.repeat(us, this.#video !== null && !this.#video.enabled);
		this.#audioLine?.tick(us);
		if (this.#isAudioAwaited && us > AUDIO_PATIENCE_US) {
			this.#isAudioAwaited = false;
			this.#segmenter?.forgetAudio();
		}
		this.#step(this.#ladder.up(performance.now()));
	}

	/**
	 * A smaller picture, or fewer bits.
	 * @param {'machine'|'line'} what  that doesn't keep up
	 */
	lighten(what) {
		this.#step(this.#ladder.down(performance.now(), what));
	}

	/** @returns {Promise<Blob|null>} */
	async snapshot() {
		return (await this.#videoLine?.snapshot(SNAPSHOT_WIDTH)) ?? null;
	}

	/** The end: resolves when the last segment was handed over. */
	async flush() {
		this.#videoSource.close();
		this.#audioSource.close();
		await Promise.all([this.#videoLine?.flush(), this.#audioLine?.flush()]);
		this.#segmenter?.flush();
	}

	close() {
		this.#videoSource.close();
		this.#audioSource.close();
		this.#videoLine?.close();
		this.#audioLine?.close();
	}

	/** @param {boolean} isChanged */
	#step(isChanged) {
		if (isChanged && this.#videoLine) this.#videoLine.level = this.#ladder.level;
	}

	#encode() {
		this.#videoLine = new VideoLine(this.#kinds[0], this.#ladder.level, {
			chunk: (chunk) => this.#segmenter?.video(chunk),
			overload: () => this.lighten('machine'),
			error: (error) => this.#onError(error),
		});
	}

	/** The same once more, then the next best. @param {unknown} error */
	#onError(error) {
		this.#videoLine?.close();
		this.#errors += 1;
		if (this.#errors > 1 && this.#kinds.length > 1) this.#kinds.shift();
		if (this.#errors > ERRORS_MAX) this.#on.fail(error);
		else this.#encode();
	}

	/** @param {VideoFrame} frame @param {number} us */
	#onFrame(frame, us) {
		if (this.#videoLine) this.#videoLine.frame(frame, Math.max(0, Math.round(us - this.#beginUs)));
		else frame.close();
	}

	/** @param {import('./audio-source.js').Block} block */
	#onBlock(block) {
		const us = Math.round(block.us - this.#beginUs);
		if (us >= 0) this.#audioLine?.push(block, us);
	}
}
