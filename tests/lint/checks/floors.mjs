/**
 * The floors: an include names its floor, and arrows run downward only. What
 * belongs to one floor alone (a library, SQL, Linux's own headers) stays there.
 */

/** Where a file stands, and which floors it may name. */
const FLOORS = [
	[/^(src|include)\/base\//, ['base']],
	[/^(src|include)\/store\//, ['base', 'store']],
	[/^(src|include)\/http\//, ['base', 'http']],
	[/^(src|include)\/live\//, ['base', 'store', 'live']],
	[/^(src|include)\/worker\//, ['base', 'store', 'live', 'worker']],
	[/^(src|include)\/admin\//, ['base', 'live', 'admin']],
	[/^cgi-bin\//, ['base', 'http', 'live']],
];

/** Headers with a home: pattern, the folders that may include it. */
const HOMES = [
	[/^sqlite3/, ['src/store']],
	[/^fcgi/, ['src/http']],
	[/^json-c\//, ['src/http', 'src/live', 'cgi-bin']],
	[/^sodium/, ['src/base']],
	[/^(sys\/(epoll|inotify|eventfd|prctl|timerfd|signalfd|sendfile|syscall|random|fanotify|xattr|statfs|vfs|sysinfo|auxv|personality|pidfd)|linux\/.*|asm\/.*|sched)\.h$/,
		['src/base', 'src/http']],
];

/** The same libraries by the names that they export. */
const NAMES = [
	[/\bsqlite3_\w+/g, ['src/store', 'include/store']],
	[/\bFCG[XI]_\w+/g, ['src/http', 'include/http']],
	[/\b(sodium|crypto|randombytes)_\w+\s*\(/g, ['src/base']],
	[/\bjson_(object|tokener|pointer)_\w+\s*\(/g,
		['src/http', 'src/live', 'cgi-bin']],
];

const SQL = /(^"\s*|[;(]\s*)(SELECT\s|INSERT\s+(INTO|OR)\s|UPDATE\s+\w+\s+SET\s|UPDATE\s+OR\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s|PRAGMA\s|BEGIN\s+IMMEDIATE)/;

/** What a header's first comment says when it isn't for other floors. */
const PRIVATE = /^\/\*[^/]*\bFor src\/(\w+) alone\b/;

/** Headers that the Makefile makes, and who includes them. */
const MADE = new Map([['schema_sql.h', 'src/store/schema.c']]);

function under(file, folders) {
	return folders.some(f => file.startsWith(`${f}/`));
}

/** The floor that a header keeps for itself, or null. */
function privateTo(tree, name) {
	const file = `include/${name}`;
	return tree.files.includes(file) ?
	    PRIVATE.exec(tree.text(file))?.[1] ?? null : null;
}

/** door.h and door_x.h are every door's; signal_x.h is that of signal.c and signal_y.c. */
function isDoors(file, name) {
	const door = /^cgi-bin\/([a-z]+)/.exec(file);
	return door !== null &&
	    (/^door(_\w+)?\.h$/.test(name) || name.startsWith(`${door[1]}_`));
}

function checkQuoted(tree, c, {line, name, allowed}, out) {
	const floor = name.includes('/') ? name.split('/')[0] : '';
	const keeper = privateTo(tree, name);
	if (keeper !== null && !under(c.path, [`src/${keeper}`,
		`include/${keeper}`]))
		out.push({file: c.path, line,
			text: `"${name}" is for src/${keeper} alone`});
	if (floor === '') {
		const own = isDoors(c.path, name);
		const made = MADE.get(name) === c.path;
		if (!own && !made)
			out.push({file: c.path, line,
				text: `"${name}" doesn't name its floor`});
	} else if (!allowed.includes(floor)) {
		out.push({file: c.path, line,
			text: `"${name}": only ${allowed.join(', ')} may be named here`});
	}
}

function checkIncludes(tree, c, allowed, out) {
	const keeper = privateTo(tree, c.path.replace(/^include\//, ''));
	const home = keeper === null ? c.path : `src/${keeper}/`;
	/* Directives are found in the masked text, names in the real one. */
	c.codeLines.forEach((code, i) => {
		if (!/^\s*#\s*include\b/.test(code))
			return;
		const m = /include\s*(["<])([^">]+)[">]/.exec(c.lines[i]);
		if (m === null)
			return;
		if (m[1] === '"')
			checkQuoted(tree, c, {line: i + 1, name: m[2], allowed}, out);
		for (const [pattern, homes] of HOMES)
			if (pattern.test(m[2]) && !under(home, homes))
				out.push({file: c.path, line: i + 1,
					text: `<${m[2]}> belongs to ${homes.join(', ')}`});
	});
}

function checkNames(c, out) {
	for (const [pattern, homes] of NAMES) {
		if (under(c.path, homes))
			continue;
		for (const m of c.code.matchAll(pattern))
			out.push({file: c.path, line: c.lineOf(m.index),
				text: `${m[0]} belongs to ${homes.join(', ')}`});
	}
	for (const {offset, text} of c.literals)
		if (!under(c.path, ['src/store']) && SQL.test(text))
			out.push({file: c.path, line: c.lineOf(offset),
				text: 'SQL stands in src/store alone'});
}

export default {
	name: 'floors',
	about: 'arrows run downward only; every library has one floor',
	async run(tree) {
		const out = [];
		for (const c of tree.c(['src', 'include', 'cgi-bin'])) {
			const floor = FLOORS.find(([where]) => where.test(c.path));
			if (floor === undefined) {
				out.push({file: c.path, line: 1, text: 'stands on no floor'});
				continue;
			}
			checkIncludes(tree, c, floor[1], out);
			checkNames(c, out);
		}
		return out;
	},
};
