/** clang-format has nothing to change. */
import path from 'node:path';
import {parseLines, runTool} from '../lib/tools.mjs';

export default {
	name: 'format',
	about: 'clang-format has nothing to change',
	tool: 'clang-format',
	async run(tree) {
		const files = tree.list([''], ['.c', '.h']);
		if (files.length === 0)
			return [];
		const style = path.join(tree.project, '.clang-format');
		const {err} = await runTool('clang-format', ['--dry-run', '-Werror',
			`--style=file:${style}`, ...files], tree.root);
		const found = parseLines(err, tree.root);
		if (found.length === 0 && err.trim() !== '')
			found.push({file: '.clang-format', line: 1, text: err.trim()});
		const first = new Map();
		for (const f of found) {
			const one = first.get(f.file) ?? {...f, count: 0};
			first.set(f.file, {...one, count: one.count + 1});
		}
		return [...first.values()].map(f => ({file: f.file, line: f.line,
			text: `clang-format changes ${f.count} places from here on`}));
	},
};
