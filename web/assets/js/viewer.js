// @ts-check
/**
 * Watches one stream: finds out how it stands, gets the picture by one way or
 * the other (viewer-ways.js), and keeps at it through every break until the
 * page goes away. It shows nothing; the page hears of states, ways and
 * numbers. The states and what leads from one to another are
 * viewer-machine.js's.
 *
 * One way is `shown`. Its picture stays until another has one, so that the
 * last frame stands in between, and so that an attempt made on suspicion costs
 * nothing. Beside it there may be one direct connection that is being
 * negotiated (direct.js) and one playlist that is being loaded.
 *
 * One long-lived request at a time: the stream's events while there is no
 * session, the session's while there is. Those don't tell of the stream itself:
 * it is asked for when a session's publisher leaves, when a playlist is missed,
 * and now and then, for its words. What breaks between the page and the server
 * is no reason to touch a picture that moves.
 */

import { Problem, getStream, urlOf } from './api.js';
import { Backoff, onHope } from './backoff.js';
import { Direct, GONE_MS } from './direct.js';
import { Due } from './due.js';
import { EventStream } from './events.js';
import { mayPlayHls } from './hls-source.js';
import { HlsWay } from './hls-way.js';
import { next } from './viewer-machine.js';
import { HEAD_START_MS, Patience, dvrOf, eventOf, wantsHls } from './viewer-ways.js';

/** A picture that lasts this long makes the next break a new one. */
const STEADY_MS = 5000;
/** And this long, that the direct way can be relied on again. */
const RELIABLE_MS = 30_000;
/** Not all of a crowd offers in the same instant. */
const CROWD_MS = 2000;

/**
 * @typedef {import('./viewer-machine.js').State} State
 * @typedef {import('./viewer-ways.js').Way} Way
 * @typedef {import('./api.js').Stream} Stream
 *
 * @typedef {object} ViewerEvents
 * @property {(state: State, problem: Problem|null) => void} state
 * @property {(way: Way) => void} stage  a way needs an element to get ready in
 * @property {(way: Way) => void} show  its picture is the one to be shown; the
 *     way shown before is closed once it is
 * @property {(stream: Stream) => void} stream
 * @property {(viewers: number) => void} viewers
 */

/** There is no such stream for us, or not any more. @param {Problem} problem */
const isShut = ({ status }) => status === 404 || status === 401;

export class Viewer {
	/** @type {State} */ #state = 'connecting';
	/** @type {Way|null} */ #shown = null;
	/** The playlist that is loaded, or shown. @type {HlsWay|null} */ #hls = null;
	/** @type {Direct} */ #direct;
	/** @type {EventStream} */ #events;
	#directDue = new Due();
	#hlsDue = new Due();
	#backoff = new Backoff();
	#hlsBackoff = new Backoff(1000, 15_000);
	#patience = new Patience();
	/** @type {string|null} */ #hlsUrl = null;
	/** A playlist that no try will play. @type {string|null} */ #refusedUrl = null;
	/** @type {string|null} */ #startedAt = null;
	/** Why direct has no picture. @type {Problem|null} */ #refusal = null;
	#hasFailed = false;
	#triedAt = 0;
	#headTimer = 0;
	#steadyTimer = 0;
	#reliableTimer = 0;
	#isPlayingOut = false;
	#isOpen = false;
	#isPrivate = false;
	#isBarred = false;
	/** @type {() => void} */ #forgetHope = () => {};
	#videoId;
	#secret;
	#on;

	/**
	 * @param {string} videoId
	 * @param {() => string|null} secret for a private stream: its key, or a token
	 * @param {() => string|null} viewerId
	 * @param {ViewerEvents} on
	 */
	constructor(videoId, secret, viewerId, on) {
		this.#videoId = videoId;
		this.#secret = secret;
		this.#on = on;
		this.#events = new EventStream(() => urlOf(videoId, 'events'), () => this.credential, {
			stream: (stream) => this.#learn(stream),
			viewers: (data) => on.viewers(data.viewers),
			problem: (problem) => {
				if (isShut(problem)) this.look();
			},
		});
		this.#direct = new Direct(videoId, () => this.credential, viewerId, {
			trying: () => this.#onTrying(),
			tied: () => this.#events.close(),
			flowing: (peer) => this.#onDirectFlowing(peer),
			broken: () => this.#onDirectBroken(),
			lost: () => this.#onDirectLost(),
			refused: (problem) => this.#onRefused(problem),
			joined: () => this.#onJoined(),
			absent: () => this.refresh(),
			left: () => this.#onLeft(),
			viewers: (viewers) => on.viewers(viewers),
			forgotten: () => this.#onForgotten(),
		});
	}

	get state() {
		return this.#state;
	}

	/** The way whose picture is shown. */
	get way() {
		return this.#shown;
	}

	/** The connection, for statistics. */
	get pc() {
		return this.#direct.pc;
	}

	/** Whether the broadcast can be watched from its beginning. */
	get hasPast() {
		return this.#playable !== null && this.#state === 'live';
	}

	/**
	 * What opens the stream, where it is private and nothing else does.
	 * Anywhere else it would make a broadcaster of its own viewer.
	 */
	get credential() {
		return this.#isPrivate ? this.#secret() : null;
	}

	get hasSession() {
		return this.#direct.hasSession;
	}

	open() {
		this.#isOpen = true;
		this.#forgetHope();
		this.#forgetHope = onHope(() => {
			this.#directDue.hurry();
			this.#hlsDue.hurry();
		});
		this.#on.state(this.#state, null);
		this.look();
	}

	/** Says goodbye; the page may be on its way out. */
	close() {
		this.#isOpen = false;
		this.#forgetHope();
		this.#events.close();
		this.#direct.bye();
		this.#hangUp();
	}

	/** Asks how the stream stands and acts on it. */
	async look() {
		try {
			this.#learn(await this.#find());
		} catch (error) {
			if (!this.#isOpen || !(error instanceof Problem)) return;
			if (isShut(error)) {
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
	 * Looks after the stream while the picture runs: a title may change. What
	 * fails here is no matter.
	 */
	async refresh() {
		try {
			this.#learn(await getStream(this.#videoId, this.credential));
		} catch {
			// The next one will tell.
		}
	}

	/** As many as the token is for watch already. @param {Problem} problem */
	bar(problem) {
		if (this.#isBarred || !this.#isOpen) return;
		this.#isBarred = true;
		this.#events.close();
		this.#direct.bye();
		this.#hangUp();
		this.#step('lost');
		this.#step('full', problem);
	}

	/** There is room again. */
	unbar() {
		if (!this.#isBarred) return;
		this.#isBarred = false;
		this.look();
	}

	/** Plays the broadcast from its beginning, while it goes on. */
	fromBeginning() {
		const url = this.#playable;
		if (url) this.#load(dvrOf(url, location.href), 'dvr', 0);
	}

	/** Back to what happens now. */
	toLive() {
		const way = this.#shown;
		if (way instanceof HlsWay && way === this.#hls && way.what === 'live') way.toEdge();
		else if (this.#playable) this.#load(this.#playable, 'live');
		this.#soon();
	}

	/** Somebody plays what was kept: nothing is to take the screen. */
	beginReplay() {
		this.#step('replay');
	}

	/** It can't be played. */
	breakReplay() {
		this.#step('lost');
	}

	/** Enough of the replay: what is live is wanted. */
	endReplay() {
		this.#step('try');
		this.look();
	}

	/** As anyone; and where that finds nothing, with what opens it. */
	async #find() {
		try {
			return await getStream(this.#videoId, null);
		} catch (error) {
			const isHidden = error instanceof Problem && error.status === 404;
			if (!isHidden || !this.#secret()) throw error;
			return getStream(this.#videoId, this.#secret());
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
		if (!this.#isOpen || this.#isBarred) return;
		const isLive = stream.status === 'LIVE';
		const isNew = stream.startedAt !== this.#startedAt;
		this.#startedAt = stream.startedAt;
		this.#isPrivate = stream.visibility === 'PRIVATE';
		this.#hlsUrl = isLive ? (stream.hlsUrl ?? null) : null;
		this.#on.stream(stream);
		this.#on.viewers(stream.viewers);
		if (!isLive) {
			this.#end(stream.startedAt || stream.stoppedAt ? 'stopped' : 'idle');
			return;
		}
		if (this.#isPlayingOut) this.#hangUp();
		if (this.#state === 'replay') {
			this.#events.open();
			return;
		}
		const isTrying = this.hasSession || this.#direct.isBusy;
		if (!isTrying && !this.#hls) this.#soon();
		else if (!isTrying && isNew) this.#soon(Math.random() * CROWD_MS);
		this.#bridge();
	}

	/** @param {'stopped'|'idle'} event */
	#end(event) {
		const isOver = () => {
			this.#hangUp();
			this.#step(event);
		};
		this.#hlsUrl = null;
		this.#events.open();
		const { way } = this;
		// What is some seconds behind is shown to its end.
		if (this.#state !== 'live' || !(way instanceof HlsWay)) {
			isOver();
		} else if (!this.#isPlayingOut) {
			this.#isPlayingOut = true;
			this.#cancel();
			this.#direct.hangUp();
			way.finish().then(() => {
				if (this.#isPlayingOut && way === this.#shown) isOver();
			});
		}
	}

	/** Forgets every way. */
	#hangUp() {
		this.#cancel();
		this.#direct.hangUp();
		this.#hls?.close();
		this.#shown?.close();
		this.#hls = null;
		this.#shown = null;
		this.#refusal = null;
		this.#hasFailed = false;
		this.#isPlayingOut = false;
		this.#backoff.reset();
		this.#hlsBackoff.reset();
	}

	#cancel() {
		this.#directDue.cancel();
		this.#hlsDue.cancel();
		clearTimeout(this.#headTimer);
		clearTimeout(this.#steadyTimer);
		clearTimeout(this.#reliableTimer);
		this.#headTimer = 0;
		this.#triedAt = 0;
	}

	get #isMoving() {
		return this.#shown?.hasMoved(GONE_MS) ?? false;
	}

	/** The live playlist, where there is one that can be played here. */
	get #playable() {
		const isPlayable = this.#hlsUrl !== this.#refusedUrl && mayPlayHls();
		return isPlayable ? this.#hlsUrl : null;
	}

	// When direct is tried

	/** @param {Problem|null} problem @param {() => void} run */
	#plan(problem, run) {
		const askedMs = (problem?.retryAfter ?? 0) * 1000;
		const ms = this.#hls ? this.#patience.nextMs() : this.#backoff.nextMs();
		// A server that named a time is not to be pressed.
		this.#directDue.schedule(Math.max(ms, askedMs), run, askedMs > 0 && !this.#hls);
	}

	#soon(ms = 0) {
		this.#directDue.schedule(ms, () => this.#attempt());
	}

	#attempt() {
		if (!this.#isOpen || this.#state === 'replay' || this.#isPlayingOut) return;
		if (this.#hls?.isHeld) this.#plan(null, () => this.#attempt());
		else this.#direct.attempt();
	}

	// Direct

	#onTrying() {
		this.#step('try');
		if (this.#headTimer || this.#isMoving) return;
		this.#triedAt = performance.now();
		this.#headTimer = window.setTimeout(() => this.#bridge(), HEAD_START_MS);
	}

	/** @param {Way} peer */
	#onDirectFlowing(peer) {
		if (this.#hls?.isHeld) {
			this.#giveUpDirect();
			this.#plan(null, () => this.#attempt());
			return;
		}
		this.#cancel();
		this.#hasFailed = false;
		this.#refusal = null;
		this.#hls = null;
		this.#show(peer);
		this.#steadyTimer = window.setTimeout(() => this.#backoff.reset(), STEADY_MS);
		this.#reliableTimer = window.setTimeout(() => this.#patience.reset(), RELIABLE_MS);
	}

	#onDirectBroken() {
		clearTimeout(this.#steadyTimer);
		clearTimeout(this.#reliableTimer);
		if (this.#isPlayingOut) return;
		this.#hasFailed = true;
		if (!this.#isMoving) this.#step('lost');
		this.#bridge();
		if (!this.#hlsUrl) this.refresh();
	}

	#onDirectLost() {
		this.#onDirectBroken();
		if (this.#isPlayingOut) return;
		this.#patience.broke();
		if (this.#shown === this.#hls && this.#hls) this.#giveUpDirect();
		if (!this.#direct.isBusy) this.#plan(null, () => this.#attempt());
	}

	/** Somebody else may have the place in the room. */
	#giveUpDirect() {
		this.#direct.bye();
		this.#events.open();
	}

	/** @param {Problem} problem */
	#onRefused(problem) {
		if (isShut(problem)) {
			this.look();
			return;
		}
		this.#hasFailed = true;
		this.#refusal = problem;
		this.#bridge();
		if (!this.#hls && !this.#isMoving) this.#step(eventOf(problem), problem);
		if (!this.hasSession) this.#events.open();
		if (problem.status !== 501) this.#plan(problem, () => this.#attempt());
	}

	#onJoined() {
		this.#backoff.reset();
		this.#patience.reset();
		this.#soon();
	}

	#onLeft() {
		this.#hasFailed = true;
		if (!this.#isMoving) this.#step('absent');
		this.#bridge();
		if (!this.#hlsUrl) this.refresh();
	}

	/** The session has ended, or the stream is gone. */
	#onForgotten() {
		this.#events.open();
		this.look();
	}

	// HLS

	/** Begins HLS where direct leaves the screen empty. */
	#bridge() {
		const url = this.#playable;
		const isOther = this.#hls?.what === 'live' && this.#hls.url !== url;
		if (!this.#isOpen || this.#hlsDue.isSet || (this.#hls && !isOther)) return;
		const facts = {
			hlsUrl: url,
			isMoving: this.#isMoving,
			hasFailed: this.#hasFailed || isOther,
			triedMs: this.#triedAt ? performance.now() - this.#triedAt : 0,
		};
		if (url && wantsHls(facts)) this.#load(url, 'live');
	}

	/**
	 * @param {string} url @param {'live'|'dvr'} what @param {number} [startAt]
	 */
	#load(url, what, startAt) {
		/** @type {HlsWay} */
		const way = new HlsWay(url, what, startAt, {
			flowing: () => this.#onHlsFlowing(way),
			still: () => {
				if (way === this.#shown) this.#step('lost');
			},
			moves: () => {
				if (way === this.#shown) this.#step('picture');
			},
			lost: () => this.#onHlsLost(way, null),
			refused: (problem) => this.#onHlsLost(way, problem),
		});
		this.#hls = way;
		this.#on.stage(way);
		this.#step('try');
	}

	/** @param {HlsWay} way */
	#onHlsFlowing(way) {
		if (way !== this.#hls) return;
		this.#hlsBackoff.reset();
		this.#direct.settle();
		this.#show(way);
		if (this.#direct.isBusy) return;
		// A room that is full of people who don't see it serves nobody.
		if (!this.#direct.hasFlowed || way.isHeld) this.#giveUpDirect();
		this.#directDue.cancel();
		if (this.#refusal?.status !== 501) this.#plan(null, () => this.#attempt());
	}

	/** @param {HlsWay} way @param {Problem|null} problem why it never will play */
	#onHlsLost(way, problem) {
		if (way !== this.#hls && way !== this.#shown) return;
		if (problem) this.#refusedUrl = way.url;
		if (way === this.#hls) {
			const isOther = this.#shown instanceof HlsWay && way !== this.#shown;
			this.#hls = isOther ? /** @type {HlsWay} */ (this.#shown) : null;
		}
		if (this.#isPlayingOut || this.#hls || this.#isMoving) return;
		this.#step('lost');
		if (problem) {
			this.#step('unplayable', problem);
		} else {
			if (this.#refusal) this.#step(eventOf(this.#refusal), this.#refusal);
			this.#loadAgain(way);
		}
		if (this.#directDue.isSet) this.#directDue.hurry();
		else if (!this.#direct.isBusy && this.#refusal?.status !== 501) this.#soon();
	}

	/** Who watched the past is brought back there. @param {HlsWay} way */
	#loadAgain(way) {
		const isPast = way.what === 'dvr' && way === this.#shown;
		const run = () => {
			if (isPast && !this.#hls) this.#load(way.url, 'dvr', way.time);
			else this.#bridge();
		};
		this.#hlsDue.schedule(this.#hlsBackoff.nextMs(), run);
	}

	/** @param {Way} way */
	#show(way) {
		this.#shown = way;
		this.#on.show(way);
		this.#step('picture');
	}
}
