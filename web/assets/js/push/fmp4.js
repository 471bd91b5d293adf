// @ts-check
/**
 * Fragmented MP4 (ISO/IEC 14496-12, CMAF): an init section, and segments of
 * one moof and one mdat with a traf for each track. It knows H.264, VP9, Opus
 * and AAC, of which it takes the encoder's own description; it knows nothing
 * of time but what it is told. Frames are in decoding order and none is
 * shown out of it: encoders that run in real time give them so.
 */

/**
 * @typedef {object} VideoConfig
 * @property {string} codec  as WebCodecs calls it: avc1.* or vp09.*
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array|null} description  an avcC's content, of avc1
 * @property {{primaries?: string|null, transfer?: string|null, matrix?: string|null,
 *     fullRange?: boolean|null}} [colour]
 *
 * @typedef {object} AudioConfig
 * @property {string} codec  opus or mp4a.40.*
 * @property {number} rate  samples a second
 * @property {number} channels
 * @property {Uint8Array|null} description  an OpusHead, or an AudioSpecificConfig
 *
 * @typedef {object} Sample
 * @property {number} duration  in the track's timescale
 * @property {boolean} isKey
 * @property {Uint8Array} data
 *
 * @typedef {object} Run  one track's part of a segment
 * @property {number} trackId
 * @property {number} time  of the first sample, in the track's timescale
 * @property {Sample[]} samples  at least one
 */

export const VIDEO_TRACK = 1;
export const AUDIO_TRACK = 2;
/** Ticks a second of the video track; the audio track's are its samples. */
export const VIDEO_SCALE = 90_000;

/** Depends on nothing; or on others and no place to begin. */
const KEY_FLAGS = 0x02000000;
const DELTA_FLAGS = 0x01010000;
/** Samples that the decoder swallows first, where the encoder says nothing. */
const OPUS_PRESKIP = 312;

/** @typedef {Uint8Array|number[]} Part */

const u8 = (/** @type {number[]} */ ...n) => n;
const u16 = (/** @type {number[]} */ ...list) => list.flatMap((n) => [(n >> 8) & 255, n & 255]);
const u32 = (/** @type {number[]} */ ...list) =>
	list.flatMap((n) => [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
const u64 = (/** @type {number} */ n) => u32(Math.floor(n / 2 ** 32), n >>> 0);
const ascii = (/** @type {string} */ text) => [...text].map((c) => c.charCodeAt(0));
const zeros = (/** @type {number} */ n) => new Uint8Array(n);
/** 16.16, one. */
const ONE = 0x00010000;
const MATRIX = u32(ONE, 0, 0, 0, ONE, 0, 0, 0, 0x40000000);

/** @param {Part[]} parts */
function join(parts) {
	let size = 0;
	for (const part of parts) size += part.length;
	const all = new Uint8Array(size);
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}

/** @param {string} type @param {Part[]} parts */
function box(type, ...parts) {
	const body = join(parts);
	return join([u32(body.length + 8), ascii(type), body]);
}

/** @param {string} type @param {number} version @param {number} flags @param {Part[]} parts */
const full = (type, version, flags, ...parts) =>
	box(type, u32((version << 24) | flags), ...parts);

/**
 * The init section.
 * @param {VideoConfig|null} video
 * @param {AudioConfig|null} audio
 * @returns {Uint8Array}
 */
export function initSection(video, audio) {
	const traks = [];
	const trexs = [];
	if (video) {
		traks.push(videoTrack(video));
		trexs.push(full('trex', 0, 0, u32(VIDEO_TRACK, 1, 0, 0, DELTA_FLAGS)));
	}
	if (audio) {
		traks.push(audioTrack(audio));
		trexs.push(full('trex', 0, 0, u32(AUDIO_TRACK, 1, 0, 0, KEY_FLAGS)));
	}
	const mvhd = full('mvhd', 0, 0, u32(0, 0, 1000, 0, ONE), u16(0x0100, 0), u32(0, 0),
		MATRIX, zeros(24), u32(AUDIO_TRACK + 1));
	return join([
		box('ftyp', ascii('iso6'), u32(0), ascii('iso6'), ascii('cmfc'), ascii('mp41')),
		box('moov', mvhd, ...traks, box('mvex', ...trexs)),
	]);
}

/** @param {VideoConfig} video */
function videoTrack(video) {
	const entry = box(video.codec.startsWith('avc1') ? 'avc1' : 'vp09',
		zeros(6), u16(1), zeros(16), u16(video.width, video.height),
		u32(0x00480000, 0x00480000, 0), u16(1), zeros(32), u16(24, 0xffff),
		video.codec.startsWith('avc1') ? box('avcC', video.description ?? zeros(0)) : vpcC(video),
		box('colr', ascii('nclx'), u16(...colourNumbers(video)),
			u8(video.colour?.fullRange ? 0x80 : 0)));
	return track(VIDEO_TRACK, VIDEO_SCALE, 'vide', full('vmhd', 0, 1, zeros(8)), entry,
		u32(video.width * ONE, video.height * ONE));
}

/** @param {AudioConfig} audio */
function audioTrack(audio) {
	const isOpus = audio.codec === 'opus';
	const entry = box(isOpus ? 'Opus' : 'mp4a', zeros(6), u16(1), zeros(8),
		u16(audio.channels, 16, 0, 0), u32(audio.rate * ONE),
		isOpus ? dOps(audio) : esds(audio));
	return track(AUDIO_TRACK, audio.rate, 'soun', full('smhd', 0, 0, zeros(4)), entry,
		u32(0, 0));
}

/**
 * @param {number} id @param {number} scale @param {'vide'|'soun'} kind
 * @param {Uint8Array} header @param {Uint8Array} entry @param {number[]} size
 */
function track(id, scale, kind, header, entry, size) {
	const isSound = kind === 'soun';
	const empty = (/** @type {string} */ type) => full(type, 0, 0, u32(0));
	const stbl = box('stbl', full('stsd', 0, 0, u32(1), entry), empty('stts'),
		empty('stsc'), full('stsz', 0, 0, u32(0, 0)), empty('stco'));
	const dinf = box('dinf', full('dref', 0, 0, u32(1), full('url ', 0, 1)));
	const hdlr = full('hdlr', 0, 0, u32(0), ascii(kind), zeros(12),
		ascii(isSound ? 'sound\0' : 'picture\0'));
	// 0x55c4: "und", five bits a letter.
	const mdhd = full('mdhd', 0, 0, u32(0, 0, scale, 0), u16(0x55c4, 0));
	const tkhd = full('tkhd', 0, 3, u32(0, 0, id, 0, 0), zeros(8),
		u16(0, isSound ? 1 : 0, isSound ? 0x0100 : 0, 0), MATRIX, size);
	return box('trak', tkhd, box('mdia', mdhd, hdlr, box('minf', header, dinf, stbl)));
}

/** VP Codec ISO Media File Format Binding. @param {VideoConfig} video */
function vpcC(video) {
	const [, profile, level, depth] = video.codec.split('.').map(Number);
	const chroma = 1; // 4:2:0, where luma's samples are
	const isFull = video.colour?.fullRange ? 1 : 0;
	return full('vpcC', 1, 0, u8(profile || 0, level || 10,
		((depth || 8) << 4) | (chroma << 1) | isFull, ...colourNumbers(video)), u16(0));
}

/** @type {Record<string, number>} */
const PRIMARIES = { bt709: 1, bt470bg: 5, smpte170m: 6, bt2020: 9, smpte432: 12 };
/** @type {Record<string, number>} */
const TRANSFER = { bt709: 1, smpte170m: 6, linear: 8, 'iec61966-2-1': 13, pq: 16, hlg: 18 };
/** @type {Record<string, number>} */
const MATRICES = { rgb: 0, bt709: 1, bt470bg: 5, smpte170m: 6, 'bt2020-ncl': 9 };

/** ISO/IEC 23091-2; 2 is "not said". @param {VideoConfig} video */
function colourNumbers({ colour }) {
	return [
		PRIMARIES[colour?.primaries ?? ''] ?? 2,
		TRANSFER[colour?.transfer ?? ''] ?? 2,
		MATRICES[colour?.matrix ?? ''] ?? 2,
	];
}

/**
 * The OpusHead of Ogg in big-endian numbers and without its magic.
 * @param {AudioConfig} audio
 */
function dOps({ description, channels, rate }) {
	let preskip = OPUS_PRESKIP;
	let inputRate = rate;
	if (description && description.length >= 19) {
		const head = new DataView(description.buffer, description.byteOffset, 19);
		preskip = head.getUint16(10, true);
		inputRate = head.getUint32(12, true);
	}
	return box('dOps', u8(0, channels), u16(preskip), u32(inputRate), u16(0), u8(0));
}

/** ISO/IEC 14496-1, 7.2.6: descriptors in each other. @param {AudioConfig} audio */
function esds({ description }) {
	const descriptor = (/** @type {number} */ tag, /** @type {Part[]} */ ...parts) => {
		const body = join(parts);
		return join([u8(tag, 0x80, 0x80, 0x80, body.length), body]);
	};
	const decoder = descriptor(4, u8(0x40, 0x15), zeros(3), u32(0, 0),
		descriptor(5, description ?? zeros(0)));
	return full('esds', 0, 0, descriptor(3, u16(0), u8(0), decoder, descriptor(6, u8(2))));
}

/**
 * A segment.
 * @param {number} sequence  grows from segment to segment
 * @param {Run[]} runs  one a track
 * @returns {Uint8Array}
 */
export function mediaSegment(sequence, runs) {
	const build = (/** @type {number} */ moofBytes) => {
		let offset = moofBytes + 8;
		const trafs = runs.map((run) => {
			const traf = trackFragment(run, offset);
			for (const { data } of run.samples) offset += data.length;
			return traf;
		});
		return box('moof', full('mfhd', 0, 0, u32(sequence)), ...trafs);
	};
	// Offsets count from the moof's begin, and its size doesn't hang on them.
	const moof = build(build(0).length);
	const data = runs.flatMap((run) => run.samples.map((sample) => sample.data));
	let bytes = 8;
	for (const one of data) bytes += one.length;
	return join([
		box('styp', ascii('cmfs'), u32(0), ascii('cmfs'), ascii('iso6')),
		moof, u32(bytes), ascii('mdat'), ...data,
	]);
}

/** @param {Run} run @param {number} offset */
function trackFragment({ trackId, time, samples }, offset) {
	const rows = new DataView(new ArrayBuffer(samples.length * 12));
	samples.forEach((sample, i) => {
		rows.setUint32(i * 12, sample.duration);
		rows.setUint32(i * 12 + 4, sample.data.length);
		rows.setUint32(i * 12 + 8, sample.isKey ? KEY_FLAGS : DELTA_FLAGS);
	});
	return box('traf',
		// default-base-is-moof
		full('tfhd', 0, 0x020000, u32(trackId)),
		full('tfdt', 1, 0, u64(time)),
		// data offset; a sample's duration, size and flags
		full('trun', 0, 0x000701, u32(samples.length, offset), new Uint8Array(rows.buffer)));
}
