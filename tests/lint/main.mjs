/**
 * The runner: loads checks/*.mjs, runs each over the project and over its own
 * bad example (fixtures/<check>/), prints TAP. A check is
 * `{name, about, tool?, run(tree) -> findings}`; see checks/README.md.
 */
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {fixtureTree, projectTree} from './lib/tree.mjs';
import {toolMissing} from './lib/tools.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '../..');
const FINDINGS_SHOWN_MAX = 200;

let count = 0;
let failed = 0;

function tap(good, text, notes = []) {
	count++;
	failed += good ? 0 : 1;
	console.log(`${good ? 'ok' : 'not ok'} ${count} - ${text}`);
	for (const note of notes.slice(0, FINDINGS_SHOWN_MAX))
		console.log(`# ${note}`);
	if (notes.length > FINDINGS_SHOWN_MAX)
		console.log(`# and ${notes.length - FINDINGS_SHOWN_MAX} more`);
}

async function loadChecks() {
	const folder = path.join(HERE, 'checks');
	const names = fs.readdirSync(folder).filter(n => n.endsWith('.mjs')).sort();
	const checks = [];
	for (const name of names)
		checks.push((await import(path.join(folder, name))).default);
	return checks;
}

function show(finding) {
	return `${finding.file}:${finding.line}: ${finding.text}`;
}

function order(a, b) {
	if (a.file !== b.file)
		return a.file < b.file ? -1 : 1;
	return a.line - b.line;
}

async function overProject(check, tree) {
	const found = (await check.run(tree)).sort(order);
	const some = found.length > 0 ? `: ${found.length} found` : '';
	tap(found.length === 0, `${check.name}: ${check.about}${some}`,
	    found.map(show));
}

/**
 * A fixture is a small tree with a file `expect`: one `path:line` for each
 * finding the check must make there, and it must make no other.
 */
async function overFixture(check) {
	const folder = path.join(HERE, 'fixtures', check.name);
	const text = `self test ${check.name}: reports its bad example, no more`;
	if (!fs.existsSync(path.join(folder, 'expect'))) {
		tap(false, text, [`fixtures/${check.name}/expect is missing`]);
		return;
	}
	const want = fs.readFileSync(path.join(folder, 'expect'), 'utf8')
	    .split('\n').filter(line => line !== '' && !line.startsWith('#'));
	const found = await check.run(fixtureTree(ROOT, folder));
	const got = found.map(f => `${f.file}:${f.line}`);
	const notes = [];
	for (const line of new Set(want))
		if (!got.includes(line))
			notes.push(`not reported: ${line}`);
	for (const f of found)
		if (!want.includes(`${f.file}:${f.line}`))
			notes.push(`reported without cause: ${show(f)}`);
	tap(want.length > 0 && notes.length === 0, text, notes);
}

async function main(args) {
	const selfOnly = args.includes('--self-test');
	const names = args.filter(a => !a.startsWith('--'));
	const all = await loadChecks();
	const unknown = names.filter(n => !all.some(c => c.name === n));
	if (unknown.length > 0)
		throw new Error(`no such check: ${unknown.join(', ')}`);
	if (args.includes('--list')) {
		for (const check of all)
			console.log(`${check.name}\t${check.about}`);
		return;
	}
	const tree = projectTree(ROOT);
	for (const check of all) {
		if (names.length > 0 && !names.includes(check.name))
			continue;
		const missing = toolMissing(check.tool);
		if (missing !== null) {
			count++;
			console.log(`ok ${count} - ${check.name} # SKIP ` +
			    `${missing} is not installed`);
			continue;
		}
		if (!selfOnly)
			await overProject(check, tree);
		await overFixture(check);
	}
	console.log(`1..${count}`);
	process.exitCode = failed > 0 ? 1 : 0;
}

await main(process.argv.slice(2));
