/**
 * What the worker makes of a broadcast, with ffmpeg and without.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

import { Broadcast, dropFilms, makeApart, makeFilm, makeTone, pictureTimes, probe } from '../lib/broadcast.js';
import { send } from '../lib/http.js';
import { suite } from '../lib/suite.js';
import { until } from '../lib/wait.js';
import { Worker, jpegSize, leftovers, oldFfmpeg } from '../lib/worker.js';

const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffc0000b080001000101011100ffd9', 'hex');

const scratch = mkdtempSync(join(tmpdir(), 'livebin-film-'));

after(() => {
	dropFilms();
	rmSync(scratch, { recursive: true, force: true });
});

/**
 * Pushes films one behind the other, each by an encoder of its own, and waits for all that is made of them.
 * @param {import('../lib/client.js').Client} api
 * @param {import('../lib/broadcast.js').Film[]} films
 * @param {{ without?: string[], poster?: Buffer }} [options]
 */
async function broadcast(api, films, { without, poster } = {}) {
	const it = await Broadcast.begin(api);
	for (const [i, film] of films.entries()) {
		await it.send(film, { without });
		/* The first counts as sending until it was silent for a while. */
		const seconds = films.slice(0, i + 1).reduce((sum, one) => sum + one.seconds, 0);
		if (i > 0) await until('all of it is published', async () => (await it.read()).recording.durationSeconds > seconds - 0.5);
	}
	if (poster) await it.put('poster.jpg', poster);
	const folder = await it.folder();
	await it.stop();
	const recording = await it.made();
	assert.equal(recording.state, 'READY', recording.detail);
	assert.deepEqual(leftovers(folder), [], 'no temporary file is left');
	return { it, folder, recording, mp4: join(folder, 'replay.mp4') };
}

/** Gets a file as a player does. */
async function fetched(server, url) {
	const { status, raw } = await send(server.port, 'GET', new URL(url).pathname);
	assert.equal(status, 200, url);
	return raw;
}

/** Can it be played before it is loaded? The index stands in front of the media. */
function beginsAtOnce(path) {
	const bytes = readFileSync(path);
	const order = [];
	for (let at = 0; at + 8 <= bytes.length; at += bytes.readUInt32BE(at) || bytes.length)
		order.push(bytes.toString('latin1', at + 4, at + 8));
	return order.includes('moov') && order.indexOf('moov') < order.indexOf('mdat') && !order.includes('moof');
}

/** Each step from a picture to the next, in tenths. */
function steps(times) {
	return times.slice(1).map((time, i) => Math.round((time - times[i]) * 10));
}

suite('what the worker makes', { concurrency: 3 }, (test) => {
	test('a download, a poster and previews', async ({ api, server }) => {
		const film = await makeFilm({ seconds: 6, bframes: 2 });
		const { recording, mp4 } = await broadcast(api, [film]);
		assert.equal(recording.detail, null);
		const { frames, video, audio } = await probe(mp4);
		assert.equal(frames, film.frames);
		assert.equal(video.codec_name, 'h264');
		assert.equal(audio.codec_name, 'aac');
		assert.ok(beginsAtOnce(mp4));
		assert.deepEqual(readFileSync(mp4), await fetched(server, recording.mp4Url));
		assert.deepEqual(jpegSize(await fetched(server, recording.posterUrl)), { width: 320, height: 180 });
		const vtt = (await fetched(server, recording.thumbnailsUrl)).toString();
		assert.deepEqual(vtt.match(/thumbs\.jpg#xywh=.*/g), [0, 160, 320].map((x) => `thumbs.jpg#xywh=${x},0,160,90`));
		assert.ok(vtt.startsWith('WEBVTT\n') && vtt.includes('\n00:00:04.000 --> 00:00:06.000\n'), vtt);
		const sprite = await fetched(server, recording.thumbnailsUrl.replace('.vtt', '.jpg'));
		assert.deepEqual(jpegSize(sprite), { width: 480, height: 90 });
	});

	test('a wide picture becomes a poster of 1280', async ({ api, server }) => {
		const { recording } = await broadcast(api, [await makeFilm({ seconds: 2, size: '1920x1080', sound: false })]);
		assert.deepEqual(jpegSize(await fetched(server, recording.posterUrl)), { width: 1280, height: 720 });
	});

	test('a poster that was pushed stays', async ({ api, server }) => {
		const { recording } = await broadcast(api, [await makeFilm({ seconds: 2 })], { poster: JPEG });
		assert.deepEqual(await fetched(server, recording.posterUrl), JPEG);
	});

	for (const kind of /** @type {const} */ (['fmp4', 'ts']))
		test(`every frame of two encoders' ${kind}, one behind the other`, async ({ api }) => {
			const films = [await makeFilm({ kind, bframes: 2 }), await makeFilm({ kind, name: 'two', bframes: 2 })];
			const { mp4, recording } = await broadcast(api, films);
			assert.equal(recording.detail, null);
			assert.equal((await probe(mp4)).frames, films[0].frames + films[1].frames);
			assert.deepEqual([...new Set(steps(await pictureTimes(mp4)))], [1], 'no hole and no jump');
			assert.ok(beginsAtOnce(mp4));
		});

	for (const kind of /** @type {const} */ (['fmp4', 'ts']))
		test(`a hole where ${kind} is missing, and what follows in its time`, async ({ api }) => {
			const film = await makeFilm({ kind, seconds: 8 });
			const { mp4 } = await broadcast(api, [film], { without: film.segments.slice(2, 4) });
			const times = await pictureTimes(mp4);
			assert.equal(times.length, film.frames - 20);
			assert.deepEqual(steps(times).filter((step) => step !== 1), [21]);
		});

	for (const kind of /** @type {const} */ (['fmp4', 'ts']))
		test(`one file of ${kind} of two sizes, one without sound`, async ({ api }) => {
			const films = [await makeFilm({ kind }), await makeFilm({ kind, name: 'two', size: '640x360', sound: false })];
			const { mp4, recording } = await broadcast(api, films);
			assert.equal(recording.detail, null);
			const { video, audio, seconds } = await probe(mp4);
			assert.equal(video.width, 640);
			assert.equal(audio.codec_name, 'aac');
			assert.ok(Math.abs(seconds - 8) < 0.5, `${seconds} s`);
		});

	test('one file of pictures without a rate, of two sizes: every one of them, and no more', async ({ api }) => {
		const films = [await makeFilm({ uneven: true, sound: false }),
			await makeFilm({ uneven: true, sound: false, name: 'two', size: '640x360' })];
		const { mp4, recording } = await broadcast(api, films);
		assert.equal(recording.detail, null);
		const { frames, video } = await probe(mp4);
		assert.equal(frames, films[0].frames + films[1].frames);
		assert.equal(video.width, 640);
		assert.ok(video.level <= 31, `a level for ${video.level / 10}, which no phone plays`);
	});

	test('pictures and sound that come apart, together', async ({ api }) => {
		const film = await makeApart();
		const { mp4 } = await broadcast(api, [film]);
		const { frames, audio } = await probe(mp4);
		assert.equal(frames, film.frames);
		assert.equal(audio.codec_name, 'aac');
	});

	const SOUND = {
		fmp4: () => makeFilm({ picture: false }), ts: () => makeFilm({ kind: 'ts', picture: false }), aac: () => makeTone(),
	};
	for (const [kind, make] of Object.entries(SOUND))
		test(`a download of sound alone, of ${kind}, and no pictures`, async ({ api }) => {
			const { mp4, recording } = await broadcast(api, [await make()]);
			const { video, audio } = await probe(mp4);
			assert.equal(video, undefined);
			assert.ok(Math.abs(Number(audio.duration) - 4) < 0.2, audio.duration);
			assert.equal(recording.posterUrl, null);
			assert.equal(recording.thumbnailsUrl, null);
			assert.equal(recording.detail, null);
		});
});

suite('without ffmpeg', { env: { LIVEBIN_FFMPEG: '' }, concurrency: 3 }, (test) => {
	test('fragmented MP4 is put together all the same', async ({ api }) => {
		const films = [await makeFilm({ bframes: 2 }), await makeFilm({ name: 'two', bframes: 2 })];
		const { recording, mp4 } = await broadcast(api, films);
		const { frames, seconds } = await probe(mp4);
		assert.equal(frames, films[0].frames + films[1].frames);
		assert.ok(Math.abs(seconds - 8) < 0.5, `${seconds} s`);
		assert.equal(recording.posterUrl, null);
		assert.equal(recording.thumbnailsUrl, null);
		assert.equal(recording.detail, 'No pictures: this host has no ffmpeg.');
	});

	test('MPEG-TS has a replay, and it is said that there is no more', async ({ api, server }) => {
		const { recording } = await broadcast(api, [await makeFilm({ kind: 'ts', seconds: 2 })]);
		assert.equal(recording.mp4Url, null);
		assert.match(recording.detail, /No MP4: this host has no ffmpeg, which MPEG-TS and AAC need\./);
		assert.match((await fetched(server, recording.hlsUrl)).toString(), /#EXT-X-ENDLIST/);
	});

	test('encoders that differ have a replay, and it is said why no more', async ({ api }) => {
		const films = [await makeFilm(), await makeFilm({ name: 'two', size: '640x360' })];
		const { recording } = await broadcast(api, films);
		assert.equal(recording.mp4Url, null);
		assert.match(recording.detail, /No MP4: its encoders sent different things/);
	});
});

suite('with an ffmpeg of old', { env: { LIVEBIN_FFMPEG: oldFfmpeg(scratch) } }, (test) => {
	test('different encoders\' pictures come into one file all the same', async ({ api }) => {
		const films = [await makeFilm({ seconds: 2 }), await makeFilm({ seconds: 2, name: 'two', size: '640x360' })];
		const { mp4, recording } = await broadcast(api, films);
		assert.equal(recording.detail, null);
		assert.equal((await probe(mp4)).frames, films[0].frames + films[1].frames);
	});
});

suite('with an ffmpeg that is not there', { env: { LIVEBIN_FFMPEG: '/nowhere/ffmpeg' } }, (test) => {
	test('all is as without', async ({ api }) => {
		const film = await makeFilm({ seconds: 2 });
		const { recording, mp4 } = await broadcast(api, [film]);
		assert.equal((await probe(mp4)).frames, film.frames);
		assert.equal(recording.detail, 'No pictures: this host has no ffmpeg.');
	});
});

suite('the program livebin-worker', { env: { LIVEBIN_WORKER: 'no' } }, (test) => {
	test('prints its configuration', async ({ server }) => {
		const worker = new Worker(server.dataDir, ['--print-config']);
		await worker.done();
		assert.match(worker.output, /^LIVEBIN_FFMPEG = "ffmpeg"/m);
	});

	test('says how it is used', async ({ server }) => {
		for (const args of [['--twice'], ['--once', 'more']]) {
			const worker = new Worker(server.dataDir, args);
			assert.equal((await worker.ended).code, 2);
			assert.match(worker.output, /usage: /);
		}
	});

	test('refuses a bad setting', async ({ server }) => {
		const worker = new Worker(server.dataDir, ['--once'], { LIVEBIN_JOB_TIME: 'long' });
		assert.equal((await worker.ended).code, 2);
		assert.match(worker.output, /job_time/);
	});

	test('ends at once when nothing is due', async ({ server }) => {
		await new Worker(server.dataDir, ['--once']).done();
	});

	test('waits, and ends when it is told to', async ({ server }) => {
		const worker = new Worker(server.dataDir);
		await until('it says that it waits', () => /worker - waiting for jobs/.test(server.log()));
		await worker.stop();
	});
});
