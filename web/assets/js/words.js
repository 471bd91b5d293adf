// @ts-check
/** A viewer's states in words: what is, and what happens next. */

import { Problem } from './api.js';

/** @typedef {import('./viewer-machine.js').State} State */

/** @type {Record<State, {title: string, detail: string}>} */
const WORDS = {
	waiting: {
		title: 'Waiting for the broadcaster',
		detail: 'The picture comes by itself as soon as they go live.',
	},
	connecting: { title: 'Connecting…', detail: '' },
	live: { title: 'Live', detail: '' },
	reconnecting: {
		title: 'Reconnecting…',
		detail: 'The connection to the broadcaster broke. It comes back by itself.',
	},
	ended: {
		title: 'This broadcast has ended',
		detail: 'If it starts again, it plays here by itself.',
	},
	replay: { title: 'Replay', detail: '' },
	missing: {
		title: 'Nothing to see here',
		detail: 'There is no stream at this address, or it is private.',
	},
	full: {
		title: 'The room is full',
		detail: 'We keep trying, and let you in when somebody leaves.',
	},
	unplayable: {
		title: 'This browser can’t play this broadcast',
		detail: 'Another browser may.',
	},
	error: {
		title: 'That didn’t work',
		detail: 'We keep trying.',
	},
};

/** What a link to a private stream may come to. */
const RAN_OUT = {
	title: 'This link opens nothing any more',
	detail: 'It ran out, or was taken back. Ask whoever gave it to you for another.',
};
const IN_USE = {
	title: 'This link is in use',
	detail: 'As many people as it is for are watching. You are let in when one of them leaves.',
};

/**
 * @param {State} state
 * @param {import('./api.js').Problem|null} problem
 */
export function wordsFor(state, problem) {
	if (state === 'missing' && problem?.kind === 'playback-token') return RAN_OUT;
	if (state === 'full' && problem?.kind === 'token-in-use') return IN_USE;
	if (state === 'unplayable' && problem) {
		return { title: problem.title, detail: problem.detail || WORDS.unplayable.detail };
	}
	if (state !== 'error' || !problem) return WORDS[state];
	const detail = problem.status === 0 ? 'Is your network up? We keep trying.' : WORDS.error.detail;
	return { title: problem.title, detail };
}

/**
 * A codec that the browser has not.
 * @param {string} kind "video", "audio", or empty where unknown
 * @param {string} codecs as RFC 6381 writes them; empty where unknown
 */
export function unplayable(kind, codecs) {
	const what = kind === 'audio' ? '’s sound' : kind === 'video' || codecs ? '’s video' : '';
	const name = codecs ? ` (${codecs.split('.')[0]})` : '';
	return new Problem(415, `This browser can’t play this broadcast${what}${name}`);
}

/**
 * What is to be said of a recording that can't be played yet, or never.
 * @param {import('./api.js').Recording} recording
 * @returns {string} empty where nothing is
 */
export function wordsForRecording({ state, progress, detail }) {
	if (state === 'PROCESSING') {
		const percent = progress === null ? '' : ` ${Math.round(progress * 100)} %`;
		return `The replay is being made…${percent}`;
	}
	if (state === 'FAILED') {
		return `The replay could not be made.${detail ? ` ${detail}` : ''}`;
	}
	return '';
}

/** How the picture comes, in small words. */
export const HOW = {
	direct: 'live · direct',
	live: 'live · a few seconds behind',
	replay: 'replay',
};

export const NO_WEBRTC = {
	title: 'This browser can’t show live video',
	detail: 'It has no WebRTC, or it is switched off. Any current browser has it.',
};
