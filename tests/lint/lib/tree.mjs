/**
 * The files a check looks at: the project's (what git tracks or would track,
 * fixtures aside) or one fixture's. Texts and parsed C are read once.
 */
import fs from 'node:fs';
import path from 'node:path';
import {execFileSync} from 'node:child_process';
import {parseC} from './c.mjs';

const FIXTURES = 'tests/lint/fixtures/';
const NEVER = new Set(['.git', 'build', 'node_modules', 'var']);

function walk(root, folder, out) {
	const items = fs.readdirSync(path.join(root, folder), {withFileTypes: true});
	for (const item of items) {
		const name = folder === '' ? item.name : `${folder}/${item.name}`;
		if (item.isDirectory() && !NEVER.has(item.name))
			walk(root, name, out);
		else if (item.isFile())
			out.push(name);
	}
	return out;
}

/** Without git (a release archive) every file that isn't built counts. */
function listProject(root) {
	try {
		const text = execFileSync('git',
		    ['ls-files', '-coz', '--exclude-standard'],
		    {cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'],
			maxBuffer: 1 << 26});
		return text.split('\0').filter(name => name !== '');
	} catch {
		return walk(root, '', []);
	}
}

class Tree {
	/**
	 * @param {string} project the project's root: configuration, headers
	 * @param {string} root where the files are
	 * @param {string[]} files relative to root
	 */
	constructor(project, root, files) {
		this.project = project;
		this.root = root;
		this.files = files;
		this.texts = new Map();
		this.parsed = new Map();
	}

	text(file) {
		if (!this.texts.has(file))
			this.texts.set(file,
			    fs.readFileSync(path.join(this.root, file), 'utf8'));
		return this.texts.get(file);
	}

	/** Files under one of the folders ('' = all) with one of the endings. */
	list(folders, endings) {
		return this.files.filter(f =>
		    folders.some(d => d === '' || f.startsWith(`${d}/`)) &&
		    endings.some(e => f.endsWith(e)));
	}

	/** C files, parsed, of some folders (default: all). */
	c(folders = [''], endings = ['.c', '.h']) {
		return this.list(folders, endings).map(file => {
			if (!this.parsed.has(file))
				this.parsed.set(file, parseC(file, this.text(file)));
			return this.parsed.get(file);
		});
	}
}

export function projectTree(root) {
	const files = [...new Set(listProject(root))].filter(f =>
	    !f.startsWith(FIXTURES) && fs.existsSync(path.join(root, f)) &&
	    fs.statSync(path.join(root, f)).isFile());
	return new Tree(root, root, files.sort());
}

export function fixtureTree(project, folder) {
	const files = walk(folder, '', []).filter(f => f !== 'expect');
	return new Tree(project, folder, files.sort());
}
