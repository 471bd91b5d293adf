/**
 * A database is damaged while nothing runs. The site refuses in words, or serves what is whole; `livebin check` says
 * which file it is; and the way back of docs/operate.md, walked step by step, brings back all that the backup holds.
 */
import assert from 'node:assert/strict';
import { closeSync, copyFileSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { command } from '../lib/admin.js';
import { Client, assertProblem } from '../lib/client.js';
import { Encoder, target } from '../lib/encoder.js';
import { fault } from '../lib/fault.js';
import { Broadcast, digest } from '../lib/hls.js';
import { Film, Ledger, Stream } from '../lib/ledger.js';
import { media } from '../lib/media.js';
import { assertSound, upkeep } from '../lib/site.js';

const A = await media();
const STREAMS = 120;
const ENV = { LIVEBIN_WORKER: 'no', LIVEBIN_LOG_LEVEL: 'warn' };

const overwrite = (path, at, size) => {
	const file = openSync(path, 'r+');
	writeSync(file, Buffer.alloc(size, 'x'), 0, size, at);
	closeSync(file);
};
const PAGE = 4096;
const pageOf = (at) => Math.floor(at / PAGE) * PAGE;
const middle = (path) => pageOf(statSync(path).size / 2);
/** Where streams are, or in the middle of a file that has none. */
const rows = (path) => {
	const at = readFileSync(path).indexOf('Stream 60');
	return at < 0 ? middle(path) : pageOf(at);
};

const DAMAGES = {
	'overwritten in the middle': (path) => overwrite(path, rows(path), 2 * PAGE),
	'cut in half': (path) => truncateSync(path, middle(path)),
	'of no length': (path) => truncateSync(path, 0),
	'with a garbled header': (path) => overwrite(path, 0, 100),
};

/** A site with something in it, and the books of it. */
async function fill(api) {
	const ledger = new Ledger();
	for (let n = 0; n < STREAMS; n++) {
		const made = await api.created({ title: `Stream ${n}`, description: 'd'.repeat(500) });
		const stream = ledger.open(new Stream(made.id, made.key));
		if (n % 10 !== 0) continue;
		assert.equal((await api.start(stream.id, stream.key)).status, 200);
		stream.isLive = true;
	}
	const to = await target(api);
	await new Encoder(api, to, A).run(3);
	const film = ledger.open(new Film(to.id));
	for (const { data } of A.segments.slice(0, 3)) film.note(digest(data));
	return { ledger, film, to };
}

async function assertAllThere(api, { ledger, film, to }) {
	for (const stream of ledger.streams) {
		const { status, json } = await api.get(stream.id);
		stream.found = status === 200 ? { isLive: json.isLiveNow } : null;
	}
	film.found = await (await Broadcast.of(api, to)).digests('dvr.m3u8');
	assert.deepEqual(ledger.complaints(), []);
}

/** It didn't start, and said why; or each stream is answered with itself or a problem, none as if it weren't there. */
async function refusal(server, ledger, file) {
	try {
		await server.again();
	} catch (error) {
		const words = error.message.match(/^livebin: .*$/gm)?.at(-1);
		assert.match(String(words), /damaged|missing or empty/);
		assert.match(String(words), /docs\/operate\.md/, 'the way back is named');
		return 'the start was refused';
	}
	server.mayFail = true;
	const api = new Client(server);
	let failed = 0;
	for (const { id } of ledger.streams) {
		const answer = await api.get(id, { tolerant: true });
		if (answer.status === 200) {
			assert.equal(answer.json.videoId, id);
			continue;
		}
		assertProblem(answer, 500, { title: 'Storage failed' });
		assert.match(answer.json.detail, /damaged.*backup/);
		failed++;
	}
	await server.end();
	assert.ok(failed > 0 || file !== 'livebin.db', 'the damage was met');
	return `${failed} of ${ledger.streams.length} streams answered with 500`;
}

/** Docs: "Going back", from its second step. */
function goBack(dataDir, backup) {
	renameSync(join(dataDir, 'livebin.db'), join(dataDir, 'livebin.db.damaged'));
	for (const name of readdirSync(dataDir))
		if (/^livebin\.db-(wal|shm)$|^passing\.db/.test(name)) rmSync(join(dataDir, name));
	for (const name of ['livebin.db', 'secret']) copyFileSync(join(backup, name), join(dataDir, name));
}

/** Docs: the line for `passing.db` in the table of "Check". */
function forget(dataDir) {
	for (const name of readdirSync(dataDir).filter((entry) => entry.startsWith('passing.db'))) rmSync(join(dataDir, name));
}

/** Damages the file in each way, and goes back after each. */
async function damageAndBack({ api, server, say }, file, back) {
	const site = await fill(api);
	const backup = join(server.dataDir, 'a-backup');
	assert.equal((await command(server.dataDir, ['backup', backup])).code, 0);
	const found = [];
	for (const [how, damage] of Object.entries(DAMAGES)) {
		await server.end();
		damage(join(server.dataDir, file));
		const checked = await command(server.dataDir, ['check']);
		const words = await refusal(server, site.ledger, file);
		if (file === 'livebin.db' || how !== 'of no length') {
			assert.equal(checked.code, 1, `${how}: ${checked.stdout}${checked.stderr}`);
			assert.match(checked.stdout, new RegExp(`^${file}: `, 'm'), how);
		}
		back(server.dataDir, backup);
		await server.again();
		server.mayFail = false;
		await assertAllThere(api, site);
		await upkeep(server);
		await assertSound(server, [A.init, ...A.segments.map(({ data }) => data)]);
		found.push(`${how}: ${words}`);
	}
	say(`${found.join('; ')}; after each everything was there again`);
}

fault('livebin.db is damaged', { env: ENV }, (context) => damageAndBack(context, 'livebin.db', goBack));

fault('passing.db is damaged', { env: ENV }, (context) => damageAndBack(context, 'passing.db', forget));

fault('livebin.db is gone', { env: ENV }, async ({ api, server, say }) => {
	const { id } = await api.live();
	await server.end();
	const path = join(server.dataDir, 'livebin.db');
	const kept = readFileSync(path);
	renameSync(path, `${path}.away`);
	await assert.rejects(server.again(), /livebin: .*missing or empty.*docs\/operate\.md/);
	assert.equal(readdirSync(server.dataDir).includes('livebin.db'), false, 'no new one is made in its place');
	renameSync(`${path}.away`, path);
	assert.deepEqual(readFileSync(path), kept);
	await server.again();
	assert.equal((await api.get(id)).status, 200);
	say('no empty one took its place');
});
