/**
 * The four pages as people meet them: on a desk and on a phone, by light and by night, by mouse and by keyboard.
 * Screenshots go to the build folder.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';

import { makeToken } from '../lib/admin.js';
import { assertMoves, goLive, hook, openBrowser, press, seeState, seeText, shoot, stop } from '../lib/browser.js';
import { startServer } from '../lib/server.js';
import { keepingLogs } from '../lib/suite.js';
import { until } from '../lib/wait.js';

const TEST_MS = 180_000;
const SIZES = { desk: [1280, 900], phone: [375, 740] };

describe('the pages', () => {
	let server, browser, studio, address;
	before(async () => {
		server = await startServer();
		browser = await openBrowser('chromium');
		studio = await browser.page(...SIZES.desk);
	}, { timeout: TEST_MS });
	after(async () => {
		await browser?.close();
		await server?.stop();
	}, { timeout: TEST_MS });
	const story = (name, body) => it(name, { timeout: TEST_MS }, () => keepingLogs(server, body));
	/** A page shot in both sizes, by light and by night; none may be wider than its window. */
	const shootAll = async (page, name) => {
		for (const [size, [width, height]] of Object.entries(SIZES)) {
			await page.setViewport({ width, height });
			for (const scheme of ['light', 'dark']) {
				await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
				await shoot(page, `${name}-${size}-${scheme}`);
			}
		}
		await page.setViewport({ width: 320, height: 640 });
		const wide = await page.evaluate(() => document.documentElement.scrollWidth);
		assert.ok(wide <= 320, `${name} is ${wide} pixels wide in a window of 320`);
		await page.setViewport({ width: SIZES.desk[0], height: SIZES.desk[1] });
	};

	story('the home page without streams says so and leads to the studio', async () => {
		const home = await browser.guest();
		await home.goto(server.url);
		await seeText(home, 'empty', /./);
		await shootAll(home, 'home-empty');
		await home.click(hook('go-live'));
		await home.waitForSelector(hook('main-button'));
		await shootAll(home, 'studio-before');
	});

	story('going live without a title says which field is wrong, and nothing is created', async () => {
		await studio.goto(`${server.url}/studio`);
		await studio.waitForSelector(hook('main-button'));
		await studio.click(hook('main-button'));
		assert.equal(await studio.$eval(hook('title'), (field) => field.getAttribute('aria-invalid')), 'true');
		assert.match(studio.url(), /\/studio$/);
	});

	story('a live stream is on the home page, with its title and its viewers', async () => {
		address = await goLive(studio, server, 'Kittens & <b>drums</b>');
		const watch = await browser.guest();
		await watch.goto(address);
		await seeState(watch, ['live']);
		await assertMoves(watch);
		await shootAll(watch, 'watch-live');
		const home = await browser.guest();
		await home.goto(server.url);
		const card = await seeText(home, 'live-card', /Kittens & <b>drums<\/b>/);
		assert.match(card, /1/);
		await shootAll(home, 'home-live');
		await home.click(`${hook('live-card')} a, a${hook('live-card')}`);
		await until('the card leads to the stream', () => home.url() === address);
		await home.close();
		await shootAll(studio, 'studio-live');
		await watch.close();
	});

	story('the embedded player plays inside a page of another site, and no other page may be framed', async () => {
		const pages = createServer((request, response) => {
			const target = request.url === '/embed' ? address.replace('/watch/', '/embed/') : address;
			response.setHeader('content-type', 'text/html');
			response.end(`<!doctype html><title>a blog</title><iframe width="640" height="360" src="${target}"></iframe>`);
		});
		await new Promise((done) => pages.listen(0, '127.0.0.1', done));
		const blog = `http://localhost:${pages.address().port}`;
		try {
			const page = await browser.guest();
			await page.goto(`${blog}/embed`);
			const frame = await (await page.waitForSelector('iframe')).contentFrame();
			await until('the embedded player is live', () =>
				frame.$eval(hook('state'), (element) => element.dataset.state === 'live').catch(() => false));
			await shoot(page, 'embed-framed');
			await page.goto(`${blog}/watch`);
			const refused = await (await page.waitForSelector('iframe')).contentFrame();
			assert.equal(await refused.$(hook('video')).catch(() => null), null, 'the watch page refuses a frame');
		} finally {
			pages.close();
		}
		const embed = await browser.guest();
		await embed.goto(address.replace('/watch/', '/embed/'));
		await seeState(embed, ['live']);
		await shootAll(embed, 'embed');
		await embed.close();
	});

	story('the key stays hidden until asked for, and a new one takes the old one\'s place while live', async () => {
		const shown = () => studio.$eval(hook('stream-key'), (element) => element.value || element.textContent);
		assert.doesNotMatch(await shown(), /^[A-Za-z0-9_-]{32}$/);
		await studio.click(hook('reveal-key'));
		const old = await shown();
		assert.match(old, /^[A-Za-z0-9_-]{32}$/);
		await studio.click(hook('rotate-key'));
		await (await studio.waitForSelector(`dialog[open] ${hook('confirm-yes')}`)).click();
		await until('another key is shown', async () => {
			const now = await shown();
			return /^[A-Za-z0-9_-]{32}$/.test(now) && now !== old;
		});
		const watch = await browser.guest();
		await watch.goto(address);
		await seeState(watch, ['live']);
		await assertMoves(watch);
		await watch.close();
	});

	story('the player is worked by keyboard: m for the sound, and every control can be reached and named', async () => {
		const watch = await browser.guest();
		await watch.goto(address);
		await seeState(watch, ['live']);
		assert.equal(await watch.$eval(hook('video'), (video) => video.muted), true);
		await watch.keyboard.press('m');
		await until('the sound is on', () => watch.$eval(hook('video'), (video) => !video.muted));
		const nameless = await watch.$$eval('button, input, select, a', (all) => all.filter((element) =>
			element.checkVisibility() && !(element.textContent.trim() || element.ariaLabel ||
				element.labels?.length || element.title)).map((element) => element.outerHTML));
		assert.deepEqual(nameless, []);
		await watch.keyboard.press('Tab');
		const ring = await watch.evaluate(() => {
			const style = getComputedStyle(document.activeElement);
			return `${style.outlineStyle} ${style.boxShadow}`;
		});
		assert.notEqual(ring, 'none none', 'what has the focus shows it');
		await watch.close();
	});

	story('a site that creates for holders of tokens alone asks for one', async () => {
		const picky = await startServer({ env: { LIVEBIN_CREATE_POLICY: 'token' } });
		try {
			const token = await makeToken(picky, 'from-the-operator');
			const page = await browser.guest();
			await page.goto(`${picky.url}/studio`);
			await page.waitForSelector(hook('title'));
			await page.type(hook('title'), 'Let in');
			await press(page, 'main-button');
			await seeText(page, 'notice', /access token/);
			await shoot(page, 'studio-asks-token');
			await page.type(hook('api-token'), 'not-the-one');
			await press(page, 'main-button');
			await page.waitForSelector(`${hook('api-token')}[aria-invalid="true"]`);
			await page.$eval(hook('api-token'), (field) => field.select());
			await page.type(hook('api-token'), token);
			await press(page, 'main-button');
			await seeText(page, 'status', /You are live/);
			await page.close();
		} finally {
			await picky.stop();
		}
	});

	story('a page that is not secure says in words why it can\'t go live', async () => {
		const page = await browser.guest();
		await page.goto(`${server.url.replace('127.0.0.1', 'insecure.example')}/studio`);
		await seeText(page, 'notice', /https/i);
		assert.equal(await page.$eval(hook('main-button'), (button) => button.disabled), true);
		await page.close();
	});

	story('a private stream is watched by a link that the studio made, by as many as it is for, until it is taken back', async () => {
		const [stranger, first, second] = [await browser.guest(), await browser.guest(), await browser.guest()];
		await stranger.goto(address);
		await seeState(stranger, ['live']);
		await studio.bringToFront();
		await studio.select(hook('visibility'), 'PRIVATE');
		await stranger.bringToFront();
		await seeState(stranger, ['missing']);
		await studio.bringToFront();
		await studio.waitForSelector(`${hook('invite')}:not([hidden])`);
		await studio.type(hook('invite-max'), '1');
		await press(studio, 'invite-make');
		await seeText(studio, 'invite-note', /opens it until/);
		await shootAll(studio, 'studio-private');
		const link = await studio.$eval(hook('share-link'), (field) => field.value);
		assert.match(link, new RegExp(`^${address}#token=`));
		await first.bringToFront();
		await first.goto(link);
		await seeState(first, ['live']);
		await assertMoves(first);
		await second.bringToFront();
		await second.goto(link);
		await seeState(second, ['full']);
		await seeText(second, 'state', /in use/);
		await shoot(second, 'watch-in-use');
		await studio.bringToFront();
		await press(studio, 'rotate-key');
		await (await studio.waitForSelector(`dialog[open] ${hook('confirm-yes')}`)).click();
		await first.bringToFront();
		await seeState(first, ['missing']);
		await seeText(first, 'state', /opens nothing any more/);
		await shoot(first, 'watch-ran-out');
		await studio.bringToFront();
		await studio.select(hook('visibility'), 'PUBLIC');
		await until('it is public again', async () => (await fetch(address.replace('/watch/', '/api/live/'))).ok);
		await stranger.bringToFront();
		await stranger.reload();
		await seeState(stranger, ['live']);
		for (const page of [stranger, first, second]) await page.close();
	});

	story('a stream that isn\'t there, and one that is over, are said in words', async () => {
		const watch = await browser.guest();
		await watch.goto(`${server.url}/watch/AAAAAAAAAAAAAAAAAAAAA`);
		await seeState(watch, ['missing']);
		await shootAll(watch, 'watch-missing');
		await watch.goto(address);
		await seeState(watch, ['live']);
		await studio.bringToFront();
		await stop(studio);
		await seeState(watch, ['ended']);
		await seeText(watch, 'state', /./);
		await shootAll(watch, 'watch-ended');
		assert.deepEqual([...watch.problems, ...studio.problems], []);
	});
});
