/**
 * What the tests of a broadcast from its encoder to its replay share: the real server, a viewer's page, and what the
 * two of them say of a stream.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';

import { JOBS_MS, probe } from './broadcast.js';
import { openBrowser, shoot } from './browser.js';
import { Client } from './client.js';
import { readPlaylist } from './hls.js';
import { send } from './http.js';
import { startServer } from './server.js';
import { keepingLogs } from './suite.js';
import { until } from './wait.js';

export const TEST_MS = 300_000;

/** @typedef {import('./hls.js').Entry} Entry */

export const secondsOf = ({ entries }) => entries.reduce((sum, { duration }) => sum + duration, 0);
export const breaksOf = ({ entries }) => entries.filter(({ discontinuity }) => discontinuity).length;
export const gapsOf = ({ entries }) => entries.filter(({ gap }) => gap).length;

/** A length as the player's clock shows it behind the place that it is at. */
export const clockOf = (seconds) => {
	const whole = Math.floor(seconds);
	return new RegExp(`/ ${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}$`);
};

/** To be made in a describe(): everything starts before its stories, and ends behind them. */
export class Stage {
	/**
	 * @param {string} name of the pictures of a failed story
	 * @param {Record<string, string>} [env]
	 * @param {Parameters<typeof openBrowser>[1]} [options] of its browser
	 */
	constructor(name, env = {}, options = {}) {
		this.name = name;
		before(async () => {
			this.server = await startServer({ env });
			this.api = new Client(this.server);
			this.browser = await openBrowser('chromium', options);
			this.watch = await this.browser.page();
		}, { timeout: TEST_MS });
		after(async () => {
			await this.browser?.close();
			await this.server?.stop();
		}, { timeout: TEST_MS });
		/** @type {(title: string, body: (t: import('node:test').TestContext) => Promise<void>) => void} */
		this.story = (title, body) => it(title, { timeout: TEST_MS }, (t) => keepingLogs(this.server, async () => {
			try {
				await body(t);
			} catch (error) {
				for (const [i, page] of (await this.pages()).entries())
					await shoot(page, `failed-${this.name}-${i}`).catch(() => {});
				throw error;
			}
		}));
	}

	/** Those of which a failed story leaves pictures. */
	async pages() {
		return [this.watch];
	}

	/** A stream of an encoder: its id, key, ingestUrl and page. */
	async create(json) {
		const { status, json: made, text } = await this.api.create(json);
		assert.equal(status, 201, text);
		return { id: made.videoId, key: made.streamKey, ingest: made.ingestUrl, page: `${this.server.url}/watch/${made.videoId}` };
	}

	async read(id) {
		return (await this.api.get(id)).json;
	}

	/** A file of a broadcast. */
	async fetch(url) {
		const answer = await send(this.server.port, 'GET', new URL(url).pathname);
		assert.equal(answer.status, 200, `${url}: ${answer.status}`);
		return answer;
	}

	/** A playlist. */
	async list(url) {
		return readPlaylist((await this.fetch(url)).text);
	}

	/**
	 * The pictures of a list's segments, counted one by one: players of several lose some at a break.
	 * @param {string} url
	 */
	async frames(url) {
		const folder = mkdtempSync(join(tmpdir(), 'livebin-film-'));
		const path = join(folder, 'segment.mp4');
		const bytes = async (name) => (await this.fetch(new URL(name, url).href)).raw;
		let count = 0;
		try {
			for (const { uri, map, gap } of (await this.list(url)).entries) {
				if (gap) continue;
				writeFileSync(path, Buffer.concat([await bytes(map), await bytes(uri)]));
				count += (await probe(path)).frames;
			}
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
		return count;
	}

	/** The recording, once no job is left. */
	async made(id) {
		let recording;
		await until('nothing is left to be made', async () => {
			({ recording } = await this.read(id));
			return recording?.state === 'READY' && recording.progress === null;
		}, { timeout: JOBS_MS });
		assert.equal(recording.detail, null);
		return recording;
	}
}
