/**
 * A real server for a test: deploy/run on a free port with a data folder of its own, and what it takes to
 * mistreat it. Its end is part of the test: nothing it started may be left.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { send } from './http.js';
import { until, within } from './wait.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The folder with the programs in cgi-bin/. */
export const BUILD = resolve(ROOT, process.env.BUILD ?? 'build');

const REAL_BUILD = existsSync(BUILD) ? realpathSync(BUILD) : BUILD;
const PROGRAMS = join(REAL_BUILD, 'cgi-bin');
const WORKER = join(REAL_BUILD, 'bin/livebin-worker');

/** Without limits by address, for all tests come from one. */
const NO_LIMITS = {
	LIVEBIN_CREATE_PER_HOUR: '0',
	LIVEBIN_OFFERS_PER_MINUTE: '0',
	LIVEBIN_SIGNALS_PER_MINUTE: '0',
	LIVEBIN_VIEWS_PER_MINUTE: '0',
	LIVEBIN_FAILURES_PER_MINUTE: '0',
};
/** This environment without settings of whoever runs the tests. */
const CLEAN = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LIVEBIN_')));
/** What the caller says of sanitizers, and that reports go to files of the data folder, where stop() finds them. */
function sanitizers(dataDir) {
	const names = ['ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS', 'TSAN_OPTIONS'];
	return Object.fromEntries(names.map((name) =>
		[name, [process.env[name], `log_path=${dataDir}/sanitizer`].filter(Boolean).join(':')]));
}
const REPORT = /(Address|Leak|Thread|Memory)Sanitizer|runtime error:|Assertion .* failed/;
const LOG_LINES = 60;
const STARTS = 3;

export function freePort() {
	return new Promise((done, fail) => {
		const probe = net.createServer();
		probe.on('error', fail);
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address();
			probe.close(() => done(port));
		});
	});
}

function read(path) {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return '';
	}
}

/** True while a process is there and not a zombie. */
export function alive(pid) {
	const stat = read(`/proc/${pid}/stat`);
	return stat !== '' && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/** The processes of a group. */
function groupOf(pgid) {
	return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
		const stat = read(`/proc/${pid}/stat`);
		return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) === pgid && alive(pid);
	});
}

function childrenOf(pid) {
	try {
		return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
			read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number));
	} catch {
		return [];
	}
}

/** What a process runs; empty where that can't be told. */
function fileOf(pid) {
	try {
		return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
	} catch {
		return '';
	}
}

/** The name of the program a process runs; empty where it is none of ours. */
function programOf(pid) {
	const file = fileOf(pid);
	return dirname(file) === PROGRAMS ? basename(file) : '';
}

const running = new Set();
process.on('exit', () => {
	for (const server of running) server.killAll();
});

export class Server {
	/**
	 * @param {Record<string, string>} env LIVEBIN_* settings
	 * @param {string} dataDir
	 * @param {boolean} san
	 */
	constructor(env, dataDir, san) {
		this.env = env;
		this.#san = san;
		this.dataDir = dataDir;
		this.port = 0;
		/** Set by a failing test, so that the end keeps the folder and prints the logs. */
		this.failed = false;
		/** Set by a test that takes something away that the site can't do without: it may answer 500. */
		this.mayFail = false;
		/** Every key and token that was given out, by its kind. @type {Map<string, string>} */
		this.secrets = new Map();
		this.output = '';
		this.#seen = new Set();
	}

	#san;
	#child;
	/** How the process ended, once it has. @type {object | null} */
	#ended;
	#exit;
	#seen;

	get pid() {
		return this.#child.pid;
	}

	get url() {
		return `http://127.0.0.1:${this.port}`;
	}

	/** Starts on `this.port`; resolves when /health answers. */
	async #launch() {
		this.#child = spawn(join(ROOT, 'deploy/run'), {
			cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'],
			env: {
				...CLEAN, ...(this.#san ? sanitizers(this.dataDir) : {}), ...this.env,
				PORT: String(this.port), BIND: '127.0.0.1', DATA: this.dataDir, BUILD,
			},
		});
		running.add(this);
		this.#ended = null;
		this.#exit = new Promise((done) => {
			const end = (how) => { this.#ended ??= how; done(); };
			this.#child.on('error', ({ message }) => end({ message }));
			this.#child.on('exit', (code, signal) => end({ code, signal }));
		});
		for (const pipe of [this.#child.stdout, this.#child.stderr])
			pipe.on('data', (chunk) => { this.output += chunk; });
		await until('the server answers /health', async () => {
			if (this.#ended) throw new Error(`deploy/run ended: ${JSON.stringify(this.#ended)}\n${this.output}`);
			try {
				const { status, headers } = await send(this.port, 'GET', '/health');
				return headers['x-request-id'] !== undefined && [200, 503].includes(status);
			} catch {
				return false;
			}
		});
		this.programs();
	}

	async start() {
		for (let left = STARTS; ; left--) {
			this.port = await freePort();
			try {
				return await this.#launch();
			} catch (error) {
				const taken = /address already in use/i.test(this.output + this.lighttpdLog());
				this.killAll();
				if (taken && left > 1) continue;
				this.printLogs();
				throw error;
			}
		}
	}

	/** The programs lighttpd runs now. */
	programs() {
		const found = childrenOf(this.pid).map((pid) => ({ pid, name: programOf(pid) })).filter(({ name }) => name !== '');
		for (const { pid } of found) this.#seen.add(pid);
		return found;
	}

	/** The worker's processes. */
	workers() {
		return groupOf(this.pid).filter((pid) => fileOf(pid) === WORKER);
	}

	/** @param {string} name */
	program(name) {
		const found = this.programs().filter((program) => program.name === name);
		assert.ok(found.length > 0, `no program "${name}" among ${this.programs().map((program) => program.name)}`);
		return found[0];
	}

	/**
	 * Sends a signal to every process of a program; resolves when they are gone.
	 * @param {string} name
	 * @param {NodeJS.Signals} signal
	 */
	async kill(name, signal = 'SIGKILL') {
		const pids = this.programs().filter((program) => program.name === name).map(({ pid }) => pid);
		assert.ok(pids.length > 0, `no program "${name}" runs`);
		for (const pid of pids) process.kill(pid, signal);
		await until(`${name} ended after ${signal}`, () => !pids.some(alive), { every: 5 });
		return pids;
	}

	/** @param {string} name */
	kill9(name) {
		return this.kill(name, 'SIGKILL');
	}

	log() {
		return read(join(this.dataDir, 'livebin.log'));
	}

	lighttpdLog() {
		return read(join(this.dataDir, 'lighttpd.log'));
	}

	printLogs() {
		const tail = (text) => text.trimEnd().split('\n').slice(-LOG_LINES).join('\n');
		for (const [name, text] of [['output', this.output], ['livebin.log', this.log()], ['lighttpd.log', this.lighttpdLog()]])
			console.error(`--- ${this.dataDir}: ${name}\n${tail(text)}`);
	}

	/** Ends what is left without asking; for the way out of a failure. */
	killAll() {
		running.delete(this);
		if (!this.#child?.pid) return;
		this.programs();
		for (const pid of [...this.#seen, ...groupOf(this.pid)]) {
			try {
				if (this.#seen.has(pid) && !alive(pid)) continue;
				process.kill(pid, 'SIGKILL');
			} catch { /* it ended by itself */ }
		}
	}

	/** Ends the server as an operator does, and asserts that nothing is left. */
	async end() {
		this.programs();
		const pids = [...this.#seen];
		assert.equal(this.#ended, null, 'the server ended by itself, before it was told to');
		process.kill(this.pid, 'SIGTERM');
		await within('the end of the server after SIGTERM', this.#exit);
		await until('every process of the server ended', () => groupOf(this.pid).length === 0 && !pids.some(alive));
		running.delete(this);
	}

	/** After an end: the same data, the same port. */
	async again() {
		this.#seen.clear();
		await this.#launch();
	}

	async restart() {
		await this.end();
		await this.again();
	}

	/** Kills the web server; its programs end with it, and another is started. */
	async crash() {
		this.programs();
		const pids = [...this.#seen];
		process.kill(this.pid, 'SIGKILL');
		await within('the end of the web server after SIGKILL', this.#exit);
		await until('every process of the killed server ended', () => groupOf(this.pid).length === 0 && !pids.some(alive));
		await this.again();
	}

	/** No log holds a key or a token that was given out. */
	#assertNoSecretLogged() {
		const logs = `${this.log()}\n${this.lighttpdLog()}\n${this.output}`;
		for (const [secret, kind] of this.secrets) assert.ok(!logs.includes(secret), `a log shows a ${kind}`);
	}

	/** No program reported an error of its own memory, threads or assertions. */
	#assertNoReport() {
		const files = readdirSync(this.dataDir).filter((name) => name.startsWith('sanitizer'));
		const reports = files.map((name) => read(join(this.dataDir, name)));
		const all = [this.output, this.lighttpdLog(), ...reports].filter((text) => REPORT.test(text));
		assert.deepEqual(all, [], 'a program reported an error');
	}

	/** The end of a test that has failed: the folder stays. */
	abandon() {
		this.failed = true;
		this.killAll();
		this.printLogs();
	}

	/** The end of the test: everything ends, no log holds a secret, the folder goes (after a failure it stays). */
	async stop() {
		try {
			await this.end();
			this.#assertNoSecretLogged();
			this.#assertNoReport();
		} catch (error) {
			this.failed = true;
			this.killAll();
			throw error;
		} finally {
			if (this.failed) this.printLogs();
			else rmSync(this.dataDir, { recursive: true, force: true });
		}
	}
}

/**
 * Starts a server. `env` goes over defaults that switch the limits by address off. `san` says that the programs
 * of BUILD are built with sanitizers (SAN in the environment says so for all tests); any report fails stop().
 * @param {{ env?: Record<string, string>, san?: boolean, below?: string }} [options] `below`: where its folder is made
 */
export async function startServer({ env = {}, san = Boolean(process.env.SAN), below = tmpdir() } = {}) {
	const server = new Server({ ...NO_LIMITS, ...env }, mkdtempSync(join(below, 'livebin-test-')), san);
	await server.start();
	return server;
}
