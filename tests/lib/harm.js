/**
 * Programs that are being killed, and calls meanwhile: what the program said, apart from what the web server or the
 * connection said in its stead.
 */
import assert from 'node:assert/strict';

import { sleep, until } from './wait.js';

/**
 * The program's answer; null where it gave none, or was just being stopped.
 * @param {() => Promise<import('./http.js').Answer>} call a `tolerant` one
 * @returns {Promise<import('./http.js').Answer | null>}
 */
export async function tried(call) {
	try {
		const answer = await call();
		return answer.headers['x-request-id'] === undefined || answer.status === 503 ? null : answer;
	} catch (error) {
		if (error.code === 'ERR_ASSERTION') throw error;
		return null;
	}
}

/**
 * Repeats, until the program answers, what does no harm when it is repeated.
 * @param {string} what
 * @param {() => Promise<import('./http.js').Answer>} call a `tolerant` one
 */
export function insist(what, call) {
	return until(what, () => tried(call), { every: 20 });
}

/** Every program answers. */
export function untilAllAnswer(api, { id, key }) {
	const tolerant = { tolerant: true };
	return until('every program answers', async () => {
		const answers = await Promise.all([
			tried(() => api.create({ title: 'a' }, tolerant)),
			tried(() => api.start(id, key, tolerant)),
			tried(() => api.stop(id, 'k'.repeat(32), tolerant)),
			tried(() => api.get(id, tolerant)),
			tried(() => api.active({}, tolerant)),
			tried(() => api.view(id, {}, tolerant)),
			tried(() => api.poll(id, key, {}, tolerant)),
			tried(() => api.raw('GET', '/health', tolerant)),
		]);
		return answers.every((answer) => answer !== null);
	});
}

/**
 * Sends numbers one after the other, each once, whatever happens to it, while `goesOn`; says of each whether it was
 * acknowledged.
 * @param {(n: number) => Promise<import('./http.js').Answer>} send
 * @param {(n: number) => boolean} goesOn
 * @param {(n: number, taken: boolean) => void} note
 */
export async function count(send, goesOn, note) {
	for (let n = 0; goesOn(n); n++) {
		note(n, false);
		const answer = await tried(() => send(n));
		if (answer === null) {
			await sleep(20);
			continue;
		}
		assert.ok(answer.status === 200 || answer.status === 202, answer.text);
		note(n, true);
	}
}

/**
 * Reads numbers behind a cursor until `isLast` says so of one.
 * @param {import('./client.js').Client} api
 * @param {{ id: string, secret: string, after: string | undefined }} reader
 * @param {(n: number) => boolean} isLast
 */
export async function follow(api, { id, secret, after }, isLast, note = () => {}) {
	const got = [];
	while (got.length === 0 || !isLast(got.at(-1))) {
		const answer = await insist('a mailbox is read', () => api.poll(id, secret, { after, wait: 1 }, { tolerant: true }));
		assert.equal(answer.status, 200, answer.text);
		for (const { data } of answer.json.messages) {
			if (typeof data !== 'number') continue;
			got.push(data);
			note(data);
		}
		after = answer.json.cursor;
	}
	return got;
}

/**
 * Pushes until every file was answered well, however often that takes, while `goesOn`; how many segments.
 * @param {import('./encoder.js').Encoder} encoder
 * @param {(n: number) => boolean | Promise<boolean>} goesOn
 */
export async function stubborn(encoder, goesOn) {
	const insistOn = async (what, call) => {
		const { status, text } = await insist(what, call);
		assert.ok(status === 200 || status === 201, `${what}: ${status} ${text}`);
	};
	let n = 0;
	if (encoder.media.init) await insistOn('the init section', () => encoder.init());
	for (; await goesOn(n); n++) {
		await insistOn(`segment ${n}`, () => encoder.segment(n));
		await insistOn(`list ${n}`, () => encoder.list(n));
	}
	return n;
}

/** Turns between two rests. */
const RESTS_EVERY = 4;

/** @typedef {{ name: string, kill: () => void | Promise<void> }} Victim */

/**
 * Those of the server's programs that have this name, or all of them.
 * @param {import('./server.js').Server} server
 * @returns {Victim[]}
 */
export function programs(server, only = '') {
	return server.programs().filter(({ name }) => only === '' || name === only)
	    .map(({ pid, name }) => ({ name, kill: () => { process.kill(pid, 'SIGKILL'); } }));
}

/**
 * Kills one of the victims at random moments until `isOver`; how often, by their names.
 * @param {() => boolean} isOver
 * @param {() => Victim[]} victims those that there are now
 * @param {{ random?: () => number, most?: number, rest?: () => Promise<unknown> }} [options] `most`: milliseconds
 *   between two; `rest`: waited for now and then, where a slow machine would get nothing done between two
 * @returns {Promise<Map<string, number>>}
 */
export async function killer(isOver, victims, { random = Math.random, most = 90, rest = async () => {} } = {}) {
	const kills = new Map();
	for (let n = 1; !isOver(); n++) {
		if (n % RESTS_EVERY === 0) await rest();
		await sleep(5 + random() * most);
		const there = victims();
		if (isOver() || there.length === 0) continue;
		const { name, kill } = there[Math.floor(random() * there.length)];
		await kill();
		kills.set(name, (kills.get(name) ?? 0) + 1);
	}
	return kills;
}

/** Numbers from 0 to 1 that come again with the same seed. */
export function seeded(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
	};
}
