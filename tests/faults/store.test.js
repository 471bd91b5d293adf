/**
 * The databases can't be written: the disk is full, the file or the folder is read-only, another process holds the
 * lock. What can't be done is refused in words, what is stored can be read, and nothing that was acknowledged is lost.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { Client, assertProblem } from '../lib/client.js';
import { Disk, NO_MOUNT, readOnly } from '../lib/disk.js';
import { Refusing, fault } from '../lib/fault.js';
import { Load, ROOMY, broadcast, push, stopPushed, talk, watch } from '../lib/load.js';
import { media } from '../lib/media.js';
import { assertSound, upkeep } from '../lib/site.js';
import { sleep, until } from '../lib/wait.js';

const A = await media();
const FILES = [A.init, ...A.segments.map(({ data }) => data)];
const ENV = { ...ROOMY, LIVEBIN_FFMPEG: '', LIVEBIN_DISK_FREE_MIN: '0', LIVEBIN_BUSY_TIMEOUT: '200' };
const HARM_MS = 1500;

/** Reads are answered though nothing can be written. */
async function assertReadable(server, id) {
	const api = new Client(server);
	assert.equal((await api.get(id)).status, 200);
	assert.equal((await api.active()).status, 200);
}

/** Clients work, for a while so that `harm` is done; then all that they were told is there. */
async function throughHarm({ server, random }, clients, harm) {
	const api = new Refusing(server);
	const load = new Load(api, random);
	const spare = await api.live();
	await load.begin(clients);
	await load.while(async () => {
		await sleep(500);
		await harm(spare);
		await sleep(500);
	});
	await stopPushed(load);
	await load.untilMade();
	await load.look();
	assert.deepEqual(load.ledger.complaints(), []);
	await upkeep(server);
	await assertSound(server, FILES);
	return { summary: load.ledger.summary(), refusals: api.refusals };
}

/** A fault on a disk of its own. */
function diskFault(name, env, body) {
	const disk = new Disk(48);
	if (disk.mount()) fault(name, { env, below: disk.path }, (context) => body({ ...context, disk }), () => disk.remove());
	else {
		disk.remove();
		fault.skip(name, NO_MOUNT);
	}
}

diskFault('a full disk under databases and media', ENV, async (context) => {
	const { server, disk, say } = context;
	const { summary, refusals } = await throughHarm(context, [talk, broadcast, broadcast, watch, push(A)], async ({ id }) => {
		disk.fill(0);
		await until('the disk is full', async () => {
			const api = new Client(server);
			const answer = await api.create({ title: 'Too much', description: 'x'.repeat(1000) });
			if (answer.status === 201) return false;
			assertProblem(answer, 500, { title: 'Storage failed' });
			assert.match(answer.json.detail, /disk is full\. Nothing was changed/);
			return true;
		});
		await sleep(HARM_MS);
		await assertReadable(server, id);
		disk.drain();
	});
	assert.ok(refusals > 0, 'something was refused');
	say(`${refusals} requests refused; ${summary}`);
});

diskFault('a disk that is full before much has happened', ENV, async ({ api, server, disk, say }) => {
	const streams = [];
	for (let n = 0; n < 30; n++) streams.push(await api.created());
	const pids = () => server.programs().map(({ pid }) => pid);
	const before = pids();
	server.mayFail = true;
	disk.fill(0);
	const refused = [];
	for (const { id, key } of streams)
		for (const answer of [await api.view(id, {}, { tolerant: true }), await api.start(id, key, { tolerant: true })])
			if (answer.status !== 200) refused.push(answer);
	assert.ok(refused.length > 0, 'something was refused');
	for (const answer of refused) assertProblem(answer, 500, { title: 'Storage failed' });
	disk.drain();
	assert.deepEqual(pids(), before, 'no program died of it');
	assert.equal((await api.start(streams[0].id, streams[0].key)).status, 200);
	await assertSound(server);
	say(`${refused.length} of ${2 * streams.length} requests refused, by programs that live`);
});

diskFault('programs that start on a full disk', ENV, async ({ api, server, disk, say }) => {
	const { id } = await api.live();
	await server.end();
	disk.fill(0);
	await assert.rejects(server.again(), /livebin: .*The store's disk is full/);
	disk.drain();
	await server.again();
	assert.equal((await api.get(id)).json.status, 'LIVE');
	await assertSound(server);
	say('the start was refused in words; all is there when there is room again');
});

for (const file of ['livebin.db', 'passing.db'])
	fault(`${file} is locked by another process`, { env: ENV }, async (context) => {
		const { server, say } = context;
		let busy = 0;
		const { summary } = await throughHarm(context, [talk, broadcast, watch, push(A)], async ({ id, key }) => {
			const other = spawn('sqlite3', [join(server.dataDir, file)], { stdio: ['pipe', 'pipe', 'inherit'] });
			other.stdin.write('.timeout 20000\nBEGIN EXCLUSIVE;\nSELECT 1;\n');
			await once(other.stdout, 'data');
			const api = new Client(server);
			const answers = await Promise.all([api.create(), api.stop(id, key), api.view(id)]);
			for (const answer of answers) {
				if (answer.status < 300) continue;
				assertProblem(answer, 503, { title: 'Server is busy' });
				assert.ok(Number(answer.headers['retry-after']) >= 1);
				busy++;
			}
			await sleep(HARM_MS);
			await assertReadable(server, id);
			other.stdin.end('ROLLBACK;\n');
			await once(other, 'close');
		});
		assert.ok(busy > 0, 'it was in the way');
		say(`${busy} of 3 asked to come again; ${summary}`);
	});

fault('a database file that is read-only', { env: ENV }, async ({ api, server, t, say }) => {
	const { id, key } = await api.live();
	await server.end();
	const mend = readOnly(join(server.dataDir, 'livebin.db'));
	if (!mend) {
		await server.again();
		return t.skip(NO_MOUNT);
	}
	server.mayFail = true;
	await server.again();
	try {
		await assertReadable(server, id);
		for (const refused of [await api.create(), await api.stop(id, key)]) {
			assertProblem(refused, 500, { title: 'Storage failed' });
			assert.match(refused.json.detail, /can't be written\. Nothing was changed/);
		}
	} finally {
		await server.end();
		mend();
	}
	await server.again();
	assert.equal((await api.get(id)).json.status, 'LIVE');
	assert.equal((await api.stop(id, key)).status, 200);
	await assertSound(server);
	say('reads were answered, writes refused with 500 in words; all is there when it can be written again');
});

fault('a data folder that is read-only', { env: ENV }, async ({ api, server, t, say }) => {
	const { id } = await api.live();
	await server.end();
	const mend = readOnly(server.dataDir);
	if (!mend) {
		await server.again();
		return t.skip(NO_MOUNT);
	}
	try {
		await assert.rejects(server.again(), /livebin: can't write in the folder DATA=/);
	} finally {
		mend();
	}
	await server.again();
	assert.equal((await api.get(id)).json.status, 'LIVE');
	await assertSound(server);
	say('the start was refused in words; all is there when it can be written again');
});
