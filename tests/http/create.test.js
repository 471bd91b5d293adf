import assert from 'node:assert/strict';

import { assertProblem, bearer } from '../lib/client.js';
import { suite } from '../lib/suite.js';

const TV = '\u{1f4fa}'; // one code point, two UTF-16 units, four bytes

suite('POST /create', {}, (test) => {
	test('gives a stream, its key and its addresses', async ({ api, server }) => {
		const { status, headers, json } = await api.create({ title: 'My Live Stream', description: 'Optional' });
		assert.equal(status, 201);
		assert.equal(headers.location.replace(server.url, ''), `/api/live/${json.videoId}`);
		assert.equal(json.webrtcUrl, `${server.url}/api/live/${json.videoId}/signal`);
		assert.equal(json.watchUrl, `${server.url}/watch/${json.videoId}`);
		assert.equal(json.studioUrl, `${server.url}/studio/${json.videoId}`);
		assert.equal(json.rtmpUrl, null, 'no RTMP server is configured');
	});

	test('leads to the stream by its Location', async ({ api, server }) => {
		const { headers, json } = await api.create({ title: 'Found' });
		const { status, json: stream } = await api.raw('GET', headers.location.replace(server.url, ''));
		assert.equal(status, 200);
		assert.equal(stream.videoId, json.videoId);
	});

	test('links under the host that the request named', async ({ api }) => {
		const { status, json } = await api.create({ title: 'By name' }, { headers: { host: 'tv.example:8080' } });
		assert.equal(status, 201);
		assert.equal(json.webrtcUrl, `http://tv.example:8080/api/live/${json.videoId}/signal`);
	});

	test('makes a pending, public stream that nobody has watched', async ({ api }) => {
		const { id } = await api.created({ title: 'Fresh' });
		const { json } = await api.get(id);
		assert.deepEqual(
			{ ...json, createdAt: '', watchUrl: '', embedUrl: '' },
			{
				videoId: id, title: 'Fresh', description: null, videoType: 'LIVE', status: 'PENDING', isLiveNow: false,
				visibility: 'PUBLIC', createdAt: '', startedAt: null, stoppedAt: null, viewers: 0, peakViewers: 0,
				viewsToday: 0, viewsMonth: 0, viewsTotal: 0, recording: null, watchUrl: '', embedUrl: '',
				hlsUrl: json.hlsUrl, whepUrl: json.whepUrl,
			},
		);
		assert.ok(Math.abs(Date.parse(json.createdAt) - Date.now()) < 120_000, `created at ${json.createdAt}`);
	});

	test('never gives the same id or key twice', async ({ api }) => {
		const streams = await Promise.all(Array.from({ length: 50 }, () => api.created()));
		assert.equal(new Set(streams.map(({ id }) => id)).size, 50);
		assert.equal(new Set(streams.map(({ key }) => key)).size, 50);
	});

	for (const visibility of ['PUBLIC', 'UNLISTED', 'PRIVATE'])
		test(`takes the visibility ${visibility}`, async ({ api }) => {
			const { id, key } = await api.created({ visibility });
			const { json } = await api.get(id, { headers: bearer(key) });
			assert.equal(json.visibility, visibility);
		});

	for (const record of [true, false])
		test(`takes record: ${record}`, async ({ api }) => {
			assert.equal((await api.create({ title: 'Kept', record })).status, 201);
		});

	test('keeps title and description as they were written', async ({ api }) => {
		const words = { title: `Grüße "aus" \\ <b>Köln</b> & ${TV} \u202eنص\u202c`, description: 'a\n\tb\r\nc\u2028d / é' };
		const { id } = await api.created(words);
		const { json } = await api.get(id);
		assert.equal(json.title, words.title);
		assert.equal(json.description, words.description);
	});

	test('refuses control characters, which a description may have for its lines alone', async ({ api }) => {
		for (const control of ['\u0001', '\u001b', '\u007f', '\n', '\t'])
			assertProblem(await api.create({ title: `a${control}b` }), 400, { title: 'Invalid input', field: 'title' });
		for (const control of ['\u0001', '\u001b', '\u007f', '\u0000'])
			assertProblem(await api.create({ title: 'a', description: `a${control}b` }), 400, { title: 'Invalid input', field: 'description' });
	});

	test('reads JSON escapes, surrogate pairs among them', async ({ api }) => {
		const body = '{ "ti\\u0074le" : "\\ud83d\\udcfa \\u00e9\\/" }';
		const { status, json } = await api.request('POST', '/create', { body, headers: { 'content-type': 'application/json' } });
		assert.equal(status, 201);
		assert.equal((await api.get(json.videoId)).json.title, `${TV} é/`);
	});

	test('takes a title of 200 code points, whatever their bytes', async ({ api }) => {
		for (const letter of ['a', 'é', TV]) {
			const { id } = await api.created({ title: letter.repeat(200) });
			assert.equal((await api.get(id)).json.title, letter.repeat(200));
		}
	});

	test('refuses a title of 201 code points', async ({ api }) => {
		for (const letter of ['a', 'é', TV])
			assertProblem(await api.create({ title: letter.repeat(201) }), 400, { title: 'Invalid input', field: 'title' });
	});

	test('takes a description of 5000 code points and none of 5001', async ({ api }) => {
		for (const letter of ['b', TV]) {
			const { id } = await api.created({ description: letter.repeat(5000) });
			assert.equal((await api.get(id)).json.description, letter.repeat(5000));
			const refused = await api.create({ title: 'Long', description: letter.repeat(5001) });
			assertProblem(refused, 400, { title: 'Invalid input', field: 'description' });
		}
	});

	test('takes the longest body that its limits allow, every character escaped', async ({ api }) => {
		const body = `{"title":"${'\\ud83d\\udcfa'.repeat(200)}","description":"${'\\ud83d\\udcfa'.repeat(5000)}"}`;
		const { status } = await api.request('POST', '/create', { body, headers: { 'content-type': 'application/json' } });
		assert.equal(status, 201);
	});

	test('names the member at fault', async ({ api }) => {
		const faults = [
			[{}, 'title'],
			[{ description: 'no title' }, 'title'],
			[{ title: '' }, 'title'],
			[{ title: null }, 'title'],
			[{ title: 7 }, 'title'],
			[{ title: ['a'] }, 'title'],
			[{ title: { text: 'a' } }, 'title'],
			[{ title: 'a', description: 7 }, 'description'],
			[{ title: 'a', description: ['a'] }, 'description'],
			[{ title: 'a', visibility: 'public' }, 'visibility'],
			[{ title: 'a', visibility: 'SECRET' }, 'visibility'],
			[{ title: 'a', visibility: 1 }, 'visibility'],
			[{ title: 'a', record: 'yes' }, 'record'],
			[{ title: 'a', record: 1 }, 'record'],
			[{ title: 'a', colour: 'red' }, 'colour'],
			[{ title: 'a', Title: 'b' }, 'Title'],
			[{ title: 'a', streamKey: 'mine' }, 'streamKey'],
		];
		for (const [json, field] of faults)
			assertProblem(await api.create(json), 400, { title: 'Invalid input', field });
	});

	test('refuses a member whose name is long or strange, and stays well', async ({ api }) => {
		for (const name of ['x'.repeat(3000), '', '\u0000', '<script>', '"', TV.repeat(40), '\r\nX-Evil: 1'])
			assertProblem(await api.create({ title: 'a', [name]: 1 }), 400, { title: 'Invalid input' });
		assert.equal((await api.create()).status, 201);
	});

	const BROKEN = {
		'no JSON': 'title=My+Stream',
		'half an object': '{"title":"a"',
		'something behind the object': '{"title":"a"} x',
		'two objects': '{"title":"a"}{"title":"b"}',
		'a comma too many': '{"title":"a",}',
		'a comment': '{"title":"a" /* b */}',
		'single quotes': "{'title':'a'}",
		'an array': '[{"title":"a"}]',
		'a string': '"title"',
		'a number': '7',
		null: 'null',
		'nothing at all': '',
		'white space only': ' \n\t ',
		'a NUL behind the object': '{"title":"a"}\0',
		'a NUL inside a string': '{"title":"a\0b"}',
		'a raw line break inside a string': '{"title":"a\nb"}',
		'an escaped NUL in the title': '{"title":"a\\u0000b"}',
		'half a surrogate pair': '{"title":"\\ud83d"}',
		'an unknown escape': '{"title":"\\x41"}',
		'bytes that are not UTF-8': Buffer.from('{"title":"\xff\xfe"}', 'latin1'),
		'an overlong UTF-8 form': Buffer.from('{"title":"\xc0\xaf"}', 'latin1'),
		'a surrogate in UTF-8': Buffer.from('{"title":"\xed\xa0\x80"}', 'latin1'),
		'UTF-16': Buffer.from('\ufeff{"title":"a"}', 'utf16le'),
		'20,000 nested arrays': `{"title":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
		'20,000 nested arrays that never close': '['.repeat(20_000),
		'20,000 nested objects': `${'{"title":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
	};
	for (const [what, body] of Object.entries(BROKEN))
		test(`answers ${what} with 400`, async ({ api }) => {
			const answer = await api.request('POST', '/create', { body, headers: { 'content-type': 'application/json' } });
			assertProblem(answer, 400, { title: 'Invalid input' });
		});

	test('takes text/plain, a charset and no type at all, as fetch sends them', async ({ api }) => {
		const body = JSON.stringify({ title: 'From fetch' });
		for (const type of ['text/plain;charset=UTF-8', 'text/plain', 'application/json; charset=utf-8', 'Application/JSON', undefined]) {
			const headers = type ? { 'content-type': type } : {};
			const answer = await api.request('POST', '/create', { body, headers });
			assert.equal(answer.status, 201, `${type}: ${answer.text}`);
		}
	});

	test('answers other types with 415', async ({ api }) => {
		const body = JSON.stringify({ title: 'A form' });
		for (const type of [
			'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml', 'text/html',
			'application/octet-stream', 'application/jsonp',
		]) assertProblem(await api.request('POST', '/create', { body, headers: { 'content-type': type } }), 415);
	});

	test('answers a body of 1 MiB with 413', async ({ api }) => {
		assertProblem(await api.create({ title: 'a', description: 'x'.repeat(1 << 20) }), 413);
	});

	test('is answered 411 without Content-Length', async ({ api }) => {
		const { status } = await api.bytes('POST /api/live/create HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
		assert.equal(status, 411);
	});

	test('shows the key this once', async ({ api }) => {
		const { id, key } = await api.live({ title: 'Whose key is secret' });
		const answers = [
			await api.get(id, { headers: bearer(key) }),
			await api.patch(id, key, { title: 'Still secret' }),
			await api.start(id, key),
			await api.active({ limit: 100 }),
			await api.stop(id, key),
		];
		for (const answer of answers) {
			assert.equal(answer.status, 200);
			assert.ok(!`${answer.text}${JSON.stringify(answer.headers)}`.includes(key));
		}
	});
});
