/**
 * Whoever vanishes is missed: browsers that crash, a second page of one broadcaster, a room of ten that empties.
 */
import { after, before, describe, it } from 'node:test';

import { assertMoves, goLive, hook, openBrowser, seeState, seeText, shoot } from '../lib/browser.js';
import { startServer } from '../lib/server.js';
import { keepingLogs } from '../lib/suite.js';
import { until } from '../lib/wait.js';
import { seeWay } from '../lib/watching.js';

const TEST_MS = 300_000;
const ROOM = 10;
/** Large enough that ten encodings of it must be made smaller, and slow enough for two cores. */
const LARGE = { width: 1280, height: 720, frameRate: 8 };

describe('those who vanish', () => {
	let server, browsers, polite;
	const open = async (options) => {
		const browser = await openBrowser('chromium', options);
		browsers.push(browser);
		return browser;
	};
	before(async () => {
		browsers = [];
		server = await startServer({
			env: {
				LIVEBIN_RECONNECT_WINDOW: '10', LIVEBIN_PEER_GRACE: '5', LIVEBIN_VIEWER_TIMEOUT: '20',
				LIVEBIN_MAX_PEERS: String(ROOM + 2),
			},
		});
		polite = await open();
	}, { timeout: TEST_MS });
	after(async () => {
		for (const browser of browsers) await browser.close();
		await server?.stop();
	}, { timeout: TEST_MS });
	const story = (name, body) => it(name, { timeout: TEST_MS }, () => keepingLogs(server, body));

	story('a broadcaster whose browser crashes: the viewer is told, and the stream stops by itself', async () => {
		const studio = await open();
		const watch = await polite.guest();
		const address = await goLive(await studio.page(), server, 'A crash');
		await watch.goto(address);
		await seeState(watch, ['live']);
		studio.kill();
		await seeState(watch, ['reconnecting', 'ended']);
		await seeState(watch, ['ended']);
		await watch.close();
	});

	story('two pages of one broadcaster: the newer takes over, the older says so and can take it back', async () => {
		const older = await polite.page();
		const watch = await polite.guest();
		const address = await goLive(older, server, 'Two pages');
		await watch.goto(address);
		await seeState(watch, ['live']);
		const newer = await polite.page();
		await newer.goto(older.url());
		await seeText(newer, 'status', /You are live/);
		await seeText(older, 'status', /Another page took over/);
		await seeState(watch, ['live']);
		await assertMoves(watch);
		await older.bringToFront();
		await older.click(hook('main-button'));
		await seeText(older, 'status', /You are live/);
		await seeText(newer, 'status', /Another page took over/);
		await seeState(watch, ['live']);
		await assertMoves(watch);
		for (const page of [watch, newer, older]) await page.close();
	});

	story(`${ROOM} viewers all see it; they leave by closing and by crashing, and the count returns to zero`, async () => {
		const studio = await (await open({ camera: LARGE })).page();
		const address = await goLive(studio, server, 'A full room');
		const crashing = await open();
		const pages = [];
		for (let i = 0; i < ROOM; i++) {
			const context = i % 2 === 0 ? polite : crashing;
			const page = await context.guest(480, 320);
			// The shortest patience before it.
			await page.evaluateOnNewDocument(() => { Math.random = () => 0; });
			await page.goto(address);
			pages.push(page);
		}
		// Who was let down by a busy processor watches HLS until another try of the direct way.
		for (const page of pages) {
			await page.bringToFront();
			await seeWay(page, 'direct', TEST_MS);
			await assertMoves(page);
		}
		await seeText(studio, 'viewer-count', new RegExp(`^${ROOM}$`));
		await until('every viewer is connected', async () => {
			const rows = await studio.$$eval(hook('viewer-row'), (all) => all.map((row) => row.textContent));
			return rows.filter((row) => /connected/i.test(row)).length === ROOM;
		});
		for (const page of pages)
			await until('the picture is small enough for ten encodings', () =>
				page.$eval(hook('video'), (video) => video.videoHeight > 0 && video.videoHeight <= 360));
		await studio.bringToFront();
		await shoot(studio, 'studio-room');
		for (let i = 0; i < ROOM; i += 2) await pages[i].close();
		await seeText(studio, 'viewer-count', new RegExp(`^${ROOM / 2}$`));
		crashing.kill();
		await seeText(studio, 'viewer-count', /^0$/, 60_000);
	});
});
