/**
 * Fragments: what a trickle and an ICE restart carry, and what a description becomes by them. And the header Link.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { webModule } from '../lib/web.js';

const { accepts, fragmentOf, iceOf, withFragment, withMuxOnly, withOneMeaning } = await webModule('sdp.js');
const { iceServersOf, parseLinks } = await webModule('link-header.js');

const lines = (...rows) => rows.map((row) => `${row}\r\n`).join('');
const OFFER = lines('v=0', 'o=- 4611731400430051336 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1',
	'm=video 9 UDP/TLS/RTP/SAVPF 96 97', 'c=IN IP4 0.0.0.0', 'a=candidate:1 1 udp 1 192.0.2.1 5000 typ host', 'a=ice-ufrag:old1',
	'a=ice-pwd:oldoldoldoldoldoldoldold', 'a=fingerprint:sha-256 AA:BB', 'a=setup:actpass', 'a=mid:0', 'a=end-of-candidates',
	'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=ice-ufrag:old1', 'a=ice-pwd:oldoldoldoldoldoldoldold', 'a=mid:1');
const candidate = (n, sdpMid = '0') => ({ candidate: `candidate:${n} 1 udp ${n} 192.0.2.${n} 500${n} typ host`, sdpMid });

describe('a fragment', () => {
	it('has the group, the credentials, and each section that has candidates', () => {
		assert.equal(fragmentOf(OFFER, [candidate(7), candidate(8, '1'), candidate(9)]), lines(
			'a=group:BUNDLE 0 1', 'a=ice-ufrag:old1', 'a=ice-pwd:oldoldoldoldoldoldoldold',
			'm=video 9 UDP/TLS/RTP/SAVPF 96 97', 'a=mid:0', `a=${candidate(7).candidate}`, `a=${candidate(9).candidate}`,
			'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:1', `a=${candidate(8, '1').candidate}`,
		));
	});

	it('says that there are no more, however the browser says it', () => {
		for (const end of [null, { candidate: '', sdpMid: '0' }])
			assert.match(fragmentOf(OFFER, [candidate(7), end]), /^a=end-of-candidates\r$/m);
		assert.doesNotMatch(fragmentOf(OFFER, [candidate(7)]), /end-of-candidates/);
	});

	it('without candidates has the first section all the same: a restart is nothing else', () => {
		assert.equal(fragmentOf(OFFER, []), lines('a=group:BUNDLE 0 1', 'a=ice-ufrag:old1',
			'a=ice-pwd:oldoldoldoldoldoldoldold', 'm=video 9 UDP/TLS/RTP/SAVPF 96 97', 'a=mid:0'));
	});
});

describe('the numbers of header extensions', () => {
	const offer = (...extensions) => lines('v=0', 'a=group:BUNDLE 0 1', 'm=audio 9 UDP/TLS/RTP/SAVPF 96', 'a=extmap:1 urn:mid',
		'a=extmap:2 urn:level', 'm=video 9 UDP/TLS/RTP/SAVPF 97', ...extensions, 'a=rtcp-mux');

	it('stay as they are where each means one thing', () => {
		const sdp = offer('a=extmap:1/recvonly urn:mid', 'a=extmap:3 urn:time', 'a=extmap:12 urn:mid');
		assert.equal(withOneMeaning(sdp), sdp);
	});

	it('lose a second meaning, and nothing else', () => {
		assert.equal(withOneMeaning(offer('a=extmap:1 urn:mid', 'a=extmap:2 urn:time')), offer('a=extmap:1 urn:mid'));
		assert.equal(withOneMeaning(offer('a=extmap:2/sendonly urn:time attributes')), offer());
	});
});

describe('a description after a restart', () => {
	const fresh = lines('a=ice-ufrag:new2', 'a=ice-pwd:newnewnewnewnewnewnewnew', 'm=video 9 RTP/AVP 0', 'a=mid:0',
		`a=${candidate(3).candidate}`, 'a=end-of-candidates');

	it('has the new credentials everywhere, the new candidates where they belong, and another version', () => {
		const sdp = withFragment(OFFER, fresh);
		assert.deepEqual(sdp.match(/a=ice-ufrag:.*/g), ['a=ice-ufrag:new2', 'a=ice-ufrag:new2']);
		assert.deepEqual(sdp.match(/a=ice-pwd:.*/g), Array(2).fill('a=ice-pwd:newnewnewnewnewnewnewnew'));
		assert.deepEqual(sdp.match(/a=candidate:.*/g), [`a=${candidate(3).candidate}`]);
		assert.ok(sdp.indexOf('a=candidate') < sdp.indexOf('m=audio'), 'in the first section');
		assert.match(sdp, /^o=- 4611731400430051336 3 IN IP4 127\.0\.0\.1\r$/m);
	});

	it('is the same in all else', () => {
		const rest = (sdp) => sdp.split('\r\n').filter((line) => !/^(o=|a=(ice-|candidate|end-of))/.test(line));
		assert.deepEqual(rest(withFragment(OFFER, fresh)), rest(OFFER));
		assert.deepEqual(iceOf(OFFER), { ufrag: 'old1', pwd: 'oldoldoldoldoldoldoldold' });
	});

	it('takes credentials that stand in a section, and lines that end otherwise', () => {
		const other = ['m=audio 9 RTP/AVP 0', 'a=mid:1', 'a=ice-ufrag:u3', 'a=ice-pwd:p3', `a=${candidate(4).candidate}`].join('\n');
		const sdp = withFragment(OFFER, other);
		assert.equal(iceOf(sdp).ufrag, 'u3');
		assert.ok(sdp.indexOf('a=candidate') > sdp.indexOf('a=mid:1'));
	});

	it('isn\'t made of what has no credentials', () => {
		assert.throws(() => withFragment(OFFER, 'a=ice-ufrag:only\r\n'), SyntaxError);
		assert.throws(() => withFragment(OFFER, ''), SyntaxError);
	});
});

describe('a description of one port', () => {
	it('says so in each section, once', () => {
		const sdp = 'v=0\r\nm=video 9 X 1\r\na=rtcp-mux\r\na=rtcp-rsize\r\nm=audio 9 X 1\r\na=rtcp-mux\r\n';
		assert.equal(withMuxOnly(sdp), sdp.replaceAll('a=rtcp-mux\r\n', 'a=rtcp-mux\r\na=rtcp-mux-only\r\n'));
		assert.equal(withMuxOnly(withMuxOnly(sdp)).match(/a=rtcp-mux\r\n/g).length, 2);
		assert.equal(withMuxOnly('v=0\r\n'), 'v=0\r\n');
	});
});

describe('what a description accepts', () => {
	it('is a section of that kind with a port, or that of the first', () => {
		assert.equal(accepts(OFFER, 'video'), true);
		assert.equal(accepts(OFFER.replace('m=video 9', 'm=video 0'), 'video'), false);
		assert.equal(accepts(OFFER.replace('m=video 9', 'm=video 0'), 'audio'), true);
		assert.equal(accepts(OFFER.replace('m=audio 9', 'm=audio 0').replace('a=mid:1', 'a=mid:1\r\na=bundle-only'), 'audio'), true);
		assert.equal(accepts('v=0\r\n', 'video'), false);
	});
});

describe('the header Link', () => {
	it('has addresses with their parameters, quoted or not, several in one', () => {
		const links = parseLinks('<stun:a.example>; rel="ice-server", <https://b.example/x,y;z>;REL=alternate;type="a, b; \\"c\\""');
		assert.deepEqual(links.map(({ url, rel }) => [url, rel]), [['stun:a.example', 'ice-server'], ['https://b.example/x,y;z', 'alternate']]);
		assert.equal(links[1].parameters.get('type'), 'a, b; "c"');
	});

	it('is nothing where it is absent or makes no sense', () => {
		assert.deepEqual(parseLinks(null), []);
		assert.deepEqual(parseLinks('rel="ice-server"; stun:a.example'), []);
	});

	it('has ICE servers, those of TURN with their credentials', () => {
		const header = '<stun:s.example:3478>; rel="ice-server", <turn:t.example?transport=udp>; rel="ice-server"; ' +
			'username="u:1"; credential="p,\\"q"; credential-type="password", <x/events>; rel="other"';
		assert.deepEqual(iceServersOf(parseLinks(header)), [
			{ urls: ['stun:s.example:3478'] },
			{ urls: ['turn:t.example?transport=udp'], username: 'u:1', credential: 'p,"q' },
		]);
	});
});
