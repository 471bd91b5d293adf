// @ts-check
/** The watch page: a stream, who watches it, and how to pass it on. */

import { get, say } from './dom.js';
import { clock, day, liveSince } from './format.js';
import { shareOnClick } from './share.js';
import { setKey, videoIdOfAddress } from './store.js';
import { Theatre, exposeToTests } from './theatre.js';

const videoId = videoIdOfAddress() ?? '';
const meta = get('meta', HTMLElement);
const about = get('about', HTMLElement);
const description = get('description', HTMLElement);
const unlock = get('unlock', HTMLFormElement);
const key = get('key', HTMLInputElement);
const home = get('home-link', HTMLElement);
const started = get('started', HTMLElement);
const kept = get('kept', HTMLElement);

/** @type {string|null} */
let startedAt = null;

const theatre = new Theatre(videoId, {
	stream(stream) {
		meta.hidden = false;
		description.hidden = !stream.description;
		say(description, stream.description ?? '');
		startedAt = stream.isLiveNow ? stream.startedAt : null;
		say(kept, stream.isLiveNow ? '' : keptOf(stream));
		tell();
	},
	state(state) {
		unlock.hidden = state !== 'missing';
		about.hidden = state === 'missing';
		home.hidden = state !== 'missing' && state !== 'ended';
	},
});

/** Its length and its day. @param {import('./api.js').Stream} stream */
function keptOf({ recording, startedAt: at }) {
	if (recording?.state !== 'READY') return '';
	const seconds = recording.durationSeconds;
	const length = seconds === null ? '' : clock(seconds * 1000);
	return [length, day(at)].filter(Boolean).join(' · ');
}

function tell() {
	say(started, liveSince(startedAt));
}

unlock.addEventListener('submit', (event) => {
	event.preventDefault();
	if (!key.value.trim()) return;
	setKey(videoId, key.value.trim());
	key.value = '';
	theatre.retry();
});

shareOnClick(get('share', HTMLElement), () => ({
	title: document.title,
	url: `${location.origin}/watch/${videoId}`,
}));
// A key pasted behind the address of the open page.
window.addEventListener('hashchange', () => {
	if (location.hash.includes('key=')) location.reload();
});
setInterval(tell, 20_000);
exposeToTests(theatre.viewer);
theatre.open();
