/**
 * The shape of C: what fits a screen. Sixty lines to a function (tables
 * aside), eight hundred to a file, five parameters, eighty columns, tabs.
 */
const FUNCTION_LINES_MAX = 60;
const FILE_LINES_MAX = 800;
const PARAMETERS_MAX = 5;
const COLUMNS_MAX = 80;
const TAB = 8;

function columns(line) {
	let width = 0;
	for (const c of line)
		width += c === '\t' ? TAB - (width % TAB) : 1;
	return width;
}

/** Lines that begin inside a comment keep their own shape. */
function commentLines(c) {
	const lines = new Set();
	for (const {offset, end} of c.comments)
		for (let n = c.lineOf(offset) + 1; n <= c.lineOf(end - 1); n++)
			lines.add(n);
	return lines;
}

function checkLines(c, out) {
	const inComment = commentLines(c);
	let before = '';
	let depth = 0;
	c.lines.forEach((line, i) => {
		const at = {file: c.path, line: i + 1};
		const code = c.codeLines[i];
		const width = columns(line);
		if (width > COLUMNS_MAX)
			out.push({...at, text: `${width} columns, ${COLUMNS_MAX} at most`});
		if (/[ \t]+$/.test(line))
			out.push({...at, text: 'space at the end of the line'});
		/* A statement begins behind one of these; only there is it plain. */
		const begins = depth === 0 && /[;{}]\s*$/.test(before) &&
		    code.trim() !== '';
		if (!inComment.has(i + 1) && (/^\t* +\t/.test(line) ||
		    /^\t* {8}/.test(line) || (begins && /^\t* +\S/.test(line))))
			out.push({...at, text: 'indented with spaces'});
		if (code.trim() !== '')
			before = code;
		depth += code.split('(').length - code.split(')').length;
	});
}

function checkParameters(c, list, out) {
	for (const f of list)
		if (f.parameters.length > PARAMETERS_MAX)
			out.push({file: c.path, line: f.line,
				text: `${f.name}: ${f.parameters.length} parameters, ` +
				    `${PARAMETERS_MAX} at most`});
}

export default {
	name: 'shape',
	about: 'functions, files, parameters and lines keep their size',
	async run(tree) {
		const out = [];
		for (const c of tree.c()) {
			const lines = c.text.replace(/\n$/, '').split('\n').length;
			if (lines > FILE_LINES_MAX)
				out.push({file: c.path, line: 1,
					text: `${lines} lines, ${FILE_LINES_MAX} at most`});
			for (const f of c.functions)
				if (f.bodyLines > FUNCTION_LINES_MAX)
					out.push({file: c.path, line: f.line,
						text: `${f.name}: ${f.bodyLines} lines, ` +
						    `${FUNCTION_LINES_MAX} at most`});
			checkParameters(c, c.functions, out);
			checkParameters(c, c.prototypes, out);
			checkLines(c, out);
		}
		return out;
	},
};
