// @ts-check
/**
 * Links to a private stream: each is good for a while, for so many people at
 * once, and until the key is replaced. The page keeps the last one alone.
 */

import { Problem, makeToken } from './api.js';
import { get, say } from './dom.js';

/**
 * @typedef {object} Made
 * @property {string} watchUrl
 * @property {string} embedUrl
 */

export class Invite {
	#block = get('invite', HTMLElement);
	#life = get('invite-life', HTMLSelectElement);
	#max = get('invite-max', HTMLInputElement);
	#button = get('invite-make', HTMLButtonElement);
	#note = get('invite-note', HTMLElement);
	/** @type {Made|null} */ #made = null;
	/** The key that it was made with. @type {string|null} */ #key = null;
	#broadcast;
	#onMade;

	/**
	 * @param {import('./broadcast.js').Broadcast} broadcast
	 * @param {() => void} onMade
	 */
	constructor(broadcast, onMade) {
		this.#broadcast = broadcast;
		this.#onMade = onMade;
		this.#button.addEventListener('click', () => this.#make());
	}

	/** The link that is good now. */
	get made() {
		return this.#isPrivate && this.#key === this.#broadcast.key ? this.#made : null;
	}

	get #isPrivate() {
		return this.#broadcast.stream?.visibility === 'PRIVATE';
	}

	draw() {
		this.#block.hidden = !this.#isPrivate;
		if (!this.made) say(this.#note, '');
	}

	async #make() {
		const { videoId, key } = this.#broadcast;
		if (!videoId || !key || !this.#max.reportValidity()) return;
		const max = Number.parseInt(this.#max.value, 10) || undefined;
		this.#button.disabled = true;
		try {
			const made = await makeToken(videoId, key, { expiresIn: Number(this.#life.value), max });
			this.#made = made;
			this.#key = key;
			this.#onMade();
			const end = new Date(made.expiresAt);
			const until = end.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
			say(this.#note, `The link above opens it until ${until}. Anyone you send it to can watch.`);
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			say(this.#note, `No link was made: ${error.detail || error.title}.`);
		}
		this.#button.disabled = false;
	}
}
