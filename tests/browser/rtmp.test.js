/**
 * What is published through nginx-rtmp, on the watch page: live, then as the replay.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { openBrowser, shoot } from '../lib/browser.js';
import { Client } from '../lib/client.js';
import { Ffmpeg, PICTURE, SOUND, input } from '../lib/ffmpeg.js';
import { Nginx } from '../lib/nginx.js';
import { startServer } from '../lib/server.js';
import { keepingLogs } from '../lib/suite.js';
import { beginReplay, seeWay } from '../lib/watching.js';

const TEST_MS = 240_000;
const SECRET = 'an-rtmp-servers-secret';

describe('by RTMP, in chromium', () => {
	const nginx = new Nginx();
	let server, browser;
	before(async () => {
		server = await startServer({ env: { LIVEBIN_HOOK_SECRET: SECRET, LIVEBIN_RTMP_HLS: nginx.hls } });
		await nginx.start({ site: server.url, secret: SECRET });
		browser = await openBrowser('chromium');
	}, { timeout: TEST_MS });
	after(async () => {
		await browser?.close();
		await nginx.stop();
		await server?.stop();
	}, { timeout: TEST_MS });

	it('the picture moves, and is there again when it is over', { timeout: TEST_MS }, () => keepingLogs(server, async () => {
		const stream = await new Client(server).created({ title: 'By RTMP', record: true });
		const page = await browser.guest();
		const encoder = new Ffmpeg([...input({ seconds: 200, size: '192x108' }), ...PICTURE, ...SOUND, '-f', 'flv', nginx.url(stream)]);
		try {
			await page.goto(`${server.url}/watch/${stream.id}`);
			await seeWay(page, 'hls');
			await encoder.kill();
			await beginReplay(page);
			assert.deepEqual(page.problems, []);
		} catch (error) {
			await shoot(page, 'failed-rtmp').catch(() => {});
			throw error;
		} finally {
			await encoder.kill();
		}
	}));
});
