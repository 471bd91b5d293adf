/**
 * From ffmpeg to a picture and to a replay, through the real server and the real worker: an encoder that is killed
 * and started again, a server that is restarted beneath one, a page that stops one, a broadcast that nobody keeps.
 * PUSH_SECONDS=60 pushes longer.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';

import { probe, tracks } from '../lib/broadcast.js';
import { hook, seeState, seeText, shoot } from '../lib/browser.js';
import { Ffmpeg } from '../lib/ffmpeg.js';
import { Stage, breaksOf, clockOf, gapsOf, secondsOf, TEST_MS } from '../lib/stage.js';
import { Tap } from '../lib/tap.js';
import { sleep, until } from '../lib/wait.js';
import { beginReplay, isSeen, playFile, playToEnd, seeMoving, seeWay, timeOf } from '../lib/watching.js';
import { jpegSize } from '../lib/worker.js';

const PUSH_SECONDS = Number(process.env.PUSH_SECONDS ?? 20);
const FIRST_SECONDS = 10;
const PAUSE_MS = 3000;
const SEGMENT = 2;
const RATE = 25;

/** ffmpeg, as a person runs it. @param {string} ingest */
function push(ingest, { seconds = 0, segment = SEGMENT, size = '640x360', options = [] } = {}) {
	return new Ffmpeg([
		'-re', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${RATE}`, '-re', '-f', 'lavfi', '-i', 'sine=frequency=330:sample_rate=48000',
		...(seconds ? ['-t', String(seconds)] : []),
		'-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', String(RATE * segment), '-c:a', 'aac', '-ac', '2',
		'-f', 'hls', '-hls_time', String(segment), '-hls_list_size', '4', '-hls_segment_type', 'fmp4', ...options,
		'-method', 'PUT', `${ingest}index.m3u8`,
	]);
}

/** A stage with somebody who listens on the line between the encoder and the server. */
function tapped(name, env) {
	const stage = new Stage(name, env);
	const tap = new Tap();
	before(() => tap.start(() => stage.server.port));
	after(() => tap.stop(), { timeout: TEST_MS });
	return { stage, tap, story: stage.story };
}

describe('an encoder that is killed and started again', () => {
	const { stage, tap, story } = tapped('killed');
	let stream, encoder, recording, firstSeconds;
	after(() => encoder?.kill());

	story('what it pushes is seen in a page, and by any player', async () => {
		stream = await stage.create({ title: 'From ffmpeg', record: true });
		await stage.watch.goto(stream.page);
		await seeState(stage.watch, ['waiting']);
		encoder = push(tap.by(stream.ingest));
		const begunMs = Date.now();
		await seeWay(stage.watch, 'hls');
		const { hlsUrl, isLiveNow } = await stage.read(stream.id);
		assert.equal(isLiveNow, true);
		assert.deepEqual(await tracks(hlsUrl), ['h264 640x360', 'aac']);
		await shoot(stage.watch, 'media-watch-hls');
		await sleep(Math.max(0, begunMs + FIRST_SECONDS * 1000 - Date.now()));
	});

	story('it is killed, and started again: the picture goes on by itself', async () => {
		await encoder.kill();
		const [taken, begun] = [tap.taken.length, tap.begun.length];
		await sleep(PAUSE_MS);
		encoder = push(tap.by(stream.ingest), { seconds: PUSH_SECONDS - FIRST_SECONDS });
		const { recording: { hlsUrl } } = await stage.read(stream.id);
		const list = await until('what the second one sends is listed', async () => {
			const now = await stage.list(hlsUrl);
			return breaksOf(now) > 0 && now;
		});
		const first = list.entries.findIndex(({ discontinuity }) => discontinuity);
		// A segment that it had begun to send died with it; one that was taken and listed did not.
		assert.ok(first >= taken && first <= begun, `${first} segments of ${taken} to ${begun}`);
		firstSeconds = secondsOf({ entries: list.entries.slice(0, first) });
		await until('the picture is the second one\'s', async () => await timeOf(stage.watch) > firstSeconds + 0.5);
		await seeMoving(stage.watch);
	});

	story('it ends, and a replay is made: every second of both, one break', async () => {
		assert.equal(await encoder.end(), 0, encoder.said);
		recording = await stage.made(stream.id);
		const list = await stage.list(recording.hlsUrl);
		assert.equal(list.type, 'VOD');
		assert.ok(list.ended);
		assert.equal(gapsOf(list), 0);
		assert.equal(breaksOf(list), 1);
		const seconds = firstSeconds + PUSH_SECONDS - FIRST_SECONDS;
		assert.equal(secondsOf(list).toFixed(3), seconds.toFixed(3));
		assert.ok(Math.abs(recording.durationSeconds - seconds) < 0.05, `${recording.durationSeconds} of ${seconds}`);
		assert.equal((await stage.read(stream.id)).isLiveNow, false);
	});

	story('the page that showed it offers the replay, and plays it to its end', async () => {
		await beginReplay(stage.watch);
		await seeText(stage.watch, 'time', clockOf(recording.durationSeconds));
		await shoot(stage.watch, 'media-replay');
		const seconds = await playToEnd(stage.watch, TEST_MS);
		assert.ok(Math.abs(seconds - recording.durationSeconds) < 0.5, `${seconds} s of ${recording.durationSeconds}`);
	});

	story('the MP4 has every frame and plays; pictures are there', async (t) => {
		const { frames, audio, seconds } = await probe(recording.mp4Url);
		assert.equal(frames, Math.round(recording.durationSeconds * RATE));
		assert.equal(audio.codec_name, 'aac');
		assert.ok(Math.abs(seconds - recording.durationSeconds) < 0.2, `${seconds} s`);
		const played = await playFile(stage.watch, recording.mp4Url);
		assert.equal(played.error, '');
		assert.equal(played.width, 640);
		assert.ok(Math.abs(played.seconds - recording.durationSeconds) < 0.2, `${played.seconds} s`);
		const pictures = async (url) => jpegSize((await stage.fetch(url)).raw);
		assert.deepEqual(await pictures(recording.posterUrl), { width: 640, height: 360 });
		assert.match((await stage.fetch(recording.thumbnailsUrl)).text, /^WEBVTT\n[^]*thumbs\.jpg#xywh=/);
		assert.ok((await pictures(recording.thumbnailsUrl.replace('.vtt', '.jpg'))).width >= 160);
		assert.deepEqual(stage.watch.problems, []);
		t.diagnostic(`${PUSH_SECONDS} s were pushed; ${firstSeconds} s of the first encoder were kept; ${frames} frames in ${recording.mp4Bytes} bytes`);
	});
});

describe('a server that is restarted beneath an encoder', () => {
	const { stage, tap, story } = tapped('restarted');
	let stream, encoder, studio;
	after(() => encoder?.kill());

	story('a studio that lies open elsewhere shows what ffmpeg begins', async () => {
		stream = await stage.create({ title: 'Beneath', record: true });
		studio = await stage.browser.guest();
		await studio.goto(`${stage.server.url}/studio/${stream.id}#key=${stream.key}`);
		await seeText(studio, 'status', /Off air/);
		encoder = push(tap.by(stream.ingest), { options: ['-ignore_io_errors', '1'] });
		await seeText(studio, 'status', /live without this page/);
		await stage.watch.goto(stream.page);
		await seeWay(stage.watch, 'hls');
	});

	story('it goes on: the same broadcast, the same encoder, nothing lost but what was on its way', async () => {
		const { recording: { hlsUrl } } = await stage.read(stream.id);
		const count = async () => (await stage.list(hlsUrl)).entries.length;
		await until('some segments are there', async () => await count() >= 3);
		await stage.server.restart();
		const before = await count();
		await until('others follow', async () => await count() >= before + 3);
		const list = await stage.list(hlsUrl);
		assert.equal(breaksOf(list), 0);
		assert.ok(gapsOf(list) <= tap.cut.length, `${gapsOf(list)} gaps; cut off were ${tap.cut}`);
		assert.equal((await stage.read(stream.id)).isLiveNow, true);
		await until('the picture is past the restart', async () => await timeOf(stage.watch) > before * SEGMENT);
		await seeMoving(stage.watch);
		await seeState(stage.watch, ['live']);
	});

	story('the studio\'s Stop stops it, although ffmpeg goes on', async () => {
		await seeText(studio, 'status', /live without this page/);
		await shoot(studio, 'media-studio-held');
		await studio.click(hook('stop-held'));
		await (await studio.waitForSelector(`dialog[open] ${hook('confirm-yes')}`)).click();
		await seeText(studio, 'status', /over/i);
		await seeState(stage.watch, ['ended'], 60_000);
		const recording = await stage.made(stream.id);
		// Its list goes back four segments: by then it overlaps nothing that was published.
		const before = tap.refused.length;
		await until('what ffmpeg still sends is refused', () => tap.refused.length > before + 5);
		assert.equal(encoder.child.exitCode, null, 'ffmpeg still runs');
		const { isLiveNow, recording: now } = await stage.read(stream.id);
		assert.equal(isLiveNow, false);
		assert.deepEqual(now, recording, 'what comes after the stop changes nothing');
		const list = await stage.list(recording.hlsUrl);
		const { frames } = await probe(recording.mp4Url);
		assert.equal(frames, (list.entries.length - gapsOf(list)) * SEGMENT * RATE);
		await seeText(studio, 'replay', /The replay is ready/);
		assert.deepEqual([...studio.problems, ...stage.watch.problems], []);
		await studio.close();
	});
});

describe('a broadcast that nobody keeps', () => {
	const { stage, story } = tapped('dropped', { LIVEBIN_RECONNECT_WINDOW: '3' });
	let encoder;
	after(() => encoder?.kill());

	story('is over for whoever watches, has no replay, and its media is removed', async () => {
		const stream = await stage.create({ title: 'For nobody' });
		await stage.watch.goto(stream.page);
		encoder = push(stream.ingest, { segment: 1, size: '320x180' });
		await seeWay(stage.watch, 'hls');
		const { hlsUrl } = await stage.read(stream.id);
		const [, , playbackId] = new URL(hlsUrl).pathname.split('/');
		const folder = join(stage.server.dataDir, 'media/kept', playbackId);
		assert.ok(existsSync(folder), folder);
		const { status } = await stage.api.stop(stream.id, stream.key);
		assert.equal(status, 200);
		await encoder.kill();
		await seeState(stage.watch, ['ended'], 60_000);
		await until('its media is gone', () => !existsSync(folder));
		const now = await stage.read(stream.id);
		assert.deepEqual([now.hlsUrl, now.recording, now.isLiveNow], [null, null, false]);
		await stage.watch.reload();
		await seeState(stage.watch, ['ended']);
		assert.equal(await isSeen(stage.watch, 'watch-replay'), false);
		await shoot(stage.watch, 'media-over');
		const { json } = await stage.api.request('GET', '/replays');
		assert.deepEqual(json.streams, []);
		assert.deepEqual(stage.watch.problems, []);
	});
});
