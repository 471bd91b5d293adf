/**
 * From a camera to a crowd and to a replay, through the real server and the real worker: viewers direct and by HLS, a
 * page that is reloaded, a server that is restarted beneath it.
 */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { probe } from '../lib/broadcast.js';
import { goLive, hook, openBrowser, seeState, seeText, shoot, stop } from '../lib/browser.js';
import { Stage, TEST_MS, clockOf, gapsOf, secondsOf } from '../lib/stage.js';
import { until } from '../lib/wait.js';
import { beginReplay, isSeen, playFile, playToEnd, seeMoving, seeWay } from '../lib/watching.js';

const SIZES = { desk: [1280, 900], phone: [375, 740], small: [320, 640] };
const CODECS = { chromium: 'h264', firefox: 'vp9' };
/** What a segment that is under way when the broadcast begins or ends makes of its length. */
const EDGE_SECONDS = 2.5;

/** An encoder that gives way to another of the same page is quicker than a reload. */
const SWITCH_MS = 1000;

/** A stage with a studio in a browser of its own. @param {'chromium' | 'firefox'} kind */
function withStudio(kind, name, env) {
	const stage = new Stage(name, env);
	before(async () => {
		stage.studios = await openBrowser(kind);
		stage.studio = await stage.studios.page();
	}, { timeout: TEST_MS });
	after(() => stage.studios?.close(), { timeout: TEST_MS });
	stage.pages = async () => [stage.studio, stage.watch];
	return stage;
}

/** In the page: what lies over the picture's edge. */
function cutOff() {
	const player = document.querySelector('.player')?.getBoundingClientRect();
	return [...document.querySelectorAll('.player .state *')].filter((element) => {
		const box = element.getBoundingClientRect();
		return box.height > 0 && (box.top < player.top || box.bottom > player.bottom);
	}).map((element) => element.textContent.trim());
}

/** Each size by light and by night; nothing may be wider than its window. */
async function shootAll(page, name) {
	for (const [size, [width, height]] of Object.entries(SIZES)) {
		await page.setViewport({ width, height });
		for (const value of ['light', 'dark']) {
			await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
			await shoot(page, `media-${name}-${size}-${value}`);
		}
		const wide = await page.evaluate(() => document.documentElement.scrollWidth);
		assert.ok(wide <= width, `${name} is ${wide} pixels wide in a window of ${width}`);
		assert.deepEqual(await page.evaluate(cutOff), [], `${name} in a window of ${width}`);
	}
	await page.emulateMediaFeatures([]);
	await page.setViewport({ width: 1280, height: 800 });
}

/**
 * Asserts that nothing is missing of a replay. A page that is short of a processor makes its picture smaller, which
 * is a break too, though a short one.
 * @returns {{ firstMs: number, endMs: number, pauses: number[] }} times of day, and what lies between two pages
 */
function assertWhole(list) {
	assert.equal(gapsOf(list), 0);
	const firstMs = Date.parse(list.entries[0].time);
	const pauses = [];
	let endMs = firstMs;
	for (const { time, discontinuity, duration, uri } of list.entries) {
		const beginMs = time ? Date.parse(time) : endMs;
		if (!discontinuity) assert.ok(Math.abs(beginMs - endMs) < 20, `${uri} begins ${beginMs - endMs} ms off`);
		else if (beginMs - endMs > SWITCH_MS) pauses.push(beginMs - endMs);
		endMs = beginMs + duration * 1000;
	}
	return { firstMs, endMs, pauses };
}

for (const [kind, codec] of Object.entries(CODECS)) {
	describe(`a studio in ${kind}, and more viewers than its room has`, () => {
		const stage = withStudio(kind, `studio-${kind}`, { LIVEBIN_MAX_PEERS: '2' });
		const { story } = stage;
		let address, id, beganMs, viewers, recording;

		story('two see it directly, the third by HLS at once', async () => {
			address = await goLive(stage.studio, stage.server, `A concert from ${kind}`);
			beganMs = Date.now();
			id = address.split('/').pop();
			viewers = [await stage.browser.guest(640, 480), await stage.browser.guest(640, 480)];
			for (const page of viewers) {
				await page.goto(address);
				await seeWay(page, 'direct');
			}
			await until('there is a playlist', async () => (await stage.read(id)).hlsUrl !== null);
			// The shortest patience before another try of the direct way.
			await stage.watch.evaluateOnNewDocument(() => { Math.random = () => 0; });
			await stage.watch.goto(address);
			await seeWay(stage.watch, 'hls');
			await seeText(stage.watch, 'how', /^live · a few seconds behind$/);
			await seeText(stage.watch, 'viewer-count', /^3$/);
			await seeText(stage.studio, 'viewer-count', /^3$/);
			await seeText(stage.studio, 'push-line', /up to date/);
			if (kind !== 'chromium') return;
			await shootAll(stage.studio, 'studio-live');
			await shootAll(stage.watch, 'viewer-hls');
		});

		story('one leaves: the third changes to its place by itself', async () => {
			await viewers[0].close();
			await seeWay(stage.watch, 'direct', 120_000);
			await seeText(stage.watch, 'how', /^live · direct$/);
			await seeWay(viewers[1], 'direct');
		});

		story('the stop sends the rest, and a replay is made of all of it', async () => {
			await stop(stage.studio);
			const seconds = (Date.now() - beganMs) / 1000;
			await seeState(stage.watch, ['ended']);
			await seeState(viewers[1], ['ended']);
			recording = await stage.made(id);
			const list = await stage.list(recording.hlsUrl);
			assert.deepEqual(assertWhole(list).pauses, []);
			assert.ok(Math.abs(secondsOf(list) - recording.durationSeconds) < 0.05, `${secondsOf(list)} of ${recording.durationSeconds}`);
			const { durationSeconds: kept } = recording;
			assert.ok(kept > seconds - EDGE_SECONDS - 2 && kept < seconds + EDGE_SECONDS, `${kept} s of ${seconds} s`);
			await seeText(stage.studio, 'replay', /The replay is ready/);
			if (kind === 'chromium') await shootAll(stage.studio, 'studio-over');
		});

		story('the page that showed it live plays it to its end', async () => {
			await until('it is offered', () => isSeen(stage.watch, 'watch-replay'));
			if (kind === 'chromium') await shootAll(stage.watch, 'viewer-offered');
			await beginReplay(stage.watch);
			await seeText(stage.watch, 'time', clockOf(recording.durationSeconds));
			if (kind === 'chromium') await shootAll(stage.watch, 'viewer-replay');
			const seconds = await playToEnd(stage.watch, TEST_MS);
			assert.ok(Math.abs(seconds - recording.durationSeconds) < 1, `${seconds} s of ${recording.durationSeconds}`);
		});

		story('the MP4 can be downloaded: every frame of every segment, and it plays', async () => {
			const mp4 = await probe(recording.mp4Url);
			const kinds = new Set((await stage.list(recording.hlsUrl)).entries.map(({ map }) => map)).size;
			// Pictures of two sizes are encoded anew.
			assert.equal(mp4.video.codec_name, kinds === 1 ? codec : 'h264');
			assert.equal(mp4.frames, await stage.frames(recording.hlsUrl));
			assert.ok(mp4.frames > recording.durationSeconds * 5, `${mp4.frames} frames`);
			assert.ok(Math.abs(mp4.seconds - recording.durationSeconds) < 1, `${mp4.seconds} s of ${recording.durationSeconds}`);
			const played = await playFile(stage.watch, recording.mp4Url);
			assert.equal(played.error, '');
			assert.ok(Math.abs(played.seconds - recording.durationSeconds) < 1, `${played.seconds} s`);
			assert.equal((await stage.fetch(recording.mp4Url)).raw.length, recording.mp4Bytes);
			const [href, name] = await stage.watch.$eval(hook('download'), (link) => [link.href, link.download]);
			assert.deepEqual([href, name], [recording.mp4Url, `A concert from ${kind}.mp4`]);
		});

		story('the home page shows it under replays', async () => {
			await viewers[1].goto(stage.server.url);
			await viewers[1].setViewport({ width: 1280, height: 800 });
			await viewers[1].waitForSelector(hook('replay-card'));
			const card = await viewers[1].$eval(hook('replay-card'), (element) => element.textContent.replace(/\s+/g, ' '));
			assert.match(card, new RegExp(`A concert from ${kind}`));
			await until('its poster is shown', () => viewers[1].$eval(`${hook('replay-card')} img`, (image) =>
				image.complete && image.naturalWidth > 0));
			if (kind === 'chromium') await shootAll(viewers[1], 'home');
			assert.deepEqual([stage.studio, stage.watch, viewers[1]].flatMap(({ problems }) => problems), []);
		});
	});
}

describe('a studio that is reloaded, and a server that is restarted beneath it', () => {
	const stage = withStudio('chromium', 'studio-breaks', { LIVEBIN_MAX_PEERS: '1' });
	const { story } = stage;
	let address, id, second, startedAt, beganMs, stoppedMs;

	story('a reload in the middle: both viewers come back by themselves', async () => {
		address = await goLive(stage.studio, stage.server, 'With breaks');
		beganMs = Date.now();
		id = address.split('/').pop();
		await stage.watch.goto(address);
		await seeWay(stage.watch, 'direct');
		await until('there is a playlist', async () => (await stage.read(id)).hlsUrl !== null);
		second = await stage.browser.guest(640, 480);
		await second.goto(address);
		await seeWay(second, 'hls');
		({ startedAt } = await stage.read(id));
		await stage.watch.evaluate(() => { globalThis.livebin.pc.isOld = true; });
		await stage.studio.reload();
		await seeText(stage.studio, 'status', /You are live/);
		const { recording: { hlsUrl } } = await stage.read(id);
		const pauses = async () => assertWhole(await stage.list(hlsUrl)).pauses.length;
		await until('the second page\'s segments are listed', async () => await pauses() > 0);
		await seeState(stage.watch, ['live']);
		await seeMoving(stage.watch);
		await until('by another connection, or by HLS until then', () => stage.watch.evaluate(() =>
			globalThis.livebin.way === 'hls' || globalThis.livebin.pc?.isOld !== true));
		await seeState(second, ['live']);
		await seeMoving(second);
	});

	story('a restart of the server: nothing is lost, and it is the same broadcast', async () => {
		const { recording: { hlsUrl } } = await stage.read(id);
		const before = (await stage.list(hlsUrl)).entries.length;
		await stage.server.restart();
		await until('segments follow', async () => (await stage.list(hlsUrl)).entries.length >= before + 3);
		await seeText(stage.studio, 'push-line', /up to date/);
		for (const page of [stage.watch, second]) {
			await seeState(page, ['live']);
			await seeMoving(page);
		}
		assert.equal((await stage.read(id)).startedAt, startedAt);
	});

	story('one replay of all of it, with the one break that the reload was', async () => {
		stoppedMs = Date.now();
		await stop(stage.studio);
		const recording = await stage.made(id);
		const list = await stage.list(recording.hlsUrl);
		assert.ok(list.ended);
		const { firstMs, endMs, pauses } = assertWhole(list);
		assert.equal(pauses.length, 1, `${pauses}`);
		// From the first picture to the stop, as the clock on the wall has it, but for the reload.
		const [early, late] = [(firstMs - beganMs) / 1000, (stoppedMs - endMs) / 1000];
		assert.ok(Math.abs(early) < EDGE_SECONDS + 2, `it begins ${early} s after going live`);
		assert.ok(Math.abs(late) < EDGE_SECONDS, `it ends ${late} s before the stop`);
		const seconds = (endMs - firstMs - pauses[0]) / 1000;
		assert.ok(Math.abs(recording.durationSeconds - seconds) < SWITCH_MS / 1000, `${recording.durationSeconds} s of ${seconds}`);
		assert.equal((await probe(recording.mp4Url)).frames, await stage.frames(recording.hlsUrl));
		for (const page of [stage.watch, second]) await seeState(page, ['ended'], 60_000);
		await beginReplay(second);
		await seeText(second, 'time', clockOf(recording.durationSeconds));
		const played = await playToEnd(second, TEST_MS);
		assert.ok(Math.abs(played - recording.durationSeconds) < 1, `${played} s of ${recording.durationSeconds}`);
		assert.deepEqual([stage.studio, stage.watch, second].flatMap(({ problems }) => problems), []);
	});
});
