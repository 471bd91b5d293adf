/**
 * Who may push, under which names, and what content is refused.
 */
import assert from 'node:assert/strict';
import net from 'node:net';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { assertProblem, basic } from '../lib/client.js';
import { Encoder, listText, push, put, target, tokenOf, untilStatus } from '../lib/encoder.js';
import { Broadcast, digest } from '../lib/hls.js';
import { JPEG, media } from '../lib/media.js';
import { sendBytes } from '../lib/http.js';
import { suite } from '../lib/suite.js';
import { until } from '../lib/wait.js';

const TEXT = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n';

function filesOf(server, area) {
	return readdirSync(join(server.dataDir, 'media', area)).sort();
}

suite('a file that is pushed', {}, (test) => {
	test('is new once, and replaced from then on', async ({ api }) => {
		const to = await target(api);
		const { init, segments } = await media();
		assert.equal((await put(api, to, 'init.mp4', init)).status, 201);
		assert.equal((await put(api, to, 'init.mp4', init)).status, 200);
		assert.equal((await put(api, to, 'a.m4s', segments[0].data, { method: 'POST' })).status, 201);
		assert.equal((await put(api, to, 'a.m4s', segments[1].data)).status, 200);
		assert.equal((await put(api, to, 'a.m4s', segments[1].data)).status, 200);
		assert.equal((await put(api, to, 'sub/a.m4s', segments[0].data)).status, 201);
	});

	test('can be taken back, but not what is published', async ({ api }) => {
		const to = await target(api);
		const source = await media();
		const encoder = new Encoder(api, to, source);
		await encoder.init();
		await encoder.segment(7);
		assert.equal((await encoder.remove(encoder.nameOf(7))).status, 200);
		assertProblem(await encoder.remove(encoder.nameOf(7)), 404);
		assertProblem(await encoder.remove('never.ts'), 404);
		await encoder.run(3);
		for (const name of [encoder.nameOf(0), 'index.m3u8', encoder.initName]) assert.equal((await encoder.remove(name)).status, 200, name);
		const broadcast = await Broadcast.of(api, to);
		assert.equal((await broadcast.digests('dvr.m3u8')).length, 3);
		await encoder.run(5);
		assert.deepEqual(await broadcast.digests('dvr.m3u8'), source.segments.slice(0, 5).map(({ data }) => digest(data)));
	});

	test('may come in chunks of no told length', async ({ api, server }) => {
		const to = await target(api);
		const { init } = await media();
		const half = init.length >> 1;
		const chunk = (part) => `${part.length.toString(16)}\r\n${part.toString('latin1')}\r\n`;
		const head = `PUT /push/${to.token}/init.mp4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`;
		const bytes = `${head}${chunk(init.subarray(0, half))}${chunk(init.subarray(half))}0\r\n\r\n`;
		assert.equal((await sendBytes(server.port, Buffer.from(bytes, 'latin1'))).status, 201);
		assert.equal((await push(api, to, 'init.mp4', init)).status, 200);
	});

	test('starts a stream that never began', async ({ api }) => {
		const to = await target(api);
		assert.equal((await api.get(to.id)).json.status, 'PENDING');
		await put(api, to, 'init.mp4', (await media()).init);
		const { json } = await api.get(to.id);
		assert.equal(json.status, 'LIVE');
		assert.equal(json.hlsUrl, null, 'nothing plays yet');
		assert.equal(json.recording, null);
	});

	test('as a picture is the broadcast\'s, once there is one', async ({ api }) => {
		const to = await target(api);
		assertProblem(await put(api, to, 'poster.jpg', JPEG), 409, { title: 'Stream is not live' });
		const encoder = new Encoder(api, to, await media());
		await encoder.run(1);
		assert.equal((await put(api, to, 'poster.jpg', JPEG)).status, 201);
		assert.equal((await put(api, to, 'poster.jpg', JPEG)).status, 200);
		const { json } = await api.get(to.id);
		const { raw } = await (await Broadcast.of(api, to)).get(new URL(json.recording.posterUrl).pathname.split('/')[3]);
		assert.ok(raw.equals(JPEG));
	});
});

suite('who pushes', {}, (test) => {
	test('shows the key as Bearer or Basic, or has the token', async ({ api }) => {
		const to = await target(api);
		const { init } = await media();
		assert.equal((await put(api, to, 'a.mp4', init)).status, 201);
		assert.equal((await put(api, to, 'b.mp4', init, { headers: basic(to.key) })).status, 201);
		assert.equal((await push(api, to, 'c.mp4', init)).status, 201);
		assert.equal((await push(api, to, 'd.mp4', init, { method: 'POST' })).status, 201);
		assert.equal((await push(api, to, 'd.mp4', undefined, { method: 'DELETE' })).status, 200);
	});

	test('is refused otherwise, and nothing starts', async ({ api }) => {
		const to = await target(api);
		const { init } = await media();
		const none = { authorization: '' };
		for (const method of ['PUT', 'POST', 'DELETE']) {
			assertProblem(await put(api, to, 'a.mp4', init, { method, headers: none }), 401);
			assertProblem(await put(api, { ...to, key: 'k'.repeat(32) }, 'a.mp4', init, { method }), 401, { title: 'Invalid stream key' });
			assertProblem(await put(api, { ...to, key: to.token }, 'a.mp4', init, { method }), 401, { title: 'Invalid stream key' });
			assertProblem(await push(api, { ...to, token: 'k'.repeat(32) }, 'a.mp4', init, { method }), 401, { title: 'Invalid stream key' });
			assertProblem(await push(api, { ...to, token: to.key }, 'a.mp4', init, { method }), 401, { title: 'Invalid stream key' });
			assertProblem(await put(api, { ...to, id: 'x'.repeat(21) }, 'a.mp4', init, { method }), 404, { title: 'Video not found' });
		}
		assert.equal((await api.get(to.id)).json.status, 'PENDING');
	});

	test('needs the new token once the key is new', async ({ api }) => {
		const to = await target(api);
		const source = await media();
		const old = new Encoder(api, to, source, { send: push });
		await old.run(2);
		const { json } = await api.rotate(to.id, to.key);
		assertProblem(await old.segment(2), 401);
		assertProblem(await put(api, to, 'a.m4s', source.segments[0].data), 401);
		const now = { id: to.id, key: json.streamKey, token: tokenOf(json.ingestUrl) };
		api.server.secrets.set(now.token, 'push token');
		const encoder = new Encoder(api, now, source, { send: push });
		await encoder.run(4, 2);
		assert.equal((await (await Broadcast.of(api, to)).digests('dvr.m3u8')).length, 4);
	});

	test('is in no log', async ({ api, server }) => {
		const to = await target(api);
		const { init } = await media();
		await push(api, to, 'a.mp4', init);
		await push(api, to, 'a.html', init);
		await push(api, { ...to, token: `${to.token.slice(0, 31)}!` }, 'a.mp4', init);
		await put(api, to, 'b.mp4', init, { headers: basic(to.key) });
		await until('the log has the requests', () => (server.log().match(/\/push\//g) ?? []).length >= 3, { every: 100 });
		for (const log of [server.log(), server.lighttpdLog(), server.output]) {
			assert.ok(!log.includes(to.key) && !log.includes(to.token));
			assert.ok(!log.includes(to.token.slice(0, 31)), 'nor most of it');
		}
	});
});

suite('a name', { concurrency: 1 }, (test) => {
	test('is one or two plain segments; anything else writes nothing', async ({ api, server }) => {
		const to = await target(api);
		const { init } = await media();
		const before = filesOf(server, 'incoming');
		const refused = ['a%2fb.mp4', '%2fetc%2fa.mp4', 'a%5cb.mp4', 'a b.mp4'.replace(' ', '%20'),
			'.a.mp4', 'a/.b.mp4', '.a/b.mp4', 'a/b/c.mp4', 'a//b.mp4', `${'a'.repeat(61)}.mp4`, `${'a'.repeat(65)}/b.mp4`, 'a%2emp4', 'ä.mp4', '%C3%A4.mp4',
			'a:b.mp4', 'a+b.mp4', 'a~.mp4', 'a;b.mp4', '%61.mp4', 'a/'];
		for (const name of refused) {
			const path = `/api/live/${to.id}/media/${encodeURI(name).replaceAll('%25', '%')}`;
			const answer = await sendBytes(server.port, Buffer.concat([Buffer.from(`PUT ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`
				+ `Authorization: Bearer ${to.key}\r\nContent-Length: ${init.length}\r\n\r\n`), init]));
			assert.equal(answer.json.field, 'name', `${name}: ${answer.text}`);
			assertProblem(answer, 400);
		}
		for (const name of ['../a.mp4', '..%2fa.mp4', '%2e%2e/a.mp4', '%2E%2E%2fa.mp4', 'a/../../b.mp4', './a.mp4', '/a.mp4', 'a%00.mp4', '%00', '', 'a\\b.mp4', '..', '%2e']) {
			const answer = await sendBytes(server.port, Buffer.concat([Buffer.from(`PUT /push/${to.token}/${name} HTTP/1.1\r\nHost: a\r\n`
				+ `Connection: close\r\nContent-Length: ${init.length}\r\n\r\n`), init]));
			assert.ok([400, 401, 404, 405].includes(answer.status), `${name}: ${answer.status}`);
		}
		for (const name of ['a.html', 'a', 'a.mp4.exe', 'mp4', 'a.php', 'a.M4S', 'a.m3u', 'a.mp4.']) {
			assertProblem(await put(api, to, name, init), 415, { title: 'Unsupported kind of media', field: 'name' });
			assertProblem(await put(api, to, name, undefined, { method: 'DELETE' }), 415);
		}
		assert.deepEqual(filesOf(server, 'incoming'), before);
		assert.deepEqual(filesOf(server, 'live'), []);
		assert.equal((await api.get(to.id)).json.status, 'PENDING');
	});

	test('may be as long as it may be', async ({ api }) => {
		const to = await target(api);
		const { init } = await media();
		const longest = `${'a'.repeat(60)}.mp4`;
		assert.equal((await put(api, to, longest, init)).status, 201);
		assert.equal((await put(api, to, `${'b'.repeat(64)}/${longest}`, init)).status, 201);
		assert.equal((await put(api, to, '-_..mp4', init)).status, 201);
	});
});

suite('content', { concurrency: 1 }, (test) => {
	test('that isn\'t what the name says is refused and forgotten', async ({ api, server }) => {
		const to = await target(api);
		const { init, segments } = await media();
		const ts = (await media({ kind: 'ts' })).segments[0].data;
		const before = filesOf(server, 'incoming');
		const html = '<!DOCTYPE html><p>404</p>';
		for (const [name, body, status] of [
			['a.ts', html, 400], ['a.ts', ts.subarray(1), 400], ['a.ts', ts.subarray(0, 1000), 400], ['a.ts', '', 400],
			['a.m4s', html, 400], ['a.m4s', segments[0].data.subarray(0, segments[0].data.length - 7), 400],
			['a.mp4', html, 400], ['a.mp4', init.subarray(0, init.length - 1), 400], ['a.mp4', ts, 400],
			['a.m4s', Buffer.concat([init, segments[0].data]), 400], ['a.m4s', init.subarray(0, init.readUInt32BE(0)), 412],
			['a.aac', html, 400], ['a.aac', ts, 400], ['poster.jpg', html, 400], ['poster.jpg', '', 400],
		]) {
			const answer = await put(api, to, name, body);
			assert.equal(answer.status, status, `${name}, ${body.length} bytes: ${answer.text}`);
			assert.ok(answer.json.detail.length > 10);
		}
		assert.deepEqual(filesOf(server, 'incoming'), before);
		assert.equal((await api.get(to.id)).json.status, 'PENDING');
	});

	test('of a list that can\'t be read is told by its line', async ({ api, server }) => {
		const to = await target(api);
		const segment = '#EXTINF:1.0,\na.ts\n';
		for (const [text, line] of [
			['', 1], ['hello\n', 1], [`${TEXT}#EXTINF:abc,\na.ts\n`, 3], [`${TEXT}a.ts\n`, 3], [`${TEXT}#EXTINF:1.0,\n../a.ts\n`, 4],
			[`${TEXT}#EXTINF:1.0,\nhttp://elsewhere.example/a.ts\n`, 4], [`${TEXT}#EXTINF:1.0,\na.html\n`, 4],
			[`${TEXT}#EXTINF:1.0,\na.m4s\n`, 4], [`${TEXT}${segment}#EXT-X-BYTERANGE:1@0\n${segment}`, 5],
			[`${TEXT}#EXT-X-KEY:METHOD=AES-128,URI="k"\n${segment}`, 3], [`${TEXT}#EXT-X-MAP:URI="a.ts"\n${segment}`, 3],
			[`${TEXT}#EXTINF:99999,\na.ts\n`, 3], [`${TEXT}${segment}#EXT-X-STREAM-INF:BANDWIDTH=1\n`, 5], [`${TEXT}\xff\n`, 3],
			[`${TEXT}#EXT-X-MEDIA-SEQUENCE:-1\n${segment}`, 3], [`#EXTM3U\n${segment}`, 3],
		]) {
			const answer = await put(api, to, 'index.m3u8', Buffer.from(text, 'latin1'));
			assertProblem(answer, 400);
			assert.match(answer.json.detail, new RegExp(`^Line ${line}: `), `${text}${answer.json.detail}`);
		}
		assert.deepEqual(filesOf(server, 'live'), []);
		assert.equal((await api.get(to.id)).json.status, 'PENDING');
	});

	test('of a list without its init section is 412', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.segment(0);
		assertProblem(await encoder.list(0), 412, { title: 'Init section missing or bad' });
		await put(api, to, encoder.initName, encoder.source(0).data);
		assertProblem(await encoder.list(0), 412, { title: 'Init section missing or bad' });
		await encoder.init();
		assert.equal((await encoder.list(0)).status, 201);
	});

	test('that nobody plays is taken and left alone', async ({ api }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.run(1);
		assert.equal((await put(api, to, 'manifest.mpd', '<MPD/>')).status, 201);
		assert.equal((await put(api, to, 'manifest.mpd', '<MPD> </MPD>')).status, 200);
		assert.equal((await put(api, to, 'a.vtt', 'WEBVTT\n')).status, 201);
		const subtitles = listText([{ name: 'a.vtt', duration: 1 }]);
		assert.ok((await put(api, to, 'subtitles.m3u8', subtitles)).status < 300);
		assert.equal((await (await Broadcast.of(api, to)).playlist('index.m3u8')).entries.length, 1);
	});
});

/** Sends the head and a part of the body, and breaks off. */
function breakOff(port, head, part) {
	return new Promise((done, fail) => {
		const socket = net.connect(port, '127.0.0.1', () => socket.write(Buffer.concat([Buffer.from(head), part]), () => {
			setTimeout(() => socket.resetAndDestroy(), 50);
		}));
		socket.on('error', fail);
		socket.on('close', done);
	});
}

suite('incoming', { concurrency: 1 }, (test) => {
	test('holds what waits and nothing else', async ({ api, server }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, await media());
		await encoder.run(2);
		const before = filesOf(server, 'incoming').length;
		await encoder.segment(2);
		await encoder.segment(2);
		assert.equal(filesOf(server, 'incoming').length, before + 1);
		await encoder.remove(encoder.nameOf(2));
		assert.equal(filesOf(server, 'incoming').length, before, 'what was taken back is gone');
	});

	test('keeps nothing of an upload that breaks off, and no reader sees half', async ({ api, server }) => {
		const to = await target(api);
		const source = await media();
		const encoder = new Encoder(api, to, source);
		await encoder.run(2);
		const before = filesOf(server, 'incoming');
		const { data } = source.segments[2];
		const path = `/push/${to.token}/${encoder.nameOf(2)}`;
		const half = data.subarray(0, data.length >> 1);
		await breakOff(server.port, `PUT ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${data.length}\r\n\r\n`, half);
		await breakOff(server.port, `PUT ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${half.length.toString(16)}\r\n`,
			Buffer.concat([half, Buffer.from('\r\n')]));
		await encoder.list(2);
		const broadcast = await Broadcast.of(api, to);
		assert.deepEqual(filesOf(server, 'incoming'), before);
		assert.equal((await broadcast.digests('dvr.m3u8')).length, 2);
		assert.equal((await encoder.segment(2)).status, 201);
		assert.equal((await broadcast.digests('dvr.m3u8'))[2], digest(data));
		assert.ok(!existsSync(join(server.dataDir, 'media', 'live', broadcast.id, encoder.nameOf(2))), 'pushed names are not served');
		await untilStatus(api, to, 'LIVE');
	});
});
