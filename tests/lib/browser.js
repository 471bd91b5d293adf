/**
 * Real browsers with pretended cameras: Debian's Chromium and Firefox, each a process of its own with a profile
 * of its own, driven by puppeteer-core. WebRTC is told that the loopback is a network like any other, for there
 * may be none beside it. Nothing is drawn for decoration, and cameras are small: what a test proves, it proves on
 * a machine whose cores are busy.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import puppeteer from 'puppeteer-core';

import { BUILD } from './server.js';
import { PATIENCE_MS, sleep, until } from './wait.js';

/** Colours and sizes that change are drawn a moment later. */
const SETTLE_MS = 100;

/**
 * What a pretended camera gives unless a test is about its size: ten of these are encoded at the cost of one
 * that browsers choose by themselves.
 */
const CAMERA = { width: 640, height: 360, frameRate: 15 };

const CHROMIUM = {
	browser: 'chrome',
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: [
		'--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
		'--disable-component-update', '--disable-sync', '--mute-audio',
		'--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
		'--allow-loopback-in-peer-connection',
		// The address bar's suggestions are pages, too: two for each window, at thrice the cost of an empty one.
		'--disable-features=WebRtcHideLocalIpsWithMdns,WebUIOmniboxPopup,WebUIOmniboxAimPopup',
		'--autoplay-policy=no-user-gesture-required', '--disable-dev-shm-usage', '--force-prefers-reduced-motion',
		'--host-resolver-rules=MAP insecure.example 127.0.0.1',
	],
};
const FIREFOX = {
	browser: 'firefox',
	executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
	extraPrefsFirefox: {
		'media.navigator.streams.fake': true,
		'media.navigator.permission.disabled': true,
		'media.autoplay.default': 0,
		'media.autoplay.blocking_policy': 0,
		'media.peerconnection.ice.loopback': true,
		'media.peerconnection.ice.obfuscate_host_addresses': false,
		'ui.prefersReducedMotion': 1,
	},
};

/** In the page: whatever is wished, the camera gives this. */
function limitCamera(camera) {
	const devices = navigator.mediaDevices;
	if (!devices) return;
	const open = devices.getUserMedia.bind(devices);
	devices.getUserMedia = (wishes) => open(wishes.video ? { ...wishes, video: { ...wishes.video, ...camera } } : wishes);
}

/** @param {'chromium' | 'firefox'} kind */
export async function openBrowser(kind, { camera = CAMERA } = {}) {
	const profile = mkdtempSync(join(tmpdir(), 'livebin-browser-'));
	const options = kind === 'firefox' ? FIREFOX : CHROMIUM;
	const browser = await puppeteer.launch({
		...options, headless: true, userDataDir: profile, protocolTimeout: 240_000,
	});
	/** A page whose errors end up in `page.problems`. */
	const open = async (context, width, height) => {
		const page = await context.newPage();
		page.setDefaultTimeout(120_000);
		page.problems = [];
		page.on('pageerror', (error) => page.problems.push(`uncaught: ${error.message}`));
		page.on('console', (message) => {
			const text = message.text();
			if (/Content.Security.Policy/i.test(text)) page.problems.push(text);
		});
		await page.evaluateOnNewDocument(limitCamera, camera);
		await page.setViewport({ width, height });
		return page;
	};
	return {
		kind,
		page: (width = 1280, height = 800) => open(browser, width, height),
		/** A page of somebody else: nothing is shared with the other pages. */
		guest: async (width = 1280, height = 800) => open(await browser.createBrowserContext(), width, height),
		/** Ends the process without a word to any page, as a crash does. */
		kill() {
			browser.process()?.kill('SIGKILL');
		},
		async close() {
			await browser.close().catch(() => {});
			rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
		},
	};
}

export const hook = (name) => `[data-testid="${name}"]`;

/** Looks until `fits` is content with what `look` sees; the error of a vain wait says what was seen last. */
async function see(what, look, fits, timeout) {
	let seen = '(nothing)';
	try {
		await until(what, async () => {
			seen = await look().catch((error) => `(${error.message})`);
			return fits(seen);
		}, { timeout, every: 50 });
	} catch (error) {
		throw new Error(`${error.message}; last seen: ${seen}`);
	}
	return seen;
}

/** Waits until a hook's text fits. */
export function seeText(page, name, pattern, timeout = PATIENCE_MS) {
	const look = () => page.$eval(hook(name), (element) => element.textContent.trim());
	return see(`${name} says ${pattern}`, look, (text) => pattern.test(text), timeout);
}

/** Waits until the player's state is one of these. */
export function seeState(page, states, timeout = PATIENCE_MS) {
	const look = () => page.$eval(hook('state'), (element) => element.dataset.state);
	return see(`the player is ${states.join(' or ')}`, look, (state) => states.includes(state), timeout);
}

/** The picture as a few numbers; another moment of a moving picture has others. */
export function pixels(page) {
	return page.$eval(hook('video'), (video) => {
		const canvas = document.createElement('canvas');
		canvas.width = 64;
		canvas.height = 36;
		const context = canvas.getContext('2d');
		context.drawImage(video, 0, 0, canvas.width, canvas.height);
		return Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data);
	});
}

/** How many frames the viewer's connection has decoded, by getStats. */
export function framesDecoded(page) {
	return page.evaluate(async () => {
		const report = await globalThis.livebin?.pc?.getStats();
		for (const entry of report?.values() ?? [])
			if (entry.type === 'inbound-rtp' && entry.kind === 'video') return entry.framesDecoded ?? 0;
		return 0;
	});
}

/** Asserts that the picture moves: other pixels, more frames, and not all one colour. */
export async function assertMoves(page) {
	let frames = await framesDecoded(page);
	const before = await until('the picture has more than a few colours', async () => {
		const now = await pixels(page);
		return new Set(now).size > 4 && now;
	}, { every: 100 });
	await until('the picture changes', async () => {
		const now = await pixels(page);
		return now.some((value, index) => Math.abs(value - before[index]) > 16);
	}, { every: 100 });
	await until('frames are decoded', async () => {
		const now = await framesDecoded(page);
		const isMore = now > frames;
		// Another connection counts from its beginning.
		frames = Math.min(frames, now);
		return isMore;
	}, { every: 100 });
}

/** Goes live in a studio page; gives the address to watch at. */
export async function goLive(page, server, title) {
	await page.goto(`${server.url}/studio`);
	await page.waitForSelector(hook('title'));
	await page.type(hook('title'), title);
	await press(page, 'main-button');
	await seeText(page, 'status', /You are live/);
	const [, id] = /\/studio\/([A-Za-z0-9_-]{21})$/.exec(new URL(page.url()).pathname);
	return `${server.url}/watch/${id}`;
}

/** Clicks what is to be clicked, once it is enabled and lies still: a person doesn't aim at what moves. */
export async function press(page, name) {
	let last = '';
	await until(`${name} lies still`, async () => {
		const now = await page.$eval(hook(name), (element) => {
			element.scrollIntoView({ block: 'center', behavior: 'instant' });
			const { x, y, width, height } = element.getBoundingClientRect();
			// A dialog that is closing still lies over it.
			const hit = document.elementFromPoint(x + width / 2, y + height / 2);
			return element.disabled || !element.contains(hit) ? '' : [x, y, width, height].join();
		});
		const isStill = now !== '' && now === last;
		last = now;
		if (!isStill) await sleep(100);
		return isStill;
	});
	await page.click(hook(name));
}

/** Stops in the studio; with viewers there it asks first. */
export async function stop(page) {
	await press(page, 'main-button');
	const yes = `dialog[open] ${hook('confirm-yes')}`;
	const isAsked = await until('it is asked whether that is meant, or done', () => page.evaluate((selector, status) =>
		(document.querySelector(selector) ? 'asked' : /over/i.test(document.querySelector(status).textContent) && 'done'),
	yes, hook('status')));
	if (isAsked === 'asked') await page.click(yes);
	await seeText(page, 'status', /over/i);
}

/** Writes a screenshot to the build folder, for people to judge. */
export async function shoot(page, name) {
	const folder = join(BUILD, 'screenshots');
	mkdirSync(folder, { recursive: true });
	await sleep(SETTLE_MS);
	await page.screenshot({ path: join(folder, `${name}.png`) });
}
