/**
 * What waits in WHEP's door: offers, restarts and events; woken, timed out, their client gone, the program stopped.
 */
import assert from 'node:assert/strict';

import { assertProblem } from '../lib/client.js';
import { onAir } from '../lib/peers.js';
import { alive } from '../lib/server.js';
import { suite } from '../lib/suite.js';
import { until } from '../lib/wait.js';
import { Session, answerOf, fragmentOf, offer } from '../lib/whep.js';

/** How a client breaks off: politely, or not. */
const WAYS = {
	FIN: (socket) => socket.destroy(),
	RST: (socket) => socket.resetAndDestroy(),
};

/** A request that is broken off once the publisher has what it brings. */
async function brokenOff(way, request, reached) {
	let socket;
	const waiting = request({ onSocket: (its) => { socket = its; } });
	waiting.catch(() => {});
	const message = await reached();
	WAYS[way](socket);
	await assert.rejects(waiting);
	return message;
}

suite('an offer that waits', { env: { LIVEBIN_ANSWER_WAIT: '2', LIVEBIN_MAX_PEERS: '1' }, concurrency: 4 }, (test) => {
	for (const way of Object.keys(WAYS))
		test(`gives its place back when its player goes by ${way}`, async ({ api }) => {
			const stream = await onAir(api);
			const { from } = await brokenOff(way, (options) => offer(api, stream.id, options), () => stream.publisher.next('offer'));
			assert.equal((await stream.publisher.next('viewer-left')).from, from);
			await Session.begin(api, stream);
		});

	test('gives its place back when it isn\'t answered', async ({ api }) => {
		const stream = await onAir(api);
		assertProblem(await offer(api, stream.id), 504);
		await stream.publisher.next('viewer-left');
		await Session.begin(api, stream);
	});
});

suite('what waits when the program is told to end', { concurrency: 1 }, (test) => {
	test('an offer gets 503 and its place back; events end, and go on at another program', async ({ api, server }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		const events = await session.listen(['active']);
		await events.next('active');
		const waiting = offer(api, stream.id);
		const { from } = await stream.publisher.next('offer', (message) => message.from !== session.peerId);
		const restart = session.patch(fragmentOf({ ufrag: 'anew' }), { match: '*' });
		await stream.publisher.next('offer', (message) => message.data.restart === true);
		const { pid } = server.program('whep');
		process.kill(pid, 'SIGTERM');
		for (const answer of await Promise.all([waiting, restart])) {
			assertProblem(answer, 503, { title: 'Server is restarting' });
			assert.ok(Number(answer.headers['retry-after']) > 0);
		}
		await events.untilEnd();
		await until('the program ended', () => !alive(pid));
		assert.equal((await stream.publisher.next('viewer-left')).from, from);
		const again = await until('another one answers', () => session.read(`${session.events}/stream`).catch(() => null));
		await again.next('active');
		assert.equal((await session.patch(fragmentOf())).status, 204, 'it stands as it was');
	});

	test('a session outlives the whole server', async ({ api, server }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		await server.restart();
		assert.equal((await session.patch(fragmentOf())).status, 204);
		await stream.publisher.next('ice-candidate');
		assert.equal((await session.end()).status, 200);
	});

	test('a session outlives kill -9', async ({ api, server }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		await server.kill('whep');
		await until('another one answers', async () =>
			(await api.raw('GET', session.path, { tolerant: true }).catch(() => null))?.status === 204);
		const waiting = session.patch(fragmentOf({ ufrag: 'anew' }), { match: '*' });
		const { from, data } = await stream.publisher.next('offer', (message) => message.data.restart === true);
		await stream.publisher.send(from, 'answer', { type: 'answer', sdp: answerOf({ ufrag: 'newer' }), attempt: data.attempt });
		assert.equal((await waiting).status, 200);
	});
});

suite('events', { env: { LIVEBIN_VIEWER_TIMEOUT: '3' } }, (test) => {
	for (const way of ['close', 'rst'])
		test(`whose reader goes by ${way === 'rst' ? 'RST' : 'FIN'} keep their session no longer`, async ({ api }) => {
			const stream = await onAir(api);
			const session = await Session.begin(api, stream);
			const events = await session.listen(['active']);
			await events.next('active');
			events[way]();
			await until('the session is gone', async () => (await api.raw('GET', session.path)).status === 404);
			assert.equal((await stream.publisher.next('viewer-left')).from, session.peerId);
		});

	test('that are quiet show that they are there', async ({ api }) => {
		const session = await Session.begin(api, await onAir(api));
		const events = await session.listen(['inactive']);
		await events.untilComments(3);
		assert.deepEqual(events.events, []);
	});
});
