/**
 * One fault each: a server, what is done to it, and one line of what was done and found. SEED and FAULTS_SECONDS come
 * from the environment; a run that is given the seed of another draws the same numbers.
 */
import { test } from 'node:test';

import { Client } from './client.js';
import { seeded } from './harm.js';
import { startServer } from './server.js';
import { keepingLogs } from './suite.js';

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

/**
 * @param {string} name
 * @param {Parameters<typeof startServer>[0]} options
 * @param {(context: FaultContext) => Promise<void>} body
 */
export function fault(name, options, body) {
	test(name, { timeout: TEST_MS }, async (t) => {
		const server = await startServer(options);
		try {
			const say = (line) => t.diagnostic(`fault: ${name} (SEED=${SEED}): ${line}`);
			await keepingLogs(server, () => body({ api: new Client(server), server, random: seeded(SEED), say, t }));
		} finally {
			await server.stop();
		}
	});
}
