/**
 * From a POST to the receipt on the other side's parked GET, at rest and in a
 * crowd, against a round trip to an echo taken between the samples.
 */
import {measure} from '../lib/load.mjs';
import {startLivebin, startReference} from '../lib/server.mjs';
import {time} from '../lib/table.mjs';

const BODY = '{"success":true}';
const ECHO = 'Status: 200\r\nContent-Type: application/json\r\n' +
    'Cache-Control: no-store\r\nAccess-Control-Allow-Origin: *\r\n' +
    `X-Request-Id: 000000000000000000000\r\nContent-Length: ${BODY.length}` +
    `\r\n\r\n${BODY}`;

async function crowd(ctx, livebin, echo, parked) {
	const got = await measure(ctx.tool('signal_latency'),
	    [livebin.port, echo.port, parked, ctx.quick ? 400 : 2000]);
	const ratio = got.signal_p50_us / got.echo_p50_us;
	const where = parked === 0 ? 'at rest' : `${parked} parked`;
	ctx.table.row({what: `signal to receipt p50, ${where} / round trip`,
		ours: time(got.signal_p50_us), reference: time(got.echo_p50_us),
		ratio, aim: '<= 2', met: ratio <= 2});
	ctx.table.row({what: `signal to receipt p99, ${where}`,
		ours: time(got.signal_p99_us), reference: time(got.echo_p99_us),
		aim: '< 10 ms', met: got.signal_p99_us < 10000});
	ctx.table.note(`signal, ${where}: longest ${time(got.signal_max_us)} ` +
	    `(echo ${time(got.echo_max_us)}); POST answered p50 ` +
	    `${time(got.posted_p50_us)}, p99 ${time(got.posted_p99_us)}.`);
}

export default async function signal(ctx) {
	const livebin = await startLivebin(ctx);
	const echo = await startReference(ctx, ECHO, BODY);
	await crowd(ctx, livebin, echo, 0);
	await crowd(ctx, livebin, echo, 1000);
}
