/**
 * From a camera to a picture: a broadcaster in one browser, viewers in others, and what may break in between.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { assertMoves, framesDecoded, goLive, hook, openBrowser, press, seeState, seeText, shoot, stop } from '../lib/browser.js';
import { Client } from '../lib/client.js';
import { startServer } from '../lib/server.js';
import { keepingLogs } from '../lib/suite.js';
import { until } from '../lib/wait.js';

const TEST_MS = 240_000;

const browsers = {};
before(async () => {
	for (const kind of ['chromium', 'firefox']) browsers[kind] = await openBrowser(kind);
}, { timeout: TEST_MS });
after(async () => {
	for (const browser of Object.values(browsers)) await browser.close();
}, { timeout: TEST_MS });

for (const [broadcaster, watcher] of [['chromium', 'chromium'], ['chromium', 'firefox'], ['firefox', 'chromium']]) {
	describe(`a broadcaster in ${broadcaster}, a viewer in ${watcher}`, () => {
		let server, studio, watch, address;
		before(async () => {
			server = await startServer();
			studio = await browsers[broadcaster].guest();
			watch = await browsers[watcher].guest();
		}, { timeout: TEST_MS });
		after(async () => {
			await studio?.close();
			await watch?.close();
			await server?.stop();
		}, { timeout: TEST_MS });
		/** One step of the story; a failed one keeps the server's logs. */
		const step = (name, body) => it(name, { timeout: TEST_MS }, () => keepingLogs(server, async () => {
			try {
				await body();
			} catch (error) {
				await shoot(studio, `failed-studio-${broadcaster}-${watcher}`).catch(() => {});
				await shoot(watch, `failed-watch-${broadcaster}-${watcher}`).catch(() => {});
				throw error;
			}
		}));

		step('the viewer sees a moving picture and is counted once', async () => {
			address = await goLive(studio, server, `From ${broadcaster} to ${watcher}`);
			await watch.goto(address);
			await seeState(watch, ['live']);
			await assertMoves(watch);
			await seeText(watch, 'viewer-count', /^1\b/);
			await seeText(studio, 'viewer-count', /^1\b/);
			await seeText(studio, 'viewer-row', /connected/i);
			await seeText(watch, 'title', new RegExp(`From ${broadcaster} to ${watcher}`));
		});

		step('the broadcaster reloads, and the picture comes back without a click', async () => {
			await watch.evaluate(() => { globalThis.livebin.pc.isOld = true; });
			await studio.reload();
			await seeText(studio, 'status', /You are live/);
			await until('another connection shows frames', async () =>
				await watch.evaluate(() => globalThis.livebin.pc?.isOld !== true) && await framesDecoded(watch) > 0);
			await seeState(watch, ['live']);
			await assertMoves(watch);
		});

		step('the server restarts: the picture goes on, and so does the count', async () => {
			await server.restart();
			await assertMoves(watch);
			await seeState(watch, ['live']);
			const { json } = await new Client(server).request('GET', new URL(address).pathname.replace('/watch', ''));
			assert.equal(json.isLiveNow, true);
			await seeText(studio, 'viewer-count', /^1\b/);
		});

		step('a viewer who reloads comes back and is still one viewer', async () => {
			await watch.reload();
			await seeState(watch, ['live']);
			await assertMoves(watch);
			await seeText(studio, 'viewer-count', /^1\b/);
		});

		step('the broadcaster stops, and the page says so', async () => {
			await stop(studio);
			await seeText(studio, 'status', /over/i);
			await seeState(watch, ['ended']);
			await seeText(watch, 'state', /ended/i);
		});

		step('the broadcaster goes live again under the same link, and the viewer sees it', async () => {
			await press(studio, 'main-button');
			await seeText(studio, 'status', /You are live/);
			await seeState(watch, ['live']);
			await assertMoves(watch);
		});

		step('no page broke its content security policy or threw', async () => {
			assert.deepEqual([...studio.problems, ...watch.problems], []);
		});
	});
}
