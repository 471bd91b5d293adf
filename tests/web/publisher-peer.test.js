/**
 * The broadcaster's end of a viewer: what it answers to whom, with a connection of the test's own.
 */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';

import { webModule } from '../lib/web.js';

const { PublisherPeer } = await webModule('publisher-peer.js');

const SECTION = { video: 'm=video 9 UDP/TLS/RTP/SAVPF 96', audio: 'm=audio 9 UDP/TLS/RTP/SAVPF 111' };
const describeMedia = (kinds, ufrag) => `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n${kinds.map((kind, i) =>
	`${SECTION[kind]}\r\na=mid:${i}\r\na=ice-ufrag:${ufrag}\r\na=ice-pwd:p\r\n`).join('')}`;
const OFFER = describeMedia(['video', 'audio'], 'viewer');
const TRACKS = { video: { kind: 'video' }, audio: null };

/** As much of a browser's connection as one needs to answer. It sends what `plays` has. */
class Connection extends EventTarget {
	/** @type {Connection[]} */ static made = [];
	static plays = ['video', 'audio'];
	iceGatheringState = 'new';
	remoteDescription = null;
	localDescription = null;
	isClosed = false;
	#transceivers = [];
	#generation = 0;

	constructor() {
		super();
		Connection.made.push(this);
	}

	addTransceiver(kind, { direction }) {
		const sender = {
			track: null, streams: [],
			replaceTrack: async (track) => { sender.track = track; },
			setStreams: (...streams) => { sender.streams = streams; },
		};
		const transceiver = { direction, sender, receiver: { track: { kind } } };
		this.#transceivers.push(transceiver);
		return transceiver;
	}

	getTransceivers() {
		return this.#transceivers;
	}

	async setRemoteDescription(description) {
		if (!/a=ice-ufrag/.test(description.sdp)) throw new Error('no SDP');
		this.remoteDescription = description;
		if (this.#transceivers.length) return;
		for (const [, kind] of description.sdp.matchAll(/m=(\w+) /g)) this.addTransceiver(kind, { direction: 'recvonly' });
	}

	async createAnswer() {
		return { type: 'answer', sdp: this.#describe() };
	}

	async createOffer() {
		return { type: 'offer', sdp: this.#describe() };
	}

	#describe() {
		this.#generation += 1;
		let sdp = describeMedia(this.#transceivers.map(({ receiver }) => receiver.track.kind), `own${this.#generation}`);
		if (this.remoteDescription && !Connection.plays.includes('video')) sdp = sdp.replace('m=video 9', 'm=video 0');
		return sdp;
	}

	async setLocalDescription({ type, sdp }) {
		this.localDescription = { type, sdp };
		this.iceGatheringState = 'gathering';
		setTimeout(() => this.#gather());
	}

	#gather() {
		const candidate = { toJSON: () => ({ candidate: 'candidate:1', sdpMid: '0' }) };
		this.localDescription.sdp += 'a=candidate:1\r\n';
		this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate }));
		this.iceGatheringState = 'complete';
		this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate: null }));
	}

	close() {
		this.isClosed = true;
	}
}

describe('the broadcaster\'s end of a viewer', () => {
	let sent, peer;
	beforeEach(() => {
		globalThis.RTCPeerConnection = Connection;
		globalThis.MediaStream = class {};
		Connection.made = [];
		Connection.plays = ['video', 'audio'];
		sent = [];
		peer = new PublisherPeer([], { send: (type, data) => sent.push({ type, ...data }), state() {} });
	});
	const types = () => sent.map(({ type }) => type);
	const settled = () => new Promise((done) => setTimeout(done, 20));

	it('answers a page at once, and candidates follow', async () => {
		await peer.accept({ sdp: OFFER, attempt: 4 }, TRACKS);
		assert.equal(sent[0].attempt, 4);
		assert.doesNotMatch(sent[0].sdp, /a=candidate/);
		await settled();
		assert.deepEqual(types(), ['answer', 'ice-candidate', 'ice-candidate']);
	});

	it('answers a player whole, and tells of no candidates', async () => {
		await peer.accept({ sdp: OFFER, attempt: 4, trickle: false }, TRACKS);
		await settled();
		assert.deepEqual(types(), ['answer']);
		assert.match(sent[0].sdp, /a=candidate:1/);
		assert.equal(sent[0].attempt, 4);
	});

	it('sends every kind that was offered, and takes none, whether there is a track or not', async () => {
		await peer.accept({ sdp: OFFER.replaceAll('a=mid', 'a=sendrecv\r\na=mid'), trickle: false }, TRACKS);
		const got = peer.pc.getTransceivers().map(({ direction, sender }) => [direction, sender.track]);
		assert.deepEqual(got, [['sendonly', TRACKS.video], ['sendonly', null]]);
	});

	it('sends both kinds in one stream, for players show a stream', async () => {
		await peer.accept({ sdp: OFFER, trickle: false }, TRACKS);
		const [video, audio] = peer.pc.getTransceivers().map(({ sender }) => sender.streams);
		assert.equal(video.length, 1);
		assert.ok(video[0] instanceof MediaStream);
		assert.deepEqual(audio, video);
		assert.equal(audio[0], video[0]);
	});

	it('takes an offer that gives two header extensions one number', async () => {
		const sdp = OFFER.replace('a=mid:0', 'a=extmap:2 urn:one\r\na=mid:0').replace('a=mid:1', 'a=extmap:2 urn:other\r\na=mid:1');
		await peer.accept({ sdp, trickle: false }, TRACKS);
		assert.match(peer.pc.remoteDescription.sdp, /a=extmap:2 urn:one/);
		assert.doesNotMatch(peer.pc.remoteDescription.sdp, /urn:other/);
	});

	it('an ICE restart is another answer of the same connection, to the same offer with other credentials', async () => {
		await peer.accept({ sdp: OFFER, attempt: 1, trickle: false }, TRACKS);
		const { pc } = peer;
		await peer.restart({ sdpfrag: 'a=ice-ufrag:fresh\r\na=ice-pwd:q\r\n', attempt: 2, trickle: false });
		assert.equal(peer.pc, pc);
		assert.match(pc.remoteDescription.sdp, /a=ice-ufrag:fresh/);
		assert.doesNotMatch(pc.remoteDescription.sdp, /a=ice-ufrag:viewer/);
		assert.deepEqual(sent.map(({ type, attempt }) => [type, attempt]), [['answer', 1], ['answer', 2]]);
		assert.match(sent[1].sdp, /a=ice-ufrag:own2[^]*a=candidate:1/);
	});

	it('a restart that makes no sense is an error, and the session stays', async () => {
		await assert.rejects(peer.restart({ sdpfrag: 'a=ice-ufrag:fresh\r\na=ice-pwd:q\r\n' }));
		await peer.accept({ sdp: OFFER, trickle: false }, TRACKS);
		await assert.rejects(peer.restart({ sdpfrag: 'nonsense' }));
		assert.match(peer.pc.remoteDescription.sdp, /a=ice-ufrag:viewer/);
		assert.equal(peer.pc.isClosed, false);
	});

	it('a player that takes none of the codecs is offered what there is, and its answer is taken if it takes some', async () => {
		Connection.plays = ['audio'];
		await peer.accept({ sdp: OFFER, attempt: 5, trickle: false }, TRACKS);
		assert.deepEqual(sent.map(({ type, attempt }) => [type, attempt]), [['offer', 5]]);
		assert.match(sent[0].sdp, /m=video 9[^]*m=audio 9[^]*a=candidate:1/);
		const [first, second] = Connection.made;
		assert.deepEqual([first.isClosed, second.isClosed], [true, false]);
		assert.deepEqual(second.getTransceivers().map(({ direction, sender }) => [direction, sender.track]),
			[['sendonly', TRACKS.video], ['sendonly', null]]);
		await assert.rejects(peer.answered({ sdp: OFFER.replace('m=video 9', 'm=video 0') }));
		assert.equal(second.remoteDescription, null);
		await peer.answered({ sdp: OFFER });
		assert.equal(second.remoteDescription.type, 'answer');
	});

	it('without a picture to send, or for a page, nothing is counter-offered', async () => {
		Connection.plays = ['audio'];
		await peer.accept({ sdp: OFFER, trickle: false }, { video: null, audio: null });
		await new PublisherPeer([], { send: (type, data) => sent.push({ type, ...data }), state() {} }).accept({ sdp: OFFER }, TRACKS);
		await settled();
		assert.ok(!types().includes('offer'));
	});
});
