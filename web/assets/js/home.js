// @ts-check
/**
 * The home page: who is live now. Asks every ten seconds while somebody looks;
 * an answer that changed nothing costs a 304. Cards are kept by stream, so
 * that a refresh moves nobody's focus.
 */

import { Problem, listActive } from './api.js';
import { get, partOf, say, stamp } from './dom.js';
import { liveSince, watching } from './format.js';

const EVERY_MS = 10_000;

/** @typedef {import('./api.js').Stream} Stream */

const list = get('streams', HTMLElement);
const empty = get('empty', HTMLElement);
const failure = get('failure', HTMLElement);
const loading = get('loading', HTMLElement);
const more = get('more', HTMLButtonElement);
const total = get('total', HTMLElement);

/** @type {Map<string, HTMLElement>} */
const cards = new Map();
/** @type {Stream[]} */
let streams = [];
/** @type {string|null} */
let nextCursor = null;
let pages = 1;
let etag = '';
let isAsking = false;
let timer = 0;

async function refresh() {
	if (isAsking || document.hidden) return;
	isAsking = true;
	try {
		await ask();
		failure.hidden = true;
	} catch (error) {
		if (!(error instanceof Problem)) throw error;
		say(get('failure-detail', HTMLElement), `${error.title}.`);
		failure.hidden = false;
	} finally {
		isAsking = false;
		loading.hidden = true;
		draw();
		clearTimeout(timer);
		timer = window.setTimeout(refresh, EVERY_MS);
	}
}

async function ask() {
	// With one page shown its tag says whether anything changed; with more,
	// only asking does.
	const first = await listActive({ etag: pages === 1 ? etag : '' });
	if (!first) return;
	const found = [...first.streams];
	let cursor = first.nextCursor;
	for (let i = 1; i < pages && cursor; i += 1) {
		const page = await listActive({ cursor });
		if (!page) break;
		found.push(...page.streams);
		cursor = page.nextCursor;
	}
	streams = found;
	nextCursor = cursor;
	etag = first.etag;
}

function draw() {
	const seen = new Set(streams.map((stream) => stream.videoId));
	for (const [videoId, card] of cards) {
		if (seen.has(videoId)) continue;
		card.remove();
		cards.delete(videoId);
	}
	streams.forEach((stream, i) => {
		const card = cards.get(stream.videoId) ?? makeCard(stream);
		fillCard(card, stream);
		if (list.children[i] !== card) list.insertBefore(card, list.children[i] ?? null);
	});
	list.hidden = !streams.length;
	empty.hidden = streams.length > 0 || !failure.hidden;
	more.hidden = !nextCursor;
	say(total, streams.length ? `${streams.length}${nextCursor ? '+' : ''}` : '');
}

/** @param {Stream} stream */
function makeCard(stream) {
	const card = stamp('card');
	const link = /** @type {HTMLAnchorElement} */ (partOf(card, 'title'));
	link.href = `/watch/${stream.videoId}`;
	card.style.setProperty('--hue', String(hueOf(stream.videoId)));
	cards.set(stream.videoId, card);
	return card;
}

/** @param {HTMLElement} card @param {Stream} stream */
function fillCard(card, stream) {
	say(partOf(card, 'title'), stream.title);
	say(partOf(card, 'initial'), [...stream.title.trim()][0]?.toUpperCase() ?? '');
	say(partOf(card, 'viewers'), watching(stream.viewers));
	say(partOf(card, 'since'), liveSince(stream.startedAt));
}

/** A stream's own colour, the same at every visit. @param {string} text */
function hueOf(text) {
	let sum = 7;
	for (const c of text) sum = (sum * 31 + c.charCodeAt(0)) % 360;
	return sum;
}

document.addEventListener('visibilitychange', () => {
	clearTimeout(timer);
	if (!document.hidden) refresh();
});
window.addEventListener('pageshow', (event) => {
	if (event.persisted) refresh();
});
get('retry', HTMLElement).addEventListener('click', refresh);
more.addEventListener('click', () => {
	pages += 1;
	refresh();
});
refresh();
