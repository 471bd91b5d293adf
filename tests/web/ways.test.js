/**
 * Which way the picture comes: when HLS is begun, how patiently direct is tried again, what the states make of it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { webModule } from '../lib/web.js';

const { HEAD_START_MS, Patience, dvrOf, eventOf, wantsHls } = await webModule('viewer-ways.js');
const { next } = await webModule('viewer-machine.js');
const { Problem } = await webModule('api.js');
const { unplayable, wordsFor, wordsForRecording } = await webModule('words.js');

const STATES = ['waiting', 'connecting', 'live', 'reconnecting', 'ended', 'replay', 'missing', 'full', 'unplayable', 'error'];
const walk = (from, ...events) => events.reduce((state, event) => next(state, event), from);

describe('HLS', () => {
	const facts = { hlsUrl: '/live/x/index.m3u8', isMoving: false, hasFailed: false, triedMs: 0 };

	it('is begun where direct was refused or broke, and after a head start', () => {
		assert.equal(wantsHls(facts), false);
		assert.equal(wantsHls({ ...facts, hasFailed: true }), true);
		assert.equal(wantsHls({ ...facts, triedMs: HEAD_START_MS - 1 }), false);
		assert.equal(wantsHls({ ...facts, triedMs: HEAD_START_MS }), true);
	});

	it('is never begun without a playlist, nor beside a picture that moves', () => {
		assert.equal(wantsHls({ ...facts, hasFailed: true, hlsUrl: null }), false);
		assert.equal(wantsHls({ ...facts, hasFailed: true, isMoving: true }), false);
	});

	it('has the whole broadcast beside the live playlist', () => {
		assert.equal(dvrOf('/live/Ab_-3/index.m3u8', 'https://a.example/watch/x?t=1'), 'https://a.example/live/Ab_-3/dvr.m3u8');
		assert.equal(dvrOf('https://b.example/sub/live/x/index.m3u8', 'https://a.example/'), 'https://b.example/sub/live/x/dvr.m3u8');
	});
});

describe('patience', () => {
	it('is twenty to forty seconds, by chance', () => {
		assert.equal(new Patience(() => 0).nextMs(), 20_000);
		assert.equal(new Patience(() => 1).nextMs(), 40_000);
	});

	it('grows while direct keeps breaking, to a limit, and is as short as before once it held', () => {
		const patience = new Patience(() => 1);
		const waits = Array.from({ length: 12 }, () => {
			patience.broke();
			return patience.nextMs();
		});
		assert.deepEqual(waits.slice(0, 4), [40_000, 80_000, 160_000, 160_000]);
		assert.equal(Math.max(...waits), 160_000);
		patience.reset();
		assert.equal(patience.nextMs(), 40_000);
	});
});

describe('the states', () => {
	it('say what a refused offer means', () => {
		assert.equal(eventOf(new Problem(409, 'No publisher is connected')), 'absent');
		assert.equal(eventOf(new Problem(503, 'Too many viewers')), 'full');
		assert.equal(eventOf(new Problem(503, 'The server is busy')), 'failed');
		assert.equal(eventOf(new Problem(501, 'No WebRTC')), 'unplayable');
		assert.equal(eventOf(new Problem(0, 'No connection to the server')), 'failed');
	});

	it('are the picture\'s, whichever way it comes', () => {
		assert.equal(walk('connecting', 'full', 'picture'), 'live');
		assert.equal(walk('connecting', 'absent', 'try', 'picture'), 'live');
		assert.equal(walk('live', 'lost', 'picture'), 'live');
		assert.equal(walk('live', 'lost', 'absent'), 'reconnecting');
	});

	it('keep what can\'t be played in sight while trying goes on', () => {
		assert.equal(walk('connecting', 'unplayable', 'try', 'absent', 'failed', 'lost'), 'unplayable');
		assert.equal(walk('unplayable', 'picture'), 'live');
		assert.equal(walk('unplayable', 'stopped'), 'ended');
	});

	it('leave a replay by the viewer\'s wish, or when it breaks; never because it is live again', () => {
		assert.equal(walk('ended', 'replay'), 'replay');
		for (const event of ['picture', 'stopped', 'idle', 'absent', 'full', 'failed'])
			assert.equal(walk('replay', event), 'replay', event);
		assert.equal(walk('replay', 'try', 'picture'), 'live');
		assert.equal(walk('replay', 'lost'), 'ended');
		assert.equal(walk('live', 'replay'), 'live');
	});

	it('all have words', () => {
		for (const state of STATES) {
			const { title, detail } = wordsFor(state, null);
			assert.ok(title.length > 3, state);
			assert.equal(typeof detail, 'string');
		}
	});
});

describe('the words about media', () => {
	it('name the codec that is missing', () => {
		assert.equal(unplayable('video', 'vp09.00.10.08').title, 'This browser can’t play this broadcast’s video (vp09)');
		assert.equal(unplayable('audio', 'opus').title, 'This browser can’t play this broadcast’s sound (opus)');
		assert.equal(unplayable('', '').title, 'This browser can’t play this broadcast');
		assert.equal(wordsFor('unplayable', unplayable('video', 'hvc1.1')).title, unplayable('video', 'hvc1.1').title);
	});

	it('say how far a replay is, or why it isn\'t', () => {
		const recording = { state: 'PROCESSING', progress: 0.404, detail: null };
		assert.equal(wordsForRecording(recording), 'The replay is being made… 40 %');
		assert.equal(wordsForRecording({ ...recording, progress: null }), 'The replay is being made…');
		assert.equal(wordsForRecording({ ...recording, state: 'FAILED', detail: 'The disk is full.' }),
			'The replay could not be made. The disk is full.');
		assert.equal(wordsForRecording({ ...recording, state: 'READY' }), '');
		assert.equal(wordsForRecording({ ...recording, state: 'RECORDING' }), '');
	});
});
