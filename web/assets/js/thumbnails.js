// @ts-check
/**
 * Pictures of a timeline: a WebVTT file whose cues name a part of an image,
 * `thumbs.jpg#xywh=160,90,160,90`.
 */

const CUES_MAX = 20_000;
const TIMES = /^(?:(\d+):)?(\d\d):(\d\d\.\d{3})\s+-->\s+(?:(\d+):)?(\d\d):(\d\d\.\d{3})/;
const PART = /^(.+)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/;

/**
 * @typedef {object} Thumbnail
 * @property {number} start seconds
 * @property {number} end
 * @property {string} url of the whole image
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 */

/** @param {string} text @param {string} base the file's own address @returns {Thumbnail[]} */
export function parseThumbnails(text, base) {
	const found = [];
	const blocks = text.replaceAll('\r\n', '\n').split(/\n{2,}/).slice(0, CUES_MAX);
	for (const block of blocks) {
		const rows = block.split('\n');
		const at = rows.findIndex((row) => TIMES.test(row));
		const times = TIMES.exec(rows[at] ?? '');
		const part = PART.exec((rows[at + 1] ?? '').trim());
		if (!times || !part) continue;
		const [x, y, width, height] = part.slice(2).map(Number);
		found.push({
			start: secondsOf(times.slice(1, 4)),
			end: secondsOf(times.slice(4, 7)),
			url: new URL(part[1], base).href,
			x,
			y,
			width,
			height,
		});
	}
	return found;
}

/** @param {(string|undefined)[]} parts */
const secondsOf = ([h, m, s]) => Number(h ?? 0) * 3600 + Number(m) * 60 + Number(s);

/**
 * The picture of a moment; behind the last one, the last.
 * @param {Thumbnail[]} all in the order of time @param {number} seconds
 */
export function thumbnailAt(all, seconds) {
	let low = 0;
	let high = all.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (all[middle].start <= seconds) low = middle + 1;
		else high = middle;
	}
	return all[low - 1] ?? null;
}

/**
 * Fetches them; a timeline without pictures is one all the same.
 * @param {string} url @returns {Promise<Thumbnail[]>}
 */
export async function loadThumbnails(url) {
	const base = new URL(url, location.href).href;
	const answer = await fetch(base, { credentials: 'omit' }).catch(() => null);
	return answer?.ok ? parseThumbnails(await answer.text(), base) : [];
}
