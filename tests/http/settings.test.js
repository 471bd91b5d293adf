import assert from 'node:assert/strict';
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { send } from '../lib/http.js';
import { Publisher } from '../lib/peers.js';
import { suite } from '../lib/suite.js';

const ICE = [
	{ urls: 'stun:stun.example:3478' },
	{ urls: ['turn:turn.example?transport=udp'], username: 'u', credential: 'c' },
];

const SETTINGS = {
	LIVEBIN_CORS_ORIGINS: 'https://a.example https://b.example',
	LIVEBIN_PUBLIC_URL: 'https://tv.example',
	LIVEBIN_DEFAULT_VISIBILITY: 'UNLISTED',
	LIVEBIN_FRAME_ANCESTORS: "'self' https://blog.example https://*.shop.example:8443",
	LIVEBIN_ICE_SERVERS: JSON.stringify(ICE),
};

suite('settings of an operator', { env: SETTINGS }, (test) => {
	test('let the listed origins in, each by its name', async ({ api }) => {
		for (const origin of ['https://a.example', 'https://b.example']) {
			const answers = [
				await api.active({}, { headers: { origin } }),
				await api.create({}, { headers: { origin } }),
				await api.request('OPTIONS', '/create', { headers: { origin, 'access-control-request-method': 'POST' } }),
			];
			for (const { headers } of answers) {
				assert.equal(headers['access-control-allow-origin'], origin);
				assert.match(headers.vary, /\bOrigin\b/i);
			}
		}
	});

	test('let no other origin in', async ({ api }) => {
		for (const origin of [
			'https://c.example', 'http://a.example', 'https://a.example.evil.example', 'https://a', 'null',
			'https://a.example https://b.example', '*',
		]) {
			const { status, headers } = await api.active({}, { headers: { origin } });
			assert.equal(status, 200);
			assert.equal(headers['access-control-allow-origin'], undefined, origin);
		}
	});

	test('put the public address in front of every link', async ({ api }) => {
		const { json, headers } = await api.create();
		assert.equal(json.webrtcUrl, `https://tv.example/api/live/${json.videoId}/signal`);
		assert.equal(json.watchUrl, `https://tv.example/watch/${json.videoId}`);
		assert.ok(headers.location === `/api/live/${json.videoId}` || headers.location === `https://tv.example/api/live/${json.videoId}`);
		const stream = (await api.get(json.videoId)).json;
		assert.equal(stream.watchUrl, json.watchUrl);
		assert.equal(stream.embedUrl, `https://tv.example/embed/${json.videoId}`);
	});

	test('name who may embed the player; no other page may be framed, whatever they say', async ({ api }) => {
		const ancestors = async (path) =>
			/(?:^|; )frame-ancestors ([^;]*)$/.exec((await send(api.server.port, 'GET', path)).headers['content-security-policy'])?.[1];
		const id = 'A'.repeat(21);
		for (const path of [`/embed/${id}`, '/embed.html']) assert.equal(await ancestors(path), SETTINGS.LIVEBIN_FRAME_ANCESTORS, path);
		for (const path of ['/', '/studio', `/studio/${id}`, `/watch/${id}`, '/watch.html', '/studio.html']) assert.equal(await ancestors(path), "'none'", path);
	});

	test('say how a stream is seen that does not say it itself', async ({ api }) => {
		const { id } = await api.created();
		assert.equal((await api.get(id)).json.visibility, 'UNLISTED');
		const { id: open } = await api.created({ visibility: 'PUBLIC' });
		assert.equal((await api.get(open)).json.visibility, 'PUBLIC');
	});

	test('hand the ICE servers to both sides', async ({ api }) => {
		const stream = await api.live();
		const publisher = await Publisher.open(api, stream);
		assert.deepEqual((await publisher.read()).iceServers, ICE);
		const answer = await api.signal(stream.id, undefined, { type: 'offer', data: {} }, { headers: { prefer: 'respond-async' } });
		assert.deepEqual(answer.json.iceServers, ICE);
		const viewer = await api.poll(stream.id, answer.json.peerToken);
		assert.equal(viewer.json.iceServers, undefined);
	});
});

const DISK_MIN_MB = 1_000_000;

suite('a site whose disk is too full', { env: { LIVEBIN_DISK_FREE_MIN: String(DISK_MIN_MB) } }, (test) => {
	test('says so at /health with 503, naming the part', async ({ api, t }) => {
		const { bavail, bsize } = statfsSync(tmpdir());
		if ((bavail * bsize) / 2 ** 20 >= DISK_MIN_MB) return t.skip(`this disk has more than ${DISK_MIN_MB} MB free`);
		const { status, json } = await api.raw('GET', '/health');
		assert.equal(status, 503);
		const failing = Object.values(json.parts).filter((part) => part.status === 'failing');
		assert.equal(failing.length, 1);
		assert.ok(failing[0].detail.length > 0);
	});

	test('still streams', async ({ api }) => {
		const { id, key } = await api.live();
		assert.equal((await api.stop(id, key)).status, 200);
	});
});
