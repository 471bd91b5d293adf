// @ts-check
/**
 * The timeline: where the picture is, and going elsewhere, by pointer, touch
 * and keys. It reads the element that is seen and moves it; whether there is
 * anything to move in is for others to say.
 */

import { get, say } from './dom.js';
import { clock, spoken } from './format.js';
import { thumbnailAt } from './thumbnails.js';

const EVERY_MS = 250;
const STEP_SECONDS = 5;
const PAGE_SECONDS = 60;
/** Going to the very end would end it. */
const END_SECONDS = 0.5;

/** @typedef {import('./thumbnails.js').Thumbnail} Thumbnail */

export class SeekBar {
	#root = get('seek', HTMLElement);
	#range = get('seek-range', HTMLInputElement);
	#time = get('time', HTMLElement);
	#tip = get('seek-tip', HTMLElement);
	#tipTime = get('seek-time', HTMLElement);
	#picture = get('seek-picture', HTMLElement);
	/** @type {Thumbnail[]} */ #thumbnails = [];
	#timer = 0;
	#isDragged = false;
	#video;

	/** @param {() => HTMLVideoElement} video the one that is seen */
	constructor(video) {
		this.#video = video;
		const range = this.#range;
		range.addEventListener('input', () => this.#seek(Number(range.value)));
		range.addEventListener('pointerdown', () => {
			this.#isDragged = true;
		});
		for (const name of ['pointerup', 'pointercancel', 'change']) {
			range.addEventListener(name, () => {
				this.#isDragged = false;
			});
		}
		range.addEventListener('keydown', (event) => this.#onKey(event));
		range.addEventListener('pointermove', (event) => this.#showTip(event));
		range.addEventListener('pointerleave', () => {
			this.#tip.hidden = true;
		});
		document.addEventListener('keydown', (event) => this.#onPageKey(event));
	}

	get isOpen() {
		return this.#timer !== 0;
	}

	open() {
		if (this.isOpen) return;
		this.#root.hidden = false;
		this.#time.hidden = false;
		this.#timer = window.setInterval(() => this.#draw(), EVERY_MS);
		this.#draw();
	}

	close() {
		clearInterval(this.#timer);
		this.#timer = 0;
		this.#root.hidden = true;
		this.#time.hidden = true;
		this.#tip.hidden = true;
		this.#thumbnails = [];
	}

	/** @param {Thumbnail[]} thumbnails */
	showThumbnails(thumbnails) {
		this.#thumbnails = thumbnails;
	}

	get #length() {
		const { duration, seekable } = this.#video();
		if (Number.isFinite(duration)) return duration;
		return seekable.length ? seekable.end(seekable.length - 1) : 0;
	}

	/** @param {number} seconds */
	#seek(seconds) {
		const end = Math.max(0, this.#length - END_SECONDS);
		this.#video().currentTime = Math.min(end, Math.max(0, seconds));
		this.#draw();
	}

	#draw() {
		const length = this.#length;
		const { currentTime } = this.#video();
		this.#range.max = String(length || 1);
		if (!this.#isDragged) this.#range.value = String(currentTime);
		const part = length ? Math.min(1, currentTime / length) : 0;
		this.#range.style.setProperty('--played', `${part * 100}%`);
		this.#range.setAttribute('aria-valuetext', `${spoken(currentTime)} of ${spoken(length)}`);
		say(this.#time, `${clock(currentTime * 1000)} / ${clock(length * 1000)}`);
	}

	/** @param {KeyboardEvent} event */
	#onKey(event) {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		const now = this.#video().currentTime;
		/** @type {Record<string, number>} */
		const goals = {
			ArrowLeft: now - STEP_SECONDS,
			ArrowDown: now - STEP_SECONDS,
			ArrowRight: now + STEP_SECONDS,
			ArrowUp: now + STEP_SECONDS,
			PageDown: now - PAGE_SECONDS,
			PageUp: now + PAGE_SECONDS,
			Home: 0,
			End: this.#length,
		};
		const goal = goals[event.key];
		if (goal === undefined) return;
		event.preventDefault();
		event.stopPropagation();
		this.#seek(goal);
	}

	/** Left and right anywhere, where nothing else uses them. @param {KeyboardEvent} event */
	#onPageKey(event) {
		if (!this.isOpen || !/^Arrow(Left|Right)$/.test(event.key)) return;
		const target = /** @type {Element} */ (event.target);
		if (!target.closest('input, textarea, select, dialog')) this.#onKey(event);
	}

	/** @param {PointerEvent} event */
	#showTip(event) {
		if (event.pointerType === 'touch' || !this.#length) return;
		const box = this.#range.getBoundingClientRect();
		const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
		const seconds = part * this.#length;
		say(this.#tipTime, clock(seconds * 1000));
		this.#showPicture(thumbnailAt(this.#thumbnails, seconds));
		this.#tip.hidden = false;
		// Whole, also at the ends.
		const half = this.#tip.offsetWidth / 2;
		const x = Math.min(Math.max(part * box.width, half), box.width - half);
		this.#tip.style.setProperty('--x', `${x}px`);
	}

	/** @param {Thumbnail|null} thumbnail */
	#showPicture(thumbnail) {
		this.#picture.hidden = !thumbnail;
		if (!thumbnail) return;
		const { style } = this.#picture;
		style.width = `${thumbnail.width}px`;
		style.height = `${thumbnail.height}px`;
		// An address that the URL parser wrote has no quotes.
		style.backgroundImage = `url("${thumbnail.url}")`;
		style.backgroundPosition = `-${thumbnail.x}px -${thumbnail.y}px`;
	}
}
