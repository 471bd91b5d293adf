// @ts-check
/**
 * Reads a mailbox by long-polling, for ever, in order and without a gap: the
 * cursor moves only after the messages behind it were handed over, so an
 * answer that was lost on the way is asked for again.
 *
 * A server that is away is no end: the reader says so once (`trouble`), tries
 * on, and says when it is back (`fine`). Only a refusal that no repetition
 * can mend (401, 404, or a take-over's 409) ends it.
 */

import { Problem, readSignal } from './api.js';
import { Backoff, pause } from './backoff.js';

/**
 * @typedef {object} MailboxEvents
 * @property {(message: import('./api.js').Message) => void} message
 * @property {(problem: Problem) => void} refused  the reader has ended
 * @property {(problem: Problem) => void} [trouble]
 * @property {() => void} [fine]
 * @property {(servers: RTCIceServer[]) => void} [iceServers]
 * @property {() => Promise<void>} [denied]  awaited before a refusal is believed: a
 *     new key may be on its way, and its answer behind this one
 */

export class Mailbox {
	/** @type {string|null} */ #cursor = null;
	#abort = new AbortController();
	#backoff = new Backoff();
	#troubled = false;
	#videoId;
	#token;
	#waitSeconds;
	#on;

	/**
	 * @param {string} videoId
	 * @param {() => string|null} token asked for at every poll: a key may be rotated
	 * @param {number} waitSeconds
	 * @param {MailboxEvents} on
	 */
	constructor(videoId, token, waitSeconds, on) {
		this.#videoId = videoId;
		this.#token = token;
		this.#waitSeconds = waitSeconds;
		this.#on = on;
	}

	/** Begins to read. Returns at once. */
	open() {
		this.#run();
	}

	close() {
		this.#abort.abort();
	}

	async #run() {
		const signal = this.#abort.signal;
		while (!signal.aborted) {
			const token = this.#token();
			try {
				await this.#readOnce(token, signal);
			} catch (error) {
				if (signal.aborted) return;
				if (!(error instanceof Problem)) throw error;
				if (isDenied(error)) await this.#on.denied?.();
				// A key that changed while the question was under way.
				if (isDenied(error) && this.#token() !== token) continue;
				if (isFinal(error)) {
					this.close();
					this.#on.refused(error);
					return;
				}
				this.#troubled = true;
				this.#on.trouble?.(error);
				const ms = this.#backoff.nextMs();
				await pause(Math.max(ms, (error.retryAfter ?? 0) * 1000), signal);
			}
		}
	}

	/** @param {string|null} token @param {AbortSignal} signal */
	async #readOnce(token, signal) {
		const answer = await readSignal(this.#videoId, {
			after: this.#cursor,
			// The first answer comes at once: until there is a cursor, a broken
			// connection would make the next try look like a new session.
			waitSeconds: this.#cursor === null ? 0 : this.#waitSeconds,
			token,
			signal,
		});
		const isFirst = this.#cursor === null;
		this.#backoff.reset();
		if (answer.iceServers) this.#on.iceServers?.(answer.iceServers);
		if (this.#troubled || isFirst) this.#on.fine?.();
		this.#troubled = false;
		for (const message of answer.messages) {
			if (signal.aborted) return;
			this.#on.message(message);
		}
		this.#cursor = answer.cursor;
	}
}

/** A private stream isn't there for a wrong key. @param {Problem} problem */
const isDenied = ({ status }) => status === 401 || status === 404;

/** @param {Problem} problem */
function isFinal(problem) {
	if (problem.status === 409) return /took over/i.test(problem.title);
	return isDenied(problem);
}
