import assert from 'node:assert/strict';

import { assertProblem, basic, bearer } from '../lib/client.js';
import { ANSWER, OFFER, Publisher, Viewer, onAir } from '../lib/peers.js';
import { suite } from '../lib/suite.js';

const UNKNOWN = 'A'.repeat(21);
const OTHER = 'k'.repeat(32);
const CANDIDATE = { candidate: 'candidate:1 1 UDP 1 192.0.2.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 };

suite('an offer', {}, (test) => {
	test('waits for the publisher and returns its answer', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const waiting = api.signal(id, undefined, { type: 'offer', data: OFFER });
		const offer = await publisher.answerNext();
		const { status, json } = await waiting;
		assert.equal(status, 200);
		assert.deepEqual(json, { type: 'answer', data: ANSWER, peerId: offer.from, peerToken: json.peerToken, iceServers: json.iceServers });
		assert.deepEqual(offer.data, OFFER);
		assert.deepEqual(publisher.messages.map(({ type, from }) => [type, from]), [['viewer-joined', offer.from], ['offer', offer.from]]);
	});

	test('works by the plan alone: create, start, offer, a body without a type', async ({ api, server }) => {
		const { json: made } = await api.create({ title: 'By the plan' });
		await api.request('POST', `/${made.videoId}/start`, { body: JSON.stringify({ streamKey: made.streamKey }) });
		const publisher = await Publisher.open(api, { id: made.videoId, key: made.streamKey });
		const path = made.webrtcUrl.replace(server.url, '');
		const waiting = api.raw('POST', path, {
			body: JSON.stringify({ type: 'offer', data: OFFER }), headers: { 'content-type': 'text/plain;charset=UTF-8' },
		});
		await publisher.answerNext();
		const { status, json } = await waiting;
		assert.equal(status, 200);
		assert.deepEqual(json.data, ANSWER);
	});

	test('does not see its answer again in the mailbox', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const waiting = api.signal(id, undefined, { type: 'offer', data: OFFER });
		const { from } = await publisher.answerNext();
		const { json } = await waiting;
		await publisher.send(from, 'ice-candidate', CANDIDATE);
		const mailbox = await api.poll(id, json.peerToken, { wait: 5 });
		assert.deepEqual(mailbox.json.messages.map(({ type }) => type), ['ice-candidate']);
	});

	test('leaves candidates that came before the answer in the mailbox', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const waiting = api.signal(id, undefined, { type: 'offer', data: OFFER });
		const { from } = await publisher.next('offer');
		await publisher.send(from, 'ice-candidate', CANDIDATE);
		await publisher.send(from, 'answer', ANSWER);
		await publisher.send(from, 'ice-candidate', null);
		const { status, json } = await waiting;
		assert.equal(status, 200);
		assert.deepEqual(json.data, ANSWER);
		const mailbox = await api.poll(id, json.peerToken);
		assert.deepEqual(mailbox.json.messages.map(({ type, data }) => [type, data]), [['ice-candidate', CANDIDATE], ['ice-candidate', null]]);
	});

	test('is answered 202 at once with Prefer: respond-async, the answer coming to the mailbox', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		for (const prefer of ['respond-async', 'respond-async, wait=10', 'Respond-Async']) {
			const { status } = await api.signal(id, undefined, { type: 'offer', data: OFFER }, { headers: { prefer } });
			assert.equal(status, 202, prefer);
		}
		const viewer = await Viewer.join(api, { id });
		await publisher.next('offer', ({ from }) => from === viewer.peerId);
		await publisher.send(viewer.peerId, 'answer', ANSWER);
		const { from, data } = await viewer.next('answer');
		assert.equal(from, 'publisher');
		assert.deepEqual(data, ANSWER);
	});

	test('of a peer that exists keeps the peer and its token', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const viewer = await Viewer.join(api, { id });
		await publisher.next('offer');
		const restart = { type: 'offer', sdp: 'v=0\r\na=ice-options:restart\r\n' };
		const waiting = api.signal(id, viewer.secret, { type: 'offer', data: restart });
		const offer = await publisher.answerNext();
		assert.equal(offer.from, viewer.peerId);
		assert.deepEqual(offer.data, restart);
		const { status, json } = await waiting;
		assert.equal(status, 200);
		assert.equal(json.peerId, viewer.peerId);
		assert.equal(json.peerToken, viewer.secret);
		assert.equal(publisher.messages.filter(({ type }) => type === 'viewer-joined').length, 1);
	});

	test('gets its own answer, however many wait at once', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const count = 8;
		const waiting = Array.from({ length: count }, (_, n) => api.signal(id, undefined, { type: 'offer', data: { n } }));
		for (let i = 0; i < count; i++) {
			const { from, data } = await publisher.next('offer');
			await publisher.send(from, 'answer', { to: data.n });
		}
		const answers = await Promise.all(waiting);
		answers.forEach(({ status, json, text }, n) => {
			assert.equal(status, 200, text);
			assert.deepEqual(json.data, { to: n });
		});
		assert.equal(new Set(answers.map(({ json }) => json.peerId)).size, count);
	});

	test('is told 409 and when to come again while the stream is not live', async ({ api }) => {
		const stream = await api.created();
		assertProblem(await api.signal(stream.id, undefined, { type: 'offer', data: OFFER }), 409);
		await api.start(stream.id, stream.key);
		await Publisher.open(api, stream);
		await api.stop(stream.id, stream.key);
		assertProblem(await api.signal(stream.id, undefined, { type: 'offer', data: OFFER }), 409);
	});

	test('is told 409 and when to come again while no publisher is there', async ({ api }) => {
		const stream = await api.live();
		assertProblem(await api.signal(stream.id, undefined, { type: 'offer', data: OFFER }), 409);
		const publisher = await Publisher.open(api, stream);
		await Viewer.join(api, stream);
		await publisher.bye();
		assertProblem(await api.signal(stream.id, undefined, { type: 'offer', data: OFFER }), 409);
	});

	test('is answered when the stream stops while it waits', async ({ api }) => {
		const { id, key, publisher } = await onAir(api);
		const waiting = api.signal(id, undefined, { type: 'offer', data: OFFER });
		await publisher.next('offer');
		await api.stop(id, key);
		assertProblem(await waiting, 409);
	});

	test('to an unlisted stream needs no key, to a private one nobody is let in', async ({ api }) => {
		const unlisted = await onAir(api, { visibility: 'UNLISTED' });
		await Viewer.join(api, unlisted);
		const hidden = await onAir(api, { visibility: 'PRIVATE' });
		assertProblem(await api.signal(hidden.id, undefined, { type: 'offer', data: OFFER }), 404, { title: 'Video not found' });
		assertProblem(await api.poll(hidden.id, undefined), 404, { title: 'Video not found' });
	});

	test('of the key\'s holder who names nobody makes it a viewer, of a private stream, too', async ({ api }) => {
		for (const visibility of ['PUBLIC', 'PRIVATE']) {
			const { id, key, publisher } = await onAir(api, { visibility });
			const waiting = api.signal(id, key, { type: 'offer', data: OFFER });
			const offer = await publisher.answerNext();
			const { status, json } = await waiting;
			assert.equal(status, 200);
			assert.deepEqual([json.peerId, json.data], [offer.from, ANSWER]);
			assert.notEqual(json.peerToken, key);
			const candidate = await api.signal(id, json.peerToken, { type: 'ice-candidate', data: CANDIDATE });
			assert.equal(candidate.status, 200);
			assert.equal((await publisher.next('ice-candidate')).from, json.peerId);
			assert.equal((await api.get(id, { headers: bearer(json.peerToken) })).status, 200);
		}
	});
});

suite('a message', {}, (test) => {
	test('goes both ways, in order, with its sender and its time', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const viewer = await Viewer.join(api, { id });
		for (let n = 0; n < 5; n++) {
			await viewer.send('ice-candidate', { n });
			await publisher.send(viewer.peerId, 'ice-candidate', { n });
		}
		for (const [reader, from] of [[publisher, viewer.peerId], [viewer, 'publisher']])
			for (let n = 0; n < 5; n++) {
				const message = await reader.next('ice-candidate');
				assert.deepEqual([message.from, message.data], [from, { n }]);
				assert.ok(Math.abs(Date.parse(message.at) - Date.now()) < 120_000, message.at);
			}
		assert.equal(new Set(publisher.messages.map((message) => message.id)).size, publisher.messages.length);
	});

	test('reaches the peer it names and no other', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const [one, two] = [await Viewer.join(api, { id }), await Viewer.join(api, { id })];
		await publisher.send(one.peerId, 'answer', { for: 'one' });
		await publisher.send(two.peerId, 'answer', { for: 'two' });
		assert.deepEqual((await one.next('answer')).data, { for: 'one' });
		assert.deepEqual((await two.next('answer')).data, { for: 'two' });
		await one.read();
		assert.equal(one.messages.length, 1);
	});

	test('may be an answer of the viewer to an offer of the publisher', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const viewer = await Viewer.join(api, { id });
		await publisher.send(viewer.peerId, 'offer', OFFER);
		assert.deepEqual((await viewer.next('offer')).data, OFFER);
		await viewer.send('answer', ANSWER);
		const answer = await publisher.next('answer');
		assert.deepEqual([answer.from, answer.data], [viewer.peerId, ANSWER]);
	});

	test('of the publisher may show the key as a Basic password', async ({ api }) => {
		const { id, key } = await onAir(api);
		const viewer = await Viewer.join(api, { id });
		const json = { type: 'ice-candidate', data: CANDIDATE, to: viewer.peerId };
		assert.equal((await api.request('POST', `/${id}/signal`, { json, headers: basic(key) })).status, 200);
		assert.equal((await api.request('GET', `/${id}/signal`, { headers: basic(key) })).status, 200);
	});

	test('of the publisher without a name is 400, with a stranger\'s 404', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const other = await onAir(api);
		const stranger = await Viewer.join(api, other);
		for (const type of ['answer', 'ice-candidate'])
			assertProblem(await api.signal(id, publisher.secret, { type, data: {} }), 400, { title: 'Invalid input', field: 'to' });
		for (const to of [7, null, [stranger.peerId]])
			assertProblem(await api.signal(id, publisher.secret, { type: 'answer', data: {}, to }), 400, { title: 'Invalid input', field: 'to' });
		for (const to of [UNKNOWN, stranger.peerId])
			assertProblem(await api.signal(id, publisher.secret, { type: 'answer', data: {}, to }), 404);
		await stranger.read();
		assert.deepEqual(stranger.messages, []);
	});

	test('of a viewer names nobody', async ({ api }) => {
		const { id } = await onAir(api);
		const [one, two] = [await Viewer.join(api, { id }), await Viewer.join(api, { id })];
		for (const type of ['offer', 'answer', 'ice-candidate', 'bye'])
			assertProblem(await api.signal(id, one.secret, { type, data: {}, to: two.peerId }), 400, { title: 'Invalid input', field: 'to' });
		assertProblem(await api.signal(id, undefined, { type: 'offer', data: {}, to: two.peerId }), 400, { title: 'Invalid input', field: 'to' });
		await two.read();
		assert.deepEqual(two.messages, []);
	});

	test('without a token, or with a wrong one, is 401', async ({ api }) => {
		const stream = await onAir(api);
		const other = await onAir(api);
		const stranger = await Viewer.join(api, other);
		for (const type of ['answer', 'ice-candidate', 'bye'])
			for (const token of [undefined, OTHER, stranger.secret, other.key, 'short'])
				assertProblem(await api.signal(stream.id, token, { type, data: {} }), 401);
		for (const token of [OTHER, stranger.secret, other.key])
			assertProblem(await api.signal(stream.id, token, { type: 'offer', data: {} }), 401);
		for (const token of [undefined, OTHER, stranger.secret, other.key])
			assertProblem(await api.poll(stream.id, token), 401);
		await stream.publisher.read();
		assert.deepEqual(stream.publisher.messages, []);
	});

	test('of an unknown type is 400', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const viewer = await Viewer.join(api, { id });
		for (const type of ['hello', 'OFFER', '', 7, null, 'viewer-joined', 'publisher-left'])
			for (const secret of [viewer.secret, publisher.secret])
				assertProblem(await api.signal(id, secret, { type, data: {} }), 400, { title: 'Invalid input', field: 'type' });
		assertProblem(await api.signal(id, viewer.secret, { data: {} }), 400, { title: 'Invalid input', field: 'type' });
	});

	test('with an unknown member, or without data, is 400', async ({ api }) => {
		const { id } = await onAir(api);
		const viewer = await Viewer.join(api, { id });
		assertProblem(await api.signal(id, viewer.secret, { type: 'answer', data: {}, sdp: 'v=0' }), 400, { title: 'Invalid input', field: 'sdp' });
		for (const type of ['offer', 'answer'])
			assertProblem(await api.signal(id, viewer.secret, { type }), 400, { title: 'Invalid input', field: 'data' });
		assertProblem(await api.signal(id, undefined, { type: 'offer', data: {}, viewerId: 'short' }), 400, { title: 'Invalid input', field: 'viewerId' });
		for (const body of ['{', '', '[]', 'null', '{"type":"offer","data":}'])
			assertProblem(await api.request('POST', `/${id}/signal`, { body, headers: bearer(viewer.secret) }), 400, { title: 'Invalid input' });
		const form = { body: 'a=b', headers: { ...bearer(viewer.secret), 'content-type': 'application/x-www-form-urlencoded' } };
		assertProblem(await api.request('POST', `/${id}/signal`, form), 415);
	});

	test('to a stream that is not is 404', async ({ api }) => {
		for (const id of [UNKNOWN, 'abc123'])
			for (const secret of [undefined, OTHER]) {
				assertProblem(await api.signal(id, secret, { type: 'offer', data: {} }), 404, { title: 'Video not found' });
				assertProblem(await api.poll(id, secret), 404, { title: 'Video not found' });
			}
	});

	test('of the publisher to a peer that said bye is 404', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const viewer = await Viewer.join(api, { id });
		await viewer.send('bye', null);
		assertProblem(await api.signal(id, publisher.secret, { type: 'answer', data: {}, to: viewer.peerId }), 404);
		assert.equal((await publisher.next('viewer-left')).from, viewer.peerId);
		assertProblem(await api.poll(id, viewer.secret), 401);
	});

	test('ice-candidate may do without data, which is the end of the candidates', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const viewer = await Viewer.join(api, { id });
		assert.equal((await api.signal(id, viewer.secret, { type: 'ice-candidate' })).status, 200);
		assert.equal((await publisher.next('ice-candidate')).data, null);
	});

	test('bye may do without data, and says goodbye to one peer where it names it', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const [one, two] = [await Viewer.join(api, { id }), await Viewer.join(api, { id })];
		assert.equal((await api.signal(id, publisher.secret, { type: 'bye', to: one.peerId })).status, 200);
		assert.equal((await one.next('bye')).from, 'publisher');
		await publisher.send(two.peerId, 'answer', ANSWER);
		assert.deepEqual((await two.next('answer')).data, ANSWER);
		assert.equal((await api.signal(id, two.secret, { type: 'bye' })).status, 200);
	});
});

const EXACT = {
	'an object': '{"a":1}',
	'an empty object': '{}',
	'an empty array': '[]',
	null: 'null',
	'true and false': '[true,false]',
	'an empty string': '""',
	'a string': '"v=0\\r\\no=- 1 2 IN IP4 127.0.0.1\\r\\n"',
	zero: '0',
	'a small number': '1e-7',
	'numbers that a double would bend': '[12345678901234567890,18446744073709551616,-9223372036854775809,0.1,1.0,1E300,3.141592653589793238462643]',
	'nested Unicode': '{"\u{1f4fa}":{"é":["\u65e5\u672c",{"\u202e":"\\ud83d\\udcfa"}]}}',
	'escapes': '"\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0001 \\u007f \\u2028 </script>"',
	'an escaped NUL': '"a\\u0000b"',
	'depth': `${'[{"a":'.repeat(15)}1${'}]'.repeat(15)}`,
	'strange member names': '{"":1,"__proto__":2,"type":"offer","to":"x","$ref":"#","a.b":3}',
	'white space': ' { "a" : [ 1 , 2 ] } ',
};

/** Numbers as they are written, so that none is bent on the way to the comparison. */
function meaning(json) {
	const numbers = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
	return JSON.parse(json.replace(numbers, (token) => (token.startsWith('"') ? token : JSON.stringify(`number ${token}`))));
}

suite('data', {}, (test) => {
	for (const [what, data] of Object.entries(EXACT))
		test(`arrives as it was sent: ${what}`, async ({ api }) => {
			const { id, key } = await onAir(api);
			const viewer = await Viewer.join(api, { id });
			const { json: { cursor } } = await api.poll(id, viewer.secret);
			const body = `{"type":"ice-candidate","data":${data},"to":"${viewer.peerId}"}`;
			const { status, text } = await api.request('POST', `/${id}/signal`, { body, headers: bearer(key) });
			assert.equal(status, 200, text);
			const got = await api.poll(id, viewer.secret, { after: cursor, wait: 5 });
			assert.deepEqual(meaning(got.text).messages[0].data, meaning(data));
		});

	test('of 32 KiB arrives whole, of more is refused', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const viewer = await Viewer.join(api, { id });
		const fits = 'x'.repeat(32_768 - '""'.length);
		await viewer.send('ice-candidate', fits);
		assert.equal((await publisher.next('ice-candidate')).data, fits);
		for (const data of [`${fits}x`, 'é'.repeat(16_384), Array(20_000).fill(0), 'x'.repeat(1 << 20)]) {
			const answer = await api.signal(id, viewer.secret, { type: 'ice-candidate', data });
			if (answer.status !== 413) assertProblem(answer, 400, { title: 'Invalid input', field: 'data' });
		}
		await viewer.send('ice-candidate', 'next');
		assert.equal((await publisher.next('ice-candidate')).data, 'next');
	});

	test('nested too deeply is refused or arrives, and hurts nobody', async ({ api }) => {
		const { id, publisher } = await onAir(api);
		const viewer = await Viewer.join(api, { id });
		const body = `{"type":"ice-candidate","data":${'['.repeat(16_000)}${']'.repeat(16_000)}}`;
		const answer = await api.request('POST', `/${id}/signal`, { body, headers: bearer(viewer.secret) });
		if (answer.status !== 200) assertProblem(answer, 400, { title: 'Invalid input' });
		await viewer.send('ice-candidate', 'next');
		assert.equal((await publisher.next('ice-candidate', ({ data }) => data === 'next')).from, viewer.peerId);
	});

	test('that is not JSON is refused', async ({ api }) => {
		const { id } = await onAir(api);
		const viewer = await Viewer.join(api, { id });
		for (const data of [
			'01', '+1', '.5', '1.', '-01', '1e', '-', 'NaN', 'Infinity', 'undefined', 'tru', "'a'", '1 2', '[1,]', '{"a"}',
			'"\\x"', '"\\ud83"', '"\\ud83d"', '"a\tb"', '"a\nb"',
		]) {
			const body = `{"type":"ice-candidate","data":${data}}`;
			const answer = await api.request('POST', `/${id}/signal`, { body, headers: bearer(viewer.secret) });
			assertProblem(answer, 400, { title: 'Invalid input' });
		}
		const bytes = Buffer.concat([Buffer.from('{"type":"ice-candidate","data":"'), Buffer.from([0xff, 0xc0]), Buffer.from('"}')]);
		assertProblem(await api.request('POST', `/${id}/signal`, { body: bytes, headers: bearer(viewer.secret) }), 400, { title: 'Invalid input' });
	});
});
