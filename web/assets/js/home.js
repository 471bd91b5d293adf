// @ts-check
/**
 * The home page: who is live now. Asks every ten seconds while somebody looks;
 * an answer that changed nothing costs a 304. What can be watched again is
 * home-replays.js's.
 */

import { Problem, listActive } from './api.js';
import { Cards } from './cards.js';
import { get, partOf, say } from './dom.js';
import { liveSince, watching } from './format.js';
import { refreshReplays } from './home-replays.js';

const EVERY_MS = 10_000;

/** @typedef {import('./api.js').Stream} Stream */

const list = get('streams', HTMLElement);
const empty = get('empty', HTMLElement);
const failure = get('failure', HTMLElement);
const loading = get('loading', HTMLElement);
const more = get('more', HTMLButtonElement);
const total = get('total', HTMLElement);

const cards = new Cards(list, 'card', (card, stream) => {
	say(partOf(card, 'viewers'), watching(stream.viewers));
	say(partOf(card, 'since'), liveSince(stream.startedAt));
});
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
	cards.draw(streams);
	list.hidden = !streams.length;
	empty.hidden = streams.length > 0 || !failure.hidden;
	more.hidden = !nextCursor;
	say(total, streams.length ? `${streams.length}${nextCursor ? '+' : ''}` : '');
}

document.addEventListener('visibilitychange', () => {
	clearTimeout(timer);
	if (document.hidden) return;
	refresh();
	refreshReplays();
});
window.addEventListener('pageshow', (event) => {
	if (!event.persisted) return;
	refresh();
	refreshReplays();
});
get('retry', HTMLElement).addEventListener('click', refresh);
more.addEventListener('click', () => {
	pages += 1;
	refresh();
});
refresh();
refreshReplays();
