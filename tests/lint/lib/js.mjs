/**
 * As much of JavaScript as the checks need: text with comments, strings and
 * regular expressions blanked (positions kept), and functions with a body.
 * Template literals are blanked whole, what stands in `${}` included.
 */
import {closing} from './c.mjs';

/** A `/` behind one of these begins a regular expression. */
const BEFORE_REGEX = /(?:^|[=(,:;!&|?{}[\]+\-*%~^<>]|\b(?:return|typeof|case|in|of|await|yield|void|delete))\s*$/;

function endOfQuoted(text, i, quote) {
	for (i++; i < text.length && text[i] !== quote; i++)
		if (text[i] === '\\')
			i++;
	return Math.min(i + 1, text.length);
}

function endOfRegex(text, i) {
	let inClass = false;
	for (i++; i < text.length && text[i] !== '\n'; i++) {
		if (text[i] === '\\')
			i++;
		else if (text[i] === '[')
			inClass = true;
		else if (text[i] === ']')
			inClass = false;
		else if (text[i] === '/' && !inClass)
			return i + 1;
	}
	return i;
}

/** A template's end; nested templates inside `${}` are followed. */
function endOfTemplate(text, i) {
	for (i++; i < text.length; i++) {
		if (text[i] === '\\') {
			i++;
		} else if (text[i] === '`') {
			return i + 1;
		} else if (text.startsWith('${', i)) {
			let depth = 1;
			for (i += 2; i < text.length && depth > 0; i++) {
				if (text[i] === '`' || text[i] === "'" || text[i] === '"')
					i = (text[i] === '`' ? endOfTemplate(text, i) :
					    endOfQuoted(text, i, text[i])) - 1;
				else if (text[i] === '{')
					depth++;
				else if (text[i] === '}')
					depth--;
			}
			i--;
		}
	}
	return text.length;
}

function endOfLine(text, i) {
	const end = text.indexOf('\n', i);
	return end < 0 ? text.length : end;
}

/** The text with all that isn't code blanked. */
export function maskJs(text) {
	let out = '';
	let i = text.startsWith('#!') ? endOfLine(text, 0) : 0;
	out = ' '.repeat(i);
	while (i < text.length) {
		let end = i;
		if (text.startsWith('//', i)) {
			end = endOfLine(text, i);
		} else if (text.startsWith('/*', i)) {
			end = text.indexOf('*/', i + 2);
			end = end < 0 ? text.length : end + 2;
		} else if (text[i] === '"' || text[i] === "'") {
			end = endOfQuoted(text, i, text[i]);
		} else if (text[i] === '`') {
			end = endOfTemplate(text, i);
		} else if (text[i] === '/' && BEFORE_REGEX.test(out.slice(-40))) {
			end = endOfRegex(text, i);
		}
		if (end === i) {
			out += text[i++];
			continue;
		}
		/* A blanked value stays a value, or `"a" / 2` would look like a regex. */
		const blank = text.slice(i, end).replace(/[^\n]/g, ' ');
		const isComment = text[i] === '/' && '/*'.includes(text[i + 1]);
		out += isComment ? blank : `_${blank.slice(1)}`;
		i = end;
	}
	return out;
}

const HEADS = [
	/\bfunction\b[^(){};]*\(/g,
	/^\s*(?:(?:static|async|get|set)\s+)*\*?\s*#?([A-Za-z_$][\w$]*)\s*\(/gm,
];
const NO_METHOD = new Set(['if', 'for', 'while', 'switch', 'catch', 'with',
	'function', 'return', 'await', 'do', 'else']);

/**
 * Functions with a body: `{line, lines}`. Lines between the braces, without
 * those of functions inside: a `describe` isn't as long as all its tests.
 */
export function functionsJs(code) {
	const opens = new Set();
	for (const head of HEADS) {
		for (const m of code.matchAll(head)) {
			if (m[1] !== undefined && NO_METHOD.has(m[1]))
				continue;
			const open = m.index + m[0].length - 1;
			const tail = /^\s*\{/.exec(code.slice(closing(code, open)));
			if (tail !== null)
				opens.add(closing(code, open) + tail[0].length - 1);
		}
	}
	for (const m of code.matchAll(/=>\s*\{/g))
		opens.add(m.index + m[0].length - 1);
	const spans = [...opens].sort((a, b) => a - b).map(open => ({open,
		end: closing(code, open),
		lines: code.slice(open, closing(code, open)).split('\n').length - 2}));
	return spans.map(f => {
		let {lines} = f;
		let behind = f.open;
		for (const inner of spans) {
			if (inner.open <= behind || inner.end > f.end)
				continue;
			lines -= Math.max(inner.lines, 0);
			behind = inner.end;
		}
		return {line: code.slice(0, f.open).split('\n').length, lines};
	});
}
