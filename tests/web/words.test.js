/**
 * What the studio says of its recording: every state has words, and none is a riddle.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { webModule } from '../lib/web.js';

const { pushWords } = await webModule('studio-push.js');
const { Problem } = await webModule('api.js');

const CALM = { state: 'pushing', video: 'H.264', audio: 'Opus', secondsBehind: 0, trouble: null, secondsLost: 0, lostWhy: '', refusal: null };
const words = (change) => pushWords({ ...CALM, ...change });

describe('the words about the recording', () => {
	it('say that all is well, how far it is behind, and that it catches up', () => {
		assert.equal(words({}).words, 'Recording: up to date');
		assert.equal(words({ secondsBehind: 2 }).words, 'Recording: up to date');
		assert.equal(words({ secondsBehind: 11.2 }).words, 'Recording: 12 s behind; catching up');
		assert.equal(words({ state: 'opening', video: '' }).words, 'Recording: starting…');
	});

	it('say why nothing moves, as an alarm', () => {
		for (const [status, pattern] of [[0, /doesn’t answer.*nothing is lost/], [409, /Another encoder/], [429, /patience/], [507, /disk is full/], [503, /Busy; we keep trying/]]) {
			const said = words({ secondsBehind: 20, trouble: new Problem(status, 'Busy') });
			assert.match(said.words, /20 s behind/);
			assert.match(said.words, pattern);
			assert.equal(said.isAlarm, true);
		}
	});

	it('say what is left to send at the end', () => {
		assert.equal(words({ state: 'finishing', secondsBehind: 7.5 }).words, 'Sending the last 8 s…');
	});

	it('say that there will be no replay, and why', () => {
		assert.match(words({ state: 'unable' }).words, /can’t record.*no replay/);
		assert.match(words({ state: 'refused', refusal: new Problem(404, 'x') }).words, /takes no recording/);
		assert.match(words({ state: 'refused', refusal: new Problem(401, 'x') }).words, /key was replaced/);
		assert.match(words({ state: 'refused', refusal: new Problem(400, 'Not a playlist') }).words, /Not a playlist/);
	});
});
