/**
 * cppcheck over all C. What it gets wrong is silenced in the code, next to
 * the reason: `cppcheck-suppress <id>`. Off for all: readdirCalled (readdir_r
 * is deprecated) and invalidFunctionArgBool (dislikes `_exit(a != b)`).
 */
import fs from 'node:fs';
import path from 'node:path';
import {parseLines, runTool} from '../lib/tools.mjs';

const ARGS = ['--enable=warning,performance,portability', '--inline-suppr',
	'--std=c11', '--library=posix', '--library=sqlite3', '--quiet', '-j2',
	'--error-exitcode=1', '--suppress=missingIncludeSystem',
	'--suppress=readdirCalled', '--suppress=invalidFunctionArgBool',
	'--template={file}:{line}: {severity}: {message} [{id}]',
	'--template-location=', '-D_POSIX_C_SOURCE=200809L', '-D_DEFAULT_SOURCE',
	'-D__linux__'];

export default {
	name: 'cppcheck',
	about: 'cppcheck finds nothing',
	tool: 'cppcheck',
	async run(tree) {
		const files = tree.list([''], ['.c']);
		if (files.length === 0)
			return [];
		const args = [...ARGS, `-I${path.join(tree.root, 'include')}`];
		if (tree.root === tree.project) {
			const kept = path.join(tree.project, 'build/lint/cppcheck');
			fs.mkdirSync(kept, {recursive: true});
			args.push(`--cppcheck-build-dir=${kept}`);
		}
		const {err} = await runTool('cppcheck', [...args, ...files], tree.root);
		return parseLines(err, tree.root, /\[\w+\]$/);
	},
};
