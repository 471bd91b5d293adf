/**
 * The watch page is a player of WHEP like any other: what it asks of the server, and what it does when its connection
 * breaks, when the broadcaster's page is another, when that page would rather offer, and when somebody leaves.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { assertMoves, goLive, openBrowser, seeState, seeText, shoot } from '../lib/browser.js';
import { send } from '../lib/http.js';
import { startServer } from '../lib/server.js';
import { keepingLogs } from '../lib/suite.js';
import { until } from '../lib/wait.js';

const TEST_MS = 240_000;

/** What a page asks of the doors of WebRTC, with the statuses of the answers, and the sessions that it was given. */
function watchRequests(page) {
	const seen = { requests: [], answers: [], sessions: [] };
	const nameOf = (request) => `${request.method()} ${new URL(request.url()).pathname.replace(/\/whep\/[\w-]{32}/, '/whep/:session')
	    .replace(/^\/api\/live\/[\w-]{21}/, '')}`;
	const isOurs = (url) => /\/(whep|signal)\b/.test(new URL(url).pathname) && !/\/assets\//.test(url);
	page.on('request', (request) => {
		if (isOurs(request.url())) seen.requests.push(nameOf(request));
	});
	page.on('response', (response) => {
		if (!isOurs(response.url())) return;
		const name = nameOf(response.request());
		seen.answers.push(`${name} ${response.status()}`);
		const { location } = response.headers();
		if (name === 'POST /whep' && location) seen.sessions.push(new URL(location).pathname);
	});
	seen.count = (name) => seen.answers.filter((answer) => answer === name).length;
	return seen;
}

/** The connection failed, as far as the page can see: it is the same connection that is to be had again. */
function breakConnection(page) {
	return page.evaluate(() => {
		const { pc } = globalThis.livebin;
		pc.isOld = true;
		pc.ufragBefore = /a=ice-ufrag:(.*)/.exec(pc.remoteDescription.sdp)[1];
		Object.defineProperty(pc, 'connectionState', { configurable: true, value: 'failed' });
		pc.dispatchEvent(new Event('connectionstatechange'));
		delete pc.connectionState;
		return globalThis.livebin.state;
	});
}

/** Offers leave the page with video codecs that no browser has. */
function garbleOffers() {
	const real = globalThis.fetch;
	globalThis.fetch = async (url, options) => {
		if (options?.method !== 'POST' || !/\/whep(\?|$)/.test(url)) return real(url, options);
		const sdp = (await options.body.text()).replace(/(a=rtpmap:\d+ )(\S+\/90000)/g, '$1No$2');
		return real(url, { ...options, body: new Blob([sdp], { type: 'application/sdp' }) });
	};
}

for (const kind of ['chromium', 'firefox']) {
	describe(`the watch page as a player of WHEP, in ${kind}`, () => {
		let server, near, far, studio, watch, address, seen;
		before(async () => {
			server = await startServer();
			near = await openBrowser('chromium');
			far = await openBrowser(kind);
			studio = await near.page();
			// Without a recording there is no HLS, and no other way to the picture.
			await studio.evaluateOnNewDocument(() => {
				delete globalThis.VideoEncoder;
				delete globalThis.MediaRecorder;
			});
			watch = await far.page();
			seen = watchRequests(watch);
			address = await goLive(studio, server, `WHEP in ${kind}`);
		}, { timeout: TEST_MS });
		after(async () => {
			await near?.close();
			await far?.close();
			await server?.stop();
		}, { timeout: TEST_MS });
		const step = (name, body) => it(name, { timeout: TEST_MS }, () => keepingLogs(server, async () => {
			try {
				await body();
			} catch (error) {
				console.error(seen.answers.join('\n'));
				await shoot(watch, `failed-whep-${kind}`).catch(() => {});
				throw error;
			}
		}));

		step('the picture comes by WHEP, and by nothing else', async () => {
			await watch.goto(address);
			await seeState(watch, ['live']);
			await assertMoves(watch);
			await seeText(studio, 'viewer-row', /connected/i);
			await seeText(studio, 'viewer-count', /^1\b/);
			await until('candidates were told', () => seen.count('PATCH /whep/:session 204') > 0);
			await until('the events are read', () => seen.count('GET /whep/:session/events/stream 200') > 0);
			assert.equal(seen.count('OPTIONS /whep 200'), 1);
			assert.equal(seen.count('POST /whep 201'), 1);
			assert.deepEqual(seen.requests.filter((request) => request.includes('/signal')), []);
		});

		step('a connection that broke is mended by ICE alone, in the same session', async () => {
			assert.equal(await breakConnection(watch), 'reconnecting');
			await seeState(watch, ['live']);
			await until('ICE has other credentials', () => watch.evaluate(() => {
				const { pc } = globalThis.livebin;
				return pc.isOld && pc.signalingState === 'stable' && !pc.remoteDescription.sdp.includes(`a=ice-ufrag:${pc.ufragBefore}\r`);
			}));
			await until('it is connected', () => watch.evaluate(() => globalThis.livebin.pc.connectionState === 'connected'));
			await assertMoves(watch);
			assert.equal(seen.count('PATCH /whep/:session 200'), 1);
			assert.equal(seen.count('POST /whep 201'), 1);
			await seeText(studio, 'viewer-row', /connected/i);
		});

		step('where it can\'t be mended, another session takes its place', async () => {
			await watch.evaluate(() => {
				const { pc } = globalThis.livebin;
				pc.createOffer = async () => { throw new Error('no'); };
			});
			await breakConnection(watch);
			await until('another connection is there', () => watch.evaluate(() => globalThis.livebin.pc.isOld !== true));
			await seeState(watch, ['live']);
			await assertMoves(watch);
			assert.equal(seen.sessions.length, 2);
			await until('the old one was ended', () => seen.count('DELETE /whep/:session 200') === 1);
			await seeText(studio, 'viewer-count', /^1\b/);
		});

		step('the broadcaster reloads: the page is told to reconnect, and does', async () => {
			await watch.evaluate(() => { globalThis.livebin.pc.isOld = true; });
			await studio.reload();
			await seeText(studio, 'status', /You are live/);
			await until('another connection is there', () => watch.evaluate(() => globalThis.livebin.pc?.isOld !== true));
			await seeState(watch, ['live']);
			await assertMoves(watch);
			await seeText(studio, 'viewer-count', /^1\b/);
			assert.deepEqual(seen.requests.filter((request) => request.includes('/signal')), []);
		});

		step('who leaves ends the session, and is counted no more', async () => {
			const session = seen.sessions.at(-1);
			assert.equal((await send(server.port, 'GET', session)).status, 204);
			await watch.goto('about:blank');
			await seeText(studio, 'viewer-count', /^0$/);
			await until('the session is gone', async () => (await send(server.port, 'GET', session)).status === 404);
		});

		step('an offer without a codec that the broadcaster has: it offers, and the page answers', async () => {
			const page = await far.guest();
			seen = watchRequests(page);
			await page.evaluateOnNewDocument(garbleOffers);
			await page.goto(address);
			await seeState(page, ['live']);
			await assertMoves(page);
			assert.equal(seen.count('POST /whep 406'), 1);
			assert.equal(seen.count('PATCH /whep/:session 204'), 1);
			assert.deepEqual(page.problems, []);
			await page.close();
		});

		step('no page broke its content security policy or threw', async () => {
			assert.deepEqual([...studio.problems, ...watch.problems], []);
		});
	});
}
