/**
 * Clients at work, several kinds at once, who keep books of what they were told. A client is a function that makes
 * ready and gives what it then does until the load ends; whatever isn't answered meanwhile it bears.
 */
import assert from 'node:assert/strict';

import { JOBS_MS } from './broadcast.js';
import { Encoder, target } from './encoder.js';
import { count, follow, insist, stubborn, tried } from './harm.js';
import { Broadcast, digest } from './hls.js';
import { Film, Ledger, Mailbox, Stream } from './ledger.js';
import { Viewer, onAir } from './peers.js';
import { sleep, until } from './wait.js';

/** What the servers of such tests are started with. */
export const ROOMY = {
	LIVEBIN_MAILBOX_MAX: '100000', LIVEBIN_MAX_PEERS: '100000', LIVEBIN_MEDIA_PER_MINUTE: '0', LIVEBIN_JOB_ATTEMPTS: '100', LIVEBIN_JOB_RETRY: '1',
};
const TOLERANT = { tolerant: true };
const LAST = 1_000_000_000;
const STREAMS_MAX = 500;
const SEGMENTS_MAX = 500;

/** @typedef {(load: Load) => Promise<() => Promise<void>>} LoadClient */

export class Load {
	/** @param {import('./client.js').Client} api @param {() => number} random */
	constructor(api, random) {
		this.api = api;
		this.random = random;
		this.ledger = new Ledger();
		/** What pushed, and to where. @type {{ film: Film, to: import('./encoder.js').Target }[]} */
		this.pushed = [];
	}

	#goesOn = true;
	#running = [];

	goesOn = () => this.#goesOn;

	/** Makes all of them ready, then lets them begin. @param {LoadClient[]} clients */
	async begin(clients) {
		const runs = await Promise.all(clients.map((client) => client(this)));
		this.#running = runs.map((run) => run());
	}

	/** Lets them finish what they have begun. Nothing may be harmed any more. */
	async end() {
		this.#goesOn = false;
		await Promise.all(this.#running);
	}

	/** The same, and while it goes on `harm`. */
	async while(harm) {
		const early = Promise.all(this.#running).then(() => {
			if (this.#goesOn) assert.fail('the clients were done before the harm was');
		});
		// After a failure nobody waits for them.
		early.catch(() => {});
		try {
			await Promise.race([harm(), early]);
		} catch (error) {
			this.#goesOn = false;
			throw error;
		}
		await this.end();
	}

	/** Every recording that was asked for is finished. */
	async untilMade() {
		await until('every replay is there', async () => {
			const streams = await Promise.all(this.pushed.map(({ to }) => this.api.get(to.id)));
			return streams.every(({ json: { recording } }) => recording?.state === 'READY' && recording.progress === null);
		}, { every: 250, timeout: JOBS_MS });
	}

	/** Reads what is there of what was acknowledged. */
	async look() {
		for (const stream of this.ledger.streams) {
			const { status, json } = await insist('the stream is read', () => this.api.get(stream.id, TOLERANT));
			assert.ok(status === 200 || status === 404, json);
			stream.found = status === 200 ? { isLive: json.isLiveNow } : null;
		}
		for (const { film, to } of this.pushed)
			film.found = await (await Broadcast.of(this.api, to)).digests('dvr.m3u8');
	}
}

/** Numbers one way, at last one that is sent until it is taken. */
async function oneWay(load, name, reader, send) {
	const box = load.ledger.open(new Mailbox(name));
	const reads = follow(load.api, reader, (n) => n === LAST, (n) => box.read(n));
	await count(send, load.goesOn, (n, isTaken) => box.note(n, isTaken));
	await insist('the last number is taken', () => send(LAST));
	box.note(LAST, true);
	await reads;
	box.readOnce(LAST);
}

/** A viewer and a publisher: offers, answers and candidates both ways, and long-polls that read them. */
export async function talk(load) {
	const { api } = load;
	const stream = await onAir(api);
	const viewer = await Viewer.join(api, stream);
	await stream.publisher.next('offer');
	await viewer.read();
	const post = (secret, type, data, to) => api.signal(stream.id, secret, { type, data, to },
		{ ...TOLERANT, headers: { prefer: 'respond-async' } });
	const up = (n) => post(viewer.secret, n % 7 === 3 ? 'offer' : 'ice-candidate', n);
	const down = (n) => post(stream.key, n % 5 === 2 ? 'answer' : 'ice-candidate', n, viewer.peerId);
	return async () => {
		await Promise.all([
			oneWay(load, `${stream.id} up`, { id: stream.id, secret: stream.key, after: stream.publisher.cursor }, up),
			oneWay(load, `${stream.id} down`, { id: stream.id, secret: viewer.secret, after: viewer.cursor }, down),
		]);
	};
}

const numberOf = ({ sdp }) => Number(/^s=(\d+)\r$/m.exec(sdp)?.[1]);
const numbered = (type, n) => ({ type, sdp: `v=0\r\ns=${n}\r\n` });

/** Answers what comes to the publisher, each with its number. */
async function answerAll(load, { id, key, publisher: { cursor: after } }) {
	while (load.goesOn()) {
		const answer = await insist('a mailbox is read', () => load.api.poll(id, key, { after, wait: 1 }, TOLERANT));
		assert.equal(answer.status, 200, answer.text);
		after = answer.json.cursor;
		for (const { type, from, data } of answer.json.messages) {
			if (type !== 'offer') continue;
			const json = { type: 'answer', data: numbered('answer', numberOf(data)), to: from };
			const { status } = await insist('an answer is taken', () => load.api.signal(id, key, json, TOLERANT));
			assert.ok(status === 200 || status === 404, String(status));
		}
	}
}

/** Offers that wait for their answers. */
export async function call(load) {
	const { api, ledger } = load;
	const stream = await onAir(api);
	const offers = async () => {
		for (let n = 0; load.goesOn(); n++) {
			const answer = await tried(() => api.signal(stream.id, undefined, { type: 'offer', data: numbered('offer', n) }, TOLERANT));
			if (answer?.status !== 200) {
				await sleep(20);
				continue;
			}
			ledger.calls.push({ offer: n, answer: numberOf(answer.json.data) });
			await tried(() => api.signal(stream.id, answer.json.peerToken, { type: 'bye', data: null }, TOLERANT));
		}
	};
	return async () => { await Promise.all([answerAll(load, stream), offers()]); };
}

/** Streams that are created, started, stopped; what was acknowledged last holds. */
export async function broadcast(load) {
	const { api, ledger, random } = load;
	const turn = async (stream, isLive) => {
		const answer = await tried(() => (isLive ? api.start : api.stop).call(api, stream.id, stream.key, TOLERANT));
		assert.ok(answer === null || answer.status === 200, answer?.text);
		stream.isLive = answer === null ? null : isLive;
	};
	return async () => {
		while (load.goesOn()) {
			if (ledger.streams.length >= STREAMS_MAX) {
				await turn(ledger.streams[Math.floor(random() * STREAMS_MAX)], random() < 0.5);
				continue;
			}
			const made = await tried(() => api.create({ title: 'Kept' }, TOLERANT));
			if (made?.status !== 201) continue;
			const stream = ledger.open(new Stream(made.json.videoId, made.json.streamKey));
			await turn(stream, true);
			if (random() < 0.5) await turn(stream, false);
		}
	};
}

/** Sends every file until it is taken. */
async function pushTo(load, to, media, goesOn) {
	const encoder = new Encoder(load.api, to, media, { window: 6, options: TOLERANT });
	const film = load.ledger.open(new Film(to.id));
	const end = await stubborn(encoder, goesOn);
	for (let n = 0; n < end; n++) film.note(digest(encoder.source(n).data));
	load.pushed.push({ film, to });
}

/** A broadcast by push. @param {import('./media.js').Media} media @returns {LoadClient} */
export function push(media) {
	return async (load) => {
		const to = await target(load.api, { record: true });
		return () => pushTo(load, to, media, async (n) => {
			await sleep(100);
			return n === 0 || (load.goesOn() && n < SEGMENTS_MAX);
		});
	};
}

/** Viewers who come, say that they are there, and go. */
export async function watch(load) {
	const { api, random } = load;
	const { id } = await api.live();
	return async () => {
		const known = [];
		while (load.goesOn()) {
			const viewerId = random() < 0.5 ? undefined : known[Math.floor(random() * known.length)];
			const leaving = viewerId !== undefined && random() < 0.3 ? true : undefined;
			const answer = await tried(() => api.view(id, { viewerId, leaving }, TOLERANT));
			assert.ok(answer === null || answer.status === 200, answer?.text);
			if (answer && viewerId === undefined) known.push(answer.json.viewerId);
			await sleep(10);
		}
	};
}

/** Short broadcasts, one after the other, of which a replay is made. @returns {LoadClient} */
export function record(media) {
	return async (load) => async () => {
		while (load.goesOn()) {
			const made = await tried(() => load.api.create({ title: 'Recorded', record: true }, TOLERANT));
			if (made?.status !== 201) continue;
			const to = { id: made.json.videoId, key: made.json.streamKey };
			await pushTo(load, to, media, (n) => n < 2);
			await stopOne(load, to);
			await sleep(1000);
		}
	};
}

async function stopOne({ api }, { id, key: streamKey }) {
	const json = { streamKey, convertToVOD: true };
	const { status, text } = await insist('the broadcast is stopped', () => api.request('POST', `/${id}/stop`, { json, ...TOLERANT }));
	assert.equal(status, 200, text);
}

/** Ends the broadcast of what was pushed, and asks for a replay. */
export async function stopPushed(load) {
	for (const { to } of load.pushed) await stopOne(load, to);
}
