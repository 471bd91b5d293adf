/**
 * A header compiles alone, has a guard of its own, and says above every
 * public function what a caller must know. Every file says what it is for.
 */
import {C_FLAGS, mapWide, parseLines, runTool} from '../lib/tools.mjs';

function checkGuard(c, seen, out) {
	const directives = c.code.match(/^[ \t]*#[^\n]*/gm) ?? [];
	const first = /^\s*#\s*ifndef\s+(\w+)/.exec(directives[0] ?? '');
	const second = /^\s*#\s*define\s+(\w+)\s*$/.exec(directives[1] ?? '');
	const last = /^\s*#\s*endif/.test(directives[directives.length - 1] ?? '');
	const at = {file: c.path, line: 1};
	if (first === null || second === null || first[1] !== second[1] || !last)
		out.push({...at, text: 'no include guard'});
	else if (seen.has(first[1]))
		out.push({...at,
			text: `guard ${first[1]} is also that of ${seen.get(first[1])}`});
	else
		seen.set(first[1], c.path);
}

/**
 * A comment stands above a declaration, or above the first of several (types
 * included) that follow each other without an empty line.
 */
function checkComments(c, out) {
	const ends = new Set(c.comments.map(x => c.lineOf(x.end - 1)));
	const declared = new Map();
	for (const t of c.types)
		declared.set(t.lastLine, t.firstLine);
	for (const p of c.prototypes)
		declared.set(c.lineOf(p.end - 1), p.firstLine);
	for (const p of c.prototypes) {
		let line = p.firstLine;
		while (declared.has(line - 1))
			line = declared.get(line - 1);
		if (!ends.has(line - 1))
			out.push({file: c.path, line: p.line,
				text: `${p.name} has no comment above it`});
	}
}

async function compile(tree, file) {
	const args = [...C_FLAGS, `-I${tree.root}/include`,
		`-I${tree.project}/include`, '-fsyntax-only', '-Wall', '-Wextra',
		'-x', 'c', file];
	const {code, err} = await runTool('cc', args, tree.root);
	const found = parseLines(err, tree.root).filter(f => f.file === file);
	if (code !== 0 && found.length === 0)
		found.push({file, line: 1, text: err.trim().split('\n')[0]});
	return found.slice(0, 1);
}

export default {
	name: 'headers',
	about: 'headers compile alone, are guarded and commented',
	tool: 'cc',
	async run(tree) {
		const out = [];
		const seen = new Map();
		for (const c of tree.c()) {
			if (!c.text.startsWith('/*'))
				out.push({file: c.path, line: 1,
					text: 'does not begin with a comment on its purpose'});
			if (c.path.endsWith('.h'))
				checkGuard(c, seen, out);
			if (c.path.startsWith('include/'))
				checkComments(c, out);
		}
		const headers = tree.list(['include', 'cgi-bin'], ['.h']);
		const results = await mapWide(headers, 2, h => compile(tree, h));
		return out.concat(...results);
	},
};
