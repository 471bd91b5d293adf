import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';

import { assertProblem, bearer } from '../lib/client.js';
import { insist } from '../lib/harm.js';
import { Viewer, onAir } from '../lib/peers.js';
import { alive } from '../lib/server.js';
import { suite } from '../lib/suite.js';
import { sleep, until } from '../lib/wait.js';

const MANY = 2_000;
const AT_A_TIME = 100;
/** Two descriptors a reader here and two in the web server, and some to live on. */
const FILES_NEEDED = 2 * MANY + 500;

function descriptors(pid) {
	return readdirSync(`/proc/${pid}/fd`).length;
}

/** Established TCP connections of this machine to the port, from the client's side. */
function connections(port) {
	const hex = port.toString(16).toUpperCase().padStart(4, '0');
	return readFileSync('/proc/net/tcp', 'latin1').split('\n').filter((line) => {
		const [, , remote, state] = line.trim().split(/\s+/);
		return remote?.endsWith(`:${hex}`) && state === '01';
	}).length;
}

function openFilesMax() {
	const line = readFileSync('/proc/self/limits', 'latin1').split('\n').find((text) => text.startsWith('Max open files'));
	return Number(line.split(/\s{2,}/)[1]) || Infinity;
}

const ROOM = { LIVEBIN_MAX_PEERS: '100', LIVEBIN_MAILBOX_MAX: '1000', LIVEBIN_SSE_PING: '1' };

suite('a reader that is parked', { env: ROOM, concurrency: 1 }, (test) => {
	for (const way of ['fin', 'rst'])
		test(`may go away by ${way.toUpperCase()} without harm or trace`, async ({ api, server }) => {
			const stream = await onAir(api);
			const viewer = await Viewer.join(api, stream);
			await viewer.read();
			const { pid } = server.program('signal');
			const before = descriptors(pid);
			const parked = await Promise.all(Array.from({ length: 50 }, () =>
				api.hang(`/${stream.id}/signal?wait=3&after=${viewer.cursor}`, bearer(viewer.secret))));
			await until('they are parked', () => descriptors(pid) >= before + 50);
			for (const one of parked) one[way]();
			await until('their descriptors are given back', () => descriptors(pid) <= before + 2);
			assert.equal(server.program('signal').pid, pid, 'the same process runs on');
			const waiting = viewer.read(25);
			await stream.publisher.send(viewer.peerId, 'answer', 'still there');
			await waiting;
			assert.equal(viewer.messages.at(-1).data, 'still there');
		});

	for (const way of ['fin', 'rst'])
		test(`may drop an event stream by ${way.toUpperCase()}`, async ({ api, server }) => {
			const stream = await onAir(api);
			const viewer = await Viewer.join(api, stream);
			const before = server.programs().map(({ pid, name }) => ({ pid, name, files: descriptors(pid) }));
			const streams = await Promise.all(Array.from({ length: 40 }, (_, n) =>
				api.events(`/${stream.id}/${n % 2 ? 'events' : 'signal'}`, bearer(viewer.secret))));
			for (const one of streams) way === 'rst' ? one.rst() : one.close();
			await until('their descriptors are given back', () => before.every(({ pid, files }) => descriptors(pid) <= files + 2));
			const after = server.programs().map(({ pid, name }) => ({ pid, name }));
			assert.deepEqual(after, before.map(({ pid, name }) => ({ pid, name })), 'the same processes run on');
		});

	test('may leave while its offer waits', async ({ api, server }) => {
		const stream = await onAir(api);
		const { pid } = server.program('signal');
		const quit = new AbortController();
		const waiting = api.signal(stream.id, undefined, { type: 'offer', data: {} }, { signal: quit.signal });
		const { from } = await stream.publisher.next('offer');
		quit.abort();
		await assert.rejects(waiting);
		const sent = await api.signal(stream.id, stream.key, { type: 'answer', data: {}, to: from });
		assert.ok([200, 404].includes(sent.status), sent.text);
		assert.equal(server.program('signal').pid, pid);
	});

	test('is answered when its program is told to end', async ({ api, server }) => {
		const stream = await onAir(api);
		const viewers = await Promise.all(Array.from({ length: 50 }, () => Viewer.join(api, stream)));
		await stream.publisher.read();
		const { pid } = server.program('signal');
		const before = descriptors(pid);
		const waiting = viewers.map(({ secret }) => api.poll(stream.id, secret, { wait: 25 }));
		await until('they are parked', () => descriptors(pid) >= before + 50);
		process.kill(pid, 'SIGTERM');
		for (const { status, json, headers } of await Promise.all(waiting)) {
			if (status === 200) assert.deepEqual(json.messages, []);
			else {
				assert.equal(status, 503);
				assert.ok(Number(headers['retry-after']) >= 1);
			}
		}
		await until('the program ended', () => !alive(pid));
		await insist('another one answers', () =>
			api.poll(stream.id, stream.key, { after: stream.publisher.cursor }, { tolerant: true }));
		await stream.publisher.send(viewers[0].peerId, 'answer', 'after the change');
		assert.equal((await viewers[0].next('answer')).data, 'after the change');
	});

	test('is answered, its event stream ended, when the whole server is told to end', async ({ api, server }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		const events = await api.events(`/${stream.id}/events`);
		const poll = api.poll(stream.id, viewer.secret, { wait: 25 }, { tolerant: true }).then(({ status }) => status, () => 'closed');
		await sleep(300);
		await server.restart();
		const ended = await poll;
		assert.ok([200, 503, 'closed'].includes(ended), `${ended}`);
		await events.untilEnd();
		assert.equal((await api.get(stream.id)).status, 200);
	});
});

const CROWD = {
	LIVEBIN_PARKED_PER_CLIENT: '4096', LIVEBIN_MAX_PEERS: '2500', LIVEBIN_MAILBOX_MAX: '20000', LIVEBIN_PEER_GRACE: '120', LIVEBIN_VIEWER_TIMEOUT: '600',
};

suite(`${MANY} readers`, { env: CROWD, concurrency: 1 }, (test) => {
	/** Runs `each` for all items, `width` at once. */
	async function spread(items, width, each) {
		const left = [...items.entries()];
		await Promise.all(Array.from({ length: width }, async () => {
			for (let next = left.pop(); next; next = left.pop()) await each(next[1], next[0]);
		}));
	}

	test('are all parked, and each is answered with its own message, then with the goodbye', async ({ api, server, t }) => {
		if (openFilesMax() < FILES_NEEDED)
			return t.skip(`needs ${FILES_NEEDED} open files, the limit is ${openFilesMax()}: raise it with ulimit -n`);
		const stream = await onAir(api);
		const viewers = [];
		await spread(Array(MANY).fill(), 16, async () => { viewers.push(await Viewer.join(api, stream)); });

		/** All come to read, some at a time; when they all are there, `wake` is done. */
		const round = async (wake) => {
			const waiting = [];
			for (let n = 0; n < MANY; n += AT_A_TIME) {
				waiting.push(...viewers.slice(n, n + AT_A_TIME).map((viewer) => viewer.read(25)));
				await sleep(50);
			}
			const all = Promise.all(waiting);
			await until('all readers are connected', () => connections(server.port) >= MANY, { every: 200 });
			await sleep(1_000);
			await wake();
			await all;
		};
		await round(() => spread(viewers, 16, ({ peerId }, n) => stream.publisher.send(peerId, 'answer', n)));
		viewers.forEach((viewer, n) => assert.deepEqual(viewer.messages.map(({ type, data }) => [type, data]), [['answer', n]]));
		await round(() => stream.publisher.bye());
		for (const viewer of viewers) assert.deepEqual(viewer.messages.map(({ type }) => type), ['answer', 'publisher-left']);
		assertProblem(await api.poll(stream.id, 'k'.repeat(32)), 401);
	});
});
