/**
 * Calls while programs are being killed: what the program said, apart from what the web server or the connection
 * said in its stead.
 */
import { until } from './wait.js';

/**
 * The program's answer; null where it gave none, or was just being stopped.
 * @param {() => Promise<import('./http.js').Answer>} call a `tolerant` one
 * @returns {Promise<import('./http.js').Answer | null>}
 */
export async function tried(call) {
	try {
		const answer = await call();
		return answer.headers['x-request-id'] === undefined || answer.status === 503 ? null : answer;
	} catch (error) {
		if (error.code === 'ERR_ASSERTION') throw error;
		return null;
	}
}

/**
 * Repeats, until the program answers, what does no harm when it is repeated.
 * @param {string} what
 * @param {() => Promise<import('./http.js').Answer>} call a `tolerant` one
 */
export function insist(what, call) {
	return until(what, () => tried(call), { every: 20 });
}
