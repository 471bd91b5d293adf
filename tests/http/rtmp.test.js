/**
 * nginx with its RTMP module, set up by deploy/nginx-rtmp.conf; ffmpeg publishes as OBS does. What callbacks say in
 * detail is in hook.test.js.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';

import { Client } from '../lib/client.js';
import { untilStatus } from '../lib/encoder.js';
import { Ffmpeg, PICTURE, SOUND, input, probe } from '../lib/ffmpeg.js';
import { Broadcast } from '../lib/hls.js';
import { Nginx } from '../lib/nginx.js';
import { startServer } from '../lib/server.js';
import { keepingLogs } from '../lib/suite.js';
import { until } from '../lib/wait.js';

const SECRET = 'an-rtmp-servers-secret';
const RATE = 10;
const TEST_MS = 120_000;
/** So that ffprobe doesn't look at what is live for long. */
const BRIEFLY = ['-analyzeduration', '2000000', '-read_intervals', '%+1'];

/** ffmpeg that publishes so many seconds to that address. */
function publish(url, { seconds = 60, size } = {}) {
	return new Ffmpeg([...input({ seconds, size }), ...PICTURE, ...SOUND, '-f', 'flv', url]);
}

/** Resolves when a stream's broadcast has so many segments, with the broadcast. */
function untilPlays(api, stream, count = 2) {
	return until(`there are ${count} segments`, async () => {
		if ((await api.get(stream.id)).json.hlsUrl === null) return null;
		const broadcast = await Broadcast.of(api, stream);
		return (await broadcast.playlist('dvr.m3u8')).entries.length >= count ? broadcast : null;
	});
}

describe('nginx-rtmp', { concurrency: 6 }, async () => {
	const nginx = new Nginx();
	const server = await startServer({ env: { LIVEBIN_HOOK_SECRET: SECRET, LIVEBIN_RTMP_HLS: nginx.hls, LIVEBIN_RTMP_URL: 'rtmp://127.0.0.1/live' } });
	await nginx.start({ site: server.url, secret: SECRET });
	const api = new Client(server);
	after(async () => {
		const written = nginx.written();
		await nginx.stop();
		await server.stop();
		for (const [secret, kind] of server.secrets) assert.ok(!written.includes(secret), `nginx wrote a ${kind} down`);
		assert.ok(written.includes('#EXTM3U'), 'it wrote playlists');
	}, { timeout: TEST_MS });
	const test = (name, body) => it(name, { timeout: TEST_MS }, () => keepingLogs(server, body));

	test('publishes with the right key, plays, and is a replay with every frame', async () => {
		const { json } = await api.create({ title: 'By RTMP', record: true });
		const stream = { id: json.videoId, key: json.streamKey };
		// What create answers is what ffmpeg is given, but for the port.
		const url = json.rtmpUrl.replace('127.0.0.1/', `127.0.0.1:${nginx.port}/`);
		assert.equal(url, nginx.url(stream));
		const encoder = publish(url, { seconds: 6 });
		const broadcast = await untilPlays(api, stream);
		const { hlsUrl, isLiveNow } = (await api.get(stream.id)).json;
		assert.ok(isLiveNow && hlsUrl.endsWith('/index.m3u8'));
		const playing = await probe(hlsUrl);
		assert.deepEqual(playing.streams.map(({ codec_name: name }) => name).sort(), ['aac', 'h264']);
		assert.ok(playing.streams.every(({ nb_read_packets: packets }) => Number(packets) > 0));
		assert.equal(await encoder.end(), 0, encoder.said);
		const { recording } = await untilStatus(api, stream, 'READY');
		const { entries, ended } = await broadcast.playlist('replay.m3u8');
		assert.ok(ended && entries.every(({ gap, discontinuity }) => !gap && !discontinuity), JSON.stringify(entries));
		const replay = await probe(recording.hlsUrl);
		const picture = replay.streams.find(({ codec_type: type }) => type === 'video');
		assert.equal(Number(picture.nb_read_packets), 6 * RATE);
	});

	test('a wrong key is refused', async () => {
		const [stream, other] = [await api.created(), await api.created()];
		for (const key of [other.key, '']) {
			const encoder = publish(nginx.url({ id: stream.id, key }), { seconds: 3 });
			assert.notEqual(await encoder.end(), 0);
		}
		const { status, startedAt } = (await api.get(stream.id)).json;
		assert.equal(status, 'PENDING');
		assert.equal(startedAt, null);
		assert.deepEqual(nginx.files(stream), []);
	});

	test('a second publisher is refused, and doesn\'t end the first', async () => {
		const stream = await api.created();
		const other = await api.created();
		const first = publish(nginx.url(stream));
		try {
			await untilPlays(api, stream, 1);
			for (const key of [stream.key, other.key]) {
				const second = publish(nginx.url({ ...stream, key }), { seconds: 3 });
				assert.notEqual(await second.end(), 0);
			}
			await untilPlays(api, stream, 4);
			assert.equal((await api.get(stream.id)).json.isLiveNow, true);
		} finally {
			await first.kill();
		}
		await until('its own end ends it', async () => !(await api.get(stream.id)).json.isLiveNow);
	});

	test('what a publisher appends to its address has no say', async () => {
		const [stream, victim] = [await api.created(), await api.live()];
		const encoder = publish(`${nginx.url(stream)}&name=${victim.id}&call=publish_done&clientid=1`);
		try {
			await untilPlays(api, stream, 1);
		} finally {
			await encoder.kill();
		}
		await until('it ends', async () => !(await api.get(stream.id)).json.isLiveNow);
		assert.equal((await api.get(victim.id)).json.isLiveNow, true);
	});

	for (const [how, end] of [
		['whose key is changed', async ({ id, key }) => api.rotate(id, key)],
		['whose broadcast is stopped', async ({ id, key }) => api.stop(id, key)],
	])
		test(`a publisher ${how} is dropped`, async () => {
			const stream = await api.created();
			const encoder = publish(nginx.url(stream));
			await untilPlays(api, stream, 1);
			assert.equal((await end(stream)).status, 200);
			assert.notEqual(await encoder.end(), 0);
			await until('the broadcast is over', async () => !(await api.get(stream.id)).json.isLiveNow);
		});

	test('plays to whom the stream is visible', async () => {
		const [open, hidden] = [await api.created(), await api.created({ visibility: 'PRIVATE' })];
		const encoders = [open, hidden].map((stream) => publish(nginx.url(stream)));
		try {
			await untilPlays(api, open, 1);
			const { streams } = await probe(`rtmp://127.0.0.1:${nginx.port}/live/${open.id}`, BRIEFLY);
			assert.ok(streams.some(({ nb_read_packets: packets }) => Number(packets) > 0), JSON.stringify(streams));
			await probe(nginx.url(hidden), BRIEFLY);
			await assert.rejects(probe(`rtmp://127.0.0.1:${nginx.port}/live/${hidden.id}`, BRIEFLY), /ended with/);
		} finally {
			for (const encoder of encoders) await encoder.kill();
		}
	});
});

describe('nginx-rtmp that is killed', async () => {
	const nginx = new Nginx();
	const server = await startServer({ env: { LIVEBIN_HOOK_SECRET: SECRET, LIVEBIN_RTMP_HLS: nginx.hls, LIVEBIN_RECONNECT_WINDOW: '10' } });
	await nginx.start({ site: server.url, secret: SECRET });
	const api = new Client(server);
	after(async () => { await nginx.stop(); await server.stop(); }, { timeout: TEST_MS });

	it('and comes back goes on in the same broadcast; one that doesn\'t, ends it', { timeout: TEST_MS }, () => keepingLogs(server, async () => {
		const stream = await api.created({ record: true });
		let encoder = publish(nginx.url(stream));
		const broadcast = await untilPlays(api, stream, 2);
		await nginx.kill9();
		await encoder.end();
		await nginx.start({ site: server.url, secret: SECRET });
		// Another, with the number that the first had before.
		await publish(nginx.url({ ...stream, key: 'wrong' })).end();
		await until('it is let in again', async () => {
			encoder = publish(nginx.url(stream));
			return Promise.race([encoder.ended.then(() => false), untilPlays(api, stream, 5)]);
		});
		const { entries } = await (await Broadcast.of(api, stream)).playlist('dvr.m3u8');
		assert.equal(entries.filter(({ discontinuity }) => discontinuity).length, 1);
		assert.equal((await Broadcast.of(api, stream)).id, broadcast.id, 'one broadcast');
		await nginx.kill9();
		await encoder.end();
		const { recording } = await untilStatus(api, stream, 'READY');
		const replay = await probe(recording.hlsUrl);
		assert.ok(replay.streams.some(({ codec_type: type, nb_read_packets: packets }) => type === 'video' && Number(packets) >= 5 * RATE / 2));
	}));
});
