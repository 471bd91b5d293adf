/**
 * clang-tidy with the chosen set of clang-tidy.yaml. It is slow, so a file
 * that passed is not looked at again until what the compiler sees of it (its
 * headers included) or the configuration changes.
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {C_FLAGS, mapWide, parseLines, runTool} from '../lib/tools.mjs';

/** Not tests/unit: clang can't know that cmocka's asserts don't return. */
const LOOKED_AT = ['src', 'cgi-bin', 'tests/bench', 'tests/fuzz'];

async function fingerprint(tree, config, flags, file) {
	const seen = await runTool('cc', ['-E', ...flags, file], tree.root);
	const hash = crypto.createHash('sha256');
	return hash.update(config).update(seen.out).update(tree.text(file))
	    .digest('hex').slice(0, 32);
}

/** Where the build put headers that it made: build/<variant>/gen. */
function madeFolders(project) {
	const build = path.join(project, 'build');
	return ['', ...fs.readdirSync(build)].map(d => path.join(build, d, 'gen'))
	    .filter(d => fs.existsSync(d)).slice(0, 1);
}

async function tidy(tree, config, kept, file) {
	const flags = [...C_FLAGS, '-Wall', '-Wextra', `-I${tree.root}/include`,
		`-I${tree.root}/cgi-bin`,
		...madeFolders(tree.project).map(d => `-I${d}`)];
	const stamp = path.join(kept,
	    await fingerprint(tree, fs.readFileSync(config), flags, file));
	if (tree.root === tree.project && fs.existsSync(stamp))
		return [];
	const {code, out, err} = await runTool('clang-tidy', ['--quiet',
		`--config-file=${config}`, file, '--', ...flags], tree.root);
	const found = parseLines(out, tree.root, /^(warning|error):/);
	if (code !== 0 && found.length === 0)
		found.push({file, line: 1, text: err.trim().split('\n')[0]});
	if (found.length === 0 && tree.root === tree.project)
		fs.writeFileSync(stamp, '');
	return found;
}

export default {
	name: 'tidy',
	about: 'clang-tidy finds nothing of the chosen set',
	tool: ['clang-tidy', 'cc'],
	async run(tree) {
		const config = path.join(tree.project, 'tests/lint/clang-tidy.yaml');
		const kept = path.join(tree.project, 'build/lint/tidy');
		fs.mkdirSync(kept, {recursive: true});
		/* Before the first build a file that includes what is made can't be. */
		const made = madeFolders(tree.project).length > 0;
		const files = tree.list(LOOKED_AT, ['.c'])
		    .filter(f => made || !/"\w+_sql\.h"/.test(tree.text(f)));
		const results = await mapWide(files, 2,
		    f => tidy(tree, config, kept, f));
		const once = new Map();
		for (const f of results.flat())
			once.set(`${f.file}:${f.line}:${f.text}`, f);
		return [...once.values()];
	},
};
