// @ts-check
/**
 * Session descriptions (RFC 8866) and their fragments (RFC 8840) as text, only
 * as deep as ICE needs: what a trickle and a restart carry, and what a
 * description becomes by them. Everything else passes unread.
 */

/** @typedef {{ufrag: string, pwd: string}} Ice */

const CANDIDATES = /^a=(candidate:|end-of-candidates)/;

/** The session's lines, and each media section's. @param {string} sdp */
function partsOf(sdp) {
	/** @type {string[][]} */
	const parts = [[]];
	for (const line of sdp.split(/\r?\n/)) {
		if (line.startsWith('m=')) parts.push([]);
		if (line) parts[parts.length - 1].push(line);
	}
	const [session, ...media] = parts;
	return { session, media };
}

/** @param {string[]} lines @param {string} name */
function valueOf(lines, name) {
	const start = `a=${name}:`;
	return lines.find((line) => line.startsWith(start))?.slice(start.length) ?? '';
}

/** @param {string[]} lines */
const textOf = (lines) => lines.map((line) => `${line}\r\n`).join('');

/**
 * What ICE uses: the session's credentials, or the first section's.
 * @param {string} sdp
 * @returns {Ice}
 */
export function iceOf(sdp) {
	const lines = sdp.split(/\r?\n/);
	return { ufrag: valueOf(lines, 'ice-ufrag'), pwd: valueOf(lines, 'ice-pwd') };
}

/**
 * The fragment that tells of candidates.
 * @param {string} sdp the local description that they belong to
 * @param {(RTCIceCandidateInit|null)[]} candidates null: there are no more
 */
export function fragmentOf(sdp, candidates) {
	const { session, media } = partsOf(sdp);
	const { ufrag, pwd } = iceOf(sdp);
	const group = session.filter((line) => line.startsWith('a=group:BUNDLE'));
	const rows = [...group, `a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`];
	if (candidates.some((one) => !one?.candidate)) rows.push('a=end-of-candidates');
	for (const section of media) {
		const mid = valueOf(section, 'mid');
		const own = candidates.filter((one) => one?.candidate && one.sdpMid === mid);
		// A fragment has a section even where there is nothing to say in it.
		if (!own.length && section !== media[0]) continue;
		rows.push(section[0], `a=mid:${mid}`, ...own.map((one) => `a=${one?.candidate}`));
	}
	return textOf(rows);
}

/**
 * A remote description after an ICE restart: the same session, with what the
 * fragment says of ICE.
 * @param {string} sdp
 * @param {string} fragment
 */
export function withFragment(sdp, fragment) {
	const { ufrag, pwd } = iceOf(fragment);
	if (!ufrag || !pwd) throw new SyntaxError('A fragment without ICE credentials');
	const fresh = partsOf(fragment).media;
	const { session, media } = partsOf(sdp);
	/** @param {string[]} lines */
	const renew = (lines) =>
		lines
			.filter((line) => !CANDIDATES.test(line))
			.map((line) =>
				line
					.replace(/^(a=ice-ufrag:).*/, `$1${ufrag}`)
					.replace(/^(a=ice-pwd:).*/, `$1${pwd}`)
					// Another version of the same description.
					.replace(/^(o=\S+ \S+ )(\d+)/, (_, start, n) => start + (BigInt(n) + 1n)),
			);
	const rows = renew(session);
	for (const section of media) {
		const mid = valueOf(section, 'mid');
		const own = fresh.filter((lines) => valueOf(lines, 'mid') === mid).flat();
		rows.push(...renew(section), ...own.filter((line) => CANDIDATES.test(line)));
	}
	return textOf(rows);
}

/**
 * A description that says what browsers do anyway and don't say: RTP and RTCP
 * go over one port and no other (RFC 8858), which WHEP wants said.
 * @param {string} sdp
 */
export const withMuxOnly = (sdp) => sdp.replace(/^a=rtcp-mux(?=\r?$)/gm, '$&\r\na=rtcp-mux-only');

/**
 * An offer in which the number of a header extension means one thing, as it
 * must in a bundle (RFC 9143): another meaning that comes later goes unused.
 * Chromium refuses all of an offer that has two, and aiortc made such for years.
 * @param {string} sdp
 */
export function withOneMeaning(sdp) {
	/** @type {Map<string, string>} */
	const meanings = new Map();
	return sdp
		.split('\n')
		.filter((line) => {
			const [, id, uri] = /^a=extmap:(\d+)\S* (\S+)/.exec(line) ?? [];
			if (!id) return true;
			if (!meanings.has(id)) meanings.set(id, uri);
			return meanings.get(id) === uri;
		})
		.join('\n');
}

/**
 * Whether media of a kind would flow: a section of it that isn't refused.
 * @param {string} sdp @param {'video'|'audio'} kind
 */
export function accepts(sdp, kind) {
	const { media } = partsOf(sdp);
	return media.some((lines) => {
		const [, of, port] = /^m=(\S+) (\d+)/.exec(lines[0]) ?? [];
		return of === kind && (port !== '0' || lines.includes('a=bundle-only'));
	});
}
