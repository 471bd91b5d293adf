/**
 * Pushing to a disk that is full, and to one that can't be written: what doesn't fit is refused in words, and the
 * broadcast goes on as soon as it can.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { assertProblem, Client } from '../lib/client.js';
import { Disk, NO_MOUNT } from '../lib/disk.js';
import { Encoder, target } from '../lib/encoder.js';
import { Broadcast } from '../lib/hls.js';
import { media } from '../lib/media.js';
import { startServer } from '../lib/server.js';
import { keepingLogs } from '../lib/suite.js';

const TEST_MS = 120_000;
const MB = 1 << 20;
const SIZE_MB = 8;
const TS = await media({ kind: 'ts', seconds: 12 });

/** @param {string} name @param {Record<string, string>} env @param {(test: Function) => void} define */
function smallDisk(name, env, define) {
	describe(name, { concurrency: 1 }, () => {
		const disk = new Disk(SIZE_MB);
		let server;
		before(async () => {
			if (disk.mount()) server = await startServer({ env: { LIVEBIN_WORKER: 'no', LIVEBIN_MEDIA: disk.path, ...env } });
		});
		after(async () => {
			await server?.stop();
			disk.remove();
		}, { timeout: TEST_MS });
		define((title, body) => it(title, { timeout: TEST_MS }, async (t) => {
			if (!server) return t.skip(NO_MOUNT);
			await keepingLogs(server, () => body({ api: new Client(server), disk }));
		}));
	});
}

/** Pushes, is refused with `status`, and goes on once `mend` has run; what was refused is a gap. */
async function assertOutlives({ api, disk }, { harm, mend, status }) {
	const to = await target(api);
	const encoder = new Encoder(api, to, TS, { window: 2 });
	await encoder.run(2);
	const before = readdirSync(join(disk.path, 'incoming'));
	harm();
	const refused = await encoder.segment(2);
	assertProblem(refused, status);
	assert.ok(!JSON.stringify(refused.json).includes(disk.path), 'the path isn\'t told');
	assert.equal((await api.get(to.id)).json.status, 'LIVE');
	mend();
	assert.deepEqual(readdirSync(join(disk.path, 'incoming')), before, 'nothing is left of what was refused');
	await encoder.run(5, 3);
	const { entries } = await (await Broadcast.of(api, to)).playlist('dvr.m3u8');
	assert.deepEqual(entries.map(({ gap }) => gap), [false, false, true, false, false], 'what was refused is a gap');
}

smallDisk('a full disk', { LIVEBIN_DISK_FREE_MIN: '0' }, (test) => {
	test('is 507 for what doesn\'t fit', (context) => assertOutlives(context, {
		harm: () => context.disk.fill(0),
		mend: () => context.disk.drain(),
		status: 507,
	}));
});

smallDisk('a disk that is nearly full', { LIVEBIN_DISK_FREE_MIN: '4' }, (test) => {
	test('is 507 before anything is written', (context) => assertOutlives(context, {
		harm: () => context.disk.fill(3 * MB),
		mend: () => context.disk.drain(),
		status: 507,
	}));
});

smallDisk('a folder that can\'t be written', { LIVEBIN_DISK_FREE_MIN: '0' }, (test) => {
	test('is 507, and the broadcast outlives it', (context) => assertOutlives(context, {
		harm: () => context.disk.remount('ro'),
		mend: () => context.disk.remount('rw'),
		status: 507,
	}));
});
