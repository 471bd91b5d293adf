/**
 * Media by push: what a PUT costs against the web server's own, what a viewer
 * gets against a plain file, and what a long broadcast costs against a short
 * one.
 */
import fs from 'node:fs';
import path from 'node:path';
import {alternate, rate, time} from '../lib/table.mjs';
import {measure, wrk} from '../lib/load.mjs';
import {startLivebin, startReference, startWebdav} from '../lib/server.mjs';

const SEGMENT_BYTES = 200000;
const SMALL_BYTES = 1000;
const CLIENTS = [1, 4, 16];
const SEGMENTS = 160;
const TAKEN = 'Status: 201\r\nContent-Length: 0\r\n\r\n';

/** The project's root with one more file in its document root. */
function rootWithFile(ctx, name, bytes) {
	const root = path.join(ctx.tmp, 'root');
	fs.mkdirSync(path.join(root, 'web'), {recursive: true});
	for (const entry of ['deploy', 'lighttpd.conf'])
		fs.symlinkSync(path.join(ctx.root, entry), path.join(root, entry));
	for (const entry of fs.readdirSync(path.join(ctx.root, 'web')))
		fs.symlinkSync(path.join(ctx.root, 'web', entry),
		    path.join(root, 'web', entry));
	fs.writeFileSync(path.join(root, 'web', name), Buffer.alloc(bytes, 7));
	return root;
}

/** Every take pushes new names; what it wrote stays until the bench ends. */
function push(ctx, server, where, clients, ...more) {
	return async () => (await measure(ctx.tool('push'), [server.port, where,
		clients, SEGMENTS, SEGMENT_BYTES, ...more])).per_second;
}

async function puts(ctx, servers, clients) {
	const got = await alternate(ctx.rounds, {
		ours: push(ctx, servers.livebin, 'stream', clients),
		webdav: push(ctx, servers.webdav, '', clients),
		stored: push(ctx, servers.stores, '/echo', clients),
		hop: push(ctx, servers.echo, '/echo', clients),
	});
	const what = `PUT of 200 KB, ${clients} at once`;
	const row = (name, reference, aim) => ctx.table.row({
		what: `${what} / ${name}`, ours: rate(got.ours),
		reference: rate(reference), ratio: got.ours / reference,
		aim: `>= ${aim}`, met: got.ours / reference >= aim});
	row('mod_webdav', got.webdav, 0.9);
	row('libfcgi, stored', got.stored, 0.8);
	ctx.table.note(`${what}: a libfcgi program that stores the body takes ` +
	    `${(got.stored / got.webdav).toFixed(2)} of mod_webdav's, one that ` +
	    `throws it away ${(got.hop / got.webdav).toFixed(2)}.`);
}

async function flow(ctx, servers, clients) {
	const got = await alternate(ctx.rounds, {
		ours: push(ctx, servers.livebin, 'stream', clients, 'list'),
		webdav: push(ctx, servers.webdav, '', clients, 'list'),
	});
	ctx.table.row({
		what: `segment and list, ${clients} at once / mod_webdav`,
		ours: rate(got.ours), reference: rate(got.webdav),
		ratio: got.ours / got.webdav, aim: 'it syncs a row, they nothing'});
}

/** A segment that is live now. @returns {Promise<string>} its URL */
async function findSegment(server) {
	const active = await (await fetch(`${server.url}/api/live/active`)).json();
	const index = new URL(active.streams.find(s => s.hlsUrl !== null).hlsUrl);
	const list = await (await fetch(server.url + index.pathname)).text();
	const name = list.split('\n').findLast(line => line.endsWith('.m4s'));
	return new URL(name, server.url + index.pathname).href;
}

async function gets(ctx, livebin, file) {
	const segment = await findSegment(livebin);
	const {seconds} = ctx;
	const got = await alternate(ctx.rounds, {
		ours: () => wrk(segment, {seconds}),
		file: () => wrk(`${livebin.url}/${file}`, {seconds}),
	});
	const ratio = got.ours / got.file;
	ctx.table.row({what: 'GET of a segment / a file of that size',
		ours: rate(got.ours), reference: rate(got.file), ratio,
		aim: '>= 0.9, "the same"', met: ratio >= 0.9});
}

/** The longer ones against the first of `counts`. */
function flat(ctx, what, got, counts, max) {
	const [few, ...more] = counts;
	for (const count of more) {
		const ratio = got[count] / got[few];
		ctx.table.row({
			what: `${what}, ${count.toLocaleString('en')} segments / ${few}`,
			ours: time(got[count]), reference: time(got[few]), ratio,
			aim: `<= ${max}, "flat"`, met: ratio <= max});
	}
}

async function histories(ctx) {
	const livebin = await startLivebin(ctx, 'history',
	    {env: {LIVEBIN_FFMPEG: ''}});
	const counts = [10, 1000, 10000];
	const got = await measure(ctx.tool('history'), [livebin.port,
		ctx.quick ? 1 : 5, 200, SMALL_BYTES, ...counts]);
	const named = what => Object.fromEntries(counts.map(count =>
	    [count, got[`${what}_${count}_us`]]));
	flat(ctx, 'segment and list', named('push'), counts, 1.25);
	/* The playlist of the longest is written anew, some 300 KB. */
	flat(ctx, 'stop to replay', named('replay'), counts, 3);
}

export default async function media(ctx) {
	const file = 'static.m4s';
	const servers = {
		livebin: await startLivebin(ctx, 'media',
		    {root: rootWithFile(ctx, file, SEGMENT_BYTES)}),
		webdav: await startWebdav(ctx, Math.max(...CLIENTS)),
		echo: await startReference(ctx, TAKEN, ''),
		stores: await startReference(ctx, TAKEN, '', {stores: true}),
	};
	for (const clients of CLIENTS)
		await puts(ctx, servers, clients);
	for (const clients of CLIENTS)
		await flow(ctx, servers, clients);
	await gets(ctx, servers.livebin, file);
	await histories(ctx);
}
