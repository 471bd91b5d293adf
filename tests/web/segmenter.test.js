/**
 * Where segments are cut, what sound goes with them, and what makes a discontinuity.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { webModule } from '../lib/web.js';

const { Segmenter } = await webModule('push/segmenter.js');
const { boxesIn, fragmentOf, tracksOf } = await webModule('push/mp4-reader.js');
const { Cutter } = await webModule('push/cutter.js');
const { fitted } = await webModule('push/video-line.js');
const { Ladder } = await webModule('push/ladder.js');
const { Clock } = await webModule('push/clock.js');

const SMALL = { codec: 'vp09.00.21.08', width: 320, height: 180, description: null };
const LARGE = { ...SMALL, width: 640, height: 360 };
const SOUND = { codec: 'opus', rate: 48000, channels: 1, description: null };
const FRAME_US = 40_000;

/** A segmenter with what came out of it, and ways to put in. */
function bench(isAudioExpected) {
	const out = [];
	const begins = [];
	let keys = 0;
	const segmenter = new Segmenter(isAudioExpected, {
		segment: (one) => out.push(one), key: () => { keys++; }, begin: (us) => begins.push(us),
	});
	return {
		segmenter, out, begins, keys: () => keys,
		/** Frames from and to these seconds; a key frame where `isKey` says so. */
		video(from, to, { config = SMALL, isKey = (us) => us % 2e6 === 0 } = {}) {
			for (let us = from * 1e6; us < to * 1e6; us += FRAME_US)
				segmenter.video({ us, isKey: isKey(us), data: new Uint8Array(10), config });
		},
		audio(from, to, config = SOUND) {
			for (let us = from * 1e6; us < to * 1e6; us += 20_000)
				segmenter.audio({ us, durationUs: 20_000, data: new Uint8Array(3), config });
		},
	};
}

/** What a segment's boxes say of a track. */
function timesOf({ data }, init, isVideo) {
	const head = new DataView(init.buffer);
	const tracks = tracksOf(head, boxesIn(head, 0, init.length).find((box) => box.type === 'moov'));
	const track = tracks.find((one) => one.isVideo === isVideo);
	const view = new DataView(data.buffer);
	return track ? fragmentOf(view, boxesIn(view, 0, data.length).find((box) => box.type === 'moof'), track) : null;
}

describe('the segmenter', () => {
	it('tells where sound is waited for: at its oldest picture, ended or open', () => {
		const { segmenter, video } = bench(true);
		assert.equal(segmenter.beginUs, null);
		video(0, 3);
		assert.equal(segmenter.beginUs, 0);
		segmenter.forgetAudio();
		assert.equal(segmenter.beginUs, 2_000_000);
	});

	it('cuts at key frames, two seconds apart, and every segment lasts until the next one', () => {
		const { video, segmenter, out, begins } = bench(false);
		video(0, 7);
		segmenter.flush();
		assert.deepEqual(begins, [0, 2e6, 4e6, 6e6]);
		assert.deepEqual(out.map((one) => [one.startUs, one.durationUs]),
			[[0, 2e6], [2e6, 2e6], [4e6, 2e6], [6e6, 1e6]]);
		const [{ init }] = out;
		assert.deepEqual(out.map((one) => one.init !== null), [true, false, false, false]);
		assert.ok(out.every((one) => !one.isDiscontinuity && !one.hasAudio));
		for (const one of out) {
			const times = timesOf(one, init, true);
			assert.deepEqual([times.startUs, times.durationUs, times.isKey], [one.startUs, one.durationUs, true]);
		}
	});

	it('a key frame that comes early ends no segment', () => {
		const { video, segmenter, out } = bench(false);
		video(0, 4, { isKey: (us) => us % 1e6 === 0 });
		segmenter.flush();
		assert.deepEqual(out.map((one) => one.durationUs), [2e6, 2e6]);
	});

	it('a segment waits for its sound, and both begin together', () => {
		const { video, audio, segmenter, out } = bench(true);
		video(0, 4.5);
		assert.equal(out.length, 0);
		audio(0, 1.96);
		assert.equal(out.length, 0);
		audio(1.96, 2.5);
		assert.equal(out.length, 1);
		audio(2.5, 4.5);
		assert.equal(out.length, 2);
		segmenter.flush();
		const [{ init }] = out;
		for (const one of out) {
			assert.ok(one.hasAudio && !one.isDiscontinuity);
			const sound = timesOf(one, init, false);
			assert.ok(Math.abs(sound.startUs - one.startUs) < 20_000);
			assert.ok(Math.abs(sound.durationUs - one.durationUs) <= 20_000);
		}
	});

	it('sound that never comes is waited for three seconds, no longer', () => {
		const { video, out } = bench(true);
		video(0, 4.9);
		assert.equal(out.length, 0);
		video(4.92, 5.2);
		assert.equal(out.length, 1);
		assert.equal(out[0].hasAudio, false);
	});

	it('a microphone that comes later begins with a segment, behind a discontinuity', () => {
		const { video, audio, segmenter, out } = bench(false);
		video(0, 3);
		audio(2.5, 3);
		video(3, 6);
		audio(3, 6);
		segmenter.flush();
		assert.deepEqual(out.map((one) => one.hasAudio), [false, false, true]);
		assert.deepEqual(out.map((one) => one.isDiscontinuity), [false, false, true]);
		assert.deepEqual(out.map((one) => one.init !== null), [true, false, true]);
	});

	it('another size begins a segment of its own, with an init section and a discontinuity', () => {
		const { video, segmenter, out } = bench(false);
		video(0, 1);
		video(1, 3, { config: LARGE, isKey: (us) => us === 1e6 });
		segmenter.flush();
		assert.deepEqual(out.map((one) => one.durationUs), [1e6, 2e6]);
		assert.deepEqual(out.map((one) => one.isDiscontinuity), [false, true]);
		assert.ok(out[1].init);
		assert.notDeepEqual(out[1].init, out[0].init);
	});

	it('without a key frame in time the segment ends, the rest waits for one, and that is a break', () => {
		const { video, segmenter, out, keys } = bench(false);
		video(0, 4, { isKey: (us) => us === 0 });
		assert.equal(out.length, 1);
		assert.ok(Math.round(out[0].durationUs / 1e6) <= 2);
		assert.ok(keys() > 0, 'a key frame was asked for');
		video(4, 6);
		segmenter.flush();
		assert.deepEqual(out.map((one) => one.isDiscontinuity), [false, true]);
		assert.equal(out[1].startUs, 4e6);
		assert.equal(out[1].init, null);
	});

	it('a machine that slept: no segment is longer than the list allows', () => {
		const { video, segmenter, out } = bench(false);
		video(0, 1);
		video(100, 102.5);
		segmenter.flush();
		assert.ok(out.every((one) => Math.round(one.durationUs / 1e6) <= 2), String(out.map((one) => one.durationUs)));
		assert.ok(out[1].isDiscontinuity);
		assert.equal(out[1].startUs, 100e6);
	});

	it('an hour of frames at odd times: each segment begins where the last one ended', () => {
		const { segmenter, out } = bench(false);
		let keyUs = -2e6;
		for (let i = 0, us = 0; us < 3600e6; i++, us = Math.round(i * 33_366.7) + (i % 7) * 900) {
			const isKey = us - keyUs > 1_990_000;
			if (isKey) keyUs = us;
			segmenter.video({ us, isKey, data: new Uint8Array(2), config: SMALL });
		}
		segmenter.flush();
		const [{ init }] = out;
		let atUs = 0;
		for (const one of out) {
			const times = timesOf(one, init, true);
			assert.equal(one.startUs, atUs);
			assert.ok(Math.abs(times.startUs - atUs) <= 6, 'no rounding gathers');
			assert.ok(Math.abs(times.durationUs - one.durationUs) <= 12);
			atUs += one.durationUs;
		}
	});
});

describe('what a recorder writes', () => {
	it('is cut at the fragments that begin with a key frame, whatever the pieces it comes in', () => {
		const { video, audio, segmenter, out } = bench(true);
		for (let s = 0; s < 7; s++) {
			video(s, s + 1);
			audio(s, s + 1);
		}
		segmenter.flush();
		assert.equal(out.length, 4);
		const file = Buffer.concat([out[0].init, ...out.map((one) => one.data)]);
		for (const size of [7, 100, 1000, file.length]) {
			const cuts = [];
			const cutter = new Cutter((cut) => cuts.push(cut));
			for (let at = 0; at < file.length; at += size) cutter.push(new Uint8Array(file.subarray(at, at + size)));
			cutter.flush();
			assert.deepEqual(cuts.map((cut) => cut.startUs), [0, 2e6, 4e6, 6e6]);
			assert.deepEqual(cuts.map((cut) => cut.durationUs), [2e6, 2e6, 2e6, 1e6]);
			assert.deepEqual(Buffer.from(cuts[0].init), Buffer.from(out[0].init));
			cuts.forEach((cut, i) => assert.deepEqual(Buffer.from(cut.data), withoutStyp(out[i].data)));
			assert.ok(cuts.slice(1).every((cut) => cut.init === null));
			assert.deepEqual(cutter.codecs, ['vp09', 'Opus']);
		}
	});

	it('what is no MP4 is an error, not a hang', () => {
		const cutter = new Cutter(() => assert.fail('nothing to cut'));
		assert.throws(() => cutter.push(new Uint8Array([0, 0, 0, 3, 1, 2, 3, 4, 5, 6])), /without an end/);
	});
});

/** A segment as a cutter gives it. */
function withoutStyp(data) {
	const [, moof] = boxesIn(new DataView(data.buffer), 0, data.length);
	return Buffer.from(data.subarray(moof.start));
}

describe('size and rate', () => {
	it('a picture is never enlarged, keeps its shape and has even sides', () => {
		assert.deepEqual(fitted(1280, 720, 720), { width: 1280, height: 720 });
		assert.deepEqual(fitted(640, 480, 720), { width: 640, height: 480 });
		assert.deepEqual(fitted(1920, 1080, 720), { width: 1280, height: 720 });
		assert.deepEqual(fitted(1080, 1920, 720), { width: 720, height: 1280 });
		assert.deepEqual(fitted(3440, 1440, 720), { width: 1280, height: 534 });
		assert.deepEqual(fitted(641, 361, 720), { width: 640, height: 360 });
	});

	it('down where it does not keep up, up after a calm, and more slowly when that did not hold', () => {
		const ladder = new Ladder(0);
		assert.equal(ladder.down(5000, 'machine'), false, 'a beginning is no overload');
		assert.equal(ladder.down(20_000, 'machine'), true);
		assert.ok(ladder.level.lines < 720);
		assert.equal(ladder.up(50_000), false);
		assert.equal(ladder.up(81_000), true);
		assert.equal(ladder.level.lines, 720);
		assert.equal(ladder.down(92_000, 'machine'), true);
		assert.equal(ladder.up(160_000), false, 'the calm has to be longer now');
		assert.equal(ladder.up(220_000), true);
		const narrow = new Ladder(0);
		narrow.down(20_000, 'line');
		assert.deepEqual([narrow.level.lines, narrow.level.bps < 2_500_000], [720, true], 'a line needs fewer bits first');
		for (let ms = 40_000; ms < 200_000; ms += 20_000) narrow.down(ms, 'line');
		assert.equal(narrow.down(300_000, 'line'), false, 'there is a lowest step');
	});

	it('clocks that began at other times are brought together; a page that was held up bends nothing', () => {
		const clock = new Clock();
		for (let i = 0; i < 60; i++) clock.map(5_000_000 + i * 33_333, 900_000_000 + i * 33_333 + (i % 5) * 4000);
		const onTime = clock.map(7_000_000, 902_000_000);
		assert.equal(onTime, 902_000_000);
		assert.equal(clock.map(7_033_333, 903_500_000), 902_033_333, 'a late frame keeps its own time');
	});
});
