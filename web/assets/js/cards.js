// @ts-check
/**
 * A list of streams as cards. A card stays its stream's, so that a refresh
 * moves nobody's focus.
 */

import { partOf, say, stamp } from './dom.js';

/** @typedef {import('./api.js').Stream} Stream */

export class Cards {
	/** @type {Map<string, HTMLElement>} */ #cards = new Map();
	#list;
	#template;
	#fill;

	/**
	 * @param {HTMLElement} list
	 * @param {string} template the id of a <template> with a card
	 * @param {(card: HTMLElement, stream: Stream) => void} fill what differs
	 */
	constructor(list, template, fill) {
		this.#list = list;
		this.#template = template;
		this.#fill = fill;
	}

	/** @param {Stream[]} streams in the order in which they are shown */
	draw(streams) {
		const seen = new Set(streams.map((stream) => stream.videoId));
		for (const [videoId, card] of this.#cards) {
			if (seen.has(videoId)) continue;
			card.remove();
			this.#cards.delete(videoId);
		}
		streams.forEach((stream, i) => {
			const card = this.#cards.get(stream.videoId) ?? this.#make(stream);
			say(partOf(card, 'title'), stream.title);
			say(partOf(card, 'initial'), [...stream.title.trim()][0]?.toUpperCase() ?? '');
			showPoster(card, stream.recording?.posterUrl ?? null);
			this.#fill(card, stream);
			const at = this.#list.children[i];
			if (at !== card) this.#list.insertBefore(card, at ?? null);
		});
	}

	/** @param {Stream} stream */
	#make(stream) {
		const card = stamp(this.#template);
		const link = /** @type {HTMLAnchorElement} */ (partOf(card, 'title'));
		link.href = `/watch/${stream.videoId}`;
		card.style.setProperty('--hue', String(hueOf(stream.videoId)));
		const picture = partOf(card, 'poster');
		picture.addEventListener('error', () => {
			picture.hidden = true;
		});
		this.#cards.set(stream.videoId, card);
		return card;
	}
}

/** @param {HTMLElement} card @param {string|null} url */
function showPoster(card, url) {
	const picture = /** @type {HTMLImageElement} */ (partOf(card, 'poster'));
	if (picture.getAttribute('src') === url) return;
	picture.hidden = url === null;
	if (url === null) picture.removeAttribute('src');
	else picture.src = url;
}

/** A stream's own colour, the same at every visit. @param {string} text */
function hueOf(text) {
	let sum = 7;
	for (const c of text) sum = (sum * 31 + c.charCodeAt(0)) % 360;
	return sum;
}
