/**
 * The line of sound, with an encoder that only says what it was given.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { until } from '../lib/wait.js';
import { webModule } from '../lib/web.js';

const RATE = 48_000;
const BLOCK = 480;
const BLOCK_US = 10_000;

/** Gives each block back as a chunk of its own. */
class PretendEncoder {
	static async isConfigSupported() {
		return { supported: true };
	}

	state = 'unconfigured';

	constructor({ output }) {
		this.output = output;
	}

	configure() {
		this.state = 'configured';
	}

	encode({ timestamp, numberOfFrames }) {
		const duration = Math.round((numberOfFrames / RATE) * 1e6);
		this.output({ timestamp, duration, byteLength: 1, copyTo() {} });
	}

	async flush() {}

	close() {
		this.state = 'closed';
	}
}

class PretendData {
	constructor(facts) {
		Object.assign(this, facts);
	}

	close() {}
}

/** A microphone whose first block is of `us`, while the open segment's picture begins at `beginUs`. */
async function line(us, beginUs) {
	const { AudioLine } = await webModule('push/audio-line.js');
	const chunks = [];
	const made = new AudioLine({ chunk: (chunk) => chunks.push(chunk), begin: () => beginUs, unable() {} });
	for (let at = us; at < us + 500_000; at += BLOCK_US) {
		made.push({ planes: [new Float32Array(BLOCK)], rate: RATE }, at);
		await null;
	}
	await until('sound comes out', () => chunks.length > 10);
	made.close();
	return { beginUs: chunks[0].us, chunks };
}

describe('the line of sound', () => {
	before(() => {
		globalThis.AudioEncoder = PretendEncoder;
		globalThis.AudioData = PretendData;
	});

	it('is led by silence from where the picture begins', async () => {
		const { beginUs, chunks } = await line(400_000, 100_000);
		assert.equal(beginUs, 100_000);
		chunks.slice(1).forEach(({ us }, i) => assert.equal(us, chunks[i].us + chunks[i].durationUs, 'no hole'));
	});

	it('begins at the very begin where no picture is out of its encoder yet, which may be an earlier one', async () => {
		const { beginUs } = await line(400_000, null);
		assert.equal(beginUs, 0);
	});

	it('begins where it begins, if that is long after the picture', async () => {
		assert.equal((await line(9_000_000, 100_000)).beginUs, 9_000_000);
		assert.equal((await line(9_000_000, null)).beginUs, 9_000_000);
	});
});
