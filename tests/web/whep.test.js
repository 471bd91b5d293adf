/**
 * A session of WHEP as a player leads it, against a server of the test's own: what is asked, in which order, and what
 * becomes of answers that nobody wants.
 */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { until, within } from '../lib/wait.js';
import { pretendPage, webModule } from '../lib/web.js';

pretendPage();
const { WhepSession, readIceServers } = await webModule('whep.js');
const { Problem } = await webModule('api.js');

/** Asks again at once: a test has no patience. */
const hope = setInterval(() => globalThis.window.dispatchEvent(new Event('online')), 5);
hope.unref();

const SDP = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';
const ENDPOINT = '/api/live/abc/whep';
const SESSION = '/whep/s1';
const offerOf = (ufrag) => `v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ice-ufrag:${ufrag}\r\na=ice-pwd:p-${ufrag}\r\n`;
const candidate = (n, usernameFragment = 'one') =>
	({ candidate: `candidate:${n} 1 udp 1 192.0.2.1 ${n} typ host`, sdpMid: '0', usernameFragment });
const LINKS = `<stun:s.example>; rel="ice-server", <https://elsewhere.example${SESSION}/events>; ` +
	'rel="urn:ietf:params:whep:ext:core:server-sent-events"; events="active,inactive,viewercount,reconnect"';
const created = (status = 201) => new Response('the answer', {
	status, headers: { 'Content-Type': SDP, Location: `https://elsewhere.example${SESSION}`, ETag: '"e1"', Link: LINKS },
});
const refusal = (status, headers = {}) => new Response(JSON.stringify({ title: 'No' }), {
	status, headers: { 'Content-Type': 'application/problem+json', ...headers },
});

/** What was asked, and a server that answers as a well-behaved one. `answer` may answer instead. */
function serve(answer = () => null) {
	const asked = [];
	let atOnce = 0;
	globalThis.fetch = async (url, { method, headers, body, keepalive, signal }) => {
		const entry = {
			method, url, ifMatch: headers['If-Match'], type: body?.type, keepalive, text: body instanceof Blob ? await body.text() : body,
		};
		asked.push(entry);
		if (method === 'PATCH') assert.equal(++atOnce, 1, 'one PATCH at a time');
		try {
			return await (answer(entry, signal) ?? usual(entry));
		} finally {
			if (method === 'PATCH') atOnce -= 1;
		}
	};
	return asked;
}

function usual({ method, url, ifMatch }) {
	if (method === 'POST' && url.endsWith('/events')) return new Response(null, { status: 201, headers: { Location: `${SESSION}/events/stream` } });
	if (method === 'POST') return created();
	if (method === 'PATCH' && ifMatch === '*') return new Response('a fragment', { status: 200, headers: { ETag: '"e2"' } });
	if (method === 'PATCH') return new Response(null, { status: 204 });
	return new Response(null, { status: 200, headers: { Link: LINKS } });
}

/** The candidates of a request, by their ports. */
const ports = ({ text }) => [...text.matchAll(/a=candidate:(\d+)/g)].map(([, n]) => Number(n));
const patches = (asked) => asked.filter(({ method }) => method === 'PATCH');

async function opened(sdp = offerOf('one')) {
	const session = new WhepSession(ENDPOINT, null);
	await session.open(sdp, null);
	return session;
}

describe('a session of WHEP', () => {
	const { fetch } = globalThis;
	afterEach(() => { globalThis.fetch = fetch; });

	it('the ICE servers are those of a plain OPTIONS', async () => {
		const asked = serve();
		assert.deepEqual(await readIceServers(ENDPOINT, null), [{ urls: ['stun:s.example'] }]);
		assert.deepEqual(asked.map(({ method, url }) => `${method} ${url}`), [`OPTIONS ${ENDPOINT}`]);
	});

	it('an offer is posted as SDP with the viewer\'s id; the answer comes with ICE servers', async () => {
		const asked = serve();
		const taken = await new WhepSession(ENDPOINT, 'key').open(offerOf('one'), 'v_1');
		assert.deepEqual(taken, { type: 'answer', sdp: 'the answer', iceServers: [{ urls: ['stun:s.example'] }] });
		const [{ method, url, type, text }] = asked;
		assert.deepEqual({ method, url, type, text }, { method: 'POST', url: `${ENDPOINT}?viewerId=v_1`, type: SDP, text: offerOf('one') });
	});

	for (const status of [404, 406, 409, 503, 504])
		it(`a refusal (${status}) is thrown with its status and its time`, async () => {
			serve(() => refusal(status, { 'Retry-After': '7' }));
			await assert.rejects(opened(), (error) =>
				error instanceof Problem && error.status === status && error.retryAfter === 7 && error.title === 'No');
		});

	it('a counter-offer is answered by PATCH, and nothing is told behind it', async () => {
		const asked = serve(({ url }) => (url === ENDPOINT ? created(406) : null));
		const session = new WhepSession(ENDPOINT, null);
		const taken = await session.open(offerOf('one'), null);
		assert.equal(taken.type, 'offer');
		session.trickle(candidate(2));
		await session.answer('my answer');
		session.trickle(candidate(1));
		await new Promise((done) => setTimeout(done, 50));
		const [{ url, type, text, ifMatch }, ...more] = patches(asked);
		assert.deepEqual({ url, type, text, ifMatch }, { url: SESSION, type: SDP, text: 'my answer', ifMatch: undefined });
		assert.deepEqual(more, []);
	});

	it('candidates wait for the session, go in bunches, in order, one PATCH after the other', async () => {
		let release;
		const held = new Promise((done) => { release = done; });
		const asked = serve(({ method }) => (method === 'PATCH' ? held.then(() => new Response(null, { status: 204 })) : null));
		const session = new WhepSession(ENDPOINT, null);
		session.trickle(candidate(1));
		session.trickle(candidate(2));
		await session.open(offerOf('one'), null);
		await until('the first went', () => patches(asked).length === 1);
		session.trickle(candidate(3));
		session.trickle(null);
		release();
		await until('the second went', () => patches(asked).length === 2);
		const [first, second] = patches(asked);
		assert.deepEqual(ports(first), [1, 2]);
		assert.deepEqual([first.type, first.ifMatch, first.url], [FRAGMENT, '"e1"', SESSION]);
		assert.match(first.text, /a=ice-ufrag:one\r\na=ice-pwd:p-one\r\n/);
		assert.deepEqual(ports(second), [3]);
		assert.match(second.text, /a=end-of-candidates/);
	});

	it('a candidate is told again while the server is in trouble, and dropped where it says no', async () => {
		let left = 2;
		const asked = serve(({ method }) => (method === 'PATCH' && left-- > 0 ? refusal(503) : null));
		const session = await opened();
		session.trickle(candidate(1));
		await until('it was told', () => patches(asked).length === 3);
		left = 1;
		const stale = serve(({ method }) => (method === 'PATCH' && left-- > 0 ? refusal(412) : null));
		session.trickle(candidate(2));
		await until('it was told', () => patches(stale).length === 1);
		session.trickle(candidate(3));
		await until('the next was told', () => patches(stale).length === 2);
		assert.deepEqual(patches(stale).map(ports), [[2], [3]]);
	});

	it('a restart takes any tag and brings a new one; candidates of before are left behind', async () => {
		const asked = serve();
		const session = await opened();
		session.trickle(candidate(1));
		const answered = session.restart(offerOf('two'));
		session.trickle(candidate(2, 'one'));
		session.trickle(candidate(3, 'two'));
		assert.equal(await answered, 'a fragment');
		await until('the new candidate went', () => patches(asked).length === 2);
		const [restart, trickle] = patches(asked);
		assert.equal(restart.ifMatch, '*');
		assert.match(restart.text, /a=ice-ufrag:two\r\na=ice-pwd:p-two\r\n/);
		assert.deepEqual([trickle.ifMatch, ports(trickle)], ['"e2"', [3]]);
	});

	it('a restart that is refused says so once, and is not repeated', async () => {
		const asked = serve(({ method }) => (method === 'PATCH' ? refusal(504) : null));
		const session = await opened();
		await assert.rejects(session.restart(offerOf('two')), (error) => error.status === 504);
		assert.equal(patches(asked).length, 1);
	});

	it('the end is told once, in a way that outlives the page; nothing is said after it', async () => {
		const asked = serve();
		const session = await opened();
		session.trickle(candidate(1));
		await session.end();
		await session.end();
		session.trickle(candidate(2));
		await assert.rejects(session.restart(offerOf('two')));
		const [{ url, keepalive }, ...more] = asked.filter(({ method }) => method === 'DELETE');
		assert.deepEqual([url, keepalive, more], [SESSION, true, []]);
		assert.deepEqual(patches(asked), []);
	});

	it('a session that nobody wants any more when it comes is ended', async () => {
		let release;
		const asked = serve(({ url }) => (url === ENDPOINT ? new Promise((done) => { release = () => done(created()); }) : null));
		const session = new WhepSession(ENDPOINT, null);
		const opening = session.open(offerOf('one'), null);
		await until('it was asked for', () => release);
		await session.end();
		assert.equal(asked.length, 1);
		release();
		await within('the answer', opening);
		assert.deepEqual(asked.map(({ method, url }) => `${method} ${url}`), [`POST ${ENDPOINT}`, `DELETE ${SESSION}`]);
	});
});

describe('the events of a session', () => {
	const { fetch } = globalThis;
	afterEach(() => { globalThis.fetch = fetch; });

	/** A session that is listened to, and what was heard. */
	async function listening(answer) {
		const heard = [];
		const asked = serve(answer);
		const session = await opened();
		const note = (name) => (data) => heard.push([name, data]);
		session.listen({
			active: note('active'), inactive: note('inactive'), viewercount: note('viewercount'), reconnect: note('reconnect'),
			gone: note('gone'),
		});
		return { asked, heard, session };
	}
	const streamOf = (...blocks) => new Response(blocks.map((block) => `${block}\n\n`).join(''), { status: 200 });

	it('are subscribed to once, and read again after every break', async () => {
		const { asked, heard, session } = await listening(({ url }) => (url.endsWith('/stream')
			? streamOf('event: active\ndata: {}', ': ping', 'event: viewercount\ndata: {"viewercount":3}', 'event: reconnect\ndata: {"url":"x"}')
			: null));
		await until('they were read twice', () => heard.length >= 6);
		session.close();
		assert.deepEqual(heard.slice(0, 3), [['active', {}], ['viewercount', { viewercount: 3 }], ['reconnect', { url: 'x' }]]);
		const [wanted, ...more] = asked.filter(({ url }) => url === `${SESSION}/events`);
		assert.deepEqual(JSON.parse(wanted.text), ['active', 'inactive', 'viewercount', 'reconnect']);
		assert.deepEqual(more, []);
		assert.ok(asked.filter(({ url }) => url === `${SESSION}/events/stream`).length >= 2);
	});

	it('are asked for again where the server was away', async () => {
		let left = 2;
		const { heard, session } = await listening(({ method, url }) => {
			if (method === 'POST' && url.endsWith('/events') && left-- > 0) return refusal(503);
			return url.endsWith('/stream') ? streamOf('event: inactive\ndata: {}') : null;
		});
		await until('they are heard', () => heard.length > 0);
		session.close();
		assert.equal(heard[0][0], 'inactive');
	});

	it('end with the session: 404 is told once, and not asked again', async () => {
		const { asked, heard } = await listening(({ url }) => (url.endsWith('/stream') ? refusal(404) : null));
		await until('it is gone', () => heard.length > 0);
		const count = asked.length;
		await new Promise((done) => setTimeout(done, 50));
		assert.deepEqual(heard.map(([name]) => name), ['gone']);
		assert.equal(asked.length, count);
	});
});
