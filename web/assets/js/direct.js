// @ts-check
/**
 * The direct way: offers to the broadcaster's page, reads the answers, and
 * hands over the connection that has a picture. It never tries by itself; when
 * to try, and what is on the screen, is viewer.js's.
 *
 * There are at most two connections: the one that flowed last, and the
 * `coming` one that is being negotiated.
 */

import { Problem, sendSignal } from './api.js';
import { Mailbox } from './mailbox.js';
import { Outbox } from './outbox.js';
import { ViewerPeer } from './viewer-peer.js';
import { NO_WEBRTC } from './words.js';

const POLL_SECONDS = 20;
const ANSWER_MS = 10_000;
/** After the broadcaster's page left: no frame for this long means it is gone. */
export const GONE_MS = 1500;

/**
 * @typedef {object} DirectEvents
 * @property {() => void} trying  an offer goes out
 * @property {() => void} tied  the server knows us now; the mailbox is read
 * @property {(peer: ViewerPeer) => void} flowing  its picture has come
 * @property {() => void} lost  a connection broke, the coming or the flowing one
 * @property {(problem: Problem) => void} refused  the offer wasn't taken
 * @property {() => void} joined  a broadcaster's page is there
 * @property {() => void} left  it is gone, and so is its picture
 * @property {() => void} stopped  the broadcast is over
 * @property {(problem: Problem) => void} forgotten  the server knows us no more
 */

export class Direct {
	/** @type {ViewerPeer|null} */ #coming = null;
	/** @type {ViewerPeer|null} */ #flowing = null;
	/** @type {Mailbox|null} */ #mailbox = null;
	/** @type {Outbox|null} */ #outbox = null;
	/** @type {string|null} */ #token = null;
	/** @type {RTCIceServer[]} */ #iceServers = [];
	#attempts = 0;
	#isOffering = false;
	#isAgain = false;
	/** Grows at every hanging up: what was begun before is over. */
	#life = 0;
	#answerTimer = 0;
	#goneTimer = 0;
	#videoId;
	#credential;
	#viewerId;
	#on;

	/**
	 * @param {string} videoId
	 * @param {() => string|null} credential
	 * @param {() => string|null} viewerId
	 * @param {DirectEvents} on
	 */
	constructor(videoId, credential, viewerId, on) {
		this.#videoId = videoId;
		this.#credential = credential;
		this.#viewerId = viewerId;
		this.#on = on;
	}

	/** The server knows us: there is a mailbox. */
	get hasPeer() {
		return this.#mailbox !== null;
	}

	get isBusy() {
		return this.#isOffering || this.#coming !== null;
	}

	/** A connection had a picture since the last hanging up. */
	get hasFlowed() {
		return this.#flowing !== null;
	}

	get token() {
		return this.#token;
	}

	/** The newest connection, for statistics. */
	get pc() {
		return (this.#flowing ?? this.#coming)?.pc ?? null;
	}

	async attempt() {
		if (this.#isOffering) {
			this.#isAgain = true;
			return;
		}
		if (typeof RTCPeerConnection === 'undefined') {
			this.#on.refused(new Problem(501, NO_WEBRTC.title, NO_WEBRTC));
			return;
		}
		const life = this.#life;
		this.#isOffering = true;
		try {
			await this.#offer();
		} catch (error) {
			this.#coming?.close();
			this.#coming = null;
			this.#isOffering = false;
			if (life === this.#life) this.#onRefused(error);
		}
		this.#isOffering = false;
		if (this.#isAgain) {
			this.#isAgain = false;
			this.attempt();
		}
	}

	/** Forgets all of it. What is on the screen is its own. */
	hangUp() {
		this.#life += 1;
		clearTimeout(this.#answerTimer);
		clearTimeout(this.#goneTimer);
		this.#forgetPeer();
		this.#coming?.close();
		this.#coming = null;
		this.#flowing = null;
		this.#isAgain = false;
	}

	/** Gives the place in the room back; the page may be on its way out. */
	bye() {
		const token = this.#token;
		this.hangUp();
		if (token) this.#say(token);
	}

	/** @param {string} token */
	#say(token) {
		const bye = { type: 'bye', data: {} };
		sendSignal(this.#videoId, bye, { token, keepalive: true }).catch(() => {});
	}

	#forgetPeer() {
		this.#mailbox?.close();
		this.#outbox?.close();
		this.#mailbox = null;
		this.#outbox = null;
		this.#token = null;
	}

	// One attempt

	async #offer() {
		this.#on.trying();
		const life = this.#life;
		const peer = this.#newPeer();
		const { type, sdp } = await peer.offer();
		const token = this.#token;
		const body = {
			type: 'offer',
			// Handed back with the answer, so that a late answer to an older
			// attempt isn't taken for this one's.
			data: { type, sdp, attempt: peer.number },
			viewerId: this.#viewerId() ?? undefined,
		};
		const headers = { Prefer: 'respond-async' };
		const taken = await sendSignal(this.#videoId, body, {
			token: token ?? this.#credential(),
			headers,
		});
		if (life !== this.#life || peer !== this.#coming) {
			// The page changed its mind meanwhile: a place that was taken for
			// it alone is given back.
			if (!token && this.#token !== taken.peerToken) this.#say(taken.peerToken);
			return;
		}
		this.#iceServers = taken.iceServers ?? [];
		this.#token = taken.peerToken;
		this.#on.tied();
		this.#outbox ??= new Outbox(this.#videoId, () => this.#token);
		await peer.commit(this.#iceServers);
		if (peer !== this.#coming) return;
		this.#readMailbox();
		clearTimeout(this.#answerTimer);
		this.#answerTimer = window.setTimeout(() => {
			if (peer === this.#coming && !peer.isAnswered) this.#onLost(peer);
		}, ANSWER_MS);
	}

	#newPeer() {
		this.#coming?.close();
		this.#attempts += 1;
		/** @type {ViewerPeer} */
		const peer = new ViewerPeer(this.#attempts, this.#iceServers, {
			candidate: (data) => {
				if (peer === this.#coming || peer === this.#flowing) {
					this.#outbox?.send({ type: 'ice-candidate', data });
				}
			},
			flowing: () => this.#onFlowing(peer),
			lost: () => this.#onLost(peer),
		});
		this.#coming = peer;
		return peer;
	}

	/** @param {ViewerPeer} peer */
	#onFlowing(peer) {
		if (peer !== this.#coming) return;
		clearTimeout(this.#answerTimer);
		clearTimeout(this.#goneTimer);
		this.#coming = null;
		this.#flowing = peer;
		this.#on.flowing(peer);
	}

	/** @param {ViewerPeer} peer */
	#onLost(peer) {
		if (peer !== this.#coming && peer !== this.#flowing) return;
		if (peer === this.#coming) {
			peer.close();
			this.#coming = null;
		}
		this.#on.lost();
	}

	/** @param {unknown} error */
	#onRefused(error) {
		const problem = error instanceof Problem ? error : new Problem(0, String(error));
		if (problem.status === 401) this.#forgetPeer();
		this.#on.refused(problem);
	}

	// The mailbox

	#readMailbox() {
		if (this.#mailbox) return;
		this.#mailbox = new Mailbox(this.#videoId, () => this.#token, POLL_SECONDS, {
			message: (message) => this.#onMessage(message),
			refused: (problem) => {
				this.#forgetPeer();
				this.#on.forgotten(problem);
			},
		});
		this.#mailbox.open();
	}

	/** @param {import('./api.js').Message} message */
	#onMessage({ type, from, data }) {
		const peer = this.#coming ?? this.#flowing;
		if (type === 'answer') {
			const isOurs = (data.attempt ?? this.#coming?.number) === this.#coming?.number;
			if (isOurs) this.#coming?.answer(data);
		} else if (type === 'ice-candidate') {
			peer?.candidate(data);
		} else if (type === 'publisher-joined') {
			this.#on.joined();
		} else if (type === 'publisher-left') {
			this.#onPublisherLeft();
		} else if (type === 'bye' && from === 'server') {
			this.#on.stopped();
		} else if (type === 'bye' && peer) {
			this.#onLost(peer);
		}
	}

	/** Its page may have lost the server alone: what moves is left to move. */
	#onPublisherLeft() {
		clearTimeout(this.#goneTimer);
		const look = () => {
			if (!this.#flowing?.hasMoved(GONE_MS)) this.#on.left();
			else this.#goneTimer = window.setTimeout(look, 500);
		};
		look();
	}
}
