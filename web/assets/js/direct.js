// @ts-check
/**
 * The direct way: WHEP to the broadcaster's page, and the connection that has
 * a picture. It never tries by itself; when to try, and what is on the screen,
 * is viewer.js's.
 *
 * There are at most two connections, each with its session (whep.js): the one
 * that flowed last, and the `coming` one that is being negotiated. One that
 * flowed and broke is mended, by another start of ICE, before it counts as
 * lost.
 */

import { Problem, urlOf } from './api.js';
import { ViewerPeer } from './viewer-peer.js';
import { WhepSession, readIceServers } from './whep.js';
import { NO_WEBRTC } from './words.js';

/** After the broadcaster's page left: no frame for this long means it is gone. */
export const GONE_MS = 1500;

/**
 * @typedef {{peer: ViewerPeer, session: WhepSession}} Line
 *
 * @typedef {object} DirectEvents
 * @property {() => void} trying  an offer goes out
 * @property {() => void} tied  the server knows us now; the session's events are heard
 * @property {(peer: ViewerPeer) => void} flowing  its picture has come, or come back
 * @property {() => void} broken  the flowing connection broke, and is being mended
 * @property {() => void} lost  a connection is no more, the coming or the flowing one
 * @property {(problem: Problem) => void} refused  the offer wasn't taken
 * @property {() => void} joined  a broadcaster's page is there
 * @property {() => void} absent  it went, or the broadcast is over
 * @property {() => void} left  it went, and so did its picture
 * @property {(viewers: number) => void} viewers
 * @property {() => void} forgotten  the server knows us no more
 */

export class Direct {
	/** @type {Line|null} */ #coming = null;
	/** @type {Line|null} */ #flowing = null;
	#isMending = false;
	/** The newest that the server knows. @type {WhepSession|null} */ #session = null;
	/** Known once a server was asked. @type {RTCIceServer[]|null} */ #iceServers = null;
	/** The attempt that is offering: one that was hung up on is over. @type {object|null} */
	#offering = null;
	#isAbsent = false;
	#goneTimer = 0;
	#endpoint;
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
		this.#endpoint = urlOf(videoId, 'whep');
		this.#credential = credential;
		this.#viewerId = viewerId;
		this.#on = on;
	}

	/** The server knows us, and tells what happens. */
	get hasSession() {
		return this.#session !== null;
	}

	get isBusy() {
		return this.#offering !== null || this.#coming !== null || this.#isMending;
	}

	/** A connection had a picture since the last hanging up. */
	get hasFlowed() {
		return this.#flowing !== null;
	}

	/** The newest connection, for statistics. */
	get pc() {
		return (this.#flowing ?? this.#coming)?.peer.pc ?? null;
	}

	async attempt() {
		if (this.#offering) return;
		if (typeof RTCPeerConnection === 'undefined') {
			this.#on.refused(new Problem(501, NO_WEBRTC.title, NO_WEBRTC));
			return;
		}
		const offering = {};
		this.#offering = offering;
		let refusal = null;
		try {
			await this.#offer(offering);
		} catch (error) {
			refusal = error instanceof Problem ? error : new Problem(0, String(error));
		}
		if (offering !== this.#offering) return;
		this.#offering = null;
		if (!refusal) return;
		this.#dropComing();
		this.#on.refused(refusal);
	}

	/** Forgets all of it. What is on the screen is its own. */
	hangUp() {
		clearTimeout(this.#goneTimer);
		this.#offering = null;
		this.#isMending = false;
		this.#dropSession();
		this.#dropComing();
		this.#flowing = null;
	}

	/** Gives the place in the room back; the page may be on its way out. */
	bye() {
		const session = this.#session;
		this.hangUp();
		session?.end();
	}

	/** The screen has another picture: what broke need not be mended. */
	settle() {
		this.#isMending = false;
	}

	#dropSession() {
		this.#session?.close();
		this.#session = null;
		this.#isAbsent = false;
	}

	#dropComing() {
		this.#coming?.peer.close();
		// The place of one that never flowed is kept: its events tell when
		// another try is worth it.
		if (this.#coming?.session !== this.#session) this.#coming?.session.end();
		this.#coming = null;
	}

	get #isMoving() {
		return this.#flowing?.peer.hasMoved(GONE_MS) ?? false;
	}

	// One attempt

	/** @param {object} offering */
	async #offer(offering) {
		this.#on.trying();
		const token = this.#credential();
		this.#iceServers ??= await readIceServers(this.#endpoint, token);
		if (offering !== this.#offering) return;
		const line = this.#newLine(new WhepSession(this.#endpoint, token));
		const taken = await this.#open(line);
		if (line !== this.#coming) return;
		if (taken.iceServers.length) this.#iceServers = taken.iceServers;
		this.#tie(line.session);
		if (taken.type === 'answer') await line.peer.answer(taken.sdp);
		else await this.#answer(line.session, taken.sdp);
	}

	/** @param {Line} line */
	async #open({ peer, session }) {
		const sdp = await peer.offer();
		try {
			return await session.open(sdp, this.#viewerId());
		} catch (error) {
			const isFull = error instanceof Problem && error.status === 503;
			const ours = this.#session;
			if (!isFull || !ours || this.#isMoving) throw error;
			// The place that is taken may be that of our own dead session.
			this.#dropSession();
			await ours.end();
			return session.open(sdp, this.#viewerId());
		}
	}

	/**
	 * The broadcaster's page would rather offer. The connection that offered
	 * makes room for one that answers.
	 * @param {WhepSession} session @param {string} sdp
	 */
	async #answer(session, sdp) {
		const { peer } = this.#newLine(session);
		const answer = await peer.accept(sdp);
		if (peer === this.#coming?.peer) await session.answer(answer);
	}

	/** @param {WhepSession} session */
	#newLine(session) {
		if (this.#coming?.session === session) this.#coming.peer.close();
		else this.#dropComing();
		const peer = new ViewerPeer(this.#iceServers ?? [], {
			candidate: (candidate) => session.trickle(candidate),
			flowing: () => this.#onFlowing(line),
			broken: () => this.#onBroken(line),
			restart: (offer) => session.restart(offer),
			lost: () => this.#onLost(line),
		});
		/** @type {Line} */
		const line = { peer, session };
		this.#coming = line;
		return line;
	}

	/** @param {WhepSession} session */
	#tie(session) {
		const before = this.#session;
		this.#dropSession();
		before?.end();
		this.#session = session;
		this.#on.tied();
		session.listen({
			active: () => this.#onActive(),
			inactive: () => this.#onInactive(),
			viewercount: ({ viewercount }) => this.#on.viewers(viewercount),
			reconnect: () => this.#onReconnect(),
			gone: () => {
				if (session !== this.#session) return;
				this.#session = null;
				this.#on.forgotten();
			},
		});
	}

	/** @param {Line} line */
	#onFlowing(line) {
		const isMended = this.#isMending && line === this.#flowing;
		if (line !== this.#coming && !isMended) return;
		clearTimeout(this.#goneTimer);
		if (!isMended) this.#coming = null;
		this.#isMending = false;
		this.#flowing = line;
		this.#on.flowing(line.peer);
	}

	/** @param {Line} line @returns {boolean} whether it is to be mended */
	#onBroken(line) {
		const isOurs = line === this.#flowing && line.session === this.#session;
		if (!isOurs || this.isBusy) return false;
		this.#isMending = true;
		this.#on.broken();
		return this.#isMending;
	}

	/** @param {Line} line */
	#onLost(line) {
		if (line !== this.#coming && line !== this.#flowing) return;
		if (line === this.#coming) this.#dropComing();
		else this.#isMending = false;
		this.#on.lost();
	}

	// The session's events

	#onActive() {
		clearTimeout(this.#goneTimer);
		const wasAbsent = this.#isAbsent;
		this.#isAbsent = false;
		if (wasAbsent && !this.#isMoving) this.#on.joined();
	}

	/** Its page may have lost the server alone: what moves is left to move. */
	#onInactive() {
		clearTimeout(this.#goneTimer);
		this.#isAbsent = true;
		this.#on.absent();
		const look = () => {
			if (!this.#isMoving) this.#on.left();
			else this.#goneTimer = window.setTimeout(look, 500);
		};
		look();
	}

	/** Another page of the broadcaster: the session is of no use any more. */
	#onReconnect() {
		this.#dropSession();
		this.#on.joined();
	}
}
