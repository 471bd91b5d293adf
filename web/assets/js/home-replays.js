// @ts-check
/**
 * Recent replays on the home page. They change seldom: asked for when the page
 * opens or is looked at again. Where there are none, or none can be had, the
 * section isn't there.
 */

import { Problem, listReplays } from './api.js';
import { Cards } from './cards.js';
import { get, partOf, say } from './dom.js';
import { clock, day, views } from './format.js';

const PAGE = 12;

const section = get('replays', HTMLElement);
const more = get('more-replays', HTMLButtonElement);
const cards = new Cards(get('replay-list', HTMLElement), 'replay-card', (card, stream) => {
	const seconds = stream.recording?.durationSeconds ?? null;
	say(partOf(card, 'length'), seconds === null ? '' : clock(seconds * 1000));
	const about = [day(stream.startedAt), views(stream.viewsTotal)];
	say(partOf(card, 'about'), about.filter(Boolean).join(' · '));
});

let pages = 1;
let isAsking = false;

export async function refreshReplays() {
	if (isAsking || document.hidden) return;
	isAsking = true;
	more.disabled = true;
	try {
		await ask();
	} catch (error) {
		// What is shown stays; the next look asks again.
		if (!(error instanceof Problem)) throw error;
	} finally {
		isAsking = false;
		more.disabled = false;
	}
}

async function ask() {
	const found = [];
	/** @type {string|null} */
	let cursor = null;
	for (let i = 0; i < pages; i += 1) {
		const page = await listReplays({ limit: PAGE, cursor });
		found.push(...page.streams);
		cursor = page.nextCursor;
		if (!cursor) break;
	}
	cards.draw(found);
	section.hidden = !found.length;
	more.hidden = !cursor;
}

more.addEventListener('click', () => {
	pages += 1;
	refreshReplays();
});
