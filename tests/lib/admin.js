/**
 * The operator's command, and tokens made by it.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';

import { BUILD } from './server.js';

const PROGRAM = join(BUILD, 'bin/livebin');
const CLEAN = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LIVEBIN_')));

/**
 * Runs it to its end.
 * @param {string} dataDir
 * @param {string[]} args
 * @param {Record<string, string>} [env] settings
 * @returns {Promise<{ code: number | string, stdout: string, stderr: string }>}
 */
export function command(dataDir, args, env = {}) {
	return new Promise((done) => {
		execFile(PROGRAM, args, { env: { ...CLEAN, LIVEBIN_DATA: dataDir, ...env }, timeout: 90_000 }, (error, stdout, stderr) =>
			done({ code: error ? error.code ?? error.signal : 0, stdout, stderr }));
	});
}

/** Starts it, to be killed. */
export function started(dataDir, args) {
	const child = spawn(PROGRAM, args, { env: { ...CLEAN, LIVEBIN_DATA: dataDir }, stdio: 'ignore' });
	const ended = new Promise((done) => child.on('close', (code, signal) => done({ code, signal })));
	return { child, ended };
}

/**
 * A new API token of a running server, which no log may show from then on.
 * @param {import('./server.js').Server} server
 */
export async function makeToken(server, name, ...options) {
	const { code, stdout, stderr } = await command(server.dataDir, ['token', 'create', name, ...options]);
	assert.equal(code, 0, stderr);
	assert.match(stdout, /^[A-Za-z0-9_-]{32}\n$/, 'the token alone on its line');
	const token = stdout.trim();
	assert.ok(!stderr.includes(token));
	server.secrets.set(token, 'API token');
	return token;
}

/** @param {import('./server.js').Server} server */
export async function revokeToken(server, name) {
	const { code, stderr } = await command(server.dataDir, ['token', 'revoke', name]);
	assert.equal(code, 0, stderr);
}
