/**
 * Starting and stopping what is measured: livebin by deploy/run, and the
 * references behind a lighttpd of the same settings. All of it ends with the
 * run, whatever happens.
 */
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import {spawn, spawnSync} from 'node:child_process';

const UP_WAIT_MS = 15000;
const DOWN_WAIT_MS = 10000;
const running = new Set();

/** Limits off, or out of reach: they are measured by tests, not here. */
const NO_LIMITS = {
	LIVEBIN_CREATE_PER_HOUR: '0',
	LIVEBIN_OFFERS_PER_MINUTE: '0',
	LIVEBIN_SIGNALS_PER_MINUTE: '0',
	LIVEBIN_VIEWS_PER_MINUTE: '0',
	LIVEBIN_MEDIA_PER_MINUTE: '1000000',
	LIVEBIN_MAX_PEERS: '5000',
	LIVEBIN_PARKED_MAX: '20000',
};

export function sleep(ms) {
	return new Promise(resolve => setTimeout(resolve, ms));
}

function freePort() {
	return new Promise((resolve, reject) => {
		const server = net.createServer();
		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const {port} = server.address();
			server.close(() => resolve(port));
		});
	});
}

async function isUp(url) {
	try {
		return (await fetch(url)).status < 500;
	} catch {
		return false;
	}
}

/**
 * Makes a folder whose folders lie apart on the disk, where the file system
 * can: an ext4 without a journal steps over every inode that was freed in the
 * last minutes nearby, and one side's files must not slow the other's down.
 */
export function makeFolder(folder) {
	fs.mkdirSync(folder, {recursive: true});
	spawnSync('chattr', ['+T', folder], {stdio: 'ignore'});
}

/** The path of a process's program; empty where there is none any more. */
function programOf(pid) {
	try {
		return fs.readlinkSync(`/proc/${pid}/exe`);
	} catch {
		return '';
	}
}

class Server {
	constructor(name, port, child, log) {
		this.name = name;
		this.port = port;
		this.child = child;
		this.pid = child.pid;
		this.log = log;
		this.ended = new Promise(resolve => child.once('exit', resolve));
		this.url = `http://127.0.0.1:${port}`;
	}

	/** Resolves when `probe` answers; the log's end explains a failure. */
	async ready(probe) {
		for (const end = Date.now() + UP_WAIT_MS; Date.now() < end;) {
			if (await isUp(this.url + probe))
				return this;
			if (this.child.exitCode !== null)
				break;
			await sleep(50);
		}
		const said = fs.readFileSync(this.log, 'utf8').slice(-600);
		throw new Error(`${this.name} does not come up: ${said}`);
	}

	async stop() {
		running.delete(this);
		if (this.child.exitCode !== null || this.child.signalCode !== null)
			return;
		/* lighttpd doesn't wait for its programs: we do. */
		const all = this.processes();
		const isThere = ({pid}) => fs.existsSync(`/proc/${pid}`);
		this.child.kill('SIGTERM');
		for (const end = Date.now() + DOWN_WAIT_MS; all.some(isThere);) {
			if (Date.now() > end) {
				all.filter(isThere).forEach(p => process.kill(p.pid, 'SIGKILL'));
				throw new Error(`${this.name} had to be killed`);
			}
			await sleep(20);
		}
		await this.ended;
	}

	/** `/proc` of every process below this one: `{pid, exe}`. */
	processes() {
		const parents = new Map();
		for (const pid of fs.readdirSync('/proc').filter(n => /^\d+$/.test(n))) {
			try {
				const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
				const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
				parents.set(Number(pid), Number(parent));
			} catch {
				/* It ended while we looked. */
			}
		}
		const below = pid => pid === this.pid ||
		    (parents.has(pid) && below(parents.get(pid)));
		return [...parents.keys()].filter(below).map(pid => ({pid,
			exe: programOf(pid)}));
	}

	/** Resident memory (KB) of the programs with this file name. */
	residentKb(program) {
		let sum = 0;
		for (const {pid, exe} of this.processes()) {
			if (path.basename(exe) !== program)
				continue;
			const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
			sum += Number(/^VmRSS:\s+(\d+)/m.exec(status)[1]);
		}
		return sum;
	}

	/** Environment of a running program: how the server started it. */
	environment(program) {
		const {pid} = this.processes().find(
		    p => path.basename(p.exe) === program);
		const text = fs.readFileSync(`/proc/${pid}/environ`, 'utf8');
		return Object.fromEntries(text.split('\0').filter(v => v !== '')
		    .map(v => [v.slice(0, v.indexOf('=')), v.slice(v.indexOf('=') + 1)]));
	}
}

function launch(name, port, command, env, folder) {
	const log = path.join(folder, `${name}.log`);
	const out = fs.openSync(log, 'a');
	const child = spawn(command[0], command.slice(1), {
		env: {...process.env, ...env}, stdio: ['ignore', out, out]});
	fs.closeSync(out);
	const server = new Server(name, port, child, log);
	running.add(server);
	return server;
}

/**
 * @param {{env?: Object<string, string>, root?: string}} [options] more
 *     settings; another folder that holds what the project's root does
 * @returns {Promise<Server>} livebin with a data folder of its own
 */
export async function startLivebin(ctx, name = 'livebin',
    {env = {}, root = ctx.root} = {}) {
	const port = await freePort();
	const data = path.join(ctx.tmp, name);
	makeFolder(data);
	const server = launch(name, port, [path.join(root, 'deploy/run')],
	    {...NO_LIMITS, PORT: String(port), BIND: '127.0.0.1', DATA: data,
		BUILD: ctx.build, ...env}, ctx.tmp);
	server.data = data;
	return server.ready('/api/live/active');
}

/** What livebin's own lighttpd.conf sets for the server as a whole. */
function sharedSettings(ctx) {
	const file = path.join(ctx.root, 'lighttpd.conf');
	const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
	const keep = /^server\.(max-|event-|network-|stream-|listen-|kbytes-|feature-)[\w-]*\s*\+?=\s*(\d+|"[\w-]+")\s*$/;
	return text.split('\n').filter(line => keep.test(line.trim()));
}

/** A lighttpd of livebin's settings, which serves `www` and what `more` says. */
async function startLighttpd(ctx, more) {
	const port = await freePort();
	const folder = path.join(ctx.tmp, `reference-${port}`);
	makeFolder(folder);
	for (const name of ['www', 'upload'])
		fs.mkdirSync(path.join(folder, name));
	const {modules, lines, probe} = more(folder);
	fs.writeFileSync(path.join(folder, 'lighttpd.conf'), [
		`server.modules = ( "${modules}" )`,
		`server.port = ${port}`,
		'server.bind = "127.0.0.1"',
		`server.document-root = "${folder}/www"`,
		`server.errorlog = "${folder}/error.log"`,
		`server.upload-dirs = ( "${folder}/upload" )`,
		'mimetype.assign = ( ".json" => "application/json" )',
		...sharedSettings(ctx), ...lines, ''].join('\n'));
	const server = launch(`reference-${port}`, port,
	    ['lighttpd', '-D', '-f', path.join(folder, 'lighttpd.conf')], {},
	    ctx.tmp);
	return server.ready(probe);
}

/**
 * The same with an echo program behind /echo and a static file /static.json,
 * both of the body given.
 * @param {string} response a whole CGI response for the echo
 * @param {Buffer|string} body the static file
 * @param {{stores?: boolean}} [options] each body that comes becomes a file
 */
export function startReference(ctx, response, body, {stores = false} = {}) {
	return startLighttpd(ctx, folder => {
		const store = path.join(folder, 'stored');
		fs.mkdirSync(store);
		fs.writeFileSync(path.join(folder, 'response'), response);
		fs.writeFileSync(path.join(folder, 'www/static.json'), body);
		return {modules: 'mod_fastcgi', probe: '/echo', lines: [
			'fastcgi.server = ( "/echo" => ((',
			`	"socket" => "${folder}/echo.sock",`,
			`	"bin-path" => "${ctx.tool('echo')} ${folder}/response` +
			    `${stores ? ` ${store}` : ''}",`,
			'	"max-procs" => 1, "check-local" => "disable",',
			/* Like livebin's own: no waiting for the web server to close. */
			'	"bin-environment" => ( "LIBFCGI_OS_CLOSE_POLL_TIMEOUT" => "0" )',
			')) )']};
	});
}

/** The same with folders /0, /1, ... that take any PUT by themselves. */
export function startWebdav(ctx, folders) {
	return startLighttpd(ctx, folder => {
		for (let i = 0; i < folders; i++)
			fs.mkdirSync(path.join(folder, 'www', String(i)));
		return {modules: 'mod_webdav', probe: '/', lines: [
			'webdav.activate = "enable"']};
	});
}

export async function stopAll() {
	await Promise.all([...running].map(server => server.stop()));
}
