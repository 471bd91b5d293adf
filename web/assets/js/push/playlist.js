// @ts-check
/**
 * The list of what was sent, as the server gets it after every segment. It
 * begins a few segments before the first one that the server has not heard of
 * by a list, so that every list overlaps the one that was taken last, however
 * long the break was. It never ends: the end is said by stopping.
 */

/** So many segments are listed that the server knows already. */
const KNOWN_MIN = 6;

/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {string} init  its init section's name
 * @property {number} seconds
 * @property {number} atMs  Unix time of its first frame
 * @property {boolean} isDiscontinuity
 * @property {'waiting'|'sent'|'gap'} state  waiting ones, and those behind, aren't listed
 * @property {boolean} isListed  by a list that the server has taken
 */

export class Playlist {
	/** @type {Entry[]} */ #entries = [];
	#first = 0;
	#discontinuities = 0;
	#targetSeconds;

	/** @param {number} targetSeconds  the longest segment, rounded as the standard does */
	constructor(targetSeconds) {
		this.#targetSeconds = targetSeconds;
	}

	/** @param {Entry} entry */
	add(entry) {
		this.#entries.push(entry);
	}

	/** What a list would tell now. @returns {Entry[]} */
	get listed() {
		const end = this.#entries.findIndex((entry) => entry.state === 'waiting');
		return end < 0 ? this.#entries.slice() : this.#entries.slice(0, end);
	}

	/** Whether there is something that the server has not heard of. */
	get hasNews() {
		return this.listed.some((entry) => !entry.isListed);
	}

	/** Seconds that the server doesn't have yet. */
	get secondsBehind() {
		return this.#entries.reduce((sum, entry) => {
			return entry.isListed || entry.state === 'gap' ? sum : sum + entry.seconds;
		}, 0);
	}

	/** @param {Entry[]} entries  those of a list that the server has taken */
	confirm(entries) {
		for (const entry of entries) entry.isListed = true;
		let known = this.#entries.findIndex((entry) => !entry.isListed);
		if (known < 0) known = this.#entries.length;
		while (known > KNOWN_MIN) {
			const gone = /** @type {Entry} */ (this.#entries.shift());
			if (gone.isDiscontinuity) this.#discontinuities += 1;
			this.#first += 1;
			known -= 1;
		}
	}

	/** @returns {string} */
	toString() {
		const lines = [
			'#EXTM3U',
			'#EXT-X-VERSION:7',
			'#EXT-X-INDEPENDENT-SEGMENTS',
			`#EXT-X-TARGETDURATION:${this.#targetSeconds}`,
			`#EXT-X-MEDIA-SEQUENCE:${this.#first}`,
			`#EXT-X-DISCONTINUITY-SEQUENCE:${this.#discontinuities}`,
		];
		let init = '';
		for (const entry of this.listed) {
			if (entry.isDiscontinuity) lines.push('#EXT-X-DISCONTINUITY');
			if (entry.init !== init) lines.push(`#EXT-X-MAP:URI="${entry.init}"`);
			init = entry.init;
			lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(entry.atMs).toISOString()}`);
			if (entry.state === 'gap') lines.push('#EXT-X-GAP');
			lines.push(`#EXTINF:${entry.seconds.toFixed(6)},`, entry.name);
		}
		return `${lines.join('\n')}\n`;
	}
}
