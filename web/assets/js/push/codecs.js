// @ts-check
/**
 * Which encodings this browser can push, found by asking and by trying: an
 * encoder that says that it can H.264 may still write it in a way that no
 * player reads, or out of order.
 */

const FRAMERATE = 30;
const AUDIO_BPS = 96_000;
const PROBE_MS = 5000;
const PROBE_WIDTH = 640;
const PROBE_HEIGHT = 360;

/** Best first: High, Main, Constrained Baseline. */
const AVC_PROFILES = ['6400', '4d00', '42e0'];
/** Levels of H.264 at 30 frames a second, by macroblocks in a frame. */
const AVC_LEVELS = [
	[1350, '1e'],
	[3600, '1f'],
	[8192, '28'],
	[Infinity, '33'],
];
/** Levels of VP9, by pixels in a frame. */
const VP9_LEVELS = [
	[245_760, '21'],
	[552_960, '30'],
	[983_040, '31'],
	[2_228_224, '40'],
	[Infinity, '50'],
];

/** @typedef {string} VideoKind  the first of a codec string: 'avc1.6400' or 'vp09.00' */

/** @param {number} amount @param {(number|string)[][]} levels */
function levelOf(amount, levels) {
	return String(levels.find(([most]) => amount <= Number(most))?.[1]);
}

/**
 * @param {VideoKind} kind @param {number} width @param {number} height @param {number} bps
 * @returns {VideoEncoderConfig}
 */
export function videoConfig(kind, width, height, bps) {
	const common = { width, height, bitrate: bps, framerate: FRAMERATE };
	const latencyMode = /** @type {const} */ ('realtime');
	if (kind.startsWith('avc1')) {
		const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
		const codec = kind + levelOf(blocks, AVC_LEVELS);
		return { ...common, codec, latencyMode, avc: { format: 'avc' } };
	}
	return { ...common, codec: `vp09.00.${levelOf(width * height, VP9_LEVELS)}.08`, latencyMode };
}

/**
 * What this browser pushes, best first. H.264 plays everywhere; VP9 is for
 * browsers whose H.264 isn't fit to be pushed.
 * @returns {Promise<VideoKind[]>}
 */
export async function videoKinds() {
	/** @type {VideoKind[]} */
	const fit = [];
	if (!('VideoEncoder' in globalThis)) return fit;
	for (const profile of AVC_PROFILES) {
		if (!(await works(`avc1.${profile}`))) continue;
		fit.push(`avc1.${profile}`);
		break;
	}
	if (await isSupported('vp09.00')) fit.push('vp09.00');
	return fit;
}

/** @param {VideoKind} kind */
async function isSupported(kind) {
	const config = videoConfig(kind, 1280, 720, 2_500_000);
	const answer = await VideoEncoder.isConfigSupported(config).catch(() => null);
	return Boolean(answer?.supported);
}

/** Encodes three frames and looks at what comes. @param {VideoKind} kind */
async function works(kind) {
	if (!(await isSupported(kind))) return false;
	/** @type {{type: string, timestamp: number, data: Uint8Array}[]} */
	const chunks = [];
	/** @type {Uint8Array|null} */
	let description = null;
	let encoder = null;
	try {
		encoder = new VideoEncoder({
			output(chunk, meta) {
				const data = new Uint8Array(chunk.byteLength);
				chunk.copyTo(data);
				chunks.push({ type: chunk.type, timestamp: chunk.timestamp, data });
				const given = meta?.decoderConfig?.description;
				if (given) description = bytesOf(given);
			},
			error() {},
		});
		encoder.configure(videoConfig(kind, PROBE_WIDTH, PROBE_HEIGHT, 1_000_000));
		encodeSquares(encoder);
		const late = new Promise((_, reject) => setTimeout(reject, PROBE_MS));
		await Promise.race([encoder.flush(), late]);
	} catch {
		return false;
	} finally {
		if (encoder?.state === 'configured') encoder.close();
	}
	const isInOrder = chunks.every((chunk, i) => chunk.timestamp === i * 33_333);
	return chunks.length === 3 && isInOrder && chunks[0].type === 'key' &&
		description !== null && isAvcC(description) && chunks.every(({ data }) => isNalus(data));
}

/** @param {VideoEncoder} encoder */
function encodeSquares(encoder) {
	const canvas = new OffscreenCanvas(PROBE_WIDTH, PROBE_HEIGHT);
	const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
	for (let i = 0; i < 3; i += 1) {
		pen.fillStyle = `hsl(${i * 90} 60% 40%)`;
		pen.fillRect(i * 99, i * 55, 200, 200);
		const frame = new VideoFrame(canvas, { timestamp: i * 33_333, alpha: 'discard' });
		encoder.encode(frame, { keyFrame: i === 0 });
		frame.close();
	}
}

/**
 * An avcC as ISO/IEC 14496-15 wants it, with the ones in its reserved bits,
 * four bytes a length, and a parameter set of each kind.
 * @param {Uint8Array} bytes
 */
export function isAvcC(bytes) {
	if (bytes.length < 11 || bytes[0] !== 1 || bytes[4] !== 0xff) return false;
	if ((bytes[5] & 0xe0) !== 0xe0 || (bytes[5] & 0x1f) === 0) return false;
	const spsBytes = (bytes[6] << 8) | bytes[7];
	if ((bytes[8] & 0x1f) !== 7) return false;
	const at = 8 + spsBytes;
	return (bytes[5] & 0x1f) > 1 || (bytes[at] >= 1 && (bytes[at + 3] & 0x1f) === 8);
}

/** Whether lengths of four bytes lead from the begin to the end. @param {Uint8Array} bytes */
export function isNalus(bytes) {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	let at = 0;
	while (at + 4 < bytes.length) at += 4 + view.getUint32(at);
	return at === bytes.length && at > 0;
}

/**
 * AAC where the browser has it, for it plays everywhere; else Opus.
 * @param {number} sampleRate @param {number} numberOfChannels
 * @returns {Promise<AudioEncoderConfig|null>}
 */
export async function audioConfig(sampleRate, numberOfChannels) {
	if (!('AudioEncoder' in globalThis)) return null;
	for (const codec of ['mp4a.40.2', 'opus']) {
		const config = { codec, sampleRate, numberOfChannels, bitrate: AUDIO_BPS };
		const answer = await AudioEncoder.isConfigSupported(config).catch(() => null);
		if (answer?.supported) return config;
	}
	return null;
}

/** @param {AllowSharedBufferSource} source */
export function bytesOf(source) {
	if (ArrayBuffer.isView(source)) {
		return new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
	}
	return new Uint8Array(source.slice(0));
}
