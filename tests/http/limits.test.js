import assert from 'node:assert/strict';

import { assertProblem, bearer } from '../lib/client.js';
import { insist } from '../lib/harm.js';
import { OFFER, Viewer, onAir } from '../lib/peers.js';
import { suite } from '../lib/suite.js';
import { until } from '../lib/wait.js';

/** Calls until the first answer that is refused; gives it and how many were taken. */
async function untilRefused(call, status, most) {
	for (let taken = 0; taken <= most; taken++) {
		const answer = await call();
		if (answer.status === status) return { answer, taken };
		assert.ok(answer.status < 300, answer.text);
	}
	return assert.fail(`nothing was refused in ${most + 1} calls`);
}

suite('three streams an hour', { env: { LIVEBIN_CREATE_PER_HOUR: '3', LIVEBIN_PROCS: '2' }, concurrency: 1 }, (test) => {
	test('are three, over all processes, and the fourth is told when to come again', async ({ api }) => {
		const answers = await Promise.all(Array.from({ length: 12 }, () => api.create()));
		const statuses = answers.map(({ status }) => status).sort();
		assert.deepEqual(statuses, [...Array(3).fill(201), ...Array(9).fill(429)]);
		for (const { status, headers } of answers)
			if (status === 429) assert.ok(Number(headers['retry-after']) <= 3_600, headers['retry-after']);
	});

	test('are not more for a client that names itself otherwise', async ({ api }) => {
		for (const headers of [
			{ 'x-forwarded-for': '192.0.2.7' }, { 'x-real-ip': '192.0.2.7' }, { forwarded: 'for=192.0.2.7' },
			{ 'client-ip': '192.0.2.7' }, { remote_addr: '192.0.2.7' }, { 'x-client-ip': '192.0.2.7' },
		]) assertProblem(await api.create({ title: 'a' }, { headers }), 429);
	});

	test('are each client\'s own', async ({ api }) => {
		assert.equal((await api.create({ title: 'a' }, { localAddress: '127.0.0.2' })).status, 201);
	});

	test('stay three when the programs are killed', async ({ api, server }) => {
		for (const name of new Set(server.programs().map((program) => program.name))) await server.kill9(name);
		await insist('create is back', () => api.create({}, { tolerant: true, localAddress: '127.0.0.6' }));
		assertProblem(await api.create(), 429);
		const other = () => api.create({ title: 'a' }, { localAddress: '127.0.0.2' });
		assert.equal((await untilRefused(other, 429, 3)).taken, 2, 'one was taken before');
	});

	test('stay three when the server starts anew', async ({ api, server }) => {
		await server.restart();
		assertProblem(await api.create(), 429);
		assert.equal((await api.create({ title: 'a' }, { localAddress: '127.0.0.3' })).status, 201);
	});

	test('count those alone that were made', async ({ api }) => {
		for (let n = 0; n < 6; n++) assertProblem(await api.create({}, { localAddress: '127.0.0.4' }), 400);
		assert.equal((await api.create({ title: 'a' }, { localAddress: '127.0.0.4' })).status, 201);
	});
});

const FEW = {
	LIVEBIN_OFFERS_PER_MINUTE: '5',
	LIVEBIN_VIEWS_PER_MINUTE: '5',
	LIVEBIN_SIGNALS_PER_MINUTE: '20',
	LIVEBIN_MAX_PEERS: '50',
};

suite('limits by the minute', { env: FEW, concurrency: 1 }, (test) => {
	test('hold for the offers of an address', async ({ api }) => {
		const stream = await onAir(api);
		const offer = (localAddress) => api.signal(stream.id, undefined, { type: 'offer', data: OFFER }, {
			headers: { prefer: 'respond-async' }, localAddress,
		});
		const { answer, taken } = await untilRefused(() => offer('127.0.0.1'), 429, 5);
		assertProblem(answer, 429);
		assert.equal(taken, 5);
		assert.equal((await offer('127.0.0.2')).status, 202);
	});

	test('hold for the heartbeats of an address', async ({ api }) => {
		const { id } = await api.live();
		const { answer, taken } = await untilRefused(() => api.view(id), 429, 5);
		assertProblem(answer, 429);
		assert.equal(taken, 5);
		assert.equal((await api.view(id, {}, { localAddress: '127.0.0.2' })).status, 200);
	});

	test('hold for the messages of a peer', async ({ api }) => {
		const stream = await onAir(api);
		const join = async (localAddress) => (await api.signal(stream.id, undefined, { type: 'offer', data: OFFER }, {
			headers: { prefer: 'respond-async' }, localAddress,
		})).json.peerToken;
		const [one, two] = [await join('127.0.0.5'), await join('127.0.0.5')];
		const { answer, taken } = await untilRefused(() => api.signal(stream.id, one, { type: 'ice-candidate', data: {} }), 429, 20);
		assertProblem(answer, 429);
		assert.ok(taken >= 19, `${taken}`);
		assert.equal((await api.signal(stream.id, two, { type: 'ice-candidate', data: {} })).status, 200);
	});
});

suite('a proxy that is trusted', { env: { LIVEBIN_CREATE_PER_HOUR: '1', LIVEBIN_TRUSTED_PROXIES: '127.0.0.1 10.0.0.0/8 fd00::/8' }, concurrency: 1 }, (test) => {
	const create = (api, forwarded, localAddress) => api.create({ title: 'a' }, {
		headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }, localAddress,
	});

	test('names its clients, each with a limit of its own', async ({ api, server }) => {
		assert.equal((await create(api, '192.0.2.1')).status, 201);
		assertProblem(await create(api, '192.0.2.1'), 429);
		assert.equal((await create(api, '192.0.2.2')).status, 201);
		assertProblem(await create(api, '192.0.2.2:1234'), 429);
		await until('the log names it', () => / from 192\.0\.2\.1\n/.test(server.log()));
	});

	test('is believed as far as those whom it believes', async ({ api }) => {
		assertProblem(await create(api, '192.0.2.99, 192.0.2.1'), 429);
		assertProblem(await create(api, '192.0.2.1, 10.1.2.3, fd00::1'), 429);
		assertProblem(await create(api, 'nonsense, 192.0.2.1'), 429);
		assert.equal((await create(api, '192.0.2.1, nonsense')).status, 201, 'the proxy itself');
		assertProblem(await create(api), 429);
	});

	test('names a household by its IPv6 network', async ({ api }) => {
		assert.equal((await create(api, '2001:db8:1:2::1')).status, 201);
		assertProblem(await create(api, '[2001:db8:1:2:ffff::9]:443'), 429);
		assert.equal((await create(api, '2001:db8:1:3::1')).status, 201);
	});

	test('is no other address', async ({ api }) => {
		assert.equal((await create(api, '192.0.2.50', '127.0.0.2')).status, 201);
		assertProblem(await create(api, '192.0.2.51', '127.0.0.2'), 429);
	});
});

suite('wrong keys', { env: { LIVEBIN_FAILURES_PER_MINUTE: '4' }, concurrency: 1 }, (test) => {
	test('cost a moment, then an answer; who has the right one notices nothing', async ({ api, server }) => {
		const { id, key } = await api.live();
		const wrong = (localAddress) => api.start(id, 'k'.repeat(32), { localAddress });
		const began = Date.now();
		assertProblem(await wrong(), 401);
		assert.ok(Date.now() - began >= 250, 'it waited');
		const { answer } = await untilRefused(async () => {
			const refused = await wrong();
			return refused.status === 401 ? { ...refused, status: 200 } : refused;
		}, 429, 4);
		assertProblem(answer, 429);
		assert.ok(Number(answer.headers['retry-after']) > 0);
		for (const refused of [
			await api.request('POST', `/${id}/key`, { headers: { authorization: `Basic ${Buffer.from(`x:${'k'.repeat(32)}`).toString('base64')}` } }),
			await api.poll(id, 'k'.repeat(32)), await api.raw('PUT', `/push/${'k'.repeat(32)}/index.m3u8`, { body: 'x' }),
		]) assertProblem(refused, 429);
		assert.equal((await api.start(id, key)).status, 200);
		assertProblem(await wrong('127.0.0.2'), 401);
		assert.doesNotMatch(server.log(), /k{32}/);
	});

	test('are as slow for a private stream, which is still not shown', async ({ api }) => {
		const { id } = await api.live({ visibility: 'PRIVATE' });
		const ask = (options) => api.get(id, { localAddress: '127.0.0.3', ...options });
		assertProblem(await ask(), 404);
		const shown = { headers: { authorization: `Bearer ${'k'.repeat(32)}` } };
		const began = Date.now();
		assertProblem(await ask(shown), 404);
		assert.ok(Date.now() - began >= 250, 'it waited');
		for (let n = 0; n < 3; n++) await ask(shown);
		assertProblem(await ask(shown), 429);
		assertProblem(await ask(), 404);
	});

	test('may be API tokens, or tokens in an address, as well', async ({ api }) => {
		for (const [address, ask] of [
			['127.0.0.4', (options) => api.request('GET', '/streams', { headers: bearer('k'.repeat(32)), ...options })],
			['127.0.0.5', (options) => api.create({ title: 'x' }, { headers: bearer('k'.repeat(32)), ...options })],
		]) {
			const began = Date.now();
			assertProblem(await ask({ localAddress: address }), 401);
			assert.ok(Date.now() - began >= 250, 'it waited');
			for (let n = 0; n < 3; n++) await ask({ localAddress: address });
			assertProblem(await ask({ localAddress: address }), 429);
		}
		const { id } = await api.live({ visibility: 'PRIVATE' });
		const guess = () => api.request('GET', `/${id}?token=a.b.c`, { localAddress: '127.0.0.6' });
		for (let n = 0; n < 4; n++) assertProblem(await guess(), 404);
		assertProblem(await guess(), 429);
	});

	test('hold no thread while they wait', async ({ api }) => {
		const { id } = await api.live();
		const wrong = Array.from({ length: 40 }, (_, n) => api.start(id, 'w'.repeat(32), { localAddress: `127.0.1.${n}` }));
		const began = Date.now();
		await Promise.all(wrong);
		assert.ok(Date.now() - began < 40 * 300 / 4, 'they waited side by side');
	});
});

suite('three that wait', { env: { LIVEBIN_PARKED_PER_CLIENT: '3' } }, (test) => {
	test('are one address\'s; the fourth is refused, and nobody else', async ({ api }) => {
		const stream = await onAir(api);
		const open = [];
		for (let n = 0; n < 3; n++) open.push(await api.events(`/${stream.id}/events`));
		assertProblem(await api.request('GET', `/${stream.id}/events`), 429, { title: 'Too many requests wait' });
		assert.equal((await api.view(stream.id)).status, 200, 'what doesn\'t wait is served');
		await open[0].next('viewers', ({ viewers }) => viewers === 1);
		assert.ok(open.every(({ ended }) => !ended));
		const waiting = api.signal(stream.id, undefined, { type: 'offer', data: OFFER }, { localAddress: '127.0.0.9' });
		await stream.publisher.answerNext();
		assert.equal((await waiting).status, 200);
		open[1].rst();
		const again = await insist('there is a place again', async () => {
			const one = await api.events(`/${stream.id}/events`).catch(() => null);
			return one?.status === 200 ? one : null;
		});
		for (const one of [open[0], open[2], again]) one.close();
	});
});

const SMALL = { LIVEBIN_MAX_PEERS: '2', LIVEBIN_MAILBOX_MAX: '8', LIVEBIN_ANSWER_WAIT: '1' };

suite('limits of a broadcast', { env: SMALL }, (test) => {
	test('let in as many peers as the page serves', async ({ api }) => {
		const stream = await onAir(api);
		const viewers = [await Viewer.join(api, stream), await Viewer.join(api, stream)];
		const offer = () => api.signal(stream.id, undefined, { type: 'offer', data: OFFER }, { headers: { prefer: 'respond-async' } });
		assertProblem(await offer(), 503);
		const again = await api.signal(stream.id, viewers[0].secret, { type: 'offer', data: OFFER }, { headers: { prefer: 'respond-async' } });
		assert.equal(again.status, 202, 'a peer that is in may offer again');
		await viewers[0].send('bye', null);
		await stream.publisher.next('viewer-left');
		await stream.publisher.read();
		assert.equal((await offer()).status, 202, 'there is room again');
		assertProblem(await offer(), 503);
	});

	test('are the page\'s to keep: whom it says goodbye to has no place, whatever heartbeats it sends', async ({ api }) => {
		const stream = await onAir(api);
		const viewerId = 'V'.repeat(21);
		for (let n = 0; n < 2; n++) {
			const { peerId } = await Viewer.join(api, stream, { viewerId });
			await stream.publisher.send(peerId, 'bye', null);
		}
		await until('there is room again', async () => {
			await api.view(stream.id, { viewerId });
			const offered = await api.signal(stream.id, undefined, { type: 'offer', data: OFFER }, { headers: { prefer: 'respond-async' } });
			return offered.status === 202;
		}, { timeout: 20_000, every: 500 });
	});

	test('let in as many peers as the page serves when all come at once', async ({ api }) => {
		const stream = await onAir(api);
		const answers = await Promise.all(Array.from({ length: 10 }, () =>
			api.signal(stream.id, undefined, { type: 'offer', data: OFFER }, { headers: { prefer: 'respond-async' } })));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 202, ...Array(8).fill(503)]);
	});

	test('fill a mailbox until its owner reads', async ({ api }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		const send = () => api.signal(stream.id, viewer.secret, { type: 'ice-candidate', data: {} });
		const { answer, taken } = await untilRefused(send, 429, 8);
		assertProblem(answer, 429);
		assert.ok(taken >= 6, `${taken}: the mailbox holds 8`);
		await stream.publisher.read();
		await stream.publisher.read();
		assert.equal((await send()).status, 200);
		await stream.publisher.read();
		const got = stream.publisher.messages.filter(({ type }) => type === 'ice-candidate');
		assert.equal(got.length, taken + 1, 'nothing that was taken is lost');
	});

	test('fill the mailbox of one peer and no other', async ({ api }) => {
		const stream = await onAir(api);
		const [slow, quick] = [await Viewer.join(api, stream), await Viewer.join(api, stream)];
		const send = () => api.signal(stream.id, stream.key, { type: 'ice-candidate', data: {}, to: slow.peerId });
		const { answer } = await untilRefused(send, 429, 8);
		assertProblem(answer, 429);
		await stream.publisher.send(quick.peerId, 'answer', 'there');
		assert.equal((await quick.next('answer')).data, 'there');
	});

	test('tell even a full mailbox that the stream stopped', async ({ api }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		await untilRefused(() => api.signal(stream.id, stream.key, { type: 'ice-candidate', data: {}, to: viewer.peerId }), 429, 8);
		assert.equal((await api.stop(stream.id, stream.key)).status, 200);
		assert.deepEqual((await viewer.next('bye')).data, { reason: 'stopped' });
	});

	test('answer an offer with 504 when the publisher is silent, and keep its peer', async ({ api }) => {
		const stream = await onAir(api);
		assertProblem(await api.signal(stream.id, undefined, { type: 'offer', data: OFFER }), 504);
		const viewer = await Viewer.join(api, stream);
		const began = Date.now();
		assertProblem(await api.signal(stream.id, viewer.secret, { type: 'offer', data: OFFER }), 504);
		assert.ok(Date.now() - began >= 900, 'it waited');
		await stream.publisher.send(viewer.peerId, 'answer', 'late');
		assert.equal((await viewer.next('answer')).data, 'late');
	});
});
