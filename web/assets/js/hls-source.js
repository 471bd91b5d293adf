// @ts-check
/**
 * One playlist in one video element, from loading to its end. hls.js does it
 * where the browser has Media Source Extensions; where it has not, and can
 * play HLS by itself (Safari on older phones), the element gets the address.
 *
 * The library is fetched when it is needed first. What it can mend itself it
 * mends; what a decoder stumbled over is tried twice more. The rest is either
 * `broken` (another try may do) or `refused` (no try will).
 */

import { empty } from './screens.js';
import { unplayable } from './words.js';

const LIBRARY = '../vendor/hls.js';
const WORKER = new URL('../vendor/hls.worker.js', import.meta.url).href;
const NATIVE_TYPE = 'application/vnd.apple.mpegurl';
/** A decoder that stumbles more often within this time won't get up. */
const MENDS_MAX = 2;
const MENDS_MS = 30_000;
/** How fast a viewer who fell behind catches up. */
const CATCH_UP_RATE = 1.5;
/** So near the end of what was loaded, what follows is needed. */
const TURN_SECONDS = 0.3;
/** Native players keep about so far from the end. */
const NATIVE_EDGE_SECONDS = 6;

/** When the place of the picture is another, or what becomes of it. */
const PLACE_EVENTS = ['timeupdate', 'waiting', 'seeking', 'play', 'pause', 'ratechange'];

/**
 * @typedef {import('./api.js').Problem} Problem
 *
 * @typedef {object} SourceEvents
 * @property {(reason: string) => void} broken  once
 * @property {(problem: Problem) => void} refused  once
 *
 * @typedef {{number: number, offset: number}} Place  a segment, and seconds into it
 *
 * @typedef {object} SourceOptions
 * @property {boolean} isLive stay near the end, and come back to it
 * @property {number} [startAt] seconds; default: the live edge, or the start
 */

/** Whether this browser may play HLS; cheap, and loads nothing. */
export function mayPlayHls() {
	if ('MediaSource' in window || 'ManagedMediaSource' in window) return true;
	return document.createElement('video').canPlayType(NATIVE_TYPE) !== '';
}

export class HlsSource {
	/** @type {any} */ #hls = null;
	#isNative = false;
	#isOver = false;
	#isClosed = false;
	/** @type {number[]} */ #mends = [];
	/** The stretch between two discontinuities that was loaded last. @type {number|null} */
	#stretch = null;
	/** Where the stretch begins that can't follow it. @type {number|null} */ #turnAt = null;
	/** How it stands, for when the library has emptied the element. */
	#stand = { seconds: 0, paused: false, rate: 1 };
	#onPlace = () => {
		const { currentTime, paused, playbackRate } = this.#video;
		this.#stand = { seconds: currentTime, paused, rate: playbackRate };
		this.#turn();
		this.#endAtGap();
	};
	/** @type {any} */ #library = null;
	/** @type {() => void} */ #onNativeError = () => {};
	#video;
	#url;
	#options;
	#on;

	/**
	 * @param {HTMLVideoElement} video
	 * @param {string} url
	 * @param {SourceOptions} options
	 * @param {SourceEvents} on
	 */
	constructor(video, url, options, on) {
		this.#video = video;
		this.#url = url;
		this.#options = options;
		this.#on = on;
	}

	async open() {
		let library;
		try {
			library = (await import(LIBRARY)).default;
		} catch {
			this.#break('the player could not be loaded');
			return;
		}
		if (this.#isOver) return;
		if (library.isSupported()) this.#begin(library);
		else if (this.#video.canPlayType(NATIVE_TYPE)) this.#openNative();
		else this.#refuse(unplayable('', ''));
	}

	/** Seconds between what is shown and what there is; 0 where unknown. */
	get latency() {
		if (this.#hls) return this.#hls.latency ?? 0;
		const { seekable, currentTime } = this.#video;
		return seekable.length ? Math.max(0, seekable.end(seekable.length - 1) - currentTime) : 0;
	}

	/** The latency that a player keeps for safety. */
	get targetLatency() {
		return this.#hls?.targetLatency ?? NATIVE_EDGE_SECONDS;
	}

	/** Where "live" is, in the element's time; null where unknown. */
	get edge() {
		if (this.#hls) return this.#hls.liveSyncPosition;
		const { seekable } = this.#video;
		return seekable.length ? seekable.end(seekable.length - 1) - NATIVE_EDGE_SECONDS : null;
	}

	/** Lets go of the element; the picture goes with it. */
	close() {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#isOver = true;
		this.#video.removeEventListener('error', this.#onNativeError);
		for (const name of PLACE_EVENTS) this.#video.removeEventListener(name, this.#onPlace);
		this.#hls?.destroy();
		if (this.#isNative) empty(this.#video);
	}

	/** @param {any} library */
	#begin(library) {
		this.#library = library;
		for (const name of PLACE_EVENTS) this.#video.addEventListener(name, this.#onPlace);
		this.#openLibrary(this.#options.startAt ?? -1);
		this.#play();
	}

	/** @param {number} startAt seconds; -1: the live edge, or the start */
	#openLibrary(startAt) {
		const { isLive } = this.#options;
		const library = this.#library;
		const hls = new library({
			startPosition: startAt,
			maxLiveSyncPlaybackRate: isLive ? CATCH_UP_RATE : 1,
			workerPath: WORKER,
			// Our playlists have none of it.
			enableInterstitialPlayback: false,
			enableID3MetadataCues: false,
			enableEmsgMetadataCues: false,
			backBufferLength: 60,
		});
		this.#hls = hls;
		hls.on(library.Events.ERROR, (/** @type {string} */ _, /** @type {any} */ data) => {
			if (this.#isOver) return;
			if (this.#isOther(data)) this.#turnSoon(data.frag.start);
			else if (data.fatal) this.#onFatal(data);
		});
		hls.on(library.Events.FRAG_BUFFERED, (/** @type {string} */ _, /** @type {any} */ data) => {
			this.#stretch = data.frag.cc;
		});
		hls.loadSource(this.#url);
		hls.attachMedia(this.#video);
	}

	/**
	 * An encoder without sound is followed by one with it, or the other way
	 * round: the library's buffers can't take that. So what is loaded is played
	 * to its end, and the library begins anew behind it.
	 */
	#turn() {
		const video = this.#video;
		if (this.#turnAt === null || this.#isOver || aheadOf(video) > TURN_SECONDS) return;
		const { seconds, paused, rate } = this.#stand;
		const isNear = Math.abs(this.#turnAt - seconds) < 2 * TURN_SECONDS;
		const at = isNear ? this.#turnAt : seconds;
		const place = placeOf(this.#hls.latestLevelDetails, at);
		this.#turnAt = null;
		this.#stretch = null;
		this.#hls.destroy();
		this.#openLibrary(at);
		if (place) this.#startAt(place);
		video.playbackRate = rate;
		if (!paused) this.#play();
	}

	/**
	 * A list that slides counts its seconds from another begin by now; its
	 * segments have numbers.
	 * @param {Place} place
	 */
	#startAt({ number, offset }) {
		const hls = this.#hls;
		const { LEVEL_LOADED } = this.#library.Events;
		hls.once(LEVEL_LOADED, (/** @type {string} */ _, /** @type {any} */ { details }) => {
			const segment = details.fragments.find((/** @type {any} */ one) => one.sn === number);
			hls.startLoad(segment ? segment.start + offset : -1);
		});
	}

	/** Where the last segments never came the library would wait for them for ever. */
	#endAtGap() {
		const details = this.#hls?.latestLevelDetails;
		if (this.#isOver || !details || details.live || !details.fragments.at(-1)?.gap) return;
		const last = details.fragments.findLast((/** @type {any} */ one) => !one.gap);
		const { ended, currentTime } = this.#video;
		const isThere = last && currentTime > last.end - TURN_SECONDS && aheadOf(this.#video) < TURN_SECONDS;
		if (isThere && !ended) this.#hls.trigger(this.#library.Events.BUFFER_EOS, {});
	}

	#play() {
		this.#video.play().catch(() => {});
	}

	#openNative() {
		const video = this.#video;
		const { startAt } = this.#options;
		this.#onNativeError = () => {
			const { code } = video.error ?? {};
			// 4 is both "not found" and "not playable": only asking tells.
			if (code !== 4) this.#break('the picture could not be decoded');
			else this.#askWhy();
		};
		video.addEventListener('error', this.#onNativeError);
		this.#isNative = true;
		video.src = this.#url;
		this.#play();
		if (!startAt) return;
		const seek = () => {
			video.currentTime = startAt;
		};
		video.addEventListener('loadedmetadata', seek, { once: true });
	}

	async #askWhy() {
		const answer = await fetch(this.#url, { cache: 'no-store' }).catch(() => null);
		if (answer?.ok) this.#refuse(unplayable('', ''));
		else this.#break('the playlist is not there');
	}

	/** @param {any} data */
	#onFatal(data) {
		const { ErrorDetails, ErrorTypes } = this.#library;
		if (data.details === ErrorDetails.BUFFER_ADD_CODEC_ERROR) {
			const [, kind = '', codecs = ''] = /^(\w+)\/.*codecs="?([^"]*)/.exec(data.mimeType) ?? [];
			this.#refuse(unplayable(kind, codecs));
		} else if (data.details === ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR) {
			this.#refuse(unplayable('', missingCodec(String(data.reason))));
		} else if (data.type === ErrorTypes.MEDIA_ERROR && this.#mayMend()) {
			const { paused } = this.#video;
			this.#hls.recoverMediaError();
			if (!paused) this.#play();
		} else {
			this.#break(String(data.details));
		}
	}

	/** Is it the first of a stretch that can't follow what was loaded? @param {any} data */
	#isOther({ details, frag }) {
		const { BUFFER_APPEND_ERROR, MEDIA_SOURCE_REQUIRES_RESET } = this.#library.ErrorDetails;
		const isRefused = details === BUFFER_APPEND_ERROR || details === MEDIA_SOURCE_REQUIRES_RESET;
		return isRefused && this.#stretch !== null && frag && frag.cc !== this.#stretch;
	}

	/** Not beneath the library that tells of it. @param {number} seconds */
	#turnSoon(seconds) {
		this.#turnAt = seconds;
		queueMicrotask(() => this.#turn());
	}

	#mayMend() {
		const now = performance.now();
		this.#mends = this.#mends.filter((at) => now - at < MENDS_MS);
		this.#mends.push(now);
		return this.#mends.length <= MENDS_MAX;
	}

	/** The last frame stays: the element is let go of by close(). @param {string} reason */
	#break(reason) {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#hls?.stopLoad();
		this.#on.broken(reason);
	}

	/** @param {Problem} problem */
	#refuse(problem) {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#hls?.stopLoad();
		this.#on.refused(problem);
	}
}

/** Seconds of media behind the one that is shown. @param {HTMLVideoElement} video */
export function aheadOf({ buffered, currentTime }) {
	for (let i = 0; i < buffered.length; i += 1) {
		const isHere = buffered.start(i) <= currentTime + 0.1 && buffered.end(i) >= currentTime;
		if (isHere) return buffered.end(i) - currentTime;
	}
	return 0;
}

/** @param {any} details @param {number} seconds @returns {Place|null} */
function placeOf(details, seconds) {
	const isHere = (/** @type {any} */ one) => one.start <= seconds + 0.01 && seconds + 0.01 < one.end;
	const segment = details?.fragments.find(isHere);
	return segment ? { number: segment.sn, offset: Math.max(0, seconds - segment.start) } : null;
}

/** The first codec of a list in words that this browser has not. @param {string} text */
function missingCodec(text) {
	/** @type {any} */
	const source = 'MediaSource' in window ? MediaSource : window['ManagedMediaSource'];
	const all = text.match(/[A-Za-z]{2}[A-Za-z0-9]{2}(\.[A-Za-z0-9.]+)?|opus/g) ?? [];
	const codecs = all.filter((codec) => codec.includes('.') || codec === 'opus');
	const known = (/** @type {string} */ codec) =>
		source.isTypeSupported(`video/mp4; codecs="${codec}"`);
	return codecs.find((codec) => !known(codec)) ?? codecs[0] ?? '';
}
