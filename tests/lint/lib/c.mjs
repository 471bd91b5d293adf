/**
 * As much of C as the checks need, and no more: text with comments and
 * literals blanked (positions kept), functions with body and parameters,
 * prototypes. It leans on the house style and isn't a parser.
 */

/** Blanks everything but line ends. */
function blank(text) {
	return text.replace(/[^\n\t]/g, ' ');
}

const TOKEN = new RegExp([
	String.raw`\/\*[\s\S]*?(?:\*\/|$)`,
	String.raw`\/\/[^\n]*`,
	String.raw`"(?:\\[\s\S]|[^"\\\n])*"?`,
	String.raw`'(?:\\[\s\S]|[^'\\\n])*'?`,
].join('|'), 'g');

/**
 * code: comments blanked, literals emptied; bare: code without directives;
 * literals: every string with its offset.
 */
function mask(text) {
	const literals = [];
	const comments = [];
	const code = text.replace(TOKEN, (token, offset) => {
		if (token[0] === '/') {
			comments.push({offset, end: offset + token.length, text: token});
			return blank(token);
		}
		if (token[0] === '"')
			literals.push({offset, text: token});
		return token[0] + blank(token.slice(1, -1)) + token.slice(-1);
	});
	const bare = code.replace(/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/gm, blank);
	return {code, bare, literals, comments};
}

/** Offset behind the bracket that closes the one at `open`. */
export function closing(code, open) {
	const pairs = {'(': ')', '{': '}', '[': ']'};
	const up = code[open];
	const down = pairs[up];
	let depth = 0;
	for (let i = open; i < code.length; i++) {
		if (code[i] === up)
			depth++;
		else if (code[i] === down && --depth === 0)
			return i + 1;
	}
	return code.length;
}

/** Parameters between two parentheses; `void` is none, `...` isn't one. */
export function splitParameters(text) {
	const parts = [''];
	let depth = 0;
	for (const c of text) {
		depth += '([{'.includes(c) ? 1 : ')]}'.includes(c) ? -1 : 0;
		if (c === ',' && depth === 0)
			parts.push('');
		else
			parts[parts.length - 1] += c;
	}
	return parts.map(p => p.trim().replace(/\s+/g, ' '))
	    .filter(p => p !== '' && p !== 'void' && p !== '...');
}

/**
 * What stands at file scope: [start, end) of every chunk that ends in `;` or
 * in a body. `brace` is the offset of the chunk's first brace or -1.
 */
function chunks(bare) {
	const out = [];
	let start = 0;
	let brace = -1;
	for (let i = 0; i < bare.length; i++) {
		if (bare[i] === '(') {
			i = closing(bare, i) - 1;
		} else if (bare[i] === '{') {
			brace = brace < 0 ? i : brace;
			const head = bare.slice(start, i).trim();
			i = closing(bare, i) - 1;
			if (head.endsWith(')') && !/=/.test(head)) {
				out.push({start, end: i + 1, brace});
				start = i + 1;
				brace = -1;
			}
		} else if (bare[i] === ';') {
			out.push({start, end: i + 1, brace});
			start = i + 1;
			brace = -1;
		}
	}
	return out;
}

/** The first `name(` of a chunk that isn't an attribute. */
function findCall(bare, start, end) {
	const call = /([A-Za-z_]\w*)[ \t\n]*\(/g;
	call.lastIndex = start;
	for (let m = call.exec(bare); m !== null; m = call.exec(bare)) {
		const open = m.index + m[0].length - 1;
		if (open >= end)
			return null;
		if (m[1] !== '__attribute__' && m[1] !== '_Alignas')
			return {name: m[1], at: m.index, open};
		call.lastIndex = closing(bare, open);
	}
	return null;
}

const NO_FUNCTION = new Set(['static_assert', '_Static_assert', 'if', 'for',
	'while', 'switch', 'return', 'sizeof']);

/** Lines inside a body that belong to tables: `= { ... }`. */
function tableLines(body) {
	let lines = 0;
	const table = /=\s*\{/g;
	for (let m = table.exec(body); m !== null; m = table.exec(body)) {
		const open = m.index + m[0].length - 1;
		const end = closing(body, open);
		lines += body.slice(open, end).split('\n').length - 1;
		table.lastIndex = end;
	}
	return lines;
}

/**
 * @returns {{path, text, code, bare, literals, comments, lines, codeLines,
 *     lineOf, functions, prototypes, types}}
 */
export function parseC(path, text) {
	const masked = mask(text);
	const {bare} = masked;
	const starts = [0];
	for (let i = 0; i < text.length; i++)
		if (text[i] === '\n')
			starts.push(i + 1);
	function lineOf(offset) {
		let low = 0;
		let high = starts.length;
		while (high - low > 1) {
			const mid = (low + high) >> 1;
			if (starts[mid] <= offset)
				low = mid;
			else
				high = mid;
		}
		return low + 1;
	}
	const functions = [];
	const prototypes = [];
	const types = [];
	for (const {start, end, brace} of chunks(bare)) {
		const skip = /^\s*/.exec(bare.slice(start, end))[0].length;
		const from = start + skip;
		const head = bare.slice(from, brace < 0 ? end : brace);
		if (/^(typedef|struct|union|enum)\b/.test(head) &&
		    (brace >= 0 || /^(struct|union) \w+;$/.test(head)))
			types.push({firstLine: lineOf(from), lastLine: lineOf(end - 1)});
		const call = findCall(bare, from, brace < 0 ? end : brace);
		if (call === null || NO_FUNCTION.has(call.name) ||
		    /^typedef\b/.test(head))
			continue;
		const close = closing(bare, call.open);
		const one = {name: call.name, line: lineOf(call.at),
			firstLine: lineOf(from), start: from, end,
			returns: bare.slice(from, call.at).trim(),
			parameters: splitParameters(
			    bare.slice(call.open + 1, close - 1)),
			head: text.slice(from, brace < 0 ? end : brace)};
		if (brace >= 0 && bare[end - 1] === '}') {
			one.body = bare.slice(brace, end);
			one.bodyOffset = brace;
			one.bodyLines = one.body.split('\n').length - 2 -
			    tableLines(one.body);
			functions.push(one);
		} else if (brace < 0 && !/=/.test(head.slice(0, call.open - from)) &&
		    one.returns !== '' && !/\(\s*\*/.test(head.slice(call.at - from,
			call.open - from + 3))) {
			prototypes.push(one);
		}
	}
	return {path, text, ...masked, lines: text.split('\n'),
		codeLines: masked.code.split('\n'), lineOf, functions, prototypes,
		types};
}
