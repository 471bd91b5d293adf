/**
 * JavaScript parses, keeps its functions on a screen, and pages never turn
 * text into markup or code.
 */
import path from 'node:path';
import {functionsJs, maskJs} from '../lib/js.mjs';
import {parseLines, runTool} from '../lib/tools.mjs';

const FUNCTION_LINES_MAX = 60;
/** A suite is a list of tests and their tables, not a function to read. */
const SUITE = /\b(describe|suite)\(/;
/** Others' code, held against its package by the check "vendor". */
const VENDORED = 'web/assets/vendor/';
const PARSER = 'tests/lint/lib/parse-js.cjs';

/** In pages; on code with strings and comments blanked. */
const NEVER_CODE = [
	[/\.\s*(inner|outer)HTML\b/g, 'markup from text: use textContent'],
	[/\binsertAdjacentHTML\b/g, 'markup from text: use append'],
	[/\bdocument\s*\.\s*write(ln)?\b/g, 'document.write'],
	[/\bcreateContextualFragment\b/g, 'markup from text'],
	[/\beval\s*\(/g, 'eval'],
	[/\bnew\s+Function\b/g, 'code from text'],
	[/\bset(Timeout|Interval)\s*\(\s*_\s/g, 'code from text'],
];

/** In pages; on the text as it is. */
const NEVER_TEXT = [
	[/setAttribute\s*\(\s*['"`](on\w+|style)['"`]/g,
		'the Content-Security-Policy forbids this attribute'],
	[/['"`]javascript:/g, 'code in an address'],
	[/\b(from|import)\s*\(?\s*['"`]https?:/g, 'code from another host'],
];

function search(file, text, rules, out) {
	for (const [pattern, what] of rules)
		for (const m of text.matchAll(pattern))
			out.push({file, line: text.slice(0, m.index).split('\n').length,
				text: what});
}

export default {
	name: 'javascript',
	about: 'parses, short functions, no markup or code from text',
	async run(tree) {
		const out = [];
		const files = tree.list(['web', 'tests'], ['.js', '.mjs', '.cjs'])
		    .filter(file => !file.startsWith(VENDORED));
		for (const file of files) {
			const code = maskJs(tree.text(file));
			const lines = code.split('\n');
			for (const f of functionsJs(code))
				if (f.lines > FUNCTION_LINES_MAX &&
				    !SUITE.test(lines[f.line - 1]))
					out.push({file, line: f.line,
						text: `a function of ${f.lines} lines, ` +
						    `${FUNCTION_LINES_MAX} at most`});
			if (!file.startsWith('web/'))
				continue;
			search(file, code, NEVER_CODE, out);
			search(file, tree.text(file), NEVER_TEXT, out);
		}
		if (files.length === 0)
			return out;
		const parsed = await runTool(process.execPath, ['--no-warnings',
			'--experimental-vm-modules', path.join(tree.project, PARSER),
			...files], tree.root);
		return out.concat(parseLines(parsed.out, tree.root));
	},
};
