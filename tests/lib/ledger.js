/**
 * What clients were told, and what is there afterwards: whatever was acknowledged must be found, once, in order and
 * whole. The books are kept here and gone through without a server, so that a test can falsify them.
 */

const list = (what, numbers) => (numbers.length === 0 ? [] : [`${what}: ${numbers.slice(0, 8).join(' ')}${numbers.length > 8 ? ' ...' : ''}`]);

/** Numbers that were sent to one mailbox, one after the other, and those that its owner read. */
export class Mailbox {
	/** @param {string} name */
	constructor(name) {
		this.name = name;
		/** Was it acknowledged? @type {Map<number, boolean>} */
		this.sent = new Map();
		/** @type {number[]} */
		this.got = [];
	}

	note(n, isTaken) {
		this.sent.set(n, isTaken);
	}

	read(n) {
		this.got.push(n);
	}

	/** One that was sent until it was acknowledged may have come as often. */
	readOnce(n) {
		this.got = this.got.filter((other, i) => other !== n || i === this.got.indexOf(n));
	}

	get taken() {
		return [...this.sent.values()].filter(Boolean).length;
	}

	complaints() {
		const numbers = this.got;
		return [
			...list('read twice', numbers.filter((n, i) => numbers.indexOf(n) !== i)),
			...list('read out of order', numbers.filter((n, i) => i > 0 && n < numbers[i - 1])),
			...list('acknowledged and never read', [...this.sent].filter(([n, isTaken]) => isTaken && !numbers.includes(n)).map(([n]) => n)),
			...list('read and never sent', numbers.filter((n) => !this.sent.has(n))),
		].map((text) => `mailbox ${this.name}: ${text}`);
	}
}

/** Segments of one encoder, and those that are in its playlist. */
export class Film {
	/** @param {string} name */
	constructor(name) {
		this.name = name;
		/** In order: the digest, and whether it and a list that names it were acknowledged. */
		this.sent = [];
		/** The digests of what the playlist names; null for a gap. @type {(string | null)[]} */
		this.found = [];
	}

	note(digest, isTaken = true) {
		this.sent.push({ digest, isTaken });
	}

	get taken() {
		return this.sent.filter(({ isTaken }) => isTaken).length;
	}

	complaints() {
		const numbered = this.sent.map((segment, n) => ({ ...segment, n }));
		const isAt = (n) => n < this.found.length && this.found[n] !== null;
		return [
			...list('acknowledged and not there', numbered.filter(({ n, isTaken }) => isTaken && !isAt(n)).map(({ n }) => n)),
			...list('not what was sent', numbered.filter(({ n, digest }) => isAt(n) && this.found[n] !== digest).map(({ n }) => n)),
			...list('there and never sent', this.found.map((_, n) => n).slice(this.sent.length)),
		].map((text) => `film ${this.name}: ${text}`);
	}
}

/** One stream: what its owner was told last. */
export class Stream {
	/** @param {string} id @param {string} key */
	constructor(id, key) {
		this.id = id;
		this.key = key;
		/** null: the last change wasn't answered, so it may be either. @type {boolean | null} */
		this.isLive = false;
		/** What it is: null where there is none. @type {{ isLive: boolean } | null} */
		this.found = null;
	}

	complaints() {
		if (this.found === null) return [`stream ${this.id}: acknowledged and not there`];
		if (this.isLive === null || this.isLive === this.found.isLive) return [];
		return [`stream ${this.id}: ${this.isLive ? 'started' : 'stopped'}, and isn't`];
	}
}

export class Ledger {
	/** @type {Mailbox[]} */
	mailboxes = [];
	/** @type {Film[]} */
	films = [];
	/** @type {Stream[]} */
	streams = [];
	/** Offers that waited for their answer: the number that each had, and that of the answer. */
	calls = [];

	/** @template {Mailbox | Film | Stream} T @param {T} entry @returns {T} */
	open(entry) {
		if (entry instanceof Mailbox) this.mailboxes.push(entry);
		else if (entry instanceof Film) this.films.push(entry);
		else this.streams.push(entry);
		return entry;
	}

	complaints() {
		return [
			...[...this.mailboxes, ...this.films, ...this.streams].flatMap((entry) => entry.complaints()),
			...list('offers with another\'s answer', this.calls.filter(({ offer, answer }) => offer !== answer).map(({ offer }) => offer)),
		];
	}

	/** In words: what was acknowledged and found. Right only when there is no complaint. */
	summary() {
		const sum = (entries) => entries.reduce((total, { taken }) => total + taken, 0);
		const parts = [];
		if (this.mailboxes.length > 0)
			parts.push(`${sum(this.mailboxes)} messages acknowledged, all delivered once and in order`);
		if (this.calls.length > 0) parts.push(`${this.calls.length} offers answered, each with its own`);
		if (this.films.length > 0) parts.push(`${sum(this.films)} segments acknowledged, all there and whole`);
		if (this.streams.length > 0) parts.push(`${this.streams.length} streams as they were told to be`);
		return parts.join('; ');
	}
}
