/**
 * No run of more than a dozen lines stands in two C files. Includes,
 * comments, empty lines and lone braces don't count, nor does the width of white space.
 */
const RUN_MAX = 12;

/** The lines that count: `{text, line}`. */
function reduce(c) {
	const out = [];
	c.codeLines.forEach((code, i) => {
		if (/^[\s{}]*$/.test(code) || /^\s*#\s*include\b/.test(code))
			return;
		/* Literals are blanked in `code`; the real line tells them apart. */
		const isPlain = !/["']/.test(code);
		const text = (isPlain ? code : c.lines[i]).trim();
		out.push({text: text.replace(/\s+/g, ' '), line: i + 1});
	});
	return out;
}

function key(lines, i) {
	return lines.slice(i, i + RUN_MAX + 1).map(l => l.text).join('\n');
}

/** Runs of `lines` that stand elsewhere too, each told once. */
function checkFile(path, lines, seen, out) {
	let last = null;
	for (let i = 0; i + RUN_MAX < lines.length; i++) {
		const other = seen.get(key(lines, i));
		if (other === undefined) {
			last = null;
			continue;
		}
		if (last !== other.path)
			out.push({file: path, line: lines[i].line,
				text: `more than ${RUN_MAX} lines are also at ` +
				    `${other.path}:${other.line}`});
		last = other.path;
	}
}

export default {
	name: 'duplicates',
	about: 'no dozen lines stand in two C files',
	async run(tree) {
		const out = [];
		const seen = new Map();
		for (const c of tree.c()) {
			const lines = reduce(c);
			checkFile(c.path, lines, seen, out);
			for (let i = 0; i + RUN_MAX < lines.length; i++)
				if (!seen.has(key(lines, i)))
					seen.set(key(lines, i),
					    {path: c.path, line: lines[i].line});
		}
		return out;
	},
};
