// @ts-check
/**
 * The studio's form: title, description, visibility, and whether a replay is
 * kept; and an API token, where the site creates streams for its holders alone.
 * On a stream that exists every change is saved by itself a moment after
 * it was made; the replay is asked about at the start and at the stop.
 */

import { Problem } from './api.js';
import { get, say } from './dom.js';
import { getApiToken, getPreference, setApiToken, setPreference } from './store.js';

const SAVE_MS = 700;
const TITLE_MAX = 200;

/** @type {Record<string, string>} */
const MEANING = {
	PUBLIC: 'Listed on the home page. Anyone can watch.',
	UNLISTED: 'Not listed. Anyone who has the link can watch.',
	PRIVATE: 'Not listed. Only someone to whom you give a link of its own, or the key, can watch.',
};

export class StreamForm {
	#title = get('title', HTMLInputElement);
	#titleError = get('title-error', HTMLElement);
	#description = get('description', HTMLTextAreaElement);
	#visibility = get('visibility', HTMLSelectElement);
	#meaning = get('visibility-meaning', HTMLElement);
	#replay = get('keep-replay', HTMLInputElement);
	#note = get('form-note', HTMLElement);
	#tokenBlock = get('api-token-field', HTMLElement);
	#token = get('api-token', HTMLInputElement);
	#tokenError = get('api-token-error', HTMLElement);
	#timer = 0;
	#isTouched = false;
	#broadcast;

	/** @param {import('./broadcast.js').Broadcast} broadcast */
	constructor(broadcast) {
		this.#broadcast = broadcast;
		for (const field of [this.#title, this.#description, this.#visibility]) {
			field.addEventListener('input', () => this.#onInput());
		}
		get('stream-form', HTMLFormElement).addEventListener('submit', (event) => {
			event.preventDefault();
		});
		this.#token.addEventListener('input', () => setApiToken(this.#token.value.trim() || null));
		this.#replay.checked = getPreference('replay', 'yes') === 'yes';
		this.#replay.addEventListener('change', () => {
			setPreference('replay', this.#replay.checked ? 'yes' : 'no');
		});
		this.#draw();
	}

	get hasReplay() {
		return this.#replay.checked;
	}

	/** @returns {import('./broadcast.js').Facts} */
	get facts() {
		return {
			title: this.#title.value.trim(),
			description: this.#description.value.trim() || null,
			visibility: this.#visibility.value,
		};
	}

	/** Says what is wrong, at the field. @returns {boolean} */
	check() {
		const { title } = this.facts;
		let fault = '';
		if (!title) fault = 'Give your stream a title.';
		else if ([...title].length > TITLE_MAX) fault = `At most ${TITLE_MAX} characters.`;
		this.fault(fault);
		return !fault;
	}

	/** @param {string} words */
	fault(words) {
		say(this.#titleError, words);
		this.#titleError.hidden = !words;
		this.#title.setAttribute('aria-invalid', String(Boolean(words)));
		if (words) this.#title.focus();
	}

	/** The site asks for a token, or for another. @param {Problem} problem */
	askToken(problem) {
		const isWrong = problem.kind === 'invalid-api-token' && Boolean(getApiToken());
		this.#tokenBlock.hidden = false;
		this.#token.value = getApiToken() ?? '';
		say(this.#tokenError, isWrong ? 'It is not a token of this site, or not any more.' : '');
		this.#tokenError.hidden = !isWrong;
		this.#token.setAttribute('aria-invalid', String(isWrong));
		this.#token.focus();
	}

	/** What the server has; what is being typed is left alone. @param {Stream} stream */
	fill(stream) {
		if (this.#isTouched) return;
		this.#title.value = stream.title;
		this.#description.value = stream.description ?? '';
		this.#visibility.value = stream.visibility;
		this.#draw();
	}

	/** A change that waits to be saved goes with the start. */
	settle() {
		clearTimeout(this.#timer);
		this.#isTouched = false;
	}

	#onInput() {
		this.#draw();
		if (!this.#titleError.hidden) this.check();
		this.#isTouched = true;
		say(this.#note, '');
		clearTimeout(this.#timer);
		if (!this.#broadcast.videoId) return;
		this.#timer = window.setTimeout(() => this.#save(), SAVE_MS);
	}

	async #save() {
		if (!this.check()) return;
		try {
			this.#isTouched = false;
			await this.#broadcast.change(this.facts);
			say(this.#note, 'Saved');
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			this.#isTouched = true;
			say(this.#note, `Not saved: ${error.detail || error.title}`);
		}
	}

	#draw() {
		say(this.#meaning, MEANING[this.#visibility.value] ?? '');
	}
}

/** @typedef {import('./api.js').Stream} Stream */
