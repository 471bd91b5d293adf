/**
 * What stored streams cost: the same questions to a server with few and one
 * with many, in turns.
 */
import fs from 'node:fs';
import path from 'node:path';
import {alternate, rate} from '../lib/table.mjs';
import {makeStreams, measure, wrk} from '../lib/load.mjs';
import {startLivebin} from '../lib/server.mjs';

const FEW = 100;
const LIVE = 20;

/** The database that has the table of streams: filling it with none works. */
async function findDatabase(ctx, folder) {
	for (const name of fs.readdirSync(folder).filter(n => n.endsWith('.db'))) {
		const file = path.join(folder, name);
		try {
			await measure(ctx.tool('fill'), [file, 'stream', 0]);
			return file;
		} catch {
			/* Another database. */
		}
	}
	throw new Error('no database with a table `stream`');
}

/** A server whose database was filled while it was down. */
async function filled(ctx, name, count) {
	const first = await startLivebin(ctx, name);
	await makeStreams(first, 1, {stop: true});
	await first.stop();
	await measure(ctx.tool('fill'),
	    [await findDatabase(ctx, first.data), 'stream', count]);
	const server = await startLivebin(ctx, name);
	await makeStreams(server, LIVE);
	return server;
}

function same(ctx, what, got) {
	ctx.table.row({what, ours: rate(got.many), reference: rate(got.few),
		ratio: got.many / got.few, aim: '>= 0.9, "the same"',
		met: got.many / got.few >= 0.9});
}

export default async function many(ctx) {
	const count = ctx.quick ? 100000 : 1000000;
	const few = await filled(ctx, 'few', FEW);
	const lots = await filled(ctx, 'lots', count);
	const label = `${count.toLocaleString('en')} stored / ${FEW}`;
	const {seconds} = ctx;
	const page = server => () =>
	    wrk(`${server.url}/api/live/active?limit=${LIVE}`, {seconds});
	same(ctx, `GET active, ${label}`,
	    await alternate(ctx.rounds, {few: page(few), many: page(lots)}));
	const create = server => async () => (await measure(
	    ctx.tool('lifecycle'), [server.port, 4, seconds, 'create'])).per_second;
	same(ctx, `create, 4 at once, ${label}`,
	    await alternate(ctx.rounds, {few: create(few), many: create(lots)}));
}
