/**
 * What others wrote and pages load is what their package holds: every file of
 * web/assets/vendor is in its vendored.json, has the hash that stands there,
 * and is of the version that the tests pin. Where the package is installed,
 * the file is held against it byte by byte.
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const FOLDER = 'web/assets/vendor';
const LIST = `${FOLDER}/vendored.json`;
const PINS = 'tests/package.json';
const PACKAGES = 'tests/node_modules';

/** The line of the list where a file's entry begins. */
function lineOf(text, name) {
	const at = text.indexOf(`"${name}"`);
	return text.slice(0, at).split('\n').length;
}

/** Why a file isn't what its entry says, or null. */
function fault(root, pins, name, entry) {
	const file = path.join(root, FOLDER, name);
	if (!fs.existsSync(file))
		return 'is listed and not there';
	const bytes = fs.readFileSync(file);
	const hash = crypto.createHash('sha256').update(bytes).digest('hex');
	if (hash !== entry.sha256)
		return 'has another hash than its entry';
	if (pins[entry.package] !== entry.version)
		return `is of ${entry.package} ${entry.version}; the tests pin ` +
		    `${pins[entry.package]}`;
	const original = path.join(root, PACKAGES, entry.package, entry.from);
	if (fs.existsSync(original) && !fs.readFileSync(original).equals(bytes))
		return `differs from ${entry.from} of the installed package`;
	return null;
}

export default {
	name: 'vendor',
	about: 'vendored files are what their pinned package holds',
	async run(tree) {
		const files = tree.list([FOLDER], ['']);
		if (!files.includes(LIST))
			return files.map(file => ({file, line: 1,
				text: `${LIST} is missing`}));
		const text = tree.text(LIST);
		const list = JSON.parse(text);
		const pins = JSON.parse(tree.text(PINS)).devDependencies;
		const out = [];
		for (const [name, entry] of Object.entries(list)) {
			const what = fault(tree.root, pins, name, entry);
			if (what !== null)
				out.push({file: LIST, line: lineOf(text, name),
					text: `${name} ${what}`});
		}
		for (const file of files)
			if (file !== LIST && !(path.basename(file) in list))
				out.push({file, line: 1, text: `not in ${LIST}`});
		return out;
	},
};
