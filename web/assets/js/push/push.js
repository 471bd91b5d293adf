// @ts-check
/**
 * What this page sends to the server beside what it sends to viewers: its
 * tracks, encoded, cut and uploaded for those who watch by files, and for the
 * replay. One object a broadcast of this page; it neither starts nor stops the
 * stream. Engines make segments of tracks, the uploader brings them away.
 */

import { putMedia } from '../api.js';
import { DayTime } from './clock.js';
import { CodecEngine } from './codec-engine.js';
import { videoKinds } from './codecs.js';
import { RecorderEngine, recorderType } from './recorder-engine.js';
import { Ticker } from './ticker.js';
import { Uploader } from './uploader.js';

const TICK_MS = 50;
const SAY_MS = 500;
/** The first picture for the list of streams, and the next ones. */
const POSTER_FIRST_MS = 3000;
const POSTER_MS = 60_000;
/** Behind by so much and not catching up: the line is too narrow. */
const BEHIND_SECONDS = 12;
const LINE_MS = 10_000;
const SESSION_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const MEGABYTE = 1024 * 1024;

/**
 * @typedef {import('../publisher-peer.js').Tracks} Tracks
 * @typedef {import('../api.js').Problem} Problem
 *
 * @typedef {object} EngineSegment
 * @property {number} startUs  on the common clock
 * @property {number} durationUs
 * @property {boolean} isDiscontinuity
 * @property {Uint8Array|null} init
 * @property {Uint8Array} data
 *
 * @typedef {object} EngineEvents
 * @property {(segment: EngineSegment) => void} segment
 * @property {(error: unknown) => void} fail  there will be no more
 *
 * @typedef {CodecEngine|RecorderEngine} Engine
 *
 * @typedef {'opening'|'pushing'|'finishing'|'done'|'unable'|'refused'} PushState
 *
 * @typedef {object} PushStatus
 * @property {PushState} state
 * @property {string} video  H.264 or VP9; empty until it is known
 * @property {string} audio  AAC or Opus; empty where there is none
 * @property {number} secondsBehind  recorded and not on the server
 * @property {Problem|null} trouble  why nothing moves
 * @property {number} secondsLost  that are missing in the replay
 * @property {string} lostWhy
 * @property {Problem|null} refusal
 *
 * @typedef {object} PushEvents
 * @property {(status: PushStatus) => void} status  told a few times a second
 * @property {() => Promise<void>} denied  as Uploader has it
 */

export class Push {
	/** @type {PushState} */ #state = 'opening';
	/** @type {Engine|null} */ #engine = null;
	/** @type {Ticker|null} */ #ticker = null;
	/** @type {Tracks} */ #tracks = { video: null, audio: null };
	/** @type {Uploader|null} */ #uploader = null;
	/** @type {Problem|null} */ #trouble = null;
	/** @type {Problem|null} */ #refusal = null;
	#lost = { seconds: 0, why: '' };
	#day = new DayTime();
	#session = randomName();
	#segments = 0;
	#inits = 0;
	#saidMs = 0;
	#posterMs = 0;
	#line = { atMs: 0, seconds: 0, isTroubled: false };
	#videoId;
	#key;
	#on;

	/**
	 * @param {string} videoId
	 * @param {() => string|null} key asked for at every request: it may be rotated
	 * @param {PushEvents} on
	 */
	constructor(videoId, key, on) {
		this.#videoId = videoId;
		this.#key = key;
		this.#on = on;
	}

	/** @returns {PushStatus} */
	get status() {
		return {
			state: this.#state,
			...(this.#segments && this.#engine ? this.#engine.label : { video: '', audio: '' }),
			secondsBehind: this.#uploader?.secondsBehind ?? 0,
			trouble: this.#trouble,
			secondsLost: this.#lost.seconds,
			lostWhy: this.#lost.why,
			refusal: this.#refusal,
		};
	}

	/** @param {Tracks} tracks */
	async open(tracks) {
		this.#tracks = { ...tracks };
		const engine = await chooseEngine(tracks, {
			segment: (segment) => this.#onSegment(segment),
			fail: () => this.#fail(),
		});
		if (this.#state !== 'opening') return;
		if (!engine) {
			this.#fail();
			return;
		}
		this.#engine = engine;
		this.#uploader = this.#makeUploader(engine.targetSeconds);
		this.#become('pushing');
		this.#posterMs = performance.now() + POSTER_FIRST_MS;
		engine.open(this.#tracks);
		this.#ticker = new Ticker(TICK_MS, () => this.#tick());
	}

	/** @param {'video'|'audio'} kind @param {MediaStreamTrack|null} track */
	replace(kind, track) {
		this.#tracks[kind] = track;
		if (this.#state === 'pushing') this.#engine?.replace(kind, track);
	}

	/** Records no more, and resolves once all is on the server, or never will be. */
	async finish() {
		if (this.#state === 'opening') this.#end('done');
		const isBroken = this.#state === 'unable' && this.#uploader !== null;
		if (this.#state !== 'pushing' && !isBroken) return;
		this.#become('finishing');
		if (!isBroken) await this.#engine?.flush();
		this.#engine?.close();
		await this.#uploader?.drain();
		if (this.#state === 'finishing') this.#end('done');
	}

	/** Ends at once; what was not sent is lost. */
	close() {
		if (this.#state === 'refused') return;
		this.#end('done');
	}

	/** The engine gave up; what it has made is still sent. */
	#fail() {
		this.#ticker?.close();
		this.#engine?.close();
		this.#become('unable');
	}

	/** @param {number} targetSeconds */
	#makeUploader(targetSeconds) {
		/** @type {import('./uploader.js').Put} */
		const put = (name, body, options) => putMedia(this.#videoId, name, body, options);
		return new Uploader(put, this.#key, { bytesMax: memoryMax(), targetSeconds }, {
			change: () => this.#say(),
			trouble: (problem) => {
				if (problem) this.#line.isTroubled = true;
				if (problem === this.#trouble) return;
				this.#trouble = problem;
				this.#say();
			},
			lost: (problem, seconds) => {
				this.#lost.seconds += seconds;
				this.#lost.why = problem ? problem.detail || problem.title : '';
				this.#say();
			},
			refused: (problem) => {
				this.#refusal = problem;
				this.#end('refused');
			},
			denied: () => this.#on.denied(),
		});
	}

	/** @param {EngineSegment} segment */
	#onSegment({ startUs, durationUs, isDiscontinuity, init, data }) {
		const uploader = this.#uploader;
		if (!uploader || (this.#state !== 'pushing' && this.#state !== 'finishing')) return;
		if (init) {
			this.#inits += 1;
			uploader.addInit(this.#initName, init);
		}
		uploader.addSegment({
			name: `${this.#session}-${this.#segments}.m4s`,
			init: this.#initName,
			seconds: durationUs / 1e6,
			atMs: this.#day.at(startUs),
			isDiscontinuity,
		}, data);
		this.#segments += 1;
	}

	get #initName() {
		return `${this.#session}-init${this.#inits - 1}.mp4`;
	}

	#tick() {
		if (this.#state !== 'pushing') return;
		this.#engine?.tick();
		const nowMs = performance.now();
		if (nowMs - this.#saidMs > SAY_MS) this.#say();
		if (nowMs - this.#line.atMs > LINE_MS) this.#judgeLine(nowMs);
		if (nowMs > this.#posterMs && this.#segments) {
			this.#posterMs = nowMs + POSTER_MS;
			this.#sendPoster();
		}
	}

	/** A line that was never down and still doesn't catch up is too narrow. @param {number} nowMs */
	#judgeLine(nowMs) {
		const seconds = this.#uploader?.secondsBehind ?? 0;
		const isNarrow = seconds > BEHIND_SECONDS && seconds >= this.#line.seconds;
		if (isNarrow && !this.#line.isTroubled) this.#engine?.lighten('line');
		this.#line = { atMs: nowMs, seconds, isTroubled: this.#trouble !== null };
	}

	async #sendPoster() {
		const picture = await this.#engine?.snapshot().catch(() => null);
		if (picture && this.#state === 'pushing') this.#uploader?.addPicture(picture);
	}

	/** @param {'done'|'refused'} state */
	#end(state) {
		this.#ticker?.close();
		this.#engine?.close();
		this.#uploader?.close();
		this.#become(state);
	}

	/** @param {PushState} state */
	#become(state) {
		if (state === this.#state) return;
		this.#state = state;
		this.#say();
	}

	#say() {
		this.#saidMs = performance.now();
		this.#on.status(this.status);
	}
}

/**
 * The browser's own encoders; a recorder where they are missing, or where
 * they would leave the sound out.
 * @param {Tracks} tracks @param {EngineEvents} on
 * @returns {Promise<Engine|null>}
 */
async function chooseEngine(tracks, on) {
	const kinds = await videoKinds();
	const type = recorderType();
	const isDeaf = tracks.audio !== null && !('AudioEncoder' in globalThis);
	if (kinds.length && !(isDeaf && type)) return new CodecEngine(kinds, on);
	return type ? new RecorderEngine(type, on) : null;
}

/** What may wait in memory: an eighth of what the machine has, a gigabyte at the most. */
function memoryMax() {
	const gigabytes = /** @type {any} */ (navigator).deviceMemory ?? 4;
	return Math.min(1024, Math.max(256, gigabytes * 128)) * MEGABYTE;
}

function randomName() {
	const bytes = crypto.getRandomValues(new Uint8Array(8));
	return [...bytes].map((byte) => SESSION_LETTERS[byte % SESSION_LETTERS.length]).join('');
}
