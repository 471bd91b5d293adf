/**
 * ffmpeg as an encoder that pushes, as its users start it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { within } from './wait.js';

const RATE = 10;
export const PICTURE = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', String(RATE), '-pix_fmt', 'yuv420p'];
export const SOUND = ['-c:a', 'aac', '-b:a', '32k', '-ac', '1'];

/** A picture and a tone, as fast as time goes by, or as fast as it goes. */
export function input({ size = '96x54', seconds = 6, live = true, picture = true } = {}) {
	const real = live ? ['-re'] : [];
	const [width] = size.split('x').map(Number);
	return [
		...(picture ? [...real, '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${RATE}:duration=${seconds}`] : []),
		...real, '-f', 'lavfi', '-i', `sine=frequency=${width * 4}:sample_rate=16000:duration=${seconds}`,
	];
}

const running = new Set();
process.on('exit', () => {
	for (const child of running) child.kill('SIGKILL');
});

/** A running ffmpeg; what it said is in `said`. */
export class Ffmpeg {
	/** @param {string[]} args */
	constructor(args) {
		this.said = '';
		this.child = spawn('ffmpeg', ['-hide_banner', '-nostats', '-nostdin', '-v', 'warning', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
		this.child.stderr.on('data', (chunk) => { this.said += chunk; });
		running.add(this.child);
		this.ended = once(this.child, 'exit').then(([code, signal]) => {
			running.delete(this.child);
			return signal ?? code;
		});
	}

	/** Resolves with its exit status. */
	end() {
		return within('the end of ffmpeg', this.ended, 90_000);
	}

	async kill() {
		this.child.kill('SIGKILL');
		await this.ended;
	}
}

/** Runs one to its end; fails with what it said. */
export async function ffmpeg(...args) {
	const encoder = new Ffmpeg(args);
	const status = await encoder.end();
	if (status !== 0) throw new Error(`ffmpeg ended with ${status}: ${encoder.said}`);
}

/** What ffprobe reads of a playlist or an address, decoding nothing: seconds and packets of each stream. */
export async function probe(url, options = []) {
	const child = spawn('ffprobe', ['-v', 'error', ...options, '-of', 'json', '-count_packets', '-show_entries',
		'stream=codec_type,codec_name,width,nb_read_packets:format=duration', url], { stdio: ['ignore', 'pipe', 'pipe'] });
	let [out, said] = ['', ''];
	child.stdout.on('data', (chunk) => { out += chunk; });
	child.stderr.on('data', (chunk) => { said += chunk; });
	const [code] = await within('ffprobe', once(child, 'close'), 60_000);
	if (code !== 0) throw new Error(`ffprobe ${url} ended with ${code}: ${said}`);
	return { said, ...JSON.parse(out) };
}
