/**
 * Pushing to a disk that is full, and to one that can't be written: what doesn't fit is refused in words, and the
 * broadcast goes on as soon as it can.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { assertProblem, Client } from '../lib/client.js';
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
		const disk = mkdtempSync(join(tmpdir(), 'livebin-disk-'));
		let mounted = true;
		let server;
		before(async () => {
			try {
				execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m`, 'tmpfs', disk], { stdio: 'pipe' });
			} catch {
				mounted = false;
				return;
			}
			server = await startServer({ env: { LIVEBIN_WORKER: 'no', LIVEBIN_MEDIA: disk, ...env } });
		});
		after(async () => {
			await server?.stop();
			if (mounted) execFileSync('umount', [disk]);
			rmSync(disk, { recursive: true, force: true });
		}, { timeout: TEST_MS });
		define((title, body) => it(title, { timeout: TEST_MS }, async (t) => {
			if (!mounted) return t.skip('a file system can\'t be mounted here');
			await keepingLogs(server, () => body({ api: new Client(server), disk }));
		}));
	});
}

/** Fills a disk but for so many bytes. */
function fill(disk, left) {
	const { bavail, bsize } = statfsSync(disk);
	writeFileSync(join(disk, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - left)));
}

/** Pushes, is refused with `status`, and goes on once `mend` has run; what was refused is a gap. */
async function assertOutlives({ api, disk }, { harm, mend, status }) {
	const to = await target(api);
	const encoder = new Encoder(api, to, TS, { window: 2 });
	await encoder.run(2);
	const before = readdirSync(join(disk, 'incoming'));
	harm();
	const refused = await encoder.segment(2);
	assertProblem(refused, status);
	assert.ok(!JSON.stringify(refused.json).includes(disk), 'the path isn\'t told');
	assert.equal((await api.get(to.id)).json.status, 'LIVE');
	mend();
	assert.deepEqual(readdirSync(join(disk, 'incoming')), before, 'nothing is left of what was refused');
	await encoder.run(5, 3);
	const { entries } = await (await Broadcast.of(api, to)).playlist('dvr.m3u8');
	assert.deepEqual(entries.map(({ gap }) => gap), [false, false, true, false, false], 'what was refused is a gap');
}

smallDisk('a full disk', { LIVEBIN_DISK_FREE_MIN: '0' }, (test) => {
	test('is 507 for what doesn\'t fit', (context) => assertOutlives(context, {
		harm: () => fill(context.disk, 0),
		mend: () => rmSync(join(context.disk, 'filler')),
		status: 507,
	}));
});

smallDisk('a disk that is nearly full', { LIVEBIN_DISK_FREE_MIN: '4' }, (test) => {
	test('is 507 before anything is written', (context) => assertOutlives(context, {
		harm: () => fill(context.disk, 3 * MB),
		mend: () => rmSync(join(context.disk, 'filler')),
		status: 507,
	}));
});

smallDisk('a folder that can\'t be written', { LIVEBIN_DISK_FREE_MIN: '0' }, (test) => {
	test('is 507, and the broadcast outlives it', (context) => assertOutlives(context, {
		harm: () => execFileSync('mount', ['-o', 'remount,ro', context.disk]),
		mend: () => execFileSync('mount', ['-o', 'remount,rw', context.disk]),
		status: 507,
	}));
});
