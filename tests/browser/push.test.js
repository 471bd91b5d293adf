/**
 * What the studio pushes, taken by a server of the test's own that can be made to fail: whole segments, lists that go
 * on, nothing lost, and words for all that happens.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { goLive, hook, openBrowser, seeText, shoot, stop } from '../lib/browser.js';
import { Client } from '../lib/client.js';
import { Receiver, assertListsGoOn, decodeErrors, probe } from '../lib/receiver.js';
import { startServer } from '../lib/server.js';
import { keepingLogs } from '../lib/suite.js';
import { sleep, until } from '../lib/wait.js';

const TEST_MS = 240_000;

/** The server, what stands in front of it, and a browser; and a step that keeps its logs and a picture if it fails. */
function stage(kind) {
	const it_ = { page: null, receiver: null, server: null, browser: null };
	before(async () => {
		it_.server = await startServer();
		it_.receiver = new Receiver(it_.server.port);
		await it_.receiver.start();
		it_.browser = await openBrowser(kind);
		it_.page = await it_.browser.page();
	}, { timeout: TEST_MS });
	after(async () => {
		await it_.browser?.close();
		it_.receiver?.stop();
		await it_.server?.stop();
	}, { timeout: TEST_MS });
	it_.story = (name, body) => it(name, { timeout: TEST_MS }, () => keepingLogs(it_.server, async () => {
		try {
			await body();
		} catch (error) {
			await shoot(it_.page, `failed-push-${kind}`).catch(() => {});
			throw error;
		}
	}));
	/** Waits until so many segments are listed that came since `forget`. */
	it_.seeSegments = (count) => until(`${count} segments are listed`, () => it_.receiver.all.length >= count);
	return it_;
}

/** What was listed, one group for neighbours of one init section that no gap and no break parts. */
function groups(receiver) {
	const found = [];
	let isParted = true;
	for (const row of receiver.all) {
		isParted ||= row.isDiscontinuity || row.isGap;
		if (row.isGap) continue;
		if (isParted) found.push({ init: row.init, rows: [] });
		isParted = false;
		found.at(-1).rows.push(row);
	}
	return found;
}

/** Asserts that a group's frames are whole: counted, in order, sound and picture together, no hole. */
function assertWhole(receiver, { init, rows }, { codec, hasAudio }) {
	const names = rows.map((row) => row.name);
	const streams = probe(receiver, init, names);
	// A recorder's file has first what came first.
	assert.deepEqual(streams.map((stream) => stream.kind).sort(), hasAudio ? ['audio', 'video'] : ['video']);
	assert.equal(streams.find(({ kind }) => kind === 'video').codec, codec);
	const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
	const parts = names.map((name) => probe(receiver, init, [name]));
	for (const { kind, packets } of streams) {
		const alone = parts.reduce((sum, part) => sum + part.find((stream) => stream.kind === kind).packets.length, 0);
		assert.equal(packets.length, alone, `${kind}: as many frames together as one by one`);
		let longest = 0.1;
		packets.slice(1).forEach((packet, i) => {
			const step = packet.at - packets[i].at;
			longest = Math.max(longest, step);
			assert.ok(step > 0 && step < 0.5, `${kind}: ${step} s behind the frame at ${packets[i].at} s`);
		});
		const span = packets.at(-1).at - packets[0].at;
		// The last frame may stand for a while, where another encoder takes over; and how long a recorder's last one
		// stands it doesn't know: on a busy machine frames are as far apart as they come.
		assert.ok(span > seconds - rows.at(-1).seconds && span <= seconds + longest, `${kind}: ${span} s of ${seconds}`);
	}
	if (hasAudio) {
		const [picture, sound] = streams.map((stream) => stream.packets[0].at);
		assert.ok(Math.abs(picture - sound) < 0.1, `the picture begins at ${picture}, the sound at ${sound}`);
	}
	parts.forEach(([video], i) => assert.ok(video.packets[0].isKey, `${names[i]} begins with a key frame`));
	assert.equal(decodeErrors(receiver, init, names), '');
}

/** Neighbours' times of day tell what their lengths tell; only a break may lie between them. */
function assertTimesAgree(rows) {
	rows.slice(1).forEach((row, i) => {
		const step = (row.atMs - rows[i].atMs) / 1000;
		if (row.isDiscontinuity && step > rows[i].seconds) return;
		assert.ok(Math.abs(step - rows[i].seconds) < 0.02, `${row.name} begins ${step} s after one of ${rows[i].seconds} s`);
	});
}

/** How long what a browser's MediaSource makes of it is, and in how many pieces. */
function play(page, init, names, type) {
	return page.evaluate(async (files, mime) => {
		const video = document.createElement('video');
		const source = new MediaSource();
		video.src = URL.createObjectURL(source);
		await new Promise((done) => { source.onsourceopen = done; });
		const buffer = source.addSourceBuffer(mime);
		for (const file of files) {
			const bytes = await (await fetch(`/kept/${file}`)).arrayBuffer();
			await new Promise((done, fail) => {
				buffer.onupdateend = done;
				buffer.onerror = () => fail(new Error(`${file} was refused`));
				buffer.appendBuffer(bytes);
			});
		}
		const { buffered } = buffer;
		return { pieces: buffered.length, seconds: buffered.end(buffered.length - 1) - buffered.start(0) };
	}, [init, ...names], type);
}

/** The mean brightness of a segment's brightest picture, 0 to 255. The pretended camera's is some thirty. */
function brightness(receiver, { init, name }) {
	const path = join(receiver.folder, 'bright.mp4');
	writeFileSync(path, Buffer.concat([receiver.read(init), receiver.read(name)]));
	const grey = execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-vf', 'scale=1:1', '-pix_fmt', 'gray', '-f', 'rawvideo', '-'],
		{ encoding: 'buffer' });
	return Math.max(...grey);
}

const BROWSERS = {
	// A microphone's sound comes by way of an AudioContext in Firefox, which needs a sound device to run.
	chromium: { codec: 'h264', words: /^H\.264 with sound \(Opus\)$/, mime: 'video/mp4; codecs="avc1.64001f,opus"', hasAudio: true },
	firefox: { codec: 'vp9', words: /^VP9 with(out)? sound/, mime: 'video/mp4; codecs="vp09.00.31.08"', hasAudio: false },
};

for (const [kind, expected] of Object.entries(BROWSERS)) {
	describe(`a broadcaster in ${kind} pushes`, () => {
		const it_ = stage(kind);
		const { story } = it_;
		let hasAudio;

		story('segments and lists that a player can play: whole, together, without a hole', async () => {
			await goLive(it_.page, it_.receiver, `Pushed from ${kind}`);
			await it_.seeSegments(5);
			hasAudio = !/without/.test(await seeText(it_.page, 'push-kind', expected.words));
			if (expected.hasAudio) assert.ok(hasAudio);
			await seeText(it_.page, 'push-line', /^Recording: up to date$/);
			assertListsGoOn(it_.receiver);
			assertTimesAgree(it_.receiver.all);
			for (const group of groups(it_.receiver)) {
				assertWhole(it_.receiver, group, { codec: expected.codec, hasAudio });
				const seconds = group.rows.reduce((sum, row) => sum + row.seconds, 0);
				const played = await play(it_.page, group.init, group.rows.map((row) => row.name), expected.mime);
				assert.equal(played.pieces, 1, 'one piece in a MediaSource');
				assert.ok(Math.abs(played.seconds - seconds) < 0.15, `${played.seconds} s of ${seconds}`);
			}
			const first = it_.receiver.all[0];
			assert.ok(Math.abs(Date.now() - first.atMs) < TEST_MS, 'the time of day is now');
			assert.match(first.name, /^[a-z0-9]{8}-0\.m4s$/);
			assert.match(first.init, /^[a-z0-9]{8}-init0\.mp4$/);
		});

		story('a poster comes soon: a JPEG, not wider than 1280', async () => {
			await until('poster.jpg is there', () => it_.receiver.requests.some(({ name }) => name === 'poster.jpg'));
			const jpeg = it_.receiver.read('poster.jpg');
			assert.equal(jpeg.readUInt16BE(0), 0xffd8);
			const text = execFileSync('ffprobe', ['-v', 'error', '-of', 'csv=p=0', '-show_entries', 'stream=codec_name,width,height',
				join(it_.receiver.folder, 'poster.jpg')], { encoding: 'utf8' });
			const [codec, width] = text.trim().split(',');
			assert.equal(codec, 'mjpeg');
			assert.ok(Number(width) <= 1280 && Number(width) >= 320, text);
		});

		story('the server is away for a while: the page says how far it is behind, catches up, and nothing is lost', async () => {
			it_.receiver.fail = () => 'cut';
			await seeText(it_.page, 'push-line', /Recording: ([6-9]|1\d) s behind\. The server doesn’t answer/);
			if (kind === 'chromium') await shoot(it_.page, 'studio-push-behind');
			assert.match(await it_.page.$eval(hook('status'), (element) => element.textContent), /You are live/);
			it_.receiver.fail = () => null;
			await seeText(it_.page, 'push-line', /^Recording: up to date$/);
			assertListsGoOn(it_.receiver);
			assert.ok(it_.receiver.all.every((row) => row && !row.isGap));
			assertTimesAgree(it_.receiver.all);
			for (const group of groups(it_.receiver)) assertWhole(it_.receiver, group, { codec: expected.codec, hasAudio });
		});

		story('a page that lies in the background goes on', async () => {
			const other = await it_.browser.page();
			await other.goto('about:blank');
			await other.bringToFront();
			const before = it_.receiver.all.length;
			await it_.seeSegments(before + 4);
			await it_.page.bringToFront();
			await other.close();
			assertTimesAgree(it_.receiver.all);
			assert.ok(it_.receiver.all.slice(before).every((row) => !row.isDiscontinuity || row.init !== it_.receiver.all[before].init));
		});

		story('a reload goes on under another name, and waits while the server takes the old one for alive', async () => {
			const [{ name }] = it_.receiver.all;
			it_.receiver.forget();
			let refusals = 0;
			it_.receiver.fail = () => (++refusals <= 3 ? { status: 409, retryAfter: 1, title: 'Another encoder is sending' } : null);
			await it_.page.reload();
			await seeText(it_.page, 'status', /You are live/);
			await it_.seeSegments(2);
			const { requests } = it_.receiver;
			assert.deepEqual(requests.slice(0, 4).map(({ status }) => status), [409, 409, 409, 201]);
			assert.equal(it_.receiver.all[0].name.slice(8), '-0.m4s', 'its first segment was kept');
			assert.notEqual(it_.receiver.all[0].name.slice(0, 8), name.slice(0, 8));
			assertListsGoOn(it_.receiver);
		});

		story('the stop sends what is left, and then stops', async () => {
			const before = it_.receiver.posts.length;
			await it_.page.click(hook('main-button'));
			await seeText(it_.page, 'status', /over/i);
			const [{ url, body }] = it_.receiver.posts.slice(before).filter((post) => post.url.endsWith('/stop'));
			assert.match(url, /\/stop$/);
			assert.equal(JSON.parse(body).convertToVOD, true);
			const count = it_.receiver.all.length;
			const sent = it_.receiver.requests.filter((request) => request.name.endsWith('.m4s') && request.status === 201);
			assert.equal(new Set(sent.map((request) => request.name)).size, count, 'all that was made is listed');
			await sleep(500);
			assert.equal(it_.receiver.all.length, count, 'nothing comes after the stop');
			for (const group of groups(it_.receiver)) assertWhole(it_.receiver, group, { codec: expected.codec, hasAudio });
		});

		story('every request had its key and its length, one at a time, and no page broke its policy or threw', async () => {
			assert.deepEqual(it_.receiver.faults, []);
			assert.deepEqual(it_.page.problems, []);
		});
	});
}

describe('what goes wrong with a push', () => {
	const it_ = stage('chromium');
	const { story } = it_;

	story('a segment that the server never takes becomes a gap, and the page says so', async () => {
		it_.receiver.fail = (name) => (name.endsWith('-1.m4s') ? { status: 413, title: 'The file is too large' } : null);
		await goLive(it_.page, it_.receiver, 'A gap');
		await it_.seeSegments(4);
		assert.deepEqual(it_.receiver.all.slice(0, 4).map((row) => row.isGap), [false, true, false, false]);
		await seeText(it_.page, 'push-lost', /^[12] s are missing in the replay: The file is too large/);
		assertListsGoOn(it_.receiver);
		await shoot(it_.page, 'studio-push-gap');
		it_.receiver.fail = () => null;
	});

	story('with the camera off, black is pushed at once and not its last picture', async () => {
		assert.ok(brightness(it_.receiver, it_.receiver.all.at(-1)) > 15);
		/** Segments that begin after a click. */
		const since = async (name, count) => {
			await it_.page.click(hook(name));
			const clickedMs = Date.now();
			const found = () => it_.receiver.all.filter(({ atMs, isGap }) => atMs >= clickedMs && !isGap);
			await until(`${count} segments follow a click on ${name}`, () => found().length >= count);
			return found().map((row) => brightness(it_.receiver, row));
		};
		assert.ok((await since('camera-off', 2)).every((value) => value < 5), 'it is black');
		assert.ok((await since('camera-off', 2)).at(-1) > 15, 'it is bright again');
		await it_.page.click(hook('mute'));
		const muted = it_.receiver.all.length;
		await it_.seeSegments(muted + 2);
		await it_.page.click(hook('mute'));
		assertTimesAgree(it_.receiver.all);
		for (const group of groups(it_.receiver)) assertWhole(it_.receiver, group, { codec: 'h264', hasAudio: true });
	});

	story('a picture of another size gets an init section of its own, behind a discontinuity', async () => {
		await it_.page.evaluate(() => {
			navigator.mediaDevices.getDisplayMedia = async () => {
				const canvas = document.createElement('canvas');
				canvas.width = 1601;
				canvas.height = 1201;
				const pen = canvas.getContext('2d');
				let n = 0;
				setInterval(() => {
					if (globalThis.isStill) return;
					pen.fillStyle = `hsl(${n++ * 7} 70% 60%)`;
					pen.fillRect(0, 0, canvas.width, canvas.height);
				}, 50);
				return canvas.captureStream(20);
			};
		});
		await it_.page.click(hook('share-screen'));
		const group = await until('a picture of that shape is listed, for two segments', () =>
			groups(it_.receiver).find(({ init, rows }) => {
				const [{ width, height }] = probe(it_.receiver, init, [rows[0].name]);
				return rows.length >= 2 && Math.abs(width / height - 1601 / 1201) < 0.01;
			}), { every: 500 });
		assert.ok(group.rows[0].isDiscontinuity);
		const [{ width, height }] = probe(it_.receiver, group.init, [group.rows[0].name]);
		assert.ok(height <= 720 && width % 2 === 0 && height % 2 === 0, `${width}x${height}`);
		assertWhole(it_.receiver, group, { codec: 'h264', hasAudio: true });
		// A screen on which nothing moves gives no frames.
		await it_.page.evaluate(() => { globalThis.isStill = true; });
		const still = it_.receiver.all.length;
		await it_.seeSegments(still + 3);
		assertTimesAgree(it_.receiver.all);
		assertListsGoOn(it_.receiver);
		await it_.page.evaluate(() => { globalThis.isStill = false; });
	});

	story('a new key is used at once, and nothing is lost', async () => {
		const count = it_.receiver.all.length;
		let newest = '';
		it_.receiver.rewrite = (text) => {
			newest = /"streamKey":\s*"([^"]+)"/.exec(text)?.[1] ?? newest;
			return text;
		};
		it_.receiver.fail = (name, key) => (newest && key !== newest ? { status: 401, title: 'The stream key is wrong' } : null);
		await it_.page.click(hook('rotate-key'));
		await (await it_.page.waitForSelector(`dialog[open] ${hook('confirm-yes')}`)).click();
		await until('the key was replaced', () => newest);
		await it_.seeSegments(count + 3);
		await seeText(it_.page, 'push-line', /up to date/);
		it_.receiver.fail = () => null;
	});

	story('a stop while the server is away says what is left to send, and sends it when it is back', async () => {
		it_.receiver.fail = () => 'cut';
		await seeText(it_.page, 'push-line', /([6-9]|1\d) s behind/);
		const stopped = it_.receiver.posts.length;
		await it_.page.click(hook('main-button'));
		await seeText(it_.page, 'push-line', /^Sending the last \d+ s…/);
		await shoot(it_.page, 'studio-push-finishing');
		assert.equal(await it_.page.$eval(hook('push-hurry'), (button) => button.checkVisibility()), true);
		await sleep(500);
		assert.ok(!it_.receiver.posts.slice(stopped).some(({ url }) => url.endsWith('/stop')), 'it waits');
		it_.receiver.fail = () => null;
		await seeText(it_.page, 'status', /over/i);
		assertListsGoOn(it_.receiver);
		assert.ok(it_.receiver.all.every((row) => row));
	});

	story('a stop need not wait', async () => {
		it_.receiver.forget();
		await it_.page.click(hook('keep-replay'));
		await it_.page.click(hook('main-button'));
		await seeText(it_.page, 'status', /You are live/);
		await it_.seeSegments(1);
		it_.receiver.fail = () => 'cut';
		await seeText(it_.page, 'push-line', /behind/);
		const before = it_.receiver.posts.length;
		await it_.page.click(hook('main-button'));
		await seeText(it_.page, 'push-line', /^Sending/);
		await it_.page.click(hook('push-hurry'));
		await seeText(it_.page, 'status', /over/i);
		const [{ body }] = it_.receiver.posts.slice(before).filter(({ url }) => url.endsWith('/stop'));
		assert.equal(JSON.parse(body).convertToVOD, false, 'nor is a replay wanted');
		it_.receiver.fail = () => null;
		await it_.page.click(hook('keep-replay'));
	});

	story('a server that takes no media: the page says so, and viewers still see it live', async () => {
		it_.receiver.fail = () => ({ status: 404, title: 'Not found' });
		await it_.page.click(hook('main-button'));
		await seeText(it_.page, 'push-line', /takes no recording.*no replay/);
		await seeText(it_.page, 'status', /You are live/);
		const asked = it_.receiver.requests.length;
		await sleep(1500);
		assert.equal(it_.receiver.requests.length, asked, 'it asks no more');
		it_.receiver.fail = () => null;
		await stop(it_.page);
	});

	story('no request was without key or length, and no page broke its policy or threw', async () => {
		assert.deepEqual(it_.receiver.faults, []);
		assert.deepEqual(it_.page.problems, []);
	});
});

describe('browsers that lack something', () => {
	const it_ = stage('chromium');
	const { story } = it_;

	story('without encoders for pages the recorder\'s MP4 is cut and pushed', async () => {
		const page = await it_.browser.guest();
		await page.evaluateOnNewDocument(() => { delete globalThis.VideoEncoder; });
		await goLive(page, it_.receiver, 'By a recorder');
		await it_.seeSegments(3);
		await seeText(page, 'push-kind', /^H\.264 with sound \(Opus\)$/);
		await stop(page);
		assertListsGoOn(it_.receiver);
		const [group] = groups(it_.receiver);
		assertWhole(it_.receiver, group, { codec: 'h264', hasAudio: true });
		assert.ok(group.rows.length >= 4, 'the last one came with the stop');
		assert.deepEqual(page.problems, []);
		await page.close();
	});

	story('without either the page says in words that there is no replay', async () => {
		it_.receiver.forget();
		const page = await it_.browser.guest();
		await page.evaluateOnNewDocument(() => {
			delete globalThis.VideoEncoder;
			delete globalThis.MediaRecorder;
		});
		await goLive(page, it_.receiver, 'By neither');
		await seeText(page, 'push-line', /can’t record or push.*Viewers see you live/);
		assert.deepEqual(it_.receiver.requests, []);
		await stop(page);
		await page.close();
	});
});

describe('the studio beside an encoder, and after the stop', () => {
	const it_ = stage('chromium');
	const { story } = it_;
	const PUSH = 'https://live.example/push/abcdefghijklmnopqrstuvwxyz012345/';

	story('a stream that an encoder sends is shown live, no camera is opened, and Stop works', async () => {
		const api = new Client(it_.server);
		const { json: made } = await api.request('POST', '/create', { json: { title: 'From OBS' } });
		await api.request('POST', `/${made.videoId}/start`, { json: { streamKey: made.streamKey } });
		it_.receiver.rewrite = (text) => text.replace(/"hlsUrl":\s*null/g, '"hlsUrl":"https://live.example/live/x/index.m3u8"');
		const page = await it_.browser.guest();
		await page.goto(`${it_.receiver.url}/studio/${made.videoId}#key=${made.streamKey}`);
		await seeText(page, 'status', /live without this page/);
		await shoot(page, 'studio-held');
		assert.equal(await page.$eval(hook('preview'), (video) => video.srcObject), null, 'the camera stays off');
		assert.deepEqual(it_.receiver.requests, []);
		await page.click(hook('stop-held'));
		await seeText(page, 'status', /over/i);
		const { json } = await api.request('GET', `/${made.videoId}`);
		assert.equal(json.isLiveNow, false);
		it_.receiver.rewrite = (text) => text;
		await page.close();
	});

	story('the push address stands beside the key, as hidden as it, with a line for ffmpeg', async () => {
		it_.receiver.rewrite = (text) => text.replace(/"ingestUrl":\s*(null|"[^"]*")/, `"ingestUrl":"${PUSH}"`);
		await goLive(it_.page, it_.receiver, 'With an address');
		const shown = () => it_.page.$eval(hook('ingest-url'), (element) => element.textContent);
		assert.match(await shown(), /^https:\/\/live\.example\/push\/•+$/);
		await it_.page.click(hook('reveal-key'));
		assert.equal(await shown(), PUSH);
		const command = await it_.page.$eval(hook('ffmpeg-command'), (element) => element.textContent);
		assert.ok(command.startsWith('ffmpeg -re -i in.mp4 -c:v libx264 '));
		assert.ok(command.endsWith(`-f hls -hls_time 2 -hls_list_size 6 -hls_segment_type fmp4 -method PUT ${PUSH}index.m3u8`));
		await it_.page.reload();
		await seeText(it_.page, 'status', /You are live/);
		assert.match(await shown(), /push\/•+$/, 'this browser remembers it');
	});

	story('after the stop the page shows how far the replay is, and then where it is', async () => {
		const recording = (facts) => JSON.stringify({
			state: 'PROCESSING', durationSeconds: 12, sizeBytes: 1e6, hlsUrl: null, mp4Url: null, posterUrl: null,
			thumbnailsUrl: null, progress: 0.4, detail: null, ...facts,
		});
		const say = (facts) => {
			it_.receiver.rewrite = (text) => text.replace(/"recording":\s*null/g, `"recording":${recording(facts)}`);
		};
		say({});
		await stop(it_.page);
		await seeText(it_.page, 'replay', /being made/);
		assert.equal(await it_.page.$eval(hook('replay-progress'), (bar) => bar.value), 0.4);
		say({ state: 'READY', progress: null, hlsUrl: 'https://live.example/r.m3u8', mp4Url: 'https://live.example/replay.mp4' });
		// An event of the stream brings the news.
		await it_.page.type(hook('title'), '!');
		await seeText(it_.page, 'replay', /The replay is ready/);
		assert.equal(await it_.page.$eval(hook('replay-download'), (link) => link.href), 'https://live.example/replay.mp4');
		assert.match(await it_.page.$eval(hook('replay-watch'), (link) => link.href), /\/watch\/[\w-]{21}$/);
	});

	story('all of it fits a phone, by light and by night', async () => {
		for (const [width, height] of [[1280, 900], [375, 740], [320, 640]]) {
			await it_.page.setViewport({ width, height });
			for (const scheme of ['light', 'dark']) {
				await it_.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
				await shoot(it_.page, `studio-replay-${width}-${scheme}`);
			}
			const wide = await it_.page.evaluate(() => document.documentElement.scrollWidth);
			assert.ok(wide <= width, `${wide} pixels wide in a window of ${width}`);
		}
		assert.deepEqual(it_.page.problems, []);
	});
});
