/*
 * Parses the JavaScript files named on its command line without running them;
 * started with --experimental-vm-modules. Prints `file:line: error: text`.
 * What isn't a module may be CommonJS, but pages (web/) are always modules.
 */
'use strict';
const {spawnSync} = require('node:child_process');
const fs = require('node:fs');
const vm = require('node:vm');

/** vm doesn't tell a module's line; a second parse by `node --check` does. */
function moduleLine(text) {
	const {stderr} = spawnSync(process.execPath,
	    ['--input-type=module', '--check'], {input: text, encoding: 'utf8'});
	return lineIn(stderr);
}

function lineIn(trace) {
	const found = /:(\d+)\n/.exec(trace);
	return found === null ? 1 : Number(found[1]);
}

function parse(file, text) {
	try {
		return void new vm.SourceTextModule(text, {identifier: file});
	} catch (fault) {
		const isModule = file.startsWith('web/') || file.endsWith('.mjs') ||
		    /^\s*(import|export)\b/m.test(text);
		if (isModule)
			return {fault, line: moduleLine(text)};
	}
	try {
		const body = text.replace(/^#!/, '//');
		return void new vm.Script(`(async function () {${body}\n})`,
		    {filename: file});
	} catch (fault) {
		return {fault, line: lineIn(String(fault.stack))};
	}
}

for (const file of process.argv.slice(2)) {
	const found = parse(file, fs.readFileSync(file, 'utf8'));
	if (found !== undefined)
		console.log(`${file}:${found.line}: error: ` +
		    found.fault.message.split('\n')[0]);
}
