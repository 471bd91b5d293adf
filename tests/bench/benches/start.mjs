/** A door as plain CGI, from its start to its end, against /bin/true. */
import path from 'node:path';
import {alternate, time} from '../lib/table.mjs';
import {makeStreams, measure} from '../lib/load.mjs';
import {startLivebin} from '../lib/server.mjs';

const RUNS = 50;
const AIM_US = 10000;

export default async function start(ctx) {
	const livebin = await startLivebin(ctx, 'start');
	await makeStreams(livebin, 20);
	const env = {...livebin.environment('active'),
		GATEWAY_INTERFACE: 'CGI/1.1', SERVER_PROTOCOL: 'HTTP/1.1',
		REQUEST_METHOD: 'GET', REQUEST_URI: '/api/live/active',
		SCRIPT_NAME: '/api/live/active', QUERY_STRING: '',
		SERVER_NAME: 'localhost', SERVER_PORT: String(livebin.port),
		REMOTE_ADDR: '127.0.0.1'};
	const run = program => async () => (await measure(ctx.tool('spawn'),
	    [RUNS, program], {env})).p50_us;
	const got = await alternate(ctx.rounds, {
		ours: run(path.join(ctx.build, 'cgi-bin/active')),
		nothing: run('/bin/true'),
	});
	ctx.table.row({what: 'plain CGI: GET active, start to end / /bin/true',
		ours: time(got.ours), reference: time(got.nothing),
		ratio: got.ours / got.nothing, aim: '< 10 ms',
		met: got.ours < AIM_US});
}
