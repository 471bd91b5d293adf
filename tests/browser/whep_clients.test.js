/**
 * WHEP players that others wrote watch a broadcaster's page, each in its own way: whip-whep of npm in a page of another
 * origin, aiortc, GStreamer.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { assertMoves, framesDecoded, hook } from '../lib/browser.js';
import { Stage } from '../lib/stage.js';
import { until } from '../lib/wait.js';
import { assertSeen, FRAMES, PlayerSite, WhepBroadcast } from '../lib/whep_players.js';

describe('WHEP players that others wrote', () => {
	const stage = new Stage('whep-clients');
	const broadcast = new WhepBroadcast(stage);

	stage.story('whip-whep, in a page of another origin', async () => {
		const site = await PlayerSite.open();
		try {
			const page = stage.watch;
			await page.goto(site.address(broadcast.whepUrl));
			await assertMoves(page);
			const frames = await until('enough frames are decoded', async () => {
				const count = await framesDecoded(page);
				return count >= FRAMES && count;
			});
			assertSeen(await page.$eval(hook('video'), ({ videoWidth, videoHeight }, count) =>
				({ frames: count, width: videoWidth, height: videoHeight }), frames));
			await broadcast.viewersAre(1);
			await page.evaluate(() => globalThis.livebin.client.stop());
			await broadcast.viewersAre(0);
		} finally {
			site.close();
		}
	});

	for (const name of ['aiortc_whep.py', 'gstreamer_whep.py']) {
		stage.story(name, async () => {
			const player = broadcast.play(name);
			const seen = await player.decoded();
			assertSeen(seen);
			assert.ok(seen.audioFrames > 0, 'there is sound');
			await broadcast.viewersAre(1);
			await player.leave();
			await broadcast.viewersAre(0);
		});
	}
});
