/**
 * After the end: the replay is announced, offered and played, on the watch page, in the embedded player and on the
 * home page. What was recorded is said by a server in front of the real one.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { hook, openBrowser, seeState, seeText, shoot } from '../lib/browser.js';
import { Client } from '../lib/client.js';
import { makeExtras, makeFilm } from '../lib/film.js';
import { Broadcast, startFront } from '../lib/front.js';
import { startServer } from '../lib/server.js';
import { keepingLogs } from '../lib/suite.js';
import { until } from '../lib/wait.js';
import { isSeen, seeMoving, timeOf } from '../lib/watching.js';

const TEST_MS = 240_000;
const SECONDS = 120;
const KEPT = 40;
const SIZES = { desk: [1280, 900], phone: [375, 740] };

for (const kind of ['chromium', 'firefox']) {
	describe(`the replay, in ${kind}`, () => {
		let server, front, browser, folder, api;
		before(async () => {
			folder = mkdtempSync(join(tmpdir(), 'livebin-film-'));
			[server] = await Promise.all([startServer(), makeFilm(folder, { seconds: SECONDS })]);
			await makeExtras(folder, KEPT);
			front = await startFront(server);
			api = new Client(server);
			browser = await openBrowser(kind);
		}, { timeout: TEST_MS });
		after(async () => {
			await browser?.close();
			await front?.stop();
			await server?.stop();
			rmSync(folder, { recursive: true, force: true });
		}, { timeout: TEST_MS });
		const story = (name, body) => it(name, { timeout: TEST_MS }, () => keepingLogs(server, body));

		const pushed = async (title) => {
			const { json } = await api.request('POST', '/create', { json: { title } });
			const body = { json: { streamKey: json.streamKey } };
			const broadcast = new Broadcast(folder, { seconds: SECONDS, told: KEPT });
			front.media.set(json.videoId, broadcast);
			return {
				id: json.videoId, broadcast,
				watch: `${front.url}/watch/${json.videoId}`, embed: `${front.url}/embed/${json.videoId}`,
				start: () => api.request('POST', `/${json.videoId}/start`, body),
				stop: () => api.request('POST', `/${json.videoId}/stop`, body),
			};
		};
		const recordingOf = (id, members = {}) => ({
			state: 'READY', durationSeconds: KEPT, sizeBytes: 3_138_764, mp4Bytes: 1_569_382, hlsUrl: `/live/${id}/replay.m3u8`,
			mp4Url: `/live/${id}/replay.mp4`, posterUrl: `/live/${id}/poster.jpg`,
			thumbnailsUrl: `/live/${id}/thumbs.vtt`, progress: null, detail: null, ...members,
		});
		const making = (id, progress) => recordingOf(id, {
			state: 'PROCESSING', hlsUrl: null, mp4Url: null, thumbnailsUrl: null, mp4Bytes: null, sizeBytes: null, progress,
		});
		/** A broadcast that is over, and its replay ready. */
		const finished = async (title) => {
			const stream = await pushed(title);
			await stream.start();
			await stream.stop();
			stream.broadcast.end();
			front.add(stream.id, { hlsUrl: `/live/${stream.id}/replay.m3u8`, recording: recordingOf(stream.id) });
			return stream;
		};
		/** Both sizes, by light and by night; none may be wider than its window. */
		const shootAll = async (page, name) => {
			for (const [size, [width, height]] of Object.entries(SIZES)) {
				await page.setViewport({ width, height });
				for (const value of ['light', 'dark']) {
					if (kind === 'firefox' && value === 'dark') continue;
					if (kind === 'chromium') await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
					await shoot(page, `${name}-${size}-${value}-${kind}`);
				}
			}
			await page.setViewport({ width: 320, height: 640 });
			const wide = await page.evaluate(() => document.documentElement.scrollWidth);
			assert.ok(wide <= 320, `${name} is ${wide} pixels wide in a window of 320`);
			await page.setViewport({ width: 1280, height: 900 });
		};
		const press = async (page, key, fits, what) => {
			await page.keyboard.press(key);
			await until(what, async () => fits(await timeOf(page)));
		};

		story('a viewer of the live broadcast sees its end, hears of the replay, and gets it', async () => {
			const stream = await pushed('From live to replay');
			await stream.start();
			front.add(stream.id, { hlsUrl: `/live/${stream.id}/index.m3u8`, recording: recordingOf(stream.id, { state: 'RECORDING' }) });
			const page = await browser.guest();
			await page.goto(stream.watch);
			await seeState(page, ['live']);
			stream.broadcast.end();
			front.additions.set(stream.id, { hlsUrl: null, recording: making(stream.id, 0.4) });
			await stream.stop();
			await seeState(page, ['ended']);
			await seeText(page, 'state', /The replay is being made… 40 %/);
			assert.equal(await isSeen(page, 'watch-replay'), false);
			await shootAll(page, 'replay-making');
			front.add(stream.id, { recording: making(stream.id, 0.9) });
			await seeText(page, 'state', /90 %/);
			front.add(stream.id, { hlsUrl: `/live/${stream.id}/replay.m3u8`, recording: recordingOf(stream.id) });
			await until('it is offered', () => isSeen(page, 'watch-replay'));
			assert.equal(await isSeen(page, 'poster'), true);
			await seeState(page, ['ended']);
			await shootAll(page, 'replay-offered');
			await page.click(hook('watch-replay'));
			await seeState(page, ['replay']);
			await seeMoving(page);
			await page.close();
		});

		story('it is worked by keyboard: play, the timeline, the end', async () => {
			const stream = await finished('By keyboard');
			const page = await browser.guest();
			await page.goto(stream.watch);
			await until('it is offered', () => isSeen(page, 'watch-replay'));
			await page.focus(hook('watch-replay'));
			await page.keyboard.press('Enter');
			await seeState(page, ['replay']);
			await seeMoving(page);
			assert.equal(await page.$eval(hook('video'), (video) => video.muted), false);
			await page.keyboard.press('k');
			await until('it pauses', () => page.$eval(hook('video'), (video) => video.paused));
			const at = await timeOf(page);
			await press(page, 'ArrowRight', (t) => t > at + 4 && t < at + 6, 'five seconds on');
			await page.focus(hook('seek'));
			await press(page, 'Home', (t) => t === 0, 'the beginning');
			await press(page, 'End', (t) => t > KEPT - 2, 'the end');
			await press(page, 'ArrowLeft', (t) => t < KEPT - 4 && t > KEPT - 8, 'five seconds back');
			await press(page, 'PageDown', (t) => t === 0, 'a minute back');
			await press(page, 'PageUp', (t) => t > KEPT - 2, 'a minute on');
			assert.match(await page.$eval(hook('seek'), (range) => range.getAttribute('aria-valuetext')),
				/^\d+ seconds of 40 seconds$/);
			assert.equal(await page.$eval(hook('seek'), (range) => range.getAttribute('role')), 'slider');
			await seeText(page, 'time', /^0:3\d \/ 0:40$/);
			await page.keyboard.press('Home');
			await page.select(hook('speed'), '2');
			assert.equal(await page.$eval(hook('video'), (video) => video.playbackRate), 2);
			await page.close();
		});

		story('the timeline shows pictures, and the whole can be saved under its title', async () => {
			const stream = await finished('Kittens/drums: <b>live</b>');
			const page = await browser.guest();
			await page.goto(`${stream.watch}?t=20`);
			await until('it is offered', () => isSeen(page, 'watch-replay'));
			await page.click(hook('watch-replay'));
			await until('it starts where the address says', async () => {
				const at = await timeOf(page);
				return at >= 20 && at < 30;
			});
			await seeMoving(page);
			const bar = await page.$(hook('seek'));
			const box = await bar.boundingBox();
			await until('a picture is shown', async () => {
				await page.mouse.move(box.x + box.width / 2 + Math.random() * 4, box.y + box.height / 2);
				return isSeen(page, 'seek-picture');
			});
			const style = await page.$eval(hook('seek-picture'), (element) => element.getAttribute('style'));
			assert.match(style, /thumbs\.jpg/);
			assert.match(style, /background-position: -\d+px -\d+px/);
			await shoot(page, `replay-thumbnail-${kind}`);
			await shootAll(page, 'replay-playing');
			await seeText(page, 'download', /^Download \(1\.6 MB\)$/);
			const [href, name] = await page.$eval(hook('download'), (link) => [link.getAttribute('href'), link.download]);
			assert.equal(href, `/live/${stream.id}/replay.mp4`);
			assert.equal(name, 'Kittensdrums bliveb.mp4');
			await seeText(page, 'kept', /^0:40 · \w{3} \d+, \d{4}$/);
			assert.deepEqual(page.problems, []);
			await page.close();
		});

		story('who watches the replay is told that it is live again, and goes there by a click', async () => {
			const stream = await finished('Twice');
			const page = await browser.guest();
			await page.goto(stream.watch);
			await until('it is offered', () => isSeen(page, 'watch-replay'));
			await page.click(hook('watch-replay'));
			await seeState(page, ['replay']);
			await seeMoving(page);
			stream.broadcast.toldAtEnd = null;
			front.additions.set(stream.id, { hlsUrl: `/live/${stream.id}/index.m3u8`, recording: recordingOf(stream.id, { state: 'RECORDING' }) });
			await stream.start();
			await until('the button is there', () => isSeen(page, 'live-now'));
			await seeState(page, ['replay']);
			await seeMoving(page);
			await shoot(page, `replay-live-now-${kind}`);
			await page.click(hook('live-now'));
			await seeState(page, ['live']);
			await seeMoving(page);
			assert.equal(await isSeen(page, 'live-now'), false);
			await seeText(page, 'how', /^live · a few seconds behind$/);
			await page.close();
		});

		story('a replay that could not be made says why', async () => {
			const stream = await finished('Broken');
			front.add(stream.id, { hlsUrl: null, recording: recordingOf(stream.id, { state: 'FAILED', hlsUrl: null, detail: 'The disk was full.' }) });
			const page = await browser.guest();
			await page.goto(stream.watch);
			await seeText(page, 'state', /The replay could not be made\. The disk was full\./);
			assert.equal(await isSeen(page, 'watch-replay'), false);
			await page.close();
		});

		story('the embedded player offers and plays it too', async () => {
			const stream = await finished('Embedded');
			const page = await browser.guest(640, 360);
			await page.goto(stream.embed);
			await until('it is offered', () => isSeen(page, 'watch-replay'));
			await shoot(page, `replay-embed-offered-${kind}`);
			await page.click(hook('watch-replay'));
			await seeState(page, ['replay']);
			await seeMoving(page);
			assert.equal(await isSeen(page, 'download'), true);
			await shoot(page, `replay-embed-${kind}`);
			await page.setViewport({ width: 320, height: 180 });
			await shoot(page, `replay-embed-small-${kind}`);
			const wide = await page.evaluate(() => document.documentElement.scrollWidth);
			assert.ok(wide <= 320, `the embedded player is ${wide} pixels wide in a window of 320`);
			assert.deepEqual(page.problems, []);
			await page.close();
		});

		story('the home page lists recent replays, a dozen at a time', async () => {
			const stream = await finished('Listed');
			const page = await browser.guest();
			await page.goto(front.url);
			await seeText(page, 'empty', /./);
			assert.equal(await isSeen(page, 'replays'), false);
			const { json } = await api.request('GET', `/${stream.id}`);
			front.replays = Array.from({ length: 14 }, (_, i) => ({
				...json, videoId: `${stream.id.slice(0, -2)}${10 + i}`, title: `Replay ${i + 1}`, viewsTotal: i,
				recording: recordingOf(stream.id, i === 1 ? { posterUrl: null } : {}),
			}));
			await page.reload();
			const count = () => page.$$eval(hook('replay-card'), (all) => all.length);
			await until('a dozen is listed', async () => await count() === 12);
			const text = await page.$eval(hook('replay-card'), (card) => card.textContent.replace(/\s+/g, ' '));
			assert.match(text, /0:40.*Replay 1.*\d{4} · 0 views/);
			await shootAll(page, 'home-replays');
			await page.click(hook('more-replays'));
			await until('all are listed', async () => await count() === 14);
			assert.equal(await isSeen(page, 'more-replays'), false);
			assert.deepEqual(page.problems, []);
			await page.close();
		});
	});
}
