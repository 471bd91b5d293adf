// @ts-check
/**
 * The broadcaster's end of one viewer: answers its offer, sends it the tracks,
 * and changes them under way without a new negotiation. One object per offer;
 * a viewer that offers again gets a new one, but for an ICE restart, which is
 * the old one's.
 *
 * A viewer of the signal door hears of candidates as they come. A WHEP player
 * can't: its answer has them all (`trickle: false`).
 */

import { gathered } from './gathering.js';
import { fit } from './room.js';
import { accepts, withFragment, withMuxOnly, withOneMeaning } from './sdp.js';
import { Turns } from './turns.js';

/**
 * @typedef {{video: MediaStreamTrack|null, audio: MediaStreamTrack|null}} Tracks
 * @typedef {'connecting'|'connected'|'reconnecting'|'failed'} PeerState
 *
 * @typedef {object} Offer
 * @property {string} [sdp]
 * @property {string} [sdpfrag]  of a restart
 * @property {number} [attempt]  to be handed back
 * @property {boolean} [trickle]  false: the answer must be whole
 *
 * @typedef {object} PeerEvents
 * @property {(type: 'answer'|'offer'|'ice-candidate', data: unknown) => void} send
 * @property {(state: PeerState) => void} state
 */

export class PublisherPeer {
	/** @type {RTCIceCandidateInit[]} */ #early = [];
	/** One negotiation after the other. */
	#turns = new Turns();
	#trickles = true;
	#isOver = false;
	#bytes = 0;
	#measuredAt = 0;
	/** Players are used to show the stream that tracks come in. */
	#stream = new MediaStream();
	#iceServers;
	#on;

	/** @param {RTCIceServer[]} iceServers @param {PeerEvents} on */
	constructor(iceServers, on) {
		this.#iceServers = iceServers;
		this.#on = on;
		this.pc = this.#connect();
		/** @type {PeerState} */
		this.state = 'connecting';
	}

	#connect() {
		const pc = new RTCPeerConnection({ iceServers: this.#iceServers });
		pc.addEventListener('icecandidate', ({ candidate }) => {
			if (this.#isOver || !this.#trickles) return;
			this.#on.send('ice-candidate', candidate ? candidate.toJSON() : null);
		});
		pc.addEventListener('connectionstatechange', () => {
			if (pc === this.pc) this.#onConnection();
		});
		return pc;
	}

	/** @param {Offer} offer @param {Tracks} tracks */
	accept(offer, tracks) {
		return this.#turns.take(() => this.#accept(offer, tracks));
	}

	/** ICE anew, in the same session. @param {Offer} offer with a fragment */
	restart({ sdpfrag = '', attempt }) {
		return this.#turns.take(async () => {
			const remote = this.pc.remoteDescription;
			if (remote?.type !== 'offer') throw new Error('Nothing to start anew from');
			const sdp = withFragment(remote.sdp, sdpfrag);
			await this.pc.setRemoteDescription({ type: 'offer', sdp });
			const { sdp: answer } = await this.pc.createAnswer();
			await this.#answer(answer, attempt);
		});
	}

	/** The answer to a counter-offer. @param {{sdp: string}} answer */
	answered({ sdp }) {
		return this.#turns.take(async () => {
			const isPicture = accepts(this.pc.localDescription?.sdp ?? '', 'video');
			if (isPicture && !accepts(sdp, 'video')) throw new Error('It plays nothing of ours');
			await this.pc.setRemoteDescription({ type: 'answer', sdp });
			await this.#addEarly();
		});
	}

	/** @param {Offer} offer @param {Tracks} tracks */
	async #accept({ sdp = '', attempt, trickle }, tracks) {
		this.#trickles = trickle !== false;
		await this.pc.setRemoteDescription({ type: 'offer', sdp: withOneMeaning(sdp) });
		for (const transceiver of this.pc.getTransceivers()) {
			// One that the viewer itself offers as refused.
			if (transceiver.direction === 'stopped') continue;
			const kind = kindOf(transceiver);
			// Offered even where there is no track yet: it can come later
			// without another negotiation.
			transceiver.direction = 'sendonly';
			await this.#give(transceiver.sender, tracks[kind]);
		}
		const { sdp: answer = '' } = await this.pc.createAnswer();
		const isMute = tracks.video && accepts(sdp, 'video') && !accepts(answer, 'video');
		if (isMute && !this.#trickles) await this.#counter(tracks, attempt);
		else await this.#answer(answer, attempt);
	}

	/** @param {RTCRtpSender} sender @param {MediaStreamTrack|null} track */
	async #give(sender, track) {
		sender.setStreams?.(this.#stream);
		await sender.replaceTrack(track);
	}

	/** @param {string|undefined} sdp @param {number|undefined} attempt */
	async #answer(sdp, attempt) {
		await this.pc.setLocalDescription({ type: 'answer', sdp });
		const whole = this.#trickles ? sdp : withMuxOnly(await gathered(this.pc));
		if (this.#isOver) return;
		this.#on.send('answer', { type: 'answer', sdp: whole, attempt });
		await this.#addEarly();
	}

	/**
	 * The viewer plays none of the codecs that this browser sends, or has only
	 * not thought of them: it is asked.
	 * @param {Tracks} tracks @param {number|undefined} attempt
	 */
	async #counter(tracks, attempt) {
		const kinds = this.pc.getTransceivers().map(kindOf);
		this.pc.close();
		this.pc = this.#connect();
		for (const kind of kinds) {
			const { sender } = this.pc.addTransceiver(kind, { direction: 'sendonly' });
			await this.#give(sender, tracks[kind]);
		}
		await this.pc.setLocalDescription(await this.pc.createOffer());
		const sdp = withMuxOnly(await gathered(this.pc));
		if (!this.#isOver) this.#on.send('offer', { type: 'offer', sdp, attempt });
	}

	async #addEarly() {
		for (const candidate of this.#early.splice(0)) await this.#add(candidate);
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
			if (kindOf(transceiver) !== kind) continue;
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

/** @param {RTCRtpTransceiver} transceiver */
const kindOf = (transceiver) =>
	/** @type {'video'|'audio'} */ (transceiver.receiver.track.kind);

/** @param {RTCPeerConnectionState} state @returns {PeerState} */
function stateOf(state) {
	if (state === 'connected') return 'connected';
	if (state === 'disconnected') return 'reconnecting';
	if (state === 'failed' || state === 'closed') return 'failed';
	return 'connecting';
}
