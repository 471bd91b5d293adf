// @ts-check
/**
 * How large a picture each viewer gets. Every viewer costs this page an
 * encoding, so the more there are, the smaller the picture, and nobody gets a
 * slide show: on two cores ten viewers have the full frame rate at 360 lines,
 * and a few frames a second at 720.
 */

/** Up to so many viewers, so many lines and bits per second each. */
const STEPS = [
	{ viewers: 2, lines: 1080, bps: 3_500_000 },
	{ viewers: 4, lines: 540, bps: 1_200_000 },
	{ viewers: Infinity, lines: 360, bps: 700_000 },
];

/**
 * @param {number} viewers how many there are
 * @param {number} lines the height of what is sent
 * @returns {{scale: number, bps: number}} to divide the size by; a ceiling
 */
export function shareOf(viewers, lines) {
	const step = STEPS.find((one) => viewers <= one.viewers) ?? STEPS[STEPS.length - 1];
	return { scale: Math.max(1, lines / step.lines), bps: step.bps };
}

/**
 * Gives a sender its share. A browser that can't is left as it is.
 * @param {RTCRtpSender} sender
 * @param {number} viewers
 */
export async function fit(sender, viewers) {
	const lines = sender.track?.getSettings().height;
	const parameters = sender.getParameters();
	const encoding = parameters.encodings?.[0];
	if (!lines || !encoding) return;
	const { scale, bps } = shareOf(viewers, lines);
	if (encoding.scaleResolutionDownBy === scale && encoding.maxBitrate === bps) return;
	encoding.scaleResolutionDownBy = scale;
	encoding.maxBitrate = bps;
	await sender.setParameters(parameters).catch(() => {});
}
