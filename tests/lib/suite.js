/**
 * A group of tests that share one server, which starts before them and ends, all of it, after them.
 */
import { after, before, describe, it } from 'node:test';

import { Client } from './client.js';
import { startServer } from './server.js';

const TEST_MS = 120_000;

/**
 * Runs a test's body; one that fails keeps its server's folder and logs.
 * @param {import('./server.js').Server} server
 * @param {() => Promise<void>} body
 */
export async function keepingLogs(server, body) {
	try {
		await body();
	} catch (error) {
		server.failed = true;
		throw error;
	}
}

/**
 * @param {string} name what the group is about
 * @param {{ env?: Record<string, string>, concurrency?: number }} options `concurrency`: tests that run at once
 * @param {(test: (name: string, body: (context: { api: Client, server: import('./server.js').Server,
 *   t: import('node:test').TestContext }) => Promise<void>) => void) => void} define
 */
export function suite(name, { env, concurrency = 6 }, define) {
	describe(name, { concurrency }, () => {
		let server;
		before(async () => { server = await startServer({ env }); });
		after(() => server?.stop(), { timeout: TEST_MS });
		define((title, body) => it(title, { timeout: TEST_MS }, (t) =>
			keepingLogs(server, () => body({ api: new Client(server), server, t }))));
	});
}
