// @ts-check
/**
 * As much of fragmented MP4 (ISO/IEC 14496-12) as it takes to cut what a
 * MediaRecorder writes: its tracks, and how long its fragments are. What
 * doesn't make sense is an Error.
 */

/**
 * @typedef {{type: string, start: number, body: number, end: number}} Box
 * @typedef {{id: number, scale: number, isVideo: boolean, codec: string,
 *     duration: number, flags: number}} Track  the last two: what trex says of samples
 * @typedef {{startUs: number, durationUs: number, isKey: boolean}} Fragment
 */

/** A sample that others are needed for. */
const NOT_SYNC = 0x00010000;

/**
 * The boxes in a stretch of bytes; one that isn't whole yet is left out.
 * @param {DataView} view @param {number} from @param {number} to
 * @returns {Box[]}
 */
export function boxesIn(view, from, to) {
	const boxes = [];
	let at = from;
	while (at + 8 <= to) {
		let size = view.getUint32(at);
		let body = at + 8;
		if (size === 1) {
			if (at + 16 > to) break;
			size = Number(view.getBigUint64(at + 8));
			body = at + 16;
		}
		if (at + size < body) throw new Error('a box without an end');
		if (at + size > to) break;
		boxes.push({ type: typeAt(view, at + 4), start: at, body, end: at + size });
		at += size;
	}
	return boxes;
}

/** @param {DataView} view @param {number} at */
function typeAt(view, at) {
	return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}

/**
 * @param {DataView} view @param {Box} box @param {string} path  as "mdia/minf/stbl"
 * @returns {Box} throws where there is none
 */
function inside(view, box, path) {
	let found = box;
	for (const type of path.split('/')) {
		const next = boxesIn(view, found.body, found.end).find((one) => one.type === type);
		if (!next) throw new Error(`no ${type}`);
		found = next;
	}
	return found;
}

/**
 * @param {DataView} view @param {Box} moov
 * @returns {Track[]}
 */
export function tracksOf(view, moov) {
	const defaults = new Map();
	for (const trex of boxesIn(view, inside(view, moov, 'mvex').body, moov.end)) {
		if (trex.type !== 'trex') continue;
		defaults.set(view.getUint32(trex.body + 4), {
			duration: view.getUint32(trex.body + 12),
			flags: view.getUint32(trex.body + 20),
		});
	}
	const traks = boxesIn(view, moov.body, moov.end).filter((box) => box.type === 'trak');
	return traks.map((trak) => {
		const tkhd = inside(view, trak, 'tkhd');
		const mdhd = inside(view, trak, 'mdia/mdhd');
		const id = view.getUint32(tkhd.body + (view.getUint8(tkhd.body) ? 20 : 12));
		const stsd = inside(view, trak, 'mdia/minf/stbl/stsd');
		return {
			id,
			scale: view.getUint32(mdhd.body + (view.getUint8(mdhd.body) ? 20 : 12)),
			isVideo: typeAt(view, inside(view, trak, 'mdia/hdlr').body + 8) === 'vide',
			codec: typeAt(view, stsd.body + 12),
			...(defaults.get(id) ?? { duration: 0, flags: 0 }),
		};
	});
}

/**
 * What a fragment holds of a track; null where it holds nothing of it.
 * @param {DataView} view @param {Box} moof @param {Track} track
 * @returns {Fragment|null}
 */
export function fragmentOf(view, moof, track) {
	for (const traf of boxesIn(view, moof.body, moof.end)) {
		if (traf.type !== 'traf') continue;
		const head = headOf(view, inside(view, traf, 'tfhd'), track);
		if (head.id !== track.id) continue;
		const tfdt = inside(view, traf, 'tfdt');
		const time = view.getUint8(tfdt.body)
			? Number(view.getBigUint64(tfdt.body + 4))
			: view.getUint32(tfdt.body + 4);
		const run = runOf(view, inside(view, traf, 'trun'), head);
		const us = (/** @type {number} */ ticks) => Math.round((ticks / track.scale) * 1e6);
		return { startUs: us(time), durationUs: us(run.duration), isKey: !(run.flags & NOT_SYNC) };
	}
	return null;
}

/** @param {DataView} view @param {Box} tfhd @param {Track} track */
function headOf(view, tfhd, track) {
	const flags = view.getUint32(tfhd.body);
	const head = { id: view.getUint32(tfhd.body + 4), duration: track.duration, flags: track.flags };
	let at = tfhd.body + 8;
	if (flags & 0x01) at += 8;
	if (flags & 0x02) at += 4;
	if (flags & 0x08) {
		head.duration = view.getUint32(at);
		at += 4;
	}
	if (flags & 0x10) at += 4;
	if (flags & 0x20) head.flags = view.getUint32(at);
	return head;
}

/**
 * The run's length, and its first sample's flags.
 * @param {DataView} view @param {Box} trun @param {{duration: number, flags: number}} head
 */
function runOf(view, trun, head) {
	const flags = view.getUint32(trun.body);
	const count = view.getUint32(trun.body + 4);
	let at = trun.body + 8;
	let first = head.flags;
	if (flags & 0x01) at += 4;
	if (flags & 0x04) {
		first = view.getUint32(at);
		at += 4;
	}
	const width = [0x100, 0x200, 0x400, 0x800].filter((bit) => flags & bit).length * 4;
	if (at + width * count > trun.end) throw new Error('a run without an end');
	if (flags & 0x400 && !(flags & 0x04)) {
		first = view.getUint32(at + (flags & 0x100 ? 4 : 0) + (flags & 0x200 ? 4 : 0));
	}
	let duration = flags & 0x100 ? 0 : head.duration * count;
	for (let i = 0; flags & 0x100 && i < count; i += 1) duration += view.getUint32(at + i * width);
	return { duration, flags: first };
}
