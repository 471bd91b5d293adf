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
/** A segment's length, which a replay may lack at its end. */
const EDGE_MS = 2500;

/** A stage with a studio, and the segments that it sent and the server took. @param {'chromium' | 'firefox'} kind */
function withStudio(kind, name, env) {
	const stage = new Stage(name, env);
	let other;
	before(async () => {
		if (kind !== 'chromium') other = await openBrowser(kind);
		stage.studio = await (other ?? stage.browser).guest();
		stage.sent = new Set();
		stage.studio.on('response', (answer) => {
			const [name] = /[\w-]+\.m4s$/.exec(answer.url()) ?? [];
			if (name && answer.request().method() === 'PUT' && answer.ok()) stage.sent.add(name);
		});
	}, { timeout: TEST_MS });
	after(() => other?.close(), { timeout: TEST_MS });
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
 * Asserts that nothing is missing of a replay: pages' parts follow each other without a hole. A page that is short of
 * a processor makes its picture smaller, which is a break too, but no other page.
 * @param {number} [other] the first entry of another page
 * @returns {{ firstMs: number, endMs: number }} times of day
 */
function assertWhole(list, other) {
	assert.equal(gapsOf(list), 0);
	const firstMs = Date.parse(list.entries[0].time);
	let [endMs, before] = [firstMs, ''];
	for (const [i, { time, discontinuity, duration, uri, map }] of list.entries.entries()) {
		const beginMs = time ? Date.parse(time) : endMs;
		if (i === other) assert.ok(discontinuity && beginMs > endMs, `${uri} is another page's`);
		else if (discontinuity) assert.notEqual(map, before, `${uri} comes behind a break`);
		else assert.ok(Math.abs(beginMs - endMs) < 20, `${uri} begins ${beginMs - endMs} ms off`);
		endMs = beginMs + duration * 1000;
		before = map;
	}
	return { firstMs, endMs };
}

for (const [kind, codec] of Object.entries(CODECS)) {
	describe(`a studio in ${kind}, and more viewers than its room has`, () => {
		const stage = withStudio(kind, `studio-${kind}`, { LIVEBIN_MAX_PEERS: '2' });
		const { story } = stage;
		let address, id, beganMs, viewers, recording;

		story('two see it directly, the third by HLS at once', async () => {
			beganMs = Date.now();
			address = await goLive(stage.studio, stage.server, `A concert from ${kind}`);
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
			const pressedMs = Date.now();
			await stop(stage.studio);
			const overMs = Date.now();
			await seeState(stage.watch, ['ended']);
			await seeState(viewers[1], ['ended']);
			recording = await stage.made(id);
			const list = await stage.list(recording.hlsUrl);
			const { firstMs, endMs } = assertWhole(list);
			assert.equal(list.entries.length, stage.sent.size, 'as many segments as were sent');
			assert.match([...stage.sent][0], /-0\.m4s$/);
			assert.ok(firstMs > beganMs, `it begins ${beganMs - firstMs} ms before going live`);
			assert.ok(endMs > pressedMs - EDGE_MS && endMs < overMs, `it ends ${endMs - pressedMs} ms behind the stop`);
			assert.ok(Math.abs(secondsOf(list) - recording.durationSeconds) < 0.05, `${secondsOf(list)} of ${recording.durationSeconds}`);
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
	let address, id, second, startedAt;
	/** How many segments came of the page that is there now. */
	const sentNow = () => [...stage.sent].filter((name, _, all) => name.slice(0, 8) === all.at(-1).slice(0, 8)).length;

	story('a reload in the middle: both viewers come back by themselves', async () => {
		address = await goLive(stage.studio, stage.server, 'With breaks');
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
		const old = stage.sent.size;
		await seeText(stage.studio, 'status', /You are live/);
		const { recording: { hlsUrl } } = await stage.read(id);
		await until('the second page\'s segments are listed', async () => (await stage.list(hlsUrl)).entries.length > old);
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
		await stop(stage.studio);
		const recording = await stage.made(id);
		const list = await stage.list(recording.hlsUrl);
		assert.ok(list.ended);
		// A segment that the reload came upon may have been taken and not been listed.
		const lost = stage.sent.size - list.entries.length;
		assert.ok(lost === 0 || lost === 1, `${lost} segments of ${stage.sent.size} are missing`);
		assertWhole(list, list.entries.length - sentNow());
		assert.ok(Math.abs(secondsOf(list) - recording.durationSeconds) < 0.05, `${secondsOf(list)} of ${recording.durationSeconds}`);
		assert.equal((await probe(recording.mp4Url)).frames, await stage.frames(recording.hlsUrl));
		for (const page of [stage.watch, second]) await seeState(page, ['ended'], 60_000);
		await beginReplay(second);
		await seeText(second, 'time', clockOf(recording.durationSeconds));
		const played = await playToEnd(second, TEST_MS);
		assert.ok(Math.abs(played - recording.durationSeconds) < 1, `${played} s of ${recording.durationSeconds}`);
		assert.deepEqual([stage.studio, stage.watch, second].flatMap(({ problems }) => problems), []);
	});
});
