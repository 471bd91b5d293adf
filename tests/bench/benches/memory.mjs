/**
 * What a parked reader costs the signal program, from its resident memory
 * with none, 1,000 and 2,000 of them (and a publisher to every fifty).
 */
import {spawn} from 'node:child_process';
import {kilobytes} from '../lib/table.mjs';
import {startLivebin} from '../lib/server.mjs';

/* libfcgi: an 8 KB stream buffer in and one out, 0.5 KB of parameters. */
const LIBFCGI_KB = 16.5;
const OURS_MAX_KB = 8;
const PUBLISHERS = 1 / 50;

/** Parks, looks, and lets them go. */
function parked(ctx, livebin, count) {
	return new Promise((resolve, reject) => {
		const child = spawn(ctx.tool('park'), [String(livebin.port),
			String(count)], {stdio: ['pipe', 'pipe', 'pipe']});
		let resident = null;
		let said = '';
		child.stderr.on('data', text => { said += text; });
		child.stdout.once('data', () => {
			resident = livebin.residentKb('signal');
			child.stdin.end();
		});
		child.once('exit', () => resident !== null ? resolve(resident) :
		    reject(new Error(`park ${count}: ${said.trim()}`)));
	});
}

/** Each count meets a server of its own: memory isn't always given back. */
async function resident(ctx, count) {
	const livebin = await startLivebin(ctx, `memory-${count}`);
	await parked(ctx, livebin, 1);
	const kb = count === 0 ? livebin.residentKb('signal') :
	    await parked(ctx, livebin, count);
	await livebin.stop();
	return kb;
}

export default async function memory(ctx) {
	const none = await resident(ctx, 0);
	const some = await resident(ctx, 1000);
	const twice = await resident(ctx, 2000);
	const first = (some - none) / (1000 * (1 + PUBLISHERS));
	const second = (twice - some) / (1000 * (1 + PUBLISHERS));
	const ours = (twice - none) / (2000 * (1 + PUBLISHERS)) - LIBFCGI_KB;
	ctx.table.row({what: 'memory per parked reader / libfcgi\'s buffers',
		ours: kilobytes(ours + LIBFCGI_KB), reference: kilobytes(LIBFCGI_KB),
		ratio: (ours + LIBFCGI_KB) / LIBFCGI_KB,
		aim: `<= ${OURS_MAX_KB} KB beside them`, met: ours <= OURS_MAX_KB});
	ctx.table.note(`memory: signal has ${none} KB resident with none parked, ` +
	    `${some} KB with 1,000, ${twice} KB with 2,000: ` +
	    `${kilobytes(first)}, then ${kilobytes(second)} for each, of which ` +
	    `${kilobytes(LIBFCGI_KB)} are libfcgi's own buffers if all are touched.`);
}
