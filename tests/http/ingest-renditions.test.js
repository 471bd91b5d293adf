/**
 * Several playlists of one broadcast: what the multivariant playlist says, and that all of it is there.
 */
import assert from 'node:assert/strict';

import { assertProblem } from '../lib/client.js';
import { Encoder, put, target } from '../lib/encoder.js';
import { Broadcast, digest, readPlaylist } from '../lib/hls.js';
import { media } from '../lib/media.js';
import { suite } from '../lib/suite.js';
import { until } from '../lib/wait.js';

const LOW = await media({ size: '64x36' });
const HIGH = await media({ size: '96x54' });
const SOUND = await media({ kind: 'fmp4-audio' });

function sent(encoder, to, from = 0) {
	return Array.from({ length: to - from }, (_, n) => digest(encoder.source(from + n).data));
}

const MASTER = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="snd",NAME="Deutsch",LANGUAGE="de",DEFAULT=YES,URI="sound.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1200000,RESOLUTION=96x54,FRAME-RATE=8.000,CODECS="avc1.42c00a,mp4a.40.2",AUDIO="snd"
high.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=300000,RESOLUTION=64x36,CODECS="avc1.42c00a,mp4a.40.2",AUDIO="snd"
low.m3u8
`;

/** Two pictures and a sound, in step. */
function three(api, to, folder = '') {
	return [['low', LOW], ['high', HIGH], ['sound', SOUND]].map(([name, source]) => new Encoder(api, to, source, { name, folder }));
}

async function runAll(encoders, end) {
	for (let n = encoders[0].listed; n < end; n++) for (const encoder of encoders) await encoder.run(n + 1);
}

/** Every playlist that the multivariant one names, and every file that those name. */
async function assertWhole(broadcast, name, count) {
	const master = await broadcast.playlist(name);
	assert.equal(master.entries.length, 0);
	const uris = [...master.variants.map(({ uri }) => uri), ...master.audios.map(({ URI }) => URI)];
	assert.equal(new Set(uris).size, uris.length, 'each once');
	assert.equal(uris.length, count);
	const all = new Map();
	for (const uri of uris) all.set(uri, await broadcast.digests(uri));
	for (const { AUDIO } of master.variants) {
		if (AUDIO !== undefined)
			assert.ok(master.audios.some((audio) => audio['GROUP-ID'] === AUDIO), `the group ${AUDIO}`);
	}
	return { master, all };
}

suite('renditions', {}, (test) => {
	for (const [name, first] of [['behind', false], ['in front of', true]]) {
		test(`are told of by a multivariant playlist ${name} their own`, async ({ api }) => {
			const to = await target(api);
			const encoders = three(api, to);
			if (first) assert.equal((await put(api, to, 'master.m3u8', MASTER)).status, 201);
			await runAll(encoders, 1);
			if (!first) assert.equal((await put(api, to, 'master.m3u8', MASTER)).status, 201);
			assert.equal((await put(api, to, 'master.m3u8', MASTER)).status, 200);
			await runAll(encoders, 4);
			const broadcast = await Broadcast.of(api, to);
			for (const list of ['index.m3u8', 'dvr.m3u8']) {
				const { master, all } = await assertWhole(broadcast, list, 3);
				assert.equal(master.audios.length, 1);
				assert.deepEqual([master.audios[0].NAME, master.audios[0].LANGUAGE, master.audios[0].DEFAULT, master.audios[0]['GROUP-ID']],
					['Deutsch', 'de', 'YES', 'snd']);
				assert.deepEqual(all.get(master.audios[0].URI), sent(encoders[2], 4));
				const high = master.variants.find(({ RESOLUTION }) => RESOLUTION === '96x54');
				assert.ok(Number(high.BANDWIDTH) >= 1_200_000 && high['FRAME-RATE'] === '8.000' && high.CODECS === 'avc1.42c00a,mp4a.40.2');
				assert.equal(high.AUDIO, 'snd');
				assert.deepEqual(all.get(high.uri), sent(encoders[1], 4));
				assert.deepEqual(all.get(master.variants.find(({ RESOLUTION }) => RESOLUTION === '64x36').uri), sent(encoders[0], 4));
			}
		});
	}

	test('need no multivariant playlist', async ({ api }) => {
		const to = await target(api);
		const encoders = three(api, to).slice(0, 2);
		await runAll(encoders, 3);
		const broadcast = await Broadcast.of(api, to);
		const { master, all } = await assertWhole(broadcast, 'index.m3u8', 2);
		assert.ok(master.variants.every(({ BANDWIDTH }) => Number(BANDWIDTH) > 0));
		assert.deepEqual([...all.values()], encoders.map((encoder) => sent(encoder, 3)));
	});

	test('may lie in folders of their own', async ({ api }) => {
		const to = await target(api);
		const encoders = [['v0', LOW], ['v1', HIGH]].map(([folder, source]) => new Encoder(api, to, source, { folder }));
		await put(api, to, 'master.m3u8', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9000000,RESOLUTION=64x36\nv0/index.m3u8\n'
			+ '#EXT-X-STREAM-INF:BANDWIDTH=19000000,RESOLUTION=96x54\nv1/index.m3u8\n');
		await runAll(encoders, 3);
		const broadcast = await Broadcast.of(api, to);
		const { master, all } = await assertWhole(broadcast, 'dvr.m3u8', 2);
		assert.deepEqual([...all.values()], encoders.map((encoder) => sent(encoder, 3)));
		assert.deepEqual(master.variants.map(({ RESOLUTION }) => RESOLUTION), ['64x36', '96x54']);
		assert.deepEqual(master.variants.map(({ BANDWIDTH }) => Number(BANDWIDTH)), [9000000, 19000000]);
	});

	test('are whole at any moment for whoever reads', async ({ api }) => {
		const to = await target(api);
		const encoders = three(api, to);
		await encoders[0].run(1);
		const broadcast = await Broadcast.of(api, to);
		let going = true;
		let masters = 0;
		const reader = (async () => {
			while (going) {
				const list = await broadcast.playlist('index.m3u8');
				for (const uri of [...list.variants.map((one) => one.uri), ...list.audios.map(({ URI }) => URI)]) {
					readPlaylist(await broadcast.text(uri));
					masters++;
				}
				for (const { uri } of list.entries.slice(-1)) assert.equal((await broadcast.get(uri)).status, 200);
			}
		})();
		try {
			await encoders[0].run(5);
			await Promise.all(encoders.map((encoder) => encoder.run(25)));
			await put(api, to, 'master.m3u8', MASTER);
		} finally {
			going = false;
		}
		await reader;
		assert.ok(masters > 0);
		await assertWhole(broadcast, 'index.m3u8', 3);
	});

	test('one that joins a little later is told of too', async ({ api }) => {
		const to = await target(api);
		const encoders = three(api, to).slice(0, 2);
		await runAll(encoders, 2);
		const late = new Encoder(api, to, SOUND, { name: 'late' });
		await late.run(2);
		const broadcast = await Broadcast.of(api, to);
		await assertWhole(broadcast, 'index.m3u8', 3);
	});

	test('are so many at the most', async ({ api }) => {
		const to = await target(api);
		// An encoder of long segments may be silent for long: on a slow machine the first is still there when the last comes.
		const long = { ...LOW, segments: LOW.segments.map((segment) => ({ ...segment, duration: 30 })) };
		for (let n = 0; n < 16; n++) await new Encoder(api, to, long, { name: `v${n}-` }).run(1);
		const last = new Encoder(api, to, long, { name: 'v16-' });
		await last.init();
		await last.segment(0);
		assertProblem(await last.list(0), 400);
		await assertWhole(await Broadcast.of(api, to), 'index.m3u8', 16);
	});

	test('end together', async ({ api }) => {
		const to = await target(api, { record: true });
		const encoders = three(api, to);
		await put(api, to, 'master.m3u8', MASTER);
		await runAll(encoders, 3);
		const broadcast = await Broadcast.of(api, to);
		for (const encoder of encoders) {
			assert.equal((await api.get(to.id)).json.status, 'LIVE');
			await encoder.end();
		}
		assert.notEqual((await api.get(to.id)).json.status, 'LIVE');
		for (const list of ['index.m3u8', 'dvr.m3u8']) {
			const { all } = await assertWhole(broadcast, list, 3);
			for (const uri of all.keys()) assert.ok((await broadcast.playlist(uri)).ended, uri);
		}
	});
});

suite('an encoder of renditions that starts anew', {}, (test) => {
	test('goes on in each of them behind a discontinuity', async ({ api }) => {
		const to = await target(api);
		const first = three(api, to).slice(0, 2);
		await runAll(first, 3);
		const again = three(api, to).slice(0, 2);
		await again[0].init();
		await again[0].segment(0);
		await until('its list is taken', async () => (await again[0].list(0)).status === 200);
		again[0].listed = 0;
		await runAll(again, 3);
		const broadcast = await Broadcast.of(api, to);
		const { all } = await assertWhole(broadcast, 'dvr.m3u8', 2);
		for (const [n, [uri, got]] of [...all.entries()].entries()) {
			assert.deepEqual(got, [...sent(first[n], 3), ...sent(again[n], 3)], uri);
			const { entries } = await broadcast.playlist(uri);
			assert.deepEqual(entries.map(({ discontinuity }) => discontinuity), [false, false, false, true, false, false]);
		}
	});
});
