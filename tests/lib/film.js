/**
 * Media for players: a moving picture with a tone, cut into segments of a second by ffmpeg, and what lies beside
 * them: a poster, thumbnails, the whole as one file.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const RATE = 10;
const CODECS = {
	h264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-ac', '2'],
	vp9: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '200k', '-c:a', 'libopus'],
};

const ffmpeg = (...args) => run('ffmpeg', ['-nostdin', '-loglevel', 'error', '-y', ...args]);
const clock = (s) => `00:${String(Math.floor(s / 60)).padStart(2, '0')}:${String(s % 60).padStart(2, '0')}.000`;

/** Segments `r0-<n>.m4s` with `r0-init0.mp4` in a folder. @param {'h264' | 'vp9'} codec */
export async function makeFilm(folder, { codec = 'h264', seconds = 240 } = {}) {
	mkdirSync(folder, { recursive: true });
	await ffmpeg(
		'-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=${RATE}`, '-f', 'lavfi', '-i', 'sine=frequency=330:sample_rate=48000',
		'-t', String(seconds), ...CODECS[codec], '-g', String(RATE), '-keyint_min', String(RATE), '-sc_threshold', '0',
		'-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_segment_type', 'fmp4',
		'-hls_fmp4_init_filename', 'r0-init0.mp4', '-hls_segment_filename', join(folder, 'r0-%d.m4s'), join(folder, 'made.m3u8'),
	);
}

/** A poster, thumbnails of every second second, and the first `seconds` as one file. */
export async function makeExtras(folder, seconds) {
	const source = ['-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=${RATE}`, '-t', String(seconds)];
	await ffmpeg(...source, '-frames:v', '1', join(folder, 'poster.jpg'));
	await ffmpeg(...source, '-vf', 'fps=1/2,scale=160:90,tile=4x8', '-frames:v', '1', join(folder, 'thumbs.jpg'));
	await ffmpeg(...source, ...CODECS.h264.slice(0, 6), join(folder, 'replay.mp4'));
	const cues = Array.from({ length: Math.ceil(seconds / 2) }, (_, i) =>
		`${clock(i * 2)} --> ${clock(i * 2 + 2)}\nthumbs.jpg#xywh=${(i % 4) * 160},${Math.floor(i / 4) * 90},160,90`);
	writeFileSync(join(folder, 'thumbs.vtt'), `WEBVTT\n\n${cues.join('\n\n')}\n`);
}
