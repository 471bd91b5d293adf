/**
 * PRIVATE streams: who may watch, by what, how long, and what is open to them meanwhile.
 */
import assert from 'node:assert/strict';

import { assertProblem, basic, bearer } from '../lib/client.js';
import { Encoder, put, target } from '../lib/encoder.js';
import { media } from '../lib/media.js';
import { ANSWER, OFFER, Viewer, onAir } from '../lib/peers.js';
import { askToken, fetchFile, seenBy, sign, signingKey, soon, tokenOf } from '../lib/playback.js';
import { suite } from '../lib/suite.js';
import { until } from '../lib/wait.js';
import { Session, answerOf, offer } from '../lib/whep.js';

const PRIVATE = { visibility: 'PRIVATE' };
const UNKNOWN = { title: 'Video not found' };
const ENDED = { title: 'Playback token not valid' };
const FILM = await media();

/** A PRIVATE broadcast by push, with media. */
async function pushed(api, json = PRIVATE) {
	const to = await target(api, json);
	const encoder = new Encoder(api, to, FILM);
	await encoder.run(2);
	return { ...to, encoder };
}

/** An event stream that its reader isn't the one to end. */
async function listening(api, id, secret) {
	const events = await api.events(`/${id}/events`, secret ? bearer(secret) : {});
	await events.next('stream');
	return events;
}

/** A read of a mailbox that waits. */
const reading = (viewer) => viewer.api.poll(viewer.id, viewer.secret, { after: viewer.cursor, wait: 25 });

const isGone = (api, url) => until('the old path is dead', async () => (await fetchFile(api, url)).status === 404, { timeout: 10_000 });

suite('a playback token', { env: { LIVEBIN_PLAYBACK_MAX: '3600' } }, (test) => {
	test('is a JWT for one stream, with the addresses to pass on', async ({ api, server }) => {
		const stream = await api.live(PRIVATE);
		const { status, json, headers } = await askToken(api, stream, { expiresIn: 60, max: 2, ip: '127.0.0.0/8' });
		assert.equal(status, 201);
		assert.equal(headers['cache-control'], 'no-store');
		const [header, claims] = json.token.split('.').slice(0, 2).map((text) => JSON.parse(Buffer.from(text, 'base64url').toString()));
		assert.deepEqual(header, { alg: 'HS256', typ: 'JWT' });
		assert.deepEqual([claims.sub, claims.max, claims.ip, claims.exp - claims.iat], [stream.id, 2, '127.0.0.0/8', 60]);
		assert.equal(Date.parse(json.expiresAt), claims.exp * 1000);
		assert.equal(json.watchUrl, `http://127.0.0.1:${server.port}/watch/${stream.id}#token=${json.token}`);
		assert.equal(json.embedUrl, `http://127.0.0.1:${server.port}/embed/${stream.id}#token=${json.token}`);
	});

	test('is made by the key alone', async ({ api }) => {
		const stream = await api.live(PRIVATE);
		assertProblem(await askToken(api, { id: stream.id }), 401, { title: 'Missing stream key' });
		assertProblem(await askToken(api, { id: stream.id, key: 'x'.repeat(32) }), 401, { title: 'Invalid stream key' });
		assertProblem(await askToken(api, { id: stream.id, key: await tokenOf(api, stream) }), 401, { title: 'Invalid stream key' });
		assertProblem(await askToken(api, { id: 'A'.repeat(21), key: stream.key }), 404, UNKNOWN);
	});

	test('lasts an hour here at the most', async ({ api }) => {
		const stream = await api.live(PRIVATE);
		const life = async (json) => Date.parse((await askToken(api, stream, json)).json.expiresAt) - Date.now();
		for (const json of [undefined, {}, { expiresIn: 3600 }]) assert.ok(Math.abs(await life(json) - 3_600_000) < 60_000);
		assertProblem(await askToken(api, stream, { expiresIn: 3601 }), 400, { field: 'expiresIn' });
	});

	for (const [field, value] of [['expiresIn', 0], ['expiresIn', 1.5], ['expiresIn', '60'], ['expiresIn', 2 ** 40], ['max', 0], ['max', -1],
		['max', 1e7], ['max', null], ['ip', 'somewhere'], ['ip', ''], ['ip', '10.0.0.0/33'], ['ip', 7], ['sub', 'x']])
		test(`says what is wrong about ${field}: ${JSON.stringify(value)}`, async ({ api }) =>
			assertProblem(await askToken(api, await api.live(PRIVATE), { [field]: value }), 400, { field }));

	test('opens the stream, its signaling, WHEP, events and heartbeats; without one they are not there', async ({ api }) => {
		const stream = await onAir(api, PRIVATE);
		const token = await tokenOf(api, stream);
		const offered = { type: 'offer', data: OFFER };
		assertProblem(await api.get(stream.id), 404, UNKNOWN);
		assertProblem(await api.signal(stream.id, undefined, offered), 404, UNKNOWN);
		assertProblem(await offer(api, stream.id), 404, UNKNOWN);
		assertProblem(await api.view(stream.id), 404, UNKNOWN);
		assertProblem(await api.request('GET', `/${stream.id}/events`), 404, UNKNOWN);

		assert.equal((await seenBy(api, stream, token)).videoId, stream.id);
		assert.equal((await api.get(stream.id, { headers: basic(token) })).status, 200);
		assert.equal((await api.request('GET', `/${stream.id}?token=${token}`)).status, 200);
		assert.equal((await api.view(stream.id, {}, { headers: bearer(token) })).json.viewers, 1);
		const waiting = api.signal(stream.id, token, offered);
		await stream.publisher.answerNext();
		assert.deepEqual((await waiting).json.data, ANSWER);
		const session = await Session.begin(api, stream, { key: token });
		assert.equal((await session.end()).status, 200);
		const events = await api.events(`/${stream.id}/events?token=${token}`);
		assert.equal((await events.next('stream')).data.videoId, stream.id);
		events.close();
	});

	test('is no key', async ({ api }) => {
		const stream = await api.live(PRIVATE);
		const token = await tokenOf(api, stream);
		assertProblem(await api.patch(stream.id, token, { title: 'Mine' }), 401);
		assertProblem(await api.remove(stream.id, token), 401);
		assertProblem(await api.rotate(stream.id, token), 401);
		assertProblem(await api.stop(stream.id, token), 401);
		assertProblem(await api.poll(stream.id, token), 401);
		assert.equal((await put(api, stream, 'index0.ts', 'x', { headers: bearer(token) })).status, 401);
	});

	test('is the only secret that an address may hold', async ({ api }) => {
		const stream = await api.live(PRIVATE);
		assertProblem(await api.request('GET', `/${stream.id}?token=${stream.key}`), 400, { field: 'token' });
		assertProblem(await api.request('POST', `/${stream.id}/token?token=${stream.key}`), 401);
	});

	test('is not looked at where it isn\'t needed', async ({ api }) => {
		const stream = await api.live();
		for (const token of ['a.b.c', await tokenOf(api, stream)]) assert.equal((await seenBy(api, stream, token)).visibility, 'PUBLIC');
	});

	test('may be of the site\'s own making', async ({ api, server }) => {
		const stream = await api.live(PRIVATE);
		const key = await signingKey(server);
		assert.equal(await signingKey(server), key, 'it stays');
		for (const claims of [{}, { nbf: soon(20), iat: soon(20) }, { name: 'Ann', aud: 'x' }, { exp: soon(50) + 0.5 }])
			await seenBy(api, stream, sign(key, { sub: stream.id, exp: soon(50), ...claims }));
	});

	test('is good only as it was signed, in its time, from its place', async ({ api, server }) => {
		const [stream, other] = [await api.live(PRIVATE), await api.live(PRIVATE)];
		const key = await signingKey(server);
		const good = { sub: stream.id, exp: soon(60) };
		const refused = async (token, status, what) =>
			assertProblem(await api.get(stream.id, { headers: bearer(token) }), status, status === 404 ? UNKNOWN : ENDED, what);
		await refused(sign(`${key.slice(1)}A`, good), 404);
		await refused(sign(key, { ...good, sub: other.id }), 404);
		await refused(sign(key, good).replace(/.$/, ''), 404);
		await refused(`${sign(key, good).replace(/\.[^.]*$/, '')}.`, 404);
		await refused(sign(key, good, { alg: 'none' }), 401);
		await refused(sign(key, good, { alg: 'HS512' }), 401);
		await refused(sign(key, { ...good, exp: soon(-1) }), 401);
		await refused(sign(key, { ...good, exp: soon(7200) }), 401);
		await refused(sign(key, { ...good, nbf: soon(600) }), 401);
		await refused(sign(key, { ...good, ip: '192.0.2.0/24' }), 401);
		await refused(sign(key, { ...good, exp: undefined }), 401);
		await refused(sign(key, { ...good, max: 'many' }), 401);
		await seenBy(api, stream, sign(key, { ...good, ip: '192.0.2.1 127.0.0.1' }));
	});

	test('for so many viewers gives the next one 429, and nobody else notices', async ({ api }) => {
		const stream = await onAir(api, PRIVATE);
		const [token, another] = [await tokenOf(api, stream, { max: 2 }), await tokenOf(api, stream, { max: 1 })];
		const beat = (by, json = {}) => api.view(stream.id, json, { headers: bearer(by) });
		const first = (await beat(token)).json.viewerId;
		const waiting = offer(api, stream.id, { key: token });
		await stream.publisher.answerNext({ type: 'answer', sdp: answerOf() });
		assert.equal((await waiting).status, 201);
		for (const refused of [await beat(token), await offer(api, stream.id, { key: token })]) {
			assertProblem(refused, 429, { title: 'Too many viewers with this token' });
			assert.ok(Number(refused.headers['retry-after']) > 0);
		}
		assert.equal((await beat(token, { viewerId: first })).json.viewers, 2);
		assert.equal((await beat(another)).json.viewers, 3);
		await beat(token, { viewerId: first, leaving: true });
		assert.equal((await beat(token)).status, 200);
	});
});

suite('the media of a PRIVATE stream', {}, (test) => {
	test('has an address for each right, and none that all know', async ({ api }) => {
		const stream = await pushed(api);
		const [one, two] = [await tokenOf(api, stream), await tokenOf(api, stream, { max: 1 })];
		const urls = await Promise.all([one, two, stream.key, one].map(async (secret) => (await seenBy(api, stream, secret)).hlsUrl));
		assert.equal(urls[0], urls[3]);
		assert.equal(new Set(urls).size, 3);
		for (const url of urls) {
			assert.match(new URL(url).pathname, /^\/live\/[A-Za-z0-9_-]{32}\/index\.m3u8$/);
			const list = await fetchFile(api, url);
			assert.equal(list.status, 200);
			const name = list.text.match(/^r0-1\..*$/m)[0];
			const segment = await fetchFile(api, new URL(name, url).href);
			assert.deepEqual(segment.raw, stream.encoder.source(1).data);
			for (const { headers } of [list, segment]) assert.match(headers['cache-control'], /^private, /, 'nothing on the way keeps it');
		}
		const { streams } = (await api.active()).json;
		assert.ok(!streams.some(({ videoId }) => videoId === stream.id));
	});

	test('is a replay of the same right', async ({ api }) => {
		const stream = await pushed(api);
		await api.stop(stream.id, stream.key, { json: { streamKey: stream.key, convertToVOD: true } });
		const token = await tokenOf(api, stream);
		await until('the replay is there', async () => (await seenBy(api, stream, token)).status === 'READY');
		const { recording } = await seenBy(api, stream, token);
		assert.equal((await fetchFile(api, recording.hlsUrl)).status, 200);
	});

	test('dies as its token runs out, and so do its events', async ({ api }) => {
		const stream = await pushed(api);
		const token = await tokenOf(api, stream, { expiresIn: 3 });
		const { hlsUrl } = await seenBy(api, stream, token);
		assert.equal((await fetchFile(api, hlsUrl)).status, 200);
		const events = await listening(api, stream.id, token);
		await events.untilEnd();
		await isGone(api, hlsUrl);
		assertProblem(await api.get(stream.id, { headers: bearer(token) }), 401, ENDED);
		await stream.encoder.run(4);
		assert.equal((await fetchFile(api, hlsUrl)).status, 404, 'nothing opens it again');
	});

	test('dies as the key is changed, but not what the site itself allowed', async ({ api, server }) => {
		const stream = await pushed(api);
		const made = await tokenOf(api, stream);
		const own = sign(await signingKey(server), { sub: stream.id, exp: soon(600) });
		const urls = await Promise.all([made, stream.key, own].map(async (secret) => (await seenBy(api, stream, secret)).hlsUrl));
		const events = await listening(api, stream.id, made);
		const ofKey = await listening(api, stream.id, stream.key);
		const { status, json } = await api.rotate(stream.id, stream.key);
		assert.equal(status, 200);
		await Promise.all([events.untilEnd(), ofKey.untilEnd()]);
		for (const url of urls) assert.equal((await fetchFile(api, url)).status, 404);
		assertProblem(await api.get(stream.id, { headers: bearer(made) }), 401, ENDED);
		for (const secret of [own, json.streamKey])
			assert.equal((await fetchFile(api, (await seenBy(api, stream, secret)).hlsUrl)).status, 200);
	});

	test('was PUBLIC: its path dies as it turns PRIVATE, lives again as it turns back', async ({ api }) => {
		const stream = await pushed(api, {});
		const { hlsUrl } = await seenBy(api, stream);
		const events = await listening(api, stream.id);
		assert.equal((await api.patch(stream.id, stream.key, PRIVATE)).status, 200);
		await events.untilEnd();
		assert.equal((await fetchFile(api, hlsUrl)).status, 404);
		await stream.encoder.run(4);
		assert.equal((await fetchFile(api, hlsUrl)).status, 404, 'nothing opens it again');
		const mine = (await seenBy(api, stream, stream.key)).hlsUrl;
		assert.match((await fetchFile(api, mine)).text, /r0-3\./, 'the broadcast goes on');
		await api.patch(stream.id, stream.key, { visibility: 'UNLISTED' });
		assert.equal((await seenBy(api, stream)).hlsUrl, hlsUrl);
		assert.equal((await fetchFile(api, hlsUrl)).status, 200);
		assert.equal((await fetchFile(api, mine)).status, 200, 'nobody is interrupted');
	});

	test('is gone with the stream', async ({ api }) => {
		const stream = await pushed(api);
		const token = await tokenOf(api, stream);
		const { hlsUrl } = await seenBy(api, stream, token);
		const events = await listening(api, stream.id, token);
		assert.equal((await api.remove(stream.id, stream.key)).status, 204);
		await events.untilEnd();
		assert.equal((await fetchFile(api, hlsUrl)).status, 404);
		assertProblem(await api.get(stream.id, { headers: bearer(token) }), 404, UNKNOWN);
	});
});

suite('all that was signed', {}, (test) => {
	test('dies as the site\'s signing key is changed', async ({ api, server }) => {
		const stream = await pushed(api);
		const token = sign(await signingKey(server), { sub: stream.id, exp: soon(600) });
		const { hlsUrl } = await seenBy(api, stream, token);
		const fresh = await signingKey(server, '--new');
		assert.equal((await fetchFile(api, hlsUrl)).status, 404);
		assertProblem(await api.get(stream.id, { headers: bearer(token) }), 404, UNKNOWN);
		await seenBy(api, stream, sign(fresh, { sub: stream.id, exp: soon(600) }));
	});
});

suite('who watches from the page', {}, (test) => {
	/** A PRIVATE stream on the air, two that watch by `secret`, and what their ends are. */
	async function watched(api, json, secretOf) {
		const stream = await onAir(api, json);
		const secret = await secretOf?.(stream);
		const joined = await api.signal(stream.id, secret, { type: 'offer', data: OFFER }, { headers: { prefer: 'respond-async' } });
		assert.equal(joined.status, 202, joined.text);
		const viewer = new Viewer(api, stream.id, joined.json.peerToken);
		await stream.publisher.next('offer');
		const session = await Session.begin(api, stream, { key: secret });
		const events = await session.listen(['viewercount']);
		await events.next('viewercount');
		return { stream, viewer, session, events, peers: [joined.json.peerId, session.peerId] };
	}

	/** Both are let go, at once. */
	async function assertExpelled({ session, events }, polled) {
		const { status, text } = await polled;
		assert.ok(status === 404 || status === 401, text);
		await events.untilEnd();
		assertProblem(await session.patch(''), 404, { title: 'Session not found' });
	}

	/** The page hears of it. */
	async function assertTold({ stream: { publisher }, peers }) {
		const left = [(await publisher.next('viewer-left')).from, (await publisher.next('viewer-left')).from];
		assert.deepEqual(left.sort(), peers.sort());
	}

	test('leaves as the token runs out', async ({ api }) => {
		const scene = await watched(api, PRIVATE, (stream) => tokenOf(api, stream, { expiresIn: 4 }));
		await assertExpelled(scene, reading(scene.viewer));
		await assertTold(scene);
	});

	test('counts as the one viewer that it is', async ({ api }) => {
		const { stream, viewer, peers } = await watched(api, PRIVATE, (made) => tokenOf(api, made, { max: 2 }));
		const beat = (viewerId) => api.view(stream.id, { viewerId }, { headers: bearer(viewer.secret) });
		for (const viewerId of [undefined, 'V'.repeat(21)]) assertProblem(await beat(viewerId), 400, { field: 'viewerId' });
		assert.equal((await beat(peers[0])).json.viewers, 2);
	});

	test('leaves as the stream turns PRIVATE', async ({ api }) => {
		const scene = await watched(api, {});
		const polled = reading(scene.viewer);
		const ids = (await api.get(scene.stream.id)).json;
		assert.equal(ids.viewers, 2);
		await api.patch(scene.stream.id, scene.stream.key, PRIVATE);
		await assertExpelled(scene, polled);
		await assertTold(scene);
		assert.equal((await seenBy(api, scene.stream, scene.stream.key)).viewers, 0);
	});

	test('leaves as the key is changed', async ({ api }) => {
		const scene = await watched(api, PRIVATE, (stream) => tokenOf(api, stream));
		const polled = reading(scene.viewer);
		assert.equal((await api.rotate(scene.stream.id, scene.stream.key)).status, 200);
		await assertExpelled(scene, polled);
	});

	test('stays, where the stream was PRIVATE all the time, as it is said again', async ({ api }) => {
		const scene = await watched(api, PRIVATE, (stream) => tokenOf(api, stream));
		await api.patch(scene.stream.id, scene.stream.key, PRIVATE);
		await scene.stream.publisher.send(scene.peers[0], 'bye', null);
		assert.equal((await scene.viewer.next('bye')).from, 'publisher');
		assert.equal((await scene.session.end()).status, 200);
	});

	test('leaves as the stream is deleted', async ({ api }) => {
		const scene = await watched(api, PRIVATE, (stream) => tokenOf(api, stream));
		const polled = reading(scene.viewer);
		const publisher = reading(scene.stream.publisher);
		assert.equal((await api.remove(scene.stream.id, scene.stream.key)).status, 204);
		for (const ended of [await polled, await publisher]) assert.ok([200, 404].includes(ended.status), ended.text);
		await scene.events.untilEnd();
		assertProblem(await scene.session.patch(''), 404, { title: 'Session not found' });
	});
});
