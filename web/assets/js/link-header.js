// @ts-check
/** The header Link (RFC 8288), and the ICE servers that WHEP puts there. */

/** @typedef {{url: string, rel: string, parameters: Map<string, string>}} Link */

const VALUE = '"(?:[^"\\\\]|\\\\.)*"|[^\\s",;]+';
const PARAMETER = `;\\s*([\\w*-]+)\\s*(?:=\\s*(${VALUE}))?\\s*`;

/**
 * @param {string|null} header several are joined by commas, as fetch does
 * @returns {Link[]}
 */
export function parseLinks(header) {
	const links = [];
	// A quoted value may hold commas and semicolons: no split would do.
	const pattern = new RegExp(`<([^>]*)>\\s*((?:${PARAMETER})*)(?:,|$)`, 'g');
	for (const [, url, rest] of (header ?? '').matchAll(pattern)) {
		const parameters = new Map();
		for (const [, name, value = ''] of rest.matchAll(new RegExp(PARAMETER, 'g'))) {
			const text = value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
			const key = name.toLowerCase();
			if (!parameters.has(key)) parameters.set(key, text);
		}
		links.push({ url, rel: parameters.get('rel') ?? '', parameters });
	}
	return links;
}

/** @param {Link[]} links @returns {RTCIceServer[]} */
export function iceServersOf(links) {
	return links
		.filter(({ rel }) => rel === 'ice-server')
		.map(({ url, parameters }) => {
			const username = parameters.get('username');
			const credential = parameters.get('credential');
			return username === undefined ? { urls: [url] } : { urls: [url], username, credential };
		});
}
