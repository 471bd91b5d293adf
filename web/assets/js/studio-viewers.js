// @ts-check
/** The studio's list of viewers: who is connected how, and what they get. */

import { get, partOf, say, stamp } from './dom.js';
import { bitrate } from './format.js';

const MEASURE_MS = 3000;
/** How long somebody who left stays on the list, so that it is seen. */
const LEFT_MS = 8000;

/** @typedef {import('./publisher.js').RowState} RowState */

/** @type {Record<RowState, string>} */
const WORDS = {
	connecting: 'Connecting',
	connected: 'Connected',
	reconnecting: 'Reconnecting',
	left: 'Left',
};

export class ViewerList {
	/** @type {Map<string, HTMLElement>} */ #rows = new Map();
	#list = get('viewers', HTMLElement);
	#empty = get('viewers-empty', HTMLElement);
	#made = 0;
	#publisher;

	/** @param {() => import('./publisher.js').Publisher|null} publisher */
	constructor(publisher) {
		this.#publisher = publisher;
		setInterval(() => this.#measure(), MEASURE_MS);
	}

	/** @param {string} peerId @param {RowState} state */
	set(peerId, state) {
		const row = this.#rows.get(peerId) ?? this.#add(peerId);
		row.dataset.state = state;
		say(partOf(row, 'state'), WORDS[state]);
		if (state !== 'connected') say(partOf(row, 'stats'), '');
		if (state === 'left') {
			this.#rows.delete(peerId);
			setTimeout(() => this.#remove(row), LEFT_MS);
		}
		this.#empty.hidden = this.#list.childElementCount > 0;
	}

	clear() {
		this.#rows.clear();
		this.#list.replaceChildren();
		this.#empty.hidden = false;
		this.#made = 0;
	}

	/** @param {string} peerId */
	#add(peerId) {
		const row = stamp('viewer-row');
		this.#made += 1;
		say(partOf(row, 'name'), `Viewer ${this.#made}`);
		this.#rows.set(peerId, row);
		this.#list.append(row);
		return row;
	}

	/** @param {HTMLElement} row */
	#remove(row) {
		row.remove();
		this.#empty.hidden = this.#list.childElementCount > 0;
	}

	async #measure() {
		if (document.hidden) return;
		for (const [peerId, row] of this.#rows) {
			if (row.dataset.state !== 'connected') continue;
			const sent = await this.#publisher()?.measure(peerId);
			if (!sent || !sent.height || row.dataset.state !== 'connected') continue;
			const size = `${sent.width}×${sent.height}`;
			say(partOf(row, 'stats'), sent.bps ? `${size} · ${bitrate(sent.bps)}` : size);
		}
	}
}
