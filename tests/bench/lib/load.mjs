/** Load generators, and the few requests that a bench sets the stage with. */
import {execFile} from 'node:child_process';
import http from 'node:http';

const OUTPUT_MAX = 1 << 24;

function exec(file, args, options = {}) {
	return new Promise((resolve, reject) => {
		execFile(file, args, {maxBuffer: OUTPUT_MAX, ...options},
		    (fault, out, err) => fault === null ? resolve(out) :
			reject(new Error(`${file.split('/').pop()}: ${err || fault.message}`)));
	});
}

/** @returns {Promise<number>} answers per second */
export async function wrk(url, {connections = 16, seconds}) {
	const out = await exec('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`,
		url]);
	if (/Non-2xx|Socket errors/.test(out))
		throw new Error(`wrk ${url}: ${out.replace(/\s+/g, ' ')}`);
	return Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]);
}

/** Runs a program of the bench that prints `name value` lines. */
export async function measure(file, args, options) {
	const out = await exec(file, args.map(String), options);
	return Object.fromEntries(out.trim().split('\n').map(line => {
		const [name, value] = line.split(' ');
		return [name, Number(value)];
	}));
}

async function post(url, body) {
	const answer = await fetch(url, {method: 'POST',
		headers: {'Content-Type': 'application/json'},
		body: JSON.stringify(body)});
	const text = await answer.text();
	if (!answer.ok)
		throw new Error(`POST ${url}: ${answer.status} ${text}`);
	return JSON.parse(text);
}

/** Streams on the air, or (`stop`) broadcast and over. */
export async function makeStreams(server, count, {stop = false} = {}) {
	for (let i = 0; i < count; i++) {
		const {videoId, streamKey} = await post(`${server.url}/api/live/create`,
		    {title: `Stream ${i} of a bench`, description: 'On the air.'});
		const base = `${server.url}/api/live/${videoId}`;
		await post(`${base}/start`, {streamKey});
		if (stop)
			await post(`${base}/stop`, {streamKey});
	}
}

/** Headers that the web server or the moment adds, not the program. */
const NOT_OURS = new Set(['date', 'server', 'connection', 'keep-alive',
	'transfer-encoding', 'content-length', 'accept-ranges']);

/** An answer as the program must have written it: `{response, body}`. */
export function capture(url, {method = 'GET', body} = {}) {
	return new Promise((resolve, reject) => {
		const request = http.request(url, {method}, answer => {
			const parts = [];
			answer.on('data', part => parts.push(part));
			answer.on('end', () => {
				const whole = Buffer.concat(parts);
				const head = [`Status: ${answer.statusCode}`];
				const raw = answer.rawHeaders;
				for (let i = 0; i < raw.length; i += 2)
					if (!NOT_OURS.has(raw[i].toLowerCase()))
						head.push(`${raw[i]}: ${raw[i + 1]}`);
				head.push(`Content-Length: ${whole.length}`);
				resolve({body: whole, response: Buffer.concat([
					Buffer.from(`${head.join('\r\n')}\r\n\r\n`), whole])});
			});
		});
		request.once('error', reject);
		request.end(body);
	});
}
