/**
 * nginx with its RTMP module, on a free port, by the very file that docs/rtmp.md tells to use.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT, freePort } from './server.js';
import { until, within } from './wait.js';

const running = new Set();
process.on('exit', () => {
	for (const nginx of running) nginx.child.kill('SIGKILL');
});

function answers(port) {
	return new Promise((done) => {
		const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); done(true); });
		socket.on('error', () => done(false));
	});
}

export class Nginx {
	/** Folders of its own; `hls` is what LIVEBIN_RTMP_HLS must name. */
	constructor() {
		this.folder = mkdtempSync(join(tmpdir(), 'livebin-nginx-'));
		this.hls = join(this.folder, 'hls');
		mkdirSync(this.hls);
		chmodSync(this.folder, 0o711);
		this.output = '';
	}

	/**
	 * Starts it in front of a server; the same port when it is started anew.
	 * @param {{ site: string, secret: string }} options
	 */
	async start({ site, secret }) {
		this.port ??= await freePort();
		const words = { RTMP: `127.0.0.1:${this.port}`, SITE: site, SECRET: secret, HLS: this.hls, RUN: this.folder };
		const text = readFileSync(join(ROOT, 'deploy/nginx-rtmp.conf'), 'utf8')
			.replace(/^[^#]*$/gm, (line) => line.replace(/@([A-Z]+)@/g, (_, word) => words[word]));
		writeFileSync(join(this.folder, 'nginx.conf'), text);
		// One process, so that it is this user's, and ends at once.
		this.child = spawn('/usr/sbin/nginx', ['-e', 'stderr', '-p', this.folder, '-c', join(this.folder, 'nginx.conf'),
			'-g', 'daemon off; master_process off;'], { stdio: ['ignore', 'pipe', 'pipe'] });
		for (const pipe of [this.child.stdout, this.child.stderr]) pipe.on('data', (chunk) => { this.output += chunk; });
		running.add(this);
		this.ended = once(this.child, 'exit').then(() => running.delete(this));
		await until('nginx listens', () => {
			if (!running.has(this)) throw new Error(`nginx ended: ${this.output}`);
			return answers(this.port);
		});
		return this;
	}

	/** Where a stream is published, with that key. */
	url({ id, key }) {
		return `rtmp://127.0.0.1:${this.port}/live/${id}?key=${key}`;
	}

	/** What nginx wrote of a stream: the names. */
	files({ id }) {
		return readdirSync(this.hls).filter((name) => name.startsWith(id));
	}

	/** All that it wrote down, but for media. */
	written() {
		const names = readdirSync(this.folder, { recursive: true, withFileTypes: true });
		return this.output + names.filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
			.map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'latin1')}`).join('\n');
	}

	async kill9() {
		this.child.kill('SIGKILL');
		await within('the end of nginx', this.ended);
	}

	async stop() {
		if (running.has(this)) {
			this.child.kill('SIGTERM');
			await within('the end of nginx', this.ended);
		}
		rmSync(this.folder, { recursive: true, force: true });
	}
}
