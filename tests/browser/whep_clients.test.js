/**
 * WHEP players that others wrote watch a broadcaster's page, each in its own way: whip-whep of npm in a page of another
 * origin, aiortc, GStreamer.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { assertMoves, framesDecoded, hook } from '../lib/browser.js';
import { Stage } from '../lib/stage.js';
import { until } from '../lib/wait.js';
import { assertSeen, CAMERA, FRAMES, PlayerSite, WhepBroadcast } from '../lib/whep_players.js';

/** W5, P1 of the checklist: all candidates, one port, one bundle, one stream, and nothing is received. */
function assertAnswer(sdp) {
	const [session, ...sections] = sdp.split(/^(?=m=)/m);
	assert.match(session, /^a=group:BUNDLE 0 1\r$/m);
	assert.equal(sections.length, 2);
	assert.match(sections[0], /^a=candidate:/m);
	for (const section of sections)
		for (const line of [/^a=sendonly\r$/m, /^a=rtcp-mux\r$/m, /^a=rtcp-mux-only\r$/m, /^a=ice-ufrag:/m, /^a=fingerprint:/m])
			assert.match(section, line);
	const streams = sections.map((section) => /^a=msid:(\S+)/m.exec(section)?.[1]);
	assert.ok(streams[0] && streams[0] === streams[1], `${streams}`);
}

describe('WHEP players that others wrote', () => {
	const stage = new Stage('whep-clients', {}, { camera: CAMERA });
	const broadcast = new WhepBroadcast(stage);

	stage.story('whip-whep, in a page of another origin', async () => {
		const site = await PlayerSite.open();
		try {
			const page = stage.watch;
			const answered = page.waitForResponse((response) => response.status() === 201);
			await page.goto(site.address(broadcast.whepUrl));
			await assertMoves(page);
			const frames = await until('enough frames are decoded', async () => {
				const count = await framesDecoded(page);
				return count >= FRAMES && count;
			});
			assertSeen(await page.$eval(hook('video'), ({ videoWidth, videoHeight }, count) =>
				({ frames: count, width: videoWidth, height: videoHeight }), frames));
			assertAnswer(await (await answered).text());
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
