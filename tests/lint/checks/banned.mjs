/**
 * Functions that have no place here, and the environment, which is read in
 * one place and before threads start.
 */
const BANNED = ['strcpy', 'strcat', 'sprintf', 'vsprintf', 'gets', 'strtok',
	'atoi', 'atol', 'atoll', 'atof', 'scanf', 'sscanf', 'fscanf', 'vscanf',
	'vsscanf', 'vfscanf', 'rand', 'srand', 'random', 'srandom', 'localtime',
	'gmtime', 'ctime', 'asctime', 'system', 'popen', 'select', 'alloca',
	'strncpy', 'strncat', 'tmpnam', 'mktemp', 'setjmp', 'longjmp', 'vfork'];
const CALL = new RegExp(`\\b(${BANNED.join('|')})\\s*\\(`, 'g');
const ENVIRONMENT = /\b((?:secure_)?getenv|environ)\b/g;
/** Plain CGI hands the request over in the environment: the engine's. */
const REQUEST_HOME = 'src/http/engine.c';
/** What other programs are started with is chosen out of it. */
const HAND_ON_HOME = 'src/base/process.c';
const ENVIRONMENT_HOME = 'src/base/config.c';

export default {
	name: 'banned',
	about: 'no banned function, no getenv outside src/base/config.c',
	async run(tree) {
		const out = [];
		for (const c of tree.c()) {
			for (const m of c.code.matchAll(CALL))
				out.push({file: c.path, line: c.lineOf(m.index),
					text: `${m[1]} is banned`});
			const product = /^(src|cgi-bin|include)\//.test(c.path);
			if (!product || c.path === ENVIRONMENT_HOME)
				continue;
			for (const m of c.code.matchAll(ENVIRONMENT)) {
				if (m[1] === 'environ' &&
				    [REQUEST_HOME, HAND_ON_HOME].includes(c.path))
					continue;
				out.push({file: c.path, line: c.lineOf(m.index),
					text: `${m[1]}: configuration is read in ` +
					    ENVIRONMENT_HOME});
			}
		}
		return out;
	},
};
