/**
 * Everything is killed at random moments while clients create, start, talk, push and stop: nothing that was
 * acknowledged is missing, doubled or half there afterwards.
 */
import assert from 'node:assert/strict';

import { fault, SECONDS } from '../lib/fault.js';
import { killer, programs, untilAllAnswer } from '../lib/harm.js';
import { Load, ROOMY, broadcast, call, push, record, stopPushed, talk, watch } from '../lib/load.js';
import { media } from '../lib/media.js';
import { assertSound, upkeep } from '../lib/site.js';
import { sleep } from '../lib/wait.js';
import { endLeases } from '../lib/worker.js';

const A = await media();
const TS = await media({ kind: 'ts' });
const FILES = [A.init, ...[A, TS].flatMap(({ segments }) => segments.map(({ data }) => data))];

const worker = (server) => server.workers().map((pid) => ({ name: 'worker', kill: () => { process.kill(pid, 'SIGKILL'); } }));
const webServer = (server) => [{ name: 'lighttpd', kill: () => server.crash() }];

const said = (kills) => [...kills].sort().map(([name, times]) => `${name} ${times} times`).join(', ');

/** Clients work while the victims are killed; then the books and the disk are gone through. */
async function throughKills({ api, server, random, say }, victims, most) {
	const load = new Load(api, random);
	const spare = await api.live();
	await load.begin([talk, talk, call, broadcast, broadcast, watch, push(A), push(TS), record(A)]);
	let isOver = false;
	let kills = new Map();
	await load.while(async () => {
		const killing = killer(() => isOver, victims, { random, most });
		await sleep(SECONDS * 1000);
		isOver = true;
		kills = await killing;
		await untilAllAnswer(api, spare);
	});
	await stopPushed(load);
	endLeases(server.dataDir);
	await load.untilMade();
	await load.look();
	assert.deepEqual(load.ledger.complaints(), []);
	await upkeep(server);
	await assertSound(server, FILES);
	say(`killed ${said(kills)}: ${load.ledger.summary()}`);
	return kills;
}

fault('programs that are killed', { env: { ...ROOMY, LIVEBIN_FFMPEG: '' } }, async (context) => {
	const kills = await throughKills(context, () => programs(context.server), 90);
	assert.ok(kills.size >= 4, 'several of them were killed');
});

fault('a web server and a worker that are killed', { env: ROOMY }, async (context) => {
	const { server } = context;
	const kills = await throughKills(context, () => (worker(server).length > 0 ? worker(server) : webServer(server)), 700);
	assert.ok(kills.has('lighttpd') && kills.has('worker'), 'both were killed');
});
