// @ts-check
/** Numbers and times in words. */

const COUNT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** @param {number} n */
export const count = (n) => COUNT.format(n);

/** @param {number} n */
export const viewers = (n) => `${count(n)} ${n === 1 ? 'viewer' : 'viewers'}`;

/** @param {number} n */
export const watching = (n) => `${count(n)} watching`;

/**
 * "Just went live", "Live for 12 min", "Live for 3 h 5 min"
 * @param {string|null} iso @param {number} [nowMs]
 */
export function liveSince(iso, nowMs = Date.now()) {
	if (!iso) return '';
	const minutes = Math.floor((nowMs - Date.parse(iso)) / 60_000);
	if (!(minutes >= 1)) return 'Just went live';
	if (minutes < 60) return `Live for ${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours < 24) return `Live for ${hours} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
	return `Live for ${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A clock, 0:07 or 1:02:03. @param {number} ms */
export function clock(ms) {
	const s = Math.max(0, Math.floor(ms / 1000));
	const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
	const minutes = Math.floor(s / 60) % 60;
	const hours = Math.floor(s / 3600);
	return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** @param {number} bitsPerSecond */
export function bitrate(bitsPerSecond) {
	if (bitsPerSecond >= 1e6) return `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;
	return `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}

/** "840 kB", "12.3 MB" @param {number} n */
export function bytes(n) {
	if (n >= 1e9) return `${(n / 1e9).toFixed(1)} GB`;
	if (n >= 1e6) return `${(n / 1e6).toFixed(1)} MB`;
	return `${Math.max(1, Math.round(n / 1000))} kB`;
}

/** A time as it is spoken, "1 hour 2 minutes 3 seconds". @param {number} seconds */
export function spoken(seconds) {
	const s = Math.max(0, Math.floor(seconds));
	const parts = [
		[Math.floor(s / 3600), 'hour'],
		[Math.floor(s / 60) % 60, 'minute'],
		[s % 60, 'second'],
	];
	const said = parts.filter(([n]) => n).map(([n, unit]) => `${n} ${unit}${n === 1 ? '' : 's'}`);
	return said.join(' ') || '0 seconds';
}

const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });

/** "Mar 7, 2025" @param {string|null} iso */
export function day(iso) {
	const at = Date.parse(iso ?? '');
	return Number.isNaN(at) ? '' : DAY.format(at);
}

/** @param {number} n */
export const views = (n) => `${count(n)} ${n === 1 ? 'view' : 'views'}`;
