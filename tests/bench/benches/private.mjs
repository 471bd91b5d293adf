/**
 * A PRIVATE stream: what a viewer gets by the name of its own against a plain
 * file, and what a token costs where a stream is looked at.
 */
import fs from 'node:fs';
import path from 'node:path';
import {alternate, rate} from '../lib/table.mjs';
import {wrk} from '../lib/load.mjs';
import {startLivebin} from '../lib/server.mjs';

const PACKET = 188;
const PACKETS = 1064;

/** A segment as far as its packets' first bytes say. */
function segmentBytes() {
	const bytes = Buffer.alloc(PACKET * PACKETS, 7);
	for (let at = 0; at < bytes.length; at += PACKET)
		bytes[at] = 0x47;
	return bytes;
}

async function call(server, method, at, {body, key} = {}) {
	const headers = key ? {Authorization: `Bearer ${key}`} : {};
	if (typeof body === 'string')
		headers['Content-Type'] = 'application/json';
	const answer = await fetch(`${server.url}/api/live${at}`,
	    {method, headers, body});
	if (!answer.ok)
		throw new Error(`${method} ${at}: ${answer.status} ${await answer.text()}`);
	return answer.json().catch(() => null);
}

/** A live stream with a segment. */
async function broadcast(server, visibility, bytes) {
	const {videoId: id, streamKey: key} = await call(server, 'POST', '/create',
	    {body: JSON.stringify({title: 'A bench', visibility})});
	await call(server, 'PUT', `/${id}/media/a0.ts`, {body: bytes, key});
	await call(server, 'PUT', `/${id}/media/a.m3u8`, {key,
		body: Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na0.ts\n')});
	return {id, key};
}

export default async function privateBench(ctx) {
	const bytes = segmentBytes();
	const root = path.join(ctx.tmp, 'private-root');
	fs.mkdirSync(path.join(root, 'web'), {recursive: true});
	for (const entry of ['deploy', 'lighttpd.conf'])
		fs.symlinkSync(path.join(ctx.root, entry), path.join(root, entry));
	fs.writeFileSync(path.join(root, 'web', 'static.ts'), bytes);
	const server = await startLivebin(ctx, 'private', {root});
	const open = await broadcast(server, 'PUBLIC', bytes);
	const shut = await broadcast(server, 'PRIVATE', bytes);
	const {token} = await call(server, 'POST', `/${shut.id}/token`,
	    {key: shut.key, body: '{}'});
	const {hlsUrl} = await call(server, 'GET', `/${shut.id}?token=${token}`);
	const segment = new URL('r0-0.ts', hlsUrl).href;
	const {seconds} = ctx;
	const got = await alternate(ctx.rounds, {
		segment: () => wrk(segment, {seconds}),
		file: () => wrk(`${server.url}/static.ts`, {seconds}),
		shut: () => wrk(`${server.url}/api/live/${shut.id}?token=${token}`,
		    {seconds}),
		open: () => wrk(`${server.url}/api/live/${open.id}`, {seconds}),
	});
	const ratio = got.segment / got.file;
	ctx.table.row({what: 'GET of a PRIVATE segment / a file of that size',
		ours: rate(got.segment), reference: rate(got.file), ratio,
		aim: '>= 0.9, "the same"', met: ratio >= 0.9});
	ctx.table.row({what: 'GET of a PRIVATE stream by token / a PUBLIC one',
		ours: rate(got.shut), reference: rate(got.open),
		ratio: got.shut / got.open, aim: 'a signature and two reads more'});
}
