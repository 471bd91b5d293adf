/**
 * Runs the benches and prints one table of ratios. A time by itself says
 * something about a machine; a ratio within one run says something about
 * livebin. Nothing here fails because something was slow.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {Table} from './lib/table.mjs';
import {makeFolder, stopAll} from './lib/server.mjs';
import active from './benches/active.mjs';
import lifecycle from './benches/lifecycle.mjs';
import many from './benches/many.mjs';
import media from './benches/media.mjs';
import memory from './benches/memory.mjs';
import privateBench from './benches/private.mjs';
import signal from './benches/signal.mjs';
import start from './benches/start.mjs';

const BENCHES = {active, lifecycle, signal, memory, start, many, media,
	private: privateBench};
const HERE = path.dirname(fileURLToPath(import.meta.url));

function context(quick) {
	const build = process.env.BUILD;
	const root = path.resolve(HERE, '../..');
	/* Under the build folder: the file system that the data is meant for. */
	const tmp = fs.mkdtempSync(path.join(build, 'bench', 'run-'));
	makeFolder(tmp);
	return {build, root, tmp, quick, table: new Table(),
		tool: name => path.join(build, 'bench', name),
		rounds: quick ? 3 : 5, seconds: quick ? 1 : 3};
}

async function main(args) {
	const quick = args.includes('--quick');
	const names = args.filter(a => !a.startsWith('--'));
	const chosen = names.length > 0 ? names : Object.keys(BENCHES);
	const unknown = chosen.filter(n => !(n in BENCHES));
	if (unknown.length > 0)
		throw new Error(`no such bench: ${unknown.join(', ')}`);
	const ctx = context(quick);
	let failed = 0;
	try {
		for (const name of chosen) {
			process.stderr.write(`bench: ${name} ...\n`);
			try {
				await BENCHES[name](ctx);
			} catch (fault) {
				failed++;
				ctx.table.failed(name, fault.message);
			} finally {
				await stopAll();
			}
		}
	} finally {
		if (failed === 0)
			fs.rmSync(ctx.tmp, {recursive: true, force: true});
		else
			ctx.table.note(`what failed left its logs in ${ctx.tmp}`);
	}
	console.log(ctx.table.text());
	console.log(`${os.cpus().length} CPUs shared by server, references and ` +
	    'clients. Absolute times are this machine\'s\nmood; compare ratios, ' +
	    'and ratios of one run only.');
	process.exitCode = failed > 0 ? 1 : 0;
}

for (const name of ['SIGINT', 'SIGTERM'])
	process.once(name, () => stopAll().finally(() => process.exit(1)));
await main(process.argv.slice(2));
