// @ts-check
/**
 * The studio: one stream, its broadcaster, one main button. This file joins
 * the parts (stage, form, viewers, share) to the broadcast and says in words
 * how it stands. The states are broadcast.js's.
 */

import { Problem } from './api.js';
import { Broadcast } from './broadcast.js';
import { confirm } from './confirm.js';
import { get, say } from './dom.js';
import { clock, count, viewers } from './format.js';
import { createSlate } from './slate.js';
import { takeKeyFromAddress, videoIdOfAddress } from './store.js';
import { Stage } from './studio-devices.js';
import { StreamForm } from './studio-form.js';
import { SharePanel } from './studio-key.js';
import { PushPanel, ReplayPanel, UNSENT_SECONDS } from './studio-push.js';
import { ViewerList } from './studio-viewers.js';

const main = get('main-button', HTMLButtonElement);
const stopHeld = get('stop-held', HTMLButtonElement);
const status = get('status', HTMLElement);
const notice = get('notice', HTMLElement);
const liveClock = get('clock', HTMLElement);
const viewerCount = get('viewer-count', HTMLElement);
const unlock = get('unlock', HTMLFormElement);
const studio = get('studio', HTMLElement);

let viewersNow = 0;
let isServerAway = false;

const broadcast = new Broadcast(() => stage.capture.tracks, {
	state: draw,
	stream(stream) {
		form.fill(stream);
		document.title = `${stream.title} · livebin studio`;
		share.draw();
		drawReplay();
	},
	viewers(n) {
		viewersNow = n;
		say(viewerCount, count(n));
		get('viewer-noun', HTMLElement).textContent = n === 1 ? 'viewer' : 'viewers';
	},
	viewer: (peerId, state) => list.set(peerId, state),
	server(isReachable) {
		isServerAway = !isReachable;
		draw();
	},
	push: (status) => push.draw(status),
});
const form = new StreamForm(broadcast);
const share = new SharePanel(broadcast);
const list = new ViewerList(() => broadcast.publisher);
const push = new PushPanel(() => broadcast.hurry());
const replay = new ReplayPanel();
const stage = new Stage({
	track: (kind, track) => broadcast.replace(kind, track),
	say: notify,
});

/** @type {Record<import('./broadcast.js').State, [string, string]>} */
const WORDS = {
	blank: ['Not live yet', ''],
	loading: ['Loading…', ''],
	off: ['Off air', ''],
	starting: ['Going live…', ''],
	live: ['You are live', ''],
	stopping: ['Stopping…', ''],
	replaced: [
		'Another page took over this stream',
		'This page has stopped sending. You can take the stream back.',
	],
	held: [
		'Your stream is live without this page',
		'An encoder may be sending it, or another page. This one sends nothing until you go on here.',
	],
	locked: ['The stream key is needed', 'This browser doesn’t know the key of this stream.'],
	missing: ['There is no such stream', 'It was deleted, or the address is wrong.'],
};

/** @type {Partial<Record<import('./broadcast.js').State, string>>} */
const BUTTON = {
	starting: 'Going live…',
	live: 'Stop',
	stopping: 'Stopping…',
	replaced: 'Take over here',
	held: 'Go on here',
};

function draw() {
	const { state } = broadcast;
	let [title, detail] = WORDS[state];
	if (state === 'off' && broadcast.stream?.stoppedAt) {
		[title, detail] = ['Your broadcast is over', 'Go live again whenever you like; the link stays the same.'];
	}
	if (state === 'live' && isServerAway) {
		detail = 'The server doesn’t answer just now. Whoever watches keeps watching; we keep trying.';
	}
	studio.dataset.state = state;
	status.dataset.state = state;
	say(get('status-title', HTMLElement), title);
	say(get('status-detail', HTMLElement), detail);
	say(get('main-label', HTMLElement), BUTTON[state] ?? 'Go live');
	main.disabled = ['loading', 'starting', 'stopping'].includes(state) || !canGoLive();
	main.hidden = state === 'locked' || state === 'missing';
	stopHeld.hidden = state !== 'held';
	unlock.hidden = state !== 'locked';
	push.draw(state === 'live' || state === 'stopping' ? (broadcast.push?.status ?? null) : null);
	drawReplay();
	if (state !== 'live' && state !== 'stopping') list.clear();
	share.draw();
	tick();
}

function drawReplay() {
	replay.draw(broadcast.stream, broadcast.state === 'off');
}

function tick() {
	const startedAt = broadcast.stream?.startedAt;
	const isLive = broadcast.state === 'live' || broadcast.state === 'stopping';
	say(liveClock, isLive && startedAt ? clock(Date.now() - Date.parse(startedAt)) : '0:00');
}

/** @param {string} title @param {string} detail @param {boolean} [isAlarm] */
function notify(title, detail, isAlarm = false) {
	notice.hidden = !title;
	notice.dataset.alarm = isAlarm ? 'yes' : 'no';
	say(get('notice-title', HTMLElement), title);
	say(get('notice-detail', HTMLElement), detail);
}

/** @param {unknown} error @param {string} title */
function complain(error, title) {
	if (!(error instanceof Problem)) {
		notify(title, String(error), true);
		return;
	}
	if (error.field === 'title') form.fault(error.detail || error.title);
	if (error.kind.endsWith('-api-token')) {
		form.askToken(error);
		notify('This site asks for an access token', 'Enter the one that whoever runs it gave you, and go live again.', true);
		return;
	}
	const again = error.retryAfter ? ` Try again in ${Math.ceil(error.retryAfter)} s.` : '';
	notify(title, `${error.detail || error.title}.${again}`.replace('..', '.'), true);
}

function canGoLive() {
	return window.isSecureContext && Boolean(navigator.mediaDevices) && 'RTCPeerConnection' in window;
}

async function goLive() {
	if (!form.check()) return;
	main.disabled = true;
	if (!(await stage.open())) {
		draw();
		return;
	}
	try {
		form.settle();
		await broadcast.start(form.facts, form.hasReplay);
	} catch (error) {
		complain(error, 'Going live did not work');
	}
}

async function resume() {
	main.disabled = true;
	if (!(await stage.reopen())) {
		if (broadcast.state === 'replaced') draw();
		else broadcast.hold();
		return;
	}
	try {
		await broadcast.resume();
	} catch (error) {
		complain(error, 'Going on did not work');
	}
}

async function stop() {
	const watching = Math.max(viewersNow, broadcast.publisher?.connected ?? 0);
	if (watching) {
		const isMeant = await confirm({
			title: 'Stop the broadcast?',
			text: `${viewers(watching)} will see it end.`,
			yes: 'Stop',
		});
		if (!isMeant) return;
	}
	try {
		await broadcast.stop({ hasReplay: form.hasReplay, cover: () => createSlate('The broadcast is over') });
	} catch (error) {
		complain(error, 'Stopping did not work');
	}
}

/** @param {string} videoId */
async function load(videoId) {
	try {
		if (await broadcast.load(videoId)) await resume();
		else if (canGoLive() && broadcast.state === 'off') stage.openIfAllowed();
	} catch (error) {
		complain(error, 'The stream could not be loaded');
		setTimeout(() => load(videoId), 3000);
	}
}

main.addEventListener('click', () => {
	if (broadcast.state === 'live') stop();
	else if (broadcast.state === 'replaced' || broadcast.state === 'held') resume();
	else goLive();
});

stopHeld.addEventListener('click', stop);

unlock.addEventListener('submit', async (event) => {
	event.preventDefault();
	const field = get('unlock-key', HTMLInputElement);
	const fault = get('unlock-error', HTMLElement);
	fault.hidden = true;
	try {
		await broadcast.unlock(field.value.trim());
		field.value = '';
		await load(broadcast.videoId ?? '');
	} catch (error) {
		if (!(error instanceof Problem)) throw error;
		say(fault, error.status === 404 ? 'No stream here opens with that key.' : `${error.title}.`);
		fault.hidden = false;
	}
});

window.addEventListener('beforeunload', (event) => {
	// The browser asks in its own words: what was recorded and isn't sent yet
	// is lost with the page.
	if ((broadcast.push?.status.secondsBehind ?? 0) > UNSENT_SECONDS) event.preventDefault();
});
window.addEventListener('pagehide', () => broadcast.leave());
// A page out of the back/forward cache has lost its connections: begin anew.
window.addEventListener('pageshow', (event) => {
	if (event.persisted) location.reload();
});
// A key pasted behind the address of the open page.
window.addEventListener('hashchange', () => {
	if (location.hash.includes('key=')) location.reload();
});
setInterval(tick, 1000);

if (!window.isSecureContext) {
	notify('Going live needs a secure page', 'Browsers open a camera only over https, or on localhost.', true);
} else if (!canGoLive()) {
	notify('This browser can’t go live', 'It has no WebRTC or no access to cameras. Any current browser has both.', true);
}
const videoId = videoIdOfAddress();
if (videoId) {
	takeKeyFromAddress(videoId);
	load(videoId);
} else if (canGoLive()) {
	stage.openIfAllowed();
}
draw();
