// @ts-check
/**
 * A player's side of WHEP: one session, from its offer to its end, with what
 * is told under way (candidates, an ICE restart) and what is heard (events).
 * Descriptions and fragments go in and out as text; it knows no connection and
 * no page.
 *
 *   open -> (answer, where the publisher would rather offer)
 *        -> trickle and restart, one PATCH after the other -> end
 */

import { exchange, problemOf } from './api.js';
import { retry } from './backoff.js';
import { EventStream } from './events.js';
import { iceServersOf, parseLinks } from './link-header.js';
import { fragmentOf, iceOf } from './sdp.js';
import { Turns } from './turns.js';

const SDP = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';
const EVENTS_REL = 'urn:ietf:params:whep:ext:core:server-sent-events';
const EVENTS = ['active', 'inactive', 'viewercount', 'reconnect'];
/** Candidates come in bunches: those of one go into one request. */
const BUNCH_MS = 20;

/**
 * @typedef {object} Taken
 * @property {'answer'|'offer'} type an offer: `answer` is awaited
 * @property {string} sdp
 * @property {RTCIceServer[]} iceServers
 *
 * @typedef {object} SessionEvents
 * @property {() => void} active
 * @property {() => void} inactive
 * @property {(data: {viewercount: number}) => void} viewercount
 * @property {(data: {url: string}) => void} reconnect
 * @property {() => void} gone  the server knows the session no more
 */

/**
 * What an address names on the host that the page is from: a site may have
 * several names, and a page may talk to its own alone.
 * @param {string|null} url
 */
function pathOf(url) {
	const { pathname, search } = new URL(url ?? '', 'http://host.invalid/');
	return pathname + search;
}

/** @param {Response} response */
const linksOf = (response) => parseLinks(response.headers.get('Link'));

/** @param {string} text @param {string} type */
const bodyOf = (text, type) => new Blob([text], { type });

/**
 * The servers to gather with, before there is a session.
 * @param {string} endpoint @param {string|null} token
 * @returns {Promise<RTCIceServer[]>}
 */
export const readIceServers = (endpoint, token) =>
	exchange('OPTIONS', endpoint, { token }, async (response) => iceServersOf(linksOf(response)));

export class WhepSession {
	#path = '';
	#etag = '';
	/** The local description that candidates belong to. */
	#sdp = '';
	/** @type {(RTCIceCandidateInit|null)[]} */ #queue = [];
	#isDue = false;
	#turns = new Turns();
	#abort = new AbortController();
	/** @type {string|null} */ #eventsPath = null;
	/** @type {string|null} */ #streamPath = null;
	/** @type {EventStream|null} */ #events = null;
	#endpoint;
	#token;

	/**
	 * @param {string} endpoint
	 * @param {string|null} token for a private stream
	 */
	constructor(endpoint, token) {
		this.#endpoint = endpoint;
		this.#token = token;
	}

	/**
	 * Posts the offer.
	 * @param {string} sdp
	 * @param {string|null} viewerId who sends heartbeats too
	 * @returns {Promise<Taken>}
	 */
	async open(sdp, viewerId) {
		this.#sdp = sdp;
		const query = viewerId ? `?viewerId=${encodeURIComponent(viewerId)}` : '';
		const options = {
			file: bodyOf(sdp, SDP),
			token: this.#token,
			headers: { Accept: SDP },
			takes: [406],
		};
		// Without the signal: of a session that was made and never heard of
		// nobody could give the place back.
		const taken = await exchange('POST', this.#endpoint + query, options, (response) =>
			this.#take(response),
		);
		if (this.#abort.signal.aborted) await this.end();
		else this.#plan();
		return taken;
	}

	/** @param {Response} response @returns {Promise<Taken>} */
	async #take(response) {
		const isSdp = response.headers.get('Content-Type')?.startsWith(SDP);
		if (!isSdp) throw await problemOf(response);
		const links = linksOf(response);
		const events = links.find(({ rel }) => rel === EVENTS_REL);
		this.#path = pathOf(response.headers.get('Location'));
		const isAnswer = response.status !== 406;
		// A counter-offer's tag is that of credentials that nobody uses.
		this.#etag = (isAnswer && response.headers.get('ETag')) || '';
		this.#eventsPath = events ? pathOf(events.url) : null;
		return {
			type: isAnswer ? 'answer' : 'offer',
			sdp: await response.text(),
			iceServers: iceServersOf(links),
		};
	}

	/**
	 * Answers a counter-offer. Nothing can be told behind it.
	 * @param {string} sdp with its candidates
	 */
	async answer(sdp) {
		await this.#turns.take(() => retry(() => this.#patch(sdp, SDP), this.#signal));
	}

	/**
	 * Tells of a candidate, as soon as there is a session.
	 * @param {RTCIceCandidateInit|null} candidate null: there are no more
	 */
	trickle(candidate) {
		this.#queue.push(candidate);
		this.#plan();
	}

	/**
	 * ICE anew, in the same session.
	 * @param {string} sdp the local offer with the new credentials
	 * @returns {Promise<string>} the other side's fragment
	 */
	restart(sdp) {
		this.#sdp = sdp;
		this.#queue = [];
		return this.#turns.take(() => this.#patch(fragmentOf(sdp, []), FRAGMENT, '*'));
	}

	/** Hears the events until the session ends. @param {SessionEvents} on */
	listen({ gone, ...on }) {
		if (this.#eventsPath === null || this.#events || this.#signal.aborted) return;
		this.#events = new EventStream(() => this.#subscribe(), () => null, {
			...on,
			problem: (problem) => {
				if (problem.status !== 404) return;
				this.close();
				gone();
			},
		});
		this.#events.open();
	}

	/** It is over, here: nothing more is said or heard. */
	close() {
		this.#abort.abort();
		this.#events?.close();
		this.#queue = [];
	}

	/** It is over, and the server hears of it; the page may be on its way out. */
	async end() {
		this.close();
		// One that is being opened is ended when its answer comes.
		if (!this.#path) return;
		const path = this.#path;
		this.#path = '';
		await exchange('DELETE', path, { keepalive: true }, async () => {}).catch(() => {});
	}

	get #signal() {
		return this.#abort.signal;
	}

	/** Asked at every connection; the server is asked once. */
	async #subscribe() {
		const options = { body: EVENTS, signal: this.#signal };
		this.#streamPath ??= await exchange('POST', this.#eventsPath ?? '', options, async (response) =>
			pathOf(response.headers.get('Location')),
		);
		return this.#streamPath;
	}

	#plan() {
		// Without an entity tag the server takes no candidates.
		if (this.#isDue || !this.#queue.length || !this.#etag || !this.#path) return;
		this.#isDue = true;
		setTimeout(() => this.#turns.take(() => this.#flush()), BUNCH_MS);
	}

	async #flush() {
		this.#isDue = false;
		const { ufrag } = iceOf(this.#sdp);
		const some = this.#queue.splice(0).filter((one) => (one?.usernameFragment ?? ufrag) === ufrag);
		if (!some.length || this.#signal.aborted) return;
		const text = fragmentOf(this.#sdp, some);
		// One that never gets through is no catastrophe: the others usually do.
		await retry(() => this.#patch(text, FRAGMENT, this.#etag), this.#signal).catch(() => {});
	}

	/**
	 * @param {string} text
	 * @param {string} type
	 * @param {string} [match] the ICE session that is meant
	 * @returns {Promise<string>}
	 */
	async #patch(text, type, match) {
		this.#signal.throwIfAborted();
		/** @type {Record<string, string>} */
		const headers = { Accept: FRAGMENT };
		if (match) headers['If-Match'] = match;
		const options = { file: bodyOf(text, type), headers, signal: this.#signal };
		return exchange('PATCH', this.#path, options, (response) => {
			this.#etag = response.headers.get('ETag') ?? this.#etag;
			return response.text();
		});
	}
}
