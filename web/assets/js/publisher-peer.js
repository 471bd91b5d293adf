// @ts-check
/**
 * The broadcaster's end of one viewer: answers its offer, sends it the tracks,
 * and changes them under way without a new negotiation. One object per offer;
 * a viewer that offers again gets a new one.
 */

import { fit } from './room.js';

/**
 * @typedef {{video: MediaStreamTrack|null, audio: MediaStreamTrack|null}} Tracks
 * @typedef {'connecting'|'connected'|'reconnecting'|'failed'} PeerState
 *
 * @typedef {object} PeerEvents
 * @property {(type: 'answer'|'ice-candidate', data: unknown) => void} send
 * @property {(state: PeerState) => void} state
 */

export class PublisherPeer {
	/** @type {RTCIceCandidateInit[]} */ #early = [];
	#isOver = false;
	#bytes = 0;
	#measuredAt = 0;
	#on;

	/** @param {RTCIceServer[]} iceServers @param {PeerEvents} on */
	constructor(iceServers, on) {
		this.#on = on;
		this.pc = new RTCPeerConnection({ iceServers });
		/** @type {PeerState} */
		this.state = 'connecting';
		this.pc.addEventListener('icecandidate', (event) => {
			if (this.#isOver) return;
			on.send('ice-candidate', event.candidate ? event.candidate.toJSON() : null);
		});
		this.pc.addEventListener('connectionstatechange', () => this.#onConnection());
	}

	/**
	 * @param {{sdp: string, attempt?: number}} offer
	 * @param {Tracks} tracks
	 */
	async accept(offer, tracks) {
		await this.pc.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
		for (const transceiver of this.pc.getTransceivers()) {
			const kind = /** @type {'video'|'audio'} */ (transceiver.receiver.track.kind);
			// Offered even where there is no track yet: it can come later
			// without another negotiation.
			transceiver.direction = 'sendonly';
			await transceiver.sender.replaceTrack(tracks[kind]);
		}
		const { type, sdp } = await this.pc.createAnswer();
		await this.pc.setLocalDescription({ type, sdp });
		if (this.#isOver) return;
		this.#on.send('answer', { type, sdp, attempt: offer.attempt });
		const early = this.#early;
		this.#early = [];
		for (const candidate of early) await this.#add(candidate);
	}

	/** @param {RTCIceCandidateInit|null} candidate */
	async candidate(candidate) {
		if (this.#isOver || !candidate) return;
		if (this.pc.remoteDescription) await this.#add(candidate);
		else this.#early.push(candidate);
	}

	/** @param {'video'|'audio'} kind @param {MediaStreamTrack|null} track */
	async replace(kind, track) {
		for (const transceiver of this.pc.getTransceivers()) {
			if (transceiver.receiver.track.kind !== kind) continue;
			await transceiver.sender.replaceTrack(track).catch(() => {});
		}
	}

	/** Gives the picture the size that so many viewers leave. @param {number} viewers */
	async fit(viewers) {
		for (const { sender } of this.pc.getTransceivers()) {
			if (sender.track?.kind === 'video') await fit(sender, viewers);
		}
	}

	/**
	 * What goes out: the picture's size, and bits per second since last asked.
	 * @returns {Promise<{width: number, height: number, bps: number}|null>}
	 */
	async measure() {
		let found = null;
		const report = await this.pc.getStats().catch(() => new Map());
		report.forEach((/** @type {any} */ stat) => {
			if (stat.type === 'outbound-rtp' && stat.kind === 'video') found = stat;
		});
		if (!found) return null;
		const { bytesSent, frameWidth, frameHeight } = /** @type {any} */ (found);
		const now = performance.now();
		const seconds = (now - this.#measuredAt) / 1000;
		const bps = this.#measuredAt ? ((bytesSent - this.#bytes) * 8) / seconds : 0;
		this.#bytes = bytesSent;
		this.#measuredAt = now;
		return { width: frameWidth ?? 0, height: frameHeight ?? 0, bps };
	}

	close() {
		this.#isOver = true;
		this.pc.close();
	}

	/** @param {RTCIceCandidateInit} candidate */
	async #add(candidate) {
		// One that belongs to an older offer is refused by the browser.
		await this.pc.addIceCandidate(candidate).catch(() => {});
	}

	#onConnection() {
		if (this.#isOver) return;
		const state = stateOf(this.pc.connectionState);
		if (state === this.state) return;
		this.state = state;
		this.#on.state(state);
	}
}

/** @param {RTCPeerConnectionState} state @returns {PeerState} */
function stateOf(state) {
	if (state === 'connected') return 'connected';
	if (state === 'disconnected') return 'reconnecting';
	if (state === 'failed' || state === 'closed') return 'failed';
	return 'connecting';
}
