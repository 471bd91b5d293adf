/** Running other programs: compilers, formatters, analysers. */
import {execFile, spawnSync} from 'node:child_process';

/** The first of the tools (a name or a list) that isn't there, or null. */
export function toolMissing(tool) {
	for (const name of tool === undefined ? [] : [tool].flat()) {
		const probe = spawnSync(name, ['--version'], {stdio: 'ignore'});
		if (probe.error !== undefined)
			return name;
	}
	return null;
}

/** @returns {Promise<{code: number, out: string, err: string}>} */
export function runTool(name, args, cwd) {
	return new Promise(resolve => {
		execFile(name, args, {cwd, maxBuffer: 1 << 26}, (fault, out, err) => {
			const code = fault === null ? 0 :
			    typeof fault.code === 'number' ? fault.code : 127;
			resolve({code, out, err});
		});
	});
}

/** Maps over items, at most `width` at a time; keeps the order. */
export async function mapWide(items, width, work) {
	const results = new Array(items.length);
	let next = 0;
	async function lane() {
		while (next < items.length) {
			const i = next++;
			results[i] = await work(items[i]);
		}
	}
	await Promise.all(Array.from({length: width}, lane));
	return results;
}

/**
 * Findings from compiler-like lines `file:line[:column]: text`. Paths come
 * out relative; lines that are no findings (notes, source quotes) are left.
 */
export function parseLines(text, root, want = /(error|warning)/) {
	const findings = [];
	for (const line of text.split('\n')) {
		const m = /^([^:\s][^:]*):(\d+):(?:\d+:)?\s*(.*)$/.exec(line);
		if (m === null || !want.test(m[3]))
			continue;
		const file = m[1].startsWith(`${root}/`) ?
		    m[1].slice(root.length + 1) : m[1];
		findings.push({file, line: Number(m[2]), text: m[3]});
	}
	return findings;
}

/** What every C file of the project is compiled with, tests aside. */
export const C_FLAGS = ['-std=c11', '-D_POSIX_C_SOURCE=200809L',
	'-D_DEFAULT_SOURCE'];
