// @ts-check
/**
 * The viewer's states as a table, and nothing else. What an event means in a
 * state stands here; what the page does about it stands in viewer.js. A pair
 * that isn't listed changes nothing.
 *
 * The states are those of the picture, whichever way it comes (viewer-ways.js):
 * `picture` is the first way's that has one, and a way that fails beside one
 * that plays is no event.
 *
 *            idle            try          picture        lost
 *   (load) ------> waiting ------> connecting ------> live ------> reconnecting
 *                     ^  absent        |               ^   picture      |
 *                     +----------------+               +----------------+
 *
 *   from anywhere: stopped -> ended, missing -> missing; from ended, a new
 *   `try` leads on to connecting when the stream goes live again. `replay` is
 *   left by the viewer's own wish, or when it breaks.
 */

/**
 * @typedef {'waiting'|'connecting'|'live'|'reconnecting'|'ended'|'replay'|'missing'|'full'|'unplayable'|'error'} State
 *
 * @typedef {'idle'|'try'|'picture'|'lost'|'absent'|'full'|'stopped'|'replay'|'missing'|'unplayable'|'failed'} Event
 *   idle        the stream has not begun
 *   try         an offer goes out, or a playlist is asked for
 *   picture     frames (or, without a camera, sound) arrive
 *   lost        they arrive no more
 *   absent      no broadcaster's page is there to answer
 *   full        the room is full
 *   stopped     the broadcast is over
 *   replay      somebody plays what was kept of it
 *   missing     there is no such stream, or it isn't ours to see
 *   unplayable  there is media, and this browser can't play it
 *   failed      something that trying again may mend
 */

/** @type {Record<State, Partial<Record<Event, State>>>} */
const NEXT = {
	waiting: {
		try: 'connecting',
		picture: 'live',
		full: 'full',
		stopped: 'ended',
		missing: 'missing',
		unplayable: 'unplayable',
		failed: 'error',
	},
	connecting: {
		idle: 'waiting',
		picture: 'live',
		absent: 'waiting',
		full: 'full',
		stopped: 'ended',
		missing: 'missing',
		unplayable: 'unplayable',
		failed: 'error',
	},
	live: {
		idle: 'waiting',
		lost: 'reconnecting',
		absent: 'reconnecting',
		stopped: 'ended',
		missing: 'missing',
	},
	// Trouble on the way back is still "reconnecting": the last frame stays.
	reconnecting: {
		idle: 'waiting',
		picture: 'live',
		full: 'full',
		stopped: 'ended',
		missing: 'missing',
		unplayable: 'unplayable',
	},
	ended: {
		try: 'connecting',
		replay: 'replay',
		missing: 'missing',
	},
	replay: {
		try: 'connecting',
		lost: 'ended',
		missing: 'missing',
	},
	missing: {
		try: 'connecting',
		idle: 'waiting',
		stopped: 'ended',
	},
	// An attempt doesn't show until it has come to something: the words would
	// flicker with every retry.
	full: {
		idle: 'waiting',
		picture: 'live',
		absent: 'waiting',
		stopped: 'ended',
		missing: 'missing',
		unplayable: 'unplayable',
	},
	// Trying on changes nothing that the viewer could be told.
	unplayable: {
		idle: 'waiting',
		picture: 'live',
		stopped: 'ended',
		missing: 'missing',
	},
	error: {
		idle: 'waiting',
		try: 'connecting',
		picture: 'live',
		absent: 'waiting',
		full: 'full',
		stopped: 'ended',
		missing: 'missing',
		unplayable: 'unplayable',
	},
};

/**
 * @param {State} state
 * @param {Event} event
 * @returns {State}
 */
export const next = (state, event) => NEXT[state][event] ?? state;
