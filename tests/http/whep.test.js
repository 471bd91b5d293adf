/**
 * WHEP's door by the lines of the protocol's checklist: W for those of WHIP that hold here too, P for WHEP's own.
 */
import assert from 'node:assert/strict';

import { assertProblem, bearer } from '../lib/client.js';
import { Publisher, Viewer, onAir } from '../lib/peers.js';
import { suite } from '../lib/suite.js';
import { sleep, until } from '../lib/wait.js';
import { sql } from '../lib/worker.js';
import { SDP, Session, answerOf, fragmentOf, head, lines, linksOf, offer, offerOf, section } from '../lib/whep.js';

const ICE = [
	{ urls: 'stun:stun.example:3478' },
	{ urls: ['turn:turn.example?transport=udp', 'turns:turn.example'], username: 'u"1', credential: 'c' },
];
const EXPOSED = ['location', 'etag', 'link', 'accept-patch', 'accept-post', 'retry-after'];
const PREFLIGHT = { origin: 'https://tv.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };

async function viewersOf(api, id) {
	return (await api.get(id)).json.viewers;
}

suite('the endpoint', { env: { LIVEBIN_ICE_SERVERS: JSON.stringify(ICE) } }, (test) => {
	test('W1 takes application/sdp alone, with parameters', async ({ api }) => {
		const stream = await onAir(api);
		for (const type of ['application/json', 'text/plain', 'application/sdpx', ''])  {
			const answer = await offer(api, stream.id, { headers: type ? { 'content-type': type } : {} });
			assertProblem(answer, 415);
			assert.equal(answer.headers['accept-post'], 'application/sdp');
		}
		await Session.begin(api, stream, { headers: { 'content-type': 'Application/SDP; charset=utf-8' } });
	});

	test('W2 refuses what is no SDP, naming the line', async ({ api }) => {
		const { id } = await onAir(api);
		for (const [body, words] of [
			['', /empty/], ['hello', /line 1/], ['v=1\r\n', /line 1/], ['v=0\r\nm=video\r\n', /line 2/],
			[`${offerOf()}x\r\n`, /line \d+/], [offerOf().replace('v=0', 'v=0\r\na=\u0001'), /control/],
			[offerOf({ ufrag: 'abc' }), /ICE credentials/], [offerOf({ fingerprint: '' }), /fingerprint/],
			[lines('v=0', section('video', 0)), /ice-ufrag/], [Buffer.concat([Buffer.from('v=0\r\na='), Buffer.from([0xff])]), /UTF-8/],
			[lines(head(), Array.from({ length: 9 }, (_, n) => section('application', n))), /too many/],
		]) {
			const answer = await offer(api, id, { body });
			assertProblem(answer, 400, { title: 'Invalid input' });
			assert.match(answer.json.detail, words);
		}
	});

	test('W2, W3, W9, W14 answers 201 with answer, location, tag and links', async ({ api, server }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		const { headers, text } = session.created;
		assert.equal(text, answerOf());
		assert.match(headers['content-type'], /^application\/sdp$/);
		assert.match(headers.location, new RegExp(`^${server.url}/whep/[A-Za-z0-9_-]{32}$`));
		assert.ok(!headers.location.includes(stream.id) && !headers.location.includes(stream.key));
		assert.match(headers.etag, /^"[^"]+"$/);
		const turn = { rel: 'ice-server', username: 'u\\"1', credential: 'c', 'credential-type': 'password' };
		assert.deepEqual(linksOf(session.created), [
			{ url: 'stun:stun.example:3478', rel: 'ice-server' },
			{ url: 'turn:turn.example?transport=udp', ...turn }, { url: 'turns:turn.example', ...turn },
			{
				url: `${headers.location}/events`, rel: 'urn:ietf:params:whep:ext:core:server-sent-events',
				events: 'active,inactive,viewercount,reconnect',
			},
		]);
	});

	test('hands the offer to the publisher as any viewer\'s', async ({ api }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		const offered = stream.publisher.messages.find(({ type }) => type === 'offer');
		assert.deepEqual(offered.data, { type: 'offer', attempt: offered.data.attempt, trickle: false, sdp: offerOf() });
		assert.deepEqual(stream.publisher.messages.map(({ type, from }) => [type, from]),
			[['viewer-joined', session.peerId], ['offer', session.peerId]]);
	});

	test('W4, P1 refuses a player that would send, and takes sendrecv', async ({ api }) => {
		const stream = await onAir(api);
		for (const direction of ['sendonly', 'inactive'])
			assertProblem(await offer(api, stream.id, { body: offerOf({ direction }) }), 422);
		const mixed = lines(head(), section('video', 0), section('audio', 1, { direction: 'sendonly' }));
		assertProblem(await offer(api, stream.id, { body: mixed }), 422);
		await Session.begin(api, stream, { body: offerOf({ direction: 'sendrecv' }) });
	});

	test('W5 refuses two tracks of one kind, and an offer of nothing', async ({ api }) => {
		const stream = await onAir(api);
		assertProblem(await offer(api, stream.id, { body: lines(head(), section('video', 0), section('video', 1)) }), 422);
		assertProblem(await offer(api, stream.id, { body: lines(head(), section('application', 0)) }), 422);
		assertProblem(await offer(api, stream.id, { body: lines(head(), section('video', 0, { port: 0 })) }), 422);
		const bundled = lines(head(), section('video', 0), section('audio', 1, { port: 0, more: ['a=bundle-only'] }));
		await Session.begin(api, stream, { body: bundled });
	});

	test('W6, P2 answers GET, HEAD and OPTIONS', async ({ api }) => {
		const { id } = await api.created();
		for (const method of ['GET', 'HEAD']) {
			const { status, headers, raw } = await api.request(method, `/${id}/whep`);
			assert.deepEqual([status, headers['content-type'], raw.length], [200, 'application/sdp', 0]);
		}
		const { status, headers } = await api.request('OPTIONS', `/${id}/whep`);
		assert.deepEqual([status, headers['accept-post']], [200, 'application/sdp']);
	});

	test('W7, W15 answers a preflight without links and token', async ({ api }) => {
		const stream = await onAir(api, { visibility: 'PRIVATE' });
		const preflight = await api.request('OPTIONS', `/${stream.id}/whep`, { headers: PREFLIGHT });
		assert.equal(preflight.status, 200);
		assert.equal(preflight.headers.link, undefined);
		for (const name of ['authorization', 'content-type', 'if-match', 'etag'])
			assert.ok(preflight.headers['access-control-allow-headers'].toLowerCase().includes(name), name);
		const plain = await api.request('OPTIONS', `/${stream.id}/whep`);
		assert.deepEqual(linksOf(plain).map(({ rel }) => rel), ['ice-server', 'ice-server', 'ice-server']);
	});

	test('W8, W15 explains errors in problem documents that other origins can read', async ({ api }) => {
		const { id } = await api.created();
		const answer = await offer(api, id, { headers: { ...SDP, origin: 'https://tv.example' } });
		assertProblem(answer, 409, { title: 'Stream is not live' });
		for (const name of EXPOSED) assert.ok(answer.headers['access-control-expose-headers'].toLowerCase().includes(name), name);
	});

	test('P3 answers 409 with Retry-After where nobody publishes', async ({ api }) => {
		const { id } = await api.created();
		assert.ok(Number((await offer(api, id)).headers['retry-after']) > 0);
		const stream = await api.live();
		const answer = await offer(api, stream.id);
		assertProblem(answer, 409, { title: 'No publisher is connected' });
		assert.ok(Number(answer.headers['retry-after']) > 0);
	});

	test('keeps a private stream for the holder of its key', async ({ api }) => {
		const stream = await onAir(api, { visibility: 'PRIVATE' });
		assertProblem(await offer(api, stream.id), 404);
		assertProblem(await offer(api, stream.id, { key: 'k'.repeat(32) }), 404);
		const session = await Session.begin(api, stream, { key: stream.key });
		assert.equal((await session.end()).status, 200);
		assertProblem(await offer(api, 'A'.repeat(21)), 404);
	});

	test('counts a viewer once that also sends heartbeats', async ({ api }) => {
		const stream = await onAir(api);
		const { json: { viewerId } } = await api.view(stream.id);
		const session = await Session.begin(api, stream, { query: `?viewerId=${viewerId}` });
		await Session.begin(api, stream);
		assert.equal(await viewersOf(api, stream.id), 2);
		await session.end();
		assert.equal(await viewersOf(api, stream.id), 2, 'its heartbeats count');
		assertProblem(await offer(api, stream.id, { query: '?viewerId=me' }), 400, { field: 'viewerId' });
	});

	test('says so where the publisher refuses, or answers nonsense', async ({ api }) => {
		const stream = await onAir(api);
		const say = async (type, data) => {
			const waiting = offer(api, stream.id);
			const { from } = await stream.publisher.next('offer');
			await stream.publisher.send(from, type, data);
			const answer = await waiting;
			assertProblem(await api.signal(stream.id, stream.key, { type: 'bye', data: {}, to: from }), 404);
			return answer;
		};
		assertProblem(await say('bye', {}), 503, { title: 'The publisher refused' });
		for (const data of [null, {}, { sdp: 5 }, { sdp: 'v=1' }, 'v=0'])
			assertProblem(await say('answer', data), 502);
		assert.equal(await viewersOf(api, stream.id), 0);
	});

	test('doesn\'t take an answer that was meant for an older offer', async ({ api }) => {
		const stream = await onAir(api);
		const waiting = offer(api, stream.id);
		const { from, data } = await stream.publisher.next('offer');
		await stream.publisher.send(from, 'answer', { type: 'answer', sdp: answerOf({ ufrag: 'late' }), attempt: data.attempt + 1 });
		await stream.publisher.send(from, 'answer', { type: 'answer', sdp: answerOf(), attempt: data.attempt });
		assert.equal((await waiting).text, answerOf());
	});

	test('refuses a body that is too large, and takes one that is just not', async ({ api }) => {
		const stream = await onAir(api);
		const big = (size) => offerOf().replace('s=-', `s=${'x'.repeat(size)}`);
		assertProblem(await offer(api, stream.id, { body: big(33_000) }), 413);
		await Session.begin(api, stream, { body: big(20_000) });
	});
});

suite('a room that is full', { env: { LIVEBIN_MAX_PEERS: '2', LIVEBIN_ANSWER_WAIT: '1' } }, (test) => {
	test('W8 is 503 with Retry-After, and a place again when one leaves', async ({ api }) => {
		const stream = await onAir(api);
		const [first] = [await Session.begin(api, stream), await Session.begin(api, stream)];
		const full = await offer(api, stream.id);
		assertProblem(full, 503, { title: 'Too many viewers' });
		assert.ok(Number(full.headers['retry-after']) > 0);
		await first.end();
		await Session.begin(api, stream);
	});

	test('a page that doesn\'t answer is 504, and its peer is taken back', async ({ api }) => {
		const stream = await onAir(api);
		const answer = await offer(api, stream.id);
		assertProblem(answer, 504);
		assert.ok(Number(answer.headers['retry-after']) > 0);
		const { from } = await stream.publisher.next('viewer-left');
		assert.equal((await stream.publisher.messages.find(({ type }) => type === 'viewer-joined')).from, from);
	});

	test('a stream that stops, and a page that leaves, answer at once', async ({ api }) => {
		const stopped = await onAir(api);
		let waiting = offer(api, stopped.id);
		await stopped.publisher.next('offer');
		await api.stop(stopped.id, stopped.key);
		assertProblem(await waiting, 409);
		const left = await onAir(api);
		waiting = offer(api, left.id);
		await left.publisher.next('offer');
		await left.publisher.bye();
		assertProblem(await waiting, 409);
	});
});

suite('a session', {}, (test) => {
	test('W6 answers GET, HEAD, OPTIONS and a preflight', async ({ api }) => {
		const { path } = await Session.begin(api, await onAir(api));
		for (const method of ['GET', 'HEAD']) {
			const { status, raw } = await api.raw(method, path);
			assert.deepEqual([status, raw.length], [204, 0]);
		}
		for (const headers of [{}, PREFLIGHT]) {
			const { status, headers: got } = await api.raw('OPTIONS', path, { headers });
			assert.equal(status, 200);
			assert.equal(got['accept-patch'], 'application/trickle-ice-sdpfrag, application/sdp');
		}
	});

	test('W10 wants the type, If-Match, and the tag that is', async ({ api }) => {
		const session = await Session.begin(api, await onAir(api));
		const wrong = await session.patch(fragmentOf(), { headers: { 'content-type': 'application/json' } });
		assertProblem(wrong, 415);
		assert.match(wrong.headers['accept-patch'], /trickle-ice-sdpfrag/);
		assertProblem(await session.patch(fragmentOf(), { match: null }), 428);
		assertProblem(await session.patch(fragmentOf(), { match: '"0123"' }), 412);
		for (const body of ['', 'v=0\r\n', 'a=mid:0\r\n', 'm=video\r\n'])
			assertProblem(await session.patch(body), 400);
	});

	test('W11, W12, W13 hands candidates on: 204 without a tag, twice does no harm', async ({ api }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		for (let n = 0; n < 2; n++) {
			const { status, headers, raw } = await session.patch(fragmentOf({ candidates: 2, end: true }));
			assert.deepEqual([status, headers.etag, raw.length], [204, undefined, 0]);
		}
		await until('all came', async () => {
			await stream.publisher.read();
			return stream.publisher.messages.filter(({ type }) => type === 'ice-candidate').length === 6;
		});
		const got = stream.publisher.messages.filter(({ type }) => type === 'ice-candidate').map(({ from, data }) => [from, data]);
		const one = (candidate) => [session.peerId, candidate
			? { candidate, sdpMid: '0', usernameFragment: 'ufrg' } : { candidate: '', sdpMid: '0', usernameFragment: 'ufrg' }];
		const once = [one('candidate:0 1 udp 1 192.0.2.1 1000 typ host'), one('candidate:1 1 udp 1 192.0.2.1 1001 typ host'), one('')];
		assert.deepEqual(got, [...once, ...once]);
		assert.equal((await session.patch(fragmentOf(), { match: '*' })).status, 204, 'a star fits always');
	});

	test('W12 drops a candidate that can\'t be used', async ({ api }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		const body = fragmentOf().replace('a=candidate', 'a=candidate:x\r\na=candidate:1 1 udp y\r\na=candidate');
		assert.equal((await session.patch(body)).status, 204);
		const { data } = await stream.publisher.next('ice-candidate');
		assert.match(data.candidate, /typ host$/);
		assert.equal(stream.publisher.messages.filter(({ type }) => type === 'ice-candidate').length, 1);
	});

	for (const match of ['*', '"*"'])
		test(`W11 restarts ICE with If-Match ${match}`, async ({ api }) => {
			const stream = await onAir(api);
			const session = await Session.begin(api, stream);
			const body = fragmentOf({ ufrag: 'anew', pwd: 'r'.repeat(22) });
			const waiting = session.patch(body, { match });
			const { from, data } = await stream.publisher.next('offer', (message) => message.data.restart === true);
			assert.equal(from, session.peerId);
			assert.deepEqual(data, { type: 'offer', attempt: data.attempt, trickle: false, restart: true, sdpfrag: body });
			await stream.publisher.send(from, 'answer', { type: 'answer', sdp: answerOf({ ufrag: 'newer' }), attempt: data.attempt });
			const { status, headers, text } = await waiting;
			assert.equal(status, 200, text);
			assert.equal(headers['content-type'], 'application/trickle-ice-sdpfrag');
			assert.notEqual(headers.etag, session.tag);
			assert.deepEqual(text.trim().split('\r\n'), [
				'a=ice-options:trickle', 'a=group:BUNDLE 0 1', 'm=video 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:0', 'a=ice-ufrag:newer',
				`a=ice-pwd:${'q'.repeat(22)}`, 'a=candidate:1 1 udp 2130706431 192.0.2.9 50000 typ host', 'a=end-of-candidates',
			]);
			assertProblem(await session.patch(body), 412);
			assert.equal((await session.patch(body, { match: headers.etag })).status, 204);
		});

	test('stands as it was when a restart isn\'t answered', async ({ api }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		const waiting = session.patch(fragmentOf({ ufrag: 'anew' }), { match: '*' });
		const { from } = await stream.publisher.next('offer', (message) => message.data.restart === true);
		await stream.publisher.send(from, 'answer', { type: 'answer' });
		assertProblem(await waiting, 502);
		assert.equal((await session.patch(fragmentOf())).status, 204);
		assert.equal(await viewersOf(api, stream.id), 1);
	});

	test('W13 ends by DELETE, whatever If-Match says, once; the publisher hears it', async ({ api }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		assert.equal(await viewersOf(api, stream.id), 1);
		assert.equal((await session.end({ 'if-match': '"stale"' })).status, 200);
		assert.equal(await viewersOf(api, stream.id), 0);
		for (const again of [await session.end(), await session.patch(fragmentOf()), await api.raw('GET', session.path)])
			assertProblem(again, 404, { title: 'Session not found' });
		assert.equal((await stream.publisher.next('bye')).from, session.peerId);
		assert.equal((await stream.publisher.next('viewer-left')).from, session.peerId);
	});

	test('ends when the publisher says goodbye, and a restart with it', async ({ api }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		const events = await session.listen(['active']);
		await events.next('active');
		const waiting = session.patch(fragmentOf({ ufrag: 'anew' }), { match: '*' });
		await stream.publisher.next('offer', (message) => message.data.restart === true);
		await stream.publisher.send(session.peerId, 'bye', {});
		assertProblem(await waiting, 404);
		await events.untilEnd();
		assertProblem(await session.end(), 404);
		assert.equal(await viewersOf(api, stream.id), 0);
	});

	test('isn\'t opened by another token, nor is a mailbox\'s peer a session', async ({ api, server }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		const viewer = await Viewer.join(api, stream);
		for (const token of [viewer.secret, stream.key, stream.id, 'x'])
			assertProblem(await api.raw('DELETE', `/whep/${token}`), 404);
		assert.ok(!server.log().includes(session.path.split('/').at(-1)), 'no log shows it');
	});

	test('candidates of a publisher that trickles are taken and dropped', async ({ api }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		for (let n = 0; n < 3; n++) await stream.publisher.send(session.peerId, 'ice-candidate', null);
		const token = session.path.split('/').at(-1);
		assert.deepEqual((await api.poll(stream.id, token)).json.messages, []);
	});
});

suite('a counter-offer', {}, (test) => {
	const countered = async (api) => {
		const stream = await onAir(api);
		const waiting = offer(api, stream.id);
		const { from } = await stream.publisher.next('offer');
		await stream.publisher.send(from, 'offer', { type: 'offer', sdp: offerOf({ direction: 'sendonly' }) });
		const answer = await waiting;
		assert.equal(answer.status, 406);
		return { stream, from, session: new Session(api, answer) };
	};

	test('P4 is a 406 with an SDP and a location; its answer is taken once', async ({ api }) => {
		const { stream, from, session } = await countered(api);
		assert.equal(session.created.text, offerOf({ direction: 'sendonly' }));
		assert.equal(session.created.headers['content-type'], 'application/sdp');
		const answer = () => session.patch(answerOf({ direction: 'recvonly' }), { match: null, headers: SDP });
		assert.equal((await session.patch('v=1\r\n', { match: null, headers: SDP })).status, 400);
		assert.equal((await answer()).status, 204);
		const got = await stream.publisher.next('answer');
		assert.deepEqual([got.from, got.data], [from, { type: 'answer', sdp: answerOf({ direction: 'recvonly' }) }]);
		assertProblem(await answer(), 409);
	});

	test('P4 is 410 when it ran out', async ({ api, server }) => {
		const { from, session } = await countered(api);
		sql(server.dataDir, `UPDATE peer SET offer_until_ms = 1 WHERE peer_id = '${from}'`, 'passing.db');
		assertProblem(await session.patch(answerOf(), { match: null, headers: SDP }), 410);
	});

	test('none is open where there was an answer', async ({ api }) => {
		const session = await Session.begin(api, await onAir(api));
		assertProblem(await session.patch(answerOf(), { match: null, headers: SDP }), 409);
	});
});

suite('events', {}, (test) => {
	test('P5 one that isn\'t known is 400, and there is no stream', async ({ api }) => {
		const session = await Session.begin(api, await onAir(api));
		for (const json of [['active', 'layers'], ['x'], [5], {}, 'active'])
			assertProblem(await api.raw('POST', session.events, { json }), 400);
		assertProblem(await api.raw('GET', `${session.events}/stream`), 404);
		assertProblem(await api.raw('DELETE', `${session.events}/stream`), 404);
	});

	test('P5 say how it stands, and what changes', async ({ api }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		const events = await session.listen();
		await events.next('active');
		assert.deepEqual((await events.next('viewercount')).data, { viewercount: 1 });
		const other = await Session.begin(api, stream);
		assert.deepEqual((await events.next('viewercount')).data, { viewercount: 2 });
		await other.end();
		assert.deepEqual((await events.next('viewercount')).data, { viewercount: 1 });
		await stream.publisher.bye();
		await events.next('inactive');
		assert.deepEqual(events.events.map(({ type }) => type).filter((type) => type !== 'viewercount'), ['active', 'inactive']);
	});

	test('P5 only those that were asked for', async ({ api }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		const events = await session.listen(['inactive']);
		await api.stop(stream.id, stream.key);
		await events.next('inactive');
		assert.deepEqual(events.events.map(({ type }) => type), ['inactive']);
	});

	test('P5 reconnect, when another page took over', async ({ api, server }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		const events = await session.listen(['reconnect']);
		stream.publisher = await Publisher.open(api, stream);
		assert.deepEqual((await events.next('reconnect')).data, { url: `${server.url}/api/live/${stream.id}/whep` });
		assertProblem(await session.patch(fragmentOf({ ufrag: 'anew' }), { match: '*' }), 409);
		await Session.begin(api, stream);
		await until('the old session ends', async () => (await api.raw('GET', session.path)).status === 404);
		await events.untilEnd();
		await until('one is left', async () => await viewersOf(api, stream.id) === 1);
	});

	test('P5 DELETE ends the stream, and so does the session\'s end', async ({ api }) => {
		const session = await Session.begin(api, await onAir(api));
		let events = await session.listen();
		await events.next('active');
		assert.equal((await api.raw('DELETE', `${session.events}/stream`)).status, 200);
		await events.untilEnd();
		assertProblem(await api.raw('GET', `${session.events}/stream`), 404);
		events = await session.listen(['active']);
		await events.next('active');
		await session.end();
		await events.untilEnd();
		assertProblem(await api.raw('POST', session.events, { json: [] }), 404);
	});
});

suite('a session lives', { env: { LIVEBIN_VIEWER_TIMEOUT: '3' } }, (test) => {
	test('while the publisher says that it is connected', async ({ api }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		const other = await Session.begin(api, stream);
		const alive = (peers) => api.request('POST', `/${stream.id}/alive`, { json: { peers }, headers: bearer(stream.key) });
		let interval = 0;
		for (let n = 0; n < 6; n++) {
			const { status, json } = await alive([session.peerId]);
			assert.deepEqual([status, json.gone], [200, []]);
			interval = json.intervalSeconds;
			await stream.publisher.read();
			await sleep(interval * 1000);
		}
		assert.equal(interval, 1);
		assert.equal((await api.raw('GET', session.path)).status, 204);
		assertProblem(await api.raw('GET', other.path), 404);
		assert.equal(await viewersOf(api, stream.id), 1);
		assert.deepEqual((await alive([session.peerId, other.peerId])).json.gone, [other.peerId]);
	});

	test('while it reads its events', async ({ api }) => {
		const stream = await onAir(api);
		const session = await Session.begin(api, stream);
		const other = await Session.begin(api, stream);
		const events = await session.listen(['active']);
		await until('the silent one is gone', async () => (await api.raw('GET', other.path)).status === 404);
		for (let n = 0; n < 4; n++) {
			await stream.publisher.read();
			await sleep(1000);
		}
		assert.ok(!events.ended);
		assert.equal((await api.raw('GET', session.path)).status, 204);
		events.close();
		await until('it is gone as well', async () => (await api.raw('GET', session.path)).status === 404);
	});

	test('not by heartbeats: a page may have lost it, and its place in the room is another\'s', async ({ api }) => {
		const stream = await onAir(api);
		const { json: { viewerId } } = await api.view(stream.id);
		const session = await Session.begin(api, stream, { query: `?viewerId=${viewerId}` });
		await until('it is gone', async () => {
			assert.equal((await api.view(stream.id, { viewerId })).json.viewers, 1);
			await stream.publisher.read();
			return (await api.raw('GET', session.path)).status === 404;
		});
	});

	test('alive is for the key, and for ids', async ({ api }) => {
		const stream = await onAir(api);
		const post = (json, key) => api.request('POST', `/${stream.id}/alive`, { json, headers: key ? bearer(key) : {} });
		assertProblem(await post({ peers: [] }), 401);
		assertProblem(await post({ peers: [] }, 'k'.repeat(32)), 401);
		for (const peers of [undefined, 'x', [1], ['x'], [null], { a: 1 }])
			assertProblem(await post({ peers }, stream.key), 400, { field: 'peers' });
		assert.deepEqual((await post({ peers: ['A'.repeat(21)] }, stream.key)).json.gone, ['A'.repeat(21)]);
	});
});

suite('a stream that is pushed as well', {}, (test) => {
	test('shows the way to its playlist where the page can\'t serve', async ({ api }) => {
		const { Broadcast, dropFilms, makeFilm } = await import('../lib/broadcast.js');
		const broadcast = await Broadcast.begin(api);
		await broadcast.send(await makeFilm({ seconds: 2 }));
		const answer = await offer(api, broadcast.id);
		assertProblem(answer, 409);
		const { json: { hlsUrl } } = await api.get(broadcast.id);
		assert.deepEqual(linksOf(answer), [{ url: hlsUrl, rel: 'alternate', type: 'application/vnd.apple.mpegurl' }]);
		dropFilms();
	});
});

suite('whip\'s door', {}, (test) => {
	const publish = (api, stream, { body = offerOf({ direction: 'sendonly' }), headers = SDP, key = stream.key } = {}) =>
		api.request('POST', `/${stream.id}/whip`, { body, headers: { ...headers, ...(key ? bearer(key) : {}) } });

	test('W1, W2, W4, W5 checks as WHEP\'s does, the other way round', async ({ api }) => {
		const stream = await api.created();
		assertProblem(await publish(api, stream, { key: '' }), 401);
		assertProblem(await publish(api, stream, { key: 'k'.repeat(32) }), 401);
		const wrong = await publish(api, stream, { headers: { 'content-type': 'text/plain' } });
		assertProblem(wrong, 415);
		assert.equal(wrong.headers['accept-post'], 'application/sdp');
		assertProblem(await publish(api, stream, { body: 'v=1' }), 400);
		for (const direction of ['recvonly', 'inactive'])
			assertProblem(await publish(api, stream, { body: offerOf({ direction }) }), 422);
		assertProblem(await publish(api, stream, { body: lines(head(), section('audio', 0, { direction: 'sendonly' }), section('audio', 1, { direction: 'sendonly' })) }), 422);
	});

	test('says what to configure where no gateway is', async ({ api }) => {
		const stream = await api.created();
		for (const direction of ['sendonly', 'sendrecv']) {
			const answer = await publish(api, stream, { body: offerOf({ direction }) });
			assertProblem(answer, 503, { title: 'No media gateway' });
			assert.match(answer.json.detail, /LIVEBIN_GATEWAY/);
			assert.ok(Number(answer.headers['retry-after']) > 0);
		}
		assert.equal((await api.create()).json.whipUrl, null);
	});

	test('W6, W7 answers GET, HEAD, OPTIONS and a preflight', async ({ api }) => {
		const { id } = await api.created();
		for (const method of ['GET', 'HEAD']) assert.equal((await api.request(method, `/${id}/whip`)).status, 200);
		for (const headers of [{}, PREFLIGHT]) {
			const answer = await api.request('OPTIONS', `/${id}/whip`, { headers });
			assert.deepEqual([answer.status, answer.headers['accept-post'], answer.headers.link], [200, 'application/sdp', undefined]);
		}
	});
});
