/**
 * A server in front of the real one, which lets a test say what media a stream has before any was sent: it hands
 * everything on, adds to the stream objects that pass, and serves playlists and segments of its own under /live/.
 */
import { createServer, request as ask } from 'node:http';
import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

const TYPES = {
	'.m3u8': 'application/vnd.apple.mpegurl', '.m4s': 'video/iso.segment', '.mp4': 'video/mp4', '.jpg': 'image/jpeg',
	'.vtt': 'text/vtt', '.ts': 'video/mp2t', '.aac': 'audio/aac',
};

export class Front {
	/** @param {import('./server.js').Server} server */
	constructor(server) {
		this.server = server;
		/** What is added to a stream, by its id. @type {Map<string, object>} */
		this.additions = new Map();
		/** Files that aren't on the disk, and folders, by the name of their folder. @type {Map<string, Broadcast>} */
		this.media = new Map();
		/** What GET replays lists. @type {object[]} */
		this.replays = [];
		/** Paths below /live/ that were asked for. @type {string[]} */
		this.asked = [];
		/** Open event streams: the videoId, the last stream that passed, and how to send another. */
		this.listeners = new Set();
	}

	async start() {
		this.http = createServer((request, response) => {
			this.#handle(request, response).catch((error) => response.destroy(error));
		});
		await new Promise((done) => this.http.listen(0, '127.0.0.1', done));
		this.url = `http://127.0.0.1:${this.http.address().port}`;
		return this;
	}

	async stop() {
		this.http.closeAllConnections();
		await new Promise((done) => this.http.close(done));
	}

	/** From now on this stream has these members too; whoever listens hears of it at once. */
	add(videoId, members) {
		this.additions.set(videoId, { ...this.additions.get(videoId), ...members });
		for (const listener of this.listeners)
			if (listener.videoId === videoId && listener.last) listener.send(listener.last);
	}

	#with(stream) {
		return { ...stream, ...this.additions.get(stream.videoId) };
	}

	async #handle(request, response) {
		const path = request.url.split('?')[0];
		const [, root, folder] = path.split('/');
		const events = /^\/api\/live\/([^/]+)\/events$/.exec(path);
		if (root === 'live') this.#serve(folder, basename(path), path, response);
		else if (path === '/api/live/replays') this.#list(request, response);
		else if (events) await this.#passEvents(request, response, events[1]);
		else await this.#pass(request, response, /^\/api\/live\/[A-Za-z0-9_-]{21}$/.test(path));
	}

	#serve(folder, name, path, response) {
		this.asked.push(path);
		let body;
		try {
			body = this.media.get(folder)?.file(name);
		} catch {
			body = undefined;
		}
		if (body === undefined) {
			response.writeHead(404).end();
			return;
		}
		response.writeHead(200, { 'content-type': TYPES[extname(name)], 'cache-control': 'no-cache' });
		response.end(body);
	}

	#list(request, response) {
		const query = new URL(request.url, this.url).searchParams;
		const from = Number(query.get('cursor') ?? 0);
		const to = from + Number(query.get('limit'));
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(JSON.stringify({
			streams: this.replays.slice(from, to), nextCursor: to < this.replays.length ? String(to) : null,
		}));
	}

	/** The real server's answer to a request that came here. */
	#ask(request) {
		return new Promise((done, fail) => {
			const { 'accept-encoding': _, ...headers } = request.headers;
			const options = { port: this.server.port, host: '127.0.0.1', method: request.method, path: request.url, headers };
			const onward = ask(options, done);
			onward.on('error', fail);
			request.on('close', () => request.readableEnded || onward.destroy());
			request.pipe(onward);
		});
	}

	async #pass(request, response, isStream) {
		const answer = await this.#ask(request);
		response.on('close', () => answer.destroy());
		if (!isStream || answer.statusCode !== 200) {
			response.writeHead(answer.statusCode, answer.headers);
			answer.pipe(response);
			return;
		}
		let text = '';
		for await (const chunk of answer.setEncoding('utf8')) text += chunk;
		const { 'content-length': _, 'transfer-encoding': __, ...headers } = answer.headers;
		response.writeHead(200, headers);
		response.end(JSON.stringify(this.#with(JSON.parse(text))));
	}

	async #passEvents(request, response, videoId) {
		const answer = await this.#ask(request);
		response.writeHead(answer.statusCode, answer.headers);
		const send = (stream) => {
			listener.last = stream;
			response.write(`event: stream\ndata: ${JSON.stringify(this.#with(stream))}\n\n`);
		};
		const listener = { videoId, last: null, send };
		this.listeners.add(listener);
		response.on('close', () => {
			this.listeners.delete(listener);
			answer.destroy();
		});
		answer.on('error', () => response.destroy());
		answer.on('end', () => response.end());
		let rest = '';
		answer.setEncoding('utf8').on('data', (chunk) => {
			const blocks = (rest + chunk).split('\n\n');
			rest = blocks.pop();
			for (const block of blocks) {
				const data = /^event: ?stream\n/m.test(block) && /^data: ?(.*)$/m.exec(block);
				if (data) send(JSON.parse(data[1]));
				else response.write(`${block}\n\n`);
			}
		});
	}
}

/**
 * A broadcast that goes on: segments of one second that lie in a folder, told of one after the other, as time
 * passes. `file` gives what a path of it answers.
 */
export class Broadcast {
	/** @param {string} folder @param {{ seconds: number, told: number, window?: number }} options `told`: how many at once */
	constructor(folder, { seconds, told, window = 10 }) {
		this.folder = folder;
		this.seconds = seconds;
		this.window = window;
		this.begunAt = Date.now() - told * 1000;
		this.toldAtEnd = null;
		/** Other contents for a name, or null for none. @type {Map<string, string | null>} */
		this.instead = new Map();
	}

	/** How many segments players know of. */
	get told() {
		return this.toldAtEnd ?? Math.min(this.seconds, Math.floor((Date.now() - this.begunAt) / 1000));
	}

	/** No more segments come, and the playlists say so. */
	end() {
		this.toldAtEnd = this.told;
	}

	file(name) {
		if (this.instead.has(name)) return this.instead.get(name) ?? undefined;
		if (name === 'index.m3u8') return this.#playlist(Math.max(0, this.told - this.window), '');
		if (name === 'dvr.m3u8') return this.#playlist(0, '#EXT-X-PLAYLIST-TYPE:EVENT\n');
		if (name === 'replay.m3u8') return this.#playlist(0, '#EXT-X-PLAYLIST-TYPE:VOD\n', true);
		return readFileSync(join(this.folder, name));
	}

	#playlist(from, more, isWhole = this.toldAtEnd !== null) {
		const rows = [];
		for (let i = from; i < this.told; i++) rows.push(`#EXTINF:1.000,\nr0-${i}.m4s`);
		return `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:${from}\n${more}` +
			`#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI="r0-init0.mp4"\n${rows.join('\n')}\n` +
			(isWhole ? '#EXT-X-ENDLIST\n' : '');
	}
}

/** @param {import('./server.js').Server} server */
export const startFront = (server) => new Front(server).start();
