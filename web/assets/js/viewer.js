// @ts-check
/**
 * Watches one stream: finds out how it stands, offers, reads the answer, and
 * keeps at it through every break until the page goes away. It shows nothing;
 * the page hears of states, media and numbers. The states and what leads from
 * one to another are viewer-machine.js's.
 *
 * There are at most two attempts at a time: the one that is `shown`, and the
 * `coming` one that is being negotiated. The shown one stays until the coming
 * one has a picture, so that the last frame stands in between, and so that an
 * attempt made on suspicion costs nothing.
 *
 * One long-lived request at a time: the stream's events while there is no
 * peer, the peer's mailbox while there is. What breaks between the page and
 * the server is no reason to touch a picture that moves.
 */

import { Problem, getStream, sendSignal } from './api.js';
import { Backoff, onHope } from './backoff.js';
import { EventStream } from './events.js';
import { Mailbox } from './mailbox.js';
import { Outbox } from './outbox.js';
import { ViewerPeer } from './viewer-peer.js';
import { next } from './viewer-machine.js';

const POLL_SECONDS = 20;
const ANSWER_MS = 10_000;
/** After the broadcaster's page left: no frame for this long means it is gone. */
const GONE_MS = 1500;
const STEADY_MS = 5000;

/**
 * @typedef {import('./viewer-machine.js').State} State
 * @typedef {import('./api.js').Stream} Stream
 *
 * @typedef {object} ViewerEvents
 * @property {(state: State, problem: Problem|null) => void} state
 * @property {(media: MediaStream) => void} media
 * @property {(stream: Stream) => void} stream
 * @property {(viewers: number) => void} viewers
 */

export class Viewer {
	/** @type {State} */ #state = 'connecting';
	/** @type {ViewerPeer|null} */ #shown = null;
	/** @type {ViewerPeer|null} */ #coming = null;
	/** @type {Mailbox|null} */ #mailbox = null;
	/** @type {Outbox|null} */ #outbox = null;
	/** @type {EventStream} */ #events;
	/** @type {string|null} */ #token = null;
	/** @type {RTCIceServer[]} */ #iceServers = [];
	#backoff = new Backoff();
	#attempts = 0;
	#isOffering = false;
	#isAgain = false;
	/** @type {{timer: number, at: number, isPatient: boolean, run: () => void}|null} */ #due = null;
	#answerTimer = 0;
	#goneTimer = 0;
	#steadyTimer = 0;
	#isOpen = false;
	#isPrivate = false;
	/** @type {() => void} */ #forgetHope = () => {};
	#videoId;
	#key;
	#viewerId;
	#on;

	/**
	 * @param {string} videoId
	 * @param {() => string|null} key the stream key, for a private stream
	 * @param {() => string|null} viewerId
	 * @param {ViewerEvents} on
	 */
	constructor(videoId, key, viewerId, on) {
		this.#videoId = videoId;
		this.#key = key;
		this.#viewerId = viewerId;
		this.#on = on;
		this.#events = new EventStream(videoId, () => this.credential, {
			stream: (stream) => this.#learn(stream),
			viewers: (data) => on.viewers(data.viewers),
		});
	}

	get state() {
		return this.#state;
	}

	/** The connection whose picture is shown, for statistics. */
	get pc() {
		return (this.#shown ?? this.#coming)?.pc ?? null;
	}

	/**
	 * The stream key, where the stream is private and nothing else opens it.
	 * Anywhere else it would make a broadcaster of its own viewer.
	 */
	get credential() {
		return this.#isPrivate ? this.#key() : null;
	}

	get hasPeer() {
		return this.#mailbox !== null;
	}

	open() {
		this.#isOpen = true;
		this.#forgetHope();
		this.#forgetHope = onHope(() => this.#hurry());
		this.#on.state(this.#state, null);
		this.look();
	}

	/** Says goodbye; the page may be on its way out. */
	close() {
		this.#isOpen = false;
		this.#forgetHope();
		this.#events.close();
		const token = this.#token;
		this.#hangUp();
		if (!token) return;
		const bye = { type: 'bye', data: {} };
		sendSignal(this.#videoId, bye, { token, keepalive: true }).catch(() => {});
	}

	/** Asks how the stream stands and acts on it. */
	async look() {
		try {
			this.#learn(await this.#find());
		} catch (error) {
			if (!this.#isOpen || !(error instanceof Problem)) return;
			if (error.status === 404 || error.status === 401) {
				this.#hangUp();
				this.#events.close();
				this.#step('missing', error);
				return;
			}
			this.#step('failed', error);
			this.#plan(error, () => this.look());
		}
	}

	/**
	 * Looks after the words while the picture runs: a title may change. What
	 * fails here is no matter.
	 */
	async refresh() {
		try {
			const token = this.#token ?? this.credential;
			this.#learn(await getStream(this.#videoId, token));
		} catch {
			// The next one will tell.
		}
	}

	/** As anyone; and where that finds nothing, with the key if there is one. */
	async #find() {
		try {
			return await getStream(this.#videoId, null);
		} catch (error) {
			const isHidden = error instanceof Problem && error.status === 404;
			if (!isHidden || !this.#key()) throw error;
			return getStream(this.#videoId, this.#key());
		}
	}

	/** @param {import('./viewer-machine.js').Event} event @param {Problem|null} [problem] */
	#step(event, problem = null) {
		const state = next(this.#state, event);
		if (state === this.#state) return;
		this.#state = state;
		this.#on.state(state, problem);
	}

	/** @param {Stream} stream */
	#learn(stream) {
		if (!this.#isOpen) return;
		this.#isPrivate = stream.visibility === 'PRIVATE';
		this.#on.stream(stream);
		this.#on.viewers(stream.viewers);
		if (stream.status === 'LIVE') {
			if (!this.hasPeer && !this.#isOffering) this.#soon();
			return;
		}
		this.#hangUp();
		this.#step(stream.startedAt || stream.stoppedAt ? 'stopped' : 'idle');
		this.#events.open();
	}

	/** Forgets peer and connections. The media on the screen is left alone. */
	#hangUp() {
		this.#cancel();
		clearTimeout(this.#answerTimer);
		clearTimeout(this.#goneTimer);
		clearTimeout(this.#steadyTimer);
		this.#forgetPeer();
		this.#coming?.close();
		this.#shown?.close();
		this.#coming = null;
		this.#shown = null;
		this.#isAgain = false;
		this.#backoff.reset();
	}

	#forgetPeer() {
		this.#mailbox?.close();
		this.#outbox?.close();
		this.#mailbox = null;
		this.#outbox = null;
		this.#token = null;
	}

	// When to try

	/** @param {Problem|null} problem @param {() => void} run */
	#plan(problem, run) {
		const askedMs = (problem?.retryAfter ?? 0) * 1000;
		const ms = Math.max(this.#backoff.nextMs(), askedMs);
		this.#schedule(ms, askedMs > 0, run);
	}

	#soon() {
		this.#schedule(0, false, () => this.#attempt());
	}

	/** @param {number} ms @param {boolean} isPatient @param {() => void} run */
	#schedule(ms, isPatient, run) {
		const at = performance.now() + ms;
		if (this.#due && this.#due.at <= at) return;
		this.#cancel();
		const timer = window.setTimeout(() => {
			this.#due = null;
			run();
		}, ms);
		this.#due = { timer, at, isPatient, run };
	}

	#cancel() {
		if (this.#due) clearTimeout(this.#due.timer);
		this.#due = null;
	}

	/** The network is back, or the page is looked at: don't wait any longer. */
	#hurry() {
		// A server that named a time is not to be pressed.
		if (!this.#due || this.#due.isPatient) return;
		const { run } = this.#due;
		this.#cancel();
		run();
	}

	// One attempt

	async #attempt() {
		if (!this.#isOpen) return;
		if (this.#isOffering) {
			this.#isAgain = true;
			return;
		}
		this.#isOffering = true;
		try {
			await this.#offer();
		} catch (error) {
			this.#coming?.close();
			this.#coming = null;
			if (this.#isOpen) this.#onRefused(error);
		} finally {
			this.#isOffering = false;
		}
		if (this.#isAgain && this.#isOpen) {
			this.#isAgain = false;
			this.#soon();
		}
	}

	async #offer() {
		this.#step('try');
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
			token: token ?? this.credential,
			headers,
		});
		if (!this.#isOpen || peer !== this.#coming) {
			this.#abandon(token, taken.peerToken);
			return;
		}
		this.#iceServers = taken.iceServers ?? [];
		this.#token = taken.peerToken;
		this.#events.close();
		this.#outbox ??= new Outbox(this.#videoId, () => this.#token);
		await peer.commit(this.#iceServers);
		if (peer !== this.#coming) return;
		this.#readMailbox();
		clearTimeout(this.#answerTimer);
		this.#answerTimer = window.setTimeout(() => {
			if (peer === this.#coming && !peer.isAnswered) this.#onLost(peer);
		}, ANSWER_MS);
	}

	/**
	 * The page changed its mind while the offer was under way: a peer that was
	 * made for it is given back.
	 * @param {string|null} shown @param {string} given
	 */
	#abandon(shown, given) {
		if (shown || this.#token === given) return;
		const options = { token: given, keepalive: true };
		sendSignal(this.#videoId, { type: 'bye', data: {} }, options).catch(() => {});
	}

	#newPeer() {
		this.#coming?.close();
		this.#attempts += 1;
		/** @type {ViewerPeer} */
		const peer = new ViewerPeer(this.#attempts, this.#iceServers, {
			candidate: (data) => {
				if (peer === this.#coming || peer === this.#shown) {
					this.#outbox?.send({ type: 'ice-candidate', data });
				}
			},
			flowing: () => this.#show(peer),
			lost: () => this.#onLost(peer),
		});
		this.#coming = peer;
		return peer;
	}

	/** @param {ViewerPeer} peer */
	#show(peer) {
		if (peer !== this.#coming) return;
		clearTimeout(this.#answerTimer);
		clearTimeout(this.#goneTimer);
		this.#coming = null;
		const before = this.#shown;
		this.#shown = peer;
		this.#on.media(peer.media);
		this.#step('picture');
		before?.close();
		// Only a picture that lasts makes the next break a new one.
		clearTimeout(this.#steadyTimer);
		this.#steadyTimer = window.setTimeout(() => this.#backoff.reset(), STEADY_MS);
	}

	/** @param {ViewerPeer} peer */
	#onLost(peer) {
		if (peer !== this.#coming && peer !== this.#shown) return;
		clearTimeout(this.#steadyTimer);
		if (peer === this.#coming) {
			peer.close();
			this.#coming = null;
		}
		const isMoving = this.#shown?.hasMoved(GONE_MS);
		if (!isMoving) this.#step('lost');
		if (!this.#coming) this.#plan(null, () => this.#attempt());
	}

	/** @param {unknown} error */
	#onRefused(error) {
		const problem = error instanceof Problem ? error : new Problem(0, String(error));
		if (problem.status === 401) this.#forgetPeer();
		if (problem.status === 404) {
			this.look();
			return;
		}
		this.#step(eventOf(problem), problem);
		if (!this.hasPeer) this.#events.open();
		this.#plan(problem, () => this.#attempt());
	}

	// The mailbox

	#readMailbox() {
		if (this.#mailbox) return;
		this.#mailbox = new Mailbox(this.#videoId, () => this.#token, POLL_SECONDS, {
			message: (message) => this.#onMessage(message),
			refused: (problem) => this.#onMailboxRefused(problem),
		});
		this.#mailbox.open();
	}

	/** @param {Problem} problem */
	#onMailboxRefused(problem) {
		this.#forgetPeer();
		if (problem.status === 404) this.look();
		else this.#soon();
	}

	/** @param {import('./api.js').Message} message */
	#onMessage({ type, from, data }) {
		const peer = this.#coming ?? this.#shown;
		if (type === 'answer') {
			const isOurs = (data.attempt ?? this.#coming?.number) === this.#coming?.number;
			if (isOurs) this.#coming?.answer(data);
		} else if (type === 'ice-candidate') {
			peer?.candidate(data);
		} else if (type === 'publisher-joined') {
			this.#backoff.reset();
			this.#soon();
		} else if (type === 'publisher-left') {
			this.#onPublisherLeft();
		} else if (type === 'bye' && from === 'server') {
			this.#onStopped();
		} else if (type === 'bye' && peer) {
			this.#onLost(peer);
		}
	}

	#onStopped() {
		this.#hangUp();
		this.#step('stopped');
		this.#events.open();
	}

	/** Its page may have lost the server alone: what moves is left to move. */
	#onPublisherLeft() {
		clearTimeout(this.#goneTimer);
		const look = () => {
			if (!this.#shown?.hasMoved(GONE_MS)) this.#step('absent');
			else this.#goneTimer = window.setTimeout(look, 500);
		};
		look();
	}
}

/** What a refused offer means. @param {Problem} problem */
function eventOf(problem) {
	if (problem.status === 409) return 'absent';
	const words = `${problem.title} ${problem.detail}`;
	if (problem.status === 503 && /viewer|peer|full/i.test(words)) return 'full';
	return 'failed';
}
