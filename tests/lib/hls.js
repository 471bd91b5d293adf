/**
 * Served playlists as a strict player reads them (RFC 8216): what is wrong with one fails the test.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { send } from './http.js';

/**
 * @typedef {object} Entry
 * @property {string} uri
 * @property {number} duration
 * @property {string | null} map the init section in force
 * @property {boolean} discontinuity
 * @property {boolean} gap
 * @property {string | null} time EXT-X-PROGRAM-DATE-TIME
 */

const KNOWN = new Set(['#EXTM3U', '#EXT-X-VERSION', '#EXT-X-TARGETDURATION', '#EXT-X-MEDIA-SEQUENCE', '#EXT-X-DISCONTINUITY-SEQUENCE',
	'#EXT-X-PLAYLIST-TYPE', '#EXT-X-MAP', '#EXT-X-PROGRAM-DATE-TIME', '#EXT-X-DISCONTINUITY', '#EXT-X-GAP', '#EXTINF',
	'#EXT-X-ENDLIST', '#EXT-X-STREAM-INF', '#EXT-X-MEDIA']);
const PLAIN_URI = /^[A-Za-z0-9_-]+\.(m3u8|m4s|mp4|ts|aac)$/;

export function attributes(value) {
	const found = {};
	for (const [, name, quoted, plain] of value.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^,]*))(?:,|$)/g)) found[name] = quoted ?? plain;
	return found;
}

/** Applies a tag to what was read so far. */
function take(list, next, tag, value) {
	const number = () => {
		assert.match(value, /^\d+$/, `${tag}:${value}`);
		return Number(value);
	};
	switch (tag) {
	case '#EXT-X-TARGETDURATION': list.target = number(); break;
	case '#EXT-X-MEDIA-SEQUENCE': list.sequence = number(); break;
	case '#EXT-X-DISCONTINUITY-SEQUENCE': list.breaks = number(); break;
	case '#EXT-X-PLAYLIST-TYPE': list.type = value; break;
	case '#EXT-X-MAP': next.map = attributes(value).URI; break;
	case '#EXT-X-PROGRAM-DATE-TIME': next.time = value; break;
	case '#EXT-X-DISCONTINUITY': next.discontinuity = true; break;
	case '#EXT-X-GAP': next.gap = true; break;
	case '#EXTINF': next.duration = Number(/^(\d+\.\d+),$/.exec(value)?.[1]); break;
	case '#EXT-X-ENDLIST': list.ended = true; break;
	case '#EXT-X-STREAM-INF': next.variant = attributes(value); break;
	case '#EXT-X-MEDIA': list.audios.push(attributes(value)); break;
	default:
	}
}

/**
 * Reads a playlist; fails on anything that isn't one.
 * @param {string} text
 */
export function readPlaylist(text) {
	assert.ok(text.startsWith('#EXTM3U\n'), `no playlist: ${text.slice(0, 80)}`);
	assert.ok(text.endsWith('\n'), 'the last line has no end');
	const list = {
		target: -1, sequence: 0, breaks: 0, type: '', ended: false, audios: [], variants: [],
		/** @type {Entry[]} */
		entries: [],
	};
	let next = { map: null, time: null, discontinuity: false, gap: false, duration: NaN, variant: null };
	for (const line of text.split('\n')) {
		if (line === '') continue;
		assert.ok(!list.ended, `behind EXT-X-ENDLIST: ${line}`);
		if (line.startsWith('#')) {
			const [tag] = line.split(':');
			assert.ok(KNOWN.has(tag), `an unknown tag: ${line}`);
			take(list, next, tag, line.slice(tag.length + 1));
			continue;
		}
		assert.match(line, PLAIN_URI);
		if (next.variant) {
			list.variants.push({ ...next.variant, uri: line });
		} else {
			assert.ok(next.duration > 0, `${line} has no EXTINF`);
			const { variant, ...entry } = next;
			list.entries.push({ ...entry, uri: line });
		}
		next = { ...next, time: null, discontinuity: false, gap: false, duration: NaN, variant: null };
	}
	assert.ok(!next.discontinuity && !next.gap && Number.isNaN(next.duration), 'it ends before a name');
	if (list.variants.length === 0) {
		for (const { duration, uri } of list.entries)
			assert.ok(list.target >= Math.round(duration), `${uri} lasts ${duration}, the target is ${list.target}`);
		assert.ok(list.entries[0]?.time, 'the first segment has no EXT-X-PROGRAM-DATE-TIME');
	}
	return list;
}

/** No line of an entry lies on another page of 4,096 bytes than the rest of it. */
export function assertPages(text) {
	let at = 0;
	let first = -1;
	for (const line of text.split('\n').slice(0, -1)) {
		const end = at + line.length;
		if (line !== '' && at > 0 && !/^#EXT(M3U|-X-VERSION|-X-TARGETDURATION|-X-MEDIA-SEQUENCE|-X-PLAYLIST-TYPE|-X-ENDLIST)/.test(line)) {
			if (first < 0) first = at;
			if (!line.startsWith('#')) {
				assert.equal(Math.floor(first / 4096), Math.floor(end / 4096), `an entry crosses a page at ${first}`);
				first = -1;
			}
		}
		at = end + 1;
	}
}

export function digest(data) {
	return createHash('sha256').update(data).digest('hex').slice(0, 16);
}

/** A broadcast's files over HTTP. */
export class Broadcast {
	/**
	 * @param {import('./server.js').Server} server
	 * @param {string} id the playbackId
	 */
	constructor(server, id) {
		this.server = server;
		this.id = id;
	}

	/**
	 * The one that a stream tells of: its hlsUrl, or its recording's.
	 * @param {import('./client.js').Client} api
	 * @param {{ id: string }} stream
	 */
	static async of(api, { id }) {
		const { json } = await api.get(id);
		const url = json.hlsUrl ?? json.recording?.hlsUrl;
		assert.ok(url, `the stream has no playlist: ${JSON.stringify(json)}`);
		return new Broadcast(api.server, new URL(url).pathname.split('/')[2]);
	}

	get(name) {
		return send(this.server.port, 'GET', `/live/${this.id}/${name}`);
	}

	async text(name) {
		const { status, text } = await this.get(name);
		assert.equal(status, 200, `${name}: ${status}`);
		return text;
	}

	async playlist(name) {
		return readPlaylist(await this.text(name));
	}

	/** The digests of a playlist's segments in order, null for a gap. Every file that it names must be there. */
	async digests(name) {
		const { entries } = await this.playlist(name);
		const inits = new Set(entries.filter(({ map }) => map).map(({ map }) => map));
		for (const map of inits) assert.equal((await this.get(map)).status, 200, map);
		const found = [];
		for (const { uri, gap } of entries) {
			const { status, raw } = await this.get(uri);
			assert.equal(status, gap ? 404 : 200, uri);
			found.push(gap ? null : digest(raw));
		}
		return found;
	}
}
