/**
 * Small media, made once by ffmpeg and held in memory, so that a test decides what is sent, when, and in what order.
 * Two sources of different shapes have different content throughout.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * @typedef {object} MediaSegment
 * @property {string} name as ffmpeg called it
 * @property {Buffer} data
 * @property {number} duration seconds
 */

/**
 * @typedef {object} Media
 * @property {string} end of its segments' names: ".m4s", ".ts", ".aac"
 * @property {Buffer | null} init
 * @property {MediaSegment[]} segments a second each
 */

const run = promisify(execFile);
const RATE = 8;
const PICTURE = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', String(RATE), '-sc_threshold', '0', '-pix_fmt', 'yuv420p'];
const SOUND = ['-c:a', 'aac', '-b:a', '32k', '-ac', '1'];
const HLS = ['-f', 'hls', '-hls_time', '1', '-hls_list_size', '0'];

/** How each kind is written, behind its sources. */
const KINDS = {
	fmp4: { picture: true, sound: true, out: [...HLS, '-hls_segment_type', 'fmp4', 'index.m3u8'] },
	ts: { picture: true, sound: true, out: [...HLS, 'index.m3u8'] },
	'fmp4-audio': { picture: false, sound: true, out: [...HLS, '-hls_segment_type', 'fmp4', 'index.m3u8'] },
	aac: {
		picture: false, sound: true,
		out: ['-f', 'segment', '-segment_time', '1', '-segment_format', 'adts', '-segment_list', 'index.m3u8',
			'-segment_list_type', 'm3u8', 'index%d.aac'],
	},
};

/** ffmpeg's sources: a picture of that size, and a tone. */
export function sources(size, seconds) {
	const [width] = size.split('x').map(Number);
	return {
		picture: ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${RATE}:duration=${seconds}`],
		sound: ['-f', 'lavfi', '-i', `sine=frequency=${width * 4}:sample_rate=16000:duration=${seconds}`],
	};
}

async function make(kind, size, seconds) {
	const { picture, sound, out } = KINDS[kind];
	const folder = mkdtempSync(join(tmpdir(), 'livebin-media-'));
	try {
		const from = sources(size, seconds);
		await run('ffmpeg', ['-v', 'error', '-nostdin', ...(picture ? from.picture : []), ...(sound ? from.sound : []),
			...(picture ? PICTURE : []), ...(sound ? SOUND : []), ...out], { cwd: folder });
		const text = readFileSync(join(folder, 'index.m3u8'), 'utf8');
		const map = /#EXT-X-MAP:URI="([^"]+)"/.exec(text);
		const segments = [...text.matchAll(/#EXTINF:([\d.]+),.*\n(?:#.*\n)*(.+)/g)].map(([, duration, name]) => ({
			name, duration: Number(duration), data: readFileSync(join(folder, name)),
		}));
		assert.ok(segments.length >= seconds - 1, text);
		return {
			end: /\.[a-z0-9]+$/.exec(segments[0].name)[0],
			init: map ? readFileSync(join(folder, map[1])) : null, segments,
		};
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

const made = new Map();

/**
 * @param {{ kind?: keyof KINDS, size?: string, seconds?: number }} [options]
 * @returns {Promise<Media>}
 */
export function media({ kind = 'fmp4', size = '64x36', seconds = 8 } = {}) {
	const key = `${kind} ${size} ${seconds}`;
	if (!made.has(key)) made.set(key, make(kind, size, seconds));
	return made.get(key);
}

/** A JPEG of one pixel. */
export const JPEG = Buffer.from('/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDREN'
	+ 'Dg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=', 'base64');
