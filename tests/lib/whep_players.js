/**
 * WHEP players that others wrote: one of npm in a page of another origin, aiortc and GStreamer as programs. And a
 * broadcast for them that costs little to send.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before } from 'node:test';

import { goLive } from './browser.js';
import { ROOT } from './server.js';
import { TEST_MS } from './stage.js';
import { until, within } from './wait.js';

/** That a player is to decode. */
export const FRAMES = 20;
const FRAMES_MS = 90_000;
/** A viewer's lease, and what it takes to see that one is silent. */
const GONE_MS = 90_000;

/** Small, and not to be made any smaller by a browser that is short of time. */
export const CAMERA = { width: 320, height: 240, frameRate: 15 };

/** As the player's own README has it. */
const PAGE = `<!doctype html><title>a player</title>
<video data-testid="video" autoplay muted></video>
<script type="module">
import { WHEPClient } from './whep.js';
const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
pc.addTransceiver('audio', { direction: 'recvonly' });
pc.addTransceiver('video', { direction: 'recvonly' });
pc.ontrack = ({ track, streams }) => {
	if (track.kind === 'video') document.querySelector('video').srcObject = streams[0];
};
const client = new WHEPClient();
globalThis.livebin = { pc, client };
client.view(pc, new URLSearchParams(location.search).get('url'));
</script>`;

/** A site of somebody else that plays with npm's whip-whep; another origin than the server's. */
export class PlayerSite {
	#http;

	static async open() {
		const files = {
			'/': ['text/html', PAGE],
			'/whep.js': ['text/javascript', readFileSync(join(ROOT, 'tests/node_modules/whip-whep/whep.js'))],
		};
		const site = new PlayerSite();
		site.#http = createServer((request, response) => {
			const [type, body] = files[new URL(request.url, 'http://localhost').pathname] ?? [];
			response.writeHead(type ? 200 : 404, { 'content-type': type ?? 'text/plain' });
			response.end(body);
		});
		await new Promise((done) => site.#http.listen(0, '127.0.0.1', done));
		return site;
	}

	/** The page that plays what is at this whepUrl. */
	address(whepUrl) {
		return `http://localhost:${this.#http.address().port}/?${new URLSearchParams({ url: whepUrl })}`;
	}

	close() {
		this.#http.closeAllConnections();
		this.#http.close();
	}
}

const running = new Set();
process.on('exit', () => {
	for (const child of running) child.kill('SIGKILL');
});

/** A running player of tests/clients. */
class PlayerProgram {
	/**
	 * @param {string} name of the program
	 * @param {...string} args
	 */
	constructor(name, ...args) {
		this.name = name;
		this.said = '';
		this.child = spawn(join(ROOT, 'tests/clients', name), args);
		running.add(this.child);
		this.child.stderr.on('data', (chunk) => { this.said += chunk; });
		this.#lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
		this.#ended = once(this.child, 'exit').then(([code, signal]) => {
			running.delete(this.child);
			return signal ?? code;
		});
	}

	#lines;
	#ended;

	/**
	 * What the next session has decoded, once that is enough.
	 * @returns {Promise<{ frames: number, width: number, height: number, audioFrames: number }>}
	 */
	async decoded() {
		const { value, done } = await within(`frames of ${this.name}`, this.#lines.next(), FRAMES_MS);
		if (done) throw new Error(`${this.name} ended with ${await this.#ended}: ${this.said}`);
		return JSON.parse(value);
	}

	/** It leaves, in the way that it was started with. */
	async leave() {
		this.child.stdin.end();
		const status = await within(`the end of ${this.name}`, this.#ended);
		if (status !== 0) throw new Error(`${this.name} ended with ${status}: ${this.said}`);
	}

	/** From now on it says and hears nothing, and doesn't end. */
	freeze() {
		this.child.kill('SIGSTOP');
	}

	/** It ends at once, and says so to nobody. */
	async kill() {
		this.child.kill('SIGKILL');
		await this.#ended;
	}
}

/** Asserts that a session was sent what the camera gives. */
export function assertSeen({ frames, width, height }) {
	assert.ok(frames >= FRAMES, `${frames} frames`);
	assert.deepEqual([width, height], [CAMERA.width, CAMERA.height]);
}

/** A broadcast out of a page. To be made in a describe(), behind its stage. */
export class WhepBroadcast {
	#stage;
	#players = [];

	/** @param {import('./stage.js').Stage} stage */
	constructor(stage) {
		this.#stage = stage;
		before(async () => {
			const studio = await stage.browser.page();
			this.id = (await goLive(studio, stage.server, 'For any player')).split('/').pop();
			({ whepUrl: this.whepUrl } = await stage.read(this.id));
		}, { timeout: TEST_MS });
		after(() => Promise.all(this.#players.map((player) => player.kill())));
	}

	/** Starts a player, which stays until it is told to leave. @param {string} name @param {...string} args */
	play(name, ...args) {
		// There is another network than the loopback here, or there is none.
		const player = new PlayerProgram(name, this.whepUrl, '--address', '127.0.0.1', '--stay', '--frames', String(FRAMES), ...args);
		this.#players.push(player);
		return player;
	}

	/** Waits until so many viewers are counted. */
	viewersAre(count) {
		return until(`${count} viewers are counted`, async () =>
			(await this.#stage.read(this.id)).viewers === count, { timeout: GONE_MS });
	}
}
