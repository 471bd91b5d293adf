// @ts-check
/**
 * One stream in its broadcaster's hands, without the page: made, changed,
 * started, resumed, taken over, stopped. The studio shows what it says.
 *
 *   blank --start--> starting --> live --stop--> stopping --> off
 *   off ----start----^             | ^
 *   live --another page--> replaced --resume
 *   a live stream that can't be resumed --> held --resume
 *   any --key refused--> locked --unlock--> off or live
 */

import * as api from './api.js';
import { EventStream } from './events.js';
import { Publisher } from './publisher.js';
import { getKey, removeKey, setKey } from './store.js';

/**
 * @typedef {'blank'|'loading'|'off'|'starting'|'live'|'stopping'|'replaced'|'held'|'locked'|'missing'} State
 * @typedef {{title: string, description: string|null, visibility: string}} Facts
 *
 * @typedef {object} BroadcastEvents
 * @property {(state: State) => void} state
 * @property {(stream: import('./api.js').Stream) => void} stream
 * @property {(viewers: number) => void} viewers
 * @property {(peerId: string, state: import('./publisher.js').RowState) => void} viewer
 * @property {(isReachable: boolean) => void} server
 */

export class Broadcast {
	/** @type {State} */ #state = 'blank';
	/** @type {string|null} */ #videoId = null;
	/** @type {import('./api.js').Stream|null} */ #stream = null;
	/** @type {Publisher|null} */ #publisher = null;
	/** @type {EventStream|null} */ #events = null;
	#tracks;
	#on;

	/**
	 * @param {() => import('./publisher-peer.js').Tracks} tracks
	 * @param {BroadcastEvents} on
	 */
	constructor(tracks, on) {
		this.#tracks = tracks;
		this.#on = on;
	}

	get state() {
		return this.#state;
	}

	get videoId() {
		return this.#videoId;
	}

	get stream() {
		return this.#stream;
	}

	get publisher() {
		return this.#publisher;
	}

	get key() {
		return this.#videoId ? getKey(this.#videoId) : null;
	}

	/**
	 * Looks up a stream that exists.
	 * @param {string} videoId
	 * @returns {Promise<boolean>} whether it is live and ours, thus to be resumed
	 */
	async load(videoId) {
		this.#videoId = videoId;
		if (!this.key) {
			this.#become('locked');
			return false;
		}
		this.#become('loading');
		try {
			this.#take(await api.getStream(videoId, this.key));
		} catch (error) {
			if (!(error instanceof api.Problem) || ![401, 404].includes(error.status)) throw error;
			this.#fail(error, 'missing');
			return false;
		}
		this.#listen();
		if (this.#stream?.isLiveNow) return true;
		this.#become('off');
		return false;
	}

	/**
	 * A key that a person typed in: proven by a change that changes nothing.
	 * @param {string} key
	 */
	async unlock(key) {
		const videoId = /** @type {string} */ (this.#videoId);
		const stream = await api.getStream(videoId, key);
		await api.changeStream(videoId, key, { title: stream.title });
		setKey(videoId, key);
	}

	/** @param {Facts} facts */
	async start(facts) {
		const before = this.#state;
		this.#become('starting');
		try {
			if (!this.#videoId) await this.#create(facts);
			else await this.change(facts);
			await this.#publish();
			const videoId = /** @type {string} */ (this.#videoId);
			const { stream } = await api.startStream(videoId, this.key ?? '');
			this.#take(stream);
			this.#become('live');
		} catch (error) {
			this.#quiet();
			this.#fail(error, this.#videoId ? 'off' : before);
			throw error;
		}
	}

	/** Goes on with a stream that is live: after a reload, or as a take-over. */
	async resume() {
		this.#become('starting');
		try {
			await this.#publish();
			this.#become('live');
		} catch (error) {
			this.#quiet();
			this.#fail(error, 'held');
			throw error;
		}
	}

	/** The stream is live, but this page has nothing to send. */
	hold() {
		this.#quiet();
		this.#become('held');
	}

	async stop() {
		const before = this.#state;
		this.#become('stopping');
		try {
			const videoId = /** @type {string} */ (this.#videoId);
			const { stream } = await api.stopStream(videoId, this.key ?? '');
			this.#take(stream);
		} catch (error) {
			this.#fail(error, before);
			throw error;
		}
		this.#quiet();
		this.#become('off');
	}

	/** @param {Partial<Facts>} facts */
	async change(facts) {
		if (!this.#videoId || !this.key) return;
		this.#take(await api.changeStream(this.#videoId, this.key, facts));
	}

	/** @returns {Promise<string>} the new key; the old one works no more */
	async rotateKey() {
		const videoId = /** @type {string} */ (this.#videoId);
		const { streamKey } = await api.rotateKey(videoId, this.key ?? '');
		setKey(videoId, streamKey);
		return streamKey;
	}

	/** The page goes away. */
	leave() {
		this.#events?.close();
		if (this.#state === 'live' || this.#state === 'starting') this.#publisher?.leave();
	}

	/** @param {Facts} facts */
	async #create({ title, description, visibility }) {
		const body = description ? { title, description, visibility } : { title, visibility };
		const made = await api.createStream(body);
		setKey(made.videoId, made.streamKey);
		this.#videoId = made.videoId;
		history.replaceState(null, '', `/studio/${made.videoId}`);
		this.#listen();
	}

	async #publish() {
		this.#quiet();
		this.#publisher = new Publisher(
			/** @type {string} */ (this.#videoId),
			() => this.key,
			this.#tracks,
			{
				viewer: this.#on.viewer,
				server: this.#on.server,
				stopped: () => this.#onStopped(),
				refused: (problem) => this.#onRefused(problem),
			},
		);
		await this.#publisher.open();
	}

	#quiet() {
		this.#publisher?.close();
		this.#publisher = null;
	}

	#listen() {
		this.#events ??= new EventStream(/** @type {string} */ (this.#videoId), () => this.key, {
			stream: (stream) => {
				this.#take(stream);
				if (!stream.isLiveNow && this.#state === 'live') this.#onStopped();
				const isBeside = this.#state === 'replaced' || this.#state === 'held';
				if (!stream.isLiveNow && isBeside) this.#become('off');
			},
			viewers: (data) => this.#on.viewers(data.viewers),
		});
		this.#events.open();
	}

	#onStopped() {
		// A stop of our own tells the rest itself.
		if (this.#state === 'stopping') return;
		this.#quiet();
		this.#become('off');
	}

	/** @param {api.Problem} problem */
	#onRefused(problem) {
		this.#quiet();
		this.#fail(problem, problem.status === 409 ? 'replaced' : 'missing');
	}

	/** A key that doesn't open is forgotten. @param {unknown} error @param {State} otherwise */
	#fail(error, otherwise) {
		const isKeyWrong = error instanceof api.Problem && error.status === 401;
		if (isKeyWrong && this.#videoId) removeKey(this.#videoId);
		this.#become(isKeyWrong ? 'locked' : otherwise);
	}

	/** @param {import('./api.js').Stream} stream */
	#take(stream) {
		this.#stream = stream;
		this.#on.stream(stream);
		this.#on.viewers(stream.viewers);
	}

	/** @param {State} state */
	#become(state) {
		if (state === this.#state) return;
		this.#state = state;
		this.#on.state(state);
	}
}
