/**
 * HTTP as bytes: any method, headers and body, one connection each, nothing followed, decoded or retried.
 */
import http from 'node:http';
import net from 'node:net';

import { sleep, until } from './wait.js';

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {Record<string, string>} headers names in lower case
 * @property {Buffer} raw
 * @property {string} text
 * @property {any} json the body parsed, or undefined where its type isn't JSON
 */

/** @typedef {import('node:net').Socket} Socket */

/** @returns {Answer} */
function answer(status, headers, raw) {
	const text = raw.toString('utf8');
	let json;
	if (/^application\/([a-z]+\+)?json\b/.test(headers['content-type'] ?? '') && raw.length > 0) {
		try {
			json = JSON.parse(text);
		} catch {
			throw new Error(`the body says JSON and isn't: ${text.slice(0, 400)}`);
		}
	}
	return { status, headers, raw, text, json };
}

/**
 * Reads a response to its end.
 * @param {import('node:http').IncomingMessage} response
 * @returns {Promise<Answer>}
 */
export function collect(response) {
	return new Promise((resolve, reject) => {
		const chunks = [];
		response.on('data', (chunk) => chunks.push(chunk));
		response.on('error', reject);
		response.on('end', () => {
			try {
				resolve(answer(response.statusCode, response.headers, Buffer.concat(chunks)));
			} catch (error) {
				reject(error);
			}
		});
	});
}

/**
 * One request on a connection of its own.
 * @param {number} port
 * @param {string} method
 * @param {string} path
 * @param {object} [options]
 * @param {Record<string, string | string[]>} [options.headers]
 * @param {string | Buffer} [options.body] sent with Content-Length
 * @param {string} [options.localAddress] 127.0.0.x, to be another client
 * @param {number} [options.timeout] milliseconds
 * @param {(socket: Socket) => void} [options.onSocket]
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<Answer>}
 */
export function send(port, method, path, options = {}) {
	const { headers = {}, body, localAddress, timeout = 60_000, onSocket, signal } = options;
	return new Promise((resolve, reject) => {
		const request = http.request({
			host: '127.0.0.1', port, method, path, localAddress, signal, agent: false,
			headers: body === undefined ? headers : { 'content-length': Buffer.byteLength(body), ...headers },
		});
		request.on('response', (response) => collect(response).then(resolve, reject));
		request.on('error', (error) => {
			error.message += ` (${method} ${path})`;
			reject(error);
		});
		request.setTimeout(timeout, () => request.destroy(new Error(`no answer in ${timeout} ms`)));
		if (onSocket) request.on('socket', onSocket);
		request.end(body);
	});
}

/**
 * Sends these very bytes and reads until the server closes or the answer is whole.
 * @param {number} port
 * @param {string} bytes a whole request, "Connection: close" among its headers
 * @returns {Promise<Answer>}
 */
export function sendBytes(port, bytes) {
	return new Promise((resolve, reject) => {
		const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
		const chunks = [];
		socket.setTimeout(30_000, () => socket.destroy(new Error('no answer in 30 s')));
		socket.on('data', (chunk) => chunks.push(chunk));
		socket.on('error', reject);
		socket.on('end', () => {
			socket.end();
			const all = Buffer.concat(chunks);
			const split = all.indexOf('\r\n\r\n');
			if (split < 0) return reject(new Error(`no HTTP answer but: ${all.toString('latin1').slice(0, 200)}`));
			const [line, ...rest] = all.subarray(0, split).toString('latin1').split('\r\n');
			const headers = {};
			for (const header of rest) {
				const colon = header.indexOf(':');
				headers[header.slice(0, colon).toLowerCase()] = header.slice(colon + 1).trim();
			}
			resolve(answer(Number(line.split(' ')[1]), headers, all.subarray(split + 4)));
		});
	});
}

/**
 * A request that is left hanging, to be broken off one way or the other.
 *
 * It goes over a connection that had another request before it, as a browser's do: lighttpd 1.4.69 doesn't watch a
 * connection whose request it read in the same turn that it accepted it, and so misses its reset.
 */
export class Hanging {
	#host;

	/** @param {number} port */
	constructor(port) {
		this.received = '';
		this.#host = `127.0.0.1:${port}`;
		this.socket = net.connect(port, '127.0.0.1');
		this.socket.on('data', (chunk) => { this.received += chunk.toString('latin1'); });
		this.socket.on('error', () => {});
		this.closed = new Promise((done) => this.socket.once('close', done));
	}

	/** True when an answer is there, whole. */
	#answered() {
		const [head, body] = this.received.split('\r\n\r\n');
		const length = /^content-length: *(\d+)/im.exec(head);
		return body !== undefined && length !== null && body.length >= Number(length[1]);
	}

	#send(path, headers = {}) {
		this.received = '';
		const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
		return new Promise((done) => this.socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${lines}\r\n`, done));
	}

	/**
	 * Resolves when the request is sent.
	 * @param {number} port
	 * @param {string} path
	 * @param {Record<string, string>} headers
	 */
	static async open(port, path, headers) {
		const hanging = new Hanging(port);
		await hanging.#send('/health');
		await until('the connection was answered once', () => hanging.#answered(), { every: 10 });
		await sleep(100);
		await hanging.#send(path, headers);
		return hanging;
	}

	/** Closes politely: the server sees FIN. */
	fin() {
		this.socket.end();
	}

	/** Breaks off: the server sees RST. */
	rst() {
		this.socket.resetAndDestroy();
	}
}
