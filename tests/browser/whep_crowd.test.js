/**
 * A room of ten WHEP players, who leave with a word and without: they are viewers for as long as they are connected.
 */
import { describe } from 'node:test';

import { Stage } from '../lib/stage.js';
import { sleep } from '../lib/wait.js';
import { assertSeen, CAMERA, WhepBroadcast } from '../lib/whep_players.js';

const ROOM = 10;
const VIEWER_TIMEOUT_S = 10;

describe('a room of WHEP players', () => {
	const stage = new Stage('whep-crowd', {
		LIVEBIN_MAX_PEERS: String(ROOM), LIVEBIN_VIEWER_TIMEOUT: String(VIEWER_TIMEOUT_S),
	}, { camera: CAMERA });
	const broadcast = new WhepBroadcast(stage);
	/** Ten who have seen enough, and are counted. */
	const fill = async (...args) => {
		const player = broadcast.play('aiortc_whep.py', '--sessions', String(ROOM), ...args);
		for (let i = 0; i < ROOM; i++) assertSeen(await player.decoded());
		await broadcast.viewersAre(ROOM);
		return player;
	};

	stage.story('who say nothing are viewers as long as they are connected, and leave by DELETE', async () => {
		const player = await fill();
		await sleep(VIEWER_TIMEOUT_S * 1000);
		await broadcast.viewersAre(ROOM);
		await player.leave();
		await broadcast.viewersAre(0);
	});

	stage.story('leave by closing, without a word to the server', async () => {
		const player = await fill('--no-delete');
		await player.leave();
		await broadcast.viewersAre(0);
	});

	stage.story('fall silent', async () => {
		const player = await fill();
		player.freeze();
		await broadcast.viewersAre(0);
		await player.kill();
	});
});
