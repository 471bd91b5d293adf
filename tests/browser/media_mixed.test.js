/**
 * One broadcast of encoders that sent different things: without sound and with it, of two sizes, and a last segment
 * that never came. Players must get through all of it.
 */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { Broadcast, dropFilms, makeFilm } from '../lib/broadcast.js';
import { hook, openBrowser, seeState } from '../lib/browser.js';
import { Stage, TEST_MS, breaksOf, gapsOf } from '../lib/stage.js';
import { until } from '../lib/wait.js';
import { beginReplay, playToEnd, seeMoving, seeWay, timeOf } from '../lib/watching.js';

/** Seconds of each encoder's. */
const SECONDS = 4;

describe('a broadcast of encoders that differ', () => {
	const stage = new Stage('mixed');
	const { story } = stage;
	let films, broadcast, page, other, firefox;
	before(async () => {
		films = [
			await makeFilm({ seconds: SECONDS, sound: false }),
			await makeFilm({ seconds: SECONDS, name: 'two' }),
			await makeFilm({ seconds: SECONDS, name: 'three', sound: false, size: '640x360' }),
			await makeFilm({ seconds: SECONDS, name: 'four' }),
		];
		firefox = await openBrowser('firefox');
	}, { timeout: TEST_MS });
	after(async () => {
		await firefox?.close();
		dropFilms();
	}, { timeout: TEST_MS });

	story('who watches it live sees it go on with sound, and without', async () => {
		broadcast = await Broadcast.begin(stage.api, { title: 'Of several' });
		page = `${stage.server.url}/watch/${broadcast.id}`;
		await broadcast.send(films[0]);
		await stage.watch.goto(page);
		await seeWay(stage.watch, 'hls');
		for (const film of films.slice(1, 3)) {
			const before = await timeOf(stage.watch);
			await broadcast.send(film);
			await until('the picture goes on', async () => await timeOf(stage.watch) !== before, { timeout: 60_000 });
			await seeMoving(stage.watch, 60_000);
		}
		await broadcast.send(films[3], { without: films[3].segments.slice(-1) });
		await broadcast.stop();
		await seeState(stage.watch, ['ended'], 60_000);
	});

	story('the replay is played to its end, although its last segment never came', async () => {
		const recording = await broadcast.made();
		const list = await stage.list(recording.hlsUrl);
		assert.deepEqual([breaksOf(list), gapsOf(list)], [3, 1]);
		assert.ok(list.entries.at(-1).gap, 'the last one is missing');
		await beginReplay(stage.watch);
		await playToEnd(stage.watch, TEST_MS);
		const at = await timeOf(stage.watch);
		assert.ok(Math.abs(at - (films.length * SECONDS - 1)) < 1, `it ends at ${at} s`);
	});

	story('and from its beginning again, by the keyboard', async () => {
		await stage.watch.focus(hook('seek'));
		await stage.watch.keyboard.press('Home');
		await until('it is at the begin', async () => await timeOf(stage.watch) < SECONDS);
		if (await stage.watch.$eval(hook('video'), (video) => video.paused)) await stage.watch.keyboard.press('k');
		for (const seconds of [1, SECONDS + 1]) {
			const at = await until(`second ${seconds} is played`, async () => {
				const now = await timeOf(stage.watch);
				return now > seconds && now;
			}, { timeout: 60_000 });
			assert.ok(at < seconds + SECONDS - 1, `it jumped to ${at} s`);
		}
		await seeMoving(stage.watch);
		assert.deepEqual(stage.watch.problems, []);
	});

	story('in another browser as well', async () => {
		other = await firefox.page();
		await other.goto(page);
		await beginReplay(other);
		await playToEnd(other, TEST_MS);
		assert.deepEqual(other.problems, []);
	});
});
