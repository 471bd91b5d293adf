// @ts-check
/**
 * One attempt of a viewer to get the picture: one RTCPeerConnection, from its
 * offer to its end. It knows no server and no other attempt. It watches its
 * own frames, for a connection that stands "connected" without a picture is
 * as lost as one that failed.
 *
 * A connection that breaks after it had a picture is mended once it is agreed
 * to: ICE starts anew, and `flowing` is said again when frames come.
 */

import { gathered } from './gathering.js';
import { withFragment } from './sdp.js';

/** ICE may mend a `disconnected` by itself; this is how long it gets. */
const DISCONNECTED_MS = 4000;
/** And this long another start of ICE, with its two ways through the server. */
const MEND_MS = 8000;
/** An answer was read; a network that lets nothing through says nothing. */
const CONNECT_MS = 15_000;
/** The longest gap between frames before the attempt counts as stalled. */
const STALL_MS = 6000;
/** Sound alone, this long after connecting: a broadcast without a camera. */
const SOUND_ONLY_MS = 3000;

/**
 * @typedef {import('./viewer-ways.js').Way} Way
 *
 * @typedef {object} PeerEvents
 * @property {(candidate: RTCIceCandidateInit|null) => void} candidate
 * @property {() => void} flowing  the picture has come, or come back
 * @property {() => boolean} broken  it stopped; whether to mend it
 * @property {(sdp: string) => Promise<string>} restart  takes an offer with new
 *     ICE credentials to the other side, and brings its fragment
 * @property {(reason: string) => void} lost  once: nothing more will come
 */

/** @implements {Way} */
export class ViewerPeer {
	/** @type {'direct'} */ kind = 'direct';
	#timer = 0;
	#disconnectTimer = 0;
	/** Until a connection stands: the first, or the mended one. */
	#connectTimer = 0;
	#isOver = false;
	#isFlowing = false;
	#isBroken = false;
	#connectedAt = 0;
	#seen = { frames: 0, decoded: 0, packets: 0 };
	/** What had come when it broke. */
	#before = { frames: 0, decoded: 0, packets: 0 };
	#advancedAt = 0;
	#measuredAt = 0;
	#on;

	/** @param {RTCIceServer[]} iceServers @param {PeerEvents} on */
	constructor(iceServers, on) {
		this.#on = on;
		this.pc = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' });
		this.media = new MediaStream();
		this.pc.addEventListener('track', (event) => this.media.addTrack(event.track));
		this.pc.addEventListener('icecandidate', (event) => {
			on.candidate(event.candidate ? event.candidate.toJSON() : null);
		});
		this.pc.addEventListener('connectionstatechange', () => this.#onConnection());
	}

	/** @returns {Promise<string>} the offer; candidates begin to come */
	async offer() {
		this.pc.addTransceiver('video', { direction: 'recvonly' });
		this.pc.addTransceiver('audio', { direction: 'recvonly' });
		return this.#set(await this.pc.createOffer());
	}

	/** @param {string} sdp of the answer */
	async answer(sdp) {
		if (this.#isOver) return;
		try {
			await this.pc.setRemoteDescription({ type: 'answer', sdp });
		} catch {
			this.#lose('the answer made no sense');
			return;
		}
		this.#giveUpAfter(CONNECT_MS);
	}

	/**
	 * Where the other side offers.
	 * @param {string} sdp
	 * @returns {Promise<string>} the answer, with its candidates
	 */
	async accept(sdp) {
		await this.pc.setRemoteDescription({ type: 'offer', sdp });
		await this.#set(await this.pc.createAnswer());
		this.#giveUpAfter(CONNECT_MS);
		return gathered(this.pc);
	}

	/** @param {RTCSessionDescriptionInit} description */
	async #set(description) {
		await this.pc.setLocalDescription(description);
		return this.pc.localDescription?.sdp ?? '';
	}

	/** @param {number} ms */
	#giveUpAfter(ms) {
		clearTimeout(this.#connectTimer);
		const give = () => {
			if (!this.#connectedAt || this.#isBroken) this.#lose('no connection came about');
		};
		this.#connectTimer = window.setTimeout(give, ms);
	}

	/** @param {HTMLVideoElement} video */
	attach(video) {
		video.srcObject = this.media;
	}

	/** Whether a frame came in the last `ms`. @param {number} ms */
	hasMoved(ms) {
		return this.#isFlowing && performance.now() - this.#advancedAt < ms;
	}

	close() {
		this.#finish();
		this.pc.close();
	}

	#onConnection() {
		if (this.#isOver) return;
		const state = this.pc.connectionState;
		clearTimeout(this.#disconnectTimer);
		if (state === 'connected' && !this.#connectedAt) {
			this.#connectedAt = performance.now();
			this.#advancedAt = this.#connectedAt;
			this.#measure();
		}
		if (state === 'closed') this.#lose('the connection closed');
		// One that is being mended has a deadline of its own.
		if (this.#isBroken) return;
		if (state === 'failed') this.#break('the connection failed');
		if (state === 'disconnected') {
			const give = () => this.#break('the connection broke');
			this.#disconnectTimer = window.setTimeout(give, DISCONNECTED_MS);
		}
	}

	/** @param {string} reason */
	async #break(reason) {
		const mayMend = this.#isFlowing && this.pc.remoteDescription?.type === 'answer';
		this.#isFlowing = false;
		if (this.#isOver || !mayMend || !this.#on.broken()) {
			this.#lose(reason);
			return;
		}
		this.#isBroken = true;
		this.#before = this.#seen;
		this.#giveUpAfter(MEND_MS);
		try {
			await this.#restart();
		} catch {
			this.#lose('it could not be mended');
		}
	}

	async #restart() {
		const sdp = await this.#set(await this.pc.createOffer({ iceRestart: true }));
		const fragment = await this.#on.restart(sdp);
		if (this.#isOver || !this.pc.remoteDescription) return;
		const answer = withFragment(this.pc.remoteDescription.sdp, fragment);
		await this.pc.setRemoteDescription({ type: 'answer', sdp: answer });
	}

	/** Looks whether media moves: often until it does, then at leisure. */
	async #measure() {
		const now = await this.#count();
		if (this.#isOver) return;
		this.#compare(now, performance.now());
		if (performance.now() - this.#advancedAt > STALL_MS) {
			this.#lose('the picture stood still');
			return;
		}
		this.#timer = window.setTimeout(() => this.#measure(), this.#isFlowing ? 500 : 100);
	}

	/** @param {{frames: number, decoded: number, packets: number}} seen @param {number} now */
	#compare(seen, now) {
		const { frames, decoded, packets } = seen;
		const before = this.#before;
		// A page that slept, or that nobody sees, proves nothing; and what is
		// being mended isn't expected to move.
		const isExcused = document.hidden || this.#isBroken || now - this.#measuredAt > 3000;
		const isSoundOnly = frames === 0 && packets > 0;
		const hasMoved = frames > this.#seen.frames || (isSoundOnly && packets > this.#seen.packets);
		if (isExcused || hasMoved) this.#advancedAt = now;
		this.#measuredAt = now;
		this.#seen = seen;
		const isSound =
			isSoundOnly && packets > before.packets && now - this.#connectedAt > SOUND_ONLY_MS;
		// A page that nobody sees may not decode what it receives.
		const isPicture = decoded > before.decoded || (document.hidden && frames > before.frames);
		if (this.#isFlowing || !(isPicture || isSound)) return;
		this.#isFlowing = true;
		this.#isBroken = false;
		this.#on.flowing();
	}

	async #count() {
		let frames = 0;
		let decoded = 0;
		let packets = 0;
		const report = await this.pc.getStats().catch(() => new Map());
		report.forEach((/** @type {any} */ stat) => {
			if (stat.type !== 'inbound-rtp') return;
			if (stat.kind === 'video') {
				decoded += stat.framesDecoded ?? 0;
				frames += Math.max(stat.framesReceived ?? 0, stat.framesDecoded ?? 0);
			} else {
				packets += stat.packetsReceived ?? 0;
			}
		});
		return { frames, decoded, packets };
	}

	#finish() {
		this.#isOver = true;
		clearTimeout(this.#timer);
		clearTimeout(this.#disconnectTimer);
		clearTimeout(this.#connectTimer);
	}

	/** @param {string} reason */
	#lose(reason) {
		if (this.#isOver) return;
		this.#finish();
		// The connection stays as it is: its last frame is still on the screen.
		this.#on.lost(reason);
	}
}
