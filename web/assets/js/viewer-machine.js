// @ts-check
/**
 * The viewer's states as a table, and nothing else. What an event means in a
 * state stands here; what the page does about it stands in viewer.js. A pair
 * that isn't listed changes nothing.
 *
 *            idle            try          picture        lost
 *   (load) ------> waiting ------> connecting ------> live ------> reconnecting
 *                     ^  absent        |               ^   picture      |
 *                     +----------------+               +----------------+
 *
 *   from anywhere: stopped -> ended, missing -> missing; from ended, a new
 *   `try` leads on to connecting when the stream goes live again.
 */

/**
 * @typedef {'waiting'|'connecting'|'live'|'reconnecting'|'ended'|'missing'|'full'|'error'} State
 *
 * @typedef {'idle'|'try'|'picture'|'lost'|'absent'|'full'|'stopped'|'missing'|'failed'} Event
 *   idle     the stream has not begun
 *   try      an offer goes out
 *   picture  frames (or, without a camera, sound) arrive
 *   lost     the connection broke
 *   absent   no broadcaster's page is there to answer
 *   full     the room is full
 *   stopped  the broadcast is over
 *   missing  there is no such stream, or it isn't ours to see
 *   failed   something that trying again may mend
 */

/** @type {Record<State, Partial<Record<Event, State>>>} */
const NEXT = {
	waiting: {
		try: 'connecting',
		picture: 'live',
		full: 'full',
		stopped: 'ended',
		missing: 'missing',
		failed: 'error',
	},
	connecting: {
		idle: 'waiting',
		picture: 'live',
		absent: 'waiting',
		full: 'full',
		stopped: 'ended',
		missing: 'missing',
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
	},
	ended: {
		try: 'connecting',
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
	},
	error: {
		idle: 'waiting',
		try: 'connecting',
		picture: 'live',
		absent: 'waiting',
		full: 'full',
		stopped: 'ended',
		missing: 'missing',
	},
};

/**
 * @param {State} state
 * @param {Event} event
 * @returns {State}
 */
export const next = (state, event) => NEXT[state][event] ?? state;
