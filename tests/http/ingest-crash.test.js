/**
 * The program is killed at any moment, there are two of it, or one for each request: each segment is published once.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Encoder, target } from '../lib/encoder.js';
import { insist, killer, programs, stubborn } from '../lib/harm.js';
import { Broadcast, assertPages, digest } from '../lib/hls.js';
import { media } from '../lib/media.js';
import { BUILD } from '../lib/server.js';
import { suite } from '../lib/suite.js';
import { until } from '../lib/wait.js';

const A = await media();
const B = await media({ size: '96x54' });

function sent(encoder, to, from = 0) {
	return Array.from({ length: to - from }, (_, n) => digest(encoder.source(from + n).data));
}

/** The encoders push while the program is killed; each broadcast is whole then, and keeps to the order. */
async function throughKills(api, server, encoders, end) {
	let over = false;
	const rest = () => insist('the program answers', () => encoders[0].remove('none.ts'));
	const kills = killer(() => over, () => programs(server, 'media'), { rest });
	try {
		await Promise.all(encoders.map((encoder) => stubborn(encoder, (n) => n < end)));
	} finally {
		over = true;
	}
	assert.ok((await kills).get('media') > 3, 'it was killed');
	await until('the program is back', () => server.programs().some(({ name }) => name === 'media'));
	return Broadcast.of(api, encoders[0].to);
}

/** A sanitizer's program takes its time to come back. */
const MANY = process.env.SAN ? 30 : 100;

for (const procs of ['1', '2']) {
	suite(`${procs} of the program`, { env: { LIVEBIN_PROCS: procs, LIVEBIN_MEDIA_PER_MINUTE: '0' }, concurrency: 1 }, (test) => {
		test('killed at random moments: each segment is there once, in order', async ({ api, server }) => {
			const to = await target(api);
			const encoder = new Encoder(api, to, A, { window: 6, options: { tolerant: true } });
			const broadcast = await throughKills(api, server, [encoder], MANY);
			assert.deepEqual(await broadcast.digests('dvr.m3u8'), sent(encoder, MANY));
			const { entries } = await broadcast.playlist('dvr.m3u8');
			assert.ok(entries.every(({ discontinuity, uri }, n) => !discontinuity && uri === `r0-${n}.m4s`));
			assertPages(await broadcast.text('dvr.m3u8'));
			const index = await broadcast.playlist('index.m3u8');
			assert.equal(index.entries.at(-1).uri, `r0-${MANY - 1}.m4s`);
			await api.stop(to.id, to.key);
			assert.ok((await broadcast.playlist('dvr.m3u8')).ended);
		});

		test('killed under renditions: each is whole', async ({ api, server }) => {
			const to = await target(api);
			const encoders = [['a', A], ['b', B]].map(([name, source]) => new Encoder(api, to, source, { name, options: { tolerant: true } }));
			const broadcast = await throughKills(api, server, encoders, MANY);
			for (const name of ['index.m3u8', 'dvr.m3u8']) {
				const { variants } = await broadcast.playlist(name);
				assert.equal(variants.length, 2, name);
				const got = [];
				for (const { uri } of variants) got.push(await broadcast.digests(uri));
				if (name === 'dvr.m3u8') assert.deepEqual(new Set(got.map(String)), new Set(encoders.map((encoder) => String(sent(encoder, MANY)))));
			}
		});

		test('not killed: many encoders at once are kept apart', async ({ api }) => {
			const all = await Promise.all(Array.from({ length: 6 }, async (_, n) => new Encoder(api, await target(api), n % 2 ? A : B)));
			await Promise.all(all.map((encoder) => encoder.run(10)));
			for (const encoder of all)
				assert.deepEqual(await (await Broadcast.of(api, encoder.to)).digests('dvr.m3u8'), sent(encoder, 10));
		});
	});
}

/** One request as plain CGI: what the program wrote. */
async function cgi(server, method, path, body, { key, length = body.length } = {}) {
	const child = spawn(join(BUILD, 'cgi-bin', 'media'), {
		stdio: ['pipe', 'pipe', 'inherit'],
		env: {
			PATH: process.env.PATH, LIVEBIN_DATA: server.dataDir, LIVEBIN_MEDIA: join(server.dataDir, 'media'), GATEWAY_INTERFACE: 'CGI/1.1',
			REQUEST_METHOD: method, REQUEST_URI: path, SCRIPT_NAME: path, CONTENT_LENGTH: String(length), SERVER_PROTOCOL: 'HTTP/1.1',
			REMOTE_ADDR: '127.0.0.1', ...(key ? { HTTP_AUTHORIZATION: `Bearer ${key}` } : {}),
		},
	});
	let out = '';
	child.stdout.on('data', (chunk) => { out += chunk.toString('latin1'); });
	child.stdin.on('error', () => {});
	child.stdin.end(body);
	await once(child, 'close');
	return Number(/^Status: (\d+)/m.exec(out)?.[1] ?? (out === '' ? 0 : 200));
}

suite('as plain CGI', { concurrency: 1 }, (test) => {
	test('a broadcast is pushed, one process a file', async ({ api, server }) => {
		const to = await target(api);
		const encoder = new Encoder(api, to, A);
		const path = (name) => `/api/live/${to.id}/media/${name}`;
		assert.equal(await cgi(server, 'PUT', path('init.mp4'), A.init, { key: to.key }), 201);
		for (let n = 0; n < 3; n++) {
			assert.equal(await cgi(server, 'PUT', `/push/${to.token}/${encoder.nameOf(n)}`, encoder.source(n).data), 201);
			assert.equal(await cgi(server, 'POST', path('index.m3u8'), Buffer.from(encoder.text(n)), { key: to.key }), n === 0 ? 201 : 200);
		}
		assert.equal(await cgi(server, 'DELETE', path(encoder.nameOf(0)), Buffer.alloc(0), { key: to.key }), 200);
		assert.equal(await cgi(server, 'PUT', path('x.m4s'), A.init, { key: 'k'.repeat(32) }), 401);
		assert.deepEqual(await (await Broadcast.of(api, to)).digests('dvr.m3u8'), sent(encoder, 3));
	});

	test('a body that ends too soon leaves nothing', async ({ api, server }) => {
		const to = await target(api);
		const folder = join(server.dataDir, 'media', 'incoming');
		const before = readdirSync(folder);
		for (const [name, body] of [['a.m4s', A.segments[0].data], ['index.m3u8', Buffer.from('#EXTM3U\n')], ['init.mp4', A.init]]) {
			const status = await cgi(server, 'PUT', `/push/${to.token}/${name}`, body, { length: body.length + 500 });
			assert.ok(status === 0 || status === 400, `${name}: ${status}`);
		}
		assert.deepEqual(readdirSync(folder), before);
		assert.equal((await api.get(to.id)).json.status, 'PENDING');
	});
});
