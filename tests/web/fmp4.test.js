/**
 * The muxer against ffmpeg: what goes in comes out, frame for frame.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { aac, h264, opus, vp9 } from '../lib/samples.js';
import { webModule } from '../lib/web.js';

const { AUDIO_TRACK, VIDEO_SCALE, VIDEO_TRACK, initSection, mediaSegment } = await webModule('push/fmp4.js');
const { boxesIn, fragmentOf, tracksOf } = await webModule('push/mp4-reader.js');
const { isAvcC, isNalus } = await webModule('push/codecs.js');

const folder = mkdtempSync(join(tmpdir(), 'livebin-test-fmp4-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const FRAME = VIDEO_SCALE / 30;

/** An init section and two segments, cut at the key frame in the middle. */
function mux({ video, audio, videoCodec, audioCodec, chunkSamples = 960 }) {
	const config = { codec: videoCodec, width: 320, height: 180, description: video.description };
	const sound = audio && { codec: audioCodec, rate: 48000, channels: audioCodec === 'opus' ? 1 : 2, description: audio.description };
	const half = video.frames.length / 2;
	const run = (from, to) => {
		const runs = [{
			trackId: VIDEO_TRACK, time: from * FRAME,
			samples: video.frames.slice(from, to).map((frame) => ({ ...frame, duration: FRAME })),
		}];
		if (!audio) return runs;
		const first = Math.ceil((from / 30) * 48000 / chunkSamples);
		const last = to === video.frames.length ? audio.chunks.length : Math.ceil((to / 30) * 48000 / chunkSamples);
		runs.push({
			trackId: AUDIO_TRACK, time: first * chunkSamples,
			samples: audio.chunks.slice(first, last).map((data) => ({ data, isKey: true, duration: chunkSamples })),
		});
		return runs;
	};
	const parts = [initSection(config, sound), mediaSegment(1, run(0, half)), mediaSegment(2, run(half, video.frames.length))];
	return parts.map((part) => Buffer.from(part));
}

function probe(parts) {
	const path = join(folder, 'x.mp4');
	writeFileSync(path, Buffer.concat(parts));
	const text = execFileSync('ffprobe', ['-v', 'warning', '-of', 'json', '-show_streams', '-show_packets', path],
		{ encoding: 'utf8', maxBuffer: 1 << 26 });
	const { streams, packets } = JSON.parse(text);
	// Silence of the decoders is part of the test.
	const decoded = execFileSync('ffmpeg', ['-v', 'warning', '-xerror', '-i', path, '-f', 'framemd5', '-'], { encoding: 'utf8' });
	return { streams, packets, frames: decoded.split('\n').filter((line) => /^\d/.test(line)) };
}

const CASES = [
	['H.264 alone', { make: h264, videoCodec: 'avc1.42e01f' }],
	['VP9 alone', { make: vp9, videoCodec: 'vp09.00.21.08' }],
	['H.264 and Opus', { make: h264, videoCodec: 'avc1.42e01f', sound: opus, audioCodec: 'opus' }],
	['H.264 and AAC', { make: h264, videoCodec: 'avc1.42e01f', sound: aac, audioCodec: 'mp4a.40.2', chunkSamples: 1024 }],
	['VP9 and Opus', { make: vp9, videoCodec: 'vp09.00.21.08', sound: opus, audioCodec: 'opus' }],
];

describe('the muxer', () => {
	for (const [name, { make, sound, ...rest }] of CASES) {
		it(`${name}: ffmpeg finds every frame at its time, and decodes all of it without a word`, () => {
			const video = make({ frames: 120, gop: 60 });
			const audio = sound?.(4);
			assert.equal(video.frames.length, 120);
			const parts = mux({ ...rest, video, audio });
			const { streams, packets, frames } = probe(parts);
			const [picture, ears] = streams;
			assert.equal(picture.width, 320);
			assert.equal(picture.height, 180);
			const seen = packets.filter((packet) => packet.stream_index === 0);
			assert.equal(seen.length, 120);
			seen.forEach((packet, i) => {
				assert.ok(Math.abs(Number(packet.pts_time) - i / 30) < 1e-4, `frame ${i} is at ${packet.pts_time}`);
				assert.equal(packet.flags.startsWith('K'), video.frames[i].isKey, `frame ${i}: ${packet.flags}`);
				assert.equal(Number(packet.size), video.frames[i].data.length);
			});
			assert.equal(frames.filter((line) => line.startsWith('0,')).length, 120);
			if (!audio) return;
			assert.equal(ears.sample_rate, '48000');
			const heard = packets.filter((packet) => packet.stream_index === 1);
			assert.equal(heard.length, audio.chunks.length);
			assert.ok(Math.abs(Number(heard[0].pts_time)) < 0.01, `the sound begins at ${heard[0].pts_time}`);
		});
	}

	it('the decoded pictures are those of the stream itself', () => {
		const video = h264({ frames: 60, gop: 30 });
		const parts = mux({ video, videoCodec: 'avc1.42e01f' });
		const ours = probe(parts).frames.map((line) => line.split(',').at(-1).trim());
		const annexB = Buffer.concat(video.frames.flatMap(({ data }) => {
			const units = [];
			for (let at = 0; at < data.length;) {
				const size = data.readUInt32BE(at);
				units.push(Buffer.from([0, 0, 0, 1]), data.subarray(at + 4, at + 4 + size));
				at += 4 + size;
			}
			return units;
		}));
		const spsBytes = video.description.readUInt16BE(6);
		const sets = [video.description.subarray(8, 8 + spsBytes), video.description.subarray(8 + spsBytes + 3)];
		const path = join(folder, 'plain.h264');
		writeFileSync(path, Buffer.concat([...sets.flatMap((set) => [Buffer.from([0, 0, 0, 1]), set]), annexB]));
		const plain = execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-f', 'framemd5', '-'], { encoding: 'utf8' })
			.split('\n').filter((line) => /^\d/.test(line)).map((line) => line.split(',').at(-1).trim());
		assert.deepEqual(ours, plain);
	});

	it('a segment is one moof with a traf a track, whose offsets count from it and whose times are those given', () => {
		const video = h264({ frames: 60, gop: 30 });
		const audio = opus(2);
		const [init, , second] = mux({ video, audio, videoCodec: 'avc1.42e01f', audioCodec: 'opus' });
		const head = new DataView(init.buffer, init.byteOffset, init.length);
		const tracks = tracksOf(head, boxesIn(head, 0, init.length).find((box) => box.type === 'moov'));
		assert.deepEqual(tracks.map(({ id, scale, codec }) => [id, scale, codec]), [[1, 90000, 'avc1'], [2, 48000, 'Opus']]);
		const view = new DataView(second.buffer, second.byteOffset, second.length);
		const boxes = boxesIn(view, 0, second.length);
		assert.deepEqual(boxes.map((box) => box.type), ['styp', 'moof', 'mdat']);
		const [, moof] = boxes;
		assert.deepEqual(boxesIn(view, moof.body, moof.end).map((box) => box.type), ['mfhd', 'traf', 'traf']);
		for (const traf of boxesIn(view, moof.body, moof.end).filter((box) => box.type === 'traf')) {
			const [tfhd, tfdt, trun] = boxesIn(view, traf.body, traf.end);
			assert.equal(view.getUint32(tfhd.body) & 0xffffff, 0x020000, 'default-base-is-moof and nothing else');
			assert.equal(view.getUint8(tfdt.body), 1, 'a time of 64 bits');
			assert.equal(trun.type, 'trun');
		}
		assert.deepEqual(fragmentOf(view, moof, tracks[0]), { startUs: 1_000_000, durationUs: 1_000_000, isKey: true });
		assert.equal(fragmentOf(view, moof, tracks[1]).startUs, 1_000_000);
	});

	it('times beyond 32 bits are kept: a broadcast of twenty hours', () => {
		const { frames } = vp9({ frames: 1, gop: 1 });
		const time = 20 * 3600 * VIDEO_SCALE;
		assert.ok(time > 2 ** 32);
		const bytes = mediaSegment(1, [{ trackId: VIDEO_TRACK, time, samples: [{ ...frames[0], duration: FRAME }] }]);
		const view = new DataView(bytes.buffer);
		const moof = boxesIn(view, 0, bytes.length).find((box) => box.type === 'moof');
		const track = { id: VIDEO_TRACK, scale: VIDEO_SCALE, isVideo: true, codec: 'vp09', duration: 0, flags: 0 };
		assert.equal(fragmentOf(view, moof, track).startUs, 20 * 3600 * 1e6);
	});
});

describe('what an encoder gives is looked at before it is pushed', () => {
	it('an avcC without its reserved ones is none, and a whole one is', () => {
		const { description, frames } = h264({ frames: 2, gop: 1 });
		assert.ok(isAvcC(description));
		const broken = Buffer.from(description);
		broken[4] = 0x03;
		broken[5] = 0x01;
		assert.equal(isAvcC(broken), false);
		assert.equal(isAvcC(description.subarray(0, 8)), false);
		assert.ok(isNalus(frames[0].data));
		assert.equal(isNalus(frames[0].data.subarray(0, 50)), false);
	});
});
