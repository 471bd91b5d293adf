// @ts-check
/**
 * Waits for a connection's candidates, for where they can't be told one by
 * one. Those of this machine are there at once and a STUN server's soon after;
 * one that can't be reached keeps a browser "gathering" for ten seconds, which
 * nobody is to wait for.
 */

/** For the first candidate. */
const FIRST_MS = 4000;
/** And after each, for another. */
const QUIET_MS = 1000;
/** However many keep coming. */
const CEILING_MS = 5000;

/**
 * Call it when the local description is set.
 * @param {RTCPeerConnection} pc
 * @returns {Promise<string>} the local description with what was gathered
 */
export function gathered(pc) {
	const sdp = () => pc.localDescription?.sdp ?? '';
	// After a restart the state is still the one of the gathering before.
	const isComplete = () => pc.iceGatheringState === 'complete' && /^a=candidate:/m.test(sdp());
	if (isComplete()) return Promise.resolve(sdp());
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			clearTimeout(ceiling);
			pc.removeEventListener('icecandidate', onCandidate);
			pc.removeEventListener('icegatheringstatechange', onState);
			resolve(sdp());
		};
		const onCandidate = (/** @type {RTCPeerConnectionIceEvent} */ { candidate }) => {
			clearTimeout(timer);
			if (candidate) timer = setTimeout(done, QUIET_MS);
			else done();
		};
		const onState = () => {
			if (isComplete()) done();
		};
		let timer = setTimeout(done, FIRST_MS);
		const ceiling = setTimeout(done, CEILING_MS);
		pc.addEventListener('icecandidate', onCandidate);
		pc.addEventListener('icegatheringstatechange', onState);
	});
}
