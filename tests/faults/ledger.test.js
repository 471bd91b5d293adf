/**
 * The books themselves: falsified in every way, they must complain; and so must the look at a site's disk.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Encoder, target } from '../lib/encoder.js';
import { fault } from '../lib/fault.js';
import { seeded } from '../lib/harm.js';
import { Film, Ledger, Mailbox, Stream } from '../lib/ledger.js';
import { media } from '../lib/media.js';
import { siteComplaints, upkeep } from '../lib/site.js';
import { sql } from '../lib/worker.js';

/** Books of a run in which all was well: three numbers, of which the last wasn't acknowledged. */
function honest() {
	const ledger = new Ledger();
	const box = ledger.open(new Mailbox('one'));
	const film = ledger.open(new Film('one'));
	for (const n of [0, 1, 2]) {
		box.note(n, n < 2);
		film.note(`digest ${n}`, n < 2);
		film.found.push(n < 2 ? `digest ${n}` : null);
	}
	box.read(0);
	box.read(1);
	const stream = ledger.open(new Stream('one', 'key'));
	stream.isLive = true;
	stream.found = { isLive: true };
	ledger.calls.push({ offer: 1, answer: 1 });
	return { ledger, box, film, stream };
}

const FALSIFICATIONS = {
	'a message taken out': [({ box }) => box.got.pop(), /acknowledged and never read: 1$/],
	'a message doubled': [({ box }) => box.got.push(1), /read twice: 1$/],
	'two messages exchanged': [({ box }) => box.got.reverse(), /read out of order: 0$/],
	'a message made up': [({ box }) => box.got.push(7), /read and never sent: 7$/],
	'a segment taken out': [({ film }) => film.found.splice(0, 1, null), /acknowledged and not there: 0$/],
	'the end cut off': [({ film }) => film.found.splice(1), /acknowledged and not there: 1$/],
	'a segment changed': [({ film }) => film.found.splice(1, 1, 'another'), /not what was sent: 1$/],
	'a segment doubled': [({ film }) => film.found.splice(2, 1, 'digest 1'), /not what was sent: 2$/],
	'a segment too many': [({ film }) => film.found.push('digest 1'), /there and never sent: 3$/],
	'a stream gone': [({ stream }) => { stream.found = null; }, /acknowledged and not there$/],
	'a stream that isn\'t live': [({ stream }) => { stream.found = { isLive: false }; }, /started, and isn't$/],
	'an answer of another': [({ ledger }) => { ledger.calls[0].answer = 2; }, /another's answer: 1$/],
};

test('honest books have no complaint', () => {
	const { ledger, box } = honest();
	assert.deepEqual(ledger.complaints(), []);
	box.read(2);
	assert.deepEqual(ledger.complaints(), [], 'what wasn\'t acknowledged may be there all the same');
});

for (const [what, [falsify, complaint]] of Object.entries(FALSIFICATIONS))
	test(`${what}: they complain`, () => {
		const books = honest();
		falsify(books);
		const complaints = books.ledger.complaints();
		assert.equal(complaints.length, 1, String(complaints));
		assert.match(complaints[0], complaint);
	});

test('a seed gives the same numbers again, another one others', () => {
	const draw = (seed) => Array.from({ length: 5 }, seeded(seed));
	assert.deepEqual(draw(7), draw(7));
	assert.notDeepEqual(draw(7), draw(8));
	assert.ok(draw(7).every((number) => number >= 0 && number < 1));
});

/** What is spoiled on a site, how, and what must be said of it. */
const SPOILINGS = {
	'a segment cut short': [({ folder }) => {
		const file = join(folder, 'r0-1.m4s');
		writeFileSync(file, readFileSync(file).subarray(1));
	}, /r0-1\.m4s isn't what was sent/],
	'a draft left': [({ folder }) => writeFileSync(join(folder, '.draft'), ''), /a draft was left: \.draft/],
	'a file that nobody knows': [({ incoming }) => writeFileSync(join(incoming, 'x'.repeat(21)), ''), /nobody knows x+/],
	'a viewer too many': [({ server }) => sql(server.dataDir, "UPDATE audience SET viewers = viewers + 1", 'passing.db'), /viewers of a stream/],
	'bytes that are off': [({ server }) => sql(server.dataDir, 'UPDATE site SET media_bytes = 1'), /bytes of the site/],
	'a row taken out': [({ server }) => sql(server.dataDir, 'DELETE FROM segment WHERE seq = 1'), /segments of a rendition/],
};

fault('a site that is spoiled behind its back is noticed', { env: { LIVEBIN_WORKER: 'no' } }, async ({ api, server, say }) => {
	const source = await media();
	const to = await target(api);
	await new Encoder(api, to, source).run(3);
	await api.view(to.id);
	const sent = [source.init, ...source.segments.map(({ data }) => data)];
	const root = join(server.dataDir, 'media');
	const [name] = readdirSync(join(root, 'kept'));
	await upkeep(server);
	assert.deepEqual(await siteComplaints(server, sent), []);
	for (const [what, [spoil, complaint]] of Object.entries(SPOILINGS)) {
		spoil({ server, folder: join(root, 'kept', name), incoming: join(root, 'incoming') });
		const complaints = await siteComplaints(server, sent);
		assert.ok(complaints.some((text) => complaint.test(text)), `${what}: ${complaints}`);
	}
	say(`${Object.keys(SPOILINGS).length} spoilings, each noticed`);
});
