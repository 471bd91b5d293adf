/**
 * What an encoder sent and what was answered, seen on the line between it and the server. Nothing is changed; where
 * the server is away, the connection is cut.
 */
import http from 'node:http';

/**
 * @typedef {object} Passed
 * @property {string} name the file's
 * @property {number} status 0: no answer came
 * @property {string[]} listed of a playlist: the segments that it names
 */

export class Tap {
	/** In the order in which they began. @type {Passed[]} */
	passed = [];
	/** @type {() => number} */
	#port = () => 0;
	#server;
	port = 0;

	/** @param {() => number} port the server's */
	async start(port) {
		this.#port = port;
		this.#server = http.createServer((request, response) => {
			this.#pass(request, response).catch(() => response.destroy());
		});
		await new Promise((done) => this.#server.listen(0, '127.0.0.1', done));
		this.port = this.#server.address().port;
	}

	stop() {
		this.#server?.closeAllConnections();
		this.#server?.close();
	}

	/** An address of the server's, by way of this. */
	by(url) {
		return Object.assign(new URL(url), { port: String(this.port) }).href;
	}

	/** @param {http.IncomingMessage} request @param {http.ServerResponse} response */
	async #pass(request, response) {
		const seen = { name: String(request.url?.split('/').pop()), status: 0, listed: [] };
		this.passed.push(seen);
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		const body = Buffer.concat(chunks);
		if (seen.name.endsWith('.m3u8')) seen.listed = body.toString().split('\n').filter((line) => /^[^#]/.test(line));
		const headers = { ...request.headers, 'content-length': String(body.length) };
		delete headers['transfer-encoding'];
		delete headers.expect;
		const on = http.request({ port: this.#port(), method: request.method, path: request.url, headers });
		on.on('error', () => response.destroy());
		on.on('response', (answer) => {
			seen.status = answer.statusCode;
			response.writeHead(answer.statusCode, answer.headers);
			answer.pipe(response);
		});
		on.end(body);
	}

	/** Segments that were sent and listed, and both were taken. */
	get taken() {
		const isTaken = ({ status }) => status === 200 || status === 201;
		const listed = new Set(this.passed.filter(isTaken).flatMap((one) => one.listed));
		return this.passed.filter((one) => isTaken(one) && listed.has(one.name)).map(({ name }) => name);
	}

	/** Segments that began to be sent. */
	get begun() {
		return this.passed.filter(({ name }) => name.endsWith('.m4s')).map(({ name }) => name);
	}

	/** Segments whose sending was cut off. */
	get cut() {
		return this.passed.filter(({ name, status }) => name.endsWith('.m4s') && status === 0).map(({ name }) => name);
	}

	/** Lists that were refused. */
	get refused() {
		return this.passed.filter(({ name, status }) => name.endsWith('.m3u8') && status === 409).map(({ name }) => name);
	}
}
