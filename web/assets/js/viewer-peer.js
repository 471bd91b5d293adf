// @ts-check
/**
 * One attempt of a viewer to get the picture: one RTCPeerConnection, from its
 * offer to its end. It knows no server and no other attempt. It watches its
 * own frames, for a connection that stands "connected" without a picture is
 * as lost as one that failed.
 */

/** ICE may mend a `disconnected` by itself; this is how long it gets. */
const DISCONNECTED_MS = 4000;
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
 * @property {() => void} flowing  once: the picture has come
 * @property {(reason: string) => void} lost  once: nothing more will come
 */

/** @implements {Way} */
export class ViewerPeer {
	/** @type {'direct'} */ kind = 'direct';
	/** @type {RTCIceCandidateInit[]} */ #early = [];
	/** @type {() => void} */ #committed = () => {};
	#isCommitted = new Promise((resolve) => {
		this.#committed = () => resolve(undefined);
	});
	/** @type {RTCSessionDescriptionInit|null} */ #offer = null;
	#timer = 0;
	#disconnectTimer = 0;
	#connectTimer = 0;
	#isOver = false;
	#isFlowing = false;
	#connectedAt = 0;
	#frames = 0;
	#packets = 0;
	#advancedAt = 0;
	#measuredAt = 0;
	#on;

	/**
	 * @param {number} number tells this attempt's answer from an older one's
	 * @param {RTCIceServer[]} iceServers
	 * @param {PeerEvents} on
	 */
	constructor(number, iceServers, on) {
		this.number = number;
		this.#on = on;
		this.iceServers = iceServers;
		this.pc = new RTCPeerConnection({ iceServers });
		this.media = new MediaStream();
		this.pc.addEventListener('track', (event) => this.media.addTrack(event.track));
		this.pc.addEventListener('icecandidate', (event) => {
			on.candidate(event.candidate ? event.candidate.toJSON() : null);
		});
		this.pc.addEventListener('connectionstatechange', () => this.#onConnection());
	}

	/** @returns {Promise<RTCSessionDescriptionInit>} */
	async offer() {
		this.pc.addTransceiver('video', { direction: 'recvonly' });
		this.pc.addTransceiver('audio', { direction: 'recvonly' });
		this.#offer = await this.pc.createOffer();
		return this.#offer;
	}

	/**
	 * The offer was taken. Gathering begins only now, for the ICE servers come
	 * with the server's word and can't be changed under a gathering.
	 * @param {RTCIceServer[]} iceServers
	 */
	async commit(iceServers) {
		if (this.#isOver || !this.#offer) return;
		if (iceServers.length && JSON.stringify(iceServers) !== JSON.stringify(this.iceServers)) {
			this.pc.setConfiguration({ iceServers });
		}
		await this.pc.setLocalDescription(this.#offer);
		this.#committed();
	}

	/** @param {RTCSessionDescriptionInit} description */
	async answer(description) {
		await this.#isCommitted;
		if (this.#isOver || this.pc.signalingState !== 'have-local-offer') return;
		try {
			await this.pc.setRemoteDescription({ type: 'answer', sdp: description.sdp });
		} catch {
			this.#lose('the answer made no sense');
			return;
		}
		const give = () => {
			if (!this.#connectedAt) this.#lose('no connection came about');
		};
		this.#connectTimer = window.setTimeout(give, CONNECT_MS);
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

	/** @param {HTMLVideoElement} video */
	attach(video) {
		video.srcObject = this.media;
	}

	/** Whether a frame came in the last `ms`. @param {number} ms */
	hasMoved(ms) {
		return this.#isFlowing && performance.now() - this.#advancedAt < ms;
	}

	get isAnswered() {
		return this.pc.remoteDescription !== null;
	}

	close() {
		this.#isOver = true;
		clearTimeout(this.#timer);
		clearTimeout(this.#disconnectTimer);
		clearTimeout(this.#connectTimer);
		this.pc.close();
	}

	/** @param {RTCIceCandidateInit} candidate */
	async #add(candidate) {
		// One that belongs to an older attempt is refused by the browser.
		await this.pc.addIceCandidate(candidate).catch(() => {});
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
		if (state === 'failed' || state === 'closed') this.#lose(`the connection ${state}`);
		if (state === 'disconnected') {
			const give = () => this.#lose('the connection broke');
			this.#disconnectTimer = window.setTimeout(give, DISCONNECTED_MS);
		}
	}

	/** Looks whether media moves: often until it does, then at leisure. */
	async #measure() {
		const { frames, decoded, packets } = await this.#count();
		if (this.#isOver) return;
		const now = performance.now();
		// A page that slept, or that nobody sees, proves nothing.
		if (document.hidden || now - this.#measuredAt > 3000) this.#advancedAt = now;
		this.#measuredAt = now;
		const isSoundOnly = frames === 0 && packets > 0;
		if (frames > this.#frames || (isSoundOnly && packets > this.#packets)) {
			this.#advancedAt = now;
		}
		this.#frames = frames;
		this.#packets = packets;
		const isSound = isSoundOnly && now - this.#connectedAt > SOUND_ONLY_MS;
		// A page that nobody sees may not decode what it receives.
		const isPicture = decoded > 0 || (document.hidden && frames > 0);
		if (!this.#isFlowing && (isPicture || isSound)) {
			this.#isFlowing = true;
			this.#on.flowing();
		}
		if (now - this.#advancedAt > STALL_MS) {
			this.#lose('the picture stood still');
			return;
		}
		this.#timer = window.setTimeout(() => this.#measure(), this.#isFlowing ? 500 : 100);
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

	/** @param {string} reason */
	#lose(reason) {
		if (this.#isOver) return;
		this.#isOver = true;
		clearTimeout(this.#timer);
		clearTimeout(this.#disconnectTimer);
		clearTimeout(this.#connectTimer);
		// The connection stays as it is: its last frame is still on the screen.
		this.#on.lost(reason);
	}
}
