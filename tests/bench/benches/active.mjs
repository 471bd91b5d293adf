/**
 * GET active with 20 streams on the air, against an echo of the same answer
 * through the same web server, and against the same bytes as a file.
 */
import {alternate, rate} from '../lib/table.mjs';
import {capture, makeStreams, wrk} from '../lib/load.mjs';
import {startLivebin, startReference} from '../lib/server.mjs';

const STREAMS = 20;

export default async function active(ctx) {
	const livebin = await startLivebin(ctx);
	await makeStreams(livebin, STREAMS);
	const page = `${livebin.url}/api/live/active`;
	const program = `${page}?limit=${STREAMS}`;
	const seen = await capture(page);
	const reference = await startReference(ctx, seen.response, seen.body);
	const {seconds} = ctx;
	const got = await alternate(ctx.rounds, {
		ours: () => wrk(page, {seconds}),
		echo: () => wrk(`${reference.url}/echo`, {seconds}),
		asked: () => wrk(program, {seconds}),
		file: () => wrk(`${reference.url}/static.json`, {seconds}),
	});
	ctx.table.row({what: 'GET active, 20 live / libfcgi echo',
		ours: rate(got.ours), reference: rate(got.echo),
		ratio: got.ours / got.echo, aim: '>= 0.8',
		met: got.ours / got.echo >= 0.8});
	ctx.table.row({what: 'GET active?limit=20 / libfcgi echo',
		ours: rate(got.asked), reference: rate(got.echo),
		ratio: got.asked / got.echo, aim: '>= 0.8',
		met: got.asked / got.echo >= 0.8});
	ctx.table.row({what: 'GET active, 20 live / static file',
		ours: rate(got.ours), reference: rate(got.file),
		ratio: got.ours / got.file, aim: '>= 0.9 once it is a file'});
	ctx.table.note(`active: the answer has ${seen.body.length} bytes, ` +
	    `${seen.response.length - seen.body.length} more of headers; ` +
	    '16 connections.');
}
