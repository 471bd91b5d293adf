/**
 * RTMP servers' callbacks, in the shape that each server sends them. tests/http/rtmp.test.js has a real one.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

import { assertProblem, bearer } from '../lib/client.js';
import { listText, untilStatus } from '../lib/encoder.js';
import { Broadcast } from '../lib/hls.js';
import { media } from '../lib/media.js';
import { tokenOf } from '../lib/playback.js';
import { suite } from '../lib/suite.js';
import { sleep, until } from '../lib/wait.js';
import { sql } from '../lib/worker.js';

const SECRET = 'an-rtmp-servers-secret';
const OFFICE = '127.0.0.7';

/** The fields of every callback of nginx-rtmp 1.2.2, in its order, and then those of the address. */
function nginxForm(call, { id, name = 'live', args = '', client = 1 }) {
	const common = 'app=live&flashver=FMLE/3.0&swfurl=&tcurl=rtmp://127.0.0.1:1935/live&pageurl=&addr=127.0.0.1';
	const own = { publish: '&type=live', play: '&start=4294965296&duration=0&reset=0', record_done: `&recorder=&path=/tmp/${id}.flv` }[call] ?? '';
	return `${common}&clientid=${client}&call=${call}&name=${id}${own}${args && `&${args}`}`;
}

/** A callback of nginx-rtmp; `key` stands in the address. */
function nginx(api, call, { key, args = key === undefined ? '' : `key=${key}`, secret = SECRET, body, localAddress, headers, ...of }) {
	return api.request('POST', `/hook/nginx-rtmp${secret === null ? '' : `?secret=${secret}`}`, {
		body: body ?? nginxForm(call, { ...of, args }), localAddress,
		headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
	});
}

function mediamtx(api, action, { id, key = '', client = '53d2e2a5-0f40-4c4e-9d4e-6a5a5d0e7f10', ...more }) {
	const json = {
		user: '', password: '', token: '', ip: '127.0.0.1', action, path: `live/${id}`, protocol: 'rtmp',
		id: client, query: key && `key=${key}`, userAgent: 'FMLE/3.0', ...more,
	};
	return api.request('POST', `/hook/mediamtx?secret=${SECRET}`, { json });
}

function srs(api, action, { id, key = '', ...more }) {
	const json = {
		server_id: 'vid-0xk989d', service_id: '382a5p3u', action, client_id: '9308h583', ip: '127.0.0.1', vhost: '__defaultVhost__',
		app: 'live', tcUrl: 'rtmp://127.0.0.1/live', stream: id, param: key && `?key=${key}`, stream_url: `/live/${id}`, stream_id: 'vid-124q9y3',
		...more,
	};
	return api.request('POST', `/hook/srs?secret=${SECRET}`, { json });
}

const isLive = async (api, { id }) => (await api.get(id)).json.isLiveNow;

suite('callbacks where no setting says whose count', {}, (test) => {
	test('are refused, and the answer says what to set', async ({ api }) => {
		const stream = await api.created();
		for (const answer of [await nginx(api, 'publish', { ...stream, secret: 'x' }), await mediamtx(api, 'publish', stream),
			await srs(api, 'on_publish', stream)]) {
			assertProblem(answer, 403, { title: 'Callbacks are off' });
			assert.match(answer.json.detail, /LIVEBIN_HOOK_SECRET.*LIVEBIN_HOOK_ADDRESSES/);
		}
		assert.equal(await isLive(api, stream), false);
	});
});

suite('callbacks from addresses that are listed', { env: { LIVEBIN_HOOK_ADDRESSES: `${OFFICE} 10.0.0.0/8` } }, (test) => {
	test('count, and others don\'t', async ({ api }) => {
		const stream = await api.created();
		assertProblem(await nginx(api, 'publish', { ...stream, secret: null }), 403, { title: 'Callback refused' });
		assert.equal(await isLive(api, stream), false);
		assert.equal((await nginx(api, 'publish', { ...stream, secret: null, localAddress: OFFICE })).status, 204);
		assert.equal(await isLive(api, stream), true);
	});
});

suite('callbacks where both are set', { env: { LIVEBIN_HOOK_SECRET: SECRET, LIVEBIN_HOOK_ADDRESSES: OFFICE } }, (test) => {
	test('need both', async ({ api }) => {
		const stream = await api.created();
		for (const how of [{ localAddress: OFFICE, secret: null }, { localAddress: OFFICE, secret: 'x' }, {}])
			assertProblem(await nginx(api, 'publish', { ...stream, ...how }), 403, { title: 'Callback refused' });
		assert.equal((await nginx(api, 'publish', { ...stream, localAddress: OFFICE })).status, 204);
	});
});

suite('the guard of callbacks', { env: { LIVEBIN_HOOK_SECRET: SECRET, LIVEBIN_FAILURES_PER_MINUTE: '4' } }, (test) => {
	test('takes the secret in a header too, and makes who guesses wait', async ({ api }) => {
		const stream = await api.created();
		assert.equal((await nginx(api, 'publish', { ...stream, secret: null, headers: bearer(SECRET) })).status, 204);
		for (let n = 0; n < 4; n++) assertProblem(await nginx(api, 'publish', { ...stream, secret: SECRET.slice(1) }), 403);
		assertProblem(await nginx(api, 'publish', { ...stream, secret: `${SECRET}x` }), 429);
		assert.equal((await nginx(api, 'update_publish', stream)).status, 204, 'who has it never waits');
	});

	test('tells nothing of streams', async ({ api }) => {
		const stream = await api.created({ visibility: 'PRIVATE' });
		const answers = [];
		for (const id of [stream.id, 'AAAAAAAAAAAAAAAAAAAAA', 'no id'])
			answers.push(await nginx(api, 'play', { id, secret: null, localAddress: '127.0.0.9' }));
		const told = answers.map(({ status, json: { instance, ...rest } }) => JSON.stringify([status, rest]));
		assert.equal(new Set(told).size, 1, told.join('\n'));
	});
});

suite('callbacks of nginx-rtmp', { env: { LIVEBIN_HOOK_SECRET: SECRET } }, (test) => {
	test('publish with the right key, and the stream is live until publish_done', async ({ api }) => {
		const stream = await api.created();
		const answer = await nginx(api, 'publish', { ...stream, headers: { connection: 'keep-alive' } });
		assert.equal(answer.status, 204);
		assert.equal(answer.headers.connection, 'close', 'or nginx waits');
		assert.equal(await isLive(api, stream), true);
		assert.equal((await nginx(api, 'update_publish', stream)).status, 204);
		assert.equal((await nginx(api, 'publish_done', stream)).status, 204);
		await untilStatus(api, stream, 'READY');
		assert.equal((await nginx(api, 'publish', { ...stream, client: 2 })).status, 204, 'and again');
		assert.equal(await isLive(api, stream), true);
	});

	test('publish with a wrong key, none, or to no stream is refused', async ({ api }) => {
		const [stream, other] = [await api.created(), await api.created()];
		const refused = await nginx(api, 'publish', { ...stream, key: other.key, headers: { connection: 'keep-alive' } });
		assertProblem(refused, 401, { title: 'Invalid stream key' });
		assert.equal(refused.headers.connection, 'close');
		assertProblem(await nginx(api, 'publish', { id: stream.id }), 401, { title: 'Missing stream key' });
		assertProblem(await nginx(api, 'publish', { id: 'AAAAAAAAAAAAAAAAAAAAA', key: stream.key }), 404);
		assertProblem(await nginx(api, 'publish', { id: '../../etc/passwd', key: stream.key }), 404);
		assertProblem(await nginx(api, 'publish', { ...stream, client: '%00' }), 400, { field: 'clientid' });
		assertProblem(await nginx(api, 'publish', { ...stream, client: '' }), 400, { field: 'client' });
		assertProblem(await nginx(api, 'fly', stream), 400, { field: 'call' });
		assertProblem(await nginx(api, '', { body: '' }), 400, { field: 'call' });
		assert.equal(await isLive(api, stream), false);
	});

	test('a second publisher doesn\'t end the first, whatever it shows', async ({ api }) => {
		const stream = await api.created();
		const other = await api.created();
		await nginx(api, 'publish', { ...stream, client: 5 });
		for (const key of [stream.key, other.key]) {
			assertProblem(await nginx(api, 'publish', { ...stream, key, client: 6 }), key === stream.key ? 409 : 401);
			for (const call of ['publish_done', 'record_done', 'done'])
				assert.equal((await nginx(api, call, { ...stream, key, client: 6 })).status, 204);
			assert.equal(await isLive(api, stream), true);
		}
		assertProblem(await nginx(api, 'update_publish', { ...stream, client: 6 }), 409, { title: 'Another encoder is sending' });
		for (const name of ['record_done', 'play_done', 'done']) await nginx(api, name, { ...stream, client: 5 });
		assert.equal(await isLive(api, stream), true, 'only publish_done ends it');
		assert.equal((await nginx(api, 'update_publish', { ...stream, client: 5 })).status, 204);
	});

	test('another server with the same number for its connection is another publisher', async ({ api }) => {
		const stream = await api.created();
		await nginx(api, 'publish', stream);
		assertProblem(await nginx(api, 'publish', { ...stream, localAddress: '127.0.0.8' }), 409);
		await nginx(api, 'publish_done', { ...stream, localAddress: '127.0.0.8' });
		await mediamtx(api, 'done', { ...stream, client: '1' });
		assert.equal(await isLive(api, stream), true);
	});

	test('a refused publisher with the number of one before nginx was started anew ends nothing', async ({ api }) => {
		const [stream, other] = [await api.created(), await api.created()];
		await nginx(api, 'publish', stream);
		for (const key of [other.key, undefined]) {
			assertProblem(await nginx(api, 'publish', { id: stream.id, key }), 401);
			await nginx(api, 'publish_done', { id: stream.id, key });
			assertProblem(await nginx(api, 'update_publish', { id: stream.id, key }), 401);
		}
		assert.equal(await isLive(api, stream), true);
	});

	test('the first occurrence of a field wins: what a publisher appends has no say', async ({ api }) => {
		const [mine, theirs] = [await api.live(), await api.live()];
		await nginx(api, 'publish', { ...theirs, client: 8 });
		await nginx(api, 'publish', { ...mine, args: `key=${mine.key}&name=${theirs.id}&call=publish_done&clientid=8` });
		assert.ok(await isLive(api, mine) && await isLive(api, theirs));
		await nginx(api, 'publish_done', { ...mine, args: `key=${mine.key}&name=${theirs.id}&clientid=8` });
		await untilStatus(api, mine, 'READY');
		assert.equal(await isLive(api, theirs), true);
	});

	test('an update is refused once the key was changed, the broadcast stopped, or the stream deleted', async ({ api }) => {
		const [turned, stopped, deleted] = [await api.created(), await api.created(), await api.created()];
		for (const stream of [turned, stopped, deleted]) await nginx(api, 'publish', stream);
		assert.equal((await api.rotate(turned.id, turned.key)).status, 200);
		assertProblem(await nginx(api, 'update_publish', turned), 401, { title: 'Invalid stream key' });
		await api.stop(stopped.id, stopped.key);
		assertProblem(await nginx(api, 'update_publish', stopped), 409, { title: 'The broadcast is over' });
		assert.equal((await api.remove(deleted.id, deleted.key)).status, 204);
		assertProblem(await nginx(api, 'update_publish', deleted), 404);
		assert.equal(await isLive(api, turned), true, 'whoever has the new key may go on');
		assert.equal((await nginx(api, 'publish_done', turned)).status, 204);
		await untilStatus(api, turned, 'READY');
	});

	test('after a power cut the first that goes on with the key is the publisher', async ({ api, server }) => {
		const stream = await api.created();
		await nginx(api, 'publish', stream);
		sql(server.dataDir, `DELETE FROM rtmp WHERE stream_id = '${stream.id}'`, 'passing.db');
		assertProblem(await nginx(api, 'update_publish', { id: stream.id }), 401);
		assert.equal((await nginx(api, 'update_publish', stream)).status, 204);
		await nginx(api, 'publish_done', stream);
		await untilStatus(api, stream, 'READY');
	});

	test('one whose updates have stopped makes room for another', async ({ api, server }) => {
		const stream = await api.created();
		await nginx(api, 'publish', stream);
		assertProblem(await nginx(api, 'publish', { ...stream, client: 2 }), 409);
		sql(server.dataDir, `UPDATE rtmp SET lease_ms = lease_ms - 20000 WHERE stream_id = '${stream.id}'`, 'passing.db');
		assert.equal((await nginx(api, 'publish', { ...stream, client: 2 })).status, 204);
		assertProblem(await nginx(api, 'update_publish', stream), 409);
		await nginx(api, 'publish_done', stream);
		assert.equal(await isLive(api, stream), true);
	});

	test('play is for whom the stream is visible', async ({ api }) => {
		for (const visibility of ['PUBLIC', 'UNLISTED']) {
			const stream = await api.live({ visibility });
			for (const call of ['play', 'update_play'])
				for (const key of [undefined, stream.key, 'x'])
					assert.equal((await nginx(api, call, { id: stream.id, key })).status, 204);
		}
		const stream = await api.live({ visibility: 'PRIVATE' });
		for (const call of ['play', 'update_play']) {
			for (const key of [undefined, '', 'x']) assertProblem(await nginx(api, call, { id: stream.id, key }), 404);
			assert.equal((await nginx(api, call, stream)).status, 204);
		}
		const token = await tokenOf(api, stream, { ip: '127.0.0.1' });
		const elsewhere = await tokenOf(api, stream, { ip: '192.0.2.1' });
		assert.equal((await nginx(api, 'play', { id: stream.id, args: `token=${token}` })).status, 204);
		assertProblem(await nginx(api, 'play', { id: stream.id, args: `token=${elsewhere}` }), 401);
		assertProblem(await nginx(api, 'publish', { id: stream.id, args: `token=${token}` }), 401);
		assert.equal((await mediamtx(api, 'read', { id: stream.id, token })).status, 204);
		assert.equal((await srs(api, 'on_play', { id: stream.id, param: `?token=${token}` })).json.code, 0);
		assertProblem(await nginx(api, 'play', { id: 'AAAAAAAAAAAAAAAAAAAAA' }), 404);
	});

	test('a body that is no form, or too large, is refused', async ({ api }) => {
		assertProblem(await nginx(api, 'publish', { body: '{}', headers: { 'content-type': 'application/json' } }), 415);
		assertProblem(await nginx(api, 'publish', { body: `call=publish&x=${'x'.repeat(17_000)}` }), 413);
	});
});

suite('callbacks that stop', { env: { LIVEBIN_HOOK_SECRET: SECRET, LIVEBIN_RECONNECT_WINDOW: '2' } }, (test) => {
	test('end the broadcast when the lease is over', async ({ api }) => {
		const stream = await api.created();
		await nginx(api, 'publish', stream);
		for (let n = 0; n < 6; n++) {
			await sleep(500);
			assert.equal((await nginx(api, 'update_publish', stream)).status, 204);
		}
		assert.equal(await isLive(api, stream), true);
		await untilStatus(api, stream, 'READY');
		assertProblem(await nginx(api, 'update_publish', stream), 409);
	});
});

suite('callbacks of MediaMTX', { env: { LIVEBIN_HOOK_SECRET: SECRET } }, (test) => {
	test('publish takes the key as password, as token, or in the query', async ({ api }) => {
		for (const shown of [({ key }) => ({ password: key }), ({ key }) => ({ token: key }), ({ key }) => ({ query: `a=b&key=${key}` }),
			({ id, key }) => ({ password: key, path: id })]) {
			const stream = await api.created();
			assert.equal((await mediamtx(api, 'publish', { id: stream.id, ...shown(stream) })).status, 204);
			assert.equal(await isLive(api, stream), true);
		}
	});

	test('whoever showed nothing is asked, and a wrong key is refused', async ({ api }) => {
		const open = await api.created();
		const hidden = await api.live({ visibility: 'PRIVATE' });
		for (const id of [open.id, hidden.id, 'AAAAAAAAAAAAAAAAAAAAA'])
			assertProblem(await mediamtx(api, 'publish', { id }), 401, { title: 'Missing stream key' });
		assertProblem(await mediamtx(api, 'publish', { id: open.id, password: hidden.key }), 401, { title: 'Invalid stream key' });
		for (const action of ['read', 'playback']) {
			assert.equal((await mediamtx(api, action, { id: open.id })).status, 204);
			for (const id of [hidden.id, 'AAAAAAAAAAAAAAAAAAAAA'])
				assertProblem(await mediamtx(api, action, { id }), 401, { title: 'Missing stream key' });
			assertProblem(await mediamtx(api, action, { id: hidden.id, password: open.key }), 404);
			assert.equal((await mediamtx(api, action, { id: hidden.id, password: hidden.key })).status, 204);
		}
		for (const action of ['api', 'metrics', 'pprof', '']) assertProblem(await mediamtx(api, action, { id: open.id }), 400, { field: 'action' });
		assertProblem(await mediamtx(api, 'publish', { id: open.id, path: { a: 1 } }), 400, { field: 'path' });
		assertProblem(await api.request('POST', `/hook/mediamtx?secret=${SECRET}`, { json: [] }), 400);
		assertProblem(await api.request('POST', `/hook/mediamtx?secret=${SECRET}`, { body: '{', headers: { 'content-type': 'application/json' } }), 400);
	});

	test('update and done come without a key, and are of the connection alone', async ({ api }) => {
		const { id, key } = await api.created();
		const send = (action, client) => api.request('POST', `/hook/mediamtx?secret=${SECRET}`, { json: { action, path: `live/${id}`, id: client } });
		await mediamtx(api, 'publish', { id, password: key, client: 'c1' });
		assert.equal((await send('update', 'c1')).status, 204);
		assertProblem(await send('update', 'c2'), 401);
		assert.equal((await send('done', 'c2')).status, 204);
		assert.equal(await isLive(api, { id }), true);
		await api.rotate(id, key);
		assertProblem(await send('update', 'c1'), 401);
		assert.equal((await send('done', 'c1')).status, 204);
		await untilStatus(api, { id }, 'READY');
	});
});

suite('callbacks of SRS', { env: { LIVEBIN_HOOK_SECRET: SECRET } }, (test) => {
	test('get a code', async ({ api }) => {
		const stream = await api.created();
		const other = await api.created();
		const assertCode = ({ status, json }, wanted) => {
			assert.equal(status, wanted || 200);
			assert.equal(json.code, wanted);
		};
		assertCode(await srs(api, 'on_connect', stream), 0);
		assertCode(await srs(api, 'on_publish', { ...stream, key: other.key }), 401);
		assertCode(await srs(api, 'on_publish', { id: stream.id }), 401);
		assert.equal(await isLive(api, stream), false);
		assertCode(await srs(api, 'on_publish', stream), 0);
		assert.equal(await isLive(api, stream), true);
		assertCode(await srs(api, 'on_publish', { ...stream, client_id: 1985 }), 409);
		assertCode(await srs(api, 'on_hls', { ...stream, client_id: 1985 }), 409);
		assertCode(await srs(api, 'on_hls', { ...stream, duration: 9.36, cwd: '/usr/local/srs', file: './x.ts', seq_no: 100 }), 0);
		assertCode(await srs(api, 'on_play', { id: stream.id, pageUrl: '' }), 0);
		assertCode(await srs(api, 'on_stop', { id: stream.id }), 0);
		assertCode(await srs(api, 'on_unpublish', { ...stream, client_id: 1985 }), 0);
		assert.equal(await isLive(api, stream), true);
		assertCode(await srs(api, 'on_unpublish', stream), 0);
		await untilStatus(api, stream, 'READY');
		assertCode(await srs(api, 'on_hls', stream), 409);
		assertCode(await srs(api, 'on_fly', stream), 400);
		assertCode(await srs(api, 'on_play', { id: 'AAAAAAAAAAAAAAAAAAAAA' }), 404);
	});
});

const HLS = mkdtempSync(join(tmpdir(), 'livebin-hls-'));
after(() => rmSync(HLS, { recursive: true, force: true }));

suite('what an RTMP server wrote', { env: { LIVEBIN_HOOK_SECRET: SECRET, LIVEBIN_RTMP_HLS: HLS, LIVEBIN_MEDIA_FILE_MAX: '1', LIVEBIN_MEDIA_GAP_WAIT: '1' } }, (test) => {
	/** A stream that is published, and how to write of it; segment n is the source's. */
	async function published(api, json = { record: true }) {
		const stream = await api.created(json);
		const { segments } = await media({ kind: 'ts' });
		const playlist = join(HLS, `${stream.id}.m3u8`);
		const path = (n) => join(HLS, `${stream.id}-${n}.ts`);
		const write = (n, data) => writeFileSync(path(n), data);
		const names = (from, to) => Array.from({ length: to - from }, (_, n) =>
			({ name: `${stream.id}-${from + n}.ts`, duration: segments[from + n].duration }));
		return {
			...stream, playlist, path, write, names,
			segment: (n) => write(n, segments[n].data),
			list: (from, to, options = {}) => writeFileSync(playlist, listText(names(from, to), { sequence: from, ...options })),
			update: async () => assert.equal((await nginx(api, 'update_publish', stream)).status, 204),
			entries: async () => (await (await Broadcast.of(api, stream)).playlist('dvr.m3u8')).entries,
		};
	}

	test('is taken in with each update, plays, and is the replay', async ({ api }) => {
		const stream = await published(api);
		await nginx(api, 'publish', stream);
		for (let n = 0; n < 4; n++) {
			stream.segment(n);
			stream.list(Math.max(0, n - 2), n + 1);
			await stream.update();
			assert.equal((await stream.entries()).length, n + 1);
		}
		stream.segment(4);
		stream.list(2, 5);
		await nginx(api, 'publish_done', stream);
		const { recording } = await untilStatus(api, stream, 'READY');
		assert.equal(recording.state, 'READY');
		const broadcast = new Broadcast(api.server, new URL(recording.hlsUrl).pathname.split('/')[2]);
		const { entries, ended } = await broadcast.playlist('replay.m3u8');
		assert.deepEqual([entries.length, ended, entries.some(({ gap, discontinuity }) => gap || discontinuity)], [5, true, false]);
		assert.ok(!(await broadcast.digests('replay.m3u8')).includes(null));
	});

	test('SRS writes the same way', async ({ api }) => {
		const stream = await published(api);
		await srs(api, 'on_publish', stream);
		stream.segment(0);
		stream.list(0, 1);
		assert.equal((await srs(api, 'on_hls', stream)).json.code, 0);
		assert.equal((await stream.entries()).length, 1);
	});

	test('before the broadcast is another\'s', async ({ api }) => {
		const stream = await published(api);
		stream.segment(0);
		stream.list(0, 1);
		utimesSync(stream.playlist, new Date(), new Date(Date.now() - 5_000));
		await nginx(api, 'publish', stream);
		await stream.update();
		assert.equal((await api.get(stream.id)).json.recording, null);
		stream.segment(1);
		stream.list(1, 2);
		await stream.update();
		assert.equal((await stream.entries()).length, 1);
	});

	test('and was written over is taken anew, by the next encoder\'s list', async ({ api, server }) => {
		const stream = await published(api);
		await nginx(api, 'publish', stream);
		stream.segment(0);
		stream.list(0, 1);
		await stream.update();
		sql(server.dataDir, `UPDATE encoder SET heard_ms = heard_ms - 60000 WHERE stream_id = '${stream.id}'`, 'passing.db');
		const { segments } = await media({ kind: 'ts' });
		await sleep(20);
		stream.write(0, segments[5].data);
		stream.segment(1);
		stream.list(0, 2);
		await stream.update();
		const entries = await stream.entries();
		assert.equal(entries.length, 3);
		assert.equal(entries[1].discontinuity, true);
	});

	test('isn\'t followed out of the folder, and what is no media is missing', async ({ api, server }) => {
		const stream = await published(api);
		await nginx(api, 'publish', stream);
		stream.segment(0);
		symlinkSync(stream.path(0), stream.path(1));
		mkdirSync(stream.path(2));
		stream.write(3, 'no transport stream');
		stream.write(4, Buffer.alloc(188 * 6000, 0x47));
		stream.segment(5);
		const { segments } = await media({ kind: 'ts' });
		mkdirSync(join(HLS, stream.id));
		for (const name of [`${stream.id}/6.ts`, 'other-7.ts']) writeFileSync(join(HLS, name), segments[6].data);
		const others = [{ name: `${stream.id}/6.ts`, duration: 1 }, { name: 'other-7.ts', duration: 1 }, ...stream.names(5, 6)];
		writeFileSync(stream.playlist, listText([...stream.names(0, 5), ...others]));
		await stream.update();
		await until('what is missing is given up', async () => {
			await stream.update();
			return (await stream.entries()).length >= 8;
		});
		assert.deepEqual((await stream.entries()).map(({ gap }) => gap), [false, true, true, true, true, true, true, false]);
		assert.ok(server.log().includes(`stream ${stream.id}: ${stream.id}-4.ts: The file is too large.`));
	});

	test('is no playlist: the publisher stays, and nothing is served', async ({ api }) => {
		const stream = await published(api);
		await nginx(api, 'publish', stream);
		for (const text of ['', 'no playlist', `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n../../../etc/passwd.ts\n`, 'x'.repeat(2_000_000)]) {
			writeFileSync(stream.playlist, text);
			await stream.update();
		}
		rmSync(stream.playlist);
		symlinkSync('/etc/passwd', stream.playlist);
		await stream.update();
		assert.equal((await api.get(stream.id)).json.recording, null);
		await nginx(api, 'publish_done', stream);
		await untilStatus(api, stream, 'READY');
	});

	test('of a stopped broadcast isn\'t taken', async ({ api }) => {
		const stream = await published(api);
		await nginx(api, 'publish', stream);
		stream.segment(0);
		stream.list(0, 1);
		await stream.update();
		await api.stop(stream.id, stream.key);
		stream.segment(1);
		stream.list(0, 2);
		assertProblem(await nginx(api, 'update_publish', stream), 409);
		await nginx(api, 'publish_done', stream);
		const { recording } = await untilStatus(api, stream, 'READY');
		assert.equal(recording === null || recording.durationSeconds < 1.5, true, JSON.stringify(recording));
	});
});
