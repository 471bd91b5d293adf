// @ts-check
/**
 * What a browser remembers: stream keys, who this viewer is, the volume, the
 * chosen devices. Where the browser forbids storage, the page's life must do.
 */

/** @type {Map<string, string>} */
const memory = new Map();

/** @param {string} name @returns {string|null} */
function read(name) {
	try {
		return localStorage.getItem(`livebin.${name}`) ?? memory.get(name) ?? null;
	} catch {
		return memory.get(name) ?? null;
	}
}

/** @param {string} name @param {string} value */
function write(name, value) {
	memory.set(name, value);
	try {
		localStorage.setItem(`livebin.${name}`, value);
	} catch {
		// Kept in memory above.
	}
}

/** @param {string} name */
function remove(name) {
	memory.delete(name);
	try {
		localStorage.removeItem(`livebin.${name}`);
	} catch {
		// It was never written.
	}
}

/** @param {string} videoId */
export const getKey = (videoId) => read(`key.${videoId}`);
/** @param {string} videoId @param {string} key */
export const setKey = (videoId, key) => write(`key.${videoId}`, key);
/** @param {string} videoId */
export const removeKey = (videoId) => remove(`key.${videoId}`);

/**
 * Where an encoder pushes to. Null: this browser wasn't told; empty: there is
 * no such way in.
 * @param {string} videoId
 */
export const getIngestUrl = (videoId) => read(`ingest.${videoId}`);
/** @param {string} videoId @param {string|null|undefined} url */
export const setIngestUrl = (videoId, url) => write(`ingest.${videoId}`, url ?? '');
/** @param {string} videoId */
export const removeIngestUrl = (videoId) => remove(`ingest.${videoId}`);

/**
 * The broadcast (by its begin) that a page of this browser sends: that one is
 * taken up again after a reload, and none that an encoder has begun.
 * @param {string} videoId
 */
export const getOnAir = (videoId) => read(`onair.${videoId}`);
/** @param {string} videoId @param {string|null} startedAt */
export const setOnAir = (videoId, startedAt) =>
	startedAt ? write(`onair.${videoId}`, startedAt) : remove(`onair.${videoId}`);

/** What a site may ask of whoever creates a stream; kept once it was taken. */
export const getApiToken = () => read('token');
/** @param {string|null} token */
export const setApiToken = (token) => (token ? write('token', token) : remove('token'));

export const getViewerId = () => read('viewer');
/** @param {string|null} id */
export const setViewerId = (id) => (id ? write('viewer', id) : remove('viewer'));

/** @param {string} name @param {string} otherwise */
export const getPreference = (name, otherwise) => read(`pref.${name}`) ?? otherwise;
/** @param {string} name @param {string} value */
export const setPreference = (name, value) => write(`pref.${name}`, value);

/**
 * A key handed over in the address's fragment (`#key=...`) is stored and
 * taken out of the address bar, so that it isn't shared with the link.
 * @param {string} videoId
 */
export function takeKeyFromAddress(videoId) {
	const given = new URLSearchParams(location.hash.slice(1)).get('key');
	if (!given) return;
	setKey(videoId, given.trim());
	history.replaceState(null, '', location.pathname + location.search);
}

/**
 * The playback token that the address was given with (`#token=...`; a site that
 * links here may have it in the query). It stays there: whoever reloads, or
 * comes back, has it still. Null where there is none.
 * @returns {string|null}
 */
export function tokenOfAddress() {
	const given = (/** @type {string} */ part) => new URLSearchParams(part.slice(1)).get('token');
	return given(location.hash)?.trim() || given(location.search)?.trim() || null;
}

/**
 * The stream that this page's address names.
 * @returns {string|null}
 */
export function videoIdOfAddress() {
	const id = location.pathname.split('/').filter(Boolean)[1] ?? '';
	return /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : null;
}
