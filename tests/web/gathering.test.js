/**
 * How long an answer that must be whole waits for candidates, on a clock of the test's own.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';

import { webModule } from '../lib/web.js';

const { gathered } = await webModule('gathering.js');

/** A connection that gathers when it is told to. */
class Gathering extends EventTarget {
	iceGatheringState = 'gathering';
	localDescription = { sdp: 'v=0\r\n' };

	found(n) {
		this.localDescription.sdp += `a=candidate:${n}\r\n`;
		this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate: { candidate: `candidate:${n}` } }));
	}

	complete() {
		this.iceGatheringState = 'complete';
		this.dispatchEvent(new Event('icegatheringstatechange'));
	}
}

/** Time that passes when a test says so. */
class Clock {
	#now = 0;
	#next = 1;
	/** @type {Map<number, { at: number, run: () => void }>} */
	#timers = new Map();
	#real = { setTimeout, clearTimeout };

	begin() {
		globalThis.setTimeout = (run, ms) => {
			this.#timers.set(this.#next, { at: this.#now + ms, run });
			return this.#next++;
		};
		globalThis.clearTimeout = (id) => this.#timers.delete(id);
	}

	end() {
		Object.assign(globalThis, this.#real);
	}

	pass(ms) {
		this.#now += ms;
		for (const [id, { at, run }] of [...this.#timers].sort(([, a], [, b]) => a.at - b.at)) {
			if (at > this.#now || !this.#timers.delete(id)) continue;
			run();
		}
	}
}

describe('gathering', () => {
	let clock;
	/** Looks whether it is over, once all that is due has run. */
	const look = async (pc) => {
		const it_ = { sdp: null };
		gathered(pc).then((sdp) => { it_.sdp = sdp; });
		it_.after = async (ms) => {
			clock.pass(ms);
			await new Promise((done) => setImmediate(done));
			return it_.sdp;
		};
		return it_;
	};
	beforeEach(() => {
		clock = new Clock();
		clock.begin();
	});
	afterEach(() => clock.end());

	it('is over at once where it is complete', async () => {
		const pc = new Gathering();
		const it_ = await look(pc);
		pc.found(1);
		pc.complete();
		assert.match(await it_.after(0), /a=candidate:1/);
		assert.match(await (await look(pc)).after(0), /a=candidate:1/);
	});

	it('is over a while after the last candidate, each one beginning it anew', async () => {
		const pc = new Gathering();
		const it_ = await look(pc);
		pc.found(1);
		assert.equal(await it_.after(900), null);
		pc.found(2);
		assert.equal(await it_.after(900), null);
		assert.match(await it_.after(200), /a=candidate:1\r\na=candidate:2/);
	});

	it('waits longer for the first, but not for ever', async () => {
		const it_ = await look(new Gathering());
		assert.equal(await it_.after(3900), null);
		assert.equal(await it_.after(200), 'v=0\r\n');
	});

	it('doesn\'t go on for ever because candidates do', async () => {
		const pc = new Gathering();
		const it_ = await look(pc);
		for (let i = 0; i < 5; i++) {
			pc.found(i);
			assert.equal(await it_.after(900), null);
		}
		pc.found(5);
		assert.match(await it_.after(600), /a=candidate:5/);
	});

	it('after a restart isn\'t taken for complete because the one before was', async () => {
		const pc = new Gathering();
		pc.iceGatheringState = 'complete';
		const it_ = await look(pc);
		assert.equal(await it_.after(100), null);
		pc.found(1);
		pc.complete();
		assert.match(await it_.after(0), /a=candidate:1/);
	});
});
