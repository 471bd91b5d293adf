/**
 * The worker as a program of its own, and a way into the store behind every program's back.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { BUILD, alive } from './server.js';
import { until, within } from './wait.js';

const PROGRAM = join(BUILD, 'bin/livebin-worker');
const CLEAN = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LIVEBIN_')));

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => {
	for (const child of running) child.kill('SIGKILL');
});

/** One that runs. */
export class Worker {
	/**
	 * @param {string} dataDir
	 * @param {string[]} args
	 * @param {Record<string, string>} env settings
	 */
	constructor(dataDir, args = [], env = {}) {
		this.child = spawn(PROGRAM, args, {
			stdio: ['ignore', 'pipe', 'pipe'], env: { ...CLEAN, LIVEBIN_DATA: dataDir, ...env },
		});
		this.output = '';
		for (const pipe of [this.child.stdout, this.child.stderr])
			pipe.on('data', (chunk) => { this.output += chunk; });
		/** @type {Promise<{ code: number | null, signal: string | null }>} */
		this.ended = new Promise((done) => this.child.on('close', (code, signal) => {
			running.delete(this.child);
			done({ code, signal });
		}));
		running.add(this.child);
	}

	get pid() {
		return Number(this.child.pid);
	}

	/** Its end by itself, which must be a good one. */
	async done() {
		const { code, signal } = await within('the end of a worker', this.ended, 90_000);
		assert.equal(code, 0, `${signal ?? ''} ${this.output}`);
	}

	/** Tells it to stop: it ends well, and leaves no helper. */
	async stop() {
		const helpers = childrenOf(this.pid);
		this.child.kill('SIGTERM');
		await this.done();
		assert.ok(!helpers.some(alive), 'a helper was left');
	}

	/** Kills it, and sees that its helpers go too. */
	async kill9() {
		const helpers = childrenOf(this.pid);
		this.child.kill('SIGKILL');
		await this.ended;
		await until('the helpers of a killed worker are gone', () => !helpers.some(alive));
	}
}

/** @param {number} pid */
function childrenOf(pid) {
	try {
		return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
	} catch {
		return [];
	}
}

/**
 * Runs the worker once.
 * @param {import('./server.js').Server} server
 */
export function runOnce(server, env = {}) {
	return new Worker(server.dataDir, ['--once'], { ...server.env, ...env }).done();
}

/** SQL on the file that lasts, or another. Gives what it prints. */
export function sql(dataDir, text, file = 'livebin.db') {
	return execFileSync('sqlite3', ['-cmd', '.timeout 10000', join(dataDir, file), text], { encoding: 'utf8' }).trim();
}

/** Whoever held a job is dead: its lease needs not be waited for. */
export function endLeases(dataDir) {
	sql(dataDir, 'UPDATE job SET due_ms = 0');
}

/** Makes the server's programs believe that a worker runs. Returns what ends it. */
export function pretendWorker(server) {
	const child = spawn('flock', [join(server.dataDir, 'worker.lock'), 'sleep', '3600'], { stdio: 'ignore', detached: true });
	return () => process.kill(-Number(child.pid), 'SIGKILL');
}

/**
 * What the log says of jobs: `kind`, `recording`, and how they ended; the worker's, and the quick ones that a program
 * of the server did.
 */
export function jobsLogged(server) {
	return [...server.log().matchAll(/ - job (\w+) of ([\w-]+)(?:, attempt \d+,)? (.*)/g)]
	    .map(([, kind, recording, end]) => ({ kind, recording, end }));
}

/** Files that an unfinished attempt would leave. */
export function leftovers(folder) {
	return existsSync(folder) ? readdirSync(folder).filter((name) => /^\.(mp4|poster|thumbs)-/.test(name)) : [];
}

/** An ffmpeg that holds still at work that is told, having written a bit of what it was to write. */
export class SlowFfmpeg {
	/** @param {string} folder */
	constructor(folder) {
		this.program = join(folder, 'slow-ffmpeg');
		this.#hold = join(folder, 'hold');
		this.#held = join(folder, 'held');
		writeFileSync(this.program, `#!/bin/sh
for last; do :; done
if [ -e '${this.#hold}' ]; then
	case $last in *"$(cat '${this.#hold}')"*)
		case $last in file:*) echo cut >"\${last#file:}" ;; esac
		echo "$last" >>'${this.#held}'
		exec sleep 600
		;;
	esac
fi
exec ffmpeg "$@"
`);
		chmodSync(this.program, 0o755);
	}

	#hold;
	#held;

	/** From now on it holds where its last argument has that text in it. */
	hold(text) {
		rmSync(this.#held, { force: true });
		writeFileSync(this.#hold, text);
	}

	/** Resolves when it holds. */
	held() {
		return until('ffmpeg is held', () => existsSync(this.#held));
	}

	/** It doesn't hold any more. */
	pass() {
		rmSync(this.#hold, { force: true });
	}
}

/** An ffmpeg from before 5.1: it knows no -fps_mode. Gives its path. */
export function oldFfmpeg(folder) {
	const program = join(folder, 'old-ffmpeg');
	writeFileSync(program, `#!/bin/sh
case " $* " in *' -fps_mode '*)
	echo "Unrecognized option 'fps_mode'." >&2
	exit 1
esac
exec ffmpeg "$@"
`);
	chmodSync(program, 0o755);
	return program;
}

/** The width and height of a JPEG; fails on what isn't one. */
export function jpegSize(bytes) {
	assert.equal(bytes.readUInt16BE(0), 0xffd8, 'a JPEG begins so');
	for (let at = 2; at < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
		const marker = bytes.readUInt16BE(at);
		if (marker >= 0xffc0 && marker <= 0xffc2)
			return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
	}
	throw new Error('a JPEG without a frame');
}
