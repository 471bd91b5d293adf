// @ts-check
/**
 * What was kept of a broadcast: offered where it has ended, with its poster,
 * and played on demand. Words while it is being made, and where it couldn't be.
 */

import { Backoff } from './backoff.js';
import { get, say } from './dom.js';
import { bytes, clock } from './format.js';
import { HlsWay } from './hls-way.js';
import { loadThumbnails } from './thumbnails.js';

/** So many tries in a row without a frame are enough. */
const TRIES_MAX = 5;

/**
 * @typedef {import('./api.js').Stream} Stream
 * @typedef {import('./api.js').Problem} Problem
 *
 * @typedef {object} ReplayEvents
 * @property {() => void} begun
 * @property {(title: string) => void} failed  it can't be played
 */

export class Replay {
	#root = get('player', HTMLElement);
	#poster = get('poster', HTMLImageElement);
	#button = get('watch-replay', HTMLButtonElement);
	#length = get('replay-length', HTMLElement);
	#download = get('download', HTMLAnchorElement);
	#speed = get('speed', HTMLSelectElement);
	/** @type {Stream|null} */ #stream = null;
	/** @type {HlsWay|null} */ #way = null;
	#backoff = new Backoff(1000, 10_000);
	#tries = 0;
	#retryTimer = 0;
	#player;
	#seekBar;
	#on;

	/**
	 * @param {import('./player.js').Player} player
	 * @param {import('./seek-bar.js').SeekBar} seekBar
	 * @param {ReplayEvents} on
	 */
	constructor(player, seekBar, on) {
		this.#player = player;
		this.#seekBar = seekBar;
		this.#on = on;
		this.#button.addEventListener('click', () => this.#begin());
		this.#speed.addEventListener('change', () => this.#setSpeed());
		this.#poster.addEventListener('error', () => {
			this.#poster.hidden = true;
		});
	}

	/**
	 * To be called when either changed.
	 * @param {Stream|null} stream @param {import('./viewer-machine.js').State} state
	 */
	draw(stream, state) {
		this.#stream = stream;
		const recording = stream?.recording ?? null;
		const isKept = recording?.state === 'READY' && recording.hlsUrl !== null;
		const isOffered = state === 'ended' && isKept;
		this.#button.hidden = !isOffered;
		const seconds = recording?.durationSeconds ?? null;
		say(this.#length, seconds === null ? '' : clock(seconds * 1000));
		this.#showPoster(recording?.posterUrl ?? null, state);
		this.#showDownload(isKept && (isOffered || state === 'replay'));
		this.#speed.hidden = state !== 'replay';
		if (state !== 'replay') this.#close();
	}

	/** @param {string|null} url @param {string} state */
	#showPoster(url, state) {
		const isCovered = state === 'replay' && !this.#root.hasAttribute('data-busy');
		const isWanted = url !== null && (state === 'ended' || state === 'replay') && !isCovered;
		if (isWanted && this.#poster.getAttribute('src') !== url) this.#poster.src = url;
		this.#poster.hidden = !isWanted;
	}

	/** @param {boolean} isThere */
	#showDownload(isThere) {
		const { mp4Url = null, mp4Bytes = null } = this.#stream?.recording ?? {};
		this.#download.hidden = !isThere || !mp4Url;
		if (!mp4Url) return;
		this.#download.href = mp4Url;
		this.#download.download = `${fileNameOf(this.#stream?.title ?? '')}.mp4`;
		const size = mp4Bytes === null ? '' : ` (${bytes(mp4Bytes)})`;
		const label = this.#download.querySelector('[data-label]') ?? this.#download;
		say(label, `Download${size}`);
		this.#download.title = `Download the replay${size}`;
	}

	#begin() {
		const recording = this.#stream?.recording;
		if (!recording?.hlsUrl) return;
		this.#root.dataset.busy = '';
		this.#tries = 0;
		this.#player.release();
		this.#player.soundOn();
		this.#on.begun();
		this.#load(recording.hlsUrl, startOfAddress());
		this.#seekBar.open();
		get('play', HTMLElement).focus({ preventScroll: true });
		if (!recording.thumbnailsUrl) return;
		loadThumbnails(recording.thumbnailsUrl).then((all) => this.#seekBar.showThumbnails(all));
	}

	/** @param {string} url @param {number} startAt */
	#load(url, startAt) {
		const way = new HlsWay(url, 'replay', startAt, {
			flowing: () => this.#show(way),
			lost: () => this.#again(way),
			refused: (problem) => this.#fail(problem.title),
		});
		this.#way = way;
		this.#player.stage(way);
	}

	/** @param {HlsWay} way */
	async #show(way) {
		if (way !== this.#way) return;
		this.#tries = 0;
		this.#backoff.reset();
		await this.#player.show(way);
		delete this.#root.dataset.busy;
		this.#poster.hidden = true;
		this.#setSpeed();
	}

	/** Where it was. @param {HlsWay} way */
	#again(way) {
		if (way !== this.#way) return;
		this.#tries += 1;
		if (this.#tries > TRIES_MAX) {
			this.#fail('The replay could not be loaded');
			return;
		}
		const run = () => this.#load(way.url, way.time || startOfAddress());
		this.#retryTimer = window.setTimeout(run, this.#backoff.nextMs());
	}

	/** @param {string} title */
	#fail(title) {
		delete this.#root.dataset.busy;
		this.#on.failed(title);
	}

	#close() {
		clearTimeout(this.#retryTimer);
		if (!this.#way) return;
		this.#way = null;
		delete this.#root.dataset.busy;
		this.#player.video.pause();
		this.#seekBar.close();
	}

	#setSpeed() {
		this.#player.video.playbackRate = Number(this.#speed.value);
	}
}

/** The second that the page's address names, `?t=90`. */
function startOfAddress() {
	const seconds = Number.parseFloat(new URLSearchParams(location.search).get('t') ?? '');
	return seconds > 0 && Number.isFinite(seconds) ? seconds : 0;
}

/** A title as every file system takes it. @param {string} title */
function fileNameOf(title) {
	const plain = title.replace(/[^\p{L}\p{N} ._-]+/gu, '').trim().slice(0, 80);
	return plain.replace(/^\.+/, '') || 'replay';
}
