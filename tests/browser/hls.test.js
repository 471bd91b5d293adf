/**
 * Two ways to one picture: direct while the broadcaster's page has room, files of the web server for the rest, and
 * the change from one to the other by itself. What media a stream has is said by a server in front of the real one.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { goLive, hook, openBrowser, seeState, seeText, shoot } from '../lib/browser.js';
import { Client } from '../lib/client.js';
import { makeFilm } from '../lib/film.js';
import { Broadcast, startFront } from '../lib/front.js';
import { startServer } from '../lib/server.js';
import { keepingLogs } from '../lib/suite.js';
import { until } from '../lib/wait.js';
import { seeMoving, seeWay, timeOf } from '../lib/watching.js';

const TEST_MS = 400_000;
const SECONDS = 240;
/** The longest a viewer on HLS waits before it tries the direct way again, and a busy machine's share. */
const PATIENCE_MS = 180_000;

const folder = mkdtempSync(join(tmpdir(), 'livebin-film-'));
before(() => makeFilm(folder, { seconds: SECONDS }), { timeout: TEST_MS });
after(() => rmSync(folder, { recursive: true, force: true }));

for (const kind of ['chromium', 'firefox']) {
	describe(`two ways to a picture, in ${kind}`, () => {
		let server, front, browser, studios, api;
		before(async () => {
			server = await startServer({ env: { LIVEBIN_MAX_PEERS: '1', LIVEBIN_PEER_GRACE: '3' } });
			front = await startFront(server);
			api = new Client(server);
			browser = await openBrowser(kind);
			studios = kind === 'chromium' ? browser : await openBrowser('chromium');
		}, { timeout: TEST_MS });
		after(async () => {
			await browser?.close();
			if (studios !== browser) await studios?.close();
			await front?.stop();
			await server?.stop();
		}, { timeout: TEST_MS });
		const story = (name, body) => it(name, { timeout: TEST_MS }, () => keepingLogs(server, body));

		/** A stream that nobody's page broadcasts. */
		const pushed = async (title) => {
			const { json } = await api.request('POST', '/create', { json: { title } });
			await api.request('POST', `/${json.videoId}/start`, { json: { streamKey: json.streamKey } });
			return { id: json.videoId, key: json.streamKey, address: `${front.url}/watch/${json.videoId}` };
		};
		/** From now on this stream has media. */
		const give = (id, options) => {
			const broadcast = new Broadcast(folder, { seconds: SECONDS, told: 12, ...options });
			front.media.set(id, broadcast);
			front.add(id, { hlsUrl: `/live/${id}/index.m3u8` });
			return broadcast;
		};
		const open = async (address, prepare) => {
			const page = await browser.guest();
			// Where patience is a matter of chance, it is the shortest.
			await page.evaluateOnNewDocument(() => { Math.random = () => 0; });
			if (prepare) await page.evaluateOnNewDocument(prepare);
			await page.goto(address);
			return page;
		};

		story('what was pushed plays at once, says how, and stays within some seconds', async () => {
			const { id, address } = await pushed('Pushed');
			give(id);
			const page = await open(address);
			await seeWay(page, 'hls');
			await seeText(page, 'how', /^live · a few seconds behind$/);
			assert.equal(await page.$eval(hook('to-live'), (button) => button.checkVisibility()), false);
			await shoot(page, `hls-live-${kind}`);
			assert.deepEqual(page.problems, []);
			await page.close();
		});

		story('media that begins while a viewer waits is taken up', async () => {
			const { id, address } = await pushed('Later');
			const page = await open(address);
			await seeState(page, ['waiting']);
			give(id);
			await seeWay(page, 'hls');
			await page.close();
		});

		story('a playlist that isn\'t there yet is asked for again', async () => {
			const { id, address } = await pushed('Early');
			const broadcast = give(id);
			broadcast.instead.set('index.m3u8', null);
			const page = await open(address);
			await until('it was asked for twice', () =>
				front.asked.filter((path) => path === `/live/${id}/index.m3u8`).length > 1);
			broadcast.instead.delete('index.m3u8');
			await seeWay(page, 'hls');
			await page.close();
		});

		story('a codec that the browser lacks is said in words', async () => {
			const { id, address } = await pushed('Strange');
			const broadcast = give(id);
			broadcast.instead.set('index.m3u8', '#EXTM3U\n#EXT-X-VERSION:7\n' +
				'#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="dvh1.05.06"\nr0.m3u8\n');
			const page = await open(address);
			await seeState(page, ['unplayable']);
			await seeText(page, 'state', /can’t play this broadcast’s video \(dvh1\)/);
			await page.close();
		});

		story('paused and fallen behind, the viewer gets a way back to now', async () => {
			const { id, address } = await pushed('Behind');
			give(id, { window: 60 });
			const page = await open(address);
			await seeWay(page, 'hls');
			await page.keyboard.press('k');
			await until('the way back is shown', () => page.$eval(hook('to-live'), (button) => button.checkVisibility()));
			const before = await timeOf(page);
			await until('the end has moved on', () => page.evaluate(() =>
				globalThis.livebin.behind > 8));
			await page.click(hook('to-live'));
			await until('the picture jumped', async () => await timeOf(page) > before + 5);
			await seeMoving(page);
			await until('it is live again', () => page.evaluate(() => globalThis.livebin.behind < 8));
			await page.close();
		});

		story('from the beginning, along the timeline, and back to live', async () => {
			const { id, address } = await pushed('From the start');
			give(id, { told: 60 });
			const page = await open(address);
			await seeWay(page, 'hls');
			await page.click(hook('beginning'));
			await until('the beginning is asked for', () => front.asked.includes(`/live/${id}/dvr.m3u8`));
			await until('it plays from there', async () => {
				const at = await timeOf(page);
				return at > 0.2 && at < 20;
			});
			await seeText(page, 'how', /behind live$/);
			await seeMoving(page);
			const length = await page.$eval(hook('seek'), (range) => Number(range.max));
			assert.ok(length >= 60, `the timeline has ${length} seconds`);
			await page.focus(hook('seek'));
			await page.keyboard.press('PageUp');
			await until('a minute on', async () => await timeOf(page) > 40);
			await shoot(page, `hls-dvr-${kind}`);
			await page.click(hook('to-live'));
			await seeText(page, 'how', /^live · a few seconds behind$/);
			await seeMoving(page);
			assert.equal(await page.$eval(hook('seek'), (range) => range.checkVisibility()), false);
			assert.deepEqual(page.problems, []);
			await page.close();
		});

		story('a full room: the second viewer gets HLS, and changes over when the first one leaves', async () => {
			const studio = await studios.page();
			const address = (await goLive(studio, server, 'A small room')).replace(server.url, front.url);
			const id = address.split('/').pop();
			give(id);
			const first = await open(address);
			await seeWay(first, 'direct');
			await seeText(first, 'how', /^live · direct$/);
			const second = await open(address);
			await seeWay(second, 'hls');
			// While it changes, the picture is never gone.
			await second.evaluate(() => {
				globalThis.gaps = 0;
				setInterval(() => {
					const seen = document.querySelector('[data-testid="video"]');
					if (seen.readyState < 2 || !seen.checkVisibility()) globalThis.gaps += 1;
				}, 20);
			});
			await first.close();
			await seeWay(second, 'direct', PATIENCE_MS);
			await seeText(second, 'how', /^live · direct$/);
			assert.equal(await second.evaluate(() => globalThis.gaps), 0, 'moments without a picture');

			// The broadcaster's page goes; the encoder doesn't. And it comes back.
			const studioAddress = studio.url();
			await studio.close();
			await seeWay(second, 'hls');
			assert.equal(await second.evaluate(() => globalThis.gaps), 0, 'moments without a picture');
			const again = await studios.page();
			await again.goto(studioAddress);
			await seeText(again, 'status', /You are live/);
			await seeWay(second, 'direct', PATIENCE_MS);
			assert.deepEqual(second.problems, []);
			await second.close();
			await again.close();
		});

		story('where no direct connection comes about, HLS plays, and the place in the room is given back', async () => {
			const studio = await studios.page();
			const address = (await goLive(studio, server, 'A wall')).replace(server.url, front.url);
			give(address.split('/').pop());
			const walled = await open(address, () => {
				const Real = globalThis.RTCPeerConnection;
				globalThis.RTCPeerConnection = class extends Real {
					constructor(options) { super({ ...options, iceTransportPolicy: 'relay' }); }
					setConfiguration() {}
				};
			});
			await seeWay(walled, 'hls');
			const other = await open(address);
			await seeWay(other, 'direct', PATIENCE_MS);
			await seeWay(walled, 'hls');
			await other.close();
			await walled.close();
			await studio.close();
		});

		story('a browser without WebRTC plays HLS', async () => {
			const { id, address } = await pushed('No WebRTC');
			give(id);
			const page = await open(address, () => { delete globalThis.RTCPeerConnection; });
			await seeWay(page, 'hls');
			await page.close();
		});
	});
}
