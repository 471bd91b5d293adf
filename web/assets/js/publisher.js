// @ts-check
/**
 * The broadcaster's side of the signaling: reads the publisher's mailbox and
 * keeps one PublisherPeer per viewer. It doesn't start or stop the stream and
 * doesn't own the tracks; it is told of them.
 *
 * Reading without a cursor takes the stream over, so opening a Publisher is
 * what makes this page the one that sends. The reading is also the page's
 * presence: it asks for short waits, for the lease follows the wait.
 */

import { Problem, sendSignal, tellAlive } from './api.js';
import { Mailbox } from './mailbox.js';
import { Outbox } from './outbox.js';
import { PublisherPeer } from './publisher-peer.js';

const POLL_SECONDS = 10;
const OPEN_MS = 15_000;
/** Where the server has said nothing else. */
const ALIVE_SECONDS = 15;

/**
 * @typedef {import('./publisher-peer.js').Tracks} Tracks
 * @typedef {'connecting'|'connected'|'reconnecting'|'left'} RowState
 *
 * @typedef {object} PublisherEvents
 * @property {(peerId: string, state: RowState) => void} viewer
 * @property {() => void} stopped  the stream was stopped, here or elsewhere
 * @property {(problem: Problem) => void} refused  taken over, key changed, stream gone
 * @property {(isReachable: boolean) => void} server
 * @property {() => Promise<void>} denied  as Mailbox has it
 */

export class Publisher {
	/** @type {Map<string, PublisherPeer>} */ #peers = new Map();
	/** @type {Map<string, Outbox>} */ #outboxes = new Map();
	/** @type {RTCIceServer[]} */ #iceServers = [];
	/** @type {Mailbox|null} */ #mailbox = null;
	#aliveSeconds = ALIVE_SECONDS;
	#isTelling = false;
	#videoId;
	#key;
	#tracks;
	#on;

	/**
	 * @param {string} videoId
	 * @param {() => string|null} key asked for at every use: it may be rotated
	 * @param {() => Tracks} tracks what a new viewer gets
	 * @param {PublisherEvents} on
	 */
	constructor(videoId, key, tracks, on) {
		this.#videoId = videoId;
		this.#key = key;
		this.#tracks = tracks;
		this.#on = on;
	}

	/**
	 * Takes the stream over.
	 * @returns {Promise<void>} once the server knows that this page is there
	 */
	open() {
		return new Promise((resolve, reject) => {
			/** @param {Problem} problem */
			const fail = (problem) => {
				this.close();
				reject(problem);
			};
			let isOpen = false;
			const timer = setTimeout(() => fail(new Problem(0, 'No connection to the server')), OPEN_MS);
			this.#mailbox = new Mailbox(this.#videoId, this.#key, POLL_SECONDS, {
				message: (message) => this.#onMessage(message),
				iceServers: (servers) => {
					this.#iceServers = servers;
				},
				denied: () => this.#on.denied(),
				trouble: () => this.#on.server(false),
				fine: () => {
					clearTimeout(timer);
					isOpen = true;
					this.#on.server(true);
					resolve();
				},
				refused: (problem) => {
					clearTimeout(timer);
					if (!isOpen) fail(problem);
					else this.#onRefused(problem);
				},
			});
			this.#mailbox.open();
		});
	}

	/** Stops sending. The viewers are told by whoever had a reason to stop. */
	close() {
		this.#mailbox?.close();
		for (const peer of this.#peers.values()) peer.close();
		for (const outbox of this.#outboxes.values()) outbox.close();
		this.#peers.clear();
		this.#outboxes.clear();
	}

	/** The page goes away: a word that outlives it. */
	leave() {
		const options = { token: this.#key(), keepalive: true };
		sendSignal(this.#videoId, { type: 'bye', data: {} }, options).catch(() => {});
		this.close();
	}

	/** @param {'video'|'audio'} kind @param {MediaStreamTrack|null} track */
	replace(kind, track) {
		const replaced = [...this.#peers.values()].map((peer) => peer.replace(kind, track));
		Promise.all(replaced).then(() => this.#fit());
	}

	/** How many viewers are connected to this page. */
	get connected() {
		return this.#connectedIds.length;
	}

	get #connectedIds() {
		return [...this.#peers].filter(([, peer]) => peer.state === 'connected').map(([id]) => id);
	}

	/** @param {string} peerId */
	async measure(peerId) {
		return (await this.#peers.get(peerId)?.measure()) ?? null;
	}

	/** @param {Problem} problem */
	#onRefused(problem) {
		this.close();
		this.#on.refused(problem);
	}

	/** @param {import('./api.js').Message} message */
	#onMessage({ from, type, data }) {
		if (from === 'server') {
			if (type === 'bye') {
				this.close();
				this.#on.stopped();
			}
			return;
		}
		if (type === 'offer') this.#onOffer(from, data);
		else if (type === 'answer') this.#onAnswer(from, data);
		else if (type === 'ice-candidate') this.#peers.get(from)?.candidate(data);
		else if (type === 'viewer-joined') this.#on.viewer(from, 'connecting');
		else if (type === 'viewer-left' || type === 'bye') this.#drop(from);
	}

	/** @param {string} peerId @param {any} offer */
	async #onOffer(peerId, offer) {
		const before = this.#peers.get(peerId);
		if (offer.restart) {
			// Where there is nothing to start anew, the player posts anew.
			if (!before) this.#refuse(peerId);
			else await before.restart(offer).catch(() => this.#decline(peerId, offer.attempt));
			return;
		}
		before?.close();
		const peer = new PublisherPeer(this.#iceServers, {
			send: (type, data) => this.#send(peerId, type, data),
			state: (state) => this.#onState(peerId, peer, state),
		});
		this.#peers.set(peerId, peer);
		this.#on.viewer(peerId, 'connecting');
		try {
			await peer.accept(offer, this.#tracks());
			this.#fit();
		} catch {
			// An offer that makes no sense, or one that was replaced meanwhile.
			if (this.#peers.get(peerId) === peer) this.#giveUp(peerId);
		}
	}

	/** @param {string} peerId @param {any} answer to an offer that this page made */
	async #onAnswer(peerId, answer) {
		const peer = this.#peers.get(peerId);
		try {
			await peer?.answered(answer);
			this.#fit();
		} catch {
			if (this.#peers.get(peerId) === peer) this.#giveUp(peerId);
		}
	}

	/**
	 * @param {string} peerId
	 * @param {PublisherPeer} peer
	 * @param {import('./publisher-peer.js').PeerState} state
	 */
	#onState(peerId, peer, state) {
		if (this.#peers.get(peerId) !== peer) return;
		if (state === 'failed') this.#giveUp(peerId);
		else this.#on.viewer(peerId, state);
		if (state === 'connected') this.#keepAlive();
	}

	/** The viewer hears it and may offer again. @param {string} peerId */
	#giveUp(peerId) {
		this.#peers.get(peerId)?.close();
		this.#peers.delete(peerId);
		this.#fit();
		this.#refuse(peerId);
		this.#on.viewer(peerId, 'reconnecting');
	}

	/** @param {string} peerId */
	#refuse(peerId) {
		this.#send(peerId, 'bye', {});
	}

	/**
	 * ICE can't be started anew: an answer without a description, and what
	 * there is stands.
	 * @param {string} peerId @param {number|undefined} attempt
	 */
	#decline(peerId, attempt) {
		this.#send(peerId, 'answer', { type: 'answer', attempt });
	}

	/**
	 * WHEP players send no heartbeats: this page tells whom it is connected to,
	 * from the first of them on, as often as the server wants it.
	 */
	async #keepAlive() {
		if (this.#isTelling) return;
		this.#isTelling = true;
		while (this.connected) {
			await this.#tellAlive();
			await new Promise((resolve) => setTimeout(resolve, this.#aliveSeconds * 1000));
		}
		this.#isTelling = false;
	}

	async #tellAlive() {
		try {
			const { gone, intervalSeconds } = await tellAlive(this.#videoId, this.#key(), this.#connectedIds);
			for (const peerId of gone) this.#drop(peerId);
			this.#aliveSeconds = intervalSeconds;
		} catch {
			// The next one will tell.
		}
	}

	/** @param {string} peerId */
	#drop(peerId) {
		this.#peers.get(peerId)?.close();
		this.#peers.delete(peerId);
		this.#outboxes.get(peerId)?.close();
		this.#outboxes.delete(peerId);
		this.#fit();
		this.#on.viewer(peerId, 'left');
	}

	/** Shares out what this machine can encode. */
	#fit() {
		for (const peer of this.#peers.values()) peer.fit(this.#peers.size);
	}

	/** @param {string} peerId @param {string} type @param {unknown} data */
	#send(peerId, type, data) {
		let outbox = this.#outboxes.get(peerId);
		if (!outbox) {
			outbox = new Outbox(this.#videoId, this.#key);
			this.#outboxes.set(peerId, outbox);
		}
		outbox.send({ type, data, to: peerId });
	}
}
