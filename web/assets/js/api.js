// @ts-check
/**
 * The HTTP interface, one function a route. A refusal is thrown as a Problem
 * whose title and detail are the server's own words; a broken connection is a
 * Problem of status 0. Nothing here retries: whoever calls knows what a
 * failure means for it.
 */

const BASE = '/api/live';
const TIMEOUT_MS = 15_000;

/**
 * @typedef {object} Stream
 * @property {string} videoId
 * @property {string} title
 * @property {string|null} description
 * @property {'PENDING'|'LIVE'|'READY'|'FAILED'} status
 * @property {boolean} isLiveNow
 * @property {'PUBLIC'|'UNLISTED'|'PRIVATE'} visibility
 * @property {string|null} startedAt
 * @property {string|null} stoppedAt
 * @property {number} viewers
 * @property {number} viewsTotal
 * @property {string|null} hlsUrl  what plays now
 * @property {Recording|null} recording
 *
 * @typedef {object} Recording
 * @property {'RECORDING'|'PROCESSING'|'READY'|'FAILED'} state
 * @property {number|null} durationSeconds
 * @property {number|null} sizeBytes  of everything that is kept of it
 * @property {number|null} mp4Bytes  of the download
 * @property {string|null} hlsUrl
 * @property {string|null} mp4Url
 * @property {string|null} posterUrl
 * @property {string|null} thumbnailsUrl
 * @property {number|null} progress  0 to 1
 * @property {string|null} detail
 *
 * @typedef {object} Message
 * @property {string} id
 * @property {string} from  a peerId, "publisher" or "server"
 * @property {string} type
 * @property {any} data
 *
 * @typedef {object} Options
 * @property {unknown} [body]
 * @property {Blob} [file]  sent as it is, in the place of a body, with its type
 * @property {number[]} [takes]  statuses that are no refusals
 * @property {string|null} [token]
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 * @property {boolean} [keepalive]
 * @property {number} [timeoutMs]
 */

/** What the server said, or that it said nothing. */
export class Problem extends Error {
	/**
	 * @param {number} status 0 where no answer came
	 * @param {string} title
	 * @param {{type?: string, detail?: string, field?: string, retryAfter?: number}} [more]
	 */
	constructor(status, title, more = {}) {
		super(title);
		this.name = 'Problem';
		this.status = status;
		this.title = title;
		/** The last word of the problem's type, as `rate` of `urn:…:rate`. */
		this.kind = more.type?.split(':').pop() ?? '';
		this.detail = more.detail ?? '';
		this.field = more.field ?? '';
		/** Seconds, or null where the server named none. */
		this.retryAfter = more.retryAfter ?? null;
	}
}

/**
 * What a refusal says.
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
export async function problemOf(response) {
	const seconds = Number.parseFloat(response.headers.get('Retry-After') ?? '');
	const retryAfter = Number.isFinite(seconds) ? seconds : undefined;
	const type = response.headers.get('Content-Type') ?? '';
	if (!type.includes('json')) {
		return new Problem(response.status, 'The server could not answer', { retryAfter });
	}
	const said = await response.json().catch(() => ({}));
	return new Problem(response.status, String(said.title ?? 'The server refused'), {
		type: said.type && String(said.type),
		detail: said.detail && String(said.detail),
		field: said.field && String(said.field),
		retryAfter,
	});
}

/**
 * One exchange. The timeout and the caller's signal hold until `read` has done
 * with the body, however long that is.
 * @template T
 * @param {string} method
 * @param {string} path
 * @param {Options} options
 * @param {(response: Response) => Promise<T>} read gets an ok answer, or one of `takes`
 * @returns {Promise<T>}
 */
export async function exchange(method, path, options, read) {
	const abort = new AbortController();
	const giveUp = () => abort.abort();
	options.signal?.addEventListener('abort', giveUp);
	if (options.signal?.aborted) giveUp();
	const ms = options.timeoutMs ?? TIMEOUT_MS;
	const timer = ms > 0 ? setTimeout(giveUp, ms) : 0;
	try {
		const response = await fetch(path, {
			method,
			headers: headersOf(options),
			body: options.file ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
			cache: 'no-store',
			credentials: 'omit',
			keepalive: options.keepalive ?? false,
			signal: abort.signal,
		});
		const isTaken = response.ok || options.takes?.includes(response.status);
		if (!isTaken) throw await problemOf(response);
		return await read(response);
	} catch (error) {
		if (error instanceof Problem) throw error;
		if (options.signal?.aborted) throw new DOMException('Given up', 'AbortError');
		throw new Problem(0, 'No connection to the server');
	} finally {
		clearTimeout(timer);
		options.signal?.removeEventListener('abort', giveUp);
	}
}

/** @param {Options} options */
function headersOf(options) {
	/** @type {Record<string, string>} */
	const headers = { Accept: 'application/json', ...options.headers };
	if (options.token) headers.Authorization = `Bearer ${options.token}`;
	if (options.body !== undefined) headers['Content-Type'] = 'application/json';
	return headers;
}

/**
 * @param {string} method
 * @param {string} path below the API's base
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
const json = (method, path, options = {}) =>
	exchange(method, BASE + path, options, (response) => response.json());

/**
 * One page of the streams that are live; null where nothing changed.
 * @param {{cursor?: string, etag?: string}} [query]
 * @returns {Promise<{streams: Stream[], nextCursor: string|null, etag: string}|null>}
 */
export function listActive(query = {}) {
	const path = query.cursor ? `/active?cursor=${encodeURIComponent(query.cursor)}` : '/active';
	/** @type {Record<string, string>} */
	const headers = query.etag ? { 'If-None-Match': query.etag } : {};
	return exchange('GET', BASE + path, { headers, takes: [304] }, async (response) => {
		if (response.status === 304) return null;
		const { streams, nextCursor } = await response.json();
		const etag = response.headers.get('ETag') ?? '';
		return { streams, nextCursor: nextCursor ?? null, etag };
	});
}

/**
 * One page of what can be watched again, newest first.
 * @param {{limit: number, cursor: string|null}} query
 * @returns {Promise<{streams: Stream[], nextCursor: string|null}>}
 */
export function listReplays({ limit, cursor }) {
	const after = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
	return json('GET', `/replays?limit=${limit}${after}`);
}

/** @param {string} id @param {string|null} [token] @returns {Promise<Stream>} */
export const getStream = (id, token) => json('GET', `/${id}`, { token });

/**
 * @param {object} body
 * @param {string|null} token an API token, where the site asks for one
 * @returns {Promise<{videoId: string, streamKey: string, ingestUrl: string|null}>}
 */
export const createStream = (body, token) => json('POST', '/create', { body, token });

/** @param {string} id @param {string} key @param {object} body @returns {Promise<Stream>} */
export const changeStream = (id, key, body) => json('PATCH', `/${id}`, { body, token: key });

/** @param {string} id @param {string} key @returns {Promise<{stream: Stream}>} */
export const startStream = (id, key) =>
	json('POST', `/${id}/start`, { body: { streamKey: key } });

/**
 * @param {string} id @param {string} key @param {boolean} convertToVOD
 * @returns {Promise<{stream: Stream}>}
 */
export const stopStream = (id, key, convertToVOD) =>
	json('POST', `/${id}/stop`, { body: { streamKey: key, convertToVOD } });

/**
 * @param {string} id @param {string} key
 * @returns {Promise<{streamKey: string, ingestUrl?: string|null}>}
 */
export const rotateKey = (id, key) => json('POST', `/${id}/key`, { token: key, body: {} });

/**
 * A right to watch a private stream for a while, to be passed on.
 * @param {string} id @param {string} key @param {{expiresIn: number, max?: number}} body
 * @returns {Promise<{token: string, expiresAt: string, watchUrl: string, embedUrl: string}>}
 */
export const makeToken = (id, key, body) => json('POST', `/${id}/token`, { token: key, body });

/**
 * @param {string} id
 * @param {{type: string, data: unknown, to?: string, viewerId?: string}} body
 * @param {Options} [options]
 */
export const sendSignal = (id, body, options) =>
	json('POST', `/${id}/signal`, { ...options, body });

/**
 * @param {string} id
 * @param {{after: string|null, waitSeconds: number, token: string|null, signal?: AbortSignal}} query
 * @returns {Promise<{messages: Message[], cursor: string, iceServers?: RTCIceServer[]}>}
 */
export function readSignal(id, query) {
	const after = query.after === null ? '' : `after=${encodeURIComponent(query.after)}&`;
	return json('GET', `/${id}/signal?${after}wait=${query.waitSeconds}`, {
		token: query.token,
		signal: query.signal,
		timeoutMs: (query.waitSeconds + 10) * 1000,
	});
}

/**
 * Which peers the broadcaster's page is connected to.
 * @param {string} id @param {string|null} key @param {string[]} peers
 * @returns {Promise<{gone: string[], intervalSeconds: number}>} those that the
 *     server doesn't know, and when to tell again
 */
export const tellAlive = (id, key, peers) =>
	json('POST', `/${id}/alive`, { body: { peers }, token: key });

/**
 * @param {string} id
 * @param {{viewerId?: string, leaving?: boolean}} body
 * @param {Options} [options]
 * @returns {Promise<{viewerId: string, viewers: number, isLiveNow: boolean}>}
 */
export const sendHeartbeat = (id, body, options) =>
	json('POST', `/${id}/view`, { ...options, body });

/**
 * A segment, a playlist or a picture of the broadcast.
 * @param {string} id @param {string} name @param {Blob} file @param {Options} options
 * @returns {Promise<string>}
 */
export const putMedia = (id, name, file, options) =>
	exchange('PUT', urlOf(id, `media/${name}`), { ...options, file }, (response) => response.text());

/** @param {string} id @param {string} what */
export const urlOf = (id, what) => `${BASE}/${id}/${what}`;
