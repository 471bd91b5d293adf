/**
 * A viewer's page, as a person sees it: which way the picture comes, whether it moves, and a replay played to its end.
 */
import { hook, pixels, seeState } from './browser.js';
import { PATIENCE_MS, until } from './wait.js';

/** The second that the picture is at. */
export const timeOf = (page) => page.$eval(hook('video'), (video) => video.currentTime);

export const isSeen = (page, name) => page.$eval(hook(name), (element) => element.checkVisibility());

/** Waits until there is a picture, and another one. */
export async function seeMoving(page, timeout = PATIENCE_MS) {
	const first = await until('the picture has colours', async () => {
		const now = await pixels(page).catch(() => []);
		return new Set(now).size > 4 && now;
	}, { timeout });
	await until('the picture changes', async () =>
		(await pixels(page)).some((value, i) => Math.abs(value - first[i]) > 16), { timeout });
}

/** Waits until the picture comes by this way, and moves. @param {'direct' | 'hls'} way */
export async function seeWay(page, way, timeout = PATIENCE_MS) {
	await seeState(page, ['live'], timeout);
	await until(`the picture comes by ${way}`, () => page.evaluate((it) => globalThis.livebin.way === it, way), { timeout });
	await seeMoving(page);
}

/** Waits until the replay is offered, and begins it. */
export async function beginReplay(page, timeout = PATIENCE_MS) {
	await until('the replay is offered', () => isSeen(page, 'watch-replay'), { timeout });
	await page.click(hook('watch-replay'));
	await seeState(page, ['replay']);
	await seeMoving(page);
}

/** Plays what is shown to its end, twice as fast. Gives its length in seconds. */
export async function playToEnd(page, timeout) {
	await page.select(hook('speed'), '2');
	await until('it is played to its end', () => page.$eval(hook('video'), (video) => video.ended), { timeout });
	return page.$eval(hook('video'), (video) => video.duration);
}

/**
 * Plays a file in a video element of its own: its first frames and its last ones.
 * @returns {Promise<{ seconds: number, width: number, error: string }>}
 */
export function playFile(page, url) {
	return page.evaluate(async (address) => {
		const video = document.createElement('video');
		video.muted = true;
		video.src = address;
		document.body.append(video);
		const event = (name) => new Promise((done) => {
			video.addEventListener(name, done, { once: true });
			video.addEventListener('error', done, { once: true });
		});
		const result = () => ({ seconds: video.duration, width: video.videoWidth, error: video.error?.message ?? '' });
		await Promise.all([event('timeupdate'), video.play().catch(() => {})]);
		if (!video.error) {
			video.currentTime = video.duration - 1;
			await event('ended');
		}
		const found = result();
		video.remove();
		return found;
	}, url);
}
