/**
 * One fault each: a server, what is done to it, and one line of what was done and found. SEED and FAULTS_SECONDS come
 * from the environment; a run that is given the seed of another draws the same numbers.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client } from './client.js';
import { seeded } from './harm.js';
import { startServer } from './server.js';

/** How long each of those goes on that could go on for ever. */
export const SECONDS = Number(process.env.FAULTS_SECONDS ?? 4);
export const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 0x1_0000_0000));
const TEST_MS = SECONDS * 1000 + 180_000;

/**
 * @typedef {object} FaultContext
 * @property {Client} api
 * @property {import('./server.js').Server} server
 * @property {() => number} random
 * @property {(line: string) => void} say prints what was found
 * @property {import('node:test').TestContext} t
 */

/** One that counts what the site can't do just now as not answered. */
export class Refusing extends Client {
	refusals = 0;

	constructor(server) {
		super(server);
		server.mayFail = true;
	}

	async raw(...request) {
		const answer = await super.raw(...request);
		if (![500, 507].includes(answer.status) || answer.headers['x-request-id'] === undefined) return answer;
		assert.ok(answer.json?.detail, 'a refusal says why');
		this.refusals++;
		throw new Error(`refused: ${answer.text}`);
	}
}

/**
 * @param {string} name
 * @param {Parameters<typeof startServer>[0]} options
 * @param {(context: FaultContext) => Promise<void>} body
 * @param {() => void} [behind] what is done when the server is gone
 */
export function fault(name, options, body, behind = () => {}) {
	test(name, { timeout: TEST_MS }, async (t) => {
		t.after(behind);
		const server = await startServer(options);
		try {
			const say = (line) => t.diagnostic(`fault: ${name} (SEED=${SEED}): ${line}`);
			await body({ api: new Client(server), server, random: seeded(SEED), say, t });
		} catch (error) {
			server.abandon();
			throw error;
		}
		await server.stop();
	});
}

/** One that can't be done here. */
fault.skip = (name, reason) => test(name, (t) => t.skip(reason));
