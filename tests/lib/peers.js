/**
 * The two sides of signaling as pages play them: each reads its mailbox with its cursor and keeps what came.
 */
import assert from 'node:assert/strict';

import { PATIENCE_MS } from './wait.js';

export const OFFER = { type: 'offer', sdp: 'v=0\r\n' };
export const ANSWER = { type: 'answer', sdp: 'v=0\r\na=mid:0\r\n' };

/** One who reads a mailbox. */
class Reader {
	/**
	 * @param {import('./client.js').Client} api
	 * @param {string} id
	 * @param {string} secret
	 */
	constructor(api, id, secret) {
		this.api = api;
		this.id = id;
		this.secret = secret;
		/** @type {string | undefined} */
		this.cursor = undefined;
		/** Everything read. @type {{ id: any, from: string, type: string, data: any, at: string }[]} */
		this.messages = [];
	}

	#passed = 0;

	/** One read; what it brings is kept, and the cursor goes on. */
	async read(wait = 0) {
		const answer = await this.api.poll(this.id, this.secret, { after: this.cursor, wait });
		assert.equal(answer.status, 200, answer.text);
		this.cursor = answer.json.cursor;
		this.messages.push(...answer.json.messages);
		return answer.json;
	}

	/**
	 * Reads until a message of this type came, those passed over before left aside.
	 * @param {string} type
	 * @param {(message: any) => boolean} [wanted]
	 */
	async next(type, wanted = () => true, wait = 2) {
		const end = Date.now() + PATIENCE_MS;
		for (;;) {
			while (this.#passed < this.messages.length) {
				const message = this.messages[this.#passed++];
				if (message.type === type && wanted(message)) return message;
			}
			assert.ok(Date.now() < end, `no "${type}" came, only: ${this.messages.map((message) => message.type)}`);
			await this.read(wait);
		}
	}
}

/** The broadcaster's page. */
export class Publisher extends Reader {
	/** Begins a session: from now on a publisher is present. */
	static async open(api, { id, key }) {
		const publisher = new Publisher(api, id, key);
		await publisher.read();
		return publisher;
	}

	/** Sends a message to a peer. */
	async send(to, type, data) {
		const answer = await this.api.signal(this.id, this.secret, { type, data, to });
		assert.equal(answer.status, 200, answer.text);
	}

	/** Waits for a peer's offer and answers it. */
	async answerNext(data = ANSWER) {
		const offer = await this.next('offer');
		await this.send(offer.from, 'answer', data);
		return offer;
	}

	async bye() {
		const answer = await this.api.signal(this.id, this.secret, { type: 'bye', data: null });
		assert.equal(answer.status, 200, answer.text);
	}
}

/** A viewer's page. */
export class Viewer extends Reader {
	/** Offers without waiting for the answer, which comes to the mailbox. */
	static async join(api, { id }, { viewerId, data = OFFER } = {}) {
		const answer = await api.signal(id, undefined, { type: 'offer', data, viewerId }, {
			headers: { prefer: 'respond-async' },
		});
		assert.equal(answer.status, 202, answer.text);
		const viewer = new Viewer(api, id, answer.json.peerToken);
		viewer.peerId = answer.json.peerId;
		return viewer;
	}

	/** Sends a message to the publisher. */
	async send(type, data) {
		const answer = await this.api.signal(this.id, this.secret, { type, data });
		assert.equal(answer.status, 200, answer.text);
	}
}

/** A live stream with its publisher present. */
export async function onAir(api, json) {
	const stream = await api.live(json);
	return { ...stream, publisher: await Publisher.open(api, stream) };
}
