/**
 * An encoder, as far as the server sees one: films cut into segments by ffmpeg, and pushed file by file.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { send } from './http.js';
import { insist } from './harm.js';
import { until } from './wait.js';

const run = promisify(execFile);

export const RATE = 10;
export const JOBS_MS = 90_000;

const VIDEO = (gop, bframes) => ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', String(gop),
	'-keyint_min', String(gop), '-sc_threshold', '0', '-bf', String(bframes)];
/** As a page's encoder does: whenever the camera gave a picture, and VP9, which says nothing of a rate. */
const UNEVEN = (gop) => ['-vf', 'settb=1/90000,setpts=N*9000+floor(4500*abs(sin(N*N)))', '-fps_mode', 'passthrough', '-enc_time_base', '1/90000',
	'-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-pix_fmt', 'yuv420p', '-g', String(gop), '-keyint_min', String(gop)];
const AUDIO = ['-c:a', 'aac', '-ac', '2'];
const KINDS = {
	fmp4: ['-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init.mp4'],
	ts: ['-hls_segment_type', 'mpegts'],
};
const ENDS = { fmp4: 'm4s', ts: 'ts' };

/**
 * @typedef {object} Film
 * @property {string} folder what is in it; dropFilms removes it
 * @property {string[]} segments names, in order
 * @property {string[]} others what must be there before a list: init sections
 * @property {string[]} lists playlists of media; with a `main.m3u8` where there are several
 * @property {number} frames of the picture, where there is one
 * @property {number} seconds
 */

/** @type {string[]} */
const folders = [];

/** Removes what was made. */
export function dropFilms() {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export const ffmpeg = (...args) => run('ffmpeg', ['-nostdin', '-loglevel', 'error', '-y', ...args]);

/** Reads what ffprobe says of a file: its streams, each with frames counted. */
export async function probe(path) {
	const { stdout } = await run('ffprobe', ['-loglevel', 'error', '-count_frames', '-show_streams', '-show_format',
		'-of', 'json', path], { maxBuffer: 1 << 24 });
	const { streams, format } = JSON.parse(stdout);
	const of = (type) => streams.find(({ codec_type: it }) => it === type);
	const video = of('video');
	return { video, audio: of('audio'), frames: Number(video?.nb_read_frames ?? 0), seconds: Number(format.duration) };
}

/** What is in it, as a player finds that is just beginning: `['h264 640x360', 'aac']`. @returns {Promise<string[]>} */
export async function tracks(url) {
	const { stdout } = await run('ffprobe', ['-loglevel', 'error', '-show_entries', 'stream=codec_name,width,height',
		'-of', 'json', url]);
	return JSON.parse(stdout).streams.map(({ codec_name: codec, width, height }) => (width ? `${codec} ${width}x${height}` : codec));
}

/** The times at which a file's pictures are shown, in seconds. */
export async function pictureTimes(path) {
	const { stdout } = await run('ffprobe', ['-loglevel', 'error', '-select_streams', 'v:0', '-show_entries',
		'packet=pts_time', '-of', 'csv=p=0', path], { maxBuffer: 1 << 24 });
	return stdout.split('\n').map((line) => parseFloat(line)).filter((time) => !Number.isNaN(time))
	    .sort((a, b) => a - b);
}

function film(folder, seconds) {
	const all = readdirSync(folder);
	const segments = all.filter((name) => /-\d+\.(m4s|ts|aac)$/.test(name))
	    .sort((a, b) => Number(/-(\d+)\./.exec(a)?.[1]) - Number(/-(\d+)\./.exec(b)?.[1]));
	return {
		folder, segments, seconds, frames: seconds * RATE,
		others: all.filter((name) => name.endsWith('.mp4')),
		lists: all.filter((name) => name.endsWith('.m3u8') && name !== 'main.m3u8'),
	};
}

function newFolder() {
	const folder = mkdtempSync(join(tmpdir(), 'livebin-film-'));
	folders.push(folder);
	return folder;
}

/**
 * A moving picture with a tone. `name` begins the names of its segments.
 * @param {{ kind?: 'fmp4' | 'ts', seconds?: number, size?: string, name?: string, sound?: boolean, picture?: boolean,
 *   bframes?: number, segment?: number, uneven?: boolean }} [options] `uneven`: pictures without a rate
 * @returns {Promise<Film>}
 */
export async function makeFilm({ kind = 'fmp4', seconds = 4, size = '320x180', name = 'one', sound = true,
	picture = true, bframes = 0, segment = 1, uneven = false } = {}) {
	const folder = newFolder();
	await ffmpeg(
		...(picture ? ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${RATE}`] : []),
		...(sound ? ['-f', 'lavfi', '-i', 'sine=frequency=330:sample_rate=48000'] : []),
		'-t', String(seconds), ...(picture ? (uneven ? UNEVEN(RATE * segment) : VIDEO(RATE * segment, bframes)) : []), ...(sound ? AUDIO : []),
		'-f', 'hls', '-hls_time', String(segment), '-hls_list_size', '0', ...KINDS[kind],
		'-hls_segment_filename', join(folder, `${name}-%d.${ENDS[kind]}`), join(folder, 'index.m3u8'),
	);
	return film(folder, seconds);
}

/** Bare AAC, cut where its frames end. @returns {Promise<Film>} */
export async function makeTone({ seconds = 4, name = 'tone' } = {}) {
	const folder = newFolder();
	await ffmpeg('-f', 'lavfi', '-i', 'sine=frequency=330:sample_rate=48000', '-t', String(seconds), ...AUDIO,
		'-f', 'segment', '-segment_time', '1', '-segment_format', 'adts', '-segment_list', join(folder, 'index.m3u8'),
		'-segment_list_type', 'm3u8', join(folder, `${name}-%d.aac`));
	return film(folder, seconds);
}

/** Pictures and sound in playlists of their own. @returns {Promise<Film>} */
export async function makeApart({ seconds = 4 } = {}) {
	const folder = newFolder();
	await ffmpeg('-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=${RATE}`,
		'-f', 'lavfi', '-i', 'sine=frequency=330:sample_rate=48000', '-t', String(seconds), ...VIDEO(RATE, 0), ...AUDIO,
		'-map', '0:v', '-map', '1:a', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_segment_type', 'fmp4',
		'-hls_fmp4_init_filename', 'init_%v.mp4', '-var_stream_map', 'v:0,agroup:snd a:0,agroup:snd,default:yes',
		'-master_pl_name', 'main.m3u8', '-hls_segment_filename', join(folder, 'part%v-%d.m4s'), join(folder, 'list%v.m3u8'));
	return film(folder, seconds);
}

/** A broadcast and the encoder that pushes it. */
export class Broadcast {
	/**
	 * @param {import('./server.js').Server} server
	 * @param {{ id: string, key: string, push: string }} stream
	 */
	constructor(server, { id, key, push }) {
		this.server = server;
		this.id = id;
		this.key = key;
		this.push = push;
	}

	/** @param {import('./client.js').Client} api */
	static async begin(api, json = {}) {
		const { status, json: body, text } = await api.create({ title: 'Pushed', record: true, ...json });
		assert.equal(status, 201, text);
		const push = new URL(body.ingestUrl).pathname.replace(/\/$/, '');
		return new Broadcast(api.server, { id: body.videoId, key: body.streamKey, push });
	}

	/**
	 * Sends a file until it is taken: a newcomer is put off while the one before it counts as sending.
	 * @param {string} name
	 * @param {string | Buffer} body
	 */
	async put(name, body) {
		const answer = await insist(`${name} is taken`, async () => {
			const sent = await send(this.server.port, 'PUT', `${this.push}/${name}`, { body });
			return sent.status === 409 ? null : sent;
		});
		assert.ok([200, 201].includes(answer.status), `${name}: ${answer.status} ${answer.text}`);
	}

	/**
	 * Sends a film: what its lists need, then the lists, without their end unless `ends`.
	 * @param {Film} which
	 * @param {{ ends?: boolean, without?: string[] }} [options] `without`: segments that never come
	 */
	async send(which, { ends = false, without = [] } = {}) {
		const files = [...which.others, ...which.segments].filter((name) => !without.includes(name));
		for (const name of files) await this.put(name, readFileSync(join(which.folder, name)));
		const lists = which.lists.length > 1 ? ['main.m3u8', ...which.lists] : which.lists;
		for (const name of lists) {
			const text = readFileSync(join(which.folder, name), 'utf8');
			await this.put(name, ends ? text : text.replace('#EXT-X-ENDLIST\n', ''));
		}
	}

	/** The stream's object, as it is now. */
	async read() {
		const { json } = await send(this.server.port, 'GET', `/api/live/${this.id}`);
		return json;
	}

	/** Ends the broadcast; a replay is wanted. */
	async stop() {
		const body = JSON.stringify({ streamKey: this.key, convertToVOD: true });
		const { status, text } = await send(this.server.port, 'POST', `/api/live/${this.id}/stop`,
			{ body, headers: { 'content-type': 'application/json' } });
		assert.equal(status, 200, text);
	}

	/** The recording, once no job is left. */
	async made() {
		let recording;
		await until('no job is left', async () => {
			({ recording } = await this.read());
			return recording !== null && ['READY', 'FAILED'].includes(recording.state) && recording.progress === null;
		}, { timeout: JOBS_MS });
		return recording;
	}

	/** Where its files are on disk. */
	async folder() {
		const { recording, hlsUrl } = await this.read();
		const id = /\/live\/([^/]+)\//.exec(hlsUrl ?? recording.hlsUrl)?.[1];
		return join(this.server.dataDir, 'media', 'kept', String(id));
	}
}
