/**
 * ffmpeg pushes, in each way that its users push; ffprobe plays.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { basic } from '../lib/client.js';
import { target, untilStatus } from '../lib/encoder.js';
import { Ffmpeg, PICTURE, SOUND, ffmpeg, input, probe } from '../lib/ffmpeg.js';
import { Broadcast } from '../lib/hls.js';
import { suite } from '../lib/suite.js';
import { until } from '../lib/wait.js';

const HLS = ['-f', 'hls', '-hls_time', '1', '-hls_list_size', '5', '-method', 'PUT'];
const FMP4 = ['-hls_segment_type', 'fmp4'];

/** Where ffmpeg pushes to with the token. */
function tokenUrl(server, { token }) {
	return `${server.url}/push/${token}`;
}

/**
 * Runs ffmpeg to its end, and waits for the broadcast's: nothing of it may be missing. ffmpeg doesn't wait for
 * answers, so that its requests overtake each other.
 */
async function run(api, to, args, { segments }) {
	const events = await api.events(`/${to.id}/events`);
	const first = events.next('stream', ({ hlsUrl }) => hlsUrl !== null);
	const [{ data }] = await Promise.all([first, ffmpeg(...args)]);
	const broadcast = new Broadcast(api.server, new URL(data.hlsUrl).pathname.split('/')[2]);
	await until('the broadcast ends', async () => !(await api.get(to.id)).json.isLiveNow);
	events.close();
	const list = await broadcast.playlist('dvr.m3u8');
	const lists = list.entries.length > 0 ? ['dvr.m3u8'] : [...list.variants.map(({ uri }) => uri), ...list.audios.map(({ URI }) => URI)];
	for (const uri of lists) {
		const digests = await broadcast.digests(uri);
		assert.ok(!digests.includes(null), `${uri} has a gap: ${await broadcast.text(uri)}`);
		assert.ok(digests.length >= segments, `${uri}: ${digests.length} segments`);
		const { entries, ended } = await broadcast.playlist(uri);
		assert.ok(ended, `${uri} has ended`);
		assert.ok(entries.every(({ discontinuity }) => !discontinuity), uri);
	}
	assert.equal((await api.get(to.id)).json.isLiveNow, false, 'nothing begins again');
	return { broadcast, list, lists };
}

/** ffprobe reads about so many seconds, and says nothing against it. */
async function assertPlays(server, broadcast, name, seconds, types) {
	const found = await probe(`${server.url}/live/${broadcast.id}/${name}`);
	assert.deepEqual([...new Set(found.streams.map(({ codec_type }) => codec_type))].sort(), types);
	assert.ok(Math.abs(Number(found.format.duration) - seconds) < 1, `${name}: ${found.format.duration} seconds`);
	for (const { nb_read_packets: packets, codec_name: codec } of found.streams) assert.ok(Number(packets) > seconds, `${codec}: ${packets}`);
}

/** Keeps the recording, so that it can be looked at when it is over. */
const KEPT = { record: true };

suite('ffmpeg', { concurrency: 4 }, (test) => {
	test('pushes fragmented MP4 with the token', async ({ api, server }) => {
		const to = await target(api, KEPT);
		const { broadcast } = await run(api, to, [...input(), ...PICTURE, ...SOUND, ...HLS, ...FMP4, `${tokenUrl(server, to)}/index.m3u8`],
			{ segments: 6 });
		await assertPlays(server, broadcast, 'dvr.m3u8', 6, ['audio', 'video']);
	});

	test('pushes over one connection with the key in a header, and takes old files back', async ({ api, server }) => {
		const to = await target(api, KEPT);
		const { broadcast } = await run(api, to, [...input({ seconds: 9 }), ...PICTURE, ...SOUND, ...HLS, ...FMP4, '-hls_list_size', '2', '-hls_flags', 'delete_segments',
			'-hls_delete_threshold', '1', '-http_persistent', '1', '-headers', `Authorization: Bearer ${to.key}\r\n`,
			`${server.url}/api/live/${to.id}/media/index.m3u8`], { segments: 9 });
		await assertPlays(server, broadcast, 'dvr.m3u8', 9, ['audio', 'video']);
	});

	test('pushes with the key as password, by POST', async ({ api, server }) => {
		const to = await target(api, KEPT);
		await run(api, to, [...input(), ...PICTURE, ...SOUND, ...HLS, '-method', 'POST', ...FMP4,
			'-headers', `Authorization: ${basic(to.key).authorization}\r\n`, `${server.url}/api/live/${to.id}/media/index.m3u8`], { segments: 6 });
	});

	test('pushes transport streams, and plays while it is live', async ({ api, server }) => {
		const to = await target(api);
		const running = new Ffmpeg([...input({ seconds: 20 }), ...PICTURE, ...SOUND, ...HLS, `${tokenUrl(server, to)}/index.m3u8`]);
		try {
			const broadcast = await until('some segments are there', async () => {
				const { json } = await api.get(to.id);
				if (json.hlsUrl === null) return null;
				const found = await Broadcast.of(api, to);
				return (await found.playlist('dvr.m3u8')).entries.length >= 4 ? found : null;
			});
			for (const name of ['index.m3u8', 'dvr.m3u8']) {
				const { entries, ended } = await broadcast.playlist(name);
				assert.ok(!ended && entries.every(({ map, uri }) => map === null && uri.endsWith('.ts')), name);
			}
		} finally {
			await running.kill();
		}
		assert.equal((await api.stop(to.id, to.key)).status, 200);
	});

	test('pushes sound alone', async ({ api, server }) => {
		for (const [options, end] of [[FMP4, '.m4s'], [[], '.ts']]) {
			const to = await target(api, KEPT);
			const { broadcast, list } = await run(api, to, [...input({ picture: false }), ...SOUND, ...HLS, ...options,
				`${tokenUrl(server, to)}/index.m3u8`], { segments: 5 });
			assert.ok(list.entries.every(({ uri }) => uri.endsWith(end)));
			await assertPlays(server, broadcast, 'dvr.m3u8', 6, ['audio']);
		}
	});

	for (const [name, map, playlist, extra] of [
		['flat', 'v:0,a:0 v:1,a:1', 'out_%v.m3u8', []],
		['in subfolders', 'v:0,a:0 v:1,a:1', '%v/index.m3u8', ['-hls_segment_filename']],
		['with a group of sound', 'a:0,agroup:snd,default:yes v:0,agroup:snd v:1,agroup:snd', 'out_%v.m3u8', []],
	]) {
		test(`pushes renditions ${name}`, async ({ api, server }) => {
			const to = await target(api, KEPT);
			const url = tokenUrl(server, to);
			const grouped = map.includes('agroup');
			const maps = ['-map', '0:v', '-map', '1:a', '-map', '0:v', ...(grouped ? [] : ['-map', '1:a'])];
			const { broadcast, list, lists } = await run(api, to, [...input(), ...maps, ...PICTURE, ...SOUND, '-filter:v:1', 'scale=64:36', '-b:v:0', '200k', '-b:v:1', '80k',
				...HLS, ...(extra.length > 0 ? [] : FMP4), '-master_pl_name', 'master.m3u8',
				...extra.flatMap((option) => [option, `${url}/%v/s%d.ts`]), '-var_stream_map', map, `${url}/${playlist}`], { segments: 6 });
			assert.equal(list.variants.length, 2);
			assert.deepEqual(list.variants.map(({ RESOLUTION }) => RESOLUTION).sort(), ['64x36', '96x54']);
			assert.equal(lists.length, grouped ? 3 : 2);
			if (grouped) assert.ok(list.variants.every(({ AUDIO }) => AUDIO === list.audios[0]['GROUP-ID']));
			await assertPlays(server, broadcast, 'dvr.m3u8', 6, ['audio', 'video']);
		});
	}

	test('pushes DASH with playlists', async ({ api, server }) => {
		const to = await target(api, KEPT);
		const { list } = await run(api, to, [...input(), ...PICTURE, ...SOUND, '-f', 'dash', '-hls_playlist', '1', '-seg_duration', '1', '-streaming', '1',
			'-window_size', '5', '-method', 'PUT', `${tokenUrl(server, to)}/manifest.mpd`], { segments: 5 });
		assert.equal(list.variants.length + list.audios.length, 2);
	});

	test('pushes a file as fast as it can', async ({ api, server }) => {
		for (const options of [[], FMP4]) {
			const to = await target(api, KEPT);
			const { broadcast } = await run(api, to, [...input({ seconds: 40, live: false }), ...PICTURE, ...SOUND, ...HLS, ...options,
				'-hls_list_size', '0', `${tokenUrl(server, to)}/index.m3u8`], { segments: 40 });
			await assertPlays(server, broadcast, 'dvr.m3u8', 40, ['audio', 'video']);
		}
	});

	test('is killed and started anew, and both are in one broadcast', async ({ api, server }) => {
		const to = await target(api, KEPT);
		const args = (size) => [...input({ seconds: 30, size }), ...PICTURE, ...SOUND, ...HLS, ...FMP4, '-hls_list_size', '0',
			`${tokenUrl(server, to)}/index.m3u8`];
		const count = async () => {
			const { json } = await api.get(to.id);
			if (json.recording === null) return { before: 0, behind: 0 };
			const { entries } = await (await Broadcast.of(api, to)).playlist('dvr.m3u8');
			const at = entries.findIndex(({ discontinuity }) => discontinuity);
			return { before: at < 0 ? entries.length : at, behind: at < 0 ? 0 : entries.length - at };
		};
		let running = new Ffmpeg(args('96x54'));
		await until('the first has sent some', async () => (await count()).before >= 4);
		await running.kill();
		const { before } = await count();
		running = new Ffmpeg(args('64x36'));
		try {
			await until('the second has sent some', async () => (await count()).behind >= 3);
		} finally {
			await running.kill();
		}
		const broadcast = await Broadcast.of(api, to);
		const digests = await broadcast.digests('dvr.m3u8');
		assert.ok(!digests.includes(null));
		assert.equal(new Set(digests).size, digests.length, 'each segment once');
		assert.ok((await count()).before >= before);
		assert.equal((await untilStatus(api, to, 'LIVE')).recording.state, 'RECORDING');
		await api.stop(to.id, to.key);
	});
});

suite('curl', { concurrency: 1 }, (test) => {
	test('pushes in one line', async ({ api, server }) => {
		const to = await target(api);
		const curl = (...args) => spawnSync('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', ...args], { encoding: 'utf8' }).stdout;
		const list = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.ts\n';
		const packet = Buffer.alloc(188, 0xff);
		packet.set([0x47, 0x1f, 0xff, 0x10]);
		const file = (name, url, body, ...args) => spawnSync('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', '-T', '-', ...args,
			`${url}${name}`], { encoding: 'utf8', input: body }).stdout;
		const byKey = `${server.url}/api/live/${to.id}/media/`;
		assert.equal(file('a.ts', byKey, packet, '-H', `Authorization: Bearer ${to.key}`), '201');
		assert.equal(file('a.ts', byKey, packet, '-u', `any:${to.key}`), '200');
		assert.equal(file('index.m3u8', `${server.url}/push/${to.token}/`, list), '201');
		assert.equal(curl('-X', 'DELETE', `${server.url}/push/${to.token}/a.ts`), '200');
		assert.equal(file('a.ts', byKey, packet), '401');
		assert.deepEqual((await (await Broadcast.of(api, to)).playlist('index.m3u8')).entries.map(({ uri }) => uri), ['r0-0.ts']);
	});
});
