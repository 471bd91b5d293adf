import assert from 'node:assert/strict';

import { assertProblem, bearer } from '../lib/client.js';
import { count, follow, insist, tried, untilAllAnswer } from '../lib/harm.js';
import { Mailbox } from '../lib/ledger.js';
import { Publisher, Viewer, onAir } from '../lib/peers.js';
import { suite } from '../lib/suite.js';
import { sleep, until } from '../lib/wait.js';

/** Numbers one way, from `send` to whoever reads with that secret; ended by `end`. */
async function oneWay(api, reader, total, send) {
	const box = new Mailbox(reader.id);
	const reads = follow(api, reader, (n) => n === total, (n) => box.read(n));
	await count(send, (n) => n < total, (n, isTaken) => box.note(n, isTaken));
	return async () => {
		box.note(total, false);
		await insist('the last number is taken', () => send(total));
		box.note(total, true);
		await reads;
		box.readOnce(total);
		assert.deepEqual(box.complaints(), []);
		assert.ok(box.taken > 1);
	};
}

/**
 * Numbers both ways between a viewer and the publisher while `harm` is done.
 */
async function throughHarm(api, total, harm) {
	const stream = await onAir(api);
	const viewer = await Viewer.join(api, stream);
	await stream.publisher.next('offer');
	await viewer.read();
	const post = (secret, data, to) => api.signal(stream.id, secret, { type: 'ice-candidate', data, to }, { tolerant: true });
	const [endUp, endDown] = await Promise.all([
		oneWay(api, { id: stream.id, secret: stream.key, after: stream.publisher.cursor }, total, (n) => post(viewer.secret, n)),
		oneWay(api, { id: stream.id, secret: viewer.secret, after: viewer.cursor }, total, (n) => post(stream.key, n, viewer.peerId)),
		harm(),
	]);
	await Promise.all([endUp(), endDown()]);
}

suite('messages arrive once and in order', { env: { LIVEBIN_MAILBOX_MAX: '1000' }, concurrency: 1 }, (test) => {
	test('while the signal program is killed again and again', async ({ api, server }) => {
		await throughHarm(api, 150, async () => {
			for (let n = 0; n < 3; n++) {
				await sleep(150);
				await until('signal runs', () => server.programs().some(({ name }) => name === 'signal'));
				await server.kill9('signal');
			}
		});
	});

	test('while the whole server starts anew', async ({ api, server }) => {
		await throughHarm(api, 150, async () => {
			await sleep(150);
			await server.restart();
		});
	});

	test('over an event stream that resumes', async ({ api, server }) => {
		const stream = await onAir(api);
		const viewer = await Viewer.join(api, stream);
		await viewer.read();
		const got = [];
		let last = viewer.cursor;
		let sent = -1;
		const send = (data) => api.signal(stream.id, stream.key, { type: 'ice-candidate', data, to: viewer.peerId }, { tolerant: true });
		for (let round = 0; round < 3; round++) {
			const events = await until('the event stream opens', async () => {
				try {
					return await api.events(`/${stream.id}/signal`, { ...bearer(viewer.secret), 'last-event-id': last });
				} catch {
					return null;
				}
			});
			for (let n = 0; n < 5; n++) {
				await insist('a message is taken', () => send(sent + 1));
				sent++;
			}
			await events.next('ice-candidate', ({ data }) => data === sent);
			got.push(...events.events.map(({ data }) => data.data));
			last = events.events.at(-1).id;
			await server.kill9('signal');
			await events.untilEnd();
			await until('signal is back', async () => (await tried(() => api.poll(stream.id, viewer.secret, {}, { tolerant: true }))) !== null);
		}
		assert.deepEqual(got, Array.from({ length: sent + 1 }, (_, n) => n));
	});
});

suite('two processes of each program', { env: { LIVEBIN_PROCS: '2', LIVEBIN_MAILBOX_MAX: '1000' }, concurrency: 1 }, (test) => {
	test('are there', async ({ server }) => {
		const namesOf = () => server.programs().map(({ name }) => name);
		const isTwice = (name, _, names) => names.filter((other) => other === name).length === 2;
		await until('the last one has become what it is', () => namesOf().every(isTwice));
		const names = namesOf();
		for (const name of new Set(names)) assert.equal(names.filter((other) => other === name).length, 2, name);
		assert.ok(names.includes('signal'));
	});

	test('hand 200 messages on in order and once', async ({ api }) => {
		await throughHarm(api, 200, async () => {});
	});

	test('wake each other\'s readers', async ({ api }) => {
		const stream = await onAir(api);
		const viewers = await Promise.all(Array.from({ length: 8 }, () => Viewer.join(api, stream)));
		const waiting = viewers.map((viewer) => viewer.read(25));
		await sleep(500);
		const sent = Date.now();
		await Promise.all(viewers.map((viewer, n) => stream.publisher.send(viewer.peerId, 'answer', n)));
		await Promise.all(waiting);
		viewers.forEach((viewer, n) => assert.deepEqual(viewer.messages.map(({ data }) => data), [n]));
		assert.ok(Date.now() - sent < 15_000, 'before their waits ended');
	});

	test('know one publisher at a time', async ({ api }) => {
		const stream = await onAir(api);
		for (let n = 0; n < 6; n++) {
			const newer = await Publisher.open(api, stream);
			assertProblem(await api.poll(stream.id, stream.key, { after: stream.publisher.cursor }), 409);
			stream.publisher = newer;
		}
		const viewer = await Viewer.join(api, stream);
		assert.equal((await stream.publisher.next('offer')).from, viewer.peerId);
	});

	test('lose nothing when they are killed in turn', async ({ api, server }) => {
		await throughHarm(api, 150, async () => {
			for (let n = 0; n < 4; n++) {
				await sleep(100);
				const pid = server.programs().find(({ name }) => name === 'signal')?.pid;
				if (pid) process.kill(pid, 'SIGKILL');
			}
		});
	});

	test('let one of many starts and stops at once decide', async ({ api }) => {
		const { id, key } = await api.created();
		const starts = await Promise.all(Array.from({ length: 16 }, () => api.start(id, key)));
		assert.equal(new Set(starts.map(({ json }) => json.stream.startedAt)).size, 1);
		await Promise.all(Array.from({ length: 16 }, (_, n) => (n % 2 ? api.start(id, key) : api.stop(id, key))));
		const { json } = await api.get(id);
		const { json: { streams } } = await api.active({ limit: 100 });
		assert.equal(streams.some(({ videoId }) => videoId === id), json.isLiveNow);
	});
});

suite('whatever was acknowledged stays', { concurrency: 1 }, (test) => {
	test('when each program is killed in the middle of its requests', async ({ api, server }) => {
		const names = [...new Set(server.programs().map(({ name }) => name))];
		assert.ok(names.length >= 2);
		const known = [];
		let over = false;
		const work = async () => {
			while (!over) {
				const made = await tried(() => api.create({ title: 'Kept' }, { tolerant: true }));
				if (made === null || made.status !== 201) continue;
				const stream = { id: made.json.videoId, key: made.json.streamKey, old: null, live: null };
				known.push(stream);
				const started = await tried(() => api.start(stream.id, stream.key, { tolerant: true }));
				stream.live = started === null ? null : started.status === 200;
				const rotated = await tried(() => api.request('POST', `/${stream.id}/key`, { headers: bearer(stream.key), tolerant: true }));
				if (rotated?.status === 200) {
					stream.old = stream.key;
					stream.key = rotated.json.streamKey;
				} else stream.key = null;
			}
		};
		const workers = Array.from({ length: 4 }, work);
		for (const name of names) {
			await sleep(150);
			if (server.programs().some((program) => program.name === name)) await server.kill9(name);
		}
		await sleep(300);
		over = true;
		await Promise.all(workers);
		assert.ok(known.length > 0);
		await untilAllAnswer(api, known[0]);
		for (const stream of known.slice(-150)) {
			const { json, status } = await insist('the stream is read', () => api.get(stream.id, { tolerant: true }));
			assert.equal(status, 200, 'an acknowledged stream is there');
			if (stream.live !== null) assert.equal(json.status, stream.live ? 'LIVE' : 'PENDING');
			if (stream.old === null) continue;
			const old = await insist('the old key is tried', () => api.start(stream.id, stream.old, { tolerant: true }));
			assertProblem(old, 401, { title: 'Invalid stream key' });
			const now = await insist('the new key is tried', () => api.start(stream.id, stream.key, { tolerant: true }));
			assert.equal(now.status, 200);
		}
	});

	test('when the server starts anew', async ({ api, server }) => {
		const stream = await api.live({ title: 'Over a restart' });
		const { json: { streamKey } } = await api.rotate(stream.id, stream.key);
		const gone = await api.created();
		await api.remove(gone.id, gone.key);
		const before = (await api.get(stream.id)).json;
		await server.restart();
		assert.deepEqual((await api.get(stream.id)).json, before);
		assertProblem(await api.stop(stream.id, stream.key), 401, { title: 'Invalid stream key' });
		assertProblem(await api.get(gone.id), 404);
		const { json: { streams } } = await api.active({ limit: 100 });
		assert.ok(streams.some(({ videoId }) => videoId === stream.id));
		assert.equal((await api.stop(stream.id, streamKey)).status, 200);
	});

	test('with each program back within seconds', async ({ api, server }) => {
		const { id, key } = await api.live();
		for (const name of new Set(server.programs().map((program) => program.name))) {
			if (server.programs().some((program) => program.name === name)) await server.kill9(name);
			await untilAllAnswer(api, { id, key });
			assert.equal((await api.get(id)).json.status, 'LIVE');
		}
	});
});
