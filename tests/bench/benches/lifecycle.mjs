/**
 * Create, start and stop, each answered after its commit, against SQLite's
 * own commits of the same durability from as many writers.
 */
import path from 'node:path';
import {alternate, rate, time} from '../lib/table.mjs';
import {measure} from '../lib/load.mjs';
import {startLivebin} from '../lib/server.mjs';

async function against(ctx, livebin, clients) {
	const file = path.join(ctx.tmp, 'commits.db');
	let last = {};
	const got = await alternate(ctx.rounds, {
		ours: async () => {
			last = await measure(ctx.tool('lifecycle'),
			    [livebin.port, clients, ctx.seconds]);
			return last.per_second;
		},
		commits: async () => (await measure(ctx.tool('commits'),
		    [file, clients, ctx.seconds])).per_second,
	});
	const ratio = got.ours / got.commits;
	ctx.table.row({what: `create, start, stop / commits, ${clients} at once`,
		ours: rate(got.ours), reference: rate(got.commits), ratio,
		aim: '>= 0.8', met: ratio >= 0.8});
	ctx.table.note(`${clients} at once, mean: create ${time(last.create_us)}, ` +
	    `start ${time(last.start_us)}, stop ${time(last.stop_us)}.`);
}

export default async function lifecycle(ctx) {
	const livebin = await startLivebin(ctx);
	await against(ctx, livebin, 1);
	await against(ctx, livebin, 4);
	await against(ctx, livebin, 16);
}
