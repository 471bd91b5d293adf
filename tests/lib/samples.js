/**
 * Real encoded frames for the muxer's tests, made by ffmpeg: each as the encoder of a page would give it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @param {string[]} args @param {string} name of the output, whose end says the format */
function encode(args, name) {
	const folder = mkdtempSync(join(tmpdir(), 'livebin-test-samples-'));
	try {
		const path = join(folder, name);
		execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', ...args, path], { stdio: 'pipe' });
		return readFileSync(path);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** The units of an Annex B stream. @param {Buffer} bytes */
function units(bytes) {
	const starts = [];
	for (let i = 0; i + 3 <= bytes.length; i++)
		if (bytes[i] === 0 && bytes[i + 1] === 0 && bytes[i + 2] === 1) starts.push(i + 3);
	return starts.map((start, i) => {
		let end = i + 1 < starts.length ? starts[i + 1] - 3 : bytes.length;
		while (end > start && bytes[end - 1] === 0) end--;
		return bytes.subarray(start, end);
	});
}

/** H.264 with a key frame every `gop` frames: `{ description, frames: [{ isKey, data }] }`. */
export function h264({ frames, gop, size = '320x180', rate = 30 }) {
	const bytes = encode([`testsrc=size=${size}:rate=${rate}`, '-frames:v', String(frames), '-c:v', 'libx264', '-pix_fmt',
		'yuv420p', '-profile:v', 'baseline', '-g', String(gop), '-keyint_min', String(gop), '-sc_threshold', '0',
		'-x264-params', 'aud=1'], 'x.h264');
	const out = [];
	let sps, pps;
	for (const unit of units(bytes)) {
		const type = unit[0] & 31;
		if (type === 9) out.push({ isKey: false, parts: [] });
		else if (type === 7) sps = unit;
		else if (type === 8) pps = unit;
		else {
			const length = Buffer.alloc(4);
			length.writeUInt32BE(unit.length);
			out.at(-1).parts.push(length, unit);
			if (type === 5) out.at(-1).isKey = true;
		}
	}
	const description = Buffer.concat([
		Buffer.from([1, sps[1], sps[2], sps[3], 0xff, 0xe1, sps.length >> 8, sps.length & 255]), sps,
		Buffer.from([1, pps.length >> 8, pps.length & 255]), pps,
	]);
	return { description, frames: out.map(({ isKey, parts }) => ({ isKey, data: Buffer.concat(parts) })) };
}

/** VP9, out of the IVF format. */
export function vp9({ frames, gop, size = '320x180', rate = 30 }) {
	const bytes = encode([`testsrc=size=${size}:rate=${rate}`, '-frames:v', String(frames), '-c:v', 'libvpx-vp9',
		'-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0', '-auto-alt-ref', '0', '-pix_fmt', 'yuv420p',
		'-g', String(gop), '-keyint_min', String(gop)], 'x.ivf');
	const out = [];
	for (let at = 32; at + 12 <= bytes.length;) {
		const size_ = bytes.readUInt32LE(at);
		const data = bytes.subarray(at + 12, at + 12 + size_);
		// frame_type is the bit behind marker, profile and show_existing_frame.
		out.push({ isKey: (data[0] & 0x04) === 0, data });
		at += 12 + size_;
	}
	return { description: null, frames: out };
}

/** AAC, out of ADTS: chunks of 1024 samples at 48 kHz. */
export function aac(seconds) {
	const bytes = encode([`sine=frequency=440:sample_rate=48000:duration=${seconds}`, '-c:a', 'aac', '-ac', '2'], 'x.aac');
	const chunks = [];
	for (let at = 0; at + 7 <= bytes.length;) {
		const size = ((bytes[at + 3] & 3) << 11) | (bytes[at + 4] << 3) | (bytes[at + 5] >> 5);
		chunks.push(bytes.subarray(at + 7, at + size));
		at += size;
	}
	// AAC-LC, 48 kHz, two channels.
	return { description: Buffer.from([0x11, 0x90]), chunks };
}

/** Opus, out of Ogg: chunks of 20 ms. */
export function opus(seconds) {
	const bytes = encode([`sine=frequency=440:sample_rate=48000:duration=${seconds}`, '-c:a', 'libopus', '-ac', '1'], 'x.opus');
	const packets = [];
	let packet = [];
	for (let at = 0; at + 27 <= bytes.length;) {
		const lacing = bytes.subarray(at + 27, at + 27 + bytes[at + 26]);
		let from = at + 27 + lacing.length;
		for (const size of lacing) {
			packet.push(bytes.subarray(from, from + size));
			from += size;
			if (size === 255) continue;
			packets.push(Buffer.concat(packet));
			packet = [];
		}
		at = from;
	}
	const [description, , ...chunks] = packets;
	return { description, chunks };
}
