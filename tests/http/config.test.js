import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { BUILD } from '../lib/server.js';

const FOLDER = join(BUILD, 'cgi-bin');
const PROGRAMS = readdirSync(FOLDER).filter((name) => {
	try {
		accessSync(join(FOLDER, name), constants.X_OK);
		return true;
	} catch {
		return false;
	}
});
const DATA = mkdtempSync(join(tmpdir(), 'livebin-test-'));

/** Every setting, with its default as --print-config writes it. */
const SETTINGS = [
	'DATA', 'PUBLIC_URL', 'CORS_ORIGINS', 'ICE_SERVERS', 'RTMP_URL', 'DEFAULT_VISIBILITY', 'CREATE_PER_HOUR',
	'OFFERS_PER_MINUTE', 'SIGNALS_PER_MINUTE', 'VIEWS_PER_MINUTE', 'CREATE_POLICY', 'MAX_PEERS', 'MAILBOX_MAX', 'SIGNAL_BYTES_MAX',
	'ANSWER_WAIT', 'VIEWER_TIMEOUT', 'PEER_GRACE', 'RECONNECT_WINDOW', 'UNATTENDED_WINDOW', 'SSE_PING', 'SSE_MAX', 'WORKERS',
	'PARKED_MAX', 'BUSY_TIMEOUT', 'DISK_FREE_MIN', 'LOG_LEVEL',
];

/** Runs a program as a shell does, with these settings and no others. */
function run(name, args, env = {}) {
	const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('LIVEBIN_')));
	return new Promise((done) => {
		const child = execFile(join(FOLDER, name), args, {
			env: { ...clean, LIVEBIN_DATA: DATA, ...env }, timeout: 60_000,
		}, (error, stdout, stderr) => done({ code: error ? error.code ?? error.signal : 0, stdout, stderr }));
		child.stdin.end();
	});
}

after(() => rmSync(DATA, { recursive: true, force: true }));

describe('--print-config', () => {
	it('is asked of every program there is', () => {
		assert.ok(PROGRAMS.includes('signal'), `${FOLDER} holds ${PROGRAMS}`);
	});

	for (const name of PROGRAMS)
		it(`of ${name} has a row for each setting: value, default, range, help`, async () => {
			const { code, stdout } = await run(name, ['--print-config'], { LIVEBIN_MAX_PEERS: '11' });
			assert.equal(code, 0);
			const rows = new Map(stdout.trim().split('\n').map((row) => [row.split(' ')[0], row]));
			for (const setting of SETTINGS) {
				const row = rows.get(`LIVEBIN_${setting}`);
				assert.match(row ?? '', /^LIVEBIN_[A-Z_]+ = .+ \(default .+, (range -?\d+-\d+|text|one of .+)\)\s+# .+/, setting);
			}
			assert.match(rows.get('LIVEBIN_MAX_PEERS'), /= 11 \(default 8, range 1-100000\)/);
		});
});

describe('a setting that is wrong', () => {
	const WRONG = {
		LIVEBIN_WORKERS: ['abc', '0', '65', '4x', '-1', '1.5', ' ', '99999999999999999999'],
		LIVEBIN_DEFAULT_VISIBILITY: ['SECRET'],
		LIVEBIN_LOG_LEVEL: ['loud'],
		LIVEBIN_FRAME_ANCESTORS: ["https://a.example; script-src *", "'unsafe'", '"', 'https://a.example\nX: y', "'self'x"],
		LIVEBIN_PUBLIC_URL: ['x'.repeat(2_000)],
	};
	for (const name of PROGRAMS)
		it(`keeps ${name} from starting and is named`, async () => {
			for (const [setting, values] of Object.entries(WRONG))
				for (const value of values) {
					const { code, stderr } = await run(name, [], { [setting]: value });
					assert.equal(code, 2, `${setting}=${value}`);
					assert.match(stderr.toLowerCase(), new RegExp(setting.replace('LIVEBIN_', '').toLowerCase()), stderr);
				}
		});

	it('is refused by --print-config, too', async () => {
		const { code } = await run('signal', ['--print-config'], { LIVEBIN_WORKERS: 'abc' });
		assert.equal(code, 2);
	});
});
