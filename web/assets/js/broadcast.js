// @ts-check
/**
 * One stream in its broadcaster's hands, without the page: made, changed,
 * started, resumed, taken over, stopped. The studio shows what it says.
 *
 *   blank --start--> starting --> live --stop--> stopping --> off
 *   off ----start----^             | ^
 *   live --another page--> replaced --resume
 *   a live stream that can't be resumed, or that something else sends
 *     --> held --resume or stop
 *   any --key refused--> locked --unlock--> off or live
 */

import * as api from './api.js';
import { EventStream } from './events.js';
import { Publisher } from './publisher.js';
import { Push } from './push/push.js';
import { getApiToken, getKey, getOnAir, removeIngestUrl, removeKey, setIngestUrl, setKey, setOnAir } from './store.js';

/**
 * @typedef {'blank'|'loading'|'off'|'starting'|'live'|'stopping'|'replaced'|'held'|'locked'|'missing'} State
 * @typedef {{title: string, description: string|null, visibility: string}} Facts
 * @typedef {{hasReplay: boolean, cover: () => MediaStreamTrack}} StopOptions
 *     cover: what viewers see until the rest of the recording is sent
 *
 * @typedef {object} BroadcastEvents
 * @property {(state: State) => void} state
 * @property {(stream: import('./api.js').Stream) => void} stream
 * @property {(viewers: number) => void} viewers
 * @property {(peerId: string, state: import('./publisher.js').RowState) => void} viewer
 * @property {(isReachable: boolean) => void} server
 * @property {(status: import('./push/push.js').PushStatus) => void} push
 */

export class Broadcast {
	/** @type {State} */ #state = 'blank';
	/** @type {string|null} */ #videoId = null;
	/** @type {import('./api.js').Stream|null} */ #stream = null;
	/** @type {Publisher|null} */ #publisher = null;
	/** @type {Push|null} */ #push = null;
	/** @type {EventStream|null} */ #events = null;
	/** The new key that is on its way is here. @type {Promise<void>} */ #keySettled = Promise.resolve();
	/** The broadcast that is known to be over, by its begin. @type {string|null} */ #overAt = null;
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

	get push() {
		return this.#push;
	}

	get key() {
		return this.#videoId ? getKey(this.#videoId) : null;
	}

	/**
	 * Looks up a stream that exists.
	 * @param {string} videoId
	 * @returns {Promise<boolean>} whether it is live from this browser, thus to be resumed
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
		const { isLiveNow, hlsUrl, startedAt } = /** @type {api.Stream} */ (this.#stream);
		if (isLiveNow && (!hlsUrl || getOnAir(videoId) === startedAt)) return true;
		this.#become(isLiveNow ? 'held' : 'off');
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

	/** @param {Facts} facts @param {boolean} hasReplay */
	async start(facts, hasReplay) {
		const before = this.#state;
		this.#become('starting');
		try {
			if (!this.#videoId) await this.#create(facts, hasReplay);
			else await this.change(facts);
			await this.#publish();
			const videoId = /** @type {string} */ (this.#videoId);
			const { stream } = await api.startStream(videoId, this.key ?? '');
			this.#take(stream);
			this.#goOn();
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
			this.#goOn();
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

	/** Sends what is recorded, then stops. @param {StopOptions} options */
	async stop({ hasReplay, cover }) {
		const before = this.#state;
		this.#become('stopping');
		try {
			const videoId = /** @type {string} */ (this.#videoId);
			await this.#finishPush(cover);
			const { stream } = await api.stopStream(videoId, this.key ?? '', hasReplay);
			this.#take(stream);
		} catch (error) {
			this.#fail(error, before);
			if (this.#state === 'live') this.#goOn();
			throw error;
		}
		this.#end();
	}

	/** Stops without waiting for what is not sent yet. */
	hurry() {
		this.#push?.close();
	}

	/** @param {'video'|'audio'} kind @param {MediaStreamTrack|null} track */
	replace(kind, track) {
		this.#publisher?.replace(kind, track);
		this.#push?.replace(kind, track);
	}

	/** @param {Partial<Facts>} facts */
	async change(facts) {
		if (!this.#videoId || !this.key) return;
		this.#take(await api.changeStream(this.#videoId, this.key, facts));
	}

	/** @returns {Promise<string>} the new key; the old one works no more */
	rotateKey() {
		const rotating = this.#rotateKey();
		this.#keySettled = rotating.then(() => {}, () => {});
		return rotating;
	}

	async #rotateKey() {
		const videoId = /** @type {string} */ (this.#videoId);
		const { streamKey, ingestUrl } = await api.rotateKey(videoId, this.key ?? '');
		setKey(videoId, streamKey);
		if (ingestUrl !== undefined) setIngestUrl(videoId, ingestUrl);
		return streamKey;
	}

	/** The page goes away. */
	leave() {
		this.#events?.close();
		if (this.#state === 'live' || this.#state === 'starting') this.#publisher?.leave();
	}

	/** @param {Facts} facts @param {boolean} record */
	async #create({ title, description, visibility }, record) {
		const body = { title, visibility, record, ...(description ? { description } : {}) };
		const made = await api.createStream(body, getApiToken());
		setKey(made.videoId, made.streamKey);
		setIngestUrl(made.videoId, made.ingestUrl);
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
				denied: () => this.#keySettled,
			},
		);
		await this.#publisher.open();
	}

	/** Live: the tracks are pushed too, and a reload takes all of it up again. */
	#goOn() {
		const videoId = /** @type {string} */ (this.#videoId);
		setOnAir(videoId, this.#stream?.startedAt ?? null);
		this.#become('live');
		this.#push?.close();
		const tracks = this.#tracks();
		for (const kind of /** @type {const} */ (['video', 'audio'])) {
			this.#publisher?.replace(kind, tracks[kind]);
		}
		const push = new Push(videoId, () => this.key, {
			status: (status) => {
				if (this.#push === push) this.#on.push(status);
			},
			denied: () => this.#keySettled,
		});
		this.#push = push;
		push.open(tracks);
	}

	/** @param {() => MediaStreamTrack} cover */
	async #finishPush(cover) {
		if (this.#push?.status.state !== 'pushing') return;
		const finished = this.#push.finish();
		// Who pressed Stop is not seen or heard any longer.
		const slate = cover();
		this.#publisher?.replace('video', slate);
		this.#publisher?.replace('audio', null);
		await finished;
		slate.stop();
	}

	#quiet() {
		this.#publisher?.close();
		this.#publisher = null;
		this.#push?.close();
		this.#push = null;
	}

	#end() {
		this.#overAt = this.#stream?.startedAt ?? null;
		if (this.#videoId) setOnAir(this.#videoId, null);
		this.#quiet();
		this.#become('off');
	}

	#listen() {
		const path = () => api.urlOf(/** @type {string} */ (this.#videoId), 'events');
		this.#events ??= new EventStream(path, () => this.key, {
			stream: (stream) => {
				this.#take(stream);
				this.#follow(stream);
			},
			viewers: (data) => this.#on.viewers(data.viewers),
		});
		this.#events.open();
	}

	/** The stream was started or stopped, perhaps by somebody else. @param {api.Stream} stream */
	#follow({ isLiveNow, startedAt }) {
		if (isLiveNow) {
			// An encoder began to push. An older event than our own stop is none.
			if (this.#state === 'off' && startedAt !== this.#overAt) this.#become('held');
		} else if (['live', 'stopping', 'replaced', 'held'].includes(this.#state)) {
			this.#onStopped();
		}
	}

	#onStopped() {
		// A stop of our own tells the rest itself; there is nothing to wait for.
		if (this.#state === 'stopping') this.#push?.close();
		else this.#end();
	}

	/** @param {api.Problem} problem */
	#onRefused(problem) {
		this.#quiet();
		this.#fail(problem, problem.status === 409 ? 'replaced' : 'missing');
	}

	/** A key that doesn't open is forgotten. @param {unknown} error @param {State} otherwise */
	#fail(error, otherwise) {
		const isDenied = error instanceof api.Problem && error.status === 401;
		// Without a stream there is no key: creating one was refused.
		if (!isDenied || !this.#videoId) {
			this.#become(otherwise);
			return;
		}
		removeKey(this.#videoId);
		removeIngestUrl(this.#videoId);
		this.#become('locked');
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
