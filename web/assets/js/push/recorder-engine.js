// @ts-check
/**
 * Where a browser has no encoders to offer, its MediaRecorder may still write
 * fragmented MP4: that is cut into segments. Another track means another
 * recording, with an init section of its own.
 */

import { nowUs } from './clock.js';
import { Cutter } from './cutter.js';

const VIDEO_BPS = 2_500_000;
const SLICE_MS = 1000;
const KEY_MS = 2000;
const SNAPSHOT_WIDTH = 1280;

const TYPES = [
	'video/mp4;codecs="avc1.42e01f,mp4a.40.2"',
	'video/mp4;codecs="avc1.42e01f,opus"',
	'video/mp4',
];

/** @returns {string|null} what the recorder would write */
export function recorderType() {
	if (!('MediaRecorder' in globalThis)) return null;
	return TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

export class RecorderEngine {
	/** A key frame comes when the recorder likes. */
	targetSeconds = 6;
	/** @type {MediaRecorder|null} */ #recorder = null;
	/** @type {Promise<void>} */ #done = Promise.resolve();
	/** @type {import('../publisher-peer.js').Tracks} */ #tracks = { video: null, audio: null };
	#video = document.createElement('video');
	#count = 0;
	#isClosed = false;
	#label = { video: '', audio: '' };
	#type;
	#on;

	/** @param {string} type @param {import('./push.js').EngineEvents} on */
	constructor(type, on) {
		this.#type = type;
		this.#on = on;
		this.#video.muted = true;
	}

	get label() {
		return this.#label;
	}

	/** @param {import('../publisher-peer.js').Tracks} tracks */
	open(tracks) {
		this.#tracks = { ...tracks };
		this.#record();
	}

	/** @param {'video'|'audio'} kind @param {MediaStreamTrack|null} track */
	replace(kind, track) {
		if (this.#tracks[kind] === track) return;
		this.#tracks[kind] = track;
		this.flush().then(() => {
			if (!this.#recorder && !this.#isClosed) this.#record();
		});
	}

	tick() {}

	/** A recorder is told its rate once, when it begins. @param {'machine'|'line'} _what */
	lighten(_what) {}

	/** @returns {Promise<Blob|null>} */
	async snapshot() {
		const { videoWidth, videoHeight } = this.#video;
		if (!videoWidth) return null;
		const scale = Math.min(1, SNAPSHOT_WIDTH / videoWidth);
		const canvas = document.createElement('canvas');
		canvas.width = Math.round(videoWidth * scale);
		canvas.height = Math.round(videoHeight * scale);
		canvas.getContext('2d')?.drawImage(this.#video, 0, 0, canvas.width, canvas.height);
		return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.8));
	}

	/** Ends the recording; resolves when its last segment was handed over. */
	async flush() {
		if (this.#recorder && this.#recorder.state !== 'inactive') this.#recorder.stop();
		this.#recorder = null;
		await this.#done;
	}

	close() {
		this.#isClosed = true;
		this.#video.srcObject = null;
		if (this.#recorder && this.#recorder.state !== 'inactive') this.#recorder.stop();
		this.#recorder = null;
	}

	#record() {
		const { video, audio } = this.#tracks;
		if (!video) return;
		const media = new MediaStream(audio ? [video, audio] : [video]);
		this.#video.srcObject = new MediaStream([video]);
		this.#video.play().catch(() => {});
		const beginUs = nowUs();
		const cutter = new Cutter((cut) => this.#onCut(cut, beginUs, cutter));
		const settings = {
			mimeType: this.#type,
			videoBitsPerSecond: VIDEO_BPS,
			videoKeyFrameIntervalDuration: KEY_MS,
		};
		const recorder = new MediaRecorder(media, settings);
		this.#recorder = recorder;
		this.#done = this.#read(recorder, cutter);
		recorder.start(SLICE_MS);
	}

	/** @param {MediaRecorder} recorder @param {Cutter} cutter @returns {Promise<void>} when it has ended */
	#read(recorder, cutter) {
		// Blobs are read in turn, for reading one takes its time.
		let reading = Promise.resolve();
		const fail = (/** @type {unknown} */ error) => {
			if (!this.#isClosed) this.#on.fail(error);
		};
		recorder.ondataavailable = ({ data }) => {
			reading = reading
				.then(async () => cutter.push(new Uint8Array(await data.arrayBuffer())))
				.catch(fail);
		};
		recorder.onerror = fail;
		return new Promise((resolve) => {
			recorder.onstop = () => reading.then(() => cutter.flush()).then(resolve, resolve);
		});
	}

	/** @param {import('./cutter.js').Cut} cut @param {number} beginUs @param {Cutter} cutter */
	#onCut(cut, beginUs, cutter) {
		if (this.#isClosed) return;
		const [h264, sound] = [/^avc/, /^(Opus|mp4a)/].map((one) => cutter.codecs.find((c) => one.test(c)));
		this.#label = { video: h264 ? 'H.264' : 'VP9', audio: sound === 'Opus' ? 'Opus' : (sound && 'AAC') || '' };
		this.#count += 1;
		this.#on.segment({
			startUs: beginUs + cut.startUs,
			durationUs: cut.durationUs,
			isDiscontinuity: cut.init !== null && this.#count > 1,
			init: cut.init,
			data: cut.data,
		});
	}
}
