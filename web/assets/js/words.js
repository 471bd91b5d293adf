// @ts-check
/** A viewer's states in words: what is, and what happens next. */

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
	missing: {
		title: 'Nothing to see here',
		detail: 'There is no stream at this address, or it is private.',
	},
	full: {
		title: 'The room is full',
		detail: 'We keep trying, and let you in when somebody leaves.',
	},
	error: {
		title: 'That didn’t work',
		detail: 'We keep trying.',
	},
};

/**
 * @param {State} state
 * @param {import('./api.js').Problem|null} problem
 */
export function wordsFor(state, problem) {
	if (state !== 'error' || !problem) return WORDS[state];
	const detail = problem.status === 0 ? 'Is your network up? We keep trying.' : WORDS.error.detail;
	return { title: problem.title, detail };
}

export const NO_WEBRTC = {
	title: 'This browser can’t show live video',
	detail: 'It has no WebRTC, or it is switched off. Any current browser has it.',
};
