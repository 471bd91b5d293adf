/**
 * Habits of style.md that a program can see: no struct typedefs, jumps go
 * forward, enum ends in __MAX where it counts, a function's name starts its
 * line, what fails can't be ignored.
 */

function checkText(c, out) {
	for (const m of c.bare.matchAll(/\btypedef\s+(struct|union)\b/g))
		out.push({file: c.path, line: c.lineOf(m.index),
			text: `a ${m[1]} has its tag and no typedef`});
}

function checkJumps(c, out) {
	for (const f of c.functions) {
		for (const m of f.body.matchAll(/\bgoto\s+(\w+)\s*;/g)) {
			const label = new RegExp(`(^|[;{}\\n])[ \\t]*${m[1]}\\s*:(?!:)`);
			const found = label.exec(f.body);
			if (found !== null && found.index < m.index)
				out.push({file: c.path,
					line: c.lineOf(f.bodyOffset + m.index),
					text: `goto ${m[1]} jumps backward`});
		}
	}
}

function checkNames(c, out) {
	for (const f of c.functions)
		if (!c.lines[f.line - 1].startsWith(f.name))
			out.push({file: c.path, line: f.line,
				text: `${f.name}: a function's name starts its line`});
}

/** What only fills in an error returns -1 always: nothing to look at. */
const FILLS = /^error_|_error(_|$)/;

function checkResults(c, out) {
	for (const p of c.prototypes) {
		const last = p.parameters[p.parameters.length - 1] ?? '';
		if (!FILLS.test(p.name) && /\bstruct error \*/.test(last) && p.returns !== 'void' &&
		    !/warn_unused_result/.test(p.head))
			out.push({file: c.path, line: p.line,
				text: `${p.name} can fail: warn_unused_result`});
	}
}

export default {
	name: 'habits',
	about: 'no struct typedef, no jump backward, failures can\'t be ignored',
	async run(tree) {
		const out = [];
		for (const c of tree.c(['src', 'include', 'cgi-bin', 'tests'])) {
			checkText(c, out);
			checkJumps(c, out);
			checkNames(c, out);
		}
		for (const c of tree.c(['include']))
			checkResults(c, out);
		return out;
	},
};
