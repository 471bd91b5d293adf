/**
 * What takes a page's pushes in a test: a server of its own in front of the real one. PUTs to a stream's media are
 * kept in a folder and may be made to fail; all else is handed on to the real server as it is.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const MEDIA = /^\/api\/live\/([A-Za-z0-9_-]+)\/media\/([A-Za-z0-9._-]+)$/;

/**
 * A media playlist as the receiver reads it.
 * @typedef {{ name: string, init: string, seconds: number, atMs: number, isGap: boolean, isDiscontinuity: boolean }} Row
 * @param {string} text
 */
export function readList(text) {
	const rows = [];
	let row = {};
	let init = '';
	for (const line of text.trimEnd().split('\n')) {
		if (line.startsWith('#EXT-X-MAP:')) [, init] = /URI="([^"]+)"/.exec(line);
		else if (line === '#EXT-X-GAP') row.isGap = true;
		else if (line === '#EXT-X-DISCONTINUITY') row.isDiscontinuity = true;
		else if (line.startsWith('#EXTINF:')) row.seconds = Number.parseFloat(line.slice(8));
		else if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) row.atMs = Date.parse(line.slice(25));
		else if (!line.startsWith('#')) {
			rows.push({ isGap: false, isDiscontinuity: false, ...row, name: line, init });
			row = {};
		}
	}
	const number = (tag) => Number(new RegExp(`^#${tag}:(\\d+)$`, 'm').exec(text)?.[1]);
	return { rows, first: number('EXT-X-MEDIA-SEQUENCE'), target: number('EXT-X-TARGETDURATION'), text };
}

export class Receiver {
	#server;
	#realPort;
	#agent = new http.Agent({ keepAlive: true });
	#busy = 0;
	port = 0;
	folder = mkdtempSync(join(tmpdir(), 'livebin-test-push-'));
	/** What was asked, in order, with the status that it got (0: cut off). */
	requests = [];
	/** Every list that was taken. @type {ReturnType<typeof readList>[]} */
	lists = [];
	/** What was wrong with requests. */
	faults = [];
	/** @type {(name: string, key: string) => null | 'cut' | { status: number, retryAfter?: number, title?: string }} */
	fail = () => null;
	/** What was POSTed to the real server: `{ url, body }`. */
	posts = [];
	/** Changes the real server's text answers. @type {(text: string) => string} */
	rewrite = (text) => text;

	/** @param {number} realPort */
	constructor(realPort) {
		this.#realPort = realPort;
	}

	get url() {
		return `http://127.0.0.1:${this.port}`;
	}

	async start() {
		this.#server = http.createServer((request, response) => {
			const media = MEDIA.exec(request.url);
			if (media && request.method === 'PUT') this.#take(request, response, media[2]);
			else if (request.url.startsWith('/kept/')) this.#give(request.url.slice(6), response);
			else this.#pass(request, response);
		});
		await new Promise((done) => this.#server.listen(0, '127.0.0.1', done));
		this.port = this.#server.address().port;
	}

	stop() {
		this.#server?.closeAllConnections();
		this.#server?.close();
		this.#agent.destroy();
		rmSync(this.folder, { recursive: true, force: true });
	}

	/** @param {http.IncomingMessage} request @param {http.ServerResponse} response @param {string} name */
	async #take(request, response, name) {
		const chunks = [];
		this.#busy += 1;
		if (this.#busy > 1) this.faults.push(`${name} while another is under way`);
		try {
			for await (const chunk of request) chunks.push(chunk);
		} catch {
			return;
		} finally {
			this.#busy -= 1;
		}
		const body = Buffer.concat(chunks);
		if (Number(request.headers['content-length']) !== body.length) this.faults.push(`${name} without its length`);
		const [, key] = /^Bearer ([\w-]+)$/.exec(request.headers.authorization ?? '') ?? [];
		if (!key) this.faults.push(`${name} without a key`);
		const failure = this.fail(name, key);
		this.requests.push({ name, status: failure === 'cut' ? 0 : failure?.status ?? 201, bytes: body.length });
		if (failure === 'cut') {
			request.socket.destroy();
			return;
		}
		if (!failure) this.#keep(name, body);
		const headers = { 'content-type': 'application/problem+json' };
		if (failure?.retryAfter) headers['retry-after'] = String(failure.retryAfter);
		response.writeHead(failure?.status ?? 201, headers);
		response.end(JSON.stringify({ title: failure?.title ?? 'Refused' }));
	}

	/** @param {string} name @param {Buffer} body */
	#keep(name, body) {
		if (name.endsWith('.m3u8')) this.lists.push(readList(body.toString()));
		mkdirSync(this.folder, { recursive: true });
		writeFileSync(join(this.folder, name), body);
	}

	/** What was kept, for a page that plays it. @param {string} name @param {http.ServerResponse} response */
	#give(name, response) {
		response.writeHead(200, { 'content-type': 'video/mp4' });
		response.end(this.read(basename(name)));
	}

	/** @param {http.IncomingMessage} request @param {http.ServerResponse} response */
	#pass(request, response) {
		const { method, url, headers } = request;
		const on = http.request({ port: this.#realPort, method, path: url, headers, agent: this.#agent }, (answer) => {
			const isText = /json|event-stream/.test(answer.headers['content-type'] ?? '');
			const given = { ...answer.headers };
			if (isText) delete given['content-length'];
			response.writeHead(answer.statusCode, given);
			response.flushHeaders();
			answer.on('data', (chunk) => response.write(isText ? this.rewrite(chunk.toString()) : chunk));
			answer.on('end', () => response.end());
		});
		on.on('error', () => response.destroy());
		response.on('close', () => on.destroy());
		request.pipe(on);
		if (method !== 'POST') return;
		let body = '';
		request.on('data', (chunk) => { body += chunk; });
		request.on('end', () => this.posts.push({ url, body }));
	}

	/** Begins anew: what comes now is another encoder's. */
	forget() {
		this.lists = [];
		this.requests = [];
	}

	/** Everything that was ever listed, once, in order. @returns {Row[]} */
	get all() {
		const rows = [];
		for (const list of this.lists)
			list.rows.forEach((row, i) => { rows[list.first + i] = row; });
		return rows;
	}

	/** @param {string} name */
	read(name) {
		return readFileSync(join(this.folder, name));
	}
}

/**
 * The frames of an init section and the segments behind it, as ffprobe sees them.
 * @param {Receiver} receiver @param {string} init @param {string[]} names
 */
export function probe(receiver, init, names) {
	const path = join(receiver.folder, 'probe.mp4');
	writeFileSync(path, Buffer.concat([init, ...names].map((name) => receiver.read(name))));
	const text = execFileSync('ffprobe', ['-v', 'warning', '-of', 'json', '-show_streams', '-show_packets', path],
		{ encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });
	const { streams, packets } = JSON.parse(text);
	return streams.map((stream) => ({
		kind: stream.codec_type, codec: stream.codec_name, width: stream.width, height: stream.height,
		packets: packets.filter((packet) => packet.stream_index === stream.index).map((packet) => ({
			at: Number(packet.pts_time), seconds: Number(packet.duration_time ?? 0), isKey: packet.flags.startsWith('K'),
		})),
	}));
}

/** What a decoder finds wrong with an init section and the segments behind it; nothing, one hopes. */
export function decodeErrors(receiver, init, names) {
	const path = join(receiver.folder, 'decode.mp4');
	writeFileSync(path, Buffer.concat([init, ...names].map((name) => receiver.read(name))));
	try {
		execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-f', 'null', '-'], { encoding: 'utf8', stdio: 'pipe' });
		return '';
	} catch (error) {
		return error.stderr;
	}
}

/**
 * Asserts that every list overlaps the one before it, keeps its target, and says the same of a segment each time.
 * @param {Receiver} receiver
 */
export function assertListsGoOn(receiver) {
	assert.ok(receiver.lists.length > 0, 'no list was taken');
	const [{ target }] = receiver.lists;
	receiver.lists.forEach((list, i) => {
		assert.equal(list.target, target);
		for (const row of list.rows) assert.ok(Math.round(row.seconds) <= target, `${row.name} lasts ${row.seconds} s`);
		const before = receiver.lists[i - 1];
		if (!before) return;
		assert.ok(list.first >= before.first, 'the sequence goes back');
		assert.ok(list.first < before.first + before.rows.length, 'a list follows the last one without overlap');
		before.rows.slice(list.first - before.first).forEach((row, k) => assert.deepEqual(list.rows[k], {
			...row, isDiscontinuity: list.rows[k].isDiscontinuity,
		}));
	});
}
